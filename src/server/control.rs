//! What a test asks of the running server.

use std::io;
use std::sync::mpsc;
use std::time::Duration;

/// What the test can ask of the running server; the answer comes when it is done.
#[derive(Debug)]
pub(super) enum Control {
    GoDown(mpsc::Sender<io::Result<()>>),
    ComeBack(mpsc::Sender<io::Result<()>>),
    /// Answered with how far it was moved.
    AdvanceTime(Duration, mpsc::Sender<io::Result<Duration>>),
}
