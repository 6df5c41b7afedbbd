//! Keeping a test alive, so that a person can look.

use std::io::{self, BufRead as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use super::builder::MailServerBuilder;
use super::mail_server::MailServer;

/// Longer than anybody looks.
const FOR_GOOD: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Keeping a test alive, with the feature `inspector`.
impl MailServerBuilder {
    /// [Parks](MailServer::park) the server when it is dropped because the test panics. It opens the
    /// [inspector](Self::inspector) too.
    ///
    /// ```
    /// # use mailmock::MailServer;
    /// let server = MailServer::builder().park_on_failure().start();
    /// // … and if an assertion fails now, the URL to look at is printed, and the test waits
    /// ```
    pub fn park_on_failure(mut self) -> Self {
        self.parks_on_failure = true;
        self.inspector()
    }
}

/// Keeping a test alive, with the feature `inspector`.
impl MailServer {
    /// Prints on stderr where to [look](Self::inspector_url), and waits until somebody presses Enter, lets the
    /// test go on at the page, or sends `POST /api/v1/release`. Run the test alone; the panic's own text shows
    /// before that with `--nocapture` alone, as the harness keeps it until the test is over.
    ///
    /// Where the environment variable `CI` is set, and not to `false`, nobody looks: it returns at once.
    ///
    /// It blocks its thread. The server serves meanwhile, unless it is the server's own thread: then it
    /// returns at once too.
    ///
    /// # Panics
    ///
    /// If the server was started without [`inspector`](MailServerBuilder::inspector).
    #[track_caller]
    pub fn park(&self) {
        let url = self.inspector_url();
        let Some(inspector) = &self.inspector else {
            return;
        };
        if is_ci() || thread::current().id() == self.inbox.waiting.thread_id {
            return;
        }
        let is_parked = inspector.is_parked();
        is_parked.store(true, Ordering::Release);
        self.store.wake_waiters();
        // Not by `eprintln!`, which the harness of the tests would keep until the test is over.
        let _ = writeln!(
            io::stderr(),
            "the mail server is parked until Enter, or POST /api/v1/release: look at {url}"
        );
        release_by_key(Arc::clone(&is_parked), self);
        let released = move || (!is_parked.load(Ordering::Acquire)).then_some(());
        let waiting = self.inbox.waiting.clone();
        let wait = waiting.until(move |_| released(), |_, _| String::new());
        let _ = wait.timeout(FOR_GOOD).blocking(); // after a year it goes on as well
    }
}

fn is_ci() -> bool {
    std::env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false")
}

/// The thread stays behind if nobody presses the key: there is no way to end a read.
fn release_by_key(is_parked: Arc<AtomicBool>, server: &MailServer) {
    let store = Arc::clone(&server.store);
    thread::spawn(move || {
        let read = io::stdin().lock().read_line(&mut String::new());
        // At its end there is nobody with a keyboard.
        if read.is_ok_and(|octets| octets > 0) {
            is_parked.store(false, Ordering::Release);
            store.wake_waiters();
        }
    });
}
