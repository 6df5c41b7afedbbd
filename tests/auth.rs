//! AUTH: who is let in, what the test can read of it, and what nobody else can.

mod support;

use std::time::Duration;

use lettre::transport::smtp::authentication::Mechanism as LettreMechanism;
use lettre::{SmtpTransport, Transport as _};
use mailmock::{
    Action, Extension, MailServer, MailServerBuilder, Mechanism, Reply, Stage, Trigger, a_mail,
    a_rejection, a_session, ends_with,
};
use support::program::{NODE_MODULES, has_node_modules, run};
use support::{Client, hello};

const PLAIN: &str = "AUTH PLAIN AGFwcABodW50ZXIy"; // app, hunter2
const BASE64: [&str; 3] = ["aHVudGVyMg==", "AGFwcABodW50ZXIy", "aHVudGVyM"];

fn client(server: &MailServer) -> Client {
    let mut client = Client::connect(server);
    client.ok("EHLO test.example");
    client
}

/// All that the server prints of itself and of what it has received.
fn all_texts(builder: &MailServerBuilder, server: &MailServer) -> String {
    let mut texts = vec![
        format!(
            "{builder:?} {builder:#?} {server:?} {:?}",
            server.inbox(a_mail())
        ),
        format!("{:?} {:#?}", server.logins(), server.logins()),
        format!("{:?} {:?}", server.mails(), server.snapshot()),
        server.snapshot().to_string(),
        serde_json::to_string(&server.snapshot()).unwrap(),
        server
            .try_assert_received(a_mail().subject("missing"))
            .unwrap_err()
            .to_string(),
    ];
    for session in server.sessions() {
        texts.push(format!(
            "{session:?} {:?} {}",
            session.remarks(),
            session.transcript()
        ));
        texts.push(serde_json::to_string(&session.transcript()).unwrap());
        texts.extend(
            session
                .exchanges()
                .map(|e| format!("{e:?} {e} {:?}", e.command())),
        );
    }
    for rejection in server.rejections() {
        texts.push(format!(
            "{rejection:?} {rejection} {:?}",
            rejection.command()
        ));
    }
    texts.join("\n")
}

