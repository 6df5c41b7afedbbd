//! Sessions, what was refused in them, and who presented credentials.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::problem::{Malformed, Missing, Problem};
use super::rejection_view::RejectionView;
use super::request::{Parameters, Segments, number};
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

/// Which of them.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListQuery {
    /// Those that came behind the one of that number.
    since: Option<u64>,
    /// The first so many of them; all, if it is not said.
    #[param(minimum = 1)]
    limit: Option<usize>,
}

impl ListQuery {
    /// The number behind which they came, and how many at most.
    fn bounds(&self) -> Result<(u64, usize), Problem> {
        if self.limit == Some(0) {
            return Err(Problem::bad_request("limit: at least 1"));
        }
        Ok((self.since.unwrap_or(0), self.limit.unwrap_or(usize::MAX)))
    }
}

/// The sessions
#[utoipa::path(
    get,
    path = "/api/v1/sessions",
    tag = "sessions",
    params(ListQuery),
    responses(
        (status = 200, description = "The sessions.", body = Sessions),
        Malformed,
    )
)]
pub(super) async fn sessions(
    State(inbox): State<Inbox>,
    Parameters(query): Parameters<ListQuery>,
) -> Result<Json<Sessions>, Problem> {
    let (since, limit) = query.bounds()?;
    let sessions = inbox.store().sessions_after(since);
    let sessions = sessions.iter().take(limit).map(SessionView::from).collect();
    Ok(Json(Sessions { sessions }))
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
#[utoipa::path(
    get,
    path = "/api/v1/rejections",
    tag = "sessions",
    params(ListQuery),
    responses(
        (status = 200, description = "What was refused or aborted.", body = Rejections),
        Malformed,
    )
)]
pub(super) async fn rejections(
    State(inbox): State<Inbox>,
    Parameters(query): Parameters<ListQuery>,
) -> Result<Json<Rejections>, Problem> {
    let (since, limit) = query.bounds()?;
    let rejections = inbox.store().rejections_after(since);
    let rejections = rejections.iter().take(limit);
    let rejections = rejections.map(RejectionView::from).collect();
    Ok(Json(Rejections { rejections }))
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
