//! TLS as a test sees it: what is known of it, what goes wrong on demand, and what must never happen.

#![cfg(feature = "tls")]

mod support;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use mailmock::{
    Action, Cause, ClientIdentity, Lapse, MailServer, Reply, Session, SessionEnd, Stage, TlsFault,
    Trigger, a_mail, a_rejection, a_session,
};
use support::{Client, eventually, tls_configuration};
use tokio_rustls::rustls;

fn ended(server: &MailServer) -> Session {
    eventually(|| server.sessions().pop().filter(|session| !session.is_open()))
}

#[test]
fn a_session_tells_of_its_tls() {
    let server = MailServer::builder().starttls().start();
    let mut client = Client::upgraded(&server);
    client
        .ok("EHLO again.example")
        .deliver("app@example.org", &["ada@example.org"], b"Hi\r\n");
    client.ok("QUIT");
    let session = ended(&server);
    let tls = session.tls().unwrap();
    assert_eq!(tls.version(), "TLSv1.3");
    assert!(
        tls.cipher_suite().starts_with("TLS_"),
        "{}",
        tls.cipher_suite()
    );
    assert_eq!(tls.server_name(), Some("localhost"));
    assert_eq!(tls.client_certificate_subject(), None);
    assert_eq!(session.hello_name(), Some("again.example"));
    let commands = |exchange: mailmock::Exchange<'_>| exchange.command().map(str::to_owned);
    let in_clear: Vec<_> = session.exchanges_in_clear().filter_map(commands).collect();
    assert_eq!(in_clear, ["EHLO test.example", "STARTTLS"]);
    let mail = server.only(a_mail().over_tls());
    assert_eq!(mail.envelope().tls(), Some(tls));
    assert_eq!(mail.message().raw(), b"Hi\r\n");
    let transcript = session.transcript().to_string();
    let (before, behind) = transcript.split_once("\n[TLSv1.3 begins]\n").unwrap();
    assert!(
        before.ends_with("C: STARTTLS\nS: 220 2.0.0 Ready to start TLS"),
        "{before}"
    );
    assert!(
        behind.starts_with("C: EHLO again.example\nS: 250-localhost"),
        "{behind}"
    );
    assert_eq!(session.end(), Some(SessionEnd::Quit));
}

#[test]
fn implicit_tls_is_there_from_the_start() {
    let server = MailServer::builder().implicit_tls().start();
    let mut client = Client::connect_over_tls(&server);
    client
        .ok("EHLO x")
        .deliver("app@example.org", &["ada@example.org"], b"Hi\r\n");
    let session = &server.sessions()[0];
    assert_eq!(session.exchanges_in_clear().count(), 0);
    assert!(
        session
            .transcript()
            .to_string()
            .starts_with("[TLSv1.3 begins]\nS: 220 localhost")
    );
    server.assert_sessions(a_session().used_tls().no_plaintext_auth());
}

#[test]
fn urls_are_as_lettre_reads_them() {
    let url = |server: &MailServer| {
        let url = server.url_as("a@b");
        assert_eq!(url.replace("a%40b:p%3A%2F@", ""), server.url());
        url.replace(&server.port().to_string(), "PORT")
    };
    let builder = || MailServer::builder().credentials("a@b", "p:/");
    assert_eq!(
        url(&builder().start()),
        "smtp://a%40b:p%3A%2F@127.0.0.1:PORT"
    );
    let starttls = builder().starttls().start();
    assert_eq!(
        url(&starttls),
        "smtp://a%40b:p%3A%2F@127.0.0.1:PORT?tls=required"
    );
    let required = builder().require_tls().start();
    assert_eq!(url(&required), url(&starttls));
    let implicit = builder().implicit_tls().require_tls().start();
    assert_eq!(url(&implicit), "smtps://a%40b:p%3A%2F@127.0.0.1:PORT");
    let token = MailServer::builder().oauth_token("app", "ya29.x").start();
    assert!(token.url_as("app").starts_with("smtp://app:ya29.x@"));
    assert!(token.url_as("other").starts_with("smtp://other:secret@"));
}

