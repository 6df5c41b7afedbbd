//! TLS on the server's sockets: its certificates, its settings, and what becomes of a handshake.

mod authority;
mod client_certificates;
mod client_identity;
mod endpoint;
mod facts;
mod identity;
mod options;
mod server;
mod subject;

pub use client_identity::ClientIdentity;

pub(super) use endpoint::Endpoint;
pub(super) use facts::{facts_of, reason_of};
pub(super) use options::TlsOptions;
