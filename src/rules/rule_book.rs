//! All the rules of a server: asks them, newest first, and holds them to what was expected of them.

use std::any::Any;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::{Mutex, RwLock};

use super::event::Event;
use super::mounted_rule::MountedRule;
use super::stage_set::StageSet;
use crate::clock::Clock;
use crate::journal;
use crate::smtp::{Conduct, Intervention, Reply, RuleId};
use crate::times::Times;

#[derive(Debug)]
pub(crate) struct RuleBook {
    /// The newest first.
    rules: RwLock<Arc<[Entry]>>,
    /// Rules that stay, whatever the test does: the policy that the builder set.
    policy: Box<[Entry]>,
    /// Rules that were removed and of which something is expected.
    removed: Mutex<Vec<Arc<MountedRule>>>,
    /// What the test's closures panicked with.
    panics: Mutex<Vec<String>>,
    last_id: AtomicU64,
    seed: u64,
    clock: Arc<Clock>,
}

/// How many panics are remembered: one tells enough, and there may be one an event.
const MAX_PANICS: usize = 10;

/// A rule, and where it may be asked.
#[derive(Clone, Debug)]
struct Entry {
    stages: StageSet,
    rule: Arc<MountedRule>,
}

/// A rule that did not act as often as it was to.
#[derive(Debug)]
pub(crate) struct Unmet {
    pub(crate) rule: String,
    pub(crate) location: &'static Location<'static>,
    pub(crate) expected: Times,
    pub(crate) hits: usize,
    /// Nothing that is still to come can mend it.
    pub(crate) is_final: bool,
}

impl RuleBook {
    /// `policy` is what the builder set, the oldest first.
    pub(crate) fn new(clock: Arc<Clock>, seed: u64, policy: Vec<MountedRule>) -> Self {
        let last_id = AtomicU64::new(policy.len() as u64);
        let policy = policy.into_iter().enumerate().map(|(i, mut rule)| {
            rule.state.id = i as u64 + 1;
            Entry::new(Arc::new(rule))
        });
        Self {
            rules: RwLock::new(Arc::from([])),
            policy: policy.rev().collect(),
            removed: Mutex::default(),
            panics: Mutex::default(),
            last_id,
            seed,
            clock,
        }
    }

    pub(crate) fn mount(&self, mut rule: MountedRule) -> Arc<MountedRule> {
        let mut rules = self.rules.write();
        rule.state.id = self.last_id.fetch_add(1, Ordering::Relaxed) + 1;
        let rule = Arc::new(rule);
        let newest = std::iter::once(Entry::new(Arc::clone(&rule)));
        *rules = newest.chain(rules.iter().cloned()).collect();
        rule
    }

    /// The rules of the test, newest first.
    #[cfg(feature = "inspector")]
    pub(crate) fn mounted(&self) -> Vec<Arc<MountedRule>> {
        let rules = Arc::clone(&*self.rules.read());
        rules.iter().map(|entry| Arc::clone(&entry.rule)).collect()
    }

    /// The rules that the server was started with, as they are asked.
    pub(crate) fn own(&self) -> Vec<Arc<MountedRule>> {
        let rules = self.policy.iter();
        rules.map(|entry| Arc::clone(&entry.rule)).collect()
    }

    pub(crate) fn remove(&self, rule: &MountedRule) {
        self.retain(|mounted| mounted.id() != rule.id());
    }

    /// Removes all rules but the policy, and says how many.
    pub(crate) fn clear(&self) -> usize {
        self.retain(|_| false)
    }

    /// Whether the rule still is there.
    pub(crate) fn is_in_force(&self, id: RuleId) -> bool {
        let is_in = |entries: &[Entry]| entries.iter().any(|entry| entry.rule.id() == id);
        is_in(&self.rules.read()) || is_in(&self.policy)
    }

    /// What the rules decide, if any of them acts.
    pub(crate) fn decide(&self, event: &Event<'_>) -> Option<Intervention> {
        let rules = Arc::clone(&*self.rules.read());
        let stage = event.stage();
        let asked = rules.iter().chain(&self.policy);
        let mut acting = asked
            .filter(|entry| entry.stages.contains(stage))
            .filter_map(|entry| self.ask(&entry.rule, event));
        let mut passed_on: Option<Intervention> = None;
        loop {
            match (acting.next(), passed_on) {
                (Some(mut next), earlier) => {
                    next.follow(earlier.map_or_else(Vec::new, |e| e.holds));
                    if next.conduct != Conduct::PassOn {
                        return Some(next);
                    }
                    passed_on = Some(next);
                }
                (None, passed_on) => return passed_on,
            }
        }
    }

