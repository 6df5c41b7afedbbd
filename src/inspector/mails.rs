//! Mails: lists, one, and its pieces.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::download::{DecodedPart, Raw, download};
use super::filter::mail_query;
use super::problem::{Malformed, Missing, Problem};
use super::request::{Parameters, Segments, number};
use super::views::{MailLine, MailView, Octets};
use crate::inbox::Inbox;
use crate::mail::{Mail, MailMatcher, a_mail};

/// How many mails a page has, unless it is said, and at most.
const PAGE: usize = 100;
const MAX_PAGE: usize = 1_000;

mail_query! {
    /// Which mails, and how many at a time.
    MailsQuery {
        /// How many at most; 100 if it is not said.
        #[param(minimum = 1, maximum = 1000)]
        limit: Option<usize>,
        /// Go on behind the page that had this `next`, in the same order.
        cursor: Option<u64>,
        /// Which come first: `oldest`, if it is not said, or `newest`.
        #[param(inline)]
        order: Order,
    }
}

/// Which mails come first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Order {
    #[default]
    Oldest,
    Newest,
}

mail_query! {
    /// Which mails.
    DeleteQuery {}
}

/// Mails, in the order that was asked for.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Mails {
    pub(super) mails: Vec<MailLine>,
    /// The `cursor` of the next page, if there are more.
    next: Option<u64>,
    /// How many there are on all pages; on the first page alone.
    total: Option<usize>,
}

/// What was deleted.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Deleted {
    pub(super) deleted: usize,
}

/// The mails like that
///
/// In pages, oldest first, or newest first.
#[utoipa::path(
    get,
    path = "/api/v1/mails",
    tag = "mails",
    params(MailsQuery),
    responses(
        (status = 200, description = "A page of mails.", body = Mails),
        Malformed,
    )
)]
pub(super) async fn mails(
    State(inbox): State<Inbox>,
    Parameters(query): Parameters<MailsQuery>,
) -> Result<Json<Mails>, Problem> {
    let limit = query.limit.unwrap_or(PAGE);
    if !(1..=MAX_PAGE).contains(&limit) {
        return Err(Problem::bad_request(format!("limit: from 1 to {MAX_PAGE}")));
    }
    let wanted = query.mails()?;
    let mut found = inbox.store().mails_after(query.since.unwrap_or(0));
    match (query.order, query.cursor) {
        (Order::Oldest, cursor) => found.retain(|mail| mail.id() > cursor.unwrap_or(0)),
        (Order::Newest, cursor) => {
            found.retain(|mail| cursor.is_none_or(|cursor| mail.id() < cursor));
            found.reverse();
        }
    }
    let mut found = found.iter().filter(|mail| wanted.is_match(mail));
    let page: Vec<_> = found.by_ref().take(limit).collect();
    let beyond = found.next();
    let next = beyond.and(page.last()).map(|mail| mail.id());
    // Counting looks at them all: once is enough.
    let is_first = query.cursor.is_none();
    let total = is_first.then(|| page.len() + usize::from(beyond.is_some()) + found.count());
    let mails = page.into_iter().map(MailLine::from).collect();
    Ok(Json(Mails { mails, next, total }))
}

/// Delete the mails like that
///
/// All of them, if nothing is said.
#[utoipa::path(
    delete,
    path = "/api/v1/mails",
    tag = "mails",
    params(DeleteQuery),
    responses(
        (status = 200, description = "How many were deleted.", body = Deleted),
        Malformed,
    )
)]
pub(super) async fn delete_mails(
    State(inbox): State<Inbox>,
    Parameters(query): Parameters<DeleteQuery>,
) -> Result<Json<Deleted>, Problem> {
    let deleted = inbox.inbox(query.mails()?).take_mails().len();
    Ok(Json(Deleted { deleted }))
}

/// One mail
#[utoipa::path(
    get,
    path = "/api/v1/mails/{id}",
    tag = "mails",
    params(("id" = u64, Path, description = "The number of the mail.")),
    responses(
        (status = 200, description = "The mail.", body = MailView),
        Malformed,
        Missing,
    )
)]
pub(super) async fn mail(
    State(inbox): State<Inbox>,
    Segments(id): Segments<String>,
) -> Result<Json<MailView>, Problem> {
    Ok(Json(MailView::from(&find(&inbox, &id)?)))
}