/// CVE-2011-0411: who sits in between must not have his commands taken for the client's.
#[test]
fn commands_behind_starttls_are_never_obeyed() {
    let server = MailServer::builder().starttls().start();
    let mut client = Client::connect(&server);
    client.ok("EHLO x");
    client.send(b"STARTTLS\r\nMAIL FROM:<eve@example.org>\r\nRCPT TO:<ada@example.org>\r\n");
    assert_eq!(
        client.rest(),
        "503 5.5.1 Nothing may follow STARTTLS before its reply\r\n"
    );
    let session = ended(&server);
    assert_eq!(session.end(), Some(SessionEnd::Refused));
    assert_eq!(session.remarks()[0].lapse(), Lapse::TextBehindStartTls);
    server.assert_rejected(a_rejection().code(503).cause(Cause::Sequence));
    assert!(!session.transcript().to_string().contains("eve"));

    // In a segment of its own it is no TLS, and is not obeyed either.
    let mut client = Client::connect(&server);
    client.ok("EHLO x").ok("STARTTLS");
    client.send(b"MAIL FROM:<eve@example.org>\r\n");
    assert!(!client.rest().contains("250"));
    let session = ended(&server);
    assert_eq!(session.end(), Some(SessionEnd::TlsFailed));
    let rejection = server.rejections().pop().unwrap();
    assert_eq!(
        (rejection.stage(), rejection.cause()),
        (Stage::TlsHandshake, Cause::Tls)
    );
    assert_eq!(
        rejection.detail(),
        Some("what the client sent is not TLS; does it know that TLS is on?")
    );
    assert!(server.mails().is_empty());
}

#[test]
fn what_is_known_before_tls_is_forgotten() {
    let server = MailServer::builder()
        .starttls()
        .allow_plaintext_auth()
        .require_auth()
        .start();
    let mut client = Client::connect(&server);
    client
        .ok("EHLO before.example")
        .ok("AUTH PLAIN AGFwcABzZWNyZXQ=")
        .ok("STARTTLS");
    client.begin_tls(&server);
    assert!(
        client
            .say("MAIL FROM:<a@example.org>")
            .starts_with("530 5.7.0 ")
    );
    client.ok("EHLO behind.example");
    assert!(
        client
            .say("MAIL FROM:<a@example.org>")
            .starts_with("530 5.7.0 ")
    );
    client
        .ok("AUTH PLAIN AGFwcABzZWNyZXQ=")
        .ok("MAIL FROM:<a@example.org>");
    let logins = server.logins();
    assert_eq!(
        logins.iter().map(|l| l.is_tls()).collect::<Vec<_>>(),
        [false, true]
    );
    assert_eq!(
        logins[0].to_string(),
        "PLAIN as \"app\", accepted, without TLS"
    );
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        server.assert_sessions(a_session().no_plaintext_auth());
    }));
    let told = *panic.unwrap_err().downcast::<String>().unwrap();
    assert!(
        told.contains("PLAIN as \"app\", accepted, without TLS; PLAIN"),
        "{told}"
    );
}

#[test]
fn credentials_in_clear_are_noticed_though_they_are_refused() {
    let server = MailServer::builder()
        .starttls()
        .credentials("app", "secret")
        .start();
    let mut client = Client::connect(&server);
    assert!(!client.say("EHLO x").contains("AUTH"));
    assert!(
        client
            .say("AUTH PLAIN AGFwcABzZWNyZXQ=")
            .starts_with("538 5.7.11 ")
    );
    let [login] = &server.logins()[..] else {
        panic!()
    };
    assert_eq!(
        (login.password(), login.is_accepted()),
        (Some("secret"), false)
    );
    let sessions = server.sessions();
    assert!(sessions[0].logins()[0].is_in_clear());
}

#[test]
fn starttls_can_be_stripped() {
    let server = MailServer::builder().strip_starttls().start();
    assert!(server.url().ends_with("?tls=required"));
    let mut client = Client::connect(&server);
    assert!(!client.say("EHLO x").contains("STARTTLS"));
    client.ok("STARTTLS").begin_tls(&server);
    client.ok("EHLO x");
}

