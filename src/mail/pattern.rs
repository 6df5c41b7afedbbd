//! Patterns for texts and addresses.

use std::fmt;
use std::sync::Arc;

use regex_lite::Regex;

use super::address_fault::AddressFault;
use super::text_diff::{quoted, text_diff};
use crate::smtp::{Mailbox, is_same_mailbox};

/// What a text is to be like. A `&str` is a pattern that the text is to equal; [`contains`],
/// [`starts_with`], [`ends_with`], [`in_order`], [`matches`](fn@matches) and [`glob`] make others, and so does a closure
/// such as `|text: &str| text.len() > 80`, which has to name the type of its argument.
#[derive(Clone)]
pub struct TextPattern(Text);

#[derive(Clone)]
enum Text {
    Equal(String),
    Contains(String),
    StartsWith(String),
    EndsWith(String),
    Matches(Regex),
    Glob(String),
    InOrder(Vec<String>),
    Satisfies(Arc<dyn Fn(&str) -> bool + Send + Sync>),
}

/// A text that has `part` in it.
pub fn contains(part: impl Into<String>) -> TextPattern {
    TextPattern(Text::Contains(part.into()))
}

/// A text that begins with `start`.
pub fn starts_with(start: impl Into<String>) -> TextPattern {
    TextPattern(Text::StartsWith(start.into()))
}

/// A text that ends with `end`.
pub fn ends_with(end: impl Into<String>) -> TextPattern {
    TextPattern(Text::EndsWith(end.into()))
}

/// A text in which a regular expression is found, in the syntax of the crate `regex-lite`; `^…$` asks
/// for the whole text.
///
/// # Panics
///
/// If it is no regular expression.
#[track_caller]
pub fn matches(regex: &str) -> TextPattern {
    TextPattern::regex(regex).unwrap_or_else(|why| panic!("{why}"))
}

/// A text of that form, where `*` stands for any characters and `?` for one.
pub fn glob(pattern: impl Into<String>) -> TextPattern {
    TextPattern(Text::Glob(pattern.into()))
}

/// A text in which these parts come one behind the other.
pub fn in_order<P: Into<String>>(parts: impl IntoIterator<Item = P>) -> TextPattern {
    TextPattern(Text::InOrder(parts.into_iter().map(Into::into).collect()))
}

/// An address whose domain is that one, in any case. Its subdomains are others: they are
/// `glob("*@*.example.org")`.
///
/// # Panics
///
/// If it is not the domain of an address.
#[track_caller]
pub fn domain(domain: impl Into<String>) -> AddressPattern {
    AddressPattern::of_domain(domain.into()).unwrap_or_else(|why| panic!("{why}"))
}

impl TextPattern {
    /// A text that has that one in it, with letters of ASCII in any case.
    #[cfg(feature = "inspector")]
    pub(crate) fn in_any_case(part: &str) -> Self {
        let regex = format!("(?i){}", regex_lite::escape(part));
        Self::regex(&regex).unwrap_or_else(|_| contains(part)) // one that is too large
    }

    /// [`matches`](fn@matches), or why it is no regular expression.
    pub(crate) fn regex(regex: &str) -> Result<Self, String> {
        match Regex::new(regex) {
            Ok(regex) => Ok(Self(Text::Matches(regex))),
            Err(error) => Err(format!("not a regular expression: {regex:?}: {error}")),
        }
    }

    /// A text that is given as it is may stand within a longer one.
    pub(super) fn within(self) -> Self {
        match self.0 {
            Text::Equal(text) => Self(Text::Contains(text)),
            text => Self(text),
        }
    }

    /// Whether the text is like that.
    pub fn is_match(&self, text: &str) -> bool {
        match &self.0 {
            Text::Equal(expected) => text == expected,
            Text::Contains(part) => text.contains(part.as_str()),
            Text::StartsWith(start) => text.starts_with(start.as_str()),
            Text::EndsWith(end) => text.ends_with(end.as_str()),
            Text::Matches(regex) => regex.is_match(text),
            Text::Glob(pattern) => is_of_form(text, pattern),
            Text::InOrder(parts) => first_missing(text, parts).is_none(),
            Text::Satisfies(condition) => condition(text),
        }
    }

    /// `Err` with how the text differs.
    pub(crate) fn check(&self, text: &str) -> Result<(), String> {
        match &self.0 {
            _ if self.is_match(text) => Ok(()),
            Text::Equal(expected) => Err(text_diff(expected, text)),
            Text::InOrder(parts) => {
                let missing = first_missing(text, parts).unwrap_or_default();
                let place = if text.contains(missing) {
                    "not behind the others"
                } else {
                    "missing"
                };
                Err(format!("{missing:?} is {place}: {}", quoted(text)))
            }
            _ => Err(quoted(text)),
        }
    }
}

