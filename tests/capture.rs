//! What the test reads back of what arrived.

mod support;

use std::time::SystemTime;

use mailmock::{
    Body, Cause, HeaderAddress, Lapse, MailServer, Reply, SessionEnd, Stage, Trigger, a_mail,
    domain,
};
use support::{Client, received, received_by};

#[test]
fn the_stored_octets_are_those_that_were_sent() {
    let content =
        b"Subject: x\r\nBcc: boss@example.org\r\n\r\nbare\nline\rends, \0 and \xFF stay \r\n";
    let mail = received(content);
    assert_eq!(mail.message().raw(), content);
    assert_eq!(mail.message().size(), content.len());
}

#[test]
fn a_mail_is_there_before_the_session_ends() {
    let server = MailServer::start();
    let mut client = Client::connect(&server);
    client.ok("EHLO test.example");
    for count in 1..=3 {
        client.deliver("a@example.org", &["b@example.org"], b"x\r\n");
        assert_eq!(server.mails().len(), count);
        assert_eq!(server.sessions()[0].mail_ids().len(), count);
    }
    assert!(server.sessions()[0].is_open());
}

#[test]
fn copies_are_not_mails_and_recipients_keep_their_order() {
    let to = [
        "c@example.org",
        "a@example.org",
        "c@example.org",
        "b@example.org",
    ];
    let mail = received_by(&to, b"To: a@example.org\r\n\r\n");
    assert_eq!(mail.envelope().forward_paths(), to);
    assert_eq!(mail.recipients().announced(), ["a@example.org"]);
    assert_eq!(
        mail.recipients().blind(),
        ["c@example.org", "b@example.org"]
    );
}

#[test]
fn numbers_begin_at_one_and_are_never_used_again() {
    let server = MailServer::start();
    let mut client = Client::connect(&server);
    client
        .ok("EHLO x")
        .deliver("a@b.org", &["c@d.org"], b"1\r\n")
        .deliver("a@b.org", &["c@d.org"], b"2\r\n");
    let taken = server.take_mails();
    assert_eq!(
        taken.iter().map(mailmock::Mail::id).collect::<Vec<_>>(),
        [1, 2]
    );
    server.clear();
    client.deliver("a@b.org", &["c@d.org"], b"3\r\n");
    assert_eq!(server.only_mail().id(), 3);
    assert_eq!(server.only_mail().session_id(), server.sessions()[0].id());
}

#[test]
fn the_envelope_tells_all_that_mail_and_rcpt_said() {
    let server = MailServer::start();
    let mut client = Client::connect(&server);
    client
        .ok("EHLO app.example")
        .ok("AUTH PLAIN AGFwcABzZWNyZXQ=")
        .ok("MAIL FROM:<@relay.example:app@example.org> SIZE=3 BODY=8BITMIME SMTPUTF8 RET=FULL ENVID=x+2B1 AUTH=app+40b.org")
        .ok("RCPT TO:<ada@example.org> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;Ada+2B1@example.org")
        .ok("DATA")
        .ok("x\r\n.");
    let mail = server.only_mail();
    let envelope = mail.envelope();
    assert_eq!(*envelope.reverse_path(), "app@example.org");
    assert_eq!(
        envelope.reverse_path().source_route(),
        Some("@relay.example")
    );
    let parameters = envelope.reverse_path().parameters();
    assert_eq!(parameters.size(), Some(3));
    assert_eq!(parameters.body(), Body::EightBitMime);
    assert!(parameters.is_smtputf8());
    assert_eq!(parameters.ret(), Some("FULL"));
    assert_eq!(parameters.envid().as_deref(), Some("x+1"));
    assert_eq!(parameters.auth().as_deref(), Some("app@b.org"));
    assert_eq!(parameters.value("envid"), Some("x+2B1"));
    let recipient = envelope.forward_paths()[0].parameters();
    assert_eq!(recipient.notify(), ["SUCCESS", "DELAY"]);
    assert_eq!(
        recipient.orcpt(),
        Some(("rfc822", "Ada+1@example.org".into()))
    );
    assert_eq!(envelope.hello_name(), "app.example");
    assert_eq!(envelope.peer(), server.sessions()[0].peer());
    assert_eq!(envelope.authenticated_as(), Some("app"));
    assert!(mail.received_at() <= SystemTime::now());
}