#[test]
fn handshakes_can_be_broken_off_stalled_and_answered_with_garbage() {
    for (action, end) in [
        (Action::disconnect(), SessionEnd::Disconnected),
        (Action::reset(), SessionEnd::Reset),
        (
            Action::send_raw(*b"\x15\x03\x03\0\x02\x02\x28"),
            SessionEnd::Disconnected,
        ),
        (Action::send_raw("garbage"), SessionEnd::Disconnected),
        (
            Action::reply(Reply::tls_not_available()),
            SessionEnd::Disconnected,
        ),
        (
            Action::reply(Reply::new(220, "Twice")),
            SessionEnd::Disconnected,
        ),
        (
            Action::disconnect().after(Duration::from_secs(60)),
            SessionEnd::Disconnected,
        ),
    ] {
        for implicit in [false, true] {
            let builder = MailServer::builder();
            let server = if implicit {
                builder.implicit_tls()
            } else {
                builder.starttls()
            }
            .start();
            let rule = server
                .on(Trigger::tls_handshake())
                .first(1)
                .perform(action.clone());
            let mut client = Client::connect_silently(&server);
            if !implicit {
                client.reply();
                client.ok("EHLO x").ok("STARTTLS");
            }
            let configuration = tls_configuration(&server).with_no_client_auth();
            std::thread::scope(|scope| {
                let handshake = scope.spawn(|| client.begin_tls_with(configuration));
                if action.to_string().contains("after") {
                    rule.wait_for_hits(1).blocking();
                    server.advance_time(Duration::from_secs(60));
                }
                handshake.join().unwrap().unwrap_err();
            });
            let session = ended(&server);
            assert_eq!(session.end(), Some(end), "{action}");
            assert!(session.tls().is_none());
            assert_eq!(rule.hits(), 1);
            // The next one goes well.
            let mut client = if implicit {
                Client::connect_over_tls(&server)
            } else {
                Client::upgraded(&server)
            };
            client.ok("EHLO x");
        }
    }
}

#[test]
fn a_stalled_handshake_goes_on_when_the_rule_is_gone() {
    let server = MailServer::builder().implicit_tls().start();
    let rule = server.on(Trigger::tls_handshake()).hang();
    let client = std::thread::scope(|scope| {
        let client = scope.spawn(|| Client::connect_over_tls(&server));
        rule.wait_for_hits(1).blocking();
        rule.remove();
        client.join()
    });
    client.unwrap().ok("EHLO x").ok("QUIT");
    let transcript = ended(&server).transcript().to_string();
    assert!(
        transcript.starts_with("C: [a TLS handshake]\nS: [no reply]\n[TLSv1.3 begins]\nS: 220 "),
        "{transcript}"
    );

    // And a client that gives up meanwhile is noticed.
    server.on(Trigger::tls_handshake()).hang();
    let mut gone = Client::connect_silently(&server);
    gone.send(&[22, 3, 1, 2, 0, 1]);
    drop(gone);
    let gone = a_session().ended(SessionEnd::ClientClosed);
    server.wait_for_session(gone).blocking();

    // As is one that does not begin.
    drop(Client::connect_silently(&server));
    let gone = a_rejection().cause(Cause::Tls);
    let gone = server.wait_for_rejection(gone).blocking();
    assert_eq!(
        gone.detail(),
        Some("the client left without a word; does it know that TLS is on?")
    );
}

