//! The envelope (RFC 5321 §2.3.1): who gets a mail, and who sent it.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use super::path::{ForwardPath, ReversePath};
use super::reply::Reply;
use super::shared_list::SharedList;
use super::tls::Tls;

/// How many refused recipients an envelope lists: a client may try without end.
const MAX_REFUSED: usize = 1_000;

/// What MAIL and RCPT said, and whom they said it for. It alone decides who gets the mail; the
/// header is only what the reader sees.
///
/// ```
/// # use lettre::{Message, SmtpTransport, Transport};
/// # let server = mailmock::MailServer::start();
/// # let mail = Message::builder().from("app@example.org".parse()?).to("ada@example.org".parse()?).body(String::new())?;
/// # SmtpTransport::from_url(&server.url())?.build().send(&mail)?;
/// let mail = server.only_mail();
/// assert_eq!(*mail.envelope().reverse_path(), "app@example.org");
/// assert_eq!(mail.envelope().forward_paths(), ["ada@example.org"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Envelope {
    reverse_path: ReversePath,
    // Shared with the rejections that were recorded before more recipients came.
    forward_paths: SharedList<ForwardPath>,
    refused: SharedList<RefusedRecipient>,
    client: Arc<Client>,
}

impl Envelope {
    /// The argument of MAIL: where bounces go.
    pub fn reverse_path(&self) -> &ReversePath {
        &self.reverse_path
    }

    /// The accepted recipients, in the order of their RCPT commands, with duplicates.
    pub fn forward_paths(&self) -> &[ForwardPath] {
        self.forward_paths.as_slice()
    }

    /// The recipients that were refused, in order, each with the reply it got: the first 1,000.
    ///
    /// The envelope of a [`Rejection`](crate::Rejection) of a RCPT itself has none.
    pub fn refused(&self) -> &[RefusedRecipient] {
        self.refused.as_slice()
    }

    /// The name that the client gave in its hello.
    pub fn hello_name(&self) -> &str {
        self.client.hello.as_ref().map_or("", |hello| &hello.name)
    }

    /// The client's address and port.
    pub fn peer(&self) -> SocketAddr {
        self.client.peer
    }

    /// The identity of the session's successful AUTH, if there was one.
    pub fn authenticated_as(&self) -> Option<&str> {
        self.client.identity.as_deref()
    }

    /// Whether it came over TLS.
    pub fn is_tls(&self) -> bool {
        self.client.is_tls()
    }

    /// What is known of the TLS over which it came.
    pub fn tls(&self) -> Option<&Tls> {
        self.client.tls.as_deref()
    }

    pub(crate) fn new(reverse_path: ReversePath, client: Arc<Client>) -> Self {
        Self {
            reverse_path,
            forward_paths: SharedList::default(),
            refused: SharedList::default(),
            client,
        }
    }

    pub(crate) fn accept(&mut self, recipient: ForwardPath) {
        self.forward_paths.push(recipient);
    }

    pub(crate) fn refuse(&mut self, recipient: RefusedRecipient) {
        if self.refused().len() < MAX_REFUSED {
            self.refused.push(recipient);
        }
    }

    /// The envelope for some of the recipients: those at whose place is `true`.
    pub(crate) fn only_those(&self, are_kept: &[bool]) -> Self {
        let paths = self.forward_paths().iter().zip(are_kept);
        let kept = paths.filter(|(_, is_kept)| **is_kept);
        Self {
            forward_paths: kept.map(|(path, _)| path.clone()).collect(),
            ..self.clone()
        }
    }

    /// The envelope as it stands, for a rejection.
    pub(crate) fn share(&mut self) -> Self {
        Self {
            refused: self.refused.share(),
            ..self.share_so_far()
        }
    }

    /// The envelope as it stands, without the refused recipients: those are rejections themselves,
    /// and a copy of all of them in each would be too much.
    pub(crate) fn share_so_far(&mut self) -> Self {
        Self {
            reverse_path: self.reverse_path.clone(),
            forward_paths: self.forward_paths.share(),
            refused: SharedList::default(),
            client: Arc::clone(&self.client),
        }
    }

    /// About how many octets of memory it takes beyond its own.
    pub(crate) fn size(&self) -> usize {
        self.reverse_path.size()
            + self.forward_paths.size(ForwardPath::size)
            + self.refused.size(RefusedRecipient::size)
    }

    /// As [`size`](Self::size), without what an envelope counts that was [shared](Self::share) before.
    pub(crate) fn uncounted_size(&self) -> usize {
        self.reverse_path.size()
            + self.forward_paths.uncounted_size(ForwardPath::size)
            + self.refused.uncounted_size(RefusedRecipient::size)
    }
}

/// A recipient that got no mail because the server refused it.
#[derive(Clone, PartialEq, Eq)]
pub struct RefusedRecipient(Arc<(Box<str>, Reply)>);

impl RefusedRecipient {
    /// The address; if it could not be read as one, all that stood behind `RCPT TO:`.
    pub fn address(&self) -> &str {
        &self.0.0
    }

    /// The refusal.
    pub fn reply(&self) -> &Reply {
        &self.0.1
    }

    pub(crate) fn new(address: Box<str>, reply: Reply) -> Self {
        Self(Arc::new((address, reply)))
    }

    fn size(&self) -> usize {
        size_of::<(Box<str>, Reply)>() + self.address().len() + self.reply().text().len()
    }
}

impl fmt::Debug for RefusedRecipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RefusedRecipient")
            .field("address", &self.address())
            .field("reply", self.reply())
            .finish()
    }
}

/// What is known of the client of a session.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    pub(crate) peer: SocketAddr,
    pub(crate) hello: Option<Hello>,
    pub(crate) identity: Option<Box<str>>,
    pub(crate) tls: Option<Arc<Tls>>,
}

impl Client {
    pub(crate) fn is_tls(&self) -> bool {
        self.tls.is_some()
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Hello {
    pub(crate) name: Box<str>,
    /// EHLO rather than HELO.
    pub(crate) is_extended: bool,
}