#[test]
fn the_null_reverse_path_is_told_from_an_address() {
    let server = MailServer::start();
    Client::connect(&server)
        .ok("HELO x")
        .deliver("", &["postmaster"], b"\r\n");
    let mail = server.only_mail();
    assert!(mail.envelope().reverse_path().is_null());
    assert_eq!(mail.envelope().reverse_path(), "");
    assert_eq!(mail.envelope().reverse_path().to_string(), "<>");
    assert_eq!(mail.envelope().forward_paths()[0].mailbox().domain(), None);
}

#[test]
fn recipients_are_compared_with_the_header_as_addresses() {
    let server = MailServer::start();
    let mut client = Client::connect(&server);
    client
        .ok("EHLO x")
        .ok("MAIL FROM:<app@example.org>")
        .ok("RCPT TO:<ada@EXAMPLE.org>")
        .ok("RCPT TO:<hidden@example.org>");
    assert!(
        client
            .say("RCPT TO:<gone@example.org> FOO=1")
            .starts_with("555")
    );
    client.ok("DATA").ok(
        "To: Ada <ada@example.org>, Group: bob@example.org, gone@example.org;\r\n\
         Cc: =?utf-8?Q?J=C3=BCrgen?= <j@example.org>\r\n\r\n.",
    );
    let mail = server.only_mail();
    let recipients = mail.recipients();
    assert_eq!(recipients.announced(), ["ada@EXAMPLE.org"]);
    assert_eq!(recipients.blind(), ["hidden@example.org"]);
    assert_eq!(
        recipients.never_sent(),
        ["bob@example.org", "j@example.org"]
    );
    assert_eq!(recipients.refused(), ["gone@example.org"]);
    assert!(!recipients.is_bcc_leaked());
    let refused = &mail.envelope().refused()[0];
    assert_eq!(
        (refused.address(), refused.reply().code()),
        ("gone@example.org", 555)
    );
}

#[test]
fn a_bcc_field_leaks_if_someone_it_does_not_name_reads_it() {
    let leaked = b"To: a@example.org\r\nBcc: boss@example.org\r\n\r\n";
    assert!(
        received_by(&["a@example.org", "boss@example.org"], leaked)
            .recipients()
            .is_bcc_leaked()
    );
    // RFC 5322 §3.6.3: a copy for those alone whom it names.
    let recipients = received_by(&["boss@example.org"], leaked).recipients();
    assert!(!recipients.is_bcc_leaked());
    assert_eq!(recipients.blind(), ["boss@example.org"]);
    let empty = b"To: a@example.org\r\nBcc: \r\n\r\n";
    assert!(
        !received_by(&["a@example.org"], empty)
            .recipients()
            .is_bcc_leaked()
    );
    let group = b"To: a@example.org\r\nBcc: undisclosed-recipients:;\r\n\r\n";
    assert!(
        !received_by(&["a@example.org"], group)
            .recipients()
            .is_bcc_leaked()
    );
}

#[test]
fn a_resent_message_is_compared_with_its_newest_resent_block() {
    let mail = received_by(
        &["new@example.org"],
        b"Resent-From: me@example.org\r\nResent-To: new@example.org\r\nReceived: x\r\n\
          Resent-From: you@example.org\r\nResent-To: me@example.org\r\nResent-Date: 1 Jan 2024 10:00 +0100\r\n\
          To: you@example.org\r\n\r\n",
    );
    assert_eq!(mail.recipients().announced(), ["new@example.org"]);
    assert!(mail.recipients().never_sent().is_empty());
    let blocks = mail.message().resent();
    assert_eq!(blocks.len(), 2);
    assert_eq!(blocks[0].to().addresses(), ["new@example.org"]);
    assert_eq!(blocks[1].from().addresses(), ["you@example.org"]);
    assert_eq!(blocks[1].date().unwrap().offset_minutes(), 60);
}

