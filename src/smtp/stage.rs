//! How far a dialogue had come.

use std::fmt;

/// The point of a dialogue at which something was refused, or to which a transaction came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Stage {
    /// The connection: a refusal took the place of the greeting.
    Connect,
    /// The TLS handshake, behind STARTTLS or the connection.
    TlsHandshake,
    /// EHLO or HELO.
    Hello,
    /// AUTH, or a response within its exchange.
    Auth,
    /// MAIL.
    Mail,
    /// RCPT.
    Rcpt,
    /// DATA or BDAT itself, or the content on its way.
    Data,
    /// The content had arrived whole.
    EndOfData,
    /// Behind that, one recipient in LMTP (RFC 2033 §4.2).
    Delivery,
    /// Any other command.
    Other,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "connect",
            Self::TlsHandshake => "TLS handshake",
            Self::Hello => "hello",
            Self::Auth => "AUTH",
            Self::Mail => "MAIL",
            Self::Rcpt => "RCPT",
            Self::Data => "DATA",
            Self::EndOfData => "end of data",
            Self::Delivery => "delivery",
            Self::Other => "other command",
        })
    }
}
