//! What can be said of a server before it starts.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

use super::activity::Activity;
use super::background::Background;
use super::host::Host;
#[cfg(feature = "inspector")]
use super::levers::Levers;
use super::listener::bind;
use super::mail_server::MailServer;
#[cfg(feature = "inspector")]
use super::mail_server::url;
#[cfg(feature = "inspector")]
use super::rule_specs::own_rules;
#[cfg(feature = "tls")]
use super::tls::{Endpoint, TlsOptions};
use crate::clock::{AlarmClock, Clock};
use crate::error::StartError;
use crate::inbox::{Inbox, Waiting};
#[cfg(feature = "inspector")]
use crate::inspector::{Inspector, Options as InspectorOptions};
use crate::rules::{Preset, RuleBook};
#[cfg(any(feature = "inspector", feature = "tls"))]
use crate::smtp::TlsMode;
use crate::smtp::{Extension, Settings};
#[cfg(feature = "inspector")]
use crate::spec::{RuleSpec, ServerKind};
use crate::store::{Bounds, Store};

/// Sets up a [`MailServer`]; made by [`MailServer::builder`].
///
/// ```
/// use mailmock::{Extension, MailServer};
///
/// let server = MailServer::builder()
///     .without_extension(Extension::EightBitMime) // how does the client fall back?
///     .max_message_size(10 * 1024)
///     .start();
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing listens until `start()` or `try_start()` is called"]
pub struct MailServerBuilder {
    address: SocketAddr,
    advertised_host: Option<String>,
    pub(super) settings: Settings,
    #[cfg(feature = "tls")]
    pub(super) tls: TlsOptions,
    #[cfg(feature = "inspector")]
    pub(super) inspector: Option<InspectorOptions>,
    #[cfg(feature = "inspector")]
    pub(super) parks_on_failure: bool,
    #[cfg(feature = "inspector")]
    pub(super) own_rules: Vec<RuleSpec>,
    #[cfg(feature = "inspector")]
    pub(super) names_rules_by_number: bool,
    pub(super) max_sessions: usize,
    pub(super) bounds: Bounds,
    idle_timeout: Duration,
    wait_timeout: Duration,
    tells_story: bool,
    seed: Option<u64>,
    /// Behaviour that stays, the oldest first.
    pub(super) policy: Vec<(Preset, &'static Location<'static>)>,
}

/// By what rules draw, unless something else is said.
const DEFAULT_SEED: u64 = 5321;

impl MailServerBuilder {
    pub(super) fn new() -> Self {
        Self {
            address: (Ipv4Addr::LOCALHOST, 0).into(),
            advertised_host: None,
            settings: Settings::default(),
            #[cfg(feature = "tls")]
            tls: TlsOptions::default(),
            #[cfg(feature = "inspector")]
            inspector: None,
            #[cfg(feature = "inspector")]
            parks_on_failure: false,
            #[cfg(feature = "inspector")]
            own_rules: Vec::new(),
            #[cfg(feature = "inspector")]
            names_rules_by_number: false,
            max_sessions: 2_000,
            bounds: Bounds {
                octets: 1024 * 1024 * 1024,
                mails: usize::MAX,
                drops_oldest: false,
            },
            idle_timeout: Duration::from_secs(5 * 60),
            wait_timeout: Duration::from_secs(5),
            tells_story: true,
            seed: None,
            policy: Vec::new(),
        }
    }

    /// Starts the server: it listens when this returns.
    ///
    /// # Panics
    ///
    /// If the address cannot be bound, a thread or descriptor is not to be had, `MAILMOCK_SEED` is no number, or
    /// what was said does not go together; see [`try_start`](Self::try_start).
    #[track_caller]
    pub fn start(self) -> MailServer {
        match self.try_start() {
            Ok(server) => server,
            Err(error) => panic!("{error}"),
        }
    }