#[test]
fn secrets_show_nowhere_unless_asked_for() {
    let builder = MailServer::builder()
        .credentials("app", "hunter2")
        .oauth_token("app", "hunter2")
        .auth_mechanisms(Mechanism::ALL);
    let server = builder.clone().start();
    server
        .on(Trigger::when(|event| {
            format!("{event:?}").contains("hunter")
        }))
        .reply(Reply::new(599, "leak"));
    // Each mechanism, with and without an initial response, right and wrong, and broken off.
    client(&server).ok(PLAIN);
    client(&server).ok("AUTH PLAIN").ok("AGFwcABodW50ZXIy");
    client(&server).ok("AUTH LOGIN YXBw").ok("aHVudGVyMg==");
    client(&server).ok("AUTH XOAUTH2 dXNlcj1hcHABYXV0aD1CZWFyZXIgaHVudGVyMgEB");
    client(&server)
        .ok("AUTH LOGIN")
        .ok("YXBw")
        .say("aHVudGVyMw==");
    client(&server).say("auth  plain\tAGFwcABodW50ZXIy");
    client(&server).say("AUTH PLAIN AGFwcABodW50ZXIy and more");
    client(&server).say("AUTH FOO aHVudGVyMg==");
    client(&server).ok("AUTH LOGIN").say("aHVudGVyM");
    // Sent ahead, and the exchange does not come about: neither at once, nor line by line.
    for lines in [
        "AUTH FOO\r\nYXBw\r\naHVudGVyMg==\r\n",
        "AUTH LOGIN !\r\naHVudGVyMg==\r\n",
    ] {
        let mut ahead = client(&server);
        ahead.send(lines.as_bytes());
        for _ in lines.lines() {
            assert!(ahead.reply().starts_with('5'));
        }
        ahead.ok("NOOP");
    }
    let mut wrong = client(&server);
    wrong.ok(PLAIN);
    assert!(wrong.say(PLAIN).starts_with("503 "));
    assert!(wrong.say("aHVudGVyMg==").starts_with("500 "));
    // Behind a command that is one, a strange line is shown again.
    wrong.ok("RSET").say("FROBNICATE");
    wrong.deliver("app@example.org", &["ada@example.org"], b"Hi\r\n");

    let text = all_texts(&builder, &server);
    assert!(!text.contains("hunter"), "{text}");
    for secret in BASE64 {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
    assert!(text.contains("C: [secret]") && text.contains("C: FROBNICATE"));
    assert!(
        server
            .logins()
            .iter()
            .any(|login| login.password() == Some("hunter2"))
    );
    assert!(
        server
            .logins()
            .iter()
            .any(|login| login.token() == Some("hunter2"))
    );
}

#[test]
fn logins_tell_what_was_presented_and_what_came_of_it() {
    let server = MailServer::builder()
        .credentials("app", "right")
        .credentials("app", "new")
        .credentials("ops", "other")
        .oauth_token("app", "token")
        .auth_mechanisms(Mechanism::ALL)
        .start();
    let mut first = client(&server);
    assert!(
        first
            .say("AUTH PLAIN Zm9yAGFwcAB3cm9uZw==")
            .starts_with("535 5.7.8 ")
    ); // for, app, wrong
    assert!(first.say("AUTH PLAIN AG9wcwByaWdodA==").starts_with("535 ")); // ops, right
    first.ok("AUTH PLAIN AGFwcABuZXc="); // app, new
    let mut second = client(&server);
    assert!(
        second
            .say("AUTH OAUTHBEARER bixhPWFwcCwBYXV0aD1CZWFyZXIgb2xkAQE=")
            .starts_with("334 ")
    );
    assert!(second.say("AQ==").starts_with("535 "));
    second.ok("AUTH OAUTHBEARER bixhPWFwcCwBYXV0aD1CZWFyZXIgdG9rZW4BAQ==");
    second.deliver("app@example.org", &["ada@example.org"], b"");
    let told: Vec<_> = server.logins().iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "PLAIN as \"app\" for \"for\", refused, without TLS",
            "PLAIN as \"ops\", refused, without TLS",
            "PLAIN as \"app\", accepted, without TLS",
            "OAUTHBEARER as \"app\", refused, without TLS",
            "OAUTHBEARER as \"app\", accepted, without TLS",
        ]
    );
    assert_eq!(server.logins()[0].authorization_identity(), Some("for"));
    assert_eq!(
        server.only_mail().envelope().authenticated_as(),
        Some("app")
    );
    // A refusal names the line where the credentials were named.
    let rejection = &server.rejections()[0];
    assert_eq!(rejection.stage(), Stage::Auth);
    assert!(rejection.rule().unwrap().to_string().contains("auth.rs:"));
    server.assert_sessions(a_session().authenticated_as("app"));
}

#[test]
fn a_closure_decides_and_so_do_rules() {
    let server = MailServer::builder()
        .authenticate_with(|login| {
            login.identity().ends_with("@example.org") && login.has_password("hunter2")
        })
        .credentials("app", "hunter2")
        .auth_mechanisms([Mechanism::CramMd5, Mechanism::Plain])
        .start();
    client(&server).ok(PLAIN);
    client(&server).ok("AUTH PLAIN AGFkYUBleGFtcGxlLm9yZwBodW50ZXIy"); // ada@example.org
    assert!(
        client(&server)
            .say("AUTH PLAIN AGFkYQBodW50ZXIy")
            .starts_with("535 ")
    );
    // An exception, and a user who is refused.
    let rule = server.on(Trigger::auth_as("ada")).proceed();
    client(&server).ok("AUTH PLAIN AGFkYQBodW50ZXIy");
    assert_eq!(
        (
            rule.hits(),
            format!("{rule:?}").contains("on(auth_as(\"ada\")).proceed()")
        ),
        (1, true)
    );
    server
        .on(Trigger::auth_as(ends_with("@example.org")))
        .reply(Reply::mechanism_too_weak());
    assert!(
        client(&server)
            .say("AUTH PLAIN AGFkYUBleGFtcGxlLm9yZwBodW50ZXIy")
            .starts_with("534 5.7.9 ")
    );
    client(&server).ok(PLAIN);
}

#[test]
fn a_closure_that_panics_fails_the_test_and_not_the_server() {
    let server = MailServer::builder()
        .authenticate_with(|_| panic!("of the test"))
        .start();
    assert!(client(&server).say(PLAIN).starts_with("451 4.3.0 "));
    let error = server.try_verify().unwrap_err();
    assert!(
        error.to_string().contains("panicked: of the test"),
        "{error}"
    );
}

