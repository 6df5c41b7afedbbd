//! What is stored, as JSON shows it.

use std::time::SystemTime;

use serde::Serialize;
use utoipa::ToSchema;

use super::words;
use crate::mail::{Date, Mail, Part};
use crate::session::Session;
use crate::smtp::{Login, ReversePath};

/// A moment, as RFC 3339 writes it, in UTC.
pub(super) fn moment(time: SystemTime) -> String {
    Date::utc(time).to_string()
}

/// A mail in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MailLine {
    /// The number of the mail: 1 for the first.
    pub(super) id: u64,
    /// The session in which it came.
    session_id: u64,
    /// When it came, in UTC.
    #[schema(format = DateTime)]
    received_at: String,
    envelope: EnvelopeView,
    /// Decoded.
    subject: String,
    /// Addresses of the field From.
    header_from: Vec<String>,
    /// Octets of content.
    size: usize,
    /// Files that come with it.
    attachments: usize,
}

impl From<&Mail> for MailLine {
    fn from(mail: &Mail) -> Self {
        let message = mail.message();
        Self {
            id: mail.id(),
            session_id: mail.session_id(),
            received_at: moment(mail.received_at()),
            envelope: mail.into(),
            subject: message.subject().to_owned(),
            header_from: owned(&message.from().addresses()),
            size: message.size(),
            attachments: message.attachments().len(),
        }
    }
}

/// Who got a mail, and who sent it (RFC 5321 §2.3.1).
#[derive(Debug, Serialize, ToSchema)]
struct EnvelopeView {
    /// The argument of MAIL; empty for the null one.
    reverse_path: String,
    /// The accepted recipients, in order.
    forward_paths: Vec<String>,
    /// The recipients that were refused.
    refused: Vec<RefusedView>,
    /// The name in the client's hello.
    hello_name: String,
    /// The client's address and port.
    peer: String,
    authenticated_as: Option<String>,
    /// What is known of the TLS over which it came.
    tls: Option<String>,
}

impl From<&Mail> for EnvelopeView {
    fn from(mail: &Mail) -> Self {
        let envelope = mail.envelope();
        let refused = envelope.refused().iter().map(|refused| RefusedView {
            address: refused.address().to_owned(),
            reply: refused.reply().to_string(),
        });
        Self {
            reverse_path: reverse_path(envelope.reverse_path()),
            forward_paths: envelope
                .forward_paths()
                .iter()
                .map(|p| p.as_str().to_owned())
                .collect(),
            refused: refused.collect(),
            hello_name: envelope.hello_name().to_owned(),
            peer: envelope.peer().to_string(),
            authenticated_as: envelope.authenticated_as().map(str::to_owned),
            tls: envelope.tls().map(ToString::to_string),
        }
    }
}

fn reverse_path(path: &ReversePath) -> String {
    path.as_str().to_owned()
}

#[derive(Debug, Serialize, ToSchema)]
struct RefusedView {
    address: String,
    /// The refusal: `550 5.1.1 Mailbox unavailable`.
    reply: String,
}

/// A mail with all that is known of it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MailView {
    #[serde(flatten)]
    line: MailLine,
    recipients: RecipientsView,
    /// The fields of the header, decoded, in order.
    headers: Vec<HeaderView>,
    /// The parts, each before those within it; the first is the whole.
    parts: Vec<PartView>,
    text: Option<String>,
    html: Option<String>,
    links: Vec<LinkView>,
    /// The images of the HTML.
    images: Vec<ImageView>,
    /// What looks like a one-time code.
    codes: Vec<String>,
    lint: Vec<FindingView>,
}

impl From<&Mail> for MailView {
    fn from(mail: &Mail) -> Self {
        let message = mail.message();
        let recipients = mail.recipients();
        let headers = message.headers().iter().map(|header| HeaderView {
            name: header.name().to_owned(),
            value: header.value().to_owned(),
        });
        let links = message.links().into_iter().map(|link| LinkView {
            href: link.href().to_owned(),
            text: link.text().to_owned(),
        });
        let images = message.images().into_iter().map(|image| ImageView {
            src: image.src().to_owned(),
            alt: image.alt().to_owned(),
        });
        let lint = mail.lint();
        let lint = lint.findings().iter().map(|finding| FindingView {
            rule: finding.rule(),
            severity: words::severity_word(finding.severity()),
            section: finding.section(),
            place: finding.place().to_owned(),
        });
        Self {
            line: mail.into(),
            recipients: RecipientsView {
                announced: recipients.announced().to_vec(),
                blind: recipients.blind().to_vec(),
                never_sent: recipients.never_sent().to_vec(),
                refused: recipients.refused().to_vec(),
                is_bcc_leaked: recipients.is_bcc_leaked(),
            },
            headers: headers.collect(),
            parts: PartView::all(message.root()),
            text: message.text().map(str::to_owned),
            html: message.html().map(str::to_owned),
            links: links.collect(),
            images: images.collect(),
            codes: message.codes(),
            lint: lint.collect(),
        }
    }
}

