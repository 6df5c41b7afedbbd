//! What is logged on stderr.

use std::io::{self, IsTerminal as _};

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use super::arguments::LogArguments;
use super::failure::Failure;

/// Where the level is said, the first before the second.
const VARIABLES: [&str; 2] = ["MAILMOCK_LOG", "RUST_LOG"];

pub(super) fn start(arguments: &LogArguments) -> Result<(), Failure> {
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none())
        .with_target(false)
        // It would say on stderr that stderr is closed.
        .log_internal_errors(false);
    let subscriber = tracing_subscriber::registry()
        .with(lines)
        .with(wanted(arguments)?);
    subscriber
        .try_init()
        .map_err(|error| Failure::impossible(error.to_string()))
}

/// What the command line says, or else the environment, or else what mails come and go.
fn wanted(arguments: &LogArguments) -> Result<Targets, Failure> {
    let level = match (arguments.verbose, arguments.quiet) {
        (0, 0) => match said_by_environment()? {
            Some(targets) => return Ok(targets),
            None => LevelFilter::INFO,
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
    Ok(Targets::new()
        .with_default(others)
        .with_target("mailmock", level))
}

fn said_by_environment() -> Result<Option<Targets>, Failure> {
    for variable in VARIABLES {
        let said = std::env::var(variable).unwrap_or_default();
        if !said.is_empty() {
            let targets = said
                .parse()
                .map_err(|error| Failure::impossible(format!("{variable} is {said:?}: {error}")))?;
            return Ok(Some(targets));
        }
    }
    Ok(None)
}
