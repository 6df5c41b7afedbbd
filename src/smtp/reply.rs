//! Replies (RFC 5321 §4.2) and their enhanced status codes (RFC 3463).

use std::borrow::Cow;
use std::fmt;

use memchr::memchr;

use super::printable::{has_control, printable};

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
/// assert_eq!(hello.reply().unwrap().code(), 250);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Reply {
    code: u16,
    enhanced_code: Option<EnhancedCode>,
    text: Cow<'static, str>,
}

impl Reply {
    /// A reply of your own. The lines of the text are separated by `\n`; each goes out with the codes.
    /// Replies that the standards name have constructors: [`Reply::greylisted`] and so on.
    ///
    /// ```
    /// use mailmock::Reply;
    ///
    /// let reply = Reply::new(550, "No such user\nAsk postmaster").enhanced("5.1.1");
    /// assert_eq!(reply.to_string(), "550 5.1.1 No such user / Ask postmaster");
    /// ```
    ///
    /// # Panics
    ///
    /// If the code is not within 200 to 599, or the text has control characters: for replies that are
    /// none, there is [`send_raw`](crate::RuleBuilder::send_raw).
    #[track_caller]
    pub fn new(code: u16, text: impl Into<Cow<'static, str>>) -> Self {
        Self::try_new(code, text.into()).unwrap_or_else(|why| panic!("{why}"))
    }

    /// The reply, or why it is none.
    pub(crate) fn try_new(code: u16, text: Cow<'static, str>) -> Result<Self, String> {
        let cure = "send_raw(..) sends anything";
        if !(200..600).contains(&code) {
            return Err(format!("not a reply code from 200 to 599: {code}; {cure}"));
        }
        if text.split('\n').any(has_control) {
            let rule = "a reply has no control characters but \\n between its lines";
            return Err(format!("{rule}: {text:?}; {cure}"));
        }
        Ok(Self::plain(code, text))
    }

    /// The reply with an enhanced status code such as `"5.1.1"` (RFC 3463). It is sent only if
    /// ENHANCEDSTATUSCODES is offered, as it is by default.
    ///
    /// # Panics
    ///
    /// If it is not three numbers, the first of them being the first digit of the reply's code: 2, 4 or
    /// 5.
    #[must_use]
    #[track_caller]
    pub fn enhanced(self, code: &str) -> Self {
        let Some(enhanced) = EnhancedCode::read(code) else {
            panic!("not an enhanced status code such as 5.1.1: {code:?}");
        };
        self.try_enhanced(enhanced)
            .unwrap_or_else(|why| panic!("{why}"))
    }

    /// The reply with that code, or why it cannot have it.
    pub(crate) fn try_enhanced(mut self, enhanced: EnhancedCode) -> Result<Self, String> {
        if u16::from(enhanced.class) != self.code / 100 {
            let code = self.code;
            return Err(format!(
                "the class of {enhanced} is not that of the reply code {code}"
            ));
        }
        self.enhanced_code = Some(enhanced);
        Ok(self)
    }

    /// What a client may take these octets for: their code, and the text of their first line.
    pub(crate) fn read(octets: &[u8]) -> Option<Self> {
        let line = octets.split(|b| *b == b'\n').next()?;
        let (code, text) = line.split_at_checked(3)?;
        let code = std::str::from_utf8(code).ok()?.parse().ok()?;
        let text = text.strip_prefix(b" ").or(text.strip_prefix(b"-"));
        let text = printable(text.unwrap_or_default().trim_ascii_end()).into_owned();
        (200..600)
            .contains(&code)
            .then(|| Self::plain(code, text.into()))
    }

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

    /// Whether the client is to go on: a 3yz reply.
    pub fn is_intermediate(&self) -> bool {
        self.code / 100 == 3
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

    /// Reads the form `5.1.1` (RFC 3463 §2).
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut numbers = text.split('.').map(|number| {
            let is_number = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
            number
                .parse::<u16>()
                .ok()
                .filter(|n| is_number && *n < 1000)
        });
        let (class, subject, detail) = (numbers.next()??, numbers.next()??, numbers.next()??);
        let is_valid = matches!(class, 2 | 4 | 5) && numbers.next().is_none();
        is_valid.then_some(Self {
            class: class as u8,
            subject,
            detail,
        })
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
        Self::read(written) == Some(*self)
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
    fn octets_are_read_as_a_client_would_read_them() {
        let read = |octets: &[u8]| Reply::read(octets).map(|reply| reply.to_string());
        assert_eq!(read(b"250 fine\r\n").as_deref(), Some("250 fine"));
        assert_eq!(read(b"250-a\r\n550 b\r\n").as_deref(), Some("250 a"));
        assert_eq!(read(b"451").as_deref(), Some("451 "));
        for octets in [&b""[..], b"25", b"hello\r\n", b"999 x\r\n", b"\xff50 x"] {
            assert_eq!(read(octets), None);
        }
    }

    #[test]
    fn an_empty_text_keeps_its_space() {
        assert_eq!(wire(&Reply::plain(334, "".into())), ["334 "]);
    }
}
