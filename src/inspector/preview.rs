//! A mail's HTML in the frame that the page has for it.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::framed::framed;
use super::mails::find;
use super::problem::{Malformed, Missing, Problem};
use super::request::{Parameters, Segments};
use crate::inbox::Inbox;

/// What the frame may do, but for its images: show text with its own styles, and open a link elsewhere. It
/// runs no script, sends no form, is of no origin, and never leads the page itself anywhere.
const POLICY: &str = "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; \
                      style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; \
                      frame-ancestors 'self'";

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct PreviewQuery {
    remote: bool,
}

/// A mail's HTML, to be shown in a frame
///
/// As [`html`](#/paths/~1api~1v1~1mails~1%7Bid%7D~1html) it can run nothing, and load nothing unless it is
/// asked to. The images that came with it are in it; what would lead elsewhere of its own accord is left
/// out, and links open another window.
#[utoipa::path(
    get,
    path = "/api/v1/mails/{id}/preview",
    tag = "mails",
    params(
        ("id" = u64, Path, description = "The number of the mail."),
        ("remote" = Option<bool>, Query, description = "Whether images are loaded from where the mail says; they are not, if it is not said."),
    ),
    responses(
        (status = 200, description = "The HTML.", body = String, content_type = "text/html"),
        Malformed,
        Missing,
    )
)]
pub(super) async fn mail_preview(
    State(inbox): State<Inbox>,
    Segments(id): Segments<String>,
    Parameters(query): Parameters<PreviewQuery>,
) -> Result<Response, Problem> {
    let mail = find(&inbox, &id)?;
    let html = framed(mail.message());
    let html = html.ok_or_else(|| Problem::not_found(format!("mail {id} has no HTML")))?;
    let images = match query.remote {
        true => "data: http: https:",
        false => "data:",
    };
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
        (
            header::CONTENT_SECURITY_POLICY,
            format!("{POLICY}; img-src {images}"),
        ),
        (header::X_FRAME_OPTIONS, "SAMEORIGIN".to_owned()),
        (header::X_DNS_PREFETCH_CONTROL, "off".to_owned()),
    ];
    Ok((headers, html).into_response())
}
