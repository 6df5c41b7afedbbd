//! What all connections of a server share.

use std::sync::Arc;
use std::time::Duration;

use crate::smtp::Settings;
use crate::store::Store;

#[derive(Debug)]
pub(super) struct Host {
    pub(super) settings: Arc<Settings>,
    pub(super) store: Arc<Store>,
    pub(super) max_sessions: usize,
    pub(super) idle_timeout: Duration,
}
