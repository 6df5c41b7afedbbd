//! Assertions, queries and views: what holds, what does not, and that each condition means what it says.

mod support;

use std::thread;
use std::time::Duration;

use mailmock::{
    Cause, Inbox, Mail, MailMatcher, MailServer, Reply, SessionEnd, Stage, Trigger, a_mail,
    a_rejection, a_session, all_of, any_of, contains, domain, ends_with, glob, in_order, matches,
    not, starts_with,
};
use support::{Client, received_by};

const WELCOME: &[u8] = b"From: Shop <shop@example.com>\r\n\
To: Ada <ada@example.org>\r\n\
Cc: bob@example.org\r\n\
Reply-To: help@example.com\r\n\
Sender: robot@example.com\r\n\
Subject: =?utf-8?Q?Willkommen_=C3=A4?=\r\n\
Message-ID: <1@example.com>\r\n\
In-Reply-To: <a@x> <b@x>\r\n\
Auto-Submitted: auto-generated\r\n\
List-Unsubscribe: <https://example.com/u>\r\n\
List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n\
X-Tag: one\r\n\
X-Tag: two\r\n\
MIME-Version: 1.0\r\n\
Content-Type: multipart/mixed; boundary=b\r\n\
\r\n\
--b\r\nContent-Type: multipart/alternative; boundary=a\r\n\r\n\
--a\r\nContent-Type: text/plain\r\n\r\nHello Ada\r\nYour code: 1234\r\n\
--a\r\nContent-Type: text/html\r\n\r\n<p>Hello Ada</p><img src=\"cid:logo\">\r\n--a--\r\n\
--b\r\nContent-Type: image/png\r\nContent-ID: <logo>\r\nContent-Disposition: inline\r\n\r\nPNG\r\n\
--b\r\nContent-Type: application/pdf; name=invoice.pdf\r\nContent-Disposition: attachment; filename=invoice.pdf\r\n\r\nPDF\r\n\
--b--\r\n";

fn welcome() -> Mail {
    received_by(
        &["ada@example.org", "bob@example.org", "boss@example.org"],
        WELCOME,
    )
}

