//! When it is over what a rule has a session wait for.

use std::time::Duration;

use crate::clock::Clock;
use crate::smtp::RuleId;

/// Up to when a session has waited, by the clock: what follows counts from then, as the clock may have
/// been moved further.
#[derive(Debug, Default)]
pub(super) struct Schedule {
    /// Up to when the rule that paces the content has had it wait.
    pace: Option<(RuleId, Duration)>,
    /// When the last hold ended.
    held_until: Duration,
}

impl Schedule {
    /// When a hold is over, if it has an end.
    pub(super) fn end_of_hold(
        &self,
        clock: &Clock,
        duration: Option<Duration>,
        is_behind_another: bool,
    ) -> Option<Duration> {
        let begin = if is_behind_another {
            self.held_until
        } else {
            clock.now()
        };
        Some(begin.saturating_add(duration?))
    }

    /// A hold is over, when it was to be or before.
    pub(super) fn note_held(&mut self, clock: &Clock, deadline: Option<Duration>) {
        let now = clock.now();
        self.held_until = deadline.map_or(now, |deadline| deadline.min(now));
    }

    /// When content that a rule paces goes on.
    pub(super) fn next_pace(
        &mut self,
        clock: &Clock,
        duration: Duration,
        rule: RuleId,
    ) -> Duration {
        let last = self.pace.filter(|(pacing, _)| *pacing == rule);
        let last = last.map_or_else(|| clock.now(), |(_, until)| until);
        let until = last.saturating_add(duration);
        self.pace = Some((rule, until));
        until
    }

    /// Nothing is paced any more.
    pub(super) fn end_pace(&mut self) {
        self.pace = None;
    }
}
