//! The inspector's page, in a real browser: what it shows, what it does, and what mails cannot do to it.

#![cfg(feature = "inspector")]

#[path = "support/browser.rs"]
mod browser;
mod support;

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use browser::Browser;
use mailmock::{MailServer, Reply, Trigger, a_mail};
use serde_json::json;
use support::Client;

fn server() -> MailServer {
    MailServer::builder().inspector().start()
}

fn deliver(server: &MailServer, to: &[&str], content: &str) {
    let mut client = Client::connect(server);
    let client = client.ok("EHLO test.example");
    client.deliver("app@example.org", to, content.as_bytes());
    client.ok("QUIT");
}

/// A mail of one line.
fn send(server: &MailServer, subject: &str) {
    let content =
        format!("From: app@example.org\r\nSubject: {subject}\r\n\r\nText of {subject}\r\n");
    deliver(server, &["ada@example.org"], &content);
}

/// The subjects that are seen, from the top.
const SUBJECTS: &str =
    "[...document.querySelectorAll('.mail-row .subject')].map(e => e.textContent).join()";

/// Those of the mails that are not read.
const UNREAD: &str = "[...document.querySelectorAll('.mail-row:has(.is-unread) .subject')].map(e => e.textContent).join()";

fn open(browser: &Browser, server: &MailServer, hash: &str) {
    browser.open(&format!("{}/{hash}", server.inspector_url()));
    browser.wait_for("document.querySelector('.standing.is-live')");
}

/// 20 by 10 pixels of red.
const PICTURE: &str =
    "R0lGODlhFAAKAIABAP8AAP///yH5BAEKAAEALAAAAAAUAAoAAAIPjI+py+0Po5y02ouz3rwAADs=";

fn invoice() -> String {
    let image =
        "Content-Type: image/gif\r\nContent-ID: <logo@x>\r\nContent-Transfer-Encoding: base64\r\n";
    format!(
        "From: App <app@example.org>\r\n\
         To: Ada <ada@example.org>, never@example.org\r\n\
         Bcc: boss@example.org\r\n\
         Subject: =?utf-8?Q?Rechnung_f=C3=BCr_M=C3=A4rz?=\r\n\
         Message-ID: <1@example.org>\r\n\
         MIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=m\r\n\r\n\
         --m\r\nContent-Type: multipart/related; boundary=r\r\n\r\n\
         --r\r\nContent-Type: multipart/alternative; boundary=a\r\n\r\n\
         --a\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nYour code is 471147.\r\n\
         --a\r\nContent-Type: text/html; charset=utf-8\r\n\r\n\
         <p id=hello>Hello, <b>Ada</b></p><img id=logo src=\"cid:logo@x\">\
         <a id=link rel=opener href=\"https://example.org/reset\">Reset</a>\r\n--a--\r\n\
         --r\r\n{image}\r\n{PICTURE}\r\n--r--\r\n\
         --m\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\
         Content-Disposition: attachment; filename*=utf-8''r%C3%A4chnung.pdf\r\n\r\nJVBERgD/AA0KIA==\r\n--m--\r\n"
    )
}

#[test]
fn mails_are_listed_as_they_come_newest_on_top() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let server = server();
    open(&browser, &server, "");
    browser.wait_for_text(".empty", "No mail yet");
    browser.wait_for_text(".empty", &server.url());
    // There is none to be chosen.
    assert!(!browser.text("main").contains("No mail is open"));
    send(&server, "One");
    browser.wait_for(&format!("{SUBJECTS} === 'One'"));
    send(&server, "Two");
    browser.wait_for(&format!("{SUBJECTS} === 'Two,One'"));
    browser.wait_for_text(".summary", "2 mails · 2 unread");
    assert_eq!(browser.title(), "(2) mailmock");
    // What somebody else deletes goes as well.
    server.take_mails();
    browser.wait_for_text(".empty", "No mail yet");
    // And the server that ends is missed, but what it had is still seen.
    send(&server, "Three");
    browser.wait_for(&format!("{SUBJECTS} === 'Three'"));
    drop(server);
    browser.wait_for("document.querySelector('.standing.is-lost')");
    assert_eq!(browser.text(".mail-row .subject"), "Three");
    browser.wait_for_text("#lost", "The server has ended, or cannot be reached.");
}

#[test]
fn a_mail_that_could_not_be_loaded_is_there_once_a_server_is() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let first = server();
    let url = first.inspector_url();
    let port: u16 = url.rsplit(':').next().unwrap().parse().unwrap();
    for subject in ["One", "Two"] {
        send(&first, subject);
    }
    open(&browser, &first, "#/mails/1");
    browser.wait_for_text("h1", "One");
    drop(first);
    browser.wait_for_text("#lost", "This is what was there.");
    assert_eq!(browser.text("h1"), "One");
    browser.script("location.hash = '#/mails/2'");
    browser.wait_for_text(".pane-detail", "It could not be loaded");
    let second = MailServer::builder()
        .inspector_address(([127, 0, 0, 1], port))
        .start();
    for subject in ["Three", "Four"] {
        send(&second, subject);
    }
    browser.wait_for_text("h1", "Four");
    browser.wait_for("!document.querySelector('#lost')");
}

#[test]
fn a_full_store_drops_the_oldest_from_the_list_and_nothing_is_loaded_anew() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let server = MailServer::builder()
        .inspector()
        .max_mails(3)
        .drop_oldest()
        .start();
    for subject in ["One", "Two", "Three"] {
        send(&server, subject);
    }
    open(&browser, &server, "");
    browser.wait_for(&format!("{SUBJECTS} === 'Three,Two,One'"));
    browser.wait_for_text(".standing", "live");
    // What was asked for before may still come.
    browser.script("window.begun = performance.now()");
    for (subject, subjects) in [("Four", "Four,Three,Two"), ("Five", "Five,Four,Three")] {
        send(&server, subject);
        browser.wait_for(&format!("{SUBJECTS} === '{subjects}'"));
    }
    browser.wait_for_text(".summary", "3 mails");
    let loaded = "return performance.getEntriesByType('resource').filter(e => e.startTime > begun).map(e => e.name)";
    assert_eq!(browser.script(loaded), json!([]));
}

#[test]
fn a_search_has_the_filters_of_the_api_and_says_what_it_does_not_know() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let server = server();
    for subject in ["Welcome Ada", "Invoice", "Welcome Bob"] {
        send(&server, subject);
    }
    deliver(
        &server,
        &["bob@example.net"],
        "Subject: Other\r\n\r\nInvoice inside\r\n",
    );
    open(&browser, &server, "");
    let found = |query: &str, subjects: &str| {
        browser.write("#query", query);
        browser.wait_for(&format!("{SUBJECTS} === {}", json!(subjects)));
    };
    found("subject:Welcome", "Welcome Bob,Welcome Ada");
    browser.wait_for_text(".summary", "2 found");
    assert_eq!(browser.hash(), "/mails?q=subject%3AWelcome");
    // What comes and is not looked for stays out.
    send(&server, "Quiet");
    send(&server, "Welcome Eve");
    browser.wait_for(&format!(
        "{SUBJECTS} === 'Welcome Eve,Welcome Bob,Welcome Ada'"
    ));
    found("\"inside Invoice\"", "");
    browser.wait_for_text(".empty", "No mail is like that");
    found("inside invoice", "Other");
    found("\"Invoice inside\"", "Other");
    found("subject=Invoice", "Invoice");
    found("sent_to:example.net", "Other");
    found("sent_to:ada subject:\"Welcome B\"", "Welcome Bob");
    found("sent_to:ada since=4", "Welcome Eve,Quiet");
    browser.write("#query", "constructor:ada");
    browser.wait_for_text("#query-problem", "The filters are sent_to");
    browser.write("#query", "from:ada");
    browser.wait_for_text(
        "#query-problem",
        "Perhaps sent_from (the envelope) or header_from",
    );
    // What was found before is not what this would find.
    assert_eq!(browser.text(".summary"), "");
    browser.write("#query", "sent_to=nobody");
    browser.wait_for_text(".empty", "is not a mailbox");
    browser.press("\u{e00c}");
    browser.wait_for(&format!("{SUBJECTS}.startsWith('Welcome Eve,Quiet,Other')"));
    // A search can be linked.
    open(&browser, &server, "#/mails?q=subject%3AInvoice");
    browser.wait_for(&format!("{SUBJECTS} === 'Invoice'"));
    assert_eq!(
        browser.script("return document.querySelector('#query').value"),
        "subject:Invoice"
    );
}

