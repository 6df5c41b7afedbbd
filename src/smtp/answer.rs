//! How a session answers, refuses and ends, and what it records with that.

use super::command::raw_recipient;
use super::envelope::RefusedRecipient;
use super::manner::Manner;
use super::refusal::{Cause, Refusal};
use super::reply::Reply;
use super::session::{ServerSession, State};
use super::session_end::SessionEnd;
use super::stage::Stage;
use super::step::{Answer, Fact, Rejected, Said, Step};
use super::transaction::Transaction;
use super::verb::Verb;

impl ServerSession {
    /// A reply as it goes out: without ENHANCEDSTATUSCODES it has no enhanced code.
    pub(super) fn as_sent(&self, reply: Reply) -> Reply {
        if self.has_enhanced_codes {
            reply
        } else {
            reply.without_enhanced_code()
        }
    }

    /// Answers, with what the manner has in place of the protocol's own reply if it has something.
    pub(super) fn answer_as(&mut self, mut said: Said, own: impl Into<Answer>, mut manner: Manner) {
        let answer = match manner.instead.take().unwrap_or_else(|| own.into()) {
            Answer::Reply(reply) => Answer::Reply(self.as_sent(reply)),
            answer => answer,
        };
        // What is no reply is not one for each.
        let copies = match answer {
            Answer::Reply(_) => manner.copies.saturating_sub(1),
            Answer::Raw(_) | Answer::Nothing(_) => 0,
        };
        for _ in 0..copies {
            let said = std::mem::replace(&mut said, Said::Nothing);
            self.say_once(said, answer.clone(), &manner);
        }
        self.say_once(said, answer, &manner);
        if let Some(end) = manner.end {
            self.close(end);
        }
    }

    fn say_once(&mut self, said: Said, answer: Answer, manner: &Manner) {
        let recorded = answer.clone();
        let fact = if std::mem::take(&mut self.has_open_exchange) {
            Fact::Answered(recorded)
        } else {
            let answer = recorded;
            Fact::Exchange { said, answer }
        };
        self.record(fact);
        self.steps.extend(match (answer, manner.drip) {
            (Answer::Reply(reply), None) => Some(Step::Send(reply)),
            (Answer::Reply(reply), Some((interval, rule))) => Some(Step::Drip {
                reply,
                interval,
                rule,
            }),
            (Answer::Raw(octets), _) => Some(Step::SendRaw(octets)),
            (Answer::Nothing(_), _) => None,
        });
    }

    /// Refuses a command line; a RCPT leaves its trace in the envelope.
    pub(super) fn refuse_line(&mut self, line: &[u8], refusal: Refusal, manner: Manner) {
        let verb = Verb::of(line);
        if verb == Verb::Data
            && refusal.is_told()
            && let Some(transaction) = self.transaction_mut()
        {
            // It is no riddle then if the transaction comes to nothing.
            transaction.is_explained = true;
        }
        self.refuse(verb.stage(), Said::command(line), refusal, manner);
    }

    /// The head is how the line began.
    pub(super) fn refuse_overlong_line(&mut self, head: [u8; 5]) {
        let is_response = matches!(self.state, State::AwaitingCredentials(_));
        if is_response {
            self.state = State::Ready;
        }
        let (stage, detail) = if is_response || Verb::of(&head) == Verb::Auth {
            (Stage::Auth, 6) // RFC 4954 §6
        } else {
            (Stage::Other, 2)
        };
        self.may_hear_secrets |= stage == Stage::Auth;
        let refusal = Refusal::syntax(500, (5, 5, detail), "Line too long");
        self.refuse(stage, Said::OverlongLine, refusal, Manner::default());
    }