impl From<&str> for TextPattern {
    fn from(text: &str) -> Self {
        Self(Text::Equal(text.to_owned()))
    }
}

impl From<&&str> for TextPattern {
    fn from(text: &&str) -> Self {
        (*text).into()
    }
}

impl From<&String> for TextPattern {
    fn from(text: &String) -> Self {
        text.as_str().into()
    }
}

impl From<String> for TextPattern {
    fn from(text: String) -> Self {
        Self(Text::Equal(text))
    }
}

impl<F: Fn(&str) -> bool + Send + Sync + 'static> From<F> for TextPattern {
    fn from(condition: F) -> Self {
        Self(Text::Satisfies(Arc::new(condition)))
    }
}

impl fmt::Display for TextPattern {
    /// As it is written: `"text"`, `contains("text")`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Text::Equal(text) => write!(f, "{text:?}"),
            Text::Contains(part) => write!(f, "contains({part:?})"),
            Text::StartsWith(start) => write!(f, "starts_with({start:?})"),
            Text::EndsWith(end) => write!(f, "ends_with({end:?})"),
            Text::Matches(regex) => write!(f, "matches({:?})", regex.as_str()),
            Text::Glob(pattern) => write!(f, "glob({pattern:?})"),
            Text::InOrder(parts) => write!(f, "in_order({parts:?})"),
            Text::Satisfies(_) => f.write_str("|text| …"),
        }
    }
}

impl fmt::Debug for TextPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TextPattern({self})")
    }
}

/// What an address is to be like. A `&str` is an address that it is to mean: domains are compared in
/// any case, local parts exactly, and `""` is the null reverse-path. [`domain`] asks for any address of
/// a domain. [`glob`] compares what stands behind the `@` in any case; the other [`TextPattern`]s are
/// held against the address as it was sent and, if that does not match, with its domain in lower case. A
/// closure, which has to name the type of its argument, is given the address as it was sent:
/// `|address: &str| address.len() > 64`.
#[derive(Clone)]
pub struct AddressPattern(Address);

#[derive(Clone)]
enum Address {
    Equal(String),
    Domain(String),
    Text(TextPattern),
}

impl AddressPattern {
    /// [`domain`], or why it is none.
    pub(crate) fn of_domain(domain: String) -> Result<Self, String> {
        match Mailbox::parse(&format!("x@{domain}"), &mut Vec::new()) {
            Ok(_) => Ok(Self(Address::Domain(domain))),
            Err(error) => Err(format!("not a domain: {domain:?}: {error}")),
        }
    }

    /// Panics at the caller's line if it is a text that no address can equal.
    #[track_caller]
    pub(crate) fn check(&self) {
        if let Some(fault) = self.fault() {
            panic!("{self} {fault}{}", fault.cure());
        }
    }

    /// Why no address can equal it, if it is a text.
    pub(crate) fn fault(&self) -> Option<AddressFault> {
        match &self.0 {
            Address::Equal(address) => AddressFault::of(address),
            Address::Domain(_) | Address::Text(_) => None,
        }
    }

    /// Whether the address is like that.
    pub fn is_match(&self, address: &str) -> bool {
        match &self.0 {
            Address::Equal(expected) => is_same_mailbox(address, expected),
            Address::Domain(domain) => {
                let (address, domain) = (address.as_bytes(), domain.as_bytes());
                let at = address.len().checked_sub(domain.len() + 1);
                at.is_some_and(|at| {
                    address[at] == b'@' && address[at + 1..].eq_ignore_ascii_case(domain)
                })
            }
            Address::Text(TextPattern(Text::Satisfies(condition))) => condition(address),
            Address::Text(TextPattern(Text::Glob(pattern))) => {
                let (lower_address, lower_pattern) =
                    (with_lower_domain(address), with_lower_domain(pattern));
                is_of_form(
                    lower_address.as_deref().unwrap_or(address),
                    lower_pattern.as_deref().unwrap_or(pattern),
                )
            }
            Address::Text(pattern) => {
                pattern.is_match(address)
                    || with_lower_domain(address).is_some_and(|a| pattern.is_match(&a))
            }
        }
    }
}

impl From<&str> for AddressPattern {
    fn from(address: &str) -> Self {
        Self(Address::Equal(address.to_owned()))
    }
}

impl From<&&str> for AddressPattern {
    fn from(address: &&str) -> Self {
        (*address).into()
    }
}

