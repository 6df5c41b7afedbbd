//! The standalone binary: what its flags do, what it says, and how it ends.

#![cfg(feature = "cli")]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{SmtpTransport, Transport as _};
use serde_json::{Value, json};
use support::{Client, eventually, hello};

/// A program that runs. It is killed whatever happens.
struct Running(Child);

impl Running {
    fn start(command: &mut Command) -> Self {
        let pipes = command.stdout(Stdio::piped()).stderr(Stdio::piped());
        Self(pipes.spawn().unwrap())
    }

    /// Waits until it ends by itself, and gives what it has said that nobody has read.
    fn end(mut self) -> Said {
        let (mut stdout, mut stderr) = (String::new(), String::new());
        if let Some(pipe) = &mut self.0.stdout {
            pipe.read_to_string(&mut stdout).unwrap();
        }
        if let Some(pipe) = &mut self.0.stderr {
            pipe.read_to_string(&mut stderr).unwrap();
        }
        let code = self.0.wait().unwrap().code();
        Said {
            code,
            stdout,
            stderr,
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill(); // it may have ended
        let _ = self.0.wait();
    }
}

/// A running server.
struct Mailmock {
    running: Running,
    stdout: BufReader<ChildStdout>,
    smtp: String,
    inspector: String,
    ca_certificate: Option<String>,
}

fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mailmock"));
    for variable in [
        "MAILMOCK_TOKEN",
        "MAILMOCK_INSPECTOR",
        "MAILMOCK_SEED",
        "MAILMOCK_LOG",
        "RUST_LOG",
    ] {
        command.env_remove(variable);
    }
    command.stdin(Stdio::null());
    command
}

/// Its own, so that tests do not meet.
fn file(name: &str, content: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, content).unwrap();
    path
}

impl Mailmock {
    fn start(arguments: &[&str]) -> Self {
        Self::start_with(command().args(arguments))
    }

