//! The mail object (RFC 5321 §2.3.1): an envelope and its content.

use std::fmt;
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io;
use std::path::Path;
use std::sync::{Arc, Weak};
use std::time::SystemTime;

use super::message::Message;
use super::recipients::Recipients;
use crate::smtp::Envelope;

/// A mail that the server accepted: its envelope and its message. Cheap to clone.
///
/// ```
/// # use lettre::{Message, SmtpTransport, Transport};
/// # let server = mailmock::MailServer::start();
/// # let mail = Message::builder().from("app@example.org".parse()?).to("ada@example.org".parse()?)
/// #     .subject("Welcome").body("Hello, Ada!".to_owned())?;
/// # SmtpTransport::from_url(&server.url())?.build().send(&mail)?;
/// let mail = server.only_mail();
/// assert_eq!(mail.id(), 1);
/// assert_eq!(mail.envelope().forward_paths(), ["ada@example.org"]);
/// assert_eq!(mail.message().subject(), "Welcome");
/// assert_eq!(mail.message().text(), Some("Hello, Ada!"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Mail(Arc<Inner>);

struct Inner {
    id: u64,
    session_id: u64,
    received_at: SystemTime,
    envelope: Envelope,
    message: Message,
}

impl Mail {
    /// The octets of memory of a mail without envelope and content.
    pub(crate) const OWN_SIZE: usize = size_of::<Inner>();

    /// The number of the mail on its server: 1 for the first that was accepted, never used again.
    pub fn id(&self) -> u64 {
        self.0.id
    }

    /// The [session](crate::Session::id) that delivered it.
    pub fn session_id(&self) -> u64 {
        self.0.session_id
    }

    /// When its content had arrived whole.
    pub fn received_at(&self) -> SystemTime {
        self.0.received_at
    }

    /// Who sent it and who gets it, as MAIL and RCPT said.
    pub fn envelope(&self) -> &Envelope {
        &self.0.envelope
    }

    /// Header and body.
    pub fn message(&self) -> &Message {
        &self.0.message
    }

    /// Envelope and header side by side: announced, blind, never sent, refused.
    pub fn recipients(&self) -> Recipients {
        Recipients::compare(self.envelope(), self.message().headers())
    }

    /// The mail as it is the same in each run: see [`Snapshot`](super::Snapshot).
    pub fn snapshot(&self) -> super::Snapshot {
        super::Snapshot::of_one(self.clone())
    }

    /// Writes the content to a file, octet for octet: an `.eml` that mail programs open.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> io::Result<()> {
        fs::write(path, self.message().raw())
    }

    /// Looks at this mail by itself, and gives it back for more.
    ///
    /// ```
    /// # use lettre::{Message, SmtpTransport, Transport};
    /// # let server = mailmock::MailServer::start();
    /// # let mail = Message::builder().from("app@example.org".parse()?).to("ada@example.org".parse()?).subject("Welcome").body("Hello".to_owned())?;
    /// # SmtpTransport::from_url(&server.url())?.build().send(&mail)?;
    /// use mailmock::{a_mail, contains};
    ///
    /// let mail = server.only_mail();
    /// mail.assert(a_mail().subject("Welcome")).assert(a_mail().text(contains("Hello")));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Panics
    ///
    /// If it is not like that. The text says which condition does not hold, and what is there instead.
    #[track_caller]
    pub fn assert(&self, mail: super::MailMatcher) -> &Self {
        if let Err(lines) = mail.0.check_all(self) {
            let (id, subject) = (self.id(), self.message().subject());
            panic!("mail #{id} {subject:?} is not as expected\n{lines}");
        }
        self
    }

    /// What tells whether two mails are the same: the Message-ID, and a hash of the content without the
    /// fields that another attempt may have otherwise.
    pub(crate) fn identity(&self) -> (Option<&str>, u64) {
        let mut hasher = DefaultHasher::new();
        for part in self.message().parts() {
            let own = ["Date", "Received", "Message-ID", "Content-Type"];
            let is_own = |name: &str| own.iter().any(|n| n.eq_ignore_ascii_case(name));
            for field in part.headers().iter().filter(|field| !is_own(field.name())) {
                (field.name(), field.raw_value()).hash(&mut hasher);
            }
            part.content_type().hash(&mut hasher);
            // What has parts is told by them: its boundary may be another each time.
            if part.children().next().is_none() {
                part.bytes().hash(&mut hasher);
            }
        }
        let id = self.message().message_id().filter(|id| !id.is_empty());
        (id, hasher.finish())
    }

    pub(crate) fn new(
        id: u64,
        session_id: u64,
        received_at: SystemTime,
        envelope: Envelope,
        content: Vec<u8>,
    ) -> Self {
        Self(Arc::new(Inner {
            id,
            session_id,
            received_at,
            envelope,
            message: Message::new(content),
        }))
    }

    /// About how many octets of memory it takes.
    pub(crate) fn size(&self) -> usize {
        Self::size_with(self.envelope(), self.message().size())
    }

    /// About how many octets a mail takes with that envelope and so much content.
    pub(crate) fn size_with(envelope: &Envelope, octets: usize) -> usize {
        (Self::OWN_SIZE + envelope.size()).saturating_add(octets)
    }

    pub(crate) fn downgrade(&self) -> WeakMail {
        WeakMail {
            id: self.id(),
            mail: Arc::downgrade(&self.0),
        }
    }
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail")
            .field("id", &self.id())
            .field("envelope", self.envelope())
            .field("message", self.message())
            .finish_non_exhaustive()
    }
}

/// A mail as its session remembers it: gone when neither the store nor the test keeps it.
#[derive(Clone)]
pub(crate) struct WeakMail {
    pub(crate) id: u64,
    mail: Weak<Inner>,
}

impl WeakMail {
    pub(crate) fn upgrade(&self) -> Option<Mail> {
        self.mail.upgrade().map(Mail)
    }

    /// Even its place in memory can be used again then.
    pub(crate) fn forget(&mut self) {
        self.mail = Weak::new();
    }
}
