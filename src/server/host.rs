//! What all connections of a server share.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use super::activity::Activity;
#[cfg(feature = "tls")]
use super::tls::Endpoint;
use crate::clock::Clock;
use crate::rules::RuleBook;
use crate::smtp::Settings;
use crate::store::Store;

#[derive(Debug)]
pub(super) struct Host {
    pub(super) settings: Arc<Settings>,
    pub(super) store: Arc<Store>,
    pub(super) rules: Arc<RuleBook>,
    pub(super) clock: Arc<Clock>,
    pub(super) activity: Activity,
    /// It refuses connections.
    pub(super) is_down: Arc<AtomicBool>,
    pub(super) max_sessions: usize,
    pub(super) idle_timeout: Duration,
    #[cfg(feature = "tls")]
    pub(super) tls: Option<Arc<Endpoint>>,
}
