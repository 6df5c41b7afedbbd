//! What is looked for in a mail.

use std::collections::BTreeSet;

use super::content_id::content_ids;
use super::finding::Finding;
use super::mail::Mail;
use super::message::Message;
use super::part::Part;
use crate::smtp::{Body, Lapse, is_same_mailbox};

pub(super) const RULES: [&str; 23] = [
    "line-too-long",
    "bare-cr",
    "bare-lf",
    "nul",
    "undeclared-8bit",
    "missing-date",
    "missing-from",
    "missing-message-id",
    "missing-mime-version",
    "duplicate-header",
    "header-injection",
    "undecodable-word",
    "raw-8bit-header",
    "html-only",
    "missing-part",
    "unused-part",
    "alternatives-order",
    "bcc-leak",
    "copy-not-sent",
    "no-one-click",
    "line-over-78",
    "alternatives-differ",
    "sender-domain-differs",
];

pub(super) const OPTIONAL: [&str; 3] = [
    "line-over-78",
    "alternatives-differ",
    "sender-domain-differs",
];

/// Fields that there may be once (RFC 5322 §3.6, RFC 2045).
const SINGLE: [&str; 14] = [
    "Date",
    "From",
    "Sender",
    "Reply-To",
    "To",
    "Cc",
    "Bcc",
    "Message-ID",
    "In-Reply-To",
    "References",
    "Subject",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
];

pub(super) fn check(mail: &Mail, siblings: &[Mail]) -> Vec<Finding> {
    let mut found = Vec::new();
    check_octets(mail, &mut found);
    check_header(mail, &mut found);
    check_parts(mail.message(), &mut found);
    check_recipients(mail, siblings, &mut found);
    found
}

fn check_octets(mail: &Mail, found: &mut Vec<Finding>) {
    // RFC 3030 §3: binary content has no lines.
    if mail.envelope().reverse_path().parameters().body() == Body::BinaryMime {
        return;
    }
    let raw = mail.message().raw();
    for (i, line) in raw.split(|b| *b == b'\n').enumerate() {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let place = || format!("line {} has {} octets", i + 1, line.len());
        if line.len() > 998 {
            found.push(Finding::error("line-too-long", "RFC 5322 §2.1.1", place()));
        } else if String::from_utf8_lossy(line).chars().count() > 78 {
            found.push(Finding::warning("line-over-78", "RFC 5322 §2.1.1", place()));
        }
    }
    for remark in mail.message().remarks() {
        let rule = match remark.lapse() {
            Lapse::BareCarriageReturn => "bare-cr",
            _ => "bare-lf",
        };
        found.push(Finding::error(
            rule,
            "RFC 5321 §2.3.8",
            format!("in {}", remark.line()),
        ));
    }
    if let Some(at) = raw.iter().position(|b| *b == 0) {
        found.push(Finding::error(
            "nul",
            "RFC 5322 §2.2",
            format!("at octet {at}"),
        ));
    }
    let parameters = mail.envelope().reverse_path().parameters();
    let is_declared = parameters.body() != Body::SevenBit || parameters.is_smtputf8();
    if let Some(at) = raw.iter().position(|b| *b > 127).filter(|_| !is_declared) {
        let place = format!("octet {at}, but MAIL says neither BODY=8BITMIME nor SMTPUTF8");
        found.push(Finding::error("undeclared-8bit", "RFC 6152 §2", place));
    }
}

fn check_header(mail: &Mail, found: &mut Vec<Finding>) {
    let message = mail.message();
    let headers = message.headers();
    let missing = |name: &str| message.header(name).is_none();
    for (name, rule) in [("Date", "missing-date"), ("From", "missing-from")] {
        if missing(name) {
            found.push(Finding::error(
                rule,
                "RFC 5322 §3.6",
                format!("there is no {name}"),
            ));
        }
    }
    if missing("Message-ID") {
        let place = "there is no Message-ID".to_owned();
        found.push(Finding::warning(
            "missing-message-id",
            "RFC 5322 §3.6.4",
            place,
        ));
    }
    if missing("MIME-Version") && !missing("Content-Type") {
        let place = "there is a Content-Type, and no MIME-Version".to_owned();
        found.push(Finding::error("missing-mime-version", "RFC 2045 §4", place));
    }
    for name in SINGLE {
        let count = headers.all(name).count();
        if count > 1 {
            let place = format!("{name} is there {count} times");
            found.push(Finding::error("duplicate-header", "RFC 5322 §3.6", place));
        }
    }
    let is_smtputf8 = mail.envelope().reverse_path().parameters().is_smtputf8();
    for field in headers.iter() {
        let (name, value) = (field.name(), field.value());
        if value.contains(['\r', '\n']) {
            let place = format!("a line end within {name}: {value:?}");
            found.push(Finding::error("header-injection", "RFC 5322 §2.2", place));
        }
        if is_undecoded(value) {
            let place = format!("{name}: {value}");
            found.push(Finding::error("undecodable-word", "RFC 2047 §2", place));
        }
        if !field.raw_value().is_ascii() && !is_smtputf8 {
            let place = format!("{name}: {value}");
            found.push(Finding::error("raw-8bit-header", "RFC 6532 §3", place));
        }
    }
    let body = String::from_utf8_lossy(message.root().raw()).into_owned();
    let body = body.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    let is_field = |line: &str| {
        let name = line.split(':').next().unwrap_or_default();
        line.contains(':') && SINGLE.iter().any(|field| field.eq_ignore_ascii_case(name))
    };
    // As a header goes on, that was to be ended: fields, an empty line, and the text behind it.
    let mut fields = body.lines().take_while(|line| !line.is_empty());
    let is_header = body.contains("\r\n\r\n") && fields.clone().count() > 0 && fields.all(is_field);
    let kind = message.root().content_type();
    if is_header && !kind.starts_with("multipart/") && !kind.starts_with("message/") {
        let place = format!(
            "the body begins with {:?}",
            body.lines().next().unwrap_or_default()
        );
        found.push(Finding::warning("header-injection", "RFC 5322 §2.1", place));
    }
    if let Some(unsubscribe) = message.unsubscribe().filter(|u| !u.is_one_click()) {
        let place = format!(
            "List-Unsubscribe has {}, without one click",
            unsubscribe.links().join(", ")
        );
        found.push(Finding::warning("no-one-click", "RFC 8058 §3.1", place));
    }
}

