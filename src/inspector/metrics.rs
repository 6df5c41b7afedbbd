//! Whether it is there, and how much has come.

use std::fmt::Write as _;

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::words;
use crate::inbox::Inbox;

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Health {
    #[schema(schema_with = words::health)]
    status: &'static str,
}

/// Whether the server is there
#[utoipa::path(get, path = "/api/v1/health", tag = "server", responses((status = 200, description = "It is there.", body = Health)))]
pub(super) async fn health() -> Json<Health> {
    Json(Health { status: "ok" })
}

/// Figures for Prometheus
#[utoipa::path(
    get,
    path = "/api/v1/metrics",
    tag = "server",
    responses((status = 200, description = "The text.", body = String, content_type = "text/plain"))
)]
pub(super) async fn metrics(State(inbox): State<Inbox>) -> Response {
    let (all, mails, sessions) = (inbox.mark(), inbox.mails(), inbox.sessions());
    let octets: usize = mails.iter().map(|mail| mail.message().size()).sum();
    let open = sessions.iter().filter(|session| session.is_open()).count();
    let figures = [
        (
            "mails_accepted_total",
            "counter",
            "Mails accepted since the start.",
            all.mail,
        ),
        (
            "mails_dropped_total",
            "counter",
            "Mails that went since the start as the store was full.",
            inbox.store().dropped_mails(),
        ),
        (
            "rejections_total",
            "counter",
            "Refusals and aborted transactions since the start.",
            all.rejection,
        ),
        (
            "sessions_total",
            "counter",
            "Sessions since the start.",
            all.session,
        ),
        (
            "mails_stored",
            "gauge",
            "Mails in the store.",
            mails.len() as u64,
        ),
        (
            "mail_octets_stored",
            "gauge",
            "Octets of their content.",
            octets as u64,
        ),
        (
            "sessions_open",
            "gauge",
            "Sessions that are open.",
            open as u64,
        ),
    ];
    let mut text = String::new();
    for (name, kind, help, value) in figures {
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "# HELP mailmock_{name} {help}\n# TYPE mailmock_{name} {kind}\nmailmock_{name} {value}\n"
        );
    }
    let kind = "text/plain; version=0.0.4; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], text).into_response()
}
