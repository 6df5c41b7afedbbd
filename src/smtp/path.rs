//! Paths: a mailbox as MAIL and RCPT give it, in brackets, perhaps with a source route.

use std::fmt;
use std::sync::Arc;

use super::address::{AddressError, Mailbox, check_domain};
use super::parameters::Parameters;
use super::remark::Lapse;

/// Where bounces go: the argument of MAIL, `<>` included, with its parameters.
///
/// Compares with a `&str` as its mailbox does; the null path equals `""`.
#[derive(Clone, Debug)]
pub struct ReversePath(Path<Option<Mailbox>>);

impl ReversePath {
    /// The mailbox; `None` for the null reverse-path `<>` of bounces (RFC 5321 §4.5.5).
    pub fn mailbox(&self) -> Option<&Mailbox> {
        self.0.mailbox.as_ref()
    }

    /// Whether it is `<>`: a bounce, or another mail that must not be answered.
    pub fn is_null(&self) -> bool {
        self.0.mailbox.is_none()
    }

    /// The address, `""` for the null path.
    pub fn as_str(&self) -> &str {
        self.mailbox().map_or("", Mailbox::as_str)
    }

    /// The obsolete route `@a,@b` before the mailbox, if one was given (RFC 5321 appendix C).
    pub fn source_route(&self) -> Option<&str> {
        self.0.source_route.as_deref()
    }

    /// The parameters of MAIL.
    pub fn parameters(&self) -> &Parameters {
        &self.0.parameters
    }

    /// About how many octets of memory it takes beyond its own.
    pub(crate) fn size(&self) -> usize {
        self.as_str().len() + self.0.texts()
    }

    #[cfg(test)]
    pub(crate) fn null() -> Self {
        Self(Path {
            mailbox: None,
            source_route: None,
            parameters: Parameters::default(),
        })
    }

    pub(crate) fn new(path: Path<Option<Mailbox>>) -> Self {
        Self(path)
    }
}

/// A recipient: the argument of RCPT, with its parameters.
///
/// Compares with a `&str` as its mailbox does.
#[derive(Clone, Debug)]
pub struct ForwardPath(Arc<Path<Mailbox>>);

impl ForwardPath {
    /// The recipient's mailbox.
    pub fn mailbox(&self) -> &Mailbox {
        &self.0.mailbox
    }

    /// The address as it was sent.
    pub fn as_str(&self) -> &str {
        self.0.mailbox.as_str()
    }

    /// The obsolete route `@a,@b` before the mailbox, if one was given (RFC 5321 appendix C).
    pub fn source_route(&self) -> Option<&str> {
        self.0.source_route.as_deref()
    }

    /// The parameters of RCPT.
    pub fn parameters(&self) -> &Parameters {
        &self.0.parameters
    }

    pub(crate) fn new(path: Path<Mailbox>) -> Self {
        Self(Arc::new(path))
    }

    /// About how many octets of memory it takes.
    pub(crate) fn size(&self) -> usize {
        size_of::<Path<Mailbox>>() + self.as_str().len() + self.0.texts()
    }

    /// The bare path of a mailbox.
    pub(crate) fn of(mailbox: Mailbox) -> Self {
        Self::new(Path {
            mailbox,
            source_route: None,
            parameters: Parameters::default(),
        })
    }
}

impl PartialEq<str> for ReversePath {
    fn eq(&self, other: &str) -> bool {
        match self.mailbox() {
            Some(mailbox) => mailbox == other,
            None => other.is_empty(),
        }
    }
}

impl PartialEq<&str> for ReversePath {
    fn eq(&self, other: &&str) -> bool {
        *self == **other
    }
}

impl PartialEq<str> for ForwardPath {
    fn eq(&self, other: &str) -> bool {
        self.mailbox() == other
    }
}

impl PartialEq<&str> for ForwardPath {
    fn eq(&self, other: &&str) -> bool {
        *self == **other
    }
}

impl fmt::Display for ReversePath {
    /// In angle brackets: `<ada@example.org>`, or `<>`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}>", self.as_str())
    }
}

impl fmt::Display for ForwardPath {
    /// In angle brackets: `<ada@example.org>`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}>", self.as_str())
    }
}

/// The argument of MAIL (`M` is `Option<Mailbox>`) or RCPT (`M` is `Mailbox`).
#[derive(Clone, Debug)]
pub(crate) struct Path<M> {
    pub(crate) mailbox: M,
    pub(crate) source_route: Option<Box<str>>,
    pub(crate) parameters: Parameters,
}

impl<M> Path<M> {
    /// The octets of memory of all but the mailbox.
    fn texts(&self) -> usize {
        self.source_route.as_ref().map_or(0, |route| route.len()) + self.parameters.memory()
    }
}