    /// Starts the server: it listens when this returns.
    ///
    /// # Errors
    ///
    /// If an address cannot be bound, a thread or descriptor is not to be had, or the environment
    /// variable `MAILMOCK_SEED` is set to what is no number. With the feature `tls`, if a certificate, a key or an
    /// authority that was given is none that can be used. With the feature `inspector`, if one of the
    /// [`rules`](Self::rules) is impossible, or the inspector would be open to others than this machine, or has a
    /// token that is none.
    pub fn try_start(self) -> Result<MailServer, StartError> {
        let seed = self.seed.map_or_else(default_seed, Ok)?;
        #[cfg(feature = "inspector")]
        self.check_inspector()?;
        let failed = |error| StartError::new(self.address, error);
        let listener = bind(self.address).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let store = Arc::new(Store::new(self.bounds));
        let clock = Arc::new(Clock::new());
        let host = self
            .advertised_host
            .clone()
            .unwrap_or_else(|| reachable(address.ip()).to_string());
        #[cfg(feature = "tls")]
        let tls = self
            .endpoint(&host)
            .map_err(StartError::unusable_certificate)?;
        #[cfg(feature = "tls")]
        let tls = tls.map(Arc::new);
        let credentials = self.named_credentials();
        let settings = Arc::new(self.settings);
        #[cfg(feature = "inspector")]
        let names_lines = !self.names_rules_by_number;
        #[cfg(not(feature = "inspector"))]
        let names_lines = true;
        let policy = self.policy.into_iter();
        let policy = policy
            .map(|(preset, location)| preset.into_rule(&clock, names_lines.then_some(location)));
        #[cfg(feature = "inspector")]
        let server_kind = ServerKind {
            speaks_tls: settings.tls != TlsMode::Never,
            is_lmtp: settings.is_lmtp,
        };
        #[cfg(feature = "inspector")]
        let policy = policy.chain(own_rules(&self.own_rules, &clock, server_kind)?);
        let rules = RuleBook::new(Arc::clone(&clock), seed, policy.collect());
        if rules.own().iter().any(|rule| rule.probability.is_some()) {
            store.note_seed(seed);
        }
        let rules = Arc::new(rules);
        let is_down = Arc::default();
        let shared = Host {
            settings: Arc::clone(&settings),
            store: Arc::clone(&store),
            rules: Arc::clone(&rules),
            clock: Arc::clone(&clock),
            activity: Activity::default(),
            is_down: Arc::clone(&is_down),
            max_sessions: self.max_sessions,
            idle_timeout: self.idle_timeout,
            #[cfg(feature = "tls")]
            tls: tls.clone(),
        };
        let background = Background::start(Arc::new(shared), listener).map_err(failed)?;
        let waiting = Waiting {
            store: Arc::clone(&store),
            alarms: AlarmClock::new(background.runtime().clone()),
            thread_id: background.thread_id(),
            timeout: self.wait_timeout,
        };
        let inbox = Inbox::of_all(waiting);
        #[cfg(feature = "inspector")]
        let inspector = match self.inspector {
            Some(options) => {
                let listens_at = options.address;
                let controls = Arc::new(Levers {
                    remote: background.remote().clone(),
                    url: url(&settings, "", &host, address.port()),
                    #[cfg(feature = "tls")]
                    ca_certificate: tls.as_ref().map(|tls| tls.authority_pem().to_owned()),
                    #[cfg(not(feature = "tls"))]
                    ca_certificate: None,
                    server_kind,
                    is_down,
                });
                let rules = Arc::clone(&rules);
                let inspector = Inspector::start(options, inbox.clone(), rules, controls);
                Some(inspector.map_err(|error| StartError::no_inspector(listens_at, error))?)
            }
            None => None,
        };
        Ok(MailServer {
            host,
            port: address.port(),
            settings,
            #[cfg(feature = "tls")]
            tls,
            credentials,
            inbox,
            #[cfg(feature = "inspector")]
            inspector,
            #[cfg(feature = "inspector")]
            parks_on_failure: self.parks_on_failure,
            tells_story: self.tells_story,
            store,
            rules,
            clock,
            background: Some(background),
        })
    }

    /// Where to listen; 127.0.0.1 by default. IPv6 is fine.
    ///
    /// Any other address than a loopback one opens the server to the network: it accepts everything,
    /// and anybody can fill its store.
    pub fn bind_address(mut self, address: impl Into<IpAddr>) -> Self {
        self.address.set_ip(address.into());
        self
    }

    /// A fixed port instead of one that the system chooses. Tests that run in parallel then collide.
    pub fn port(mut self, port: u16) -> Self {
        self.address.set_port(port);
        self
    }

    /// The host in [`url`](MailServer::url) and [`host`](MailServer::host), where clients reach the
    /// server by another address than it binds. By default the bound address, and the loopback
    /// address for a wildcard such as 0.0.0.0.
    pub fn advertised_host(mut self, host: impl Into<String>) -> Self {
        let host = host.into();
        // `url` puts the brackets of an IPv6 address where they belong.
        let bare = host.strip_prefix('[').and_then(|h| h.strip_suffix(']'));
        self.advertised_host = Some(bare.unwrap_or(&host).to_owned());
        self
    }

