//! Rules as data: over HTTP, and given to a server at its start.

#![cfg(feature = "inspector")]

mod support;

use mailmock::{MailServer, Reply, RuleSpec, Trigger, a_rejection};
use reqwest::blocking::{Client as Http, Response};
use serde_json::{Value, json};
use support::Client;
use support::http::{json_in, problem};

fn server() -> MailServer {
    MailServer::builder().inspector().start()
}

fn path(server: &MailServer, path: &str) -> String {
    format!("{}/api/v1/{path}", server.inspector_url())
}

fn rules(server: &MailServer) -> Vec<Value> {
    let response = Http::new().get(path(server, "rules")).send().unwrap();
    let listed = json_in(response);
    listed["rules"].as_array().unwrap().clone()
}

fn post(server: &MailServer, rule: &Value) -> Response {
    let request = Http::new().post(path(server, "rules"));
    request.json(rule).send().unwrap()
}

/// Adds a rule, and says how it is seen.
fn add(server: &MailServer, rule: &Value) -> Value {
    let response = post(server, rule);
    let status = response.status();
    assert_eq!(status, 201, "{rule}: {}", response.text().unwrap());
    response.json().unwrap()
}

fn delete(server: &MailServer, rule: &str) -> Response {
    Http::new().delete(path(server, rule)).send().unwrap()
}

#[test]
fn a_rule_of_a_request_acts_and_counts() {
    let server = server();
    let rule = json!({
        "trigger": {"rcpt_to": {"domain": "example.net"}},
        "frequency": {"first": 2},
        "action": {"reply": "451 4.7.1 Come again\nlater"},
    });
    let response = post(&server, &rule);
    assert_eq!(response.status(), 201);
    assert_eq!(response.headers()["location"], "/api/v1/rules/1");
    let view: Value = response.json().unwrap();
    assert_eq!(
        view,
        json!({
            "id": 1,
            "rule": "on(rcpt_to(domain(\"example.net\"))).first(2).reply(451 4.7.1 Come again / later)",
            "origin": "/api/v1/rules/1",
            "is_own": false,
            "hits": 0,
            "remaining": 2,
            "form": rule,
        })
    );

    let mut client = Client::connect(&server);
    client.ok("EHLO x").ok("MAIL FROM:<a@example.org>");
    let refusal = client.say("RCPT TO:<b@example.net>");
    assert_eq!(refusal, "451-4.7.1 Come again\n451 4.7.1 later");
    let one: Value = {
        let found = Http::new().get(path(&server, "rules/1")).send().unwrap();
        found.json().unwrap()
    };
    assert_eq!((&one["hits"], &one["remaining"]), (&json!(1), &json!(1)));
    assert_eq!(rules(&server), [one]);

    let rejection = &server.rejections()[0];
    let origin = rejection.rule().unwrap();
    assert_eq!(origin.to_string(), "/api/v1/rules/1");
    assert_eq!(origin.location(), None);
    assert!(rejection.to_string().ends_with("(rule at /api/v1/rules/1)"));
    server.assert_rejected(a_rejection().rule(origin));
}

#[test]
fn a_rule_of_the_test_is_seen_over_http_and_can_be_removed_there() {
    let server = server();
    let rule = server.on(Trigger::mail()).reply(Reply::greylisted());
    let seen = &rules(&server)[0];
    assert_eq!(seen["origin"], rule.location().to_string());
    assert_eq!(seen["remaining"], Value::Null);
    assert_eq!(seen["form"], Value::Null);
    let deleted: Value = delete(&server, "rules").json().unwrap();
    assert_eq!(deleted, json!({"deleted": 1}));
    assert_eq!(rule.remaining(), Some(0));
    let mut client = Client::connect(&server);
    client.ok("EHLO x").ok("MAIL FROM:<a@example.org>");
}

