//! Where a rule comes from.

use std::fmt;
use std::panic::Location;

/// Where a rule comes from: a line of the test, or, if it came as data, its number in the list of rules that
/// the inspector has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Origin(Place);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Place {
    Line(&'static Location<'static>),
    Number(u64),
}

impl Origin {
    /// The line of the test that made it, if it was made by one.
    pub fn location(self) -> Option<&'static Location<'static>> {
        match self.0 {
            Place::Line(location) => Some(location),
            Place::Number(_) => None,
        }
    }

    pub(crate) fn of_number(id: u64) -> Self {
        Self(Place::Number(id))
    }
}

impl From<&'static Location<'static>> for Origin {
    fn from(location: &'static Location<'static>) -> Self {
        Self(Place::Line(location))
    }
}

impl fmt::Display for Origin {
    /// `tests/sign_up.rs:12:5`, or where the inspector has it: `/api/v1/rules/3`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Place::Line(location) => location.fmt(f),
            Place::Number(id) => write!(f, "/api/v1/rules/{id}"),
        }
    }
}
