//! The server's clock: what obeys it when a test moves it.

mod support;

use std::thread;
use std::time::Duration;

use mailmock::{MailServer, RateLimit, Reply, SessionEnd, Trigger};
use support::Client;

const HOUR: Duration = Duration::from_secs(3600);

fn client(server: &MailServer) -> Client {
    let mut client = Client::connect(server);
    client.ok("EHLO app.example");
    client
}

#[test]
fn pending_pauses_end_and_later_ones_do_not_notice() {
    let server = MailServer::start();
    let slow = server
        .on(Trigger::command("NOOP"))
        .after(HOUR)
        .reply(Reply::new(250, "late"));
    let mut client = client(&server);
    for _ in 0..3 {
        client.send(b"NOOP\r\n");
        // What was written before the call is read before the clock moves.
        server.advance_time(HOUR);
        assert_eq!(client.reply(), "250 late");
    }
    client.send(b"NOOP\r\n");
    server.advance_time(HOUR - Duration::from_secs(60));
    assert_eq!(slow.hits(), 4);
    assert_eq!(
        server.sessions()[0]
            .exchanges()
            .filter(|e| e.reply().is_none())
            .count(),
        1
    );
    server.advance_time(Duration::from_secs(60));
    assert_eq!(client.reply(), "250 late");
}

#[test]
fn a_connection_just_made_is_taken_before_the_clock_moves() {
    let server = MailServer::start();
    server.on(Trigger::connect()).after(HOUR).proceed();
    for _ in 0..50 {
        let mut client = Client::connect_silently(&server);
        server.advance_time(HOUR);
        assert!(client.reply().starts_with("220 "));
    }
}

#[test]
fn an_idle_session_expires() {
    let server = MailServer::builder().idle_timeout(HOUR).start();
    let mut idle = client(&server);
    server.advance_time(HOUR - Duration::from_secs(60));
    let mut busy = client(&server);
    server.advance_time(Duration::from_secs(60));
    assert_eq!(idle.rest(), "421 4.4.2 Idle for too long, closing\r\n");
    busy.ok("NOOP");
    let ends: Vec<_> = server
        .sessions()
        .iter()
        .map(mailmock::Session::end)
        .collect();
    assert_eq!(ends, [Some(SessionEnd::TimedOut), None]);
}

#[test]
fn many_idle_sessions_expire_at_once() {
    let server = MailServer::builder().idle_timeout(HOUR).start();
    let clients: Vec<_> = (0..300).map(|_| client(&server)).collect();
    server.advance_time(HOUR);
    let sessions = server.sessions();
    let expired = sessions
        .iter()
        .filter(|s| s.end() == Some(SessionEnd::TimedOut));
    assert_eq!(expired.count(), clients.len());
}

#[test]
fn a_session_that_a_rule_holds_does_not_expire() {
    let server = MailServer::builder().idle_timeout(HOUR).start();
    let held = server.on(Trigger::command("NOOP")).hang();
    let mut client = client(&server);
    client.send(b"NOOP\r\n");
    server.advance_time(10 * HOUR);
    held.remove();
    assert_eq!(client.reply(), "250 2.0.0 OK");
}

#[test]
fn a_dripping_reply_comes_at_once() {
    let server = MailServer::start();
    server
        .on(Trigger::command("NOOP"))
        .drip(Duration::from_secs(60));
    let mut client = client(&server);
    client.send(b"NOOP\r\n");
    server.advance_time(HOUR);
    assert_eq!(client.reply(), "250 2.0.0 OK");
}

#[test]
fn throttled_content_comes_at_once() {
    let server = MailServer::start();
    server.on(Trigger::data()).throttle(100);
    let mut client = client(&server);
    for _ in 0..2 {
        client
            .begin("a@b.org", &["c@d.org"])
            .send(&b"x\r\n".repeat(2_000));
        server.advance_time(HOUR);
        client.ok(".");
    }
    assert_eq!(server.mails().len(), 2);
}

/// How long a command takes that is delayed by 20 ms, after the server's timer was used otherwise.
fn is_prompt(server: &MailServer, client: &mut Client) -> bool {
    let delay = Duration::from_millis(20);
    server
        .on(Trigger::command("VRFY"))
        .first(1)
        .after(delay)
        .proceed();
    let (start, _) = (std::time::Instant::now(), client.ok("VRFY x"));
    // Not a measurement: without a timer that was set anew it would be minutes.
    start.elapsed() < Duration::from_secs(60)
}

