//! Mailpit's API: each path, each error, the search, and clients that were written for it.

#![cfg(feature = "inspector")]

mod support;

use std::path::Path;

use mailmock::MailServer;
use reqwest::blocking::{Client as Http, RequestBuilder, Response};
use reqwest::redirect;
use serde_json::{Value, json};
use support::Client;
use support::http::{json_in, problem};
use support::program::{NODE_MODULES, run};

const RICH: &str = "From: =?utf-8?Q?K=C3=A4se?= App <app@example.org>\r\n\
                    To: Ada <ada@example.org>, team+blue@example.org\r\n\
                    Cc: Bob <bob@example.org>\r\n\
                    Reply-To: Help <help@example.org>\r\n\
                    Subject: =?utf-8?Q?Your_caf=C3=A9?= invoice\r\n\
                    Date: Sun, 22 Nov 2026 03:35:00 +0100\r\n\
                    Message-ID: <1@example.org>\r\n\
                    X-Tags: red, Green\r\n\
                    X-Folded: one\r\n two\r\n\
                    X-Folded: three\r\n\
                    List-Unsubscribe: <https://example.org/u>, <mailto:u@example.org>\r\n\
                    List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n\
                    MIME-Version: 1.0\r\n\
                    Content-Type: multipart/mixed; boundary=m\r\n\r\n\
                    --m\r\nContent-Type: multipart/related; boundary=r\r\n\r\n\
                    --r\r\nContent-Type: multipart/alternative; boundary=a\r\n\r\n\
                    --a\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n\
                    Please pay\r\n   42 euros.\r\n\
                    --a\r\nContent-Type: text/html\r\n\r\n\
                    <p>Please <b>pay</b> 42 dollars.</p><img src=\"cid:logo\"><script>alert(1)</script>\r\n--a--\r\n\
                    --r\r\nContent-Type: image/png\r\nContent-ID: <logo>\r\n\r\nPNG\r\n--r--\r\n\
                    --m\r\nContent-Type: application/pdf\r\n\
                    Content-Disposition: attachment; filename=\"invoice 7.pdf\"\r\n\r\n%PDF\r\n\
                    --m\r\nContent-Type: text/html\r\n\
                    Content-Disposition: inline; filename=page.html\r\n\r\n<script>alert(2)</script>\r\n--m--\r\n";

fn server() -> MailServer {
    MailServer::builder().mailpit_api().start()
}

fn deliver(server: &MailServer, to: &[&str], content: &str) {
    let mut client = Client::connect(server);
    client
        .ok("EHLO test.example")
        .deliver("bounces@example.org", to, content.as_bytes());
    client.ok("QUIT");
}

fn rich(server: &MailServer) {
    let to = [
        "ada@example.org",
        "team+blue@example.org",
        "bob@example.org",
        "boss@example.net",
    ];
    deliver(server, &to, RICH);
}

fn plain(server: &MailServer, subject: &str) {
    let content = format!(
        "From: a@example.org\r\nTo: ada@example.org\r\nSubject: {subject}\r\n\r\nText of {subject}\r\n"
    );
    deliver(server, &["ada@example.org"], &content);
}

fn request(server: &MailServer, method: &str, path: &str) -> RequestBuilder {
    let client = Http::builder()
        .redirect(redirect::Policy::none())
        .build()
        .unwrap();
    client.request(
        method.parse().unwrap(),
        format!("{}{path}", server.inspector_url()),
    )
}

fn get(server: &MailServer, path: &str) -> Response {
    request(server, "GET", path).send().unwrap()
}

fn json_of(server: &MailServer, path: &str) -> Value {
    json_in(get(server, path))
}

/// What Mailpit answers where there is nothing to say.
fn done(request: RequestBuilder) {
    let response = request.send().unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.text().unwrap(), "ok");
}

fn ids(page: &Value) -> Vec<&str> {
    let messages = page["messages"].as_array().unwrap();
    messages
        .iter()
        .map(|message| message["ID"].as_str().unwrap())
        .collect()
}