#[test]
fn header_fields_are_unfolded_and_decoded() {
    let mail = received(
        b"Subject: =?utf-8?Q?K=C3=A4se?= and\r\n =?utf-8?B?V3Vyc3Q=?=\r\nX-A: 1\r\nx-a:2\r\n\
          Date: Fri, 21 Nov 1997 09:55:06 -0600\r\nMessage-ID: <1@x>\r\nTo: undisclosed-recipients:;\r\n\
          From: \"Lovelace, Ada\" <ada@example.org>\r\nReply-To: broken, b@example.org\r\n\r\nbody\r\n",
    );
    let message = mail.message();
    assert_eq!(message.subject(), "Käse and Wurst");
    assert_eq!(
        message.headers().first("subject").unwrap().raw_value(),
        b"=?utf-8?Q?K=C3=A4se?= and\r\n =?utf-8?B?V3Vyc3Q=?="
    );
    let values: Vec<_> = message
        .headers()
        .all("X-A")
        .map(mailmock::Header::value)
        .collect();
    assert_eq!(values, ["1", "2"]);
    assert_eq!(message.header("X-B"), None);
    let date = message.date().unwrap();
    assert_eq!(
        (date.unix_seconds(), date.offset_minutes()),
        (880_127_706, -360)
    );
    assert_eq!(message.message_id(), Some("1@x"));
    let group = HeaderAddress::Group {
        name: "undisclosed-recipients".into(),
        members: vec![],
    };
    assert_eq!(message.to().entries(), [group]);
    assert_eq!(
        message.from().mailboxes().next().unwrap().name(),
        Some("Lovelace, Ada")
    );
    // What cannot be read does not hide the rest.
    assert_eq!(message.reply_to().addresses(), ["b@example.org"]);
    assert!(message.reply_to().parse_error().is_some());
    assert_eq!(message.text(), Some("body"));
}

const NESTED: &[u8] = b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n\
--m\r\nContent-Type: multipart/related; boundary=r\r\n\r\n\
--r\r\nContent-Type: multipart/alternative; boundary=a\r\n\r\n\
--a\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\ngr=FC=DF\r\n\r\n--a\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<img src=\"cid:logo\">\r\n--a--\r\n\
--r\r\nContent-Type: image/png\r\nContent-ID: <logo>\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw==\r\n--r--\r\n\
--m\r\nContent-Type: application/pdf; name=\"a.pdf\"\r\nContent-Disposition: attachment; filename*=utf-8''K%C3%A4se.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERg==\r\n\
--m\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\nContent-Type: text/html\r\n\r\n<p>inner</p>\r\n--m--\r\n";

#[test]
fn parts_are_a_tree_and_their_octets_are_decoded() {
    let mail = received(NESTED);
    let message = mail.message();
    let types: Vec<_> = message
        .parts()
        .iter()
        .map(|part| part.content_type())
        .collect();
    assert_eq!(
        types,
        [
            "multipart/mixed",
            "multipart/related",
            "multipart/alternative",
            "text/plain",
            "text/html",
            "image/png",
            "application/pdf",
            "message/rfc822",
            "text/html",
        ]
    );
    // The first line end is the text's own; the second belongs to the boundary.
    assert_eq!(message.text(), Some("grüß"));
    assert_eq!(message.parts()[3].bytes(), b"gr\xFC\xDF\r\n");
    assert_eq!(message.html(), Some("<img src=\"cid:logo\">"));
    let attachments = message.attachments();
    let names: Vec<_> = attachments.iter().map(|part| part.name()).collect();
    assert_eq!(names, [Some("Käse.pdf"), None]);
    assert_eq!(attachments[0].bytes(), b"%PDF");
    assert_eq!(attachments[0].content_type(), "application/pdf");
    let inner = attachments[1].children().next().unwrap();
    assert_eq!(inner.headers().first("Subject").unwrap().value(), "inner");
    assert_eq!(inner.text(), Some("<p>inner</p>"));
    assert_eq!(message.inline("logo").unwrap().bytes(), b"\x89PNG");
    assert!(message.inline("other").is_none());
    assert_eq!(message.root().children().count(), 3);
    assert!(
        message
            .root()
            .children()
            .next()
            .unwrap()
            .raw()
            .starts_with(b"Content-Type: multipart/related")
    );
}

