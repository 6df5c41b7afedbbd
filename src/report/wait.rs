//! Waits that ended without success.

use std::fmt;
use std::panic::Location;
use std::time::Duration;

use super::overview::overview;
use super::scene::Scene;

/// Why a wait ended without success.
#[derive(Clone, Copy, Debug)]
pub(crate) enum WaitEnd {
    TimedOut(Duration),
    ServerDropped,
    /// What it waited for cannot come any more.
    InVain,
}

impl fmt::Display for WaitEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TimedOut(Duration::ZERO) => f.write_str("looked once"),
            Self::TimedOut(timeout) => write!(f, "waited {timeout:?}"),
            Self::ServerDropped => f.write_str("waited until the server was dropped"),
            Self::InVain => f.write_str("waited"),
        }
    }
}

/// A wait ended without what `text` tells of.
pub(crate) fn in_wait(end: WaitEnd, line: Option<&Location<'_>>, text: &str) -> String {
    match line {
        Some(line) => format!("{end} (the wait began at {line})\n{text}"),
        None => format!("{end}\n{text}"),
    }
}

/// A wait for a number of mails was over too early.
pub(crate) fn too_few_mails(
    wanted: usize,
    end: WaitEnd,
    location: &Location<'_>,
    scene: &Scene,
) -> String {
    let title = &scene.title;
    let wanted = match wanted {
        1 => format!("1 mail{title}"),
        count => format!("{count} mails{title}"),
    };
    let got = match scene.received.mails.len() {
        0 => "none was".to_owned(),
        1 => "only 1 was".to_owned(),
        count => format!("only {count} were"),
    };
    let ended = match end {
        WaitEnd::TimedOut(timeout) => {
            format!("waited {timeout:?} for {wanted}, but {got} received")
        }
        WaitEnd::ServerDropped | WaitEnd::InVain => {
            format!("waited for {wanted}, but the server was dropped when {got} received")
        }
    };
    format!(
        "{ended} (the wait began at {location})\n{}",
        overview(&scene.received)
    )
}
