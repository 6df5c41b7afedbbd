//! What the outside may do to the server: move its clock, have it go down and come back, start it afresh, and let
//! a parked test go on.

use std::io;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::desk::Desk;
use super::problem::{Impossible, Malformed, NotJson, Problem, Refused};
use super::request::Body;
use super::words;

/// What came of it, if the server is still there, and the system lets it.
fn done<T>(outcome: io::Result<T>) -> Result<T, Problem> {
    outcome.map_err(|error| {
        let status = match error.kind() {
            io::ErrorKind::NotConnected => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::CONFLICT,
        };
        Problem::new(status, error.to_string())
    })
}

/// The most that the clock can be moved, in all.
const CENTURY: f64 = 100.0 * 365.25 * 24.0 * 60.0 * 60.0;

/// How far the clock is to be moved.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Advance {
    /// Up to 100 years.
    #[schema(minimum = 0, maximum = 3_155_760_000_u32)]
    seconds: f64,
}

/// How far it was moved.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Advanced {
    /// Seconds; less than was asked for where that is beyond 100 years in all.
    advanced: f64,
}

/// Whether the server listens.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Standing {
    #[schema(schema_with = words::standing)]
    status: &'static str,
}

/// Move the server's clock
///
/// Pauses, greylist windows, rate limits and idle time-outs obey it; what follows is done when this answers.
#[utoipa::path(
    post,
    path = "/api/v1/clock/advance",
    tag = "server",
    request_body = Advance,
    responses(
        (status = 200, description = "It is moved.", body = Advanced),
        Malformed,
        NotJson,
        Impossible,
    )
)]
pub(super) async fn advance_clock(
    State(desk): State<Desk>,
    Body(advance): Body<Advance>,
) -> Result<Json<Advanced>, Problem> {
    let seconds = advance.seconds;
    if !(0.0..=CENTURY).contains(&seconds) {
        let why = format!("seconds: from 0 to {CENTURY}, not {seconds}");
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, why));
    }
    let duration = Duration::from_secs_f64(seconds);
    let moved = done(desk.controls.advance_time(duration))?;
    let advanced = moved.as_secs_f64();
    Ok(Json(Advanced { advanced }))
}

/// Have the server go down
///
/// It ends all sessions without a word, and refuses connections. It may be down already.
#[utoipa::path(
    post,
    path = "/api/v1/down",
    tag = "server",
    responses(
        (status = 200, description = "It is down.", body = Standing),
        Refused,
    )
)]
pub(super) async fn go_down(State(desk): State<Desk>) -> Result<Json<Standing>, Problem> {
    done(desk.controls.go_down())?;
    Ok(Json(Standing { status: "down" }))
}

/// Have the server come back
///
/// On the same port. It may be there already.
#[utoipa::path(
    post,
    path = "/api/v1/up",
    tag = "server",
    responses(
        (status = 200, description = "It is up.", body = Standing),
        Refused,
    )
)]
pub(super) async fn come_up(State(desk): State<Desk>) -> Result<Json<Standing>, Problem> {
    done(desk.controls.come_back())?;
    Ok(Json(Standing { status: "up" }))
}

/// That nothing is known any more.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Emptied {
    /// How many mails there were.
    deleted: usize,
}

/// Start afresh
///
/// Forgets mails, refusals, ended sessions with their logins, rules but those that the server was started with, and
/// what a test in Rust expected: for a server that several tests share, one after the other. The clock stays where
/// it is, and a server that is down stays down.
#[utoipa::path(
    post,
    path = "/api/v1/reset",
    tag = "server",
    responses(
        (status = 200, description = "Nothing is left.", body = Emptied),
    )
)]
pub(super) async fn reset(State(desk): State<Desk>) -> Json<Emptied> {
    let deleted = desk.inbox.store().counts().mails;
    desk.rules.reset();
    desk.inbox.start_afresh();
    Json(Emptied { deleted })
}

/// Whether a test was let go.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Released {
    /// False, if none was parked.
    released: bool,
}

/// Let a parked test go on
#[utoipa::path(
    post,
    path = "/api/v1/release",
    tag = "server",
    responses(
        (status = 200, description = "Whether one was let go.", body = Released),
    )
)]
pub(super) async fn release(State(desk): State<Desk>) -> Json<Released> {
    let released = desk.is_parked.swap(false, Ordering::AcqRel);
    desk.inbox.store().wake_waiters();
    Json(Released { released })
}
