//! What the server refuses for want of room.

use std::sync::Arc;

use crate::mail::Mail;
use crate::smtp::{Cause, Command, Event, Moment, Policy, Refusal, Reply, Verdict};
use crate::store::Store;

const TOO_MANY_SESSIONS: Refusal = Refusal::new(
    Cause::Limit,
    Reply::fixed(421, (4, 3, 2), "Too many sessions, try again later"),
);
const STORE_FULL: Refusal = Refusal::new(Cause::Limit, Reply::insufficient_storage());

/// The limits that concern the server as a whole.
#[derive(Debug)]
pub(super) struct Capacity {
    pub(super) store: Arc<Store>,
    /// Whether the session was one too many when it was opened: when it first runs, others may have
    /// come behind it.
    pub(super) is_crowded: bool,
}

impl Policy for Capacity {
    fn decide(&mut self, event: &Event<'_>) -> Verdict {
        let octets = match event.moment {
            Moment::Connect if self.is_crowded => return Verdict::Refuse(TOO_MANY_SESSIONS),
            Moment::Command {
                command: Command::Mail(reverse_path),
                ..
            } => {
                let declared = reverse_path.parameters().size().unwrap_or(1);
                usize::try_from(declared).unwrap_or(usize::MAX)
            }
            Moment::EndOfData { content } => {
                let size = |envelope| Mail::size_with(envelope, content.len());
                event.envelope.map_or(content.len(), size)
            }
            _ => return Verdict::Proceed,
        };
        if self.store.has_room_for_mail(octets) {
            Verdict::Proceed
        } else {
            Verdict::Refuse(STORE_FULL)
        }
    }
}
