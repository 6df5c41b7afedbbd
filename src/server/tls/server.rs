//! What a test asks a server about its TLS.

use super::endpoint::Endpoint;
use crate::server::mail_server::MailServer;

/// TLS, with the feature `tls`.
impl MailServer {
    /// The certificate that clients are to trust, in PEM: that of the authority that issued the server's.
    /// It is the same for all servers of a process. Of a certificate of
    /// [your own](crate::MailServerBuilder::certificate_pem) it is the last one of the chain.
    ///
    /// # Panics
    ///
    /// If the server speaks no TLS.
    #[track_caller]
    pub fn ca_certificate_pem(&self) -> &str {
        self.endpoint().authority_pem()
    }

    /// As [`ca_certificate_pem`](Self::ca_certificate_pem), in DER.
    ///
    /// # Panics
    ///
    /// If the server speaks no TLS.
    #[track_caller]
    pub fn ca_certificate_der(&self) -> &[u8] {
        self.endpoint().authority_der()
    }

    #[track_caller]
    fn endpoint(&self) -> &Endpoint {
        match &self.tls {
            Some(endpoint) => endpoint,
            None => panic!("the server speaks no TLS: start it with builder().starttls()"),
        }
    }
}
