//! Snapshots: the same in each run, whatever the client makes up.

mod support;

use std::thread;

use lettre::message::{Attachment, MultiPart};
use lettre::{Message, SmtpTransport, Transport as _};
use mailmock::{MailServer, a_mail};
use support::program::{NODE_MODULES, has_node_modules, run};
use support::{Client, received};

fn invoice(to: &str) -> Message {
    let pdf = Attachment::new("invoice.pdf".to_owned());
    let alternatives = MultiPart::alternative_plain_html(
        "See http://127.0.0.1:54321/invoice\n\nBye".to_owned(),
        "<p>See <a href=\"http://localhost:54321/invoice\">it</a></p>".to_owned(),
    );
    Message::builder()
        .from("Shop <shop@example.org>".parse().unwrap())
        .to(to.parse().unwrap())
        .subject("Ihre Rechnung über 12 €")
        .message_id(None)
        .in_reply_to("<order-1@shop.example>".to_owned())
        .multipart(
            MultiPart::mixed()
                .multipart(alternatives)
                .singlepart(pdf.body(b"%PDF".to_vec(), "application/pdf".parse().unwrap())),
        )
        .unwrap()
}

fn send(server: &MailServer, mail: &Message) {
    let transport = SmtpTransport::from_url(&server.url()).unwrap().build();
    transport.send(mail).unwrap();
}

