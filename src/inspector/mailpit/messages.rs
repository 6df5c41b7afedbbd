//! Lists of mails, as Mailpit shows them: the newest first.

use std::collections::BTreeSet;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Mailpit;
use super::search::{Found, Search};
use super::summary::{Summary, tags_of};
use crate::inspector::problem::Problem;
use crate::inspector::request::Parameters;
use crate::mail::Mail;

/// How many mails a page has, unless it is said.
const PAGE: usize = 50;

#[derive(Debug, Serialize)]
pub(super) struct Page {
    total: usize,
    unread: usize,
    /// Of this page.
    count: usize,
    messages_count: usize,
    messages_unread: usize,
    start: usize,
    /// All that there are.
    tags: Vec<String>,
    messages: Vec<Summary>,
}

/// Which page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct PageQuery {
    start: usize,
    /// 0 for all.
    limit: Option<usize>,
}

pub(super) async fn list(
    State(mailpit): State<Mailpit>,
    Parameters(page): Parameters<PageQuery>,
) -> Json<Page> {
    let mails = mailpit.inbox.mails();
    Json(mailpit.page(&mails, &mails, page))
}

/// What is searched for, and which page of it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct SearchQuery {
    query: String,
    tz: String,
    start: usize,
    limit: Option<usize>,
}

pub(super) async fn search(
    State(mailpit): State<Mailpit>,
    Parameters(query): Parameters<SearchQuery>,
) -> Result<Json<Page>, Problem> {
    let SearchQuery {
        query,
        tz,
        start,
        limit,
    } = query;
    let mails = mailpit.inbox.mails();
    let found = mailpit.found(&Found { query, tz }, &mails)?;
    Ok(Json(mailpit.page(
        &found,
        &mails,
        PageQuery { start, limit },
    )))
}

/// Which mails are to be deleted; all of them, if none is named.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Deletion {
    #[serde(rename = "IDs")]
    ids: BTreeSet<String>,
}

pub(super) async fn delete(
    State(mailpit): State<Mailpit>,
    body: Bytes,
) -> Result<&'static str, Problem> {
    let Deletion { ids } = asked(&body)?;
    mailpit
        .inbox
        .store()
        .take_mails(|mail| ids.is_empty() || ids.contains(&mail.id().to_string()));
    Ok("ok")
}

pub(super) async fn delete_found(
    State(mailpit): State<Mailpit>,
    Parameters(query): Parameters<Found>,
) -> Result<&'static str, Problem> {
    let found = mailpit.found(&query, &mailpit.inbox.mails())?;
    let found: BTreeSet<_> = found.iter().map(Mail::id).collect();
    mailpit
        .inbox
        .store()
        .take_mails(|mail| found.contains(&mail.id()));
    Ok("ok")
}

/// Which mails are read, or not; all of them, if none is named.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Marking {
    read: bool,
    #[serde(rename = "IDs")]
    ids: BTreeSet<String>,
    search: String,
}

pub(super) async fn mark(
    State(mailpit): State<Mailpit>,
    Parameters(Found { tz, .. }): Parameters<Found>,
    body: Bytes,
) -> Result<&'static str, Problem> {
    let marking: Marking = asked(&body)?;
    let stored = mailpit.inbox.mails();
    let is_named =
        |mail: &&Mail| marking.ids.is_empty() || marking.ids.contains(&mail.id().to_string());
    let marked = match (marking.ids.is_empty(), marking.search.is_empty()) {
        (false, false) => return Err(Problem::bad_request("IDs or Search, not both")),
        (true, false) => {
            let query = marking.search.clone();
            mailpit.found(&Found { query, tz }, &stored)?
        }
        (_, true) => stored.iter().filter(is_named).cloned().collect(),
    };
    mailpit.read.mark(&marked, marking.read, &stored);
    Ok("ok")
}

pub(super) async fn tags(State(mailpit): State<Mailpit>) -> Json<Vec<String>> {
    Json(all_tags(&mailpit.inbox.mails()))
}

impl Mailpit {
    /// The mail of that number, or the newest, or the newest of those that are searched for.
    pub(super) fn find(&self, id: &str, query: &Found) -> Result<Mail, Problem> {
        let mails = self.inbox.mails();
        let found = match id {
            "latest" if query.query.is_empty() => mails.last().cloned(),
            "latest" => self.found(query, &mails)?.pop(),
            _ => mails.into_iter().find(|mail| mail.id().to_string() == id),
        };
        found.ok_or_else(|| Problem::not_found(format!("there is no mail {id:?}")))
    }

    pub(super) fn unread(&self, mails: &[Mail]) -> usize {
        mails
            .iter()
            .filter(|mail| !self.read.contains(mail))
            .count()
    }

    /// Those that are searched for, the oldest first.
    fn found(&self, query: &Found, mails: &[Mail]) -> Result<Vec<Mail>, Problem> {
        let search = Search::parse(query)?;
        let is_found = |mail: &&Mail| search.is_match(mail, self.read.contains(mail));
        Ok(mails.iter().filter(is_found).cloned().collect())
    }

    fn page(&self, listed: &[Mail], all: &[Mail], PageQuery { start, limit }: PageQuery) -> Page {
        let limit = match limit.unwrap_or(PAGE) {
            0 => usize::MAX,
            limit => limit,
        };
        let mails = listed.iter().rev().skip(start).take(limit);
        let messages: Vec<_> = mails
            .map(|mail| Summary::new(mail, self.read.contains(mail)))
            .collect();
        Page {
            total: all.len(),
            unread: self.unread(all),
            count: messages.len(),
            messages_count: listed.len(),
            messages_unread: self.unread(listed),
            start,
            tags: all_tags(all),
            messages,
        }
    }
}

fn all_tags(mails: &[Mail]) -> Vec<String> {
    let tags: BTreeSet<_> = mails.iter().flat_map(tags_of).collect();
    tags.into_iter().collect()
}

/// What a body asks for; nothing of its own, if there is none. Not all clients say that it is JSON.
fn asked<T: DeserializeOwned + Default>(body: &[u8]) -> Result<T, Problem> {
    if body.trim_ascii().is_empty() {
        return Ok(T::default());
    }
    // An array would do for an object whose fields may all be missing.
    let asked: Option<Map<String, Value>> = serde_json::from_slice(body).map_err(is_wrong)?;
    T::deserialize(Value::Object(asked.unwrap_or_default())).map_err(is_wrong)
}

fn is_wrong(error: serde_json::Error) -> Problem {
    Problem::bad_request(format!("the body: {error}"))
}