#[test]
fn a_list_begins_with_the_newest_and_has_the_fields_of_mailpit() {
    let server = server();
    rich(&server);
    plain(&server, "Two");
    let page = json_of(&server, "/api/v1/messages");
    assert_eq!(ids(&page), ["2", "1"]);
    for (name, value) in [
        ("total", json!(2)),
        ("unread", json!(2)),
        ("count", json!(2)),
        ("messages_count", json!(2)),
        ("messages_unread", json!(2)),
        ("start", json!(0)),
        ("tags", json!(["Green", "blue", "red"])),
    ] {
        assert_eq!(page[name], value, "{name}");
    }
    let mut message = page["messages"][1].clone();
    let created = message["Created"].take();
    let created = created.as_str().unwrap();
    assert!(
        created.starts_with("20")
            && created.ends_with('Z')
            && created.len() == "2026-11-22T03:35:00.000Z".len()
    );
    assert_eq!(
        message,
        json!({
            "ID": "1",
            "MessageID": "1@example.org",
            "Read": false,
            "From": {"Name": "Käse App", "Address": "app@example.org"},
            "To": [{"Name": "Ada", "Address": "ada@example.org"}, {"Name": "", "Address": "team+blue@example.org"}],
            "Cc": [{"Name": "Bob", "Address": "bob@example.org"}],
            "Bcc": [{"Name": "", "Address": "boss@example.net"}],
            "ReplyTo": [{"Name": "Help", "Address": "help@example.org"}],
            "Subject": "Your café invoice",
            "Created": null,
            "Username": "",
            "Tags": ["Green", "blue", "red"],
            "Size": RICH.len(),
            "Attachments": 1,
            "Snippet": "Please pay 42 euros.",
        })
    );
    assert_eq!(
        json_of(&server, "/api/v1/tags"),
        json!(["Green", "blue", "red"])
    );

    deliver(
        &server,
        &["ada@example.org"],
        &format!("\r\n{}\r\n", "wörd ".repeat(100)),
    );
    let page = json_of(&server, "/api/v1/messages?limit=1");
    let bare = &page["messages"][0];
    assert_eq!(bare["From"], json!({"Name": "", "Address": ""}));
    assert_eq!(
        (&bare["To"], &bare["Bcc"][0]["Address"]),
        (&json!([]), &json!("ada@example.org"))
    );
    let snippet = bare["Snippet"].as_str().unwrap();
    assert!(
        snippet.ends_with("...") && snippet.chars().count() == 253,
        "{snippet}"
    );
}

#[test]
fn lists_are_paged() {
    let server = server();
    for number in 1..=60 {
        plain(&server, &format!("Number {number}"));
    }
    let page = |query: &str| json_of(&server, &format!("/api/v1/messages{query}"));
    assert_eq!(ids(&page("")).len(), 50);
    assert_eq!(ids(&page("?limit=0")).len(), 60);
    let second = page("?start=2&limit=3");
    assert_eq!(ids(&second), ["58", "57", "56"]);
    assert_eq!(
        (&second["start"], &second["count"], &second["total"]),
        (&json!(2), &json!(3), &json!(60))
    );
    assert_eq!(ids(&page("?start=1000")), [""; 0]);
    let found = json_of(&server, "/api/v1/search?query=subject:number&start=58");
    assert_eq!(ids(&found), ["2", "1"]);
    assert_eq!(
        (&found["count"], &found["messages_count"]),
        (&json!(2), &json!(60))
    );
    for query in ["?start=-1", "?limit=many", "?limit=99999999999999999999999"] {
        problem(get(&server, &format!("/api/v1/messages{query}")), 400);
    }
}