/// Whether an encoded word was left as it is.
fn is_undecoded(value: &str) -> bool {
    let inner = value
        .split_once("=?")
        .and_then(|(_, rest)| rest.split_once("?="));
    inner.is_some_and(|(inner, _)| inner.matches('?').count() == 2)
}

fn check_parts(message: &Message, found: &mut Vec<Finding>) {
    if message.html().is_some() && message.text().is_none() {
        let place = "there is HTML and no plain text".to_owned();
        found.push(Finding::warning("html-only", "RFC 2046 §5.1.4", place));
    }
    let mut parts = Vec::new();
    own_parts(message.root(), &mut parts);
    let is_html = |part: &&Part<'_>| part.content_type() == "text/html";
    let html = parts.iter().filter(is_html).filter_map(|part| part.text());
    let wanted: BTreeSet<String> = html.flat_map(content_ids).collect();
    let there: BTreeSet<&str> = parts.iter().filter_map(|part| part.content_id()).collect();
    for id in wanted.iter().filter(|id| !there.contains(id.as_str())) {
        let place = format!("the HTML shows cid:{id}");
        found.push(Finding::error("missing-part", "RFC 2392 §2", place));
    }
    let starts: Vec<_> = parts
        .iter()
        .filter_map(|part| part.parameter("start"))
        .collect();
    let is_start = |id: &str| {
        starts
            .iter()
            .any(|start| start.trim_matches(['<', '>']) == id)
    };
    for part in &parts {
        let id = part.content_id().unwrap_or_default();
        if !id.is_empty() && !wanted.contains(id) && !is_start(id) && is_inline(part) {
            let place = format!("nothing shows the part with Content-ID {id}");
            found.push(Finding::warning("unused-part", "RFC 2392 §2", place));
        }
        if part.content_type() == "multipart/alternative" {
            let types: Vec<_> = part.children().map(Part::content_type).collect();
            let plain = types.iter().position(|t| *t == "text/plain");
            if plain.is_some_and(|at| at > 0) {
                let place =
                    format!("the alternatives are {types:?}; the last is the one preferred");
                found.push(Finding::error(
                    "alternatives-order",
                    "RFC 2046 §5.1.4",
                    place,
                ));
            }
        }
    }
    if let (Some(text), Some(shown)) = (message.text(), message.text_from_html()) {
        let missing = words(text).difference(&words(&shown)).next().cloned();
        if let Some(word) = missing {
            let place = format!("the plain text says {word:?}, and the HTML does not");
            found.push(Finding::warning(
                "alternatives-differ",
                "RFC 2046 §5.1.4",
                place,
            ));
        }
    }
}

/// The parts of the message itself, not of those attached to it.
fn own_parts<'a>(part: Part<'a>, parts: &mut Vec<Part<'a>>) {
    parts.push(part);
    if !part.content_type().starts_with("message/") {
        for child in part.children() {
            own_parts(child, parts);
        }
    }
}

fn is_inline(part: &Part<'_>) -> bool {
    let disposition = part.headers().first("Content-Disposition");
    !disposition.is_some_and(|d| d.value().to_ascii_lowercase().starts_with("attachment"))
}

fn words(text: &str) -> BTreeSet<String> {
    let text = super::links::without_urls(text);
    let words = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.len() > 2);
    words.map(str::to_lowercase).collect()
}

fn check_recipients(mail: &Mail, siblings: &[Mail], found: &mut Vec<Finding>) {
    let recipients = mail.recipients();
    if recipients.is_bcc_leaked() {
        let bcc = mail.message().header("Bcc").unwrap_or_default();
        let place = format!("Bcc: {bcc}");
        found.push(Finding::error("bcc-leak", "RFC 5322 §3.6.3", place));
    }
    let has_copy = |address: &str| {
        let mut mails = siblings.iter();
        mails.any(|m| {
            m.envelope()
                .forward_paths()
                .iter()
                .any(|path| *path == *address)
        })
    };
    for address in recipients
        .never_sent()
        .iter()
        .filter(|address| !has_copy(address))
    {
        let place = format!("<{address}> is named in the header and got no copy");
        found.push(Finding::warning("copy-not-sent", "RFC 5322 §3.6.3", place));
    }
    let from = mail.message().from();
    let sender = mail.envelope().reverse_path().mailbox();
    if let (Some(author), Some(sender)) = (from.mailboxes().next(), sender) {
        let domain = |address: &str| address.rsplit_once('@').map(|(_, d)| format!("x@{d}"));
        let (a, b) = (domain(author.address()), domain(sender.as_str()));
        if !is_same_mailbox(&a.unwrap_or_default(), &b.unwrap_or_default()) {
            let place = format!("From: {}, envelope: <{sender}>", author.address());
            found.push(Finding::warning(
                "sender-domain-differs",
                "RFC 7489 §3.1",
                place,
            ));
        }
    }
}
