//! A server over HTTP, with the words of the crate: what it has received is looked at and deleted, its rules are
//! added and removed, its clock is moved. It has the same store and the same rules as the test, and knows no SMTP
//! socket.

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

pub(crate) use desk::Controls;
pub(crate) use inspector::Inspector;
pub(crate) use options::Options;
pub(crate) use token::Token;
