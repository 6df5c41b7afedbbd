//! What may be said on the command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use mailmock::Mailbox;

use super::address::ListenAddress;
use super::conditions::Conditions;
use super::octets::Octets;

/// A fake SMTP server for tests in any language: it takes every mail, keeps it in memory, and shows it over HTTP.
#[derive(Debug, Parser)]
#[command(
    name = "mailmock",
    version,
    args_conflicts_with_subcommands = true,
    disable_help_subcommand = true,
    after_help = "It listens until it gets SIGINT or SIGTERM. Everything that is sent to it is at the inspector: \
                  GET /api/v1/openapi.json says how.\n\n\
                  Exit codes: 0 it was stopped, 2 it could not be done as it was said."
)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Option<Subcommands>,
    #[command(flatten)]
    pub(super) serve: ServeArguments,
}

#[derive(Debug, Subcommand)]
pub(super) enum Subcommands {
    /// Wait until a running server has received mails, or until it is there
    Wait(Box<WaitArguments>),
}

#[derive(Args, Debug)]
pub(super) struct ServeArguments {
    /// Where to take mail: HOST:PORT, or a port of 127.0.0.1; port 0 is any that is free
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:1025")]
    pub(super) smtp: ListenAddress,
    /// Where to show it over HTTP
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8025")]
    pub(super) inspector: ListenAddress,
    /// Listen on other addresses than loopback ones too; needs a token
    #[arg(long)]
    pub(super) allow_remote: bool,
    /// Who uses the inspector must have this
    // What is no token is said later, without repeating it.
    #[arg(long, env = "MAILMOCK_TOKEN", hide_env_values = true)]
    pub(super) token: Option<String>,
    /// Speak the API of that tool at the inspector too, as far as it is about mails that have come
    #[arg(long, value_enum, value_name = "TOOL")]
    pub(super) compat: Option<Compat>,
    /// Print where it listens as one JSON object
    #[arg(long)]
    pub(super) json: bool,

    /// Offer STARTTLS, or speak TLS from the start, with a certificate made on the spot
    #[arg(long, value_enum, value_name = "KIND", help_heading = "TLS")]
    pub(super) tls: Option<TlsKind>,
    /// Refuse mail without TLS
    #[arg(long, help_heading = "TLS")]
    pub(super) require_tls: bool,
    /// Present this certificate chain, in PEM
    #[arg(long, value_name = "FILE", requires = "key", help_heading = "TLS")]
    pub(super) certificate: Option<PathBuf>,
    /// The private key of the certificate, in PEM
    #[arg(
        long,
        value_name = "FILE",
        requires = "certificate",
        help_heading = "TLS"
    )]
    pub(super) key: Option<PathBuf>,
    /// Write the certificate that clients are to trust to this file, in PEM
    #[arg(long, value_name = "FILE", help_heading = "TLS")]
    pub(super) ca_file: Option<PathBuf>,

    /// Take these credentials and no others; may be said several times
    // What is none is said later, without repeating it.
    #[arg(long, value_name = "USER:PASSWORD", help_heading = "AUTH")]
    pub(super) credentials: Vec<String>,
    /// Refuse mail without AUTH
    #[arg(long, help_heading = "AUTH")]
    pub(super) require_auth: bool,
    /// Take credentials before TLS too
    #[arg(long, help_heading = "AUTH")]
    pub(super) allow_plaintext_auth: bool,

    /// Misbehave as this file says, in TOML: tables [[rule]] with trigger, frequency and action
    #[arg(long, value_name = "FILE", help_heading = "Behaviour")]
    pub(super) rules: Option<PathBuf>,
    /// Misbehave at certain recipients, such as bounce-550@example.org
    #[arg(long, help_heading = "Behaviour")]
    pub(super) magic_recipients: bool,
    /// By what rules with a probability draw
    #[arg(long, value_name = "NUMBER", help_heading = "Behaviour")]
    pub(super) seed: Option<u64>,
    /// Refuse what is otherwise forgiven with a remark
    #[arg(long, help_heading = "Behaviour")]
    pub(super) strict: bool,
    /// Speak LMTP in place of SMTP
    #[arg(long, help_heading = "Behaviour")]
    pub(super) lmtp: bool,
    /// Refuse mail for other domains; may be said several times
    #[arg(long, value_name = "DOMAIN", value_parser = domain, help_heading = "Behaviour")]
    pub(super) local_domain: Vec<String>,
    /// The name in the greeting
    #[arg(long, value_name = "NAME", value_parser = host_name, help_heading = "Behaviour")]
    pub(super) host_name: Option<String>,
    /// Where clients reach it, if not where it listens: the host in the URL that is printed
    #[arg(long, value_name = "HOST", value_parser = advertised_host, help_heading = "Behaviour")]
    pub(super) advertised_host: Option<String>,

    /// Mails to keep
    #[arg(
        long,
        value_name = "NUMBER",
        default_value_t = 10_000,
        value_parser = clap::value_parser!(u32).range(1..),
        help_heading = "Store"
    )]
    pub(super) max_mails: u32,
    /// Octets to keep: contents and transcripts, with k, M or G
    #[arg(
        long,
        value_name = "OCTETS",
        default_value = "1G",
        help_heading = "Store"
    )]
    pub(super) max_bytes: Octets,
    /// The largest mail to take
    #[arg(
        long,
        value_name = "OCTETS",
        default_value = "50M",
        help_heading = "Store"
    )]
    pub(super) max_message_size: Octets,
    /// What to do with a mail for which there is no room: have the oldest go, or refuse it with 452
    #[arg(
        long,
        value_enum,
        value_name = "WHAT",
        default_value = "drop-oldest",
        help_heading = "Store"
    )]
    pub(super) when_full: WhenFull,

    #[command(flatten)]
    pub(super) log: LogArguments,
}

