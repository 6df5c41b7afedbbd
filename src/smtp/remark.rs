//! Lapses: where a client departs from the standard and is served all the same.

use std::fmt;

/// A way to depart from the standard that real servers forgive.
///
/// By default the server forgives too and notes a [`Remark`]; with
/// [`strict`](crate::MailServerBuilder::strict) it refuses the command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Lapse {
    /// `RCPT TO:ada@example.org`: the path has no angle brackets.
    MissingBrackets,
    /// `RCPT TO:Ada <ada@example.org>`: text before the path.
    TextBeforePath,
    /// `RCPT TO: <ada@example.org>`: white space after the colon, or within the brackets.
    SpaceInPath,
    /// A command line that ends in a bare LF.
    BareLineFeedInCommand,
    /// A non-ASCII address in a transaction without SMTPUTF8.
    NonAsciiAddress,
    /// A dot at the start or the end of a local part, or two in a row.
    MisplacedDot,
    /// An underscore in a domain.
    UnderscoreInDomain,
    /// A local part of more than 64 octets, or a domain of more than 255.
    OverlongAddress,
    /// A hello whose argument is neither a domain nor an address literal.
    InvalidHelloName,
    /// A parameter or command of an extension after HELO, which offers none.
    ExtensionAfterHelo,
    /// A command line longer than its standard limit, but not than ours.
    OverlongCommand,
    /// Octets in clear behind STARTTLS, where TLS was to begin. They are never obeyed, and the session is
    /// refused: who adds them to another's session would have them taken for that client's.
    TextBehindStartTls,
    /// A carriage return in the content that no line feed follows.
    BareCarriageReturn,
    /// A line feed in the content that no carriage return precedes.
    BareLineFeed,
}

impl Lapse {
    /// The RFC and section that asks for something else.
    pub fn section(self) -> &'static str {
        match self {
            Self::MissingBrackets | Self::TextBeforePath => "RFC 5321 §4.1.2",
            Self::SpaceInPath => "RFC 5321 §3.3",
            Self::BareLineFeedInCommand | Self::BareCarriageReturn | Self::BareLineFeed => {
                "RFC 5321 §2.3.8"
            }
            Self::NonAsciiAddress => "RFC 6531 §3.3",
            Self::MisplacedDot | Self::UnderscoreInDomain => "RFC 5321 §4.1.2",
            Self::OverlongAddress | Self::OverlongCommand => "RFC 5321 §4.5.3.1",
            Self::InvalidHelloName => "RFC 5321 §4.1.1.1",
            Self::ExtensionAfterHelo => "RFC 5321 §2.2.1",
            Self::TextBehindStartTls => "RFC 3207 §4",
        }
    }

    /// What was done, in a few words.
    pub fn description(self) -> &'static str {
        match self {
            Self::MissingBrackets => "the path has no angle brackets",
            Self::TextBeforePath => "text before the path",
            Self::SpaceInPath => "white space before the path or within its brackets",
            Self::BareLineFeedInCommand => "the command line ends in a bare LF",
            Self::NonAsciiAddress => "a non-ASCII address without SMTPUTF8",
            Self::MisplacedDot => "a misplaced dot in the local part",
            Self::UnderscoreInDomain => "an underscore in the domain",
            Self::OverlongAddress => "an address longer than the standard allows",
            Self::InvalidHelloName => "neither a domain nor an address literal",
            Self::ExtensionAfterHelo => "an extension is used after HELO, which offers none",
            Self::OverlongCommand => "a command line longer than the standard allows",
            Self::TextBehindStartTls => "text in clear behind STARTTLS",
            Self::BareCarriageReturn => "a bare CR in the content",
            Self::BareLineFeed => "a bare LF in the content",
        }
    }
}

impl fmt::Display for Lapse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.description(), self.section())
    }
}

/// A [`Lapse`] that was forgiven, with the line in which it occurred.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Remark {
    lapse: Lapse,
    line: Box<str>,
}

impl Remark {
    pub(crate) fn new(lapse: Lapse, line: impl Into<Box<str>>) -> Self {
        Self {
            lapse,
            line: line.into(),
        }
    }

    /// What was forgiven.
    pub fn lapse(&self) -> Lapse {
        self.lapse
    }

    /// The RFC and section, such as `RFC 5321 §4.1.2`.
    pub fn section(&self) -> &'static str {
        self.lapse.section()
    }

    /// The command line, or the first line of the content that is concerned; control characters
    /// are escaped as in Rust, and a long line is cut.
    pub fn line(&self) -> &str {
        &self.line
    }
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.lapse, self.line)
    }
}
