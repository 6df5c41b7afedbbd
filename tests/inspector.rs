//! The inspection endpoint: each path, each error, and who may not ask.

#![cfg(feature = "inspector")]

mod support;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use mailmock::{MailServer, Reply, Trigger, a_mail};
use reqwest::blocking::{Client as Http, RequestBuilder, Response};
use serde_json::{Value, json};
use support::Client;
use support::http::{json_in, problem};
use support::program::run;

const CONTENT: &str = "From: App <app@example.org>\r\n\
                       To: Ada <ada@example.org>\r\n\
                       Subject: =?utf-8?Q?K=C3=A4se?= <script>\r\n\
                       Message-ID: <1@example.org>\r\n\
                       MIME-Version: 1.0\r\n\
                       Content-Type: multipart/mixed; boundary=b\r\n\r\n\
                       --b\r\nContent-Type: multipart/alternative; boundary=a\r\n\r\n\
                       --a\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n\
                       Your code is 471147.\r\nFrom here on.\r\n\
                       --a\r\nContent-Type: text/html\r\n\r\n\
                       <p>See <a href=\"https://example.org/x\">it</a></p><script>alert(1)</script>\r\n--a--\r\n\
                       --b\r\nContent-Type: application/pdf\r\n\
                       Content-Disposition: attachment; filename*=utf-8''r%C3%A4%0D%0Ax.pdf\r\n\r\n%PDF\r\n--b--\r\n";

fn server() -> MailServer {
    MailServer::builder().inspector().start()
}

fn deliver(server: &MailServer, to: &str, content: &str) {
    let mut client = Client::connect(server);
    client
        .ok("EHLO test.example")
        .deliver("app@example.org", &[to], content.as_bytes());
    client.ok("QUIT");
}

fn request(server: &MailServer, path: &str) -> RequestBuilder {
    Http::new().get(format!("{}/api/v1/{path}", server.inspector_url()))
}

fn get(server: &MailServer, path: &str) -> Response {
    request(server, path).send().unwrap()
}

fn json_of(server: &MailServer, path: &str) -> Value {
    json_in(get(server, path))
}

fn delete(server: &MailServer, path: &str) -> RequestBuilder {
    Http::new().delete(format!("{}/api/v1/{path}", server.inspector_url()))
}

fn ids(listed: &Value) -> Vec<u64> {
    let mails = listed["mails"].as_array().unwrap();
    mails
        .iter()
        .map(|mail| mail["id"].as_u64().unwrap())
        .collect()
}

#[test]
fn one_mail_with_all_that_is_known_of_it() {
    let server = server();
    deliver(&server, "bob@example.org", CONTENT);
    let mail = json_of(&server, "mails/1");
    assert_eq!((&mail["id"], &mail["session_id"]), (&json!(1), &json!(1)));
    assert_eq!(mail["subject"], "Käse <script>");
    assert_eq!(mail["envelope"]["reverse_path"], "app@example.org");
    assert_eq!(
        mail["envelope"]["forward_paths"],
        json!(["bob@example.org"])
    );
    assert_eq!(mail["envelope"]["hello_name"], "test.example");
    assert_eq!(mail["recipients"]["blind"], json!(["bob@example.org"]));
    assert_eq!(mail["recipients"]["never_sent"], json!(["ada@example.org"]));
    assert_eq!(mail["header_from"], json!(["app@example.org"]));
    assert_eq!(
        mail["headers"][2],
        json!({"name": "Subject", "value": "Käse <script>"})
    );
    assert_eq!(mail["codes"], json!(["471147"]));
    assert_eq!(
        mail["links"],
        json!([{"href": "https://example.org/x", "text": "it"}])
    );
    assert_eq!(mail["size"], CONTENT.len());
    assert_eq!(mail["attachments"], 1);
    let parts = mail["parts"].as_array().unwrap();
    let kinds: Vec<_> = parts
        .iter()
        .map(|part| part["content_type"].as_str().unwrap())
        .collect();
    assert_eq!(
        kinds,
        [
            "multipart/mixed",
            "multipart/alternative",
            "text/plain",
            "text/html",
            "application/pdf"
        ]
    );
    let depths: Vec<_> = parts.iter().map(|part| &part["depth"]).collect();
    assert_eq!(depths, [0, 1, 2, 2, 1]);
    let received_at = mail["received_at"].as_str().unwrap();
    assert!(
        received_at.starts_with("20") && received_at.ends_with('Z'),
        "{received_at}"
    );
    assert!(
        mail["lint"]
            .as_array()
            .unwrap()
            .iter()
            .any(|finding| finding["rule"] == "missing-date"),
        "{}",
        mail["lint"]
    );
}