#[test]
fn each_tab_shows_its_part_of_a_mail() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let server = server();
    server
        .on(Trigger::rcpt_to("gone@example.org"))
        .reply(Reply::mailbox_unavailable());
    let mut client = Client::connect(&server);
    client
        .ok("EHLO test.example")
        .ok("MAIL FROM:<app@example.org>");
    client.say("RCPT TO:<gone@example.org>");
    let client = client
        .ok("RCPT TO:<ada@example.org>")
        .ok("RCPT TO:<boss@example.org>");
    client.ok("DATA").send(invoice().as_bytes());
    client.ok(".");
    open(&browser, &server, "");
    browser.click(".mail-row a");
    browser.wait_for_text(".mail-head h1", "Rechnung für März");
    browser.wait_for_text(
        ".mail-head",
        "app@example.org → ada@example.org, boss@example.org",
    );
    browser.wait_for_text(".mail-head", "Bcc leaked");
    browser.wait_for_text("#mail-number", "#1");
    browser.wait_for_text(".field.is-bad dd", "boss@example.org");
    // When it came is said with its zone, and to the letter for who points at it.
    let time = "document.querySelector('.envelope time')";
    let zone = "new Intl.DateTimeFormat('en', { timeZoneName: 'short' }).formatToParts().find(p => p.type === 'timeZoneName').value";
    browser.wait_for(&format!("{time}.textContent.endsWith({zone})"));
    browser.wait_for(&format!("{time}.title.endsWith('Z')"));
    let tab = |name: &str| {
        browser.click(&format!("#tab-{name}"));
        browser.wait_for(&format!(
            "document.querySelector('#panel').dataset.tab === '{name}'"
        ));
        assert_eq!(browser.hash(), format!("/mails/1/{name}"));
    };

    // The HTML comes first, with the image that came with it.
    assert_eq!(browser.text_in_frame("#hello"), "Hello, Ada");
    let width = browser
        .within_frame(|| browser.script("return document.querySelector('#logo').naturalWidth"));
    assert_eq!(width, 20);
    let link = browser.within_frame(|| {
        browser
            .script("const a = document.querySelector('#link'); return [a.href, a.target, a.rel]")
    });
    assert_eq!(
        link,
        json!(["https://example.org/reset", "_blank", "noopener noreferrer"])
    );
    let width = || browser.script("return document.querySelector('iframe').clientWidth");
    browser.click("[data-width=phone]");
    assert_eq!(width(), 375);
    browser.click("[data-width=tablet]");
    assert_eq!(width(), 768);
    browser.click("[data-width=desktop]");

    tab("text");
    browser.wait_for_text("#panel", "Your code is 471147.");
    tab("parts");
    // What is within another is further in.
    let left = |row: usize| {
        browser.script(&format!(
            "return parseFloat(getComputedStyle(document.querySelectorAll('td.part')[{row}]).paddingLeft)"
        ))
        .as_f64()
        .unwrap()
    };
    assert!(left(0) < left(1) && left(1) < left(2) && left(2) < left(3));
    assert!((left(3) - left(4)).abs() < 0.1 && left(1) == left(6));
    browser.wait_for_text("#panel", "rächnung.pdf");
    browser.wait_for_text(
        "#panel tr:last-child",
        "application/pdf\t rächnung.pdf\t10 B",
    );
    tab("headers");
    browser.wait_for_text("#panel", "Message-ID");
    browser.wait_for_text("#panel", "<1@example.org>");
    tab("raw");
    browser.wait_for(&format!(
        "document.querySelector('#raw').textContent === {}",
        json!(invoice())
    ));
    tab("recipients");
    browser.wait_for_text("#panel [role=alert]", "Bcc leaked");
    browser.wait_for_text("#panel [role=alert]", "boss@example.org");
    for (number, addresses) in [
        (1, "ada@"),
        (2, "boss@"),
        (3, "never@"),
        (4, "gone@example.org\n550 5.1.1"),
    ] {
        browser.wait_for_text(&format!("#panel .group:nth-child({number})"), addresses);
    }
    tab("links");
    browser.wait_for_text("#panel .code", "471147");
    browser.wait_for_text("#panel td", "https://example.org/reset");
    browser.wait_for_text("#panel td", "cid:logo@x");
    tab("lint");
    browser.wait_for_text("#panel", "missing-date");
    tab("transcript");
    browser.wait_for_text("#panel .is-client", "RCPT TO:<gone@example.org>");
    browser.wait_for_text("#panel .is-refusal", "550 5.1.1 Mailbox unavailable");
}

#[test]
fn an_attachment_is_saved_octet_for_octet() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let server = server();
    deliver(&server, &["ada@example.org"], &invoice());
    open(&browser, &server, "#/mails/1/parts");
    browser.click("[data-part='6']");
    let file = browser.downloads().join("rächnung.pdf");
    let octets = browser.soon("the file", || {
        fs::read(&file).ok().filter(|octets| !octets.is_empty())
    });
    assert_eq!(octets, b"%PDF\0\xFF\0\r\n ");
    browser.click("[aria-label='Save as .eml']");
    let file = browser.downloads().join("1.eml");
    let octets = browser.soon("the file", || {
        fs::read(&file).ok().filter(|octets| !octets.is_empty())
    });
    assert_eq!(octets, invoice().as_bytes());
}

#[test]
fn sessions_and_rejections_are_shown_as_they_come() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let server = MailServer::builder()
        .inspector()
        .credentials("app", "hunter2")
        .start();
    let mut first = Client::connect(&server);
    first
        .ok("EHLO first.example")
        .say("AUTH PLAIN AGFwcAB3cm9uZw==");
    first.ok("AUTH PLAIN AGFwcABodW50ZXIy");
    open(&browser, &server, "#/sessions");
    browser.wait_for_text(".session-row", "1 · first.example");
    browser.wait_for_text(".session-row", "login refused");
    browser.click(".session-row a");
    browser.wait_for_text(".mail-head", "app by PLAIN accepted");
    browser.wait_for_text(".mail-head", "app by PLAIN refused");
    browser.wait_for_text(".transcript", "AUTH PLAIN [secret]");
    first.ok("QUIT");
    browser.wait_for_text(".mail-head", "the client quit");
    let mut second = Client::connect(&server);
    browser.wait_for("document.querySelectorAll('.session-row').length === 2");
    browser.press("k");
    assert_eq!(browser.hash(), "/sessions/2");

    browser.press("ge");
    browser.wait_for_text(".summary", "1 refused or aborted");
    server
        .on(Trigger::rcpt_to("gone@example.org"))
        .reply(Reply::mailbox_unavailable());
    second
        .ok("EHLO x")
        .ok("MAIL FROM:<a@example.org>")
        .say("RCPT TO:<gone@example.org>");
    browser.wait_for_text(".rejection-row:first-child", "Mailbox unavailable");
    browser.wait_for_text(".rejection-row:first-child", "RCPT TO:<gone@example.org>");
    browser.wait_for_text(".rejection-row:first-child", "tests/page.rs");
    browser.wait_for_text(
        ".rejection-row:first-child",
        "a@example.org → gone@example.org",
    );
    browser.click(".rejection-row:first-child a");
    browser.wait_for_text("h1", "Session 2");
    let seen = browser
        .script("return document.documentElement.outerHTML")
        .to_string();
    assert!(!seen.contains("hunter2") && !seen.contains("AGFw"));
}

#[test]
fn a_rejection_tells_of_the_mail_and_of_the_rule_behind_it() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let server = server();
    server
        .on(Trigger::end_of_data())
        .reply(Reply::transaction_failed());
    open(&browser, &server, "#/rejections");
    browser.wait_for_text(".empty", "Nothing was refused");
    let mut client = Client::connect(&server);
    client.ok("EHLO x").ok("MAIL FROM:<app@example.org>");
    client
        .ok("RCPT TO:<ada@example.org>")
        .ok("RCPT TO:<bob@example.org>")
        .ok("DATA");
    client.send(b"Subject: The one that was refused\r\n\r\nText\r\n");
    assert!(client.say(".").starts_with("554 "));
    browser.wait_for_text(
        ".rejection-mail",
        "app@example.org → ada@example.org +1 · The one that was refused",
    );
    // A rule made here leads to the rules; one that says nothing is no reply.
    browser.script(
        "return fetch('/api/v1/rules', { method: 'POST', headers: { 'content-type': 'application/json' }, \
            body: JSON.stringify({ trigger: 'rset', action: 'disconnect' }) })",
    );
    browser.soon("the rule is in force", || {
        let mut client = Client::connect(&server);
        client.ok("EHLO x").send(b"RSET\r\n");
        client.rest().is_empty().then_some(())
    });
    browser.wait_for_text(".rejection-row:first-child .rejection-reply", "No reply");
    // In the list of sessions it is seen as well.
    browser.press("gs");
    browser.wait_for_text(".session-row", "1 refused");
    browser.press("ge");
    browser.click(".rejection-row:first-child .rejection-why a");
    browser.wait_for_text(".rule-text", "on(rset()).disconnect()");
}

