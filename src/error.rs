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
    #[cfg(feature = "inspector")]
    BindInspector {
        address: SocketAddr,
        source: io::Error,
    },
    /// Where others than this machine would reach the inspector.
    #[cfg(feature = "inspector")]
    InspectorOpenToAll(SocketAddr),
    #[cfg(feature = "inspector")]
    UnusableToken,
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
    /// Whether something else listens on the port, or on that of the inspector.
    pub fn is_address_in_use(&self) -> bool {
        let source = self.0.bind_error();
        source.is_some_and(|source| source.kind() == io::ErrorKind::AddrInUse)
    }

    /// Whether the inspector was to listen where others than this machine reach it, without a
    /// [token](crate::MailServerBuilder::inspector_token).
    #[cfg(feature = "inspector")]
    pub fn is_token_missing(&self) -> bool {
        matches!(self.0, StartFailure::InspectorOpenToAll(_))
    }

    /// Whether the [token](crate::MailServerBuilder::inspector_token) of the inspector is empty, or not of
    /// printable ASCII without spaces.
    #[cfg(feature = "inspector")]
    pub fn is_token_unusable(&self) -> bool {
        matches!(self.0, StartFailure::UnusableToken)
    }

    /// Which of the [`rules`](crate::MailServerBuilder::rules) is impossible, counted from 1, if one is.
    #[cfg(feature = "inspector")]
    pub fn impossible_rule_number(&self) -> Option<usize> {
        match self.0 {
            StartFailure::Rule { number, .. } => Some(number),
            _ => None,
        }
    }

    pub(crate) fn new(address: SocketAddr, source: io::Error) -> Self {
        Self(StartFailure::Bind { address, source })
    }

    #[cfg(feature = "inspector")]
    pub(crate) fn no_inspector(address: SocketAddr, source: io::Error) -> Self {
        Self(StartFailure::BindInspector { address, source })
    }

    #[cfg(feature = "inspector")]
    pub(crate) fn inspector_open_to_all(address: SocketAddr) -> Self {
        Self(StartFailure::InspectorOpenToAll(address))
    }

    #[cfg(feature = "inspector")]
    pub(crate) fn unusable_token() -> Self {
        Self(StartFailure::UnusableToken)
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

impl StartFailure {
    /// Why an address could not be listened on.
    fn bind_error(&self) -> Option<&io::Error> {
        match self {
            Self::Bind { source, .. } => Some(source),
            #[cfg(feature = "inspector")]
            Self::BindInspector { source, .. } => Some(source),
            _ => None,
        }
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            StartFailure::Bind { address, source } => {
                write!(f, "no mail server on {address}: {source}")
            }
            #[cfg(feature = "inspector")]
            StartFailure::BindInspector { address, source } => {
                write!(f, "no inspector on {address}: {source}")
            }
            #[cfg(feature = "inspector")]
            StartFailure::InspectorOpenToAll(address) => write!(
                f,
                "no inspector on {address} without a token, as whoever reaches it could read and delete all \
                 mails: set one with inspector_token(..), or listen on a loopback address such as 127.0.0.1"
            ),
            #[cfg(feature = "inspector")]
            StartFailure::UnusableToken => f.write_str(
                "no inspector with that token: it has to be of printable ASCII without spaces, and not empty",
            ),
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
        let source = self.0.bind_error()?;
        Some(source)
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
