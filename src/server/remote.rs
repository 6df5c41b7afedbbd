//! How the running server is asked to do something, from any thread but its own.

use std::io;
use std::sync::mpsc;
use std::thread::{self, ThreadId};

use tokio::sync::mpsc::WeakUnboundedSender;

use super::control::Control;

/// Does not keep the server running. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Remote {
    pub(super) control: WeakUnboundedSender<Control>,
    /// The server's own.
    pub(super) thread_id: ThreadId,
}

impl Remote {
    /// Has the server do something, and waits until it is done.
    ///
    /// # Errors
    ///
    /// Of the kind `NotConnected`, if it has ended.
    pub(super) fn ask<T>(
        &self,
        request: impl FnOnce(mpsc::Sender<io::Result<T>>) -> Control,
    ) -> io::Result<T> {
        if thread::current().id() == self.thread_id {
            let text = "a closure that the server runs cannot wait for the server";
            return Err(io::Error::other(text));
        }
        let (done, answer) = mpsc::channel();
        let control = self.control.upgrade().ok_or_else(ended)?;
        control.send(request(done)).map_err(|_| ended())?;
        drop(control); // the server may end while we wait
        answer.recv().unwrap_or_else(|_| Err(ended()))
    }
}

fn ended() -> io::Error {
    io::Error::new(io::ErrorKind::NotConnected, "the server's thread has ended")
}
