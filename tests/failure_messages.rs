//! What a failing test prints: every text, and the line it names.

mod support;

use std::panic::Location;
use std::process::Command;
use std::sync::mpsc;
use std::time::Duration;

use mailmock::{
    Action, Cause, MailServer, Reply, Trigger, a_mail, a_rejection, a_session, contains, domain,
};
use support::Client;

/// The text without what changes from run to run.
fn stable(server: &MailServer, text: &str) -> String {
    without_lines(&text.replace(&server.port().to_string(), "[port]"))
}

/// The text without the lines of this file that it names.
fn without_lines(text: &str) -> String {
    let mut parts = text.split(file!());
    let mut stable = parts.next().unwrap().to_owned();
    for part in parts {
        let is_position = |c: char| c == ':' || c.is_ascii_digit();
        stable.push_str("[here]");
        stable.push_str(part.trim_start_matches(is_position));
    }
    stable
}

/// A server that has seen something of each kind, and the client of its open session.
fn eventful() -> (MailServer, Client) {
    let server = MailServer::builder()
        .wait_timeout(Duration::from_millis(10))
        .max_recipients(4)
        .start();
    let mut client = Client::connect(&server);
    client
        .ok("EHLO app.example")
        .deliver(
            "app@example.org",
            &["ada@example.org"],
            b"Subject: Welcome\r\n\r\nHello\r\n",
        )
        .deliver(
            "",
            &["a@b.org", "c@b.org", "d@b.org", "e@b.org"],
            b"Subject: =?utf-8?Q?K=C3=A4se?=\r\n\r\n",
        );
    client.ok("MAIL FROM:<app@example.org>");
    assert!(client.say("RCPT TO:<nobody>").starts_with("501"));
    assert!(client.say("DATA").starts_with("554"));
    client
        .ok("RSET")
        .ok("MAIL FROM:<app@example.org>")
        .ok("RCPT TO:<bob@example.org>")
        .ok("RSET");
    client.ok("AUTH LOGIN");
    (server, client)
}

