//! Every file of `tests/conversations` is a dialogue. Each is fed to the core whole and byte by byte,
//! which must give the same steps, and spoken over a socket; README.md there tells the form.

// The core imports nothing of the crate, so that it can be had without the rest of it.
#[path = "../src/smtp/mod.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    reason = "the core has more than this test uses, and the crate's doors are not ours"
)]
mod smtp;
mod support;

use std::collections::VecDeque;
use std::fs;
use std::net::SocketAddr;
use std::panic::Location;
use std::path::Path;
use std::sync::Arc;

use mailmock::{MailServer, MailServerBuilder};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use smtp::{
    Cause, Conduct, Event, Fact, ForwardPath, Interruption, Intervention, Moment, Policy, RuleId,
    ServerSession, Settings, Step, TlsMode, Verdict,
};
use support::Client;

/// A file, taken apart.
#[derive(Debug, Default)]
struct Conversation {
    name: String,
    options: Vec<(String, String)>,
    turns: Vec<Turn>,
    outcome: Vec<String>,
}

#[derive(Debug, Clone, PartialEq)]
enum Turn {
    Client(Vec<u8>),
    Server(String),
    /// TLS begins.
    Tls,
    ClientCloses,
    ServerCloses,
}

impl Conversation {
    fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap();
        let mut conversation = Self {
            name: path.file_stem().unwrap().to_string_lossy().into_owned(),
            ..Self::default()
        };
        for line in text
            .lines()
            .filter(|l| !l.is_empty() && !l.starts_with('#'))
        {
            let (kind, rest) = line
                .split_once(':')
                .unwrap_or_else(|| panic!("{path:?}: {line}"));
            let rest = rest.strip_prefix(' ').unwrap_or(rest);
            match kind {
                "C" => {
                    let bytes = [unescape(rest), b"\r\n".to_vec()].concat();
                    conversation.turns.push(Turn::Client(bytes));
                }
                "raw" => conversation.turns.push(Turn::Client(unescape(rest))),
                "S" => conversation.turns.push(Turn::Server(rest.to_owned())),
                "tls" if rest == "begins" => conversation.turns.push(Turn::Tls),
                "client" if rest == "closes" => conversation.turns.push(Turn::ClientCloses),
                "server" if rest == "closes" => conversation.turns.push(Turn::ServerCloses),
                "option" => {
                    let (name, value) = rest.split_once('=').unwrap_or((rest, ""));
                    conversation
                        .options
                        .push((name.to_owned(), value.to_owned()));
                }
                "mail" | "rejected" | "remark" | "login" => {
                    conversation.outcome.push(line.to_owned());
                }
                _ => panic!("{path:?}: {line}"),
            }
        }
        conversation
    }

    fn settings(&self) -> Settings {
        let mut settings = Settings::default();
        for (name, value) in &self.options {
            match name.as_str() {
                "strict" => settings.strict = true,
                "max_message_size" => settings.max_content = value.parse().unwrap(),
                "max_recipients" => settings.max_recipients = value.parse().unwrap(),
                "max_errors" => settings.max_errors = value.parse().unwrap(),
                "without" => settings.extensions.remove(&core_extension(value)),
                "with" => settings.extensions.add(core_extension(value)),
                "host_name" => settings.host_name = value.clone(),
                "starttls" => settings.tls = TlsMode::AfterStartTls,
                "implicit_tls" => settings.tls = TlsMode::FromTheStart,
                "require_tls" => {
                    settings.tls = TlsMode::AfterStartTls;
                    settings.requires_tls = true;
                }
                "allow_plaintext_auth" => settings.takes_auth_in_clear = true,
                "lmtp" => settings.is_lmtp = true,
                "require_auth" => settings.requires_auth = true,
                "mechanisms" => {
                    let mechanisms = value.split(' ').map(|m| smtp::Mechanism::of(m).unwrap());
                    settings.mechanisms = mechanisms.collect();
                }
                "credentials" | "oauth_token" => {} // the policy's
                _ => panic!("unknown option {name}"),
            }
        }
        settings
    }

    fn builder(&self) -> MailServerBuilder {
        let mut builder = MailServer::builder();
        for (name, value) in &self.options {
            builder = match name.as_str() {
                "strict" => builder.strict(),
                "max_message_size" => builder.max_message_size(value.parse().unwrap()),
                "max_recipients" => builder.max_recipients(value.parse().unwrap()),
                "max_errors" => builder.max_errors(value.parse().unwrap()),
                "without" => builder.without_extension(extension(value)),
                "with" => builder.with_extension(extension(value)),
                "host_name" => builder.host_name(value),
                "lmtp" => builder.lmtp(),
                "require_auth" => builder.require_auth(),
                "mechanisms" => {
                    let all = mailmock::Mechanism::ALL;
                    let named = |name| *all.iter().find(|m| **m == name).unwrap();
                    builder.auth_mechanisms(value.split(' ').map(named))
                }
                "credentials" => {
                    let (user, password) = value.split_once(':').unwrap();
                    builder.credentials(user, password)
                }
                "oauth_token" => {
                    let (user, token) = value.split_once(':').unwrap();
                    builder.oauth_token(user, token)
                }
                #[cfg(feature = "tls")]
                "starttls" => builder.starttls(),
                #[cfg(feature = "tls")]
                "implicit_tls" => builder.implicit_tls(),
                #[cfg(feature = "tls")]
                "require_tls" => builder.require_tls(),
                #[cfg(feature = "tls")]
                "allow_plaintext_auth" => builder.allow_plaintext_auth(),
                _ => panic!("unknown option {name}"),
            };
        }
        builder
    }

    /// All that the client says, apart what it says before and over TLS, and whether it closes the
    /// connection in the end.
    fn client_bytes(&self) -> (Vec<Vec<u8>>, bool) {
        let stretches = self.turns.split(|turn| *turn == Turn::Tls).map(|turns| {
            let bytes = turns.iter().filter_map(|turn| match turn {
                Turn::Client(bytes) => Some(bytes.as_slice()),
                _ => None,
            });
            bytes.collect::<Vec<_>>().concat()
        });
        let closes = self.turns.contains(&Turn::ClientCloses);
        (stretches.collect(), closes)
    }

    fn needs_tls(&self) -> bool {
        let tls = [
            "starttls",
            "implicit_tls",
            "require_tls",
            "allow_plaintext_auth",
        ];
        self.options
            .iter()
            .any(|(name, _)| tls.contains(&name.as_str()))
    }

    /// The values of an option, taken apart at the colon.
    fn pairs(&self, option: &str) -> Vec<(String, String)> {
        let values = self.options.iter().filter(|(name, _)| name == option);
        let pairs = values.filter_map(|(_, value)| value.split_once(':'));
        pairs.map(|(a, b)| (a.to_owned(), b.to_owned())).collect()
    }

    fn server_lines(&self) -> Vec<&str> {
        let lines = self.turns.iter().filter_map(|turn| match turn {
            Turn::Server(line) => Some(line.as_str()),
            _ => None,
        });
        lines.collect()
    }
}