#[test]
fn a_mail_is_the_same_in_each_run() {
    let server = MailServer::start();
    send(&server, &invoice("ada@example.org"));
    insta::assert_snapshot!(server.only_mail().snapshot(), @r#"
    envelope:
      reverse_path: shop@example.org
      forward_paths:
        - ada@example.org
    header:
      From: Shop <shop@example.org>
      To: ada@example.org
      Subject: Ihre Rechnung über 12 €
      Message-ID: <[message-id-1]>
      In-Reply-To: <[message-id-2]>
      MIME-Version: 1.0
      Date: [date]
      Content-Type: multipart/mixed; boundary="[boundary-1]"
    parts:
      - header:
          Content-Type: multipart/alternative; boundary="[boundary-2]"
        parts:
          - header:
              Content-Type: text/plain; charset=utf-8
              Content-Transfer-Encoding: 7bit
            body:
              See http://127.0.0.1:[port]/invoice

              Bye
          - header:
              Content-Type: text/html; charset=utf-8
              Content-Transfer-Encoding: 7bit
            body:
              <p>See <a href="http://localhost:[port]/invoice">it</a></p>
      - header:
          Content-Disposition: attachment; filename="invoice.pdf"
          Content-Type: application/pdf
          Content-Transfer-Encoding: 7bit
        octets: 4
    "#);
}

#[test]
fn a_snapshot_can_be_taken_apart() {
    let server = MailServer::start();
    let mut client = Client::connect(&server);
    client.ok("EHLO x").deliver(
        "",
        &["b@example.org", "a@example.org"],
        b"Subject: Hi\r\nDate: now\r\nDKIM-Signature: v=1; d=example.org; t=17; b=abc\r\n def; bh=xyz\r\n\r\n",
    );
    insta::assert_yaml_snapshot!(server.only_mail().snapshot(), @r#"
    envelope:
      reverse_path: ""
      forward_paths:
        - b@example.org
        - a@example.org
    header:
      Subject: Hi
      Date: "[date]"
      DKIM-Signature: "v=1; d=example.org; t=[dkim]; b=[dkim]; bh=[dkim]"
    "#);
    insta::assert_json_snapshot!(server.snapshot(), { "[0].header.Subject" => "[subject]" }, @r#"
    [
      {
        "envelope": {
          "reverse_path": "",
          "forward_paths": [
            "b@example.org",
            "a@example.org"
          ]
        },
        "header": {
          "Subject": "[subject]",
          "Date": "[date]",
          "DKIM-Signature": "v=1; d=example.org; t=[dkim]; b=[dkim]; bh=[dkim]"
        }
      }
    ]
    "#);
    client.ok("QUIT");
    insta::assert_yaml_snapshot!(server.sessions()[0].transcript(), @r#""S: 220 localhost ESMTP mailmock\nC: EHLO x\nS: 250-localhost greets x\nS: 250-PIPELINING\nS: 250-SIZE 52428800\nS: 250-8BITMIME\nS: 250-SMTPUTF8\nS: 250-ENHANCEDSTATUSCODES\nS: 250-CHUNKING\nS: 250-BINARYMIME\nS: 250-DSN\nS: 250 AUTH PLAIN LOGIN XOAUTH2 OAUTHBEARER\nC: MAIL FROM:<>\nS: 250 2.1.0 Sender OK\nC: RCPT TO:<b@example.org>\nS: 250 2.1.5 Recipient OK\nC: RCPT TO:<a@example.org>\nS: 250 2.1.5 Recipient OK\nC: DATA\nS: 354 Start mail input; end with <CRLF>.<CRLF>\nC: [89 octets of content]\nS: 250 2.0.0 OK, mail accepted\nC: QUIT\nS: 221 2.0.0 Bye""#);
}

#[test]
fn the_same_thing_has_the_same_name_everywhere() {
    let mail = received(
        b"Message-ID: <abc.1@host>\r\nReferences: <old@host> <abc.1@host>\r\nContent-Type: text/plain\r\n\r\n\
          abc.1@host answers old@host\r\n",
    );
    let text = mail.snapshot().to_string();
    assert!(
        text.contains("References: <[message-id-2]> <[message-id-1]>"),
        "{text}"
    );
    assert!(
        text.ends_with("[message-id-1] answers [message-id-2]"),
        "{text}"
    );
    let redacted = mail
        .snapshot()
        .redact("answers (.)", "follows $1")
        .to_string();
    assert!(
        redacted.ends_with("[message-id-1] follows [message-id-2]"),
        "{redacted}"
    );
}

#[test]
fn placeholders_replace_only_what_was_made_up() {
    let mail = support::received_by(
        &["a1@example.org"],
        b"To: a1@example.org\r\nMessage-ID: <1@example.org>\r\nDate: today\r\nX-Tag: one\r\nX-Tag: two\r\n\
          In-Reply-To: Your message from ada@example.org of today\r\n\
          Content-Type: multipart/mixed; boundary=date\r\n\r\n--date\r\n\r\nupdate 1@example.org. 11@example.org\r\n--date--\r\n",
    );
    insta::assert_snapshot!(mail.snapshot(), @"
    envelope:
      reverse_path: app@example.org
      forward_paths:
        - a1@example.org
    header:
      To: a1@example.org
      Message-ID: <[message-id-1]>
      Date: [date]
      X-Tag:
        - one
        - two
      In-Reply-To: Your message from ada@example.org of today
      Content-Type: multipart/mixed; boundary=[boundary-1]
    parts:
      - body:
          update [message-id-1]. 11@example.org
    ");
    let json = serde_json::to_value(mail.snapshot()).unwrap();
    assert_eq!(json["header"]["X-Tag"], serde_json::json!(["one", "two"]));
}

#[test]
fn an_order_does_not_depend_on_what_is_redacted() {
    let snapshot = |tokens: [&str; 2]| {
        let server = MailServer::start();
        let mut client = Client::connect(&server);
        client.ok("EHLO x");
        for (token, subject) in tokens.iter().zip(["B", "A"]) {
            let content = format!("X-Token: tok-{token}\r\nSubject: {subject}\r\n\r\n");
            client.deliver("a@b.org", &["c@d.org"], content.as_bytes());
        }
        server
            .snapshot()
            .unordered()
            .redact(r"tok-\w+", "[token]")
            .to_string()
    };
    assert_eq!(snapshot(["aaa", "bbb"]), snapshot(["bbb", "aaa"]));
}

#[test]
fn mails_sent_in_parallel_make_one_snapshot() {
    let mut first = None;
    for _ in 0..10 {
        let server = MailServer::start();
        thread::scope(|scope| {
            for i in 0..6 {
                let server = &server;
                scope.spawn(move || send(server, &invoice(&format!("user{}@example.org", i / 2))));
            }
        });
        let snapshot = server.snapshot().unordered().to_string();
        assert_eq!(snapshot.matches("[message-id-").count(), 12);
        assert_eq!(*first.get_or_insert(snapshot.clone()), snapshot);
    }
}

const SMTPLIB: &str = "
import smtplib, sys
from email.message import EmailMessage
from email.utils import make_msgid, formatdate
mail = EmailMessage()
mail['From'], mail['To'], mail['Subject'] = 'shop@example.org', 'ada@example.org', 'Hello'
mail['Message-ID'], mail['Date'] = make_msgid(), formatdate()
mail.set_content('Hello Ada')
mail.add_alternative('<p>Hello Ada</p>', subtype='html')
mail.add_attachment(b'%PDF', maintype='application', subtype='pdf', filename='a.pdf')
with smtplib.SMTP(sys.argv[1], int(sys.argv[2])) as client:
    client.send_message(mail)
";

const NODEMAILER: &str = "
const nodemailer = require(process.argv[1] + '/nodemailer');
const transport = nodemailer.createTransport({ host: process.argv[2], port: process.argv[3], ignoreTLS: true });
transport.sendMail({
  from: 'shop@example.org', to: 'node@example.org', subject: 'Hello',
  text: 'Hello Node', html: '<p>Hello Node</p>',
  attachments: [{ filename: 'a.pdf', content: '%PDF' }],
}).catch(error => { console.error(error); process.exit(1); });
";

#[test]
fn each_client_makes_one_snapshot_however_often() {
    let server = MailServer::start();
    let (host, port, url) = (server.host(), server.port().to_string(), server.url());
    let mut python = true;
    let mut node = has_node_modules();
    for round in 0..20 {
        // In another order each time.
        for client in 0..4 {
            match (client + round) % 4 {
                0 => send(&server, &invoice("lettre@example.org")),
                1 if python => {
                    python = run("python3", &["-c", SMTPLIB, host, &port], b"").is_some();
                }
                2 if node => {
                    node =
                        run("node", &["-e", NODEMAILER, NODE_MODULES, host, &port], b"").is_some();
                }
                1 | 2 => {}
                _ => {
                    let content = format!(
                        "Date: {round}\r\nMessage-ID: <{round}@curl>\r\nSubject: Hi\r\n\r\nHello\r\n"
                    );
                    let arguments = [
                        "--silent",
                        "--url",
                        &url,
                        "--mail-from",
                        "app@example.org",
                        "--mail-rcpt",
                        "curl@example.org",
                        "--upload-file",
                        "-",
                    ];
                    run("curl", &arguments, content.as_bytes());
                }
            }
        }
    }
    for to in [
        "lettre@example.org",
        "ada@example.org",
        "node@example.org",
        "curl@example.org",
    ] {
        let mails = server.find(a_mail().sent_to(to));
        let mut snapshots: Vec<_> = mails
            .iter()
            .map(|mail| mail.snapshot().to_string())
            .collect();
        assert!(
            snapshots.len() == 20 || std::env::var_os("CI").is_none(),
            "{to}"
        );
        snapshots.dedup();
        assert!(snapshots.len() <= 1, "{to}: {snapshots:#?}");
    }
}

#[test]
fn mails_can_be_kept_as_files() {
    let server = MailServer::start();
    let mut client = Client::connect(&server);
    client.ok("EHLO x");
    client
        .deliver("a@b.org", &["c@d.org"], b"1\n\xff\r\n")
        .deliver("a@b.org", &["c@d.org"], b"2\r\n");
    let folder = std::env::temp_dir().join(format!("mailmock-{}", std::process::id()));
    server.save_all(&folder).unwrap();
    server.mails()[0].save(folder.join("own.eml")).unwrap();
    for (name, content) in [
        ("1.eml", &b"1\n\xff\r\n"[..]),
        ("2.eml", b"2\r\n"),
        ("own.eml", b"1\n\xff\r\n"),
    ] {
        assert_eq!(std::fs::read(folder.join(name)).unwrap(), content);
    }
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(
        server.mails()[0]
            .save(folder.join("no/such/folder.eml"))
            .is_err()
    );
}
