//! How a session answers, refuses and ends, and what it records with that.

use super::command::raw_recipient;
use super::envelope::{Envelope, RefusedRecipient};
use super::printable::without_response;
use super::refusal::{Cause, Refusal};
use super::reply::Reply;
use super::session::{ServerSession, State};
use super::session_end::SessionEnd;
use super::stage::Stage;
use super::step::{Fact, Rejected, Said, Step};
use super::transaction::Transaction;
use super::verb::Verb;

impl ServerSession {
    /// A reply as it goes out: without ENHANCEDSTATUSCODES it has no enhanced code.
    fn as_sent(&self, reply: Reply) -> Reply {
        if self.has_enhanced_codes {
            reply
        } else {
            reply.without_enhanced_code()
        }
    }

    pub(super) fn answer(&mut self, said: Said, reply: Reply) {
        let reply = self.as_sent(reply);
        self.record(Fact::Exchange {
            said,
            reply: reply.clone(),
        });
        self.steps.push_back(Step::Send(reply));
    }

    /// Refuses a command line; a RCPT leaves its trace in the envelope.
    pub(super) fn refuse_line(&mut self, line: Vec<u8>, refusal: Refusal) {
        let verb = Verb::of(&line);
        let said = Said::Line(without_response(&line).into_owned());
        if verb == Verb::Data {
            self.explain_transaction();
        }
        self.refuse(verb.stage(), said, refusal);
    }

    pub(super) fn refuse_overlong_line(&mut self) {
        let (stage, detail) = match &self.state {
            State::AwaitingCredentials(_) => (Stage::Auth, 6), // RFC 4954 §6
            _ => (Stage::Other, 2),
        };
        if stage == Stage::Auth {
            self.state = State::Ready;
        }
        let refusal = Refusal::syntax(500, (5, 5, detail), "Line too long");
        self.refuse(stage, Said::OverlongLine, refusal);
    }

    /// After a refused DATA or BDAT it is no riddle if the transaction comes to nothing.
    pub(super) fn explain_transaction(&mut self) {
        if let Some(transaction) = self.transaction_mut() {
            transaction.is_explained = true;
        }
    }

    pub(super) fn refuse(&mut self, stage: Stage, said: Said, refusal: Refusal) {
        let envelope = self.transaction().map(|t| match stage {
            Stage::Rcpt => t.envelope.so_far(),
            _ => t.envelope.clone(),
        });
        let reply = self.as_sent(refusal.reply.clone());
        let recipient = match (&said, stage) {
            (Said::Line(line), Stage::Rcpt) => Some(raw_recipient(line)),
            _ => None,
        };
        if let (Some(address), Some(transaction)) = (&recipient, self.transaction_mut()) {
            transaction.has_tried = true;
            transaction.envelope.refuse(RefusedRecipient {
                address: address.clone(),
                reply,
            });
        }
        self.refuse_with(stage, said, refusal, envelope, recipient, None);
    }

    /// Refuses content that has arrived whole, or was too large to be kept.
    pub(super) fn refuse_content(
        &mut self,
        transaction: Transaction,
        said: Said,
        refusal: Refusal,
    ) {
        let is_kept = !transaction.content.is_too_large();
        let content = is_kept.then(|| transaction.content.into_bytes());
        let envelope = Some(transaction.envelope);
        self.refuse_with(Stage::EndOfData, said, refusal, envelope, None, content);
    }

    fn refuse_with(
        &mut self,
        stage: Stage,
        said: Said,
        mut refusal: Refusal,
        envelope: Option<Envelope>,
        recipient: Option<Box<str>>,
        content: Option<Vec<u8>>,
    ) {
        let is_error = matches!(refusal.cause, Cause::Syntax | Cause::Sequence);
        self.errors += usize::from(is_error);
        let is_last = is_error && self.errors > self.settings.max_errors;
        if is_last {
            let reply = Reply::fixed(421, (4, 7, 0), "Too many errors, closing");
            refusal = Refusal::new(Cause::Limit, reply);
        }
        self.record(Fact::Rejected(Box::new(Rejected {
            stage,
            cause: refusal.cause,
            said: said.clone(),
            reply: Some(self.as_sent(refusal.reply.clone())),
            envelope,
            recipient,
            content,
        })));
        self.answer(said, refusal.reply);
        if is_last {
            self.close(SessionEnd::Refused);
        }
    }

    /// Ends the session behind what was answered last.
    pub(super) fn close(&mut self, end: SessionEnd) {
        if self.has_ended() {
            return;
        }
        let last_reply = match self.steps.pop_back() {
            Some(Step::Send(reply)) => Some(reply),
            step => {
                self.steps.extend(step);
                None
            }
        };
        self.abandon_transaction();
        self.record(Fact::Closed(end));
        self.steps.extend(last_reply.map(Step::Send));
        self.steps.push_back(Step::Close);
        self.state = State::Ended;
    }

    /// Ends the transaction without a mail, and records that unless a refusal explains it.
    pub(super) fn abandon_transaction(&mut self) {
        self.chunk = None;
        let Some(transaction) = self.take_transaction() else {
            return;
        };
        let Some(stage) = transaction.abort_stage() else {
            return;
        };
        let is_kept = stage == Stage::Data && !transaction.content.is_too_large();
        self.record(Fact::Rejected(Box::new(Rejected {
            stage,
            cause: Cause::Aborted,
            said: Said::Nothing,
            reply: None,
            envelope: Some(transaction.envelope),
            recipient: None,
            content: is_kept.then(|| transaction.content.into_bytes()),
        })));
    }
}
