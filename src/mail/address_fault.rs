//! Texts that no address can equal.

use std::fmt;

use crate::smtp::{AddressError, Mailbox};

/// What is the matter with a text that no address can equal, said behind that text. What to write in its
/// place depends on where it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum AddressFault {
    /// It has `*` or `?`. They are allowed in a local part, but seldom meant.
    Wildcard,
    /// It is `<>`.
    NullInBrackets(AddressError),
    /// It stands in brackets, maybe behind a name.
    Brackets(AddressError),
    /// It is a domain, or another part of an address.
    Part(AddressError),
    /// It is no address for another reason.
    Other(AddressError),
}

impl AddressFault {
    /// What is the matter with it, if no address can equal it.
    pub(super) fn of(text: &str) -> Option<Self> {
        if text.is_empty() {
            return None; // the null reverse-path
        }
        if text.contains(['*', '?']) {
            return Some(Self::Wildcard);
        }
        let error = Mailbox::parse(text, &mut Vec::new()).err()?;
        Some(match text {
            "<>" => Self::NullInBrackets(error),
            text if text.contains('<') => Self::Brackets(error),
            text if text.starts_with('@') || !text.contains('@') => Self::Part(error),
            _ => Self::Other(error),
        })
    }

    /// What to write in its place in Rust.
    pub(super) fn cure(&self) -> &'static str {
        match self {
            Self::Wildcard => ": did you mean glob(..)? A closure can ask for the character itself",
            Self::NullInBrackets(_) => "; the null reverse-path is \"\"",
            Self::Brackets(_) => "; write it without brackets and name",
            Self::Part(_) => "; did you mean domain(..) or contains(..)?",
            Self::Other(_) => "",
        }
    }
}

impl fmt::Display for AddressFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wildcard => f.write_str("has a wildcard"),
            Self::NullInBrackets(error)
            | Self::Brackets(error)
            | Self::Part(error)
            | Self::Other(error) => write!(f, "is {error}"),
        }
    }
}