/// Waits until a running server has received such mails, and prints them, oldest first.
#[derive(Args, Debug)]
#[command(
    after_help = "Exit codes: 0 they are there, 1 they did not come in time (stderr says what there is instead), \
                  2 nobody is there to ask, or it could not be asked. \
                  With --ready nobody there in time is 1."
)]
pub(super) struct WaitArguments {
    /// The inspector of the server; its token may be in the URL, as in a link: /?token=
    #[arg(
        long,
        value_name = "URL",
        env = "MAILMOCK_INSPECTOR",
        hide_env_values = true,
        default_value = "http://127.0.0.1:8025"
    )]
    pub(super) inspector: String,
    /// The token of the inspector
    #[arg(long, env = "MAILMOCK_TOKEN", hide_env_values = true)]
    pub(super) token: Option<String>,
    /// Wait until the server itself is there, and for no mail
    #[arg(long)]
    pub(super) ready: bool,
    /// How many mails; 1 if it is not said
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) count: Option<u32>,
    /// How long at most; 0 only looks
    #[arg(long, value_name = "SECONDS", default_value = "5", value_parser = seconds)]
    pub(super) timeout: Duration,
    /// Mails that came behind the one of that number
    #[arg(long, value_name = "NUMBER")]
    pub(super) since: Option<u64>,
    /// Print the mails as one JSON object
    #[arg(long)]
    pub(super) json: bool,
    #[command(flatten)]
    pub(super) mail: Conditions,
}

impl WaitArguments {
    /// Whether something is said of mails.
    pub(super) fn is_about_mails(&self) -> bool {
        self.count.is_some() || self.since.is_some() || self.mail != Conditions::default()
    }
}

#[derive(Args, Debug)]
pub(super) struct LogArguments {
    /// Log more: what rules do; twice, everything
    #[arg(short, long, action = ArgAction::Count, conflicts_with = "quiet", help_heading = "Log, on stderr")]
    pub(super) verbose: u8,
    #[arg(
        short,
        long,
        action = ArgAction::Count,
        help = "Log less: warnings; twice, nothing. MAILMOCK_LOG and RUST_LOG say more exactly what",
        help_heading = "Log, on stderr"
    )]
    pub(super) quiet: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum TlsKind {
    Starttls,
    Implicit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Compat {
    Mailpit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum WhenFull {
    DropOldest,
    Refuse,
}

fn seconds(said: &str) -> Result<Duration, &'static str> {
    let seconds = said.parse().map_err(|_| "not a number of seconds")?;
    Duration::try_from_secs_f64(seconds).map_err(|_| "not a time that can be waited for")
}

fn domain(said: &str) -> Result<String, String> {
    let read = format!("postmaster@{said}").parse::<Mailbox>();
    read.map_err(|error| format!("not the domain of an address: {error}"))?;
    Ok(said.to_owned())
}

fn advertised_host(said: &str) -> Result<String, &'static str> {
    let bare = said
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    let is_address = bare.unwrap_or(said).parse::<std::net::IpAddr>().is_ok();
    let is_name = |c: char| c.is_alphanumeric() || "-._".contains(c);
    (is_address || !said.is_empty() && said.chars().all(is_name))
        .then(|| said.to_owned())
        .ok_or("not a host: a name or an IP address, without scheme and port")
}

fn host_name(said: &str) -> Result<String, &'static str> {
    let is_word = !said.is_empty() && said.bytes().all(|octet| octet.is_ascii_graphic());
    is_word
        .then(|| said.to_owned())
        .ok_or("not a word of printable ASCII")
}
