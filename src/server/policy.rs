//! Who decides about a session: first the limits of the server, then the rules of the test.

use std::sync::Arc;

use super::capacity::Capacity;
use super::host::Host;
use crate::rules::Event;
use crate::smtp::{Event as CoreEvent, Policy, Verdict};
use crate::store::SessionKey;

pub(super) struct HousePolicy {
    host: Arc<Host>,
    capacity: Capacity,
    session_id: u64,
    events: u64,
}

impl HousePolicy {
    /// Of a session that was opened just now.
    pub(super) fn new(host: Arc<Host>, key: SessionKey) -> Self {
        Self {
            capacity: Capacity {
                store: Arc::clone(&host.store),
                is_crowded: host.store.open_sessions() > host.max_sessions,
            },
            session_id: key.id(),
            events: 0,
            host,
        }
    }

    /// Whether the session is one too many.
    pub(super) fn is_crowded(&self) -> bool {
        self.capacity.is_crowded
    }
}

impl Policy for HousePolicy {
    fn decide(&mut self, event: &CoreEvent<'_>) -> Verdict {
        self.events += 1;
        match self.capacity.decide(event) {
            Verdict::Proceed => {}
            refused => return refused,
        }
        let event = Event::new(event, self.session_id, self.events);
        let Some(intervention) = self.host.rules.decide(&event) else {
            return Verdict::Proceed;
        };
        // Somebody may wait for its hits.
        self.host.store.wake_waiters();
        Verdict::Intervene(Box::new(intervention))
    }

    fn reconsider(&mut self, event: &CoreEvent<'_>) -> Verdict {
        self.capacity.decide(event)
    }
}

/// The session is over.
impl Drop for HousePolicy {
    fn drop(&mut self) {
        self.host.rules.forget_session(self.session_id);
    }
}