#[test]
fn addresses_in_a_text_can_be_followed() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let server = server();
    let content = "Subject: x\r\n\r\nSee https://example.org/a?b=1&c=(2). Or (http://example.net/), not javascript:alert(1)\r\n";
    deliver(&server, &["ada@example.org"], content);
    open(&browser, &server, "#/mails/1/text");
    browser.wait_for_text("#panel", "not javascript:alert(1)");
    let links = "return [...document.querySelectorAll('#panel .prose a')].map(a => [a.textContent, a.href, a.target, a.rel])";
    let rest = ["_blank", "noopener noreferrer"];
    let link = |href: &str| json!([href, href, rest[0], rest[1]]);
    assert_eq!(
        browser.script(links),
        json!([
            link("https://example.org/a?b=1&c=(2)"),
            link("http://example.net/")
        ])
    );
    assert_eq!(
        browser.script("return document.querySelector('#panel .prose').textContent"),
        "See https://example.org/a?b=1&c=(2). Or (http://example.net/), not javascript:alert(1)"
    );
}

#[test]
fn rules_are_made_with_the_form_or_by_hand_and_removed() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let server = server();
    open(&browser, &server, "#/rules");
    browser.wait_for_text(".rules", "No rule is in force");
    browser.choose("#rule-trigger", "rcpt_to");
    browser.write("#rule-trigger-text", "gone@example.org");
    browser.choose("#rule-frequency", "first");
    browser.write("#rule-times", "2");
    browser.choose("#rule-action", "reply");
    browser.write("#rule-action-text", "550 5.1.1 No such user");
    browser.click("#add-rule");
    browser.wait_for_text(
        ".rule-text",
        "on(rcpt_to(\"gone@example.org\")).first(2).reply(550 5.1.1 No such user)",
    );
    browser.wait_for_text(".rule-figures", "2 to come");
    let mut client = Client::connect(&server);
    client.ok("EHLO x").ok("MAIL FROM:<a@example.org>");
    let refused = "550 5.1.1 No such user";
    assert_eq!(client.say("RCPT TO:<gone@example.org>"), refused);
    browser.wait_for_text(".rule-figures", "1 hit");
    browser.wait_for_text(".rule-figures", "1 to come");
    assert_eq!(client.say("RCPT TO:<gone@example.org>"), refused);
    browser.wait_for_text(".rule-figures", "used up");
    client.ok("RCPT TO:<gone@example.org>");

    // By hand, and with what cannot be.
    browser.click(".json summary");
    let by_hand = |rule: &str, problem: &str| {
        browser.write("#rule-json", rule);
        browser.click("#add-rule");
        browser.wait_for_text("#rule-problem", problem);
    };
    by_hand("{", "JSON");
    by_hand(r#"{"trigger": "rcpt", "action": "explode"}"#, "explode");
    by_hand(
        r#"{"trigger": "connect", "action": "accept_and_discard"}"#,
        "accept_and_discard",
    );
    browser.write(
        "#rule-json",
        r#"{"trigger": {"command": "VRFY"}, "action": "disconnect"}"#,
    );
    browser.click("#add-rule");
    browser.wait_for("document.querySelectorAll('.rule-card').length === 2");
    browser.wait_for_text(
        ".rule-card:first-child",
        "on(command(\"VRFY\")).disconnect()",
    );
    assert_eq!(browser.text("#rule-problem"), "");

    // Each has its button; those of the test are there too, and all go.
    browser.click(".rule-card:first-child button");
    browser.wait_for("document.querySelectorAll('.rule-card').length === 1");
    server.on(Trigger::mail()).reply(Reply::try_again_later());
    browser.open(&format!("{}/#/rules", server.inspector_url()));
    browser.reload();
    browser.wait_for_text(".rule-card:first-child", "tests/page.rs");
    browser.click("#remove-rules");
    browser.click("dialog .danger");
    browser.wait_for_text(".rules", "No rule is in force");
    let mut client = Client::connect(&server);
    client
        .ok("EHLO x")
        .ok("VRFY ada")
        .ok("MAIL FROM:<a@example.org>");
    client.ok("RCPT TO:<gone@example.org>");
}

#[test]
fn a_rule_form_asks_for_what_is_missing_and_says_when_the_json_is_what_counts() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let server = server();
    open(&browser, &server, "#/rules");
    browser.wait_for_text(".rules", "No rule is in force");
    let text = "document.querySelector('#rule-trigger-text')";
    browser.click("#add-rule");
    browser.wait_for(&format!(
        "{text} === document.activeElement && {text}.validity.valueMissing"
    ));
    browser.choose("#rule-trigger-pattern", "domain");
    browser.wait_for(&format!("{text}.placeholder === 'example.org'"));
    // The null sender is an address of no letters.
    browser.choose("#rule-trigger", "mail_from");
    browser.click("#add-rule");
    browser.wait_for_text(".rule-text", "on(mail_from(\"\"))");
    assert_eq!(
        browser.text(".page-head [role=status]").find("1 rule"),
        Some(0)
    );

    // What is ready-made is none of the fields.
    browser.script("[...document.querySelectorAll('button')].find(b => b.textContent === 'greylisting').click()");
    browser.wait_for_text("#by-hand", "What is added is the JSON below");
    let is_seen = "return document.querySelector('.rule-form').checkVisibility()";
    assert_eq!(browser.script(is_seen), false);
    browser.click("#add-rule");
    browser.wait_for_text(".rule-card:first-child", "greylist");
    browser.click("#to-fields");
    browser.wait_for("document.querySelector('.rule-form').checkVisibility()");
    browser.wait_for(
        "JSON.parse(document.querySelector('#rule-json').value).trigger.mail_from === ''",
    );
    browser.wait_for("!document.querySelector('#by-hand').checkVisibility()");
}

#[test]
fn ten_thousand_mails_can_be_scrolled_to_the_oldest() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let server = server();
    let mut client = Client::connect(&server);
    client.ok("EHLO x");
    for hundred in 0..100 {
        let mut batch = String::new();
        for number in 1..=100 {
            let content = format!("Subject: Number {}\r\n\r\nText\r\n", hundred * 100 + number);
            batch.push_str("MAIL FROM:<a@example.org>\r\nRCPT TO:<ada@example.org>\r\n");
            batch.push_str(&format!("BDAT {} LAST\r\n{content}", content.len()));
        }
        client.send(batch.as_bytes());
        for _ in 0..300 {
            assert!(client.reply().starts_with("250 "));
        }
    }
    open(&browser, &server, "");
    browser.wait_for_text(".summary", "10,000 mails");
    browser.wait_for_text(".mail-row:first-child", "Number 10000");
    let nodes = "document.querySelectorAll('*').length";
    let at_the_top = browser.script(&format!("return {nodes}"));
    browser.script("document.querySelector('.virtual').scrollTop = 390000");
    browser.wait_for(&format!("{SUBJECTS}.includes('Number 5000,')"));
    browser.script(
        "const list = document.querySelector('.virtual'); list.scrollTop = list.scrollHeight",
    );
    browser.wait_for_text(".mail-row:last-child", "Number 1\n");
    let at_the_end = browser.script(&format!("return {nodes}"));
    assert!(at_the_top.as_u64().unwrap() < 1_000, "{at_the_top}");
    assert!(at_the_end.as_u64().unwrap() < 1_000, "{at_the_end}");
    // What comes meanwhile moves nothing away from under the eye.
    let seen = browser.script(&format!("return {SUBJECTS}"));
    send(&server, "New");
    browser.wait_for_text(".summary", "10,001 mails");
    assert_eq!(browser.script(&format!("return {SUBJECTS}")), seen);
    browser.click(".mail-row:last-child a");
    browser.wait_for_text("h1", "Number 1");
    browser.write("#query", "subject=\"Number 7\"");
    browser.wait_for(&format!("{SUBJECTS} === 'Number 7'"));
}

