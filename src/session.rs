//! A session as it was recorded: one connection, from the greeting to the close.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde::{Serialize, Serializer};

use crate::exchange::{Exchange, Log};
use crate::mail::{Mail, WeakMail};
use crate::smtp::{Answer, Login, Remark, Said, SessionEnd, Tls};

/// One connection of a client: what was said, what came of it, how it ended. Cheap to clone.
///
/// It is a picture of the moment it was asked for: a session that goes on does not change it.
///
/// ```
/// # use lettre::{Message, SmtpTransport, Transport};
/// # let server = mailmock::MailServer::start();
/// # let mail = Message::builder().from("app@example.org".parse()?).to("ada@example.org".parse()?).body(String::new())?;
/// # SmtpTransport::from_url(&server.url())?.build().send(&mail)?;
/// let session = &server.sessions()[0];
/// assert_eq!(session.mails()[0].envelope().forward_paths(), ["ada@example.org"]);
/// assert!(session.remarks().is_empty(), "the client keeps to the standard");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Session(Arc<Record>);

#[derive(Clone)]
struct Record {
    id: u64,
    peer: SocketAddr,
    opened_at: SystemTime,
    hello_name: Option<Box<str>>,
    log: Log,
    omitted_exchanges: usize,
    remarks: Vec<Remark>,
    /// Of what is not in the log.
    octets: usize,
    logins: Vec<Login>,
    awaits_tls: bool,
    /// And how many exchanges came before it.
    tls: Option<(Arc<Tls>, usize)>,
    mails: Vec<WeakMail>,
    has_pipelined: bool,
    has_pipelined_unasked: bool,
    end: Option<(SessionEnd, Duration)>,
}

impl Session {
    /// The number of the session on its server: 1 for the first, never used again.
    pub fn id(&self) -> u64 {
        self.0.id
    }

    /// The client's address and port.
    pub fn peer(&self) -> SocketAddr {
        self.0.peer
    }

    /// When the connection was taken.
    pub fn opened_at(&self) -> SystemTime {
        self.0.opened_at
    }

    /// The argument of the last EHLO or HELO; what came before TLS is forgotten (RFC 3207 §4.2).
    pub fn hello_name(&self) -> Option<&str> {
        self.0.hello_name.as_deref()
    }

