//! A window over HTTP: what a server has received, as JSON, with the words of the crate. It reads the same
//! store as the test, and knows no SMTP socket.

mod access;
mod aside;
mod connection;
mod controls;
mod desk;
mod download;
mod events;
mod export;
mod filter;
mod framed;
mod guard;
#[expect(
    clippy::module_inception,
    reason = "one noun per file, and this room's first noun is its name"
)]
mod inspector;
mod limits;
mod mailpit;
mod mails;
mod metrics;
mod options;
mod page;
mod pieces;
mod preview;
mod problem;
mod rejection_view;
mod request;
mod router;
mod rules;
mod sessions;
mod standing;
mod token;
mod views;
mod wait;
mod words;

pub(crate) use controls::Controls;
pub(crate) use inspector::Inspector;
pub(crate) use options::Options;
pub(crate) use token::Token;
