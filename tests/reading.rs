//! Reading a mail as its reader would: links, one-time codes, images.

mod support;

use mailmock::{Mail, contains};
use support::received;

fn plain(text: &str) -> Mail {
    let text = text.replace('\n', "\r\n");
    received(
        format!("Subject: Hello\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n")
            .as_bytes(),
    )
}

fn html(html: &str) -> Mail {
    let html = html.replace('\n', "\r\n");
    received(
        format!("Subject: Hello\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{html}\r\n")
            .as_bytes(),
    )
}

#[test]
fn codes_are_what_a_reader_would_type_in() {
    let cases: &[(&str, &[&str])] = &[
        ("Your code is 471100.", &["471100"]),
        ("Your verification code: 1234", &["1234"]),
        ("Use 123 456 as your one-time password.", &["123 456"]),
        ("123456 is your Acme code. Don't share it.", &["123456"]),
        ("G-471100 is your verification code", &["G-471100"]),
        (
            "Your login PIN: 4711\nIt is valid for 10 minutes.",
            &["4711"],
        ),
        (
            "Enter this code to sign in:\n\n    829 104\n\nThanks",
            &["829 104"],
        ),
        (
            "Hi Ada,\n\nhere is your passcode.\n\n553311\n\nThe team",
            &["553311"],
        ),
        ("Your code: AB12-CD34", &["AB12-CD34"]),
        ("Backup code: X7K9Q2", &["X7K9Q2"]),
        ("Ihr Bestätigungscode lautet 998877.", &["998877"]),
        ("Votre code de vérification est 445566", &["445566"]),
        ("Su código de acceso es 778899", &["778899"]),
        ("Il tuo codice: 112233", &["112233"]),
        ("Din kode er 5512", &["5512"]),
        ("Your OTP (776655) expires in 5 minutes.", &["776655"]),
        ("Your code is 2024. Do not share it.", &["2024"]),
        (
            "Code 111222 for app A, code 333444 for app B",
            &["111222", "333444"],
        ),
        (
            "Your code is 471100. Again: your code is 471100.",
            &["471100"],
        ),
        (
            "mTAN: 663311 for your transfer of 1250.00 EUR to Bob",
            &["663311"],
        ),
        (
            "Your code is 471100. It is valid until 10:45. Questions? +49 30 1234567",
            &["471100"],
        ),
        (
            "Your code is 471100. Bye. Yours. PS: we moved to 70173 Stuttgart",
            &["471100"],
        ),
        ("Enter the code\n123456 within 10 minutes.", &["123456"]),
        ("Use 123456 to verify your account.", &["123456"]),
        ("Votre mot de passe à usage unique est 123456", &["123456"]),
        ("Ihr Einmalkennwort lautet 123456", &["123456"]),
        (
            "Your code is 123456. Questions? Call 0800 123 4567.",
            &["123456"],
        ),
        (
            "Ihr Code 123456 ist gültig bis zum 12. Mai 2024.",
            &["123456"],
        ),
        (
            "Ihre Bestellnummer 471199, Ihr Code lautet 1234.",
            &["1234"],
        ),
        ("Ihr Code 1234 für Auftrag 99887", &["1234"]),
        // And what is none.
        ("Use code SUMMER25 for 25% off", &[]),
        ("Code promo : NOEL25", &[]),
        ("codice sconto: SALE20", &[]),
        ("Code postal : 75001 Paris", &[]),
        ("Code client : 123456", &[]),
        ("code of conduct training for 2024", &[]),
        ("The code (SHA256 hash) is attached", &[]),
        ("Thanks for your order #12345. Total: $1999", &[]),
        ("Invoice 2024117 of 2024-11-17 over 1234,56 €", &[]),
        ("Call us at +49 30 1234567 or 555-1234.", &[]),
        ("Use promo code SAVE2024 for 20% off orders over $5000", &[]),
        ("Meeting on 12.05.2024 at 14:30 in room 4711", &[]),
        ("Copyright 2024 Acme Inc., 94105 San Francisco", &[]),
        ("Your zip code 94105 was saved.", &[]),
        ("The server answered with status code 5031", &[]),
        (
            "Reset your password: https://example.org/reset?code=123456&token=998877",
            &[],
        ),
        (
            "We are open until 31 December 2025.\n2025\nHappy new year",
            &[],
        ),
        ("Your balance is 12345 EUR as of 2024-01-31", &[]),
        ("Customer number 887766, flight 4711, ticket 123456", &[]),
        ("Hello Ada, welcome to the club!", &[]),
    ];
    for (text, codes) in cases {
        assert_eq!(plain(text).message().codes(), *codes, "{text}");
        // The same as HTML only.
        let body = format!(
            "<html><body><p>{}</p></body></html>",
            text.replace('\n', "</p><p>")
        );
        assert_eq!(html(&body).message().codes(), *codes, "{body}");
    }
}

