//! Text that may stand in a transcript.

use std::borrow::Cow;

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

/// A command line as a transcript may show it: what stands behind the mechanism of AUTH is secret.
pub(crate) fn without_response(line: &[u8]) -> Cow<'_, [u8]> {
    let is_blank = |b: &u8| matches!(b, b' ' | b'\t');
    let mut words = line.split(is_blank).filter(|word| !word.is_empty());
    let verb = words.next().unwrap_or_default();
    if !verb.eq_ignore_ascii_case(b"AUTH") {
        return Cow::Borrowed(line);
    }
    let mechanism = words.next().unwrap_or_default();
    let secret: &[u8] = if words.next().is_some() {
        b" [secret]"
    } else {
        b""
    };
    Cow::Owned(
        [verb, b" ", mechanism, secret]
            .concat()
            .trim_ascii_end()
            .to_vec(),
    )
}
