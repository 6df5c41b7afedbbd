//! What a snapshot shows, as a tree that any format can take.

use std::fmt;

use serde::ser::{Serialize, SerializeMap as _, Serializer};

/// What is shown, still as it was sent.
#[derive(Debug)]
pub(super) enum Value {
    Text(String),
    List(Vec<Self>),
    Map(Vec<(String, Self)>),
}

pub(super) fn text(text: impl Into<String>) -> Value {
    Value::Text(text.into())
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(values) => serializer.collect_seq(values),
            Self::Map(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for (name, value) in entries {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.lines().join("\n"))
    }
}

impl Value {
    /// Much as YAML has it, and for the eye alone.
    fn lines(&self) -> Vec<String> {
        match self {
            Self::Text(text) => text
                .lines()
                .map(|line| line.trim_end().to_owned())
                .collect(),
            Self::List(values) => values.iter().flat_map(item_lines).collect(),
            Self::Map(entries) => entries
                .iter()
                .flat_map(|(n, v)| entry_lines(n, v))
                .collect(),
        }
    }
}

fn item_lines(value: &Value) -> Vec<String> {
    let lines = value.lines().into_iter().enumerate();
    let lines = lines.map(|(i, line)| format!("{}{line}", if i == 0 { "- " } else { "  " }));
    lines.map(|line| line.trim_end().to_owned()).collect()
}

fn entry_lines(name: &str, value: &Value) -> Vec<String> {
    let lines = value.lines();
    let is_inline = name != "body" && matches!(value, Value::Text(_)) && lines.len() <= 1;
    if is_inline {
        let line = lines.into_iter().next().unwrap_or_default();
        return vec![format!("{name}: {line}").trim_end().to_owned()];
    }
    let lines = lines
        .iter()
        .map(|line| format!("  {line}").trim_end().to_owned());
    std::iter::once(format!("{name}:")).chain(lines).collect()
}