#[test]
fn a_client_that_begins_no_handshake_is_not_waited_for_without_end() {
    let server = MailServer::builder()
        .implicit_tls()
        .idle_timeout(Duration::from_secs(60))
        .start();
    let mut client = Client::connect_silently(&server);
    server.wait_for_session(a_session()).blocking();
    server.advance_time(Duration::from_secs(61));
    assert_eq!(client.rest(), "");
    assert_eq!(ended(&server).end(), Some(SessionEnd::TlsFailed));
    let rejection = &server.rejections()[0];
    assert_eq!(
        rejection.detail(),
        Some("the client was silent for too long")
    );
    // One that speaks SMTP in clear learns nothing, and the test learns why.
    let mut client = Client::connect_silently(&server);
    client.send(b"EHLO x\r\n");
    let _ = client.rest(); // an alert, perhaps
    assert_eq!(ended(&server).end(), Some(SessionEnd::TlsFailed));
    assert_eq!(
        server.rejections()[1].to_string(),
        "TLS handshake failed: what the client sent is not TLS; does it know that TLS is on?"
    );
}

#[test]
fn one_version_alone() {
    for (fault, version) in [
        (TlsFault::OnlyTls12, "TLSv1.2"),
        (TlsFault::OnlyTls13, "TLSv1.3"),
    ] {
        let server = MailServer::builder().implicit_tls().start();
        server.on(Trigger::tls_handshake()).tls_fault(fault);
        Client::connect_over_tls(&server).ok("EHLO x");
        assert_eq!(server.sessions()[0].tls().unwrap().version(), version);
        let other: &[_] = match fault {
            TlsFault::OnlyTls12 => &[&rustls::version::TLS13],
            _ => &[&rustls::version::TLS12],
        };
        let provider = rustls::crypto::ring::default_provider();
        let configuration = rustls::ClientConfig::builder_with_provider(provider.into())
            .with_protocol_versions(other)
            .unwrap()
            .with_root_certificates(rustls::RootCertStore::empty())
            .with_no_client_auth();
        let mut client = Client::connect_silently(&server);
        client.begin_tls_with(configuration).unwrap_err();
        server
            .wait_for_rejection(a_rejection().cause(Cause::Tls))
            .blocking();
    }
}

/// What a client reads at the end: whether the close was announced.
fn end_of(server: &MailServer) -> Result<usize, std::io::ErrorKind> {
    let mut client = Client::connect_over_tls(server);
    client.ok("EHLO x").ok("QUIT");
    client.read_to_end().map_err(|error| error.kind())
}

#[test]
fn connections_end_with_close_notify_unless_a_rule_says_otherwise() {
    let server = MailServer::builder().implicit_tls().start();
    assert_eq!(end_of(&server), Ok(0));
    server
        .on(Trigger::tls_handshake())
        .first(1)
        .tls_fault(TlsFault::NoCloseNotify);
    assert_eq!(end_of(&server), Err(std::io::ErrorKind::UnexpectedEof));
    assert_eq!(end_of(&server), Ok(0));
    // A server that is dropped says it too.
    let mut client = Client::connect_over_tls(&server);
    drop(server);
    assert_eq!(client.read_to_end().map_err(|error| error.kind()), Ok(0));
}

