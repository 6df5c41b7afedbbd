//! How a session ends.

use std::fmt;

/// How a session ended.
///
/// `Display` says it as a transcript does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SessionEnd {
    /// The client said QUIT.
    Quit,
    /// The client closed the connection, or it broke.
    ClientClosed,
    /// The client was silent for too long, and got 421 4.4.2; or it did not read what it was sent.
    TimedOut,
    /// The server refused to go on: too many sessions or errors, or no SMTP client.
    Refused,
    /// A rule had the server close the connection (FIN).
    Disconnected,
    /// A rule had the server reset the connection (RST).
    Reset,
    /// The TLS handshake failed.
    TlsFailed,
    /// The server went down, or was dropped.
    ServerClosed,
}

impl fmt::Display for SessionEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Quit => "the client quit",
            Self::ClientClosed => "the client closed the connection without QUIT",
            Self::TimedOut => "the server closed the connection: idle for too long",
            Self::Refused => "the server closed the connection: refused",
            Self::Disconnected => "the server closed the connection: a rule",
            Self::Reset => "the server reset the connection: a rule",
            Self::TlsFailed => "the TLS handshake failed",
            Self::ServerClosed => "the server went down",
        })
    }
}
