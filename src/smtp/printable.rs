//! Text that may stand in a transcript.

use std::borrow::Cow;

use super::sasl::Mechanism;

/// Whether a text has control characters. Most lines are plain ASCII, which a look at the octets
/// tells.
pub(crate) fn has_control(text: &str) -> bool {
    !is_plain(text.as_bytes()) && text.contains(char::is_control)
}

/// A line as text; one with octets that are no UTF-8, or with characters that would have it read as another
/// line, is escaped as in Rust.
pub(crate) fn printable(line: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(line) {
        Ok(text) if is_plain(line) || !text.contains(is_deceptive) => text.into(),
        _ => line.escape_ascii().to_string().into(),
    }
}

/// Control characters, those that break a line (Zl, Zp), and those that have what follows run in another
/// direction.
fn is_deceptive(c: char) -> bool {
    let is_break = matches!(c, '\u{2028}' | '\u{2029}');
    let is_direction = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    c.is_control() || is_break || is_direction
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_a_line_read_as_another_is_escaped() {
        let deceptive = "\u{202a}\u{202e}\u{2066}\u{2069}\u{2028}\u{2029}\u{7f}\u{9b}\t";
        for c in deceptive.chars() {
            let line = format!("NOOP a{c}b");
            let escaped = line.as_bytes().escape_ascii().to_string();
            assert!(escaped.is_ascii() && escaped.contains('\\'), "{escaped}");
            assert_eq!(printable(line.as_bytes()), escaped);
        }
        assert_eq!(printable(b"NOOP \xff"), "NOOP \\xff");
    }

    #[test]
    fn what_can_be_read_stays_as_it_is() {
        for line in [
            "",
            "NOOP",
            "NOOP k\u{e4}se \u{1f40c}",
            "NOOP \u{5e9}\u{5dc}",
            "NOOP \u{200e}\u{2065}",
        ] {
            assert!(matches!(printable(line.as_bytes()), Cow::Borrowed(shown) if shown == line));
        }
    }
}
