//! The server's end of TLS: what it presents, and what it asks of clients.

use std::fmt;
use std::sync::{Arc, LazyLock};

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::server::NoServerSessionStorage;
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{Error, ServerConfig, SupportedProtocolVersion};

use super::authority::{AUTHORITY, Authority, Period, self_signed};
use super::identity::ServerIdentity;
use super::options::TlsOptions;
use crate::smtp::TlsFault;

static PROVIDER: LazyLock<Arc<CryptoProvider>> =
    LazyLock::new(|| Arc::new(ring::default_provider()));

/// By which a server on this machine is reached.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// Most servers are reached so, and one certificate serves them all.
static LOOPBACK_IDENTITY: LazyLock<ServerIdentity> =
    LazyLock::new(|| AUTHORITY.issue(&LOOPBACK.map(str::to_owned), Period::Now));

const BOTH_VERSIONS: &[&SupportedProtocolVersion] = &[&TLS12, &TLS13];

pub(in crate::server) struct Endpoint {
    options: TlsOptions,
    /// By which clients may reach the server.
    names: Vec<String>,
    usual: Arc<ServerConfig>,
    /// Who vouches for the usual certificate.
    authority_der: CertificateDer<'static>,
    authority_pem: String,
}

impl Endpoint {
    /// For clients that reach the server by the loopback interface, or by these names and addresses.
    pub(in crate::server) fn new(options: TlsOptions, others: &[&str]) -> Result<Self, String> {
        let mut names = LOOPBACK.map(str::to_owned).to_vec();
        for name in others {
            if !names.iter().any(|known| known == name) {
                names.push((*name).to_owned());
            }
        }
        let identity = usual_identity(&options, &names)?;
        let (authority_der, authority_pem) = match &options.certificate {
            None => (AUTHORITY.der.clone(), AUTHORITY.pem.clone()),
            Some((chain, _)) => {
                let last = identity.chain.last().cloned();
                let last = last.unwrap_or_else(|| Vec::new().into());
                (last, last_certificate(chain).to_owned())
            }
        };
        let usual = configuration(&options, identity, BOTH_VERSIONS)?;
        Ok(Self {
            options,
            names,
            usual: Arc::new(usual),
            authority_der,
            authority_pem,
        })
    }

    /// By which clients may reach the server, in the usual certificate.
    pub(in crate::server) fn names(&self) -> &[String] {
        &self.names
    }

    pub(in crate::server) fn authority_der(&self) -> &[u8] {
        &self.authority_der
    }

    pub(in crate::server) fn authority_pem(&self) -> &str {
        &self.authority_pem
    }

    /// What does the handshake, as a rule has it.
    pub(in crate::server) fn acceptor(
        &self,
        fault: Option<TlsFault>,
    ) -> Result<TlsAcceptor, String> {
        let names = self.names.as_slice();
        let (identity, versions) = match fault {
            None | Some(TlsFault::NoCloseNotify) => {
                return Ok(TlsAcceptor::from(Arc::clone(&self.usual)));
            }
            Some(TlsFault::OnlyTls12) => (usual_identity(&self.options, names)?, &[&TLS12][..]),
            Some(TlsFault::OnlyTls13) => (usual_identity(&self.options, names)?, &[&TLS13][..]),
            Some(TlsFault::Expired) => (AUTHORITY.issue(names, Period::Past), BOTH_VERSIONS),
            Some(TlsFault::NotYetValid) => (AUTHORITY.issue(names, Period::Future), BOTH_VERSIONS),
            Some(TlsFault::WrongHost) => {
                let names = ["wrong.host.invalid".to_owned()];
                (AUTHORITY.issue(&names, Period::Now), BOTH_VERSIONS)
            }
            Some(TlsFault::UnknownCa) => {
                let nobody = Authority::new("an authority that nobody knows");
                (nobody.issue(names, Period::Now), BOTH_VERSIONS)
            }
            Some(TlsFault::SelfSigned) => (self_signed(names), BOTH_VERSIONS),
        };
        let configuration = configuration(&self.options, identity, versions)?;
        Ok(TlsAcceptor::from(Arc::new(configuration)))
    }
}

/// The PEM of the last certificate, without what else the text holds, such as a key.
fn last_certificate(pem: &str) -> &str {
    const END: &str = "-----END CERTIFICATE-----";
    let start = pem.rfind("-----BEGIN CERTIFICATE-----").unwrap_or(0);
    let rest = &pem[start..];
    rest.find(END).map_or(rest, |end| &rest[..end + END.len()])
}

fn usual_identity(options: &TlsOptions, names: &[String]) -> Result<ServerIdentity, String> {
    match &options.certificate {
        None if names == LOOPBACK => Ok(LOOPBACK_IDENTITY.clone()),
        None => Ok(AUTHORITY.issue(names, Period::Now)),
        Some((chain, key)) => ServerIdentity::from_pem(chain, key),
    }
}

fn configuration(
    options: &TlsOptions,
    identity: ServerIdentity,
    versions: &[&'static SupportedProtocolVersion],
) -> Result<ServerConfig, String> {
    let builder = ServerConfig::builder_with_provider(Arc::clone(&PROVIDER))
        .with_protocol_versions(versions)
        .map_err(|error| error.to_string())?;
    let builder = if options.clients.is_requested {
        let verifier = options.clients.verifier(&PROVIDER);
        let verifier = verifier.map_err(|why| format!("the authorities of clients: {why}"))?;
        builder.with_client_cert_verifier(verifier)
    } else {
        builder.with_no_client_auth()
    };
    let mut configuration = builder
        .with_single_cert(identity.chain, identity.key)
        .map_err(|error| match error {
            Error::InconsistentKeys(_) => {
                "the private key is not that of the certificate".to_owned()
            }
            other => format!("the certificate does not serve: {other}"),
        })?;
    // Each handshake is a whole one, so that each shows the same, and a client looks at the certificate
    // each time.
    configuration.session_storage = Arc::new(NoServerSessionStorage {});
    configuration.send_tls13_tickets = 0;
    Ok(configuration)
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint")
            .field("names", &self.names)
            .finish_non_exhaustive()
    }
}
