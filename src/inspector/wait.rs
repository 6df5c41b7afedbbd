//! Waiting over HTTP for what is still to come.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::filter::mail_query;
use super::problem::{Malformed, Overdue, Problem};
use super::request::Parameters;
use super::views::MailLine;
use crate::inbox::Inbox;
use crate::mail::{MailMatcher, a_mail};

const DEFAULT_TIMEOUT: f64 = 5.0;
const MAX_TIMEOUT: f64 = 300.0;

mail_query! {
    /// What is waited for, and how long.
    WaitQuery {
        /// How many mails like that; 1 if it is not said.
        #[param(minimum = 1)]
        count: Option<usize>,
        /// Seconds; 5 if it is not said. With 0 it only looks.
        #[param(minimum = 0, maximum = 300)]
        timeout: Option<f64>,
    }
}

/// The mails that came, oldest first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Arrived {
    mails: Vec<MailLine>,
}

/// Wait for mails
///
/// Answers when there are so many like that, or says what there is instead, when the time is over.
#[utoipa::path(
    get,
    path = "/api/v1/wait",
    tag = "mails",
    params(WaitQuery),
    responses(
        (status = 200, description = "The mails that came.", body = Arrived),
        Malformed,
        Overdue,
    )
)]
pub(super) async fn wait(
    State(inbox): State<Inbox>,
    Parameters(query): Parameters<WaitQuery>,
) -> Result<Json<Arrived>, Problem> {
    let seconds = query.timeout.unwrap_or(DEFAULT_TIMEOUT);
    if !(0.0..=MAX_TIMEOUT).contains(&seconds) {
        return Err(Problem::bad_request(format!(
            "timeout: from 0 to {MAX_TIMEOUT} seconds"
        )));
    }
    let count = query.count.unwrap_or(1);
    if count == 0 {
        return Err(Problem::bad_request("count: at least 1"));
    }
    let wanted = query.mails()?;
    let timeout = Duration::from_secs_f64(seconds);
    let found = inbox
        .times_for_request(count, wanted)
        .timeout(timeout)
        .await;
    let found = found.map_err(|error| {
        let status = if error.is_server_dropped() {
            StatusCode::SERVICE_UNAVAILABLE
        } else {
            StatusCode::CONFLICT
        };
        Problem::new(status, error.to_string())
    })?;
    let mails = found.iter().map(MailLine::from).collect();
    Ok(Json(Arrived { mails }))
}