#[test]
fn a_body_without_a_charset_is_read_as_utf_8_if_it_is() {
    let text = |content: &[u8]| received(content).message().text().map(str::to_owned);
    assert_eq!(text("\r\ngrüß\r\n".as_bytes()).unwrap(), "grüß");
    assert_eq!(
        text(b"\r\ngr\xFC\xDF\r\n").unwrap(),
        "grüß",
        "else as windows-1252"
    );
    assert_eq!(
        text(b"Content-Type: text/html\r\n\r\nx\r\n"),
        None,
        "there is only HTML"
    );
    assert_eq!(
        text(b"\r\ntwo\r\n\r\nlines\r\n\r\n").unwrap(),
        "two\n\nlines\n"
    );
}

#[test]
fn what_cannot_be_parsed_is_stored_and_says_why() {
    let mail = received(b" not a header\r\n\r\nbody\r\n");
    assert!(mail.message().parse_error().is_some());
    assert_eq!(mail.message().subject(), "");
    let mail = received(b"Content-Transfer-Encoding: base64\r\n\r\n!!!\r\n");
    let root = mail.message().root();
    assert!(mail.message().parse_error().is_none());
    assert!(root.decode_error().is_some());
    assert_eq!(root.bytes(), b"!!!\r\n");
}

#[test]
fn messages_nested_beyond_reason_are_read_without_harm() {
    let mut deep = b"Content-Type: message/rfc822\r\n\r\n".repeat(20_000);
    deep.extend_from_slice(b"Subject: bottom\r\n\r\n");
    let mail = received(&deep);
    assert!(mail.message().parts().len() > 10);
    let mut multiparts = Vec::new();
    for level in 0..500 {
        multiparts.extend_from_slice(
            format!("Content-Type: multipart/mixed; boundary=b{level}x\r\n\r\n--b{level}x\r\n")
                .as_bytes(),
        );
    }
    let mail = received(&multiparts);
    assert!(mail.message().parse_error().is_some());
    assert_eq!(
        mail.message().header("Content-Type"),
        Some("multipart/mixed; boundary=b0x")
    );
}

#[test]
fn a_session_tells_what_was_said_and_hides_secrets() {
    let server = MailServer::start();
    let mut client = Client::connect(&server);
    client
        .ok("EHLO test.example")
        .ok("AUTH PLAIN AGFwcABoaWRkZW4=");
    client
        .deliver("a@example.org", &["b@example.org"], b"x\r\n")
        .ok("QUIT");
    let session = &server.sessions()[0];
    let transcript = session.transcript().to_string();
    assert_eq!(
        transcript,
        "S: 220 localhost ESMTP mailmock\n\
         C: EHLO test.example\n\
         S: 250-localhost greets test.example\n\
         S: 250-PIPELINING\n\
         S: 250-SIZE 52428800\n\
         S: 250-8BITMIME\n\
         S: 250-SMTPUTF8\n\
         S: 250-ENHANCEDSTATUSCODES\n\
         S: 250-CHUNKING\n\
         S: 250-BINARYMIME\n\
         S: 250-DSN\n\
         S: 250 AUTH PLAIN LOGIN XOAUTH2 OAUTHBEARER\n\
         C: AUTH PLAIN [secret]\n\
         S: 235 2.7.0 Authentication successful\n\
         C: MAIL FROM:<a@example.org>\n\
         S: 250 2.1.0 Sender OK\n\
         C: RCPT TO:<b@example.org>\n\
         S: 250 2.1.5 Recipient OK\n\
         C: DATA\n\
         S: 354 Start mail input; end with <CRLF>.<CRLF>\n\
         C: [3 octets of content]\n\
         S: 250 2.0.0 OK, mail accepted\n\
         C: QUIT\n\
         S: 221 2.0.0 Bye"
    );
    assert_eq!(session.end(), Some(SessionEnd::Quit));
    assert_eq!(session.hello_name(), Some("test.example"));
    assert_eq!(session.mails().len(), 1);
    let login = &session.logins()[0];
    assert_eq!(
        (
            login.identity(),
            login.password(),
            login.mechanism().as_str()
        ),
        ("app", Some("hidden"), "PLAIN")
    );
    assert!(!format!("{server:?}{session:?}{login:?}").contains("hidden"));
    let elapsed: Vec<_> = session
        .exchanges()
        .map(mailmock::Exchange::elapsed)
        .collect();
    assert!(elapsed.is_sorted());
    assert!(session.duration() >= elapsed.last().copied());
    assert_eq!(
        session.exchanges().nth(6).unwrap().content_octets(),
        Some(3)
    );
}

