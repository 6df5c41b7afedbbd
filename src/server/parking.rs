//! Keeping a test alive, so that a person can look.

use std::io::{self, BufRead as _, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, OnceLock, Weak};
use std::thread;
use std::time::Duration;

use super::builder::MailServerBuilder;
use super::mail_server::MailServer;
use crate::store::Store;

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
        release_by_key(&is_parked, &self.store);
        // Not by `eprintln!`, which the harness of the tests would keep until the test is over.
        let _ = writeln!(
            io::stderr(),
            "the mail server is parked until Enter, or POST /api/v1/release: look at {url}"
        );
        let released = move || (!is_parked.load(Ordering::Acquire)).then_some(());
        let waiting = self.inbox.waiting.clone();
        let wait = waiting.until(move |_| released(), |_, _| String::new());
        let _ = wait.timeout(FOR_GOOD).blocking(); // after a year it goes on as well
    }
}

fn is_ci() -> bool {
    std::env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false")
}

/// Those that a key lets go on. They may have gone on, or ended, by other means.
static PARKED: OnceLock<Sender<(Weak<AtomicBool>, Weak<Store>)>> = OnceLock::new();

/// One thread of the process reads what is typed, as there is no way to end a read: a second one would take it away
/// from the first.
fn release_by_key(is_parked: &Arc<AtomicBool>, store: &Arc<Store>) {
    let parked = PARKED.get_or_init(|| {
        let (parked, waiting) = mpsc::channel();
        thread::spawn(move || release_those_who_wait(&waiting));
        parked
    });
    let _ = parked.send((Arc::downgrade(is_parked), Arc::downgrade(store))); // at the end of stdin nobody has a key
}

fn release_those_who_wait(waiting: &Receiver<(Weak<AtomicBool>, Weak<Store>)>) {
    while io::stdin()
        .lock()
        .read_line(&mut String::new())
        .is_ok_and(|octets| octets > 0)
    {
        for (is_parked, store) in waiting.try_iter() {
            if let (Some(is_parked), Some(store)) = (is_parked.upgrade(), store.upgrade()) {
                is_parked.store(false, Ordering::Release);
                store.wake_waiters();
            }
        }
    }
}
