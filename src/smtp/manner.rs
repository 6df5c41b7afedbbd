//! How an answer goes out, if a rule has a say in that.

use std::time::Duration;

use super::origin::Origin;
use super::reply::Reply;
use super::session_end::SessionEnd;
use super::step::Answer;
use super::verdict::RuleId;

#[derive(Debug)]
pub(super) struct Manner {
    /// What is said in place of the protocol's own reply.
    pub(super) instead: Option<Answer>,
    pub(super) drip: Option<(Duration, RuleId)>,
    /// The session ends behind it.
    pub(super) end: Option<SessionEnd>,
    /// How often it is said: once for each recipient, in LMTP.
    pub(super) copies: usize,
}

impl Default for Manner {
    fn default() -> Self {
        Self {
            instead: None,
            drip: None,
            end: None,
            copies: 1,
        }
    }
}

impl Manner {
    pub(super) fn saying(answer: Answer) -> Self {
        Self {
            instead: Some(answer),
            ..Self::default()
        }
    }

    /// With nothing in place of the protocol's own reply.
    pub(super) fn without_words(self) -> Self {
        Self {
            instead: None,
            ..self
        }
    }

    /// What this one leaves open is as in an earlier one.
    pub(super) fn or(self, earlier: Self) -> Self {
        Self {
            instead: self.instead.or(earlier.instead),
            drip: self.drip.or(earlier.drip),
            end: self.end.or(earlier.end),
            copies: self.copies,
        }
    }

    /// Whether a rule has no say in how it goes out, but for the reply itself.
    pub(super) fn is_plain(&self) -> bool {
        let is_reply = matches!(self.instead, None | Some(Answer::Reply(_)));
        is_reply && self.drip.is_none() && self.end.is_none()
    }

    /// RFC 5321 §3.8: behind 421 the server closes the connection.
    pub(super) fn closing_with(mut self, reply: Option<&Reply>) -> Self {
        if reply.is_some_and(|reply| reply.code() == 421) {
            self.end = self.end.or(Some(SessionEnd::Refused));
        }
        self
    }

    /// Ends the session without a word, as the rule of that line has it.
    pub(super) fn ending(end: SessionEnd, origin: Origin) -> Self {
        Self {
            end: Some(end),
            ..Self::saying(Answer::Nothing(origin))
        }
    }
}
