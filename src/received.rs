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
    pub(crate) dropped: Dropped,
    /// By what rules drew, if any did.
    pub(crate) seed: Option<u64>,
    /// A client has connected, cleared since or not.
    pub(crate) has_had_sessions: bool,
}

/// How many mails went for newer ones as the store was full. They were the oldest each time.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Dropped {
    /// Since the start.
    pub(crate) in_all: u64,
    /// Since all was cleared.
    pub(crate) lately: u64,
    last_id: u64,
}

impl Dropped {
    pub(crate) fn note(&mut self, id: u64) {
        self.in_all += 1;
        self.lately += 1;
        self.last_id = id;
    }

    /// Whether one may have been of those behind that number.
    pub(crate) fn may_be_behind(self, id: u64) -> bool {
        self.lately > 0 && self.last_id > id
    }
}
