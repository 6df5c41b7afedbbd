//! A rule in force: what it waits for, what it does, and how often it did.

use std::collections::HashMap;
use std::fmt;
use std::panic::Location;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use parking_lot::Mutex;

use super::action::Action;
use super::event::Event;
use super::frequency::Frequency;
use super::scope::{Key, Scope};
use super::trigger::Trigger;
use crate::smtp::{Hold, Intervention, Origin, RuleId};
use crate::times::Times;

type Decide = Box<dyn Fn(&Event<'_>) -> Option<Action> + Send + Sync>;

/// What a rule does when it acts.
pub(crate) enum Script {
    Same(Action),
    /// One after the other, and then nothing.
    InTurn(Vec<Action>),
    /// What it says, if it says anything.
    Preset {
        name: String,
        decide: Decide,
    },
}

/// Where a rule was made; none, if it came as data.
pub(crate) type Line = Option<&'static Location<'static>>;

pub(crate) struct MountedRule {
    line: Line,
    /// What it came as: JSON.
    #[cfg(feature = "inspector")]
    pub(crate) form: Option<Box<str>>,
    pub(crate) trigger: Trigger,
    pub(crate) frequency: Frequency,
    pub(crate) scope: Scope,
    pub(crate) probability: Option<f64>,
    pub(crate) script: Script,
    /// How often it is to act, and where that was said.
    pub(crate) expected: Option<(Times, &'static Location<'static>)>,
    pub(super) state: State,
}

/// What becomes of a rule while it is in force.
#[derive(Default)]
pub(crate) struct State {
    pub(super) id: u64,
    counts: Mutex<HashMap<Key, Count>>,
    hits: AtomicUsize,
    is_removed: AtomicBool,
}

impl State {
    pub(super) fn remove(&self) {
        self.is_removed.store(true, Ordering::Release);
    }
}

#[derive(Clone, Copy, Default)]
struct Count {
    /// Events that matched.
    seen: usize,
    /// Events at which it acted.
    taken: usize,
}

impl MountedRule {
    pub(crate) fn new(line: Line, trigger: Trigger, script: Script) -> Self {
        Self {
            line,
            #[cfg(feature = "inspector")]
            form: None,
            trigger,
            frequency: Frequency::default(),
            scope: Scope::default(),
            probability: None,
            script,
            expected: None,
            state: State::default(),
        }
    }

    pub(crate) fn id(&self) -> RuleId {
        RuleId(self.state.id)
    }

    pub(crate) fn origin(&self) -> Origin {
        self.line
            .map_or(Origin::of_number(self.state.id), Origin::from)
    }

    pub(crate) fn hits(&self) -> usize {
        self.state.hits.load(Ordering::Acquire)
    }

    /// How often it can still act; `None` without end, and if events are counted apart.
    pub(crate) fn remaining(&self) -> Option<usize> {
        if self.is_removed() {
            return Some(0);
        }
        if self.scope != Scope::Server {
            return None;
        }
        let counts = self.state.counts.lock();
        let count = counts.get(&Key::Server).copied().unwrap_or_default();
        let by_frequency = self.frequency.remaining(count.seen);
        let by_script = match &self.script {
            Script::InTurn(actions) => Some(actions.len().saturating_sub(count.taken)),
            Script::Same(_) | Script::Preset { .. } => None,
        };
        match (by_frequency, by_script) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }

    pub(crate) fn is_removed(&self) -> bool {
        self.state.is_removed.load(Ordering::Acquire)
    }

    /// A session has ended: what was counted for it counts no more.
    pub(super) fn forget_session(&self, id: u64) {
        if self.scope == Scope::Session {
            self.state.counts.lock().remove(&Key::Session(id));
        }
    }

    /// Whether the event is one for it. Runs the test's closures: not to be called under a lock.
    pub(super) fn is_match(&self, event: &Event<'_>) -> bool {
        let is_possible = match &self.script {
            Script::Same(action) => action.is_possible_at(event),
            Script::InTurn(actions) => actions.iter().any(|action| action.is_possible_at(event)),
            Script::Preset { .. } => true,
        };
        is_possible && self.trigger.is_match(event)
    }

    /// Counts an event that matches it, and says what it does, if it acts.
    pub(super) fn take(&self, event: &Event<'_>, seed: u64) -> Option<Intervention> {
        let key = self.scope.key(event);
        let action = match &self.script {
            Script::Preset { decide, .. } => {
                // It may be the test's code in the end, and runs under no lock.
                let action = decide(event)?;
                self.count(key, event, seed, |_| Some(&action))
            }
            Script::Same(action) => self.count(key, event, seed, |_| Some(action)),
            Script::InTurn(actions) => self.count(key, event, seed, |taken| actions.get(taken)),
        }?;
        let rule = self.id();
        let hold = action.delay.map(|delay| Hold { rule, delay });
        Some(Intervention {
            rule,
            origin: self.origin(),
            holds: Vec::from_iter(hold),
            conduct: action.conduct,
        })
    }

    fn count<'a>(
        &self,
        key: Key,
        event: &Event<'_>,
        seed: u64,
        action: impl FnOnce(usize) -> Option<&'a Action>,
    ) -> Option<Action> {
        let mut counts = self.state.counts.lock();
        let count = counts.entry(key).or_default();
        let action = action(count.taken)?;
        if !action.is_possible_at(event) {
            return None; // a script waits for the event that its next action is for
        }
        count.seen += 1;
        let is_drawn = |probability| self.draw(event, seed) < probability;
        if !self.frequency.is_due(count.seen) || !self.probability.is_none_or(is_drawn) {
            return None;
        }
        count.taken += 1;
        self.state.hits.fetch_add(1, Ordering::AcqRel);
        Some(action.clone())
    }

    /// A number from 0 up to 1 that depends on nothing but the seed, this rule and the event's place.
    fn draw(&self, event: &Event<'_>, seed: u64) -> f64 {
        let mut mixed = splitmix(seed);
        for part in [self.state.id, event.session_id(), event.number()] {
            mixed = splitmix(mixed ^ part);
        }
        (mixed >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// `SplitMix64` (Steele, Lea, Flood 2014): each bit of the input changes half of the output.
fn splitmix(state: u64) -> u64 {
    let mut z = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

impl fmt::Display for MountedRule {
    /// As it is written: `on(rcpt()).first(2).reply(451 …)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Script::Preset { name, .. } = &self.script {
            return f.write_str(name);
        }
        write!(f, "on({}){}{}", self.trigger, self.frequency, self.scope)?;
        if let Some(probability) = self.probability {
            write!(f, ".with_probability({probability})")?;
        }
        match &self.script {
            Script::Same(action) => write!(f, ".{action}"),
            Script::InTurn(actions) => {
                f.write_str(".in_turn([")?;
                for (i, action) in actions.iter().enumerate() {
                    write!(f, "{}{action}", if i == 0 { "" } else { ", " })?;
                }
                f.write_str("])")
            }
            Script::Preset { .. } => Ok(()),
        }
    }
}

impl fmt::Debug for MountedRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "MountedRule({self} at {}, {} hits)",
            self.origin(),
            self.hits()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::smtp::{Client, Event as CoreEvent, Moment, Reply};

    #[test]
    fn what_is_counted_for_a_session_goes_with_it() {
        let script = Script::Same(Action::reply(Reply::greylisted()));
        let mut rule = MountedRule::new(None, Trigger::connect(), script);
        rule.scope = Scope::Session;
        let client = Client {
            peer: ([127, 0, 0, 1], 1).into(),
            hello: None,
            identity: None,
            tls: None,
        };
        let core = CoreEvent {
            moment: Moment::Connect,
            client: &client,
            envelope: None,
            begins_content: false,
            accepted_mails: 0,
            is_lmtp: false,
        };
        for id in 1..=3 {
            assert!(rule.take(&Event::new(&core, id, 1), 0).is_some());
        }
        rule.forget_session(2);
        let counts = rule.state.counts.lock();
        assert_eq!(counts.len(), 2);
        assert!(!counts.contains_key(&Key::Session(2)));
        assert_eq!(rule.hits(), 3);
    }
}
