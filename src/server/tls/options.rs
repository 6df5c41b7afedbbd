//! What can be said of a server's TLS before it starts.

use std::fmt;

use super::client_certificates::ClientCertificates;
use crate::server::builder::MailServerBuilder;
use crate::smtp::TlsMode;

#[derive(Clone, Default)]
pub(in crate::server) struct TlsOptions {
    /// Certificates and private key, in PEM.
    pub(super) certificate: Option<(String, String)>,
    pub(super) clients: ClientCertificates,
}

/// TLS, with the feature `tls`. Without more ado the server has a certificate for `localhost`,
/// `127.0.0.1`, `::1`, its [name](Self::host_name) and its [host](Self::advertised_host), issued by an
/// authority that lives as long as the process; clients are to trust
/// [`ca_certificate_pem`](crate::MailServer::ca_certificate_pem).
impl MailServerBuilder {
    /// Offers STARTTLS (RFC 3207), rather than [implicit TLS](Self::implicit_tls). AUTH is offered only behind it, unless
    /// [told otherwise](Self::allow_plaintext_auth).
    ///
    /// ```
    /// # use lettre::{Message, SmtpTransport, Transport};
    /// # use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
    /// use mailmock::{MailServer, a_session};
    ///
    /// let server = MailServer::builder().starttls().credentials("app", "secret").require_auth().start();
    /// # let mail = Message::builder().from("app@example.org".parse()?).to("ada@example.org".parse()?).body(String::new())?;
    /// let trusted = Certificate::from_pem(server.ca_certificate_pem().as_bytes())?;
    /// let tls = TlsParameters::builder(server.host().to_owned()).add_root_certificate(trusted).build()?;
    /// let transport = SmtpTransport::from_url(&server.url_as("app"))?.tls(Tls::Required(tls)).build();
    /// transport.send(&mail)?;
    /// server.assert_sessions(a_session().used_tls().authenticated_as("app").no_plaintext_auth());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn starttls(mut self) -> Self {
        self.settings.tls = TlsMode::AfterStartTls;
        self
    }

    /// Speaks TLS from the first octet on (RFC 8314), as `smtps://` says it, rather than to offer STARTTLS.
    /// Clients that wait for a
    /// greeting in clear wait without end.
    pub fn implicit_tls(mut self) -> Self {
        self.settings.tls = TlsMode::FromTheStart;
        self
    }

    /// Refuses everything but EHLO, NOOP, STARTTLS and QUIT with 530 5.7.0 before TLS (RFC 3207 §4). It
    /// offers [STARTTLS](Self::starttls) unless TLS is on.
    pub fn require_tls(mut self) -> Self {
        self.settings.requires_tls = true;
        self.with_some_tls()
    }

    /// Takes credentials in clear too, where there is TLS. By default AUTH gets 538 5.7.11 before it.
    pub fn allow_plaintext_auth(mut self) -> Self {
        self.settings.takes_auth_in_clear = true;
        self
    }

    /// Does [STARTTLS](Self::starttls), and does not offer it: to a client it looks as if somebody on
    /// the way had taken the line out of the answer to EHLO. [`url`](crate::MailServer::url) still asks for
    /// TLS. (Where there is implicit TLS nothing can be stripped.)
    pub fn strip_starttls(mut self) -> Self {
        self.settings.strips_starttls = true;
        self.starttls()
    }

    /// Presents that certificate, with its chain behind it, in PEM; the private key as PKCS #8, PKCS #1 or
    /// SEC 1. The server does not start if they do not serve. It offers [STARTTLS](Self::starttls) unless
    /// TLS is on.
    pub fn certificate_pem(mut self, chain: impl Into<String>, key: impl Into<String>) -> Self {
        self.tls.certificate = Some((chain.into(), key.into()));
        self.with_some_tls()
    }

    /// Asks clients for a certificate, and takes any whose key the client has, or none. The server offers
    /// [STARTTLS](Self::starttls) unless TLS is on.
    /// [`Tls::client_certificate_subject`](crate::Tls::client_certificate_subject) tells whose it is.
    pub fn request_client_certificate(mut self) -> Self {
        self.tls.clients.is_requested = true;
        self.with_some_tls()
    }

    /// Asks clients for a certificate, and fails the handshake if there is none.
    /// [`ClientIdentity`](crate::ClientIdentity) has one.
    pub fn require_client_certificate(mut self) -> Self {
        self.tls.clients.is_required = true;
        self.request_client_certificate()
    }

    /// [Asks](Self::request_client_certificate) clients for a certificate, and fails the handshake if it is
    /// not one that these authorities, in PEM, have issued. Clients without one are served, unless one is
    /// [required](Self::require_client_certificate). The server does not start if the authorities do not
    /// serve.
    pub fn client_ca_pem(mut self, authorities: impl Into<String>) -> Self {
        self.tls.clients.authorities = Some(authorities.into());
        self.request_client_certificate()
    }

    fn with_some_tls(self) -> Self {
        match self.settings.tls {
            TlsMode::Never => self.starttls(),
            TlsMode::AfterStartTls | TlsMode::FromTheStart => self,
        }
    }
}

impl fmt::Debug for TlsOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Whoever has both in one file has given us the key twice.
        f.debug_struct("TlsOptions")
            .field("has_certificate", &self.certificate.is_some())
            .field("clients", &self.clients)
            .finish()
    }
}
