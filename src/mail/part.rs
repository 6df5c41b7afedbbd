//! The parts of a MIME message (RFC 2045, RFC 2046), decoded when asked for.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::sync::OnceLock;

use mailparse::{DispositionType, ParsedMail};

use super::header::{Header, Headers};
use super::parse_error::ParseError;

/// How deep multiparts and attached messages may be nested; what is deeper stays one part.
const MAX_DEPTH: usize = 50;

/// One part of a message: a view, as cheap to copy as a reference.
///
/// A boundary that is the beginning of another one ends its part at the other's lines, too, as RFC 2046
/// §5.1.1 compares the beginnings of lines.
#[derive(Clone, Copy)]
pub struct Part<'a> {
    raw: &'a [u8],
    node: &'a Node,
}

/// What a part is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PartKind {
    Leaf,
    Multipart,
    /// `message/rfc822`: a message within the message.
    Message,
}

impl<'a> Part<'a> {
    /// Type and subtype in lower case, such as `text/html`; `text/plain` where none is given.
    pub fn content_type(self) -> &'a str {
        &self.node.content_type
    }

    /// A parameter of Content-Type such as `charset`; the name in any case.
    pub fn parameter(self, name: &str) -> Option<&'a str> {
        let name = name.to_ascii_lowercase();
        self.node.parameters.get(&name).map(String::as_str)
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
            PartKind::Multipart => false,
            // A multipart whose boundary never came.
            PartKind::Leaf if self.content_type().starts_with("multipart/") => false,
            _ if self.node.disposition == Disposition::Attachment => true,
            PartKind::Message => true,
            PartKind::Leaf if self.content_id().is_some() => false,
            PartKind::Leaf => self.name().is_some() || !is_text,
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

    pub(super) fn kind(self) -> PartKind {
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
        self.node.decoded.get_or_init(|| {
            let decoded = mailparse::parse_mail(self.raw()).map(|part| match part.subparts.len() {
                0 => part.get_body_raw(),
                // Where the first boundary is tells mailparse; a multipart has no octets of its own.
                _ => Ok(Vec::new()),
            });
            match decoded {
                Ok(Ok(bytes)) => Decoded { bytes, error: None },
                Ok(Err(error)) | Err(error) => Decoded {
                    bytes: body_as_sent(self.raw()).to_vec(),
                    error: Some(ParseError::new(error)),
                },
            }
        })
    }

    fn charset_decoded(self) -> Cow<'a, str> {
        let charset = self.parameter("charset").unwrap_or("us-ascii");
        let is_utf8 = ["utf-8", "utf8", "us-ascii"]
            .iter()
            .any(|name| charset.eq_ignore_ascii_case(name));
        let bytes = self.bytes();
        match std::str::from_utf8(bytes) {
            Ok(text) if is_utf8 => Cow::Borrowed(text),
            _ => {
                // mailparse knows the charsets: the same body, with no transfer encoding to undo.
                let header = format!(
                    "Content-Type: text/plain; charset=\"{}\"\r\nContent-Transfer-Encoding: binary\r\n\r\n",
                    charset.replace(['"', '\\', '\r', '\n'], "")
                );
                let whole = [header.as_bytes(), bytes].concat();
                let text = mailparse::parse_mail(&whole).and_then(|part| part.get_body());
                text.map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Owned)
            }
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

/// What stands behind the first empty line.
fn body_as_sent(raw: &[u8]) -> &[u8] {
    memchr::memmem::find(raw, b"\r\n\r\n").map_or(raw, |i| &raw[i + 4..])
}

fn to_lf(text: &str) -> String {
    let mut text = text.replace("\r\n", "\n");
    if text.ends_with('\n') {
        text.pop();
    }
    text
}

