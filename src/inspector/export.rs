//! All mails in one file.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_core::Stream;

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
    let mbox = Body::from_stream(Mbox(inbox.mails().into_iter()));
    let headers = [
        (header::CONTENT_TYPE, "application/mbox"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"mails.mbox\"",
        ),
    ];
    (headers, mbox).into_response()
}

/// One mail after the other, as fast as the client reads.
struct Mbox(std::vec::IntoIter<Mail>);

impl Stream for Mbox {
    type Item = Result<Vec<u8>, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = self.0.next().map(|mail| {
            let mut mbox = Vec::with_capacity(mail.message().size() + 128);
            append(&mut mbox, &mail);
            Ok(mbox)
        });
        Poll::Ready(next)
    }
}

fn append(mbox: &mut Vec<u8>, mail: &Mail) {
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
}
