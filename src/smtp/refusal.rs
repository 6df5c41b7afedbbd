//! Why the server says no.

use std::fmt;

use super::origin::Origin;
use super::reply::Reply;

/// Why something is not done, and the reply that says so.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    /// None, if a rule has the server say nothing, or nothing that is a reply.
    pub(crate) reply: Option<Reply>,
    pub(crate) cause: Cause,
    /// Where the rule was written that refuses.
    pub(crate) origin: Option<Origin>,
}

impl Refusal {
    pub(crate) const fn new(cause: Cause, reply: Reply) -> Self {
        Self {
            reply: Some(reply),
            cause,
            origin: None,
        }
    }

    pub(crate) const fn by_rule(origin: Origin, reply: Option<Reply>) -> Self {
        Self {
            reply,
            cause: Cause::Rule,
            origin: Some(origin),
        }
    }

    /// Whether a rejection tells it: a rule's 354 to MAIL is strange, but refuses nothing.
    pub(crate) fn is_told(&self) -> bool {
        self.reply.as_ref().is_none_or(Reply::is_refusal)
    }

    pub(crate) const fn syntax(code: u16, enhanced: (u8, u16, u16), text: &'static str) -> Self {
        Self::new(Cause::Syntax, Reply::fixed(code, enhanced, text))
    }

    /// RFC 5321 §4.1.4: a command out of its order.
    pub(crate) const fn sequence(text: &'static str) -> Self {
        Self::new(Cause::Sequence, Reply::fixed(503, (5, 5, 1), text))
    }
}

/// Why something was refused, or came to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Cause {
    /// The command or its argument is malformed, unknown or not implemented.
    Syntax,
    /// The command came out of order.
    Sequence,
    /// One of the server's limits was reached.
    Limit,
    /// What the standard asks a server to refuse, such as DATA without a valid recipient.
    Policy,
    /// A rule of the test.
    Rule,
    /// The TLS handshake failed: [`Rejection::detail`](crate::Rejection::detail) says why. A failed handshake
    /// has no reply, so that it is recorded a moment after the client knows:
    /// [wait](crate::Inbox::wait_for_rejection) for it.
    Tls,
    /// Nobody refused: the transaction was begun and not completed.
    Aborted,
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Syntax => "syntax",
            Self::Sequence => "sequence",
            Self::Limit => "limit",
            Self::Policy => "policy",
            Self::Rule => "rule",
            Self::Tls => "TLS",
            Self::Aborted => "aborted",
        })
    }
}
