//! The rules that a server is started with, as data.

use std::sync::Arc;

use crate::clock::Clock;
use crate::error::StartError;
use crate::rules::MountedRule;
use crate::spec::{RuleSpec, ServerKind};

/// The rules that a server is to have, or which there cannot be.
pub(super) fn own_rules(
    specs: &[RuleSpec],
    clock: &Arc<Clock>,
    server: ServerKind,
) -> Result<Vec<MountedRule>, StartError> {
    let rule = |(i, spec): (usize, &RuleSpec)| {
        spec.rule(clock, server)
            .map_err(|why| StartError::impossible_rule(i + 1, why))
    };
    specs.iter().enumerate().map(rule).collect()
}
