//! How much is stored at a moment.

/// How much there is at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) mails: usize,
    /// Older ones were deleted, or went for newer ones.
    pub(crate) oldest_mail: Option<u64>,
    pub(crate) rejections: usize,
    pub(crate) oldest_rejection: Option<u64>,
    pub(crate) sessions: usize,
    pub(crate) oldest_session: Option<u64>,
    pub(crate) open_sessions: usize,
}
