//! Greylisting (RFC 6647): who is unknown is to come again later.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

use super::action::Action;
use super::mounted_rule::{Line, MountedRule, Script};
use super::trigger::Trigger;
use crate::clock::Clock;
use crate::smtp::{Reply, ReversePath};

/// So many are remembered: one a mail may come that was never seen before.
const MAX_SEEN: usize = 100_000;

/// What was seen first when. With more than so many, the half that was seen longest ago is forgotten.
struct FirstSeen<T> {
    times: HashMap<T, Duration>,
    most: usize,
}

impl<T: Eq + Hash> FirstSeen<T> {
    fn see(&mut self, what: T, now: Duration) -> Duration {
        if self.times.len() >= self.most && !self.times.contains_key(&what) {
            let mut times: Vec<_> = self.times.values().copied().collect();
            let (_, median, _) = times.select_nth_unstable(self.most / 2);
            self.times.retain(|_, time| *time > *median);
        }
        *self.times.entry(what).or_insert(now)
    }
}

/// Refuses a peer, sender and recipient that have not been seen together that long ago.
pub(super) fn greylist(delay: Duration, clock: Arc<Clock>, line: Line) -> MountedRule {
    let first_seen = Mutex::new(FirstSeen {
        times: HashMap::new(),
        most: MAX_SEEN,
    });
    let decide = Box::new(move |event: &super::event::Event<'_>| {
        let sender = event.sender().and_then(ReversePath::mailbox).cloned();
        let triplet = (event.peer().ip(), sender, event.mailbox()?.clone());
        let now = clock.now();
        let since = first_seen.lock().see(triplet, now);
        (now < since.saturating_add(delay)).then(|| Action::reply(Reply::greylisted()))
    });
    let name = format!("greylist({delay:?})");
    MountedRule::new(line, Trigger::rcpt(), Script::Preset { name, decide })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_seen_longest_ago_is_forgotten() {
        let mut seen = FirstSeen {
            times: HashMap::new(),
            most: 10,
        };
        for second in 0..100 {
            let now = Duration::from_secs(second);
            assert_eq!(seen.see(second, now), now);
            assert!(seen.times.len() <= 10);
            let before = second.saturating_sub(3);
            assert_eq!(seen.see(before, now), Duration::from_secs(before));
        }
    }
}
