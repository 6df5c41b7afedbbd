//! Rules: which of them acts, how often, and what is told of it.

mod support;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use mailmock::{
    Action, Cause, Extension, MailServer, Reply, Rule, Stage, Trigger, a_mail, a_rejection,
    contains, domain, glob, matches,
};
use support::{Client, eventually};

const TEN_MINUTES: Duration = Duration::from_secs(600);

/// A client that has said hello.
fn client(server: &MailServer) -> Client {
    let mut client = Client::connect(server);
    client.ok("EHLO app.example");
    client
}

/// The codes that so many RCPT commands get, one after the other in one session.
fn rcpt_codes(server: &MailServer, count: usize) -> Vec<u16> {
    let mut client = client(server);
    client.ok("MAIL FROM:<app@example.org>");
    (0..count)
        .map(|_| code(&client.say("RCPT TO:<ada@example.org>")))
        .collect()
}

fn code(reply: &str) -> u16 {
    reply[..3].parse().unwrap()
}

/// What a panic said.
fn panic_of(run: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(run)).expect_err("it panics");
    match panic.downcast::<String>() {
        Ok(text) => *text,
        Err(panic) => (*panic.downcast_ref::<&str>().unwrap()).to_owned(),
    }
}

#[test]
fn a_rule_acts_at_each_event_unless_it_says_how_often() {
    type Case = (fn(&MailServer) -> Rule, [u16; 6], Option<usize>);
    let cases: [Case; 6] = [
        (
            |s| s.on(Trigger::rcpt()).reply(Reply::mailbox_unavailable()),
            [550; 6],
            None,
        ),
        (
            |s| {
                s.on(Trigger::rcpt())
                    .first(2)
                    .reply(Reply::mailbox_unavailable())
            },
            [550, 550, 250, 250, 250, 250],
            Some(0),
        ),
        (
            |s| {
                s.on(Trigger::rcpt())
                    .nth(3)
                    .reply(Reply::mailbox_unavailable())
            },
            [250, 250, 550, 250, 250, 250],
            Some(0),
        ),
        (
            |s| {
                s.on(Trigger::rcpt())
                    .every(2)
                    .reply(Reply::mailbox_unavailable())
            },
            [250, 550, 250, 550, 250, 550],
            None,
        ),
        (
            |s| {
                s.on(Trigger::rcpt())
                    .after_first(4)
                    .reply(Reply::mailbox_unavailable())
            },
            [250, 250, 250, 250, 550, 550],
            None,
        ),
        (
            |s| {
                s.on(Trigger::rcpt()).in_turn([
                    Action::reply(Reply::greylisted()),
                    Action::proceed(),
                    Action::reply(Reply::mailbox_full()),
                ])
            },
            [451, 250, 552, 250, 250, 250],
            Some(0),
        ),
    ];
    for (rule, codes, remaining) in cases {
        let server = MailServer::start();
        let rule = rule(&server);
        assert_eq!(rcpt_codes(&server, 6), codes, "{rule:?}");
        let hits = codes.iter().filter(|code| **code != 250).count();
        let proceeded = usize::from(codes[2] == 552);
        assert_eq!(
            (rule.hits(), rule.remaining()),
            (hits + proceeded, remaining)
        );
        let rejections = server.rejections();
        let told = rejections.iter().filter(|r| r.cause() == Cause::Rule);
        assert_eq!(told.count(), hits);
    }
}

#[test]
fn events_are_counted_across_sessions_or_apart() {
    let refuse_first = |server: &MailServer| {
        server
            .on(Trigger::rcpt())
            .first(1)
            .reply(Reply::greylisted())
    };
    let server = MailServer::start();
    refuse_first(&server);
    assert_eq!(
        [rcpt_codes(&server, 2), rcpt_codes(&server, 2)],
        [[451, 250], [250, 250]]
    );

    let server = MailServer::start();
    let rule = server
        .on(Trigger::rcpt())
        .first(1)
        .per_session()
        .reply(Reply::greylisted());
    assert_eq!(
        [rcpt_codes(&server, 2), rcpt_codes(&server, 2)],
        [[451, 250], [451, 250]]
    );
    assert_eq!((rule.hits(), rule.remaining()), (2, None));

    let server = MailServer::start();
    server
        .on(Trigger::rcpt())
        .first(1)
        .per_sender()
        .reply(Reply::greylisted());
    let mut client = client(&server);
    for (sender, expected) in [
        ("a@x.org", 451),
        ("b@x.org", 451),
        ("a@X.org", 250),
        ("", 451),
        ("", 250),
    ] {
        client.ok("RSET").ok(&format!("MAIL FROM:<{sender}>"));
        assert_eq!(
            code(&client.say("RCPT TO:<ada@example.org>")),
            expected,
            "{sender}"
        );
    }

    server.clear_rules();
    server
        .on(Trigger::rcpt())
        .first(1)
        .per_recipient()
        .reply(Reply::greylisted());
    client.ok("RSET").ok("MAIL FROM:<a@x.org>");
    for (recipient, expected) in [
        ("a@x.org", 451),
        ("b@x.org", 451),
        ("a@X.org", 250),
        ("b@x.org", 250),
    ] {
        assert_eq!(
            code(&client.say(&format!("RCPT TO:<{recipient}>"))),
            expected,
            "{recipient}"
        );
    }
}