#[test]
fn what_a_removed_rule_holds_goes_on() {
    let server = server();
    add(&server, &json!({"trigger": "hello", "action": "hang"}));
    let mut client = Client::connect(&server);
    client.send(b"EHLO x\r\n");
    server.wait_for_session(mailmock::a_session()).blocking();
    while rules(&server)[0]["hits"] != 1 {
        std::thread::yield_now();
    }
    assert_eq!(delete(&server, "rules/1").status(), 200);
    assert!(client.reply().starts_with("250-"));
    assert_eq!(rules(&server), Vec::<Value>::new());
    assert_eq!(delete(&server, "rules/1").status(), 404);
}

#[test]
fn the_newest_rule_is_asked_first_and_reset_forgets_all() {
    let server = server();
    add(
        &server,
        &json!({"trigger": "rcpt", "action": {"reply": "550 old"}}),
    );
    add(
        &server,
        &json!({"trigger": "rcpt", "action": {"reply": "551 new"}}),
    );
    let ids: Vec<_> = rules(&server)
        .iter()
        .map(|rule| rule["id"].clone())
        .collect();
    assert_eq!(ids, [2, 1]);
    let mut client = Client::connect(&server);
    client.ok("EHLO x").ok("MAIL FROM:<a@example.org>");
    assert_eq!(client.say("RCPT TO:<b@example.net>"), "551 new");
    server.reset();
    assert_eq!(rules(&server), Vec::<Value>::new());
}

/// Each word, and how Rust writes what it makes.
const WORDS: &[(&str, &str)] = &[
    (
        r#"{"trigger": "connect", "action": "disconnect"}"#,
        "on(connect()).disconnect()",
    ),
    (
        r#"{"trigger": "hello", "action": "reset"}"#,
        "on(hello()).reset()",
    ),
    (
        r#"{"trigger": "starttls", "action": "hang"}"#,
        "on(starttls()).hang()",
    ),
    (
        r#"{"trigger": "auth", "action": {"reply": "credentials_invalid"}}"#,
        "on(auth()).reply(535 5.7.8 Authentication credentials invalid)",
    ),
    (
        r#"{"trigger": {"auth_as": {"starts_with": "app"}}, "action": "proceed"}"#,
        "on(auth_as(starts_with(\"app\"))).proceed()",
    ),
    (
        r#"{"trigger": "mail", "frequency": {"nth": 2}, "action": "pass_on"}"#,
        "on(mail()).nth(2).pass_on()",
    ),
    (
        r#"{"trigger": {"mail_from": ""}, "per": "sender", "action": {"reply_then_disconnect": "421 4.3.2 Bye"}}"#,
        "on(mail_from(\"\")).per_sender().reply_then_disconnect(421 4.3.2 Bye)",
    ),
    (
        r#"{"trigger": "rcpt", "per": "recipient", "frequency": {"every": 3}, "action": {"drip": 0.5}}"#,
        "on(rcpt()).every(3).per_recipient().drip(500ms)",
    ),
    (
        r#"{"trigger": {"rcpt_to": {"glob": "*+spam@*"}}, "probability": 0.25, "action": "reset"}"#,
        "on(rcpt_to(glob(\"*+spam@*\"))).with_probability(0.25).reset()",
    ),
    (
        r#"{"trigger": {"rcpt_to": {"matches": "^a"}}, "action": {"send_raw": "nonsense\r\n"}}"#,
        "on(rcpt_to(matches(\"^a\"))).send_raw(\"nonsense\\r\\n\")",
    ),
    (
        r#"{"trigger": {"rcpt_to": {"in_order": ["a", "b"]}}, "action": {"send_raw_base64": "/wA="}}"#,
        "on(rcpt_to(in_order([\"a\", \"b\"]))).send_raw(\"\\xff\\x00\")",
    ),
    (
        r#"{"trigger": "data", "frequency": {"after_first": 1}, "action": {"disconnect_after_bytes": 100}}"#,
        "on(data()).after_first(1).disconnect_after_bytes(100)",
    ),
    (
        r#"{"trigger": "data", "per": "session", "action": {"throttle": 1000}}"#,
        "on(data()).per_session().throttle(1000)",
    ),
    (
        r#"{"trigger": "end_of_data", "per": "mail", "action": "accept_and_discard"}"#,
        "on(end_of_data()).per_mail().accept_and_discard()",
    ),
    (
        r#"{"trigger": {"end_of_data_when": {"sent_to": "a@example.org", "subject": {"contains": "Invoice"}}}, "action": "accept_then_disconnect"}"#,
        "on(end_of_data_when(a_mail().sent_to(\"a@example.org\").subject(contains(\"Invoice\")))).accept_then_disconnect()",
    ),
    (
        r#"{"trigger": "delivery", "action": {"reply": "mailbox_full"}}"#,
        "on(delivery()).reply(552 5.2.2 Mailbox full)",
    ),
    (
        r#"{"trigger": {"delivery_to": {"ends_with": ".org"}}, "action": "proceed"}"#,
        "on(delivery_to(ends_with(\".org\"))).proceed()",
    ),
    (
        r#"{"trigger": {"rcpt_to": {"contains": ""}}, "action": "proceed"}"#,
        "on(rcpt_to(contains(\"\"))).proceed()",
    ),
    (
        r#"{"trigger": "rset", "after": 1.5, "action": "proceed"}"#,
        "on(rset()).after(1.5s).proceed()",
    ),
    (
        r#"{"trigger": "quit", "action": {"after": {"seconds": 2.5, "action": "disconnect"}}}"#,
        "on(quit()).after(2.5s).disconnect()",
    ),
    (
        r#"{"trigger": {"command": "VRFY"}, "in_turn": [{"reply": "252"}, "disconnect", "proceed"]}"#,
        "on(command(\"VRFY\")).in_turn([reply(252 ), disconnect(), proceed()])",
    ),
];

