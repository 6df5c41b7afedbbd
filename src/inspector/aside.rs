//! Where answers are worked out: aside from the thread that accepts, reads and writes, so that a mail that takes long
//! to look at keeps nobody else waiting, and does not hold up the end of the server.

use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use tokio::runtime::Handle;
use tokio::task::spawn_blocking;

use super::problem::Problem;

/// Has the rest worked out on a thread of its own.
pub(super) async fn aside(request: Request, next: Next) -> Response {
    let runtime = Handle::current();
    let answer = spawn_blocking(move || runtime.block_on(next.run(request))).await;
    answer.unwrap_or_else(|_| {
        let why = "the answer could not be worked out";
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, why).into_response()
    })
}