#[test]
fn what_was_read_stays_read_and_another_server_starts_fresh() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let server = server();
    for subject in ["One", "Two", "Three"] {
        send(&server, subject);
    }
    open(&browser, &server, "#/mails/2");
    browser.wait_for(&format!("{UNREAD} === 'Three,One'"));
    browser.reload();
    browser.wait_for(&format!("{UNREAD} === 'Three,One'"));
    browser.press("u");
    browser.wait_for(&format!("{UNREAD} === 'Three,Two,One'"));
    browser.click("#read-all");
    browser.wait_for(&format!(
        "{SUBJECTS} === 'Three,Two,One' && {UNREAD} === ''"
    ));
    assert_eq!(browser.title(), "mailmock");
    send(&server, "Four");
    browser.wait_for(&format!("{UNREAD} === 'Four'"));
    // As if that had been another server, which had this port before.
    browser.script(
        "for (const key of Object.keys(localStorage)) { \
            localStorage.setItem('mailmock.read.another', localStorage.getItem(key)); \
            localStorage.removeItem(key); \
        }",
    );
    open(&browser, &server, "#/mails");
    browser.reload();
    browser.wait_for(&format!("{UNREAD} === 'Four,Three,Two,One'"));
    assert_eq!(
        browser.script("return localStorage.getItem('mailmock.read.another')"),
        json!(null)
    );
}

#[test]
fn keys_are_enough() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let server = server();
    for subject in ["One", "Two", "Three"] {
        send(&server, subject);
    }
    open(&browser, &server, "");
    browser.wait_for(&format!("{SUBJECTS} === 'Three,Two,One'"));
    for (keys, subject) in [
        ("j", "Three"),
        ("j", "Two"),
        ("j", "One"),
        ("j", "One"),
        ("k", "Two"),
    ] {
        browser.press(keys);
        browser.wait_for_text("h1", subject);
    }
    browser.press("]");
    browser.wait_for("document.querySelector('#panel').dataset.tab === 'parts'");
    browser.press("[");
    browser.wait_for("document.querySelector('#panel').dataset.tab === 'text'");
    browser.press("\u{e00c}");
    browser.wait_for_text(".empty", "No mail is open");
    browser.press("/");
    browser.wait_for("document.activeElement.id === 'query'");
    // Where one writes, they are letters.
    browser.press("Two?jk");
    assert_eq!(
        browser.script("return document.querySelector('#query').value"),
        "Two?jk"
    );
    browser.press("\u{e00c}\u{e00c}");
    browser.wait_for("document.activeElement === document.body");
    browser.press("?");
    browser.wait_for_text("dialog", "the next mail, down the list");
    assert_eq!(
        browser.script("return document.querySelector('dialog').scrollTop"),
        0
    );
    assert_eq!(
        browser.script("return document.activeElement.textContent"),
        "Keys"
    );
    browser.press("\u{e00c}");
    browser.wait_for("!document.querySelector('dialog')");
    for (keys, hash) in [
        ("gs", "/sessions"),
        ("ge", "/rejections"),
        ("gr", "/rules"),
        ("gc", "/server"),
        ("gm", "/mails"),
    ] {
        browser.press(keys);
        browser.wait_for(&format!("location.hash === '#{hash}'"));
    }
    // With Tab one comes to each mail, and opens it.
    browser.script("document.querySelector('#delete-all').focus()");
    browser.press("\u{e004}\u{e004}\u{e007}");
    browser.wait_for_text("h1", "Two");
}

#[test]
fn it_is_dark_or_light_as_the_system_is_or_as_one_likes() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let server = server();
    let ground = || browser.script("return getComputedStyle(document.body).backgroundColor");
    browser.darken(false);
    open(&browser, &server, "");
    let light = ground();
    browser.darken(true);
    let dark = ground();
    assert_ne!(light, dark);
    browser.click("#theme");
    assert_eq!(ground(), light);
    browser.reload();
    assert_eq!(ground(), light);
    browser.click("#theme");
    browser.darken(false);
    assert_eq!(ground(), dark);
    browser.click("#theme");
    assert_eq!(ground(), light);
}

#[test]
fn mails_are_deleted_one_or_all_once_it_is_confirmed() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let server = server();
    for subject in ["One", "Two", "Three", "Four"] {
        send(&server, subject);
    }
    open(&browser, &server, "#/mails/3");
    browser.wait_for_text("h1", "Three");
    browser.press("\u{e017}");
    browser.wait_for_text("dialog", "Three");
    browser.press("\u{e00c}");
    browser.wait_for("!document.querySelector('dialog')");
    server.assert_mail_count(4);
    browser.click("#delete-mail");
    browser.click("dialog .danger");
    browser.wait_for(&format!("{SUBJECTS} === 'Four,Two,One'"));
    // The next one is open.
    browser.wait_for_text("h1", "Two");
    server.assert_mail_count(3);
    browser.write("#query", "subject:T");
    browser.wait_for(&format!("{SUBJECTS} === 'Two'"));
    browser.click("#delete-all");
    browser.wait_for_text("dialog", "Delete the 1 mail found?");
    browser.click("dialog .danger");
    browser.wait_for_text(".empty", "No mail is like that");
    server.assert_mail_count(2);
    browser.click("#clear-query");
    browser.wait_for(&format!("{SUBJECTS} === 'Four,One'"));
    browser.click("#delete-all");
    browser.wait_for_text("dialog", "Delete all 2 mails?");
    browser.click("dialog .danger");
    browser.wait_for_text(".empty", "No mail yet");
    server.assert_no_mail();
}

#[test]
fn each_view_can_be_linked_and_the_way_back_works() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let server = server();
    send(&server, "One");
    deliver(&server, &["ada@example.org"], &invoice());
    open(&browser, &server, "#/mails/2/headers");
    browser.wait_for_text("#panel", "Message-ID");
    browser.click("#tab-html");
    browser.text_in_frame("#hello");
    browser.click("#tab-text");
    browser.wait_for_text("#panel", "471147");
    browser.click("[data-view=sessions]");
    browser.wait_for_text(".summary", "2 sessions");
    browser.back();
    browser.wait_for_text("#panel", "471147");
    // A frame is no step of the way.
    browser.back();
    browser.text_in_frame("#hello");
    browser.back();
    browser.wait_for_text("#panel", "Message-ID");
    for (hash, text) in [
        ("#/mails/7", "there is no mail 7"),
        ("#/sessions/7", "There is no session 7"),
        ("#/nothing/at/all", "No mail is open"),
        ("#/mails/1/nothing", "Text of One"),
        ("#%FF", "No mail is open"),
    ] {
        open(&browser, &server, hash);
        browser.wait_for_text("main", text);
    }
}

#[test]
fn the_server_is_moved_from_the_page() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let server = server();
    server.greylist(std::time::Duration::from_secs(600));
    let mut client = Client::connect(&server);
    client.ok("EHLO x").ok("MAIL FROM:<a@example.org>");
    assert!(client.say("RCPT TO:<b@example.org>").starts_with("451 "));
    open(&browser, &server, "#/server");
    browser.wait_for_text("#smtp-url", &server.url());
    browser.script("[...document.querySelectorAll('button')].find(b => b.textContent === '+10 minutes').click()");
    browser.wait_for_text(".toast", "600 seconds later");
    let mut client = Client::connect(&server);
    client.ok("EHLO x").ok("MAIL FROM:<a@example.org>");
    client.ok("RCPT TO:<b@example.org>");
    browser.click("#power");
    browser.wait_for_text("#down", "The server is down");
    assert_eq!(client.rest(), "");
    TcpStream::connect((server.host(), server.port())).unwrap_err();
    browser.click("#power");
    browser.wait_for("!document.querySelector('#down')");
    Client::connect(&server).ok("EHLO x");
    browser.click("#reset");
    browser.wait_for_text("dialog", "Start afresh?");
    browser.click("dialog .danger");
    browser.wait_for("document.querySelector('.figures')?.textContent.includes('Rejections0')");
    assert!(server.rejections().is_empty());
    // And what the test does is seen.
    server.go_down();
    browser.wait_for_text("#down", "The server is down");
}

/// Only for the test below, which runs it in a process of its own: it waits to be let go.
#[test]
#[ignore = "it waits for somebody"]
fn a_test_that_is_parked() {
    let server = server();
    server.park();
}

