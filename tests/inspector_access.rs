//! The inspection endpoint: where it listens, who may use it, and what nobody may use up.

#![cfg(feature = "inspector")]

mod support;

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use mailmock::{MailServer, MailServerBuilder, a_mail};
use reqwest::blocking::{Client as Http, ClientBuilder};
use reqwest::redirect;
use serde_json::Value;
use support::http::{json_in, problem};
use support::{Client, eventually};

const TOKEN: &str = "s3;cr,et+/=%\"";
/// The token as a URL has it, and the cookie.
const ENCODED: &str = "s3%3Bcr%2Cet%2B%2F%3D%25%22";

/// Nothing that a test does on time comes later.
const SHORT: Duration = Duration::from_secs(1);

fn guarded() -> MailServer {
    MailServer::builder().inspector_token(TOKEN).start()
}

fn get(server: &MailServer, path: &str) -> reqwest::blocking::RequestBuilder {
    Http::new().get(format!("{}{path}", server.inspector_url()))
}

fn browser() -> ClientBuilder {
    Http::builder().redirect(redirect::Policy::none())
}

/// A connection on which anything can be said.
fn line(server: &MailServer) -> TcpStream {
    let url = server.inspector_url();
    let stream = TcpStream::connect(url.trim_start_matches("http://")).unwrap();
    // No test should hang for ever; none depends on this time.
    let patience = Some(Duration::from_secs(30));
    stream.set_read_timeout(patience).unwrap();
    stream.set_write_timeout(patience).unwrap();
    stream
}

/// What comes until the connection is closed, or cut off.
fn rest(mut line: TcpStream) -> String {
    let mut octets = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        match line.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => octets.extend_from_slice(&buffer[..read]),
            Err(error) => {
                assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
                break;
            }
        }
    }
    String::from_utf8(octets).unwrap()
}

fn start_error(builder: MailServerBuilder) -> mailmock::StartError {
    builder.try_start().unwrap_err()
}

#[test]
fn who_has_the_token_is_let_in_whichever_way_it_is_shown() {
    let server = guarded();
    let bearer = |scheme: &str| {
        get(&server, "/api/v1/health").header("authorization", format!("{scheme} {TOKEN}"))
    };
    for scheme in ["Bearer", "bearer", "BEARER"] {
        assert_eq!(bearer(scheme).send().unwrap().status(), 200);
    }
    let basic = |user, password| get(&server, "/api/v1/health").basic_auth(user, Some(password));
    for user in ["", "ada"] {
        assert_eq!(basic(user, TOKEN).send().unwrap().status(), 200);
    }
    let name = cookie_name(&server);
    let cookie = |text: String| get(&server, "/api/v1/health").header("cookie", text);
    for text in [
        format!("{name}={ENCODED}"),
        format!("a=b; {name}={ENCODED}; c=d"),
    ] {
        assert_eq!(cookie(text).send().unwrap().status(), 200);
    }
    // Another application's cookies may be of any octets.
    for (before, after) in [("a=", ""), ("", "a=")] {
        let ours = format!("{name}={ENCODED}");
        let octets: [&[u8]; 5] = [
            before.as_bytes(),
            b"\xff\xc3\xa4; ",
            ours.as_bytes(),
            b"; \xfe",
            after.as_bytes(),
        ];
        let header = reqwest::header::HeaderValue::from_bytes(&octets.concat()).unwrap();
        let asked = get(&server, "/api/v1/health").header("cookie", header);
        assert_eq!(asked.send().unwrap().status(), 200);
    }
    for refused in [
        get(&server, "/api/v1/health"),
        bearer("Digest"),
        bearer("Basic"),
        get(&server, "/api/v1/health").bearer_auth(""),
        get(&server, "/api/v1/health").bearer_auth("s3"),
        get(&server, "/api/v1/health").bearer_auth(format!("{TOKEN}x")),
        basic(TOKEN, ""),
        basic("ada", "s3;cr,et+/=%!"),
        get(&server, "/api/v1/health").header("authorization", "Basic ====="),
        cookie(format!("mailmock-1={ENCODED}")),
        cookie(format!("{name}=")),
        // Nowhere but at the page is it taken from a URL, which is written down everywhere.
        get(&server, &format!("/api/v1/health?token={ENCODED}")),
    ] {
        let response = refused.send().unwrap();
        let challenge = response.headers()["www-authenticate"].to_str().unwrap();
        assert!(challenge.contains("Bearer realm") && challenge.contains("Basic realm"));
        assert!(!problem(response, 401).contains(TOKEN));
    }
}

