//! What a policy decides: to let the protocol have its way, to refuse, or to intervene.

use std::sync::Arc;
use std::time::Duration;

use super::origin::Origin;
use super::refusal::Refusal;
use super::reply::Reply;
use super::tls::TlsFault;

#[derive(Debug)]
pub(crate) enum Verdict {
    Proceed,
    Refuse(Refusal),
    Intervene(Box<Intervention>),
}

impl Verdict {
    /// Whether it is about how content is taken in.
    pub(crate) fn is_about_intake(&self) -> bool {
        match self {
            Self::Intervene(intervention) => intervention.conduct.is_about_intake(),
            Self::Proceed | Self::Refuse(_) => false,
        }
    }
}

/// What a rule has the server do.
#[derive(Clone, Debug)]
pub(crate) struct Intervention {
    pub(crate) rule: RuleId,
    /// Where the rule was written.
    pub(crate) origin: Origin,
    /// What comes first, one hold behind the other.
    pub(crate) holds: Vec<Hold>,
    pub(crate) conduct: Conduct,
}

impl Intervention {
    /// Comes behind what newer rules hold.
    pub(crate) fn follow(&mut self, mut holds: Vec<Hold>) {
        if holds.is_empty() {
            return;
        }
        if self.holds.is_empty() {
            // Its rule may be gone by then, and it is looked whether it is.
            self.holds.push(Hold {
                rule: self.rule,
                delay: Delay::For(Duration::ZERO),
            });
        }
        holds.append(&mut self.holds);
        self.holds = holds;
    }

    /// Whether it is held for a time, and not without end.
    pub(crate) fn is_delayed(&self) -> bool {
        let is_timed = |hold: &Hold| matches!(hold.delay, Delay::For(_));
        !self.holds.is_empty() && self.holds.iter().all(is_timed)
    }
}

/// A delay lasts as long as its own rule is in force.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hold {
    pub(crate) rule: RuleId,
    pub(crate) delay: Delay,
}

/// Tells the rules of a server apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RuleId(pub(crate) u64);

/// How long the session is held before anything is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Delay {
    For(Duration),
    /// Until the rule is removed, or the client gives up.
    WhileInForce,
}

/// What takes the place of the protocol's own way.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Conduct {
    Proceed,
    /// Older rules decide.
    PassOn,
    Reply(Reply),
    ReplyThenClose(Reply),
    /// These octets, whatever they are, in place of a reply.
    SendRaw(Arc<[u8]>),
    /// The protocol's own reply, octet by octet with so much time behind each.
    Drip(Duration),
    Close,
    Reset,
    /// Accept the content, and keep it apart from the mails.
    Discard,
    /// Accept the content, and never say so.
    AcceptThenClose,
    /// Take the content, and close when more than so many octets of it have come.
    CloseAfterOctets(u64),
    /// Take the content at so many octets a second.
    Throttle(u32),
    /// Begin TLS as it should not be.
    TlsFault(TlsFault),
}

impl Conduct {
    /// Whether content that it is decided for becomes a mail.
    pub(crate) fn accepts(&self) -> bool {
        match self {
            Self::Proceed
            | Self::PassOn
            | Self::Drip(_)
            | Self::Discard
            | Self::AcceptThenClose => true,
            Self::Reply(reply) | Self::ReplyThenClose(reply) => reply.is_positive(),
            Self::SendRaw(octets) => Reply::read(octets).is_some_and(|reply| reply.is_positive()),
            Self::Close
            | Self::Reset
            | Self::CloseAfterOctets(_)
            | Self::Throttle(_)
            | Self::TlsFault(_) => false,
        }
    }

    /// Whether it concerns content on its way.
    pub(crate) fn is_about_intake(&self) -> bool {
        matches!(self, Self::CloseAfterOctets(_) | Self::Throttle(_))
    }

    /// Whether it concerns content that has arrived whole.
    pub(crate) fn is_about_content(&self) -> bool {
        matches!(self, Self::Discard | Self::AcceptThenClose)
    }
}