#[test]
fn each_condition_on_a_mail_means_what_it_says() {
    let mail = welcome();
    // One that holds, one of the same name that does not, and what the latter says is there.
    let cases: Vec<(MailMatcher, MailMatcher, &str)> = vec![
        (
            a_mail().sent_from("app@example.org"),
            a_mail().sent_from(""),
            "<app@example.org>",
        ),
        (
            not(a_mail().null_sender()),
            a_mail().null_sender(),
            "<app@example.org>",
        ),
        (
            a_mail().sent_to(domain("example.org")),
            a_mail().sent_to("eve@example.org"),
            "<ada@example.org>, <bob@example.org>, <boss@example.org>",
        ),
        (
            a_mail().sent_only_to(["boss@example.org", "ada@example.org", "bob@EXAMPLE.org"]),
            a_mail().sent_only_to(["ada@example.org"]),
            "<ada@example.org>, <bob@example.org>, <boss@example.org>",
        ),
        (
            a_mail().recipient_count(3),
            a_mail().recipient_count(..3),
            "3",
        ),
        (
            a_mail().blind_to("boss@example.org"),
            a_mail().blind_to("ada@example.org"),
            "blind: [\"boss@example.org\"]",
        ),
        (not(a_mail().over_tls()), a_mail().over_tls(), "in clear"),
        (
            not(a_mail().authenticated_as("app")),
            a_mail().authenticated_as("app"),
            "not authenticated",
        ),
        (
            a_mail().header_from("shop@example.com"),
            a_mail().header_from("app@example.org"),
            "From: Shop <shop@example.com>",
        ),
        (
            a_mail().header_to(glob("ada@*")),
            a_mail().header_to("bob@example.org"),
            "To: Ada <ada@example.org>",
        ),
        (
            a_mail().header_cc("bob@example.org"),
            a_mail().header_cc("ada@example.org"),
            "Cc: bob@example.org",
        ),
        (
            a_mail().reply_to("help@example.com"),
            a_mail().reply_to("shop@example.com"),
            "Reply-To: help@example.com",
        ),
        (
            a_mail().sender("robot@example.com"),
            a_mail().sender("shop@example.com"),
            "Sender: robot@example.com",
        ),
        (
            a_mail().subject("Willkommen ä"),
            a_mail().subject(ends_with("!")),
            "\"Willkommen ä\"",
        ),
        (
            a_mail().header("x-tag", "two"),
            a_mail().header("X-Tag", "three"),
            "[\"one\", \"two\"]",
        ),
        (
            a_mail().header("X-TAG", starts_with("o")),
            a_mail().header("X-None", "x"),
            "no X-None",
        ),
        (
            a_mail().no_header("Bcc"),
            a_mail().no_header("Cc"),
            "\"bob@example.org\"",
        ),
        (
            a_mail().header_count("X-Tag", 2),
            a_mail().header_count("x-tag", 1),
            "2",
        ),
        (
            a_mail().message_id("1@example.com"),
            a_mail().message_id("2@example.com"),
            "\"1@example.com\"",
        ),
        (
            a_mail().in_reply_to("b@x"),
            a_mail().in_reply_to("c@x"),
            "\"<a@x> <b@x>\"",
        ),
        (
            a_mail().auto_submitted(),
            not(a_mail().auto_submitted()),
            "it is",
        ),
        (
            a_mail().list_unsubscribe(true),
            not(a_mail().list_unsubscribe(false)),
            "it is",
        ),
        (
            a_mail().text(in_order(["Hello", "code"])),
            a_mail().text(in_order(["code", "Hello"])),
            "\"Hello\" is not behind the others: \"Hello Ada\\nYour code: 1234\"",
        ),
        (
            a_mail().text("Hello Ada\nYour code: 1234"),
            a_mail().text("Hello Ada\nYour code: 4321"),
            "it differs:\n  Hello Ada\n- Your code: 4321\n+ Your code: 1234",
        ),
        (
            a_mail().html(contains("<img")),
            a_mail().html("x"),
            "\"<p>Hello Ada</p><img src=\\\"cid:logo\\\">\"",
        ),
        (
            a_mail().text_and_html(contains("Ada")),
            a_mail().text_and_html(contains("code")),
            "\"<p>Hello Ada</p><img src=\\\"cid:logo\\\">\"",
        ),
        (
            a_mail().anywhere("1234"),
            a_mail().anywhere(contains("secret")),
            "it is nowhere",
        ),
        (
            a_mail().anywhere(contains("Willkommen")),
            not(a_mail().anywhere(contains("Hello"))),
            "it is",
        ),
        (
            a_mail().part("TEXT/HTML"),
            a_mail().part("text/calendar"),
            "parts: [\"multipart/mixed\", \"multipart/alternative\", \"text/plain\", \"text/html\", \"image/png\", \"application/pdf\"]",
        ),
        (a_mail().size(100..10_000), a_mail().size(..100), "octets"),
        (
            a_mail().attachment("invoice.pdf"),
            a_mail().attachment("other.pdf"),
            "attachments: invoice.pdf (application/pdf, 3 octets)",
        ),
        (
            a_mail().attachment_count(1),
            a_mail().attachment_count(0),
            "attachments: invoice.pdf (application/pdf, 3 octets)",
        ),
        (
            a_mail().attachment_with("invoice.pdf", "application/pdf", *b"PDF"),
            a_mail().attachment_with("invoice.pdf", "application/pdf", *b"pdf"),
            "with other octets",
        ),
        (
            a_mail().inline("logo"),
            a_mail().inline("photo"),
            "content ids: [\"logo\"]",
        ),
        (
            any_of([
                a_mail().subject("x"),
                a_mail().null_sender(),
                a_mail().recipient_count(3),
            ]),
            any_of([a_mail().subject("x"), a_mail().null_sender()]),
            "subject(\"x\"): \"Willkommen ä\"; null_sender(): <app@example.org>",
        ),
        (
            all_of([a_mail().recipient_count(3), a_mail().part("image/png")]),
            all_of([a_mail().recipient_count(3), a_mail().null_sender()]),
            "null_sender(): <app@example.org>",
        ),
        (
            a_mail().satisfies("is long", |mail| mail.message().size() > 10),
            a_mail().satisfies("is short", |_| Err::<(), _>("it is long".to_owned())),
            "it is long",
        ),
        (
            a_mail().satisfies("is fine", |_| Ok::<(), String>(())),
            a_mail().satisfies("is odd", |_| false),
            "it is not so",
        ),
        (
            a_mail().subject(matches("^Will")),
            a_mail().subject(|text: &str| text.is_empty()),
            "\"Willkommen ä\"",
        ),
    ];
    for (right, wrong, actual) in cases {
        assert!(right.is_match(&mail), "{right}: {:?}", right.check(&mail));
        let found = wrong.check(&mail).expect_err(&wrong.to_string());
        assert!(found.contains(actual), "{wrong}: {found}");
        // And the negation is just the other way round.
        assert!(!not(right).is_match(&mail) && not(wrong).is_match(&mail));
    }
}

