//! The stable rendering of mails: what changes from run to run is a placeholder.

use std::collections::BTreeMap;
use std::fmt;

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
        // Before anything is numbered, and without what is different in each run.
        self.mails.sort_by_cached_key(|mail| {
            let mut placeholders = Placeholders::default();
            placeholders.collect(mail);
            placeholders
                .redact(&mail_value(mail), &self.redactions)
                .to_string()
        });
        self
    }

    pub(crate) fn of_one(mail: Mail) -> Self {
        Self {
            mails: vec![mail],
            is_single: true,
            redactions: Vec::new(),
        }
    }

    pub(crate) fn of_all(mails: Vec<Mail>) -> Self {
        Self {
            mails,
            is_single: false,
            redactions: Vec::new(),
        }
    }

    fn value(&self) -> Value {
        let mut placeholders = Placeholders::default();
        for mail in &self.mails {
            placeholders.collect(mail);
        }
        let mails = self.mails.iter().map(mail_value);
        let mut mails = mails.map(|mail| placeholders.redact(&mail, &self.redactions));
        match mails.next() {
            Some(only) if self.is_single => only,
            first => Value::List(first.into_iter().chain(mails).collect()),
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

fn header_value(part: Part<'_>) -> Value {
    let fields = part.headers().iter();
    Value::Map(
        fields
            .map(|field| (field.name().to_owned(), text(field.value())))
            .collect(),
    )
}

/// The text of a part, its children, or how many octets it has.
fn content_value(part: Part<'_>) -> Option<(String, Value)> {
    let mut children = part.children().peekable();
    if children.peek().is_some() {
        let parts = children.map(|child| {
            let mut map = vec![("header".to_owned(), header_value(child))];
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
    message_ids: usize,
    boundaries: usize,
    content_ids: usize,
}

impl Placeholders {
    fn collect(&mut self, mail: &Mail) {
        let message = mail.message();
        for name in ["Message-ID", "In-Reply-To", "References"] {
            let value = message.header(name).unwrap_or_default();
            for id in value.split(|c: char| c.is_whitespace() || c == '<' || c == '>') {
                if id.contains('@') && !self.known.contains_key(id) {
                    self.message_ids += 1;
                    let placeholder = format!("[message-id-{}]", self.message_ids);
                    self.known.insert(id.to_owned(), placeholder);
                }
            }
        }
        for part in message.parts() {
            let boundary = part.parameter("boundary").unwrap_or_default();
            if !boundary.is_empty() && !self.known.contains_key(boundary) {
                self.boundaries += 1;
                let placeholder = format!("[boundary-{}]", self.boundaries);
                self.known.insert(boundary.to_owned(), placeholder);
            }
            // `logo` is the test's own; `7c1f@host` was made up in this run.
            let id = part.content_id().unwrap_or_default();
            if id.contains('@') && !self.known.contains_key(id) {
                self.content_ids += 1;
                let placeholder = format!("[content-id-{}]", self.content_ids);
                self.known.insert(id.to_owned(), placeholder);
            }
        }
    }

    fn redact(&self, value: &Value, redactions: &[(Regex, String)]) -> Value {
        self.redact_named("", value, redactions)
    }

    fn redact_named(&self, name: &str, value: &Value, redactions: &[(Regex, String)]) -> Value {
        match value {
            Value::Text(found) => text(self.redact_text(name, found, redactions)),
            Value::List(values) => {
                let values = values.iter().map(|v| self.redact_named("", v, redactions));
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
        let mut found = found.to_owned();
        if is_named(&["Date", "Resent-Date"]) {
            found = "[date]".to_owned();
        }
        if is_named(&["DKIM-Signature", "ARC-Seal", "ARC-Message-Signature"]) {
            found = replaced(&found, r"\b(b|bh|t|x)=[^;]*", "$1=[dkim]");
        }
        // The longest first: one id may be part of another.
        let mut known: Vec<_> = self.known.iter().collect();
        known.sort_by_key(|(id, _)| std::cmp::Reverse(id.len()));
        for (id, placeholder) in known {
            found = found.replace(id.as_str(), placeholder);
        }
        found = replaced(&found, r"(127\.0\.0\.1|localhost|\[::1\]):\d+", "$1:[port]");
        for (regex, replacement) in redactions {
            found = regex.replace_all(&found, replacement.as_str()).into_owned();
        }
        found
    }
}

fn replaced(text: &str, regex: &str, replacement: &str) -> String {
    let regex = Regex::new(regex).expect("it is a regular expression, as the tests see");
    regex.replace_all(text, replacement).into_owned()
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