#[test]
fn one_mail_and_its_pieces() {
    let server = server();
    rich(&server);
    plain(&server, "Two");
    let mail = json_of(&server, "/api/v1/message/1");
    for (name, value) in [
        ("ID", json!("1")),
        ("MessageID", json!("1@example.org")),
        ("Subject", json!("Your café invoice")),
        (
            "From",
            json!({"Name": "Käse App", "Address": "app@example.org"}),
        ),
        ("Bcc", json!([{"Name": "", "Address": "boss@example.net"}])),
        ("ReturnPath", json!("bounces@example.org")),
        ("Date", json!("2026-11-22T03:35:00+01:00")),
        ("Tags", json!(["Green", "blue", "red"])),
        ("Text", json!("Please pay\n   42 euros.")),
        ("Size", json!(RICH.len())),
        ("Username", json!("")),
        (
            "ListUnsubscribe",
            json!({
                "Header": "<https://example.org/u>, <mailto:u@example.org>",
                "Links": ["https://example.org/u", "mailto:u@example.org"],
                "Errors": "",
                "HeaderPost": "List-Unsubscribe=One-Click",
            }),
        ),
        (
            "Attachments",
            json!([{"PartID": "6", "FileName": "invoice 7.pdf", "ContentType": "application/pdf", "ContentID": "", "Size": 4}]),
        ),
        (
            "Inline",
            json!([
                {"PartID": "5", "FileName": "logo", "ContentType": "image/png", "ContentID": "logo", "Size": 3},
                {"PartID": "7", "FileName": "page.html", "ContentType": "text/html", "ContentID": "", "Size": 25},
            ]),
        ),
    ] {
        assert_eq!(mail[name], value, "{name}");
    }
    assert!(
        mail["HTML"]
            .as_str()
            .unwrap()
            .starts_with("<p>Please <b>pay</b>")
    );
    assert_eq!(json_of(&server, "/api/v1/message/latest")["ID"], "2");
    assert_eq!(
        json_of(&server, "/api/v1/message/latest?query=invoice")["ID"],
        "1"
    );

    let headers = json_of(&server, "/api/v1/message/1/headers");
    assert_eq!(headers["Message-Id"], json!(["<1@example.org>"]));
    assert_eq!(headers["Mime-Version"], json!(["1.0"]));
    assert_eq!(headers["X-Folded"], json!(["one two", "three"]));
    assert_eq!(
        headers["Subject"],
        json!(["=?utf-8?Q?Your_caf=C3=A9?= invoice"])
    );

    let raw = get(&server, "/api/v1/message/1/raw");
    assert_eq!(raw.headers()["content-type"], "text/plain; charset=utf-8");
    assert_eq!(raw.text().unwrap(), RICH);
    let download = get(&server, "/api/v1/message/latest/raw?dl=1");
    assert_eq!(
        download.headers()["content-disposition"],
        "attachment; filename=\"2.eml\""
    );

    for (part, kind, octets) in [
        ("5", "image/png", "PNG"),
        ("6", "application/pdf", "%PDF"),
        // Never what a browser would run.
        ("7", "application/octet-stream", "<script>alert(2)</script>"),
    ] {
        let part = get(&server, &format!("/api/v1/message/1/part/{part}"));
        assert_eq!(part.headers()["content-type"], kind);
        assert_eq!(part.headers()["x-content-type-options"], "nosniff");
        assert!(
            part.headers()["content-disposition"]
                .to_str()
                .unwrap()
                .starts_with("attachment; filename*=UTF-8''")
        );
        assert_eq!(part.text().unwrap(), octets);
    }
    for path in ["/part/0", "/part/4", "/part/8", "/part/x", "/part/1.2"] {
        let told = problem(get(&server, &format!("/api/v1/message/1{path}")), 404);
        assert!(told.starts_with("mail 1 has no part"), "{told}");
    }
    for path in ["", "/headers", "/raw", "/part/1"] {
        for id in ["7", "0", "01", "x", "4oRBnPtCXgAqZniRhzLNmS"] {
            let told = problem(get(&server, &format!("/api/v1/message/{id}{path}")), 404);
            assert_eq!(told, format!("there is no mail {id:?}"));
        }
        problem(get(&server, &format!("/api/v1/message/%FF{path}")), 400);
    }
    server.take_mails();
    assert_eq!(
        problem(get(&server, "/api/v1/message/latest"), 404),
        "there is no mail \"latest\""
    );
}

#[test]
fn a_part_has_its_own_type_only_if_a_browser_runs_nothing_of_it() {
    let server = server();
    let own = [
        "image/png",
        "image/webp",
        "audio/mpeg",
        "video/mp4",
        "text/plain",
        "text/calendar",
        "application/pdf",
        "application/zip",
        "application/vnd.ms-excel",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.oasis.opendocument.text",
    ];
    let other = [
        "text/html",
        "text/html,x",
        "text/javascript",
        "text/ecmascript",
        "text/css",
        "text/xml",
        "text/vtt",
        "image/svg+xml",
        "image/svg+xml,x",
        "image/x+xml",
        "audio/x+xml",
        "application/javascript",
        "application/x-javascript",
        "application/atom+xml",
        "application/xhtml+xml",
        "application/wasm",
        "application/x-shockwave-flash",
        "application/vnd.mozilla.xul+xml",
        "x/y",
    ];
    for kind in own.iter().chain(&other) {
        server.take_mails();
        let content = format!(
            "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n\
             --m\r\nContent-Type: {kind}\r\nContent-Disposition: attachment; filename=x\r\n\r\nx\r\n--m--\r\n"
        );
        deliver(&server, &["ada@example.org"], &content);
        let id = server.only_mail().id();
        let part = get(&server, &format!("/api/v1/message/{id}/part/1"));
        let is_own = own.contains(kind);
        let expected = if is_own {
            kind
        } else {
            "application/octet-stream"
        };
        assert_eq!(part.headers()["content-type"], *expected, "{kind}");
    }
}

