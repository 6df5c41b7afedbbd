//! Properties of matchers: what is built of a mail's own values matches it, and its negation does not.

mod support;

use mailmock::{Mail, MailMatcher, a_mail, all_of, any_of, contains, domain, not, starts_with};
use proptest::prelude::*;
use support::received_by;

fn word() -> impl Strategy<Value = String> {
    "[a-z][a-z0-9]{0,8}"
}

/// A mail, and matchers that are built of its own values.
fn a_mail_and_its_matchers() -> impl Strategy<Value = (Vec<u8>, Vec<String>, String, String)> {
    let recipients = prop::collection::vec((word(), word()), 1..4).prop_map(|names| {
        names
            .iter()
            .map(|(l, d)| format!("{l}@{d}.example"))
            .collect()
    });
    ("[ -~]{0,40}", "[ -~\n]{0,200}", recipients).prop_map(
        |(subject, body, to): (String, String, Vec<String>)| {
            // A subject that looks encoded would be decoded.
            let subject = subject.replace("=?", "").trim().to_owned();
            let body = body
                .lines()
                .map(|line| line.trim_start_matches('.'))
                .collect::<Vec<_>>();
            let lines = body.join("\r\n");
            let content = format!("Subject: {subject}\r\nX-Tag: {subject}\r\n\r\n{lines}\r\n");
            (content.into_bytes(), to, subject, body.join("\n"))
        },
    )
}

fn own_matchers(mail: &Mail, to: &[String], subject: &str, body: &str) -> Vec<MailMatcher> {
    let text = mail.message().text().unwrap_or_default().to_owned();
    assert_eq!(text.trim_end(), body.trim_end());
    vec![
        a_mail(),
        a_mail().sent_from("app@example.org"),
        a_mail().sent_to(to.last().unwrap()),
        a_mail().sent_to(domain(to[0].split('@').nth(1).unwrap())),
        a_mail().sent_only_to(to.to_vec()),
        a_mail().recipient_count(to.len()),
        a_mail().subject(subject),
        a_mail().header("x-tag", starts_with(subject.get(..1).unwrap_or_default())),
        a_mail().text(text.as_str()),
        a_mail().anywhere(contains(subject)),
        a_mail().size(mail.message().size()),
        a_mail().attachment_count(0),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn what_is_built_of_a_mail_matches_it((content, to, subject, body) in a_mail_and_its_matchers()) {
        let paths: Vec<&str> = to.iter().map(String::as_str).collect();
        let mail = received_by(&paths, &content);
        let matchers = own_matchers(&mail, &to, &subject, &body);
        for matcher in &matchers {
            prop_assert!(matcher.is_match(&mail), "{} {:?}", matcher, matcher.check(&mail));
            prop_assert!(matcher.check(&mail).is_ok());
            prop_assert!(!not(matcher.clone()).is_match(&mail), "{}", matcher);
            prop_assert!(not(not(matcher.clone())).is_match(&mail), "{}", matcher);
        }
        prop_assert!(all_of(matchers.clone()).is_match(&mail));
        prop_assert!(any_of(matchers.into_iter().map(not)).check(&mail).is_err());
    }
}

#[test]
fn the_closest_mail_is_never_worse_than_another() {
    let server = mailmock::MailServer::start();
    let mut client = support::Client::connect(&server);
    client.ok("EHLO x");
    for i in 0..16u32 {
        let (to, subject) = (
            ["a@x.org", "b@x.org"][(i & 1) as usize],
            ["A", "B"][(i >> 1 & 1) as usize],
        );
        let (tag, text) = (
            ["1", "2"][(i >> 2 & 1) as usize],
            ["x", "y"][(i >> 3) as usize],
        );
        let content = format!("Subject: {subject}\r\nX-Tag: {tag}\r\n\r\n{text}\r\n");
        client.deliver("app@example.org", &[to], content.as_bytes());
    }
    let conditions = [
        a_mail().sent_to("b@x.org"),
        a_mail().subject("B"),
        a_mail().header("X-Tag", "2"),
        a_mail().text("never"),
    ];
    let wanted = a_mail()
        .sent_to("b@x.org")
        .subject("B")
        .header("X-Tag", "2")
        .text("never");
    let text = server.try_assert_received(wanted).unwrap_err().to_string();
    let closest = text
        .split("closest: #")
        .nth(1)
        .unwrap()
        .split(' ')
        .next()
        .unwrap();
    let closest: u64 = closest.parse().unwrap();
    let score = |mail: &Mail| conditions.iter().filter(|c| c.is_match(mail)).count();
    let mails = server.mails();
    let best = mails.iter().map(score).max().unwrap();
    let found = mails.iter().find(|mail| mail.id() == closest).unwrap();
    assert_eq!(score(found), best);
    // The newest of equals.
    assert_eq!(
        mails.iter().rfind(|mail| score(mail) == best).unwrap().id(),
        closest
    );
}