#[test]
fn without_the_token_nothing_is_told_and_nothing_done() {
    let server = guarded();
    Client::connect(&server).ok("EHLO test.example").deliver(
        "app@example.org",
        &["ada@example.org"],
        b"Subject: x\r\n\r\n",
    );
    let url = server.inspector_url();
    for path in [
        "/",
        "/nothing",
        "/api/v1/mails",
        "/api/v1/openapi.json",
        "/api/v1/mails/1/html",
    ] {
        problem(get(&server, path).send().unwrap(), 401);
    }
    for path in ["/api/v1/mails", "/api/v1/mails/1"] {
        problem(
            Http::new().delete(format!("{url}{path}")).send().unwrap(),
            401,
        );
    }
    problem(
        Http::new()
            .post(format!("{url}/api/v1/down"))
            .send()
            .unwrap(),
        401,
    );
    server.assert_received(a_mail().subject("x"));
    // With it, another page still changes nothing: browsers keep what was entered for Basic.
    let foreign = Http::new()
        .delete(format!("{url}/api/v1/mails"))
        .basic_auth("", Some(TOKEN));
    let foreign = foreign.header("origin", "https://attacker.example");
    problem(foreign.send().unwrap(), 403);
    let own = Http::new()
        .delete(format!("{url}/api/v1/mails"))
        .bearer_auth(TOKEN);
    assert_eq!(own.send().unwrap().status(), 200);
    server.assert_no_mail();
}

#[test]
fn a_foreign_page_is_refused_whatever_type_it_says_its_body_is_of() {
    let server = MailServer::builder().inspector().start();
    let url = server.inspector_url();
    let post = |kind: &str, name: &str, value: &str| {
        let request = Http::new().post(format!("{url}/api/v1/clock/advance"));
        let request = request.header("content-type", kind).header(name, value);
        request.body("{\"seconds\": 0}").send().unwrap()
    };
    let json = [
        "application/json",
        "application/json; charset=utf-8",
        "Application/JSON",
    ];
    let other = ["application/jsonfoo", "application/json-seq", "text/plain"];
    for kind in json.iter().chain(&other) {
        for origin in [
            "https://attacker.example",
            "null",
            "http://127.0.0.1:1",
            "\u{e4}",
        ] {
            let told = problem(post(kind, "origin", origin), 403);
            assert!(told.contains("another page"), "{kind}, {origin}: {told}");
        }
    }
    for kind in json {
        assert_eq!(post(kind, "origin", &url).status(), 200, "{kind}");
        assert_eq!(post(kind, "sec-fetch-site", "cross-site").status(), 200);
    }
    for kind in other {
        problem(post(kind, "sec-fetch-site", "cross-site"), 403);
    }
}

/// It could not read it, and would still learn from how long it takes.
#[test]
fn a_foreign_page_may_not_even_ask() {
    let server = MailServer::builder().mailpit_api().start();
    let ask = |path: &str, site: &str, mode: &str| {
        let request = get(&server, path).header("sec-fetch-site", site);
        request.header("sec-fetch-mode", mode).send().unwrap()
    };
    for site in ["cross-site", "same-site"] {
        for path in ["/", "/api/v1/wait?timeout=0", "/page/icon.svg"] {
            let told = problem(ask(path, site, "no-cors"), 403);
            assert!(told.contains("another page"), "{told}");
        }
        // A link is followed to what a person looks at.
        assert_eq!(ask("/", site, "navigate").status(), 200);
        problem(ask("/api/v1/health", site, "navigate"), 403);
    }
    for site in ["same-origin", "none"] {
        assert_eq!(ask("/api/v1/health", site, "cors").status(), 200);
    }
    let answer = get(&server, "/page/icon.svg").send().unwrap();
    let policy = &answer.headers()["cross-origin-resource-policy"];
    assert_eq!(policy, "same-origin");
}

#[test]
fn a_request_with_two_hosts_is_none() {
    for server in [guarded(), MailServer::builder().inspector().start()] {
        for second in ["localhost", "attacker.example", ""] {
            let mut two = line(&server);
            let request = format!(
                "GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\n\
                 Host: {second}\r\nConnection: close\r\n\r\n"
            );
            two.write_all(request.as_bytes()).unwrap();
            let answer = rest(two);
            assert!(answer.starts_with("HTTP/1.1 400 "), "{second:?}: {answer}");
            assert!(answer.contains("more than one field Host"), "{answer}");
        }
    }
}

