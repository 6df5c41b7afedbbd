//! Mailpit's search: words that all have to be there, some of which say where.

use serde::Deserialize;

use super::files::files_of;
use super::searched::{Searched, clean};
use crate::inspector::problem::Problem;
use crate::mail::{Date, Mail};

/// What is searched for, as a request says it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Found {
    pub(super) query: String,
    /// The time zone of `before:` and `after:`.
    pub(super) tz: String,
}

/// How many conditions a search may have.
const CONDITIONS: usize = 100;

/// Conditions that all have to hold.
#[derive(Debug)]
pub(super) struct Search(Vec<Condition>);

#[derive(Debug, PartialEq)]
struct Condition {
    is_negated: bool,
    term: Term,
}

/// Texts are in lower case, and parts of what they are looked for in.
#[derive(Debug, PartialEq)]
enum Term {
    From(String),
    To(String),
    Cc(String),
    Bcc(String),
    ReplyTo(String),
    Addressed(String),
    Subject(String),
    MessageId(String),
    Tag(String),
    IsRead(bool),
    IsTagged,
    HasInline,
    HasAttachment,
    /// Not later; in the form of RFC 3339, up to the seconds, in UTC.
    Before(String),
    /// Not earlier.
    After(String),
    Larger(f64),
    Smaller(f64),
    Anywhere(String),
}

impl Search {
    pub(super) fn parse(found: &Found) -> Result<Self, Problem> {
        let mut conditions = Vec::new();
        for word in words(&found.query) {
            let rest = word
                .strip_prefix(['-', '!'])
                .filter(|rest| !rest.is_empty());
            let (is_negated, word) = (rest.is_some(), rest.unwrap_or(&word));
            // A dash or an ampersand between two words is no condition.
            if !word.chars().any(char::is_alphanumeric) {
                continue;
            }
            let term = Term::parse(word)?;
            let condition = Condition { is_negated, term };
            if conditions.contains(&condition) {
                continue;
            }
            if conditions.len() == CONDITIONS {
                let why = format!("query: it has more than {CONDITIONS} conditions");
                return Err(Problem::bad_request(why));
            }
            conditions.push(condition);
        }
        if conditions.is_empty() {
            return Err(Problem::bad_request(
                "query: there is nothing to search for",
            ));
        }
        let is_about_time =
            |condition: &Condition| matches!(condition.term, Term::Before(_) | Term::After(_));
        let is_utc = matches!(found.tz.as_str(), "" | "UTC" | "Etc/UTC" | "GMT");
        if !is_utc && conditions.iter().any(is_about_time) {
            return Err(Problem::bad_request(
                "tz: times are those of UTC alone here",
            ));
        }
        Ok(Self(conditions))
    }

    pub(super) fn is_match(&self, mail: &Mail, is_read: bool) -> bool {
        let searched = Searched::new(mail);
        let mut conditions = self.0.iter();
        conditions
            .all(|condition| condition.term.is_match(&searched, is_read) != condition.is_negated)
    }
}

impl Term {
    fn parse(word: &str) -> Result<Self, Problem> {
        let word = word.to_lowercase();
        let term = match word.as_str() {
            "is:read" => Self::IsRead(true),
            "is:unread" => Self::IsRead(false),
            "is:tagged" => Self::IsTagged,
            "has:inline" | "has:inlines" => Self::HasInline,
            "has:attachment" | "has:attachments" => Self::HasAttachment,
            _ => return Self::named(&word),
        };
        Ok(term)
    }

    /// A word that says where, such as `to:ada`; any other is looked for everywhere.
    fn named(word: &str) -> Result<Self, Problem> {
        let anywhere = || Self::Anywhere(clean(word));
        let Some((name, value)) = word.split_once(':') else {
            return Ok(anywhere());
        };
        let is_name = matches!(
            name,
            "from"
                | "to"
                | "cc"
                | "bcc"
                | "reply-to"
                | "addressed"
                | "subject"
                | "message-id"
                | "tag"
                | "before"
                | "after"
        );
        let text = if name == "subject" {
            value.to_owned()
        } else {
            clean(value)
        };
        if is_name && text.is_empty() {
            return Err(Problem::bad_request(format!("query: {name}: of what?")));
        }
        let term = match name {
            "from" => Self::From(text),
            "to" => Self::To(text),
            "cc" => Self::Cc(text),
            "bcc" => Self::Bcc(text),
            "reply-to" => Self::ReplyTo(text),
            "addressed" => Self::Addressed(text),
            "subject" => Self::Subject(text),
            "message-id" => Self::MessageId(text),
            "tag" => Self::Tag(text),
            "before" => Self::Before(moment(value)?),
            "after" => Self::After(moment(value)?),
            "larger" => octets(value).map_or_else(anywhere, Self::Larger),
            "smaller" => octets(value).map_or_else(anywhere, Self::Smaller),
            _ => anywhere(),
        };
        Ok(term)
    }

