//! Clients that people really use, in the kinds of test in which they use them.

mod support;

use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::PoolConfig;
use lettre::transport::smtp::authentication::Credentials;
use lettre::{
    AsyncSmtpTransport, AsyncTransport as _, Message, SmtpTransport, Tokio1Executor, Transport as _,
};
use mail_send::SmtpClientBuilder;
use mailmock::{Extension, MailServer, Reply, SessionEnd, Trigger};
use support::program::{output_of, run};

fn mailbox(address: &str) -> Mailbox {
    address.parse().unwrap()
}

fn invoice() -> Message {
    let pdf = Attachment::new("Rechnung für März.pdf".to_owned());
    let logo = Attachment::new_inline("logo".to_owned());
    Message::builder()
        .from(mailbox("Müller <app@example.org>"))
        .to(mailbox("Ada <ada@example.org>"))
        .cc(mailbox("bob@example.org"))
        .bcc(mailbox("boss@example.org"))
        .subject("Ihre Rechnung für März: 12 €")
        .multipart(
            MultiPart::mixed()
                .multipart(
                    MultiPart::related()
                        .multipart(MultiPart::alternative_plain_html(
                            "Guten Tag,\n.\nIhre Rechnung — anbei.\n..".to_owned(),
                            "<img src=\"cid:logo\"><p>Grüße</p>".to_owned(),
                        ))
                        .singlepart(logo.body(b"\x89PNG".to_vec(), "image/png".parse().unwrap())),
                )
                .singlepart(pdf.body(
                    b"%PDF\r\n.\r\n\0\xFF".to_vec(),
                    "application/pdf".parse().unwrap(),
                )),
        )
        .unwrap()
}

/// What each client must have brought over.
fn check_invoice(server: &MailServer, sent: &Message) {
    let mail = server.only_mail();
    let message = mail.message();
    assert_eq!(*mail.envelope().reverse_path(), "app@example.org");
    let recipients = ["ada@example.org", "bob@example.org", "boss@example.org"];
    assert_eq!(mail.envelope().forward_paths(), recipients);
    assert_eq!(
        mail.recipients().announced(),
        ["ada@example.org", "bob@example.org"]
    );
    assert_eq!(mail.recipients().blind(), ["boss@example.org"]);
    // lettre ends the last line of its own accord, unless it is ended.
    let mut formatted = sent.formatted();
    formatted.extend_from_slice(b"\r\n");
    assert_eq!(
        message.raw().escape_ascii().to_string(),
        formatted.escape_ascii().to_string()
    );
    assert_eq!(message.subject(), "Ihre Rechnung für März: 12 €");
    assert_eq!(
        message.from().mailboxes().next().unwrap().name(),
        Some("Müller")
    );
    assert_eq!(
        message.text(),
        Some("Guten Tag,\n.\nIhre Rechnung — anbei.\n..")
    );
    assert_eq!(message.html(), Some("<img src=\"cid:logo\"><p>Grüße</p>"));
    assert_eq!(message.inline("logo").unwrap().bytes(), b"\x89PNG");
    let [pdf] = message.attachments()[..] else {
        panic!("{:?}", message.attachments())
    };
    assert_eq!(pdf.name(), Some("Rechnung für März.pdf"));
    assert_eq!(pdf.bytes(), b"%PDF\r\n.\r\n\0\xFF");
    assert!(message.parse_error().is_none());
    assert!(server.sessions()[0].remarks().is_empty());
    assert!(server.rejections().is_empty(), "{:?}", server.rejections());
}

fn blocking(server: &MailServer) -> SmtpTransport {
    SmtpTransport::from_url(&server.url()).unwrap().build()
}

fn plain(number: usize) -> Message {
    Message::builder()
        .from(mailbox("app@example.org"))
        .to(mailbox("ada@example.org"))
        .subject(format!("Number {number}"))
        .body(format!("This is number {number}.\r\n"))
        .unwrap()
}