    /// Every command with its reply and time, the greeting first.
    pub fn exchanges(&self) -> impl DoubleEndedIterator<Item = Exchange<'_>> {
        self.0.log.exchanges()
    }

    /// The exchanges as `C:` and `S:` lines.
    pub fn transcript(&self) -> Transcript {
        Transcript(self.clone())
    }

    /// Where the client departed from the standard and was forgiven: its commands, then the bare CR
    /// and LF in the mails it delivered, as far as [`mails`](Self::mails) still has them.
    pub fn remarks(&self) -> Vec<Remark> {
        let mut remarks = self.0.remarks.clone();
        for mail in self.mails() {
            remarks.extend(mail.message().remarks());
        }
        remarks
    }

    /// The credentials that the client presented, in order, accepted and refused.
    pub fn logins(&self) -> &[Login] {
        &self.0.logins
    }

    /// The mails it delivered, in order, but for those that were cleared or taken and then dropped.
    pub fn mails(&self) -> Vec<Mail> {
        self.0.mails.iter().filter_map(WeakMail::upgrade).collect()
    }

    /// The numbers of the mails it delivered, in order.
    pub fn mail_ids(&self) -> Vec<u64> {
        self.0.mails.iter().map(|mail| mail.id).collect()
    }

    /// Whether the client has sent a command before it got the reply to the one before, as PIPELINING
    /// allows (RFC 2920). What it sent in time to be read apart does not show.
    pub fn has_pipelined(&self) -> bool {
        self.0.has_pipelined
    }

    /// Whether it has done so where PIPELINING was not offered.
    pub fn has_pipelined_unasked(&self) -> bool {
        self.0.has_pipelined_unasked
    }

    /// Whether it was over TLS, from the start or in the end.
    pub fn is_tls(&self) -> bool {
        self.tls().is_some()
    }

    /// What is known of its TLS, once that has begun.
    pub fn tls(&self) -> Option<&Tls> {
        self.0.tls.as_ref().map(|(tls, _)| &**tls)
    }

    /// Whether the client was to begin TLS, and has not done so.
    pub(crate) fn awaits_tls(&self) -> bool {
        self.0.awaits_tls && !self.is_tls()
    }

    /// What was said in clear: all of it, or what came before TLS.
    pub fn exchanges_in_clear(&self) -> impl DoubleEndedIterator<Item = Exchange<'_>> {
        let in_clear = self.0.tls.as_ref().map(|(_, in_clear)| *in_clear);
        self.0.log.exchanges_up_to(in_clear)
    }

    /// Whether the connection was still open.
    pub fn is_open(&self) -> bool {
        self.0.end.is_none()
    }

    /// How it ended, unless it was still open.
    pub fn end(&self) -> Option<SessionEnd> {
        self.0.end.map(|(end, _)| end)
    }

    /// How long it lasted, unless it was still open.
    pub fn duration(&self) -> Option<Duration> {
        self.0.end.map(|(_, at)| at)
    }

    /// How many exchanges were not kept because the store was full.
    pub fn omitted_exchanges(&self) -> usize {
        self.0.omitted_exchanges
    }

    pub(crate) fn open(id: u64, peer: SocketAddr, opened_at: SystemTime) -> Self {
        Self(Arc::new(Record {
            id,
            peer,
            opened_at,
            hello_name: None,
            log: Log::default(),
            omitted_exchanges: 0,
            remarks: Vec::new(),
            octets: 0,
            logins: Vec::new(),
            awaits_tls: false,
            tls: None,
            mails: Vec::new(),
            has_pipelined: false,
            has_pipelined_unasked: false,
            end: None,
        }))
    }

    pub(crate) fn note_exchange(&mut self, said: &Said, answer: Answer, at: Duration) {
        self.record().log.push(said, answer, at);
    }

    pub(crate) fn note_answer(&mut self, answer: Answer, at: Duration) {
        self.record().log.answer_last(answer, at);
    }

    pub(crate) fn omit_exchange(&mut self) {
        self.record().omitted_exchanges += 1;
    }

    pub(crate) fn note_hello(&mut self, name: Box<str>) {
        self.record().hello_name = Some(name);
    }

    pub(crate) fn note_remark(&mut self, remark: Remark) {
        let record = self.record();
        record.octets += size_of::<Remark>() + remark.line().len();
        record.remarks.push(remark);
    }

    pub(crate) fn note_pipelining(&mut self, is_offered: bool) {
        // Mostly it is known, and the record need not be touched.
        if !self.0.has_pipelined || (!is_offered && !self.0.has_pipelined_unasked) {
            let record = self.record();
            record.has_pipelined = true;
            record.has_pipelined_unasked |= !is_offered;
        }
    }

    pub(crate) fn note_login(&mut self, login: Login) {
        let record = self.record();
        record.octets += login.size();
        record.logins.push(login);
    }

    pub(crate) fn await_tls(&mut self) {
        self.record().awaits_tls = true;
    }

    pub(crate) fn note_tls(&mut self, tls: Arc<Tls>) {
        let record = self.record();
        record.tls = Some((tls, record.log.len()));
        // RFC 3207 §4.2: what was said before is forgotten.
        record.hello_name = None;
    }

    pub(crate) fn note_mail(&mut self, mail: &Mail) {
        self.record().mails.push(mail.downgrade());
    }

    /// Keeps the number of a mail that is gone, and nothing else of it.
    pub(crate) fn forget_mail(&mut self, id: u64) {
        if let Ok(i) = self.0.mails.binary_search_by_key(&id, |mail| mail.id) {
            self.record().mails[i].forget();
        }
    }

    pub(crate) fn note_end(&mut self, end: SessionEnd, at: Duration) {
        self.record().end = Some((end, at));
    }

    /// Whether there was room for nothing of it, from its beginning on.
    pub(crate) fn is_blank(&self) -> bool {
        self.0.log.len() == 0 && self.0.mails.is_empty()
    }

    /// About how many octets of memory its record takes.
    pub(crate) fn size(&self) -> usize {
        size_of::<Record>() + self.0.log.size() + self.0.octets
    }

    /// The record to write to; a copy of it, if somebody holds a picture of this session.
    fn record(&mut self) -> &mut Record {
        Arc::make_mut(&mut self.0)
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("id", &self.id())
            .field("peer", &self.peer())
            .field("hello_name", &self.hello_name())
            .field("mails", &self.mail_ids())
            .field("end", &self.end())
            .finish_non_exhaustive()
    }
}

/// The whole dialogue of a session, as `Display` shows it: `C:` and `S:` lines.
///
/// ```
/// # use lettre::{SmtpTransport, Transport};
/// # let server = mailmock::MailServer::start();
/// # SmtpTransport::from_url(&server.url())?.build().test_connection()?;
/// println!("{}", server.sessions()[0].transcript());
/// // S: 220 localhost ESMTP mailmock
/// // C: EHLO laptop
/// // S: 250-localhost greets laptop
/// // …
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Transcript(Session);

impl fmt::Display for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        let mut write_line = |f: &mut fmt::Formatter<'_>, line: &dyn fmt::Display| {
            write!(f, "{}{line}", std::mem::replace(&mut separator, "\n"))
        };
        for exchange in self.0.exchanges_in_clear() {
            write_line(f, &exchange)?;
        }
        if let Some((tls, in_clear)) = &self.0.0.tls {
            write_line(f, &format_args!("[{} begins]", tls.version()))?;
            for exchange in self.0.exchanges().skip(*in_clear) {
                write_line(f, &exchange)?;
            }
        }
        match self.0.omitted_exchanges() {
            0 => {}
            omitted => write!(
                f,
                "{separator}[{omitted} more, not kept: the store was full]"
            )?,
        }
        match self.0.end() {
            None | Some(SessionEnd::Quit) => Ok(()),
            Some(end) => write!(f, "{separator}[{end}]"),
        }
    }
}

impl Serialize for Transcript {
    /// As text.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