fn client(server: &MailServer) -> Client {
    let mut client = Client::connect(server);
    client.ok("EHLO app.example");
    client
}

fn mail(subject: &str) -> Vec<u8> {
    format!("Subject: {subject}\r\n\r\nHello\r\n").into_bytes()
}

/// Three mails, a refusal and an abort.
fn busy() -> MailServer {
    let server = MailServer::start();
    server
        .on(Trigger::rcpt_to("gone@example.org"))
        .reply(Reply::mailbox_unavailable());
    let mut client = client(&server);
    client
        .deliver("app@example.org", &["ada@example.org"], &mail("Welcome"))
        .deliver(
            "app@example.org",
            &["ada@example.org", "bob@tenant7.example"],
            &mail("News"),
        )
        .deliver("app@example.org", &["ada@example.org"], &mail("Reminder"));
    client.ok("MAIL FROM:<app@example.org>");
    client.say("RCPT TO:<gone@example.org>");
    client.ok("RCPT TO:<eve@example.org>").ok("RSET").ok("QUIT");
    client.rest();
    server
        .wait_for_session(a_session().ended(SessionEnd::Quit))
        .blocking();
    server
}

#[test]
fn assertions_hold_where_it_is_so() {
    let server = busy();
    server.assert_received(a_mail().subject("News"));
    server.assert_received_times(2.., a_mail().sent_to("ada@example.org"));
    server.assert_not_received(a_mail().subject("Bye"));
    server.assert_no_mail_to("gone@example.org");
    server.assert_mail_count(3);
    server.assert_recipient_count(4);
    server.assert_in_order([a_mail().subject("Welcome"), a_mail().subject("Reminder")]);
    server.assert_no_duplicates();
    server.assert_no_bcc_leak();
    server.assert_rejected(
        a_rejection()
            .code(550)
            .enhanced_code("5.1.1")
            .recipient("gone@example.org"),
    );
    server.assert_rejected(
        a_rejection()
            .aborted()
            .mail(a_mail().sent_to("eve@example.org")),
    );
    server.assert_not_rejected(a_rejection().stage(Stage::EndOfData));
    server.assert_sessions(
        a_session()
            .ehlo_name("app.example")
            .mails(3)
            .reused()
            .no_remarks()
            .quit_sent(),
    );
    assert_eq!(server.only(a_mail().subject("News")).id(), 2);
    assert_eq!(server.find(a_mail().sent_to("ada@example.org")).len(), 3);
    assert_eq!(server.first(a_mail()).unwrap().id(), 1);
    assert_eq!(
        server
            .last(a_mail().sent_to("ada@example.org"))
            .unwrap()
            .id(),
        3
    );
    assert_eq!(server.count(a_mail().subject(starts_with("Re"))), 1);
    let mail = server.only(a_mail().subject("Welcome"));
    mail.assert(a_mail().sent_to("ada@example.org"))
        .assert(a_mail().text("Hello"));
}