#[test]
fn each_word_means_what_it_means_in_rust() {
    let server = MailServer::builder().lmtp().inspector().start();
    for (data, written) in WORDS {
        let rule: Value = serde_json::from_str(data).unwrap();
        let view = add(&server, &rule);
        assert_eq!(view["rule"], *written);
        assert_eq!(view["form"], rule);
    }
}

#[test]
fn a_rule_about_a_mail_knows_whose_it_is_and_where_replies_go() {
    let server = server();
    let mail =
        json!({"authenticated_as": {"starts_with": "app"}, "reply_to": {"domain": "example.net"}});
    let view = add(
        &server,
        &json!({"trigger": {"end_of_data_when": mail}, "action": {"reply": "554 no"}}),
    );
    assert_eq!(
        view["rule"],
        "on(end_of_data_when(a_mail().reply_to(domain(\"example.net\")).authenticated_as(starts_with(\"app\")))).reply(554 no)"
    );
    let mut client = Client::connect(&server);
    client.ok("EHLO x").ok("AUTH PLAIN AGFwcABzM2NyZXQ=");
    for (reply_to, reply) in [("ada@example.org", "250"), ("ada@example.net", "554 no")] {
        client
            .ok("MAIL FROM:<a@example.org>")
            .ok("RCPT TO:<b@example.org>");
        assert!(client.say("DATA").starts_with("354"));
        let said = client.say(&format!("Reply-To: {reply_to}\r\n\r\nHello\r\n."));
        assert!(said.starts_with(reply), "{reply_to}: {said}");
    }
}