macro_rules! extension_by_keyword {
    ($keyword:expr, $type:ty) => {
        match $keyword {
            "PIPELINING" => <$type>::Pipelining,
            "SIZE" => <$type>::Size,
            "8BITMIME" => <$type>::EightBitMime,
            "SMTPUTF8" => <$type>::SmtpUtf8,
            "ENHANCEDSTATUSCODES" => <$type>::EnhancedStatusCodes,
            "CHUNKING" => <$type>::Chunking,
            "BINARYMIME" => <$type>::BinaryMime,
            "DSN" => <$type>::Dsn,
            "AUTH" => <$type>::Auth,
            "FUTURERELEASE" => <$type>::custom("FUTURERELEASE 86400").with_parameter("HOLDFOR"),
            keyword => panic!("unknown extension {keyword}"),
        }
    };
}

fn core_extension(keyword: &str) -> smtp::Extension {
    extension_by_keyword!(keyword, smtp::Extension)
}

fn extension(keyword: &str) -> mailmock::Extension {
    extension_by_keyword!(keyword, mailmock::Extension)
}

/// `\r`, `\n`, `\t`, `\0`, `\\`, `\xNN`, and `\*N` for so many of the octet before.
fn unescape(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes().peekable();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        match rest.next().expect("an escape has a letter") {
            b'r' => bytes.push(b'\r'),
            b'n' => bytes.push(b'\n'),
            b't' => bytes.push(b'\t'),
            b'0' => bytes.push(0),
            b'\\' => bytes.push(b'\\'),
            b'x' => {
                let digits: String = rest.by_ref().take(2).map(char::from).collect();
                bytes.push(u8::from_str_radix(&digits, 16).unwrap());
            }
            b'*' => {
                let digits = std::iter::from_fn(|| rest.next_if(u8::is_ascii_digit));
                let count: String = digits.map(char::from).collect();
                let last = bytes.pop().expect("there is an octet before");
                bytes.extend(std::iter::repeat_n(last, count.parse().unwrap()));
            }
            other => panic!("unknown escape \\{}", char::from(other)),
        }
    }
    bytes
}

