//! Text that may stand in a transcript.

/// Whether a text has control characters. Most lines are plain ASCII, which a look at the octets
/// tells.
pub(crate) fn has_control(text: &str) -> bool {
    !is_plain(text.as_bytes()) && text.contains(char::is_control)
}

/// A line as text; one with control characters, or octets that are no UTF-8, is escaped as in Rust.
pub(crate) fn printable(line: &[u8]) -> std::borrow::Cow<'_, str> {
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
