//! The words of closed sets, as the document lists them.

use utoipa::openapi::schema::{Object, ObjectBuilder, Type};

use crate::mail::Severity;
use crate::smtp::{Cause, Mechanism, Stage};

/// All values of an enum. One that is left out does not compile.
macro_rules! all {
    ($of:ident: $($value:ident)*) => {{
        const _: fn($of) = |value| match value { $($of::$value)|* => () };
        [$($of::$value),*]
    }};
}

pub(super) fn stage() -> Object {
    let all = all! {
        Stage: Connect TlsHandshake Hello Auth Mail Rcpt Data EndOfData Delivery Other
    };
    one_of(
        "How far the dialogue had come.",
        all.map(|stage| stage.to_string()),
    )
}

pub(super) fn cause() -> Object {
    let all = all! { Cause: Syntax Sequence Limit Policy Rule Tls Aborted };
    one_of("Why.", all.map(|cause| cause.to_string()))
}

pub(super) fn severity() -> Object {
    let all = all! { Severity: Warning Error };
    let what = "Whether a standard forbids it, or readers and delivery suffer.";
    one_of(what, all.map(severity_word))
}

/// How a finding's severity is written.
pub(super) fn severity_word(severity: Severity) -> String {
    format!("{severity:?}").to_lowercase()
}

pub(super) fn mechanism() -> Object {
    let all = Mechanism::ALL;
    one_of("As AUTH names it (RFC 4954).", all.map(Mechanism::as_str))
}

pub(super) fn standing() -> Object {
    one_of("Whether it listens.", ["up", "down"])
}

pub(super) fn health() -> Object {
    one_of("It is there.", ["ok"])
}

fn one_of<const N: usize>(what: &str, words: [impl Into<String>; N]) -> Object {
    let words = words.map(Into::<String>::into);
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(what))
        .enum_values(Some(words))
        .build()
}
