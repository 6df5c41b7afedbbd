//! One mail, in each of its tabs.

use std::fs;

use mailmock::{Reply, Trigger};
use serde_json::json;

use crate::browser::Browser;
use crate::support::Client;
use crate::{HOLDING, SUBJECTS, UNREAD, deliver, go, invoice, open, send, server};

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
    browser.wait_for("held.length > 0");
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
    browser.wait_for("held.length > 0");
    go(&browser, "sessions");
    browser.script("return letGo()");
    go(&browser, "mails");
    browser.wait_for(&format!("{SUBJECTS} === 'Three,Two,One'"));
    assert_eq!(browser.script(&format!("return {UNREAD}")), "One");
    browser.press("jjj");
    browser.wait_for(&format!("{UNREAD} === ''"));
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
fn a_long_mail_is_cut_and_read_as_what_it_is() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let server = server();
    let line = format!("{}\r\n", "€".repeat(300));
    // No text, which would be looked through for codes and links.
    let kind = "Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: 8bit";
    let content = format!("Subject: x\r\n{kind}\r\n\r\n{}", line.repeat(2_500));
    let cut = &content.as_bytes()[..2 * 1024 * 1024];
    assert!(std::str::from_utf8(cut).is_err());
    deliver(&server, &["ada@example.org"], &content);
    open(&browser, &server, "#/mails/1/raw");
    browser.wait_for_text("#panel", "the first 2.0 MiB");
    browser.wait_for("document.querySelector('#raw').textContent.endsWith('€€')");
}