#[test]
fn the_first_attempt_of_each_of_ten_jobs_fails() {
    let server = MailServer::start();
    let busy = server
        .on(Trigger::end_of_data())
        .first(1)
        .per_mail()
        .reply(Reply::try_again_later());
    let contents: Vec<String> = (0..10)
        .map(|i| match i % 2 {
            0 => format!("Message-ID: <{i}@app.example>\r\nDate: now\r\n\r\nSame\r\n"),
            _ => format!("Subject: {i}\r\nDate: now\r\n\r\nSame\r\n"), // no Message-ID: told apart by the content
        })
        .collect();
    for attempt in 0..2 {
        for content in &contents {
            // Another date is still the same mail.
            let content = content.replace("now", &format!("attempt {attempt}"));
            let mut client = client(&server);
            client.begin("app@example.org", &["ada@example.org"]);
            client.send(content.as_bytes());
            let expected = [451, 250][attempt];
            assert_eq!(code(&client.say(".")), expected);
        }
    }
    assert_eq!((busy.hits(), server.mails().len()), (10, 10));
}

#[test]
fn the_newest_rule_wins_and_what_is_not_due_falls_through() {
    let server = MailServer::start();
    let default = server
        .on(Trigger::rcpt())
        .reply(Reply::mailbox_unavailable());
    let exception = server.on(Trigger::rcpt_to(domain("example.org"))).proceed();
    let once = server
        .on(Trigger::rcpt_to("ada@example.org"))
        .nth(2)
        .reply(Reply::mailbox_full());
    let mut client = client(&server);
    client.ok("MAIL FROM:<app@example.org>");
    for (recipient, expected) in [
        ("ada@example.org", 250),
        ("ada@EXAMPLE.org", 552),
        ("ada@example.org", 250),
        ("bob@example.org", 250),
        ("bob@example.net", 550),
    ] {
        assert_eq!(
            code(&client.say(&format!("RCPT TO:<{recipient}>"))),
            expected,
            "{recipient}"
        );
    }
    assert_eq!((default.hits(), exception.hits(), once.hits()), (1, 3, 1));
    // A rule counts only what no newer one decided: this is the first that it sees.
    let second = server.on(Trigger::rcpt()).nth(1).reply(Reply::greylisted());
    assert_eq!(code(&client.say("RCPT TO:<ada@example.org>")), 451);
    second.remove();
    assert_eq!(code(&client.say("RCPT TO:<ada@example.org>")), 250);
    server.clear_rules();
    assert_eq!(code(&client.say("RCPT TO:<bob@example.net>")), 250);
    assert_eq!(default.hits(), 1);
}

#[test]
fn a_rule_can_pass_on_what_it_counts_or_delays() {
    let server = MailServer::builder().local_domain("example.org").start();
    server
        .on(Trigger::rcpt_to("gone@example.org"))
        .reply(Reply::mailbox_unavailable());
    let slow = server.on(Trigger::rcpt()).after(TEN_MINUTES).pass_on();
    let also_slow = server.on(Trigger::rcpt()).after(TEN_MINUTES).pass_on();
    let counted = server.on(Trigger::rcpt()).expect(3).pass_on();
    let mut client = client(&server);
    client.ok("MAIL FROM:<app@example.org>");
    for (to, expected) in [
        ("gone@example.org", 550),
        ("ada@example.org", 250),
        ("x@example.net", 550),
    ] {
        client.send(format!("RCPT TO:<{to}>\r\n").as_bytes());
        server.advance_time(TEN_MINUTES); // not yet
        assert!(
            server.sessions()[0]
                .exchanges()
                .last()
                .unwrap()
                .reply()
                .is_none()
        );
        server.advance_time(TEN_MINUTES);
        assert_eq!(code(&client.reply()), expected, "{to}");
    }
    assert_eq!([slow.hits(), also_slow.hits(), counted.hits()], [3; 3]);
}

