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

/// Why a handshake failed, and what may be done about it if that is not wanted.
pub(in crate::server) fn reason_of(error: &io::Error, is_wanted: bool) -> String {
    let tls = error.get_ref().and_then(|e| e.downcast_ref::<Error>());
    let Some(tls) = tls else {
        return match error.kind() {
            io::ErrorKind::UnexpectedEof => "the client closed the connection".to_owned(),
            _ => error.to_string(),
        };
    };
    match tls {
        Error::AlertReceived(alert) => {
            let advice = match alert {
                AlertDescription::UnknownCA
                | AlertDescription::BadCertificate
                | AlertDescription::CertificateUnknown
                    if !is_wanted =>
                {
                    "; is it to trust server.ca_certificate_pem()?"
                }
                _ => "",
            };
            format!("the client refused with the alert {alert:?}{advice}")
        }
        Error::InvalidMessage(_) => {
            "what the client sent is not TLS; does it know that TLS is on?".to_owned()
        }
        other => other.to_string(),
    }
}
