//! What was said in a session, one exchange after the other.

use std::fmt;
use std::time::Duration;

use crate::smtp::{Answer, Origin, Reply, Said, printable};

/// One thing that a client said, and the server's reply.
#[derive(Clone, Copy)]
pub struct Exchange<'a> {
    entry: &'a Entry,
    said: &'a str,
}

impl<'a> Exchange<'a> {
    /// The command line; `None` where the client said no command: before the greeting, with the
    /// content, and when the server spoke on its own; and of a line beyond every limit, which is gone.
    ///
    /// Control characters are escaped as in Rust. Credentials read `[secret]`.
    pub fn command(self) -> Option<&'a str> {
        match self.entry.kind {
            Kind::Line => Some(self.said),
            Kind::Secret => Some("[secret]"),
            Kind::Nothing | Kind::Content { .. } | Kind::Overlong | Kind::TlsHandshake => None,
        }
    }

    /// The number of octets, if what came was the content behind DATA.
    pub fn content_octets(self) -> Option<u64> {
        match self.entry.kind {
            Kind::Content { octets } => Some(octets),
            _ => None,
        }
    }

    /// Whether the client began TLS: where a rule had a say in that, or the server speaks none.
    pub fn is_tls_handshake(self) -> bool {
        matches!(self.entry.kind, Kind::TlsHandshake)
    }

    /// What the server answered; `None` if a [rule](crate::Rule) had it say nothing, or nothing that
    /// is a reply, or holds the session.
    pub fn reply(self) -> Option<&'a Reply> {
        match &self.entry.answer {
            Answer::Reply(reply) => Some(reply),
            Answer::Raw(_) | Answer::Nothing(_) => None,
        }
    }

    /// The octets that a rule [sent](crate::RuleBuilder::send_raw) in place of a reply.
    pub fn raw_answer(self) -> Option<&'a [u8]> {
        match &self.entry.answer {
            Answer::Raw(octets) => Some(octets),
            Answer::Reply(_) | Answer::Nothing(_) => None,
        }
    }

    /// Where the rule comes from that has the server say nothing, or nothing yet.
    pub fn silenced_by(self) -> Option<Origin> {
        match self.entry.answer {
            Answer::Nothing(rule) => Some(rule),
            Answer::Reply(_) | Answer::Raw(_) => None,
        }
    }

    /// When it answered, counted from the opening of the session.
    pub fn elapsed(self) -> Duration {
        self.entry.at
    }
}

impl fmt::Display for Exchange<'_> {
    /// A `C:` line, if the client said something, and an `S:` line for each line of the reply.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.entry.kind {
            Kind::Nothing => {}
            Kind::Line => writeln!(f, "C: {}", self.said)?,
            Kind::Secret => writeln!(f, "C: [secret]")?,
            Kind::Overlong => writeln!(f, "C: [a line beyond every limit]")?,
            Kind::TlsHandshake => writeln!(f, "C: [a TLS handshake]")?,
            Kind::Content { octets } => writeln!(f, "C: [{octets} octets of content]")?,
        }
        let reply = match &self.entry.answer {
            Answer::Reply(reply) => reply,
            Answer::Raw(octets) => return write!(f, "S: [raw] {}", octets.escape_ascii()),
            Answer::Nothing(_) => return write!(f, "S: [no reply]"),
        };
        let mut line = Vec::new();
        for (i, wire_line) in reply.wire_lines().enumerate() {
            line.clear();
            wire_line.write_to(&mut line);
            let separator = if i == 0 { "" } else { "\n" };
            write!(f, "{separator}S: {}", String::from_utf8_lossy(&line))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Exchange<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Exchange({:?})", self.to_string())
    }
}

/// The exchanges of a session, their texts in one buffer: a session may deliver many mails.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log {
    text: String,
    entries: Vec<Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    at: Duration,
    kind: Kind,
    /// Where its text ends in the buffer.
    end: usize,
    answer: Answer,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Nothing,
    Line,
    Content { octets: u64 },
    Overlong,
    Secret,
    TlsHandshake,
}

impl Log {
    pub(crate) fn push(&mut self, said: &Said, answer: Answer, at: Duration) {
        let kind = match said {
            Said::Nothing => Kind::Nothing,
            Said::Content { octets } => Kind::Content { octets: *octets },
            Said::OverlongLine => Kind::Overlong,
            Said::Secret => Kind::Secret,
            Said::TlsHandshake => Kind::TlsHandshake,
            Said::Line(line) => {
                self.text.push_str(&printable(line));
                Kind::Line
            }
        };
        self.entries.push(Entry {
            at,
            kind,
            end: self.text.len(),
            answer,
        });
    }

    /// Puts in what the last exchange was answered in the end, unless it was not kept.
    pub(crate) fn answer_last(&mut self, answer: Answer, at: Duration) {
        let is_open = |entry: &&mut Entry| matches!(entry.answer, Answer::Nothing(_));
        if let Some(entry) = self.entries.last_mut().filter(is_open) {
            entry.at = at;
            entry.answer = answer;
        }
    }

    /// About how many octets of memory it takes.
    pub(crate) fn size(&self) -> usize {
        self.text.len() + self.entries.len() * size_of::<Entry>()
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn exchanges(&self) -> impl DoubleEndedIterator<Item = Exchange<'_>> {
        self.exchanges_up_to(None)
    }

    /// The first so many, or all.
    pub(crate) fn exchanges_up_to(
        &self,
        count: Option<usize>,
    ) -> impl DoubleEndedIterator<Item = Exchange<'_>> {
        let entries = &self.entries[..count.unwrap_or(self.entries.len())];
        entries.iter().enumerate().map(|(i, entry)| {
            let start = i.checked_sub(1).map_or(0, |i| self.entries[i].end);
            Exchange {
                entry,
                said: &self.text[start..entry.end],
            }
        })
    }
}