/// The envelope's recipients against the header's.
#[derive(Debug, Serialize, ToSchema)]
struct RecipientsView {
    /// In the envelope, and in To or Cc.
    announced: Vec<String>,
    /// In the envelope alone.
    blind: Vec<String>,
    /// In the header alone.
    never_sent: Vec<String>,
    refused: Vec<String>,
    /// Whether a Bcc field tells who was to be hidden.
    is_bcc_leaked: bool,
}

#[derive(Debug, Serialize, ToSchema)]
struct HeaderView {
    name: String,
    value: String,
}

/// A part of a mail (RFC 2045).
#[derive(Debug, Serialize, ToSchema)]
struct PartView {
    /// Where it is fetched: `parts/{n}`.
    n: usize,
    /// How many parts it is within: 0 for the whole.
    depth: usize,
    content_type: String,
    name: Option<String>,
    content_id: Option<String>,
    is_attachment: bool,
    /// Octets, decoded.
    size: usize,
}

impl PartView {
    fn all(root: Part<'_>) -> Vec<Self> {
        let mut views = Vec::new();
        let mut parts = vec![(0, root)];
        while let Some((depth, part)) = parts.pop() {
            views.push(Self::of(views.len(), depth, part));
            let within: Vec<_> = part.children().collect();
            parts.extend(within.into_iter().rev().map(|part| (depth + 1, part)));
        }
        views
    }

    fn of(n: usize, depth: usize, part: Part<'_>) -> Self {
        Self {
            n,
            depth,
            content_type: part.content_type().to_owned(),
            name: part.name().map(str::to_owned),
            content_id: part.content_id().map(str::to_owned),
            is_attachment: part.is_attachment(),
            size: part.bytes().len(),
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
struct LinkView {
    href: String,
    text: String,
}

#[derive(Debug, Serialize, ToSchema)]
struct ImageView {
    src: String,
    /// What those see who do not see the image.
    alt: String,
}

/// Where a mail departs from a standard, or from what its readers need.
#[derive(Debug, Serialize, ToSchema)]
struct FindingView {
    rule: &'static str,
    #[schema(schema_with = words::severity)]
    severity: String,
    /// The standard's section.
    section: &'static str,
    place: String,
}

/// A session.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SessionView {
    id: u64,
    peer: String,
    #[schema(format = DateTime)]
    opened_at: String,
    hello_name: Option<String>,
    tls: Option<String>,
    is_open: bool,
    /// How it ended, in words.
    end: Option<String>,
    /// How long it lasted, in seconds.
    duration: Option<f64>,
    /// How often something was said, the greeting too, and what was not kept because the store was full.
    exchanges: usize,
    /// The mails that it delivered.
    mails: Vec<u64>,
    logins: Vec<LoginView>,
    /// Where the client departed from the standard and was forgiven.
    remarks: Vec<String>,
}

impl From<&Session> for SessionView {
    fn from(session: &Session) -> Self {
        Self {
            id: session.id(),
            peer: session.peer().to_string(),
            opened_at: moment(session.opened_at()),
            hello_name: session.hello_name().map(str::to_owned),
            tls: session.tls().map(ToString::to_string),
            is_open: session.is_open(),
            end: session.end().map(|end| end.to_string()),
            duration: session.duration().map(|duration| duration.as_secs_f64()),
            exchanges: session.exchanges().count() + session.omitted_exchanges(),
            mails: session.mail_ids(),
            logins: LoginView::of(session).collect(),
            remarks: session.remarks().iter().map(ToString::to_string).collect(),
        }
    }
}

/// Credentials that a client presented. Passwords and tokens are not shown.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LoginView {
    session_id: u64,
    #[schema(schema_with = words::mechanism)]
    mechanism: &'static str,
    identity: String,
    authorization_identity: Option<String>,
    is_accepted: bool,
    is_tls: bool,
}

impl LoginView {
    /// Those of a session.
    pub(super) fn of(session: &Session) -> impl Iterator<Item = Self> {
        let view = |login| Self::new(session.id(), login);
        session.logins().iter().map(view)
    }

    fn new(session_id: u64, login: &Login) -> Self {
        Self {
            session_id,
            mechanism: login.mechanism().as_str(),
            identity: login.identity().to_owned(),
            authorization_identity: login.authorization_identity().map(str::to_owned),
            is_accepted: login.is_accepted(),
            is_tls: login.is_tls(),
        }
    }
}

/// Octets as they are.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[allow(dead_code, reason = "it stands in the document alone")]
pub(super) struct Octets(Vec<u8>);

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}