#[test]
fn clients_can_show_who_they_are() {
    let app = ClientIdentity::new("app");
    let configured = |server: &MailServer, identity: &ClientIdentity| {
        let chain = vec![identity.certificate_der().to_vec().into()];
        let key = rustls::pki_types::PrivatePkcs8KeyDer::from(identity.private_key_der().to_vec());
        tls_configuration(server)
            .with_client_auth_cert(chain, key.into())
            .unwrap()
    };
    // Asked for: whoever has one shows it, and all are served.
    let server = MailServer::builder()
        .implicit_tls()
        .request_client_certificate()
        .start();
    Client::connect_over_tls(&server).ok("EHLO x");
    let mut client = Client::connect_silently(&server);
    client.begin_tls_with(configured(&server, &app)).unwrap();
    client.reply();
    client
        .ok("EHLO x")
        .deliver("app@example.org", &["ada@example.org"], b"");
    let subjects: Vec<_> = server
        .sessions()
        .iter()
        .map(|session| {
            session
                .tls()
                .and_then(|tls| tls.client_certificate_subject())
                .map(str::to_owned)
        })
        .collect();
    assert_eq!(subjects, [None, Some("CN=app".to_owned())]);
    let mail = server.only_mail();
    assert_eq!(
        mail.envelope().tls().unwrap().client_certificate_der(),
        Some(app.certificate_der())
    );

    // Asked for, from those whom the authority knows.
    let server = MailServer::builder()
        .implicit_tls()
        .require_client_certificate()
        .client_ca_pem(app.ca_certificate_pem())
        .start();
    let mut client = Client::connect_silently(&server);
    client.begin_tls_with(configured(&server, &app)).unwrap();
    client.reply();
    let mut client = Client::connect_silently(&server);
    let configuration = tls_configuration(&server).with_no_client_auth();
    // In TLS 1.3 the client is told behind its own end of the handshake.
    let _ = client.begin_tls_with(configuration);
    assert!(client.read_to_end().is_err());
    let rejection = server
        .wait_for_rejection(a_rejection().cause(Cause::Tls))
        .blocking();
    assert_eq!(
        rejection.detail(),
        Some("the client has shown no certificate, which require_client_certificate() asks for")
    );
    // A rule can look at it.
    server
        .on(Trigger::when(|event| {
            let subject = event.tls().and_then(|tls| tls.client_certificate_subject());
            event.stage() == Stage::Mail && subject == Some("CN=app")
        }))
        .reply(Reply::rejected_by_policy());
    let mut client = Client::connect_silently(&server);
    client.begin_tls_with(configured(&server, &app)).unwrap();
    client.reply();
    assert!(
        client
            .ok("EHLO x")
            .say("MAIL FROM:<a@example.org>")
            .starts_with("550 ")
    );
}

#[test]
fn a_certificate_of_ones_own() {
    // Another's will do: its authority is its own, as it issued itself.
    let key = rcgen::KeyPair::generate().unwrap();
    let params = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let own = params.self_signed(&key).unwrap();
    let server = MailServer::builder()
        .implicit_tls()
        .certificate_pem(own.pem(), key.serialize_pem())
        .start();
    assert_eq!(server.ca_certificate_der(), own.der().as_ref());
    assert_eq!(server.ca_certificate_pem().trim(), own.pem().trim());
    Client::connect_over_tls(&server).ok("EHLO x");

    let builder = MailServer::builder().starttls();
    let error = |builder: mailmock::MailServerBuilder| builder.try_start().unwrap_err().to_string();
    let other = rcgen::KeyPair::generate().unwrap().serialize_pem();
    insta::assert_snapshot!(
        [
            error(builder.clone().certificate_pem("", "")),
            error(builder.clone().certificate_pem(own.pem(), "none")),
            error(builder.clone().certificate_pem(own.pem(), other)),
            error(builder.client_ca_pem("none")),
        ]
        .join("\n"),
        @"
    no mail server with TLS: no certificate in the PEM
    no mail server with TLS: no private key in the PEM
    no mail server with TLS: the private key is not that of the certificate
    no mail server with TLS: the authorities of clients: no certificate in the PEM
    "
    );
}

#[test]
#[should_panic(expected = "the server speaks no TLS: start it with builder().starttls()")]
fn a_server_without_tls_has_no_authority() {
    MailServer::start().ca_certificate_pem();
}

#[test]
#[should_panic(expected = "tls_fault(Expired) needs the trigger tls_handshake(), not connect()")]
fn a_fault_of_tls_needs_a_handshake() {
    MailServer::start()
        .on(Trigger::connect())
        .tls_fault(TlsFault::Expired);
}

#[test]
#[should_panic(expected = "a handshake has no reply for drip(1ms)")]
fn a_handshake_cannot_be_dripped() {
    MailServer::start()
        .on(Trigger::tls_handshake())
        .drip(Duration::from_millis(1));
}

