//! What a client finds on its socket when a rule has the server misbehave.

mod support;

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use mailmock::{Action, Cause, MailServer, Reply, SessionEnd, Stage, Trigger};
use support::{Client, eventually};

const TEN_MINUTES: Duration = Duration::from_secs(600);

fn client(server: &MailServer) -> Client {
    let mut client = Client::connect(server);
    client.ok("EHLO app.example");
    client
}

/// Waits until the session has ended, and says how.
fn end(server: &MailServer) -> SessionEnd {
    eventually(|| server.sessions()[0].end())
}

fn transcript(server: &MailServer) -> String {
    server.sessions()[0].transcript().to_string()
}

#[test]
fn a_disconnect_is_a_fin_and_earlier_replies_arrive() {
    let server = MailServer::start();
    server.on(Trigger::rcpt()).disconnect();
    let mut client = client(&server);
    // Much is on its way behind it, and is drained: the client reads all, and no error.
    client.send(b"MAIL FROM:<a@b.org>\r\nRCPT TO:<c@d.org>\r\n");
    client.send(&b"NOOP\r\n".repeat(10_000));
    assert_eq!(client.rest(), "250 2.1.0 Sender OK\r\n");
    assert_eq!(end(&server), SessionEnd::Disconnected);
    let rejection = &server.rejections()[0];
    assert_eq!(
        (rejection.stage(), rejection.cause()),
        (Stage::Rcpt, Cause::Rule)
    );
    assert!(rejection.reply().is_none() && rejection.rule().is_some());
    assert_eq!(rejection.recipient(), Some("c@d.org"));
    assert_eq!(
        server.rejections().len(),
        1,
        "the transaction's end is explained"
    );
    assert!(transcript(&server).ends_with(
        "C: RCPT TO:<c@d.org>\nS: [no reply]\n[the server closed the connection: a rule]"
    ));
}

