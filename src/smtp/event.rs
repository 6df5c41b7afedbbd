//! What may be decided about a dialogue, and when.

use super::command::Command;
use super::refusal::Refusal;

/// A moment at which a [`Policy`] is asked. Syntax, sequence and the protocol's own limits have
/// been checked before.
#[derive(Debug)]
pub(crate) enum Event<'a> {
    /// A client has connected; a refusal takes the place of the greeting.
    Connect,
    /// A command is about to be carried out.
    Command(&'a Command),
    /// The content has arrived whole.
    EndOfData { content: &'a [u8] },
}

/// What a [`Policy`] decides.
#[derive(Debug)]
pub(crate) enum Verdict {
    Proceed,
    Refuse(Refusal),
}

/// Decides what the protocol leaves open.
pub(crate) trait Policy {
    fn decide(&mut self, event: &Event<'_>) -> Verdict;
}
