//! Ready-made behaviour, on the mechanism of the rules.

use std::sync::Arc;
use std::time::Duration;

use super::credentials::Credentials;
use super::directory::Directory;
use super::greylist::greylist;
use super::magic_recipients::magic_recipients;
use super::mounted_rule::{Line, MountedRule};
use super::rate_limit::{RateLimit, max_mails_per_session};
use crate::clock::Clock;

/// One piece of ready-made behaviour.
#[derive(Clone, Debug)]
pub(crate) enum Preset {
    Credentials(Credentials),
    Directory(Directory),
    Greylist(Duration),
    MagicRecipients,
    MaxMailsPerSession(usize),
    RateLimit(RateLimit),
}

impl Preset {
    pub(crate) fn into_rule(self, clock: &Arc<Clock>, line: Line) -> MountedRule {
        match self {
            Self::Credentials(credentials) => credentials.into_rule(line),
            Self::Directory(directory) => directory.into_rule(line),
            Self::Greylist(delay) => greylist(delay, Arc::clone(clock), line),
            Self::MagicRecipients => magic_recipients(line),
            Self::MaxMailsPerSession(mails) => max_mails_per_session(mails, line),
            Self::RateLimit(limit) => limit.into_rule(Arc::clone(clock), line),
        }
    }
}
