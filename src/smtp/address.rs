//! Mailboxes (RFC 5321 §4.1.2, internationalized by RFC 6531 §3.3).

use std::borrow::Cow;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use super::printable::has_control;
use super::remark::Lapse;

/// An address: `local-part@domain`, or `postmaster` alone.
///
/// Two mailboxes are equal when a mail server must treat them as one: domains are compared without
/// regard to ASCII case, local parts exactly, and quotes that a local part does not need make no
/// difference. The text stays as it was sent.
///
/// ```
/// use mailmock::Mailbox;
///
/// let ada: Mailbox = "Ada@Example.ORG".parse()?;
/// assert_eq!(ada, "Ada@example.org");
/// assert_ne!(ada, "ada@example.org");
/// assert_eq!((ada.local_part(), ada.domain()), ("Ada", Some("Example.ORG")));
/// assert!("two words@example.org".parse::<Mailbox>().is_err());
/// # Ok::<(), mailmock::AddressError>(())
/// ```
#[derive(Clone)]
pub struct Mailbox(Box<str>);

impl Mailbox {
    /// The address as it was sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands before the `@`, with the quotes it was sent with.
    pub fn local_part(&self) -> &str {
        split(&self.0).0
    }

    /// What stands behind the `@`: a domain or an address literal such as `[127.0.0.1]`; `None` for
    /// `postmaster` alone (RFC 5321 §4.5.1).
    pub fn domain(&self) -> Option<&str> {
        split(&self.0).1
    }

    /// Whether the address needs no SMTPUTF8 (RFC 6531).
    pub fn is_ascii(&self) -> bool {
        self.0.is_ascii()
    }

    /// Whether it is the same mailbox on a server that tells no local parts apart by their case
    /// (RFC 5321 §2.4).
    pub(crate) fn is_same_in_any_case(&self, other: &Self) -> bool {
        let ((local, domain), (other_local, other_domain)) = (split(&self.0), split(&other.0));
        let is_same = |a: Option<&str>, b: Option<&str>| match (a, b) {
            (Some(a), Some(b)) => a.eq_ignore_ascii_case(b),
            (a, b) => a == b,
        };
        unquoted(local).eq_ignore_ascii_case(&unquoted(other_local))
            && is_same(domain, other_domain)
    }

    /// Reads an address, and adds to `lapses` what the standard forbids and real servers take.
    pub(crate) fn parse(text: &str, lapses: &mut Vec<Lapse>) -> Result<Self, AddressError> {
        if text.eq_ignore_ascii_case("postmaster") {
            return Ok(Self(text.into()));
        }
        let at = if text.starts_with('"') {
            quoted_string_end(text)?
        } else {
            text.find('@').ok_or(AddressError("it has no @"))?
        };
        let (local, domain) = text.split_at(at);
        let domain = domain
            .strip_prefix('@')
            .ok_or(AddressError("no @ follows the quoted local part"))?;
        if !local.starts_with('"') {
            check_dot_string(local, lapses)?;
        }
        check_domain(domain, lapses)?;
        if local.len() > 64 || domain.len() > 255 {
            lapses.push(Lapse::OverlongAddress);
        }
        Ok(Self(text.into()))
    }
}

/// Checks a domain or an address literal, as in an address or a hello.
pub(crate) fn check_domain(domain: &str, lapses: &mut Vec<Lapse>) -> Result<(), AddressError> {
    if let Some(literal) = domain.strip_prefix('[') {
        return check_literal(literal);
    }
    let is_end = |b: Option<&u8>| matches!(b, None | Some(b'-'));
    let mut has_underscore = false;
    // RFC 6531 §3.3: all above ASCII may stand in a label.
    for label in domain.as_bytes().split(|b| *b == b'.') {
        if is_end(label.first()) || is_end(label.last()) {
            return Err(AddressError(
                "a label of its domain is empty or ends in a hyphen",
            ));
        }
        for b in label {
            match b {
                b'_' => has_underscore = true,
                b'-' | 128.. => {}
                b if b.is_ascii_alphanumeric() => {}
                _ => return Err(AddressError("its domain has a forbidden character")),
            }
        }
    }
    if has_control(domain) {
        return Err(AddressError("its domain has a control character"));
    }
    if has_underscore {
        lapses.push(Lapse::UnderscoreInDomain);
    }
    Ok(())
}

