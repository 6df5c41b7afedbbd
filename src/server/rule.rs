//! The handle of a rule that is in force.

use std::fmt;
use std::ops::Deref;
use std::panic::Location;
use std::sync::Arc;

use crate::inbox::{Sight, TryWait, Wait, Waiting};
use crate::report;
use crate::rules::{MountedRule, RuleBook};

/// A rule that is in force; made by [`MailServer::on`](crate::MailServer::on).
///
/// Dropping the handle changes nothing: the rule stays until it is [removed](Self::remove), or the
/// server is dropped.
///
/// ```
/// # use lettre::{Message, SmtpTransport, Transport};
/// # let server = mailmock::MailServer::start();
/// # let mail = Message::builder().from("app@example.org".parse()?).to("ada@example.org".parse()?).body(String::new())?;
/// # let transport = SmtpTransport::from_url(&server.url())?.build();
/// use mailmock::{Reply, Trigger};
///
/// let busy = server.on(Trigger::end_of_data()).first(2).reply(Reply::try_again_later());
/// // … the application tries once …
/// # transport.send(&mail).unwrap_err();
/// assert_eq!((busy.hits(), busy.remaining()), (1, Some(1)));
/// busy.remove();
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Rule {
    location: &'static Location<'static>,
    mounted: Arc<MountedRule>,
    rules: Arc<RuleBook>,
    waiting: Waiting,
}

impl Rule {
    /// How often it has acted. A hit is counted when that is decided: before any pause, and before the
    /// reply.
    pub fn hits(&self) -> usize {
        self.mounted.hits()
    }

    /// How often it can still act; `None` if there is no end to that, or if it counts events apart, as
    /// with [`per_session`](crate::RuleBuilder::per_session). With a
    /// [probability](crate::RuleBuilder::with_probability) it is at how many events it still draws.
    pub fn remaining(&self) -> Option<usize> {
        self.mounted.remaining()
    }

    /// The line of the test that set it up.
    pub fn location(&self) -> &'static Location<'static> {
        self.location
    }

    /// Takes it out of force. Sessions that it holds are released: what it held proceeds, and no older
    /// rule is asked about it any more. Content that it throttles, or would cut, comes in as ever. What was [expected](crate::RuleBuilder::expect) of it is verified all the same.
    pub fn remove(&self) {
        self.rules.remove(&self.mounted);
        // Who waits for its hits may wait in vain now.
        self.waiting.store.wake_waiters();
    }

    /// Has it removed when the guard is dropped.
    pub fn scoped(self) -> ScopedRule {
        ScopedRule(self)
    }

    /// Waits until it has acted that often; hits before count.
    ///
    /// With [`hang`](crate::RuleBuilder::hang) that makes a barrier: wait until so many sessions are held,
    /// then [`remove`](Self::remove) the rule.
    ///
    /// ```
    /// # use lettre::{Message, SmtpTransport, Transport};
    /// # let server = mailmock::MailServer::start();
    /// # let mail = Message::builder().from("app@example.org".parse()?).to("ada@example.org".parse()?).body(String::new())?;
    /// # let transport = SmtpTransport::from_url(&server.url())?.build();
    /// use mailmock::Trigger;
    ///
    /// let barrier = server.on(Trigger::data()).hang();
    /// # let senders: Vec<_> = (0..2).map(|_| { let (t, m) = (transport.clone(), mail.clone()); std::thread::spawn(move || t.send(&m)) }).collect();
    /// // … two workers of the application send …
    /// barrier.wait_for_hits(2).blocking();
    /// assert!(server.mails().is_empty());
    /// barrier.remove();
    /// server.wait_for_mails(2).blocking();
    /// # for sender in senders { sender.join().unwrap()?; }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Panics
    ///
    /// The wait panics if they do not come in [time](Wait::timeout) or cannot come any more, or the server
    /// is dropped.
    #[track_caller]
    pub fn wait_for_hits(&self, hits: usize) -> Wait<()> {
        Wait(self.try_wait_for_hits(hits))
    }

    /// Waits as [`wait_for_hits`](Self::wait_for_hits) does, and gives an error in place of a panic.
    #[track_caller]
    pub fn try_wait_for_hits(&self, hits: usize) -> TryWait<()> {
        let location = Location::caller();
        let (rule, explained) = (Arc::clone(&self.mounted), Arc::clone(&self.mounted));
        self.waiting.clone().until(
            move |_| {
                // Before the hits are: one more may come until then.
                let remaining = rule.remaining();
                match rule.hits() {
                    had if had >= hits => Sight::Found(()),
                    had if remaining.is_some_and(|left| had + left < hits) => Sight::Never,
                    _ => Sight::NotYet,
                }
            },
            move |end, store| {
                report::too_few_hits(hits, &explained, end, location, &store.received())
            },
        )
    }

    pub(super) fn new(
        location: &'static Location<'static>,
        mounted: Arc<MountedRule>,
        rules: Arc<RuleBook>,
        waiting: Waiting,
    ) -> Self {
        Self {
            location,
            mounted,
            rules,
            waiting,
        }
    }
}

impl fmt::Debug for Rule {
    /// As it is written, its line, and its hits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (rule, location, hits) = (&self.mounted, self.location(), self.hits());
        write!(f, "Rule({rule} at {location}, hits: {hits})")
    }
}

/// A [`Rule`] that is removed when this is dropped.
#[derive(Debug)]
#[must_use = "the rule is removed at once if its guard is not kept"]
pub struct ScopedRule(Rule);

impl Deref for ScopedRule {
    type Target = Rule;

    fn deref(&self) -> &Rule {
        &self.0
    }
}

impl Drop for ScopedRule {
    fn drop(&mut self) {
        self.0.remove();
    }
}
