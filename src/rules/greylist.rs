//! Greylisting (RFC 6647): who is unknown is to come again later.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

use super::action::Action;
use super::mounted_rule::{Line, MountedRule, Script};
use super::trigger::Trigger;
use crate::clock::Clock;
use crate::smtp::{Reply, ReversePath};

/// Refuses a peer, sender and recipient that have not been seen together that long ago.
pub(super) fn greylist(delay: Duration, clock: Arc<Clock>, line: Line) -> MountedRule {
    let first_seen = Mutex::new(HashMap::new());
    let decide = Box::new(move |event: &super::event::Event<'_>| {
        let sender = event.sender().and_then(ReversePath::mailbox).cloned();
        let triplet = (event.peer().ip(), sender, event.mailbox()?.clone());
        let now = clock.now();
        let since = *first_seen.lock().entry(triplet).or_insert(now);
        (now < since.saturating_add(delay)).then(|| Action::reply(Reply::greylisted()))
    });
    let name = format!("greylist({delay:?})");
    MountedRule::new(line, Trigger::rcpt(), Script::Preset { name, decide })
}
