//! What lettre makes of each outage that the docs name, and of each reply: pinned, as applications
//! decide by it whether to try again.

use std::time::Duration;

use lettre::transport::smtp::Error;
use lettre::{
    AsyncSmtpTransport, AsyncTransport as _, Message, SmtpTransport, Tokio1Executor, Transport as _,
};
use mailmock::{Action, Extension, MailServer, RateLimit, Reply, Trigger};

fn mail() -> Message {
    Message::builder()
        .from("app@example.org".parse().unwrap())
        .to("ada@example.org".parse().unwrap())
        .to("bob@example.org".parse().unwrap())
        .to("eve@example.org".parse().unwrap())
        .body("Hello!".to_owned())
        .unwrap()
}

/// For a server that is silent: this is waited for.
const SHORT: Duration = Duration::from_secs(2);

/// For one that is not: this never is.
const LONG: Duration = Duration::from_secs(60);

fn transport(server: &MailServer, patience: Duration) -> SmtpTransport {
    let builder = SmtpTransport::from_url(&server.url()).unwrap();
    builder.timeout(Some(patience)).build()
}

/// What an application can ask of an error.
fn verdict<T>(result: Result<T, Error>) -> String {
    let Err(error) = result else {
        return "sent".to_owned();
    };
    let mut facts = Vec::new();
    for (is, fact) in [
        (error.is_transient(), "transient"),
        (error.is_permanent(), "permanent"),
        (error.is_response(), "response"),
        (error.is_client(), "client"),
        (error.is_timeout(), "timeout"),
    ] {
        if is {
            facts.push(fact.to_owned());
        }
    }
    facts.extend(error.status().map(|code| code.to_string()));
    let facts = if facts.is_empty() {
        "none of them".to_owned()
    } else {
        facts.join(" ")
    };
    let text = error.to_string();
    // The system's words differ from one to another.
    let text = text.split(" (os error").next().unwrap();
    format!("{facts} | {text}")
}

fn send(server: &MailServer, patience: Duration) -> String {
    verdict(transport(server, patience).send(&mail()))
}

