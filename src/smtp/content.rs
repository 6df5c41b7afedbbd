//! The content of a mail on its way in: dot-unstuffing (RFC 5321 §4.5.2) and the size limit.

use std::sync::LazyLock;

use memchr::{memchr2_iter, memmem};

use super::remark::{Lapse, Remark};

/// The octets of one mail, in the buffer that the store keeps in the end.
#[derive(Debug, Default)]
pub(crate) struct Content {
    bytes: Vec<u8>,
    octets: u64,
    limit: usize,
}

impl Content {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit,
            ..Self::default()
        }
    }

    /// All octets that came, kept or not.
    pub(crate) fn octets(&self) -> u64 {
        self.octets
    }

    pub(crate) fn is_too_large(&self) -> bool {
        self.octets > self.limit as u64
    }

    pub(crate) fn append(&mut self, bytes: &[u8]) {
        self.octets += bytes.len() as u64;
        if self.is_too_large() {
            self.bytes = Vec::new();
        } else {
            self.bytes.extend_from_slice(bytes);
        }
    }

    /// Forgets what came behind so many octets.
    pub(crate) fn truncate(&mut self, octets: u64) {
        let octets = usize::try_from(octets).unwrap_or(usize::MAX);
        self.bytes.truncate(octets);
    }

    /// Makes room for what is at hand: exactly, as most content ends within one read.
    fn reserve(&mut self, octets: usize) {
        if self.bytes.is_empty() {
            self.bytes.reserve_exact(octets.min(self.limit));
        }
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The octets; none if they were too many.
    pub(crate) fn into_bytes(mut self) -> Vec<u8> {
        // Not for a few octets: it would be a copy for each small mail.
        if self.bytes.capacity() - self.bytes.len() > 64 {
            self.bytes.shrink_to_fit();
        }
        self.bytes
    }
}

/// Built once: for a small mail that costs more than the search.
static DOT_AT_LINE_START: LazyLock<memmem::Finder<'static>> =
    LazyLock::new(|| memmem::Finder::new(b"\r\n."));

/// Finds the end of DATA and takes out the stuffed dots, wherever the reads were cut.
///
/// Only `<CRLF>.<CRLF>` ends the content. A bare CR or LF does not end a line, so that a dot behind
/// it is neither the end nor stuffing (RFC 5321 §4.1.1.4).
#[derive(Debug)]
pub(crate) struct DataDecoder(Position);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Position {
    LineStart,
    /// Behind a dot at the start of a line. It is stuffing, or the end: no content in either case.
    Dot,
    /// Behind a dot and a CR at the start of a line.
    DotCr,
    InLine,
    /// Behind a CR within a line.
    Cr,
    End,
}

impl DataDecoder {
    pub(crate) fn new() -> Self {
        Self(Position::LineStart)
    }

    pub(crate) fn is_complete(&self) -> bool {
        self.0 == Position::End
    }

    /// Appends what belongs to the content and says how many octets of `input` were used: all, unless
    /// the end is among them.
    pub(crate) fn decode(&mut self, input: &[u8], content: &mut Content) -> usize {
        content.reserve(input.len());
        let mut at = 0;
        while let Some(&next) = input.get(at) {
            self.0 = match (self.0, next) {
                (Position::End, _) => break,
                (Position::LineStart, b'.') => {
                    at += 1;
                    Position::Dot
                }
                (Position::Dot, b'\r') => {
                    at += 1;
                    Position::DotCr
                }
                (Position::DotCr, b'\n') => {
                    at += 1;
                    Position::End
                }
                (Position::DotCr, _) => {
                    content.append(b"\r");
                    Position::Cr
                }
                (Position::Cr, b'\n') => {
                    content.append(b"\n");
                    at += 1;
                    Position::LineStart
                }
                (Position::LineStart | Position::Dot | Position::Cr | Position::InLine, _) => {
                    let rest = &input[at..];
                    let (end, position) = match DOT_AT_LINE_START.find(rest) {
                        Some(i) => (i + 2, Position::LineStart),
                        None if rest.ends_with(b"\r\n") => (rest.len(), Position::LineStart),
                        None if rest.ends_with(b"\r") => (rest.len(), Position::Cr),
                        None => (rest.len(), Position::InLine),
                    };
                    content.append(&rest[..end]);
                    at += end;
                    position
                }
            };
        }
        at
    }
}