/// What rules do over TLS is what they do in clear.
#[test]
fn rules_act_over_tls() {
    let server = MailServer::builder().starttls().start();
    let client = || {
        let mut client = Client::upgraded(&server);
        client.ok("EHLO x");
        client
    };
    let rule = server.on(Trigger::mail()).drip(Duration::from_millis(1));
    client().ok("MAIL FROM:<a@example.org>");
    rule.remove();
    let rule = server
        .on(Trigger::rcpt())
        .send_raw("250 first\r\n250 second\r\n");
    let mut two = client();
    assert_eq!(
        two.ok("MAIL FROM:<a@example.org>")
            .say("RCPT TO:<b@example.org>"),
        "250 first"
    );
    assert_eq!(two.reply(), "250 second");
    rule.remove();
    let rule = server.on(Trigger::data()).disconnect_after_bytes(10);
    let mut cut = client();
    cut.begin("a@example.org", &["b@example.org"])
        .send(&[b'x'; 100_000]);
    assert_eq!(cut.read_to_end().unwrap(), 0);
    rule.remove();
    let rule = server.on(Trigger::data()).throttle(10_000_000);
    let content = "0123456789 und so weiter\r\n".repeat(40_000).into_bytes();
    client().deliver("a@example.org", &["b@example.org"], &content);
    assert_eq!(server.only_mail().message().raw(), content);
    rule.remove();
    server.on(Trigger::mail()).reset();
    let mut reset = client();
    reset.send(b"MAIL FROM:<a@example.org>\r\n");
    reset.read_to_end().unwrap_err();
    // What is pipelined in one record is answered in order.
    let server = MailServer::builder().implicit_tls().start();
    let mut client = Client::connect_over_tls(&server);
    client.send(b"EHLO x\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\nDATA\r\n");
    let replies: String = (0..4)
        .map(|_| client.reply()[..3].to_owned() + " ")
        .collect();
    assert_eq!(replies, "250 250 250 354 ");
}

#[test]
fn many_sessions_at_once() {
    let server = MailServer::builder().starttls().start();
    std::thread::scope(|scope| {
        for number in 0..16 {
            let server = &server;
            scope.spawn(move || {
                let mut client = Client::upgraded(server);
                client.ok("EHLO x");
                let content = "Viel Text\r\n".repeat(2_000 * number).into_bytes();
                for _ in 0..5 {
                    let to = format!("user{number}@example.org");
                    client.deliver("app@example.org", &[&to], &content);
                }
            });
        }
    });
    server.assert_mail_count(80);
    server.assert_received_times(5, a_mail().sent_to("user7@example.org").over_tls());
}

#[test]
fn going_down_ends_what_is_over_tls_or_on_the_way_there() {
    let server = MailServer::builder().starttls().start();
    let mut secured = Client::upgraded(&server);
    let mut half = Client::connect(&server);
    half.ok("EHLO x").ok("STARTTLS");
    server.go_down();
    assert_eq!(secured.read_to_end().unwrap(), 0);
    assert_eq!(half.read_to_end().unwrap(), 0);
    assert!(
        server
            .sessions()
            .iter()
            .all(|s| s.end() == Some(SessionEnd::ServerClosed))
    );
    server.come_back();
    Client::upgraded(&server).ok("EHLO x");
}

/// An HTTP client over TLS is told apart as in clear.
#[test]
fn http_over_tls_is_told_apart() {
    let server = MailServer::builder().implicit_tls().start();
    let mut client = Client::connect_over_tls(&server);
    client.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    assert!(
        client
            .rest()
            .starts_with("500 5.5.2 This is an SMTP server, not an HTTP server")
    );
    let server = MailServer::builder().starttls().start();
    let mut stream = TcpStream::connect((server.host(), server.port())).unwrap();
    stream.write_all(&[22, 3, 1, 2, 0, 1]).unwrap();
    let mut told = String::new();
    stream.read_to_string(&mut told).unwrap();
    assert!(
        told.ends_with("500 5.5.2 This server speaks TLS only after STARTTLS\r\n"),
        "{told}"
    );
}

