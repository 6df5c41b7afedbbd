//! What a server has received, as a picture of one moment.

use crate::mail::Mail;
use crate::rejection::Rejection;
use crate::session::Session;

/// What is stored at one moment; mails and rejections in the order they were recorded.
#[derive(Clone, Debug, Default)]
pub(crate) struct Received {
    pub(crate) mails: Vec<Mail>,
    /// Mails that were accepted to be lost.
    pub(crate) discarded: Vec<Mail>,
    pub(crate) rejections: Vec<Rejection>,
    pub(crate) sessions: Vec<Session>,
    /// By what rules drew, if any did.
    pub(crate) seed: Option<u64>,
    /// A client has connected, cleared since or not.
    pub(crate) has_had_sessions: bool,
}