#[test]
fn only_mail_says_that_there_is_none() {
    let server = MailServer::start();
    let text = server.try_only_mail().unwrap_err().to_string();
    insta::assert_snapshot!(stable(&server, &text), @"
    expected exactly one mail, but none was received

    no client has connected
    ");
}

#[test]
fn only_mail_points_at_clients_that_left_early() {
    let server = MailServer::start();
    Client::connect(&server).ok("EHLO app.example").ok("QUIT");
    let text = server.try_only_mail().unwrap_err().to_string();
    insta::assert_snapshot!(stable(&server, &text), @r#"
    expected exactly one mail, but none was received

    sessions, all ended (1):
      session 1 of "app.example": the client's last word was "QUIT", answered with 221 2.0.0 Bye; the client quit; it left behind the hello, as if it needs STARTTLS, not offered here
    "#);
}

#[test]
fn only_mail_lists_all_that_happened() {
    let (server, _client) = eventful();
    let text = server.try_only_mail().unwrap_err().to_string();
    insta::assert_snapshot!(stable(&server, &text), @r#"
    expected exactly one mail, but 2 were received

    received (2):
      #1 <app@example.org> -> <ada@example.org>  "Welcome", 27 octets
      #2 <> -> <a@b.org>, <c@b.org>, <d@b.org> and 1 more  "Käse", 34 octets
    refused (2):
      session 1: RCPT TO:<nobody> -> 501 5.5.4 not a mailbox: it has no @ (syntax)
      session 1: DATA -> 554 5.5.1 No valid recipients (policy): <app@example.org> -> nobody
    aborted (1):
      session 1: transaction aborted after RCPT: <app@example.org> -> <bob@example.org>
    open sessions (1):
      session 1 of "app.example": the client's last word was "AUTH LOGIN", answered with 334 VXNlcm5hbWU6
    "#);
}

#[test]
fn a_wait_that_is_over_lists_all_that_happened() {
    let (server, _client) = eventful();
    let text = server
        .try_wait_for_mails(3)
        .blocking()
        .unwrap_err()
        .to_string();
    insta::assert_snapshot!(stable(&server, &text), @r#"
    waited 10ms for 3 mails, but only 2 were received (the wait began at [here])

    received (2):
      #1 <app@example.org> -> <ada@example.org>  "Welcome", 27 octets
      #2 <> -> <a@b.org>, <c@b.org>, <d@b.org> and 1 more  "Käse", 34 octets
    refused (2):
      session 1: RCPT TO:<nobody> -> 501 5.5.4 not a mailbox: it has no @ (syntax)
      session 1: DATA -> 554 5.5.1 No valid recipients (policy): <app@example.org> -> nobody
    aborted (1):
      session 1: transaction aborted after RCPT: <app@example.org> -> <bob@example.org>
    open sessions (1):
      session 1 of "app.example": the client's last word was "AUTH LOGIN", answered with 334 VXNlcm5hbWU6
    "#);
}

#[test]
fn a_wait_that_lost_its_server_says_so() {
    let server = MailServer::start();
    let wait = server.try_wait_for_mails(1);
    let text = {
        let port = server.port();
        drop(server);
        wait.blocking()
            .unwrap_err()
            .to_string()
            .replace(&port.to_string(), "[port]")
    };
    let text = text.split(" (the wait").next().unwrap().to_owned();
    insta::assert_snapshot!(text, @"waited for 1 mail, but the server was dropped when none was received");
}

#[test]
fn a_thousand_mails_are_listed_by_the_first_and_the_last() {
    let server = MailServer::start();
    let mut client = Client::connect(&server);
    client.ok("EHLO app.example");
    for count in 1..=1_000 {
        let subject = format!("Subject: {count}\r\n\r\n");
        client.deliver("app@example.org", &["ada@example.org"], subject.as_bytes());
    }
    client.ok("QUIT");
    let text = server.try_only_mail().unwrap_err().to_string();
    insta::assert_snapshot!(stable(&server, &text), @r#"
    expected exactly one mail, but 1000 were received

    received (1000):
      #1 <app@example.org> -> <ada@example.org>  "1", 14 octets
      #2 <app@example.org> -> <ada@example.org>  "2", 14 octets
      #3 <app@example.org> -> <ada@example.org>  "3", 14 octets
      #4 <app@example.org> -> <ada@example.org>  "4", 14 octets
      #5 <app@example.org> -> <ada@example.org>  "5", 14 octets
      … 990 more …
      #996 <app@example.org> -> <ada@example.org>  "996", 16 octets
      #997 <app@example.org> -> <ada@example.org>  "997", 16 octets
      #998 <app@example.org> -> <ada@example.org>  "998", 16 octets
      #999 <app@example.org> -> <ada@example.org>  "999", 16 octets
      #1000 <app@example.org> -> <ada@example.org>  "1000", 17 octets
    "#);
}

/// Where a panic was seen, and its text.
fn panic_of(run: impl FnOnce() + Send + 'static) -> (String, u32, String) {
    let (sender, receiver) = mpsc::channel();
    let thread = std::thread::Builder::new().name("panics".into());
    let handle = thread.spawn(move || {
        std::panic::set_hook(Box::new(move |info| {
            // Other tests panic on purpose at the same time, on threads of theirs.
            if std::thread::current().name() != Some("panics") {
                return;
            }
            let location = info.location().unwrap();
            let text = info
                .payload()
                .downcast_ref::<String>()
                .cloned()
                .unwrap_or_default();
            let _ = sender.send((location.file().to_owned(), location.line(), text));
        }));
        run();
    });
    assert!(handle.unwrap().join().is_err());
    let _ = std::panic::take_hook();
    receiver.recv().unwrap()
}

#[test]
fn panics_name_the_line_of_the_test() {
    // The hook is the process's: one test, one after the other.
    let here = Location::caller().file();
    let server = || {
        MailServer::builder()
            .wait_timeout(Duration::from_millis(1))
            .story_on_panic(false)
            .start()
    };

    let (file, line, text) = panic_of(move || drop(server().only_mail()));
    assert_eq!((file.as_str(), line), (here, line!() - 1), "{text}");

    let (file, line, _) = panic_of(move || drop(server().wait_for_mails(1).blocking()));
    assert_eq!((file.as_str(), line), (here, line!() - 1));

    let (file, line, text) = panic_of(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        runtime.block_on(async {
            let server = server();
            let wait = server.wait_for_mails(1);
            wait.await;
        });
    });
    assert_eq!((file.as_str(), line), (here, line!() - 3), "{text}");
    let began = format!("(the wait began at {here}:{}:", line!() - 5);
    assert!(text.contains(&began), "{text}");

    let (file, line, _) = panic_of(move || {
        let server = server();
        let rule = server.on(Trigger::rcpt()).expect(1).proceed();
        rule.wait_for_hits(1).blocking();
    });
    assert_eq!((file.as_str(), line), (here, line!() - 2));

    let (file, line, _) = panic_of(move || {
        let server = server();
        server.on(Trigger::rcpt()).expect(1).proceed();
        server.wait_for_expectations().blocking();
    });
    assert_eq!((file.as_str(), line), (here, line!() - 2));

    let (file, line, text) = panic_of(move || {
        let server = server();
        server.on(Trigger::rcpt()).expect(1).proceed();
        server.verify();
    });
    assert_eq!((file.as_str(), line), (here, line!() - 2));
    let expected = format!("(expected at {here}:{}:", line!() - 4);
    assert!(text.contains(&expected), "{text}");

    let (file, line, _) = panic_of(move || server().assert_received(a_mail()));
    assert_eq!((file.as_str(), line), (here, line!() - 1));

    let (file, line, _) = panic_of(move || drop(server().wait_for(a_mail()).blocking()));
    assert_eq!((file.as_str(), line), (here, line!() - 1));

    let (file, line, _) = panic_of(move || server().assert_sessions(a_session()));
    assert_eq!((file.as_str(), line), (here, line!() - 1));

    let (file, line, _) = panic_of(move || server().assert_in_order([a_mail()]));
    assert_eq!((file.as_str(), line), (here, line!() - 1));

    let port = server();
    let taken = port.port();
    let (file, line, _) = panic_of(move || drop(MailServer::builder().port(taken).start()));
    assert_eq!((file.as_str(), line), (here, line!() - 1));
}

/// Run by the test below, in a process of its own whose stderr can be read.
#[test]
#[ignore = "it fails on purpose"]
fn a_test_that_panics() {
    let (server, client) = eventful();
    // The server goes first, so that it tells of a session that is open.
    let (_client, _server) = (client, server);
    let _quiet = MailServer::builder().story_on_panic(false).start();
    panic!("on purpose");
}

fn stderr_of(test: &str) -> String {
    stderr_with_seed(test, None)
}

fn stderr_with_seed(test: &str, seed: Option<&str>) -> String {
    let output = Command::new(std::env::current_exe().unwrap())
        .env_remove("MAILMOCK_SEED")
        .envs(seed.map(|seed| ("MAILMOCK_SEED", seed)))
        .env("RUST_BACKTRACE", "0")
        .args([
            "--exact",
            test,
            "--ignored",
            "--nocapture",
            "--test-threads=1",
        ])
        .output()
        .unwrap();
    assert!(!output.status.success());
    String::from_utf8(output.stderr).unwrap()
}

/// As above, but the panic is the server's own.
#[test]
#[ignore = "it fails on purpose"]
fn a_test_whose_assertion_fails() {
    let _ = MailServer::start().only_mail();
}

#[test]
fn a_panic_of_its_own_is_told_once() {
    let stderr = stderr_of("a_test_whose_assertion_fails");
    assert!(stderr.contains("expected exactly one mail"), "{stderr}");
    assert!(!stderr.contains("the mail server at"), "{stderr}");
}

#[test]
fn a_server_dropped_by_a_panic_tells_its_story() {
    let stderr = stderr_of("a_test_that_panics");
    let start = stderr
        .find("the mail server at")
        .unwrap_or_else(|| panic!("no story: {stderr}"));
    let story = &stderr[start..];
    assert_eq!(
        story.matches("the mail server at").count(),
        1,
        "the other one is told to be quiet"
    );
    let url_end = story.find(" saw:").unwrap();
    insta::assert_snapshot!(story[url_end..].trim_end(), @r#"
     saw:

    received (2):
      #1 <app@example.org> -> <ada@example.org>  "Welcome", 27 octets
      #2 <> -> <a@b.org>, <c@b.org>, <d@b.org> and 1 more  "Käse", 34 octets
    refused (2):
      session 1: RCPT TO:<nobody> -> 501 5.5.4 not a mailbox: it has no @ (syntax)
      session 1: DATA -> 554 5.5.1 No valid recipients (policy): <app@example.org> -> nobody
    aborted (1):
      session 1: transaction aborted after RCPT: <app@example.org> -> <bob@example.org>
    open sessions (1):
      session 1 of "app.example": the client's last word was "AUTH LOGIN", answered with 334 VXNlcm5hbWU6
    "#);
}

#[test]
fn reports_stay_short_whatever_happened() {
    let server = MailServer::start();
    let mut clients: Vec<_> = (0..30).map(|_| Client::connect(&server)).collect();
    for client in &mut clients {
        client
            .ok("EHLO x")
            .deliver("a@b.org", &["c@d.org"], b"\r\n");
        assert!(client.say("FOO").starts_with("500"));
        client
            .ok("MAIL FROM:<a@b.org>")
            .ok("RCPT TO:<c@d.org>")
            .ok("RSET");
    }
    let text = server.try_only_mail().unwrap_err().to_string();
    assert!(text.lines().count() <= 60, "{text}");
}

/// A server whose rules have refused and held something, and the client that it holds.
fn ruled() -> (MailServer, Client) {
    let server = MailServer::builder()
        .wait_timeout(Duration::from_millis(10))
        .seed(7)
        .start();
    server
        .on(Trigger::rcpt_to("gone@example.org"))
        .expect(2..)
        .reply(Reply::mailbox_unavailable());
    server
        .on(Trigger::rcpt())
        .first(1)
        .per_session()
        .with_probability(1.0)
        .reply(Reply::greylisted());
    server.on(Trigger::data()).hang();
    let mut client = Client::connect(&server);
    client
        .ok("EHLO app.example")
        .ok("MAIL FROM:<app@example.org>");
    assert!(client.say("RCPT TO:<ada@example.org>").starts_with("451"));
    assert!(client.say("RCPT TO:<gone@example.org>").starts_with("550"));
    client.ok("RCPT TO:<ada@example.org>").send(b"DATA\r\n");
    while server.sessions()[0].exchanges().count() < 7 {
        std::thread::yield_now();
    }
    (server, client)
}

/// Lets a server be dropped whose expectations are not met: of removed rules they are told once.
fn quiet(server: &MailServer) {
    server.clear_rules();
    assert!(server.try_verify().is_err());
}

#[test]
fn verification_names_each_rule_that_was_not_met() {
    let (server, _client) = ruled();
    server.on(Trigger::connect()).expect(0).in_turn([
        Action::disconnect(),
        Action::proceed().after(Duration::from_secs(3)),
    ]);
    server.on(Trigger::quit()).expect(1..=3).send_raw("221 bye");
    let text = server.try_verify().unwrap_err().to_string();
    quiet(&server);
    insta::assert_snapshot!(stable(&server, &text), @r#"
    2 expectations are not met
      on(rcpt_to("gone@example.org")).reply(550 5.1.1 Mailbox unavailable): expected at least 2, had 1 (expected at [here])
      on(quit()).send_raw("221 bye"): expected 1 to 3, had 0 (expected at [here])

    refused (2):
      session 1: RCPT TO:<ada@example.org> -> 451 4.7.1 Greylisted, try again later (rule at [here])
      session 1: RCPT TO:<gone@example.org> -> 550 5.1.1 Mailbox unavailable (rule at [here])
    open sessions (1):
      session 1 of "app.example": the client's last word was "DATA", held by the rule at [here]
    rules drew by seed 7; MAILMOCK_SEED=7 repeats it
    "#);
}

#[test]
fn a_wait_for_expectations_says_what_is_missing() {
    let (server, _client) = ruled();
    let text = server
        .try_wait_for_expectations()
        .blocking()
        .unwrap_err()
        .to_string();
    quiet(&server);
    insta::assert_snapshot!(stable(&server, &text), @r#"
    waited 10ms for expectations to be met (the wait began at [here])
      on(rcpt_to("gone@example.org")).reply(550 5.1.1 Mailbox unavailable): expected at least 2, had 1 (expected at [here])

    refused (2):
      session 1: RCPT TO:<ada@example.org> -> 451 4.7.1 Greylisted, try again later (rule at [here])
      session 1: RCPT TO:<gone@example.org> -> 550 5.1.1 Mailbox unavailable (rule at [here])
    open sessions (1):
      session 1 of "app.example": the client's last word was "DATA", held by the rule at [here]
    rules drew by seed 7; MAILMOCK_SEED=7 repeats it
    "#);
}

#[test]
fn a_wait_for_hits_says_how_many_there_were() {
    let server = MailServer::builder()
        .wait_timeout(Duration::from_millis(10))
        .start();
    let rule = server.on(Trigger::rcpt()).nth(2).reply(Reply::greylisted());
    let text = rule
        .try_wait_for_hits(1)
        .blocking()
        .unwrap_err()
        .to_string();
    insta::assert_snapshot!(stable(&server, &text), @"
    waited 10ms for hit 1 of on(rcpt()).nth(2).reply(451 4.7.1 Greylisted, try again later) (at [here]), which had 0 (the wait began at [here])

    no client has connected
    ");
    rule.remove();
    let text = rule
        .try_wait_for_hits(1)
        .blocking()
        .unwrap_err()
        .to_string();
    insta::assert_snapshot!(stable(&server, &text), @"
    waited for hit 1 of on(rcpt()).nth(2).reply(451 4.7.1 Greylisted, try again later) (at [here]), which had 0, and was removed (the wait began at [here])

    no client has connected
    ");
    let wait = rule.try_wait_for_hits(1);
    drop(server);
    insta::assert_snapshot!(without_lines(&wait.blocking().unwrap_err().to_string()), @"
    waited for hit 1 of on(rcpt()).nth(2).reply(451 4.7.1 Greylisted, try again later) (at [here]), which had 0, and was removed (the wait began at [here])

    no client has connected
    ");
}

/// As the others that fail on purpose, and its server has expectations and a closure that panics.
#[test]
#[ignore = "it fails on purpose"]
fn a_test_that_panics_with_rules() {
    let (server, mut client) = ruled();
    server.clear_rules();
    assert!(client.reply().starts_with("354"));
    server
        .on(Trigger::when(|_| panic!("the closure's own words")))
        .proceed();
    assert!(client.say(".").starts_with("451"));
    let (_client, _server) = (client, server);
    panic!("on purpose");
}

#[test]
fn a_story_tells_of_rules_too() {
    let stderr = stderr_of("a_test_that_panics_with_rules");
    let start = stderr
        .find(" saw:")
        .unwrap_or_else(|| panic!("no story: {stderr}"));
    insta::assert_snapshot!(without_lines(stderr[start..].trim_end()), @r#"
     saw:
    an expectation is not met
      on(rcpt_to("gone@example.org")).reply(550 5.1.1 Mailbox unavailable): expected at least 2, had 1 (expected at [here])
    on(when(|event| …)).proceed() panicked: the closure's own words (rule at [here])

    refused (3):
      session 1: RCPT TO:<ada@example.org> -> 451 4.7.1 Greylisted, try again later (rule at [here])
      session 1: RCPT TO:<gone@example.org> -> 550 5.1.1 Mailbox unavailable (rule at [here])
      session 1: end of data -> 451 4.3.0 A closure of the test panicked (rule at [here]): <app@example.org> -> <ada@example.org>  "", 0 octets
    open sessions (1):
      session 1 of "app.example": the client's last word was the content, answered with 451 4.3.0 A closure of the test panicked
    rules drew by seed 7; MAILMOCK_SEED=7 repeats it
    "#);
}

/// Fails only when its server is dropped.
#[test]
#[ignore = "it fails on purpose"]
fn a_test_whose_expectation_fails() {
    let server = MailServer::start();
    server.on(Trigger::rcpt()).expect(1).proceed();
}

#[test]
fn an_expectation_that_fails_at_the_drop_names_its_line() {
    let stderr = stderr_of("a_test_whose_expectation_fails");
    let start = stderr
        .find("an expectation is not met")
        .unwrap_or_else(|| panic!("{stderr}"));
    let text = without_lines(stderr[start..].split("note:").next().unwrap());
    insta::assert_snapshot!(text.trim_end(), @"
    an expectation is not met
      on(rcpt()).proceed(): expected exactly 1, had 0 (expected at [here])

    no client has connected
    ");
}

/// Says which seed is used, by its server and by one that has its own.
#[test]
#[ignore = "it fails on purpose"]
fn a_test_whose_rules_are_random() {
    for server in [MailServer::start(), MailServer::builder().seed(1).start()] {
        server.on(Trigger::rcpt()).with_probability(0.5).proceed();
        eprintln!("{}", server.try_only_mail().unwrap_err());
    }
    panic!("on purpose");
}

#[test]
fn the_environment_may_say_the_seed_and_the_test_has_the_last_word() {
    let seeds = |seed| -> Vec<String> {
        let stderr = stderr_with_seed("a_test_whose_rules_are_random", seed);
        let lines = stderr
            .lines()
            .filter_map(|line| line.split("MAILMOCK_SEED=").nth(1));
        lines
            .map(|line| line.trim_end_matches(" repeats it").to_owned())
            .collect()
    };
    assert_eq!(seeds(None), ["5321", "1"]);
    assert_eq!(seeds(Some("4711")), ["4711", "1"]);
    let stderr = stderr_with_seed("a_test_whose_rules_are_random", Some("yesterday"));
    assert!(
        stderr.contains("MAILMOCK_SEED is not a number of 64 bits: \"yesterday\""),
        "{stderr}"
    );
}

#[test]
fn an_assertion_shows_the_closest_mail() {
    let (server, _client) = eventful();
    let text = server
        .try_assert_received(
            a_mail()
                .sent_to("ada@example.org")
                .subject("Welcome back")
                .text(contains("Hello")),
        )
        .unwrap_err()
        .to_string();
    insta::assert_snapshot!(stable(&server, &text), @r#"
    expected a mail like a_mail().sent_to("ada@example.org").subject("Welcome back").text(contains("Hello")), but 2 were received, and none is like that

    closest: #1 <app@example.org> -> <ada@example.org>  "Welcome", 27 octets
      ok    sent_to("ada@example.org")
      FAIL  subject("Welcome back"): "Welcome"
      ok    text(contains("Hello"))

    received (2):
      #1 <app@example.org> -> <ada@example.org>  "Welcome", 27 octets
      #2 <> -> <a@b.org>, <c@b.org>, <d@b.org> and 1 more  "Käse", 34 octets
    refused (2):
      session 1: RCPT TO:<nobody> -> 501 5.5.4 not a mailbox: it has no @ (syntax)
      session 1: DATA -> 554 5.5.1 No valid recipients (policy): <app@example.org> -> nobody
    aborted (1):
      session 1: transaction aborted after RCPT: <app@example.org> -> <bob@example.org>
    open sessions (1):
      session 1 of "app.example": the client's last word was "AUTH LOGIN", answered with 334 VXNlcm5hbWU6
    "#);
}

#[test]
fn an_assertion_says_that_nothing_came() {
    let text = MailServer::start()
        .try_assert_received(a_mail().subject("Welcome"))
        .unwrap_err()
        .to_string();
    insta::assert_snapshot!(text, @r#"
    expected a mail like a_mail().subject("Welcome"), but none was received

    no client has connected
    "#);
}

#[test]
fn too_few_mails_are_listed_with_the_next_best() {
    let (server, _client) = eventful();
    let text = server
        .try_assert_received_times(2, a_mail().sent_to("ada@example.org"))
        .unwrap_err()
        .to_string();
    insta::assert_snapshot!(stable(&server, &text), @r#"
    expected exactly 2 mails like a_mail().sent_to("ada@example.org"), but there is 1
    like that (1):
      #1 <app@example.org> -> <ada@example.org>  "Welcome", 27 octets

    closest: #2 <> -> <a@b.org>, <c@b.org>, <d@b.org> and 1 more  "Käse", 34 octets
      FAIL  sent_to("ada@example.org"): <a@b.org>, <c@b.org>, <d@b.org>, <e@b.org>

    received (2):
      #1 <app@example.org> -> <ada@example.org>  "Welcome", 27 octets
      #2 <> -> <a@b.org>, <c@b.org>, <d@b.org> and 1 more  "Käse", 34 octets
    refused (2):
      session 1: RCPT TO:<nobody> -> 501 5.5.4 not a mailbox: it has no @ (syntax)
      session 1: DATA -> 554 5.5.1 No valid recipients (policy): <app@example.org> -> nobody
    aborted (1):
      session 1: transaction aborted after RCPT: <app@example.org> -> <bob@example.org>
    open sessions (1):
      session 1 of "app.example": the client's last word was "AUTH LOGIN", answered with 334 VXNlcm5hbWU6
    "#);
}

#[test]
fn too_many_mails_are_listed() {
    let (server, _client) = eventful();
    let text = server
        .try_assert_received_times(
            0,
            a_mail()
                .sent_to(domain("b.org"))
                .sent_from("")
                .subject(contains("K")),
        )
        .unwrap_err()
        .to_string();
    insta::assert_snapshot!(stable(&server, &text), @r#"
    expected no mail like a_mail().sent_to(domain("b.org")).sent_from("").subject(contains("K")), but there is 1
    like that (1):
      #2 <> -> <a@b.org>, <c@b.org>, <d@b.org> and 1 more  "Käse", 34 octets

    received (2):
      #1 <app@example.org> -> <ada@example.org>  "Welcome", 27 octets
      #2 <> -> <a@b.org>, <c@b.org>, <d@b.org> and 1 more  "Käse", 34 octets
    refused (2):
      session 1: RCPT TO:<nobody> -> 501 5.5.4 not a mailbox: it has no @ (syntax)
      session 1: DATA -> 554 5.5.1 No valid recipients (policy): <app@example.org> -> nobody
    aborted (1):
      session 1: transaction aborted after RCPT: <app@example.org> -> <bob@example.org>
    open sessions (1):
      session 1 of "app.example": the client's last word was "AUTH LOGIN", answered with 334 VXNlcm5hbWU6
    "#);
}

#[test]
fn an_unwanted_mail_is_listed() {
    let (server, _client) = eventful();
    let text = server
        .try_assert_not_received(a_mail().subject("Welcome"))
        .unwrap_err()
        .to_string();
    insta::assert_snapshot!(stable(&server, &text), @r#"
    expected no mail like a_mail().subject("Welcome")
    but there is (1):
      #1 <app@example.org> -> <ada@example.org>  "Welcome", 27 octets

    received (2):
      #1 <app@example.org> -> <ada@example.org>  "Welcome", 27 octets
      #2 <> -> <a@b.org>, <c@b.org>, <d@b.org> and 1 more  "Käse", 34 octets
    refused (2):
      session 1: RCPT TO:<nobody> -> 501 5.5.4 not a mailbox: it has no @ (syntax)
      session 1: DATA -> 554 5.5.1 No valid recipients (policy): <app@example.org> -> nobody
    aborted (1):
      session 1: transaction aborted after RCPT: <app@example.org> -> <bob@example.org>
    open sessions (1):
      session 1 of "app.example": the client's last word was "AUTH LOGIN", answered with 334 VXNlcm5hbWU6
    "#);
}

#[test]
fn mail_where_none_was_expected_is_listed() {
    let (server, _client) = eventful();
    let text = server.try_assert_no_mail().unwrap_err().to_string();
    insta::assert_snapshot!(stable(&server, &text), @r#"
    expected no mail, but 2 were received

    received (2):
      #1 <app@example.org> -> <ada@example.org>  "Welcome", 27 octets
      #2 <> -> <a@b.org>, <c@b.org>, <d@b.org> and 1 more  "Käse", 34 octets
    refused (2):
      session 1: RCPT TO:<nobody> -> 501 5.5.4 not a mailbox: it has no @ (syntax)
      session 1: DATA -> 554 5.5.1 No valid recipients (policy): <app@example.org> -> nobody
    aborted (1):
      session 1: transaction aborted after RCPT: <app@example.org> -> <bob@example.org>
    open sessions (1):
      session 1 of "app.example": the client's last word was "AUTH LOGIN", answered with 334 VXNlcm5hbWU6
    "#);
}

#[test]
fn only_says_how_many_are_like_that() {
    let (server, _client) = eventful();
    let text = server
        .try_only(a_mail().sent_to("nobody@example.org"))
        .map(drop)
        .unwrap_err()
        .to_string();
    insta::assert_snapshot!(stable(&server, &text), @r#"
    expected exactly 1 mail like a_mail().sent_to("nobody@example.org"), but there is none

    closest: #2 <> -> <a@b.org>, <c@b.org>, <d@b.org> and 1 more  "Käse", 34 octets
      FAIL  sent_to("nobody@example.org"): <a@b.org>, <c@b.org>, <d@b.org>, <e@b.org>

    received (2):
      #1 <app@example.org> -> <ada@example.org>  "Welcome", 27 octets
      #2 <> -> <a@b.org>, <c@b.org>, <d@b.org> and 1 more  "Käse", 34 octets
    refused (2):
      session 1: RCPT TO:<nobody> -> 501 5.5.4 not a mailbox: it has no @ (syntax)
      session 1: DATA -> 554 5.5.1 No valid recipients (policy): <app@example.org> -> nobody
    aborted (1):
      session 1: transaction aborted after RCPT: <app@example.org> -> <bob@example.org>
    open sessions (1):
      session 1 of "app.example": the client's last word was "AUTH LOGIN", answered with 334 VXNlcm5hbWU6
    "#);
}

#[test]
fn a_view_names_itself() {
    let (server, _client) = eventful();
    let text = server
        .inbox(a_mail().sent_to(domain("tenant7.example")))
        .try_assert_received(a_mail().subject("Welcome"))
        .unwrap_err()
        .to_string();
    insta::assert_snapshot!(stable(&server, &text), @r#"
    expected a mail like a_mail().subject("Welcome"), but none was received in inbox(a_mail().sent_to(domain("tenant7.example")))

    nothing is there; all mails that the server has: 2
    "#);
}

#[test]
fn an_assertion_shows_the_closest_rejection() {
    let (server, _client) = eventful();
    let text = server
        .try_assert_rejected(a_rejection().code(550).cause(Cause::Syntax))
        .unwrap_err()
        .to_string();
    insta::assert_snapshot!(stable(&server, &text), @r#"
    expected a rejection like a_rejection().code(550).cause(Syntax), but none of the 3 is like that

    closest: session 1: RCPT TO:<nobody> -> 501 5.5.4 not a mailbox: it has no @ (syntax)
      FAIL  code(550): 501 5.5.4 not a mailbox: it has no @
      ok    cause(Syntax)

    received (2):
      #1 <app@example.org> -> <ada@example.org>  "Welcome", 27 octets
      #2 <> -> <a@b.org>, <c@b.org>, <d@b.org> and 1 more  "Käse", 34 octets
    refused (2):
      session 1: RCPT TO:<nobody> -> 501 5.5.4 not a mailbox: it has no @ (syntax)
      session 1: DATA -> 554 5.5.1 No valid recipients (policy): <app@example.org> -> nobody
    aborted (1):
      session 1: transaction aborted after RCPT: <app@example.org> -> <bob@example.org>
    open sessions (1):
      session 1 of "app.example": the client's last word was "AUTH LOGIN", answered with 334 VXNlcm5hbWU6
    "#);
}

/// The text of a panic of an assertion without a `try_` twin.
fn panic_text(run: impl FnOnce() + Send + 'static) -> String {
    let panic = std::thread::spawn(run).join().unwrap_err();
    *panic.downcast::<String>().unwrap()
}

#[test]
fn counts_that_are_wrong_are_told() {
    let (server, _client) = eventful();
    let inbox = (*server).clone();
    insta::assert_snapshot!(panic_text(move || inbox.assert_mail_count(3)), @r#"
    expected exactly 3 mails, but 2 were received

    received (2):
      #1 <app@example.org> -> <ada@example.org>  "Welcome", 27 octets
      #2 <> -> <a@b.org>, <c@b.org>, <d@b.org> and 1 more  "Käse", 34 octets
    refused (2):
      session 1: RCPT TO:<nobody> -> 501 5.5.4 not a mailbox: it has no @ (syntax)
      session 1: DATA -> 554 5.5.1 No valid recipients (policy): <app@example.org> -> nobody
    aborted (1):
      session 1: transaction aborted after RCPT: <app@example.org> -> <bob@example.org>
    open sessions (1):
      session 1 of "app.example": the client's last word was "AUTH LOGIN", answered with 334 VXNlcm5hbWU6
    "#);
    let inbox = (*server).clone();
    insta::assert_snapshot!(panic_text(move || inbox.assert_recipient_count(..=4)), @r#"
    expected at most 4 recipients of mails, but there are 5

    received (2):
      #1 <app@example.org> -> <ada@example.org>  "Welcome", 27 octets
      #2 <> -> <a@b.org>, <c@b.org>, <d@b.org> and 1 more  "Käse", 34 octets
    refused (2):
      session 1: RCPT TO:<nobody> -> 501 5.5.4 not a mailbox: it has no @ (syntax)
      session 1: DATA -> 554 5.5.1 No valid recipients (policy): <app@example.org> -> nobody
    aborted (1):
      session 1: transaction aborted after RCPT: <app@example.org> -> <bob@example.org>
    open sessions (1):
      session 1 of "app.example": the client's last word was "AUTH LOGIN", answered with 334 VXNlcm5hbWU6
    "#);
}

#[test]
fn a_wrong_order_is_told() {
    let (server, _client) = eventful();
    let inbox = (*server).clone();
    let order = [a_mail().subject("Käse"), a_mail().subject("Welcome")];
    insta::assert_snapshot!(panic_text(move || inbox.assert_in_order(order)), @r#"
    expected a mail like a_mail().subject("Welcome") behind #2, but there is none

    received (2):
      #1 <app@example.org> -> <ada@example.org>  "Welcome", 27 octets
      #2 <> -> <a@b.org>, <c@b.org>, <d@b.org> and 1 more  "Käse", 34 octets
    refused (2):
      session 1: RCPT TO:<nobody> -> 501 5.5.4 not a mailbox: it has no @ (syntax)
      session 1: DATA -> 554 5.5.1 No valid recipients (policy): <app@example.org> -> nobody
    aborted (1):
      session 1: transaction aborted after RCPT: <app@example.org> -> <bob@example.org>
    open sessions (1):
      session 1 of "app.example": the client's last word was "AUTH LOGIN", answered with 334 VXNlcm5hbWU6
    "#);
}

#[test]
fn duplicates_and_leaks_are_told() {
    let server = MailServer::start();
    let mut client = Client::connect(&server);
    client.ok("EHLO app.example");
    let to = ["ada@example.org", "boss@example.org"];
    let content = b"Message-ID: <1@x>\r\nTo: ada@example.org\r\nBcc: boss@example.org\r\n\r\n";
    client
        .deliver("app@example.org", &to, content)
        .deliver("app@example.org", &to[..1], content);
    client.ok("QUIT");
    let inbox = (*server).clone();
    insta::assert_snapshot!(panic_text(move || inbox.assert_no_duplicates()), @r#"
    a recipient got the same mail twice
      <ada@example.org> got #1 (session 1) and #2 (session 1)

    received (2):
      #1 <app@example.org> -> <ada@example.org>, <boss@example.org>  "", 65 octets
      #2 <app@example.org> -> <ada@example.org>  "", 65 octets
    "#);
    let inbox = (*server).clone();
    insta::assert_snapshot!(panic_text(move || inbox.assert_no_bcc_leak()), @r#"
    a mail has a Bcc field that tells its hidden recipients
      #1: Bcc: boss@example.org
      #2: Bcc: boss@example.org

    received (2):
      #1 <app@example.org> -> <ada@example.org>, <boss@example.org>  "", 65 octets
      #2 <app@example.org> -> <ada@example.org>  "", 65 octets
    "#);
}

#[test]
fn a_server_that_is_busy_says_with_what() {
    let (server, _client) = eventful();
    let wait = server.try_wait_until_idle_for(Duration::from_millis(1));
    let text = wait.blocking().unwrap_err().to_string();
    insta::assert_snapshot!(stable(&server, &text), @r#"
    waited 10ms (the wait began at [here])
    expected the server to be idle, but something is going on

    received (2):
      #1 <app@example.org> -> <ada@example.org>  "Welcome", 27 octets
      #2 <> -> <a@b.org>, <c@b.org>, <d@b.org> and 1 more  "Käse", 34 octets
    refused (2):
      session 1: RCPT TO:<nobody> -> 501 5.5.4 not a mailbox: it has no @ (syntax)
      session 1: DATA -> 554 5.5.1 No valid recipients (policy): <app@example.org> -> nobody
    aborted (1):
      session 1: transaction aborted after RCPT: <app@example.org> -> <bob@example.org>
    open sessions (1):
      session 1 of "app.example": the client's last word was "AUTH LOGIN", answered with 334 VXNlcm5hbWU6
    "#);
}

#[test]
fn unwanted_rejections_are_told() {
    let (server, _client) = eventful();
    let inbox = (*server).clone();
    insta::assert_snapshot!(panic_text(move || inbox.assert_not_rejected(a_rejection().aborted())), @r#"
    expected no rejection like a_rejection().cause(Aborted)
    but there is (1):
      session 1: transaction aborted after RCPT: <app@example.org> -> <bob@example.org>

    received (2):
      #1 <app@example.org> -> <ada@example.org>  "Welcome", 27 octets
      #2 <> -> <a@b.org>, <c@b.org>, <d@b.org> and 1 more  "Käse", 34 octets
    refused (2):
      session 1: RCPT TO:<nobody> -> 501 5.5.4 not a mailbox: it has no @ (syntax)
      session 1: DATA -> 554 5.5.1 No valid recipients (policy): <app@example.org> -> nobody
    aborted (1):
      session 1: transaction aborted after RCPT: <app@example.org> -> <bob@example.org>
    open sessions (1):
      session 1 of "app.example": the client's last word was "AUTH LOGIN", answered with 334 VXNlcm5hbWU6
    "#);
}

#[test]
fn sessions_that_are_otherwise_are_told() {
    let (server, _client) = eventful();
    let inbox = (*server).clone();
    let wanted = a_session()
        .ehlo_name("app.example")
        .mails(3)
        .quit_sent()
        .authenticated_as("app");
    insta::assert_snapshot!(panic_text(move || inbox.assert_sessions(wanted)), @r#"
    expected all sessions to be like a_session().ehlo_name("app.example").mails(exactly 3).quit_sent().authenticated_as("app"), but 1 of 1 are not

    session 1 of "app.example": the client's last word was "AUTH LOGIN", answered with 334 VXNlcm5hbWU6
      ok    ehlo_name("app.example")
      FAIL  mails(exactly 3): 2
      FAIL  quit_sent(): it is open
      FAIL  authenticated_as("app"): no login

    received (2):
      #1 <app@example.org> -> <ada@example.org>  "Welcome", 27 octets
      #2 <> -> <a@b.org>, <c@b.org>, <d@b.org> and 1 more  "Käse", 34 octets
    refused (2):
      session 1: RCPT TO:<nobody> -> 501 5.5.4 not a mailbox: it has no @ (syntax)
      session 1: DATA -> 554 5.5.1 No valid recipients (policy): <app@example.org> -> nobody
    aborted (1):
      session 1: transaction aborted after RCPT: <app@example.org> -> <bob@example.org>
    open sessions (1):
      session 1 of "app.example": the client's last word was "AUTH LOGIN", answered with 334 VXNlcm5hbWU6
    "#);
    let inbox = (*MailServer::start()).clone();
    insta::assert_snapshot!(panic_text(move || inbox.assert_sessions(a_session().quit_sent())), @"
    expected sessions like a_session().quit_sent(), but there is none

    no client has connected
    ");
}

#[test]
fn a_mail_that_is_otherwise_is_told() {
    let (server, _client) = eventful();
    let mail = server.only(a_mail().subject("Welcome"));
    let long = "one\ntwo\nthree\nfour\nHello\nfive";
    let wanted = a_mail().sent_to("ada@example.org").text(long);
    insta::assert_snapshot!(panic_text(move || { mail.assert(wanted); }), @r#"
    mail #1 "Welcome" is not as expected
      ok    sent_to("ada@example.org")
      FAIL  text("one\ntwo\nthree\nfour\nHello\nfive"): it differs:
            - one
            - two
            - three
            - four
            - Hello
            - five
            + Hello
    "#);
}

#[test]
fn a_wait_for_a_mail_shows_the_closest() {
    let (server, _client) = eventful();
    let text = server
        .try_wait_for(a_mail().subject("Welcome!"))
        .blocking()
        .unwrap_err()
        .to_string();
    insta::assert_snapshot!(stable(&server, &text), @r#"
    waited 10ms (the wait began at [here])
    expected a mail like a_mail().subject("Welcome!"), but 2 were received, and none is like that

    closest: #2 <> -> <a@b.org>, <c@b.org>, <d@b.org> and 1 more  "Käse", 34 octets
      FAIL  subject("Welcome!"): "Käse"

    received (2):
      #1 <app@example.org> -> <ada@example.org>  "Welcome", 27 octets
      #2 <> -> <a@b.org>, <c@b.org>, <d@b.org> and 1 more  "Käse", 34 octets
    refused (2):
      session 1: RCPT TO:<nobody> -> 501 5.5.4 not a mailbox: it has no @ (syntax)
      session 1: DATA -> 554 5.5.1 No valid recipients (policy): <app@example.org> -> nobody
    aborted (1):
      session 1: transaction aborted after RCPT: <app@example.org> -> <bob@example.org>
    open sessions (1):
      session 1 of "app.example": the client's last word was "AUTH LOGIN", answered with 334 VXNlcm5hbWU6
    "#);
    let wait = server.try_wait_for_rejection(a_rejection().code(421));
    let text = wait.blocking().unwrap_err().to_string();
    let head: Vec<&str> = text.lines().take(5).collect();
    insta::assert_snapshot!(without_lines(&head.join("\n")), @"
    waited 10ms (the wait began at [here])
    expected a rejection like a_rejection().code(421), but none of the 3 is like that

    closest: session 1: transaction aborted after RCPT: <app@example.org> -> <bob@example.org>
      FAIL  code(421): no reply
    ");
}

#[test]
fn the_closest_of_a_thousand_mails_is_found_soon() {
    let server = MailServer::start();
    let mut client = Client::connect(&server);
    client.ok("EHLO app.example");
    let body = "A line of text as there are many of them in a mail.\r\n".repeat(200);
    for count in 1..=1_000 {
        let content = format!("Subject: Number {count}\r\n\r\n{body}");
        client.deliver("app@example.org", &["ada@example.org"], content.as_bytes());
    }
    let wanted = a_mail()
        .subject("Number 500")
        .text("other")
        .sent_to("ada@example.org");
    let text = server.try_assert_received(wanted).unwrap_err().to_string();
    assert!(
        text.contains("closest: #500 ") && text.lines().count() < 60,
        "{text}"
    );
}

/// What goes wrong between a client and a server with TLS, as it reads when no mail comes.
#[cfg(feature = "tls")]
mod over_tls {
    use lettre::transport::smtp::extension::ClientId;
    use lettre::{Message, SmtpTransport, Transport as _};
    use mailmock::TlsFault;

    use super::*;

    fn told(server: &MailServer) -> String {
        stable(server, &server.try_only_mail().unwrap_err().to_string())
    }

    fn ended(server: &MailServer) -> &MailServer {
        support::eventually(|| server.sessions().pop().filter(|session| !session.is_open()));
        server
    }

    fn send(url: &str) {
        let mail = Message::builder()
            .from("app@example.org".parse().unwrap())
            .to("ada@example.org".parse().unwrap())
            .body(String::new())
            .unwrap();
        let hello = ClientId::Domain("app.example".to_owned());
        let transport = SmtpTransport::from_url(url).unwrap().hello_name(hello);
        transport.build().send(&mail).unwrap_err();
    }

    #[test]
    fn a_client_that_does_not_trust_the_certificate() {
        let server = MailServer::builder().starttls().start();
        send(&server.url());
        insta::assert_snapshot!(told(ended(&server)), @r#"
        expected exactly one mail, but none was received

        refused (1):
          session 1: TLS handshake failed: the client refused with the alert UnknownCA; is it to trust server.ca_certificate_pem()?
        "#);
    }

    #[test]
    fn a_client_that_leaves_behind_the_handshake() {
        let server = MailServer::builder().starttls().start();
        drop(Client::upgraded(&server));
        insta::assert_snapshot!(told(ended(&server)), @r#"
        expected exactly one mail, but none was received

        sessions, all ended (1):
          session 1: the client's last word was "STARTTLS", answered with 220 2.0.0 Ready to start TLS; the client closed the connection without QUIT; it left right behind the TLS handshake; is it to trust server.ca_certificate_pem()?
        "#);
    }

    #[test]
    fn a_client_with_credentials_that_does_not_begin_tls() {
        let server = MailServer::builder().starttls().start();
        send(&server.url_as("app").replace("?tls=required", ""));
        insta::assert_snapshot!(told(ended(&server)), @r#"
        expected exactly one mail, but none was received

        sessions, all ended (1):
          session 1 of "app.example": the client's last word was "EHLO app.example", answered with 250 localhost greets app.example / PIPELINING / SIZE 52428800 / 8BITMIME / SMTPUTF8 / ENHANCEDSTATUSCODES / CHUNKING / BINARYMIME / DSN / STARTTLS; the client closed the connection without QUIT; it left behind the hello, as if it needs AUTH, offered only behind STARTTLS
        "#);
    }

    #[test]
    fn a_client_that_waits_for_a_greeting_in_clear() {
        let server = MailServer::builder().implicit_tls().start();
        let _client = Client::connect_silently(&server);
        support::eventually(|| told(&server).contains("TLS").then_some(()));
        insta::assert_snapshot!(told(&server), @r#"
        expected exactly one mail, but none was received

        open sessions (1):
          session 1: TLS, which is on from the start, has not begun
        "#);
    }

    #[test]
    fn a_rule_at_the_handshake_is_named() {
        let server = MailServer::builder().implicit_tls().start();
        server
            .on(Trigger::tls_handshake())
            .expect(3)
            .tls_fault(TlsFault::UnknownCa);
        server.on(Trigger::tls_handshake()).first(1).disconnect();
        send(&server.url());
        send(&server.url());
        let text = ended(&server).try_verify().unwrap_err().to_string();
        server.reset();
        insta::assert_snapshot!(without_lines(&text), @r#"
        an expectation is not met
          on(tls_handshake()).tls_fault(UnknownCa): expected exactly 3, had 1 (expected at [here])

        refused (2):
          session 1: TLS handshake -> no reply (rule at [here])
          session 2: TLS handshake failed: the client refused with the alert UnknownCA (rule at [here])
        "#);
    }

    #[test]
    fn a_client_that_knows_the_server_by_another_name() {
        let server = MailServer::builder().implicit_tls().start();
        let mut client = Client::connect_silently(&server);
        let configuration = support::tls_configuration(&server).with_no_client_auth();
        let name = "elsewhere.example";
        client.begin_tls_as(name, configuration).unwrap_err();
        insta::assert_snapshot!(told(ended(&server)), @r#"
        expected exactly one mail, but none was received

        refused (1):
          session 1: TLS handshake failed: the client refused with the alert BadCertificate; does it know the server by one of the names localhost, 127.0.0.1, ::1, and is it to trust server.ca_certificate_pem()?
        "#);
    }

    #[test]
    fn a_client_that_stays_at_the_hello() {
        let server = MailServer::builder().starttls().start();
        let mut client = Client::connect(&server);
        client.ok("EHLO app.example");
        insta::assert_snapshot!(told(&server).replace(" / ", "/"), @r#"
        expected exactly one mail, but none was received

        open sessions (1):
          session 1 of "app.example": the client's last word was "EHLO app.example", answered with 250 localhost greets app.example/PIPELINING/SIZE 52428800/8BITMIME/SMTPUTF8/ENHANCEDSTATUSCODES/CHUNKING/BINARYMIME/DSN/STARTTLS; it stays at the hello, as if it needs AUTH, offered only behind STARTTLS
        "#);
    }

    #[test]
    fn a_handshake_that_a_rule_holds() {
        let server = MailServer::builder().implicit_tls().start();
        let rule = server.on(Trigger::tls_handshake()).hang();
        let mut client = Client::connect_silently(&server);
        client.send(&[22, 3, 1, 2, 0, 1]);
        rule.wait_for_hits(1).blocking();
        let text = support::eventually(|| {
            let text = server.try_only_mail().unwrap_err().to_string();
            text.contains("held").then_some(text)
        });
        insta::assert_snapshot!(without_lines(&text), @r#"
        expected exactly one mail, but none was received

        open sessions (1):
          session 1: the client's last word was a TLS handshake, held by the rule at [here]
        "#);
    }
}

#[test]
fn a_wrong_login_says_who_it_was() {
    let server = MailServer::builder().credentials("app", "secret").start();
    let mut client = Client::connect(&server);
    client.ok("EHLO app.example");
    client.say("AUTH PLAIN AGFwcQBzZWNyZXQ=");
    let text = server.try_only_mail().unwrap_err().to_string();
    insta::assert_snapshot!(without_lines(&text), @r#"
    expected exactly one mail, but none was received

    refused (1):
      session 1: AUTH PLAIN [secret] as "apq" -> 535 5.7.8 Authentication credentials invalid (rule at [here])
    open sessions (1):
      session 1 of "app.example": the client's last word was "AUTH PLAIN [secret]", answered with 535 5.7.8 Authentication credentials invalid
    "#);
}

#[test]
fn in_lmtp_the_last_word_is_the_content() {
    let server = MailServer::builder().lmtp().start();
    let mut client = Client::connect(&server);
    client.ok("LHLO app.example");
    client.begin("app@example.org", &["ada@example.org", "bob@example.org"]);
    client.send(b"Hi\r\n.\r\n");
    client.reply();
    client.reply();
    let text = server.try_assert_no_mail().unwrap_err().to_string();
    insta::assert_snapshot!(stable(&server, &text), @r#"
    expected no mail, but 1 was received

    received (1):
      #1 <app@example.org> -> <ada@example.org>, <bob@example.org>  "", 4 octets
    open sessions (1):
      session 1 of "app.example": the client's last word was the content, answered with 250 2.0.0 OK, mail accepted for <bob@example.org>
    "#);
}
