//! Ready-made behaviour, on the mechanism of the rules.

use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

use super::credentials::Credentials;
use super::directory::Directory;
use super::greylist::greylist;
use super::magic_recipients::magic_recipients;
use super::mounted_rule::MountedRule;
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
    pub(crate) fn into_rule(
        self,
        clock: &Arc<Clock>,
        location: &'static Location<'static>,
    ) -> MountedRule {
        match self {
            Self::Credentials(credentials) => credentials.into_rule(location),
            Self::Directory(directory) => directory.into_rule(location),
            Self::Greylist(delay) => greylist(delay, Arc::clone(clock), location),
            Self::MagicRecipients => magic_recipients(location),
            Self::MaxMailsPerSession(mails) => max_mails_per_session(mails, location),
            Self::RateLimit(limit) => limit.into_rule(Arc::clone(clock), location),
        }
    }
}