/// What stands behind `MAIL FROM:` or `RCPT TO:`, taken apart but not yet understood.
#[derive(Debug, PartialEq)]
pub(crate) struct RawPath<'a> {
    pub(crate) source_route: Option<&'a str>,
    /// The address; empty for `<>`.
    pub(crate) address: &'a str,
    /// The parameters, unseparated.
    pub(crate) parameters: &'a str,
}

impl<'a> RawPath<'a> {
    /// Takes the text behind the colon apart.
    pub(crate) fn parse(text: &'a str, lapses: &mut Vec<Lapse>) -> Result<Self, AddressError> {
        let trimmed = text.trim_start_matches(' ');
        if trimmed.len() < text.len() {
            lapses.push(Lapse::SpaceInPath);
        }
        if let Some(bracketed) = trimmed.strip_prefix('<') {
            return Self::parse_bracketed(bracketed, lapses);
        }
        let end = trimmed.find(' ').unwrap_or(trimmed.len());
        let (word, rest) = trimmed.split_at(end);
        // `ada@example.org AUTH=<>` has a bracket too: what looks like an address comes first.
        if word.contains('@') || !trimmed.contains('<') {
            lapses.push(Lapse::MissingBrackets);
            return Ok(Self {
                source_route: None,
                address: word,
                parameters: rest,
            });
        }
        lapses.push(Lapse::TextBeforePath);
        let bracket = trimmed.find('<').map_or(trimmed.len(), |i| i + 1);
        Self::parse_bracketed(&trimmed[bracket..], lapses)
    }

    fn parse_bracketed(text: &'a str, lapses: &mut Vec<Lapse>) -> Result<Self, AddressError> {
        let end = closing_bracket(text).ok_or(AddressError("its bracket is not closed"))?;
        let (inner, rest) = (&text[..end], &text[end + 1..]);
        if !(rest.is_empty() || rest.starts_with(' ')) {
            return Err(AddressError("something sticks to its bracket"));
        }
        let address = inner.trim_matches(' ');
        if address.len() < inner.len() {
            lapses.push(Lapse::SpaceInPath);
        }
        let (source_route, address) = match address.strip_prefix('@') {
            None => (None, address),
            Some(_) => {
                let (route, mailbox) = address
                    .split_once(':')
                    .ok_or(AddressError("its source route is malformed"))?;
                for hop in route.split(',') {
                    let domain = hop
                        .strip_prefix('@')
                        .ok_or(AddressError("its source route is malformed"))?;
                    check_domain(domain, lapses)?;
                }
                (Some(route), mailbox)
            }
        };
        Ok(Self {
            source_route,
            address,
            parameters: rest,
        })
    }
}

/// Where the path ends: the first `>` outside quotes.
fn closing_bracket(text: &str) -> Option<usize> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    for (i, b) in text.bytes().enumerate() {
        match b {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_quoted => is_escaped = true,
            b'"' => is_quoted = !is_quoted,
            b'>' if !is_quoted => return Some(i),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> (Option<&str>, &str, &str, Vec<Lapse>) {
        let mut lapses = Vec::new();
        let path = RawPath::parse(text, &mut lapses).unwrap();
        (path.source_route, path.address, path.parameters, lapses)
    }

    #[test]
    fn forms_of_the_standard() {
        assert_eq!(parse("<a@b.org>"), (None, "a@b.org", "", vec![]));
        assert_eq!(parse("<> SIZE=1"), (None, "", " SIZE=1", vec![]));
        assert_eq!(
            parse("<\"a>b\"@c.org> X"),
            (None, "\"a>b\"@c.org", " X", vec![])
        );
        let routed = (Some("@x.org,@y.org"), "a@b.org", "", vec![]);
        assert_eq!(parse("<@x.org,@y.org:a@b.org>"), routed);
    }

    #[test]
    fn forms_that_are_forgiven() {
        use Lapse::{MissingBrackets, SpaceInPath, TextBeforePath};
        assert_eq!(
            parse("a@b.org X=1"),
            (None, "a@b.org", " X=1", vec![MissingBrackets])
        );
        let bounce = (None, "a@b.org", " AUTH=<>", vec![MissingBrackets]);
        assert_eq!(parse("a@b.org AUTH=<>"), bounce);
        assert_eq!(
            parse("Ada L <a@b.org>"),
            (None, "a@b.org", "", vec![TextBeforePath])
        );
        assert_eq!(
            parse(" <a@b.org>"),
            (None, "a@b.org", "", vec![SpaceInPath])
        );
        assert_eq!(
            parse("< a@b.org >"),
            (None, "a@b.org", "", vec![SpaceInPath])
        );
    }

    #[test]
    fn what_is_no_path() {
        for text in [
            "<a@b.org",
            "<a@b.org>x",
            "<@a.org>",
            "<@a.org,b.org:c@d.org>",
        ] {
            assert!(RawPath::parse(text, &mut Vec::new()).is_err(), "{text}");
        }
    }
}
