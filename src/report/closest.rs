//! What came nearest to what was wanted, and what it lacks.

use std::fmt::Write as _;

use crate::condition::Conditions;

/// The one of `found` that meets most conditions, the newest of equals, with each condition; nothing if
/// there is none, or nothing to be met.
pub(super) fn closest<T>(
    conditions: &Conditions<T>,
    found: &[T],
    line: impl Fn(&T) -> String,
) -> String {
    if conditions.len() == 0 {
        return String::new();
    }
    let Some(nearest) = found.iter().max_by_key(|subject| conditions.score(subject)) else {
        return String::new();
    };
    let mut text = format!("\n\nclosest: {}", line(nearest));
    judge(&mut text, conditions, nearest);
    text
}

/// A line for each condition: whether it holds, and what is there instead.
pub(super) fn judge<T>(text: &mut String, conditions: &Conditions<T>, subject: &T) {
    for judgement in conditions.judge(subject) {
        let _ = write!(text, "\n{judgement}"); // writing to a String cannot fail
    }
}
