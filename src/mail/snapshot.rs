//! The stable rendering of mails: what changes from run to run is a placeholder.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use regex_lite::Regex;
use serde::ser::{Serialize, SerializeMap as _, Serializer};

use super::mail::Mail;
use super::part::Part;

/// One mail, or several, as it is the same in each run: for `insta::assert_snapshot!`, which shows it as
/// text, and for `assert_yaml_snapshot!` and `assert_json_snapshot!`, which take it apart.
///
/// In header and body alike the same thing gets the same placeholder: `[message-id-1]`, `[boundary-1]`,
/// `[content-id-1]`, `[date]`, `[dkim]`, `[port]`. What else is different in each run can be
/// [redacted](Self::redact).
///
/// ```
/// # use lettre::{Message, SmtpTransport, Transport};
/// # let server = mailmock::MailServer::start();
/// # let mail = Message::builder().from("app@example.org".parse()?).to("ada@example.org".parse()?)
/// #     .subject("Welcome").body("Your code is 4711".to_owned())?;
/// # SmtpTransport::from_url(&server.url())?.build().send(&mail)?;
/// let mail = server.only_mail();
/// assert_eq!(
///     mail.snapshot().redact(r"\d{4}", "[code]").to_string(),
///     "\
/// envelope:
///   reverse_path: app@example.org
///   forward_paths:
///     - ada@example.org
/// header:
///   From: app@example.org
///   To: ada@example.org
///   Subject: Welcome
///   Content-Transfer-Encoding: 7bit
///   Date: [date]
/// body:
///   Your code is [code]"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "it is to be compared with an earlier one"]
pub struct Snapshot {
    mails: Vec<Mail>,
    /// It is of one mail, not of a list that may have one.
    is_single: bool,
    is_unordered: bool,
    redactions: Vec<(Regex, String)>,
}

impl Snapshot {
    /// Puts `replacement` in the place of what a regular expression finds, in all that is shown. Groups
    /// are `$1` and so on.
    ///
    /// # Panics
    ///
    /// If it is no regular expression.
    #[track_caller]
    pub fn redact(mut self, regex: &str, replacement: &str) -> Self {
        match Regex::new(regex) {
            Ok(regex) => self.redactions.push((regex, replacement.to_owned())),
            Err(error) => panic!("not a regular expression: {regex:?}: {error}"),
        }
        self
    }

    /// Shows the mails in an order that does not depend on which came first: by recipients, subject and
    /// content. For mails that are sent in parallel.
    pub fn unordered(mut self) -> Self {
        self.is_unordered = true;
        self
    }

    pub(crate) fn of_one(mail: Mail) -> Self {
        Self {
            mails: vec![mail],
            is_single: true,
            is_unordered: false,
            redactions: Vec::new(),
        }
    }

    pub(crate) fn of_all(mails: Vec<Mail>) -> Self {
        Self {
            mails,
            is_single: false,
            is_unordered: false,
            redactions: Vec::new(),
        }
    }

    fn value(&self) -> Value {
        let mut mails = self.mails.clone();
        if self.is_unordered {
            // Before anything is numbered, and without what is different in each run.
            mails.sort_by_cached_key(|mail| {
                let mut placeholders = Placeholders::default();
                placeholders.collect(mail);
                placeholders
                    .redact(&mail_value(mail), &self.redactions)
                    .to_string()
            });
        }
        let mut placeholders = Placeholders::default();
        for mail in &mails {
            placeholders.collect(mail);
        }
        let values = mails.iter().map(mail_value);
        let mut values = values.map(|mail| placeholders.redact(&mail, &self.redactions));
        match values.next() {
            Some(only) if self.is_single => only,
            first => Value::List(first.into_iter().chain(values).collect()),
        }
    }
}

impl fmt::Display for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.value(), f)
    }
}

impl Serialize for Snapshot {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value().serialize(serializer)
    }
}

/// What is shown, still as it was sent.
#[derive(Debug)]
enum Value {
    Text(String),
    List(Vec<Self>),
    Map(Vec<(String, Self)>),
}

fn text(text: impl Into<String>) -> Value {
    Value::Text(text.into())
}

