//! Recipes: what applications do with mail, and how it is tested. The guide points here.

use std::sync::{LazyLock, Mutex};
use std::thread;
use std::time::Duration;

use lettre::message::{Attachment, MultiPart};
use lettre::{Message, SmtpTransport, Transport as _};
use mailmock::{MailServer, Reply, Trigger, a_mail, a_rejection, contains, domain, in_order, not};

/// An application as they are, which sends mail through lettre.
mod app {
    use super::*;

    pub(crate) fn transport(url: &str) -> SmtpTransport {
        SmtpTransport::from_url(url).unwrap().build()
    }

    pub(crate) fn letter(to: &str, subject: &str, body: &str) -> Message {
        Message::builder()
            .from("Shop <shop@example.com>".parse().unwrap())
            .to(to.parse().unwrap())
            .subject(subject)
            .message_id(None)
            .body(body.to_owned())
            .unwrap()
    }

    pub(crate) fn send(url: &str, to: &str, subject: &str, body: &str) {
        transport(url).send(&letter(to, subject, body)).unwrap();
    }

    pub(crate) fn sign_up(url: &str, to: &str, password: &str) {
        let _ = password; // it is stored, and must not be told
        send(url, to, "Welcome", "Hello, and welcome to the shop!");
    }

    pub(crate) fn request_reset(url: &str, to: &str, token: u32) {
        let body =
            format!("Click here:\nhttps://shop.example.com/reset?token={token}\nOr ignore this.");
        send(url, to, "Reset your password", &body);
    }

    pub(crate) fn send_code(url: &str, to: &str, code: u32) {
        let mail = Message::builder()
            .from("shop@example.com".parse().unwrap())
            .to(to.parse().unwrap())
            .subject("Your login code")
            .multipart(MultiPart::alternative_plain_html(
                format!("Your code is {code}. It is valid until 10:45. Questions? +49 30 1234567"),
                format!("<p>Your code is</p><h1>{code}</h1><p>It is valid until 10:45.</p>"),
            ))
            .unwrap();
        transport(url).send(&mail).unwrap();
    }

    pub(crate) fn send_invoice(url: &str, to: &str, pdf: &[u8]) {
        let pdf = Attachment::new("invoice-17.pdf".to_owned())
            .body(pdf.to_vec(), "application/pdf".parse().unwrap());
        let text = lettre::message::SinglePart::plain("Your invoice is attached.".to_owned());
        let mail = Message::builder()
            .from("shop@example.com".parse().unwrap())
            .to(to.parse().unwrap())
            .subject("Invoice 17")
            .multipart(MultiPart::mixed().singlepart(text).singlepart(pdf))
            .unwrap();
        transport(url).send(&mail).unwrap();
    }

    /// A newsletter with blind recipients, for those who did not unsubscribe, over one connection.
    pub(crate) fn send_newsletter(url: &str, readers: &[String], unsubscribed: &[&str]) {
        let transport = transport(url);
        let wanted = readers
            .iter()
            .filter(|reader| !unsubscribed.contains(&reader.as_str()));
        let mut builder = Message::builder()
            .from("News <news@example.com>".parse().unwrap())
            .to("news@example.com".parse().unwrap())
            .subject("News");
        for reader in wanted {
            builder = builder.bcc(reader.parse().unwrap());
        }
        transport
            .send(&builder.body("All that is new.".to_owned()).unwrap())
            .unwrap();
    }

    /// Tries a few times, and hands what cannot be delivered to the postmaster.
    pub(crate) fn send_or_give_up(url: &str, to: &str) {
        let transport = transport(url);
        let mail = letter(to, "Important", "Read this.");
        let is_sent = (0..3).any(|_| transport.send(&mail).is_ok());
        if !is_sent {
            send(
                url,
                "postmaster@example.com",
                "Undelivered",
                &format!("It was for {to}."),
            );
        }
    }

    pub(crate) fn contact_form(url: &str, subject: &str, text: &str) {
        send(url, "help@example.com", subject, text);
    }
}

#[test]
fn a_welcome_mail_goes_out() {
    let server = MailServer::start();
    app::sign_up(&server.url(), "ada@example.org", "hunter2");
    server.only_mail().assert(
        a_mail()
            .sent_only_to(["ada@example.org"])
            .header_from("shop@example.com")
            .subject("Welcome")
            .text(contains("welcome to the shop")),
    );
}

