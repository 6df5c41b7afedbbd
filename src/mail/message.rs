//! The content of a mail: the octets as they came, and a view of them as a message (RFC 5322, MIME).

use std::fmt;
use std::sync::OnceLock;

use super::address_list::AddressList;
use super::date::Date;
use super::header::{Header, Headers, ResentBlock};
use super::node::{Kind, Node};
use super::parse_error::ParseError;
use super::part::Part;
use crate::smtp::{Remark, line_end_lapses};

/// Header and body of a mail.
///
/// The octets are what the client sent, bit for bit, after dot-unstuffing. They are parsed once, when
/// something else than [`raw`](Self::raw) is first asked for. A message that cannot be parsed is kept
/// like any other: [`parse_error`](Self::parse_error) says what is wrong.
///
/// ```
/// # use lettre::{Message, SmtpTransport, Transport, message::{MultiPart, Attachment}};
/// # let server = mailmock::MailServer::start();
/// # let pdf = Attachment::new("invoice.pdf".to_owned()).body(b"%PDF".to_vec(), "application/pdf".parse()?);
/// # let mail = Message::builder().from("app@example.org".parse()?).to("ada@example.org".parse()?).subject("Käse")
/// #     .multipart(MultiPart::mixed().multipart(MultiPart::alternative_plain_html(String::from("Hi"), String::from("<p>Hi"))).singlepart(pdf))?;
/// # SmtpTransport::from_url(&server.url())?.build().send(&mail)?;
/// let mail = server.only_mail();
/// let message = mail.message();
/// assert_eq!(message.subject(), "Käse");
/// assert_eq!(message.header("MIME-Version"), Some("1.0"));
/// assert_eq!((message.text(), message.html()), (Some("Hi"), Some("<p>Hi")));
/// let attachment = message.attachments()[0];
/// assert_eq!(attachment.name(), Some("invoice.pdf"));
/// assert_eq!(attachment.bytes(), b"%PDF");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Message {
    raw: Vec<u8>,
    parsed: OnceLock<Box<Parsed>>,
}

struct Parsed {
    root: Node,
    error: Option<ParseError>,
}

impl Message {
    /// The octets, as the client sent them after dot-unstuffing; nothing added, nothing repaired.
    pub fn raw(&self) -> &[u8] {
        &self.raw
    }

    /// The number of octets.
    pub fn size(&self) -> usize {
        self.raw.len()
    }

    /// The Subject, unfolded and decoded; `""` without one, which [`header`](Self::header) can tell.
    pub fn subject(&self) -> &str {
        self.header("Subject").unwrap_or("")
    }

    /// The value of the first field of that name (in any case), unfolded and decoded.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers().first(name).map(Header::value)
    }

    /// All header fields, in order.
    pub fn headers(&self) -> &Headers {
        &self.parsed().root.headers
    }

    /// The Date.
    pub fn date(&self) -> Option<Date> {
        Date::parse(self.header("Date")?)
    }

    /// The Message-ID without its angle brackets.
    pub fn message_id(&self) -> Option<&str> {
        let value = self.header("Message-ID")?.trim();
        let inner = value.strip_prefix('<').and_then(|v| v.strip_suffix('>'));
        Some(inner.unwrap_or(value))
    }

    /// From: the authors.
    pub fn from(&self) -> AddressList {
        self.headers().addresses("From")
    }

    /// Sender: who sent it, if that is not the author.
    pub fn sender(&self) -> AddressList {
        self.headers().addresses("Sender")
    }

    /// Reply-To.
    pub fn reply_to(&self) -> AddressList {
        self.headers().addresses("Reply-To")
    }

    /// To, as the header says; who gets the mail is in the [envelope](crate::Envelope).
    pub fn to(&self) -> AddressList {
        self.headers().addresses("To")
    }

    /// Cc, as the header says.
    pub fn cc(&self) -> AddressList {
        self.headers().addresses("Cc")
    }

    /// Bcc, as the header says; mostly there should be none.
    pub fn bcc(&self) -> AddressList {
        self.headers().addresses("Bcc")
    }

    /// The blocks of Resent fields, the most recent first (RFC 5322 §3.6.6).
    pub fn resent(&self) -> Vec<ResentBlock> {
        self.headers().resent()
    }

    /// The plain text a reader sees: the first `text/plain` part that is no attachment, decoded, with
    /// LF line ends and without the final one. Exact octets are on the [part](Part::bytes).
    pub fn text(&self) -> Option<&str> {
        self.body_text("text/plain")
    }

    /// The HTML a reader sees: the first `text/html` part that is no attachment, decoded, with LF line
    /// ends and without the final one.
    pub fn html(&self) -> Option<&str> {
        self.body_text("text/html")
    }

    /// The whole message as a part: the root of the tree of parts.
    pub fn root(&self) -> Part<'_> {
        Part::new(&self.raw, &self.parsed().root)
    }

    /// All parts, the root first, each before its children; those of an attached message too.
    pub fn parts(&self) -> Vec<Part<'_>> {
        let mut parts = Vec::new();
        self.root().walk(&mut |part| {
            parts.push(part);
            true
        });
        parts
    }

    /// The attachments, in order: [`Part::is_attachment`] says what counts.
    pub fn attachments(&self) -> Vec<Part<'_>> {
        let mut attachments = Vec::new();
        self.root().walk(&mut |part| {
            let is_attachment = part.is_attachment();
            attachments.extend(is_attachment.then_some(part));
            // What an attached message has attached is not this message's.
            !is_attachment
        });
        attachments
    }

    /// The part that the body refers to as `cid:…`; the id without `cid:` and angle brackets.
    pub fn inline(&self, content_id: &str) -> Option<Part<'_>> {
        let is_it = |part: &Part<'_>| part.content_id() == Some(content_id);
        self.parts().into_iter().find(is_it)
    }

    /// What is wrong with the structure of the message, if it could not be read whole. Then the
    /// headers and parts are what could be read, perhaps nothing.
    pub fn parse_error(&self) -> Option<&ParseError> {
        self.parsed().error.as_ref()
    }

    /// Bare CR and bare LF in the content, which the server keeps as they are: the first of each with
    /// its line (RFC 5321 §2.3.8).
    pub fn remarks(&self) -> Vec<Remark> {
        line_end_lapses(&self.raw)
    }

    pub(crate) fn new(raw: Vec<u8>) -> Self {
        Self {
            raw,
            parsed: OnceLock::new(),
        }
    }

    fn parsed(&self) -> &Parsed {
        self.parsed.get_or_init(|| {
            let (root, error) = Node::parse(&self.raw);
            Box::new(Parsed { root, error })
        })
    }

    fn body_text(&self, content_type: &str) -> Option<&str> {
        let mut found = None;
        self.root().walk(&mut |part| {
            let is_shown = !part.is_attachment() && part.kind() != Kind::Message;
            if found.is_none() && is_shown && part.content_type() == content_type {
                found = part.text();
            }
            is_shown
        });
        found
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("size", &self.size())
            .field("subject", &self.subject())
            .finish_non_exhaustive()
    }
}
