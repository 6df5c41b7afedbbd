//! One mail, as Mailpit shows it.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};

use super::Mailpit;
use super::files::{File, files_of};
use super::search::Found;
use super::summary::{People, precise, tags_of, text_of, username_of};
use crate::inspector::download::download;
use crate::inspector::problem::Problem;
use crate::inspector::request::{Parameters, Segments};
use crate::mail::{Mail, Message};

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Whole {
    #[serde(rename = "ID")]
    id: String,
    #[serde(rename = "MessageID")]
    message_id: String,
    #[serde(flatten)]
    people: People,
    return_path: String,
    subject: String,
    list_unsubscribe: ListUnsubscribe,
    /// The field Date; without one, when it came.
    date: String,
    tags: Vec<String>,
    username: String,
    text: String,
    #[serde(rename = "HTML")]
    html: String,
    size: usize,
    inline: Vec<Attachment>,
    attachments: Vec<Attachment>,
}

#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
struct ListUnsubscribe {
    header: String,
    links: Vec<String>,
    /// What is wrong with it.
    errors: String,
    header_post: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Attachment {
    #[serde(rename = "PartID")]
    part_id: String,
    file_name: String,
    content_type: String,
    #[serde(rename = "ContentID")]
    content_id: String,
    size: usize,
}

impl Whole {
    fn of(mail: &Mail) -> Self {
        let message = mail.message();
        let people = People::of(mail);
        let return_path = match mail.envelope().reverse_path().as_str() {
            "" => people.from.address.clone(),
            address => address.to_owned(),
        };
        let date = message.date().map(|date| date.to_string());
        let (inline, attachments) = files_of(message)
            .into_iter()
            .partition::<Vec<_>, _>(|file| file.is_inline);
        Self {
            id: mail.id().to_string(),
            message_id: message.message_id().unwrap_or_default().to_owned(),
            people,
            return_path,
            subject: message.subject().to_owned(),
            list_unsubscribe: ListUnsubscribe::of(message),
            date: date.unwrap_or_else(|| precise(mail.received_at())),
            tags: tags_of(mail),
            username: username_of(mail),
            text: text_of(mail),
            html: message.html().unwrap_or_default().to_owned(),
            size: message.size(),
            inline: inline.iter().map(Attachment::of).collect(),
            attachments: attachments.iter().map(Attachment::of).collect(),
        }
    }
}

impl ListUnsubscribe {
    fn of(message: &Message) -> Self {
        let Some(header) = message.header("List-Unsubscribe") else {
            return Self::default();
        };
        let links = message
            .unsubscribe()
            .map(|unsubscribe| unsubscribe.links().to_vec());
        let links = links.unwrap_or_default();
        let errors = if links.is_empty() {
            "there is no link in it"
        } else {
            ""
        };
        let header_post = message.header("List-Unsubscribe-Post");
        Self {
            header: header.to_owned(),
            links,
            errors: errors.to_owned(),
            header_post: header_post.unwrap_or_default().to_owned(),
        }
    }
}

impl Attachment {
    fn of(file: &File<'_>) -> Self {
        Self {
            part_id: file.number.to_string(),
            file_name: file.name(),
            content_type: file.part.content_type().to_owned(),
            content_id: file.part.content_id().unwrap_or_default().to_owned(),
            size: file.part.bytes().len(),
        }
    }
}

pub(super) async fn one(
    State(mailpit): State<Mailpit>,
    Segments(id): Segments<String>,
    Parameters(query): Parameters<Found>,
) -> Result<Json<Whole>, Problem> {
    let mail = mailpit.find(&id, &query)?;
    let whole = Whole::of(&mail);
    mailpit.read.mark(&[mail], true, &mailpit.inbox.mails());
    Ok(Json(whole))
}

/// The fields as they were sent, but for their line breaks, under the names as Go writes them.
pub(super) async fn headers(
    State(mailpit): State<Mailpit>,
    Segments(id): Segments<String>,
    Parameters(query): Parameters<Found>,
) -> Result<Json<BTreeMap<String, Vec<String>>>, Problem> {
    let mail = mailpit.find(&id, &query)?;
    let mut fields = BTreeMap::<_, Vec<_>>::new();
    for field in mail.message().headers().iter() {
        let value = String::from_utf8_lossy(field.raw_value());
        let lines: Vec<_> = value.lines().map(str::trim).collect();
        let name = canonical(field.name());
        fields.entry(name).or_default().push(lines.join(" "));
    }
    Ok(Json(fields))
}

/// `MIME-Version` is `Mime-Version`.
fn canonical(name: &str) -> String {
    let mut is_first = true;
    let letters = name.chars().map(|c| {
        let letter = if is_first {
            c.to_ascii_uppercase()
        } else {
            c.to_ascii_lowercase()
        };
        is_first = c == '-';
        letter
    });
    letters.collect()
}

/// How the octets are wanted.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct RawQuery {
    /// `1` for a download.
    dl: String,
    query: String,
    tz: String,
}

