//! One thing that a mail should have otherwise.

use std::fmt;

/// One thing that a mail should have otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    rule: &'static str,
    severity: Severity,
    section: &'static str,
    place: String,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Severity {
    /// It is allowed, and a disadvantage for readers or for delivery.
    Warning,
    /// A standard forbids it.
    Error,
}

impl Finding {
    /// The name of the rule, such as `missing-date`. It does not change between versions.
    pub fn rule(&self) -> &'static str {
        self.rule
    }

    /// How bad it is.
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// The standard that asks for something else, such as `RFC 5322 §3.6`.
    pub fn section(&self) -> &'static str {
        self.section
    }

    /// Where and what it is.
    pub fn place(&self) -> &str {
        &self.place
    }

    pub(super) fn error(rule: &'static str, section: &'static str, place: String) -> Self {
        let severity = Severity::Error;
        Self {
            rule,
            severity,
            section,
            place,
        }
    }

    pub(super) fn warning(rule: &'static str, section: &'static str, place: String) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(rule, section, place)
        }
    }
}

impl fmt::Display for Finding {
    /// `error missing-date (RFC 5322 §3.6): there is no Date`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let (rule, section, place) = (self.rule, self.section, &self.place);
        write!(f, "{severity} {rule} ({section}): {place}")
    }
}
