//! The running server: the only place with SMTP sockets and a thread.

mod activity;
mod auth_settings;
mod background;
mod builder;
mod capacity;
mod connection;
mod control;
mod heap;
mod host;
#[cfg(feature = "inspector")]
mod inspection;
#[cfg(feature = "inspector")]
mod levers;
mod limits;
mod listener;
mod mail_server;
mod outage;
#[cfg(feature = "inspector")]
mod parking;
mod policy;
mod presets;
mod remote;
mod rule;
mod rule_builder;
#[cfg(feature = "inspector")]
mod rule_specs;
mod schedule;
mod stream;
#[cfg(feature = "tls")]
mod tls;
mod verification;
mod wire;

pub use builder::MailServerBuilder;
pub use mail_server::MailServer;
pub use rule::{Rule, ScopedRule};
pub use rule_builder::RuleBuilder;
#[cfg(feature = "tls")]
pub use tls::ClientIdentity;
