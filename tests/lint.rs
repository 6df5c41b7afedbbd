//! Findings: each rule on a mail that breaks it, and none on one that is right.

mod support;

use std::thread;

use lettre::message::MultiPart;
use lettre::{Message, SmtpTransport, Transport as _};
use mailmock::{MailServer, Severity};
use support::Client;

const RIGHT: &str = "Date: Sat, 21 Nov 2026 10:00:00 +0000\r\n\
From: Shop <shop@example.org>\r\n\
To: ada@example.org\r\n\
Subject: =?utf-8?Q?K=C3=A4se?=\r\n\
Message-ID: <1@example.org>\r\n\
MIME-Version: 1.0\r\n\
Content-Type: multipart/alternative; boundary=b\r\n\r\n\
--b\r\nContent-Type: text/plain\r\n\r\nHello Ada\r\n\
--b\r\nContent-Type: text/html\r\n\r\n<p>Hello Ada</p>\r\n--b--\r\n";

/// The rules that find something in a mail, sent with these parameters of MAIL.
fn found(content: &[u8], parameters: &str) -> Vec<&'static str> {
    let server = MailServer::start();
    let mut client = Client::connect(&server);
    client
        .ok("EHLO x")
        .ok(&format!("MAIL FROM:<shop@example.org>{parameters}"));
    client.ok("RCPT TO:<ada@example.org>");
    client.send(format!("BDAT {} LAST\r\n", content.len()).as_bytes());
    client.send(content);
    assert!(client.reply().starts_with("250"));
    let lint = server.only_mail().lint();
    let lint = lint
        .with("line-over-78")
        .with("alternatives-differ")
        .with("sender-domain-differs");
    lint.findings()
        .iter()
        .map(mailmock::Finding::rule)
        .collect()
}

#[test]
fn a_mail_that_is_right_has_no_findings() {
    assert!(found(RIGHT.as_bytes(), "").is_empty());
    let server = MailServer::start();
    let mail = Message::builder()
        .from("Shop <shop@example.org>".parse().unwrap())
        .to("ada@example.org".parse().unwrap())
        .subject("Grüße")
        .message_id(None)
        .multipart(MultiPart::alternative_plain_html(
            "Grüße".to_owned(),
            "<p>Grüße</p>".to_owned(),
        ))
        .unwrap();
    SmtpTransport::from_url(&server.url())
        .unwrap()
        .build()
        .send(&mail)
        .unwrap();
    server.only_mail().assert_lint_clean();
    server.assert_lint_clean();
}

#[test]
fn each_rule_finds_what_it_is_for() {
    let without = |field: &str| {
        let lines = RIGHT
            .split_inclusive("\r\n")
            .filter(|line| !line.starts_with(field));
        lines.collect::<String>()
    };
    let with = |field: &str| format!("{field}\r\n{RIGHT}");
    let body = |text: &str| {
        RIGHT.replace(
            "Hello Ada\r\n--b\r\nContent-Type: text/html",
            &format!("{text}\r\n--b\r\nContent-Type: text/html"),
        )
    };
    let html = |html: &str| RIGHT.replace("<p>Hello Ada</p>", html);
    let cases: Vec<(String, &str, &[&str])> = vec![
        (
            body(&format!("Hello Ada {}", "x".repeat(1_000))),
            "",
            &["line-too-long", "alternatives-differ"],
        ),
        (
            body(&format!("Hello Ada {}", ".".repeat(80))),
            "",
            &["line-over-78"],
        ),
        (body("Hello\rAda"), "", &["bare-cr"]),
        (body("Hello\nAda"), "", &["bare-lf"]),
        (body("Hello\0Ada"), "", &["nul"]),
        (body("Hello Ada ä"), "", &["undeclared-8bit"]),
        (body("Hello Ada ä"), " BODY=8BITMIME", &[]),
        (without("Date"), "", &["missing-date"]),
        (without("From"), "", &["missing-from"]),
        (without("Message-ID"), "", &["missing-message-id"]),
        (without("MIME-Version"), "", &["missing-mime-version"]),
        (with("Subject: again"), "", &["duplicate-header"]),
        (
            with("X-Name: =?utf-8?Q?a=0D=0ABcc:_eve=40example.org?="),
            "",
            &["header-injection"],
        ),
        (
            with("X-Name: =?nonsense?X?abc?="),
            "",
            &["undecodable-word"],
        ),
        (with("X-Name: Käse"), " BODY=8BITMIME", &["raw-8bit-header"]),
        (with("X-Name: Käse"), " SMTPUTF8", &[]),
        (
            RIGHT.replace("text/plain", "text/x-other"),
            "",
            &["html-only"],
        ),
        (
            html("<p>Hello Ada</p><img src=\"cid:logo\">"),
            "",
            &["missing-part"],
        ),
        (
            RIGHT.replace(
                "Content-Type: text/html",
                "Content-ID: <x@y>\r\nContent-Type: text/html",
            ),
            "",
            &["unused-part"],
        ),
        (
            RIGHT
                .replace("text/plain", "text/first")
                .replace("text/html", "text/plain")
                .replace("text/first", "text/html"),
            "",
            &["alternatives-order"],
        ),
        (
            with("Bcc: boss@example.org"),
            "",
            &["bcc-leak", "copy-not-sent"],
        ),
        (with("Cc: bob@example.org"), "", &["copy-not-sent"]),
        (
            with("List-Unsubscribe: <https://example.org/u>"),
            "",
            &["no-one-click"],
        ),
        (html("<p>Goodbye</p>"), "", &["alternatives-differ"]),
        (
            RIGHT.replace("shop@example.org", "shop@example.com"),
            "",
            &["sender-domain-differs"],
        ),
    ];
    for (content, parameters, rules) in cases {
        assert_eq!(found(content.as_bytes(), parameters), rules, "{content}");
    }
    let injected = b"Date: Sat, 21 Nov 2026 10:00:00 +0000\r\nFrom: a@example.org\r\nMessage-ID: <1@x>\r\n\r\nBcc: eve@example.org\r\n\r\nHi\r\n";
    assert_eq!(found(injected, ""), ["header-injection"]);
}

