//! How the server misbehaves: what a rule waits for, how often it acts, and what it does. No sockets.

mod action;
mod credentials;
mod directory;
mod draft;
mod event;
mod frequency;
mod greylist;
mod magic_recipients;
mod mounted_rule;
mod preset;
mod rate_limit;
mod rule_book;
mod scope;
mod stage_set;
#[cfg(test)]
mod tests;
mod trigger;

pub use action::Action;
pub use event::Event;
pub use rate_limit::RateLimit;
pub use trigger::Trigger;

pub(crate) use credentials::Credentials;
pub(crate) use directory::Directory;
pub(crate) use draft::RuleDraft;
pub(crate) use frequency::Frequency;
pub(crate) use mounted_rule::MountedRule;
pub(crate) use preset::Preset;
pub(crate) use rule_book::{RuleBook, Unmet};
pub(crate) use scope::Scope;
