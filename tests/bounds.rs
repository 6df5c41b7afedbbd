//! What a server keeps, and what goes when there is no room.

mod support;

use std::sync::{Arc, Barrier};
use std::time::Duration;

use mailmock::{Action, Mail, MailServer, MailServerBuilder, Trigger, a_mail, a_rejection};
use support::Client;

fn ids(mails: &[Mail]) -> Vec<u64> {
    mails.iter().map(Mail::id).collect()
}

fn greeted(server: &MailServer) -> Client {
    let mut client = Client::connect(server);
    client.ok("EHLO test.example");
    client
}

fn deliver(client: &mut Client, octets: usize) -> &mut Client {
    let line = [b'x'; 98];
    let content = [&line[..], b"\r\n"].concat().repeat(octets / 100);
    client.deliver("app@example.org", &["ada@example.org"], &content)
}

#[test]
fn one_mail_more_than_that_is_refused() {
    let server = MailServer::builder().max_mails(2).start();
    let mut client = greeted(&server);
    deliver(deliver(&mut client, 100), 100);
    let reply = client.say("MAIL FROM:<app@example.org>");
    assert!(reply.starts_with("452 4.3.1"), "{reply}");
    server.assert_rejected(a_rejection().code(452));
    assert_eq!((server.mails().len(), server.dropped_mails()), (2, 0));

    // Who makes room can have more.
    server.take_mails();
    deliver(&mut client, 100);
    assert_eq!(ids(&server.mails()), [3]);
}

#[test]
fn mails_that_come_at_once_do_not_exceed_it() {
    let server = MailServer::builder().max_mails(1).start();
    let (mut one, mut other) = (greeted(&server), greeted(&server));
    one.begin("app@example.org", &["ada@example.org"]);
    other.begin("app@example.org", &["ada@example.org"]);
    one.ok(".");
    let reply = other.say(".");
    assert!(reply.starts_with("452 4.3.1"), "{reply}");
    server.only_mail();
}

#[test]
fn discarded_mails_count_too() {
    let server = MailServer::builder().max_mails(1).start();
    let rule = Action::accept_and_discard();
    server.on(Trigger::end_of_data()).first(1).in_turn([rule]);
    let mut client = greeted(&server);
    deliver(&mut client, 100);
    assert_eq!(server.discarded_mails().len(), 1);
    let reply = client.say("MAIL FROM:<app@example.org>");
    assert!(reply.starts_with("452 4.3.1"), "{reply}");
}

#[test]
fn the_oldest_goes_for_a_new_one() {
    let server = MailServer::builder().max_mails(3).drop_oldest().start();
    let mut client = greeted(&server);
    for _ in 0..5 {
        deliver(&mut client, 100);
    }
    assert_eq!(ids(&server.mails()), [3, 4, 5]);
    assert_eq!(server.dropped_mails(), 2);
    // The session goes on, and knows what it has delivered.
    let session = &server.sessions()[0];
    assert_eq!(session.mail_ids(), [1, 2, 3, 4, 5]);
    assert_eq!(ids(&session.mails()), [3, 4, 5]);
    assert_eq!(session.omitted_exchanges(), 0);
}

#[test]
fn sessions_and_refusals_go_with_the_mails_of_their_time() {
    let server = MailServer::builder().max_mails(2).drop_oldest().start();
    for _ in 0..4 {
        let mut client = greeted(&server);
        assert!(client.say("VRFY").starts_with("501"));
        deliver(&mut client, 100).ok("QUIT");
        client.rest();
    }
    server.wait_until_idle().blocking();
    let sessions: Vec<_> = server.sessions().iter().map(|s| s.id()).collect();
    // The second ended behind its mail, which has just gone.
    assert_eq!(sessions, [2, 3, 4]);
    let rejections: Vec<_> = server.rejections().iter().map(|r| r.id()).collect();
    assert_eq!(rejections, [3, 4]);
}

#[test]
fn the_oldest_go_until_there_is_room() {
    let server = MailServer::builder()
        .max_stored(100_000)
        .drop_oldest()
        .start();
    let mut client = greeted(&server);
    for _ in 0..8 {
        deliver(&mut client, 10_000);
    }
    assert_eq!(server.dropped_mails(), 0);
    deliver(&mut client, 60_000);
    let stored: usize = server.mails().iter().map(|m| m.message().size()).sum();
    assert!(stored <= 100_000);
    assert_eq!(server.mails().last().map(Mail::id), Some(9));
    assert_eq!(server.dropped_mails() as usize + server.mails().len(), 9);
}

