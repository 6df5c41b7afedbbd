//! Ready-made behaviour: directories, limits, magic recipients.

mod support;

use mailmock::{MailServer, SessionEnd, Trigger};
use support::{Client, eventually};

fn client(server: &MailServer) -> Client {
    let mut client = Client::connect(server);
    client.ok("EHLO app.example");
    client
}

fn company() -> MailServer {
    MailServer::builder()
        .local_domain("example.com")
        .mailbox("Ada Lovelace <ada@example.org>")
        .mailbox("\"Bob Jones\" <bob.jones@example.org>")
        .mailbox("bob.smith@example.org")
        .mailbox("Bob <robert@example.org>")
        .forwarded_mailbox("Eve <eve@example.org>", "eve@example.net")
        .moved_mailbox("Joe <joe@example.org>", "joe@example.net")
        .mailing_list(
            "staff@example.org",
            ["ada@example.org", "guest@example.net"],
        )
        .mailing_list("nobody@example.org", [])
        .mailbox("jörg@example.org")
        .start()
}

#[test]
fn a_directory_says_who_gets_mail() {
    let server = company();
    let mut client = client(&server);
    client.ok("MAIL FROM:<app@example.org>");
    for (recipient, expected) in [
        ("ada@example.org", "250 2.1.5 Recipient OK"),
        ("ADA@Example.Org", "250 2.1.5 Recipient OK"),
        ("staff@example.org", "250 2.1.5 Recipient OK"),
        ("postmaster", "250 2.1.5 Recipient OK"),
        ("Postmaster@example.org", "250 2.1.5 Recipient OK"),
        ("anybody@example.com", "250 2.1.5 Recipient OK"),
        ("who@example.org", "550 5.1.1 Mailbox unavailable"),
        ("ada@example.net", "550 5.7.1 Relaying denied"),
        (
            "eve@example.org",
            "251 2.1.5 User not local; will forward to <eve@example.net>",
        ),
        (
            "joe@example.org",
            "551 5.1.6 User not local; please try <joe@example.net>",
        ),
    ] {
        assert_eq!(
            client.say(&format!("RCPT TO:<{recipient}>")),
            expected,
            "{recipient}"
        );
    }
    let rule = server.rejections()[0].rule().unwrap().location().unwrap();
    assert!(rule.file().ends_with("presets.rs"));
}

#[test]
fn a_directory_answers_vrfy_and_expn() {
    let server = company();
    let mut client = client(&server);
    for (line, expected) in [
        ("VRFY ada", "250 2.1.5 Ada Lovelace <ada@example.org>"),
        (
            "VRFY <ada@example.org>",
            "250 2.1.5 Ada Lovelace <ada@example.org>",
        ),
        ("VRFY lovelace", "250 2.1.5 Ada Lovelace <ada@example.org>"),
        (
            "VRFY bob.smith@example.org",
            "250 2.1.5 <bob.smith@example.org>",
        ),
        (
            "VRFY Bob",
            "553-5.1.4 Ambiguous; possibilities are\n553-5.1.4 Bob Jones <bob.jones@example.org>\n\
             553 5.1.4 Bob <robert@example.org>",
        ),
        ("VRFY who", "550 5.1.1 Mailbox unavailable"),
        ("VRFY who@example.org", "550 5.1.1 Mailbox unavailable"),
        ("VRFY ada@example.net", "550 5.7.1 Relaying denied"),
        (
            "VRFY postmaster",
            "252 2.0.0 Not verified, but mail will be accepted",
        ),
        (
            "VRFY any@example.com",
            "252 2.0.0 Not verified, but mail will be accepted",
        ),
        (
            "VRFY eve",
            "251 2.1.5 User not local; will forward to <eve@example.net>",
        ),
        (
            "VRFY joe",
            "551 5.1.6 User not local; please try <joe@example.net>",
        ),
        ("VRFY staff", "250 2.1.5 <staff@example.org>"),
        (
            "EXPN staff",
            "250-2.1.5 Ada Lovelace <ada@example.org>\n250 2.1.5 <guest@example.net>",
        ),
        (
            "EXPN <staff@example.org>",
            "250-2.1.5 Ada Lovelace <ada@example.org>\n250 2.1.5 <guest@example.net>",
        ),
        (
            "VRFY Ada <ada@example.org>",
            "250 2.1.5 Ada Lovelace <ada@example.org>",
        ),
        ("VRFY <>", "550 5.1.1 Mailbox unavailable"),
        ("EXPN <>", "550 5.1.1 No such mailing list"),
        (
            "VRFY jörg@example.org",
            "250 2.1.5 a mailbox that is not ASCII",
        ),
        (
            "VRFY ada smtputf8",
            "250 2.1.5 Ada Lovelace <ada@example.org>",
        ),
        (
            "EXPN staff SMTPUTF8",
            "250-2.1.5 Ada Lovelace <ada@example.org>\n250 2.1.5 <guest@example.net>",
        ),
        ("VRFY SMTPUTF8", "550 5.1.1 Mailbox unavailable"),
        ("EXPN nobody", "250 2.1.5 The list has no members"),
        ("EXPN ada", "550 5.1.1 No such mailing list"),
    ] {
        assert_eq!(client.say(line), expected, "{line}");
    }
}