#[test]
fn the_pieces_of_a_mail() {
    let server = server();
    deliver(&server, "bob@example.org", CONTENT);
    let raw = get(&server, "mails/1/raw");
    assert_eq!(raw.headers()["content-type"], "message/rfc822");
    assert_eq!(
        raw.headers()["content-disposition"],
        "attachment; filename*=UTF-8''1.eml"
    );
    assert_eq!(raw.bytes().unwrap(), CONTENT.as_bytes());
    let text = get(&server, "mails/1/text");
    assert_eq!(text.headers()["content-type"], "text/plain; charset=utf-8");
    assert_eq!(text.text().unwrap(), "Your code is 471147.\nFrom here on.");
    let html = get(&server, "mails/1/html");
    assert_eq!(html.headers()["content-type"], "text/html; charset=utf-8");
    let policy = html.headers()["content-security-policy"].to_str().unwrap();
    assert!(
        policy.starts_with("sandbox; default-src 'none'"),
        "{policy}"
    );
    assert!(html.text().unwrap().contains("<script>"));
    // A part is saved, never shown, and its name cannot break out of the header.
    let part = get(&server, "mails/1/parts/4");
    assert_eq!(part.headers()["content-type"], "application/octet-stream");
    assert_eq!(part.headers()["x-content-type-options"], "nosniff");
    let disposition = part.headers()["content-disposition"].to_str().unwrap();
    assert!(
        disposition.starts_with("attachment; filename*=UTF-8''r%C3%A4"),
        "{disposition}"
    );
    assert_eq!(part.bytes().unwrap(), "%PDF".as_bytes());

    deliver(&server, "bob@example.org", "Subject: plain\r\n\r\n");
    assert_eq!(
        problem(get(&server, "mails/2/html"), 404),
        "mail 2 has no HTML"
    );
    assert_eq!(
        problem(get(&server, "mails/1/parts/9"), 404),
        "mail 1 has no part 9"
    );
    assert_eq!(
        problem(get(&server, "mails/1/parts/x"), 400),
        "n: \"x\" is no number"
    );
    assert_eq!(
        problem(get(&server, "mails/x/raw"), 400),
        "id: \"x\" is no number"
    );
    for path in ["mails/%FF", "mails/1/parts/%FF", "sessions/%FF/transcript"] {
        assert!(problem(get(&server, path), 400).contains("UTF-8"), "{path}");
    }
    for path in [
        "mails/7",
        "mails/7/raw",
        "mails/7/text",
        "mails/7/html",
        "mails/7/parts/0",
    ] {
        assert_eq!(problem(get(&server, path), 404), "there is no mail 7");
    }
}

/// What a browser makes of it is in tests/page.
#[test]
fn a_preview_is_for_the_page_alone_and_loads_images_when_told() {
    let server = server();
    let content = "Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=r\r\n\r\n\
                   --r\r\nContent-Type: text/html\r\n\r\n\
                   <!DOCTYPE html><base href=//x><meta http-equiv=refresh content=0><link rel=icon href=/x>\
                   <script>1 < 2</script><IMG SRC=\"CID:a%40b\" onerror=x><p style=\"background:url('cid:a@b')\">1 &lt; 2\
                   <a target=_top href=\"https://x.example/?a&amp;b\">x</a><a href=\" javascript:x\">y</a>\
                   <a href=\"#z\">z</a><img src=\"cid:none\">\r\n\
                   --r\r\nContent-Type: image/png\r\nContent-ID: <a@b>\r\n\r\nPNG\r\n--r--\r\n";
    deliver(&server, "bob@example.org", content);
    let preview = get(&server, "mails/1/preview");
    assert_eq!(preview.headers()["x-frame-options"], "SAMEORIGIN");
    let policy = |response: &Response| {
        let policy = response.headers()["content-security-policy"].to_str();
        policy.unwrap().to_owned()
    };
    let strict = policy(&preview);
    assert!(
        strict
            .starts_with("sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'")
            && strict.contains("frame-ancestors 'self'")
            && strict.ends_with("img-src data:"),
        "{strict}"
    );
    let image = "data:image/png;base64,UE5H";
    assert_eq!(
        preview.text().unwrap(),
        format!(
            "<!DOCTYPE html><img src=\"{image}\"><p style=\"background:url('{image}')\">1 &lt; 2\
             <a href=\"https://x.example/?a&amp;b\" target=\"_blank\" rel=\"noopener noreferrer\">x</a>\
             <a>y</a><a href=\"#z\">z</a><img src=\"cid:none\">"
        )
    );
    let remote = get(&server, "mails/1/preview?remote=true");
    assert!(policy(&remote).ends_with("img-src data: http: https:"));
    assert!(policy(&get(&server, "mails/1/preview?remote=false")).ends_with("img-src data:"));
    problem(get(&server, "mails/1/preview?remote=perhaps"), 400);
    problem(get(&server, "mails/1/preview?scripts=true"), 400);
    deliver(&server, "bob@example.org", "Subject: plain\r\n\r\n");
    assert_eq!(
        problem(get(&server, "mails/2/preview"), 404),
        "mail 2 has no HTML"
    );
}

#[test]
fn the_page_is_plain_files_that_load_nothing_from_elsewhere() {
    let server = server();
    let url = server.inspector_url();
    let page = Http::new().get(&url).send().unwrap();
    assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
    let policy = page.headers()["content-security-policy"].to_str().unwrap();
    assert!(
        policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self'")
            && policy.contains("frame-ancestors 'none'")
            && !policy.contains("unsafe"),
        "{policy}"
    );
    let html = page.text().unwrap();
    let mut files: Vec<_> = html
        .split('"')
        .filter(|text| text.starts_with("/page/"))
        .collect();
    files.dedup();
    assert!(files.len() > 4, "{files:?}");
    for file in files {
        let file = Http::new().get(format!("{url}{file}")).send().unwrap();
        assert_eq!(file.status(), 200);
        assert_eq!(file.headers()["x-content-type-options"], "nosniff");
        let text = file.text().unwrap();
        let is_known = |rest: &&str| rest.starts_with("www.w3.org/");
        assert!(
            text.split("http://").skip(1).all(|rest| is_known(&rest)),
            "{text}"
        );
        assert!(
            !text.contains("url(http") && !text.contains("@import"),
            "{text}"
        );
    }
}

