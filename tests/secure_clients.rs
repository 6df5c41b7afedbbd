//! Clients that people really use, over STARTTLS and implicit TLS, with AUTH: each verifies the server's
//! certificate against the authority that the server names, and turns faulty ones down.

#![cfg(feature = "tls")]

mod support;

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{
    AsyncSmtpTransport, AsyncTransport as _, SmtpTransport, Tokio1Executor, Transport as _,
};
use mail_send::SmtpClientBuilder;
use mailmock::{MailServer, SessionEnd, TlsFault, Trigger, a_mail, a_session};
use support::program::{NODE_MODULES, has_node_modules, output_of};
use support::{eventually, hello, tls_configuration};
use tokio_rustls::TlsConnector;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Mode {
    StartTls,
    Implicit,
}

impl Mode {
    fn server(self) -> MailServer {
        let builder = MailServer::builder()
            .credentials("app", "s3cret")
            .require_auth();
        match self {
            Self::StartTls => builder.starttls().require_tls().start(),
            Self::Implicit => builder.implicit_tls().start(),
        }
    }
}

/// Sends one mail, and says whether that went well; `None` if there is no such client here.
type Send = fn(&MailServer, Mode, &str) -> Option<bool>;

/// Both ways with a right certificate, then each faulty one, but for those that the client is known not
/// to look at.
fn check(client: Send, overlooked: &[TlsFault]) {
    for mode in [Mode::StartTls, Mode::Implicit] {
        let server = mode.server();
        let authority = authority_file(&server);
        let Some(is_sent) = client(&server, mode, &authority) else {
            return;
        };
        assert!(is_sent, "{mode:?}: {}", server.sessions()[0].transcript());
        server.assert_received(a_mail().sent_to("ada@example.org").over_tls());
        let session = a_session()
            .used_tls()
            .authenticated_as("app")
            .no_plaintext_auth();
        server.assert_sessions(session);
        let logins = server.logins();
        assert!(
            logins
                .iter()
                .any(|login| login.is_accepted() && login.is_tls())
        );
        assert!(
            !server.sessions()[0]
                .transcript()
                .to_string()
                .contains("s3cret")
        );
        for fault in TlsFault::CERTIFICATES {
            let mark = server.mark();
            let rule = server.on(Trigger::tls_handshake()).tls_fault(fault);
            let is_sent = client(&server, mode, &authority).unwrap();
            let is_overlooked = overlooked.contains(&fault);
            assert_eq!(is_sent, is_overlooked, "{mode:?} {fault:?}");
            assert_eq!(rule.hits(), 1);
            let server = server.since(mark);
            assert_eq!(server.mails().is_empty(), !is_overlooked);
            if !is_overlooked {
                let session = eventually(|| server.sessions().pop().filter(|s| !s.is_open()));
                // It fails the handshake, or looks at the certificate behind it, and tells nothing.
                let is_failed = session.end() == Some(SessionEnd::TlsFailed);
                assert!(is_failed || session.end() == Some(SessionEnd::ClientClosed));
                let in_clear = session.exchanges_in_clear().count();
                let mut over_tls = session.exchanges().skip(in_clear);
                assert!(over_tls.all(|exchange| exchange.command().is_none()));
                assert!(server.logins().is_empty());
            }
            rule.remove();
        }
        fs::remove_file(authority).unwrap();
    }
}

fn authority_file(server: &MailServer) -> String {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let path = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join(format!("authority-{}-{count}.pem", std::process::id()));
    fs::write(&path, server.ca_certificate_pem()).unwrap();
    path.to_str().unwrap().to_owned()
}

/// Runs another program that sends one mail.
fn sends(program: &str, arguments: &[&str]) -> Option<bool> {
    let mail = b"Subject: Hello\r\n\r\nHello\r\n";
    Some(output_of(program, arguments, mail)?.status.success())
}

fn lettre_tls(server: &MailServer, mode: Mode) -> Tls {
    let trusted = Certificate::from_pem(server.ca_certificate_pem().as_bytes()).unwrap();
    let parameters = TlsParameters::builder(server.host().to_owned())
        .add_root_certificate(trusted)
        .build()
        .unwrap();
    match mode {
        Mode::StartTls => Tls::Required(parameters),
        Mode::Implicit => Tls::Wrapper(parameters),
    }
}

#[test]
fn lettre_blocking() {
    check(
        |server, mode, _| {
            let transport = SmtpTransport::from_url(&server.url_as("app")).unwrap();
            let transport = transport.tls(lettre_tls(server, mode)).build();
            Some(transport.send(&hello()).is_ok())
        },
        &[],
    );
}

fn on_tokio<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(future)
}

#[test]
fn lettre_on_tokio() {
    check(
        |server, mode, _| {
            Some(on_tokio(async {
                let url = server.url_as("app");
                let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(&url).unwrap();
                let transport = transport.tls(lettre_tls(server, mode)).build();
                transport.send(hello()).await.is_ok()
            }))
        },
        &[],
    );
}

