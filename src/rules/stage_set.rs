//! The stages at which a trigger can be met, so that most rules need not be asked at most events.

use crate::smtp::Stage;

#[derive(Clone, Copy, Debug)]
pub(super) struct StageSet(u16);

impl StageSet {
    pub(super) const ALL: Self = Self(u16::MAX);

    pub(super) fn of(stage: Stage) -> Self {
        Self(1 << stage as u16)
    }

    pub(super) fn contains(self, stage: Stage) -> bool {
        self.0 & Self::of(stage).0 != 0
    }
}
