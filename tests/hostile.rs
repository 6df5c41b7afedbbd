//! Mails that are made to take long, or much room: what they are is told once, and within bounds.

mod support;

use support::{received, received_by};

fn html(body: &str) -> Vec<u8> {
    format!("Content-Type: text/html\r\n\r\n{body}\r\n").into_bytes()
}

#[test]
fn content_ids_without_an_end_are_none() {
    let mail = received(&html(&"cid:".repeat(20_000)));
    let lint = mail.lint();
    let places = lint.findings().iter().map(|finding| finding.place().len());
    assert!(places.sum::<usize>() < 10_000);
    let one = received(&html(&format!("<img src='cid:{}'>", "cid:".repeat(20))));
    assert!(one.lint().to_string().contains(&"cid:".repeat(21)));
}

#[test]
fn many_recipients_are_compared() {
    let list = |name: &str, count: usize| {
        let all: Vec<_> = (0..count)
            .map(|i| format!("{name}{i}@Example.org"))
            .collect();
        all.join(",\r\n ")
    };
    let content = format!(
        "To: {}\r\nCc: {}\r\n\r\n",
        list("to", 4_000),
        list("cc", 2_000)
    );
    let mail = received_by(
        &["to7@example.ORG", "blind@example.org"],
        content.as_bytes(),
    );
    let recipients = mail.recipients();
    assert_eq!(recipients.announced(), ["to7@example.ORG"]);
    assert_eq!(recipients.blind(), ["blind@example.org"]);
    assert_eq!(recipients.never_sent().len(), 5_999);
}

#[test]
fn many_codes_and_links_are_found_once_each() {
    let codes: String = (0..3_000).map(|i| format!("{}\r\n", 100_000 + i)).collect();
    let mail = received(format!("Subject: your codes\r\n\r\n{codes}{codes}").as_bytes());
    assert_eq!(mail.message().codes().len(), 3_000);
    let links: String = (0..2_000)
        .map(|i| format!("<a href=\"https://example.org/{i}\">x</a> https://example.net/{i} "))
        .collect();
    let mail = received(&html(&(links.clone() + &links)));
    assert_eq!(mail.message().links().len(), 4_000);
}

#[test]
fn parts_and_fields_beyond_a_number_are_not_told_apart() {
    let parts = "--b\r\n\r\nx\r\n".repeat(11_000);
    let content = format!("Content-Type: multipart/mixed; boundary=b\r\n\r\n{parts}--b--\r\n");
    let mail = received(content.as_bytes());
    assert_eq!(mail.message().parts().len(), 10_002); // the whole, and the rest as one
    let error = mail.message().parse_error().unwrap().to_string();
    assert!(error.contains("there are more than 10000 parts"), "{error}");

    let content = "a: b\r\n".repeat(11_000) + "\r\ntext\r\n";
    let mail = received(content.as_bytes());
    assert_eq!(mail.message().headers().iter().count(), 10_000);
    assert_eq!(mail.message().text(), Some("text"));
    assert!(mail.message().parse_error().is_some());
}

#[test]
fn a_boundary_of_nothing_is_none() {
    let content = format!(
        "Content-Type: multipart/mixed; boundary=\"\"\r\n\r\n{}",
        "--\r\n".repeat(20_000)
    );
    let mail = received(content.as_bytes());
    assert_eq!(mail.message().parts().len(), 1);
}
