//! How the server stands: where it is, whom its clients are to trust, whether it listens, how much it has.

use std::sync::atomic::Ordering;

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::desk::Desk;
use super::problem::{Missing, Problem};
use super::words;

/// RFC 8555 §9.1.
const PEM: &str = "application/pem-certificate-chain";

/// How the server stands.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct ServerView {
    /// Another server has another, on the same port too.
    run: String,
    /// Where clients send their mail: `smtp://127.0.0.1:41233`.
    url: String,
    /// Whether they can have TLS.
    speaks_tls: bool,
    #[schema(schema_with = words::standing)]
    status: &'static str,
    /// Whether a test waits to be let go.
    is_parked: bool,
    /// How many mails there are.
    mails: usize,
    /// The number of the oldest of them.
    oldest_mail: Option<u64>,
    /// How much there is of what was refused or aborted.
    rejections: usize,
    /// The number of the oldest of that.
    oldest_rejection: Option<u64>,
    sessions: usize,
    /// The number of the oldest of them.
    oldest_session: Option<u64>,
    open_sessions: usize,
    /// That of the crate.
    version: &'static str,
}

impl ServerView {
    pub(super) fn of(desk: &Desk) -> Self {
        let counts = desk.inbox.store().counts();
        Self {
            run: desk.run.to_string(),
            url: desk.controls.url().to_owned(),
            speaks_tls: desk.controls.ca_certificate().is_some(),
            status: if desk.controls.is_down() {
                "down"
            } else {
                "up"
            },
            is_parked: desk.is_parked.load(Ordering::Acquire),
            mails: counts.mails,
            oldest_mail: counts.oldest_mail,
            rejections: counts.rejections,
            oldest_rejection: counts.oldest_rejection,
            sessions: counts.sessions,
            oldest_session: counts.oldest_session,
            open_sessions: counts.open_sessions,
            version: env!("CARGO_PKG_VERSION"),
        }
    }
}

/// How the server stands
#[utoipa::path(get, path = "/api/v1/server", tag = "server", responses((status = 200, description = "How it stands.", body = ServerView)))]
pub(super) async fn server(State(desk): State<Desk>) -> Json<ServerView> {
    Json(ServerView::of(&desk))
}

/// The certificate that clients are to trust
///
/// In PEM: that of the authority that issued the server's. There is none if the server speaks no TLS.
#[utoipa::path(
    get,
    path = "/api/v1/ca_certificate",
    tag = "server",
    responses(
        (status = 200, description = "The certificate.", body = String, content_type = PEM),
        Missing,
    )
)]
pub(super) async fn ca_certificate(State(desk): State<Desk>) -> Result<Response, Problem> {
    let pem = desk.controls.ca_certificate();
    let pem = pem.ok_or_else(|| Problem::not_found("the server speaks no TLS"))?;
    Ok(([(header::CONTENT_TYPE, PEM)], pem.to_owned()).into_response())
}
