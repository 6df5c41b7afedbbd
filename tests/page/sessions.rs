//! Sessions and rejections.

use mailmock::{MailServer, Reply, Trigger};
use serde_json::json;

use crate::browser::Browser;
use crate::support::Client;
use crate::{go, open, server};

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

    go(&browser, "rejections");
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
    browser.wait_for_text(".rejection-row:first-child", file!());
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
    go(&browser, "sessions");
    browser.wait_for_text(".session-row", "1 refused");
    go(&browser, "rejections");
    browser.click(".rejection-row:first-child .rejection-why a");
    browser.wait_for_text(".rule-text", "on(rset()).disconnect()");
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
    go(&browser, "sessions");
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
    go(&browser, "rejections");
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
