//! How content is taken in: the octets behind DATA and BDAT, up to their end.

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
use super::step::{Fact, Said};
use super::transaction::{Intake, Restraint, Transaction};
use super::verdict::Verdict;

const MAIL_OK: Reply = Reply::fixed(250, (2, 0, 0), "OK, mail accepted");

impl ServerSession {
    /// Lets the content under way have its part of `bytes`; returns how much that is.
    pub(super) fn take_content(&mut self, bytes: &[u8]) -> usize {
        if let Some(chunk) = &mut self.chunk {
            let mut used =
                usize::try_from(chunk.remaining).map_or(bytes.len(), |r| r.min(bytes.len()));
            let is_kept = !matches!(chunk.verdict, Verdict::Refuse(_));
            if let (true, State::AwaitingRecipients(transaction)) = (is_kept, &mut self.state) {
                used = transaction.allowed_octets(used);
                transaction.content.append(&bytes[..used]);
                self.steps.extend(transaction.restrain(used));
            }
            chunk.remaining -= used as u64;
            return used;
        }
        let State::ReceivingData(transaction) = &mut self.state else {
            return 0;
        };
        let bytes = &bytes[..transaction.allowed_octets(bytes.len())];
        let Intake::Data(decoder) = &mut transaction.intake else {
            return 0;
        };
        let used = decoder.decode(bytes, &mut transaction.content);
        self.steps.extend(transaction.restrain(used));
        used
    }

    /// Ends content that is whole, or at which a rule closes the connection; `false` if there is none.
    pub(super) fn end_intake(&mut self, policy: &mut impl Policy) -> bool {
        if let Some(chunk) = self.chunk.take_if(|chunk| chunk.remaining == 0) {
            self.end_chunk(chunk, policy);
            return true;
        }
        if let State::ReceivingData(transaction) = &self.state {
            let is_complete =
                matches!(&transaction.intake, Intake::Data(decoder) if decoder.is_complete());
            if is_complete {
                let octets = transaction.content.octets();
                self.end_of_data(Said::Content { octets }, Manner::default(), policy);
                return true;
            }
        }
        self.cut_off()
    }

    pub(super) fn begin_chunk(&mut self, chunk: Chunk, verdict: Verdict, said: Said) {
        let mut octets_before = 0;
        let is_refused = matches!(verdict, Verdict::Refuse(_));
        if let (false, State::AwaitingRecipients(transaction)) = (is_refused, &mut self.state) {
            octets_before = transaction.content.octets();
            transaction.intake = Intake::Chunks;
            if let Verdict::Intervene(intervention) = &verdict {
                transaction.restraint = Restraint::of(intervention);
            }
        }
        self.chunk = Some(Box::new(PendingChunk {
            said,
            remaining: chunk.octets,
            is_last: chunk.is_last,
            verdict,
            octets_before,
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
            return self.end_of_data(chunk.said, manner, policy);
        }
        self.answer_as(chunk.said, Reply::fixed(250, (2, 0, 0), "Chunk OK"), manner);
    }

    pub(super) fn refuse_chunk(&mut self, chunk: PendingChunk, refusal: Refusal, manner: Manner) {
        if let Some(transaction) = self.transaction_mut() {
            transaction.is_explained = true;
            transaction.content.truncate(chunk.octets_before);
        }
        self.refuse(Stage::Data, chunk.said, refusal, manner);
    }

    fn end_of_data(&mut self, said: Said, manner: Manner, policy: &mut impl Policy) {
        let Some(transaction) = self.take_transaction() else {
            return;
        };
        if transaction.content.is_too_large() {
            return self.refuse_content(*transaction, Stage::EndOfData, said, TOO_LARGE, manner);
        }
        self.decide(Matter::Content { transaction, said }, manner, policy);
    }

    /// Records a mail as accepted; the reply comes next.
    pub(super) fn record_mail(&mut self, transaction: Transaction, is_discarded: bool) {
        self.accepted_mails += 1;
        self.record(Fact::Accepted {
            envelope: transaction.envelope,
            content: transaction.content.into_bytes(),
            is_discarded,
        });
    }

    pub(super) fn accept_mail(&mut self, said: Said, manner: Manner) {
        self.answer_as(said, MAIL_OK, manner);
    }

    /// Closes the connection in the midst of content, if a rule wants it and the place is reached.
    fn cut_off(&mut self) -> bool {
        let is_within = self.chunk.is_some() || matches!(self.state, State::ReceivingData(_));
        let origin = self.restraint().and_then(Restraint::cut_by);
        let (true, Some(origin)) = (is_within, origin) else {
            return false;
        };
        let Some(transaction) = self.take_transaction() else {
            return false;
        };
        let said = match self.chunk.take() {
            Some(chunk) => chunk.said,
            None => Said::Content {
                octets: transaction.content.octets(),
            },
        };
        let refusal = Refusal::by_rule(origin, None);
        let manner = Manner::ending(SessionEnd::Disconnected, origin);
        self.refuse_content(*transaction, Stage::Data, said, refusal, manner);
        true
    }

    fn restraint(&self) -> Option<&Restraint> {
        self.transaction()?.restraint.as_ref()
    }
}
