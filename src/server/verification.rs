//! Holding the rules to what was expected of them, at the latest when the server is dropped.

use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::sync::Arc;

use super::mail_server::MailServer;
use crate::error::AssertionError;
use crate::inbox::{Sight, TryWait, Wait};
use crate::mail::MailMatcher;
use crate::report;
use crate::rules::{RuleBook, Unmet};
use crate::store::{ExpectedMails, Store};
use crate::times::Times;

impl MailServer {
    /// Removes all rules: those of the test, not what the [builder](crate::MailServerBuilder) set up.
    /// Sessions that they hold are released. What was expected of them is verified all the same, by the
    /// next [`verify`](Self::verify); [`reset`](Self::reset) forgets that too.
    pub fn clear_rules(&self) {
        self.rules.clear();
        self.store.wake_waiters();
    }

    /// Forgets all that a test has seen or set up: what [`clear`](crate::Inbox::clear) forgets, the rules, and what
    /// was expected of them. For a server that several tests share, one after the other; the clock stays
    /// where it is, and a server that is down stays down.
    pub fn reset(&self) {
        self.rules.reset();
        self.inbox.start_afresh();
    }

    /// Verifies that each rule, removed ones too, has acted as often as was
    /// [expected](crate::RuleBuilder::expect), that the [expected mails](Self::expect) have come, and
    /// that no closure of the test panicked. Dropping the server does the same; a server in a static
    /// is never dropped.
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
        let (unmet, panics) = self.take_failures();
        if unmet.is_empty() && panics.is_empty() {
            return Ok(());
        }
        let text = report::not_as_expected(&unmet, &panics, &self.store.received());
        Err(AssertionError::new(text))
    }

    /// Expects so many mails like that in all. That is verified when the server is dropped, or by
    /// [`verify`](Self::verify); the text names this line. Mails that were cleared or taken do not count.
    ///
    /// ```
    /// # use lettre::{Message, SmtpTransport, Transport};
    /// use mailmock::{MailServer, a_mail, domain};
    ///
    /// let server = MailServer::start();
    /// server.expect(1, a_mail().sent_to("ada@example.org"));
    /// server.expect(0, a_mail().sent_to(domain("example.net")));
    /// # let mail = Message::builder().from("app@example.org".parse()?).to("ada@example.org".parse()?).body(String::new())?;
    /// # SmtpTransport::from_url(&server.url())?.build().send(&mail)?;
    /// // … the application sends …
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Panics
    ///
    /// If the range is empty.
    #[track_caller]
    pub fn expect(&self, times: impl Into<Times>, mail: MailMatcher) {
        let (times, location) = (times.into(), Location::caller());
        self.store.expect(ExpectedMails {
            times,
            mail,
            location,
        });
    }

    /// Waits until each rule has acted as often as was [expected](crate::RuleBuilder::expect), and each
    /// [mail](Self::expect) has come.
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
            move |store| {
                let unmet = unmet(&rules, store);
                if unmet.is_empty() {
                    Sight::Found(())
                } else if unmet.iter().any(|unmet| unmet.is_final) {
                    Sight::Never
                } else {
                    Sight::NotYet
                }
            },
            move |end, store| {
                let unmet = unmet(&explained, store);
                report::expectations_not_met(end, &unmet, location, &store.received())
            },
        )
    }
}

impl MailServer {
    /// What is not as expected. A condition of the test may panic, and this may be within a panic.
    fn take_failures(&self) -> (Vec<Unmet>, Vec<String>) {
        let judged = catch_unwind(AssertUnwindSafe(|| unmet(&self.rules, &self.store)));
        let (_, mut panics) = self.rules.take_failures();
        let unmet = judged.unwrap_or_else(|_| {
            panics.push("a condition of an expected mail panicked".to_owned());
            Vec::new()
        });
        (unmet, panics)
    }
}

/// What rules and mails are not as expected so far.
fn unmet(rules: &RuleBook, store: &Store) -> Vec<Unmet> {
    let mails = store.mails();
    let mut unmet = rules.unmet();
    for expected in store.expected_mails() {
        let hits = mails
            .iter()
            .filter(|mail| expected.mail.is_match(mail))
            .count();
        if !expected.times.contains(hits) {
            unmet.push(Unmet {
                rule: expected.mail.to_string(),
                location: expected.location,
                expected: expected.times,
                hits,
                is_final: expected.times.is_exceeded_by(hits),
            });
        }
    }
    unmet
}

// Each change of the store is whole when its lock is given back, whatever panics.
impl std::panic::UnwindSafe for MailServer {}
impl std::panic::RefUnwindSafe for MailServer {}

impl Drop for MailServer {
    fn drop(&mut self) {
        let is_panicking = std::thread::panicking();
        #[cfg(feature = "inspector")]
        if is_panicking && self.parks_on_failure {
            self.park();
        }
        let is_silent = is_panicking && (!self.tells_story || self.store.is_told());
        // As it is now: what ends with the server is no part of the story.
        let may_fail = !self.rules.unmet().is_empty() || !self.store.expected_mails().is_empty();
        let received = (is_panicking || may_fail).then(|| self.store.received());
        drop(self.background.take());
        self.store.close();
        self.rules.clear(); // their closures may own what owns them
        if is_silent {
            return;
        }
        let (unmet, panics) = self.take_failures();
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
