//! What can fail on the test's side. What a client does wrong is no error but a reply.

use std::fmt;
use std::io;
use std::net::SocketAddr;

/// Why a server did not start.
#[derive(Debug)]
pub struct StartError(StartFailure);

#[derive(Debug)]
enum StartFailure {
    Bind {
        address: SocketAddr,
        source: io::Error,
    },
    /// Why certificate and key do not serve.
    #[cfg(feature = "tls")]
    Certificate(String),
    /// Which of the rules that were given as data there cannot be, and why.
    #[cfg(feature = "inspector")]
    Rule { number: usize, why: String },
    /// What the environment variable `MAILMOCK_SEED` says instead.
    Seed(String),
}

impl StartError {
    /// Whether something else listens on the port.
    pub fn is_address_in_use(&self) -> bool {
        match &self.0 {
            StartFailure::Bind { source, .. } => source.kind() == io::ErrorKind::AddrInUse,
            _ => false,
        }
    }

    pub(crate) fn new(address: SocketAddr, source: io::Error) -> Self {
        Self(StartFailure::Bind { address, source })
    }

    #[cfg(feature = "tls")]
    pub(crate) fn unusable_certificate(why: String) -> Self {
        Self(StartFailure::Certificate(why))
    }

    #[cfg(feature = "inspector")]
    pub(crate) fn impossible_rule(number: usize, why: String) -> Self {
        Self(StartFailure::Rule { number, why })
    }

    pub(crate) fn invalid_seed(value: String) -> Self {
        Self(StartFailure::Seed(value))
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            StartFailure::Bind { address, source } => {
                write!(f, "no mail server on {address}: {source}")
            }
            #[cfg(feature = "tls")]
            StartFailure::Certificate(why) => write!(f, "no mail server with TLS: {why}"),
            #[cfg(feature = "inspector")]
            StartFailure::Rule { number, why } => {
                write!(f, "no mail server with such a rule, number {number}: {why}")
            }
            StartFailure::Seed(value) => {
                write!(f, "MAILMOCK_SEED is not a number of 64 bits: {value:?}")
            }
        }
    }
}

impl std::error::Error for StartError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0 {
            StartFailure::Bind { source, .. } => Some(source),
            _ => None,
        }
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
    failure: WaitFailure,
    report: String,
}

/// Why a wait ended without success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WaitFailure {
    TimedOut,
    ServerDropped,
    /// What it waited for cannot come any more.
    InVain,
}

impl WaitError {
    /// Whether the time was over.
    pub fn is_timeout(&self) -> bool {
        self.failure == WaitFailure::TimedOut
    }

    /// Whether the server was dropped meanwhile.
    pub fn is_server_dropped(&self) -> bool {
        self.failure == WaitFailure::ServerDropped
    }

    pub(crate) fn new(failure: WaitFailure, report: String) -> Self {
        Self { failure, report }
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
