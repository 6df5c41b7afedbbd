//! A moment of a dialogue, as rules see it.

use std::cell::OnceCell;
use std::fmt;
use std::net::SocketAddr;
use std::time::SystemTime;

use crate::mail::Mail;
use crate::smtp::{
    Command, Envelope, Event as CoreEvent, ForwardPath, Login, Mailbox, Moment, ReversePath, Stage,
    Tls, printable, verb_word, without_response,
};

/// A moment at which a rule may act: a client connects, begins TLS, says a command, has presented its credentials,
/// or its content has arrived whole.
///
/// What is malformed or out of order, or over a limit, is refused before any rule is asked.
/// [`Trigger::when`](crate::Trigger::when) has all of it to decide upon.
pub struct Event<'a> {
    core: &'a CoreEvent<'a>,
    session_id: u64,
    number: u64,
    mail: OnceCell<Mail>,
}

impl<'a> Event<'a> {
    /// Where in the dialogue it is.
    pub fn stage(&self) -> Stage {
        self.core.stage()
    }

    /// The command line, credentials as `[secret]`; `None` if the event is no command.
    pub fn command(&self) -> Option<String> {
        let line = self.line()?;
        if self.is_secret() {
            return Some("[secret]".to_owned());
        }
        Some(printable(&without_response(line)).into_owned())
    }

    /// The first word of the command line, as it was sent; `None` if that may be a secret.
    pub fn verb(&self) -> Option<&'a str> {
        self.verb_unseen().filter(|_| !self.is_secret())
    }

    /// As [`verb`](Self::verb), if it is secret too.
    pub(super) fn verb_unseen(&self) -> Option<&'a str> {
        std::str::from_utf8(verb_word(self.line()?)).ok()
    }

    /// The [session](crate::Session::id) it happens in.
    pub fn session_id(&self) -> u64 {
        self.session_id
    }

    /// The client's address and port.
    pub fn peer(&self) -> SocketAddr {
        self.core.client.peer
    }

    /// The argument of the last hello, if one came before.
    pub fn hello_name(&self) -> Option<&'a str> {
        Some(&self.core.client.hello.as_ref()?.name)
    }

    /// What is known of the session's TLS, if that has begun.
    pub fn tls(&self) -> Option<&'a Tls> {
        self.core.client.tls.as_deref()
    }

    /// The identity of an AUTH before, if one succeeded.
    pub fn authenticated_as(&self) -> Option<&'a str> {
        self.core.client.identity.as_deref()
    }

    /// The credentials, when they have just been presented.
    pub fn login(&self) -> Option<&'a Login> {
        match self.core.moment {
            Moment::Credentials(login) => Some(login),
            _ => None,
        }
    }

    /// The reverse-path of this MAIL, or of the transaction under way.
    pub fn sender(&self) -> Option<&'a ReversePath> {
        match self.core.moment {
            Moment::Command {
                command: Command::Mail(reverse_path),
                ..
            } => Some(reverse_path),
            _ => self.envelope().map(Envelope::reverse_path),
        }
    }

    /// The forward-path of this RCPT, or of the recipient whose turn it is in LMTP.
    pub fn recipient(&self) -> Option<&'a ForwardPath> {
        match self.core.moment {
            Moment::Command {
                command: Command::Rcpt(forward_path),
                ..
            } => Some(forward_path),
            Moment::Delivery(forward_path) => Some(forward_path),
            _ => None,
        }
    }

    /// The envelope so far, if a transaction is under way.
    pub fn envelope(&self) -> Option<&'a Envelope> {
        self.core.envelope
    }

    /// The mail as it will be stored, when its content has just arrived whole. It has no number yet: its
    /// [`id`](Mail::id) is 0.
    pub fn mail(&self) -> Option<&Mail> {
        let Moment::EndOfData { content } = self.core.moment else {
            return None;
        };
        let envelope = self.envelope()?;
        Some(self.mail.get_or_init(|| {
            Mail::new(
                0,
                self.session_id,
                SystemTime::now(),
                envelope.clone(),
                content.to_vec(),
            )
        }))
    }

    /// How many mails the session has delivered.
    pub fn accepted_mails(&self) -> usize {
        self.core.accepted_mails
    }

    pub(crate) fn new(core: &'a CoreEvent<'a>, session_id: u64, number: u64) -> Self {
        Self {
            core,
            session_id,
            number,
            mail: OnceCell::new(),
        }
    }

    /// Its number within the session, 1 for the connection itself.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    pub(super) fn moment(&self) -> &Moment<'a> {
        &self.core.moment
    }

    /// Whether each recipient is asked about behind the content.
    pub(super) fn is_lmtp(&self) -> bool {
        self.core.is_lmtp
    }

    /// Whether content comes behind it, if it is done.
    pub(super) fn begins_content(&self) -> bool {
        self.core.begins_content
    }

    /// The mailbox of this RCPT.
    pub(super) fn mailbox(&self) -> Option<&'a Mailbox> {
        self.recipient().map(ForwardPath::mailbox)
    }

    /// Whether it may be credentials that were sent ahead.
    fn is_secret(&self) -> bool {
        matches!(
            self.core.moment,
            Moment::Command {
                is_secret: true,
                ..
            }
        )
    }

    fn line(&self) -> Option<&'a [u8]> {
        match self.core.moment {
            Moment::Command { line, .. } => Some(line),
            _ => None,
        }
    }
}

impl fmt::Debug for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("stage", &self.stage())
            .field("command", &self.command())
            .field("session_id", &self.session_id)
            .field("envelope", &self.envelope())
            .finish_non_exhaustive()
    }
}