#[test]
fn all_that_the_standard_has_a_server_say_to_auth() {
    let server = MailServer::builder().credentials("app", "hunter2").start();
    let replies = [
        (Reply::credentials_invalid(), "535 5.7.8 "),
        (Reply::temporary_authentication_failure(), "454 4.7.0 "),
        (Reply::mechanism_too_weak(), "534 5.7.9 "),
        (Reply::encryption_required(), "538 5.7.11 "),
        (Reply::password_transition_needed(), "432 4.7.12 "),
    ];
    for (reply, code) in replies {
        server.on(Trigger::auth()).first(1).reply(reply);
        let mut client = client(&server);
        assert!(client.say(PLAIN).starts_with(code));
        client.ok(PLAIN);
    }
    let outcomes: Vec<_> = server
        .logins()
        .iter()
        .map(|login| login.is_accepted())
        .collect();
    assert_eq!(outcomes, [false, true].repeat(5));
    // A hang is the client's to give up; the credentials are known then.
    server.clear();
    let rule = server.on(Trigger::auth()).hang();
    let mut gone = client(&server);
    gone.send(format!("{PLAIN}\r\n").as_bytes());
    rule.wait_for_hits(1).blocking();
    drop(gone);
    server
        .wait_for_rejection(a_rejection().stage(Stage::Auth))
        .blocking();
    assert_eq!(server.logins().last().unwrap().password(), Some("hunter2"));
    rule.remove();
    // Late, but accepted.
    server
        .on(Trigger::auth())
        .after(Duration::from_millis(1))
        .pass_on();
    client(&server).ok(PLAIN);
    assert!(
        client(&server)
            .say("AUTH PLAIN AGFwcAB3cm9uZw==")
            .starts_with("535 ")
    );
}

/// What an application with OAuth has to do: see the refusal, fetch a new token, try again.
#[test]
fn a_token_is_refreshed() {
    let server = MailServer::builder()
        .oauth_token("app", "fresh")
        .require_auth()
        .start();
    let send = |token: &str| {
        SmtpTransport::from_url(&server.url())
            .unwrap()
            .credentials(("app".to_owned(), token.to_owned()).into())
            .authentication(vec![LettreMechanism::Xoauth2])
            .build()
            .send(&hello())
    };
    let mut token = "stale";
    while send(token).is_err() {
        assert_eq!(token, "stale");
        token = "fresh";
    }
    let presented: Vec<_> = server
        .logins()
        .iter()
        .map(|l| l.token().map(str::to_owned))
        .collect();
    assert_eq!(
        presented,
        [Some("stale".to_owned()), Some("fresh".to_owned())]
    );
    server.assert_mail_count(1);
    // lettre leaves where the reason is told, and the refusal is known all the same.
    server.assert_rejected(a_rejection().stage(Stage::Auth).code(535));
    // The same with a rule, where any token is taken.
    let server = MailServer::start();
    let rule = server
        .on(Trigger::auth())
        .first(1)
        .reply(Reply::credentials_invalid());
    let mut client = client(&server);
    let line = "AUTH XOAUTH2 dXNlcj1hcHABYXV0aD1CZWFyZXIgeAEB";
    assert!(client.say(line).starts_with("334 eyJzdGF0dXMi"));
    assert_eq!(
        client.say(""),
        "535 5.7.8 Authentication credentials invalid"
    );
    client.ok(line);
    assert_eq!(rule.hits(), 1);
    // To cancel what is refused changes nothing; and what is no plain 535 comes at once.
    server.on(Trigger::auth()).in_turn([
        Action::reply(Reply::credentials_invalid()),
        Action::reply_then_disconnect(Reply::credentials_invalid()),
    ]);
    let mut other = self::client(&server);
    other.ok(line);
    assert!(other.say("*").starts_with("535 5.7.8 "));
    assert!(other.say(line).starts_with("535 "));
    assert_eq!(other.rest(), "");
}

#[test]
fn url_as_carries_what_was_named() {
    let server = MailServer::builder()
        .credentials("app", "s3cret")
        .require_auth()
        .start();
    let send = |user| {
        SmtpTransport::from_url(&server.url_as(user))
            .unwrap()
            .build()
            .send(&hello())
    };
    send("app").unwrap();
    assert_eq!(
        send("nobody").unwrap_err().status().unwrap().to_string(),
        "535"
    );
    let without = SmtpTransport::from_url(&server.url())
        .unwrap()
        .build()
        .send(&hello());
    assert_eq!(without.unwrap_err().status().unwrap().to_string(), "530");
}

