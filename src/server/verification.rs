//! Holding the rules to what was expected of them, at the latest when the server is dropped.

use std::panic::Location;
use std::sync::Arc;

use super::mail_server::MailServer;
use super::wait::{Sight, TryWait, Wait};
use crate::error::AssertionError;
use crate::report;

impl MailServer {
    /// Removes all rules: those of the test, not what the [builder](crate::MailServerBuilder) set up.
    /// Sessions that they hold are released. What was expected of them is verified all the same, by the
    /// next [`verify`](Self::verify); [`reset`](Self::reset) forgets that too.
    pub fn clear_rules(&self) {
        self.rules.clear();
        self.store.wake_waiters();
    }

    /// Forgets all that a test has seen or set up: what [`clear`](Self::clear) forgets, the rules, and what
    /// was expected of them. For a server that several tests share, one after the other; the clock stays
    /// where it is, and a server that is down stays down.
    pub fn reset(&self) {
        self.rules.reset();
        self.store.wake_waiters();
        self.clear();
    }

    /// Verifies that each rule, removed ones too, has acted as often as was
    /// [expected](crate::RuleBuilder::expect), and that no closure of the test panicked. Dropping the
    /// server does the same; a server in a static is never dropped.
    ///
    /// What a removed rule lacks is told once.
    ///
    /// # Panics
    ///
    /// If it is not so. The text names each rule, and the line of its expectation.
    #[track_caller]
    pub fn verify(&self) {
        if let Err(error) = self.try_verify() {
            self.store.mark_told();
            panic!("{error}");
        }
    }

    /// Verifies as [`verify`](Self::verify) does.
    ///
    /// # Errors
    ///
    /// If a rule has not acted as often as expected, or a closure of the test has panicked.
    pub fn try_verify(&self) -> Result<(), AssertionError> {
        let (unmet, panics) = self.rules.take_failures();
        if unmet.is_empty() && panics.is_empty() {
            return Ok(());
        }
        let text = report::not_as_expected(&unmet, &panics, &self.store.received());
        Err(AssertionError::new(text))
    }

    /// Waits until each rule has acted as often as was [expected](crate::RuleBuilder::expect).
    ///
    /// # Panics
    ///
    /// The wait panics if that does not come in [time](Wait::timeout), cannot come any more, or the
    /// server is dropped.
    #[track_caller]
    pub fn wait_for_expectations(&self) -> Wait<()> {
        Wait(self.try_wait_for_expectations())
    }

    /// Waits as [`wait_for_expectations`](Self::wait_for_expectations) does, and gives an error in place
    /// of a panic.
    #[track_caller]
    pub fn try_wait_for_expectations(&self) -> TryWait<()> {
        let location = Location::caller();
        let (rules, explained) = (Arc::clone(&self.rules), Arc::clone(&self.rules));
        self.inbox.waiting.clone().until(
            move |_| {
                let unmet = rules.unmet();
                if unmet.is_empty() {
                    Sight::Found(())
                } else if unmet.iter().any(|unmet| unmet.is_final) {
                    Sight::Never
                } else {
                    Sight::NotYet
                }
            },
            move |end, store| {
                let unmet = explained.unmet();
                report::expectations_not_met(end, &unmet, location, &store.received())
            },
        )
    }
}

// Each change of the store is whole when its lock is given back, whatever panics.
impl std::panic::UnwindSafe for MailServer {}
impl std::panic::RefUnwindSafe for MailServer {}

impl Drop for MailServer {
    fn drop(&mut self) {
        let is_panicking = std::thread::panicking();
        let is_silent = is_panicking && (!self.tells_story || self.store.is_told());
        let is_told = !is_silent && (is_panicking || !self.rules.unmet().is_empty());
        // As it is now: what ends with the server is no part of the story.
        let received = is_told.then(|| self.store.received());
        drop(self.background.take());
        self.store.close();
        self.rules.clear(); // their closures may own what owns them
        if is_silent {
            return;
        }
        let (unmet, panics) = self.rules.take_failures();
        let has_failed = !unmet.is_empty() || !panics.is_empty();
        if !is_panicking && !has_failed {
            return;
        }
        let received = received.unwrap_or_else(|| self.store.received());
        if is_panicking {
            let story = report::story(&self.url(), &unmet, &panics, &received);
            eprintln!("{story}");
        } else {
            panic!("{}", report::not_as_expected(&unmet, &panics, &received));
        }
    }
}