#[test]
fn a_long_line_full_of_numbers_is_read_in_time() {
    let text = "1234 code ".repeat(3_000);
    assert_eq!(html(&text).message().codes(), ["1234"]);
}

#[test]
fn codes_of_html_stand_in_boxes_of_their_own() {
    let mail = html(
        "<style>.c123456 { color: #998877 }</style><div style=\"display:none\">Your code 000000</div>\n\
         <h1>Sign in</h1><table><tr><td>Enter this code:</td></tr><tr><td><b>4</b><b>7</b>1&#48;11</td></tr></table>\n\
         <p>Not you? Call <a href=\"tel:+493012345\">+49 30 12345</a>.</p><small>&copy; 2024 Acme</small>",
    );
    assert_eq!(mail.message().codes(), ["471011"]);
    let subject = received(b"Subject: 665544 is your code\r\n\r\nSee the subject.\r\n");
    assert_eq!(subject.message().codes(), ["665544"]);
    let own = plain("Ticket ABC-778 for Ada");
    assert_eq!(
        own.message().codes_matching(r"Ticket ([A-Z]+-\d+)"),
        ["ABC-778"]
    );
    assert_eq!(own.message().codes_matching(r"[a-z]da|Ada"), ["Ada"]);
}

#[test]
fn links_are_those_that_can_be_followed() {
    let mail = html(
        "<a href=\"https://example.org/reset?a=1&amp;b=2\"><b>Reset</b>\n your <i>password</i></a> or\n\
         <a name=here>not</a> <A HREF=' mailto:help@example.org '>write</A>, see https://example.org/help.\n\
         <script>\"<a href='https://evil.example'>\"</script><a href=\"https://example.org/hidden\" hidden>x</a>\n\
         <a href=https://example.org/reset?a=1&b=2>again</a>",
    );
    let links = mail.message().links();
    let found: Vec<_> = links
        .iter()
        .map(|link| (link.href(), link.text()))
        .collect();
    assert_eq!(
        found,
        [
            ("https://example.org/reset?a=1&b=2", "Reset your password"),
            ("mailto:help@example.org", "write"),
            ("https://example.org/reset?a=1&b=2", "again"),
            ("https://example.org/help", "https://example.org/help"),
        ]
    );
    assert_eq!(
        mail.message().link("write").unwrap().href(),
        "mailto:help@example.org"
    );
    assert_eq!(
        mail.message().link(contains("/reset")).unwrap().text(),
        "Reset your password"
    );
    assert!(mail.message().link(contains("nowhere")).is_none());

    let mail = plain(
        "See <https://example.org/a?b=c#d>, (http://example.org/x_(y)) and https://example.org/a?b=c#d.",
    );
    let links = mail.message().links();
    let found: Vec<_> = links.iter().map(mailmock::Link::href).collect();
    assert_eq!(
        found,
        ["https://example.org/a?b=c#d", "http://example.org/x_(y)"]
    );
    assert!(plain("Nothing here").message().links().is_empty());
}

