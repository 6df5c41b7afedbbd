//! A mail in a list, as Mailpit shows it.

use std::collections::BTreeSet;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;

use super::files::files_of;
use crate::mail::{AddressList, Date, Mail};

/// Characters of a text that a list shows.
const SNIPPET: usize = 250;

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Summary {
    #[serde(rename = "ID")]
    id: String,
    #[serde(rename = "MessageID")]
    message_id: String,
    read: bool,
    #[serde(flatten)]
    people: People,
    subject: String,
    created: String,
    username: String,
    tags: Vec<String>,
    size: usize,
    attachments: usize,
    snippet: String,
}

/// Who is named.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct People {
    pub(super) from: Address,
    pub(super) to: Vec<Address>,
    pub(super) cc: Vec<Address>,
    /// Those that the field Bcc names, and who got the mail without being named anywhere.
    pub(super) bcc: Vec<Address>,
    pub(super) reply_to: Vec<Address>,
}

#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Address {
    pub(super) name: String,
    pub(super) address: String,
}

impl Summary {
    pub(super) fn new(mail: &Mail, is_read: bool) -> Self {
        let message = mail.message();
        let files = files_of(message).into_iter();
        Self {
            id: mail.id().to_string(),
            message_id: message.message_id().unwrap_or_default().to_owned(),
            read: is_read,
            people: People::of(mail),
            subject: message.subject().to_owned(),
            created: precise(mail.received_at()),
            username: username_of(mail),
            tags: tags_of(mail),
            size: message.size(),
            attachments: files.filter(|file| !file.is_inline).count(),
            snippet: snippet(&text_of(mail)),
        }
    }
}

impl People {
    pub(super) fn of(mail: &Mail) -> Self {
        let message = mail.message();
        let named = message.bcc();
        let blind = mail.recipients();
        let blind = blind.blind().iter().filter(|blind| !named.contains(blind));
        let blind = blind.map(|address| Address {
            name: String::new(),
            address: address.clone(),
        });
        Self {
            from: addresses(&message.from())
                .into_iter()
                .next()
                .unwrap_or_default(),
            to: addresses(&message.to()),
            cc: addresses(&message.cc()),
            bcc: addresses(&named).into_iter().chain(blind).collect(),
            reply_to: addresses(&message.reply_to()),
        }
    }
}

fn addresses(list: &AddressList) -> Vec<Address> {
    let mailboxes = list.mailboxes().map(|mailbox| Address {
        name: mailbox.name().unwrap_or_default().to_owned(),
        address: mailbox.address().to_owned(),
    });
    mailboxes.collect()
}

pub(super) fn username_of(mail: &Mail) -> String {
    let username = mail.envelope().authenticated_as();
    username.unwrap_or_default().to_owned()
}

/// What Mailpit makes tags of by itself: the field X-Tags, and what follows a plus in a recipient's address.
pub(super) fn tags_of(mail: &Mail) -> Vec<String> {
    let named = mail.message().header("X-Tags").unwrap_or_default();
    let named = named.split(',').map(str::trim).map(str::to_owned);
    let people = People::of(mail);
    let recipients = people.to.iter().chain(&people.cc).chain(&people.bcc);
    let plus = recipients.filter_map(|recipient| {
        let (local, _) = recipient.address.rsplit_once('@')?;
        let (_, tag) = local.split_once('+')?;
        Some(tag.to_owned())
    });
    let tags: BTreeSet<_> = named.chain(plus).filter(|tag| !tag.is_empty()).collect();
    tags.into_iter().collect()
}

/// The text; where there is none, that of the HTML.
pub(super) fn text_of(mail: &Mail) -> String {
    let message = mail.message();
    match message.text() {
        Some(text) => text.to_owned(),
        None => message.text_from_html().unwrap_or_default(),
    }
}

fn snippet(text: &str) -> String {
    let words: Vec<_> = text.split_whitespace().collect();
    let line = words.join(" ");
    match line.char_indices().nth(SNIPPET) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None => line,
    }
}

/// RFC 3339 with milliseconds, in UTC.
pub(super) fn precise(time: SystemTime) -> String {
    let seconds = Date::utc(time).to_string();
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    format!(
        "{}.{:03}Z",
        seconds.trim_end_matches('Z'),
        since.subsec_millis()
    )
}