#[test]
fn patterns_say_whom_a_rule_is_for() {
    let server = MailServer::start();
    let no = |code| Reply::new(code, "no");
    server
        .on(Trigger::rcpt_to(glob("*@*.example.org")))
        .reply(no(551));
    server
        .on(Trigger::rcpt_to(matches(r"^user\d+@")))
        .reply(no(552));
    server
        .on(Trigger::rcpt_to(|address: &str| address.len() > 30))
        .reply(no(553));
    server
        .on(Trigger::rcpt_to(contains("+spam")))
        .reply(no(554));
    server.on(Trigger::mail_from("")).reply(no(550));
    let mut client = client(&server);
    assert_eq!(code(&client.say("MAIL FROM:<>")), 550);
    client.ok("MAIL FROM:<app@example.org>");
    for (recipient, expected) in [
        ("ada@example.org", 250),
        ("ada@sub.Example.org", 551),
        ("user12@example.org", 552),
        ("user@example.org", 250),
        ("somebody.with.a.long.name@example.org", 553),
        ("ada+spam@example.org", 554),
    ] {
        assert_eq!(
            code(&client.say(&format!("RCPT TO:<{recipient}>"))),
            expected,
            "{recipient}"
        );
    }
}

#[test]
fn a_mail_can_be_the_trigger() {
    let server = MailServer::start();
    let spam = a_mail()
        .sent_from(domain("example.org"))
        .sent_to("ada@example.org")
        .header_from("boss@example.org")
        .header_to(domain("example.org"))
        .subject(contains("win"))
        .header("X-Mailer", "bulk")
        .text(contains("Click"))
        .satisfies("short", |mail| mail.message().size() < 1_000);
    let rule = server
        .on(Trigger::end_of_data_when(spam))
        .reply(Reply::rejected_by_policy());
    let mut client = client(&server);
    let content = "From: boss@example.org\r\nTo: ada@example.org\r\nSubject: =?utf-8?Q?You_win?=\r\n\
                   X-Mailer: bulk\r\n\r\nClick here\r\n";
    let near_misses = [
        ("win", "lose"),
        ("bulk", "mutt"),
        ("Click", "Read"),
        ("boss", "ada"),
    ];
    for (old, new) in near_misses {
        let content = content.replace(old, new);
        client.deliver("app@example.org", &["ada@example.org"], content.as_bytes());
    }
    client.deliver("app@example.org", &["bob@example.org"], content.as_bytes());
    client.begin("app@example.org", &["bob@example.org", "ada@example.org"]);
    client.send(content.as_bytes());
    assert_eq!(client.say("."), "550 5.7.1 Rejected for policy reasons");
    assert_eq!((rule.hits(), server.mails().len()), (1, 5));
    let rejection = &server.rejections()[0];
    assert_eq!(rejection.message().unwrap().raw(), content.as_bytes());
    assert_eq!(
        (rejection.stage(), rejection.cause()),
        (Stage::EndOfData, Cause::Rule)
    );
}

#[test]
fn a_refusal_names_the_line_of_its_rule() {
    let server = MailServer::start();
    let rule = server
        .on(Trigger::rcpt_to("gone@example.org"))
        .reply(Reply::mailbox_unavailable());
    let line = line!() - 2;
    let mut client = client(&server);
    client.ok("MAIL FROM:<app@example.org>");
    client.say("RCPT TO:<gone@example.org>");
    let rejection = &server.rejections()[0];
    let location = rejection.rule().unwrap().location().unwrap();
    assert_eq!((location.file(), location.line()), (file!(), line));
    assert_eq!(rule.location(), location);
    assert_eq!(rejection.recipient(), Some("gone@example.org"));
    assert_eq!(
        rejection.to_string(),
        format!("RCPT TO:<gone@example.org> -> 550 5.1.1 Mailbox unavailable (rule at {location})")
    );
    client.ok("RCPT TO:<ada@example.org>").ok("DATA").ok(".");
    let refused = &server.only_mail();
    let refused = &refused.envelope().refused()[0];
    assert_eq!(
        (refused.address(), refused.reply().code()),
        ("gone@example.org", 550)
    );
}

