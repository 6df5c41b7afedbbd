//! Who may ask: nobody's page but our own, and nobody who has come by a name that is not ours.

use std::net::IpAddr;

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::problem::Problem;

/// What every answer says, unless the answer has its own.
const HEADERS: [(HeaderName, &str); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; frame-ancestors 'none'",
    ),
];

pub(super) async fn guard(request: Request, next: Next) -> Response {
    let refusal = refusal(request.method(), request.headers());
    let mut response = match refusal {
        Some(problem) => problem.into_response(),
        None => next.run(request).await,
    };
    for (name, value) in HEADERS {
        let headers = response.headers_mut();
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    response
}

fn refusal(method: &Method, headers: &HeaderMap) -> Option<Problem> {
    let host = text(headers, &header::HOST);
    // A page that has its own name point here (DNS rebinding) would be of the same origin.
    if !host.is_some_and(is_local) {
        let why = "the inspector is reached as localhost, or by an IP address";
        return Some(Problem::new(StatusCode::MISDIRECTED_REQUEST, why));
    }
    let is_reading = matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
    (!is_reading && is_foreign(headers, host)).then(|| {
        let why = "another page's script may not change anything here";
        Problem::new(StatusCode::FORBIDDEN, why)
    })
}

/// Whether a browser has been sent here by a page that is not ours. JSON it would only send after it has
/// asked (CORS), and be refused.
fn is_foreign(headers: &HeaderMap, host: Option<&str>) -> bool {
    let kind = text(headers, &header::CONTENT_TYPE).unwrap_or_default();
    if kind.starts_with("application/json") {
        return false;
    }
    let site = HeaderName::from_static("sec-fetch-site");
    match (text(headers, &header::ORIGIN), text(headers, &site)) {
        (Some(origin), _) => origin.split_once("://").map(|(_, host)| host) != host,
        (None, Some(site)) => !matches!(site, "same-origin" | "none"),
        (None, None) => false,
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn is_local(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    let bare = name
        .strip_prefix('[')
        .and_then(|name| name.strip_suffix(']'));
    name.eq_ignore_ascii_case("localhost") || bare.unwrap_or(name).parse::<IpAddr>().is_ok()
}
