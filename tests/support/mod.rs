//! A client that says what it is told to, and what the tests have in common.

#![allow(
    dead_code,
    unreachable_pub,
    reason = "each test uses what it needs of it"
)]

pub mod http;
pub mod program;

use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

use mailmock::MailServer;

/// What octets go over, in clear or over TLS.
pub trait Stream: Read + Write + Send {}

impl<T: Read + Write + Send> Stream for T {}

pub struct Client {
    socket: TcpStream,
    stream: BufReader<Box<dyn Stream>>,
}

impl Client {
    /// Connects, and reads the greeting.
    pub fn connect(server: &MailServer) -> Self {
        let mut client = Self::connect_silently(server);
        assert!(client.reply().starts_with("220 "));
        client
    }

    pub fn connect_silently(server: &MailServer) -> Self {
        Self::connect_to((server.host(), server.port()))
    }

    pub fn connect_to(address: impl ToSocketAddrs) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        // No test should hang for ever; none depends on this time.
        stream
            .set_read_timeout(Some(Duration::from_secs(30)))
            .unwrap();
        stream.set_nodelay(true).unwrap();
        Self {
            socket: stream.try_clone().unwrap(),
            stream: BufReader::new(Box::new(stream)),
        }
    }

    pub fn send(&mut self, bytes: &[u8]) {
        self.stream.get_mut().write_all(bytes).unwrap();
    }

    /// Reads one line, without its end.
    pub fn line(&mut self) -> String {
        let mut line = String::new();
        self.stream.read_line(&mut line).unwrap();
        line.trim_end_matches(['\r', '\n']).to_owned()
    }

    /// Reads one reply, its lines joined by LF.
    pub fn reply(&mut self) -> String {
        let mut reply = String::new();
        loop {
            let mut line = String::new();
            let read = self.stream.read_line(&mut line).unwrap();
            assert!(read > 0, "the connection was closed behind {reply:?}");
            let is_last = line.as_bytes().get(3) != Some(&b'-');
            reply.push_str(line.trim_end_matches(['\r', '\n']));
            if is_last {
                return reply;
            }
            reply.push('\n');
        }
    }

    /// Says a line, and reads the reply.
    pub fn say(&mut self, line: &str) -> String {
        self.send(line.as_bytes());
        self.send(b"\r\n");
        self.reply()
    }

    /// Says a line that is to be accepted.
    pub fn ok(&mut self, line: &str) -> &mut Self {
        let reply = self.say(line);
        assert!(reply.starts_with(['2', '3']), "{line}: {reply}");
        self
    }

    /// MAIL, RCPT and DATA up to the 354.
    pub fn begin(&mut self, from: &str, to: &[&str]) -> &mut Self {
        self.ok(&format!("MAIL FROM:<{from}>"));
        for to in to {
            self.ok(&format!("RCPT TO:<{to}>"));
        }
        self.ok("DATA")
    }

    /// A whole mail; the content needs no dot-stuffing and ends a line.
    pub fn deliver(&mut self, from: &str, to: &[&str], content: &[u8]) -> &mut Self {
        self.begin(from, to);
        self.send(content);
        self.ok(".")
    }

    /// Reads up to the close, and says how much that was, or how it failed.
    pub fn read_to_end(&mut self) -> std::io::Result<usize> {
        self.stream.read_to_end(&mut Vec::new())
    }

    /// What comes up to the close.
    pub fn rest(&mut self) -> String {
        let mut rest = String::new();
        self.stream.read_to_string(&mut rest).unwrap();
        rest
    }
}

#[cfg(feature = "tls")]
impl Client {
    /// Connects to a server with implicit TLS, and reads the greeting.
    pub fn connect_over_tls(server: &MailServer) -> Self {
        let mut client = Self::connect_silently(server);
        client.begin_tls(server);
        assert!(client.reply().starts_with("220 "));
        client
    }

    /// Says EHLO and STARTTLS, and begins TLS.
    pub fn upgraded(server: &MailServer) -> Self {
        let mut client = Self::connect(server);
        client
            .ok("EHLO test.example")
            .ok("STARTTLS")
            .begin_tls(server);
        client
    }

    pub fn begin_tls(&mut self, server: &MailServer) {
        let configuration = tls_configuration(server).with_no_client_auth();
        self.begin_tls_with(configuration).unwrap();
    }

    /// Begins TLS, and says why if that fails.
    pub fn begin_tls_with(
        &mut self,
        configuration: tokio_rustls::rustls::ClientConfig,
    ) -> std::io::Result<()> {
        self.begin_tls_as("localhost", configuration)
    }

    /// As [`begin_tls_with`](Self::begin_tls_with), with a server of that name.
    pub fn begin_tls_as(
        &mut self,
        name: &'static str,
        configuration: tokio_rustls::rustls::ClientConfig,
    ) -> std::io::Result<()> {
        let name = name.try_into().unwrap();
        let mut connection =
            tokio_rustls::rustls::ClientConnection::new(configuration.into(), name).unwrap();
        let mut socket = self.socket.try_clone().unwrap();
        while connection.is_handshaking() {
            connection.complete_io(&mut socket)?;
        }
        self.stream = BufReader::new(Box::new(tokio_rustls::rustls::StreamOwned::new(
            connection, socket,
        )));
        Ok(())
    }
}

/// A client's settings, up to the certificate that it presents.
#[cfg(feature = "tls")]
pub fn tls_configuration(
    server: &MailServer,
) -> tokio_rustls::rustls::ConfigBuilder<
    tokio_rustls::rustls::ClientConfig,
    tokio_rustls::rustls::client::WantsClientCert,
> {
    let mut roots = tokio_rustls::rustls::RootCertStore::empty();
    roots
        .add(server.ca_certificate_der().to_vec().into())
        .unwrap();
    let provider = std::sync::Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    tokio_rustls::rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
}

/// One mail with that content, as the server stored it.
pub fn received(content: &[u8]) -> mailmock::Mail {
    received_by(&["ada@example.org"], content)
}

pub fn received_by(to: &[&str], content: &[u8]) -> mailmock::Mail {
    let server = MailServer::start();
    Client::connect(&server)
        .ok("EHLO test.example")
        .deliver("app@example.org", to, content);
    server.only_mail()
}

/// What lettre sends where it does not matter what.
pub fn hello() -> lettre::Message {
    lettre::Message::builder()
        .from("app@example.org".parse().unwrap())
        .to("ada@example.org".parse().unwrap())
        .body("Hello".to_owned())
        .unwrap()
}

/// Looks until it is there: for what comes without a reply behind which it is certain.
pub fn eventually<T>(mut look: impl FnMut() -> Option<T>) -> T {
    for _ in 0..3_000 {
        if let Some(found) = look() {
            return found;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("it did not come in 30 seconds");
}