#[test]
fn ready_made_behaviour_has_a_word() {
    let server = server();
    for (preset, written) in [
        (json!({"greylist": {"seconds": 60.0}}), "greylist(60s)"),
        (json!("magic_recipients"), "magic_recipients()"),
        (
            json!({"max_mails_per_session": 3}),
            "max_mails_per_session(3)",
        ),
        (
            json!({"rate_limit": {"mails": 1, "seconds": 3600.0, "per": "sender", "reply": "421 4.7.0 Slow"}}),
            "rate_limit(1 mails per 3600s and sender)",
        ),
    ] {
        let view = add(&server, &json!({"preset": preset}));
        assert_eq!(view["rule"], written);
        assert_eq!(view["form"], json!({"preset": preset}));
    }
    let mut client = Client::connect(&server);
    client.ok("EHLO x").ok("MAIL FROM:<a@example.org>");
    let greylisted = client.say("RCPT TO:<b@example.org>");
    assert!(greylisted.starts_with("451 4.7.1"), "{greylisted}");
    let rejection = server.rejections()[0].to_string();
    assert!(
        rejection.ends_with("(rule at /api/v1/rules/1)"),
        "{rejection}"
    );
    server.advance_time(std::time::Duration::from_secs(60));
    client.ok("RCPT TO:<b@example.org>").ok("RSET");
    assert_eq!(client.say("MAIL FROM:<a@example.org>"), "421 4.7.0 Slow");
}

#[cfg(feature = "tls")]
#[test]
fn each_tls_fault_has_a_word() {
    let server = MailServer::builder().starttls().inspector().start();
    for (word, written) in [
        ("expired", "Expired"),
        ("not_yet_valid", "NotYetValid"),
        ("wrong_host", "WrongHost"),
        ("unknown_ca", "UnknownCa"),
        ("self_signed", "SelfSigned"),
        ("only_tls12", "OnlyTls12"),
        ("only_tls13", "OnlyTls13"),
        ("no_close_notify", "NoCloseNotify"),
    ] {
        let rule = json!({"trigger": "tls_handshake", "action": {"tls_fault": word}});
        let written = format!("on(tls_handshake()).tls_fault({written})");
        assert_eq!(add(&server, &rule)["rule"], written);
    }
}

