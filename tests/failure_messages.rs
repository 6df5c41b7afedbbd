//! What a failing test prints: every text, and the line it names.

mod support;

use std::panic::Location;
use std::process::Command;
use std::sync::mpsc;
use std::time::Duration;

use mailmock::MailServer;
use support::Client;

/// The text without what changes from run to run.
fn stable(server: &MailServer, text: &str) -> String {
    let text = text.replace(&server.port().to_string(), "[port]");
    let lines = text
        .lines()
        .map(|line| match line.find(" (the wait began at ") {
            Some(i) => format!("{} (the wait began at [location])", &line[..i]),
            None => line.to_owned(),
        });
    lines.collect::<Vec<_>>().join("\n")
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
      session 1 of "app.example": the client's last word was "QUIT", answered with 221 2.0.0 Bye; the client quit
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
    waited 10ms for 3 mails, but only 2 were received (the wait began at [location])

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
    let output = Command::new(std::env::current_exe().unwrap())
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
