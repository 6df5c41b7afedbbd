//! The signals that end the program.

use std::future::poll_fn;
use std::io;
use std::task::Poll;

use tokio::runtime::{Builder, Runtime};

/// Listens for the signals from its beginning on.
#[derive(Debug)]
pub(super) struct Shutdown {
    runtime: Runtime,
    signals: Signals,
}

#[cfg(unix)]
type Signals = [tokio::signal::unix::Signal; 2];
#[cfg(windows)]
type Signals = [tokio::signal::windows::CtrlC; 1];

#[cfg(unix)]
fn signals() -> io::Result<Signals> {
    use tokio::signal::unix::{SignalKind, signal};

    Ok([
        signal(SignalKind::interrupt())?,
        signal(SignalKind::terminate())?,
    ])
}

#[cfg(windows)]
fn signals() -> io::Result<Signals> {
    Ok([tokio::signal::windows::ctrl_c()?])
}

impl Shutdown {
    pub(super) fn new() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_io().build()?;
        let signals = {
            let _context = runtime.enter();
            signals()?
        };
        Ok(Self { runtime, signals })
    }

    /// Waits for one of the signals.
    pub(super) fn wait(mut self) {
        let signalled = poll_fn(|cx| {
            let polled = self.signals.iter_mut().map(|signal| signal.poll_recv(cx));
            // All are polled, so that each wakes us.
            match polled.fold(false, |is_there, polled| is_there | polled.is_ready()) {
                true => Poll::Ready(()),
                false => Poll::Pending,
            }
        });
        self.runtime.block_on(signalled);
    }
}
