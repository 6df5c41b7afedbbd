//! The handle that a test has.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use super::background::Background;
use super::builder::MailServerBuilder;
#[cfg(feature = "tls")]
use super::tls::Endpoint;
use crate::clock::Clock;
use crate::error::StartError;
use crate::inbox::Inbox;
#[cfg(feature = "inspector")]
use crate::inspector::Inspector;
use crate::percent::percent_encoded;
use crate::rules::{Credentials, RuleBook};
use crate::smtp::{Settings, TlsMode};
use crate::store::Store;

/// A mail server for one test, or for many: it accepts every mail, keeps it in memory, and answers
/// what arrived.
///
/// It runs on a thread of its own, so that blocking and asynchronous clients can be used in any kind of
/// test. Share it by reference, in an `Arc` or a static. Dropping it closes its port and its
/// sessions, without waiting for any client; [`Mail`](crate::Mail)s and [`Session`](crate::Session)s outlive
/// it.
///
/// What it has received is asked of it as of an [`Inbox`]: mails, assertions, waits.
///
/// A mail, a refusal or a login is stored *before* the client reads the reply about it: once a
/// blocking `send()` has returned, [`mails`](Inbox::mails) is complete. What has no reply, such as a
/// closed connection, is recorded a moment later.
///
/// ```
/// use lettre::{Message, SmtpTransport, Transport};
/// use mailmock::MailServer;
///
/// let server = MailServer::start();
/// // the application under test, told to send to server.url():
/// let mail = Message::builder()
///     .from("app@example.org".parse()?)
///     .to("ada@example.org".parse()?)
///     .subject("Welcome")
///     .body("Hello, Ada!".to_owned())?;
/// SmtpTransport::from_url(&server.url())?.build().send(&mail)?;
///
/// let mail = server.only_mail();
/// assert_eq!(mail.envelope().forward_paths(), ["ada@example.org"]);
/// assert_eq!(mail.message().subject(), "Welcome");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct MailServer {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) settings: Arc<Settings>,
    #[cfg(feature = "tls")]
    pub(super) tls: Option<Arc<Endpoint>>,
    pub(super) credentials: Credentials,
    /// All that it receives.
    pub(super) inbox: Inbox,
    #[cfg(feature = "inspector")]
    pub(super) inspector: Option<Inspector>,
    #[cfg(feature = "inspector")]
    pub(super) parks_on_failure: bool,
    pub(super) tells_story: bool,
    pub(super) store: Arc<Store>,
    pub(super) rules: Arc<RuleBook>,
    pub(super) clock: Arc<Clock>,
    /// Always there, but while it is dropped.
    pub(super) background: Option<Background>,
}

impl MailServer {
    /// Starts a server on 127.0.0.1 and a port that the system chooses. It listens when this
    /// returns.
    ///
    /// # Panics
    ///
    /// If no port, thread or descriptor is to be had, or `MAILMOCK_SEED` is no number; see [`try_start`](Self::try_start).
    #[track_caller]
    pub fn start() -> Self {
        Self::builder().start()
    }

    /// Starts a server as [`start`](Self::start) does.
    ///
    /// # Errors
    ///
    /// If no port, thread or descriptor is to be had, or the environment variable `MAILMOCK_SEED` is set to what
    /// is no number.
    pub fn try_start() -> Result<Self, StartError> {
        Self::builder().try_start()
    }

    /// A server with other settings than the default ones.
    pub fn builder() -> MailServerBuilder {
        MailServerBuilder::new()
    }

    /// Where clients reach it, such as `smtp://127.0.0.1:41233`: the form that lettre's `from_url`
    /// reads. With TLS it is `smtp://127.0.0.1:41233?tls=required` or `smtps://127.0.0.1:41233`,
    /// with [LMTP](crate::MailServerBuilder::lmtp) `lmtp://127.0.0.1:41233`.
    pub fn url(&self) -> String {
        self.url_with("")
    }

    /// The [`url`](Self::url) with credentials: `smtp://app:secret@127.0.0.1:41233`. The password, or
    /// the access token, is the one that was [named](crate::MailServerBuilder::credentials) for that user,
    /// and `secret` if none was. What is no letter, digit or one of `-._~` is percent-encoded.
    pub fn url_as(&self, user: &str) -> String {
        let secret = self.credentials.secret_of(user).unwrap_or("secret");
        let (user, secret) = (percent_encoded(user), percent_encoded(secret));
        self.url_with(&format!("{user}:{secret}@"))
    }

    /// The host alone, such as `127.0.0.1` or `::1`.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port alone.
    pub fn port(&self) -> u16 {
        self.port
    }

    fn url_with(&self, user_info: &str) -> String {
        url(&self.settings, user_info, &self.host, self.port)
    }

    pub(super) fn background(&self) -> &Background {
        self.background
            .as_ref()
            .expect("it is taken only when the server is dropped")
    }
}

/// Where clients reach a server with those settings.
pub(super) fn url(settings: &Settings, user_info: &str, host: &str, port: u16) -> String {
    let (scheme, query) = match settings.tls {
        _ if settings.is_lmtp => ("lmtp", ""),
        TlsMode::Never => ("smtp", ""),
        TlsMode::AfterStartTls => ("smtp", "?tls=required"),
        TlsMode::FromTheStart => ("smtps", ""),
    };
    // An IPv6 address needs brackets (RFC 3986 §3.2.2).
    let (open, close) = if host.contains(':') {
        ("[", "]")
    } else {
        ("", "")
    };
    format!("{scheme}://{user_info}{open}{host}{close}:{port}{query}")
}

/// A server is the inbox of all that it receives.
impl Deref for MailServer {
    type Target = Inbox;

    fn deref(&self) -> &Inbox {
        &self.inbox
    }
}

impl fmt::Debug for MailServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MailServer")
            .field("url", &self.url())
            .finish_non_exhaustive()
    }
}
