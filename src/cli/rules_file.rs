//! The file with the rules that a server has from its start.

use std::fs;
use std::path::{Path, PathBuf};

use mailmock::{RuleSpec, StartError};
use serde::Deserialize;
use toml::Spanned;

use super::failure::Failure;

/// The rules, and where they stand.
#[derive(Debug)]
pub(super) struct RulesFile {
    path: PathBuf,
    rules: Vec<RuleSpec>,
    /// The line on which each begins.
    lines: Vec<usize>,
}

/// TOML: one table `[[rule]]` a rule.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    #[serde(default)]
    rule: Vec<Spanned<RuleSpec>>,
}

impl RulesFile {
    /// Reads the rules, or says on which line they are none.
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        let failed = |why: String| about(path, &why);
        let text = fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
        let content = toml::from_str::<Content>(&text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start);
            let why = match is_one_table(&text) {
                true => "a rule begins with [[rule]], not [rule]".to_owned(),
                false => error.message().replace('\n', " "),
            };
            failed(format!("line {}: {why}", line(&text, start)))
        })?;
        let lines = content.rule.iter();
        Ok(Self {
            path: path.to_owned(),
            lines: lines.map(|rule| line(&text, rule.span().start)).collect(),
            rules: content.rule.into_iter().map(Spanned::into_inner).collect(),
        })
    }

    pub(super) fn rules(&self) -> impl Iterator<Item = RuleSpec> {
        self.rules.iter().cloned()
    }

    /// Why there cannot be one of them, and where that stands.
    pub(super) fn explain(&self, error: &StartError) -> Option<Failure> {
        let number = error.impossible_rule_number()?;
        let line = self.lines.get(number - 1)?;
        Some(about(&self.path, &format!("line {line}: {error}")))
    }
}

/// Whether the rules are one table in place of a list of them.
fn is_one_table(text: &str) -> bool {
    toml::from_str::<toml::Table>(text)
        .is_ok_and(|file| file.get("rule").is_some_and(toml::Value::is_table))
}

fn line(text: &str, offset: usize) -> usize {
    text[..offset].matches('\n').count() + 1
}

fn about(path: &Path, why: &str) -> Failure {
    Failure::impossible(format!("{}: {why}", path.display()))
}