    /// The name by which the server introduces itself in the greeting; `localhost` by default.
    ///
    /// # Panics
    ///
    /// If it is not a word of printable ASCII.
    #[track_caller]
    pub fn host_name(mut self, name: impl Into<String>) -> Self {
        let name = name.into();
        let is_word = !name.is_empty() && name.chars().all(|c| c.is_ascii_graphic());
        assert!(is_word, "not a word of printable ASCII: {name:?}");
        self.settings.host_name = name;
        self
    }

    /// Refuses every [`Lapse`](crate::Lapse) of a command that is otherwise forgiven with a remark:
    /// with 501, or 500 for the line itself, or 550 and 553 for an address that needs SMTPUTF8.
    pub fn strict(mut self) -> Self {
        self.settings.strict = true;
        self
    }

    /// Speaks LMTP (RFC 2033) in place of SMTP: LHLO in place of EHLO, and behind the content a reply for each
    /// recipient, in the order of the RCPT commands. [`Trigger::delivery_to`](crate::Trigger::delivery_to)
    /// refuses one of them; the mail is stored for the others. What a rule replies at the end of data is
    /// said for each, and one that [accepts and closes](crate::RuleBuilder::accept_then_disconnect) does so for all.
    ///
    /// ```
    /// # use std::io::{Read, Write};
    /// use mailmock::{MailServer, Reply, Trigger};
    ///
    /// let server = MailServer::builder().lmtp().start();
    /// server.on(Trigger::delivery_to("bob@example.org")).reply(Reply::mailbox_full());
    /// # let mut client = std::net::TcpStream::connect((server.host(), server.port()))?;
    /// # client.write_all(b"LHLO me\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<ada@example.org>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\nhi\r\n.\r\nQUIT\r\n")?;
    /// # client.read_to_end(&mut Vec::new())?;
    /// // … the mail server under test hands a mail for Ada and Bob on …
    /// assert_eq!(server.only_mail().envelope().forward_paths(), ["ada@example.org"]);
    /// assert_eq!(server.rejections()[0].recipient(), Some("bob@example.org"));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn lmtp(mut self) -> Self {
        self.settings.is_lmtp = true;
        self
    }

    /// Offers an extension more; an own one is made by [`Extension::custom`].
    pub fn with_extension(mut self, extension: Extension) -> Self {
        self.settings.extensions.add(extension);
        self
    }

    /// Does not offer an extension: its commands are answered 502, its parameters 555.
    pub fn without_extension(mut self, extension: Extension) -> Self {
        self.settings.extensions.remove(&extension);
        self
    }

    /// Offers no extension at all; some may be added again.
    pub fn without_extensions(mut self) -> Self {
        self.settings.extensions.clear();
        self
    }

    /// How long a client may be silent; 5 minutes by default. Then it gets 421 4.4.2.
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.idle_timeout = timeout;
        self
    }

    /// By what rules with a [probability](crate::RuleBuilder::with_probability) draw. Without it that is
    /// the environment variable `MAILMOCK_SEED`, and without that a constant: the same test goes the same
    /// way each time.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// How long a wait lasts unless it says otherwise; 5 seconds by default.
    pub fn wait_timeout(mut self, timeout: Duration) -> Self {
        self.wait_timeout = timeout;
        self
    }

    /// Whether a server that is dropped while the test panics tells on stderr what it saw: mails,
    /// refusals, open sessions, 40 lines at most. It does by default, unless the panic is its own and
    /// has told that already.
    pub fn story_on_panic(mut self, tells_story: bool) -> Self {
        self.tells_story = tells_story;
        self
    }
}

#[cfg(feature = "tls")]
impl MailServerBuilder {
    /// What does the handshakes, for clients that reach the server by that host.
    fn endpoint(&self, host: &str) -> Result<Option<Endpoint>, String> {
        if self.settings.tls == TlsMode::Never {
            return Ok(None);
        }
        let names = [self.settings.host_name.as_str(), host];
        Endpoint::new(self.tls.clone(), &names).map(Some)
    }
}

/// Where what is bound there can be reached.
pub(super) fn reachable(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    }
}

fn default_seed() -> Result<u64, StartError> {
    match std::env::var_os("MAILMOCK_SEED") {
        None => Ok(DEFAULT_SEED),
        Some(value) if value.is_empty() => Ok(DEFAULT_SEED),
        Some(value) => {
            let value = value.to_string_lossy();
            let seed = value.trim().parse();
            seed.map_err(|_| StartError::invalid_seed(value.into_owned()))
        }
    }
}