/// RFC 5321 §4.1.3; `literal` is without its first bracket.
fn check_literal(literal: &str) -> Result<(), AddressError> {
    let inner = literal
        .strip_suffix(']')
        .ok_or(AddressError("its address literal is not closed"))?;
    let is_known = match inner.split_once(':') {
        None => inner.parse::<Ipv4Addr>().is_ok(),
        Some((tag, address)) if tag.eq_ignore_ascii_case("IPv6") => {
            address.parse::<Ipv6Addr>().is_ok()
        }
        Some((tag, content)) => {
            !tag.is_empty()
                && tag.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
                && !content.is_empty()
                && content
                    .chars()
                    .all(|c| c.is_ascii_graphic() && !matches!(c, '[' | ']' | '\\' | '@'))
        }
    };
    is_known
        .then_some(())
        .ok_or(AddressError("its address literal is no IP address"))
}

fn check_dot_string(local: &str, lapses: &mut Vec<Lapse>) -> Result<(), AddressError> {
    if local.is_empty() {
        return Err(AddressError("its local part is empty"));
    }
    // RFC 5322 §3.2.3: atext, and the dot between atoms; RFC 6531 §3.3: and all above ASCII.
    let is_allowed = |b: u8| match b {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | 128.. => true,
        _ => b"!#$%&'*+-/=?^_`{|}~.".contains(&b),
    };
    if !local.bytes().all(is_allowed) || has_control(local) {
        return Err(AddressError("its local part has a forbidden character"));
    }
    if local.starts_with('.') || local.ends_with('.') || local.contains("..") {
        lapses.push(Lapse::MisplacedDot);
    }
    Ok(())
}

/// The index behind the closing quote.
fn quoted_string_end(text: &str) -> Result<usize, AddressError> {
    let mut is_escaped = false;
    for (i, c) in text.char_indices().skip(1) {
        match c {
            _ if c.is_control() => break,
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return Ok(i + 1),
            _ => {}
        }
    }
    Err(AddressError("its quoted local part is not closed"))
}

fn split(text: &str) -> (&str, Option<&str>) {
    match text.rsplit_once('@') {
        Some((local, domain)) => (local, Some(domain)),
        None => (text, None),
    }
}

/// The local part without quotes and escapes (RFC 5321 §4.1.2: they carry no meaning).
fn unquoted(local: &str) -> Cow<'_, str> {
    let quoted = local.strip_prefix('"').and_then(|l| l.strip_suffix('"'));
    match quoted {
        None => Cow::Borrowed(local),
        Some(inner) if !inner.contains('\\') => Cow::Borrowed(inner),
        Some(inner) => {
            let mut chars = inner.chars();
            let mut plain = String::with_capacity(inner.len());
            while let Some(c) = chars.next() {
                plain.extend(if c == '\\' { chars.next() } else { Some(c) });
            }
            Cow::Owned(plain)
        }
    }
}

/// Whether two addresses mean one mailbox.
pub(crate) fn is_same_mailbox(a: &str, b: &str) -> bool {
    // Most are not, and most of those are told by this: only quotes are left out of account.
    let is_quoted = |address: &str| address.starts_with('"');
    if a.len() != b.len() && !is_quoted(a) && !is_quoted(b) {
        return false;
    }
    let ((a_local, a_domain), (b_local, b_domain)) = (split(a), split(b));
    match (a_domain, b_domain) {
        (Some(a_domain), Some(b_domain)) => {
            a_domain.eq_ignore_ascii_case(b_domain) && unquoted(a_local) == unquoted(b_local)
        }
        // Only `postmaster` stands alone, in any case (RFC 5321 §4.1.1.3).
        (None, None) => a_local.eq_ignore_ascii_case(b_local),
        _ => false,
    }
}

