//! Patterns as data.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::word::words;
use crate::mail::{
    AddressFault, AddressPattern, TextPattern, contains, ends_with, glob, in_order, starts_with,
};

/// A text that is to be equal, or what it is to be like.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(untagged)]
#[schema(
    description = r#"A text or an address that is to be equal, such as `"ada@example.org"`, or what it is to be like, such as `{"contains": "Invoice"}`."#
)]
pub(super) enum PatternSpec {
    Equal(String),
    Like(Form),
}

/// What a text or an address is to be like.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case", remote = "Self")]
#[schema(
    description = r#"What a text or an address is to be like: `{"contains": "Invoice"}`, `{"starts_with": "Re: "}`, `{"ends_with": ".pdf"}`, `{"matches": "^[A-Z]{3}-"}` (a regular expression), `{"glob": "*+spam@*"}`, `{"in_order": ["Hello", "Ada"]}`; an address also `{"domain": "example.org"}`."#
)]
pub(super) enum Form {
    Contains(String),
    StartsWith(String),
    EndsWith(String),
    /// A regular expression that is found in it.
    Matches(String),
    /// `*` stands for any characters and `?` for one.
    Glob(String),
    /// Parts that come one behind the other.
    InOrder(Vec<String>),
    /// An address of that domain.
    Domain(String),
}

words!(
    Form,
    r#"what it is to be like, such as {"contains": "text"}"#
);

impl PatternSpec {
    pub(super) fn text(self) -> Result<TextPattern, String> {
        match self {
            Self::Equal(text) => Ok(text.into()),
            Self::Like(form) => form.text(),
        }
    }

    pub(super) fn address(self) -> Result<AddressPattern, String> {
        let text = match self {
            Self::Equal(text) => text,
            Self::Like(form) => return form.address(),
        };
        let address = AddressPattern::from(&text);
        match address.fault() {
            Some(fault) => Err(format!("{address} {fault}{}", cure(&fault, &text))),
            None => Ok(address),
        }
    }

    /// An address that is not the null one.
    pub(super) fn recipient(self) -> Result<AddressPattern, String> {
        match self {
            Self::Equal(address) if address.is_empty() => {
                Err("no recipient is empty; only a sender can be \"\"".to_owned())
            }
            other => other.address(),
        }
    }
}

/// What to write in place of a text that no address can equal.
fn cure(fault: &AddressFault, text: &str) -> String {
    match fault {
        AddressFault::Wildcard => format!(": did you mean {{\"glob\": {text:?}}}?"),
        AddressFault::NullInBrackets(_) => "; the null reverse-path is \"\"".to_owned(),
        AddressFault::Brackets(_) => "; write it without brackets and name".to_owned(),
        AddressFault::Part(_) => {
            let domain = text.strip_prefix('@').unwrap_or(text);
            format!("; did you mean {{\"domain\": {domain:?}}} or {{\"contains\": {text:?}}}?")
        }
        AddressFault::Other(_) => String::new(),
    }
}

impl Form {
    fn text(self) -> Result<TextPattern, String> {
        Ok(match self {
            Self::Contains(part) => contains(part),
            Self::StartsWith(start) => starts_with(start),
            Self::EndsWith(end) => ends_with(end),
            Self::Matches(regex) => TextPattern::regex(&regex)?,
            Self::Glob(pattern) => glob(pattern),
            Self::InOrder(parts) => in_order(parts),
            Self::Domain(domain) => {
                let cure = format!("a text can contain {domain:?}");
                return Err(format!("domain is about addresses; {cure}"));
            }
        })
    }

    fn address(self) -> Result<AddressPattern, String> {
        match self {
            Self::Domain(domain) => AddressPattern::of_domain(domain),
            form => form.text().map(AddressPattern::from),
        }
    }
}

impl<'de> Deserialize<'de> for PatternSpec {
    /// By hand, so that an error names the word that is wrong.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PatternVisitor)
    }
}

struct PatternVisitor;

impl<'de> Visitor<'de> for PatternVisitor {
    type Value = PatternSpec;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, or what it is to be like, such as {\"contains\": \"text\"}")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<PatternSpec, E> {
        Ok(PatternSpec::Equal(text.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<PatternSpec, A::Error> {
        // That of the trait, and not the one that serde made for it.
        let form = <Form as Deserialize>::deserialize(MapAccessDeserializer::new(map))?;
        Ok(PatternSpec::Like(form))
    }
}