/// What there cannot be, with the status and a part of why.
const MISTAKES: &[(&str, u16, &str)] = &[
    ("{", 400, "the body is no JSON: EOF"),
    ("[", 400, "the body is no JSON: EOF"),
    (r#"{"trigger": "rcpt",}"#, 400, "the body is no JSON: "),
    ("[]", 422, "invalid type: sequence, expected an object"),
    ("{}", 422, "a rule needs trigger, or preset"),
    (
        r#"{"trigger": "rcpt", "preset": "magic_recipients"}"#,
        422,
        "a preset stands alone",
    ),
    (
        r#"{"preset": {"greylist": {"minutes": 5}}}"#,
        422,
        "unknown field `minutes`",
    ),
    (
        r#"{"preset": {"greylist": {"seconds": -1}}}"#,
        422,
        "greylist: from 0 to",
    ),
    (
        r#"{"trigger": "rcpt"}"#,
        422,
        "a rule needs action, or in_turn",
    ),
    (
        r#"{"trigger": "rcpt", "action": "reset", "in_turn": ["reset"]}"#,
        422,
        "not both",
    ),
    (
        r#"{"trigger": "rcpt", "in_turn": []}"#,
        422,
        "in_turn needs an action",
    ),
    (
        r#"{"trigger": "recipient", "action": "reset"}"#,
        422,
        "unknown variant `recipient`, expected one of `connect`",
    ),
    (
        r#"{"trigger": "rcpt", "action": "reset", "times": 2}"#,
        422,
        "unknown field `times`",
    ),
    (
        r#"{"trigger": {"rcpt_to": {"contain": "x"}}, "action": "reset"}"#,
        422,
        "unknown variant `contain`, expected one of `contains`",
    ),
    (
        r#"{"trigger": {"rcpt_to": 7}, "action": "reset"}"#,
        422,
        "trigger.rcpt_to: invalid type: integer `7`, expected a text, or what it is to be like",
    ),
    (
        r#"{"trigger": {"rcpt_to": {"domain": "a.example", "glob": "*"}}, "action": "reset"}"#,
        422,
        "more than one, expected what it is to be like, such as {\"contains\": \"text\"}",
    ),
    (
        r#"{"trigger": {"rcpt_to": "@example.org"}, "action": "reset"}"#,
        422,
        r#"did you mean {"domain": "example.org"} or {"contains": "@example.org"}?"#,
    ),
    (
        r#"{"trigger": {"rcpt_to": ""}, "action": "reset"}"#,
        422,
        "no recipient is empty",
    ),
    (
        r#"{"trigger": {"delivery_to": ""}, "action": "reset"}"#,
        422,
        "no recipient is empty",
    ),
    (
        r#"{"trigger": {"end_of_data_when": {"sent_to": ""}}, "action": "reset"}"#,
        422,
        "no recipient is empty",
    ),
    (
        r#"{"trigger": "rcpt_to", "action": "reset"}"#,
        422,
        r#"trigger: rcpt_to needs an address: {"rcpt_to": "ada@example.org"}; any recipient is "rcpt""#,
    ),
    (
        r#"{"trigger": {"rcpt": "ada@example.org"}, "action": "reset"}"#,
        422,
        r#"rcpt stands alone: "rcpt""#,
    ),
    (
        r#"{"trigger": 5, "action": "reset"}"#,
        422,
        r#"trigger: invalid type: integer `5`, expected a trigger such as "rcpt""#,
    ),
    (
        r#"{"trigger": {}, "action": "reset"}"#,
        422,
        r#"expected a trigger such as "rcpt""#,
    ),
    (
        r#"{"trigger": "rcpt", "action": "reply"}"#,
        422,
        r#"action: reply needs a code and a text, or a name: {"reply": "550 5.1.1 No such user"}"#,
    ),
    (
        r#"{"trigger": "rcpt", "in_turn": ["proceed", "drip"]}"#,
        422,
        r#"in_turn[1]: drip needs seconds behind each octet: {"drip": 0.5}"#,
    ),
    (
        r#"{"trigger": "rcpt", "action": {"after": 2}}"#,
        422,
        r#"expected an object such as {"seconds": 2, "action": "proceed"}"#,
    ),
    (
        r#"{"trigger": "rcpt", "action": "reset", "frequency": 2}"#,
        422,
        r#"frequency: invalid type: integer `2`, expected {"first": 2}, {"nth": 2}"#,
    ),
    (
        r#"{"trigger": "rcpt", "action": "reset", "frequency": "first"}"#,
        422,
        r#"frequency: first needs a number: {"first": 2}"#,
    ),
    (
        r#"{"trigger": "rcpt", "action": "reset", "per": 2}"#,
        422,
        r#"per: invalid type: integer `2`, expected "session", "sender""#,
    ),
    (
        r#"{"preset": "greylist"}"#,
        422,
        r#"preset: greylist needs seconds: {"greylist": {"seconds": 300}}"#,
    ),
    (
        r#"{"preset": {"greylist": 300}}"#,
        422,
        r#"expected an object such as {"seconds": 300}"#,
    ),
    (
        r#"{"trigger": {"rcpt_to": "*@example.org"}, "action": "reset"}"#,
        422,
        r#""*@example.org" has a wildcard: did you mean {"glob": "*@example.org"}?"#,
    ),
    (
        r#"{"trigger": {"rcpt_to": "example.org"}, "action": "reset"}"#,
        422,
        r#"did you mean {"domain": "example.org"} or {"contains": "example.org"}?"#,
    ),
    (
        r#"{"trigger": {"rcpt_to": {"domain": "a b"}}, "action": "reset"}"#,
        422,
        "not a domain",
    ),
    (
        r#"{"trigger": {"rcpt_to": {"matches": "("}}, "action": "reset"}"#,
        422,
        "not a regular expression",
    ),
    (
        r#"{"trigger": {"auth_as": {"domain": "x"}}, "action": "reset"}"#,
        422,
        "domain is about addresses",
    ),
    (
        r#"{"trigger": {"end_of_data_when": {"sender_name": "x"}}, "action": "reset"}"#,
        422,
        "unknown field `sender_name`",
    ),
    (
        r#"{"trigger": {"command": "A B"}, "action": "reset"}"#,
        422,
        "not a verb",
    ),
    (
        r#"{"trigger": "rcpt", "action": {"reply": "99 no"}}"#,
        422,
        "not a reply code",
    ),
    (
        r#"{"trigger": "rcpt", "action": {"reply": "no_such"}}"#,
        422,
        "or one of service_not_available",
    ),
    (
        r#"{"trigger": "rcpt", "action": {"reply": "550 4.1.1 x"}}"#,
        422,
        "the class of 4.1.1",
    ),
    (
        r#"{"trigger": "rcpt", "action": "accept_and_discard"}"#,
        422,
        "accept_and_discard() needs the trigger end_of_data()",
    ),
    (
        r#"{"trigger": "rcpt", "action": {"throttle": 1}}"#,
        422,
        "needs the trigger data()",
    ),
    (
        r#"{"trigger": "data", "action": {"throttle": 0}}"#,
        422,
        "0 octets a second are hang()",
    ),
    (
        r#"{"trigger": "rcpt", "action": {"drip": -1}}"#,
        422,
        "drip: from 0 to",
    ),
    (
        r#"{"trigger": "rcpt", "action": {"send_raw_base64": "?"}}"#,
        422,
        "no Base64",
    ),
    (
        r#"{"trigger": "rcpt", "after": 1e300, "action": "reset"}"#,
        422,
        "after: from 0 to",
    ),
    (
        r#"{"trigger": "rcpt", "action": {"after": {"seconds": 1, "action": {"after": {"seconds": 1, "action": "reset"}}}}}"#,
        422,
        "after stands once",
    ),
    (
        r#"{"trigger": "rcpt", "frequency": {"first": 0}, "action": "reset"}"#,
        422,
        "first(0) never comes",
    ),
    (
        r#"{"trigger": "rcpt", "frequency": {"first": 1}, "in_turn": ["reset", "proceed"]}"#,
        422,
        "lets not all of the 2 actions happen",
    ),
    (
        r#"{"trigger": "hello", "per": "sender", "action": "reset"}"#,
        422,
        "per_sender() needs a trigger from MAIL on",
    ),
    (
        r#"{"trigger": "mail", "per": "recipient", "action": "reset"}"#,
        422,
        "per_recipient() needs",
    ),
    (
        r#"{"trigger": "mail", "per": "mail", "action": "reset"}"#,
        422,
        "per_mail() needs",
    ),
    (
        r#"{"trigger": "mail", "after": 1, "action": {"after": {"seconds": 5, "action": "reset"}}}"#,
        422,
        "after(1s) or after(5s).reset(), not both",
    ),
    (
        r#"{"trigger": "mail", "probability": 2, "action": "reset"}"#,
        422,
        "not a probability",
    ),
    (
        r#"{"trigger": "mail", "action": {"tls_fault": "expired"}}"#,
        422,
        "tls",
    ),
];

#[test]
fn what_there_cannot_be_says_why() {
    let server = server();
    for (data, status, why) in MISTAKES {
        let request = Http::new().post(path(&server, "rules"));
        let request = request.header("content-type", "application/json");
        let detail = problem(request.body(*data).send().unwrap(), *status);
        assert!(detail.contains(why), "{data}: {detail}");
        assert!(!detail.contains("target type"), "{data}: {detail}");
    }
    assert_eq!(rules(&server), Vec::<Value>::new());
}

#[test]
fn rules_are_bounded() {
    let server = server();
    let rule = json!({"trigger": "quit", "action": "proceed"});
    for _ in 0..1_000 {
        server.on(Trigger::quit()).proceed();
    }
    let refused = post(&server, &rule);
    assert_eq!(refused.status(), 422);
    assert!(
        refused
            .text()
            .unwrap()
            .contains("there are 1000 rules already")
    );
    delete(&server, "rules/1");
    add(&server, &rule);
}

fn spec(rule: Value) -> RuleSpec {
    serde_json::from_value(rule).unwrap()
}

#[test]
fn the_rules_of_the_start_stay() {
    let own = spec(json!({
        "trigger": "rcpt", "frequency": {"first": 1}, "action": {"reply": "greylisted"}
    }));
    let server = MailServer::builder().inspector().rules([own]).start();
    add(&server, &json!({"trigger": "rcpt", "action": "pass_on"}));
    assert_eq!(rules(&server)[1]["is_own"], true);
    let deleted: Value = delete(&server, "rules").json().unwrap();
    assert_eq!(deleted["deleted"], 1);
    let refused = delete(&server, "rules/1");
    assert_eq!(refused.status(), 422);
    let why = refused.text().unwrap();
    assert!(why.contains("the server was started with rule 1"), "{why}");
    server.clear_rules();

    let mut client = Client::connect(&server);
    client.ok("EHLO x").ok("MAIL FROM:<a@example.org>");
    assert!(
        client
            .say("RCPT TO:<b@example.net>")
            .starts_with("451 4.7.1")
    );
    client.ok("RCPT TO:<b@example.net>");
    let line = server.rejections()[0].to_string();
    assert!(line.ends_with("(rule at /api/v1/rules/1)"), "{line}");
    assert_eq!(rules(&server)[0]["remaining"], 0);
}

#[cfg(feature = "tls")]
#[test]
fn a_rule_about_tls_needs_a_server_that_speaks_it() {
    let rule = json!({"trigger": "tls_handshake", "action": {"tls_fault": "expired"}});
    let why = "tls_handshake never comes: the server was started without TLS";
    let refused = post(&server(), &rule);
    assert!(problem(refused, 422).contains(why));
    let error = MailServer::builder()
        .rules([spec(rule.clone())])
        .try_start();
    assert!(error.unwrap_err().to_string().ends_with(why));
    let server = MailServer::builder().implicit_tls().inspector().start();
    add(&server, &rule);
}

#[test]
fn a_rule_about_delivery_needs_a_server_that_speaks_lmtp() {
    for (trigger, name) in [
        (json!("delivery"), "delivery"),
        (
            json!({"delivery_to": {"domain": "example.org"}}),
            "delivery_to",
        ),
    ] {
        let rule = json!({"trigger": trigger, "action": {"reply": "mailbox_full"}});
        let why = format!("{name} never comes: the server was started without LMTP");
        assert_eq!(problem(post(&server(), &rule), 422), why);
        let error = MailServer::builder()
            .rules([spec(rule.clone())])
            .try_start();
        let error = error.unwrap_err().to_string();
        assert!(error.ends_with(&why), "{error}");
        let server = MailServer::builder().lmtp().inspector().start();
        add(&server, &rule);
    }
}

#[test]
fn a_server_does_not_start_with_a_rule_that_there_cannot_be() {
    let good = spec(json!({"trigger": "rcpt", "action": "reset"}));
    let bad = spec(json!({"trigger": "rcpt", "action": "accept_and_discard"}));
    let error = MailServer::builder()
        .rules([good, bad])
        .try_start()
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "no mail server with such a rule, number 2: accept_and_discard() needs the trigger \
         end_of_data() or end_of_data_when(..), not rcpt()"
    );
}

#[test]
fn a_probability_shows_its_seed_when_it_fails() {
    let server = MailServer::builder().inspector().seed(7).start();
    add(
        &server,
        &json!({"trigger": "quit", "probability": 0.5, "action": "reset"}),
    );
    let report = server.try_only_mail().unwrap_err().to_string();
    assert!(report.contains("seed 7"), "{report}");
}