#[test]
fn with_a_token_any_name_will_do() {
    let server = guarded();
    let by_name = |token| {
        let request = get(&server, "/api/v1/health").header("host", "mail.test:8025");
        request.bearer_auth(token).send().unwrap()
    };
    assert_eq!(by_name(TOKEN).status(), 200);
    problem(by_name("other"), 401);
}

/// What a browser is given by a link with the token.
fn admission(server: &MailServer) -> String {
    let link = format!("{}/?token={ENCODED}", server.inspector_url());
    let admitted = browser().build().unwrap().get(link).send().unwrap();
    let cookie = &admitted.headers()["set-cookie"];
    cookie.to_str().unwrap().to_owned()
}

fn cookie_name(server: &MailServer) -> String {
    let admission = admission(server);
    admission.split_once('=').unwrap().0.to_owned()
}

/// Behind a proxy, or in containers, two may have the same port and be reached by one name.
#[test]
fn a_cookie_is_of_its_token() {
    let (one, same) = (guarded(), guarded());
    let other = MailServer::builder().inspector_token("other").start();
    assert_eq!(cookie_name(&one), cookie_name(&same));
    let document = get(&other, "/api/v1/openapi.json").bearer_auth("other");
    let document = json_in(document.send().unwrap());
    let name = &document["components"]["securitySchemes"]["cookie"]["name"];
    assert_ne!(*name, cookie_name(&one));
}

#[test]
fn a_link_with_the_token_lets_a_browser_in_and_leaves_the_address() {
    let server = guarded();
    let browser = browser().build().unwrap();
    let open = |query: &str| {
        browser
            .get(format!("{}/?{query}", server.inspector_url()))
            .send()
            .unwrap()
    };
    for query in [
        format!("token={ENCODED}"),
        format!("x=y&token={}", ENCODED.replace("%2B", "+")),
    ] {
        let admitted = open(&query);
        assert_eq!(admitted.status(), 303);
        assert_eq!(admitted.headers()["location"], "/");
        assert_eq!(admitted.headers()["cache-control"], "no-store");
        assert_eq!(admitted.headers()["referrer-policy"], "no-referrer");
        let cookie = admitted.headers()["set-cookie"]
            .to_str()
            .unwrap()
            .to_owned();
        let (pair, attributes) = cookie.split_once("; ").unwrap();
        assert_eq!(attributes, "HttpOnly; SameSite=Lax; Path=/");
        let health = get(&server, "/api/v1/health").header("cookie", pair);
        assert_eq!(health.send().unwrap().status(), 200);
        // Opened once more, it leaves the address again.
        let again = browser.get(format!("{}/?{query}", server.inspector_url()));
        let again = again.header("cookie", pair).send().unwrap();
        assert_eq!(again.status(), 303);
    }
    for query in ["token=", "token=other", "token", "tokens=x", ""] {
        let refused = open(query);
        assert!(refused.headers().get("set-cookie").is_none());
        problem(refused, 401);
    }
    let post = browser.post(format!("{}/?token={ENCODED}", server.inspector_url()));
    problem(post.send().unwrap(), 401);
}

#[test]
fn the_token_shows_nowhere() {
    let builder = MailServer::builder().inspector_token(TOKEN);
    assert!(!format!("{builder:?}").contains(TOKEN));
    let server = builder.start();
    assert!(!format!("{server:?}").contains(TOKEN));
    assert!(!server.inspector_url().contains(TOKEN) && !server.inspector_url().contains(ENCODED));
    let document = get(&server, "/api/v1/openapi.json").bearer_auth(TOKEN);
    let document = document.send().unwrap().text().unwrap();
    assert!(!document.contains(TOKEN) && !document.contains(ENCODED));
}

#[test]
fn the_document_tells_who_may_ask() {
    let open = MailServer::builder().inspector().start();
    let document: Value = get(&open, "/api/v1/openapi.json")
        .send()
        .unwrap()
        .json()
        .unwrap();
    let ways = document["security"].as_array().unwrap();
    assert_eq!(ways[0], serde_json::json!({})); // nothing is asked for
    assert_eq!(ways.len(), 4);

    let server = guarded();
    let document = get(&server, "/api/v1/openapi.json").bearer_auth(TOKEN);
    let document: Value = document.send().unwrap().json().unwrap();
    let ways = document["security"].as_array().unwrap();
    let names: Vec<_> = ways
        .iter()
        .flat_map(|way| way.as_object().unwrap().keys())
        .collect();
    assert_eq!(names, ["bearer", "basic", "cookie"]);
    let schemes = &document["components"]["securitySchemes"];
    assert_eq!(
        (&schemes["bearer"]["scheme"], &schemes["basic"]["scheme"]),
        (&"bearer".into(), &"basic".into())
    );
    assert_eq!(schemes["cookie"]["name"], cookie_name(&server));
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let refusal = &operation["responses"]["401"]["content"];
            assert!(
                refusal["application/problem+json"].is_object(),
                "{method} {path}"
            );
        }
    }
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("openapi-with-token.json");
    std::fs::write(&file, document.to_string()).unwrap();
    support::program::run("openapi-spec-validator", &[file.to_str().unwrap()], b"");
}

