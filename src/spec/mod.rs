//! Rules as data, in the words of the builder: what a request or a file has. No HTTP, no files.

mod action;
mod mail;
mod pattern;
mod preset;
mod rule;
mod server_kind;
mod trigger;
mod word;

pub use rule::RuleSpec;

pub(crate) use server_kind::ServerKind;
