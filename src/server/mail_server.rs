//! The handle that a test has.

use std::fmt;
use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

use super::background::Background;
use super::builder::MailServerBuilder;
use super::wait::{TryWait, Wait, Waiting};
use crate::clock::Clock;
use crate::error::{AssertionError, StartError};
use crate::mail::Mail;
use crate::rejection::Rejection;
use crate::report;
use crate::rules::RuleBook;
use crate::session::Session;
use crate::store::Store;

/// A mail server for one test, or for many: it accepts every mail, keeps it in memory, and answers
/// what arrived.
///
/// It runs on a thread of its own, so that blocking and asynchronous clients can be used in any kind of
/// test. Share it by reference, in an `Arc` or a static. Dropping it closes its port and its
/// sessions, without waiting for any client; [`Mail`]s and [`Session`]s outlive it.
///
/// A mail, a refusal or a login is stored *before* the client reads the reply about it: once a
/// blocking `send()` has returned, [`mails`](Self::mails) is complete. What has no reply, such as a
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
    pub(super) wait_timeout: Duration,
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
    /// If no port, thread or descriptor is to be had; see [`try_start`](Self::try_start).
    #[track_caller]
    pub fn start() -> Self {
        Self::builder().start()
    }

    /// Starts a server as [`start`](Self::start) does.
    ///
    /// # Errors
    ///
    /// If no port, thread or descriptor is to be had.
    pub fn try_start() -> Result<Self, StartError> {
        Self::builder().try_start()
    }

    /// A server with other settings than the default ones.
    pub fn builder() -> MailServerBuilder {
        MailServerBuilder::new()
    }

    /// Where clients reach it, such as `smtp://127.0.0.1:41233`: the form that lettre's `from_url`
    /// reads.
    pub fn url(&self) -> String {
        format!("smtp://{}:{}", self.url_host(), self.port)
    }

    /// The [`url`](Self::url) with credentials: `smtp://app:secret@127.0.0.1:41233`. The server
    /// accepts any; what is no letter, digit or one of `-._~` in the name is percent-encoded.
    pub fn url_as(&self, user: &str) -> String {
        let user = percent_encoded(user);
        format!("smtp://{user}:secret@{}:{}", self.url_host(), self.port)
    }

    /// The host alone, such as `127.0.0.1` or `::1`.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port alone.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The accepted mails, in the order of acceptance.
    pub fn mails(&self) -> Vec<Mail> {
        self.store.mails()
    }

    /// The one mail that was accepted.
    ///
    /// # Panics
    ///
    /// If none was accepted, or more than one: the text says what was.
    #[track_caller]
    pub fn only_mail(&self) -> Mail {
        match self.try_only_mail() {
            Ok(mail) => mail,
            Err(error) => {
                self.store.mark_told();
                panic!("{error}")
            }
        }
    }

    /// The one mail that was accepted.
    ///
    /// # Errors
    ///
    /// If none was accepted, or more than one: the text says what was.
    pub fn try_only_mail(&self) -> Result<Mail, AssertionError> {
        let received = self.store.received();
        match received.mails.as_slice() {
            [mail] => Ok(mail.clone()),
            _ => Err(AssertionError::new(report::not_exactly_one(&received))),
        }
    }

    /// All sessions, those that are open too, in the order of their connections.
    pub fn sessions(&self) -> Vec<Session> {
        self.store.sessions()
    }

    /// What was refused or aborted, in the order it happened, as far as the store had
    /// [room](MailServerBuilder::max_stored) for it.
    pub fn rejections(&self) -> Vec<Rejection> {
        self.store.rejections()
    }

    /// Mails that a [rule](crate::RuleBuilder::accept_and_discard) had accepted and lost, in the order of
    /// acceptance.
    pub fn discarded_mails(&self) -> Vec<Mail> {
        self.store.discarded_mails()
    }

    /// Takes all mails out of the store, in one step: none is lost or taken twice. Sessions and
    /// rejections stay.
    pub fn take_mails(&self) -> Vec<Mail> {
        self.store.take_mails()
    }

    /// Forgets mails, rejections and closed sessions, in one step. Open sessions stay, with all that
    /// was said in them; numbers go on counting.
    pub fn clear(&self) {
        self.store.clear();
    }

    /// Waits until at least that many mails are stored, and gives all of them, oldest first. Mails
    /// that are stored already count.
    ///
    /// `.await` it or call [`.blocking()`](Wait::blocking) in a plain test.
    ///
    /// ```
    /// # use lettre::{Message, SmtpTransport, Transport};
    /// # let server = mailmock::MailServer::start();
    /// # let mail = Message::builder().from("app@example.org".parse()?).to("ada@example.org".parse()?).body(String::new())?;
    /// # let transport = SmtpTransport::from_url(&server.url())?.build();
    /// # let sender = std::thread::spawn(move || transport.send(&mail).unwrap());
    /// let mails = server.wait_for_mails(1).blocking();
    /// assert_eq!(mails[0].envelope().forward_paths(), ["ada@example.org"]);
    /// # sender.join().unwrap();
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Panics
    ///
    /// The wait panics if they do not come in [time](Wait::timeout), or the server is dropped.
    #[track_caller]
    pub fn wait_for_mails(&self, count: usize) -> Wait<Vec<Mail>> {
        Wait(self.try_wait_for_mails(count))
    }

    /// Waits as [`wait_for_mails`](Self::wait_for_mails) does, and gives an error in place of a panic.
    #[track_caller]
    pub fn try_wait_for_mails(&self, count: usize) -> TryWait<Vec<Mail>> {
        let location = Location::caller();
        let find = move |store: &Store| store.mails_from(count);
        let explain = move |end, store: &Store| {
            report::too_few_mails(count, end, location, &store.received())
        };
        self.waiting().until(find, explain)
    }

    pub(super) fn waiting(&self) -> Waiting {
        let background = self.background();
        Waiting {
            store: Arc::clone(&self.store),
            runtime: background.runtime().clone(),
            thread_id: background.thread_id(),
            timeout: self.wait_timeout,
        }
    }

    pub(super) fn background(&self) -> &Background {
        self.background
            .as_ref()
            .expect("it is taken only when the server is dropped")
    }

    /// An IPv6 address in the brackets that a URL needs (RFC 3986 §3.2.2).
    fn url_host(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]", self.host)
        } else {
            self.host.clone()
        }
    }
}

/// RFC 3986 §2.1.
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'-' | b'.' | b'_' | b'~' => encoded.push(byte.into()),
            _ if byte.is_ascii_alphanumeric() => encoded.push(byte.into()),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

impl fmt::Debug for MailServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MailServer")
            .field("url", &self.url())
            .finish_non_exhaustive()
    }
}