    pub(super) fn refuse(&mut self, stage: Stage, said: Said, refusal: Refusal, manner: Manner) {
        let refusal = self.count_error(refusal);
        let envelope = self.intake_mut().map(|t| match stage {
            Stage::Rcpt => t.envelope.share_so_far(),
            _ => t.envelope.share(),
        });
        let recipient = match (&said, stage) {
            (Said::Line(line), Stage::Rcpt) => Some(raw_recipient(line)),
            _ => None,
        };
        if let Some(address) = &recipient {
            let reply = refusal.reply.clone().filter(Reply::is_refusal);
            let reply = reply.map(|reply| self.as_sent(reply));
            if let Some(transaction) = self.transaction_mut() {
                transaction.has_tried = true;
                transaction.has_refused |= refusal.is_told();
                if let Some(reply) = reply {
                    let address = address.clone();
                    let refused = RefusedRecipient::new(address, reply);
                    transaction.envelope.refuse(refused);
                }
            }
        }
        // The rejection tells all of the transaction that ends with it, if there is one.
        let content = match manner.end {
            Some(_) if refusal.is_told() => self.take_transaction().and_then(|t| t.kept_content()),
            _ => None,
        };
        let rejected = Rejected {
            envelope,
            recipient,
            content,
            ..Rejected::at(stage, refusal.cause, said)
        };
        let manner = manner.closing_with(refusal.reply.as_ref());
        self.refuse_with(rejected, refusal, manner);
    }

    /// Counts an error, and refuses to go on if there were too many.
    fn count_error(&mut self, refusal: Refusal) -> Refusal {
        let is_error = matches!(refusal.cause, Cause::Syntax | Cause::Sequence);
        self.errors += usize::from(is_error);
        if is_error && self.errors > self.settings.max_errors {
            let reply = Reply::fixed(421, (4, 7, 0), "Too many errors, closing");
            return Refusal::new(Cause::Limit, reply);
        }
        refusal
    }

    /// Refuses content, or breaks it off; what was too large is not kept.
    pub(super) fn refuse_content(
        &mut self,
        transaction: Transaction,
        stage: Stage,
        said: Said,
        refusal: Refusal,
        manner: Manner,
    ) {
        let envelope = Some(transaction.envelope.clone());
        let content = transaction.kept_content();
        let rejected = Rejected {
            envelope,
            content,
            ..Rejected::at(stage, refusal.cause, said)
        };
        self.refuse_with(rejected, refusal, manner);
    }

    /// Refuses what is told but for the refusal itself.
    pub(super) fn refuse_with(&mut self, rejected: Rejected, refusal: Refusal, mut manner: Manner) {
        let Rejected { stage, said, .. } = &rejected;
        let (stage, said) = (*stage, said.clone());
        let is_told = refusal.is_told() || stage == Stage::EndOfData;
        let reply = refusal.reply.map(|reply| self.as_sent(reply));
        if is_told {
            self.record(Fact::Rejected(Box::new(Rejected {
                cause: refusal.cause,
                origin: refusal.origin,
                reply: reply.clone(),
                ..rejected
            })));
        }
        if let Some(answer) = manner.instead.take().or(reply.map(Answer::Reply)) {
            self.answer_as(said, answer, manner);
        }
    }

    /// Ends the session behind what was answered last.
    pub(super) fn close(&mut self, end: SessionEnd) {
        if self.has_ended() {
            return;
        }
        let has_answer = self.steps.back().is_some_and(Step::is_answer);
        let last_answer = has_answer.then(|| self.steps.pop_back()).flatten();
        self.abandon_transaction();
        self.record(Fact::Closed(end));
        self.steps.extend(last_answer);
        self.steps.push_back(match end {
            SessionEnd::Reset => Step::Reset,
            _ => Step::Close,
        });
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
        let envelope = Some(transaction.envelope.clone());
        let content = transaction.kept_content();
        self.record(Fact::Rejected(Box::new(Rejected {
            envelope,
            content: content.filter(|_| stage == Stage::Data),
            ..Rejected::at(stage, Cause::Aborted, Said::Nothing)
        })));
    }
}
