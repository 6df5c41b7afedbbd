//! Text that may stand in a transcript.

use std::borrow::Cow;

use super::sasl::Mechanism;

/// Whether a text has control characters. Most lines are plain ASCII, which a look at the octets
/// tells.
pub(crate) fn has_control(text: &str) -> bool {
    !is_plain(text.as_bytes()) && text.contains(char::is_control)
}

/// A line as text; one with control characters, or octets that are no UTF-8, is escaped as in Rust.
pub(crate) fn printable(line: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(line) {
        Ok(text) if !has_control(text) => text.into(),
        _ => line.escape_ascii().to_string().into(),
    }
}

fn is_plain(text: &[u8]) -> bool {
    // Without a short cut, so that it is done for many octets at once.
    text.iter()
        .fold(true, |is_plain, b| is_plain & (0x20..0x7f).contains(b))
}

/// A command line as a transcript may show it: what stands behind the mechanism of AUTH is secret, and what
/// stands in its place and is none.
pub(crate) fn without_response(line: &[u8]) -> Cow<'_, [u8]> {
    let is_blank = |b: &u8| matches!(b, b' ' | b'\t');
    let mut words = line.split(is_blank).filter(|word| !word.is_empty());
    let verb = words.next().unwrap_or_default();
    if !verb.eq_ignore_ascii_case(b"AUTH") {
        return Cow::Borrowed(line);
    }
    let mut shown = verb.to_vec();
    let mechanism = words.next().filter(|word| is_mechanism(word));
    if let Some(word) = mechanism {
        shown.push(b' ');
        shown.extend_from_slice(word);
    }
    let is_all = shown.len() == line.trim_ascii_end().len();
    if !is_all && (mechanism.is_none() || words.next().is_some()) {
        shown.extend_from_slice(b" [secret]");
    }
    Cow::Owned(shown)
}

/// RFC 4422 §3.1: at most 20 upper-case letters, digits, hyphens and underscores; ours in any case.
fn is_mechanism(word: &[u8]) -> bool {
    let is_of_alphabet =
        |b: &u8| b.is_ascii_uppercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_');
    let is_name = word.len() <= 20 && word.iter().all(is_of_alphabet);
    is_name || std::str::from_utf8(word).is_ok_and(|word| Mechanism::of(word).is_some())
}
