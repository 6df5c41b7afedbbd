//! Replies (RFC 5321 §4.2) and their enhanced status codes (RFC 3463).

use std::borrow::Cow;
use std::fmt;

use memchr::memchr;

/// What the server answers to a command: a code, an enhanced code, a text of one line or more.
///
/// `Display` gives one line, as reports show it; the lines of a longer text are joined by ` / `.
///
/// ```
/// # use lettre::{SmtpTransport, Transport};
/// # let server = mailmock::MailServer::start();
/// # SmtpTransport::from_url(&server.url())?.build().test_connection()?;
/// let session = &server.sessions()[0];
/// let hello = session.exchanges().nth(1).unwrap();
/// assert_eq!(hello.reply().code(), 250);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Reply {
    code: u16,
    enhanced_code: Option<EnhancedCode>,
    text: Cow<'static, str>,
}

impl Reply {
    /// The three digits (RFC 5321 §4.2.1).
    pub fn code(&self) -> u16 {
        self.code
    }

    /// The enhanced status code such as `5.1.1` (RFC 3463), if one was sent.
    pub fn enhanced_code(&self) -> Option<EnhancedCode> {
        self.enhanced_code
    }

    /// The text without the codes; the lines of a multi-line reply are separated by `\n`.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether the command was done: a 2yz reply.
    pub fn is_positive(&self) -> bool {
        self.code / 100 == 2
    }

    /// Whether the command was refused, for now (4yz) or for good (5yz).
    pub fn is_refusal(&self) -> bool {
        self.code >= 400
    }

    /// A reply with an enhanced code, all known when this crate is compiled.
    pub(crate) const fn fixed(code: u16, enhanced: (u8, u16, u16), text: &'static str) -> Self {
        Self {
            code,
            enhanced_code: Some(EnhancedCode {
                class: enhanced.0,
                subject: enhanced.1,
                detail: enhanced.2,
            }),
            text: Cow::Borrowed(text),
        }
    }

    /// A reply that has no enhanced code by its nature: 220, 3yz, and the answer to a hello.
    pub(crate) const fn plain(code: u16, text: Cow<'static, str>) -> Self {
        Self {
            code,
            enhanced_code: None,
            text,
        }
    }

    pub(crate) fn without_enhanced_code(mut self) -> Self {
        self.enhanced_code = None;
        self
    }

    pub(crate) fn with_text(mut self, text: impl Into<Cow<'static, str>>) -> Self {
        self.text = text.into();
        self
    }

    /// The lines as they go over the wire, each with the codes, without their CRLF.
    pub(crate) fn wire_lines(&self) -> impl Iterator<Item = WireLine<'_>> {
        let mut rest = Some(self.text.as_bytes());
        std::iter::from_fn(move || {
            let text = rest?;
            let end = memchr(b'\n', text);
            rest = end.map(|end| &text[end + 1..]);
            Some(WireLine {
                reply: self,
                text: &text[..end.unwrap_or(text.len())],
                is_last: end.is_none(),
            })
        })
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code)?;
        if let Some(enhanced) = self.enhanced_code {
            write!(f, " {enhanced}")?;
        }
        for (i, line) in self.text.split('\n').enumerate() {
            write!(f, "{}{line}", if i == 0 { " " } else { " / " })?;
        }
        Ok(())
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reply({self})")
    }
}

/// One line of a reply, without its CRLF.
pub(crate) struct WireLine<'a> {
    reply: &'a Reply,
    text: &'a [u8],
    is_last: bool,
}

impl WireLine<'_> {
    /// Appends the line; spelled out because every reply of every session passes here.
    pub(crate) fn write_to(&self, out: &mut Vec<u8>) {
        push_number(out, self.reply.code);
        out.push(if self.is_last { b' ' } else { b'-' });
        if let Some(enhanced) = self.reply.enhanced_code {
            push_number(out, enhanced.class.into());
            out.push(b'.');
            push_number(out, enhanced.subject);
            out.push(b'.');
            push_number(out, enhanced.detail);
            out.push(b' ');
        }
        out.extend_from_slice(self.text);
    }
}

fn push_number(out: &mut Vec<u8>, number: u16) {
    if number >= 10 {
        push_number(out, number / 10);
    }
    out.push(b'0' + (number % 10) as u8);
}

/// An enhanced status code such as `5.1.1` (RFC 3463): class, subject, detail.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EnhancedCode {
    class: u8,
    subject: u16,
    detail: u16,
}

impl EnhancedCode {
    /// 2 success, 4 persistent transient failure, 5 permanent failure (RFC 3463 §3.1).
    pub fn class(self) -> u8 {
        self.class
    }

    /// What it is about: 1 addressing, 2 mailbox, 3 mail system, … (RFC 3463 §3.2).
    pub fn subject(self) -> u16 {
        self.subject
    }

    /// The precise condition within its subject.
    pub fn detail(self) -> u16 {
        self.detail
    }
}

impl fmt::Display for EnhancedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.class, self.subject, self.detail)
    }
}

impl fmt::Debug for EnhancedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EnhancedCode({self})")
    }
}

impl PartialEq<&str> for EnhancedCode {
    /// Compares with the written form: `code == "5.1.1"`.
    fn eq(&self, written: &&str) -> bool {
        let mut numbers = written.split('.').map(str::parse);
        let is_equal = [self.class.into(), self.subject, self.detail]
            .into_iter()
            .all(|ours| numbers.next() == Some(Ok(ours)));
        is_equal && numbers.next().is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wire(reply: &Reply) -> Vec<String> {
        let text = |line: WireLine<'_>| {
            let mut out = Vec::new();
            line.write_to(&mut out);
            String::from_utf8(out).unwrap()
        };
        reply.wire_lines().map(text).collect()
    }

    #[test]
    fn every_line_carries_the_codes() {
        let reply = Reply::fixed(550, (5, 1, 10), "first\nlast");
        assert_eq!(wire(&reply), ["550-5.1.10 first", "550 5.1.10 last"]);
        assert_eq!(reply.to_string(), "550 5.1.10 first / last");
    }

    #[test]
    fn enhanced_codes_compare_with_their_written_form() {
        let code = Reply::fixed(550, (5, 1, 10), "").enhanced_code().unwrap();
        assert_eq!(code, "5.1.10");
        for other in ["5.1.1", "5.1", "5.1.10.0", "", "4.1.10"] {
            assert_ne!(code, other);
        }
    }

    #[test]
    fn an_empty_text_keeps_its_space() {
        assert_eq!(wire(&Reply::plain(334, "".into())), ["334 "]);
    }
}