/// The first bare CR and the first bare LF of a content (RFC 5321 §2.3.8), each with its line.
pub(crate) fn line_end_lapses(content: &[u8]) -> Vec<Remark> {
    let (mut bare_cr, mut bare_lf) = (None, None);
    for at in memchr2_iter(b'\r', b'\n', content) {
        if content[at] == b'\r' {
            if content.get(at + 1) != Some(&b'\n') {
                bare_cr = bare_cr.or(Some(at));
            }
        } else if at == 0 || content[at - 1] != b'\r' {
            bare_lf = bare_lf.or(Some(at));
        }
        if bare_cr.is_some() && bare_lf.is_some() {
            break;
        }
    }
    let remark = |at: Option<usize>, lapse| Some(Remark::new(lapse, line_around(content, at?)));
    [
        remark(bare_cr, Lapse::BareCarriageReturn),
        remark(bare_lf, Lapse::BareLineFeed),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What stands around a bare line end, escaped and cut.
fn line_around(content: &[u8], at: usize) -> String {
    let start = memmem::rfind(&content[..at], b"\r\n").map_or(0, |i| i + 2);
    let end = memmem::find(&content[at..], b"\r\n").map_or(content.len(), |i| at + i);
    let (start, end) = (start.max(at.saturating_sub(40)), end.min(at + 40));
    content[start..end].escape_ascii().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(chunks: &[&[u8]]) -> (Vec<u8>, Option<Vec<u8>>) {
        let (mut decoder, mut content) = (DataDecoder::new(), Content::new(1 << 20));
        let mut rest = Vec::new();
        for chunk in chunks {
            let used = decoder.decode(chunk, &mut content);
            rest.extend_from_slice(&chunk[used..]);
        }
        let is_complete = decoder.is_complete();
        (content.into_bytes(), is_complete.then_some(rest))
    }

    /// RFC 5321 §4.5.2 by the letter, on the whole input.
    fn reference(input: &[u8]) -> (Vec<u8>, Option<Vec<u8>>) {
        let mut content = Vec::new();
        let mut at = 0;
        loop {
            let line_end = input[at..].windows(2).position(|w| w == b"\r\n");
            let end = line_end.map_or(input.len(), |i| at + i + 2);
            let line = &input[at..end];
            if line == b".\r\n" {
                return (content, Some(input[end..].to_vec()));
            }
            content.extend_from_slice(line.strip_prefix(b".").unwrap_or(line));
            if line_end.is_none() {
                return (content, None);
            }
            at = end;
        }
    }

    #[test]
    fn the_decoder_agrees_with_the_standard_wherever_reads_are_cut() {
        // Every string of up to 7 of the characters that matter, cut in every place.
        let alphabet = [b'\r', b'\n', b'.', b'x'];
        for length in 0..=7u32 {
            for number in 0..4usize.pow(length) {
                let input: Vec<u8> = (0..length)
                    .map(|i| alphabet[number / 4usize.pow(i) % 4])
                    .chain(*b"\r\n.\r\n!")
                    .collect();
                let expected = reference(&input);
                let bytes: Vec<&[u8]> = input.chunks(1).collect();
                assert_eq!(decode(&bytes), expected, "{}", input.escape_ascii());
                for cut in [0, length as usize / 2, length as usize] {
                    let (head, tail) = input.split_at(cut);
                    assert_eq!(decode(&[head, tail]), expected, "{}", input.escape_ascii());
                }
            }
        }
    }

    #[test]
    fn content_over_the_limit_is_counted_and_not_kept() {
        let (mut decoder, mut content) = (DataDecoder::new(), Content::new(4));
        decoder.decode(b"123456\r\n.\r\n", &mut content);
        assert!(decoder.is_complete() && content.is_too_large());
        assert_eq!(content.octets(), 8);
        assert!(content.into_bytes().is_empty());
    }

    #[test]
    fn the_first_bare_line_ends_are_found() {
        assert!(line_end_lapses(b"a\r\nb\r\n").is_empty());
        let found = line_end_lapses(b"one\r\ntwo\n.\nthree\rfour\r\n");
        let found: Vec<_> = found.iter().map(|r| (r.lapse(), r.line())).collect();
        let line = "two\\n.\\nthree\\rfour";
        assert_eq!(
            found,
            [
                (Lapse::BareCarriageReturn, line),
                (Lapse::BareLineFeed, line)
            ]
        );
    }
}
