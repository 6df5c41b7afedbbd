//! Messages as they occur in the world, and broken ones, from the folder that `MAILMOCK_CORPUS` names.
//!
//! `facts.json` there holds what an independent reader sees in them.

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use mailmock::{Mail, MailServer, Part};
use serde_json::Value;
use support::Client;

/// Where the other reader differs and the RFC is on our side, or leaves it open.
const EXPLAINED: &[(&str, &str, &str)] = &[
    ("legacy/010.eml", "subject", RAW_OCTETS),
    ("legacy/020.eml", "subject", RAW_OCTETS),
    ("legacy/022.eml", "subject", RAW_OCTETS),
    ("legacy/052.eml", "subject", RAW_OCTETS),
    ("legacy/016.eml", "subject", RAW_IN_ENCODED_WORD),
    ("legacy/018.eml", "subject", RAW_IN_ENCODED_WORD),
    ("legacy/024.eml", "subject", RAW_IN_ENCODED_WORD),
    ("legacy/026.eml", "subject", RAW_IN_ENCODED_WORD),
    ("legacy/050.eml", "subject", RAW_IN_ENCODED_WORD),
    ("legacy/016.eml", "attachments", RAW_OCTETS),
    ("legacy/026.eml", "attachments", RAW_OCTETS),
    ("rfc/001.eml", "from", NO_ADDRESS),
    ("rfc/001.eml", "to", NO_ADDRESS),
    ("rfc/004.eml", "from", NO_ADDRESS),
    ("rfc/004.eml", "to", NO_ADDRESS),
    ("rfc/001.eml", "leaf_types", EXTERNAL_BODY),
    ("rfc/001.eml", "attachments", EXTERNAL_BODY),
    ("rfc/008.eml", "leaf_types", ENCODED_MESSAGE),
    ("rfc/008.eml", "attachments", ENCODED_MESSAGE),
];

const RAW_OCTETS: &str = "RFC 5322 §2.2 has no octets above 127 in a header; we read them as \
    UTF-8 or else Latin-1, the other reader as U+FFFD";
const RAW_IN_ENCODED_WORD: &str = "RFC 2047 §2 has only printable ASCII in an encoded word; the \
    octet is left out, and raw_value() has it";
const NO_ADDRESS: &str = "RFC 5322 §3.4.1: an address has an @";
const EXTERNAL_BODY: &str = "RFC 2046 §5.2.3: the header within stands for a body that is elsewhere; \
    the part is the message/external-body";
const ENCODED_MESSAGE: &str = "RFC 2046 §5.2.1: a message/rfc822 must not be encoded; we give it as \
    an attachment, the other reader looks into it";

fn corpus() -> Option<(PathBuf, Value)> {
    let Some(folder) = std::env::var_os("MAILMOCK_CORPUS") else {
        eprintln!("skipped: MAILMOCK_CORPUS names no folder");
        return None;
    };
    let folder = PathBuf::from(folder);
    let facts = fs::read_to_string(folder.join("facts.json")).expect("the corpus has facts.json");
    Some((folder, serde_json::from_str(&facts).unwrap()))
}

fn with_crlf(bytes: &[u8]) -> Vec<u8> {
    let mut content = Vec::with_capacity(bytes.len());
    let mut rest = bytes.iter().copied().peekable();
    while let Some(byte) = rest.next() {
        match byte {
            b'\r' => {
                rest.next_if_eq(&b'\n');
                content.extend_from_slice(b"\r\n");
            }
            b'\n' => content.extend_from_slice(b"\r\n"),
            other => content.push(other),
        }
    }
    content
}

/// RFC 5321 §4.5.2.
fn stuffed(content: &[u8]) -> Vec<u8> {
    let mut stuffed = Vec::with_capacity(content.len() + 8);
    for line in content.split_inclusive(|b| *b == b'\n') {
        if line.starts_with(b".") {
            stuffed.push(b'.');
        }
        stuffed.extend_from_slice(line);
    }
    stuffed
}