#[test]
fn timers_are_right_after_the_clock_has_moved() {
    let server = MailServer::builder().idle_timeout(20 * HOUR).start();
    let mut client = client(&server);
    let slow = server.on(Trigger::command("NOOP")).after(HOUR).proceed();
    client.send(b"NOOP\r\n");
    server.advance_time(HOUR);
    client.reply();
    assert!(is_prompt(&server, &mut client));
    slow.remove();

    let held = server.on(Trigger::command("NOOP")).hang();
    client.send(b"NOOP\r\n");
    server.advance_time(HOUR);
    held.remove();
    client.reply();
    assert!(is_prompt(&server, &mut client));
    server.advance_time(20 * HOUR);
    assert!(client.rest().starts_with("421 "));
}

#[test]
fn the_clock_does_not_come_to_the_end_of_time() {
    let server = MailServer::start();
    for _ in 0..3 {
        server.advance_time(Duration::MAX);
    }
    let mut client = client(&server);
    assert!(is_prompt(&server, &mut client));
    server.greylist(HOUR);
    client.ok("MAIL FROM:<a@b.org>");
    assert!(client.say("RCPT TO:<c@d.org>").starts_with("451"));
}

#[test]
fn a_greylisted_client_comes_again_in_no_time() {
    let server = MailServer::builder()
        .greylist(Duration::from_secs(600))
        .idle_timeout(HOUR)
        .start();
    let mut client = client(&server);
    let mut rcpt = |from: &str, to: &str| {
        client.ok("RSET").ok(&format!("MAIL FROM:<{from}>"));
        client.say(&format!("RCPT TO:<{to}>"))[..9].to_owned()
    };
    assert_eq!(rcpt("a@b.org", "c@d.org"), "451 4.7.1");
    server.advance_time(Duration::from_secs(300));
    assert_eq!(rcpt("a@b.org", "c@d.org"), "451 4.7.1");
    assert_eq!(rcpt("", "c@d.org"), "451 4.7.1");
    server.advance_time(Duration::from_secs(300));
    assert_eq!(rcpt("a@B.org", "c@D.org"), "250 2.1.5");
    assert_eq!(rcpt("a@b.org", "e@d.org"), "451 4.7.1");
    assert_eq!(rcpt("", "c@d.org"), "451 4.7.1");
    assert_eq!(rcpt("a@b.org", "c@d.org"), "250 2.1.5");
}

#[test]
fn a_rate_limit_opens_again() {
    let minute = Duration::from_secs(60);
    for (limit, senders, codes) in [
        (
            RateLimit::new(2, minute),
            ["a@x.org", "b@x.org", "c@y.org"],
            ["250", "250", "450"],
        ),
        (
            RateLimit::new(1, minute).per_sender(),
            ["a@x.org", "a@X.org", "A@x.org"],
            ["250", "450", "250"],
        ),
        (
            RateLimit::new(1, minute).per_sender(),
            ["a@x.org", "\"a\"@x.org", "\"A\"@x.org"],
            ["250", "450", "250"],
        ),
        (
            RateLimit::new(1, minute).per_sender_domain(),
            ["a@x.org", "b@X.org", "a@y.org"],
            ["250", "450", "250"],
        ),
        (
            RateLimit::new(2, minute).reply(Reply::new(452, "slow down").enhanced("4.7.1")),
            ["", "", ""],
            ["250", "250", "452"],
        ),
    ] {
        let server = MailServer::start();
        server.rate_limit(limit);
        for _ in 0..3 {
            let mut client = client(&server);
            let found = senders.map(|sender| {
                let reply = client.say(&format!("MAIL FROM:<{sender}>"));
                client.ok("RSET");
                reply[..3].to_owned()
            });
            assert_eq!(found, codes);
            server.advance_time(minute);
        }
    }
}

#[test]
fn a_rate_limit_can_end_the_session() {
    let server = MailServer::builder()
        .rate_limit(RateLimit::new(1, HOUR).reply(Reply::service_not_available()))
        .start();
    let mut client = client(&server);
    client
        .ok("MAIL FROM:<a@b.org>")
        .ok("RSET")
        .send(b"MAIL FROM:<a@b.org>\r\n");
    assert!(client.rest().starts_with("421 "));
}

#[test]
fn the_clock_can_be_moved_while_clients_are_busy() {
    let server = MailServer::builder().idle_timeout(Duration::MAX).start();
    server.on(Trigger::mail()).after(HOUR).proceed();
    thread::scope(|scope| {
        let workers: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    let mut client = client(&server);
                    for _ in 0..20 {
                        client.deliver("a@b.org", &["c@d.org"], b"Hello\r\n");
                    }
                })
            })
            .collect();
        while workers.iter().any(|worker| !worker.is_finished()) {
            server.advance_time(HOUR);
        }
    });
    assert_eq!(server.mails().len(), 80);
}
