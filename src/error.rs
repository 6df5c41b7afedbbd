//! What can fail on the test's side. What a client does wrong is no error but a reply.

use std::fmt;
use std::io;
use std::net::SocketAddr;

/// Why a server did not start.
#[derive(Debug)]
pub struct StartError {
    address: SocketAddr,
    source: io::Error,
}

impl StartError {
    /// Whether something else listens on the port.
    pub fn is_address_in_use(&self) -> bool {
        self.source.kind() == io::ErrorKind::AddrInUse
    }

    pub(crate) fn new(address: SocketAddr, source: io::Error) -> Self {
        Self { address, source }
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no mail server on {}: {}", self.address, self.source)
    }
}

impl std::error::Error for StartError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

/// An assertion that did not hold. `Display` explains it as the panic would.
#[derive(Clone, PartialEq, Eq)]
pub struct AssertionError(String);

impl AssertionError {
    pub(crate) fn new(report: String) -> Self {
        Self(report)
    }
}

impl fmt::Display for AssertionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for AssertionError {
    /// As `Display`, so that `unwrap` shows the report as it is meant to be read.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for AssertionError {}

/// A wait that ended without what it waited for. `Display` explains it as the panic would.
#[derive(Clone, PartialEq, Eq)]
pub struct WaitError {
    is_server_dropped: bool,
    report: String,
}

impl WaitError {
    /// Whether the time was over.
    pub fn is_timeout(&self) -> bool {
        !self.is_server_dropped
    }

    /// Whether the server was dropped meanwhile.
    pub fn is_server_dropped(&self) -> bool {
        self.is_server_dropped
    }

    pub(crate) fn new(is_server_dropped: bool, report: String) -> Self {
        Self {
            is_server_dropped,
            report,
        }
    }
}

impl fmt::Display for WaitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.report)
    }
}

impl fmt::Debug for WaitError {
    /// As `Display`, so that `unwrap` shows the report as it is meant to be read.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.report)
    }
}

impl std::error::Error for WaitError {}
