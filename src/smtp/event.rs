//! What may be decided about a dialogue, and when.

use super::command::Command;
use super::envelope::{Client, Envelope};
use super::path::ForwardPath;
use super::sasl::Login;
use super::stage::Stage;
use super::verb::Verb;
use super::verdict::Verdict;

/// A moment at which a [`Policy`] is asked, and what is known then. Syntax, sequence and the
/// protocol's own limits have been checked before.
#[derive(Debug)]
pub(crate) struct Event<'a> {
    pub(crate) moment: Moment<'a>,
    pub(crate) client: &'a Client,
    /// The envelope so far, if a transaction is under way.
    pub(crate) envelope: Option<&'a Envelope>,
    /// Whether the command is the one behind which content comes.
    pub(crate) begins_content: bool,
    /// Mails accepted in this session.
    pub(crate) accepted_mails: usize,
    /// Whether each recipient is asked about behind the content.
    pub(crate) is_lmtp: bool,
}

#[derive(Debug)]
pub(crate) enum Moment<'a> {
    /// A client has connected, and awaits the greeting.
    Connect,
    /// A client has begun TLS: behind the reply to STARTTLS, or in place of the greeting.
    TlsHandshake,
    /// A command is about to be carried out.
    Command {
        command: &'a Command,
        line: &'a [u8],
        /// It may be credentials, and is not to be shown.
        is_secret: bool,
    },
    /// The credentials of an AUTH have come.
    Credentials(&'a Login),
    /// The content has arrived whole.
    EndOfData { content: &'a [u8] },
    /// It has, and has been accepted; what does this recipient get? (LMTP)
    Delivery(&'a ForwardPath),
}

impl Event<'_> {
    pub(crate) fn stage(&self) -> Stage {
        match self.moment {
            Moment::Connect => Stage::Connect,
            Moment::TlsHandshake => Stage::TlsHandshake,
            Moment::Command { line, .. } => Verb::of(line).stage(),
            Moment::Credentials(_) => Stage::Auth,
            Moment::EndOfData { .. } => Stage::EndOfData,
            Moment::Delivery(_) => Stage::Delivery,
        }
    }
}

/// Decides what the protocol leaves open.
pub(crate) trait Policy {
    fn decide(&mut self, event: &Event<'_>) -> Verdict;

    /// Decides again about content that was held: the room that there was may be gone.
    fn reconsider(&mut self, _event: &Event<'_>) -> Verdict {
        Verdict::Proceed
    }
}