#[test]
fn secrets_stay_hidden_in_every_line_of_an_exchange() {
    let server = MailServer::start();
    let mut client = Client::connect(&server);
    client
        .ok("EHLO x")
        .ok("AUTH LOGIN")
        .ok("YXBw")
        .ok("aGlkZGVu");
    assert!(client.say("AUTH PLAIN AGFwcABoaWRkZW4=").starts_with("503"));
    let told = format!(
        "{} {:?}",
        server.sessions()[0].transcript(),
        server.rejections()
    );
    assert!(
        !told.contains("aGlkZGVu") && !told.contains("YXBw") && !told.contains("AGFw"),
        "{told}"
    );
    assert_eq!(
        server.rejections()[0].command().unwrap(),
        "AUTH PLAIN [secret]"
    );
}

#[test]
fn lapses_are_remarked_with_section_and_line() {
    let server = MailServer::start();
    let mut client = Client::connect(&server);
    client
        .ok("EHLO x")
        .ok("MAIL FROM: a@example.org")
        .ok("RCPT TO:<b@example.org>")
        .ok("DATA");
    client.ok("Subject: x\r\n\r\none\ntwo\r\n.");
    let remarks = server.sessions()[0].remarks();
    let told: Vec<_> = remarks
        .iter()
        .map(|r| (r.lapse(), r.section(), r.line()))
        .collect();
    assert_eq!(
        told,
        [
            (
                Lapse::SpaceInPath,
                "RFC 5321 §3.3",
                "MAIL FROM: a@example.org"
            ),
            (
                Lapse::MissingBrackets,
                "RFC 5321 §4.1.2",
                "MAIL FROM: a@example.org"
            ),
            (Lapse::BareLineFeed, "RFC 5321 §2.3.8", "one\\ntwo"),
        ]
    );
}

#[test]
fn a_refused_recipient_does_not_end_the_transaction() {
    let server = MailServer::start();
    let mut client = Client::connect(&server);
    client
        .ok("EHLO x")
        .ok("MAIL FROM:<a@example.org>")
        .ok("RCPT TO:<b@example.org>");
    assert!(client.say("RCPT TO:<nobody>").starts_with("501 5.5.4"));
    client.ok("RCPT TO:<c@example.org>").ok("DATA").ok(".");
    assert_eq!(
        server.only_mail().envelope().forward_paths(),
        ["b@example.org", "c@example.org"]
    );
    let rejection = &server.rejections()[0];
    assert_eq!(
        (rejection.stage(), rejection.cause()),
        (Stage::Rcpt, Cause::Syntax)
    );
    assert_eq!(rejection.recipient(), Some("nobody"));
    assert_eq!(rejection.command().as_deref(), Some("RCPT TO:<nobody>"));
    assert_eq!(
        rejection.envelope().unwrap().forward_paths(),
        ["b@example.org"]
    );
    assert_eq!(rejection.session_id(), 1);
    assert_eq!(server.rejections().len(), 1);
}