#[test]
fn a_mail_that_is_larger_than_the_store_is_refused_and_nothing_goes_for_it() {
    let server = MailServer::builder()
        .max_stored(50_000)
        .drop_oldest()
        .start();
    let mut client = greeted(&server);
    deliver(&mut client, 10_000);
    let reply = client.say("MAIL FROM:<app@example.org> SIZE=60000");
    assert!(reply.starts_with("452 4.3.1"), "{reply}");
    client.begin("app@example.org", &["ada@example.org"]);
    client.send(&[b"x".repeat(998), b"\r\n".to_vec()].concat().repeat(60));
    let reply = client.say(".");
    assert!(reply.starts_with("452 4.3.1"), "{reply}");
    assert_eq!((ids(&server.mails()), server.dropped_mails()), (vec![1], 0));

    let server = MailServer::builder().max_mails(0).drop_oldest().start();
    let reply = greeted(&server).say("MAIL FROM:<app@example.org>");
    assert!(reply.starts_with("452 4.3.1"), "{reply}");
}

#[test]
fn a_session_without_end_leaves_room_for_mails() {
    let server = MailServer::builder()
        .max_stored(100_000)
        .drop_oldest()
        .start();
    let mut client = greeted(&server);
    for _ in 0..1_000 {
        deliver(&mut client, 1_000);
    }
    assert!(server.mails().len() > 30, "{}", server.mails().len());
    assert_eq!(server.mails().last().map(Mail::id), Some(1_000));
    assert!(server.sessions()[0].omitted_exchanges() > 0);
    deliver(&mut client, 40_000);
}

#[test]
fn sessions_alone_fill_no_store() {
    let builder = MailServer::builder().max_stored(20_000);
    let [server, keeping] = [builder.clone().drop_oldest(), builder].map(MailServerBuilder::start);
    for server in [&server, &keeping] {
        for _ in 0..200 {
            Client::connect(server).ok("QUIT").rest();
        }
        server.wait_until_idle().blocking();
        assert!(server.sessions().len() < 100);
    }
    assert_eq!(keeping.sessions()[0].id(), 1);
    deliver(&mut greeted(&server), 10_000);
    server.only_mail();
}

#[test]
fn sessions_and_refusals_do_not_make_the_newest_mail_go() {
    let server = MailServer::builder()
        .max_stored(40_000)
        .drop_oldest()
        .start();
    let mut sender = greeted(&server);
    deliver(deliver(&mut sender, 500), 500).ok("QUIT");
    sender.rest();
    // Such as health checks of the port, for days.
    for _ in 0..200 {
        Client::connect(&server).ok("QUIT").rest();
    }
    for _ in 0..4 {
        let mut refused = greeted(&server);
        for _ in 0..50 {
            assert!(refused.say("VRFY").starts_with("501"));
        }
        refused.ok("QUIT").rest();
    }
    server.wait_until_idle().blocking();
    assert_eq!(ids(&server.mails()), [2]);
    assert_eq!(server.dropped_mails(), 1);
    // What came last is there of the rest.
    assert!(server.sessions().len() < 150 && server.rejections().len() < 200);
    assert_eq!(server.rejections().last().map(|r| r.id()), Some(200));
    // A mail that comes has it go, as any.
    deliver(&mut greeted(&server), 30_000);
    assert_eq!(ids(&server.mails()), [3]);
}

#[test]
fn waits_and_marks_are_about_what_came_since() {
    let server = MailServer::builder().max_mails(2).drop_oldest().start();
    let mut client = greeted(&server);
    for _ in 0..3 {
        deliver(&mut client, 100);
    }
    let mark = server.mark();
    server.since(mark).assert_no_mail();
    for _ in 0..2 {
        deliver(&mut client, 100);
    }
    assert_eq!(ids(&server.since(mark).mails()), [4, 5]);
    deliver(&mut client, 100);
    let mail = server.since(mark).wait_for(a_mail()).blocking();
    assert_eq!(mail.id(), 6);
}

#[test]
fn reports_say_what_is_missing() {
    let server = MailServer::builder().max_mails(1).drop_oldest().start();
    let mut client = greeted(&server);
    for _ in 0..3 {
        deliver(&mut client, 100);
    }
    let told =
        |report: String| report.contains("\n2 older mails were dropped, as the store was full\n");
    let report = server.try_assert_received(a_mail().subject("none"));
    assert!(told(report.unwrap_err().to_string()));
    let wait = server.try_wait_for_mails(2).timeout(Duration::ZERO);
    assert!(told(wait.blocking().unwrap_err().to_string()));

    // What went before the mark, or before all was cleared, is missed by nobody.
    let since = server.since(server.mark());
    let report = since.try_assert_received(a_mail()).unwrap_err();
    assert!(!report.to_string().contains("dropped"), "{report}");
    server.clear();
    let report = server.try_assert_received(a_mail()).unwrap_err();
    assert!(!report.to_string().contains("dropped"), "{report}");
    assert_eq!(server.dropped_mails(), 2);
}