fn mail_value(mail: &Mail) -> Value {
    let envelope = mail.envelope();
    let paths = envelope.forward_paths().iter();
    let paths = paths.map(|path| text(path.as_str())).collect();
    let envelope = Value::Map(vec![
        (
            "reverse_path".to_owned(),
            text(envelope.reverse_path().as_str()),
        ),
        ("forward_paths".to_owned(), Value::List(paths)),
    ]);
    let root = mail.message().root();
    let mut map = vec![
        ("envelope".to_owned(), envelope),
        ("header".to_owned(), header_value(root)),
    ];
    map.extend(content_value(root));
    Value::Map(map)
}

/// The fields in order; several of one name are a list in the place of the first.
fn header_value(part: Part<'_>) -> Value {
    let mut fields: Vec<(String, Value)> = Vec::new();
    for field in part.headers().iter() {
        let value = text(field.value());
        let known = fields
            .iter_mut()
            .find(|(name, _)| name.eq_ignore_ascii_case(field.name()));
        match known {
            None => fields.push((field.name().to_owned(), value)),
            Some((_, Value::List(values))) => values.push(value),
            Some((_, first)) => {
                let earlier = std::mem::replace(first, Value::List(Vec::new()));
                *first = Value::List(vec![earlier, value]);
            }
        }
    }
    Value::Map(fields)
}

/// The text of a part, its children, or how many octets it has.
fn content_value(part: Part<'_>) -> Option<(String, Value)> {
    let mut children = part.children().peekable();
    if children.peek().is_some() {
        let parts = children.map(|child| {
            let has_header = !child.headers().is_empty();
            let header = has_header.then(|| ("header".to_owned(), header_value(child)));
            let mut map: Vec<_> = header.into_iter().collect();
            map.extend(content_value(child));
            Value::Map(map)
        });
        return Some(("parts".to_owned(), Value::List(parts.collect())));
    }
    let is_text = part.content_type().starts_with("text/");
    match part.text().filter(|_| is_text) {
        Some(body) if body.trim().is_empty() => None,
        Some(body) => Some(("body".to_owned(), text(body.trim_end_matches('\n')))),
        None => Some(("octets".to_owned(), text(part.bytes().len().to_string()))),
    }
}

/// What stands for what.
#[derive(Default)]
struct Placeholders {
    known: BTreeMap<String, String>,
    /// Those of them that are not made of what most are made of.
    odd: Vec<String>,
    boundaries: BTreeMap<String, String>,
    message_ids: usize,
    content_ids: usize,
}

impl Placeholders {
    fn collect(&mut self, mail: &Mail) {
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

    fn redact(&self, value: &Value, redactions: &[(Regex, String)]) -> Value {
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

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(values) => serializer.collect_seq(values),
            Self::Map(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for (name, value) in entries {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.lines().join("\n"))
    }
}

impl Value {
    /// Much as YAML has it, and for the eye alone.
    fn lines(&self) -> Vec<String> {
        match self {
            Self::Text(text) => text
                .lines()
                .map(|line| line.trim_end().to_owned())
                .collect(),
            Self::List(values) => values.iter().flat_map(item_lines).collect(),
            Self::Map(entries) => entries
                .iter()
                .flat_map(|(n, v)| entry_lines(n, v))
                .collect(),
        }
    }
}

fn item_lines(value: &Value) -> Vec<String> {
    let lines = value.lines().into_iter().enumerate();
    let lines = lines.map(|(i, line)| format!("{}{line}", if i == 0 { "- " } else { "  " }));
    lines.map(|line| line.trim_end().to_owned()).collect()
}

fn entry_lines(name: &str, value: &Value) -> Vec<String> {
    let lines = value.lines();
    let is_inline = name != "body" && matches!(value, Value::Text(_)) && lines.len() <= 1;
    if is_inline {
        let line = lines.into_iter().next().unwrap_or_default();
        return vec![format!("{name}: {line}").trim_end().to_owned()];
    }
    let lines = lines
        .iter()
        .map(|line| format!("  {line}").trim_end().to_owned());
    std::iter::once(format!("{name}:")).chain(lines).collect()
}
