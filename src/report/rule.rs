//! Rules that did not act as they should.

use std::panic::Location;

use super::excerpt::cut;
use super::overview::overview;
use super::wait::WaitEnd;
use crate::received::Received;
use crate::rules::{MountedRule, Unmet};

/// A wait for a rule to act ended too early.
pub(crate) fn too_few_hits(
    wanted: usize,
    rule: &MountedRule,
    end: WaitEnd,
    location: &Location<'_>,
    received: &Received,
) -> String {
    let removed = match rule.remaining() {
        _ if rule.is_removed() => ", and was removed",
        Some(0) => ", and can act no more",
        _ => "",
    };
    format!(
        "{end} for hit {wanted} of {rule} (at {}), which had {}{removed} (the wait began at \
         {location})\n{}",
        rule.origin(),
        rule.hits(),
        overview(received)
    )
}

/// A wait for the expectations of all rules ended too early.
pub(crate) fn expectations_not_met(
    end: WaitEnd,
    unmet: &[Unmet],
    location: &Location<'_>,
    received: &Received,
) -> String {
    format!(
        "{end} for expectations to be met (the wait began at {location})\n{}\n{}",
        unmet_lines(unmet),
        overview(received)
    )
}

/// What the verification of a server has found.
pub(crate) fn not_as_expected(unmet: &[Unmet], panics: &[String], received: &Received) -> String {
    let mut paragraphs = Vec::new();
    match unmet.len() {
        0 => {}
        1 => paragraphs.push("an expectation is not met".to_owned()),
        count => paragraphs.push(format!("{count} expectations are not met")),
    }
    if !unmet.is_empty() {
        paragraphs.push(unmet_lines(unmet));
    }
    paragraphs.extend_from_slice(panics);
    paragraphs.push(overview(received));
    paragraphs.join("\n")
}

fn unmet_lines(unmet: &[Unmet]) -> String {
    let lines = unmet.iter().map(|unmet| {
        let Unmet {
            rule,
            location,
            expected,
            hits,
            ..
        } = unmet;
        format!("  {rule}: expected {expected}, had {hits} (expected at {location})")
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// What a server saw, for a test that panics while it has the server.
pub(crate) fn story(url: &str, unmet: &[Unmet], panics: &[String], received: &Received) -> String {
    let mut text = format!("the mail server at {url} saw:\n");
    if unmet.is_empty() && panics.is_empty() {
        text.push_str(&overview(received));
    } else {
        text.push_str(&not_as_expected(unmet, panics, received));
    }
    cut(&text, 40)
}
