//! How content is taken in: the octets behind DATA and BDAT, up to their end.

use std::time::Duration;

use super::command::Chunk;
use super::event::Policy;
use super::manner::Manner;
use super::matter::{Matter, PendingChunk};
use super::refusal::Refusal;
use super::reply::Reply;
use super::sequence::TOO_LARGE;
use super::session::{ServerSession, State};
use super::session_end::SessionEnd;
use super::stage::Stage;
use super::step::{Said, Step};
use super::transaction::Intake;
use super::verdict::Verdict;

impl ServerSession {
    /// Lets the content under way have its part of `bytes`; returns how much that is.
    pub(super) fn take_content(&mut self, bytes: &[u8]) -> usize {
        if let Some(chunk) = &mut self.chunk {
            let used = usize::try_from(chunk.remaining).map_or(bytes.len(), |r| r.min(bytes.len()));
            chunk.remaining -= used as u64;
            let is_kept = !matches!(chunk.verdict, Verdict::Refuse(_));
            if let (true, State::AwaitingRecipients(transaction)) = (is_kept, &mut self.state) {
                transaction.content.append(&bytes[..used]);
                self.steps.extend(transaction.pace(used));
            }
            return used;
        }
        let State::ReceivingData(transaction) = &mut self.state else {
            return 0;
        };
        let Intake::Data(decoder) = &mut transaction.intake else {
            return 0;
        };
        let before = transaction.content.octets();
        let used = decoder.decode(bytes, &mut transaction.content);
        let taken = transaction.content.octets() - before;
        self.steps.extend(transaction.pace(taken as usize));
        used
    }

    /// Ends content that is whole, or at which a rule closes the connection; `false` if there is none.
    pub(super) fn end_intake(&mut self, policy: &mut impl Policy) -> bool {
        if self.cut_off() {
            return true;
        }
        if let Some(chunk) = self.chunk.take_if(|chunk| chunk.remaining == 0) {
            self.end_chunk(chunk, policy);
            return true;
        }
        if let State::ReceivingData(transaction) = &self.state {
            let is_complete =
                matches!(&transaction.intake, Intake::Data(decoder) if decoder.is_complete());
            if is_complete {
                let octets = transaction.content.octets();
                self.end_of_data(Said::Content { octets }, true, Manner::default(), policy);
                return true;
            }
        }
        false
    }

    pub(super) fn begin_chunk(&mut self, chunk: Chunk, verdict: Verdict, said: Said) {
        if let (Verdict::Proceed | Verdict::Intervene(_), Some(transaction)) =
            (&verdict, self.transaction_mut())
        {
            transaction.intake = Intake::Chunks;
        }
        self.chunk = Some(Box::new(PendingChunk {
            said,
            remaining: chunk.octets,
            is_last: chunk.is_last,
            verdict,
        }));
    }

    /// The octets of a chunk have all come.
    fn end_chunk(&mut self, mut chunk: Box<PendingChunk>, policy: &mut impl Policy) {
        let verdict = std::mem::replace(&mut chunk.verdict, Verdict::Proceed);
        self.follow(verdict, Matter::Chunk(chunk), Manner::default(), policy);
    }

    pub(super) fn accept_chunk(
        &mut self,
        chunk: PendingChunk,
        manner: Manner,
        policy: &mut impl Policy,
    ) {
        let is_too_large = self.transaction().is_some_and(|t| t.content.is_too_large());
        if chunk.is_last || is_too_large {
            return self.end_of_data(chunk.said, chunk.is_last, manner, policy);
        }
        self.answer_as(chunk.said, Reply::fixed(250, (2, 0, 0), "Chunk OK"), manner);
    }

    pub(super) fn refuse_chunk(&mut self, chunk: PendingChunk, refusal: Refusal, manner: Manner) {
        if refusal.is_told()
            && let Some(transaction) = self.transaction_mut()
        {
            transaction.is_explained = true;
            if let Intake::Chunks = transaction.intake {
                transaction.intake = Intake::Failed;
                transaction.content.truncate(0);
            }
        }
        let manner = match self.transaction() {
            Some(transaction) if chunk.is_last => self.for_each_recipient(transaction, manner),
            _ => manner,
        };
        self.refuse(Stage::Data, chunk.said, refusal, manner);
    }

    /// Ends the content: whole, or before its last chunk because it is too large already.
    fn end_of_data(
        &mut self,
        said: Said,
        is_whole: bool,
        manner: Manner,
        policy: &mut impl Policy,
    ) {
        let Some(transaction) = self.take_transaction() else {
            return;
        };
        if transaction.content.is_too_large() {
            let mut manner = manner.without_words();
            if is_whole {
                manner = self.for_each_recipient(&transaction, manner);
            }
            return self.refuse_content(*transaction, Stage::EndOfData, said, TOO_LARGE, manner);
        }
        self.decide(Matter::Content { transaction, said }, manner, policy);
    }

    /// Closes the connection in the midst of content, if a rule wants it and the place is reached.
    fn cut_off(&mut self) -> bool {
        let is_within = self.chunk.is_some() || matches!(self.state, State::ReceivingData(_));
        let Some(transaction) = self.intake_mut().filter(|t| is_within && t.is_cut_due()) else {
            return false;
        };
        let Some(restraint) = &mut transaction.restraint else {
            return false;
        };
        let (origin, rule) = (restraint.origin, restraint.rule);
        if !std::mem::replace(&mut restraint.is_confirmed, true) {
            // If the rule is gone meanwhile, it is released, and the content goes on.
            let duration = Some(Duration::ZERO);
            self.steps.push_back(Step::Hold {
                duration,
                rule,
                is_behind_another: false,
            });
            return true;
        }
        let max_octets = restraint.max_octets();
        let Some(mut transaction) = self.take_transaction() else {
            return false;
        };
        let octets = transaction.content.octets();
        transaction.content.truncate(max_octets.unwrap_or(octets));
        let said = match self.chunk.take() {
            Some(chunk) => chunk.said,
            None => Said::Content { octets },
        };
        let refusal = Refusal::by_rule(origin, None);
        let manner = Manner::ending(SessionEnd::Disconnected, origin);
        self.refuse_content(*transaction, Stage::Data, said, refusal, manner);
        true
    }
}
