//! What is logged on stderr.

use std::io::{self, IsTerminal as _};

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use super::arguments::LogArguments;
use super::failure::Failure;

/// Where the level is said, before [`EVERYONES`].
const OURS: &str = "MAILMOCK_LOG";

const EVERYONES: &str = "RUST_LOG";

pub(super) fn start(arguments: &LogArguments) -> Result<(), Failure> {
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none())
        .with_target(false)
        // It would say on stderr that stderr is closed.
        .log_internal_errors(false);
    let (wanted, doubt) = wanted(arguments)?;
    let subscriber = tracing_subscriber::registry().with(lines).with(wanted);
    subscriber
        .try_init()
        .map_err(|error| Failure::impossible(error.to_string()))?;
    if let Some(doubt) = doubt {
        tracing::warn!("{doubt}");
    }
    Ok(())
}

/// What the command line says, or else the environment, or else what mails come and go; and what is to be said of that.
fn wanted(arguments: &LogArguments) -> Result<(Targets, Option<String>), Failure> {
    let mut doubt = None;
    let level = match (arguments.verbose, arguments.quiet) {
        (0, 0) => match said_by_environment() {
            Ok(Some(targets)) => return Ok((targets, None)),
            Ok(None) => LevelFilter::INFO,
            Err((OURS, text)) => return Err(Failure::impossible(text)),
            // It may be meant for another program, which understands more.
            Err((_, text)) => {
                doubt = Some(text);
                LevelFilter::INFO
            }
        },
        (1, _) => LevelFilter::DEBUG,
        (0, 1) => LevelFilter::WARN,
        (0, _) => LevelFilter::OFF,
        (_, _) => LevelFilter::TRACE,
    };
    let others = match level {
        LevelFilter::TRACE => level,
        level => level.min(LevelFilter::WARN),
    };
    let targets = Targets::new()
        .with_default(others)
        .with_target("mailmock", level);
    Ok((targets, doubt))
}

/// Else the variable that is not understood, and what is to be said of it.
fn said_by_environment() -> Result<Option<Targets>, (&'static str, String)> {
    for variable in [OURS, EVERYONES] {
        let said = std::env::var(variable).unwrap_or_default();
        if !said.is_empty() {
            let is_wrong = |error| (variable, format!("{variable} is {said:?}: {error}"));
            return said.parse().map(Some).map_err(is_wrong);
        }
    }
    Ok(None)
}