impl From<&String> for AddressPattern {
    fn from(address: &String) -> Self {
        address.as_str().into()
    }
}

impl From<String> for AddressPattern {
    fn from(address: String) -> Self {
        Self(Address::Equal(address))
    }
}

impl From<TextPattern> for AddressPattern {
    fn from(pattern: TextPattern) -> Self {
        Self(Address::Text(pattern))
    }
}

impl<F: Fn(&str) -> bool + Send + Sync + 'static> From<F> for AddressPattern {
    fn from(condition: F) -> Self {
        Self(Address::Text(condition.into()))
    }
}

impl fmt::Display for AddressPattern {
    /// As it is written: `"ada@example.org"`, `domain("example.org")`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Address::Equal(address) => write!(f, "{address:?}"),
            Address::Domain(domain) => write!(f, "domain({domain:?})"),
            Address::Text(pattern) => write!(f, "{pattern}"),
        }
    }
}

impl fmt::Debug for AddressPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AddressPattern({self})")
    }
}

/// The first of these parts that does not come behind those before it.
fn first_missing<'a>(text: &str, parts: &'a [String]) -> Option<&'a str> {
    let mut rest = text;
    for part in parts {
        match rest.find(part.as_str()) {
            Some(i) => rest = &rest[i + part.len()..],
            None => return Some(part),
        }
    }
    None
}

/// The address with its domain in lower case, if that may be another.
fn with_lower_domain(address: &str) -> Option<String> {
    if !address.bytes().any(|b| b.is_ascii_uppercase()) {
        return None;
    }
    let (local, domain) = address.rsplit_once('@')?;
    Some(format!("{local}@{}", domain.to_ascii_lowercase()))
}

/// Whether a text has the form of a glob. On a mismatch the last `*` takes one character more, which is
/// enough, and bounded.
fn is_of_form(text: &str, glob: &str) -> bool {
    let (mut text, mut glob) = (text.chars(), glob.chars());
    // What follows the last `*`, and the text from which that was tried.
    let mut last_star = None;
    loop {
        let rest_of_text = text.clone();
        match (glob.next(), text.next()) {
            (None, None) => return true,
            (Some('*'), _) => {
                last_star = Some((glob.clone(), rest_of_text.clone()));
                text = rest_of_text;
            }
            (Some('?'), Some(_)) => {}
            (Some(wanted), Some(found)) if wanted == found => {}
            _ => {
                let Some((behind_star, tried)) = &mut last_star else {
                    return false;
                };
                if tried.next().is_none() {
                    return false;
                }
                (glob, text) = (behind_star.clone(), tried.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_match_as_shells_have_it() {
        for (glob, text, expected) in [
            ("", "", true),
            ("*", "", true),
            ("*", "any", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("*@example.org", "ada@example.org", true),
            ("*@example.org", "ada@example.org.evil", false),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c-b", false),
            ("*aab", "aaaaab", true),
            ("ä*", "äh", true),
        ] {
            assert_eq!(is_of_form(text, glob), expected, "{glob} {text}");
        }
    }

    #[test]
    fn addresses_are_compared_as_addresses() {
        let is_match = |pattern: AddressPattern| pattern.is_match("Ada@Example.ORG");
        assert!(is_match("Ada@example.org".into()));
        assert!(!is_match("ada@example.org".into()));
        assert!(is_match(domain("example.org")));
        assert!(!is_match(domain("ample.org")));
        assert!(is_match(glob("*@example.org").into()));
        assert!(is_match(glob("Ada@EXAMPLE.*").into()));
        assert!(!is_match(glob("ada@*").into()));
        assert!(is_match(matches("^Ada@").into()));
        assert!(is_match((|a: &str| a.len() == 15).into()));
        assert!(AddressPattern::from("").is_match(""));
        assert!(!domain("example.org").is_match(""));
    }

    #[test]
    fn texts_are_compared_as_texts() {
        for (pattern, shown) in [
            (
                TextPattern::from("Reset your password"),
                "\"Reset your password\"",
            ),
            (contains("your"), "contains(\"your\")"),
            (starts_with("Reset"), "starts_with(\"Reset\")"),
            (ends_with("word"), "ends_with(\"word\")"),
            (matches("pass(word|port)$"), "matches(\"pass(word|port)$\")"),
            (glob("Reset * password"), "glob(\"Reset * password\")"),
            ((|text: &str| text.len() == 19).into(), "|text| …"),
        ] {
            assert!(pattern.is_match("Reset your password"), "{pattern}");
            assert!(!pattern.is_match("Welcome"), "{pattern}");
            assert_eq!(pattern.to_string(), shown);
        }
    }
}
