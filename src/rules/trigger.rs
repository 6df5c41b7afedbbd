//! Where in a dialogue a rule may act.

use std::fmt;
use std::sync::Arc;

use super::event::Event;
use super::stage_set::StageSet;
use crate::mail::{AddressPattern, MailMatcher, TextPattern};
use crate::smtp::{Command, Moment, Stage, stage_of};

/// What a rule waits for. The constructors are all the places at which a rule can act.
///
/// A rule is asked when the command has been read, is in order and within the limits: what is not is
/// refused as ever. The octets behind BDAT are taken in first; then comes what was decided about it.
///
/// | Trigger | Acts |
/// |---|---|
/// | [`connect`](Self::connect) | in place of the greeting |
/// | `tls_handshake` (feature `tls`) | when the client has begun TLS |
/// | [`hello`](Self::hello) | at EHLO or HELO |
/// | [`starttls`](Self::starttls) | at STARTTLS |
/// | [`auth`](Self::auth), [`auth_as`](Self::auth_as) | when the credentials have come |
/// | [`mail`](Self::mail), [`mail_from`](Self::mail_from) | at MAIL |
/// | [`rcpt`](Self::rcpt), [`rcpt_to`](Self::rcpt_to) | at RCPT |
/// | [`data`](Self::data) | at DATA, or the first BDAT of a transaction |
/// | [`end_of_data`](Self::end_of_data), [`end_of_data_when`](Self::end_of_data_when) | when the content has arrived whole |
/// | [`delivery`](Self::delivery), [`delivery_to`](Self::delivery_to) | behind that, for each recipient in LMTP |
/// | [`rset`](Self::rset), [`quit`](Self::quit) | at RSET, at QUIT |
/// | [`command`](Self::command) | at any verb, unknown ones too |
/// | [`when`](Self::when) | wherever you like |
#[derive(Clone)]
#[must_use = "a trigger does nothing until it is given to `server.on(..)`"]
pub struct Trigger(Place);

