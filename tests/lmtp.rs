//! LMTP (RFC 2033): a reply for each recipient, and rules that refuse one of them.

mod support;

use std::time::Duration;

use mail_send::SmtpClientBuilder;
use mailmock::{
    Action, MailServer, Reply, SessionEnd, Stage, Trigger, a_mail, a_rejection, contains, domain,
};
use support::Client;
use support::program::{output_of, run};

const THREE: [&str; 3] = ["ada@example.org", "bob@example.org", "eve@example.net"];

fn client(server: &MailServer) -> Client {
    let mut client = Client::connect(server);
    client.ok("LHLO test.example");
    client
}

/// The replies to a mail for those recipients.
fn deliver(client: &mut Client, to: &[&str]) -> Vec<String> {
    client
        .begin("app@example.org", to)
        .send(b"Subject: Hi\r\n\r\nHi\r\n.\r\n");
    to.iter().map(|_| client.reply()).collect()
}

#[test]
fn one_of_three_is_refused() {
    let server = MailServer::builder().lmtp().start();
    assert_eq!(server.url(), format!("lmtp://127.0.0.1:{}", server.port()));
    let full = server
        .on(Trigger::delivery_to("bob@example.org"))
        .expect(1)
        .reply(Reply::mailbox_full());
    let mut client = client(&server);
    assert_eq!(
        deliver(&mut client, &THREE),
        [
            "250 2.0.0 OK, mail accepted for <ada@example.org>",
            "552 5.2.2 Mailbox full",
            "250 2.0.0 OK, mail accepted for <eve@example.net>",
        ]
    );
    let mail = server.only_mail();
    assert_eq!(
        mail.envelope().forward_paths(),
        ["ada@example.org", "eve@example.net"]
    );
    assert_eq!(mail.envelope().refused()[0].address(), "bob@example.org");
    let rejection = &server.rejections()[0];
    assert_eq!(
        (rejection.stage(), rejection.recipient()),
        (Stage::Delivery, Some("bob@example.org"))
    );
    assert_eq!(rejection.rule(), Some(full.location().into()));
    assert!(rejection.to_string().starts_with(
        "delivery to <bob@example.org> -> 552 5.2.2 Mailbox full (rule at tests/lmtp.rs:"
    ));
    server.assert_rejected(a_rejection().recipient("bob@example.org").code(552));
    let transcript = server.sessions()[0].transcript().to_string();
    assert!(transcript.ends_with(
        "C: [19 octets of content]\nS: 250 2.0.0 OK, mail accepted for <ada@example.org>\n\
         S: 552 5.2.2 Mailbox full\nS: 250 2.0.0 OK, mail accepted for <eve@example.net>"
    ));
    // The session goes on.
    assert_eq!(deliver(&mut client, &["ada@example.org"]).len(), 1);
    server.assert_mail_count(2);
}

#[test]
fn all_are_refused() {
    let server = MailServer::builder().lmtp().start();
    server.on(Trigger::delivery()).reply(Reply::mailbox_busy());
    server
        .on(Trigger::delivery_to(domain("example.net")))
        .reply(Reply::relaying_denied());
    let replies = deliver(&mut client(&server), &THREE);
    assert_eq!(
        replies,
        [
            "450 4.2.0 Mailbox busy",
            "450 4.2.0 Mailbox busy",
            "550 5.7.1 Relaying denied"
        ]
    );
    server.assert_no_mail();
    assert_eq!(server.rejections().len(), 3);
    // The content is with the first of them: a copy for each could be too much.
    let contents: Vec<_> = server
        .rejections()
        .iter()
        .map(|r| r.message().is_some())
        .collect();
    assert_eq!(contents, [true, false, false]);
    assert_eq!(server.rejections()[0].message().unwrap().subject(), "Hi");
}