#[test]
fn lettre_in_a_plain_test() {
    let server = MailServer::start();
    let invoice = invoice();
    blocking(&server).send(&invoice).unwrap();
    check_invoice(&server, &invoice);
}

#[tokio::test]
async fn lettre_blocking_within_a_runtime_of_one_thread() {
    let server = MailServer::start();
    let invoice = invoice();
    blocking(&server).send(&invoice).unwrap();
    check_invoice(&server, &invoice);
    assert_eq!(server.wait_for_mails(1).await.len(), 1);
}

#[tokio::test]
async fn lettre_on_tokio() {
    let server = MailServer::start();
    let invoice = invoice();
    let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(&server.url())
        .unwrap()
        .build();
    transport.send(invoice.clone()).await.unwrap();
    check_invoice(&server, &invoice);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lettre_in_many_tasks() {
    let server = MailServer::start();
    let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(&server.url())
        .unwrap()
        .build();
    let tasks: Vec<_> = (0..50)
        .map(|number| {
            let transport = transport.clone();
            tokio::spawn(async move { transport.send(plain(number)).await.unwrap() })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let mut subjects: Vec<_> = server
        .mails()
        .iter()
        .map(|m| m.message().subject().to_owned())
        .collect();
    subjects.sort();
    subjects.dedup();
    assert_eq!(subjects.len(), 50);
}

/// Pooled and so on one connection: ten mails in a row, each counted at once.
#[test]
fn lettre_with_a_pool_reuses_its_session() {
    let server = MailServer::start();
    let pool = PoolConfig::new().max_size(1);
    let transport = SmtpTransport::from_url(&server.url())
        .unwrap()
        .pool_config(pool)
        .build();
    for number in 1..=10 {
        transport.send(&plain(number)).unwrap();
        assert_eq!(server.mails().len(), number);
    }
    assert_eq!(server.sessions().len(), 1);
    assert_eq!(
        server.sessions()[0].mail_ids(),
        (1..=10).collect::<Vec<_>>()
    );
    // The pool meets an outage, and gets over it.
    server.go_down();
    assert!(transport.send(&plain(11)).is_err());
    server.come_back();
    transport.send(&plain(12)).unwrap();
    assert_eq!(server.mails().len(), 11);
}

#[test]
fn a_thousand_sends_of_lettre_are_stored_when_they_return() {
    let server = MailServer::start();
    let transport = blocking(&server);
    let message = plain(0);
    for count in 1..=1_000 {
        transport.send(&message).unwrap();
        assert_eq!(server.mails().len(), count);
    }
}

#[test]
fn lettre_authenticates() {
    let server = MailServer::start();
    let url = server.url_as("app@example.org");
    SmtpTransport::from_url(&url)
        .unwrap()
        .build()
        .send(&plain(1))
        .unwrap();
    let session = &server.sessions()[0];
    let login = &session.logins()[0];
    assert_eq!(
        (login.identity(), login.password()),
        ("app@example.org", Some("secret"))
    );
    assert_eq!(
        server.only_mail().envelope().authenticated_as(),
        Some("app@example.org")
    );

    // With credentials and no AUTH offered lettre gives up before MAIL.
    let server = MailServer::builder().no_auth().start();
    let transport = SmtpTransport::from_url(&server.url()).unwrap();
    let transport = transport
        .credentials(Credentials::new("app".into(), "x".into()))
        .build();
    assert!(transport.send(&plain(1)).is_err());
    assert!(server.mails().is_empty());
}

#[test]
fn lettre_falls_back_or_refuses_without_an_extension() {
    let server = MailServer::builder()
        .without_extension(Extension::EightBitMime)
        .start();
    let message = Message::builder()
        .from(mailbox("app@example.org"))
        .to(mailbox("ada@example.org"))
        .singlepart(
            SinglePart::builder()
                .header(lettre::message::header::ContentTransferEncoding::EightBit)
                .body(
                    lettre::message::Body::new_with_encoding(
                        "grüß".to_owned(),
                        lettre::message::header::ContentTransferEncoding::EightBit,
                    )
                    .unwrap(),
                ),
        )
        .unwrap();
    assert!(blocking(&server).send(&message).is_err());
    let server = MailServer::start();
    blocking(&server).send(&message).unwrap();
    let mail = server.only_mail();
    assert_eq!(mail.message().root().bytes(), "grüß\r\n\r\n".as_bytes());
    assert_eq!(mail.message().text(), Some("grüß\n"));
}

#[tokio::test]
async fn mail_send() {
    let server = MailServer::start();
    let invoice = invoice();
    let mut client = SmtpClientBuilder::new("127.0.0.1", server.port())
        .unwrap()
        .implicit_tls(false)
        .credentials(("app", "secret"))
        .connect_plain()
        .await
        .unwrap();
    let formatted = invoice.formatted();
    let message = mail_send::smtp::message::Message::new(
        "app@example.org",
        ["ada@example.org", "bob@example.org", "boss@example.org"],
        formatted,
    );
    client.send(message).await.unwrap();
    check_invoice(&server, &invoice);
    client.quit().await.unwrap();
    assert_eq!(server.sessions()[0].end(), Some(SessionEnd::Quit));
    assert_eq!(server.sessions()[0].logins()[0].identity(), "app");
}

#[test]
fn curl() {
    let server = MailServer::start();
    let invoice = invoice();
    let arguments = [
        "--silent",
        "--show-error",
        "--url",
        &server.url(),
        "--user",
        "app:secret",
        "--mail-from",
        "app@example.org",
        "--mail-rcpt",
        "ada@example.org",
        "--mail-rcpt",
        "bob@example.org",
        "--mail-rcpt",
        "boss@example.org",
        "--upload-file",
        "-",
    ];
    // curl ends the content with the line end that it has, or one of its own.
    let input = [invoice.formatted(), b"\r\n".to_vec()].concat();
    if run("curl", &arguments, &input).is_some() {
        check_invoice(&server, &invoice);
        assert_eq!(server.sessions()[0].logins()[0].identity(), "app");
    }
}

#[test]
fn swaks() {
    let server = MailServer::start();
    let invoice = invoice();
    let host = format!("{}:{}", server.host(), server.port());
    let arguments = [
        "--server",
        &host,
        "--from",
        "app@example.org",
        "--auth",
        "LOGIN",
        "--auth-user",
        "app",
        "--auth-password",
        "secret",
        "--helo",
        "app.example",
        "--to",
        "ada@example.org,bob@example.org,boss@example.org",
        "--data",
        "-",
    ];
    if run("swaks", &arguments, &invoice.formatted()).is_some() {
        check_invoice(&server, &invoice);
        assert_eq!(server.sessions()[0].logins()[0].mechanism(), "LOGIN");
        assert_eq!(server.sessions()[0].end(), Some(SessionEnd::Quit));
    }
}

const SMTPLIB: &str = "
import smtplib, sys
host, port = sys.argv[1], int(sys.argv[2])
content = sys.stdin.buffer.read()
to = ['ada@example.org', 'bob@example.org', 'boss@example.org']
with smtplib.SMTP(host, port, local_hostname='app.example') as client:
    client.login('app', 'secret')
    refused = client.sendmail('app@example.org', to, content, ['BODY=8BITMIME'])
    assert refused == {}, refused
    assert client.noop()[0] == 250
    assert client.verify('ada')[0] == 252
    assert client.help().startswith(b'2.0.0 EHLO')
";

#[test]
fn python_smtplib() {
    let server = MailServer::start();
    let invoice = invoice();
    let port = server.port().to_string();
    // Like curl, smtplib adds no line end where there is one.
    let input = [invoice.formatted(), b"\r\n".to_vec()].concat();
    let arguments = ["-c", SMTPLIB, server.host(), &port];
    if run("python3", &arguments, &input).is_some() {
        check_invoice(&server, &invoice);
        let parameters = server
            .only_mail()
            .envelope()
            .reverse_path()
            .parameters()
            .to_string();
        let size = input.len();
        assert_eq!(parameters, format!("SIZE={size} BODY=8BITMIME"));
    }
}

/// A server that refuses one recipient of three, and what it has in the end.
fn refusing_bob() -> MailServer {
    let server = MailServer::start();
    server
        .on(Trigger::rcpt_to("bob@example.org"))
        .reply(Reply::mailbox_unavailable());
    server
}

fn recipients(server: &MailServer) -> Vec<String> {
    let mails = server.mails();
    let paths = mails
        .iter()
        .flat_map(|mail| mail.envelope().forward_paths());
    paths.map(|path| path.as_str().to_owned()).collect()
}

const SMTPLIB_REFUSED: &str = "
import smtplib, sys
to = ['ada@example.org', 'bob@example.org', 'boss@example.org']
with smtplib.SMTP(sys.argv[1], int(sys.argv[2])) as client:
    refused = client.sendmail('app@example.org', to, b'Hello')
    assert refused == {'bob@example.org': (550, b'5.1.1 Mailbox unavailable')}, refused
    try:
        client.sendmail('app@example.org', ['bob@example.org'], b'Hello')
        raise SystemExit('it was not refused')
    except smtplib.SMTPRecipientsRefused as error:
        assert error.recipients['bob@example.org'][0] == 550
";

#[test]
fn python_smtplib_sends_to_the_others() {
    let server = refusing_bob();
    let port = server.port().to_string();
    let arguments = ["-c", SMTPLIB_REFUSED, server.host(), &port];
    if run("python3", &arguments, b"").is_some() {
        assert_eq!(recipients(&server), ["ada@example.org", "boss@example.org"]);
    }
}

#[test]
fn curl_sends_to_the_others_if_told_so() {
    let others: &[&str] = &["ada@example.org", "boss@example.org"];
    for (option, code, reached) in [
        ("--silent", 55, &[][..]),
        ("--mail-rcpt-allowfails", 0, others),
    ] {
        let server = refusing_bob();
        let url = server.url();
        let mut arguments = vec![option, "--url", &url, "--mail-from", "app@example.org"];
        for to in ["ada@example.org", "bob@example.org", "boss@example.org"] {
            arguments.extend(["--mail-rcpt", to]);
        }
        arguments.extend(["--upload-file", "-"]);
        if let Some(output) = output_of("curl", &arguments, b"Hello\r\n") {
            assert_eq!(output.status.code(), Some(code), "{output:?}");
            assert_eq!(recipients(&server), reached);
        }
    }
}

#[test]
fn swaks_sends_to_the_others() {
    let server = refusing_bob();
    let host = format!("{}:{}", server.host(), server.port());
    let to = "ada@example.org,bob@example.org,boss@example.org";
    let arguments = [
        "--server",
        &host,
        "--from",
        "app@example.org",
        "--to",
        to,
        "--data",
        "-",
    ];
    if let Some(output) = output_of("swaks", &arguments, b"Hello\r\n") {
        assert!(
            String::from_utf8_lossy(&output.stdout).contains("<** 550 5.1.1 Mailbox unavailable")
        );
        assert_eq!(recipients(&server), ["ada@example.org", "boss@example.org"]);
    }
}

#[tokio::test]
async fn mail_send_gives_up_at_the_first_refusal() {
    let server = refusing_bob();
    let mut client = SmtpClientBuilder::new("127.0.0.1", server.port())
        .unwrap()
        .implicit_tls(false)
        .connect_plain()
        .await
        .unwrap();
    let to = ["ada@example.org", "bob@example.org", "boss@example.org"];
    let message = mail_send::smtp::message::Message::new("app@example.org", to, b"Hello\r\n");
    let error = client.send(message).await.unwrap_err();
    assert!(error.to_string().contains("Mailbox unavailable"), "{error}");
    assert!(server.mails().is_empty());
}
