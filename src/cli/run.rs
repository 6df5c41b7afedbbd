//! From the command line to the exit code.

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::Parser as _;
use clap::error::ErrorKind;

use super::arguments::{Arguments, Subcommands};
use super::failure::Failure;
use super::{serve, wait};

/// Does what the command line says. What cannot be said on a stream that nobody reads any more is not said.
pub(crate) fn run() -> ExitCode {
    let done = match Arguments::try_parse() {
        Ok(Arguments { command, serve }) => match command {
            None => serve::serve(&serve),
            Some(Subcommands::Wait(arguments)) => wait::wait(&arguments),
        },
        Err(error) if is_wanted(error.kind()) => {
            let _ = write!(io::stdout(), "{}", error.render());
            Ok(())
        }
        Err(error) => Err(Failure::impossible(one_line(&error))),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let _ = writeln!(io::stderr(), "mailmock: {}", failure.text);
            failure.exit_code()
        }
    }
}

fn is_wanted(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::DisplayHelp | ErrorKind::DisplayVersion)
}

/// What is wrong, without the usage that stands below it.
fn one_line(error: &clap::Error) -> String {
    let text = error.render().to_string();
    let paragraphs = text.split("\n\n").take_while(|paragraph| {
        let paragraph = paragraph.trim_start();
        !paragraph.starts_with("Usage:") && !paragraph.starts_with("For more information")
    });
    let paragraphs = paragraphs.map(|paragraph| {
        let words: Vec<_> = paragraph.split_whitespace().collect();
        words.join(" ")
    });
    let line = paragraphs.collect::<Vec<_>>().join("; ");
    let line = line.strip_prefix("error: ").unwrap_or(&line);
    format!("{line} (see --help)")
}
