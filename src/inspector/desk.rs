//! What a request has at hand.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use axum::extract::FromRef;

use super::controls::Controls;
use crate::inbox::Inbox;
use crate::rules::RuleBook;

/// What the paths have to do with.
#[derive(Clone)]
pub(super) struct Desk {
    pub(super) inbox: Inbox,
    pub(super) rules: Arc<RuleBook>,
    pub(super) controls: Arc<dyn Controls>,
    pub(super) is_parked: Arc<AtomicBool>,
    /// What tells this server from others on the same port.
    pub(super) run: Arc<str>,
}

impl FromRef<Desk> for Inbox {
    fn from_ref(desk: &Desk) -> Self {
        desk.inbox.clone()
    }
}
