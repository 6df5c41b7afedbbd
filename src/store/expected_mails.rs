//! Mails that are expected ahead of time.

use std::panic::Location;

use crate::mail::MailMatcher;
use crate::times::Times;

/// How many mails like that a test expects in all.
#[derive(Clone, Debug)]
pub(crate) struct ExpectedMails {
    pub(crate) times: Times,
    pub(crate) mail: MailMatcher,
    pub(crate) location: &'static Location<'static>,
}
