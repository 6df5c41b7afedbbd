//! What the core has to say: steps for its driver, and the facts among them.

use super::auth::Login;
use super::envelope::Envelope;
use super::refusal::Cause;
use super::remark::Remark;
use super::reply::Reply;
use super::session_end::SessionEnd;
use super::stage::Stage;

/// What the driver is to do next, before it asks again.
#[derive(Debug)]
pub(crate) enum Step {
    /// Keep this, before any later reply is sent.
    Record(Fact),
    /// Queue this reply; write what is queued when there is no further step, and before a close.
    Send(Reply),
    /// Close the connection so that the client can read the last reply.
    Close,
}

/// What has happened.
#[derive(Debug)]
pub(crate) enum Fact {
    Exchange {
        said: Said,
        reply: Reply,
    },
    Hello {
        name: Box<str>,
    },
    LoggedIn(Login),
    Remarked(Remark),
    Accepted {
        envelope: Envelope,
        content: Vec<u8>,
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

/// A refusal, or a transaction that came to nothing.
#[derive(Debug)]
pub(crate) struct Rejected {
    pub(crate) stage: Stage,
    pub(crate) cause: Cause,
    pub(crate) said: Said,
    pub(crate) reply: Option<Reply>,
    pub(crate) envelope: Option<Envelope>,
    pub(crate) recipient: Option<Box<str>>,
    pub(crate) content: Option<Vec<u8>>,
}