#[test]
fn an_address_that_turns_the_line_is_escaped_where_it_stands_in_one() {
    let server = MailServer::builder().lmtp().start();
    server.on(Trigger::delivery()).reply(Reply::mailbox_busy());
    let address = "a\u{202e}b@example.org";
    let mut client = client(&server);
    client
        .ok("MAIL FROM:<app@example.org> SMTPUTF8")
        .ok(&format!("RCPT TO:<{address}>"))
        .ok("DATA")
        .send(b"Subject: Hi\r\n\r\nHi\r\n.\r\n");
    assert_eq!(client.reply(), "450 4.2.0 Mailbox busy");
    let rejection = &server.rejections()[0];
    assert_eq!(rejection.recipient(), Some(address));
    let escaped = "a\\xe2\\x80\\xaeb@example.org";
    let line = rejection.to_string();
    assert!(line.contains(&format!("delivery to <{escaped}>")), "{line}");
    let session = &server.sessions()[0];
    let transcript = session.transcript().to_string();
    assert!(
        transcript.contains(&format!("RCPT TO:<{escaped}>")),
        "{transcript}"
    );
}

#[test]
fn what_is_said_to_the_content_is_said_for_each() {
    let server = MailServer::builder().lmtp().start();
    server.on(Trigger::end_of_data()).in_turn([
        Action::reply(Reply::rejected_by_policy()),
        Action::reply(Reply::new(250, "As you like")),
        Action::accept_and_discard(),
        Action::proceed().after(Duration::from_millis(1)),
        Action::drip(Duration::from_millis(1)),
        Action::accept_then_disconnect(),
    ]);
    server
        .on(Trigger::delivery_to("eve@example.net"))
        .reply(Reply::mailbox_full());
    let mut client = client(&server);
    assert_eq!(
        deliver(&mut client, &THREE),
        ["550 5.7.1 Rejected for policy reasons"; 3]
    );
    assert_eq!((server.mails().len(), server.rejections().len()), (0, 1));
    assert_eq!(deliver(&mut client, &THREE), ["250 As you like"; 3]);
    assert_eq!(server.only_mail().envelope().forward_paths(), THREE);
    assert_eq!(
        deliver(&mut client, &THREE),
        ["250 2.0.0 OK, mail accepted"; 3]
    );
    assert_eq!(
        (server.mails().len(), server.discarded_mails().len()),
        (1, 1)
    );
    for _ in 0..2 {
        let replies = deliver(&mut client, &THREE);
        assert!(
            replies[1].starts_with("250 ") && replies[2].starts_with("552 "),
            "{replies:?}"
        );
    }
    assert_eq!(server.mails()[1].envelope().forward_paths(), &THREE[..2]);
    client.begin("app@example.org", &THREE).send(b".\r\n");
    assert_eq!(client.rest(), "");
    assert_eq!(server.mails()[3].envelope().forward_paths(), THREE);
    assert_eq!(server.sessions()[0].end(), Some(SessionEnd::Disconnected));
}

#[test]
fn a_session_ends_behind_the_last_reply() {
    let server = MailServer::builder().lmtp().start();
    server
        .on(Trigger::delivery_to("ada@example.org"))
        .reply(Reply::service_not_available());
    let mut client = client(&server);
    let replies = deliver(&mut client, &THREE);
    assert!(replies[0].starts_with("421 ") && replies[2].starts_with("250 "));
    assert_eq!(client.rest(), "");
    server.assert_received(a_mail().sent_to("bob@example.org"));
}

#[test]
#[should_panic(
    expected = "delivery_to(\"ada@example.org\") takes reply(..), proceed() or pass_on() at once, not hang()"
)]
fn a_delivery_does_not_hang() {
    MailServer::start()
        .on(Trigger::delivery_to("ada@example.org"))
        .hang();
}

