//! A mail transaction (RFC 5321 §3.3): MAIL up to the end of data.

use std::panic::Location;
use std::time::Duration;

use super::content::{Content, DataDecoder};
use super::envelope::Envelope;
use super::stage::Stage;
use super::step::Step;
use super::verdict::{Conduct, Intervention, RuleId};

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
}

impl Transaction {
    pub(crate) fn new(envelope: Envelope, content: Content) -> Self {
        Self {
            envelope,
            content,
            has_tried: false,
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
            Intake::NotBegun if self.is_explained => None,
            Intake::NotBegun if has_recipient => Some(Stage::Rcpt),
            Intake::NotBegun if self.has_tried => None,
            Intake::NotBegun => Some(Stage::Mail),
        }
    }

    /// The content as far as it has come; `None` if it has not begun, or was too large.
    pub(crate) fn kept_content(self) -> Option<Vec<u8>> {
        let has_begun = !matches!(self.intake, Intake::NotBegun);
        let is_kept = has_begun && !self.content.is_too_large();
        is_kept.then(|| self.content.into_bytes())
    }

    /// How many of so many octets may be taken now.
    pub(crate) fn allowed_octets(&self, octets: usize) -> usize {
        match &self.restraint {
            Some(Restraint {
                kind: Kind::CloseAfter { octets_left },
                ..
            }) => usize::try_from(*octets_left).map_or(octets, |left| left.min(octets)),
            _ => octets,
        }
    }

    /// Counts octets that were taken, and says how long to wait behind them.
    pub(crate) fn restrain(&mut self, octets: usize) -> Option<Step> {
        let restraint = self.restraint.as_mut()?;
        match &mut restraint.kind {
            Kind::CloseAfter { octets_left } => {
                *octets_left -= octets as u64;
                None
            }
            Kind::Rate(rate) => (octets > 0).then(|| Step::Hold {
                duration: Some(Duration::from_secs_f64(octets as f64 / f64::from(*rate))),
                rule: restraint.rule,
            }),
        }
    }
}

/// How a rule has the content taken in.
#[derive(Debug)]
pub(crate) struct Restraint {
    rule: RuleId,
    origin: &'static Location<'static>,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    CloseAfter {
        octets_left: u64,
    },
    /// Octets a second.
    Rate(u32),
}

impl Restraint {
    pub(crate) fn of(intervention: &Intervention) -> Option<Self> {
        let kind = match intervention.conduct {
            Conduct::CloseAfterOctets(octets_left) => Kind::CloseAfter { octets_left },
            Conduct::Throttle(rate) => Kind::Rate(rate),
            _ => return None,
        };
        Some(Self {
            rule: intervention.rule,
            origin: intervention.origin,
            kind,
        })
    }

    /// Octets a second, if the content is throttled.
    pub(crate) fn rate(&self) -> Option<u32> {
        match self.kind {
            Kind::Rate(rate) => Some(rate),
            Kind::CloseAfter { .. } => None,
        }
    }

    /// The rule that closes the connection now, if one does.
    pub(crate) fn cut_by(&self) -> Option<&'static Location<'static>> {
        match self.kind {
            Kind::CloseAfter { octets_left: 0 } => Some(self.origin),
            _ => None,
        }
    }
}
