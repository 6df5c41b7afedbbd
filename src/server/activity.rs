//! Whether anything still moves on the server's thread.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counts what sessions do, so that it can be seen when they do nothing more of themselves.
#[derive(Debug, Default)]
pub(super) struct Activity(AtomicU64);

impl Activity {
    pub(super) fn note(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
