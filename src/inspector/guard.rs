//! Who may ask: who has the token if there is one, nobody's page but our own, and nobody who has come by a name
//! that is not ours.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::problem::Problem;
use super::token::Token;

/// What decides who may ask.
#[derive(Clone, Debug)]
pub(super) struct Access {
    pub(super) token: Option<Token>,
    /// Browsers do not tell the ports of a host apart, so that inspectors with two tokens need two names.
    pub(super) cookie: String,
}

impl Access {
    pub(super) fn new(token: Option<Token>) -> Self {
        let mut hasher = DefaultHasher::new();
        token.as_ref().inspect(|token| token.hash(&mut hasher));
        // Half of it, as nobody is to guess from it.
        let cookie = format!("mailmock-{:08x}", hasher.finish() as u32);
        Self { token, cookie }
    }
}

/// RFC 9110 §11.6.1: what a 401 says of how to do better.
const CHALLENGE: &str = "Bearer realm=\"mailmock\", Basic realm=\"mailmock\", charset=\"UTF-8\"";

/// Who has a browser ask, and what for; no script can write them.
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");

/// What every answer says, unless the answer has its own.
const HEADERS: [(HeaderName, &str); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; frame-ancestors 'none'",
    ),
];

pub(super) async fn guard(
    State(access): State<Arc<Access>>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = match refusal(&access, &request) {
        Some(refusal) => refusal,
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

fn refusal(access: &Access, request: &Request) -> Option<Response> {
    let (method, headers) = (request.method(), request.headers());
    // RFC 9112 §3.2: who stands between us and the client may go by the other one.
    if headers.get_all(header::HOST).iter().count() > 1 {
        return Some(Problem::bad_request("there is more than one field Host").into_response());
    }
    let host = text(headers, &header::HOST);
    if let Some(token) = &access.token {
        // First, as who has the cookie may open such a link as well.
        if let Some(admission) = admission(token, access, request) {
            return Some(admission);
        }
        if !token.is_in(headers, &access.cookie) {
            return Some(unknown());
        }
        // A page that has its own name point here (DNS rebinding) has no cookie for that name, so that any
        // name will do.
    } else if !host.is_some_and(is_local) {
        // Without a token, it would be of the same origin.
        let why = "the inspector is reached as localhost, or by an IP address";
        return Some(Problem::new(StatusCode::MISDIRECTED_REQUEST, why).into_response());
    }
    let is_reading = matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
    let is_harmless = if is_reading {
        is_visit(request)
    } else {
        is_json(headers)
    };
    is_foreign(headers, host, is_harmless).then(|| {
        let why = "another page may neither look at anything here nor change it";
        Problem::new(StatusCode::FORBIDDEN, why).into_response()
    })
}

/// What a link gets that has the token: a cookie, and then the page, at an address that does not tell it.
fn admission(token: &Token, access: &Access, request: &Request) -> Option<Response> {
    let is_link = request.method() == Method::GET && request.uri().path() == "/";
    if !is_link || !token.is_in_link(request.uri()) {
        return None;
    }
    let page = HeaderValue::from_static("/");
    let cookie = token.cookie(&access.cookie)?;
    let headers = [(header::SET_COOKIE, cookie), (header::LOCATION, page)];
    Some((StatusCode::SEE_OTHER, headers).into_response())
}

fn unknown() -> Response {
    let why = "the inspector has a token: show it as Authorization: Bearer, as the password of Basic, \
               or open /?token=";
    let problem = Problem::new(StatusCode::UNAUTHORIZED, why);
    ([(header::WWW_AUTHENTICATE, CHALLENGE)], problem).into_response()
}

/// Whether a browser has been sent here by a page that is not ours, and could do harm thereby.
fn is_foreign(headers: &HeaderMap, host: Option<&str>, is_harmless: bool) -> bool {
    if let Some(origin) = headers.get(header::ORIGIN) {
        let origin = origin.to_str().ok().and_then(|said| said.split_once("://"));
        return host.is_none() || origin.map(|(_, host)| host) != host;
    }
    let site = text(headers, &FETCH_SITE);
    !is_harmless && site.is_some_and(|site| !matches!(site, "same-origin" | "none"))
}

/// Whether somebody has followed a link to a page. To the API there are none: how long an answer takes tells the
/// page that has the link what there is, even if it cannot read it.
fn is_visit(request: &Request) -> bool {
    text(request.headers(), &FETCH_MODE) == Some("navigate")
        && !request.uri().path().starts_with("/api/")
}

/// A browser would only send it for another page after it has asked (CORS), and be refused.
fn is_json(headers: &HeaderMap) -> bool {
    let kind = text(headers, &header::CONTENT_TYPE).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/json")
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