#[test]
#[should_panic(expected = "without a mechanism there is no AUTH: that is no_auth()")]
fn no_mechanism_is_no_auth() {
    let _ = MailServer::builder().auth_mechanisms([]);
}

#[test]
fn a_login_belongs_to_what_came_since_its_session() {
    let server = MailServer::start();
    client(&server).ok(PLAIN).ok("QUIT");
    let mark = server.mark();
    assert!(server.since(mark).logins().is_empty());
    client(&server).ok("AUTH PLAIN AGFkYQBodW50ZXIy").deliver(
        "a@example.org",
        &["b@example.org"],
        b"",
    );
    let since = server.since(mark).logins();
    assert_eq!(
        since.iter().map(|l| l.identity()).collect::<Vec<_>>(),
        ["ada"]
    );
    assert!(
        server
            .inbox(a_mail().sent_to("nobody@example.org"))
            .logins()
            .is_empty()
    );
}

/// Each mechanism by clients of other people's making.
#[test]
fn clients_and_mechanisms() {
    for mechanism in Mechanism::ALL {
        let server = MailServer::builder()
            .credentials("app", "hunter2")
            .oauth_token("app", "hunter2")
            .auth_mechanisms([mechanism])
            .require_auth()
            .start();
        let port = server.port().to_string();
        let mut sent = 0;
        let (user, bearer) = match mechanism.is_oauth() {
            true => ("app", &["--oauth2-bearer", "hunter2"][..]),
            false => ("app:hunter2", &[][..]),
        };
        let url = server.url();
        let mut arguments = vec!["--silent", "--url", &url, "--user", user];
        arguments.extend(bearer);
        arguments.extend([
            "--mail-from",
            "app@example.org",
            "--mail-rcpt",
            "ada@example.org",
        ]);
        arguments.extend(["--upload-file", "-"]);
        sent += run("curl", &arguments, b"Hello\r\n").map_or(0, |()| 1);
        let auth = format!("--auth={}", mechanism.as_str().to_lowercase());
        let arguments = [
            "--host=localhost",
            &format!("--port={port}"),
            &auth,
            "--user=app",
            "--passwordeval=echo hunter2",
            "--tls=off",
            "--from=app@example.org",
            "ada@example.org",
        ];
        sent += run("msmtp", &arguments, b"Hello\r\n").map_or(0, |()| 1);
        if !mechanism.is_oauth() {
            sent += run("python3", &["-c", SMTPLIB, &port], b"").map_or(0, |()| 1);
        }
        if mechanism != Mechanism::OAuthBearer && has_node_modules() {
            let arguments = ["-e", NODEMAILER, NODE_MODULES, &port, mechanism.as_str()];
            sent += run("node", &arguments, b"").map_or(0, |()| 1);
        }
        let logins = server.logins();
        assert!(
            logins
                .iter()
                .all(|login| login.is_accepted() && login.mechanism() == mechanism)
        );
        assert_eq!(logins.len(), sent);
        server.assert_mail_count(sent);
    }
}

const SMTPLIB: &str = "
import smtplib, sys
with smtplib.SMTP('127.0.0.1', int(sys.argv[1])) as client:
    client.login('app', 'hunter2')
    client.sendmail('app@example.org', 'ada@example.org', 'Hello')
";

const NODEMAILER: &str = "
const nodemailer = require(process.argv[1] + '/nodemailer');
const auth = process.argv[3] === 'XOAUTH2'
  ? { type: 'OAuth2', user: 'app', accessToken: 'hunter2' } : { user: 'app', pass: 'hunter2' };
const transport = nodemailer.createTransport({ host: '127.0.0.1', port: process.argv[2], auth });
transport.sendMail({ from: 'app@example.org', to: 'ada@example.org', text: 'Hello' })
  .catch(error => { console.error(error); process.exitCode = 1; });
";

