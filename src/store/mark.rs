//! How much had come at a moment.

/// How much had been recorded at a moment: the last numbers given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    pub(crate) mail: u64,
    pub(crate) rejection: u64,
    pub(crate) session: u64,
}

/// How much there is at a moment.
#[cfg(feature = "inspector")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) mails: usize,
    /// Older ones were deleted, or went for newer ones.
    pub(crate) oldest_mail: Option<u64>,
    pub(crate) rejections: usize,
    pub(crate) sessions: usize,
    pub(crate) open_sessions: usize,
}
