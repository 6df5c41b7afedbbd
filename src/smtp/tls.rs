//! TLS as far as the dialogue knows of it (RFC 3207, RFC 8314): when it begins, and what came of it.

use std::fmt;

/// When a session is protected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum TlsMode {
    #[default]
    Never,
    /// Behind STARTTLS (RFC 3207).
    AfterStartTls,
    /// From the first octet on (RFC 8314).
    FromTheStart,
}

/// What is known of a session's TLS.
#[derive(Clone, PartialEq, Eq)]
pub struct Tls {
    pub(crate) version: &'static str,
    pub(crate) cipher_suite: Box<str>,
    pub(crate) server_name: Option<Box<str>>,
    pub(crate) client_certificate: Option<ClientCertificate>,
}

/// A certificate by which a client has shown who it is.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct ClientCertificate {
    pub(crate) subject: Box<str>,
    pub(crate) der: Box<[u8]>,
}

impl Tls {
    /// The version: `TLSv1.2` or `TLSv1.3`.
    pub fn version(&self) -> &str {
        self.version
    }

    /// The cipher suite by its name in the IANA registry, such as `TLS_AES_256_GCM_SHA384`.
    pub fn cipher_suite(&self) -> &str {
        &self.cipher_suite
    }

    /// The host for which the client asked (SNI, RFC 6066 §3). None if it gave no name, or connected to
    /// an IP address, which is no name.
    pub fn server_name(&self) -> Option<&str> {
        self.server_name.as_deref()
    }

    /// Whom the client's certificate names, such as `CN=app`: its subject, as RFC 4514 writes it. None if
    /// the client presented no certificate.
    pub fn client_certificate_subject(&self) -> Option<&str> {
        Some(&self.client_certificate.as_ref()?.subject)
    }

    /// The client's certificate in DER, if it presented one.
    pub fn client_certificate_der(&self) -> Option<&[u8]> {
        Some(&self.client_certificate.as_ref()?.der)
    }
}

impl fmt::Display for Tls {
    /// `TLSv1.3, TLS_AES_256_GCM_SHA384`, and what the client has said of itself and of us.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}", self.version, self.cipher_suite)?;
        if let Some(name) = &self.server_name {
            write!(f, ", for {name}")?;
        }
        if let Some(certificate) = &self.client_certificate {
            write!(f, ", client {:?}", certificate.subject)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tls({self})")
    }
}

/// A way for a TLS handshake to be as it should not: what a [rule](crate::RuleBuilder::tls_fault) has
/// the server do at [`Trigger::tls_handshake`](crate::Trigger::tls_handshake).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum TlsFault {
    /// The certificate's time is over.
    Expired,
    /// The certificate's time is still to come.
    NotYetValid,
    /// The certificate is for another host, `wrong.host.invalid`.
    WrongHost,
    /// The certificate is right, and issued by an authority that nobody knows.
    UnknownCa,
    /// The certificate is right, and issued by nobody but itself.
    SelfSigned,
    /// TLS 1.2 is the newest version that the server speaks.
    OnlyTls12,
    /// TLS 1.3 is the oldest version that the server speaks.
    OnlyTls13,
    /// The connection is closed without `close_notify` in the end, as if cut off (RFC 8446 §6.1).
    NoCloseNotify,
}

impl TlsFault {
    /// Those of the certificate, for all of which a client has to turn the server down.
    pub const CERTIFICATES: [Self; 5] = [
        Self::Expired,
        Self::NotYetValid,
        Self::WrongHost,
        Self::UnknownCa,
        Self::SelfSigned,
    ];
}
