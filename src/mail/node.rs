//! The tree of parts as it is kept: where each is in the message, and what its header says.

use std::ops::Range;
use std::sync::OnceLock;

use mailparse::body::Body;
use mailparse::{DispositionType, MailHeader, MailHeaderMap as _, ParsedContentType};
use memchr::memmem;

use super::header::Headers;
use super::parse_error::ParseError;

/// How deep multiparts and attached messages may be nested; what is deeper stays one part.
const MAX_DEPTH: usize = 50;

/// Parts of a message, and fields of a header: what comes behind them is not told apart. Each takes many times the
/// octets that it has in the message.
const MAX_PARTS: usize = 10_000;
const MAX_FIELDS: usize = 10_000;

pub(super) struct Node {
    pub(super) headers: Headers,
    pub(super) kind: Kind,
    pub(super) content_type: ParsedContentType,
    pub(super) name: Option<String>,
    pub(super) disposition: Disposition,
    /// Where it is in the message, header and all.
    pub(super) range: Range<usize>,
    pub(super) children: Vec<Self>,
    pub(super) text: OnceLock<Option<Box<str>>>,
    body: Range<usize>,
    transfer_encoding: Option<String>,
    decoded: OnceLock<Decoded>,
}

/// What a part is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Leaf,
    Multipart,
    /// `message/rfc822`: a message within the message.
    Message,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Disposition {
    Attachment,
    /// Inline, or none given.
    Other,
}

/// A body with its transfer encoding undone, or as it was sent if that cannot be done.
pub(super) struct Decoded {
    pub(super) bytes: Vec<u8>,
    pub(super) error: Option<ParseError>,
}

impl Node {
    /// Reads a message: all that can be read, and the first thing that cannot.
    pub(super) fn parse(raw: &[u8]) -> (Self, Option<ParseError>) {
        let mut reader = Reader {
            raw,
            error: None,
            parts: 0,
        };
        let root = reader.read(0..raw.len(), "text/plain", 0);
        (root, reader.error)
    }

    pub(super) fn decoded(&self, raw: &[u8]) -> &Decoded {
        self.decoded.get_or_init(|| {
            let sent = match self.kind {
                Kind::Multipart => &[],
                Kind::Leaf | Kind::Message => &raw[self.body.clone()],
            };
            let decoded = match Body::new(sent, &self.content_type, &self.transfer_encoding) {
                Body::Base64(body) | Body::QuotedPrintable(body) => body.get_decoded(),
                Body::SevenBit(_) | Body::EightBit(_) | Body::Binary(_) => Ok(sent.to_vec()),
            };
            match decoded {
                Ok(bytes) => Decoded { bytes, error: None },
                Err(error) => Decoded {
                    bytes: sent.to_vec(),
                    error: Some(ParseError::new(error)),
                },
            }
        })
    }
}

struct Reader<'a> {
    raw: &'a [u8],
    error: Option<ParseError>,
    /// Those found so far.
    parts: usize,
}

