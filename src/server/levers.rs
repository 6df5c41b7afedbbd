//! What moves the server from outside, by its inspector.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::control::Control;
use super::remote::Remote;
use crate::inspector::Controls;
use crate::spec::ServerKind;

/// What is done to the server over HTTP, and what is shown of it.
#[derive(Debug)]
pub(super) struct Levers {
    pub(super) remote: Remote,
    pub(super) url: String,
    /// In PEM, where clients can have TLS.
    pub(super) ca_certificate: Option<String>,
    pub(super) server_kind: ServerKind,
    pub(super) is_down: Arc<AtomicBool>,
}

impl Controls for Levers {
    fn url(&self) -> &str {
        &self.url
    }

    fn ca_certificate(&self) -> Option<&str> {
        self.ca_certificate.as_deref()
    }

    fn server_kind(&self) -> ServerKind {
        self.server_kind
    }

    fn is_down(&self) -> bool {
        self.is_down.load(Ordering::Acquire)
    }

    fn advance_time(&self, duration: Duration) -> io::Result<Duration> {
        self.remote.ask(|done| Control::AdvanceTime(duration, done))
    }

    fn go_down(&self) -> io::Result<()> {
        self.remote.ask(Control::GoDown)
    }

    fn come_back(&self) -> io::Result<()> {
        self.remote.ask(Control::ComeBack)
    }
}
