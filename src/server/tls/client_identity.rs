//! A certificate with its private key, for a client.

use std::fmt;
use std::sync::Arc;

use rcgen::{Certificate, KeyPair};

use super::authority::AUTHORITY;

/// A certificate for the application under test, with its private key: for servers that
/// [ask for one](crate::MailServerBuilder::require_client_certificate).
///
/// ```
/// # use lettre::{Message, SmtpTransport, Transport};
/// # use lettre::transport::smtp::client::{Certificate, Identity, Tls, TlsParameters};
/// use mailmock::{ClientIdentity, MailServer};
///
/// let app = ClientIdentity::new("app");
/// let server = MailServer::builder()
///     .implicit_tls()
///     .require_client_certificate()
///     .client_ca_pem(app.ca_certificate_pem())
///     .start();
/// # let mail = Message::builder().from("app@example.org".parse()?).to("ada@example.org".parse()?).body(String::new())?;
/// # let trusted = Certificate::from_pem(server.ca_certificate_pem().as_bytes())?;
/// # let identity = Identity::from_pem(app.certificate_der(), app.private_key_pem().as_bytes())?;
/// # let tls = TlsParameters::builder(server.host().to_owned()).add_root_certificate(trusted).identify_with(identity).build()?;
/// # SmtpTransport::from_url(&server.url())?.tls(Tls::Wrapper(tls)).build().send(&mail)?;
/// // … the application sends a mail, and shows app.certificate_pem() with app.private_key_pem() …
/// let mail = server.only_mail();
/// assert_eq!(mail.envelope().tls().unwrap().client_certificate_subject(), Some("CN=app"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// With lettre on rustls, whose `Identity::from_pem` wants the certificate in DER:
///
/// ```
/// use lettre::transport::smtp::client::Identity;
/// use mailmock::ClientIdentity;
///
/// let app = ClientIdentity::new("app");
/// let identity = Identity::from_pem(app.certificate_der(), app.private_key_pem().as_bytes())?;
/// # Ok::<(), lettre::transport::smtp::Error>(())
/// ```
#[derive(Clone)]
pub struct ClientIdentity {
    certificate: Certificate,
    private_key: Arc<KeyPair>,
}

impl ClientIdentity {
    /// Makes one with that common name, issued by the authority of this process.
    pub fn new(common_name: &str) -> Self {
        let (certificate, private_key) = AUTHORITY.issue_to_client(common_name);
        Self {
            certificate,
            private_key: Arc::new(private_key),
        }
    }

    /// The certificate, in PEM.
    pub fn certificate_pem(&self) -> String {
        self.certificate.pem()
    }

    /// The certificate, in DER. With rustls, lettre 0.11's `Identity::from_pem` wants this, and the key in
    /// PEM.
    pub fn certificate_der(&self) -> &[u8] {
        self.certificate.der()
    }

    /// Its private key, as PKCS #8 in PEM.
    pub fn private_key_pem(&self) -> String {
        self.private_key.serialize_pem()
    }

    /// Its private key, as PKCS #8 in DER.
    pub fn private_key_der(&self) -> &[u8] {
        self.private_key.serialized_der()
    }

    /// Who has issued it, in PEM.
    pub fn ca_certificate_pem(&self) -> &'static str {
        &AUTHORITY.pem
    }
}

impl fmt::Debug for ClientIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientIdentity")
            .field("certificate", &self.certificate_pem())
            .finish_non_exhaustive()
    }
}