#[test]
fn events_tell_all_that_is_known() {
    let server = MailServer::start();
    let seen = Arc::new(log::Log::default());
    let log = Arc::clone(&seen);
    server
        .on(Trigger::when(move |event| {
            log.push(format!(
                "{} {:?} {:?} {:?} {:?} {:?} {:?} {}",
                event.stage(),
                event.command(),
                event.hello_name(),
                event
                    .authenticated_as()
                    .or(event.login().map(|login| login.identity())),
                event.sender().map(ToString::to_string),
                event.recipient().map(ToString::to_string),
                event.mail().map(|mail| mail.message().subject().to_owned()),
                event.accepted_mails(),
            ));
            assert_eq!(
                (event.session_id(), event.peer().ip().is_loopback()),
                (1, true)
            );
            false
        }))
        .proceed();
    let mut client = client(&server);
    client.ok("AUTH PLAIN AGFwcABzZWNyZXQ=");
    client.deliver(
        "app@example.org",
        &["ada@example.org"],
        b"Subject: Hi\r\n\r\n",
    );
    client.say("XYZZY");
    client.ok("QUIT");
    let hello = r#"Some("app.example")"#;
    let known = format!(r#"{hello} Some("app") Some("<app@example.org>")"#);
    assert_eq!(
        seen.lines(),
        [
            "connect None None None None None None 0".to_owned(),
            r#"hello Some("EHLO app.example") None None None None None 0"#.to_owned(),
            format!(r#"AUTH Some("AUTH PLAIN [secret]") {hello} None None None None 0"#),
            format!(r#"AUTH None {hello} Some("app") None None None 0"#),
            format!(r#"MAIL Some("MAIL FROM:<app@example.org>") {known} None None 0"#),
            format!(
                r#"RCPT Some("RCPT TO:<ada@example.org>") {known} Some("<ada@example.org>") None 0"#
            ),
            format!(r#"DATA Some("DATA") {known} None None 0"#),
            format!(r#"end of data None {known} None Some("Hi") 0"#),
            format!(r#"other command Some("XYZZY") {hello} Some("app") None None None 1"#),
            format!(r#"other command Some("QUIT") {hello} Some("app") None None None 1"#),
        ]
    );
    server.verify();
}

/// A list that closures can add to.
mod log {
    use std::sync::Mutex;

    #[derive(Default)]
    pub(super) struct Log(Mutex<Vec<String>>);

    impl Log {
        pub(super) fn push(&self, line: String) {
            self.0.lock().unwrap().push(line);
        }

        pub(super) fn lines(&self) -> Vec<String> {
            self.0.lock().unwrap().clone()
        }
    }
}

#[test]
fn rules_can_answer_for_commands_that_the_server_does_not_know() {
    let server = MailServer::builder()
        .with_extension(Extension::custom("STARTTLS"))
        .start();
    server
        .on(Trigger::starttls())
        .first(1)
        .reply(Reply::tls_not_available());
    server
        .on(Trigger::command("xclient"))
        .reply(Reply::new(220, "Changed"));
    let mut client = client(&server);
    assert!(client.say("STARTTLS").starts_with("454 4.7.0 "));
    assert!(client.say("STARTTLS").starts_with("502 "));
    assert_eq!(client.say("XCLIENT ADDR=192.0.2.1"), "220 Changed");
}

#[test]
fn a_verb_ends_at_white_space() {
    let server = MailServer::start();
    let rule = server.on(Trigger::quit()).reply(Reply::new(221, "not yet"));
    let mut client = client(&server);
    assert_eq!(client.say("QUIT\t"), "221 not yet");
    assert_eq!(rule.hits(), 1);
}

#[test]
fn limits_and_the_order_of_commands_come_before_rules() {
    let server = MailServer::builder().max_recipients(1).start();
    let rule = server.on(Trigger::rcpt()).first(2).proceed();
    let mut client = client(&server);
    assert_eq!(code(&client.say("RCPT TO:<ada@example.org>")), 503);
    client.ok("MAIL FROM:<app@example.org>");
    assert_eq!(code(&client.say("RCPT TO:<ada>")), 501);
    client.ok("RCPT TO:<ada@example.org>");
    assert_eq!(code(&client.say("RCPT TO:<bob@example.org>")), 452);
    assert_eq!(rule.hits(), 1);
}

#[test]
fn meaningless_rules_panic_where_they_are_written() {
    let server = MailServer::start();
    let on = |trigger| server.on(trigger);
    let cases: [(&dyn Fn(), &str); 24] = [
        (
            &|| drop(Trigger::rcpt_to("*@example.org")),
            "\"*@example.org\" has a wildcard: did you mean glob(..)? A closure can ask for the character itself",
        ),
        (
            &|| drop(Trigger::rcpt_to("@example.org")),
            "\"@example.org\" is not a mailbox: its local part is empty; did you mean domain(..) or contains(..)?",
        ),
        (
            &|| drop(Trigger::rcpt_to("ada")),
            "\"ada\" is not a mailbox: it has no @; did you mean domain(..) or contains(..)?",
        ),
        (
            &|| drop(Trigger::mail_from("<>")),
            "\"<>\" is not a mailbox: it has no @; the null reverse-path is \"\"",
        ),
        (
            &|| drop(a_mail().sent_to("Ada <ada@example.org>")),
            "\"Ada <ada@example.org>\" is not a mailbox: its local part has a forbidden character; write it without brackets and name",
        ),
        (
            &|| drop(domain("@example.org")),
            "not a domain: \"@example.org\": not a mailbox: its domain has a forbidden character",
        ),
        (
            &|| drop(on(Trigger::rcpt()).first(0)),
            "first(0) never comes",
        ),
        (
            &|| drop(on(Trigger::rcpt()).expect(1..).expect(..=3)),
            "expect(..) was said before",
        ),
        (
            &|| drop(on(Trigger::rcpt()).after(TEN_MINUTES).after(TEN_MINUTES)),
            "after(..) was said before",
        ),
        (
            &|| {
                drop(
                    on(Trigger::rcpt())
                        .first(1)
                        .in_turn([Action::proceed(), Action::hang()]),
                );
            },
            ".first(1) lets not all of the 2 actions happen",
        ),
        (
            &|| drop(on(Trigger::rcpt()).first(2).expect(3..).proceed()),
            "on(rcpt()).first(2).proceed() acts 2 times at most, and never as often as expected: at least 3",
        ),
        (
            &|| drop(on(Trigger::rcpt()).expect(2).in_turn([Action::proceed()])),
            "on(rcpt()).in_turn([proceed()]) acts 1 times at most, and never as often as expected: exactly 2",
        ),
        (
            &|| drop(on(Trigger::mail()).per_recipient()),
            "per_recipient() needs the trigger rcpt() or rcpt_to(..), not mail()",
        ),
        (
            &|| drop(on(Trigger::connect()).per_sender()),
            "per_sender() needs a trigger from MAIL on, not connect()",
        ),
        (
            &|| drop(on(Trigger::data()).per_mail()),
            "per_mail() needs the trigger end_of_data() or end_of_data_when(..), not data()",
        ),
        (
            &|| drop(on(Trigger::rcpt()).first(1).nth(2)),
            "a rule has one frequency: .first(1) or .nth(2)",
        ),
        (
            &|| drop(on(Trigger::rcpt()).per_session().per_sender()),
            "events are counted .per_session() or .per_sender(), not both",
        ),
        (
            &|| drop(on(Trigger::rcpt()).nth(0)),
            "events are counted from 1: nth(0) never comes",
        ),
        (
            &|| drop(on(Trigger::rcpt()).every(0)),
            "every(0) never comes",
        ),
        (
            &|| drop(on(Trigger::rcpt()).with_probability(1.5)),
            "not a probability from 0 to 1: 1.5",
        ),
        (
            &|| drop(on(Trigger::rcpt()).accept_and_discard()),
            "accept_and_discard() needs the trigger end_of_data() or end_of_data_when(..), not rcpt()",
        ),
        (
            &|| drop(on(Trigger::end_of_data()).throttle(5)),
            "throttle(5) needs the trigger data(), not end_of_data()",
        ),
        (
            &|| drop(on(Trigger::data()).throttle(0)),
            "0 octets a second are hang()",
        ),
        (
            &|| drop(on(Trigger::rcpt()).in_turn([])),
            "in_turn needs an action",
        ),
    ];
    for (case, text) in cases {
        assert_eq!(panic_of(case), text);
    }
    for (code, text, enhanced) in [
        (199, "x", "5.1.1"),
        (600, "x", "5.1.1"),
        (550, "a\rb", "5.1.1"),
        (550, "x", "4.1.1"),
        (550, "x", "5.1"),
    ] {
        panic_of(|| drop(Reply::new(code, text).enhanced(enhanced)));
    }
    // And the panic is at the caller's line.
    let line = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&line);
    let hook = std::panic::take_hook();
    let this_thread = thread::current().id();
    std::panic::set_hook(Box::new(move |info| {
        let location = info.location().unwrap();
        // Other tests panic on purpose at the same time.
        if thread::current().id() == this_thread && location.file() == file!() {
            seen.store(location.line() as usize, Ordering::Relaxed);
        }
    }));
    panic_of(|| drop(server.on(Trigger::rcpt()).accept_then_disconnect()));
    std::panic::set_hook(hook);
    assert_eq!(line.load(Ordering::Relaxed), line!() as usize - 2);
}

#[test]
fn a_counted_rule_is_exact_under_16_sessions_at_once() {
    let server = MailServer::start();
    let busy = server
        .on(Trigger::rcpt())
        .first(10)
        .expect(10)
        .reply(Reply::try_again_later());
    let refused: usize = thread::scope(|scope| {
        let workers: Vec<_> = (0..16)
            .map(|_| {
                scope.spawn(|| {
                    rcpt_codes(&server, 20)
                        .iter()
                        .filter(|c| **c == 451)
                        .count()
                })
            })
            .collect();
        workers
            .into_iter()
            .map(|worker| worker.join().unwrap())
            .sum()
    });
    assert_eq!((refused, busy.hits(), busy.remaining()), (10, 10, Some(0)));
}

/// What 16 sessions at once, with dialogues of their own, are answered under random rules.
fn random_transcripts(seed: u64) -> Vec<String> {
    let server = MailServer::builder().seed(seed).start();
    server
        .on(Trigger::rcpt())
        .with_probability(0.5)
        .reply(Reply::greylisted());
    server
        .on(Trigger::rcpt())
        .with_probability(0.2)
        .reply(Reply::mailbox_unavailable());
    server
        .on(Trigger::end_of_data())
        .with_probability(0.5)
        .reply(Reply::try_again_later());
    // One after the other, so that each has its number; then all at once.
    let clients: Vec<Client> = (0..16).map(|_| Client::connect(&server)).collect();
    thread::scope(|scope| {
        for (i, mut client) in clients.into_iter().enumerate() {
            scope.spawn(move || {
                client.ok(&format!("EHLO client{i}.example"));
                for mail in 0..3 {
                    client.ok("RSET").ok("MAIL FROM:<app@example.org>");
                    for recipient in 0..=(i + mail) % 4 {
                        client.say(&format!("RCPT TO:<{recipient}@example.org>"));
                    }
                    if client.say("DATA").starts_with("354") {
                        client.say("Hello\r\n.");
                    }
                }
                client.ok("QUIT");
            });
        }
    });
    server
        .sessions()
        .iter()
        .map(|session| session.transcript().to_string())
        .collect()
}

#[test]
fn the_same_seed_gives_the_same_dialogues_whatever_the_schedule() {
    let first = random_transcripts(7);
    assert!(
        first.iter().any(|t| t.contains("S: 451")) && first.iter().any(|t| t.contains("S: 550"))
    );
    for _ in 0..100 {
        assert_eq!(random_transcripts(7), first);
    }
    assert_ne!(random_transcripts(8), first);
}

#[test]
fn a_probability_is_met_on_the_whole() {
    let server = MailServer::start();
    let rare = server.on(Trigger::rcpt()).with_probability(0.25).proceed();
    rcpt_codes(&server, 1_000);
    assert!((180..320).contains(&rare.hits()), "{}", rare.hits());
    let never = server.on(Trigger::rcpt()).with_probability(0.0).proceed();
    let always = server.on(Trigger::rcpt()).with_probability(1.0).proceed();
    rcpt_codes(&server, 100);
    assert_eq!((never.hits(), always.hits()), (0, 100));
}

#[test]
fn a_closure_that_panics_fails_the_test_and_not_the_server() {
    let server = MailServer::start();
    server
        .on(Trigger::when(|event| {
            assert_ne!(event.verb(), Some("RCPT"), "no recipients today");
            false
        }))
        .proceed();
    let line = line!() - 5;
    let mut client = client(&server);
    client.ok("MAIL FROM:<app@example.org>");
    assert_eq!(
        client.say("RCPT TO:<ada@example.org>"),
        "451 4.3.0 A closure of the test panicked"
    );
    assert_eq!(
        server.rejections()[0]
            .rule()
            .unwrap()
            .location()
            .unwrap()
            .line(),
        line
    );
    client.ok("NOOP");
    let text = server.try_verify().unwrap_err().to_string();
    assert!(
        text.contains("no recipients today") && text.contains(&format!("tests/rules.rs:{line}")),
        "{text}"
    );
    server.verify(); // it is told once

    client.say("RCPT TO:<ada@example.org>");
    let text = panic_of(|| drop(server));
    assert!(text.contains("no recipients today"), "{text}");
}

#[test]
fn closures_run_under_no_lock_and_cannot_wait_for_their_own_server() {
    let server = Arc::new(MailServer::start());
    let inner = Arc::downgrade(&server);
    let told = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&told);
    let rule = server.on(Trigger::when(move |event| {
        let Some(server) = inner.upgrade().filter(|_| event.verb() == Some("NOOP")) else {
            return false;
        };
        // Everything that does not wait can be asked for, and rules be made and removed.
        count.fetch_add(
            server.sessions().len() + server.mails().len(),
            Ordering::Relaxed,
        );
        server
            .on(Trigger::rset())
            .reply(Reply::new(250, "from a closure"));
        server.go_down();
        true
    }));
    rule.proceed();
    let mut client = client(&server);
    assert_eq!(code(&client.say("NOOP")), 451);
    assert_eq!(client.say("RSET"), "250 from a closure");
    assert_eq!(told.load(Ordering::Relaxed), 1);
    let text = server.try_verify().unwrap_err().to_string();
    assert!(
        text.contains("a closure that the server runs cannot wait for the server"),
        "{text}"
    );
}

#[test]
fn expectations_are_verified_at_drop_and_before() {
    let server = MailServer::start();
    let gone = server
        .on(Trigger::rcpt_to("gone@example.org"))
        .expect(1..)
        .reply(Reply::mailbox_unavailable());
    let line = gone.location().line() + 1;
    server.on(Trigger::mail()).expect(..=1).proceed();
    let text = server.try_verify().unwrap_err().to_string();
    let expected = format!(
        "on(rcpt_to(\"gone@example.org\")).reply(550 5.1.1 Mailbox unavailable): expected at least 1, \
         had 0 (expected at tests/rules.rs:{line}:"
    );
    assert!(text.contains(&expected), "{text}");
    // Also for a rule that was removed, but then only once.
    gone.remove();
    assert!(panic_of(|| server.verify()).contains(&expected));
    server.verify();

    let mut client = client(&server);
    client
        .ok("MAIL FROM:<a@b.org>")
        .ok("RSET")
        .ok("MAIL FROM:<a@b.org>");
    let text = panic_of(|| drop(server));
    assert!(
        text.contains("on(mail()).proceed(): expected at most 1, had 2"),
        "{text}"
    );
    assert!(text.contains("open sessions (1)"), "{text}");
}

#[test]
fn expectations_that_are_met_are_quiet_and_can_be_waited_for() {
    let server = MailServer::start();
    let rule = server.on(Trigger::rcpt()).expect(2).proceed();
    let error = server
        .try_wait_for_expectations()
        .timeout(Duration::from_millis(10))
        .blocking()
        .unwrap_err();
    assert!(
        error.is_timeout() && error.to_string().contains("expected exactly 2, had 0"),
        "{error}"
    );
    thread::scope(|scope| {
        scope.spawn(|| rcpt_codes(&server, 2));
        server.wait_for_expectations().blocking();
        rule.wait_for_hits(2).blocking();
    });
    server.verify();
    // Beyond it there is no use in waiting.
    rcpt_codes(&server, 1);
    let error = server
        .try_wait_for_expectations()
        .timeout(TEN_MINUTES)
        .blocking()
        .unwrap_err();
    assert!(!error.is_timeout() && !error.is_server_dropped(), "{error}");
    assert!(error.to_string().contains("had 3"), "{error}");
    assert!(server.try_verify().is_err());
    rule.remove();
    assert!(server.try_verify().is_err());
}

#[test]
fn a_wait_for_hits_ends_when_its_rule_is_removed() {
    let server = MailServer::start();
    let rule = server.on(Trigger::rcpt()).proceed();
    let wait = rule.try_wait_for_hits(1).timeout(TEN_MINUTES);
    let waiting = thread::spawn(move || wait.blocking());
    rule.remove();
    let error = waiting.join().unwrap().unwrap_err();
    assert!(error.to_string().contains("and was removed"), "{error}");
}

#[test]
fn a_script_can_go_over_several_stages() {
    let server = MailServer::start();
    let script = server.on(Trigger::when(|_| true)).in_turn([
        Action::accept_and_discard(),
        Action::reply(Reply::service_not_available()),
    ]);
    let mut one = client(&server);
    one.deliver("app@example.org", &["ada@example.org"], b"Hello\r\n");
    assert_eq!((script.hits(), server.discarded_mails().len()), (1, 1));
    one.send(b"NOOP\r\n");
    assert!(one.rest().starts_with("421 "));
    client(&server).ok("NOOP");
    script.remove();
    assert_eq!((script.hits(), script.remaining()), (2, Some(0)));
}

#[test]
fn a_shared_server_can_be_reset() {
    let server = MailServer::start();
    server
        .on(Trigger::rcpt())
        .expect(1)
        .reply(Reply::greylisted());
    server
        .on(Trigger::when(|_| panic!("once")))
        .first(1)
        .proceed();
    drop(Client::connect_silently(&server).reply());
    server.reset();
    server.verify();
    assert_eq!(rcpt_codes(&server, 1), [250]);
    // That client has left in the midst of it, which is recorded a moment later.
    server
        .wait_for_rejection(a_rejection().aborted())
        .blocking();
    server.reset();
    assert!(server.rejections().is_empty() && server.mails().is_empty());
}

#[test]
fn a_wait_for_more_hits_than_there_can_be_ends_at_once() {
    let server = MailServer::start();
    let rule = server.on(Trigger::rcpt()).first(1).proceed();
    let error = rule
        .try_wait_for_hits(2)
        .timeout(TEN_MINUTES)
        .blocking()
        .unwrap_err();
    assert!(!error.is_timeout(), "{error}");
    let line = format!("{}:{}", file!(), rule.location().line());
    assert!(
        format!("{rule:?}").starts_with(&format!("Rule(on(rcpt()).first(1).proceed() at {line}:"))
    );
    assert_eq!(
        format!("{server:?}"),
        format!("MailServer {{ url: {:?}, .. }}", server.url())
    );
}

#[test]
fn a_scoped_rule_ends_with_its_scope() {
    let server = MailServer::start();
    {
        let rule = server
            .on(Trigger::rcpt())
            .reply(Reply::greylisted())
            .scoped();
        assert_eq!(rcpt_codes(&server, 1), [451]);
        assert_eq!(rule.hits(), 1);
    }
    assert_eq!(rcpt_codes(&server, 1), [250]);
}

#[test]
fn what_the_builder_set_up_survives_clearing() {
    let server = MailServer::builder().local_domain("example.org").start();
    server.on(Trigger::rcpt()).reply(Reply::greylisted());
    assert_eq!(rcpt_codes(&server, 1), [451]);
    server.clear_rules();
    assert_eq!(rcpt_codes(&server, 1), [250]);
    let mut client = client(&server);
    client.ok("MAIL FROM:<app@example.org>");
    assert_eq!(
        client.say("RCPT TO:<ada@example.net>"),
        "550 5.7.1 Relaying denied"
    );
}

#[test]
fn a_server_can_be_dropped_while_it_hangs_or_pauses() {
    let server = MailServer::start();
    server.on(Trigger::data()).hang();
    server.on(Trigger::rset()).after(TEN_MINUTES).proceed();
    server.on(Trigger::command("NOOP")).drip(TEN_MINUTES);
    let rules = [("DATA", 0), ("RSET", 1), ("NOOP", 2)];
    let clients = rules.map(|(line, _)| {
        let mut client = client(&server);
        client.ok("MAIL FROM:<a@b.org>").ok("RCPT TO:<c@d.org>");
        client.send(format!("{line}\r\n").as_bytes());
        client
    });
    eventually(|| {
        (server
            .sessions()
            .iter()
            .filter(|s| s.exchanges().count() == 5)
            .count()
            == 3)
            .then_some(())
    });
    drop(server);
    for mut client in clients {
        let rest = client.rest();
        assert!(rest.is_empty() || rest == "2", "{rest:?}");
    }
}

#[test]
fn a_random_rule_has_reports_name_the_seed() {
    let server = MailServer::builder().seed(99).start();
    assert!(
        !server
            .try_only_mail()
            .unwrap_err()
            .to_string()
            .contains("seed")
    );
    server.on(Trigger::rcpt()).with_probability(0.5).proceed();
    let text = server.try_only_mail().unwrap_err().to_string();
    assert!(
        text.ends_with("rules drew by seed 99; MAILMOCK_SEED=99 repeats it"),
        "{text}"
    );
    server.clear();
    assert!(
        server
            .try_only_mail()
            .unwrap_err()
            .to_string()
            .contains("seed 99")
    );
}
