//! Failure texts: pure functions of what was expected and what is stored.

mod closest;
mod excerpt;
mod overview;
mod rule;
mod scene;
mod session_line;
mod wait;

pub(crate) use rule::{expectations_not_met, not_as_expected, story, too_few_hits};
pub(crate) use scene::Scene;
pub(crate) use wait::{WaitEnd, in_wait, too_few_mails};