    /// A session has ended.
    pub(crate) fn forget_session(&self, id: u64) {
        let rules = Arc::clone(&*self.rules.read());
        for entry in rules.iter().chain(&self.policy) {
            entry.rule.forget_session(id);
        }
    }

    /// What is not as expected, and what the test's closures panicked with. Of a removed rule that is
    /// told once, as nothing can mend it.
    pub(crate) fn take_failures(&self) -> (Vec<Unmet>, Vec<String>) {
        let unmet = self.unmet();
        let forgotten = std::mem::take(&mut *self.removed.lock());
        drop(forgotten); // under no lock, as it owns closures of the test
        (unmet, std::mem::take(&mut *self.panics.lock()))
    }

    /// What is not as expected so far.
    pub(crate) fn unmet(&self) -> Vec<Unmet> {
        // Both under the lock under which a rule goes from here to there.
        let (rules, removed) = {
            let rules = self.rules.read();
            (Arc::clone(&*rules), self.removed.lock().clone())
        };
        let rules = rules.iter().map(|entry| &entry.rule);
        let mut all: Vec<_> = removed.iter().chain(rules).collect();
        all.sort_by_key(|rule| rule.state.id);
        all.into_iter().filter_map(|rule| Unmet::of(rule)).collect()
    }

    #[cfg(feature = "inspector")]
    pub(crate) fn clock(&self) -> &Arc<Clock> {
        &self.clock
    }

    pub(crate) fn seed(&self) -> u64 {
        self.seed
    }

    /// Forgets all rules but the policy, what was expected of them, and what has panicked.
    pub(crate) fn reset(&self) {
        self.clear();
        drop(self.take_failures());
    }

    /// How many were removed.
    fn retain(&self, is_kept: impl Fn(&MountedRule) -> bool) -> usize {
        // It owns closures of the test, which are to be dropped under no lock.
        let before = {
            let mut rules = self.rules.write();
            let (kept, removed): (Vec<_>, Vec<_>) = rules
                .iter()
                .cloned()
                .partition(|entry| is_kept(&entry.rule));
            let removed = removed.into_iter().map(|entry| entry.rule);
            for rule in removed.inspect(|rule| rule.state.remove()) {
                if rule.expected.is_some() {
                    self.removed.lock().push(rule);
                }
            }
            std::mem::replace(&mut *rules, kept.into())
        };
        let removed = before
            .iter()
            .filter(|entry| entry.rule.is_removed())
            .count();
        drop(before);
        self.clock.wake_timers();
        removed
    }

    /// Asks one rule. What panics in it is the test's closure.
    fn ask(&self, rule: &MountedRule, event: &Event<'_>) -> Option<Intervention> {
        let asked = || {
            rule.is_match(event)
                .then(|| rule.take(event, self.seed))
                .flatten()
        };
        let acted = catch_unwind(AssertUnwindSafe(asked)).unwrap_or_else(|panic| {
            let message = message_of(&*panic);
            let origin = rule.origin();
            let mut panics = self.panics.lock();
            if panics.len() < MAX_PANICS {
                panics.push(format!("{rule} panicked: {message} (rule at {origin})"));
            }
            let reply = Reply::fixed(451, (4, 3, 0), "A closure of the test panicked");
            Some(Intervention {
                rule: rule.id(),
                origin,
                holds: Vec::new(),
                conduct: Conduct::Reply(reply),
            })
        });
        if acted.is_some() {
            journal::tell_of_rule(rule, event.session_id());
        }
        acted
    }
}

impl Entry {
    fn new(rule: Arc<MountedRule>) -> Self {
        let stages = rule.trigger.stages();
        Self { stages, rule }
    }
}

impl Unmet {
    fn of(rule: &MountedRule) -> Option<Self> {
        let (expected, location) = rule.expected?;
        let hits = rule.hits();
        (!expected.contains(hits)).then(|| Self {
            rule: rule.to_string(),
            location,
            expected,
            hits,
            is_final: rule.is_removed() || expected.is_exceeded_by(hits),
        })
    }
}

fn message_of(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("with something that is no text")
}
