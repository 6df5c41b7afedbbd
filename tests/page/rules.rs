//! Rules, by the form and by hand.

use mailmock::{Reply, Trigger};

use crate::browser::Browser;
use crate::support::Client;
use crate::{open, server};

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
    browser.wait_for_text(".rule-card:first-child", file!());
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
