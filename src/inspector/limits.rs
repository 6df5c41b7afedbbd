//! What clients may take: so many connections, so much to say what they ask for, so much to bring along, and so
//! long for it.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest as _, Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use tokio::time::timeout;

use super::problem::Problem;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// How long it waits for a request, for the rest of one, and for a client that does not read.
    pub(crate) timeout: Duration,
    /// Connections at one time.
    pub(crate) connections: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(30),
            connections: 256,
        }
    }
}

/// Octets of the request target, path and query.
pub(super) const MAX_TARGET: usize = 8 * 1024;

/// Octets of a body: nothing that is sent here is larger.
pub(super) const MAX_BODY: usize = 64 * 1024;

/// Hands on what is within the limits, with its body read. `DefaultBodyLimit` says how large that may be.
pub(super) async fn within_limits(
    State(patience): State<Duration>,
    request: Request,
    next: Next,
) -> Response {
    let target = request.uri().path_and_query();
    if target.is_some_and(|target| target.as_str().len() > MAX_TARGET) {
        let why = format!("what is asked for has up to {MAX_TARGET} octets");
        return Problem::new(StatusCode::URI_TOO_LONG, why).into_response();
    }
    // Nobody looks at what a GET brings.
    if matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    ) {
        return next.run(request).await;
    }
    match timeout(patience, with_body(request)).await {
        Ok(Ok(request)) => next.run(request).await,
        Ok(Err(problem)) => problem.into_response(),
        Err(_) => {
            let why = "the body of the request did not come in time";
            Problem::new(StatusCode::REQUEST_TIMEOUT, why).into_response()
        }
    }
}

async fn with_body(request: Request) -> Result<Request, Problem> {
    let (parts, body) = request.into_parts();
    let request = Request::from_parts(parts.clone(), body);
    let body = Bytes::from_request(request, &()).await;
    let body = body.map_err(|rejection| Problem::new(rejection.status(), rejection.body_text()))?;
    Ok(Request::from_parts(parts, Body::from(body)))
}