#[derive(Clone)]
enum Place {
    Connect,
    Hello,
    #[cfg_attr(
        not(feature = "tls"),
        allow(dead_code, reason = "without the feature there is no TLS")
    )]
    TlsHandshake,
    Auth(Option<TextPattern>),
    Mail(Option<AddressPattern>),
    Rcpt(Option<AddressPattern>),
    Data,
    EndOfData(Option<MailMatcher>),
    Delivery(Option<AddressPattern>),
    Verb(Box<str>),
    When(Arc<dyn Fn(&Event<'_>) -> bool + Send + Sync>),
}

impl Trigger {
    /// A client has connected, and waits for the greeting.
    pub fn connect() -> Self {
        Self(Place::Connect)
    }

    /// EHLO or HELO.
    pub fn hello() -> Self {
        Self(Place::Hello)
    }

    /// The client has begun TLS: behind the 220 to STARTTLS, or, if TLS is implicit, in place of waiting for
    /// the greeting. The server has not answered its first message yet. What the server says or sends then is in clear, and no TLS: the
    /// connection is closed behind it. With the feature `tls`.
    ///
    /// ```
    /// # let server = mailmock::MailServer::builder().starttls().start();
    /// use mailmock::{TlsFault, Trigger};
    ///
    /// server.on(Trigger::tls_handshake()).first(1).tls_fault(TlsFault::Expired);
    /// ```
    #[cfg(feature = "tls")]
    pub fn tls_handshake() -> Self {
        Self(Place::TlsHandshake)
    }

    /// STARTTLS (RFC 3207). Clients say it only where it is offered: by a server that speaks TLS, or as an
    /// [extension](crate::Extension::custom) that is only a name.
    pub fn starttls() -> Self {
        Self::command("STARTTLS")
    }

    /// The credentials of an AUTH have all come. `command("AUTH")` acts before that.
    ///
    /// With XOAUTH2 and OAUTHBEARER a [reply](crate::RuleBuilder::reply) of 535 comes as it does from a
    /// real server: behind a 334 that says why, and the client's answer to that (RFC 7628 §3.2.2).
    pub fn auth() -> Self {
        Self(Place::Auth(None))
    }

    /// The credentials of such a user have all come.
    pub fn auth_as(user: impl Into<TextPattern>) -> Self {
        Self(Place::Auth(Some(user.into())))
    }

    /// MAIL.
    pub fn mail() -> Self {
        Self(Place::Mail(None))
    }

    /// MAIL with such a reverse-path; `""` is the null one.
    ///
    /// # Panics
    ///
    /// If it is a text that is no address.
    #[track_caller]
    pub fn mail_from(address: impl Into<AddressPattern>) -> Self {
        let address = address.into();
        address.check();
        Self(Place::Mail(Some(address)))
    }

    /// RCPT.
    pub fn rcpt() -> Self {
        Self(Place::Rcpt(None))
    }

    /// RCPT with such a forward-path.
    ///
    /// ```
    /// # let server = mailmock::MailServer::start();
    /// use mailmock::{Reply, Trigger, domain, glob};
    ///
    /// server.on(Trigger::rcpt_to("gone@example.org")).reply(Reply::mailbox_unavailable());
    /// server.on(Trigger::rcpt_to(domain("example.net"))).reply(Reply::relaying_denied());
    /// server.on(Trigger::rcpt_to(glob("*+spam@*"))).reply(Reply::rejected_by_policy());
    /// // A closure has to name the type of its argument.
    /// server.on(Trigger::rcpt_to(|address: &str| address.len() > 64)).reply(Reply::mailbox_name_not_allowed());
    /// ```
    ///
    /// # Panics
    ///
    /// If it is a text that is no address.
    #[track_caller]
    pub fn rcpt_to(address: impl Into<AddressPattern>) -> Self {
        let address = address.into();
        address.check();
        Self(Place::Rcpt(Some(address)))
    }

    /// DATA, or the first BDAT of a transaction.
    pub fn data() -> Self {
        Self(Place::Data)
    }

    /// The content has arrived whole: the final dot, or the octets of `BDAT … LAST`.
    pub fn end_of_data() -> Self {
        Self(Place::EndOfData(None))
    }

    /// The content of such a mail has arrived whole.
    pub fn end_of_data_when(mail: MailMatcher) -> Self {
        Self(Place::EndOfData(Some(mail)))
    }

    /// In [LMTP](crate::MailServerBuilder::lmtp): the content has arrived whole, and it is the turn of one of
    /// the recipients (RFC 2033 §4.2). A rule can [`reply`](crate::RuleBuilder::reply), at once, and else lets
    /// the recipient have the mail.
    pub fn delivery() -> Self {
        Self(Place::Delivery(None))
    }

    /// In [LMTP](crate::MailServerBuilder::lmtp): as [`delivery`](Self::delivery), of such a recipient.
    ///
    /// # Panics
    ///
    /// If it is a text that is no address.
    #[track_caller]
    pub fn delivery_to(address: impl Into<AddressPattern>) -> Self {
        let address = address.into();
        address.check();
        Self(Place::Delivery(Some(address)))
    }

    /// RSET.
    pub fn rset() -> Self {
        Self::command("RSET")
    }

    /// QUIT.
    pub fn quit() -> Self {
        Self::command("QUIT")
    }

    /// Any command with that verb, in any case. It may be one that the server does not know: a rule can
    /// answer for it.
    ///
    /// # Panics
    ///
    /// If it is not one word.
    #[track_caller]
    pub fn command(verb: &str) -> Self {
        Self::of_verb(verb).unwrap_or_else(|why| panic!("{why}"))
    }

    /// [`command`](Self::command), or why there is no such verb.
    pub(crate) fn of_verb(verb: &str) -> Result<Self, String> {
        let is_word = !verb.is_empty() && verb.chars().all(|c| c.is_ascii_graphic());
        if !is_word {
            return Err(format!("not a verb: {verb:?}"));
        }
        Ok(Self(Place::Verb(verb.into())))
    }

    /// Whatever you say. The closure is asked about every event at which the rule's action can be done,
    /// and under no lock. If it panics, the event is answered 451, and the test is failed with the panic's
    /// message when the server is [verified](crate::MailServer::verify) or dropped.
    ///
    /// It runs on the server's thread, which serves nobody meanwhile: it can look at the server, but not
    /// wait for it. If it needs the server, give it a [`Weak`](std::sync::Weak) one: with an `Arc` the
    /// server would own itself, and never be dropped or verified.
    ///
    /// ```
    /// # let server = mailmock::MailServer::start();
    /// use mailmock::{Reply, Stage, Trigger};
    ///
    /// let many = Trigger::when(|event| {
    ///     event.stage() == Stage::Rcpt && event.envelope().is_some_and(|e| e.forward_paths().len() >= 3)
    /// });
    /// server.on(many).reply(Reply::too_many_recipients());
    /// ```
    pub fn when(condition: impl Fn(&Event<'_>) -> bool + Send + Sync + 'static) -> Self {
        Self(Place::When(Arc::new(condition)))
    }

    /// Where it can be met at all.
    pub(super) fn stages(&self) -> StageSet {
        StageSet::of(match &self.0 {
            Place::Connect => Stage::Connect,
            Place::Hello => Stage::Hello,
            Place::TlsHandshake => Stage::TlsHandshake,
            Place::Auth(_) => Stage::Auth,
            Place::Mail(_) => Stage::Mail,
            Place::Rcpt(_) => Stage::Rcpt,
            Place::Data => Stage::Data,
            Place::EndOfData(_) => Stage::EndOfData,
            Place::Delivery(_) => Stage::Delivery,
            Place::Verb(verb) => stage_of(verb),
            Place::When(_) => return StageSet::ALL,
        })
    }

    pub(super) fn is_match(&self, event: &Event<'_>) -> bool {
        match (&self.0, event.moment()) {
            (Place::Connect, Moment::Connect)
            | (Place::TlsHandshake, Moment::TlsHandshake)
            | (Place::Auth(None), Moment::Credentials(_)) => true,
            (Place::Auth(Some(user)), Moment::Credentials(login)) => {
                user.is_match(login.identity())
            }
            (Place::Hello, Moment::Command { command, .. }) => {
                matches!(command, Command::Ehlo(_) | Command::Helo(_))
            }
            (
                Place::Mail(pattern),
                Moment::Command {
                    command: Command::Mail(path),
                    ..
                },
            ) => pattern.as_ref().is_none_or(|p| p.is_match(path.as_str())),
            (
                Place::Rcpt(pattern),
                Moment::Command {
                    command: Command::Rcpt(path),
                    ..
                },
            ) => pattern.as_ref().is_none_or(|p| p.is_match(path.as_str())),
            (Place::Data, _) => event.begins_content(),
            (Place::EndOfData(None), Moment::EndOfData { .. }) => true,
            (Place::EndOfData(Some(matcher)), Moment::EndOfData { .. }) => {
                event.mail().is_some_and(|mail| matcher.is_match(mail))
            }
            (Place::Delivery(pattern), Moment::Delivery(path)) => {
                pattern.as_ref().is_none_or(|p| p.is_match(path.as_str()))
            }
            (Place::Verb(verb), Moment::Command { .. }) => {
                let said = event.verb_unseen();
                said.is_some_and(|v| v.eq_ignore_ascii_case(verb))
            }
            (Place::When(condition), _) => condition(event),
            _ => false,
        }
    }

    /// Whether it can only be met at the end of data.
    pub(crate) fn is_end_of_data(&self) -> bool {
        matches!(self.0, Place::EndOfData(_))
    }

    /// Whether it can only be met where content begins.
    pub(super) fn is_data(&self) -> bool {
        matches!(self.0, Place::Data) || self.is_verb(&["DATA", "BDAT"])
    }

    /// Whether it can only be met at RCPT.
    pub(crate) fn is_rcpt(&self) -> bool {
        matches!(self.0, Place::Rcpt(_)) || self.is_verb(&["RCPT"])
    }

    /// Whether it can only be met where the sender is known.
    pub(crate) fn has_sender(&self) -> bool {
        matches!(self.0, Place::Mail(_))
            || self.is_verb(&["MAIL"])
            || self.is_rcpt()
            || self.is_data()
            || self.is_end_of_data()
            || self.is_delivery()
    }

    /// Whether it can only be met where TLS begins.
    pub(super) fn is_tls_handshake(&self) -> bool {
        matches!(self.0, Place::TlsHandshake)
    }

    /// Whether it can only be met where a recipient's turn has come.
    pub(super) fn is_delivery(&self) -> bool {
        matches!(self.0, Place::Delivery(_))
    }

    /// Whether only the test knows where it can be met.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.0, Place::When(_))
    }

    fn is_verb(&self, verbs: &[&str]) -> bool {
        match &self.0 {
            Place::Verb(verb) => verbs.iter().any(|v| verb.eq_ignore_ascii_case(v)),
            _ => false,
        }
    }
}

impl fmt::Display for Trigger {
    /// As it is written: `rcpt_to("gone@example.org")`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Place::Connect => f.write_str("connect()"),
            Place::Hello => f.write_str("hello()"),
            Place::TlsHandshake => f.write_str("tls_handshake()"),
            Place::Auth(None) => f.write_str("auth()"),
            Place::Auth(Some(user)) => write!(f, "auth_as({user})"),
            Place::Mail(None) => f.write_str("mail()"),
            Place::Mail(Some(pattern)) => write!(f, "mail_from({pattern})"),
            Place::Rcpt(None) => f.write_str("rcpt()"),
            Place::Rcpt(Some(pattern)) => write!(f, "rcpt_to({pattern})"),
            Place::Data => f.write_str("data()"),
            Place::Delivery(None) => f.write_str("delivery()"),
            Place::Delivery(Some(pattern)) => write!(f, "delivery_to({pattern})"),
            Place::EndOfData(None) => f.write_str("end_of_data()"),
            Place::EndOfData(Some(mail)) => write!(f, "end_of_data_when({mail})"),
            Place::Verb(verb) => match &**verb {
                "STARTTLS" => f.write_str("starttls()"),
                "RSET" => f.write_str("rset()"),
                "QUIT" => f.write_str("quit()"),
                verb => write!(f, "command({verb:?})"),
            },
            Place::When(_) => f.write_str("when(|event| …)"),
        }
    }
}

impl fmt::Debug for Trigger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Trigger({self})")
    }
}