#[test]
fn a_test_that_waits_is_let_go() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([
        "--exact",
        "a_test_that_is_parked",
        "--ignored",
        "--nocapture",
    ]);
    command
        .env_remove("CI")
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    let mut parked = command.stderr(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(parked.stderr.take().unwrap()).lines();
    let said = lines
        .map_while(Result::ok)
        .find(|line| line.contains("is parked"))
        .unwrap();
    let url = &said[said.find("http://").unwrap()..];
    browser.open(url);
    browser.wait_for_text("#parked", "A test waits here");
    browser.click("#release");
    assert!(parked.wait().unwrap().success());
    browser.wait_for("document.querySelector('.standing.is-lost')");
}

#[test]
fn with_a_token_it_is_opened_by_a_link_and_else_says_so() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let server = MailServer::builder()
        .inspector()
        .inspector_token("sesame")
        .start();
    deliver(&server, &["ada@example.org"], &invoice());
    let url = server.inspector_url();
    browser.open(&format!("{url}/?token=sesame"));
    browser.wait_for("document.querySelector('.standing.is-live')");
    assert!(
        !browser
            .script("return location.href")
            .to_string()
            .contains("sesame")
    );
    browser.click(".mail-row a");
    // The cookie goes along with the frame.
    assert_eq!(browser.text_in_frame("#hello"), "Hello, Ada");
    browser.click("#tab-parts");
    browser.click("[data-part='6']");
    let file = browser.downloads().join("rächnung.pdf");
    browser.soon("the file", || file.exists().then_some(()));
    // Without it nothing is shown, not even by a page that is open.
    browser.forget_cookies();
    browser.script("location.hash = '#/rules'");
    browser.wait_for_text("main", "the inspector has a token");
}

#[test]
fn it_can_be_used_on_a_phone() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let server = server();
    let subject = "Long ".repeat(60);
    deliver(
        &server,
        &["ada@example.org"],
        &format!("Subject: {subject}\r\n\r\n{}\r\n", "x".repeat(900)),
    );
    deliver(&server, &["ada@example.org"], &invoice());
    browser.resize(375, 700);
    let overflow = "document.documentElement.scrollWidth > innerWidth";
    open(&browser, &server, "");
    browser.wait_for("document.querySelectorAll('.mail-row').length === 2");
    browser.click(".mail-row:last-child a");
    browser.wait_for_text("h1", "Long Long");
    browser.wait_for("document.querySelector('.pane-list').checkVisibility() === false");
    assert_eq!(browser.script(&format!("return {overflow}")), false);
    browser.click(".pane-detail .back");
    browser.wait_for("document.querySelector('.pane-list').checkVisibility()");
    for hash in [
        "#/mails/2/parts",
        "#/mails/2/recipients",
        "#/sessions/1",
        "#/rejections",
        "#/rules",
        "#/server",
    ] {
        open(&browser, &server, hash);
        assert_eq!(
            browser.script(&format!("return {overflow}")),
            false,
            "{hash}"
        );
    }
}

/// A web server that nobody is to ask, or only for what is expected.
struct Canary {
    port: u16,
    connections: Arc<AtomicUsize>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Canary {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let canary = Self {
            port: listener.local_addr().unwrap().port(),
            connections: Arc::default(),
            asked: Arc::default(),
        };
        let (connections, asked) = (Arc::clone(&canary.connections), Arc::clone(&canary.asked));
        // It ends with the process.
        thread::spawn(move || {
            for stream in listener.incoming() {
                connections.fetch_add(1, Ordering::SeqCst);
                let (stream, asked) = (stream.unwrap(), Arc::clone(&asked));
                thread::spawn(move || answer(stream, &asked));
            }
        });
        canary
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    /// Not even a connection, made early for a request that might come.
    #[track_caller]
    fn assert_unheard_of(&self) {
        assert_eq!(self.asked(), [] as [&str; 0]);
        assert_eq!(self.connections.load(Ordering::SeqCst), 0);
    }
}

/// Notes a request, and answers with an image of 7 by 7 pixels.
fn answer(mut stream: TcpStream, asked: &Mutex<Vec<String>>) {
    let mut request = [0; 4096];
    let length = stream.read(&mut request).unwrap_or(0);
    let request = String::from_utf8_lossy(&request[..length]);
    if let Some(line) = request.lines().next() {
        asked.lock().unwrap().push(line.to_owned());
    }
    let image = "<svg xmlns='http://www.w3.org/2000/svg' width='7' height='7'/>";
    let head =
        "HTTP/1.1 200 OK\r\nContent-Type: image/svg+xml\r\nConnection: close\r\nContent-Length:";
    let _ = write!(stream, "{head} {}\r\n\r\n{image}", image.len()); // who asked may be gone
}

/// What mails have tried on their readers. `CANARY` becomes the URL of a server that counts who asks, `PAGE`
/// that of the inspector.
const ATTACKS: &[&str] = &[
    "<script>top.document.title='pwned';alert(1);fetch('CANARY/script')</script>",
    "<script src='CANARY/script.js'></script>",
    "<img src=x onerror=\"alert(1);top.document.title='pwned'\">",
    "<svg onload=\"alert(1)\"><script>alert(1)</script><image href='CANARY/svg-image'/><use href='CANARY/use.svg#x'/></svg>",
    "<svg><style><p><link rel=preconnect href='CANARY'><script>alert(1)</script></style></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s><set onbegin=alert(1) attributeName=x></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
    "<meta http-equiv=refresh content='0;url=CANARY/refresh'>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<meta http-equiv=refresh content='0;url=PAGE/api/v1/mails'>",
    "<meta http-equiv=Set-Cookie content='x=y'><meta http-equiv=Content-Security-Policy content=\"default-src *\">",
    "<base href='CANARY/' target=_top><img src='base.png'><a id=based href='based'>x</a>",
    "<form id=f action='CANARY/form' method=post><input name=x><button id=send>Send</button></form>",
    "<form action='PAGE/api/v1/down' method=post target=_top><input type=submit id=down formaction='CANARY/f' value=x autofocus onfocus=alert(1)></form>",
    "<a id=js href=\"javascript:alert(1)\">x</a><a id=jstab href=\" java&#10;script:alert(1)\" target=_top>x</a>",
    "<a id=relative href='/api/v1/mails'>x</a><a id=data href='data:text/html,<script>alert(1)</script>'>x</a>",
    "</iframe></body></html><script>alert(1)</script><h1>escaped</h1>",
    "<iframe src='CANARY/iframe'></iframe><iframe srcdoc=\"<script>parent.parent.alert(1)</script>\"></iframe>",
    "<iframe src='javascript:alert(1)'></iframe><iframe src='PAGE/'></iframe>",
    "<frameset><frame src='CANARY/frame'></frameset>",
    "<object data='CANARY/object'></object><embed src='CANARY/embed'><applet code='CANARY/applet'></applet>",
    "<object data='data:text/html,<script>alert(1)</script>'></object><portal src='CANARY/portal'></portal>",
    "<style>@import url('CANARY/import.css'); @import 'CANARY/import2.css'; body{background:url(CANARY/background)}</style>",
    "<style>@font-face{font-family:f;src:url(CANARY/font)} p{font-family:f}</style><p>x</p>",
    "<div style=\"background-image:url('CANARY/style');behavior:url(CANARY/htc);width:9px;height:9px\">x</div>",
    "<table background='CANARY/table'><tr><td background='CANARY/td'>x</td></tr></table><body background='CANARY/body'>",
    "<link rel=stylesheet href='CANARY/link.css'><link rel=icon href='CANARY/icon'><link rel=manifest href='CANARY/m'>",
    "<link rel=preconnect href='CANARY'><link rel=dns-prefetch href='CANARY'><link rel=preload as=image href='CANARY/preload'>",
    "<link rel=prefetch href='CANARY/prefetch'><link rel=prerender href='CANARY/prerender'><link rel=modulepreload href='CANARY/mp'>",
    "<link rel=import href='CANARY/import'><link rel=next href='CANARY/next'>",
    "<script type=speculationrules>{\"prefetch\":[{\"source\":\"list\",\"urls\":[\"CANARY/speculation\"]}]}</script>",
    "<img src='CANARY/pixel.png'><img srcset='CANARY/srcset.png 2x'><picture><source srcset='CANARY/picture'><img></picture>",
    "<img src='//CANARYHOST/relative-scheme.png'><input type=image src='CANARY/input.png'><img src='PAGE/page/icon.svg'>",
    "<video src='CANARY/video' poster='CANARY/poster' autoplay></video><audio src='CANARY/audio' autoplay></audio>",
    "<video><source src='CANARY/source' onerror=alert(1)><track src='CANARY/track'></video>",
    "<details open ontoggle=alert(1)>x</details><marquee onstart=alert(1)>x</marquee><body onload=alert(1)>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\"><link rel=preconnect href='CANARY'></noscript>",
    "<textarea><img src='CANARY/textarea'></textarea><title><img src='CANARY/title'></title><xmp><img src='CANARY/xmp'></xmp>",
    "<template><img src='CANARY/template'><script>alert(1)</script></template><plaintext><img src='CANARY/plaintext'>",
    "<!--[if gte mso 9]><img src='CANARY/mso'><script>alert(1)</script><![endif]--><![CDATA[<img src='CANARY/cdata'>]]>",
    "<a href='https://example.org' ping='CANARY/ping' id=ping>x</a><img src=x lowsrc='CANARY/lowsrc' dynsrc='CANARY/dynsrc'>",
    "<html manifest='CANARY/manifest'><?xml-stylesheet href='CANARY/xml.css'?><bgsound src='CANARY/bgsound'>",
    "<img src='cid:evil'><div style=\"background:url(cid:evil)\"></div>",
];

#[test]
fn what_a_mail_brings_can_do_nothing() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let server = server();
    let canary = Canary::start();
    let (host, page) = (format!("127.0.0.1:{}", canary.port), server.inspector_url());
    let armed = |text: &str| {
        text.replace("CANARYHOST", &host)
            .replace("CANARY", &format!("http://{host}"))
            .replace("PAGE", &page)
    };
    let svg = "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><script>alert(1)</script><image href='CANARY/evil'/></svg>";
    for attack in ATTACKS {
        let content = format!(
            "Subject: Attack\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n\
             --b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p id=end>{}</p><p id=still>still here</p>\r\n\
             --b\r\nContent-Type: image/svg+xml\r\nContent-ID: <evil>\r\n\r\n{}\r\n--b--\r\n",
            armed(attack),
            armed(svg)
        );
        deliver(&server, &["ada@example.org"], &content);
    }
    let count = ATTACKS.len();
    open(&browser, &server, "#/mails/1/html");
    browser.script("window.isSame = true");
    let unharmed = |what: &str| {
        assert_eq!(browser.alert(), None, "{what}");
        assert!(browser.title().ends_with("mailmock"), "{what}");
        assert_eq!(browser.script("return window.isSame"), true, "{what}");
        assert_eq!(browser.windows(), 1, "{what}");
    };
    for (id, attack) in (1..=count).zip(ATTACKS) {
        browser.script(&format!("location.hash = '#/mails/{id}/html'"));
        browser.wait_for(&format!(
            "document.querySelector('iframe')?.getAttribute('src') === '/api/v1/mails/{id}/preview'"
        ));
        // A frame that was led away would be of another address.
        let frame = browser.soon("the frame is complete", || {
            let frame = browser.within_frame(|| {
                browser.script("return document.readyState === 'complete' ? location.href : null")
            });
            frame.as_str().map(str::to_owned)
        });
        assert_eq!(
            frame,
            format!("{page}/api/v1/mails/{id}/preview"),
            "{attack}"
        );
        unharmed(attack);
    }
    // Who clicks comes to no harm either.
    for (attack, id) in [
        ("<form id=f", "send"),
        ("<form action", "down"),
        ("<a id=js", "js"),
        ("<a id=js", "jstab"),
        ("<a id=relative", "relative"),
        ("<a id=relative", "data"),
        ("<base", "based"),
    ] {
        let number = ATTACKS
            .iter()
            .position(|text| text.starts_with(attack))
            .unwrap()
            + 1;
        browser.script(&format!("location.hash = '#/mails/{number}/html'"));
        browser.wait_for(&format!(
            "document.querySelector('iframe')?.getAttribute('src') === '/api/v1/mails/{number}/preview'"
        ));
        browser.text_in_frame("#still");
        browser.within_frame(|| browser.click(&format!("#{id}")));
        assert_eq!(browser.text_in_frame("#still"), "still here", "{id}");
        unharmed(id);
    }
    assert_eq!(
        browser.script("return document.querySelector('#down') === null"),
        true
    );
    // Time for what would have been late.
    thread::sleep(std::time::Duration::from_millis(500));
    unharmed("late");
    canary.assert_unheard_of();
    server.assert_mail_count(count);
    Client::connect(&server).ok("EHLO x");
}