#[test]
fn assertions_fail_where_it_is_not() {
    let server = busy();
    let errors = [
        server.try_assert_received(a_mail().subject("Bye")),
        server.try_assert_received_times(1, a_mail().sent_to("ada@example.org")),
        server.try_assert_received_times(5.., a_mail().sent_to("ada@example.org")),
        server.try_assert_not_received(a_mail().subject("News")),
        server.try_assert_no_mail(),
        server.try_only_mail().map(|_| ()),
        server
            .try_only(a_mail().sent_to("ada@example.org"))
            .map(|_| ()),
        server.try_assert_rejected(a_rejection().cause(Cause::Limit)),
    ];
    for error in errors {
        let text = error.unwrap_err().to_string();
        assert!(
            text.contains("received (3):") && text.contains("refused (1):"),
            "{text}"
        );
    }
    type Assertion = fn(&Inbox);
    let assertions: [Assertion; 9] = [
        |s| s.assert_mail_count(..3),
        |s| s.assert_recipient_count(3),
        |s| s.assert_no_mail_to(domain("tenant7.example")),
        |s| s.assert_in_order([a_mail().subject("News"), a_mail().subject("Welcome")]),
        |s| s.assert_not_rejected(a_rejection().code(550)),
        |s| s.assert_rejected(a_rejection().rule(std::panic::Location::caller())),
        |s| s.assert_sessions(a_session().mails(2)),
        |s| s.assert_sessions(a_session().ended(SessionEnd::ClientClosed)),
        |s| s.assert_sessions(a_session().authenticated_as("app")),
    ];
    for assertion in assertions {
        let inbox: Inbox = (*server).clone();
        thread::spawn(move || assertion(&inbox)).join().unwrap_err();
    }
    let mail = server.only(a_mail().subject("Welcome"));
    thread::spawn(move || drop(mail.assert(a_mail().subject("News")).clone()))
        .join()
        .unwrap_err();
}

#[test]
fn duplicates_and_leaks_are_found() {
    let server = MailServer::start();
    let deliver = |to: &[&str], content: &[u8]| {
        client(&server).deliver("app@example.org", to, content);
    };
    deliver(
        &["ada@example.org"],
        b"Message-ID: <1@x>\r\nSubject: A\r\n\r\n",
    );
    deliver(
        &["bob@example.org"],
        b"Message-ID: <1@x>\r\nSubject: A\r\n\r\n",
    );
    deliver(
        &["eve@example.org"],
        b"Date: yesterday\r\nSubject: B\r\n\r\n",
    );
    server.assert_no_duplicates();
    let check = || {
        let inbox = (*server).clone();
        let panic = thread::spawn(move || inbox.assert_no_duplicates())
            .join()
            .unwrap_err();
        *panic.downcast::<String>().unwrap()
    };
    deliver(
        &["eve@EXAMPLE.org", "joe@example.org"],
        b"Date: today\r\nMessage-ID: <2@x>\r\nSubject: B\r\n\r\n",
    );
    let text = check();
    assert!(
        text.contains("<eve@EXAMPLE.org> got #3 (session 3) and #4 (session 4)"),
        "{text}"
    );
    server.clear();
    deliver(
        &["ada@example.org"],
        b"Message-ID: <1@x>\r\nSubject: A\r\n\r\n",
    );
    deliver(
        &["ada@example.org"],
        b"Message-ID: <1@x>\r\nSubject: A, edited\r\n\r\n",
    );
    assert!(check().contains("<ada@example.org> got #5"));

    server.assert_no_bcc_leak();
    deliver(
        &["ada@example.org", "boss@example.org"],
        b"To: ada@example.org\r\nBcc: boss@example.org\r\n\r\n",
    );
    let inbox = (*server).clone();
    let panic = thread::spawn(move || inbox.assert_no_bcc_leak())
        .join()
        .unwrap_err();
    assert!(
        panic
            .downcast::<String>()
            .unwrap()
            .contains("#7: Bcc: boss@example.org")
    );
}

#[test]
fn a_view_sees_its_part_and_clears_it() {
    let server = busy();
    let tenant = server.inbox(a_mail().sent_to(domain("tenant7.example")));
    assert_eq!(tenant.only_mail().message().subject(), "News");
    assert_eq!((tenant.sessions().len(), tenant.rejections().len()), (1, 0));
    let eve = server.inbox(a_mail().sent_to("eve@example.org"));
    eve.assert_no_mail();
    eve.assert_rejected(a_rejection().aborted());
    let narrow = tenant.inbox(a_mail().subject("Welcome"));
    narrow.assert_no_mail();
    assert!(narrow.sessions().is_empty());

    let mark = server.mark();
    server.since(mark).assert_mail_count(0);
    client(&server).deliver("app@example.org", &["x@tenant7.example"], &mail("Late"));
    server.since(mark).assert_mail_count(1);
    assert_eq!(server.since(mark).sessions().len(), 1);
    assert_eq!(tenant.since(mark).only_mail().message().subject(), "Late");
    assert_eq!(tenant.mails().len(), 2);
    tenant.clear();
    tenant.assert_no_mail();
    assert_eq!(
        (
            server.mails().len(),
            server.sessions().len(),
            server.rejections().len()
        ),
        (2, 2, 2)
    );
    assert_eq!(
        server.inbox(a_mail().subject("Welcome")).take_mails().len(),
        1
    );
    assert_eq!(server.only_mail().message().subject(), "Reminder");
    server.since(mark).clear();
    assert_eq!(server.mails().len(), 1);
    assert_eq!(
        format!("{tenant:?}"),
        "Inbox(0 mails in inbox(a_mail().sent_to(domain(\"tenant7.example\"))))"
    );
}