fn send_both_ways(server: &MailServer, content: &[u8]) -> [Mail; 2] {
    let mut client = Client::connect(server);
    client.ok("EHLO corpus.example");
    client
        .ok("MAIL FROM:<a@example.org> BODY=BINARYMIME")
        .ok("RCPT TO:<b@example.org>");
    client.send(format!("BDAT {} LAST\r\n", content.len()).as_bytes());
    client.send(content);
    assert!(client.reply().starts_with("250 "));
    client.begin("a@example.org", &["b@example.org"]);
    client.send(&stuffed(content));
    if !content.ends_with(b"\r\n") {
        client.send(b"\r\n");
    }
    client.ok(".").ok("QUIT");
    server.take_mails().try_into().unwrap()
}

fn strings(value: &Value) -> Vec<String> {
    let list = value.as_array().unwrap().iter();
    list.map(|v| v.as_str().unwrap_or_default().to_owned())
        .collect()
}

fn leaf_types(part: Part<'_>, types: &mut Vec<String>) {
    let mut children = part.children().peekable();
    if children.peek().is_none() {
        types.push(part.content_type().to_owned());
    }
    children.for_each(|child| leaf_types(child, types));
}

fn differences(mail: &Mail, facts: &Value) -> Vec<(&'static str, String)> {
    let message = mail.message();
    let mut differences = Vec::new();
    let mut compare = |what, ours: Vec<String>, theirs: Vec<String>| {
        if ours != theirs {
            differences.push((what, format!("{ours:?} against {theirs:?}")));
        }
    };
    // The other reader keeps the white space of folds.
    let words = |text: &str| {
        text.split_whitespace()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let subject = facts["subject"].as_str().unwrap_or_default();
    compare("subject", words(message.subject()), words(subject));
    let owned = |addresses: Vec<&str>| addresses.into_iter().map(str::to_owned).collect();
    compare(
        "from",
        owned(message.from().addresses()),
        strings(&facts["from"]),
    );
    compare("to", owned(message.to().addresses()), strings(&facts["to"]));
    compare("cc", owned(message.cc().addresses()), strings(&facts["cc"]));
    let mut types = Vec::new();
    leaf_types(message.root(), &mut types);
    compare("leaf_types", types, strings(&facts["leaf_types"]));
    let parts = message.parts();
    let names = parts
        .iter()
        .filter_map(|part| part.name().map(str::to_owned))
        .collect();
    compare("attachments", names, strings(&facts["attachments"]));
    differences
}

/// Asks for all there is: nothing of it may panic.
fn read_everything(mail: &Mail) {
    let message = mail.message();
    for part in message.parts() {
        let _ = (
            part.bytes(),
            part.text(),
            part.name(),
            part.content_id(),
            part.raw(),
            part.decode_error(),
        );
    }
    let _ = (
        message.text(),
        message.html(),
        message.attachments(),
        message.date(),
        message.resent(),
    );
    let _ = (
        message.from(),
        message.to(),
        message.parse_error(),
        message.remarks(),
        message.message_id(),
    );
    let _ = format!("{mail:?} {}", mail.recipients());
}

#[test]
fn the_corpus_is_stored_bit_for_bit_and_read_as_others_read_it() {
    let Some((folder, facts)) = corpus() else {
        return;
    };
    let server = MailServer::start();
    let (mut count, mut unexplained, mut explained) = (0, Vec::new(), 0);
    for (name, facts) in facts.as_object().unwrap() {
        let content = with_crlf(&fs::read(folder.join(name)).unwrap());
        assert_eq!(
            content.len() as u64,
            facts["bytes_crlf"].as_u64().unwrap(),
            "{name}"
        );
        let [binary, lines] = send_both_ways(&server, &content);
        assert!(binary.message().raw() == content, "{name}: BDAT changed it");
        let ended = if content.ends_with(b"\r\n") {
            &b""[..]
        } else {
            b"\r\n"
        };
        assert!(
            lines.message().raw() == [&content, ended].concat(),
            "{name}: DATA changed it"
        );
        read_everything(&binary);
        count += 1;
        if Path::new(name).starts_with("malformed") {
            continue;
        }
        for (what, difference) in differences(&binary, facts) {
            match EXPLAINED
                .iter()
                .find(|(file, field, _)| file == name && *field == what)
            {
                Some(_) => explained += 1,
                None => unexplained.push(format!("{name} {what}: {difference}")),
            }
        }
    }
    assert!(
        unexplained.is_empty(),
        "{} differ:\n{}",
        unexplained.len(),
        unexplained.join("\n")
    );
    assert_eq!(explained, EXPLAINED.len(), "an explanation is out of date");
    assert!(count > 40, "only {count} messages were found");
}
