//! The verbs of RFC 5321 §4.1.1 and its extensions.

use super::stage::Stage;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Ehlo,
    Helo,
    /// RFC 2033 §4.1: LMTP's EHLO.
    Lhlo,
    Mail,
    Rcpt,
    Data,
    Bdat,
    Rset,
    Noop,
    Quit,
    Vrfy,
    Expn,
    Help,
    Auth,
    StartTls,
    /// SEND, SOML, SAML, TURN: known, and not implemented by anybody (RFC 5321 appendix F).
    Obsolete,
    Unknown,
}

const VERBS: [(&str, Verb); 19] = [
    ("MAIL", Verb::Mail),
    ("RCPT", Verb::Rcpt),
    ("DATA", Verb::Data),
    ("EHLO", Verb::Ehlo),
    ("HELO", Verb::Helo),
    ("LHLO", Verb::Lhlo),
    ("QUIT", Verb::Quit),
    ("RSET", Verb::Rset),
    ("NOOP", Verb::Noop),
    ("BDAT", Verb::Bdat),
    ("AUTH", Verb::Auth),
    ("VRFY", Verb::Vrfy),
    ("EXPN", Verb::Expn),
    ("HELP", Verb::Help),
    ("STARTTLS", Verb::StartTls),
    ("SEND", Verb::Obsolete),
    ("SOML", Verb::Obsolete),
    ("SAML", Verb::Obsolete),
    ("TURN", Verb::Obsolete),
];

/// Where in a dialogue a command with that verb comes.
pub(crate) fn stage_of(verb: &str) -> Stage {
    Verb::of(verb.as_bytes()).stage()
}

/// The word that stands for the verb of a line: up to the first white space.
pub(crate) fn verb_word(line: &[u8]) -> &[u8] {
    let is_blank = |b: &u8| matches!(b, b' ' | b'\t');
    let end = line.iter().position(is_blank).unwrap_or(line.len());
    &line[..end]
}

impl Verb {
    /// The verb that a line begins with.
    pub(crate) fn of(line: &[u8]) -> Self {
        let word = verb_word(line);
        VERBS
            .iter()
            .find(|(name, _)| word.eq_ignore_ascii_case(name.as_bytes()))
            .map_or(Self::Unknown, |(_, verb)| *verb)
    }

    pub(crate) fn stage(self) -> Stage {
        match self {
            Self::Ehlo | Self::Helo | Self::Lhlo => Stage::Hello,
            Self::Auth => Stage::Auth,
            Self::Mail => Stage::Mail,
            Self::Rcpt => Stage::Rcpt,
            Self::Data | Self::Bdat => Stage::Data,
            _ => Stage::Other,
        }
    }

    /// The longest line for this verb, in octets with its CRLF.
    pub(super) fn standard_limit(self) -> usize {
        match self {
            // Their extensions add to it (RFC 1870, 3461, 4954, 6531 …).
            Self::Mail | Self::Rcpt | Self::Auth => usize::MAX,
            _ => 512, // RFC 5321 §4.5.3.1.4
        }
    }
}
