//! What went wrong with a request, as problem details (RFC 9457).

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::{IntoResponses, ToSchema};

/// Problem details (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Problem {
    /// What the status says.
    title: String,
    /// The status, as in the answer.
    #[schema(example = 404)]
    status: u16,
    /// What is the matter here.
    detail: String,
}

impl Problem {
    pub(super) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            title: status.canonical_reason().unwrap_or("Error").to_owned(),
            status: status.as_u16(),
            detail: detail.into(),
        }
    }

    pub(super) fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }

    /// The whole answer, where nothing has been asked.
    pub(super) fn to_wire(&self) -> String {
        let body = serde_json::to_string(self).unwrap_or_default(); // texts and a number cannot fail
        format!(
            "HTTP/1.1 {} {}\r\ncontent-type: application/problem+json\r\ncontent-length: {}\r\n\
             connection: close\r\n\r\n{body}",
            self.status,
            self.title,
            body.len()
        )
    }

    pub(super) fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, detail)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, axum::Json(self)).into_response();
        let kind = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        response
    }
}

/// Makes the answers that the `OpenAPI` document has for a problem, each named for what is the matter.
macro_rules! problems {
    ($($(#[$about:meta])* $name:ident = $status:literal,)*) => {$(
        $(#[$about])*
        #[derive(IntoResponses)]
        #[response(status = $status, content_type = "application/problem+json")]
        #[allow(dead_code, reason = "it stands in the document alone")]
        pub(super) struct $name(Problem);
    )*};
}

problems! {
    /// The request is malformed.
    Malformed = 400,
    /// The inspector has a token, and the request has not.
    Unauthorized = 401,
    /// A browser asks for another page.
    Foreign = 403,
    /// There is no such thing.
    Missing = 404,
    /// The rest of the request did not come in time.
    Late = 408,
    /// The time is over; the detail says what there is instead.
    // Not 408, at which clients try again of their own accord.
    Overdue = 409,
    /// The system does not let the server do that.
    Refused = 409,
    /// This is too much.
    TooLarge = 413,
    /// Path and query are too long.
    TooLong = 414,
    /// This is not said to be JSON.
    NotJson = 415,
    /// The inspector is not reached by that name.
    Misdirected = 421,
    /// This cannot be done.
    Impossible = 422,
    /// The answer could not be worked out.
    Failed = 500,
    /// The server has ended, or has as many connections as it may have.
    Unavailable = 503,
}