#[test]
fn mails_that_a_rule_held_do_not_exceed_it() {
    for is_lmtp in [false, true] {
        let builder = MailServer::builder().max_mails(1);
        let server = if is_lmtp { builder.lmtp() } else { builder }.start();
        let rule = server.on(Trigger::end_of_data()).hang();
        let mut clients: Vec<_> = (0..2).map(|_| Client::connect(&server)).collect();
        for client in &mut clients {
            client.ok(if is_lmtp { "LHLO x" } else { "EHLO x" });
            client.begin("app@example.org", &["ada@example.org"]);
            client.send(b".\r\n");
        }
        rule.wait_for_hits(2).blocking();
        rule.remove();
        let mut replies: Vec<_> = clients.iter_mut().map(Client::reply).collect();
        replies.sort();
        assert!(replies[0].starts_with("250 "), "{replies:?}");
        assert!(replies[1].starts_with("452 4.3.1"), "{replies:?}");
        server.only_mail();
        server.assert_rejected(a_rejection().code(452));
    }
}

#[test]
fn mails_that_come_slowly_at_once_do_not_exceed_it() {
    let server = MailServer::builder().max_mails(1).start();
    server.on(Trigger::data()).throttle(1);
    let mut clients: Vec<_> = (0..2).map(|_| greeted(&server)).collect();
    for client in &mut clients {
        client.ok("MAIL FROM:<app@example.org>");
        client.send(b"RCPT TO:<ada@example.org>\r\nDATA\r\nHello\r\n.\r\n");
    }
    let replies = |client: &mut Client| [client.reply(), client.reply(), client.reply()];
    std::thread::scope(|scope| {
        let read = clients
            .iter_mut()
            .map(|client| scope.spawn(|| replies(client)));
        let read: Vec<_> = read.collect();
        while read.iter().any(|replies| !replies.is_finished()) {
            server.advance_time(Duration::from_secs(60));
        }
        let mut last: Vec<_> = read
            .into_iter()
            .map(|r| r.join().unwrap()[2].clone())
            .collect();
        last.sort();
        assert!(
            last[0].starts_with("250 ") && last[1].starts_with("452 "),
            "{last:?}"
        );
    });
}

#[test]
fn mails_without_content_go_too() {
    let server = MailServer::builder()
        .max_stored(100_000)
        .drop_oldest()
        .start();
    let mut client = greeted(&server);
    for _ in 0..1_000 {
        deliver(&mut client, 0);
    }
    assert!(server.mails().len() < 500, "{}", server.mails().len());
    assert_eq!(server.mails().last().map(Mail::id), Some(1_000));
}

#[test]
fn recipients_count_where_they_are_kept() {
    // Enough for the transcript, but not for the envelope too.
    let server = MailServer::builder().max_stored(1_500_000).start();
    let mut client = greeted(&server);
    client.ok("MAIL FROM:<app@example.org>");
    for i in 0..1_000 {
        client.ok(&format!("RCPT TO:<{}{i}@example.org>", "x".repeat(500)));
    }
    assert_eq!(server.sessions()[0].omitted_exchanges(), 0);
    client.ok("DATA");
    assert!(client.say(".").starts_with("452 4.3.1"));
}

#[test]
fn the_last_to_come_is_the_one_too_many() {
    let server = MailServer::builder().max_sessions(3).start();
    let mut busy = greeted(&server);
    // The server's thread is busy while clients connect.
    let (is_busy, go_on) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
    let barriers = (Arc::clone(&is_busy), Arc::clone(&go_on));
    let waiting = Trigger::when(move |event| {
        if event.verb() == Some("NOOP") {
            barriers.0.wait();
            barriers.1.wait();
        }
        false
    });
    server.on(waiting).proceed();
    busy.send(b"NOOP\r\n");
    is_busy.wait();
    let mut clients: Vec<_> = (0..3).map(|_| Client::connect_silently(&server)).collect();
    go_on.wait();
    let codes: Vec<_> = clients
        .iter_mut()
        .map(|client| client.reply()[..3].to_owned())
        .collect();
    assert_eq!(codes, ["220", "220", "421"]);
}