/// What is equal for addresses that [mean one mailbox](is_same_mailbox): to be looked up by.
pub(crate) fn mailbox_key(address: &str) -> String {
    match split(address) {
        (local, Some(domain)) => format!("{}@{}", unquoted(local), domain.to_ascii_lowercase()),
        (alone, None) => alone.to_ascii_lowercase(),
    }
}

impl FromStr for Mailbox {
    type Err = AddressError;

    /// # Errors
    ///
    /// If the text is not a mailbox by RFC 5321 §4.1.2 and RFC 6531 §3.3.
    fn from_str(text: &str) -> Result<Self, AddressError> {
        let mut lapses = Vec::new();
        let mailbox = Self::parse(text, &mut lapses)?;
        match lapses.first() {
            None => Ok(mailbox),
            Some(lapse) => Err(AddressError(lapse.description())),
        }
    }
}

impl PartialEq for Mailbox {
    fn eq(&self, other: &Self) -> bool {
        is_same_mailbox(&self.0, &other.0)
    }
}

impl Eq for Mailbox {}

impl Hash for Mailbox {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let (local, domain) = split(&self.0);
        match domain {
            Some(domain) => {
                unquoted(local).hash(state);
                domain.to_ascii_lowercase().hash(state);
            }
            None => local.to_ascii_lowercase().hash(state),
        }
    }
}

impl PartialEq<str> for Mailbox {
    fn eq(&self, other: &str) -> bool {
        is_same_mailbox(&self.0, other)
    }
}

impl PartialEq<&str> for Mailbox {
    fn eq(&self, other: &&str) -> bool {
        *self == **other
    }
}

impl fmt::Display for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}

/// Why a text is not an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressError(pub(super) &'static str);

impl fmt::Display for AddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a mailbox: {}", self.0)
    }
}

impl std::error::Error for AddressError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_of_rfc_5321_and_6531_is_read() {
        for text in [
            "ada@example.org",
            "a+b.c_d@sub.example.org",
            "\"two words\"@example.org",
            "\"a@b\\\"c\"@example.org",
            "root@[127.0.0.1]",
            "root@[IPv6:::1]",
            "root@[x400:c=de]",
            "postmaster",
            "Postmaster",
            "пушкин@пример.рф",
            "!#$%&'*+-/=?^_`{|}~@localhost",
        ] {
            assert_eq!(text.parse::<Mailbox>().unwrap().as_str(), text);
        }
    }

    #[test]
    fn what_is_no_mailbox_is_refused() {
        for text in [
            "",
            "ada",
            "@example.org",
            "ada@",
            "a b@example.org",
            "ada@ex ample.org",
            "ada@-x.org",
            "ada@example..org",
            "ada@[300.0.0.1]",
            "ada@[IPv6:zz]",
            "ada@[127.0.0.1",
            "\"open@example.org",
            "\"a\"b@example.org",
            "a@b@c",
            "ada@exa<mple.org",
            "a\u{7}@b.org",
        ] {
            assert!(text.parse::<Mailbox>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn lapses_are_named_and_refused_when_strict() {
        for (text, lapse) in [
            ("a..b@example.org", Lapse::MisplacedDot),
            (".a@example.org", Lapse::MisplacedDot),
            ("a@ex_ample.org", Lapse::UnderscoreInDomain),
        ] {
            let mut lapses = Vec::new();
            assert!(Mailbox::parse(text, &mut lapses).is_ok());
            assert_eq!(lapses, [lapse]);
            assert!(text.parse::<Mailbox>().is_err());
        }
    }

    #[test]
    fn equality_is_that_of_addresses() {
        let parse = |text: &str| text.parse::<Mailbox>().unwrap();
        assert_eq!(parse("ada@EXAMPLE.org"), parse("ada@example.ORG"));
        assert_eq!(parse("\"ada\"@example.org"), "ada@example.org");
        assert_eq!(parse("\"a\\da\"@example.org"), "ada@example.org");
        assert_ne!(parse("Ada@example.org"), "ada@example.org");
        assert_eq!(parse("POSTMASTER"), parse("postmaster"));
        assert_ne!(parse("postmaster"), "postmaster@example.org");
    }
}
