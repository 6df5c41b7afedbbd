//! Mailpit's API as far as it is about mails that have come, which are read, marked, searched and deleted, for the
//! helpers that test suites have for it: its paths, its field names, and the same mails. What it says of a mail is what a mail says of itself.

mod files;
mod info;
mod message;
mod messages;
mod read;
mod search;
mod searched;
mod summary;
mod view;

use std::sync::Arc;
use std::time::SystemTime;

use axum::Router;
use axum::routing::{any, get};

use self::read::ReadMails;
use super::problem::Problem;
use crate::inbox::Inbox;

/// What its paths have to do with.
#[derive(Clone, Debug)]
struct Mailpit {
    inbox: Inbox,
    read: Arc<ReadMails>,
    started_at: SystemTime,
}

pub(super) fn router(inbox: Inbox) -> Router {
    let api = Router::new()
        .route("/info", get(info::info))
        .route("/webui", get(info::web_ui))
        .route("/tags", get(messages::tags))
        .route(
            "/messages",
            get(messages::list)
                .put(messages::mark)
                .delete(messages::delete),
        )
        .route(
            "/search",
            get(messages::search).delete(messages::delete_found),
        )
        .route("/message/{id}", get(message::one))
        .route("/message/{id}/headers", get(message::headers))
        .route("/message/{id}/raw", get(message::raw))
        .route("/message/{id}/part/{part}", get(message::part))
        .route("/message/{id}/part/{part}/thumb", any(missing))
        .route("/message/{id}/{check}", any(missing))
        .route("/tags/{tag}", any(missing))
        .route("/send", any(missing))
        .route("/chaos", any(missing));
    Router::new()
        .nest("/api/v1", api)
        .route("/view/{name}", get(view::view))
        // So `cypress-mailpit` asks for it; Mailpit takes one slash out.
        .route("//view/{name}", get(view::view))
        .route("/livez", get(info::alive))
        .route("/readyz", get(info::alive))
        .with_state(Mailpit {
            inbox,
            read: Arc::default(),
            started_at: SystemTime::now(),
        })
}

/// What helpers may ask for, and no mail server of a test can tell.
async fn missing() -> Problem {
    Problem::not_found(
        "that part of Mailpit's API is not here: mails can be read, marked, searched and deleted, and not be sent, \
         tagged, released or checked",
    )
}
