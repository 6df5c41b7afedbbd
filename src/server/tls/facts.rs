//! What is known of a handshake: how it went, or why it did not.

use std::io;

use tokio_rustls::rustls::{AlertDescription, Error, ProtocolVersion, ServerConnection};

use super::subject::subject_of;
use crate::smtp::{ClientCertificate, Tls};

pub(in crate::server) fn facts_of(connection: &ServerConnection) -> Tls {
    let version = match connection.protocol_version() {
        Some(ProtocolVersion::TLSv1_2) => "TLSv1.2",
        _ => "TLSv1.3", // rustls speaks no other
    };
    let suite = connection.negotiated_cipher_suite();
    let suite = suite.map(|suite| format!("{:?}", suite.suite()));
    let certificate = connection.peer_certificates().and_then(<[_]>::first);
    Tls {
        version,
        // rustls tells the suites of TLS 1.3 apart where the registry does not.
        cipher_suite: suite.unwrap_or_default().replace("TLS13_", "TLS_").into(),
        server_name: connection.server_name().map(Into::into),
        client_certificate: certificate.map(|der| ClientCertificate {
            // The handshake has read it before.
            subject: subject_of(der).unwrap_or_default().into(),
            der: der.as_ref().into(),
        }),
    }
}

/// Why a handshake failed, and what may be done about it; nothing, if a rule wanted it so. The names are
/// those in the certificate.
pub(in crate::server) fn reason_of(error: &io::Error, is_wanted: bool, names: &[String]) -> String {
    let tls = error.get_ref().and_then(|e| e.downcast_ref::<Error>());
    let Some(tls) = tls else {
        return match error.kind() {
            io::ErrorKind::UnexpectedEof => "the client closed the connection".to_owned(),
            _ => error.to_string(),
        };
    };
    match tls {
        Error::AlertReceived(alert) => {
            let trust = "is it to trust server.ca_certificate_pem()?";
            let advice = match alert {
                _ if is_wanted => String::new(),
                AlertDescription::UnknownCA => format!("; {trust}"),
                AlertDescription::BadCertificate | AlertDescription::CertificateUnknown => {
                    let names = names.join(", ");
                    format!("; does it know the server by one of the names {names}, and {trust}")
                }
                _ => String::new(),
            };
            format!("the client refused with the alert {alert:?}{advice}")
        }
        Error::NoCertificatesPresented => {
            "the client has shown no certificate, which require_client_certificate() asks for"
                .to_owned()
        }
        Error::InvalidCertificate(why) => {
            format!("the client's certificate does not serve with client_ca_pem(..): {why}")
        }
        Error::InvalidMessage(_) => {
            "what the client sent is not TLS; does it know that TLS is on?".to_owned()
        }
        other => other.to_string(),
    }
}