/// Sent ahead, twice, in the wrong place or in a strange form: what may be a password is not shown.
#[test]
fn secrets_in_strange_places_show_nowhere() {
    const PASSWORD: &str = "aHVudGVyMg==";
    let overlong = format!("AUTH LOGIN {}", "A".repeat(13_000));
    let own = Extension::custom("AUTH X");
    let without = || MailServer::builder().no_auth().with_extension(own.clone());
    let plain = MailServer::builder;
    let fine = Some((Trigger::command("AUTH"), Reply::new(235, "Fine")));
    let more = Some((Trigger::command("AUTH"), Reply::new(334, "YQ==")));
    let gone = Some((Trigger::connect(), Reply::no_smtp_service()));
    let cases = [
        (plain(), gone, vec!["AUTH LOGIN", "YXBw", PASSWORD]),
        (plain(), None, vec!["AUTH LOGIN YXBw", "YXBw", PASSWORD]),
        (plain(), None, vec![PLAIN, "AGFwcABodW50ZXIy"]),
        (plain(), None, vec![&overlong, PASSWORD]),
        (plain(), fine.clone(), vec!["AUTH LOGIN", "YXBw", PASSWORD]),
        (plain(), None, vec!["AUTH\tLOGIN", "YXBw", PASSWORD]),
        (plain(), None, vec!["AUTH aHVudGVyMg=="]),
        (plain(), None, vec!["AUTH PLAIN\raHVudGVyMg=="]),
        (plain(), None, vec!["AUTH \"PLAIN\",aHVudGVyMg=="]),
        (plain(), None, vec!["AUTH LOGIN AGFwcABodW50ZXIy", "eA=="]),
        (
            plain().strict(),
            None,
            vec!["AUTH LOGIN", "YXBw\n", PASSWORD],
        ),
        (without(), fine, vec!["AUTH X", "YXBw", PASSWORD]),
        (without(), more, vec!["AUTH X", PASSWORD]),
    ];
    for (builder, rule, lines) in cases {
        let server = builder.clone().start();
        let mut client = Client::connect_silently(&server);
        if let Some((trigger, reply)) = rule {
            server.on(trigger).reply(reply);
        }
        client.reply();
        client.say("EHLO test.example");
        for line in &lines {
            client.say(line);
        }
        let text = all_texts(&builder, &server);
        for secret in ["hunter2", PASSWORD, "AGFwcABodW50ZXIy"] {
            assert!(!text.contains(secret), "{lines:?}: {text}");
        }
    }
}

#[test]
fn rules_answer_behind_a_refused_auth_too() {
    let server = MailServer::builder().credentials("app", "other").start();
    server
        .on(Trigger::command("XCLIENT"))
        .reply(Reply::new(220, "Changed"));
    server
        .on(Trigger::command("XSECRET"))
        .reply(Reply::new(220, "Heard"));
    server
        .on(Trigger::when(|event| event.verb() == Some("XSECRET")))
        .reply(Reply::new(599, "It was shown"));
    let mut client = client(&server);
    assert!(client.say(PLAIN).starts_with("535 "));
    assert_eq!(client.say("XSECRET"), "220 Heard");
    assert_eq!(client.say("XCLIENT ADDR=192.0.2.1"), "220 Changed");
    // A rule that says it is done has it done, whoever that may be.
    let server = MailServer::builder().require_auth().start();
    server
        .on(Trigger::command("AUTH"))
        .reply(Reply::new(235, "Fine"));
    self::client(&server)
        .ok("AUTH LOGIN")
        .ok("MAIL FROM:<app@example.org>");
}

#[test]
fn what_cannot_be_right_is_refused() {
    let server = MailServer::start();
    let mut client = client(&server);
    assert!(client.say("AUTH PLAIN AAA=").starts_with("501 5.5.2 ")); // no name, no password
    assert!(
        client
            .say("AUTH LOGIN AGFwcABodW50ZXIy")
            .starts_with("501 5.5.2 ")
    );
    let overlong = format!("AUTH PLAIN {}", "A".repeat(13_000));
    assert!(client.say(&overlong).starts_with("500 5.5.6 "));
    assert!(server.logins().is_empty());
    assert!(client.say("HELP").ends_with("HELP AUTH"));
    let without = MailServer::builder().no_auth().start();
    assert!(self::client(&without).say("HELP").ends_with("EXPN HELP"));
}

#[test]
fn logins_are_kept_as_far_as_there_is_room() {
    let server = MailServer::builder()
        .credentials("a", "b")
        .max_stored(100_000)
        .start();
    let mut client = client(&server);
    let response = "AGFw".to_owned() + &"cHBw".repeat(300) + "AHA=";
    for _ in 0..200 {
        assert!(
            client
                .say(&format!("AUTH PLAIN {response}"))
                .starts_with("535 ")
        );
    }
    let logins = server.logins().len();
    assert!((1..100).contains(&logins), "{logins}");
}
