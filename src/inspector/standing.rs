//! How the server stands: where it is, whether it listens, how much it has.

use std::sync::atomic::Ordering;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::controls::Desk;
use super::words;

/// How the server stands.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct ServerView {
    /// Another server has another, on the same port too.
    run: String,
    /// Where clients send their mail: `smtp://127.0.0.1:41233`.
    url: String,
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
    sessions: usize,
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
            status: if desk.controls.is_down() {
                "down"
            } else {
                "up"
            },
            is_parked: desk.is_parked.load(Ordering::Acquire),
            mails: counts.mails,
            oldest_mail: counts.oldest_mail,
            rejections: counts.rejections,
            sessions: counts.sessions,
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
