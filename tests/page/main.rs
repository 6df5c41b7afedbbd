//! The inspector's page, in a real browser: what it shows, what it does, and what mails cannot do to it.

#![cfg(feature = "inspector")]

#[path = "../support/browser.rs"]
mod browser;
mod hostile;
mod mail;
mod mails;
mod rules;
mod server_view;
mod sessions;
#[path = "../support/mod.rs"]
mod support;
mod whole;

use browser::Browser;
use mailmock::MailServer;
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

/// Goes to another view of the page that is open.
fn go(browser: &Browser, view: &str) {
    browser.script(&format!("location.hash = '#/{view}'"));
    browser.wait_for(&format!("document.body.dataset.view === '{view}'"));
}

/// Keeps the page's messages, which go away again, maybe before they are looked for.
fn keep_toasts(browser: &Browser) {
    browser.script(
        "window.toasts = '';
         const keep = changes => changes.forEach(({ addedNodes }) => addedNodes.forEach(node => toasts += node.textContent));
         new MutationObserver(keep).observe(document.getElementById('toasts'), { childList: true })",
    );
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