    /// On free ports, unless ports are said.
    fn start_with(command: &mut Command) -> Self {
        let says = |flag: &str| command.get_args().any(|argument| argument == flag);
        let ports: Vec<_> = ["--smtp", "--inspector"]
            .into_iter()
            .filter(|flag| !says(flag))
            .flat_map(|flag| [flag, ":0"])
            .collect();
        let mut running = Running::start(command.arg("--json").args(ports));
        let mut stdout = BufReader::new(running.0.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let Ok(said) = serde_json::from_str::<Value>(&line) else {
            let _ = running.0.kill(); // it may have ended
            panic!("{line:?}: {:?}", running.end());
        };
        let text = |key: &str| said[key].as_str().map(str::to_owned);
        assert_eq!(said.as_object().unwrap().len(), 3, "{said}");
        Self {
            running,
            stdout,
            smtp: text("smtp").unwrap(),
            inspector: text("inspector").unwrap(),
            ca_certificate: text("ca_certificate"),
        }
    }

    fn address(&self) -> &str {
        let (_, address) = self.smtp.split_once("://").unwrap();
        address.split('?').next().unwrap()
    }

    fn connect(&self) -> Client {
        let mut client = Client::connect_to(self.address());
        let greeting = client.reply();
        assert!(greeting.starts_with("220 "), "{greeting}");
        client
    }

    fn greeted(&self) -> Client {
        let mut client = self.connect();
        client.ok("EHLO test.example");
        client
    }

    fn deliver(&self, to: &str, subject: &str) {
        let content = format!("Subject: {subject}\r\n\r\nHello\r\n");
        let mut client = self.greeted();
        client
            .deliver("app@example.org", &[to], content.as_bytes())
            .ok("QUIT");
    }

    fn http(&self, path: &str) -> reqwest::blocking::RequestBuilder {
        let url = format!("{}/api/v1/{path}", self.inspector);
        reqwest::blocking::Client::new().get(url)
    }

    fn get(&self, path: &str) -> Value {
        self.http(path).send().unwrap().json().unwrap()
    }

    fn subjects(&self) -> Vec<String> {
        let mails = self.get("mails");
        let mails = mails["mails"].as_array().unwrap().iter();
        let subject = |mail: &Value| mail["subject"].as_str().unwrap().to_owned();
        mails.map(subject).collect()
    }

    /// What `mailmock wait` makes of it.
    fn wait(&self, arguments: &[&str]) -> Said {
        let inspector = ["wait", "--inspector", &self.inspector];
        said(command().args(inspector).args(arguments))
    }

    /// Sends it a signal, and gives what became of it, and what it said since.
    #[cfg(unix)]
    fn end_by(mut self, signal: &str) -> Said {
        let id = self.running.0.id().to_string();
        let killed = Command::new("kill").args(["-s", signal, &id]).status();
        assert!(killed.unwrap().success());
        let mut stdout = String::new();
        self.stdout.read_to_string(&mut stdout).unwrap();
        Said {
            stdout,
            ..self.running.end()
        }
    }
}

#[derive(Debug)]
struct Said {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// Of what ends by itself.
fn said(command: &mut Command) -> Said {
    command.output().unwrap().into()
}

/// Exit code 2, one line on stderr that says so, and nothing else.
#[track_caller]
fn assert_refused(said: &Said, why: &str) {
    assert_eq!((said.code, said.stdout.as_str()), (Some(2), ""), "{said:?}");
    assert_eq!(said.stderr.lines().count(), 1, "{said:?}");
    let line = said.stderr.strip_prefix("mailmock: ").unwrap();
    assert!(line.contains(why), "{line}");
}

fn refused(arguments: &[&str], why: &str) {
    assert_refused(&said(command().args(arguments)), why);
}

/// A port that was free a moment ago.
fn free_port() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!(":{}", listener.local_addr().unwrap().port())
}

#[cfg(unix)]
#[test]
fn it_says_where_it_listens_and_a_signal_ends_it() {
    for signal in ["TERM", "INT"] {
        let mailmock = Mailmock::start(&[]);
        assert!(mailmock.smtp.starts_with("smtp://127.0.0.1:"));
        assert!(mailmock.inspector.starts_with("http://127.0.0.1:"));
        assert_eq!(mailmock.ca_certificate, None);
        mailmock.deliver("ada@example.org", "Welcome");
        assert_eq!(mailmock.subjects(), ["Welcome"]);
        // An open session does not hold it up.
        let client = mailmock.connect();
        let end = mailmock.end_by(signal);
        assert_eq!((end.code, end.stdout.as_str()), (Some(0), ""), "{end:?}");
        drop(client);
    }
}

#[test]
fn without_json_there_is_a_line_for_each() {
    let (smtp, inspector) = (free_port(), free_port());
    let ports = ["--smtp", &smtp, "--inspector", &inspector];
    let mut running = Running::start(command().args(ports));
    let mut stdout = BufReader::new(running.0.stdout.take().unwrap());
    let mut lines = [String::new(), String::new()];
    for line in &mut lines {
        stdout.read_line(line).unwrap();
    }
    assert_eq!(lines[0], format!("SMTP       smtp://127.0.0.1{smtp}\n"));
    assert_eq!(
        lines[1],
        format!("inspector  http://127.0.0.1{inspector}\n")
    );
}

#[test]
fn a_reader_that_goes_away_does_not_end_it() {
    let port = free_port();
    let mut running = Running::start(command().args(["--smtp", ":0", "--inspector", &port]));
    drop((running.0.stdout.take(), running.0.stderr.take()));
    let wait = ["wait", "--ready", "--timeout", "30", "--inspector"];
    let ready = said(command().args(wait).arg(format!("127.0.0.1{port}")));
    let status = running.0.try_wait().unwrap();
    assert_eq!((ready.code, status), (Some(0), None), "{ready:?}");
}

#[test]
fn addresses_are_ports_hosts_and_names() {
    let port = free_port();
    let mailmock = Mailmock::start(&["--smtp", &port[1..], "--inspector", "localhost:0"]);
    assert_eq!(mailmock.smtp, format!("smtp://127.0.0.1{port}"));
    assert!(mailmock.inspector.starts_with("http://127.0.0.1:"));
    let mailmock = Mailmock::start(&["--advertised-host", "mail.test"]);
    assert!(mailmock.smtp.starts_with("smtp://mail.test:"));
}

#[test]
fn help_and_version_are_wanted() {
    let help = said(command().arg("--help"));
    assert_eq!((help.code, help.stderr.as_str()), (Some(0), ""));
    insta::assert_snapshot!("help", help.stdout);
    let help = said(command().args(["wait", "--help"]));
    assert_eq!((help.code, help.stderr.as_str()), (Some(0), ""));
    insta::assert_snapshot!("help_wait", help.stdout);
    let version = said(command().arg("--version"));
    let expected = format!("mailmock {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!((version.code, version.stdout), (Some(0), expected));
}

#[test]
fn what_it_does_not_understand_it_says_in_one_line() {
    refused(&["--frobnicate"], "'--frobnicate'");
    refused(&["--require-aut"], "'--require-auth'");
    refused(&["frobnicate"], "'frobnicate'");
    refused(&["--smtp", "nowhere"], "not PORT, :PORT or HOST:PORT");
    refused(&["--smtp", "::1:25"], "[::1]:PORT");
    refused(&["--smtp", "no.such.host.invalid:25"], "is not known");
    refused(&["--compat", "mailhog"], "mailpit");
    refused(&["--tls", "maybe"], "starttls, implicit");
    for none in ["nocolons3cret", ":s3cret", ""] {
        let said = said(command().args(["--smtp", ":0", "--credentials", none]));
        assert_refused(&said, "--credentials is not USER:PASSWORD");
        assert!(!said.stderr.contains("s3cret"), "no secret: {said:?}");
    }
    refused(&["--certificate", "x.pem"], "--key");
    refused(&["--max-bytes", "12 apples"], "not a number of octets");
    refused(&["--max-mails", "many"], "--max-mails");
    refused(&["--when-full", "panic"], "drop-oldest, refuse");
    refused(&["--seed", "x"], "--seed");
    refused(
        &["--host-name", "two words"],
        "not a word of printable ASCII",
    );
    refused(&["--local-domain", "a@b"], "not the domain of an address");
    for token in ["", "s3 cret"] {
        for command_line in [
            &["--smtp", ":0", "--token", token][..],
            &["wait", "--token", token],
        ] {
            let said = said(command().args(command_line));
            assert_refused(&said, "of printable ASCII without spaces");
            assert!(!said.stderr.contains("s3"), "no secret: {said:?}");
        }
    }
    refused(&["-v", "-q"], "cannot be used with");
    refused(&["--ca-file", "x.pem"], "--tls");
    refused(&["--json", "wait"], "'wait'");
    let log = said(command().env("MAILMOCK_LOG", "mailmock=loud"));
    assert_refused(&log, "MAILMOCK_LOG is \"mailmock=loud\"");
    let seed =
        said(
            command()
                .env("MAILMOCK_SEED", "x")
                .args(["--smtp", ":0", "--inspector", ":0"]),
        );
    assert_refused(&seed, "MAILMOCK_SEED is not a number");
}

#[test]
fn files_that_do_not_serve_are_named() {
    let no_certificate = file("no_certificate.pem", "nothing");
    let no_certificate = no_certificate.to_str().unwrap();
    refused(&["--rules", "nowhere.toml"], "nowhere.toml: ");
    refused(
        &["--certificate", "nowhere.pem", "--key", no_certificate],
        "nowhere.pem: ",
    );
    refused(
        &[
            "--smtp",
            ":0",
            "--certificate",
            no_certificate,
            "--key",
            no_certificate,
        ],
        "no certificate in the PEM",
    );
}

#[test]
fn a_port_that_is_taken_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for (flag, other, what) in [
        ("--smtp", "--inspector", "no mail server on"),
        ("--inspector", "--smtp", "no inspector on"),
    ] {
        let said = said(command().args([flag, &address, other, ":0"]));
        assert_refused(&said, &format!("{what} {address}: "));
    }
}

#[test]
fn others_are_let_in_only_where_that_is_said_and_with_a_token() {
    for flag in ["--smtp", "--inspector"] {
        refused(
            &[flag, "0.0.0.0:0"],
            &format!("{flag} 0.0.0.0:0 is reached by other machines"),
        );
        refused(&[flag, "[::]:0", "--token", "s3cret"], "--allow-remote");
    }
    refused(&["--allow-remote"], "--allow-remote needs a token");
    refused(
        &["--allow-remote", "--smtp", "0.0.0.0:0"],
        "--allow-remote needs a token",
    );

    let all = [
        "--allow-remote",
        "--smtp",
        "0.0.0.0:0",
        "--inspector",
        "0.0.0.0:0",
    ];
    let mailmock = Mailmock::start_with(command().args(all).env("MAILMOCK_TOKEN", "s3cret"));
    // Where it can be reached, and no secret.
    assert!(mailmock.inspector.starts_with("http://127.0.0.1:"));
    mailmock.deliver("ada@example.org", "Welcome");
    assert_eq!(mailmock.http("mails").send().unwrap().status(), 401);
    let mails = mailmock.http("mails").bearer_auth("s3cret").send();
    assert_eq!(mails.unwrap().status(), 200);
    let help = said(command().arg("--help").env("MAILMOCK_TOKEN", "s3cret"));
    assert!(!help.stdout.contains("s3cret"));
}

#[test]
fn a_token_may_be_asked_for_on_this_machine_too() {
    let mailmock = Mailmock::start(&["--token", "s3cret"]);
    assert_eq!(mailmock.http("mails").send().unwrap().status(), 401);
    assert_refused(
        &mailmock.wait(&["--timeout", "0"]),
        "asks for another token",
    );
    assert_refused(&mailmock.wait(&["--ready"]), "asks for another token");
    assert_eq!(
        mailmock.wait(&["--ready", "--token", "s3cret"]).code,
        Some(0)
    );
    let wait = ["wait", "--inspector", &mailmock.inspector, "--timeout", "0"];
    let wait = said(command().args(wait).env("MAILMOCK_TOKEN", "s3cret"));
    assert_eq!(wait.code, Some(1), "{wait:?}");
}

#[test]
fn wait_takes_the_token_out_of_the_url_and_shows_the_url_without_it() {
    let mailmock = Mailmock::start(&["--token", "s3+c&r%et"]);
    let address = mailmock.inspector.trim_start_matches("http://");
    for url in [
        format!("http://{address}/?token=s3%2Bc%26r%25et"),
        format!("{address}?token=s3+c%26r%25et#/mails/1"),
        format!("http://ada:s3+c%26r%25et@{address}/"),
        format!("http://:s3%2Bc&r%25et@{address}"),
        format!("s3+c&r%25et@{address}"),
    ] {
        let mut wait = command();
        wait.args(["wait", "--ready", "--inspector", &url]);
        // It is for this server, whatever else is said for all of them.
        wait.env("MAILMOCK_TOKEN", "another");
        let ready = said(&mut wait);
        assert_eq!(ready.code, Some(0), "{url}: {ready:?}");
    }

    let nobody = format!("127.0.0.1{}", free_port());
    for (url, why) in [
        (format!("http://ada:hunter2@{nobody}"), "no server answers"),
        (
            format!("http://{nobody}/?token=hunter2"),
            "no server answers",
        ),
        (
            format!("http://ada:hunter2@{address}"),
            "asks for another token",
        ),
        (
            format!("{address}/?token=hunter2"),
            "asks for another token",
        ),
        ("http://ada:hunter2@".to_owned(), "is no URL"),
        ("http://ada:hunter2@[::".to_owned(), "is no URL"),
        (format!("https://ada:hunter2@{address}"), "http:// alone"),
        (format!("https://{address}/?token=hunter2"), "http:// alone"),
    ] {
        let said = said(command().args(["wait", "--inspector", &url]));
        assert_refused(&said, why);
        assert!(!said.stderr.contains("hunter2"), "no secret: {said:?}");
    }
    let mut help = command();
    help.args(["wait", "--help"]);
    help.env("MAILMOCK_INSPECTOR", "http://ada:hunter2@localhost");
    assert!(!said(&mut help).stdout.contains("hunter2"));
}

/// Sends with lettre, which trusts what it was told to trust.
fn send_over_tls(mailmock: &Mailmock, pem: &str, user: Option<(&str, &str)>) -> Result<(), String> {
    let trusted = Certificate::from_pem(pem.as_bytes()).unwrap();
    let parameters = TlsParameters::builder("127.0.0.1".to_owned())
        .add_root_certificate(trusted)
        .build()
        .unwrap();
    let tls = match mailmock.smtp.starts_with("smtps:") {
        true => Tls::Wrapper(parameters),
        false => Tls::Required(parameters),
    };
    let mut transport = SmtpTransport::from_url(&mailmock.smtp).unwrap().tls(tls);
    if let Some((user, password)) = user {
        transport = transport.credentials(Credentials::new(user.into(), password.into()));
    }
    let sent = transport.build().send(&hello());
    sent.map(|_| ()).map_err(|error| error.to_string())
}

#[test]
fn tls_has_a_certificate_to_trust() {
    for (kind, scheme) in [("starttls", "smtp"), ("implicit", "smtps")] {
        let ca_file = file(&format!("{kind}.pem"), "");
        let mailmock = Mailmock::start(&["--tls", kind, "--ca-file", ca_file.to_str().unwrap()]);
        assert!(mailmock.smtp.starts_with(&format!("{scheme}://127.0.0.1:")));
        let pem = mailmock.ca_certificate.clone().unwrap();
        assert_eq!(fs::read_to_string(ca_file).unwrap(), pem);
        send_over_tls(&mailmock, &pem, None).unwrap();
        let mails = mailmock.get("mails");
        assert!(mails["mails"][0]["envelope"]["tls"].is_string(), "{mails}");
    }
}

#[test]
fn tls_may_be_required() {
    let mailmock = Mailmock::start(&["--require-tls"]);
    let reply = mailmock.greeted().say("MAIL FROM:<a@example.org>");
    assert!(reply.starts_with("530 "), "{reply}");
    let pem = mailmock.ca_certificate.clone().unwrap();
    send_over_tls(&mailmock, &pem, None).unwrap();
}

#[test]
fn a_certificate_of_ones_own_is_presented() {
    let key = rcgen::KeyPair::generate().unwrap();
    let names = vec!["127.0.0.1".to_owned()];
    let certificate = rcgen::CertificateParams::new(names).unwrap();
    let certificate = certificate.self_signed(&key).unwrap().pem();
    let key = file("own_key.pem", &key.serialize_pem());
    let chain = file("own.pem", &certificate);
    let arguments = [
        "--certificate",
        chain.to_str().unwrap(),
        "--key",
        key.to_str().unwrap(),
    ];
    let mailmock = Mailmock::start(&arguments);
    assert!(mailmock.ca_certificate.is_some());
    send_over_tls(&mailmock, &certificate, None).unwrap();
}

#[test]
fn credentials_are_the_only_ones() {
    let mailmock = Mailmock::start(&[
        "--tls",
        "starttls",
        "--credentials",
        "app:s3:cret",
        "--credentials",
        "bob:x",
        "--require-auth",
    ]);
    let pem = mailmock.ca_certificate.clone().unwrap();
    let refused = send_over_tls(&mailmock, &pem, None).unwrap_err();
    assert!(refused.contains("530"), "{refused}");
    let refused = send_over_tls(&mailmock, &pem, Some(("app", "wrong"))).unwrap_err();
    assert!(refused.contains("535"), "{refused}");
    send_over_tls(&mailmock, &pem, Some(("app", "s3:cret"))).unwrap();
    send_over_tls(&mailmock, &pem, Some(("bob", "x"))).unwrap();

    assert!(
        !mailmock
            .greeted()
            .say("AUTH PLAIN AGFwcABzM2NyZXQ=")
            .starts_with("235")
    );
    let mailmock = Mailmock::start(&["--tls", "starttls", "--allow-plaintext-auth"]);
    assert!(
        mailmock
            .greeted()
            .say("AUTH PLAIN AGFwcABzM2NyZXQ=")
            .starts_with("235")
    );
}

#[test]
fn it_behaves_as_it_is_told() {
    let magic = Mailmock::start(&["--magic-recipients"]);
    let reply = magic
        .greeted()
        .ok("MAIL FROM:<a@example.org>")
        .say("RCPT TO:<bounce-551@example.org>");
    assert!(reply.starts_with("551 "), "{reply}");

    let strict = Mailmock::start(&["--strict"]);
    assert!(
        strict
            .greeted()
            .say("MAIL FROM: <a@example.org>")
            .starts_with("501 ")
    );

    let lmtp = Mailmock::start(&["--lmtp"]);
    assert!(lmtp.smtp.starts_with("lmtp://"));
    lmtp.connect().ok("LHLO test.example");

    let local = Mailmock::start(&[
        "--local-domain",
        "example.org",
        "--local-domain",
        "example.net",
    ]);
    let mut client = local.greeted();
    client
        .ok("MAIL FROM:<a@example.org>")
        .ok("RCPT TO:<a@example.org>")
        .ok("RCPT TO:<a@example.net>");
    assert!(
        client
            .say("RCPT TO:<a@example.com>")
            .starts_with("550 5.7.1 ")
    );

    let named = Mailmock::start(&["--host-name", "mx.test", "--max-message-size", "1k"]);
    let greeting = Client::connect_to(named.address()).reply();
    assert!(greeting.starts_with("220 mx.test "), "{greeting}");
    assert!(named.connect().say("EHLO x").contains("SIZE 1024"));
}

#[test]
fn it_speaks_as_mailpit_where_that_is_wanted() {
    let plain = Mailmock::start(&[]);
    assert_eq!(plain.http("messages").send().unwrap().status(), 404);
    let mailpit = Mailmock::start(&["--compat", "mailpit"]);
    mailpit.deliver("ada@example.org", "Welcome");
    let messages = mailpit.get("messages");
    assert_eq!(messages["messages"][0]["Subject"], json!("Welcome"));
}

#[test]
fn rules_come_from_a_file() {
    let rules = "[[rule]]\ntrigger = \"end_of_data\"\nfrequency = { first = 1 }\naction = { reply = \"try_again_later\" }\n\n\
                 [[rule]]\ntrigger = { rcpt_to = { domain = \"example.net\" } }\naction = { reply = \"550 5.7.1 Not you\" }\n";
    let rules = file("rules.toml", rules);
    let mailmock = Mailmock::start(&["--rules", rules.to_str().unwrap()]);
    let mut client = mailmock.greeted();
    client.ok("MAIL FROM:<a@example.org>");
    let reply = client.say("RCPT TO:<a@example.net>");
    assert_eq!(reply, "550 5.7.1 Not you");
    client.ok("RCPT TO:<a@example.org>").ok("DATA");
    assert!(client.say(".").starts_with("451 4.3.0 "));
    mailmock.deliver("ada@example.org", "Again");
    assert_eq!(mailmock.subjects(), ["Again"]);
    let listed = mailmock.get("rules");
    assert_eq!(listed["rules"].as_array().unwrap().len(), 2);
    assert_eq!(listed["rules"][0]["is_own"], json!(true));
}

#[test]
fn rules_that_are_none_are_named_by_their_line() {
    for (i, (rules, why)) in [
        ("[[rule]]\ntrigger = \"rcpt\"\naction = \"disconect\"\n", "line 3: unknown variant `disconect`"),
        ("\n[[rule]]\ntrigger = \"rcpt\"\nactoin = \"hang\"\n", "line 4: unknown field `actoin`"),
        ("[[rules]]\n", "line 1: unknown field `rules`"),
        ("[[rule]\n", "line 1: "),
        ("\n[rule]\ntrigger = \"rcpt\"\naction = \"hang\"\n", "line 2: a rule begins with [[rule]], not [rule]"),
        ("[[rule]]\ntrigger = \"rcpt_to\"\naction = \"hang\"\n", "line 2: rcpt_to needs an address"),
        ("[[rule]]\ntrigger = \"rcpt\"\naction = \"hang\"\nfrequency = 2\n", "line 4: invalid type: integer `2`, expected {\"first\": 2}"),
        (
            "[[rule]]\ntrigger = \"rcpt\"\naction = \"hang\"\n\n[[rule]]\ntrigger = \"connect\"\naction = \"accept_and_discard\"\n",
            "line 5: no mail server with such a rule, number 2: accept_and_discard() needs",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let rules = file(&format!("bad_rules_{i}.toml"), rules);
        let rules = rules.to_str().unwrap();
        refused(&["--smtp", ":0", "--inspector", ":0", "--rules", rules], &format!("{rules}: {why}"));
    }
}

#[test]
fn a_seed_has_rules_draw_the_same_each_time() {
    let rules = "[[rule]]\ntrigger = \"mail\"\nprobability = 0.5\naction = { reply = \"450 4.0.0 Heads\" }\n";
    let rules = file("coin.toml", rules);
    let draw = |seed: &str| -> Vec<bool> {
        let arguments = ["--rules", rules.to_str().unwrap(), "--seed", seed];
        let mailmock = Mailmock::start(&arguments);
        let mut client = mailmock.greeted();
        let mut toss = || {
            let is_heads = client.say("MAIL FROM:<a@example.org>").starts_with("450");
            client.ok("RSET");
            is_heads
        };
        (0..40).map(|_| toss()).collect()
    };
    let drawn = draw("1");
    assert!(drawn.contains(&true) && drawn.contains(&false));
    assert_eq!(draw("1"), drawn);
    assert_ne!(draw("2"), drawn);
}

#[test]
fn the_oldest_mails_go_unless_it_is_told_to_refuse() {
    let mailmock = Mailmock::start(&["--max-mails", "2"]);
    for subject in ["one", "two", "three"] {
        mailmock.deliver("ada@example.org", subject);
    }
    assert_eq!(mailmock.subjects(), ["two", "three"]);
    let metrics = mailmock.http("metrics").send().unwrap().text().unwrap();
    assert!(
        metrics.contains("\nmailmock_mails_dropped_total 1\n"),
        "{metrics}"
    );
    let report = mailmock.wait(&["--subject", "one", "--timeout", "0"]);
    assert!(
        report.stderr.contains("1 older mail was dropped"),
        "{report:?}"
    );

    let mailmock = Mailmock::start(&["--max-mails", "1", "--when-full", "refuse"]);
    mailmock.deliver("ada@example.org", "one");
    let reply = mailmock.greeted().say("MAIL FROM:<a@example.org>");
    assert!(reply.starts_with("452 4.3.1 "), "{reply}");
    assert_eq!(mailmock.subjects(), ["one"]);
}

#[test]
fn octets_are_bounded_too() {
    let large = "x".repeat(60_000);
    let mailmock = Mailmock::start(&["--max-bytes", "100k"]);
    for subject in ["one", "two"] {
        mailmock.deliver("ada@example.org", &format!("{subject}\r\nX-Large: {large}"));
    }
    assert_eq!(mailmock.subjects(), ["two"]);
    let reply = mailmock
        .greeted()
        .say("MAIL FROM:<a@example.org> SIZE=200000");
    assert!(reply.starts_with("452 4.3.1 "), "{reply}");
}

#[test]
fn wait_prints_what_is_there() {
    let mailmock = Mailmock::start(&[]);
    mailmock.deliver("ada@example.org", "Welcome");
    mailmock.deliver("bob@example.org", "Bye \u{1b}[31m");
    let found = mailmock.wait(&["--count", "2"]);
    assert_eq!((found.code, found.stderr.as_str()), (Some(0), ""));
    assert_eq!(
        found.stdout,
        "#1 <app@example.org> -> <ada@example.org>  \"Welcome\", 27 octets\n\
         #2 <app@example.org> -> <bob@example.org>  \"Bye \\u{1b}[31m\", 29 octets\n"
    );
    let found = mailmock.wait(&["--sent-to", "bob@example.org", "--json"]);
    assert_eq!(found.stdout.lines().count(), 1);
    let found: Value = serde_json::from_str(&found.stdout).unwrap();
    assert_eq!(found["mails"][0]["id"], json!(2));
}

#[test]
fn wait_has_all_conditions() {
    let mailmock = Mailmock::start(&[]);
    let content = "From: App <app@example.org>\r\nTo: <ada@example.org>\r\nCc: <eve@example.org>\r\nSubject: Welcome\r\n\
                   Message-ID: <1@example.org>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
                   --b\r\nContent-Type: multipart/alternative; boundary=c\r\n\r\n\
                   --c\r\nContent-Type: text/plain\r\n\r\nHello\r\n--c\r\nContent-Type: text/html\r\n\r\n<p>Hello</p>\r\n--c--\r\n\
                   --b\r\nContent-Type: text/csv\r\nContent-Disposition: attachment; filename=a.csv\r\n\r\n1\r\n--b--\r\n";
    let mut client = mailmock.greeted();
    client.ok("AUTH PLAIN AGFwcABzM2NyZXQ=");
    client.deliver("app@example.org", &["ada@example.org"], content.as_bytes());
    for (flag, holds, holds_not) in [
        ("--sent-to", "ada@example.org", "bob@example.org"),
        ("--sent-to-contains", "ada@", "bob@"),
        ("--sent-from", "app@example.org", "ada@example.org"),
        ("--sent-from-contains", "app@", "ada@"),
        ("--header-from", "app@example.org", "ada@example.org"),
        ("--header-from-contains", "app", "ada"),
        ("--header-to", "ada@example.org", "eve@example.org"),
        ("--header-to-contains", "ada", "eve"),
        ("--header-cc", "eve@example.org", "ada@example.org"),
        ("--header-cc-contains", "eve", "ada"),
        ("--subject", "Welcome", "Wel"),
        ("--subject-contains", "Wel", "Bye"),
        ("--text", "Hello", "Hell"),
        ("--text-contains", "Hell", "Bye"),
        ("--html", "<p>Hello</p>", "Hello"),
        ("--html-contains", "<p>", "<b>"),
        ("--anywhere", "Hell", "Bye"),
        ("--attachment", "a.csv", "a"),
        ("--attachment-contains", ".csv", ".pdf"),
        ("--message-id", "1@example.org", "1"),
        ("--message-id-contains", "1@", "2@"),
        ("--authenticated-as", "app", "bob"),
        ("--since", "0", "1"),
        ("--count", "1", "2"),
    ] {
        let found = mailmock.wait(&[flag, holds, "--timeout", "0"]);
        assert_eq!(found.code, Some(0), "{flag} {holds}: {found:?}");
        let missed = mailmock.wait(&[flag, holds_not, "--timeout", "0"]);
        assert_eq!(missed.code, Some(1), "{flag} {holds_not}: {missed:?}");
    }
}

#[test]
fn wait_waits_for_what_is_still_to_come() {
    let mailmock = Mailmock::start(&[]);
    let wait = ["wait", "--timeout", "30", "--subject", "Reminder"];
    let inspector = ["--inspector", &mailmock.inspector];
    let waiting = Running::start(command().args(wait).args(inspector));
    mailmock.deliver("ada@example.org", "Reminder");
    let found = waiting.end();
    assert_eq!(found.code, Some(0), "{found:?}");
    assert!(found.stdout.starts_with("#1 "));
}

/// The names in a list of the page, each of which stands behind that mark.
fn names_in(file: &str, list: &str, mark: &str) -> BTreeSet<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/inspector/page");
    let text = fs::read_to_string(format!("{folder}/{file}")).unwrap();
    let (_, list) = text.split_once(&format!("const {list} = [")).unwrap();
    let (list, _) = list.split_once("];").unwrap();
    let names = list.split(mark).skip(1);
    let names = names.map(|name| name.split('"').next().unwrap());
    names.map(str::to_owned).collect()
}

#[test]
fn the_conditions_for_mails_are_the_same_everywhere() {
    let mailmock = Mailmock::start(&[]);
    let document = mailmock.get("openapi.json");
    let parameters = |method: &str, path: &str| -> BTreeSet<String> {
        let parameters = document["paths"][path][method]["parameters"].as_array();
        let names = parameters
            .unwrap()
            .iter()
            .map(|p| p["name"].as_str().unwrap());
        names.map(str::to_owned).collect()
    };
    // Numbers of mails are a matter of their own.
    let without = |mut names: BTreeSet<String>, others: &[&str]| {
        names.retain(|name| !others.contains(&name.as_str()));
        names
    };
    let numbers = ["since", "up_to"];
    let api = without(parameters("delete", "/api/v1/mails"), &numbers);
    let own = ["limit", "cursor", "order"];
    assert_eq!(
        without(without(parameters("get", "/api/v1/mails"), &numbers), &own),
        api
    );
    let own = ["count", "timeout"];
    assert_eq!(
        without(without(parameters("get", "/api/v1/wait"), &numbers), &own),
        api
    );

    let help = said(command().args(["wait", "--help"])).stdout;
    let (_, flags) = help.split_once("Mails like that:\n").unwrap();
    let flags = flags
        .lines()
        .filter_map(|line| line.trim().strip_prefix("--"));
    let flags = flags.map(|line| line.split(' ').next().unwrap().replace('-', "_"));
    assert_eq!(flags.collect::<BTreeSet<_>>(), api);

    // Of a rule a condition is a pattern; and words are what a person types.
    let mut conditions = without(api.clone(), &["words"]);
    conditions.retain(|name| !name.ends_with("_contains"));
    assert!(conditions.len() > 10, "{conditions:?}");
    let schema = &document["components"]["schemas"]["MailSpec"]["properties"];
    let schema = schema.as_object().unwrap().keys().cloned();
    assert_eq!(schema.collect::<BTreeSet<_>>(), conditions);
    assert_eq!(names_in("rule_form.js", "MAIL_WORDS", " \""), conditions);

    // The search takes what is in quotes and has no name for `anywhere`.
    let searched = names_in("search.js", "FILTERS", "name: \"");
    assert_eq!(
        without(searched, &numbers),
        without(conditions, &["anywhere"])
    );
}

#[test]
fn wait_says_what_is_there_instead() {
    let mailmock = Mailmock::start(&[]);
    mailmock.deliver("ada@example.org", "Welcome");
    let missed = mailmock.wait(&["--subject", "Welcome back", "--timeout", "0.1"]);
    assert_eq!((missed.code, missed.stdout.as_str()), (Some(1), ""));
    assert!(
        missed.stderr.contains("a_mail().subject(\"Welcome back\")"),
        "{missed:?}"
    );
    assert!(
        missed
            .stderr
            .contains("FAIL  subject(\"Welcome back\"): \"Welcome\""),
        "{missed:?}"
    );
}

#[test]
fn wait_says_why_it_cannot_ask() {
    let nobody = format!("127.0.0.1{}", free_port());
    refused(
        &["wait", "--inspector", &nobody],
        "no server answers at http://127.0.0.1:",
    );
    refused(
        &["wait", "--inspector", "https://127.0.0.1:1"],
        "http:// alone",
    );
    refused(&["wait", "--inspector", "http://"], "is no URL");
    refused(&["wait", "--timeout", "soon"], "not a number of seconds");
    refused(
        &["wait", "--timeout=-1"],
        "not a time that can be waited for",
    );
    refused(&["wait", "--count", "0"], "--count");
    refused(&["wait", "--subjet", "x"], "'--subject'");
    refused(&["wait", "--ready", "--subject", "x"], "for no mail");
    let mailmock = Mailmock::start(&[]);
    assert_refused(
        &mailmock.wait(&["--sent-to", "ada"]),
        "--sent-to: \"ada\" is not a mailbox: it has no @; a part of an address is --sent-to-contains",
    );
    assert_refused(
        &mailmock.wait(&["--header-cc", "*@example.org"]),
        "--header-cc: \"*@example.org\" has a wildcard: there are none here; a part of an address is \
         --header-cc-contains",
    );

    // SMTP is no HTTP, and other pages are not ours.
    let smtp = mailmock.smtp.replace("smtp:", "http:");
    refused(&["wait", "--inspector", &smtp], "no server answers");
    let elsewhere = format!("{}/elsewhere", mailmock.inspector);
    assert_eq!(
        said(command().args(["wait", "--inspector", &elsewhere])).code,
        Some(2)
    );
}

#[test]
fn wait_until_it_is_ready() {
    let port = free_port();
    let inspector = format!("http://127.0.0.1{port}");
    let absent = said(command().args([
        "wait",
        "--ready",
        "--timeout",
        "0",
        "--inspector",
        &inspector,
    ]));
    assert_eq!(absent.code, Some(1), "{absent:?}");
    let wait = ["wait", "--ready", "--timeout", "30"];
    let waiting = Running::start(command().args(wait).env("MAILMOCK_INSPECTOR", &inspector));
    let _mailmock = Mailmock::start(&["--inspector", &port]);
    let ready = waiting.end();
    assert_eq!(
        (ready.code, ready.stdout.as_str()),
        (Some(0), ""),
        "{ready:?}"
    );
    for address in [
        &port,
        &port[1..],
        &format!("localhost{port}"),
        &format!("{inspector}/"),
    ] {
        let ready = said(command().args(["wait", "--ready", "--inspector", address]));
        assert_eq!(ready.code, Some(0), "{address}: {ready:?}");
    }
}

#[cfg(unix)]
#[test]
fn the_log_says_what_happens_and_no_secret() {
    let talk = |command: &mut Command| {
        let mailmock = Mailmock::start_with(command);
        let mut client = mailmock.greeted();
        client.ok("AUTH PLAIN AGFwcABzM2NyZXQ=");
        let content = b"Subject: private\r\n\r\nHello\r\n";
        for _ in 0..2 {
            client.deliver("app@example.org", &["ada@example.org"], content);
        }
        client.ok("MAIL FROM:<a@example.org>");
        assert!(
            client
                .say("RCPT TO:<bounce-550@example.org>")
                .starts_with("550")
        );
        client.ok("QUIT");
        client.rest();
        eventually(|| {
            mailmock.get("sessions")["sessions"][0]["end"]
                .as_str()
                .map(drop)
        });
        mailmock.end_by("TERM").stderr
    };
    let arguments = ["--magic-recipients", "--max-mails", "1"];
    let log = talk(command().args(arguments));
    for (level, part) in [
        ("INFO", "session opened session=1 peer=127.0.0.1:"),
        (
            "INFO",
            "mail accepted mail=1 session=1 from=\"app@example.org\" to=[\"ada@example.org\"] octets=27",
        ),
        ("WARN", "mail dropped, as the store is full mail=1"),
        (
            "INFO",
            "RCPT TO:<bounce-550@example.org> -> 550 5.1.1 Mailbox unavailable (rule at /api/v1/rules/1)",
        ),
        ("INFO", "session ended session=1"),
    ] {
        let is_said = |line: &str| line.contains(level) && line.contains(part);
        assert!(log.lines().any(is_said), "{part}: {log}");
    }
    for secret in ["s3cret", "AGFwcABzM2NyZXQ=", "private", "Hello"] {
        assert!(!log.contains(secret), "{log}");
    }
    assert!(!log.contains("DEBUG"), "{log}");

    let more = talk(command().args(arguments).arg("-v"));
    assert!(more.contains("rule acted session=1 rule="), "{more}");
    let more = talk(
        command()
            .args(arguments)
            .env("RUST_LOG", "off")
            .env("MAILMOCK_LOG", "debug"),
    );
    assert!(more.contains("rule acted"), "{more}");
    let less = talk(command().args(arguments).arg("-q"));
    assert!(
        less.contains("mail dropped") && !less.contains("mail accepted"),
        "{less}"
    );
    assert_eq!(talk(command().args(arguments).arg("-qq")), "");
    assert_eq!(talk(command().args(arguments).env("RUST_LOG", "off")), "");
}

#[cfg(unix)]
#[test]
fn what_is_said_to_other_programs_of_their_log_stops_nothing() {
    let other = "app[span{x=1}]=debug";
    let log = |command: &mut Command| {
        let mailmock = Mailmock::start_with(command.env("RUST_LOG", other));
        mailmock.deliver("ada@example.org", "x");
        mailmock.end_by("TERM").stderr
    };
    let warned = log(&mut command());
    let warnings: Vec<_> = warned.lines().filter(|l| l.contains("RUST_LOG")).collect();
    assert_eq!(warnings.len(), 1, "{warned}");
    assert!(warnings[0].contains("WARN") && warnings[0].contains(other));
    // As if it were not there.
    assert!(
        warned.contains("mail accepted") && !warned.contains("DEBUG"),
        "{warned}"
    );
    // Nothing is asked of it where it is said elsewhere.
    assert_eq!(log(command().arg("-qq")), "");
    assert_eq!(log(command().env("MAILMOCK_LOG", "off")), "");
    let ours = said(command().env("MAILMOCK_LOG", other));
    assert_refused(&ours, "MAILMOCK_LOG is ");
}
