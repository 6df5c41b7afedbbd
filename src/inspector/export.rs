//! All mails in one file.

use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::pieces::Pieces;
use super::views::Octets;
use crate::inbox::Inbox;
use crate::mail::{Date, Mail};

/// All mails, as mbox
///
/// In the form of RFC 4155 with `mboxrd` quoting: a line of the content that begins with `From `, behind
/// any number of `>`, gets one `>` more.
#[utoipa::path(
    get,
    path = "/api/v1/export.mbox",
    tag = "mails",
    responses((status = 200, description = "The file.", body = inline(Octets), content_type = "application/mbox"))
)]
pub(super) async fn export(State(inbox): State<Inbox>) -> Response {
    let mails = inbox.mails().into_iter();
    let mbox = Body::from_stream(Pieces::of(mails.map(|mail| as_mbox(&mail))));
    let headers = [
        (header::CONTENT_TYPE, "application/mbox"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"mails.mbox\"",
        ),
    ];
    (headers, mbox).into_response()
}

fn as_mbox(mail: &Mail) -> Vec<u8> {
    let mut mbox = Vec::with_capacity(mail.message().size() + 128);
    let sender = match mail.envelope().reverse_path().as_str() {
        "" => "MAILER-DAEMON",
        address => address,
    };
    // RFC 4155: as asctime writes it, in UTC.
    let time = Date::utc(mail.received_at()).asctime();
    mbox.extend_from_slice(format!("From {sender} {time}\n").as_bytes());
    for line in mail.message().raw().split_inclusive(|b| *b == b'\n') {
        let quoted = line.iter().position(|b| *b != b'>').unwrap_or(line.len());
        if line[quoted..].starts_with(b"From ") {
            mbox.push(b'>');
        }
        let text = line.strip_suffix(b"\n").unwrap_or(line);
        mbox.extend_from_slice(text.strip_suffix(b"\r").unwrap_or(text));
        mbox.push(b'\n');
    }
    mbox.push(b'\n');
    mbox
}
