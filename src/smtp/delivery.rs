//! What becomes of content that is accepted: one reply for all recipients, or, in LMTP (RFC 2033 §4.2),
//! one for each.

use super::envelope::{Envelope, RefusedRecipient};
use super::event::{Event, Moment, Policy};
use super::manner::Manner;
use super::path::ForwardPath;
use super::refusal::Refusal;
use super::reply::Reply;
use super::session::ServerSession;
use super::stage::Stage;
use super::step::{Answer, Fact, Rejected, Said};
use super::transaction::Transaction;
use super::verdict::{Conduct, Verdict};

const MAIL_OK: Reply = Reply::fixed(250, (2, 0, 0), "OK, mail accepted");

impl ServerSession {
    /// Records a mail as accepted, and says so.
    pub(super) fn deliver(
        &mut self,
        transaction: Transaction,
        said: Said,
        manner: Manner,
        policy: &mut impl Policy,
    ) {
        if self.settings.is_lmtp && manner.instead.is_none() {
            return self.deliver_to_each(transaction, said, manner, policy);
        }
        let manner = self.for_each_recipient(&transaction, manner);
        self.record_mail(transaction, false);
        self.accept_mail(said, manner);
    }

    /// Records a mail as accepted to be lost, and says that it is accepted.
    pub(super) fn discard(&mut self, transaction: Transaction, said: Said, manner: Manner) {
        let manner = self.for_each_recipient(&transaction, manner);
        self.record_mail(transaction, true);
        self.accept_mail(said, manner);
    }

    /// Records a mail as accepted; the reply comes next.
    pub(super) fn record_mail(&mut self, transaction: Transaction, is_discarded: bool) {
        let content = transaction.content.into_bytes();
        self.record_accepted(transaction.envelope, content, is_discarded);
    }

    fn record_accepted(&mut self, envelope: Envelope, content: Vec<u8>, is_discarded: bool) {
        self.accepted_mails += 1;
        self.record(Fact::Accepted {
            envelope,
            content,
            is_discarded,
        });
    }

    pub(super) fn accept_mail(&mut self, said: Said, manner: Manner) {
        self.answer_as(said, MAIL_OK, manner);
    }

    /// What is said behind the content, as often as the client expects it.
    pub(super) fn for_each_recipient(&self, transaction: &Transaction, manner: Manner) -> Manner {
        let recipients = transaction.envelope.forward_paths().len();
        Manner {
            copies: if self.settings.is_lmtp { recipients } else { 1 },
            ..manner
        }
    }

    fn deliver_to_each(
        &mut self,
        transaction: Transaction,
        said: Said,
        manner: Manner,
        policy: &mut impl Policy,
    ) {
        let Transaction {
            mut envelope,
            content,
            ..
        } = transaction;
        let decided = envelope.forward_paths().iter();
        let decided: Vec<_> = decided
            .map(|path| self.decide_delivery(path, &envelope, policy))
            .collect();
        let is_delivered = |decision: &Result<Reply, Refusal>| decision.is_ok();
        let delivered = decided.iter().map(is_delivered);
        let mut kept = envelope.only_those(delivered.collect::<Vec<_>>().as_slice());
        let content = content.into_bytes();
        // If nobody gets it, the first refusal keeps it; a copy for each would be too much.
        let is_lost = kept.forward_paths().is_empty();
        let (mut lost, content) = if is_lost {
            (Some(content), Vec::new())
        } else {
            (None, content)
        };
        for (i, decision) in decided.iter().enumerate() {
            let Err(refusal) = decision else { continue };
            let path = envelope.forward_paths()[i].clone();
            let reply = refusal.reply.clone().map(|reply| self.as_sent(reply));
            if let Some(reply) = reply.clone() {
                let address = path.as_str().into();
                kept.refuse(RefusedRecipient::new(address, reply));
            }
            self.record(Fact::Rejected(Box::new(Rejected {
                origin: refusal.origin,
                reply,
                envelope: Some(envelope.share()),
                recipient: Some(path.as_str().into()),
                content: lost.take(),
                ..Rejected::at(Stage::Delivery, refusal.cause, said.clone())
            })));
        }
        if !is_lost {
            self.record_accepted(kept, content, false);
        }
        self.answer_each(said, decided, manner);
    }

    fn decide_delivery(
        &self,
        path: &ForwardPath,
        envelope: &Envelope,
        policy: &mut impl Policy,
    ) -> Result<Reply, Refusal> {
        let own = match path.as_str() {
            address if address.is_ascii() => {
                MAIL_OK.with_text(format!("OK, mail accepted for <{address}>"))
            }
            _ => MAIL_OK, // replies are ASCII
        };
        let verdict = policy.decide(&Event {
            envelope: Some(envelope),
            ..self.event(Moment::Delivery(path))
        });
        match verdict {
            Verdict::Proceed => Ok(own),
            Verdict::Refuse(refusal) => Err(refusal),
            Verdict::Intervene(intervention) => match intervention.conduct {
                Conduct::Reply(reply) if reply.is_positive() => Ok(reply),
                Conduct::Reply(reply) => Err(Refusal::by_rule(intervention.origin, Some(reply))),
                // There is nothing else that a rule can do here.
                _ => Ok(own),
            },
        }
    }

    /// A reply for each recipient; a session that ends, ends behind the last.
    fn answer_each(&mut self, said: Said, decided: Vec<Result<Reply, Refusal>>, manner: Manner) {
        let mut said = Some(said);
        let replies = decided.into_iter().map(|decision| match decision {
            Ok(reply) => Some(reply),
            Err(refusal) => refusal.reply,
        });
        let replies: Vec<_> = replies.flatten().collect();
        let closing = replies.iter().find(|reply| reply.code() == 421).cloned();
        let mut last = manner.closing_with(closing.as_ref());
        let (drip, end) = (last.drip, last.end.take());
        let count = replies.len();
        for (i, reply) in replies.into_iter().enumerate() {
            let manner = Manner {
                drip,
                end: end.filter(|_| i + 1 == count),
                ..Manner::default()
            };
            let said = said.take().unwrap_or(Said::Nothing);
            self.answer_as(said, Answer::Reply(reply), manner);
        }
    }
}
