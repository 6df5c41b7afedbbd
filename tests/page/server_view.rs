//! The server itself: moved, parked, and with a token.

use std::io::{BufRead as _, BufReader};
use std::net::TcpStream;
use std::process::{Command, Stdio};

use mailmock::MailServer;

use crate::browser::Browser;
use crate::support::Client;
use crate::{deliver, invoice, keep_toasts, open, server};

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
    keep_toasts(&browser);
    browser.script("[...document.querySelectorAll('button')].find(b => b.textContent === '+10 minutes').click()");
    browser.wait_for("toasts.includes('600 seconds later')");
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
        "server_view::a_test_that_is_parked",
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