#[test]
fn the_password_is_nowhere() {
    let server = MailServer::start();
    app::sign_up(&server.url(), "ada@example.org", "hunter2");
    server.assert_received(not(a_mail().anywhere(contains("hunter2"))));
    server.assert_not_received(a_mail().anywhere(contains("hunter2")));
}

#[test]
fn the_newest_reset_link_is_the_one_that_counts() {
    let server = MailServer::start();
    app::request_reset(&server.url(), "ada@example.org", 1);
    app::request_reset(&server.url(), "ada@example.org", 2);
    let newest = server
        .wait_for(
            a_mail()
                .sent_to("ada@example.org")
                .subject(contains("Reset")),
        )
        .blocking();
    let link = newest
        .message()
        .link(contains("/reset"))
        .expect("there is a link");
    assert_eq!(link.href(), "https://shop.example.com/reset?token=2");
}

#[test]
fn a_one_time_code_is_read() {
    let server = MailServer::start();
    app::send_code(&server.url(), "ada@example.org", 471_100);
    assert_eq!(server.only_mail().message().codes(), ["471100"]);
}

#[test]
fn an_invoice_has_its_pdf() {
    let server = MailServer::start();
    app::send_invoice(&server.url(), "ada@example.org", b"%PDF-1.7");
    server.assert_received(a_mail().attachment_count(1).attachment_with(
        "invoice-17.pdf",
        "application/pdf",
        *b"%PDF-1.7",
    ));
}

#[test]
fn a_newsletter_has_fifty_blind_recipients() {
    let server = MailServer::start();
    let readers: Vec<_> = (0..50).map(|i| format!("reader{i}@example.org")).collect();
    app::send_newsletter(&server.url(), &readers, &[]);
    server.assert_recipient_count(51);
    server
        .only_mail()
        .assert(a_mail().blind_to("reader7@example.org").no_header("Bcc"));
    assert_eq!(server.only_mail().recipients().blind().len(), 50);
    server.assert_no_bcc_leak();
}

#[test]
fn nothing_is_sent_to_the_unsubscribed() {
    let server = MailServer::start();
    let readers = ["ada@example.org", "bob@example.org"].map(str::to_owned);
    app::send_newsletter(&server.url(), &readers, &["bob@example.org"]);
    server.wait_until_idle().blocking(); // a pool may still have something to send
    server.assert_no_mail_to("bob@example.org");
    server.assert_received(a_mail().sent_to("ada@example.org"));
}

#[test]
fn the_order_comes_before_the_shipment() {
    let server = MailServer::start();
    app::send(&server.url(), "ada@example.org", "Your order", "We got it.");
    app::send(
        &server.url(),
        "ada@example.org",
        "Your shipment",
        "It is on its way.",
    );
    server.assert_in_order([
        a_mail().subject("Your order"),
        a_mail().subject("Your shipment"),
    ]);
    server
        .only(a_mail().subject("Your order"))
        .assert(a_mail().text(in_order(["We", "got"])));
}

#[test]
fn what_cannot_be_delivered_goes_to_the_postmaster() {
    let server = MailServer::start();
    let gone = server
        .on(Trigger::rcpt_to("gone@example.org"))
        .expect(3)
        .reply(Reply::mailbox_unavailable());
    app::send_or_give_up(&server.url(), "gone@example.org");
    server.only_mail().assert(
        a_mail()
            .sent_to("postmaster@example.com")
            .text(contains("gone@example.org")),
    );
    server.assert_rejected(a_rejection().code(550).rule(gone.location()));
}