#[test]
fn a_broken_transaction_keeps_what_had_come() {
    let server = MailServer::start();
    let mut client = Client::connect(&server);
    client
        .ok("EHLO x")
        .begin("a@example.org", &["b@example.org"]);
    client.send(b"Subject: half\r\n\r\nhalf a");
    drop(client);
    let closed = support::eventually(|| server.sessions()[0].end());
    assert_eq!(closed, SessionEnd::ClientClosed);
    assert!(server.mails().is_empty());
    let aborted = &server.rejections()[0];
    assert!(aborted.is_aborted() && aborted.reply().is_none());
    assert_eq!(aborted.stage(), Stage::Data);
    assert_eq!(
        aborted.envelope().unwrap().forward_paths(),
        ["b@example.org"]
    );
    assert_eq!(
        aborted.message().unwrap().raw(),
        b"Subject: half\r\n\r\nhalf a"
    );
    assert_eq!(aborted.message().unwrap().subject(), "half");
}

#[test]
fn content_over_the_limit_that_never_ended_is_no_empty_message() {
    let server = MailServer::builder().max_message_size(10).start();
    let mut client = Client::connect(&server);
    client
        .ok("EHLO x")
        .begin("a@example.org", &["b@example.org"]);
    client.send(&b"x".repeat(5_000));
    drop(client);
    support::eventually(|| server.sessions()[0].end());
    assert!(server.rejections()[0].is_aborted());
    assert!(server.rejections()[0].message().is_none());
}

#[test]
fn a_refused_recipient_is_named_by_its_address() {
    let server = MailServer::builder().max_recipients(0).start();
    let mut client = Client::connect(&server);
    client.ok("EHLO x").ok("MAIL FROM:<a@example.org>");
    for argument in [
        "<ada@example.org>",
        "ada@example.org NOTIFY=NEVER",
        "Ada <ada@example.org>",
        "<@relay.example:ada@example.org> NOTIFY=NEVER",
        "< ada@example.org >",
    ] {
        assert!(
            client
                .say(&format!("RCPT TO:{argument}"))
                .starts_with("452")
        );
        let rejections = server.rejections();
        let last = rejections.last().unwrap();
        assert_eq!(last.recipient(), Some("ada@example.org"), "{argument}");
    }
    assert!(
        client
            .say("RCPT TO:<\"a>b\"@example.org>")
            .starts_with("452")
    );
    assert_eq!(
        server.rejections()[5].recipient(),
        Some("\"a>b\"@example.org")
    );
}

#[test]
fn remarks_hide_secrets_too() {
    let server = MailServer::start();
    let mut client = Client::connect(&server);
    client.ok("HELO x").ok("AUTH PLAIN AGFwcABoaWRkZW4=");
    assert!(
        client
            .say("AUTH\tPLAIN AGFwcABoaWRkZW4=")
            .starts_with("501")
    );
    let session = &server.sessions()[0];
    assert_eq!(session.remarks()[0].line(), "AUTH PLAIN [secret]");
    let told = format!(
        "{:?} {} {:?}",
        session.remarks(),
        session.transcript(),
        server.rejections()
    );
    assert!(!told.contains("AGFw"), "{told}");
}

#[test]
fn refusals_without_end_take_no_memory_without_end() {
    let server = MailServer::builder()
        .max_recipients(1)
        .max_stored(100_000)
        .start();
    let mut client = Client::connect(&server);
    client
        .ok("EHLO x")
        .ok("MAIL FROM:<a@example.org>")
        .ok("RCPT TO:<b@example.org>");
    for _ in 0..2_000 {
        assert!(client.say("RCPT TO:<c@example.org>").starts_with("452"));
    }
    client.ok("RSET");
    assert!(server.rejections().len() < 1_000);
    assert!(server.sessions()[0].omitted_exchanges() > 1_000);
}

#[test]
fn an_image_that_the_body_shows_is_no_attachment() {
    let content = b"Content-Type: image/png; name=logo.png\r\nContent-ID: <logo>\r\n\r\nx\r\n";
    assert!(received(content).message().attachments().is_empty());
    let content = [&b"Content-Disposition: attachment\r\n"[..], content].concat();
    assert_eq!(
        received(&content).message().attachments()[0].name(),
        Some("logo.png")
    );
}