    fn is_match(&self, searched: &Searched<'_>, is_read: bool) -> bool {
        let message = searched.mail.message();
        let people = || searched.people();
        match self {
            Self::From(text) => people().from.has(text),
            Self::To(text) => people().to.has(text),
            Self::Cc(text) => people().cc.has(text),
            Self::Bcc(text) => people().bcc.has(text),
            Self::ReplyTo(text) => people().reply_to.has(text),
            Self::Addressed(text) => people().all().iter().any(|names| names.has(text)),
            Self::Subject(text) => searched.subject().contains(text),
            Self::MessageId(text) => searched.message_id().contains(text),
            Self::Tag(text) => searched.tags().contains(text),
            Self::IsRead(wanted) => is_read == *wanted,
            Self::IsTagged => !searched.tags().is_empty(),
            Self::HasInline => files_of(message).iter().any(|file| file.is_inline),
            Self::HasAttachment => files_of(message).iter().any(|file| !file.is_inline),
            Self::Before(moment) => came_at(searched.mail) <= *moment,
            Self::After(moment) => came_at(searched.mail) >= *moment,
            Self::Larger(octets) => message.size() as f64 > *octets,
            Self::Smaller(octets) => (message.size() as f64) < *octets,
            Self::Anywhere(text) => searched.everything().contains(text),
        }
    }
}

/// What stands between spaces, or within quotation marks, which are left out.
fn words(query: &str) -> Vec<String> {
    let (mut words, mut word, mut is_quoted) = (Vec::new(), String::new(), false);
    for c in query.chars() {
        match c {
            '"' => is_quoted = !is_quoted,
            c if c.is_whitespace() && !is_quoted => words.push(std::mem::take(&mut word)),
            c => word.push(c),
        }
    }
    words.push(word);
    words.retain(|word| !word.trim().is_empty());
    words
}

/// When it came, so that it can be compared with what [`moment`] gives.
fn came_at(mail: &Mail) -> String {
    let mut text = Date::utc(mail.received_at()).to_string();
    text.truncate("2026-11-22T03:35:00".len());
    text
}

/// `2026-11-22`, with a time or without, in UTC.
fn moment(text: &str) -> Result<String, Problem> {
    let wrong = || {
        let why = format!(
            "query: {text:?} is no date such as 2026-11-22, with a time such as T03:35:00Z or without"
        );
        Problem::bad_request(why)
    };
    let upper = text.trim().to_uppercase().replace(' ', "T");
    let (date, time) = upper.split_once('T').unwrap_or((&upper, "00:00:00"));
    let time = time.trim_end_matches('Z');
    let time = if time.len() == 5 {
        format!("{time}:00")
    } else {
        time.to_owned()
    };
    let numbers = |text: &str, separator: char, lengths: [usize; 3]| {
        let parts: Vec<_> = text.split(separator).collect();
        let is_form = parts.len() == 3
            && parts.iter().zip(lengths).all(|(part, length)| {
                part.len() == length && part.bytes().all(|b| b.is_ascii_digit())
            });
        let numbers = parts.iter().map(|part| part.parse::<u32>());
        is_form
            .then(|| numbers.collect::<Result<Vec<_>, _>>().ok())
            .flatten()
    };
    let days = numbers(&date.replace('/', "-"), '-', [4, 2, 2]).ok_or_else(wrong)?;
    let clock = numbers(&time, ':', [2, 2, 2]).ok_or_else(wrong)?;
    let is_one = (1..=12).contains(&days[1])
        && (1..=31).contains(&days[2])
        && clock[0] < 24
        && clock[1] < 60
        && clock[2] <= 60;
    is_one
        .then(|| format!("{}T{time}", date.replace('/', "-")))
        .ok_or_else(wrong)
}

/// `100`, `2kb`, `1.5M`.
fn octets(text: &str) -> Option<f64> {
    let end = text
        .find(|c: char| c.is_ascii_alphabetic())
        .unwrap_or(text.len());
    let factor = match text[end..].trim() {
        "" => 1.0,
        "k" | "kb" => 1024.0,
        "m" | "mb" => 1024.0 * 1024.0,
        _ => return None,
    };
    let number = text[..end].trim();
    let is_number = number.starts_with(|c: char| c.is_ascii_digit());
    let octets = is_number.then(|| number.parse::<f64>().ok())?? * factor;
    (octets > 0.0).then_some(octets)
}
