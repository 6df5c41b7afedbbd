//! Sessions, what was refused in them, and who presented credentials.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::mails::number;
use super::problem::{Malformed, Missing, Problem};
use super::rejection_view::RejectionView;
use super::request::Segments;
use super::views::{LoginView, SessionView};
use crate::inbox::Inbox;
use crate::session::Session;

/// Sessions, in the order of their connections.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Sessions {
    sessions: Vec<SessionView>,
}

/// What was refused or aborted, in the order it happened.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Rejections {
    rejections: Vec<RejectionView>,
}

/// Credentials that were presented, session by session.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Logins {
    logins: Vec<LoginView>,
}

/// The sessions
#[utoipa::path(get, path = "/api/v1/sessions", tag = "sessions", responses((status = 200, description = "The sessions.", body = Sessions)))]
pub(super) async fn sessions(State(inbox): State<Inbox>) -> Json<Sessions> {
    let sessions = inbox.sessions().iter().map(SessionView::from).collect();
    Json(Sessions { sessions })
}

/// One session
#[utoipa::path(
    get,
    path = "/api/v1/sessions/{id}",
    tag = "sessions",
    params(("id" = u64, Path, description = "The number of the session.")),
    responses(
        (status = 200, description = "The session.", body = SessionView),
        Malformed,
        Missing,
    )
)]
pub(super) async fn session(
    State(inbox): State<Inbox>,
    Segments(id): Segments<String>,
) -> Result<Json<SessionView>, Problem> {
    Ok(Json(SessionView::from(&find(&inbox, &id)?)))
}

/// What was said in a session
///
/// As `C:` and `S:` lines; credentials read `[secret]`.
#[utoipa::path(
    get,
    path = "/api/v1/sessions/{id}/transcript",
    tag = "sessions",
    params(("id" = u64, Path, description = "The number of the session.")),
    responses(
        (status = 200, description = "The text.", body = String, content_type = "text/plain"),
        Malformed,
        Missing,
    )
)]
pub(super) async fn session_transcript(
    State(inbox): State<Inbox>,
    Segments(id): Segments<String>,
) -> Result<String, Problem> {
    Ok(find(&inbox, &id)?.transcript().to_string())
}

/// What was refused or aborted
#[utoipa::path(get, path = "/api/v1/rejections", tag = "sessions", responses((status = 200, description = "What was refused or aborted.", body = Rejections)))]
pub(super) async fn rejections(State(inbox): State<Inbox>) -> Json<Rejections> {
    let rejections = inbox.rejections().iter().map(RejectionView::from).collect();
    Json(Rejections { rejections })
}

/// Who presented credentials
///
/// Passwords and tokens are not shown.
#[utoipa::path(get, path = "/api/v1/logins", tag = "sessions", responses((status = 200, description = "The logins.", body = Logins)))]
pub(super) async fn logins(State(inbox): State<Inbox>) -> Json<Logins> {
    let sessions = inbox.sessions();
    let logins = sessions.iter().flat_map(LoginView::of).collect();
    Json(Logins { logins })
}

fn find(inbox: &Inbox, id: &str) -> Result<Session, Problem> {
    let number: u64 = number("id", id)?;
    let mut sessions = inbox.sessions().into_iter();
    let session = sessions.find(|session| session.id() == number);
    session.ok_or_else(|| Problem::not_found(format!("there is no session {number}")))
}