#[test]
fn what_is_right_is_let_alone() {
    for (body, parameters) in [
        ("Date: Monday 5 May\r\nPlace: Berlin", ""),
        ("To: all of you, thanks", ""),
        ("any\nline\rend\0", " BODY=BINARYMIME"),
    ] {
        let content =
            RIGHT.split("MIME-Version").next().unwrap().to_owned() + "\r\n" + body + "\r\n";
        assert!(found(content.as_bytes(), parameters).is_empty(), "{body}");
    }
    let related = RIGHT
        .replace(
            "<p>Hello Ada</p>",
            "<p>Hello Ada</p><img SRC='CID:a%2Bb@x'>",
        )
        .replace(
            "--b--",
            "--b\r\nContent-Type: image/png\r\nContent-ID: <a+b@x>\r\n\r\nPNG\r\n--b--",
        );
    assert!(found(related.as_bytes(), "").is_empty(), "{related}");
}

#[test]
fn findings_can_be_allowed_and_are_told() {
    let server = MailServer::start();
    let mut client = Client::connect(&server);
    client.ok("EHLO x").deliver(
        "shop@example.org",
        &["ada@example.org"],
        b"From: shop@example.org\r\nSubject: Hi\r\n\r\n",
    );
    let mail = server.only_mail();
    let lint = mail.lint();
    insta::assert_snapshot!(lint, @r#"
    mail #1 "Hi": 2 findings
      error missing-date (RFC 5322 §3.6): there is no Date
      warning missing-message-id (RFC 5322 §3.6.4): there is no Message-ID
    "#);
    assert_eq!(lint.findings()[0].severity(), Severity::Error);
    lint.allow("missing-date")
        .allow("missing-message-id")
        .assert_clean();
    let text = |run: Box<dyn FnOnce() + Send>| {
        *thread::spawn(run)
            .join()
            .unwrap_err()
            .downcast::<String>()
            .unwrap()
    };
    let inbox = (*server).clone();
    let told = text(Box::new(move || inbox.assert_lint_clean()));
    assert!(told.starts_with("mail #1 \"Hi\": 2 findings"), "{told}");
    let told = text(Box::new(move || drop(mail.lint().allow("no-such-rule"))));
    assert!(
        told.starts_with("no rule is called \"no-such-rule\"; there are line-too-long, "),
        "{told}"
    );
}

#[test]
fn a_copy_of_his_own_is_a_copy() {
    let server = MailServer::start();
    let content = RIGHT.replace(
        "To: ada@example.org",
        "To: ada@example.org\r\nCc: bob@example.com",
    );
    let mut client = Client::connect(&server);
    client
        .ok("EHLO x")
        .deliver("shop@example.org", &["ada@example.org"], content.as_bytes());
    assert_eq!(server.mails()[0].lint().findings().len(), 1);
    assert!(!server.lint()[0].is_clean());
    // A sender that splits by domain.
    client.deliver("shop@example.org", &["bob@example.com"], content.as_bytes());
    server.assert_lint_clean();
}
