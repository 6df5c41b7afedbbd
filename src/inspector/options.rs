//! What is said of an inspector before it starts.

use std::net::{Ipv4Addr, SocketAddr};

use super::limits::Limits;
use super::token::Token;

/// Where it listens, who may use it, and what nobody may use up.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) address: SocketAddr,
    /// Who has it may use the inspector; without one, everybody who reaches it.
    pub(crate) token: Option<Token>,
    pub(crate) limits: Limits,
    /// Whether it has Mailpit's API too.
    pub(crate) speaks_mailpit: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            address: (Ipv4Addr::LOCALHOST, 0).into(),
            token: None,
            limits: Limits::default(),
            speaks_mailpit: false,
        }
    }
}

impl Options {
    /// Whether others than this machine reach it, and none of them is asked who he is.
    pub(crate) fn is_open_to_all(&self) -> bool {
        !self.address.ip().to_canonical().is_loopback() && self.token.is_none()
    }
}