#[test]
fn mail_send() {
    check(
        |server, mode, _| {
            let configuration = tls_configuration(server).with_no_client_auth();
            let connector = TlsConnector::from(Arc::new(configuration));
            let builder =
                SmtpClientBuilder::new_with_tls_connector("127.0.0.1", server.port(), connector)
                    .implicit_tls(mode == Mode::Implicit)
                    .credentials(("app", "s3cret"));
            Some(on_tokio(async {
                let Ok(mut client) = builder.connect().await else {
                    return false;
                };
                let to = ["ada@example.org"];
                let message =
                    mail_send::smtp::message::Message::new("app@example.org", to, b"Hello\r\n");
                client.send(message).await.is_ok()
            }))
        },
        &[],
    );
}

#[test]
fn curl() {
    check(
        |server, mode, authority| {
            let scheme = match mode {
                Mode::StartTls => "smtp",
                Mode::Implicit => "smtps",
            };
            let url = format!("{scheme}://localhost:{}", server.port());
            let arguments = [
                "--silent",
                "--ipv4",
                "--ssl-reqd",
                "--cacert",
                authority,
                "--url",
                &url,
                "--user",
                "app:s3cret",
                "--mail-from",
                "app@example.org",
                "--mail-rcpt",
                "ada@example.org",
                "--upload-file",
                "-",
            ];
            sends("curl", &arguments)
        },
        &[],
    );
}

#[test]
fn swaks() {
    check(
        |server, mode, authority| {
            let host = format!("{}:{}", server.host(), server.port());
            let tls = match mode {
                Mode::StartTls => "--tls",
                Mode::Implicit => "--tls-on-connect",
            };
            let arguments = [
                "--server",
                &host,
                tls,
                "--tls-verify",
                "--tls-ca-path",
                authority,
                "--auth",
                "PLAIN",
                "--auth-user",
                "app",
                "--auth-password",
                "s3cret",
                "--from",
                "app@example.org",
                "--to",
                "ada@example.org",
                "--data",
                "-",
            ];
            sends("swaks", &arguments)
        },
        // It does not look whose the certificate is.
        &[TlsFault::WrongHost],
    );
}

#[test]
fn msmtp() {
    check(
        |server, mode, authority| {
            let port = format!("--port={}", server.port());
            let trust = format!("--tls-trust-file={authority}");
            let starttls = match mode {
                Mode::StartTls => "--tls-starttls=on",
                Mode::Implicit => "--tls-starttls=off",
            };
            let arguments = [
                "--host=localhost",
                &port,
                "--tls=on",
                starttls,
                &trust,
                "--auth=plain",
                "--user=app",
                "--passwordeval=echo s3cret",
                "--from=app@example.org",
                "ada@example.org",
            ];
            sends("msmtp", &arguments)
        },
        &[],
    );
}

const SMTPLIB: &str = "
import smtplib, ssl, sys
port, mode, authority = int(sys.argv[1]), sys.argv[2], sys.argv[3]
context = ssl.create_default_context(cafile=authority)
# As Python does of its own accord from 3.13 on.
context.verify_flags |= ssl.VERIFY_X509_STRICT
if mode == 'Implicit':
    client = smtplib.SMTP_SSL('127.0.0.1', port, context=context)
else:
    client = smtplib.SMTP('127.0.0.1', port)
    client.starttls(context=context)
with client:
    client.login('app', 's3cret')
    client.sendmail('app@example.org', 'ada@example.org', sys.stdin.read())
";

#[test]
fn python_smtplib() {
    check(
        |server, mode, authority| {
            let (port, mode) = (server.port().to_string(), format!("{mode:?}"));
            sends("python3", &["-c", SMTPLIB, &port, &mode, authority])
        },
        &[],
    );
}

const NODEMAILER: &str = "
const fs = require('fs');
const nodemailer = require(process.argv[1] + '/nodemailer');
const [port, mode, authority] = process.argv.slice(2);
const transport = nodemailer.createTransport({
  host: '127.0.0.1', port, secure: mode === 'Implicit', requireTLS: true,
  tls: { ca: fs.readFileSync(authority) }, auth: { user: 'app', pass: 's3cret' },
});
transport.sendMail({ from: 'app@example.org', to: 'ada@example.org', text: 'Hello' })
  .catch(error => { console.error(error); process.exitCode = 1; });
";

#[test]
fn nodemailer() {
    if !has_node_modules() {
        return;
    }
    check(
        |server, mode, authority| {
            let (port, mode) = (server.port().to_string(), format!("{mode:?}"));
            sends(
                "node",
                &["-e", NODEMAILER, NODE_MODULES, &port, &mode, authority],
            )
        },
        &[],
    );
}
