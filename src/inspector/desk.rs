//! What a request has at hand.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use axum::extract::FromRef;

use crate::inbox::Inbox;
use crate::rules::RuleBook;
use crate::spec::ServerKind;

/// What there is to ask of the server itself, and what it does when it is told to: each call waits until that is done.
pub(crate) trait Controls: fmt::Debug + Send + Sync {
    /// Where clients send their mail.
    fn url(&self) -> &str;
    /// Whom clients are to trust, in PEM; none, if there is no TLS.
    fn ca_certificate(&self) -> Option<&str>;
    fn server_kind(&self) -> ServerKind;
    fn is_down(&self) -> bool;
    /// Gives how far it was moved.
    fn advance_time(&self, duration: Duration) -> io::Result<Duration>;
    fn go_down(&self) -> io::Result<()>;
    fn come_back(&self) -> io::Result<()>;
}

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
