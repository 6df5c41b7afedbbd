//! What a policy is asked about, so that it can wait for what was decided.

use super::command::Command;
use super::manner::Manner;
use super::sasl::Login;
use super::step::Said;
use super::transaction::Transaction;
use super::verdict::{Intervention, Verdict};

#[derive(Debug)]
pub(super) enum Matter {
    Greeting,
    /// The client has begun TLS.
    Handshake,
    Command {
        command: Command,
        line: Vec<u8>,
    },
    /// A BDAT whose octets have come.
    Chunk(Box<PendingChunk>),
    Credentials {
        login: Login,
        said: Said,
    },
    Content {
        transaction: Box<Transaction>,
        said: Said,
    },
    /// Content that is accepted and recorded; the reply is still to come.
    Accepted {
        said: Said,
    },
}

impl Matter {
    /// What the client said, for the transcript.
    pub(super) fn said(&self) -> Said {
        match self {
            Self::Greeting => Said::Nothing,
            Self::Handshake => Said::TlsHandshake,
            Self::Command { line, .. } => Said::command(line),
            Self::Chunk(chunk) => chunk.said.clone(),
            Self::Credentials { said, .. }
            | Self::Content { said, .. }
            | Self::Accepted { said } => said.clone(),
        }
    }

    /// Whether a reply of that code tells the client that it is done.
    pub(super) fn is_done_by(&self, code: u16) -> bool {
        match self {
            Self::Command {
                command: Command::Data,
                ..
            } => code == 354,
            // What is said then is not TLS.
            Self::Handshake => false,
            _ => (200..300).contains(&code),
        }
    }
}

/// A chunk on its way (RFC 3030). Its octets come whatever is made of them.
#[derive(Debug)]
pub(super) struct PendingChunk {
    pub(super) said: Said,
    pub(super) remaining: u64,
    pub(super) is_last: bool,
    pub(super) verdict: Verdict,
}

/// A matter that waits, and what is done then.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) matter: Matter,
    pub(super) manner: Manner,
    pub(super) intervention: Intervention,
}