#[test]
fn lettre_tells_each_outage() {
    let hours = Duration::from_secs(3600);
    let unknown = Reply::new(550, "Sender's domain is unknown").enhanced("5.1.8");
    let rules = [
        ("silent connect", Trigger::connect(), Action::hang()),
        ("RST", Trigger::connect(), Action::reset()),
        ("FIN", Trigger::connect(), Action::disconnect()),
        (
            "421 greeting",
            Trigger::connect(),
            Action::reply(Reply::service_not_available()),
        ),
        (
            "554 greeting",
            Trigger::connect(),
            Action::reply(Reply::no_smtp_service()),
        ),
        ("unknown host", Trigger::mail(), Action::reply(unknown)),
        (
            "slow",
            Trigger::rcpt(),
            Action::proceed().after(Duration::from_millis(20)),
        ),
        ("hangs", Trigger::end_of_data(), Action::hang()),
        (
            "drop before the dot",
            Trigger::data(),
            Action::disconnect_after_bytes(10),
        ),
        (
            "drop behind the dot",
            Trigger::end_of_data(),
            Action::accept_then_disconnect(),
        ),
        (
            "accepted and lost",
            Trigger::end_of_data(),
            Action::accept_and_discard(),
        ),
        (
            "mailbox full",
            Trigger::end_of_data(),
            Action::reply(Reply::mailbox_full()),
        ),
        (
            "one recipient of three",
            Trigger::rcpt_to("bob@example.org"),
            Action::reply(Reply::mailbox_unavailable()),
        ),
    ];
    let tell = |name, server: &MailServer| {
        let is_silent = matches!(name, "silent connect" | "hangs");
        let told = send(server, if is_silent { SHORT } else { LONG });
        format!("{name}: {told} | stored {}", server.mails().len())
    };
    let mut told = Vec::new();
    for (name, trigger, action) in rules {
        let server = MailServer::start();
        server.on(trigger).perform(action);
        told.push(tell(name, &server));
    }
    let server = MailServer::start();
    server.go_down();
    told.push(tell("connection refused", &server));
    let server = MailServer::builder().greylist(hours).start();
    told.push(tell("greylisting", &server));
    let server = MailServer::builder()
        .rate_limit(RateLimit::new(0, hours))
        .start();
    told.push(tell("rate limited", &server));
    // Whether it is still connecting when the RST comes is for the system to say.
    let told = told.join("\n").replace(
        "Connection error: Connection reset",
        "network error: Connection reset",
    );
    insta::assert_snapshot!(told, @"
    silent connect: none of them | network error: Resource temporarily unavailable | stored 0
    RST: none of them | network error: Connection reset by peer | stored 0
    FIN: response | response error: incomplete response | stored 0
    421 greeting: transient 421 | transient error (421): 4.3.2 Service not available, closing | stored 0
    554 greeting: permanent 554 | permanent error (554): 5.3.2 No SMTP service here | stored 0
    unknown host: permanent 550 | permanent error (550): 5.1.8 Sender's domain is unknown | stored 0
    slow: sent | stored 1
    hangs: none of them | network error: Resource temporarily unavailable | stored 0
    drop before the dot: response | response error: incomplete response | stored 0
    drop behind the dot: response | response error: incomplete response | stored 1
    accepted and lost: sent | stored 0
    mailbox full: permanent 552 | permanent error (552): 5.2.2 Mailbox full | stored 0
    one recipient of three: permanent 550 | permanent error (550): 5.1.1 Mailbox unavailable | stored 0
    connection refused: none of them | Connection error: Connection refused | stored 0
    greylisting: transient 451 | transient error (451): 4.7.1 Greylisted, try again later | stored 0
    rate limited: transient 450 | transient error (450): 4.7.1 Rate limit exceeded, try again later | stored 0
    ");
}

#[test]
fn lettre_tells_the_named_replies_apart() {
    let replies = [
        Reply::mailbox_busy(),
        Reply::try_again_later(),
        Reply::greylisted(),
        Reply::too_many_recipients(),
        Reply::insufficient_storage(),
        Reply::mailbox_full_for_now(),
        Reply::command_not_recognized(),
        Reply::invalid_argument(),
        Reply::command_not_implemented(),
        Reply::bad_sequence(),
        Reply::parameter_not_implemented(),
        Reply::authentication_required(),
        Reply::mailbox_unavailable(),
        Reply::relaying_denied(),
        Reply::rejected_by_policy(),
        Reply::user_not_local("ada@example.net"),
        Reply::mailbox_full(),
        Reply::message_too_big(),
        Reply::mailbox_name_not_allowed(),
        Reply::transaction_failed(),
        Reply::parameters_not_recognized(),
        Reply::new(550, "several\nlines").enhanced("5.7.1"),
    ];
    let told = replies.map(|reply| {
        let server = MailServer::start();
        server.on(Trigger::rcpt()).reply(reply);
        send(&server, LONG)
    });
    insta::assert_snapshot!(told.join("\n"), @"
    transient 450 | transient error (450): 4.2.0 Mailbox busy
    transient 451 | transient error (451): 4.3.0 Try again later
    transient 451 | transient error (451): 4.7.1 Greylisted, try again later
    transient 452 | transient error (452): 4.5.3 Too many recipients
    transient 452 | transient error (452): 4.3.1 Insufficient system storage
    transient 452 | transient error (452): 4.2.2 Mailbox full
    permanent 500 | permanent error (500): 5.5.2 Command not recognized
    permanent 501 | permanent error (501): 5.5.4 Syntax error in parameters or arguments
    permanent 502 | permanent error (502): 5.5.1 Command not implemented
    permanent 503 | permanent error (503): 5.5.1 Bad sequence of commands
    permanent 504 | permanent error (504): 5.5.4 Command parameter not implemented
    permanent 530 | permanent error (530): 5.7.0 Authentication required
    permanent 550 | permanent error (550): 5.1.1 Mailbox unavailable
    permanent 550 | permanent error (550): 5.7.1 Relaying denied
    permanent 550 | permanent error (550): 5.7.1 Rejected for policy reasons
    permanent 551 | permanent error (551): 5.1.6 User not local; please try <ada@example.net>
    permanent 552 | permanent error (552): 5.2.2 Mailbox full
    permanent 552 | permanent error (552): 5.3.4 Message too big for this server
    permanent 553 | permanent error (553): 5.1.3 Mailbox name not allowed
    permanent 554 | permanent error (554): 5.0.0 Transaction failed
    permanent 555 | permanent error (555): 5.5.4 MAIL FROM or RCPT TO parameters not recognized
    permanent 550 | permanent error (550): 5.7.1 several lines
    ");
}

#[test]
fn lettre_tells_what_is_no_reply() {
    let long = format!("250 {}\r\n", "x".repeat(10_000));
    let cases = [
        ("garbage", "garbage\r\n"),
        ("wrong code in a line", "250-one\r\n550 two\r\n"),
        ("unknown code", "299 what\r\n"),
        ("code out of range", "999 what\r\n"),
        ("bare LF", "250 fine\n"),
        ("two replies in one", "250 fine\r\n250 one too many\r\n"),
        ("10 kB", &long),
        ("354 too early", "354 go on\r\n"),
        ("no line end", "250 fine"),
    ];
    let told = cases.map(|(name, raw)| {
        let server = MailServer::start();
        server.on(Trigger::mail()).send_raw(raw);
        let is_silent = matches!(name, "bare LF" | "no line end");
        let told = send(&server, if is_silent { SHORT } else { LONG });
        format!("{name}: {told} | stored {}", server.mails().len())
    });
    insta::assert_snapshot!(told.join("\n"), @"
    garbage: response | response error: error Tag at: garbage
     | stored 0
    wrong code in a line: response | response error: error Not at:  | stored 0
    unknown code: response | response error: error Tag at: 99 what
     | stored 0
    code out of range: response | response error: error Tag at: 999 what
     | stored 0
    bare LF: none of them | network error: Resource temporarily unavailable | stored 0
    two replies in one: sent | stored 1
    10 kB: response | response error: SMTP response line too long | stored 0
    354 too early: permanent 503 | permanent error (503): 5.5.1 MAIL first | stored 0
    no line end: none of them | network error: Resource temporarily unavailable | stored 0
    ");
}

#[test]
fn lettre_tells_failures_of_auth_and_starttls() {
    let server = MailServer::start();
    server.on(Trigger::auth()).in_turn([
        Action::reply(Reply::credentials_invalid()),
        Action::reply(Reply::new(454, "Temporary failure").enhanced("4.7.0")),
        Action::disconnect(),
    ]);
    let url = server.url_as("app");
    let attempt = || {
        let transport = SmtpTransport::from_url(&url).unwrap().build();
        verdict(transport.send(&mail()))
    };
    let auth = [attempt(), attempt(), attempt(), attempt()].join("\n");

    let server = MailServer::builder()
        .with_extension(Extension::custom("STARTTLS"))
        .start();
    server
        .on(Trigger::starttls())
        .reply(Reply::tls_not_available());
    let transport = SmtpTransport::from_url(&format!("{}?tls=required", server.url()))
        .unwrap()
        .build();
    let tls = verdict(transport.send(&mail()));
    insta::assert_snapshot!(format!("{auth}\n{tls}"), @"
    permanent 535 | permanent error (535): 5.7.8 Authentication credentials invalid
    transient 454 | transient error (454): 4.7.0 Temporary failure
    response | response error: incomplete response
    sent
    transient 454 | transient error (454): 4.7.0 TLS not available for a temporary reason
    ");
}

#[test]
fn a_stale_pooled_session_is_noticed_by_lettre() {
    // Expired while it was idle: the 421 is there before the next mail, and the pool's NOOP finds it.
    let server = MailServer::start();
    let transport = transport(&server, LONG);
    transport.send(&mail()).unwrap();
    server.advance_time(Duration::from_secs(600));
    transport.send(&mail()).unwrap();
    assert_eq!((server.mails().len(), server.sessions().len()), (2, 2));
    // Refused at MAIL, on the session that has already delivered.
    server
        .on(Trigger::mail())
        .first(1)
        .reply(Reply::service_not_available());
    let told = verdict(transport.send(&mail()));
    assert!(told.starts_with("transient 421 | "), "{told}");
    transport.send(&mail()).unwrap();
    assert_eq!((server.mails().len(), server.sessions().len()), (3, 3));
}

#[tokio::test]
async fn lettre_on_tokio_tells_the_same() {
    let server = MailServer::start();
    let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(&server.url()).unwrap();
    let transport = builder.build();
    server.on(Trigger::end_of_data()).in_turn([
        Action::reply(Reply::try_again_later()),
        Action::reply(Reply::mailbox_full()),
        Action::accept_then_disconnect(),
        Action::reset(),
    ]);
    let mut told = Vec::new();
    for _ in 0..5 {
        told.push(verdict(transport.send(mail()).await));
    }
    insta::assert_snapshot!(told.join("\n"), @"
    transient 451 | transient error (451): 4.3.0 Try again later
    permanent 552 | permanent error (552): 5.2.2 Mailbox full
    response | response error: incomplete response
    none of them | network error: Connection reset by peer
    sent
    ");

    // Its transport has no read time-out of its own: a hang lasts until the test's.
    server.on(Trigger::data()).hang();
    let sending = tokio::time::timeout(Duration::from_millis(200), transport.send(mail()));
    assert!(sending.await.is_err());
}

#[cfg(feature = "tls")]
mod over_tls {
    use lettre::transport::smtp::authentication::Mechanism as LettreMechanism;
    use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
    use mailmock::TlsFault;

    use super::*;

    fn secure(server: &MailServer, patience: Duration) -> SmtpTransport {
        let trusted = Certificate::from_pem(server.ca_certificate_pem().as_bytes()).unwrap();
        let parameters = TlsParameters::builder(server.host().to_owned())
            .add_root_certificate(trusted)
            .build()
            .unwrap();
        let tls = if server.url().starts_with("smtps:") {
            Tls::Wrapper(parameters)
        } else {
            Tls::Required(parameters)
        };
        SmtpTransport::from_url(&server.url_as("app"))
            .unwrap()
            .timeout(Some(patience))
            .tls(tls)
            .build()
    }

    /// With STARTTLS; with implicit TLS it must be the same.
    fn told(patience: Duration, set_up: impl Fn(&MailServer)) -> String {
        let [behind, implicit] = [
            MailServer::builder().starttls().start(),
            MailServer::builder().implicit_tls().start(),
        ]
        .map(|server| {
            set_up(&server);
            verdict(secure(&server, patience).send(&mail()))
        });
        if behind == implicit {
            behind
        } else {
            format!("{behind}\n  implicit: {implicit}")
        }
    }

    #[test]
    fn lettre_tells_faults_of_tls() {
        let mut lines = vec![format!("none: {}", told(LONG, |_| {}))];
        let others = [
            TlsFault::OnlyTls12,
            TlsFault::OnlyTls13,
            TlsFault::NoCloseNotify,
        ];
        for fault in TlsFault::CERTIFICATES.into_iter().chain(others) {
            let told = told(LONG, |server| {
                server.on(Trigger::tls_handshake()).tls_fault(fault);
            });
            lines.push(format!("{fault:?}: {told}"));
        }
        for action in [
            Action::disconnect(),
            Action::reset(),
            Action::hang(),
            Action::send_raw("garbage, and no TLS"),
            Action::send_raw(*b"\x15\x03\x03\0\x02\x02\x28"), // the alert handshake_failure
        ] {
            let is_silent = action.to_string() == "hang()";
            let patience = if is_silent { SHORT } else { LONG };
            let told = told(patience, |server| {
                server.on(Trigger::tls_handshake()).perform(action.clone());
            });
            lines.push(format!("{action}: {told}"));
        }
        let stripped = MailServer::builder().strip_starttls().start();
        lines.push(format!(
            "stripped: {}",
            verdict(secure(&stripped, LONG).send(&mail()))
        ));
        let refused = MailServer::builder().starttls().start();
        refused
            .on(Trigger::starttls())
            .reply(Reply::tls_not_available());
        lines.push(format!(
            "454: {}",
            verdict(secure(&refused, LONG).send(&mail()))
        ));
        assert!(stripped.logins().is_empty() && refused.logins().is_empty());
        // The time and the names in the text are none of ours.
        let text = lines.join("\n");
        insta::with_settings!({filters => vec![
            (r"verification time [0-9]+ \(UNIX\), but certificate is not valid (after|before) [0-9]+ \([^)]*\)", "[time]"),
        ]}, {
            insta::assert_snapshot!(text, @r#"
            none: sent
            Expired: none of them | network error: invalid peer certificate: certificate expired: [time]
            NotYetValid: none of them | network error: invalid peer certificate: certificate not valid yet: [time]
            WrongHost: none of them | network error: invalid peer certificate: certificate not valid for name "127.0.0.1"; certificate is only valid for DnsName("wrong.host.invalid")
            UnknownCa: none of them | network error: invalid peer certificate: UnknownIssuer
            SelfSigned: none of them | network error: invalid peer certificate: UnknownIssuer
            OnlyTls12: sent
            OnlyTls13: sent
            NoCloseNotify: sent
            disconnect(): none of them | network error: unexpected end of file
            reset(): none of them | network error: Connection reset by peer
            hang(): none of them | network error: Resource temporarily unavailable
            send_raw("garbage, and no TLS"): none of them | network error: received corrupt message of type InvalidContentType
            send_raw("\x15\x03\x03\x00\x02\x02("): none of them | network error: received fatal alert: HandshakeFailure
            stripped: client | internal client error: STARTTLS is not supported on this server
            454: transient 454 | transient error (454): 4.7.0 TLS not available for a temporary reason
            "#);
        });
    }

    #[test]
    fn lettre_tells_failures_of_each_mechanism() {
        let mut lines = Vec::new();
        for mechanism in [
            LettreMechanism::Plain,
            LettreMechanism::Login,
            LettreMechanism::Xoauth2,
        ] {
            let server = MailServer::builder()
                .starttls()
                .credentials("app", "right")
                .oauth_token("app", "right")
                .start();
            let attempt = |secret: &str| {
                let credentials = ("app".to_owned(), secret.to_owned()).into();
                let trusted =
                    Certificate::from_pem(server.ca_certificate_pem().as_bytes()).unwrap();
                let parameters = TlsParameters::builder(server.host().to_owned())
                    .add_root_certificate(trusted)
                    .build()
                    .unwrap();
                let transport = SmtpTransport::from_url(&server.url()).unwrap();
                let transport = transport
                    .tls(Tls::Required(parameters))
                    .credentials(credentials)
                    .authentication(vec![mechanism]);
                verdict(transport.build().send(&mail()))
            };
            lines.push(format!("{mechanism}, wrong: {}", attempt("wrong")));
            lines.push(format!("{mechanism}, right: {}", attempt("right")));
            let outcomes: Vec<_> = server.logins().iter().map(|l| l.is_accepted()).collect();
            assert_eq!(outcomes, [false, true]);
        }
        // It cannot read the reason that XOAUTH2 is refused for, and so does not see the 535.
        insta::assert_snapshot!(lines.join("\n"), @"
        PLAIN, wrong: permanent 535 | permanent error (535): 5.7.8 Authentication credentials invalid
        PLAIN, right: sent
        LOGIN, wrong: permanent 535 | permanent error (535): 5.7.8 Authentication credentials invalid
        LOGIN, right: sent
        XOAUTH2, wrong: client | internal client error: This mechanism does not expect a challenge
        XOAUTH2, right: sent
        ");
    }
}