#[test]
fn an_open_address_needs_a_token() {
    for address in [
        "0.0.0.0:0",
        "[::]:0",
        "192.0.2.1:8025",
        "[::ffff:192.0.2.1]:0",
    ] {
        let address: SocketAddr = address.parse().unwrap();
        let error = start_error(MailServer::builder().inspector_address(address));
        assert!(error.is_token_missing() && !error.is_address_in_use());
        let told = error.to_string();
        assert!(
            told.contains(&address.to_string()) && told.contains("inspector_token(..)"),
            "{told}"
        );
    }
    for token in ["", "two words", "käse", "line\n"] {
        let builder = MailServer::builder().inspector_token(token);
        let error = start_error(builder);
        assert!(error.is_token_unusable() && !error.is_token_missing());
        assert!(token.is_empty() || !error.to_string().contains(token));
    }
    for address in [
        "127.0.0.1:0",
        "127.9.9.9:0",
        "[::1]:0",
        "[::ffff:127.0.0.1]:0",
    ] {
        let address: SocketAddr = address.parse().unwrap();
        // Not every system has each of them.
        if let Err(error) = MailServer::builder().inspector_address(address).try_start() {
            assert!(!error.is_token_missing() && error.to_string().starts_with("no inspector on "));
        }
    }
}

#[test]
fn it_listens_where_it_is_told_and_names_where_it_is_reached() {
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let server = MailServer::builder().inspector_address(free).start();
    assert_eq!(server.inspector_url(), format!("http://{free}"));
    assert_eq!(get(&server, "/api/v1/health").send().unwrap().status(), 200);

    let taken = MailServer::builder().inspector_address(free);
    let error = start_error(taken);
    assert!(error.is_address_in_use());
    assert!(
        error
            .to_string()
            .starts_with(&format!("no inspector on {free}: ")),
        "{error}"
    );

    let everywhere = MailServer::builder().inspector_address((Ipv4Addr::UNSPECIFIED, 0));
    let server = everywhere.inspector_token(TOKEN).start();
    assert!(server.inspector_url().starts_with("http://127.0.0.1:"));
    let health = get(&server, "/api/v1/health").bearer_auth(TOKEN);
    assert_eq!(health.send().unwrap().status(), 200);

    let everywhere = MailServer::builder().inspector_address((Ipv6Addr::UNSPECIFIED, 0));
    if let Ok(server) = everywhere.inspector_token(TOKEN).try_start() {
        assert!(server.inspector_url().starts_with("http://[::1]:"));
    }
}

#[test]
fn a_request_that_does_not_end_is_cut_off() {
    let server = MailServer::builder().inspector_timeout(SHORT).start();
    let begun = |start: &str| {
        let mut line = line(&server);
        line.write_all(start.as_bytes()).unwrap();
        line
    };
    // All at once, as each takes its time.
    let half = [
        "",
        "G",
        "GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\n",
    ];
    let half = half.map(begun);
    let idle = begun("GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let without_body = [
        "POST /api/v1/clock/advance",
        "DELETE /api/v1/mails",
        "POST /nothing",
    ];
    let without_body = without_body.map(|what| {
        begun(&format!(
            "{what} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n{{\"sec"
        ))
    });
    for slow in half {
        assert_eq!(rest(slow), "");
    }
    // Between two requests as well.
    let answer = rest(idle);
    assert!(
        answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("{\"status\":\"ok\"}"),
        "{answer}"
    );
    // The body has its time too, and its end is told.
    for slow in without_body {
        let answer = rest(slow);
        assert!(
            answer.starts_with("HTTP/1.1 408 ") && answer.contains("did not come in time"),
            "{answer}"
        );
    }
    assert_eq!(get(&server, "/api/v1/health").send().unwrap().status(), 200);
}