/// A part as it is kept: where it is in the message, and what its header says.
pub(super) struct Node {
    pub(super) headers: Headers,
    kind: PartKind,
    content_type: Box<str>,
    parameters: BTreeMap<String, String>,
    name: Option<String>,
    disposition: Disposition,
    range: Range<usize>,
    children: Vec<Self>,
    decoded: OnceLock<Decoded>,
    text: OnceLock<Option<Box<str>>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Disposition {
    Attachment,
    /// Inline, or none given.
    Other,
}

struct Decoded {
    bytes: Vec<u8>,
    error: Option<ParseError>,
}

impl Node {
    /// Reads a message; if its structure cannot be read, its header at least.
    pub(super) fn parse(raw: &[u8]) -> (Self, Option<ParseError>) {
        match mailparse::parse_mail(raw) {
            Ok(parsed) => (Self::read(&parsed, 0, 0), None),
            Err(error) => {
                let headers = mailparse::parse_headers(raw)
                    .map(|(fields, _)| Headers::read(&fields))
                    .unwrap_or_default();
                let root = Self {
                    headers,
                    kind: PartKind::Leaf,
                    content_type: "text/plain".into(),
                    parameters: BTreeMap::new(),
                    name: None,
                    disposition: Disposition::Other,
                    range: 0..raw.len(),
                    children: Vec::new(),
                    decoded: OnceLock::new(),
                    text: OnceLock::new(),
                };
                (root, Some(ParseError::new(error)))
            }
        }
    }

    /// `offset` is where the octets that `parsed` knows begin in the message.
    fn read(parsed: &ParsedMail<'_>, start: usize, depth: usize) -> Self {
        let field = parsed.get_content_disposition();
        let disposition = match field.disposition {
            // RFC 2183 §2.8: a type that is not known counts as attachment.
            DispositionType::Attachment | DispositionType::Extension(_) => Disposition::Attachment,
            DispositionType::Inline | DispositionType::FormData => Disposition::Other,
        };
        let name = field
            .params
            .get("filename")
            .or_else(|| parsed.ctype.params.get("name"))
            .filter(|name| !name.is_empty());
        let name = name.map(|name| decoded_name(name));
        let content_type = parsed.ctype.mimetype.trim();
        let kind = match content_type {
            "message/rfc822" | "message/global" => PartKind::Message,
            _ if parsed.subparts.is_empty() => PartKind::Leaf,
            _ => PartKind::Multipart,
        };
        let children = match kind {
            _ if depth >= MAX_DEPTH => Vec::new(),
            PartKind::Leaf => Vec::new(),
            PartKind::Multipart => {
                let parts = parsed.subparts.iter();
                let child = |part: &ParsedMail<'_>| {
                    Self::read(
                        part,
                        start + offset_in(parsed.raw_bytes, part.raw_bytes),
                        depth + 1,
                    )
                };
                parts.map(child).collect()
            }
            PartKind::Message => Self::read_message(parsed, start, depth)
                .into_iter()
                .collect(),
        };
        Self {
            headers: Headers::read(&parsed.headers),
            kind,
            content_type: if content_type.is_empty() {
                "text/plain"
            } else {
                content_type
            }
            .into(),
            parameters: parsed.ctype.params.clone(),
            name,
            disposition,
            range: start..start + parsed.raw_bytes.len(),
            children,
            decoded: OnceLock::new(),
            text: OnceLock::new(),
        }
    }

    /// The message within a `message/rfc822`, which is never encoded (RFC 2046 §5.2.1).
    fn read_message(parsed: &ParsedMail<'_>, start: usize, depth: usize) -> Option<Self> {
        use mailparse::body::Body;
        let body = match parsed.get_body_encoded() {
            Body::SevenBit(body) | Body::EightBit(body) => body.get_raw(),
            Body::Binary(body) => body.get_raw(),
            Body::Base64(_) | Body::QuotedPrintable(_) => return None,
        };
        let message = mailparse::parse_mail(body).ok()?;
        let offset = offset_in(parsed.raw_bytes, body);
        Some(Self::read(&message, start + offset, depth + 1))
    }
}

/// Where `inner`, a part of `outer`, begins in it.
fn offset_in(outer: &[u8], inner: &[u8]) -> usize {
    (inner.as_ptr() as usize).saturating_sub(outer.as_ptr() as usize)
}

/// Many senders put an encoded word into the parameter, against RFC 2047 §5; readers decode it.
fn decoded_name(name: &str) -> String {
    if !name.contains("=?") {
        return name.to_owned();
    }
    let field = format!("x: {name}");
    mailparse::parse_header(field.as_bytes())
        .map_or_else(|_| name.to_owned(), |(field, _)| field.get_value())
}