#[test]
fn without_a_directory_everybody_is_welcome() {
    let server = MailServer::start();
    let mut client = client(&server);
    assert!(client.say("VRFY ada").starts_with("252 "));
    assert!(client.say("EXPN staff").starts_with("252 "));
    client
        .ok("MAIL FROM:<a@b.org>")
        .ok("RCPT TO:<any@where.example>");
}

#[test]
#[should_panic(expected = "not a mailbox: it has no @")]
fn a_directory_takes_addresses_only() {
    drop(MailServer::builder().mailbox("Ada"));
}

#[test]
#[should_panic(expected = "a name has no control characters")]
fn a_directory_lets_nobody_write_replies() {
    drop(MailServer::builder().mailbox("Ada\r\n250 <ada@example.org>"));
}

#[test]
fn a_session_can_be_limited_to_so_many_mails() {
    let server = MailServer::builder().max_mails_per_session(2).start();
    let mut client = client(&server);
    client.ok("MAIL FROM:<a@b.org>").ok("RSET"); // not a mail
    client
        .deliver("a@b.org", &["c@d.org"], b"1\r\n")
        .deliver("a@b.org", &["c@d.org"], b"2\r\n")
        .send(b"MAIL FROM:<a@b.org>\r\n");
    assert_eq!(
        client.rest(),
        "421 4.7.0 Too many mails in this session, closing\r\n"
    );
    assert_eq!(
        eventually(|| server.sessions()[0].end()),
        SessionEnd::Refused
    );
}

#[test]
fn magic_recipients_say_what_happens() {
    let server = MailServer::builder().magic_recipients().start();
    let mut client = client(&server);
    client.ok("MAIL FROM:<a@b.org>");
    for (local, expected) in [
        ("bounce-550", "550 5.1.1"),
        ("Ada+Bounce-553", "553 5.1.3"),
        ("bounce-571", "571 Boun"),
        ("bounce-551", "551 5.1.6"),
        ("defer-450", "450 4.2.0"),
        ("defer-451", "451 4.3.0"),
        ("defer-499", "499 Defe"),
        ("a+b+defer-452", "452 4.3.1"),
        ("full-452", "452 4.2.2"),
        ("full-552", "552 5.2.2"),
        ("slow-10ms", "250 2.1.5"),
        // And what is none of them:
        ("bounce-450", "250 2.1.5"),
        ("bounce-0550", "250 2.1.5"),
        ("slow-3", "250 2.1.5"),
        ("bounce-550+ada", "250 2.1.5"),
        ("drops", "250 2.1.5"),
    ] {
        let reply = client.say(&format!("RCPT TO:<{local}@example.org>"));
        assert!(reply.starts_with(expected), "{local}: {reply}");
    }
    for (local, expected) in [
        ("bounce-data-550", "550 5.7.1"),
        ("ada+defer-data-451", "451 4.3.0"),
        ("bounce-data-552", "552 5.3.4"),
        ("discard", "250 2.0.0"),
    ] {
        client.ok("RSET").begin(
            "a@b.org",
            &["x@example.org", &format!("{local}@example.org")],
        );
        assert!(client.say(".").starts_with(expected), "{local}");
    }
    assert_eq!(
        (server.mails().len(), server.discarded_mails().len()),
        (0, 1)
    );
}

#[test]
fn magic_recipients_break_connections_too() {
    let server = MailServer::start();
    let magic = server.magic_recipients();
    for local in ["drop", "defer-421", "drop-after-data"] {
        let mut client = client(&server);
        client.send(
            format!("MAIL FROM:<a@b.org>\r\nRCPT TO:<{local}@b.org>\r\nDATA\r\n.\r\n").as_bytes(),
        );
        let rest = client.rest();
        let last = rest.lines().last().unwrap();
        let expected = match local {
            "drop" => "250 2.1.0",
            "defer-421" => "421 4.3.2",
            _ => "354 ",
        };
        assert!(last.starts_with(expected), "{local}: {rest}");
    }
    assert_eq!(
        server.only_mail().envelope().forward_paths(),
        ["drop-after-data@b.org"]
    );
    let mut client = client(&server);
    client
        .ok("MAIL FROM:<a@b.org>")
        .send(b"RCPT TO:<hang@b.org>\r\nRCPT TO:<reset@b.org>\r\n");
    magic.wait_for_hits(4).blocking();
    server.on(Trigger::rcpt_to("reset@b.org")).disconnect();
    magic.remove();
    assert_eq!(client.rest(), "250 2.1.5 Recipient OK\r\n");
}
