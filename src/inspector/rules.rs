//! The rules: those in force, new ones, and none.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::desk::Desk;
use super::mails::Deleted;
use super::problem::{Impossible, Malformed, Missing, NotJson, Problem};
use super::request::{Body, Segments, number};
use crate::rules::{MountedRule, RuleBook};
use crate::spec::RuleSpec;

/// More rules than any test needs; each event asks them all.
const MAX_RULES: usize = 1_000;

/// The rules in the order in which they are asked: the newest first, the server's own last.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Rules {
    rules: Vec<RuleView>,
}

/// A rule in force.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RuleView {
    id: u64,
    /// As it is written in Rust.
    rule: String,
    /// Where it comes from: a line of the test, or its path here.
    origin: String,
    /// Whether the server was started with it. It cannot be deleted then.
    is_own: bool,
    /// How often it acted.
    hits: usize,
    /// How often it can still act; null, if that has no end or is counted apart.
    remaining: Option<usize>,
    /// The rule as data, if it came as that.
    form: Option<RuleSpec>,
}

impl RuleView {
    fn new(rule: &MountedRule, is_own: bool) -> Self {
        let form = rule.form.as_deref();
        Self {
            id: rule.id().0,
            rule: rule.to_string(),
            origin: rule.origin().to_string(),
            is_own,
            hits: rule.hits(),
            remaining: rule.remaining(),
            form: form.and_then(|json| serde_json::from_str(json).ok()),
        }
    }
}

/// The rules
///
/// The newest first, as they are asked.
#[utoipa::path(get, path = "/api/v1/rules", tag = "rules", responses((status = 200, description = "The rules.", body = Rules)))]
pub(super) async fn rules(State(desk): State<Desk>) -> Json<Rules> {
    let (mounted, own) = (desk.rules.mounted(), desk.rules.own());
    let mounted = mounted.iter().map(|rule| RuleView::new(rule, false));
    let own = own.iter().map(|rule| RuleView::new(rule, true));
    let rules = mounted.chain(own).collect();
    Json(Rules { rules })
}

/// Add a rule
///
/// It is in force when this answers, and asked before all others.
#[utoipa::path(
    post,
    path = "/api/v1/rules",
    tag = "rules",
    request_body = RuleSpec,
    responses(
        (
            status = 201,
            description = "The rule.",
            body = RuleView,
            headers(("location" = String, description = "Where it is.")),
        ),
        Malformed,
        NotJson,
        Impossible,
    )
)]
pub(super) async fn add_rule(
    State(desk): State<Desk>,
    Body(spec): Body<RuleSpec>,
) -> Result<Response, Problem> {
    let impossible = |why: String| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, why);
    let server = desk.controls.server_kind();
    let rule = spec.rule(desk.rules.clock(), server).map_err(impossible)?;
    if desk.rules.mounted().len() >= MAX_RULES {
        return Err(impossible(format!("there are {MAX_RULES} rules already")));
    }
    if rule.probability.is_some() {
        desk.inbox.store().note_seed(desk.rules.seed());
    }
    let view = RuleView::new(&desk.rules.mount(rule), false);
    let location = [(header::LOCATION, format!("/api/v1/rules/{}", view.id))];
    Ok((StatusCode::CREATED, location, Json(view)).into_response())
}

/// One rule
#[utoipa::path(
    get,
    path = "/api/v1/rules/{id}",
    tag = "rules",
    params(("id" = u64, Path, description = "The number of the rule.")),
    responses(
        (status = 200, description = "The rule.", body = RuleView),
        Malformed,
        Missing,
    )
)]
pub(super) async fn rule(
    State(desk): State<Desk>,
    Segments(id): Segments<String>,
) -> Result<Json<RuleView>, Problem> {
    let (rule, is_own) = find(&desk.rules, &id)?;
    Ok(Json(RuleView::new(&rule, is_own)))
}

/// Delete all rules
///
/// But those that the server was started with. What they hold goes on.
#[utoipa::path(
    delete,
    path = "/api/v1/rules",
    tag = "rules",
    responses(
        (status = 200, description = "How many were deleted.", body = Deleted),
    )
)]
pub(super) async fn delete_rules(State(desk): State<Desk>) -> Json<Deleted> {
    let deleted = desk.rules.clear();
    // Who waits for their hits may wait in vain now.
    desk.inbox.store().wake_waiters();
    Json(Deleted { deleted })
}

/// Delete one rule
///
/// What it holds goes on.
#[utoipa::path(
    delete,
    path = "/api/v1/rules/{id}",
    tag = "rules",
    params(("id" = u64, Path, description = "The number of the rule.")),
    responses(
        (status = 200, description = "How many were deleted.", body = Deleted),
        Malformed,
        Missing,
        Impossible,
    )
)]
pub(super) async fn delete_rule(
    State(desk): State<Desk>,
    Segments(id): Segments<String>,
) -> Result<Json<Deleted>, Problem> {
    let (rule, is_own) = find(&desk.rules, &id)?;
    if is_own {
        let why = format!("the server was started with rule {id}, and keeps it: {rule}");
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, why));
    }
    desk.rules.remove(&rule);
    desk.inbox.store().wake_waiters();
    Ok(Json(Deleted { deleted: 1 }))
}

/// The rule of that number, and whether it is the server's own.
fn find(rules: &RuleBook, id: &str) -> Result<(Arc<MountedRule>, bool), Problem> {
    let number: u64 = number("id", id)?;
    let mounted = rules.mounted().into_iter().map(|rule| (rule, false));
    let own = rules.own().into_iter().map(|rule| (rule, true));
    let mut all = mounted.chain(own);
    all.find(|(rule, _)| rule.id().0 == number)
        .ok_or_else(|| Problem::not_found(format!("there is no rule {number}")))
}
