//! How a session ends, or goes on, by what happens outside the dialogue.

use super::manner::Manner;
use super::refusal::Refusal;
use super::reply::Reply;
use super::session::ServerSession;
use super::session_end::SessionEnd;
use super::step::Said;
use super::verdict::{Conduct, RuleId};

/// What can befall a session from outside the dialogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Interruption {
    Idle,
    /// The client does not read what it is sent.
    Unread,
    ConnectionLost,
    ServerClosed,
}

impl ServerSession {
    /// Ends the session from outside the dialogue.
    pub(crate) fn interrupt(&mut self, interruption: Interruption) {
        if self.has_ended() {
            return;
        }
        let end = match interruption {
            Interruption::ConnectionLost => SessionEnd::ClientClosed,
            Interruption::ServerClosed => SessionEnd::ServerClosed,
            Interruption::Unread => SessionEnd::TimedOut,
            Interruption::Idle => {
                let reply = Reply::fixed(421, (4, 4, 2), "Idle for too long, closing");
                self.answer_as(Said::Nothing, reply, Manner::default());
                SessionEnd::TimedOut
            }
        };
        if let Some(held) = self.held.take() {
            let origin = held.intervention.origin;
            let refusal = Refusal::by_rule(origin, None);
            self.turn_down(held.matter, refusal, Manner::ending(end, origin));
        }
        self.close(end);
    }

    /// A rule is gone: what it held takes its own way.
    pub(crate) fn release(&mut self, rule: RuleId) {
        if let Some(held) = &mut self.held
            && held.intervention.rule == rule
        {
            held.intervention.conduct = Conduct::Proceed;
        }
        if let Some(transaction) = self.intake_mut()
            && transaction
                .restraint
                .as_ref()
                .is_some_and(|r| r.rule == rule)
        {
            transaction.restraint = None;
        }
    }
}
