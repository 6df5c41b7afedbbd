//! Limits on how many mails come in: in a session, or in a time.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

use super::action::Action;
use super::event::Event;
use super::mounted_rule::{Line, MountedRule, Script};
use super::trigger::Trigger;
use crate::clock::Clock;
use crate::smtp::{Mailbox, Reply, ReversePath};

/// At most so many mails within any stretch of time; MAIL is refused beyond it.
///
/// Mails are counted for each peer (IP address), unless it is said otherwise, and the refusal is 450
/// 4.7.1.
///
/// ```
/// # use std::time::Duration;
/// use mailmock::{MailServer, RateLimit, Reply};
///
/// let server = MailServer::start();
/// server.rate_limit(
///     RateLimit::new(10, Duration::from_secs(60)).per_sender().reply(Reply::service_not_available()),
/// );
/// // … the application sends 11 mails, and copes …
/// server.advance_time(Duration::from_secs(60));
/// ```
#[derive(Clone, Debug)]
#[must_use = "a rate limit does nothing until it is given to `rate_limit(..)`"]
pub struct RateLimit {
    mails: usize,
    per: Duration,
    measure: Measure,
    reply: Reply,
}

#[derive(Clone, Copy, Debug)]
enum Measure {
    Peer,
    Sender,
    SenderDomain,
}

#[derive(PartialEq, Eq, Hash)]
enum Source {
    Peer(IpAddr),
    Sender(Option<Mailbox>),
    Domain(String),
}

/// When mails passed, by their sources.
#[derive(Default)]
struct Passed {
    times: HashMap<Source, VecDeque<Duration>>,
    /// At so many sources those are let go of which nothing counts any more.
    most: usize,
}

impl Passed {
    /// Whether one more may pass now; it is counted then.
    fn admit(&mut self, source: Source, now: Duration, limit: &RateLimit) -> bool {
        if self.times.len() >= self.most {
            self.times.retain(|_, times| {
                limit.forget_old(times, now);
                !times.is_empty()
            });
            self.most = (self.times.len() * 2).max(64);
        }
        let times = self.times.entry(source).or_default();
        limit.forget_old(times, now);
        let is_admitted = times.len() < limit.mails;
        if is_admitted {
            times.push_back(now);
        }
        is_admitted
    }
}

impl RateLimit {
    /// So many mails within that time, on the server's clock. A mail counts from its MAIL, if this limit
    /// let it pass, whatever becomes of it then.
    pub fn new(mails: usize, per: Duration) -> Self {
        Self {
            mails,
            per,
            measure: Measure::Peer,
            reply: Reply::fixed(450, (4, 7, 1), "Rate limit exceeded, try again later"),
        }
    }

    /// Counts for each reverse-path.
    pub fn per_sender(mut self) -> Self {
        self.measure = Measure::Sender;
        self
    }

    /// Counts for each domain of a reverse-path.
    pub fn per_sender_domain(mut self) -> Self {
        self.measure = Measure::SenderDomain;
        self
    }

    /// Refuses with that reply. Behind [421](Reply::service_not_available) the session ends.
    pub fn reply(mut self, reply: Reply) -> Self {
        self.reply = reply;
        self
    }

    pub(super) fn into_rule(self, clock: Arc<Clock>, line: Line) -> MountedRule {
        let name = self.to_string();
        let passed = Mutex::new(Passed::default());
        let decide = Box::new(move |event: &Event<'_>| {
            let is_admitted = passed.lock().admit(self.source(event), clock.now(), &self);
            (!is_admitted).then(|| Action::reply(self.reply.clone()))
        });
        MountedRule::new(line, Trigger::mail(), Script::Preset { name, decide })
    }

    /// Forgets what counts no more.
    fn forget_old(&self, times: &mut VecDeque<Duration>, now: Duration) {
        let is_old = |time: &Duration| time.saturating_add(self.per) <= now;
        while times.front().is_some_and(is_old) {
            times.pop_front();
        }
    }

    fn source(&self, event: &Event<'_>) -> Source {
        let sender = event.sender().and_then(ReversePath::mailbox);
        match self.measure {
            Measure::Peer => Source::Peer(event.peer().ip()),
            Measure::Sender => Source::Sender(sender.cloned()),
            Measure::SenderDomain => {
                let domain = sender.and_then(Mailbox::domain).unwrap_or_default();
                Source::Domain(domain.to_ascii_lowercase())
            }
        }
    }
}

impl fmt::Display for RateLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let measure = match self.measure {
            Measure::Peer => "peer",
            Measure::Sender => "sender",
            Measure::SenderDomain => "sender's domain",
        };
        let (mails, per) = (self.mails, self.per);
        write!(f, "rate_limit({mails} mails per {per:?} and {measure})")
    }
}

/// Ends a session with 421 when it wants to send more than so many mails.
pub(super) fn max_mails_per_session(mails: usize, line: Line) -> MountedRule {
    let reply = Reply::fixed(421, (4, 7, 0), "Too many mails in this session, closing");
    let decide = Box::new(move |event: &Event<'_>| {
        (event.accepted_mails() >= mails).then(|| Action::reply(reply.clone()))
    });
    let name = format!("max_mails_per_session({mails})");
    MountedRule::new(line, Trigger::mail(), Script::Preset { name, decide })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_of_which_nothing_counts_are_let_go() {
        let limit = RateLimit::new(1, Duration::from_secs(60));
        let mut passed = Passed::default();
        for second in 0..10_000 {
            let source = || Source::Domain(format!("{second}.example"));
            let now = Duration::from_secs(second);
            assert!(passed.admit(source(), now, &limit) && !passed.admit(source(), now, &limit));
            assert!(passed.times.len() <= 128, "{}", passed.times.len());
        }
    }
}
