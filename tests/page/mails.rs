//! The list of mails: what comes, what is looked for, read, deleted and dropped.

use mailmock::{MailServer, a_mail};
use serde_json::json;

use crate::browser::Browser;
use crate::support::Client;
use crate::{HOLDING, SUBJECTS, UNREAD, deliver, keep_toasts, open, send, server};

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
    keep_toasts(&browser);
    browser.click("#delete-all");
    browser.wait_for_text("dialog", "Delete all 2 mails?");
    send(&server, "Three");
    browser.wait_for(&format!("{SUBJECTS} === 'Three,Two,One'"));
    browser.click("dialog .danger");
    browser.wait_for("toasts.includes('2 mails deleted')");
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
