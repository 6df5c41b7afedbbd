//! Why the program ends without success.

use std::process::ExitCode;

/// What is said on stderr, and how a script sees it.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) text: String,
    pub(super) kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// What was waited for did not come.
    NotFound,
    /// It could not be done as it was said, or at all.
    Impossible,
}

impl Failure {
    pub(super) fn impossible(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            kind: Kind::Impossible,
        }
    }

    pub(super) fn not_found(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            kind: Kind::NotFound,
        }
    }

    pub(super) fn exit_code(&self) -> ExitCode {
        match self.kind {
            Kind::NotFound => ExitCode::from(1),
            Kind::Impossible => ExitCode::from(2),
        }
    }
}