impl Reader<'_> {
    fn note(&mut self, error: impl std::fmt::Display) {
        self.error.get_or_insert_with(|| ParseError::new(error));
    }

    fn read(&mut self, range: Range<usize>, default_type: &str, depth: usize) -> Node {
        let raw = &self.raw[range.clone()];
        let (mut fields, mut header_length) = match mailparse::parse_headers(raw) {
            Ok(header) => header,
            Err(error) => {
                self.note(error);
                (Vec::new(), 0)
            }
        };
        // mailparse takes a line without a colon for a field without a value; it is no header any
        // more, and so belongs to the body.
        if let Some(i) = fields.iter().position(|field| !has_colon(raw, field)) {
            header_length = offset_in(raw, fields[i].get_key_raw());
            fields.truncate(i);
            self.note("the header has a line that is no field");
        }
        if fields.len() > MAX_FIELDS {
            fields.truncate(MAX_FIELDS);
            self.note(format_args!("a header has more than {MAX_FIELDS} fields"));
        }
        let content_type = content_type(fields.get_first_value("Content-Type"), default_type);
        let transfer_encoding = fields
            .get_first_value("Content-Transfer-Encoding")
            .map(|encoding| encoding.trim().to_ascii_lowercase());
        let (disposition, file_name) = disposition(fields.get_first_value("Content-Disposition"));
        let name = file_name
            .or_else(|| content_type.params.get("name").cloned())
            .filter(|name| !name.is_empty())
            .map(decoded_name);
        let body = range.start + header_length..range.end;
        let is_encoded = matches!(
            transfer_encoding.as_deref(),
            Some("base64" | "quoted-printable")
        );
        let (kind, inner) = match content_type.mimetype.as_str() {
            // RFC 2046 §5.2.1: it is never encoded; if it is all the same, it stays one part.
            "message/rfc822" | "message/global" if is_encoded => (Kind::Message, Vec::new()),
            "message/rfc822" | "message/global" => (Kind::Message, vec![body.clone()]),
            kind if kind.starts_with("multipart/") => match content_type.params.get("boundary") {
                // RFC 2046 §5.1.1: it has a character at least.
                Some(boundary) if !boundary.is_empty() => {
                    (Kind::Multipart, self.split(body.clone(), boundary))
                }
                Some(_) | None => (Kind::Leaf, Vec::new()),
            },
            _ => (Kind::Leaf, Vec::new()),
        };
        let is_digest = content_type.mimetype == "multipart/digest";
        let inner_type = if is_digest {
            "message/rfc822"
        } else {
            "text/plain"
        };
        let children = if depth < MAX_DEPTH {
            let read = |inner| self.read(inner, inner_type, depth + 1);
            inner.into_iter().map(read).collect()
        } else {
            if !inner.is_empty() {
                self.note(format_args!("parts are nested more than {MAX_DEPTH} deep"));
            }
            Vec::new()
        };
        Node {
            headers: Headers::read(&fields),
            // A multipart without its boundary, or too deep, has nothing but octets.
            kind: if kind == Kind::Multipart && children.is_empty() {
                Kind::Leaf
            } else {
                kind
            },
            content_type,
            name,
            disposition,
            range,
            children,
            text: OnceLock::new(),
            body,
            transfer_encoding,
            decoded: OnceLock::new(),
        }
    }

    /// The parts between the boundary's lines (RFC 2046 §5.1.1). A line that goes on behind the
    /// boundary is none of them: it may be another multipart's, whose boundary begins alike.
    fn split(&mut self, body: Range<usize>, boundary: &str) -> Vec<Range<usize>> {
        let octets = &self.raw[body.clone()];
        let delimiter = format!("--{boundary}");
        let mut parts = Vec::new();
        let mut open: Option<usize> = None;
        for at in memmem::find_iter(octets, &delimiter) {
            if at > 0 && octets[at - 1] != b'\n' {
                continue;
            }
            let rest = &octets[at + delimiter.len()..];
            let (is_last, rest) = match rest.strip_prefix(b"--") {
                Some(rest) => (true, rest),
                None => (false, rest),
            };
            let length = memchr::memchr(b'\n', rest).map_or(rest.len(), |i| i + 1);
            if !rest[..length].trim_ascii().is_empty() {
                continue;
            }
            if self.parts >= MAX_PARTS {
                self.note(format_args!("there are more than {MAX_PARTS} parts"));
                break;
            }
            if let Some(start) = open {
                self.parts += 1;
                // The line end before a delimiter belongs to it.
                let text = octets[start..at].strip_suffix(b"\n").unwrap_or_default();
                let text = text.strip_suffix(b"\r").unwrap_or(text);
                parts.push(body.start + start..body.start + start + text.len());
            }
            open = (!is_last).then_some(octets.len() - rest.len() + length);
            if is_last {
                break;
            }
        }
        parts.extend(open.map(|start| body.start + start..body.end));
        parts
    }
}

fn has_colon(raw: &[u8], field: &MailHeader<'_>) -> bool {
    let name = field.get_key_raw();
    raw.get(offset_in(raw, name) + name.len()) == Some(&b':')
}

/// Where `inner`, a part of `outer`, begins in it.
fn offset_in(outer: &[u8], inner: &[u8]) -> usize {
    (inner.as_ptr() as usize).saturating_sub(outer.as_ptr() as usize)
}

fn content_type(value: Option<String>, default_type: &str) -> ParsedContentType {
    let mut content_type = match &value {
        Some(value) => mailparse::parse_content_type(value),
        None => ParsedContentType::default(),
    };
    let name = content_type.mimetype.trim();
    let name = if name.is_empty() || value.is_none() {
        default_type
    } else {
        name
    };
    content_type.mimetype = name.to_owned();
    content_type
}

/// The disposition, and the file name with it.
fn disposition(value: Option<String>) -> (Disposition, Option<String>) {
    let Some(value) = value else {
        return (Disposition::Other, None);
    };
    let mut field = mailparse::parse_content_disposition(&value);
    let disposition = match field.disposition {
        // RFC 2183 §2.8: a type that is not known counts as attachment.
        DispositionType::Attachment | DispositionType::Extension(_) => Disposition::Attachment,
        DispositionType::Inline | DispositionType::FormData => Disposition::Other,
    };
    (disposition, field.params.remove("filename"))
}

/// Many senders put an encoded word into the parameter, against RFC 2047 §5; readers decode it.
fn decoded_name(name: String) -> String {
    if !name.contains("=?") {
        return name;
    }
    let field = format!("x: {name}");
    match mailparse::parse_header(field.as_bytes()) {
        Ok((field, _)) => field.get_value(),
        Err(_) => name,
    }
}