#[test]
fn mails_sent_in_parallel_make_a_stable_snapshot() {
    let server = MailServer::start();
    thread::scope(|scope| {
        for name in ["ada", "bob", "eve"] {
            let url = server.url();
            scope.spawn(move || app::send(&url, &format!("{name}@example.org"), "Hello", "Hi!"));
        }
    });
    insta::assert_snapshot!(server.snapshot().unordered(), @"
    - envelope:
        reverse_path: shop@example.com
        forward_paths:
          - ada@example.org
      header:
        From: Shop <shop@example.com>
        To: ada@example.org
        Subject: Hello
        Message-ID: <[message-id-1]>
        Content-Transfer-Encoding: 7bit
        Date: [date]
      body:
        Hi!
    - envelope:
        reverse_path: shop@example.com
        forward_paths:
          - bob@example.org
      header:
        From: Shop <shop@example.com>
        To: bob@example.org
        Subject: Hello
        Message-ID: <[message-id-2]>
        Content-Transfer-Encoding: 7bit
        Date: [date]
      body:
        Hi!
    - envelope:
        reverse_path: shop@example.com
        forward_paths:
          - eve@example.org
      header:
        From: Shop <shop@example.com>
        To: eve@example.org
        Subject: Hello
        Message-ID: <[message-id-3]>
        Content-Transfer-Encoding: 7bit
        Date: [date]
      body:
        Hi!
    ");
}

/// For suites that must share one server: each test has its own part of it.
static SHARED: LazyLock<MailServer> = LazyLock::new(MailServer::start);

#[test]
fn tests_can_share_a_server_by_tenants() {
    let tests: Vec<_> = (0..4)
        .map(|i| {
            thread::spawn(move || {
                let tenant = format!("tenant{i}.example");
                let inbox = SHARED.inbox(a_mail().sent_to(domain(tenant.clone())));
                app::send(&SHARED.url(), &format!("ada@{tenant}"), "Hello", "Hi!");
                inbox.only_mail().assert(a_mail().subject("Hello"));
                inbox.clear();
                inbox.assert_no_mail();
            })
        })
        .collect();
    for test in tests {
        test.join().unwrap();
    }
}

/// Or they take turns.
static TURN: Mutex<()> = Mutex::new(());

#[test]
fn tests_can_share_a_server_in_turns() {
    static SERVER: LazyLock<MailServer> = LazyLock::new(MailServer::start);
    for _ in 0..2 {
        let _turn = TURN.lock().unwrap();
        SERVER.reset();
        SERVER.expect(1, a_mail().sent_to("ada@example.org"));
        app::send(&SERVER.url(), "ada@example.org", "Hello", "Hi!");
        SERVER.verify();
    }
}

#[test]
fn a_contact_form_does_not_inject_headers() {
    let server = MailServer::start();
    app::contact_form(&server.url(), "Hi\r\nBcc: everybody@example.org", "Hello");
    let mail = server.only_mail();
    mail.assert(
        a_mail()
            .sent_only_to(["help@example.com"])
            .no_header("Bcc")
            .header_count("Subject", 1),
    );
    mail.lint().allow("header-injection").assert_clean(); // the line end is within an encoded word
}

#[tokio::test]
async fn a_reminder_is_sent_in_the_background() {
    let server = MailServer::start();
    let url = server.url();
    let task = tokio::task::spawn_blocking(move || {
        app::send(&url, "bob@example.org", "Reminder", "It is tomorrow.");
    });
    let mail = server
        .wait_for(
            a_mail()
                .sent_to("bob@example.org")
                .subject(contains("Reminder")),
        )
        .await;
    assert!(mail.message().text().unwrap().contains("tomorrow"));
    server
        .assert_none_within(Duration::from_millis(20), a_mail().subject("Again"))
        .await;
    task.await.unwrap();
}

/// Submission: only over TLS, only to whom the certificate names, and the password to nobody else.
#[cfg(feature = "tls")]
#[test]
fn mail_is_submitted_over_tls_or_not_at_all() {
    use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
    use mailmock::{TlsFault, a_session};

    let server = MailServer::builder()
        .starttls()
        .credentials("shop", "hunter2")
        .require_auth()
        .start();
    let trusted = Certificate::from_pem(server.ca_certificate_pem().as_bytes()).unwrap();
    let tls = TlsParameters::builder(server.host().to_owned()).add_root_certificate(trusted);
    let shop = SmtpTransport::from_url(&server.url_as("shop"))
        .unwrap()
        .tls(Tls::Required(tls.build().unwrap()))
        .build();
    let letter = app::letter("ada@example.org", "Welcome", "Hello!");

    shop.send(&letter).unwrap();
    server.assert_received(a_mail().sent_to("ada@example.org").over_tls());
    server.assert_sessions(a_session().authenticated_as("shop").no_plaintext_auth());
    server.assert_not_received(a_mail().anywhere("hunter2"));

    // An expired certificate, then no TLS at all: nothing is sent, and nobody hears the password.
    let mark = server.mark();
    server
        .on(Trigger::tls_handshake())
        .tls_fault(TlsFault::Expired);
    shop.shutdown();
    shop.send(&letter).unwrap_err();
    server
        .on(Trigger::starttls())
        .reply(Reply::tls_not_available());
    shop.send(&letter).unwrap_err();
    server.since(mark).assert_no_mail();
    assert!(server.since(mark).logins().is_empty());
}
