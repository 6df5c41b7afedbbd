//! Where a rule comes from.

use std::fmt;
use std::panic::Location;

/// Where a rule comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Origin(&'static Location<'static>);

impl Origin {
    /// The line of the test that made it, if it was made by one.
    pub fn location(self) -> Option<&'static Location<'static>> {
        Some(self.0)
    }
}

impl From<&'static Location<'static>> for Origin {
    fn from(location: &'static Location<'static>) -> Self {
        Self(location)
    }
}

impl fmt::Display for Origin {
    /// `tests/sign_up.rs:12:5`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
