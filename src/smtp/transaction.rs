//! A mail transaction (RFC 5321 §3.3): MAIL up to the end of data.

use std::time::Duration;

use super::content::{Content, DataDecoder};
use super::envelope::Envelope;
use super::origin::Origin;
use super::stage::Stage;
use super::step::Step;
use super::verdict::{Conduct, Intervention, RuleId};

#[derive(Debug)]
pub(crate) struct Transaction {
    pub(crate) envelope: Envelope,
    pub(crate) content: Content,
    /// A RCPT came, whatever its answer.
    pub(crate) has_tried: bool,
    /// A RCPT was refused: a rejection says why there is no recipient.
    pub(crate) has_refused: bool,
    /// DATA or BDAT was refused since the last recipient was accepted: a rejection says why there is
    /// no mail.
    pub(crate) is_explained: bool,
    pub(crate) intake: Intake,
    pub(crate) restraint: Option<Restraint>,
}

/// How the content comes in.
#[derive(Debug)]
pub(crate) enum Intake {
    NotBegun,
    /// After DATA's 354.
    Data(DataDecoder),
    /// After a first BDAT.
    Chunks,
    /// After a refused BDAT: chunks that are in the pipeline still come, and come to nothing.
    Failed,
}

impl Transaction {
    pub(crate) fn new(envelope: Envelope, content: Content) -> Self {
        Self {
            envelope,
            content,
            has_tried: false,
            has_refused: false,
            is_explained: false,
            intake: Intake::NotBegun,
            restraint: None,
        }
    }

    /// How far it had come, if it ends now and no recorded refusal explains why.
    pub(crate) fn abort_stage(&self) -> Option<Stage> {
        let has_recipient = !self.envelope.forward_paths().is_empty();
        match self.intake {
            Intake::Data(_) | Intake::Chunks => Some(Stage::Data),
            Intake::Failed => None,
            Intake::NotBegun if self.is_explained => None,
            Intake::NotBegun if has_recipient => Some(Stage::Rcpt),
            Intake::NotBegun if self.has_refused => None,
            Intake::NotBegun => Some(Stage::Mail),
        }
    }

    /// The content as far as it has come; `None` if it has not begun, or was too large.
    pub(crate) fn kept_content(self) -> Option<Vec<u8>> {
        let has_begun = matches!(self.intake, Intake::Data(_) | Intake::Chunks);
        let is_kept = has_begun && !self.content.is_too_large();
        is_kept.then(|| self.content.into_bytes())
    }

    /// What is to be done behind so many octets, if a rule holds the content back.
    pub(crate) fn pace(&self, octets: usize) -> Option<Step> {
        let restraint = self.restraint.as_ref()?;
        let rate = restraint.rate().filter(|_| octets > 0)?;
        Some(Step::Pace {
            duration: Duration::from_secs_f64(octets as f64 / f64::from(rate)),
            rule: restraint.rule,
        })
    }

    /// Whether more content has come than a rule lets come.
    pub(crate) fn is_cut_due(&self) -> bool {
        let octets = self.content.octets();
        let limit = self.restraint.as_ref().and_then(Restraint::max_octets);
        limit.is_some_and(|limit| octets > limit)
    }
}

/// How a rule has the content taken in.
#[derive(Debug)]
pub(crate) struct Restraint {
    pub(crate) rule: RuleId,
    pub(crate) origin: Origin,
    kind: Kind,
    /// It was made sure that the rule still is in force.
    pub(crate) is_confirmed: bool,
}

#[derive(Debug)]
enum Kind {
    MaxOctets(u64),
    /// Octets a second.
    Rate(u32),
}

impl Restraint {
    pub(crate) fn of(intervention: &Intervention) -> Option<Self> {
        let kind = match intervention.conduct {
            Conduct::CloseAfterOctets(octets) => Kind::MaxOctets(octets),
            Conduct::Throttle(rate) => Kind::Rate(rate),
            _ => return None,
        };
        Some(Self {
            rule: intervention.rule,
            origin: intervention.origin,
            kind,
            is_confirmed: false,
        })
    }

    /// Octets a second, if the content is throttled.
    pub(crate) fn rate(&self) -> Option<u32> {
        match self.kind {
            Kind::Rate(rate) => Some(rate),
            Kind::MaxOctets(_) => None,
        }
    }

    /// Octets behind which the connection is closed.
    pub(crate) fn max_octets(&self) -> Option<u64> {
        match self.kind {
            Kind::MaxOctets(octets) => Some(octets),
            Kind::Rate(_) => None,
        }
    }
}
