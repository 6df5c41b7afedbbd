//! The parts of a MIME message (RFC 2045, RFC 2046), decoded when asked for.

use std::borrow::Cow;
use std::fmt;

use mailparse::body::Body;

use super::header::{Header, Headers};
use super::node::{Decoded, Disposition, Kind, Node};
use super::parse_error::ParseError;

/// One part of a message: a view, as cheap to copy as a reference.
#[derive(Clone, Copy)]
pub struct Part<'a> {
    raw: &'a [u8],
    node: &'a Node,
}

impl<'a> Part<'a> {
    /// Type and subtype in lower case, such as `text/html`; `text/plain` where none is given.
    pub fn content_type(self) -> &'a str {
        &self.node.content_type.mimetype
    }

    /// A parameter of Content-Type such as `charset`; the name in any case.
    pub fn parameter(self, name: &str) -> Option<&'a str> {
        let name = name.to_ascii_lowercase();
        self.node.content_type.params.get(&name).map(String::as_str)
    }

    /// The header fields of the part.
    pub fn headers(self) -> &'a Headers {
        &self.node.headers
    }

    /// The file name, decoded: that of Content-Disposition, else the name of Content-Type.
    pub fn name(self) -> Option<&'a str> {
        self.node.name.as_deref()
    }

    /// The Content-ID without its angle brackets.
    pub fn content_id(self) -> Option<&'a str> {
        let value = self
            .headers()
            .first("Content-ID")
            .map(Header::value)?
            .trim();
        Some(value.trim_start_matches('<').trim_end_matches('>'))
    }

    /// Whether a reader sees it as a file: its disposition is `attachment`; or it is a message; or it
    /// has a file name; or it is no text. What a Content-ID lets the body show is no file, unless its
    /// disposition says so.
    pub fn is_attachment(self) -> bool {
        let is_text = self.content_type().starts_with("text/");
        match self.node.kind {
            Kind::Multipart => false,
            // A multipart whose boundary never came.
            Kind::Leaf if self.content_type().starts_with("multipart/") => false,
            _ if self.node.disposition == Disposition::Attachment => true,
            Kind::Message => true,
            Kind::Leaf if self.content_id().is_some() => false,
            Kind::Leaf => self.name().is_some() || !is_text,
        }
    }

    /// The parts within: of a multipart, or the one message within a `message/rfc822`.
    pub fn children(self) -> impl Iterator<Item = Part<'a>> {
        let raw = self.raw;
        self.node
            .children
            .iter()
            .map(move |node| Part { raw, node })
    }

    /// The octets of the part as they were sent, header and all.
    pub fn raw(self) -> &'a [u8] {
        &self.raw[self.node.range.clone()]
    }

    /// The octets of the body with the transfer encoding undone. If that cannot be done, they are
    /// those that were sent, and [`decode_error`](Self::decode_error) says why.
    pub fn bytes(self) -> &'a [u8] {
        &self.decoded().bytes
    }

    /// Why the body could not be decoded.
    pub fn decode_error(self) -> Option<&'a ParseError> {
        self.decoded().error.as_ref()
    }

    /// The body as text in the part's charset, with LF line ends and without the final one; `None` if
    /// the part is not of type `text`. Octets that the charset does not have become U+FFFD.
    ///
    /// Where no charset is given, and for `us-ascii`, text that is valid UTF-8 is read as that.
    pub fn text(self) -> Option<&'a str> {
        let text = self.node.text.get_or_init(|| {
            self.content_type()
                .starts_with("text/")
                .then(|| to_lf(&self.charset_decoded()).into())
        });
        text.as_deref()
    }

    pub(super) fn new(raw: &'a [u8], node: &'a Node) -> Self {
        Self { raw, node }
    }

    pub(super) fn kind(self) -> Kind {
        self.node.kind
    }

    /// Visits the part and, while `visit` says so, what is within.
    pub(super) fn walk(self, visit: &mut dyn FnMut(Self) -> bool) {
        if visit(self) {
            for child in self.children() {
                child.walk(visit);
            }
        }
    }

    fn decoded(self) -> &'a Decoded {
        self.node.decoded(self.raw)
    }

    fn charset_decoded(self) -> Cow<'a, str> {
        let charset = self.parameter("charset").unwrap_or("us-ascii");
        let is_utf8 = ["utf-8", "utf8", "us-ascii"]
            .iter()
            .any(|name| charset.eq_ignore_ascii_case(name));
        let bytes = self.bytes();
        match std::str::from_utf8(bytes) {
            Ok(text) if is_utf8 => Cow::Borrowed(text),
            // mailparse knows the charsets; the transfer encoding is undone already.
            _ => match Body::new(bytes, &self.node.content_type, &Some("binary".to_owned())) {
                Body::Binary(body) => body
                    .get_as_string()
                    .map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Owned),
                _ => String::from_utf8_lossy(bytes),
            },
        }
    }
}

impl fmt::Debug for Part<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Part")
            .field("content_type", &self.content_type())
            .field("name", &self.name())
            .finish_non_exhaustive()
    }
}

fn to_lf(text: &str) -> String {
    let mut text = text.replace("\r\n", "\n");
    if text.ends_with('\n') {
        text.pop();
    }
    text
}