#[test]
fn lists_are_filtered_with_the_words_of_the_matcher_and_paged() {
    let server = server();
    for number in 1..=5 {
        let to = if number % 2 == 0 {
            "even@example.org"
        } else {
            "odd@example.net"
        };
        deliver(
            &server,
            to,
            &format!("Subject: Number {number}\r\n\r\nText {number}\r\n"),
        );
    }
    deliver(&server, "bob@example.org", CONTENT);
    let found = |query: &str| ids(&json_of(&server, &format!("mails?{query}")));
    assert_eq!(found(""), [1, 2, 3, 4, 5, 6]);
    assert_eq!(found("sent_to=even@example.org"), [2, 4]);
    assert_eq!(found("sent_to_contains=.net"), [1, 3, 5]);
    assert_eq!(found("sent_to_contains=.net&subject=Number+3"), [3]);
    assert_eq!(found("subject_contains=K%C3%A4se"), [6]);
    assert_eq!(found("text_contains=Text&since=3"), [4, 5]);
    assert_eq!(found("sent_from=app@example.org&html_contains=script"), [6]);
    assert_eq!(
        found("header_from_contains=app&header_to=ada@example.org"),
        [6]
    );
    assert_eq!(
        found("attachment_contains=.pdf&message_id=1@example.org"),
        [6]
    );
    assert_eq!(found("anywhere=471147"), [6]);
    assert_eq!(found("words=471147%20%20COdE"), [6]);
    assert_eq!(found("words=471147%20nothing"), [] as [u64; 0]);
    assert_eq!(found("sent_from="), [] as [u64; 0]);
    assert_eq!(found("authenticated_as=app"), [] as [u64; 0]);

    let mut pages = Vec::new();
    let mut query = "limit=4".to_owned();
    loop {
        let page = json_of(&server, &format!("mails?{query}"));
        pages.push(ids(&page));
        match page["next"].as_u64() {
            Some(next) => query = format!("limit=4&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(pages, [vec![1, 2, 3, 4], vec![5, 6]]);
    let first = json_of(&server, "mails?limit=4");
    assert_eq!(first["total"], 6);
    assert_eq!(
        json_of(&server, "mails?limit=4&cursor=4")["total"],
        Value::Null
    );

    // And the other way round.
    let newest = |query: &str| {
        let page = json_of(&server, &format!("mails?order=newest&limit=2{query}"));
        (ids(&page), page["next"].as_u64(), page["total"].as_u64())
    };
    assert_eq!(newest(""), (vec![6, 5], Some(5), Some(6)));
    assert_eq!(newest("&cursor=5"), (vec![4, 3], Some(3), None));
    assert_eq!(newest("&cursor=3"), (vec![2, 1], None, None));
    assert_eq!(newest("&since=4"), (vec![6, 5], None, Some(2)));
    assert_eq!(newest("&up_to=3"), (vec![3, 2], Some(2), Some(3)));
    assert_eq!(newest("&up_to=3&cursor=2"), (vec![1], None, None));
    assert_eq!(newest("&since=4&up_to=5"), (vec![5], None, Some(1)));
    assert_eq!(newest("&up_to=0"), (vec![], None, Some(0)));
    assert_eq!(
        newest("&sent_to_contains=.net"),
        (vec![5, 3], Some(3), Some(3))
    );
    assert_eq!(
        newest("&sent_to_contains=.net&cursor=3"),
        (vec![1], None, None)
    );
    assert_eq!(newest("&subject=none"), (vec![], None, Some(0)));

    for (query, detail) in [
        ("subjekt=x", "unknown field `subjekt`"),
        ("order=random", "order"),
        ("limit=many", "limit: invalid digit"),
        ("limit=0", "limit: from 1 to 1000"),
        ("limit=1001", "limit: from 1 to 1000"),
        (
            "sent_to=nobody",
            "sent_to: \"nobody\" is not a mailbox: it has no @; a part of an address is sent_to_contains",
        ),
        (
            "header_cc=a+b@example.org",
            "header_cc: \"a b@example.org\" is not a mailbox: its local part has a forbidden character; a part of an \
             address is header_cc_contains",
        ),
        (
            "sent_from=<>",
            "sent_from: \"<>\" is not a mailbox: it has no @; the null reverse-path is empty",
        ),
        (
            "header_from=Ada+<ada@example.org>",
            "; write it without brackets and name",
        ),
    ] {
        let told = problem(get(&server, &format!("mails?{query}")), 400);
        assert!(told.contains(detail), "{query}: {told}");
    }
}

#[test]
fn a_wildcard_is_no_address() {
    let server = server();
    deliver(&server, "ada@example.org", CONTENT);
    for address in ["*@example.org", "ad?@example.org"] {
        for parameter in [
            "sent_to",
            "sent_from",
            "header_from",
            "header_to",
            "header_cc",
            "reply_to",
        ] {
            let query = format!("{parameter}={}", address.replace('?', "%3F"));
            for answer in [
                get(&server, &format!("mails?{query}")),
                get(&server, &format!("wait?{query}&timeout=0")),
                delete(&server, &format!("mails?{query}")).send().unwrap(),
            ] {
                assert_eq!(
                    problem(answer, 400),
                    format!(
                        "{parameter}: {address:?} has a wildcard: there are none here; a part of an address is \
                         {parameter}_contains"
                    )
                );
            }
        }
    }
    assert_eq!(server.mails().len(), 1);
}

#[test]
fn mails_are_deleted_one_some_or_all() {
    let server = server();
    for subject in ["one", "two", "three", "four"] {
        deliver(
            &server,
            "ada@example.org",
            &format!("Subject: {subject}\r\n\r\n"),
        );
    }
    let deleted = |path: &str| {
        let response = delete(&server, path).send().unwrap();
        assert_eq!(response.status(), 200);
        response.json::<Value>().unwrap()["deleted"].clone()
    };
    assert_eq!(deleted("mails/2"), 1);
    assert_eq!(
        problem(delete(&server, "mails/2").send().unwrap(), 404),
        "there is no mail 2"
    );
    assert_eq!(deleted("mails?subject=three"), 1);
    let told = problem(delete(&server, "mails?x=y").send().unwrap(), 400);
    assert!(told.contains("unknown field `x`"), "{told}");
    assert_eq!(ids(&json_of(&server, "mails")), [1, 4]);
    assert_eq!(deleted("mails?since=1"), 1);
    deliver(&server, "ada@example.org", "Subject: unseen\r\n\r\n");
    assert_eq!(deleted("mails?up_to=4"), 1);
    assert_eq!(ids(&json_of(&server, "mails")), [5]);
    assert_eq!(deleted("mails"), 1);
    server.assert_no_mail();
}

#[test]
fn a_wait_answers_when_it_comes_and_says_what_came_instead() {
    let server = server();
    thread::scope(|scope| {
        let wait =
            scope.spawn(|| json_of(&server, "wait?subject_contains=Reset&count=2&timeout=60"));
        deliver(&server, "ada@example.org", "Subject: Welcome\r\n\r\n");
        deliver(&server, "ada@example.org", "Subject: Reset 1\r\n\r\n");
        deliver(&server, "ada@example.org", "Subject: Reset 2\r\n\r\n");
        assert_eq!(ids(&wait.join().unwrap()), [2, 3]);
    });
    let told = problem(get(&server, "wait?subject=Goodbye&timeout=0"), 409);
    assert!(
        told.contains("a_mail().subject(\"Goodbye\")") && told.contains("\"Reset 2\""),
        "{told}"
    );
    // There is no line of a test to name.
    assert!(
        told.starts_with("looked once\nexpected at least 1 mail"),
        "{told}"
    );
    // What came before does not count.
    assert_eq!(
        ids(&json_of(
            &server,
            "wait?sent_to=ada@example.org&since=2&timeout=0"
        )),
        [3]
    );
    problem(
        get(&server, "wait?sent_to=ada@example.org&since=3&timeout=0"),
        409,
    );
    let up_to = |number: u64| format!("wait?subject_contains=Reset&up_to={number}&timeout=0");
    assert_eq!(ids(&json_of(&server, &up_to(2))), [2]);
    let told = problem(get(&server, &up_to(1)), 409);
    assert!(told.contains("it is mail 1 or came before"), "{told}");
    assert_eq!(
        problem(get(&server, "wait?timeout=301"), 400),
        "timeout: from 0 to 300 seconds"
    );
    assert_eq!(
        problem(get(&server, "wait?timeout=NaN"), 400),
        "timeout: from 0 to 300 seconds"
    );
    assert_eq!(
        problem(get(&server, "wait?count=0"), 400),
        "count: at least 1"
    );
}

#[test]
fn sessions_rejections_and_logins() {
    let server = MailServer::builder()
        .inspector()
        .credentials("app", "hunter2")
        .start();
    server
        .on(Trigger::rcpt_to("gone@example.org"))
        .reply(Reply::mailbox_unavailable());
    let mut client = Client::connect(&server);
    client
        .ok("EHLO test.example")
        .say("AUTH PLAIN AGFwcAB3cm9uZw==");
    client
        .ok("AUTH PLAIN AGFwcABodW50ZXIy")
        .ok("MAIL FROM:<app@example.org>");
    client.say("RCPT TO:<gone@example.org>");
    client.ok("RCPT TO:<ada@example.org>").ok("QUIT");
    let sessions = json_of(&server, "sessions");
    let session = &sessions["sessions"][0];
    assert_eq!(
        (&session["id"], &session["hello_name"]),
        (&json!(1), &json!("test.example"))
    );
    assert_eq!(session["logins"].as_array().unwrap().len(), 2);
    // The greeting, and each command with its reply.
    assert_eq!(session["exchanges"], 8);
    assert_eq!(json_of(&server, "sessions/1"), *session);
    assert_eq!(
        problem(get(&server, "sessions/9"), 404),
        "there is no session 9"
    );
    let transcript = get(&server, "sessions/1/transcript").text().unwrap();
    assert_eq!(transcript, server.sessions()[0].transcript().to_string());
    assert_eq!(
        problem(get(&server, "sessions/9/transcript"), 404),
        "there is no session 9"
    );
    assert_eq!(
        problem(get(&server, "sessions/x/transcript"), 400),
        "id: \"x\" is no number"
    );
    let rejections = json_of(&server, "rejections");
    let refused = &rejections["rejections"][1];
    assert_eq!(refused["recipient"], "gone@example.org");
    assert_eq!(refused["reply"], "550 5.1.1 Mailbox unavailable");
    assert!(refused["rule"].as_str().unwrap().contains("inspector.rs"));
    assert_eq!(refused["reverse_path"], "app@example.org");
    assert_eq!(rejections["rejections"][0]["reverse_path"], json!(null));
    assert_eq!(
        rejections["rejections"][2]["forward_paths"],
        json!(["ada@example.org"])
    );
    Client::connect(&server).ok("EHLO second.example");
    for (list, since, limit, expected) in [
        ("rejections", 0, 2, vec![1, 2]),
        ("rejections", 2, 9, vec![3]),
        ("rejections", 3, 1, vec![]),
        ("sessions", 0, 1, vec![1]),
        ("sessions", 1, 9, vec![2]),
    ] {
        let found = json_of(&server, &format!("{list}?since={since}&limit={limit}"));
        let found: Vec<_> = found[list].as_array().unwrap().iter().collect();
        let ids: Vec<_> = found
            .iter()
            .map(|item| item["id"].as_u64().unwrap())
            .collect();
        assert_eq!(ids, expected, "{list} behind {since}");
        assert_eq!(
            problem(get(&server, &format!("{list}?limit=0")), 400),
            "limit: at least 1"
        );
        assert!(problem(get(&server, &format!("{list}?cursor=1")), 400).contains("unknown field"));
    }
    let logins = json_of(&server, "logins");
    assert_eq!(
        logins["logins"][0],
        json!({"session_id": 1, "mechanism": "PLAIN", "identity": "app", "authorization_identity": null,
            "is_accepted": false, "is_tls": false})
    );
    for path in ["sessions", "rejections", "logins", "sessions/1/transcript"] {
        let text = get(&server, path).text().unwrap();
        assert!(!text.contains("hunter2") && !text.contains("wrong") && !text.contains("AGFw"));
    }
}

#[test]
fn events_come_as_they_happen() {
    let server = server();
    let mut events = BufReader::new(get(&server, "events"));
    server
        .on(Trigger::rcpt_to("gone@example.org"))
        .reply(Reply::mailbox_unavailable());
    deliver(&server, "ada@example.org", "Subject: One\r\n\r\n");
    let mut client = Client::connect(&server);
    client
        .ok("EHLO x")
        .ok("MAIL FROM:<a@example.org>")
        .say("RCPT TO:<gone@example.org>");
    let mut told = Vec::new();
    let (mut last, mut standing) = (String::new(), Value::Null);
    while told.len() < 4 || standing["rejections"] != 1 {
        let mut line = String::new();
        events.read_line(&mut line).unwrap();
        if let Some(kind) = line.strip_prefix("event: ") {
            last = kind.trim().to_owned();
        }
        if let Some(data) = line.strip_prefix("data: ") {
            let data: Value = serde_json::from_str(data).unwrap();
            if last == "server" {
                standing = data;
            } else {
                assert!(data["id"].is_u64());
                told.push(last.clone());
            }
        }
    }
    assert_eq!(told, ["session", "mail", "session", "rejection"]);
    assert_eq!(standing["mails"], 1);
    assert_eq!(standing["sessions"], 2);
    // It ends with the server.
    drop(server);
    let mut rest = String::new();
    while events.read_line(&mut rest).is_ok_and(|read| read > 0) {}
}

#[test]
fn export_health_and_metrics() {
    let server = server();
    deliver(&server, "bob@example.org", CONTENT);
    deliver(
        &server,
        "bob@example.org",
        "Subject: x\r\n\r\n>From me\r\nfrom you\r\n",
    );
    let mbox = get(&server, "export.mbox").text().unwrap();
    let mut mails = mbox.lines().filter(|line| line.starts_with("From "));
    assert!(mails.all(|line| line.starts_with("From app@example.org ")
        && line.len() == "From app@example.org Sun Nov 22 03:35:00 2026".len()));
    assert_eq!(
        mbox.lines()
            .filter(|line| line.starts_with("From "))
            .count(),
        2
    );
    assert!(
        mbox.contains("\n>From here on.\n") && mbox.contains("\n>>From me\nfrom you\n\n"),
        "{mbox}"
    );
    assert!(!mbox.contains('\r'));
    assert_eq!(json_of(&server, "health"), json!({"status": "ok"}));
    let mut standing = json_of(&server, "server");
    let run = standing["run"].take();
    assert_ne!(run, json_of(&self::server(), "server")["run"]);
    assert_eq!(
        standing,
        json!({"run": null, "url": server.url(), "speaks_tls": false, "status": "up", "is_parked": false, "mails": 2,
            "oldest_mail": 1, "rejections": 0, "oldest_rejection": null,
            "sessions": 2, "oldest_session": 1, "open_sessions": 0, "version": env!("CARGO_PKG_VERSION")})
    );
    server.take_mails();
    let metrics = get(&server, "metrics");
    assert!(
        metrics.headers()["content-type"]
            .to_str()
            .unwrap()
            .starts_with("text/plain; version=0.0.4")
    );
    let metrics = metrics.text().unwrap();
    assert!(
        metrics.contains(
            "# TYPE mailmock_mails_accepted_total counter\nmailmock_mails_accepted_total 2\n"
        ),
        "{metrics}"
    );
    assert!(metrics.contains("mailmock_mails_stored 0\n"));
}

#[test]
fn clients_are_told_whom_to_trust() {
    let why = problem(get(&server(), "ca_certificate"), 404);
    assert_eq!(why, "the server speaks no TLS");
    #[cfg(feature = "tls")]
    {
        let server = MailServer::builder().inspector().starttls().start();
        assert_eq!(json_of(&server, "server")["speaks_tls"], true);
        let answer = get(&server, "ca_certificate");
        let kind = &answer.headers()["content-type"];
        assert_eq!(kind, "application/pem-certificate-chain");
        assert_eq!(answer.text().unwrap(), server.ca_certificate_pem());
    }
}

#[test]
fn pages_of_others_can_neither_look_nor_change() {
    let server = server();
    deliver(&server, "ada@example.org", "Subject: x\r\n\r\n");
    let url = server.inspector_url();
    let host = url.trim_start_matches("http://").to_owned();
    // By a name that somebody has pointed here (DNS rebinding).
    for name in [
        "attacker.example",
        "attacker.example:80",
        "localhost.attacker.example",
        "127.0.0.1.attacker.example",
    ] {
        let response = request(&server, "mails")
            .header("host", name)
            .send()
            .unwrap();
        assert!(problem(response, 421).contains("localhost"));
    }
    for name in ["localhost:1", "127.0.0.1", "[::1]:8025", "192.0.2.1:80"] {
        assert_eq!(
            request(&server, "mails")
                .header("host", name)
                .send()
                .unwrap()
                .status(),
            200
        );
    }
    // From a page of another origin.
    for (name, value) in [
        ("origin", "https://attacker.example"),
        ("origin", "null"),
        ("origin", "http://127.0.0.1:1"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        let response = delete(&server, "mails").header(name, value).send().unwrap();
        assert!(
            problem(response, 403).contains("another page"),
            "{name}: {value}"
        );
    }
    server.assert_received(a_mail().subject("x"));
    let own = delete(&server, "mails/1").header("origin", format!("http://{host}"));
    assert_eq!(own.send().unwrap().status(), 200);
    // Nothing invites others to read, to frame or to keep it.
    let response = request(&server, "mails")
        .header("origin", "https://attacker.example")
        .send()
        .unwrap();
    assert_eq!(response.status(), 403);
    assert!(
        response
            .headers()
            .get("access-control-allow-origin")
            .is_none()
    );
    assert_eq!(response.headers()["x-frame-options"], "DENY");
    assert_eq!(response.headers()["cache-control"], "no-store");
    assert!(
        response.headers()["content-security-policy"]
            .to_str()
            .unwrap()
            .starts_with("default-src 'none'")
    );
}

#[test]
fn the_clock_is_moved_and_the_server_goes_down_and_comes_back() {
    let server = server();
    let post = |path: &str| Http::new().post(format!("{}/api/v1/{path}", server.inspector_url()));
    server.greylist(Duration::from_secs(60));
    let mut client = Client::connect(&server);
    client.ok("EHLO x").ok("MAIL FROM:<a@example.org>");
    assert!(client.say("RCPT TO:<b@example.org>").starts_with("451 "));
    let moved = post("clock/advance")
        .json(&json!({"seconds": 60}))
        .send()
        .unwrap();
    assert_eq!(moved.json::<Value>().unwrap(), json!({"advanced": 60.0}));
    client.ok("RCPT TO:<b@example.org>");
    // A hundred years in all.
    let century = json!({"seconds": 3_155_760_000_u32});
    for advanced in [3_155_760_000.0 - 60.0, 0.0] {
        let moved = post("clock/advance").json(&century).send().unwrap();
        assert_eq!(json_in(moved), json!({"advanced": advanced}));
    }
    assert_eq!(client.rest(), "421 4.4.2 Idle for too long, closing\r\n");
    let mut client = Client::connect(&server);

    for _ in 0..2 {
        let down = post("down").send().unwrap();
        assert_eq!(down.json::<Value>().unwrap(), json!({"status": "down"}));
    }
    assert_eq!(json_of(&server, "server")["status"], "down");
    TcpStream::connect((server.host(), server.port())).unwrap_err();
    assert_eq!(client.rest(), "");
    let up = post("up").send().unwrap();
    assert_eq!(up.json::<Value>().unwrap(), json!({"status": "up"}));
    Client::connect(&server).ok("EHLO x");

    let advance = |body: &str| {
        let request = post("clock/advance").header("content-type", "application/json");
        request.body(body.to_owned()).send().unwrap()
    };
    problem(advance("{"), 400);
    problem(advance("{}"), 422);
    problem(advance("{\"seconds\": 1, \"minutes\": 1}"), 422);
    assert!(problem(advance("{\"seconds\": -1}"), 422).contains("from 0 to 3155760000"));
    problem(advance("{\"seconds\": 1e300}"), 422);
    problem(advance(&" ".repeat(100_000)), 413);
    problem(
        post("clock/advance")
            .body("{\"seconds\": 1}")
            .send()
            .unwrap(),
        415,
    );
    let foreign = post("down").header("origin", "https://attacker.example");
    problem(foreign.send().unwrap(), 403);
    let busy = problem(
        Http::new()
            .get(format!("{}/api/v1/down", server.inspector_url()))
            .send()
            .unwrap(),
        405,
    );
    assert!(busy.contains("openapi.json"));
}

#[test]
fn what_is_not_there_is_a_problem_too() {
    let server = server();
    for path in ["", "nothing", "mails/1/other", "../../etc/passwd"] {
        assert!(problem(get(&server, path), 404).contains("openapi.json"));
    }
    let post = Http::new().post(format!("{}/api/v1/mails", server.inspector_url()));
    assert!(problem(post.send().unwrap(), 405).contains("openapi.json"));
    let elsewhere = Http::new().get(format!("{}/nothing", server.inspector_url()));
    assert!(problem(elsewhere.send().unwrap(), 404).contains("openapi.json"));
    let root = Http::new().post(server.inspector_url());
    assert!(problem(root.send().unwrap(), 405).contains("openapi.json"));
}

#[test]
fn the_document_names_every_path() {
    let server = server();
    let document = json_of(&server, "openapi.json");
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1."));
    let paths = document["paths"].as_object().unwrap();
    assert!(paths.len() > 14, "{:?}", paths.keys().collect::<Vec<_>>());
    let parameters = document["paths"]["/api/v1/mails"]["get"]["parameters"]
        .as_array()
        .unwrap();
    assert!(
        parameters
            .iter()
            .any(|p| p["name"] == "subject_contains" && p["in"] == "query")
    );
}

#[test]
fn the_document_speaks_of_json_and_not_of_rust() {
    let server = server();
    let text = get(&server, "openapi.json").text().unwrap();
    for rust in ["crate::", "```", "serde", "Vec<", "`Trigger`"] {
        assert!(!text.contains(rust), "{rust}");
    }
    let document: Value = serde_json::from_str(&text).unwrap();
    let tags: Vec<_> = document["tags"].as_array().unwrap().iter().collect();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let named = operation["tags"].as_array().unwrap();
            let is_known = tags.iter().any(|tag| tag["name"] == named[0]);
            assert!(named.len() == 1 && is_known, "{method} {path}: {named:?}");
            let parameters = operation["parameters"].as_array();
            for parameter in parameters.into_iter().flatten() {
                assert!(parameter["description"].is_string(), "{path}: {parameter}");
            }
        }
    }
    let schemas = &document["components"]["schemas"];
    for (name, schema) in schemas.as_object().unwrap() {
        let is_described = schema["description"].is_string();
        assert!(is_described || !name.ends_with("Spec"), "{name}");
    }
    let raw = &document["paths"]["/api/v1/mails/{id}/raw"]["get"]["responses"]["200"];
    let raw = &raw["content"]["message/rfc822"]["schema"];
    assert_eq!(
        (&raw["type"], &raw["format"]),
        (&json!("string"), &json!("binary"))
    );
    let severity = &schemas["FindingView"]["properties"]["severity"]["enum"];
    assert_eq!(*severity, json!(["warning", "error"]));
}

#[test]
fn the_document_names_each_reply_that_has_a_name() {
    let server = server();
    let rule = json!({"trigger": "rcpt", "action": {"reply": "no_such_name"}});
    let request = Http::new().post(format!("{}/api/v1/rules", server.inspector_url()));
    let why = problem(request.json(&rule).send().unwrap(), 422);
    let (_, names) = why.split_once("or one of ").unwrap();
    let document = json_of(&server, "openapi.json");
    let about = &document["components"]["schemas"]["ActionSpec"]["description"];
    assert!(names.split(", ").count() > 20);
    for name in names.split(", ") {
        assert!(
            about.as_str().unwrap().contains(&format!("`{name}`")),
            "{name}"
        );
    }
}

#[test]
fn it_ends_with_the_server_whoever_waits() {
    let server = server();
    let url = server.inspector_url();
    let waiting = thread::spawn({
        let url = format!("{url}/api/v1/wait?timeout=60");
        move || Http::new().get(url).send()
    });
    let mut listening = get(&server, "events");
    let mut first = [0; 1];
    listening.read_exact(&mut first).unwrap();
    // Two that have asked for nothing, and for nothing whole.
    let address = url.trim_start_matches("http://");
    let _silent = TcpStream::connect(address).unwrap();
    let mut halting = TcpStream::connect(address).unwrap();
    halting.write_all(b"GET / HTTP/1.1\r\nHo").unwrap();
    drop(server);
    // What was asked for before the end has an end of its own.
    listening.read_to_end(&mut Vec::new()).unwrap();
    // It is told, unless it came too late.
    if let Ok(response) = waiting.join().unwrap() {
        assert!(problem(response, 503).contains("the server was dropped"));
    }
    assert!(
        Http::new()
            .get(format!("{url}/api/v1/health"))
            .send()
            .is_err()
    );
}

#[test]
#[should_panic(expected = "the server has no inspector: start it with builder().inspector()")]
fn a_server_without_one_says_so() {
    MailServer::start().inspector_url();
}

/// A public validator reads the document, and another tool sends what it allows, and what it does not.
#[test]
fn the_document_is_valid_and_true() {
    let server = server();
    for _ in 0..3 {
        deliver(&server, "bob@example.org", CONTENT);
    }
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    let document = folder.join("openapi.json");
    std::fs::write(&document, get(&server, "openapi.json").bytes().unwrap()).unwrap();
    run("openapi-spec-validator", &[document.to_str().unwrap()], b"");

    let url = format!("{}/api/v1/openapi.json", server.inspector_url());
    let check = |name: &str, values: &str, more: &[&str]| {
        let configuration = folder.join(name);
        let values = format!("[parameters]\n\"query.timeout\" = 0\n{values}");
        std::fs::write(&configuration, values).unwrap();
        let arguments = [
            "--config-file",
            configuration.to_str().unwrap(),
            "run",
            &url,
            "--exclude-path",
            "/api/v1/events", // it does not end
            "--checks",
            "not_a_server_error,status_code_conformance,content_type_conformance,\
             response_headers_conformance,response_schema_conformance",
            "--max-examples",
            "10",
            "--seed",
            "1",
        ];
        run("schemathesis", &[&arguments[..], more].concat(), b"");
    };
    // First without what empties it, so that there is something to look at.
    let known = "\"path.id\" = 1\n\"path.n\" = 2\n";
    check(
        "schemathesis-known.toml",
        known,
        &[
            "--exclude-method",
            "DELETE",
            "--exclude-path",
            "/api/v1/reset",
        ],
    );
    server.assert_mail_count(3);
    check("schemathesis.toml", "", &[]);
}

/// Only for the tests below, which run it in a process of its own: it waits to be let go.
#[test]
#[ignore = "it fails on purpose"]
fn a_test_that_is_parked() {
    let server = MailServer::builder()
        .park_on_failure()
        .story_on_panic(false)
        .start();
    deliver(&server, "ada@example.org", "Subject: Look\r\n\r\n");
    panic!("on purpose");
}

/// Likewise.
#[test]
#[ignore = "it waits on purpose"]
fn a_test_that_is_parked_twice() {
    for _ in 0..2 {
        MailServer::builder().inspector().start().park();
    }
}

/// That test, and the URLs that it prints when it is parked.
fn parked(test: &str, is_ci: bool) -> (Child, impl Iterator<Item = String>) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .env_remove("CI")
        .args(["--exact", test, "--ignored", "--nocapture"]);
    if is_ci {
        command.env("CI", "true");
    }
    command.stdin(Stdio::piped()).stdout(Stdio::null());
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let lines = lines.map_while(Result::ok);
    let urls = lines.filter(|line| line.contains("is parked")).map(|line| {
        let start = line.find("http://").unwrap();
        line[start..].to_owned()
    });
    (child, urls)
}

fn press_enter(child: &mut Child) {
    child.stdin.as_mut().unwrap().write_all(b"\n").unwrap();
}

#[test]
fn a_failing_test_can_be_looked_at() {
    let (mut child, mut urls) = parked("a_test_that_is_parked", false);
    let url = urls.next().unwrap();
    let mails = Http::new().get(format!("{url}/api/v1/mails")).send();
    assert_eq!(json_in(mails.unwrap())["mails"][0]["subject"], "Look");
    assert!(child.try_wait().unwrap().is_none());
    let release = Http::new().post(format!("{url}/api/v1/release")).send();
    assert_eq!(json_in(release.unwrap()), json!({"released": true}));
    assert!(!child.wait().unwrap().success());

    let (mut child, mut urls) = parked("a_test_that_is_parked", false);
    assert!(urls.next().is_some());
    press_enter(&mut child);
    assert!(!child.wait().unwrap().success());

    // Where nobody looks, nobody waits.
    let (mut child, mut urls) = parked("a_test_that_is_parked", true);
    assert_eq!(urls.next(), None);
    assert!(!child.wait().unwrap().success());
}

/// Who was let go by other means takes no key from the next.
#[test]
fn a_key_lets_those_go_who_are_parked_now() {
    let (mut child, mut urls) = parked("a_test_that_is_parked_twice", false);
    let first = urls.next().unwrap();
    let release = Http::new().post(format!("{first}/api/v1/release")).send();
    assert_eq!(json_in(release.unwrap()), json!({"released": true}));
    assert!(urls.next().is_some());
    press_enter(&mut child);
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_server_is_emptied_for_the_next_test() {
    let own: mailmock::RuleSpec =
        serde_json::from_value(json!({"trigger": "quit", "action": "proceed"})).unwrap();
    let server = MailServer::builder().inspector().rules([own]).start();
    server
        .on(Trigger::rcpt_to("gone@example.org"))
        .reply(Reply::mailbox_unavailable());
    deliver(&server, "ada@example.org", "Subject: Welcome\r\n\r\n");
    let mut client = Client::connect(&server);
    client.ok("EHLO x").ok("MAIL FROM:<a@example.org>");
    client.say("RCPT TO:<gone@example.org>");
    server.expect(1, a_mail().subject("Never"));
    let url = format!("{}/api/v1/reset", server.inspector_url());
    let emptied = json_in(Http::new().post(url).send().unwrap());
    assert_eq!(emptied, json!({"deleted": 1}));
    assert_eq!(ids(&json_of(&server, "mails")), [] as [u64; 0]);
    assert_eq!(json_of(&server, "rejections"), json!({"rejections": []}));
    // Who is connected stays so.
    assert_eq!(
        json_of(&server, "sessions")["sessions"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(
        json_of(&server, "rules")["rules"].as_array().unwrap().len(),
        1
    );
    client.ok("RCPT TO:<gone@example.org>");
    server.verify();
}

#[test]
fn nobody_is_let_go_who_is_not_parked() {
    let server = server();
    let release = Http::new().post(format!("{}/api/v1/release", server.inspector_url()));
    assert_eq!(
        release.send().unwrap().json::<Value>().unwrap(),
        json!({"released": false})
    );
}