#[test]
fn html_and_text_are_viewed_and_nothing_runs() {
    let server = server();
    rich(&server);
    plain(&server, "Two");
    deliver(
        &server,
        &["ada@example.org"],
        "Content-Type: text/html\r\n\r\n<p>Only <i>HTML</i></p>\r\n",
    );
    let html = get(&server, "/view/1.html");
    assert_eq!(html.headers()["content-type"], "text/html; charset=utf-8");
    let policy = html.headers()["content-security-policy"].to_str().unwrap();
    assert!(
        policy.starts_with("sandbox") && policy.contains("default-src 'none'"),
        "{policy}"
    );
    assert!(html.text().unwrap().contains("42 dollars"));
    // The commands for Cypress ask for it so.
    assert_eq!(get(&server, "//view/1.html").status(), 200);
    let text = get(&server, "/view/1.txt");
    assert_eq!(text.headers()["content-type"], "text/plain; charset=utf-8");
    assert_eq!(text.text().unwrap(), "Please pay\n   42 euros.");
    assert_eq!(
        get(&server, "/view/latest.txt").text().unwrap(),
        "Only HTML"
    );
    assert_eq!(
        get(&server, "/view/latest.html?embed=1").text().unwrap(),
        "<p>Only <i>HTML</i></p>"
    );
    assert_eq!(
        get(&server, "/view/latest.txt?query=subject:two")
            .text()
            .unwrap(),
        "Text of Two"
    );
    for (path, target) in [("/view/latest", "/view/3.html"), ("/view/2", "/view/2.txt")] {
        let response = get(&server, path);
        assert_eq!(response.status(), 307);
        assert_eq!(response.headers()["location"], target);
    }
    assert_eq!(
        problem(get(&server, "/view/2.html"), 404),
        "mail 2 has no HTML"
    );
    assert_eq!(
        problem(get(&server, "/view/9.html"), 404),
        "there is no mail \"9\""
    );
    problem(get(&server, "/view/1.pdf"), 404);
    problem(get(&server, "/view/%FF"), 400);
}

fn search_for(query: &str) -> String {
    let octets = query.bytes().map(|octet| format!("%{octet:02X}"));
    format!("/api/v1/search?query={}", octets.collect::<String>())
}

#[test]
fn what_is_searched_for() {
    let server = server();
    rich(&server); // 1
    plain(&server, "Welcome back"); // 2
    plain(&server, "Reset & go"); // 3
    let large = format!(
        "From: Big <big@example.com>\r\nSubject: Large\r\n\r\n{}\r\n",
        "0123456789\r\n".repeat(1_000)
    );
    deliver(&server, &["carol@example.com"], &large); // 4
    json_of(&server, "/api/v1/message/2");
    let found = |query: &str| {
        let response = request(&server, "GET", &search_for(query)).send().unwrap();
        assert_eq!(response.status(), 200, "{query}");
        let page: Value = response.json().unwrap();
        assert_eq!(page["total"], 4);
        assert_eq!(page["messages_count"], ids(&page).len());
        ids(&page)
            .into_iter()
            .map(|id| id.parse().unwrap())
            .collect::<Vec<u64>>()
    };
    for (query, expected) in [
        // Words: subject, people, the text that is seen, names of files.
        ("invoice", vec![1]),
        ("INVOICE", vec![1]),
        ("CAFÉ", vec![1]),
        ("dollars", vec![1]),
        ("Käse", vec![1]),
        ("7.pdf", vec![1]),
        ("help@example.org", vec![1]),
        ("bounces", vec![4, 3, 2, 1]),
        ("text of", vec![3, 2]),
        ("of text", vec![3, 2]),
        ("nothing", vec![]),
        // Phrases, in the whole or behind a name.
        ("\"text of welcome\"", vec![2]),
        ("\"of text\"", vec![]),
        ("subject:\"Welcome back\"", vec![2]),
        ("\"subject:Welcome back\"", vec![2]),
        ("subject:\"back welcome\"", vec![]),
        ("subject:Welcome back", vec![2]),
        ("subject:Reset & go", vec![3]),
        ("\"unfinished", vec![]),
        // Negations.
        ("-invoice", vec![4, 3, 2]),
        ("!invoice", vec![4, 3, 2]),
        ("example -subject:reset !has:attachment", vec![4, 2]),
        ("-\"text of welcome\" text", vec![3]),
        // People.
        ("from:app@example.org", vec![1]),
        ("from:käse", vec![1]),
        ("FROM:Big", vec![4]),
        ("-from:example.org", vec![4]),
        ("to:ada@example.org", vec![3, 2, 1]),
        ("to:<ada@example.org>", vec![3, 2, 1]),
        ("to:Ada", vec![3, 2, 1]),
        ("to:team", vec![1]),
        ("to:bob", vec![]),
        ("cc:bob", vec![1]),
        ("bcc:boss@example.net", vec![1]),
        ("bcc:carol", vec![4]),
        ("reply-to:help", vec![1]),
        ("addressed:boss", vec![1]),
        ("addressed:big@", vec![4]),
        ("message-id:1@example", vec![1]),
        // What it is and has.
        ("is:read", vec![2]),
        ("is:unread", vec![4, 3, 1]),
        ("-is:read", vec![4, 3, 1]),
        ("is:tagged", vec![1]),
        ("tag:green", vec![1]),
        ("tag:gre", vec![]),
        ("-tag:red", vec![4, 3, 2]),
        ("has:attachment", vec![1]),
        ("has:attachments", vec![1]),
        ("has:inline", vec![1]),
        ("has:nothing", vec![]),
        // How large.
        ("larger:10k", vec![4]),
        ("larger:10KB", vec![4]),
        ("smaller:0.5M larger:100", vec![4, 1]),
        ("smaller:100", vec![3, 2]),
        ("-smaller:100", vec![4, 1]),
        ("larger:lots", vec![]),
        // When: all of them came after that day, and before that one.
        ("after:2020-02-29", vec![4, 3, 2, 1]),
        ("after:2020/02/29", vec![4, 3, 2, 1]),
        ("before:2020-02-29", vec![]),
        ("-before:2020-02-29T10:00", vec![4, 3, 2, 1]),
        ("before:9999-12-31T23:59:59Z", vec![4, 3, 2, 1]),
        ("\"after:2020-02-29 10:00:00\" is:read", vec![2]),
        // A name that is none is a word.
        ("https://example.org", vec![]),
        ("subject:with:colon", vec![]),
    ] {
        assert_eq!(found(query), expected, "{query}");
    }
    for (query, why) in [
        ("", "nothing to search for"),
        ("  ", "nothing to search for"),
        ("- & !", "nothing to search for"),
        ("to:", "to: of what?"),
        ("-subject:\"\"", "subject: of what?"),
        ("before:yesterday", "is no date"),
        ("after:2026-13-01", "is no date"),
        ("after:2026-01-01T25:00", "is no date"),
        ("after:1-1-1", "is no date"),
    ] {
        for method in ["GET", "DELETE"] {
            let response = request(&server, method, &search_for(query)).send().unwrap();
            let told = problem(response, 400);
            assert!(told.contains(why), "{query}: {told}");
        }
    }
    // Equal conditions count once, up to a hundred others may be had.
    let many = |count: usize| {
        let words: Vec<_> = (0..count).map(|i| format!("-none{i}")).collect();
        words.join(" ")
    };
    assert_eq!(found(&format!("{} invoice", many(99))), [1]);
    assert_eq!(found(&"INVOICE invoice -none ".repeat(120)), [1]);
    assert_eq!(found(&"to:ada from:app invoice ".repeat(40)), [1]);
    assert_eq!(found(&"invoice -invoice ".repeat(60)), [0_u64; 0]);
    let response = request(&server, "GET", &search_for(&many(101)));
    let told = problem(response.send().unwrap(), 400);
    assert!(told.contains("more than 100 conditions"), "{told}");
    server.assert_mail_count(4);
    let zone = |query: &str| {
        get(
            &server,
            &format!("/api/v1/search?tz=Europe/Berlin&query={query}"),
        )
    };
    assert!(problem(zone("after:2020-01-01"), 400).contains("UTC"));
    assert_eq!(zone("invoice").status(), 200);
}