/// Knows passwords and tokens, and lets everything else pass.
#[derive(Default)]
struct Open {
    passwords: Vec<(String, String)>,
    tokens: Vec<(String, String)>,
}

impl Policy for Open {
    fn decide(&mut self, event: &Event<'_>) -> Verdict {
        let Moment::Credentials(login) = event.moment else {
            return Verdict::Proceed;
        };
        let is_user = |user: &str| user == login.identity();
        let has_password = self
            .passwords
            .iter()
            .any(|(u, p)| is_user(u) && login.has_password(p));
        let has_token = self
            .tokens
            .iter()
            .any(|(u, t)| is_user(u) && login.token() == Some(t));
        if has_password || has_token || self.passwords.is_empty() && self.tokens.is_empty() {
            return Verdict::Proceed;
        }
        Verdict::Intervene(Box::new(Intervention {
            rule: RuleId(1),
            origin: Location::caller().into(),
            holds: Vec::new(),
            conduct: Conduct::Reply(smtp::Reply::credentials_invalid()),
        }))
    }
}

fn tls() -> smtp::Tls {
    smtp::Tls {
        version: "TLSv1.3",
        cipher_suite: "TLS_AES_256_GCM_SHA384".into(),
        server_name: None,
        client_certificate: None,
    }
}

fn steps_of(conversation: &Conversation, chunk: usize) -> Vec<Step> {
    let (stretches, closes) = conversation.client_bytes();
    let chunks = stretches.iter().flat_map(|bytes| bytes.chunks(chunk));
    let mut policy = Open {
        passwords: conversation.pairs("credentials"),
        tokens: conversation.pairs("oauth_token"),
    };
    steps(conversation.settings(), &mut policy, chunks, closes)
}

fn steps<'a>(
    settings: Settings,
    policy: &mut Open,
    chunks: impl Iterator<Item = &'a [u8]>,
    closes: bool,
) -> Vec<Step> {
    let peer = SocketAddr::from(([127, 0, 0, 1], 40_000));
    let mut session = ServerSession::new(Arc::new(settings), peer);
    let mut steps = Vec::new();
    let mut take = |session: &mut ServerSession, steps: &mut Vec<Step>| {
        while let Some(step) = session.next_step(policy) {
            if let Step::UpgradeTls { .. } = step {
                session.tls_started(tls());
            }
            steps.push(step);
        }
    };
    take(&mut session, &mut steps);
    for chunk in chunks {
        session.receive(chunk);
        take(&mut session, &mut steps);
    }
    if closes {
        session.interrupt(Interruption::ConnectionLost);
        take(&mut session, &mut steps);
    }
    steps
}

fn core_lines(steps: &[Step]) -> Vec<String> {
    let mut lines = Vec::new();
    for step in steps {
        if let Step::Send(reply) = step {
            for line in reply.wire_lines() {
                let mut bytes = Vec::new();
                line.write_to(&mut bytes);
                lines.push(String::from_utf8(bytes).unwrap());
            }
        }
    }
    lines
}

fn paths(paths: &[ForwardPath]) -> String {
    let paths: Vec<_> = paths.iter().map(ToString::to_string).collect();
    paths.join(", ")
}

