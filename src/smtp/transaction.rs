//! A mail transaction (RFC 5321 §3.3): MAIL up to the end of data.

use super::content::{Content, DataDecoder};
use super::envelope::Envelope;
use super::stage::Stage;

#[derive(Debug)]
pub(crate) struct Transaction {
    pub(crate) envelope: Envelope,
    pub(crate) content: Content,
    /// A RCPT came, whatever its answer.
    pub(crate) has_tried: bool,
    /// DATA or BDAT was refused since the last recipient was accepted: a rejection says why there is
    /// no mail.
    pub(crate) is_explained: bool,
    pub(crate) intake: Intake,
}

/// How the content comes in.
#[derive(Debug)]
pub(crate) enum Intake {
    NotBegun,
    /// After DATA's 354.
    Data(DataDecoder),
    /// After a first BDAT.
    Chunks,
}

impl Transaction {
    pub(crate) fn new(envelope: Envelope, content: Content) -> Self {
        Self {
            envelope,
            content,
            has_tried: false,
            is_explained: false,
            intake: Intake::NotBegun,
        }
    }

    /// How far it had come, if it ends now and no recorded refusal explains why.
    pub(crate) fn abort_stage(&self) -> Option<Stage> {
        let has_recipient = !self.envelope.forward_paths().is_empty();
        match self.intake {
            Intake::Data(_) | Intake::Chunks => Some(Stage::Data),
            Intake::NotBegun if self.is_explained => None,
            Intake::NotBegun if has_recipient => Some(Stage::Rcpt),
            Intake::NotBegun if self.has_tried => None,
            Intake::NotBegun => Some(Stage::Mail),
        }
    }
}