#[test]
fn mails_are_deleted_by_id_by_search_or_all() {
    let server = server();
    for subject in ["one", "two", "three", "four", "five"] {
        plain(&server, subject);
    }
    let rest = || {
        server
            .mails()
            .iter()
            .map(mailmock::Mail::id)
            .collect::<Vec<_>>()
    };
    let delete = || request(&server, "DELETE", "/api/v1/messages");
    done(delete().json(&json!({"IDs": ["2", "99", "x"]})));
    assert_eq!(rest(), [1, 3, 4, 5]);
    done(request(
        &server,
        "DELETE",
        "/api/v1/search?query=subject:three",
    ));
    assert_eq!(rest(), [1, 4, 5]);
    // What is not understood deletes nothing.
    for body in ["{", "[]", "{\"IDs\": \"4\"}", "{\"IDs\": [4]}"] {
        problem(delete().body(body).send().unwrap(), 400);
    }
    let foreign = delete().header("origin", "https://attacker.example");
    problem(foreign.send().unwrap(), 403);
    assert_eq!(rest(), [1, 4, 5]);
    // No type is said of the body by some clients.
    done(delete().body("{\"IDs\": [\"1\"]}"));
    assert_eq!(rest(), [4, 5]);
    done(delete());
    assert_eq!(rest(), [0; 0]);
    plain(&server, "six");
    done(delete().json(&json!({"IDs": []})));
    server.assert_no_mail();
}