/// Delete one mail
#[utoipa::path(
    delete,
    path = "/api/v1/mails/{id}",
    tag = "mails",
    params(("id" = u64, Path, description = "The number of the mail.")),
    responses(
        (status = 200, description = "How many were deleted.", body = Deleted),
        Malformed,
        Missing,
    )
)]
pub(super) async fn delete_mail(
    State(inbox): State<Inbox>,
    Segments(id): Segments<String>,
) -> Result<Json<Deleted>, Problem> {
    let mail = find(&inbox, &id)?;
    let deleted = inbox.inbox(of_number(mail.id())).take_mails().len();
    Ok(Json(Deleted { deleted }))
}

/// A mail's content, octet for octet
#[utoipa::path(
    get,
    path = "/api/v1/mails/{id}/raw",
    tag = "mails",
    params(("id" = u64, Path, description = "The number of the mail.")),
    responses(
        (status = 200, description = "The octets.", body = inline(Octets), content_type = "message/rfc822"),
        Malformed,
        Missing,
    )
)]
pub(super) async fn mail_raw(
    State(inbox): State<Inbox>,
    Segments(id): Segments<String>,
) -> Result<Response, Problem> {
    let mail = find(&inbox, &id)?;
    let name = format!("{}.eml", mail.id());
    let kind = HeaderValue::from_static("message/rfc822");
    Ok(download(&name, kind, Bytes::from_owner(Raw(mail))))
}

/// A mail's plain text
#[utoipa::path(
    get,
    path = "/api/v1/mails/{id}/text",
    tag = "mails",
    params(("id" = u64, Path, description = "The number of the mail.")),
    responses(
        (status = 200, description = "The text.", body = String, content_type = "text/plain"),
        Malformed,
        Missing,
    )
)]
pub(super) async fn mail_text(
    State(inbox): State<Inbox>,
    Segments(id): Segments<String>,
) -> Result<String, Problem> {
    let mail = find(&inbox, &id)?;
    let text = mail.message().text().map(str::to_owned);
    text.ok_or_else(|| Problem::not_found(format!("mail {id} has no plain text")))
}

/// A mail's HTML
///
/// As it was sent. Shown by a browser it can run nothing and load nothing, and is of no origin; but a browser may
/// connect to where it points of its own accord, before it loads anything. People look at the preview.
#[utoipa::path(
    get,
    path = "/api/v1/mails/{id}/html",
    tag = "mails",
    params(("id" = u64, Path, description = "The number of the mail.")),
    responses(
        (status = 200, description = "The HTML.", body = String, content_type = "text/html"),
        Malformed,
        Missing,
    )
)]
pub(super) async fn mail_html(
    State(inbox): State<Inbox>,
    Segments(id): Segments<String>,
) -> Result<Response, Problem> {
    let mail = find(&inbox, &id)?;
    let html = mail.message().html().map(str::to_owned);
    let html = html.ok_or_else(|| Problem::not_found(format!("mail {id} has no HTML")))?;
    let policy = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:";
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_DNS_PREFETCH_CONTROL, "off"),
    ];
    Ok((headers, html).into_response())
}

/// A part of a mail, decoded
///
/// As a download, whatever it is.
#[utoipa::path(
    get,
    path = "/api/v1/mails/{id}/parts/{n}",
    tag = "mails",
    params(
        ("id" = u64, Path, description = "The number of the mail."),
        ("n" = usize, Path, description = "The number of the part, as the mail lists them."),
    ),
    responses(
        (status = 200, description = "The octets.", body = inline(Octets), content_type = "application/octet-stream"),
        Malformed,
        Missing,
    )
)]
pub(super) async fn mail_part(
    State(inbox): State<Inbox>,
    Segments((id, n)): Segments<(String, String)>,
) -> Result<Response, Problem> {
    let mail = find(&inbox, &id)?;
    let number: usize = number("n", &n)?;
    let parts = mail.message().parts();
    let part = parts.get(number);
    let part = part.ok_or_else(|| Problem::not_found(format!("mail {id} has no part {number}")))?;
    let name = part
        .name()
        .map_or_else(|| format!("part-{number}"), str::to_owned);
    let kind = HeaderValue::from_static("application/octet-stream");
    let octets = Bytes::from_owner(DecodedPart(mail.clone(), number));
    Ok(download(&name, kind, octets))
}

pub(super) fn find(inbox: &Inbox, id: &str) -> Result<Mail, Problem> {
    let number = number("id", id)?;
    let mail = inbox.first(of_number(number));
    mail.ok_or_else(|| Problem::not_found(format!("there is no mail {number}")))
}

fn of_number(id: u64) -> MailMatcher {
    a_mail().satisfies("it has that number", move |mail| mail.id() == id)
}
