//! A certificate with its private key: who a server is.

use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// Who a server says that it is.
pub(super) struct ServerIdentity {
    /// Its own certificate first.
    pub(super) chain: Vec<CertificateDer<'static>>,
    pub(super) key: PrivateKeyDer<'static>,
}

impl Clone for ServerIdentity {
    fn clone(&self) -> Self {
        Self {
            chain: self.chain.clone(),
            key: self.key.clone_key(),
        }
    }
}

impl ServerIdentity {
    pub(super) fn from_pem(chain: &str, key: &str) -> Result<Self, String> {
        Ok(Self {
            chain: certificates(chain)?,
            key: PrivateKeyDer::from_pem_slice(key.as_bytes())
                // The reason may cite a line of it.
                .map_err(|_| "no private key in the PEM".to_owned())?,
        })
    }
}

pub(super) fn certificates(pem: &str) -> Result<Vec<CertificateDer<'static>>, String> {
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    match certificates {
        Ok(certificates) if certificates.is_empty() => Err("no certificate in the PEM".to_owned()),
        Ok(certificates) => Ok(certificates),
        Err(error) => Err(format!("no certificate in the PEM: {error}")),
    }
}