#[test]
fn waits_see_what_is_there_and_what_comes() {
    let server = MailServer::start();
    let late = Duration::from_secs(3600);
    let tenant = server.inbox(a_mail().sent_to(domain("tenant7.example")));
    thread::scope(|scope| {
        let waits = [
            scope.spawn(|| {
                drop(
                    server
                        .wait_for(a_mail().subject("2"))
                        .timeout(late)
                        .blocking(),
                );
            }),
            scope.spawn(|| {
                drop(
                    server
                        .wait_for_times(2, a_mail().sent_to("ada@example.org"))
                        .timeout(late)
                        .blocking(),
                );
            }),
            scope.spawn(|| drop(server.wait_for_mails(3).timeout(late).blocking())),
            scope.spawn(|| drop(server.wait_for_recipients(5).timeout(late).blocking())),
            scope.spawn(|| drop(tenant.wait_for_mails(1).timeout(late).blocking())),
            scope.spawn(|| {
                drop(
                    server
                        .wait_for_rejection(a_rejection().aborted())
                        .timeout(late)
                        .blocking(),
                );
            }),
            scope.spawn(|| {
                drop(
                    server
                        .wait_for_session(a_session().ended(SessionEnd::ClientClosed))
                        .timeout(late)
                        .blocking(),
                );
            }),
            scope.spawn(|| drop(tenant.wait_for(a_mail()).timeout(late).blocking())),
        ];
        let mut client = client(&server);
        client
            .deliver("app@example.org", &["ada@example.org"], &mail("1"))
            .deliver(
                "app@example.org",
                &["ada@example.org", "b@x.org", "c@x.org"],
                &mail("2"),
            )
            .deliver("app@example.org", &["x@tenant7.example"], &mail("3"));
        client.ok("MAIL FROM:<a@b.org>");
        drop(client);
        for wait in waits {
            wait.join().unwrap();
        }
    });
    // What is stored already is found at once, the newest first.
    let newest = server
        .wait_for(a_mail().sent_to("ada@example.org"))
        .blocking();
    assert_eq!(newest.message().subject(), "2");
    assert_eq!(server.wait_for_times(1, a_mail()).blocking().len(), 3);
    let short = Duration::from_millis(10);
    let error = server
        .try_wait_for(a_mail().subject("4"))
        .timeout(short)
        .blocking()
        .unwrap_err();
    assert!(
        error.is_timeout() && error.to_string().contains("closest: #3"),
        "{error}"
    );
}

#[test]
fn that_nothing_comes_can_be_waited_for() {
    let server = MailServer::start();
    server
        .assert_none_within(Duration::from_millis(10), a_mail())
        .blocking();
    thread::scope(|scope| {
        let wait = scope.spawn(|| {
            let wait =
                server.try_assert_none_within(Duration::from_secs(3600), a_mail().subject("Bad"));
            wait.blocking().unwrap_err()
        });
        client(&server)
            .deliver("app@example.org", &["ada@example.org"], &mail("Good"))
            .deliver("app@example.org", &["ada@example.org"], &mail("Bad"));
        let error = wait.join().unwrap();
        assert!(
            !error.is_timeout() && error.to_string().contains("but there is (1):\n  #2"),
            "{error}"
        );
    });
}

#[tokio::test]
async fn waits_can_be_awaited() {
    let server = MailServer::start();
    let inbox = server.inbox(a_mail().sent_to("ada@example.org"));
    let waiting = tokio::spawn(async move { inbox.wait_for(a_mail().subject("Hi")).await.id() });
    let port = server.port();
    tokio::task::spawn_blocking(move || {
        let _ = port;
        client(&server).deliver("app@example.org", &["ada@example.org"], &mail("Hi"));
        server
    })
    .await
    .unwrap();
    assert_eq!(waiting.await.unwrap(), 1);
}