#[test]
fn names_and_lines_with_markup_are_text() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let server = server();
    let canary = Canary::start();
    let markup = format!(
        "\"><img src=http://127.0.0.1:{}/x onerror=alert(1)><script>alert(1)</script>",
        canary.port
    );
    let content = format!(
        "From: \"{0}\" <a@example.org>\r\nTo: <b{0}@example.org>\r\nBcc: {0}\r\nSubject: {0}\r\nX-{1}: {0}\r\n\
         Message-ID: <{0}>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\n{0} https://example.org/{0} code 471147\r\n\
         --b\r\nContent-Type: text/html\r\n\r\n<a href=\"javascript:alert(1)\">{0}</a><a href='https://x.example/{0}'>x</a>\r\n\
         --b\r\nContent-Type: image/png; name=\"../..{2}\"\r\nContent-ID: <{0}>\r\nContent-Disposition: attachment\r\n\r\nx\r\n--b--\r\n",
        markup.replace('"', "\\\""),
        "<b>bold</b>",
        markup.replace('"', "'"),
    );
    let mut client = Client::connect(&server);
    client.say(&format!("EHLO {markup}"));
    client.say(&format!("VRFY {markup}"));
    client.say(&format!("MAIL FROM:<{markup}@example.org>"));
    client.ok("EHLO test.example");
    client.deliver(
        "\"<script>alert(1)</script>\"@example.org",
        &["\"<img/src/onerror=alert(1)>\"@example.org"],
        content.as_bytes(),
    );
    open(&browser, &server, "#/mails");
    browser.wait_for_text(".mail-row .subject", "onerror=alert(1)");
    let mut seen = 0;
    for hash in [
        "mails/1/html",
        "mails/1/text",
        "mails/1/parts",
        "mails/1/headers",
        "mails/1/raw",
        "mails/1/recipients",
        "mails/1/links",
        "mails/1/lint",
        "mails/1/transcript",
        "sessions/1",
        "rejections",
        "mails?q=%3Cimg+src%3Dx+onerror%3Dalert(1)%3E",
        "mails?q=%3Cimg%3E:x",
    ] {
        browser.script(&format!("location.hash = '#/{hash}'"));
        browser.wait_for_text("main", "<");
        seen += usize::from(
            browser.script("return document.body.innerText.includes('<script>')") == true,
        );
        assert_eq!(browser.alert(), None, "{hash}");
        let foreign =
            "document.querySelectorAll('main script, main img, main b, main [onerror]').length";
        assert_eq!(browser.script(&format!("return {foreign}")), 0, "{hash}");
    }
    assert!(
        seen > 8,
        "the markup was to be seen as text, and was so {seen} times"
    );
    browser.script("location.hash = '#/mails/1/links'");
    browser.wait_for_text("#panel", "javascript:alert(1)");
    assert_eq!(
        browser.script("return document.querySelectorAll('a[href^=javascript]').length"),
        0
    );
    canary.assert_unheard_of();
}

#[test]
fn remote_images_are_loaded_when_it_is_asked_for_and_nothing_else_is() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let server = server();
    let canary = Canary::start();
    let url = format!("http://127.0.0.1:{}", canary.port);
    let content = format!(
        "Subject: x\r\nContent-Type: text/html\r\n\r\n<img id=i src='{url}/image'><link rel=stylesheet href='{url}/style'>\
         <style>@import '{url}/import'; @font-face{{font-family:f;src:url({url}/font)}} p{{font-family:f}}</style><p>x</p>\
         <script src='{url}/script'></script><iframe src='{url}/frame'></iframe><video src='{url}/video'></video>\
         <meta http-equiv=refresh content='0;url={url}/refresh'>\r\n"
    );
    deliver(&server, &["ada@example.org"], &content);
    send(&server, "Without HTML");
    open(&browser, &server, "#/mails/1");
    browser.text_in_frame("p");
    browser.wait_for_text(".remote-notice", "Remote images blocked");
    canary.assert_unheard_of();
    browser.click("#load-remote");
    let width = || {
        browser.within_frame(|| {
            browser.script("return document.querySelector('#i')?.naturalWidth ?? 0")
        })
    };
    browser.soon("the image is there", || (width() == 7).then_some(()));
    assert_eq!(canary.asked(), ["GET /image HTTP/1.1"]);
    // The next time it is asked anew.
    browser.click("#tab-raw");
    browser.click("#tab-html");
    browser.text_in_frame("p");
    browser.wait_for_text(".remote-notice", "Remote images blocked");
    assert_eq!(width(), 0);
    assert_eq!(canary.asked().len(), 1);
}

