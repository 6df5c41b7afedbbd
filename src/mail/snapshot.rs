//! The stable rendering of mails: what changes from run to run is a placeholder.

use std::fmt;

use regex_lite::Regex;
use serde::ser::{Serialize, Serializer};

use super::mail::Mail;
use super::part::Part;
use super::placeholders::Placeholders;
use super::value::{Value, text};

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