#[test]
fn boundaries_may_begin_alike() {
    let content = b"Content-Type: multipart/mixed; boundary=b\r\n\r\npreamble\r\n--b \r\n\
        Content-Type: multipart/alternative; boundary=\"b-2\"\r\n\r\n\
        --b-2\r\n\r\ntext with --b in it\r\n--be\r\n--b-2\r\nContent-Type: text/html\r\n\r\n<p>\r\n--b-2--\r\n\
        --b\r\nContent-Type: application/x\r\n\r\n\r\n--b\r\n--b--\r\nepilogue\r\n--b\r\n";
    let mail = received(content);
    let types: Vec<_> = mail
        .message()
        .parts()
        .iter()
        .map(|part| part.content_type())
        .collect();
    let expected = [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "application/x",
        "text/plain",
    ];
    assert_eq!(types, expected);
    assert_eq!(mail.message().text(), Some("text with --b in it\n--be"));
    assert_eq!(mail.message().html(), Some("<p>"));
    assert_eq!(mail.message().attachments()[0].bytes(), b"");
    assert!(mail.message().parse_error().is_none());
}

#[test]
fn parts_of_a_digest_are_messages() {
    let content =
        b"Content-Type: multipart/digest; boundary=b\r\n\r\n--b\r\n\r\nSubject: one\r\n\r\n1\r\n\
        --b\r\n\r\nSubject: two\r\n\r\n2\r\n";
    let mail = received(content);
    let attachments = mail.message().attachments();
    let subject = |part: &mailmock::Part<'_>| {
        let inner = part.children().next().unwrap();
        inner.headers().first("Subject").unwrap().value().to_owned()
    };
    assert_eq!(
        attachments.iter().map(subject).collect::<Vec<_>>(),
        ["one", "two"]
    );
}

#[test]
fn a_line_that_is_no_field_ends_the_header() {
    let mail = received(b"just a line\r\n");
    assert_eq!(mail.message().text(), Some("just a line"));
    assert!(mail.message().headers().is_empty());
    assert!(mail.message().parse_error().is_some());
    let mail = received(b"Subject: x\r\nno field\r\nX: y\r\n\r\nbody\r\n");
    assert_eq!(mail.message().subject(), "x");
    assert_eq!(mail.message().text(), Some("no field\nX: y\n\nbody"));
    let whole = received(b"Subject: x\r\n\r\nbody\r\n");
    assert!(whole.message().parse_error().is_none());
}

#[test]
fn a_rejection_has_the_reply_that_was_sent() {
    let server = MailServer::builder()
        .without_extension(mailmock::Extension::EnhancedStatusCodes)
        .start();
    let mut client = Client::connect(&server);
    client.ok("EHLO x").ok("MAIL FROM:<a@example.org>");
    let sent = client.say("RCPT TO:<nobody>");
    client.ok("RCPT TO:<b@example.org>").ok("DATA").ok(".");
    assert_eq!(server.rejections()[0].reply().unwrap().to_string(), sent);
    assert_eq!(
        server.only_mail().envelope().refused()[0]
            .reply()
            .to_string(),
        sent
    );
}

#[test]
fn a_refused_recipient_has_the_reply_that_was_sent() {
    let server = MailServer::builder().max_errors(0).start();
    let mut client = Client::connect(&server);
    client
        .ok("EHLO x")
        .ok("MAIL FROM:<a@b.org>")
        .ok("RCPT TO:<c@d.org>");
    assert!(client.say("RCPT TO:<c>").starts_with("421 "));
    client.rest();
    let aborted = server.rejections().into_iter().find(|r| r.is_aborted());
    let aborted = aborted.unwrap();
    let refused = aborted.envelope().unwrap().refused();
    assert_eq!((refused.len(), refused[0].reply().code()), (1, 421));
}

#[test]
fn a_refusal_of_a_forgiven_address_is_known_by_it() {
    let server = MailServer::start();
    server
        .on(Trigger::rcpt())
        .reply(Reply::mailbox_unavailable());
    let mut client = Client::connect(&server);
    client.ok("EHLO x").ok("MAIL FROM:<app@example.org>");
    assert!(client.say("RCPT TO:<ada@ex_ample.net>").starts_with("550"));
    let inbox = server.inbox(a_mail().sent_to(domain("ex_ample.net")));
    assert_eq!(inbox.rejections().len(), 1);
}