#[test]
fn what_was_looked_at_is_read() {
    let server = server();
    for subject in ["one", "two", "three"] {
        plain(&server, subject);
    }
    let read = || {
        let page = json_of(&server, "/api/v1/messages");
        let messages = page["messages"].as_array().unwrap().clone();
        let read: Vec<_> = messages
            .iter()
            .filter(|message| message["Read"] == true)
            .map(|message| message["ID"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(page["unread"], messages.len() - read.len());
        read
    };
    let mark = |body: Value| request(&server, "PUT", "/api/v1/messages").json(&body);
    // Neither its pieces nor our own API mark it.
    for path in ["/api/v1/message/1/raw", "/view/1.txt", "/api/v1/mails/1"] {
        assert_eq!(get(&server, path).status(), 200);
    }
    assert_eq!(read(), [""; 0]);
    json_of(&server, "/api/v1/message/1");
    assert_eq!(read(), ["1"]);
    done(mark(json!({"IDs": ["2", "9"], "Read": true})));
    assert_eq!(read(), ["2", "1"]);
    done(mark(json!({"IDs": ["2"]})));
    assert_eq!(read(), ["1"]);
    done(mark(json!({"Search": "subject:three", "Read": true})));
    assert_eq!(read(), ["3", "1"]);
    let found = json_of(&server, "/api/v1/search?query=subject:t");
    assert_eq!(
        (&found["unread"], &found["messages_unread"]),
        (&json!(1), &json!(1))
    );
    done(mark(json!({"Read": true})));
    assert_eq!(read(), ["3", "2", "1"]);
    done(mark(json!({})));
    assert_eq!(read(), [""; 0]);
    problem(
        mark(json!({"IDs": ["1"], "Search": "x"})).send().unwrap(),
        400,
    );
    problem(mark(json!({"Search": "to:"})).send().unwrap(), 400);
    problem(mark(json!({"Read": "yes"})).send().unwrap(), 400);
    // What is deleted is not read any more, and a new mail is unread.
    done(mark(json!({"Read": true})));
    server.take_mails();
    plain(&server, "four");
    assert_eq!(read(), [""; 0]);
    json_of(&server, "/api/v1/message/latest");
    assert_eq!(read(), ["4"]);
}

#[test]
fn it_says_what_it_is_and_what_is_missing() {
    let server = server();
    rich(&server);
    let info = json_of(&server, "/api/v1/info");
    assert!(info["Version"].as_str().unwrap().starts_with("mailmock v"));
    assert_eq!((&info["Messages"], &info["Unread"]), (&json!(1), &json!(1)));
    assert_eq!(info["Tags"], json!({"red": 1, "Green": 1, "blue": 1}));
    assert_eq!(info["RuntimeStats"]["SMTPAccepted"], 1);
    assert_eq!(
        json_of(&server, "/api/v1/webui")["MessageRelay"]["Enabled"],
        false
    );
    for path in ["/livez", "/readyz"] {
        assert_eq!(get(&server, path).text().unwrap(), "ok");
    }
    for (method, path) in [
        ("GET", "/api/v1/message/1/html-check"),
        ("GET", "/api/v1/message/1/link-check"),
        ("GET", "/api/v1/message/1/sa-check"),
        ("POST", "/api/v1/message/1/release"),
        ("GET", "/api/v1/message/1/part/5/thumb"),
        ("POST", "/api/v1/send"),
        ("GET", "/api/v1/chaos"),
        ("PUT", "/api/v1/tags/red"),
    ] {
        let told = problem(request(&server, method, path).send().unwrap(), 404);
        assert!(told.contains("Mailpit"), "{method} {path}: {told}");
    }
    for (method, path) in [
        ("POST", "/api/v1/messages"),
        ("PUT", "/api/v1/tags"),
        ("DELETE", "/view/1.html"),
    ] {
        problem(request(&server, method, path).send().unwrap(), 405);
    }
}

#[test]
fn what_was_accepted_is_counted_since_the_start() {
    let server = server();
    plain(&server, "one");
    plain(&server, "two");
    let mails = server.take_mails();
    let size: usize = mails.iter().map(|mail| mail.message().size()).sum();
    assert!(size > 0);
    let info = json_of(&server, "/api/v1/info");
    assert_eq!(info["DatabaseSize"], 0);
    assert_eq!(info["RuntimeStats"]["SMTPAccepted"], 2);
    assert_eq!(info["RuntimeStats"]["SMTPAcceptedSize"], size);
    assert_eq!(info["RuntimeStats"]["MessagesDeleted"], 2);
}

#[test]
fn it_is_there_only_if_it_is_asked_for_and_guarded_like_the_rest() {
    let server = MailServer::builder().inspector().start();
    for path in ["/api/v1/messages", "/view/latest", "/livez"] {
        problem(get(&server, path), 404);
    }
    let server = MailServer::builder()
        .mailpit_api()
        .inspector_token("s3cret")
        .start();
    for path in ["/api/v1/messages", "/view/latest", "/livez"] {
        problem(get(&server, path), 401);
    }
    let health = request(&server, "GET", "/livez").basic_auth("mailpit", Some("s3cret"));
    assert_eq!(health.send().unwrap().status(), 200);
    let server = self::server();
    let rebound = request(&server, "GET", "/api/v1/messages").header("host", "attacker.example");
    problem(rebound.send().unwrap(), 421);
}

#[test]
fn nonsense_is_answered_and_never_with_a_failure() {
    let server = server();
    rich(&server);
    // A header that is none, parts that end nowhere, octets of no charset.
    deliver(
        &server,
        &["ada@example.org"],
        "no header\r\n: \r\nFrom: ,;<@>\r\nDate: x\r\n\r\n\u{1}\r\n",
    );
    deliver(
        &server,
        &["\"a b\"@example.org"],
        "X-Tags: ,,,\r\nMessage-ID: >\r\nList-Unsubscribe: <\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\
         Content-Type: a\u{7f}/b\r\nContent-Disposition: attachment; filename*=utf-8''%00%FF\r\n\r\n",
    );
    let nonsense = [
        "",
        "%00",
        "%FF",
        "..",
        "%2F",
        "%22",
        "-1",
        "1e9",
        "latest.",
        ".html",
        "latest.html.html",
        "%F0%9F%90%8C",
        "{id}",
    ];
    for value in nonsense {
        for path in [
            "/api/v1/messages?start=@&limit=@",
            "/api/v1/search?query=@&start=@",
            "/api/v1/search?query=to:@%20larger:@%20before:@&tz=@",
            "/api/v1/message/@",
            "/api/v1/message/@/raw?dl=@",
            "/api/v1/message/1/part/@",
            "/api/v1/message/@/part/@",
            "/api/v1/message/@/headers",
            "/api/v1/message/latest?query=@",
            "/view/@",
            "/view/@.txt?query=@",
        ] {
            let path = path.replace('@', value);
            let status = get(&server, &path).status().as_u16();
            assert!(status < 500, "{path}: {status}");
        }
        for (method, path) in [("PUT", "/api/v1/messages"), ("DELETE", "/api/v1/messages")] {
            let body = format!("{{\"IDs\": [\"{value}\"], \"Search\": \"\"}}");
            assert_eq!(
                request(&server, method, path)
                    .body(body)
                    .send()
                    .unwrap()
                    .status(),
                200
            );
            if !value.is_empty() {
                let bare = request(&server, method, path).body(value);
                assert_eq!(bare.send().unwrap().status(), 400);
            }
        }
    }
    for id in 1..=3 {
        for path in ["", "/headers", "/raw", "/part/1"] {
            let status = get(&server, &format!("/api/v1/message/{id}{path}")).status();
            assert!(status == 200 || status == 404, "{id}{path}: {status}");
        }
    }
    server.assert_mail_count(3);
}

/// Whether the CI script has installed a package for Node.js; under CI it must have.
fn has_package(name: &str) -> bool {
    let is_there = Path::new(NODE_MODULES).join(name).exists() || std::env::var_os("CI").is_some();
    if !is_there {
        eprintln!("skipped: {name} is not to be had here");
    }
    is_there
}

/// `mailpit-api`, which suites with Playwright use.
const MAILPIT_API: &str = r#"
const assert = require('node:assert');
const [modules, url] = process.argv.slice(1);
const { MailpitClient } = require(`${modules}/mailpit-api`);
(async () => {
  const mailpit = new MailpitClient(url, { auth: { username: 'any', password: 's3cret' } });
  const page = await mailpit.listMessages(0, 1);
  assert.equal(page.messages_count, 2);
  assert.equal(page.messages[0].Subject, 'Two');
  const mail = await mailpit.waitForMessage({ query: 'to:ada@example.org subject:"café invoice"' });
  assert.equal(mail.From.Address, 'app@example.org');
  assert.deepEqual(mail.Bcc.map(person => person.Address), ['boss@example.net']);
  const pdf = await mailpit.getMessageAttachment(mail.ID, mail.Attachments[0].PartID);
  assert.equal(pdf.type, 'application/pdf');
  assert.equal(await pdf.text(), '%PDF');
  assert.match(await mailpit.getMessageSource(mail.ID), /^From: /);
  assert.deepEqual((await mailpit.getMessageHeaders(mail.ID))['Message-Id'], ['<1@example.org>']);
  assert.match(await mailpit.renderMessageHTML(mail.ID), /42 dollars/);
  assert.equal(await mailpit.renderMessageText(), 'Text of Two');
  assert.equal((await mailpit.searchMessages({ query: 'is:read' })).messages_count, 1);
  await mailpit.setReadStatus({ IDs: [mail.ID] });
  assert.equal((await mailpit.waitForMessages({ query: 'is:unread', count: 2, exact: true })).count, 2);
  assert.deepEqual(await mailpit.getTags(), ['Green', 'blue', 'red']);
  assert.equal((await mailpit.getInfo()).Messages, 2);
  assert.equal((await mailpit.getConfiguration()).SpamAssassin, false);
  await assert.rejects(mailpit.getMessageSummary('9'), /404.*there is no mail/);
  await assert.rejects(mailpit.htmlCheck(), /404.*not here/);
  assert.equal(await mailpit.deleteMessagesBySearch({ query: 'subject:Two' }), 'ok');
  assert.equal((await mailpit.listMessages()).total, 1);
  assert.equal(await mailpit.deleteMessages(), 'ok');
  assert.equal((await mailpit.listMessages()).total, 0);
})().catch(error => { console.error(error); process.exit(1); });
"#;

#[test]
fn the_client_for_node_works_unchanged() {
    if !has_package("mailpit-api") {
        return;
    }
    let server = MailServer::builder()
        .mailpit_api()
        .inspector_token("s3cret")
        .start();
    rich(&server);
    plain(&server, "Two");
    let url = server.inspector_url();
    if run("node", &["-e", MAILPIT_API, NODE_MODULES, &url], b"").is_some() {
        server.assert_no_mail();
    }
}

/// The commands of `cypress-mailpit`, with what they ask of Cypress done by `fetch`.
const CYPRESS: &str = r#"
const [modules, url] = process.argv.slice(1);
const cy = {
  env: async () => ({}),
  wrap: async value => value,
  wait: time => new Promise(done => setTimeout(done, time)),
  request: async ({ method, url, qs, body }) => {
    const target = new URL(url);
    for (const [name, value] of Object.entries(qs ?? {})) target.searchParams.set(name, value);
    const headers = body ? { 'content-type': 'application/json' } : {};
    const response = await fetch(target, { method, headers, body: body && JSON.stringify(body) });
    // As cy.request does.
    if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
    const isJson = response.headers.get('content-type').includes('json');
    return { body: isJson ? await response.json() : await response.text() };
  },
};
Object.assign(globalThis, { cy, Cypress: { expose: () => url, config: () => 4000 } });
(async () => {
  const { default: assert } = await import('node:assert');
  const { readFileSync } = await import('node:fs');
  // Bundlers read it as a module, though its name does not say so.
  const source = readFileSync(`${modules}/cypress-mailpit/dist/src/MailpitCommands.js`);
  const { MailpitCommands } = await import(`data:text/javascript;base64,${source.toString('base64')}`);
  const mailpit = new MailpitCommands();
  assert.equal((await mailpit.mailpitGetAllMails()).messages.length, 2);
  const { messages: [summary] } = await mailpit.mailpitHasEmailsBySubject('invoice');
  const mail = await mailpit.mailpitGetMail(summary.ID);
  assert.equal(await mailpit.mailpitGetSubject(mail), 'Your café invoice');
  assert.equal(await mailpit.mailpitGetFromAddress(mail), 'app@example.org');
  assert.deepEqual(await mailpit.mailpitGetRecipientAddress(mail), ['ada@example.org', 'team+blue@example.org']);
  assert.deepEqual(await mailpit.mailpitGetAttachments(mail), ['invoice 7.pdf']);
  assert.match(await mailpit.mailpitGetMailHTMlBody(mail), /42 dollars/);
  assert.match(await mailpit.mailpitGetMailTextBody(mail), /42 euros/);
  assert.equal((await mailpit.mailpitGetMail()).Subject, 'Two');
  assert.equal((await mailpit.mailpitGetEmailsByTo('ada@example.org')).messages_count, 2);
  await mailpit.mailpitNotHasEmailsByTo('nobody@example.org');
  await mailpit.mailpitSetAllEmailStatusAsUnRead();
  await mailpit.mailpitSetStatusAsRead([mail]);
  assert.equal((await mailpit.mailpitSearchEmails('is:read')).messages_count, 1);
  await mailpit.mailpitDeleteEmailsBySearch('subject:Two');
  await mailpit.mailpitNotHasEmailsBySubject('Two');
  await mailpit.mailpitDeleteAllEmails();
  assert.equal((await mailpit.mailpitGetAllMails()).total, 0);
})().catch(error => { console.error(error); process.exit(1); });
"#;

#[test]
fn the_commands_for_cypress_work_unchanged() {
    if !has_package("cypress-mailpit") {
        return;
    }
    let server = server();
    rich(&server);
    plain(&server, "Two");
    let url = server.inspector_url();
    if run("node", &["-e", CYPRESS, NODE_MODULES, &url], b"").is_some() {
        server.assert_no_mail();
    }
}
