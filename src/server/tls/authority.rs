//! Who issues the certificates: an authority that each process makes for itself.

use std::net::IpAddr;
use std::sync::LazyLock;
use std::time::{Duration, SystemTime};

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, SanType,
};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::identity::ServerIdentity;

/// The one of this process: made when it is first needed, and gone with the process.
pub(super) static AUTHORITY: LazyLock<Authority> =
    LazyLock::new(|| Authority::new("mailmock test authority"));

/// Some systems trust no server's certificate for longer than 825 days, nor for 398 if it comes from
/// a public authority.
const VALIDITY: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Clocks of machines that share a test differ.
const LEEWAY: Duration = Duration::from_secs(24 * 60 * 60);

pub(super) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub(super) der: CertificateDer<'static>,
    pub(super) pem: String,
}

/// When a certificate is valid.
#[derive(Clone, Copy)]
pub(super) enum Period {
    Now,
    Past,
    Future,
}

impl Authority {
    pub(super) fn new(name: &str) -> Self {
        let mut params = named(name);
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = new_key();
        let certificate = params
            .self_signed(&key)
            .expect("its name is ASCII and its key is ours");
        Self {
            der: certificate.der().clone(),
            pem: certificate.pem(),
            issuer: Issuer::new(params, key),
        }
    }

    /// A certificate for a server of these names and addresses.
    pub(super) fn issue(&self, names: &[String], period: Period) -> ServerIdentity {
        let (key, params) = (new_key(), for_server(names, period));
        let certificate = params
            .signed_by(&key, &self.issuer)
            .expect("its names are ASCII and its keys are ours");
        ServerIdentity {
            chain: vec![certificate.der().clone()],
            key: private(&key),
        }
    }

    /// A certificate for a client of that name, and its private key.
    pub(super) fn issue_to_client(&self, name: &str) -> (Certificate, KeyPair) {
        let mut params = named(name);
        params.use_authority_key_identifier_extension = true;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let key = new_key();
        let certificate = params
            .signed_by(&key, &self.issuer)
            .expect("a name is a text and its keys are ours");
        (certificate, key)
    }
}

/// A certificate for a server that nobody but itself has issued.
pub(super) fn self_signed(names: &[String]) -> ServerIdentity {
    let key = new_key();
    let certificate = for_server(names, Period::Now)
        .self_signed(&key)
        .expect("its names are ASCII and its key is ours");
    ServerIdentity {
        chain: vec![certificate.der().clone()],
        key: private(&key),
    }
}

/// ECDSA on P-256: all clients know it, and it is made at once.
fn new_key() -> KeyPair {
    KeyPair::generate().expect("the system has random numbers")
}

fn private(key: &KeyPair) -> PrivateKeyDer<'static> {
    PrivateKeyDer::Pkcs8(key.serialize_der().into())
}

fn named(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.remove(DnType::CommonName); // rcgen's own
    params.distinguished_name.push(DnType::CommonName, name);
    let now = SystemTime::now();
    params.not_before = (now - LEEWAY).into();
    params.not_after = (now + VALIDITY).into();
    params
}

fn for_server(names: &[String], period: Period) -> CertificateParams {
    let mut params = named(names.first().map_or("localhost", String::as_str));
    let sans = names
        .iter()
        .filter_map(|name| match name.parse::<IpAddr>() {
            Ok(address) => Some(SanType::IpAddress(address)),
            Err(_) => name.as_str().try_into().ok().map(SanType::DnsName),
        });
    params.subject_alt_names = sans.collect();
    params.use_authority_key_identifier_extension = true;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let now = SystemTime::now();
    match period {
        Period::Now => {}
        Period::Past => {
            params.not_before = (now - 2 * VALIDITY).into();
            params.not_after = (now - VALIDITY).into();
        }
        Period::Future => {
            params.not_before = (now + VALIDITY).into();
            params.not_after = (now + 2 * VALIDITY).into();
        }
    }
    params
}