#[test]
fn a_link_of_a_mail_opens_elsewhere_and_has_no_hold_on_the_page() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let server = server();
    let canary = Canary::start();
    let url = format!("http://127.0.0.1:{}/linked", canary.port);
    let content = format!(
        "Subject: x\r\nContent-Type: text/html\r\n\r\n<a id=link rel=opener target=_top href='{url}'>x</a>\r\n"
    );
    deliver(&server, &["ada@example.org"], &content);
    open(&browser, &server, "#/mails/1");
    browser.text_in_frame("#link");
    browser.within_frame(|| browser.click("#link"));
    browser.soon("another window", || (browser.windows() == 2).then_some(()));
    // The browser asks for an icon as well.
    let first = || canary.asked().first().cloned();
    let asked = browser.soon("the link is followed", first);
    assert_eq!(asked, "GET /linked HTTP/1.1");
    assert_eq!(browser.hash(), "/mails/1");
    assert_eq!(browser.within_frame(|| browser.text("#link")), "x");
}

/// Holds back the answers for which `isHeld` says so, until `letGo()`; where `isBroken` says so, there is none.
const HOLDING: &str = "
    const ask = window.fetch;
    window.held = [];
    window.isHeld = window.isBroken = () => false;
    window.fetch = async (url, options) => {
        if (isBroken(url)) throw new TypeError('broken');
        const answer = await ask(url, options);
        if (isHeld(url)) await new Promise(go => held.push(go));
        return answer;
    };
    window.letGo = async () => {
        isHeld = () => false;
        held.splice(0).forEach(go => go());
        await new Promise(done => setTimeout(done, 100));
    };";

#[test]
fn what_is_done_while_the_next_mail_loads_is_not_done_to_the_one_before() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let server = server();
    for subject in ["One", "Two", "Three"] {
        send(&server, subject);
    }
    open(&browser, &server, "#/mails/3");
    browser.wait_for_text("h1", "Three");
    browser.script(HOLDING);
    browser.script("isHeld = url => url.endsWith('/mails/2')");
    browser.press("j");
    browser.wait_for("held.length === 1");
    browser.press("\u{e017}");
    browser.press("u");
    let is_asked = "return document.querySelector('dialog, .toast') !== null";
    assert_eq!(browser.script(is_asked), false);
    browser.script("return letGo()");
    browser.wait_for_text("h1", "Two");
    browser.press("\u{e017}");
    browser.wait_for_text("dialog", "Two");
    browser.press("\u{e00c}");
    browser.wait_for("!document.querySelector('dialog')");
    // Who leaves before the mail is there has not seen it.
    browser.script("isHeld = url => url.endsWith('/mails/1')");
    browser.press("j");
    browser.wait_for("held.length === 1");
    browser.press("gs");
    browser.wait_for("location.hash === '#/sessions'");
    browser.script("return letGo()");
    browser.press("gm");
    browser.wait_for(&format!("{SUBJECTS} === 'Three,Two,One'"));
    assert_eq!(browser.script(&format!("return {UNREAD}")), "One");
    browser.press("jjj");
    browser.wait_for(&format!("{UNREAD} === ''"));
}

#[test]
fn a_mail_that_is_made_to_stop_the_page_does_not() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let server = server();
    // Lines that end with `=` go on (RFC 2045 §6.7).
    let long = |text: &str| format!("{}=\r\n", text.repeat(70)).repeat(6_000);
    let content = format!(
        "Subject: Long\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
         https://example.org/{} the end\r\n\
         --b\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
         <p id=3Dend style=3D\"x:url({}\">the end</p>\r\n--b--\r\n",
        long("."),
        long(" "),
    );
    deliver(&server, &["ada@example.org"], &content);
    open(&browser, &server, "#/mails/1/text");
    browser.wait_for_text("#panel", "the end");
    let link = "return document.querySelector('#panel .prose a').textContent";
    assert_eq!(browser.script(link), "https://example.org/");
    browser.click("#tab-html");
    assert_eq!(browser.text_in_frame("#end"), "the end");
}

#[test]
fn a_mail_with_more_than_can_be_shown_is_shown_as_far_as_that_goes() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let server = server();
    let links: String = (0..80_000)
        .map(|number| format!("http://x.org/{number}\r\n"))
        .collect();
    let content = format!("Subject: Many\r\n\r\n{links}the end\r\n");
    deliver(&server, &["ada@example.org"], &content);
    open(&browser, &server, "#/mails/1/text");
    browser.wait_for(
        "document.querySelector('#panel .prose')?.textContent.trimEnd().endsWith('the end')",
    );
    browser.click("#tab-links");
    browser.wait_for_text("#panel .more", "and 78,000 more");
}

#[test]
fn what_comes_while_one_is_asked_is_not_deleted() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let server = server();
    for subject in ["One", "Two"] {
        send(&server, subject);
    }
    open(&browser, &server, "");
    browser.wait_for(&format!("{SUBJECTS} === 'Two,One'"));
    browser.click("#delete-all");
    browser.wait_for_text("dialog", "Delete all 2 mails?");
    send(&server, "Three");
    browser.wait_for(&format!("{SUBJECTS} === 'Three,Two,One'"));
    browser.click("dialog .danger");
    browser.wait_for_text(".toast", "2 mails deleted");
    browser.wait_for(&format!("{SUBJECTS} === 'Three'"));
    assert_eq!(server.only_mail().message().subject(), "Three");
}

#[test]
fn in_a_search_what_was_found_is_marked_as_read_and_nothing_else() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let server = server();
    for subject in ["One", "Two", "Four", "Three"] {
        send(&server, subject);
    }
    open(&browser, &server, "#/mails?q=subject%3AT");
    browser.wait_for(&format!("{UNREAD} === 'Three,Two'"));
    browser.click("#read-all");
    browser.wait_for(&format!("{SUBJECTS} === 'Three,Two' && {UNREAD} === ''"));
    browser.click("#clear-query");
    browser.wait_for(&format!("{SUBJECTS} === 'Three,Four,Two,One'"));
    assert_eq!(browser.script(&format!("return {UNREAD}")), "Four,One");
}

#[test]
fn the_skip_link_leads_to_the_content_of_the_view() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let server = server();
    open(&browser, &server, "#/rules");
    browser.wait_for_text(".rules", "No rule is in force");
    browser.press("\u{e004}");
    browser.wait_for("document.activeElement.className === 'skip'");
    browser.press("\u{e007}");
    browser.wait_for("document.activeElement.id === 'main'");
    assert_eq!(browser.hash(), "/rules");
    assert!(browser.text("h1") == "Rules");
}

#[test]
fn a_search_does_not_keep_what_is_stored_no_longer() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let server = MailServer::builder()
        .inspector()
        .max_mails(4)
        .drop_oldest()
        .start();
    for subject in ["Two", "Four", "Three", "Five"] {
        send(&server, subject);
    }
    open(&browser, &server, "#/mails?q=subject%3AT");
    browser.wait_for(&format!("{SUBJECTS} === 'Three,Two'"));
    // Gone for a newer one.
    send(&server, "Six");
    browser.wait_for(&format!("{SUBJECTS} === 'Three'"));
    browser.wait_for_text(".summary", "1 found");
    // Deleted by somebody else, though more are stored than were found.
    server.inbox(a_mail().subject("Three")).take_mails();
    browser.wait_for_text(".empty", "No mail is like that");
}

#[test]
fn mails_further_down_that_could_not_be_loaded_can_be_asked_for_again() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let server = server();
    let mut client = Client::connect(&server);
    client.ok("EHLO x");
    for number in 1..=150 {
        let content = format!("Subject: Number {number}\r\n\r\nText\r\n");
        client.deliver("a@example.org", &["ada@example.org"], content.as_bytes());
    }
    open(&browser, &server, "");
    browser.wait_for_text(".summary", "150 mails · 100+ unread");
    browser.script(HOLDING);
    browser.script("isBroken = url => url.includes('cursor=')");
    browser.script(
        "const list = document.querySelector('.virtual'); list.scrollTop = list.scrollHeight",
    );
    browser.wait_for_text(
        ".pane-list [role=alert]",
        "The mails further down could not be loaded",
    );
    browser.wait_for_text(".summary", "100+ unread");
    browser.script("isBroken = () => false");
    browser.click("#load-further");
    browser.wait_for_text(".mail-row:last-child", "Number 1\n");
    browser.wait_for_text(".summary", "150 unread");
    browser.wait_for("!document.querySelector('.pane-list [role=alert]').checkVisibility()");
}

