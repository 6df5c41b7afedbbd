//! Bytes in, command lines out (RFC 5321 §2.3.8), in bounded memory.

use memchr::memchr;

use super::settings::AUTH_LINE_LIMIT;

/// What has arrived and was not used yet.
#[derive(Debug, Default)]
pub(crate) struct Input {
    bytes: Vec<u8>,
    start: usize,
    /// A line passed the limit; what comes up to its end is dropped.
    is_skipping: bool,
    /// How that line began.
    skipped_head: [u8; 5],
}

/// One command line.
#[derive(Debug, PartialEq)]
pub(crate) enum Line {
    Text {
        /// Without the line end.
        bytes: Vec<u8>,
        /// It ended in LF alone.
        is_bare: bool,
    },
    /// Longer than any line may be; its octets are gone.
    TooLong {
        /// How it began; NUL where it was shorter.
        head: [u8; 5],
    },
}

impl Input {
    pub(crate) fn is_empty(&self) -> bool {
        self.start == self.bytes.len()
    }

    /// Whether the end of a line is still to come.
    pub(crate) fn is_within_line(&self) -> bool {
        self.is_skipping || !self.is_empty()
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.bytes.drain(..self.start);
        self.start = 0;
        self.bytes.extend_from_slice(bytes);
    }

    pub(crate) fn pending(&self) -> &[u8] {
        &self.bytes[self.start..]
    }

    pub(crate) fn consume(&mut self, octets: usize) {
        self.start += octets;
        if self.is_empty() {
            self.clear();
        }
    }

    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        // A pipelined burst must not stay with a session that is open for long.
        self.bytes.shrink_to(AUTH_LINE_LIMIT);
        self.start = 0;
    }

    /// The next line, if its end is here.
    pub(crate) fn next_line(&mut self) -> Option<Line> {
        let pending = self.pending();
        let Some(end) = memchr(b'\n', pending) else {
            if self.is_skipping || pending.len() >= AUTH_LINE_LIMIT {
                if !self.is_skipping {
                    self.skipped_head = head_of(pending);
                    self.is_skipping = true;
                }
                self.clear();
            }
            return None;
        };
        let line = if self.is_skipping {
            self.is_skipping = false;
            Line::TooLong {
                head: self.skipped_head,
            }
        } else if end + 1 > AUTH_LINE_LIMIT {
            Line::TooLong {
                head: head_of(pending),
            }
        } else {
            let text = &pending[..end];
            let stripped = text.strip_suffix(b"\r");
            Line::Text {
                bytes: stripped.unwrap_or(text).to_vec(),
                is_bare: stripped.is_none(),
            }
        };
        self.consume(end + 1);
        Some(line)
    }
}

fn head_of(line: &[u8]) -> [u8; 5] {
    let mut head = [0; 5];
    let octets = line.len().min(head.len());
    head[..octets].copy_from_slice(&line[..octets]);
    head
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8], is_bare: bool) -> Option<Line> {
        let bytes = bytes.to_vec();
        Some(Line::Text { bytes, is_bare })
    }

    #[test]
    fn lines_end_in_lf_and_say_if_a_cr_is_missing() {
        let mut input = Input::default();
        input.push(b"NOOP\r\nRSET\nQU");
        assert_eq!(input.next_line(), text(b"NOOP", false));
        assert_eq!(input.next_line(), text(b"RSET", true));
        assert_eq!(input.next_line(), None);
        input.push(b"IT\r\n");
        assert_eq!(input.next_line(), text(b"QUIT", false));
        assert!(input.is_empty());
    }

    #[test]
    fn an_endless_line_costs_no_memory_and_the_next_one_is_read() {
        let mut input = Input::default();
        for _ in 0..1_000 {
            input.push(&[b'x'; 4096]);
            assert_eq!(input.next_line(), None);
            assert!(input.bytes.capacity() <= 4 * AUTH_LINE_LIMIT);
        }
        input.push(b"\r\nNOOP\r\n");
        assert_eq!(input.next_line(), Some(Line::TooLong { head: *b"xxxxx" }));
        assert_eq!(input.next_line(), text(b"NOOP", false));
    }

    #[test]
    fn the_limit_counts_the_line_end() {
        for (length, is_taken) in [(AUTH_LINE_LIMIT - 2, true), (AUTH_LINE_LIMIT - 1, false)] {
            let line = [vec![b'x'; length], b"\r\n".to_vec()].concat();
            let (mut whole, mut single) = (Input::default(), Input::default());
            whole.push(&line);
            let whole = whole.next_line();
            let mut last = None;
            for byte in line.chunks(1) {
                single.push(byte);
                last = single.next_line();
            }
            assert_eq!(whole, last);
            let is_too_long = matches!(whole, Some(Line::TooLong { .. }));
            assert_eq!(is_too_long, !is_taken);
        }
    }
}
