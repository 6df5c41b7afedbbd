//! The page as a whole: keys, links, looks, sizes, and those who cannot see it.

use mailmock::{Reply, Trigger};
use serde_json::json;

use crate::browser::Browser;
use crate::support::Client;
use crate::{HOLDING, SUBJECTS, UNREAD, deliver, go, invoice, open, send, server};

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
    browser.wait_for(&format!("{SUBJECTS} === 'Three,Two,One'"));
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

    go(&browser, "rules");
    browser.wait_for_text(".rule-card", file!());
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
    go(&browser, "server");
    browser.script(HOLDING);
    browser.script("isHeld = url => url.endsWith('/rules')");
    go(&browser, "rules");
    browser.wait_for("held.length > 0");
    browser.script("isHeld = () => false");
    server.on(Trigger::mail()).reply(Reply::try_again_later());
    go(&browser, "server");
    go(&browser, "rules");
    browser.wait_for_text(".rule-card", file!());
    browser.script("return letGo()");
    browser.wait_for_text(".rule-card", file!());

    go(&browser, "sessions");
    browser.wait_for_text(".empty", "No session yet");
    browser.script("isHeld = url => url.endsWith('/sessions')");
    let connect = "return import('/page/live.js').then(live => live.connect())";
    browser.script(connect);
    browser.wait_for("held.length > 0");
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
