//! What the core has to say: steps for its driver, and the facts among them.

use std::sync::Arc;
use std::time::Duration;

use super::envelope::Envelope;
use super::origin::Origin;
use super::printable::without_response;
use super::refusal::Cause;
use super::remark::Remark;
use super::reply::Reply;
use super::sasl::Login;
use super::session_end::SessionEnd;
use super::stage::Stage;
use super::tls::{Tls, TlsFault};
use super::verdict::RuleId;

/// What the driver is to do next, before it asks again.
#[derive(Debug)]
pub(crate) enum Step {
    /// Keep this, before any later reply is sent.
    Record(Fact),
    /// Queue this reply; write what is queued when there is no further step, and before anything else
    /// is done.
    Send(Reply),
    /// Queue these octets.
    SendRaw(Arc<[u8]>),
    /// Write this reply octet by octet, with the interval behind each; at once when the rule is gone.
    Drip {
        reply: Reply,
        interval: Duration,
        rule: RuleId,
    },
    /// Do nothing for that long, or without end, as long as the rule is in force. If it no longer is,
    /// [`release`](super::ServerSession::release) the session.
    Hold {
        duration: Option<Duration>,
        rule: RuleId,
        /// It begins when the one before ended.
        is_behind_another: bool,
    },
    /// Go on only when that long has passed since the pacing by that rule began, and as long for each
    /// such step before; as long as the rule is in force.
    Pace { duration: Duration, rule: RuleId },
    /// Write what is queued, and wait until the client begins TLS, without reading what it says.
    AwaitTls,
    /// Begin TLS; then tell the session
    /// [what came of it](super::ServerSession::tls_started).
    UpgradeTls { fault: Option<TlsFault> },
    /// Close the connection so that the client can read the last reply.
    Close,
    /// Close it with an RST.
    Reset,
}

impl Step {
    /// Whether it is what the client reads.
    pub(crate) fn is_answer(&self) -> bool {
        matches!(self, Self::Send(_) | Self::SendRaw(_) | Self::Drip { .. })
    }
}

/// What has happened.
#[derive(Debug)]
pub(crate) enum Fact {
    Exchange {
        said: Said,
        answer: Answer,
    },
    /// The answer to the last exchange, which was held.
    Answered(Answer),
    /// The client is to begin TLS.
    TlsAwaited,
    TlsStarted(Arc<Tls>),
    Hello {
        name: Box<str>,
    },
    /// Credentials were presented, and accepted or not.
    Login(Login),
    Remarked(Remark),
    Accepted {
        envelope: Envelope,
        content: Vec<u8>,
        /// It is kept apart from the mails.
        is_discarded: bool,
    },
    Rejected(Box<Rejected>),
    Closed(SessionEnd),
}

/// What a client said, as far as a transcript may show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// Nothing: the server speaks first, or on its own.
    Nothing,
    Line(Vec<u8>),
    Content {
        octets: u64,
    },
    /// A line over every limit, of which nothing is left.
    OverlongLine,
    /// A line of an AUTH exchange.
    Secret,
    /// TLS, from the first octet on.
    TlsHandshake,
}

impl Said {
    /// A command line, without what is secret in it.
    pub(crate) fn command(line: &[u8]) -> Self {
        Self::Line(without_response(line).into_owned())
    }
}

/// What the server answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Reply(Reply),
    Raw(Arc<[u8]>),
    /// Nothing, or nothing yet, as the rule of that line has it.
    Nothing(Origin),
}

impl From<Reply> for Answer {
    fn from(reply: Reply) -> Self {
        Self::Reply(reply)
    }
}

/// A refusal, or a transaction that came to nothing.
#[derive(Debug)]
pub(crate) struct Rejected {
    pub(crate) stage: Stage,
    pub(crate) cause: Cause,
    /// Where the rule was written that caused it.
    pub(crate) origin: Option<Origin>,
    pub(crate) said: Said,
    pub(crate) reply: Option<Reply>,
    pub(crate) envelope: Option<Envelope>,
    pub(crate) recipient: Option<Box<str>>,
    pub(crate) content: Option<Vec<u8>>,
    /// What the reply does not tell, and the test is to know.
    pub(crate) detail: Option<Box<str>>,
}

impl Rejected {
    /// With nothing known but that.
    pub(crate) fn at(stage: Stage, cause: Cause, said: Said) -> Self {
        Self {
            stage,
            cause,
            origin: None,
            said,
            reply: None,
            envelope: None,
            recipient: None,
            content: None,
            detail: None,
        }
    }
}
