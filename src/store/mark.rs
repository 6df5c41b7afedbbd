//! How much had come at a moment.

/// How much had been recorded at a moment: the last numbers given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    pub(crate) mail: u64,
    pub(crate) rejection: u64,
    pub(crate) session: u64,
}
