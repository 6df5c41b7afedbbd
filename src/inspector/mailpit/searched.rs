//! What of a mail is searched, made when it is first asked for, and then kept for all other conditions.

use std::cell::OnceCell;

use super::files::files_of;
use super::summary::{Address, People, tags_of, text_of};
use crate::mail::Mail;

/// A mail that is searched. All texts are in lower case.
#[derive(Debug)]
pub(super) struct Searched<'a> {
    pub(super) mail: &'a Mail,
    people: OnceCell<Searchable>,
    subject: OnceCell<String>,
    message_id: OnceCell<String>,
    tags: OnceCell<Vec<String>>,
    everything: OnceCell<String>,
}

/// Who is named in it.
#[derive(Debug)]
pub(super) struct Searchable {
    pub(super) from: Names,
    pub(super) to: Names,
    pub(super) cc: Names,
    pub(super) bcc: Names,
    pub(super) reply_to: Names,
}

/// Names and addresses.
#[derive(Debug)]
pub(super) struct Names(Vec<String>);

impl<'a> Searched<'a> {
    pub(super) fn new(mail: &'a Mail) -> Self {
        Self {
            mail,
            people: OnceCell::new(),
            subject: OnceCell::new(),
            message_id: OnceCell::new(),
            tags: OnceCell::new(),
            everything: OnceCell::new(),
        }
    }

    pub(super) fn people(&self) -> &Searchable {
        self.people.get_or_init(|| Searchable::of(self.mail))
    }

    pub(super) fn subject(&self) -> &str {
        let subject = || self.mail.message().subject().to_lowercase();
        self.subject.get_or_init(subject)
    }

    /// Empty, if there is none.
    pub(super) fn message_id(&self) -> &str {
        let id = || self.mail.message().message_id().unwrap_or_default();
        self.message_id.get_or_init(|| id().to_lowercase())
    }

    pub(super) fn tags(&self) -> &[String] {
        let tags = || tags_of(self.mail).into_iter();
        self.tags
            .get_or_init(|| tags().map(|tag| tag.to_lowercase()).collect())
    }

    /// What a word is looked for in that does not say where.
    pub(super) fn everything(&self) -> &str {
        self.everything.get_or_init(|| {
            let message = self.mail.message();
            let people = self.people().all().into_iter().flat_map(|names| &names.0);
            let text = message
                .text_from_html()
                .unwrap_or_else(|| text_of(self.mail));
            let files = files_of(message);
            let files: Vec<_> = files.iter().map(|file| file.name()).collect();
            let sender = self.mail.envelope().reverse_path().as_str();
            let rest = [message.subject(), sender, &text].into_iter();
            let rest = rest.chain(files.iter().map(String::as_str));
            let all: Vec<_> = people.map(String::as_str).chain(rest).collect();
            clean(&all.join(" "))
        })
    }
}

impl Searchable {
    fn of(mail: &Mail) -> Self {
        let People {
            from,
            to,
            cc,
            bcc,
            reply_to,
        } = People::of(mail);
        Self {
            from: Names::of(&[from]),
            to: Names::of(&to),
            cc: Names::of(&cc),
            bcc: Names::of(&bcc),
            reply_to: Names::of(&reply_to),
        }
    }

    pub(super) fn all(&self) -> [&Names; 5] {
        [&self.from, &self.to, &self.cc, &self.bcc, &self.reply_to]
    }
}

impl Names {
    fn of(people: &[Address]) -> Self {
        let texts = people
            .iter()
            .flat_map(|person| [&person.name, &person.address]);
        Self(texts.map(|text| clean(text)).collect())
    }

    /// Whether one of them has it as a part.
    pub(super) fn has(&self, text: &str) -> bool {
        self.0.iter().any(|name| name.contains(text))
    }
}

/// In lower case, without what only stands between words, and with one space between them.
pub(super) fn clean(text: &str) -> String {
    let text = text.to_lowercase();
    let is_between =
        |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | ',' | ';' | '(' | ')');
    let words: Vec<_> = text
        .split(is_between)
        .filter(|word| !word.is_empty())
        .collect();
    words.join(" ")
}