#[test]
fn what_takes_its_time_by_itself_may_take_it() {
    let server = MailServer::builder().inspector_timeout(SHORT).start();
    let mut events = line(&server);
    events
        .write_all(b"GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .unwrap();
    // It waits for longer than it has patience with clients.
    let wait = get(&server, "/api/v1/wait?timeout=1.5").send().unwrap();
    assert!(problem(wait, 409).contains("expected at least 1 mail"));
    Client::connect(&server);
    let mut told = String::new();
    let mut buffer = [0; 1024];
    while !told.contains("event: session") {
        let read = events.read(&mut buffer).unwrap();
        assert!(read > 0, "{told}");
        told.push_str(std::str::from_utf8(&buffer[..read]).unwrap());
    }
}

#[test]
fn a_client_that_does_not_read_is_cut_off() {
    let server = MailServer::builder()
        .max_inspector_connections(1)
        .inspector_timeout(SHORT)
        .start();
    let content = format!(
        "Subject: large\r\n\r\n{}",
        "0123456789\r\n".repeat(2_000_000)
    );
    Client::connect(&server).ok("EHLO test.example").deliver(
        "app@example.org",
        &["ada@example.org"],
        content.as_bytes(),
    );
    let mut stalled = line(&server);
    stalled
        .write_all(b"GET /api/v1/mails/1/raw HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .unwrap();
    // It holds the only place until then.
    let health = eventually(|| {
        get(&server, "/api/v1/health")
            .send()
            .ok()
            .filter(|r| r.status() == 200)
    });
    assert_eq!(health.text().unwrap(), "{\"status\":\"ok\"}");
    let mut octets = Vec::new();
    let _ = stalled.read_to_end(&mut octets); // it may be reset
    assert!(octets.len() < content.len());
}

#[test]
fn one_connection_too_many_is_sent_away() {
    let server = MailServer::builder().max_inspector_connections(2).start();
    let ask = |line: &mut TcpStream| {
        line.write_all(b"GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\n\r\n")
            .unwrap();
        let mut octets = [0; 4096];
        let read = line.read(&mut octets).unwrap();
        String::from_utf8_lossy(&octets[..read]).into_owned()
    };
    let (mut first, mut second) = (line(&server), line(&server));
    for line in [&mut first, &mut second] {
        assert!(ask(line).starts_with("HTTP/1.1 200 "));
    }
    let full = get(&server, "/api/v1/health").send().unwrap();
    assert_eq!(problem(full, 503), "there are 2 connections already");
    // One that says nothing is not waited for, though the patience with others is long.
    assert_eq!(rest(line(&server)), "");
    // Far too many do not take up anything either.
    let crowd: Vec<_> = (0..100).map(|_| line(&server)).collect();
    drop(crowd);
    assert!(ask(&mut first).starts_with("HTTP/1.1 200 "));
    drop(second);
    let health = eventually(|| {
        get(&server, "/api/v1/health")
            .send()
            .ok()
            .filter(|r| r.status() == 200)
    });
    assert_eq!(health.status(), 200);
}

#[test]
fn what_is_too_long_is_a_problem() {
    let server = MailServer::builder().inspector().start();
    for length in [8_200, 60_000, 100_000, 1_000_000] {
        let path = format!("/api/v1/mails?subject={}", "a".repeat(length));
        let mut long = line(&server);
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        long.write_all(request.as_bytes()).unwrap();
        let answer = rest(long);
        assert!(answer.starts_with("HTTP/1.1 414 "), "{length}: {answer}");
        assert!(
            answer.contains("what is asked for has up to 8192 octets"),
            "{length}: {answer}"
        );
    }
    let mut long = line(&server);
    let request = format!(
        "GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\nX: {}\r\n\r\n",
        "a".repeat(100_000)
    );
    long.write_all(request.as_bytes()).unwrap();
    let answer = rest(long);
    assert!(
        answer.starts_with("HTTP/1.1 431 ") && answer.contains("61440 octets"),
        "{answer}"
    );

    let body = "a".repeat(70_000);
    let large = Http::new().post(format!("{}/api/v1/clock/advance", server.inspector_url()));
    let large = large.header("content-type", "application/json").body(body);
    problem(large.send().unwrap(), 413);
    // What is within them passes, in one write and behind another request.
    let mut pipelined = line(&server);
    let body = format!("{}{{\"seconds\": 0}}", " ".repeat(60_000));
    let second = format!(
        "POST /api/v1/clock/advance HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let first = format!(
        "GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\nX: {}\r\n\r\n",
        "a".repeat(50_000)
    );
    pipelined
        .write_all(format!("{first}{second}").as_bytes())
        .unwrap();
    let answers = rest(pipelined);
    assert_eq!(answers.matches("HTTP/1.1 200 ").count(), 2, "{answers}");
    assert!(answers.ends_with("{\"advanced\":0.0}"), "{answers}");
}
