//! What stands in a snapshot for what is made up in each run.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex_lite::Regex;

use super::mail::Mail;
use super::value::{Value, text};

/// What stands for what.
#[derive(Default)]
pub(super) struct Placeholders {
    known: BTreeMap<String, String>,
    /// Those of them that are not made of what most are made of.
    odd: Vec<String>,
    boundaries: BTreeMap<String, String>,
    message_ids: usize,
    content_ids: usize,
}

impl Placeholders {
    pub(super) fn collect(&mut self, mail: &Mail) {
        let parts = mail.message().parts();
        for name in ["Message-ID", "In-Reply-To", "References"] {
            let fields = parts.iter().flat_map(|part| part.headers().all(name));
            for id in fields.flat_map(|field| ids_of(field.value())) {
                let is_new = !self.known.contains_key(id);
                if is_new {
                    self.message_ids += 1;
                    let placeholder = format!("[message-id-{}]", self.message_ids);
                    self.learn(id, placeholder);
                }
            }
        }
        for part in parts {
            let boundary = part.parameter("boundary").unwrap_or_default();
            if !boundary.is_empty() && !self.boundaries.contains_key(boundary) {
                let placeholder = format!("[boundary-{}]", self.boundaries.len() + 1);
                self.boundaries.insert(boundary.to_owned(), placeholder);
            }
            // `logo` is the test's own; `7c1f@host` was made up in this run.
            let id = part.content_id().unwrap_or_default();
            if id.contains('@') && !self.known.contains_key(id) {
                self.content_ids += 1;
                let placeholder = format!("[content-id-{}]", self.content_ids);
                self.learn(id, placeholder);
            }
        }
    }

    fn learn(&mut self, id: &str, placeholder: String) {
        if !id.chars().all(is_id) || id.ends_with('.') {
            self.odd.push(id.to_owned());
        }
        self.known.insert(id.to_owned(), placeholder);
    }

    pub(super) fn redact(&self, value: &Value, redactions: &[(Regex, String)]) -> Value {
        self.redact_named("", value, redactions)
    }

    fn redact_named(&self, name: &str, value: &Value, redactions: &[(Regex, String)]) -> Value {
        match value {
            Value::Text(found) => text(self.redact_text(name, found, redactions)),
            Value::List(values) => {
                let values = values
                    .iter()
                    .map(|v| self.redact_named(name, v, redactions));
                Value::List(values.collect())
            }
            Value::Map(entries) => {
                let entries = entries.iter().map(|(name, value)| {
                    (name.clone(), self.redact_named(name, value, redactions))
                });
                Value::Map(entries.collect())
            }
        }
    }

    fn redact_text(&self, name: &str, found: &str, redactions: &[(Regex, String)]) -> String {
        let is_named = |names: &[&str]| names.iter().any(|n| name.eq_ignore_ascii_case(n));
        let mut found = if is_named(&["Date", "Resent-Date"]) {
            "[date]".to_owned()
        } else if is_named(&["DKIM-Signature", "ARC-Seal", "ARC-Message-Signature"]) {
            SIGNATURE_VALUE.replace_all(found, "$1=[dkim]").into_owned()
        } else if is_named(&["Content-Type"]) {
            with_boundary(found, &self.boundaries)
        } else if is_named(&ADDRESSES) {
            found.to_owned()
        } else {
            with_ids(found, &self.known, &self.odd)
        };
        if is_named(&["Received"]) {
            found = found
                .rsplit_once(';')
                .map_or(found.clone(), |(by, _)| format!("{by}; [date]"));
        }
        found = LOCAL_PORT.replace_all(&found, "$1:[port]").into_owned();
        for (regex, replacement) in redactions {
            found = regex.replace_all(&found, replacement.as_str()).into_owned();
        }
        found
    }
}

/// Who it is for is never made up.
const ADDRESSES: [&str; 8] = [
    "reverse_path",
    "forward_paths",
    "From",
    "Sender",
    "Reply-To",
    "To",
    "Cc",
    "Bcc",
];

static SIGNATURE_VALUE: LazyLock<Regex> = LazyLock::new(|| regex(r"\b(b|bh|t|x)=[^;]*"));

static LOCAL_PORT: LazyLock<Regex> =
    LazyLock::new(|| regex(r"(127\.0\.0\.1|localhost|\[::1\]):\d+"));

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("it is a regular expression, as the tests see")
}

/// What stands in angle brackets.
fn ids_of(value: &str) -> impl Iterator<Item = &str> {
    let inner = value
        .split('<')
        .skip(1)
        .filter_map(|part| part.split_once('>'));
    inner.map(|(id, _)| id).filter(|id| !id.is_empty())
}

/// What most ids are made of.
fn is_id(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '+' | '@')
}

/// The text with known ids replaced where they stand as a whole. It is gone through once, so that nothing
/// is replaced in what was put in.
fn with_ids(text: &str, known: &BTreeMap<String, String>, odd: &[String]) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|c| !is_id(c)).unwrap_or(rest.len());
        // A dot behind it ends a sentence.
        let word = rest[..end].trim_end_matches('.');
        let odd = odd
            .iter()
            .filter(|id| rest.starts_with(id.as_str()))
            .max_by_key(|id| id.len());
        match odd.map_or(word, |id| id) {
            id if known.contains_key(id) => {
                result.push_str(&known[id]);
                rest = &rest[id.len()..];
            }
            _ => {
                let next = rest.chars().next().map_or(0, char::len_utf8);
                let taken = end.max(next);
                result.push_str(&rest[..taken]);
                rest = &rest[taken..];
            }
        }
    }
    result
}

/// A Content-Type with its boundary replaced.
fn with_boundary(value: &str, boundaries: &BTreeMap<String, String>) -> String {
    let Some(at) = value.to_ascii_lowercase().find("boundary=") else {
        return value.to_owned();
    };
    let (before, rest) = value.split_at(at + "boundary=".len());
    let inner = rest.strip_prefix('"').unwrap_or(rest);
    let known = boundaries
        .iter()
        .filter(|(b, _)| inner.starts_with(b.as_str()));
    match known.max_by_key(|(boundary, _)| boundary.len()) {
        Some((boundary, placeholder)) => {
            let quote = &rest[..rest.len() - inner.len()];
            format!("{before}{quote}{placeholder}{}", &inner[boundary.len()..])
        }
        None => value.to_owned(),
    }
}