#[test]
fn a_link_without_a_visible_name_has_one_for_those_who_cannot_see_its_icon() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let server = server();
    browser.resize(1000, 700);
    open(&browser, &server, "");
    // What is not displayed is no name either.
    let names = "return [...document.querySelectorAll('#rail a')].map(e => e.innerText.trim())";
    let named = ["Mails", "Sessions", "Rejections", "Rules", "Server"];
    assert_eq!(browser.script(names), json!(named));
    let width = "document.querySelector('.rail-title').clientWidth";
    browser.wait_for(&format!("{width} <= 1"));
    browser.resize(700, 700);
    browser.wait_for(&format!("{width} > 20"));
}

#[test]
fn what_comes_takes_neither_the_focus_away_nor_closes_what_is_open() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let server = server();
    server.on(Trigger::rset()).reply(Reply::try_again_later());
    let is_kept = |selector: &str| {
        let kept =
            format!("return document.activeElement === document.querySelector('{selector}')");
        assert_eq!(browser.script(&kept), true, "{selector}");
    };
    open(&browser, &server, "#/server");
    let how = ".card details";
    browser.click(&format!("{how} summary"));
    browser.script("document.querySelector('#power').focus()");
    send(&server, "One");
    browser.wait_for_text(".figures", "Mails\n1");
    is_kept("#power");
    browser.wait_for(&format!("document.querySelector('{how}').open"));
    // The one button is for both.
    browser.press("\u{e007}");
    browser.wait_for_text("#power", "Come back");
    is_kept("#power");
    browser.script("document.querySelector('#down button').focus()");
    server.take_mails();
    browser.wait_for_text(".figures", "Mails\n0");
    is_kept("#down button");
    browser.press("\u{e007}");
    browser.wait_for("!document.querySelector('#down')");

    browser.press("gr");
    browser.wait_for_text(".rule-card", "tests/page.rs");
    browser.script("document.querySelector('.rule-card button').focus()");
    assert!(
        Client::connect(&server)
            .ok("EHLO x")
            .say("RSET")
            .starts_with("451 ")
    );
    browser.wait_for_text(".rule-figures", "1 hit");
    is_kept(".rule-card button");
}

#[test]
fn an_answer_that_is_late_does_not_undo_a_newer_one() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let server = server();
    open(&browser, &server, "#/rules");
    browser.wait_for_text(".rules", "No rule is in force");
    browser.press("gc");
    browser.script(HOLDING);
    browser.script("isHeld = url => url.endsWith('/rules')");
    browser.press("gr");
    browser.wait_for("held.length === 1");
    browser.script("isHeld = () => false");
    server.on(Trigger::mail()).reply(Reply::try_again_later());
    browser.press("gcgr");
    browser.wait_for_text(".rule-card", "tests/page.rs");
    browser.script("return letGo()");
    browser.wait_for_text(".rule-card", "tests/page.rs");

    browser.press("gs");
    browser.wait_for_text(".empty", "No session yet");
    browser.script("isHeld = url => url.endsWith('/sessions')");
    let connect = "return import('/page/live.js').then(live => live.connect())";
    browser.script(connect);
    browser.wait_for("held.length === 1");
    browser.script("isHeld = () => false");
    let mut client = Client::connect(&server);
    client.ok("EHLO test.example");
    browser.script(connect);
    browser.wait_for_text(".session-row", "test.example");
    // Not even until it is seen that one is missing.
    browser.script(
        "window.isLost = false; \
         return import('/page/feed.js').then(({ sessions }) => sessions.addEventListener( \
             'change', () => { isLost ||= sessions.items.length === 0; }))",
    );
    browser.script("return letGo()");
    browser.wait_for_text(".session-row", "test.example");
    assert_eq!(browser.script("return isLost"), false);
}

#[test]
fn sessions_and_rejections_that_go_for_newer_ones_are_not_loaded_anew() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let server = MailServer::builder()
        .inspector()
        .max_mails(3)
        .drop_oldest()
        .start();
    let visit = || {
        let mut client = Client::connect(&server);
        client.ok("EHLO test.example");
        assert!(client.say("VRFY").starts_with("501 "));
        client.deliver("a@example.org", &["ada@example.org"], b"Subject: x\r\n\r\n");
        client.ok("QUIT");
        client.rest();
    };
    (0..5).for_each(|_| visit());
    let listed = |kind: &str| {
        let rows = format!("[...document.querySelectorAll('.{kind}-row')]");
        let numbers = browser.script(&format!("return {rows}.map(e => Number(e.dataset.key))"));
        serde_json::from_value::<Vec<u64>>(numbers).unwrap()
    };
    let sessions = || {
        server
            .sessions()
            .iter()
            .rev()
            .map(|s| s.id())
            .collect::<Vec<_>>()
    };
    let rejections = || {
        server
            .rejections()
            .iter()
            .rev()
            .map(|r| r.id())
            .collect::<Vec<_>>()
    };
    open(&browser, &server, "#/rejections");
    browser.soon("the rejections", || {
        (listed("rejection") == rejections()).then_some(())
    });
    browser.press("gs");
    browser.soon("the sessions", || {
        (listed("session") == sessions()).then_some(())
    });
    browser.script("performance.clearResourceTimings()");
    for _ in 0..5 {
        visit();
        browser.soon("the sessions", || {
            (listed("session") == sessions()).then_some(())
        });
    }
    browser.press("ge");
    browser.soon("the rejections", || {
        (listed("rejection") == rejections()).then_some(())
    });
    let loaded = "return performance.getEntriesByType('resource').map(e => new URL(e.name).pathname) \
                  .filter(path => /[/](sessions|rejections)$/.test(path))";
    assert_eq!(browser.script(loaded), json!([]));
    // What is cleared is no longer shown.
    server.clear();
    browser.wait_for_text(".empty", "Nothing was refused");
}

#[test]
fn what_is_said_in_a_session_that_is_open_is_seen() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let server = server();
    let mut client = Client::connect(&server);
    client.ok("EHLO x");
    open(&browser, &server, "#/sessions/1");
    browser.wait_for_text(".transcript", "EHLO x");
    client.ok("NOOP");
    browser.wait_for_text(".transcript", "NOOP");
    // What was there is not made anew: who selects a line keeps it.
    browser.script("window.first = document.querySelector('.transcript li')");
    client.ok("RSET");
    browser.wait_for_text(".transcript", "RSET");
    assert_eq!(browser.script("return first.isConnected"), true);
}

#[test]
fn a_long_mail_is_cut_and_read_as_what_it_is() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let server = server();
    let line = format!("{}\r\n", "€".repeat(300));
    let content = format!("Subject: x\r\n\r\n{}", line.repeat(2_500));
    let cut = &content.as_bytes()[..2 * 1024 * 1024];
    assert!(std::str::from_utf8(cut).is_err());
    deliver(&server, &["ada@example.org"], &content);
    open(&browser, &server, "#/mails/1/raw");
    browser.wait_for_text("#panel", "the first 2.0 MiB");
    browser.wait_for("document.querySelector('#raw').textContent.endsWith('€€')");
}

#[test]
fn a_number_that_is_not_asked_for_does_not_count() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let server = server();
    open(&browser, &server, "#/rules");
    browser.choose("#rule-trigger", "rset");
    browser.choose("#rule-frequency", "first");
    browser.write("#rule-times", "0");
    browser.choose("#rule-frequency", "");
    browser.choose("#rule-action", "tls_fault");
    browser.wait_for_text("#rule-action-text", "no close notify");
    browser.choose("#rule-action", "disconnect");
    browser.click("#add-rule");
    browser.wait_for_text(".rule-text", "on(rset()).disconnect()");
}

#[test]
fn a_browser_that_keeps_nothing_shows_it_all_the_same() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let server = server();
    send(&server, "One");
    // As where site data are blocked.
    browser.run_first(
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } })",
    );
    open(&browser, &server, "");
    browser.wait_for_text("#rail [data-view=mails] .count", "1");
    browser.click(".mail-row a");
    browser.wait_for_text("h1", "One");
    browser.wait_for(&format!("{SUBJECTS} === 'One' && {UNREAD} === ''"));
    let ground = || browser.script("return getComputedStyle(document.body).backgroundColor");
    browser.darken(false);
    browser.click("#theme");
    let light = ground();
    browser.click("#theme");
    assert_ne!(ground(), light);
}