pub(super) async fn raw(
    State(mailpit): State<Mailpit>,
    Segments(id): Segments<String>,
    Parameters(RawQuery { dl, query, tz }): Parameters<RawQuery>,
) -> Result<Response, Problem> {
    let mail = mailpit.find(&id, &Found { query, tz })?;
    let kind = "text/plain; charset=utf-8";
    let octets = mail.message().raw().to_vec();
    let mut response = ([(header::CONTENT_TYPE, kind)], octets).into_response();
    if dl == "1" {
        let disposition = format!("attachment; filename=\"{}.eml\"", mail.id());
        let disposition = HeaderValue::try_from(disposition);
        let disposition = disposition.unwrap_or(HeaderValue::from_static("attachment"));
        response
            .headers_mut()
            .insert(header::CONTENT_DISPOSITION, disposition);
    }
    Ok(response)
}

/// Of the type that the mail says, so that helpers see it; a browser saves it all the same.
pub(super) async fn part(
    State(mailpit): State<Mailpit>,
    Segments((id, part)): Segments<(String, String)>,
    Parameters(query): Parameters<Found>,
) -> Result<Response, Problem> {
    let mail = mailpit.find(&id, &query)?;
    let files = files_of(mail.message());
    let file = files.iter().find(|file| file.number.to_string() == part);
    let file =
        file.ok_or_else(|| Problem::not_found(format!("mail {} has no part {part:?}", mail.id())))?;
    let kind = file.part.content_type();
    let kind = is_harmless(kind).then(|| HeaderValue::try_from(kind).ok());
    let kind = kind.flatten();
    let kind = kind.unwrap_or(HeaderValue::from_static("application/octet-stream"));
    Ok(download(&file.name(), kind, file.part.bytes().to_vec()))
}

/// Whether it is of a type that no browser runs anything of, wherever it comes upon it. Any other is not said.
fn is_harmless(kind: &str) -> bool {
    let Some((class, name)) = kind.split_once('/') else {
        return false;
    };
    let is_word = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.' | b'_');
    if name.is_empty() || !name.bytes().all(is_word) || name.ends_with("xml") {
        return false;
    }
    match class {
        "image" => !name.starts_with("svg"),
        "audio" | "video" => true,
        "text" => matches!(name, "plain" | "csv" | "calendar" | "vcard" | "rtf"),
        "application" => {
            let office = [
                "vnd.openxmlformats-officedocument.",
                "vnd.oasis.opendocument.",
            ];
            matches!(
                name,
                "gzip"
                    | "json"
                    | "msword"
                    | "pdf"
                    | "rtf"
                    | "vnd.ms-excel"
                    | "vnd.ms-powerpoint"
                    | "zip"
            ) || office.iter().any(|prefix| name.starts_with(prefix))
        }
        "message" => name == "rfc822",
        _ => false,
    }
}
