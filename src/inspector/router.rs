//! Which path is whose, and the document that says so.

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router, middleware};
use utoipa::OpenApi;

use super::access::describe;
use super::aside::aside;
use super::desk::Desk;
use super::guard::{Access, guard};
use super::limits::{MAX_BODY, within_limits};
use super::options::Options;
use super::problem::Problem;
use super::{
    controls, events, export, mailpit, mails, metrics, page, preview, rules, sessions, standing,
    wait,
};

/// What is served.
pub(super) fn router(desk: Desk, options: Options) -> Router {
    let access = Arc::new(Access::new(options.token));
    let mailpit = options
        .speaks_mailpit
        .then(|| mailpit::router(desk.inbox.clone()));
    let api = Router::new()
        .route(
            "/openapi.json",
            get(document).with_state(Arc::clone(&access)),
        )
        .route("/health", get(metrics::health))
        .route("/server", get(standing::server))
        .route("/ca_certificate", get(standing::ca_certificate))
        .route("/metrics", get(metrics::metrics))
        .route("/mails", get(mails::mails).delete(mails::delete_mails))
        .route("/mails/{id}", get(mails::mail).delete(mails::delete_mail))
        .route("/mails/{id}/raw", get(mails::mail_raw))
        .route("/mails/{id}/text", get(mails::mail_text))
        .route("/mails/{id}/html", get(mails::mail_html))
        .route("/mails/{id}/preview", get(preview::mail_preview))
        .route("/mails/{id}/parts/{n}", get(mails::mail_part))
        .route("/wait", get(wait::wait))
        .route("/sessions", get(sessions::sessions))
        .route("/sessions/{id}", get(sessions::session))
        .route(
            "/sessions/{id}/transcript",
            get(sessions::session_transcript),
        )
        .route("/rejections", get(sessions::rejections))
        .route("/logins", get(sessions::logins))
        .route("/events", get(events::events))
        .route("/export.mbox", get(export::export))
        .route(
            "/rules",
            get(rules::rules)
                .post(rules::add_rule)
                .delete(rules::delete_rules),
        )
        .route("/rules/{id}", get(rules::rule).delete(rules::delete_rule))
        .route("/clock/advance", post(controls::advance_clock))
        .route("/down", post(controls::go_down))
        .route("/up", post(controls::come_up))
        .route("/reset", post(controls::reset))
        .route("/release", post(controls::release))
        .with_state(desk);
    Router::new()
        .nest("/api/v1", api)
        .merge(page::page())
        .merge(mailpit.unwrap_or_default())
        .method_not_allowed_fallback(wrong_method)
        .fallback(nowhere)
        .layer(middleware::from_fn(aside))
        .layer(middleware::from_fn_with_state(
            options.limits.timeout,
            within_limits,
        ))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(middleware::from_fn_with_state(access, guard))
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "mailmock inspector",
        description = "A mail server of a test: what it has received, to be looked at, waited for and deleted, and how it behaves."
    ),
    paths(
        document,
        metrics::health,
        metrics::metrics,
        standing::server,
        standing::ca_certificate,
        mails::mails,
        mails::delete_mails,
        mails::mail,
        mails::delete_mail,
        mails::mail_raw,
        mails::mail_text,
        mails::mail_html,
        preview::mail_preview,
        mails::mail_part,
        wait::wait,
        sessions::sessions,
        sessions::session,
        sessions::session_transcript,
        sessions::rejections,
        sessions::logins,
        events::events,
        export::export,
        rules::rules,
        rules::add_rule,
        rules::delete_rules,
        rules::rule,
        rules::delete_rule,
        controls::advance_clock,
        controls::go_down,
        controls::come_up,
        controls::reset,
        controls::release,
    ),
    components(schemas(Problem)),
    tags(
        (name = "mails", description = "What was delivered: looked at, waited for, deleted."),
        (name = "sessions", description = "Who connected, what was said, and what was refused."),
        (name = "rules", description = "How the server behaves where it is told to."),
        (name = "server", description = "The server itself: how it stands, its clock, and what comes as it comes."),
    )
)]
struct Api;

/// This document
///
/// As `OpenAPI` 3.1 has it.
#[utoipa::path(get, path = "/api/v1/openapi.json", tag = "server", responses((status = 200, description = "This document.", body = Object)))]
async fn document(State(access): State<Arc<Access>>) -> Json<utoipa::openapi::OpenApi> {
    let mut document = Api::openapi();
    describe(&mut document, &access);
    Json(document)
}

async fn nowhere() -> Problem {
    Problem::not_found(
        "there is nothing here; / is the page, and /api/v1/openapi.json describes the API",
    )
}

async fn wrong_method() -> Problem {
    let status = StatusCode::METHOD_NOT_ALLOWED;
    Problem::new(
        status,
        "this cannot be done here; /api/v1/openapi.json has what can",
    )
}