#[test]
fn smtplib_and_swaks_speak_it() {
    let server = MailServer::builder().lmtp().start();
    server
        .on(Trigger::delivery_to("bob@example.org"))
        .reply(Reply::mailbox_full());
    let smtplib = "
import smtplib, sys
with smtplib.LMTP('127.0.0.1', int(sys.argv[1])) as client:
    refused = client.sendmail('app@example.org', ['ada@example.org'], 'Subject: Python\\n\\nHello')
    assert refused == {}, refused
";
    let port = server.port().to_string();
    if run("python3", &["-c", smtplib, &port], b"").is_some() {
        server.assert_received(a_mail().subject("Python").sent_to("ada@example.org"));
    }
    let host = format!("{}:{}", server.host(), server.port());
    let arguments = [
        "--protocol",
        "LMTP",
        "--server",
        &host,
        "--from",
        "app@example.org",
        "--to",
        "ada@example.org,bob@example.org",
        "--data",
        "-",
    ];
    if let Some(output) = output_of("swaks", &arguments, b"Subject: Swaks\r\n\r\nHello\r\n") {
        let told = String::from_utf8_lossy(&output.stdout);
        assert!(told.contains("552 5.2.2 Mailbox full"), "{told}");
        let swaks = server.only(a_mail().subject(contains("Swaks")));
        assert_eq!(swaks.envelope().forward_paths(), ["ada@example.org"]);
    }
}

#[tokio::test]
async fn mail_send_speaks_it() {
    let server = MailServer::builder().lmtp().start();
    let builder = SmtpClientBuilder::new("127.0.0.1", server.port()).unwrap();
    let mut client = builder
        .implicit_tls(false)
        .lmtp(true)
        .connect_plain()
        .await
        .unwrap();
    let to = ["ada@example.org"];
    let message = mail_send::smtp::message::Message::new("app@example.org", to, b"Hello\r\n");
    client.send(message).await.unwrap();
    server.assert_received(a_mail().sent_to("ada@example.org"));
}

#[test]
fn a_last_chunk_that_is_refused_is_refused_for_each() {
    let server = MailServer::builder().lmtp().start();
    server
        .on(Trigger::data())
        .first(1)
        .reply(Reply::rejected_by_policy());
    let mut client = client(&server);
    client.ok("MAIL FROM:<app@example.org>");
    client
        .ok("RCPT TO:<ada@example.org>")
        .ok("RCPT TO:<bob@example.org>");
    client.send(b"BDAT 3\r\nabcBDAT 3 LAST\r\ndefNOOP\r\n");
    let replies: String = (0..4)
        .map(|_| client.reply()[..3].to_owned() + " ")
        .collect();
    assert_eq!(replies, "550 503 503 250 ");
    server
        .on(Trigger::command("BDAT"))
        .reply(Reply::rejected_by_policy());
    client.ok("RSET").ok("MAIL FROM:<app@example.org>");
    client
        .ok("RCPT TO:<ada@example.org>")
        .ok("RCPT TO:<bob@example.org>");
    client.send(b"BDAT 3 LAST\r\nabcNOOP\r\n");
    let replies: String = (0..3)
        .map(|_| client.reply()[..3].to_owned() + " ")
        .collect();
    assert_eq!(replies, "550 550 250 ");
}

#[test]
fn magic_recipients_are_refused_alone() {
    let server = MailServer::builder().lmtp().magic_recipients().start();
    let to = [
        "ada@example.org",
        "bob+bounce-data-550@example.org",
        "defer-data-451@example.org",
    ];
    let replies = deliver(&mut client(&server), &to);
    let codes: Vec<_> = replies.iter().map(|reply| &reply[..3]).collect();
    assert_eq!(codes, ["250", "550", "451"]);
    assert_eq!(
        server.only_mail().envelope().forward_paths(),
        ["ada@example.org"]
    );
    // What is about the connection is about all of them.
    let mut dropped = client(&server);
    dropped.begin(
        "app@example.org",
        &["ada@example.org", "drop-after-data@example.org"],
    );
    dropped.send(b".\r\n");
    assert_eq!(dropped.rest(), "");
    server.assert_mail_count(2);
}