fn core_outcome(steps: &[Step]) -> Vec<String> {
    let mut outcome = Vec::new();
    for step in steps {
        match step {
            Step::Record(Fact::Accepted {
                envelope, content, ..
            }) => outcome.push(format!(
                "mail: {} -> {}: {}",
                envelope.reverse_path(),
                paths(envelope.forward_paths()),
                content.escape_ascii()
            )),
            Step::Record(Fact::Rejected(rejected)) => {
                let code = rejected
                    .reply
                    .as_ref()
                    .map_or("-".to_owned(), |r| r.code().to_string());
                outcome.push(format!(
                    "rejected: {}, {}, {code}",
                    rejected.stage, rejected.cause
                ));
            }
            Step::Record(Fact::Remarked(remark)) => {
                outcome.push(format!("remark: {:?}", remark.lapse()));
            }
            Step::Record(Fact::Login(login)) => outcome.push(format!(
                "login: {} {} {}{}",
                login.mechanism(),
                login.identity(),
                login.password().or(login.token()).unwrap_or("-"),
                if login.is_accepted() { "" } else { " refused" },
            )),
            _ => {}
        }
    }
    outcome
}

/// Holds the lines that came against those expected: `250 …` and `250-…` stand for any text.
fn check_lines(conversation: &Conversation, way: &str, found: &[String]) {
    let mut found: VecDeque<&String> = found.iter().collect();
    for expected in conversation.server_lines() {
        let Some(line) = found.pop_front() else {
            panic!(
                "{} ({way}): expected {expected:?}, but nothing more came",
                conversation.name
            );
        };
        check_line(conversation, way, expected, line);
    }
    assert!(
        found.is_empty(),
        "{} ({way}): more came: {found:?}",
        conversation.name
    );
}

fn check_line(conversation: &Conversation, way: &str, expected: &str, line: &str) {
    let is_match = match expected.strip_suffix('…') {
        Some(prefix) => line.starts_with(prefix),
        None => line == expected,
    };
    assert!(
        is_match,
        "{} ({way}): expected {expected:?}, got {line:?}",
        conversation.name
    );
}

fn check_core(conversation: &Conversation) {
    let whole = steps_of(conversation, usize::MAX);
    let bytes = steps_of(conversation, 1);
    check_lines(conversation, "whole", &core_lines(&whole));
    assert_eq!(
        format!("{whole:#?}"),
        format!("{bytes:#?}"),
        "{}: byte by byte it goes otherwise",
        conversation.name
    );
    assert_eq!(
        core_outcome(&whole),
        conversation.outcome,
        "{}: outcome",
        conversation.name
    );
    let is_closed = whole.iter().any(|step| matches!(step, Step::Close));
    let closes = |turn: &Turn| matches!(turn, Turn::ServerCloses | Turn::ClientCloses);
    let is_close_expected = conversation.turns.iter().any(closes);
    assert_eq!(is_closed, is_close_expected, "{}: close", conversation.name);
}

fn check_over_a_socket(conversation: &Conversation) {
    let server = conversation.builder().start();
    let mut client = Client::connect_silently(&server);
    for turn in &conversation.turns {
        match turn {
            Turn::Client(bytes) => client.send(bytes),
            Turn::Server(expected) => {
                check_line(conversation, "socket", expected, &client.line());
            }
            #[cfg(feature = "tls")]
            Turn::Tls => client.begin_tls(&server),
            #[cfg(not(feature = "tls"))]
            Turn::Tls => panic!("it is asked for before whether there is TLS"),
            // It is open while the outcome is looked at: what a close causes comes without a reply
            // behind which it is certain, and is seen in the core.
            Turn::ClientCloses => {}
            Turn::ServerCloses => {
                assert_eq!(client.rest(), "", "{}: more came", conversation.name);
            }
        }
    }
    let expected = |kind: &str| -> Vec<&String> {
        let lines = conversation.outcome.iter();
        lines.filter(|line| line.starts_with(kind)).collect()
    };
    let mails: Vec<String> = server
        .mails()
        .iter()
        .map(|mail| {
            let recipients: Vec<_> = mail
                .envelope()
                .forward_paths()
                .iter()
                .map(ToString::to_string)
                .collect();
            format!(
                "mail: {} -> {}: {}",
                mail.envelope().reverse_path(),
                recipients.join(", "),
                mail.message().raw().escape_ascii()
            )
        })
        .collect();
    assert_eq!(
        mails.iter().collect::<Vec<_>>(),
        expected("mail:"),
        "{}",
        conversation.name
    );
    let closes = conversation.turns.contains(&Turn::ClientCloses);
    let rejections: Vec<String> = server
        .rejections()
        .iter()
        .filter(|rejection| !(closes && rejection.is_aborted()))
        .map(|rejection| {
            let code = rejection
                .reply()
                .map_or("-".to_owned(), |r| r.code().to_string());
            format!(
                "rejected: {}, {}, {code}",
                rejection.stage(),
                rejection.cause()
            )
        })
        .collect();
    let expected = expected("rejected:")
        .into_iter()
        .filter(|line| !(closes && line.contains(&Cause::Aborted.to_string())));
    assert_eq!(
        rejections.iter().collect::<Vec<_>>(),
        expected.collect::<Vec<_>>(),
        "{}",
        conversation.name
    );
}

