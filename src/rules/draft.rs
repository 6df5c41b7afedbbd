//! A rule that is being said, word by word: each word that does not fit is an error that says why.

use std::panic::Location;
use std::time::Duration;

use super::action::Action;
use super::frequency::Frequency;
use super::mounted_rule::{Line, MountedRule, Script};
use super::scope::Scope;
use super::trigger::Trigger;
use crate::times::Times;

pub(crate) struct RuleDraft {
    /// Its action is still to come.
    rule: MountedRule,
    delay: Option<Duration>,
}

/// Why a word does not fit.
type Fit = Result<(), String>;

impl RuleDraft {
    pub(crate) fn new(line: Line, trigger: Trigger) -> Self {
        let script = Script::Same(Action::proceed());
        Self {
            rule: MountedRule::new(line, trigger, script),
            delay: None,
        }
    }

    pub(crate) fn trigger(&self) -> &Trigger {
        &self.rule.trigger
    }

    pub(crate) fn set_frequency(&mut self, frequency: Frequency) -> Fit {
        let before = self.rule.frequency;
        check(before == Frequency::Always, || {
            format!("a rule has one frequency: {before} or {frequency}")
        })?;
        check(frequency.is_possible(), || match frequency {
            Frequency::Nth(_) => "events are counted from 1: nth(0) never comes".to_owned(),
            _ => format!(
                "{} never comes",
                frequency.to_string().trim_start_matches('.')
            ),
        })?;
        self.rule.frequency = frequency;
        Ok(())
    }

    pub(crate) fn set_scope(&mut self, scope: Scope) -> Fit {
        let trigger = &self.rule.trigger;
        let (is_met, needed) = match scope {
            Scope::Server | Scope::Session => (true, ""),
            Scope::Sender => (trigger.has_sender(), "a trigger from MAIL on"),
            Scope::Recipient => (trigger.is_rcpt(), "the trigger rcpt() or rcpt_to(..)"),
            Scope::Mail => (
                trigger.is_end_of_data(),
                "the trigger end_of_data() or end_of_data_when(..)",
            ),
        };
        check(is_met || trigger.is_open(), || {
            let word = scope.to_string();
            let word = word.trim_start_matches('.');
            format!("{word} needs {needed}, not {trigger}")
        })?;
        let before = self.rule.scope;
        check(before == Scope::Server, || {
            format!("events are counted {before} or {scope}, not both")
        })?;
        self.rule.scope = scope;
        Ok(())
    }

    pub(crate) fn set_probability(&mut self, probability: f64) -> Fit {
        check((0.0..=1.0).contains(&probability), || {
            format!("not a probability from 0 to 1: {probability}")
        })?;
        self.rule.probability = Some(probability);
        Ok(())
    }

    pub(crate) fn set_expected(
        &mut self,
        times: Times,
        location: &'static Location<'static>,
    ) -> Fit {
        check(self.rule.expected.is_none(), || {
            "expect(..) was said before".to_owned()
        })?;
        self.rule.expected = Some((times, location));
        Ok(())
    }

    pub(crate) fn set_delay(&mut self, delay: Duration) -> Fit {
        check(self.delay.is_none(), || {
            "after(..) was said before".to_owned()
        })?;
        self.delay = Some(delay);
        Ok(())
    }

    /// The rule that does this each time.
    pub(crate) fn with_action(mut self, action: Action) -> Result<MountedRule, String> {
        let action = self.delayed(action)?;
        self.check_action(&action)?;
        self.rule.script = Script::Same(action);
        self.finished()
    }

    /// The rule that does these one after the other.
    pub(crate) fn with_actions(
        mut self,
        actions: impl IntoIterator<Item = Action>,
    ) -> Result<MountedRule, String> {
        let actions = actions.into_iter().map(|action| self.delayed(action));
        let actions: Vec<_> = actions.collect::<Result<_, _>>()?;
        check(!actions.is_empty(), || "in_turn needs an action".to_owned())?;
        for action in &actions {
            self.check_action(action)?;
        }
        let (frequency, count) = (self.rule.frequency, actions.len());
        let most = frequency.remaining(0);
        check(most.is_none_or(|most| most >= count), || {
            format!("{frequency} lets not all of the {count} actions happen")
        })?;
        self.rule.script = Script::InTurn(actions);
        self.finished()
    }

    fn delayed(&self, action: Action) -> Result<Action, String> {
        let Some(delay) = self.delay else {
            return Ok(action);
        };
        check(!action.is_delayed(), || {
            format!("after({delay:?}) or {action}, not both")
        })?;
        Ok(action.after(delay))
    }

    fn check_action(&self, action: &Action) -> Fit {
        action.conflict_with(&self.rule.trigger).map_or(Ok(()), Err)
    }

    fn finished(self) -> Result<MountedRule, String> {
        if let (Some((expected, _)), Some(most)) = (self.rule.expected, self.rule.remaining()) {
            check(expected.can_be_met_by(most), || {
                let rule = &self.rule;
                format!(
                    "{rule} acts {most} times at most, and never as often as expected: {expected}"
                )
            })?;
        }
        Ok(self.rule)
    }
}

fn check(fits: bool, why_not: impl FnOnce() -> String) -> Fit {
    if fits { Ok(()) } else { Err(why_not()) }
}