#[test]
fn what_is_said_of_certificates_turns_tls_on() {
    let app = ClientIdentity::new("app");
    let builder = MailServer::builder();
    for builder in [
        builder.clone().require_client_certificate(),
        builder.clone().request_client_certificate(),
        builder.clone().client_ca_pem(app.ca_certificate_pem()),
        builder.clone().implicit_tls().strip_starttls(),
    ] {
        assert!(builder.start().url().ends_with("?tls=required"));
    }
    let implicit = builder
        .implicit_tls()
        .require_client_certificate()
        .require_tls();
    assert!(implicit.start().url().starts_with("smtps://"));
}

#[test]
fn the_key_is_not_shown_though_it_is_in_the_same_file() {
    let key = rcgen::KeyPair::generate().unwrap();
    let params = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let own = params.self_signed(&key).unwrap();
    for both in [
        format!("{}{}", own.pem(), key.serialize_pem()),
        format!("{}{}", key.serialize_pem(), own.pem()),
    ] {
        let builder = MailServer::builder().certificate_pem(&both, &both);
        assert!(!format!("{builder:?}").contains("PRIVATE"));
        let server = builder.start();
        assert_eq!(server.ca_certificate_pem().trim(), own.pem().trim());
    }
}

#[test]
fn passwords_sent_ahead_in_clear_are_noticed() {
    let server = MailServer::builder().starttls().start();
    let mut client = Client::connect(&server);
    client
        .ok("EHLO x")
        .send(b"AUTH LOGIN YXBw\r\naHVudGVyMg==\r\n");
    assert!(client.reply().starts_with("538 ") && client.reply().starts_with("500 "));
    let told = a_session().no_plaintext_auth().check(&server.sessions()[0]);
    assert_eq!(
        told.unwrap_err(),
        "no_plaintext_auth(): credentials were sent ahead, without TLS"
    );
}

#[test]
fn a_crowd_of_clients_that_do_not_begin_is_turned_away() {
    let server = MailServer::builder().implicit_tls().max_sessions(2).start();
    let clients: Vec<_> = (0..5).map(|_| Client::connect_silently(&server)).collect();
    let turned_away = a_session().ended(SessionEnd::Refused);
    for _ in 0..3 {
        server.wait_for_session(turned_away.clone()).blocking();
    }
    eventually(|| (server.rejections().len() == 3).then_some(()));
    assert_eq!(server.sessions().iter().filter(|s| s.is_open()).count(), 2);
    // They are idle, as in clear.
    server.wait_until_idle().blocking();
    drop(clients);
}

/// Whether the server has let go of its end, as the system tells: it is of no process then.
#[cfg(target_os = "linux")]
fn is_let_go(session: &Session, server: &MailServer) -> bool {
    let ends = format!(
        ":{:04X} 0100007F:{:04X} ",
        server.port(),
        session.peer().port()
    );
    let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
    let mut lines = table.lines().filter(|line| line.contains(&ends));
    lines.all(|line| line.split_whitespace().nth(9) == Some("0"))
}

/// A client that reads nothing must not keep the server's socket.
#[cfg(target_os = "linux")]
#[test]
fn a_client_that_does_not_read_is_given_up() {
    let server = MailServer::builder()
        .implicit_tls()
        // Enough for a handshake, whatever else the machine has to do.
        .idle_timeout(Duration::from_secs(4))
        .start();
    server
        .on(Trigger::command("NOOP"))
        .send_raw(vec![b'x'; 30_000_000]);
    let mut client = Client::connect_over_tls(&server);
    assert!(!is_let_go(&server.sessions()[0], &server));
    client.ok("EHLO x").send(b"NOOP\r\n");
    let gone = a_session().ended(SessionEnd::TimedOut);
    let session = server.wait_for_session(gone);
    let session = session.timeout(Duration::from_secs(30)).blocking();
    eventually(|| is_let_go(&session, &server).then_some(()));
}

#[test]
fn the_hello_in_clear_is_forgotten() {
    let server = MailServer::builder().starttls().start();
    let mut client = Client::upgraded(&server);
    assert!(client.say("HELP").ends_with("HELP AUTH"));
    assert_eq!(server.sessions()[0].hello_name(), None);
    client.ok("EHLO again.example");
    assert_eq!(server.sessions()[0].hello_name(), Some("again.example"));
}