#[test]
fn all_conversations_go_as_written() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conversations");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "smtp"))
        .collect();
    files.sort();
    assert!(
        files.len() > 30,
        "only {} conversations were found",
        files.len()
    );
    for file in files {
        let conversation = Conversation::read(&file);
        check_core(&conversation);
        if cfg!(feature = "tls") || !conversation.needs_tls() {
            check_over_a_socket(&conversation);
        }
    }
}

/// Pieces of dialogues, good and bad, to be put together in any order.
fn pieces() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let known: &[&[u8]] = &[
        b"EHLO x\r\n",
        b"HELO x\r\n",
        b"LHLO x\r\n",
        b"MAIL FROM:<a@b.org>\r\n",
        b"MAIL FROM:<> BODY=BINARYMIME\r\n",
        b"MAIL FROM:a@b.org\n",
        b"RCPT TO:<c@d.org>\r\n",
        b"RCPT TO:<c@d.org>\r\n",
        b"RCPT TO:<x>\r\n",
        b"DATA\r\n",
        b"DATA\r\n",
        b"text\r\n",
        b".\r\n",
        b"\r\n.\r\n",
        b"..\r\n",
        b"\n.\n",
        b"\r",
        b"\n",
        b".",
        b"BDAT 5\r\n",
        b"BDAT 3 LAST\r\n",
        b"BDAT 0\r\n",
        b"RSET\r\n",
        b"NOOP\r\n",
        b"FOO\r\n",
        b"AUTH LOGIN\r\n",
        b"AUTH PLAIN AGEAYg==\r\n",
        b"YQ==\r\n",
        b"*\r\n",
        b"VRFY x\r\n",
        b"QUIT\r\n",
    ];
    let piece = prop_oneof![
        20 => select(known).prop_map(<[u8]>::to_vec),
        1 => vec(any::<u8>(), 0..20),
        1 => (1usize..14_000).prop_map(|length| vec![b'x'; length]),
    ];
    vec(piece, 0..60)
}

proptest! {
    #[test]
    fn reads_may_be_cut_anywhere(pieces in pieces(), sizes in vec(1usize..40, 1..20), strict in any::<bool>(), is_lmtp in any::<bool>()) {
        let settings = || Settings { strict, is_lmtp, max_errors: 10, max_content: 100, ..Settings::default() };
        let bytes = pieces.concat();
        let whole = steps(settings(), &mut Open::default(), std::iter::once(bytes.as_slice()), true);
        let single = steps(settings(), &mut Open::default(), bytes.chunks(1), true);
        prop_assert_eq!(format!("{whole:?}"), format!("{single:?}"));
        let mut rest = bytes.as_slice();
        let cut = sizes.iter().cycle().map_while(|size| {
            let (head, tail) = rest.split_at(rest.len().min(*size));
            rest = tail;
            (!head.is_empty()).then_some(head)
        });
        let cut = steps(settings(), &mut Open::default(), cut, true);
        prop_assert_eq!(format!("{whole:?}"), format!("{cut:?}"));

        // And whatever came, what is told has been recorded before, and a close is the end.
        let mut recorded = 0;
        for step in &whole {
            match step {
                Step::Record(Fact::Exchange { .. }) => recorded += 1,
                Step::Send(_) => recorded -= 1,
                _ => {}
            }
            prop_assert!(recorded >= 0);
        }
        prop_assert!(matches!(whole.last(), Some(Step::Close)));
    }
}
