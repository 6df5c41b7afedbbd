//! What things cost inside: the core without a socket, parsing, and a mail through everything.
//!
//! `cargo bench`

#[path = "../src/smtp/mod.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    reason = "the core has more than this measures, and the crate's doors are not ours"
)]
mod smtp;

use std::hint::black_box;
use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;

use divan::Bencher;
use divan::counter::BytesCount;
use mailmock::{MailServer, Reply, Trigger, domain, glob, matches};
use smtp::{Event, Policy, ServerSession, Settings, Verdict};

const SIZES: [usize; 3] = [1 << 10, 10 << 10, 1 << 20];

fn main() {
    divan::main();
}

fn connect(server: &MailServer) -> TcpStream {
    let stream = TcpStream::connect((server.host(), server.port())).unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

struct Open;

impl Policy for Open {
    fn decide(&mut self, _: &Event<'_>) -> Verdict {
        Verdict::Proceed
    }
}

/// Lines of text, some of which begin with a dot.
fn content(size: usize) -> Vec<u8> {
    let line = b"A line as they are, of some seventy octets or so, and no more than that.\r\n";
    let mut content =
        b"Subject: =?utf-8?Q?K=C3=A4se?=\r\nTo: Ada <ada@example.org>\r\n\r\n".to_vec();
    while content.len() < size {
        if content.len().is_multiple_of(7) {
            content.extend_from_slice(b"..");
        }
        content.extend_from_slice(line);
    }
    content
}

fn session() -> ServerSession {
    let peer = SocketAddr::from(([127, 0, 0, 1], 40_000));
    let mut session = ServerSession::new(Arc::new(Settings::default()), peer);
    feed(&mut session, b"EHLO bench.example\r\n");
    session
}

fn feed(session: &mut ServerSession, bytes: &[u8]) {
    session.receive(bytes);
    while let Some(step) = session.next_step(&mut Open) {
        black_box(step);
    }
}

const ENVELOPE: [&[u8]; 3] = [
    b"MAIL FROM:<app@example.org> SIZE=1000 BODY=8BITMIME\r\n",
    b"RCPT TO:<ada@example.org>\r\n",
    b"DATA\r\n",
];

/// A transaction in the core, in reads of at most 64 KiB.
#[divan::bench(args = SIZES)]
fn core_transaction(bencher: Bencher<'_, '_>, size: usize) {
    let (mut session, content) = (session(), content(size));
    bencher.counter(BytesCount::new(size)).bench_local(|| {
        for line in ENVELOPE {
            feed(&mut session, line);
        }
        for read in content.chunks(64 * 1024) {
            feed(&mut session, read);
        }
        feed(&mut session, b".\r\n");
    });
}

#[divan::bench]
fn core_session() -> ServerSession {
    let mut session = session();
    feed(&mut session, b"QUIT\r\n");
    session
}

/// What octets go over, in clear or over TLS.
trait Stream: Read + Write {}

impl<T: Read + Write> Stream for T {}

struct Client(BufReader<Box<dyn Stream>>);

impl Client {
    fn connect(server: &MailServer) -> Self {
        Self::of(connect(server))
    }

    fn of(stream: impl Stream + 'static) -> Self {
        let mut client = Self(BufReader::new(Box::new(stream)));
        client.read_reply();
        client.say(b"HELO bench.example\r\n");
        client
    }

    fn read_reply(&mut self) {
        let mut line = String::new();
        self.0.read_line(&mut line).unwrap();
        assert!(line.starts_with(['2', '3']), "{line}");
    }

    fn say(&mut self, bytes: &[u8]) {
        self.0.get_mut().write_all(bytes).unwrap();
        self.read_reply();
    }

    fn deliver(&mut self, content: &[u8]) {
        self.say(b"MAIL FROM:<app@example.org>\r\n");
        self.say(b"RCPT TO:<ada@example.org>\r\n");
        self.say(b"DATA\r\n");
        self.say(content);
    }
}

/// A mail over a socket, from MAIL to the reply behind the dot, and out of the store again.
#[divan::bench(args = SIZES)]
fn over_a_socket(bencher: Bencher<'_, '_>, size: usize) {
    let server = MailServer::start();
    let mut client = Client::connect(&server);
    let content = [content(size), b".\r\n".to_vec()].concat();
    bencher.counter(BytesCount::new(size)).bench_local(|| {
        client.deliver(&content);
        server.take_mails()
    });
}

/// Rules of every kind, none of which ever acts on the mails here.
fn set_up_rules(server: &MailServer, rules: &str) {
    let kind = ["address", "domain", "glob", "regex", "verb"]
        .iter()
        .position(|k| *k == rules);
    for i in 0..if rules == "none" { 0 } else { 100 } {
        let trigger = match kind.unwrap_or(i % 5) {
            0 => Trigger::rcpt_to(format!("nobody{i}@example.org")),
            1 => Trigger::mail_from(domain(format!("domain{i}.example"))),
            2 => Trigger::rcpt_to(glob(format!("*+{i}@example.net"))),
            3 => Trigger::rcpt_to(matches(&format!("^user{i}@"))),
            _ => Trigger::command("VRFY"),
        };
        server.on(trigger).reply(Reply::mailbox_unavailable());
    }
}

/// A mail of 1 KiB over a socket, when so many rules are asked about it: to be compared with each
/// other.
#[divan::bench(args = ["none", "address", "domain", "glob", "regex", "verb", "mixed"])]
fn with_rules_that_do_not_match(bencher: Bencher<'_, '_>, rules: &str) {
    let server = MailServer::start();
    set_up_rules(&server, rules);
    let mut client = Client::connect(&server);
    let content = [content(1 << 10), b".\r\n".to_vec()].concat();
    bencher.bench_local(|| {
        client.deliver(&content);
        server.take_mails()
    });
}

/// What the first look at a message costs.
#[divan::bench(args = SIZES)]
fn first_look(bencher: Bencher<'_, '_>, size: usize) {
    let server = MailServer::start();
    let mut client = Client::connect(&server);
    let content = [content(size), b".\r\n".to_vec()].concat();
    bencher
        .counter(BytesCount::new(size))
        .with_inputs(|| {
            client.deliver(&content);
            server.take_mails()
        })
        .bench_local_values(|mails| {
            assert_eq!(mails[0].message().subject(), "Käse");
            mails
        });
}

#[divan::bench]
fn start_and_stop() {
    drop(black_box(MailServer::start()));
}

/// To be compared with the plain ones above.
#[cfg(feature = "tls")]
mod tls {
    use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

    use super::*;

    fn configuration(server: &MailServer) -> Arc<ClientConfig> {
        let mut roots = RootCertStore::empty();
        roots
            .add(server.ca_certificate_der().to_vec().into())
            .unwrap();
        let provider = tokio_rustls::rustls::crypto::ring::default_provider();
        let builder = ClientConfig::builder_with_provider(provider.into());
        let builder = builder.with_safe_default_protocol_versions().unwrap();
        Arc::new(builder.with_root_certificates(roots).with_no_client_auth())
    }

    fn secured(server: &MailServer, configuration: &Arc<ClientConfig>) -> Client {
        let name = "localhost".try_into().unwrap();
        let connection = ClientConnection::new(Arc::clone(configuration), name).unwrap();
        Client::of(StreamOwned::new(connection, connect(server)))
    }

    #[divan::bench]
    fn start_and_stop_with_tls() {
        drop(black_box(MailServer::builder().starttls().start()));
    }

    #[divan::bench(args = SIZES)]
    fn over_tls(bencher: Bencher<'_, '_>, size: usize) {
        let server = MailServer::builder().implicit_tls().start();
        let mut client = secured(&server, &configuration(&server));
        let content = [content(size), b".\r\n".to_vec()].concat();
        bencher.counter(BytesCount::new(size)).bench_local(|| {
            client.deliver(&content);
            server.take_mails()
        });
    }

    /// Connect, greeting and hello, to be compared with the one in clear.
    #[divan::bench]
    fn connect_over_tls(bencher: Bencher<'_, '_>) {
        let server = MailServer::builder().implicit_tls().start();
        let configuration = configuration(&server);
        bencher.bench_local(|| secured(&server, &configuration));
    }

    #[divan::bench]
    fn connect_in_clear(bencher: Bencher<'_, '_>) {
        let server = MailServer::start();
        bencher.bench_local(|| Client::connect(&server));
    }
}

/// With 10,000 mails in the store, and with those who listen.
#[cfg(feature = "inspector")]
mod inspector {
    use reqwest::blocking::{Client as Http, Response};

    use super::*;

    fn get(server: &MailServer, http: &Http, path: &str) -> Response {
        let url = format!("{}/api/v1/{path}", server.inspector_url());
        http.get(url).send().unwrap()
    }

    fn full() -> MailServer {
        let server = MailServer::builder().inspector().start();
        let mut client = Client::connect(&server);
        let content = [content(1 << 10), b".\r\n".to_vec()].concat();
        for _ in 0..10_000 {
            client.deliver(&content);
        }
        server
    }

    #[divan::bench(args = [
        "mails?limit=100",
        "mails?limit=100&cursor=9000",
        "mails?limit=100&order=newest",
        "mails?limit=100&words=nowhere",
        "mails?limit=100&subject_contains=K%C3%A4se",
        "mails/5000",
        "wait?sent_to=ada@example.org&count=10000&timeout=0",
        "health",
    ])]
    fn of_10_000_mails(bencher: Bencher<'_, '_>, path: &str) {
        let (server, http) = (full(), Http::new());
        bencher.bench_local(|| get(&server, &http, path).bytes().unwrap());
    }

    /// A mail of 1 KiB over SMTP, when so many listen to events; none of them if there is no inspector.
    #[divan::bench(args = [None, Some(0), Some(20)])]
    fn over_a_socket_with_listeners(bencher: Bencher<'_, '_>, listeners: Option<usize>) {
        let (server, http) = match listeners {
            None => (MailServer::start(), Http::new()),
            Some(_) => (MailServer::builder().inspector().start(), Http::new()),
        };
        let listeners: Vec<_> = (0..listeners.unwrap_or(0))
            .map(|_| get(&server, &http, "events"))
            .collect();
        let threads: Vec<_> = listeners
            .into_iter()
            .map(|mut events| {
                std::thread::spawn(move || std::io::copy(&mut events, &mut std::io::sink()))
            })
            .collect();
        let mut client = Client::connect(&server);
        let content = [content(1 << 10), b".\r\n".to_vec()].concat();
        // They stay, so that each is told to each.
        bencher.bench_local(|| client.deliver(&content));
        drop(server);
        for thread in threads {
            let _ = thread.join().unwrap(); // cut off, or ended
        }
    }
}