#[test]
fn a_reset_is_an_rst() {
    let server = MailServer::start();
    server.on(Trigger::data()).reset();
    server.on(Trigger::connect()).nth(2).reset();
    let mut stream = TcpStream::connect((server.host(), server.port())).unwrap();
    stream
        .write_all(b"EHLO x\r\nMAIL FROM:<a@b.org>\r\nRCPT TO:<c@d.org>\r\nDATA\r\n")
        .unwrap();
    let error = stream.read_to_end(&mut Vec::new()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    assert_eq!(end(&server), SessionEnd::Reset);
    // It may come before `connect` has returned.
    let connected = TcpStream::connect((server.host(), server.port()));
    let error = connected
        .and_then(|mut stream| stream.read_to_end(&mut Vec::new()))
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
}

#[test]
fn a_reply_can_be_the_last_word() {
    let server = MailServer::start();
    server
        .on(Trigger::mail())
        .reply(Reply::service_not_available());
    server
        .on(Trigger::mail())
        .first(1)
        .reply_then_disconnect(Reply::transaction_failed());
    let mut one = client(&server);
    one.send(b"MAIL FROM:<a@b.org>\r\n");
    assert_eq!(one.rest(), "554 5.0.0 Transaction failed\r\n");
    let mut two = client(&server);
    two.send(b"MAIL FROM:<a@b.org>\r\nNOOP\r\n");
    assert_eq!(two.rest(), "421 4.3.2 Service not available, closing\r\n");
    assert_eq!(end(&server), SessionEnd::Disconnected);
    assert_eq!(
        eventually(|| server.sessions()[1].end()),
        SessionEnd::Refused
    );
}

#[test]
fn a_refused_greeting_leaves_the_client_only_quit() {
    let server = MailServer::start();
    server
        .on(Trigger::connect())
        .first(1)
        .reply(Reply::no_smtp_service());
    server
        .on(Trigger::connect())
        .first(1)
        .reply(Reply::service_not_available());
    let mut closed = Client::connect_silently(&server);
    assert_eq!(
        closed.rest(),
        "421 4.3.2 Service not available, closing\r\n"
    );
    let mut client = Client::connect_silently(&server);
    assert_eq!(client.reply(), "554 5.3.2 No SMTP service here");
    for line in [
        "EHLO x",
        "NOOP",
        "MAIL FROM:<a@b.org>",
        "MAIL garbage",
        "FOO",
    ] {
        assert_eq!(client.say(line), "503 5.5.1 No SMTP service here", "{line}");
    }
    client.ok("QUIT");
    assert_eq!(client.rest(), "");
    let stages: Vec<_> = server
        .rejections()
        .iter()
        .map(|r| (r.stage(), r.cause()))
        .collect();
    assert_eq!(stages[..2], [(Stage::Connect, Cause::Rule); 2]);
}

#[test]
fn what_hangs_proceeds_when_its_rule_is_removed() {
    let server = MailServer::start();
    let barrier = server.on(Trigger::end_of_data()).hang();
    let mut clients: Vec<_> = (0..3).map(|_| client(&server)).collect();
    for client in &mut clients {
        client
            .begin("a@b.org", &["c@d.org"])
            .send(b"Hello\r\n.\r\nQUIT\r\n");
    }
    barrier.wait_for_hits(3).blocking();
    assert!(server.mails().is_empty());
    assert!(transcript(&server).ends_with("C: [7 octets of content]\nS: [no reply]"));
    barrier.remove();
    for client in &mut clients {
        assert_eq!(
            client.rest(),
            "250 2.0.0 OK, mail accepted\r\n221 2.0.0 Bye\r\n"
        );
    }
    assert_eq!(server.mails().len(), 3);
}

#[test]
fn a_client_that_gives_up_is_noticed() {
    let server = MailServer::start();
    server.on(Trigger::connect()).nth(2).hang();
    let held = server.on(Trigger::data()).hang();
    let mut client = client(&server);
    client
        .ok("MAIL FROM:<a@b.org>")
        .ok("RCPT TO:<c@d.org>")
        .send(b"DATA\r\n");
    held.wait_for_hits(1).blocking();
    drop(client);
    assert_eq!(end(&server), SessionEnd::ClientClosed);
    let rejections = server.rejections();
    let [rejection] = rejections.as_slice() else {
        panic!("{rejections:?}")
    };
    assert_eq!(
        (rejection.stage(), rejection.cause()),
        (Stage::Data, Cause::Rule)
    );
    let rule = rejection.rule().unwrap().location().unwrap();
    assert_eq!(
        rejection.to_string(),
        format!("DATA -> no reply (rule at {rule})")
    );

    let silent = Client::connect_silently(&server);
    eventually(|| (server.sessions().len() == 2).then_some(()));
    drop(silent);
    assert_eq!(
        eventually(|| server.sessions()[1].end()),
        SessionEnd::ClientClosed
    );
}

#[test]
fn a_pause_really_takes_its_time() {
    let server = MailServer::start();
    let pause = Duration::from_millis(50);
    server.on(Trigger::command("NOOP")).after(pause).proceed();
    let mut client = client(&server);
    client.ok("NOOP").ok("RSET");
    let times: Vec<_> = server.sessions()[0]
        .exchanges()
        .map(|e| e.elapsed())
        .collect();
    assert!(times[2] - times[1] >= pause, "{times:?}");
}

#[test]
fn content_is_stored_before_a_pause_and_the_reply_may_never_come() {
    let server = MailServer::start();
    server
        .on(Trigger::end_of_data())
        .first(1)
        .after(TEN_MINUTES)
        .proceed();
    server
        .on(Trigger::end_of_data())
        .nth(1)
        .accept_then_disconnect();
    for attempt in 0..2 {
        let mut client = client(&server);
        client
            .begin("a@b.org", &["c@d.org"])
            .send(b"Hello\r\n.\r\n");
        server.wait_for_mails(attempt + 1).blocking();
        if attempt == 0 {
            assert_eq!(client.rest(), "");
        }
    }
    assert_eq!(
        eventually(|| server.sessions()[1].end()),
        SessionEnd::ClientClosed
    );
    assert_eq!(server.mails().len(), 2);
    assert_eq!(server.rejections().len(), 0);
}

#[test]
fn what_is_discarded_is_kept_apart() {
    let server = MailServer::start();
    server
        .on(Trigger::end_of_data())
        .first(1)
        .accept_and_discard();
    client(&server)
        .deliver("a@b.org", &["lost@d.org"], b"1\r\n")
        .deliver("a@b.org", &["kept@d.org"], b"2\r\n");
    assert_eq!(
        server.only_mail().envelope().forward_paths(),
        ["kept@d.org"]
    );
    assert_eq!(server.discarded_mails()[0].message().raw(), b"1\r\n");
    assert_eq!(server.sessions()[0].mails().len(), 1);
    server.clear();
    assert!(server.discarded_mails().is_empty());
}

#[test]
fn a_connection_can_end_in_the_midst_of_content() {
    let server = MailServer::start();
    server.on(Trigger::data()).disconnect_after_bytes(1_000);
    let mut client = client(&server);
    client.begin("a@b.org", &["c@d.org"]);
    let line = [b"x".repeat(98), b"\r\n".to_vec()].concat();
    client.send(&line.repeat(100));
    assert_eq!(client.rest(), "");
    assert_eq!(end(&server), SessionEnd::Disconnected);
    let rejections = server.rejections();
    let [rejection] = rejections.as_slice() else {
        panic!("{rejections:?}")
    };
    assert_eq!(
        (rejection.stage(), rejection.cause()),
        (Stage::Data, Cause::Rule)
    );
    assert_eq!(rejection.message().unwrap().raw(), line.repeat(10));
}

#[test]
fn content_of_just_so_many_octets_is_taken() {
    for (limit, is_taken) in [(6, false), (7, true)] {
        for ways in [
            &b"DATA\r\nHello\r\n.\r\n"[..],
            b"BDAT 3\r\nHelBDAT 4 LAST\r\nlo\r\n",
        ] {
            let server = MailServer::start();
            server.on(Trigger::data()).disconnect_after_bytes(limit);
            let mut client = client(&server);
            client
                .ok("MAIL FROM:<a@b.org>")
                .ok("RCPT TO:<c@d.org>")
                .send(ways);
            client.send(b"QUIT\r\n");
            client.rest();
            assert_eq!(server.mails().len(), usize::from(is_taken), "{limit}");
            let kept = server
                .rejections()
                .iter()
                .map(|r| r.message().unwrap().size())
                .next();
            assert_eq!(kept, (!is_taken).then_some(6));
        }
    }
}

#[test]
fn a_rule_that_was_removed_lets_the_content_in() {
    let server = MailServer::start();
    let slow = server.on(Trigger::data()).throttle(100);
    let cut = server.on(Trigger::data()).nth(1).disconnect_after_bytes(10);
    let mut client = client(&server);
    for rule in [cut, slow] {
        client.begin("a@b.org", &["c@d.org"]).send(b"0123456789");
        rule.wait_for_hits(1).blocking();
        rule.remove();
        client.send(&b"x\r\n".repeat(2_000));
        client.ok(".");
    }
    assert_eq!(server.mails().len(), 2);
}

#[test]
fn a_rule_that_is_removed_releases_only_what_is_its_own() {
    let server = MailServer::start();
    let slow = server.on(Trigger::data()).throttle(1);
    let busy = server
        .on(Trigger::end_of_data())
        .after(Duration::from_millis(50))
        .reply(Reply::try_again_later());
    let mut client = client(&server);
    client.ok("MAIL FROM:<a@b.org>").ok("RCPT TO:<c@d.org>");
    client.send(b"BDAT 20 LAST\r\n01234567890123456789");
    slow.wait_for_hits(1).blocking();
    slow.remove();
    assert!(client.reply().starts_with("451 "));
    assert_eq!((busy.hits(), server.mails().len()), (1, 0));
}

#[test]
fn a_reply_can_drip() {
    let server = MailServer::start();
    server
        .on(Trigger::command("NOOP"))
        .drip(Duration::from_millis(1));
    let mut client = client(&server);
    assert_eq!(client.say("NOOP"), "250 2.0.0 OK");
    // Removed in the midst of it, the rest comes at once.
    let slow = server.on(Trigger::rset()).drip(TEN_MINUTES);
    client.send(b"RSET\r\n");
    slow.wait_for_hits(1).blocking();
    slow.remove();
    assert_eq!(client.reply(), "250 2.0.0 OK");
}

#[test]
fn anything_can_be_sent_in_place_of_a_reply() {
    let server = MailServer::start();
    let long = format!("250 {}\r\n", "x".repeat(10_000));
    let cases: [(&str, &str); 6] = [
        (
            "550-5.1.1 one\r\n250 2.0.0 other\r\n",
            "MAIL FROM:<a@b.org>",
        ),
        ("250 OK\r\n250 2.1.5 one too many\r\n", "NOOP"),
        ("250 no line end", "NOOP"),
        (&long, "NOOP"),
        ("\0\u{7}garbage\r\n", "MAIL FROM:<a@b.org>"),
        ("999 what\r\n", "MAIL FROM:<a@b.org>"),
    ];
    for (raw, line) in cases {
        let rule = server.on(Trigger::command(&line[..4])).send_raw(raw);
        let mut client = client(&server);
        client.send(format!("{line}\r\nQUIT\r\n").as_bytes());
        assert_eq!(client.rest(), format!("{raw}221 2.0.0 Bye\r\n"));
        rule.remove();
    }
    let raw: Vec<_> = server
        .sessions()
        .iter()
        .map(|session| {
            session
                .exchanges()
                .find_map(|e| e.raw_answer().map(<[u8]>::to_vec))
                .unwrap()
        })
        .collect();
    assert_eq!(raw, cases.map(|(raw, _)| raw.as_bytes()));
    let told: Vec<_> = server
        .rejections()
        .iter()
        .map(|r| r.reply().map(Reply::code))
        .collect();
    assert_eq!(told, [Some(550), None, None]);
    assert!(transcript(&server).contains("S: [raw] 550-5.1.1 one\\r\\n250 2.0.0 other\\r\\n"));
}

#[test]
fn the_session_follows_the_reply_really_sent() {
    let server = MailServer::start();
    server
        .on(Trigger::rcpt_to("moved@d.org"))
        .reply(Reply::new(251, "will forward"));
    server
        .on(Trigger::hello())
        .reply(Reply::new(250, "mx.example\nPIPELINING\nSIZE 5"));
    server
        .on(Trigger::end_of_data())
        .reply(Reply::new(250, "queued as 4711"));
    server.on(Trigger::rset()).reply(Reply::bad_sequence());
    let mut client = Client::connect(&server);
    assert_eq!(
        client.say("EHLO x"),
        "250-mx.example\n250-PIPELINING\n250 SIZE 5"
    );
    client.ok("MAIL FROM:<a@b.org>").ok("RCPT TO:<moved@d.org>");
    assert_eq!(client.say("RSET"), "503 5.5.1 Bad sequence of commands");
    client.ok("DATA");
    assert_eq!(client.say("."), "250 queued as 4711");
    assert_eq!(
        server.only_mail().envelope().forward_paths(),
        ["moved@d.org"]
    );
}

#[test]
fn rules_hold_for_pipelined_commands_and_chunks_too() {
    let server = MailServer::start();
    server
        .on(Trigger::rcpt_to("gone@d.org"))
        .reply(Reply::mailbox_unavailable());
    server
        .on(Trigger::rcpt_to("slow@d.org"))
        .after(Duration::from_millis(10))
        .proceed();
    server
        .on(Trigger::data())
        .nth(2)
        .reply(Reply::insufficient_storage());
    let mut client = client(&server);
    client.send(
        b"MAIL FROM:<a@b.org>\r\nRCPT TO:<gone@d.org>\r\nRCPT TO:<slow@d.org>\r\nBDAT 3\r\n1\r\nBDAT 3 LAST\r\n2\r\n\
          MAIL FROM:<a@b.org>\r\nRCPT TO:<slow@d.org>\r\nBDAT 3\r\n3\r\nBDAT 3 LAST\r\n4\r\nQUIT\r\n",
    );
    let replies = client.rest();
    let codes: Vec<&str> = replies.lines().map(|line| &line[..3]).collect();
    assert_eq!(
        codes,
        [
            "250", "550", "250", "250", "250", "250", "250", "452", "503", "221"
        ]
    );
    assert_eq!(server.only_mail().message().raw(), b"1\r\n2\r\n");
}

#[test]
fn a_refused_chunk_fails_the_transaction() {
    let server = MailServer::start();
    server
        .on(Trigger::command("BDAT"))
        .nth(2)
        .reply(Reply::insufficient_storage());
    server
        .on(Trigger::data())
        .nth(2)
        .reply(Reply::try_again_later());
    let mut client = client(&server);
    // RFC 3030 §2: what is in the pipeline behind it is taken in, and comes to nothing.
    client.send(
        b"MAIL FROM:<a@b.org>\r\nRCPT TO:<c@d.org>\r\nBDAT 3\r\nRSTBDAT 3\r\nQUIBDAT 5 LAST\r\nRSET\n\
          DATA\r\nRSET\r\n",
    );
    let codes: Vec<_> = (0..7).map(|_| client.reply()[..3].to_owned()).collect();
    assert_eq!(codes, ["250", "250", "250", "452", "503", "503", "250"]);
    client.ok("MAIL FROM:<a@b.org>").ok("RCPT TO:<c@d.org>");
    client.send(b"BDAT 3 LAST\r\nabc");
    assert!(client.reply().starts_with("451"));
    client.ok("QUIT");
    assert!(server.mails().is_empty());
    let causes: Vec<_> = server.rejections().iter().map(|r| r.cause()).collect();
    assert_eq!(
        causes,
        [Cause::Rule, Cause::Sequence, Cause::Sequence, Cause::Rule]
    );
}

#[test]
fn clients_that_leave_are_noticed_whatever_keeps_the_server_busy() {
    type SetUp = fn(&MailServer) -> mailmock::Rule;
    // Behind so much that nobody reads, a bit more than is read ahead in the last one.
    let leave: [(SetUp, &[u8], usize); 3] = [
        (
            |s| s.on(Trigger::command("NOOP")).drip(TEN_MINUTES),
            b"NOOP\r\n",
            1 << 16,
        ),
        (
            |s| s.on(Trigger::data()).throttle(1),
            b"BDAT 100000\r\n",
            1 << 16,
        ),
        (
            |s| s.on(Trigger::command("NOOP")).hang(),
            b"NOOP\r\n",
            (1 << 20) + (1 << 16),
        ),
    ];
    for (set_up, line, octets) in leave {
        let server = MailServer::start();
        set_up(&server);
        let mut client = client(&server);
        client
            .ok("MAIL FROM:<a@b.org>")
            .ok("RCPT TO:<c@d.org>")
            .send(line);
        client.send(&vec![b'x'; octets]);
        drop(client);
        assert_eq!(end(&server), SessionEnd::ClientClosed);
    }
}

#[test]
fn credentials_stay_secret_whatever_a_rule_says() {
    let server = MailServer::start();
    let rule = server
        .on(Trigger::command("AUTH"))
        .first(1)
        .reply(Reply::new(334, "Z28gb24="));
    let mut client = client(&server);
    client.ok("AUTH SCRAM-SHA-1");
    assert!(client.say("c2VjcmV0").starts_with("504 "));
    rule.remove();
    server
        .on(Trigger::command("AUTH"))
        .reply(Reply::new(235, "welcome"));
    client.ok("AUTH PLAIN AGFwcABzZWNyZXQ=");
    assert_eq!(server.sessions()[0].logins()[0].password(), Some("secret"));
    let without = MailServer::builder().no_auth().start();
    without
        .on(Trigger::command("AUTH"))
        .reply(Reply::new(235, "welcome"));
    Client::connect(&without)
        .ok("EHLO x")
        .ok("AUTH PLAIN AGFwcABzZWNyZXQ=");
    for server in [server, without] {
        let transcript = transcript(&server);
        assert!(
            !transcript.contains("c2Vj") && !transcript.contains("AGFw"),
            "{transcript}"
        );
        assert!(transcript.contains("[secret]"), "{transcript}");
    }
}

#[test]
fn two_rules_can_hold_one_command() {
    let server = MailServer::start();
    let pause = Duration::from_millis(5);
    server.on(Trigger::data()).after(pause).proceed();
    server.on(Trigger::end_of_data()).after(pause).proceed();
    server.on(Trigger::command("AUTH")).after(pause).proceed();
    server.on(Trigger::auth()).after(pause).proceed();
    let mut client = client(&server);
    client.ok("AUTH PLAIN AGFwcABzZWNyZXQ=");
    client.ok("MAIL FROM:<a@b.org>").ok("RCPT TO:<c@d.org>");
    client.send(b"BDAT 3 LAST\r\nabc");
    client.reply();
    let commands = server.sessions()[0]
        .exchanges()
        .filter_map(|e| e.command().map(str::to_owned))
        .collect::<Vec<_>>();
    assert_eq!(commands.len(), 5, "{commands:?}");
}

#[test]
fn what_is_decided_about_bdat_holds_for_its_reply() {
    let server = MailServer::builder().max_message_size(5).start();
    server
        .on(Trigger::command("BDAT"))
        .reply_then_disconnect(Reply::new(250, "mine, and bye"));
    server.on(Trigger::end_of_data()).proceed();
    for (content, expected) in [
        ("abc", "250 mine, and bye\r\n"),
        ("abcdefg", "552 5.3.4 Message too big for this server\r\n"),
    ] {
        let mut client = client(&server);
        client.ok("MAIL FROM:<a@b.org>").ok("RCPT TO:<c@d.org>");
        client.send(format!("BDAT {} LAST\r\n{content}", content.len()).as_bytes());
        assert_eq!(client.rest(), expected);
    }
    assert_eq!(server.only_mail().message().raw(), b"abc");
}

#[test]
fn a_transaction_that_a_strange_reply_ends_is_told() {
    let (strange, ok) = (Reply::new(354, "go on"), Reply::new(250, "OK"));
    let cases: [(Action, &str, Stage); 5] = [
        (Action::reply(ok.clone()), "DATA\r\n", Stage::Rcpt),
        (Action::reply_then_disconnect(ok), "DATA\r\n", Stage::Rcpt),
        (
            Action::reply(strange.clone()),
            "RCPT TO:<c@d.org>\r\n",
            Stage::Mail,
        ),
        (
            Action::reply_then_disconnect(strange.clone()),
            "RSET\r\n",
            Stage::Rcpt,
        ),
        (Action::reply(strange), "BDAT 3\r\nabc", Stage::Data),
    ];
    for (action, last, stage) in cases {
        let server = MailServer::start();
        server.on(Trigger::command(&last[..4])).in_turn([action]);
        let mut client = client(&server);
        client.ok("MAIL FROM:<a@b.org>");
        if stage != Stage::Mail {
            client.ok("RCPT TO:<c@d.org>");
        }
        client.send(format!("{last}QUIT\r\n").as_bytes());
        client.rest();
        end(&server);
        let rejections = server.rejections();
        assert_eq!(rejections.len(), 1, "{last}: {rejections:?}");
        assert!(rejections[0].is_aborted() && rejections[0].envelope().is_some());
        assert_eq!(rejections[0].stage(), stage, "{last}");
        let content = rejections[0].message().map(mailmock::Message::raw);
        assert_eq!(content, (stage == Stage::Data).then_some(&b"abc"[..]));
    }
}

#[test]
fn a_delay_that_was_passed_on_ends_with_its_own_rule() {
    let server = MailServer::start();
    let refusing = server
        .on(Trigger::rcpt())
        .reply(Reply::mailbox_unavailable());
    let slow = server.on(Trigger::rcpt()).after(TEN_MINUTES).pass_on();
    let mut one = client(&server);
    one.ok("MAIL FROM:<a@b.org>").send(b"RCPT TO:<c@d.org>\r\n");
    slow.wait_for_hits(1).blocking();
    slow.remove();
    assert!(one.reply().starts_with("550 "));

    // Who removes the other rule has the delay last, and the recipient accepted.
    server.on(Trigger::rcpt()).after(TEN_MINUTES).pass_on();
    one.send(b"RCPT TO:<c@d.org>\r\n");
    refusing.wait_for_hits(2).blocking();
    refusing.remove();
    server.advance_time(TEN_MINUTES - Duration::from_secs(60));
    assert!(transcript(&server).ends_with("C: RCPT TO:<c@d.org>\nS: [no reply]"));
    server.advance_time(Duration::from_secs(60));
    assert!(one.reply().starts_with("250 "));
}

#[test]
fn a_client_that_reads_slowly_gets_all_of_it() {
    let server = MailServer::builder()
        .idle_timeout(Duration::from_secs(2))
        .start();
    let mut megabyte = vec![b'x'; 1_000_000];
    server
        .on(Trigger::command("NOOP"))
        .send_raw(megabyte.repeat(40));
    let mut client = TcpStream::connect((server.host(), server.port())).unwrap();
    client.write_all(b"NOOP\r\nQUIT\r\n").unwrap();
    // Longer in all than it may be silent.
    for _ in 0..40 {
        client.read_exact(&mut megabyte).unwrap();
        std::thread::sleep(Duration::from_millis(100));
    }
    client.read_to_end(&mut megabyte).unwrap();
    assert!(megabyte.ends_with(b"221 2.0.0 Bye\r\n"));
    assert_eq!(end(&server), SessionEnd::Quit);
}