#[test]
fn mails_can_be_expected_ahead() {
    let server = MailServer::start();
    server.expect(1.., a_mail().sent_to("ada@example.org"));
    server.expect(0, a_mail().sent_to("gone@example.org"));
    let error = server.try_verify().unwrap_err().to_string();
    let expected = "a_mail().sent_to(\"ada@example.org\"): expected at least 1, had 0 (expected at tests/assertions.rs:";
    assert!(
        error.starts_with("an expectation is not met\n") && error.contains(expected),
        "{error}"
    );
    thread::scope(|scope| {
        scope.spawn(|| {
            client(&server).deliver("app@example.org", &["ada@example.org"], &mail("Hi"));
        });
        server.wait_for_expectations().blocking();
    });
    server.verify();
    client(&server).deliver("app@example.org", &["gone@example.org"], &mail("Hi"));
    let error = server
        .try_wait_for_expectations()
        .timeout(Duration::from_secs(3600))
        .blocking();
    assert!(!error.unwrap_err().is_timeout());
    let panic = thread::spawn(move || drop(server)).join().unwrap_err();
    assert!(
        panic
            .downcast::<String>()
            .unwrap()
            .contains("expected none, had 1")
    );
}

#[test]
fn a_server_is_idle_when_nothing_goes_on() {
    let server = MailServer::start();
    let quiet = Duration::from_millis(5);
    server.wait_until_idle_for(quiet).blocking();
    let short = Duration::from_millis(50);
    let is_busy = |server: &MailServer| {
        let wait = server.try_wait_until_idle_for(quiet).timeout(short);
        wait.blocking().is_err()
    };
    let held = server.on(Trigger::command("NOOP")).hang();
    let mut client = client(&server);
    server.wait_until_idle().blocking(); // open, and idle
    for (line, ends) in [
        ("MAIL FROM:<a@b.org>", "RSET"),
        ("AUTH LOGIN", "*"),
        ("VRF", "Y x"),
    ] {
        client.send(line.as_bytes());
        if ends != "Y x" {
            client.say("");
        }
        assert!(is_busy(&server), "{line}");
        client.say(ends);
        server.wait_until_idle_for(quiet).blocking();
    }
    client.send(b"NOOP\r\n");
    held.wait_for_hits(1).blocking();
    assert!(is_busy(&server));
    held.remove();
    client.reply();
    server.wait_until_idle().blocking();
    drop(client);
    server.wait_until_idle().blocking();
}

#[tokio::test]
async fn a_wait_that_starves_its_client_says_so() {
    let server = MailServer::start();
    let wait = server
        .try_wait_for_mails(1)
        .timeout(Duration::from_millis(10));
    let error = wait.blocking().unwrap_err().to_string();
    assert!(
        error.ends_with(".await the wait in place of .blocking()"),
        "{error}"
    );
    let wait = server
        .try_wait_for_mails(1)
        .timeout(Duration::from_millis(10));
    assert!(!wait.await.unwrap_err().to_string().contains("stood still"));
}

#[test]
fn sessions_tell_how_they_were_used() {
    let server = MailServer::start();
    let mut polite = client(&server);
    polite.ok("NOOP").ok("AUTH PLAIN AGFwcABzZWNyZXQ=");
    let mut quick = client(&server);
    quick.send(b"NOOP\r\nNOOP\r\n");
    quick.reply();
    quick.reply();
    let mut rude = Client::connect(&server);
    rude.ok("HELO old");
    rude.send(b"NOOP\r\nNOOP\r\n");
    rude.reply();
    rude.reply();
    // What a hello offers is known with its reply.
    let mut hasty = Client::connect(&server);
    hasty.send(b"EHLO x\r\nMAIL FROM:<>\r\n");
    hasty.reply();
    hasty.reply();
    let facts: Vec<_> = server
        .sessions()
        .iter()
        .map(|session| {
            let is_match = |wanted: mailmock::SessionMatcher| wanted.is_match(session);
            (
                session.has_pipelined(),
                is_match(a_session().pipelined_only_when_offered()),
                is_match(a_session().no_plaintext_auth()),
                is_match(a_session().authenticated_as("app")),
                is_match(a_session().used_tls()),
            )
        })
        .collect();
    assert_eq!(
        facts,
        [
            (false, true, false, true, false),
            (true, true, true, false, false),
            (true, false, true, false, false),
            (true, false, true, false, false),
        ]
    );
}