#[test]
fn html_as_it_is_written_is_read() {
    for (body, text, link) in [
        (
            "<head><title>t</title><body><p>Text <a href=/x>go</a>",
            "Text go",
            "go",
        ),
        ("<p hidden>pre<p>Real <a href=/x>go</a>", "Real go", "go"),
        (
            "<ul><li style='display:none'>x<li>Real <a href=/x>go</a></ul>",
            "Real go",
            "go",
        ),
        (
            "<table><tr><td style='display: none'>x<td>Real <a href=/x>go</a></table>",
            "Real go",
            "go",
        ),
        (
            "<script>write('<!-- ')</script><a href=/x>go</a>",
            "go",
            "go",
        ),
        ("<style><!-- a{} </style><a href=/x>go</a>", "go", "go"),
        (
            "<textarea><a href=/y>no</a></textarea><a href=' /\n x'>go</a>",
            "go",
            "go",
        ),
        ("<a href=/x><img alt=Logo src=l></a>", "", "Logo"),
        ("<map><area href=/x alt=East></map>text", "text", "East"),
        (
            "<!--[if mso]><a href=/y>no</a><![endif]--><a href=/x>go",
            "go",
            "go",
        ),
    ] {
        let mail = html(body);
        assert_eq!(mail.message().text_from_html().unwrap(), text, "{body}");
        let links = mail.message().links();
        let found: Vec<_> = links.iter().map(mailmock::Link::text).collect();
        assert_eq!(found, [link], "{body}");
    }
}

#[test]
fn links_of_both_alternatives_are_named_once() {
    let mail = received(
        b"Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=a\r\n\r\n\
          --a\r\nContent-Type: text/plain\r\n\r\nhttps://example.org/a and https://example.org/b\r\n\
          --a\r\nContent-Type: text/html\r\n\r\n<a href=\"https://example.org/a\">A</a>\r\n--a--\r\n",
    );
    let links = mail.message().links();
    let found: Vec<_> = links
        .iter()
        .map(|link| (link.href(), link.text()))
        .collect();
    assert_eq!(
        found,
        [
            ("https://example.org/a", "A"),
            ("https://example.org/b", "https://example.org/b")
        ]
    );
}

#[test]
fn images_say_where_they_come_from() {
    let mail = html(
        "<img src=\"cid:logo@x\" alt=\"Logo\"><img src='https://t.example/1.gif' width=1 height=1>\
         <img src=\"//t.example/2.gif\"><img src=\"data:image/png;base64,AA==\"><img>",
    );
    let images = mail.message().images();
    let found: Vec<_> = images
        .iter()
        .map(|i| (i.src(), i.alt(), i.content_id(), i.is_remote()))
        .collect();
    assert_eq!(
        found,
        [
            ("cid:logo@x", "Logo", Some("logo@x"), false),
            ("https://t.example/1.gif", "", None, true),
            ("//t.example/2.gif", "", None, true),
            ("data:image/png;base64,AA==", "", None, false),
            ("", "", None, false),
        ]
    );
}

#[test]
fn the_text_of_html_is_what_is_shown() {
    let mail = html(
        "<head><title>no</title></head><body><h1>Title</h1>One   two<br>three<p>Four&nbsp;five</p>\n\
         <ul><li>a<li>b</ul><pre>x  y\n z</pre><table><tr><td>1<td>2<tr><td>3</table><span hidden>no</span>end",
    );
    assert_eq!(
        mail.message().text_from_html().unwrap(),
        "Title\nOne two\nthree\nFour five\na\nb\nx  y\n z\n1 2\n3\nend"
    );
    assert_eq!(plain("x").message().text_from_html(), None);
}

#[test]
fn unsubscribing_and_receipts_are_told() {
    let mail = received(
        b"List-Unsubscribe: <mailto:u@example.org>, <https://example.org/u>\r\n\
          List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n\
          Disposition-Notification-To: Ada <ada@example.org>\r\n\r\n",
    );
    let unsubscribe = mail.message().unsubscribe().unwrap();
    assert_eq!(
        unsubscribe.links(),
        ["mailto:u@example.org", "https://example.org/u"]
    );
    assert!(unsubscribe.is_one_click());
    assert_eq!(
        mail.message().receipt_requested().unwrap().addresses(),
        ["ada@example.org"]
    );
    let other = received(b"List-Unsubscribe: <mailto:u@example.org>\r\n\r\n");
    assert!(!other.message().unsubscribe().unwrap().is_one_click());
    assert!(other.message().receipt_requested().is_none());
    assert!(plain("x").message().unsubscribe().is_none());
}
