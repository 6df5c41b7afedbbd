//! The server that a rule is for.

/// What a server speaks, which decides what can happen there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ServerKind {
    pub(crate) speaks_tls: bool,
    pub(crate) is_lmtp: bool,
}
