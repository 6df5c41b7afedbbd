//! The thread and runtime on which one server lives.

use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::thread::{self, JoinHandle, ThreadId};

use tokio::runtime::{Builder, Handle};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use super::control::Control;
use super::host::Host;
use super::listener::Listener;
use super::remote::Remote;

#[derive(Debug)]
pub(super) struct Background {
    /// Dropped first: that ends the thread.
    control: Option<UnboundedSender<Control>>,
    thread: Option<JoinHandle<()>>,
    remote: Remote,
    runtime: Handle,
}

impl Background {
    /// Starts to serve. The runtime is built here, so that its errors are seen here.
    pub(super) fn start(host: Arc<Host>, listener: TcpListener) -> io::Result<Self> {
        let runtime = Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .build()?;
        let handle = runtime.handle().clone();
        let listener = {
            let _context = runtime.enter();
            Listener::new(host, listener)?
        };
        let (control, requests) = unbounded_channel::<Control>();
        let thread = thread::Builder::new()
            .name("mailmock".to_owned())
            .spawn(move || runtime.block_on(listener.run(requests)))?;
        Ok(Self {
            remote: Remote {
                control: control.downgrade(),
                thread_id: thread.thread().id(),
            },
            control: Some(control),
            thread: Some(thread),
            runtime: handle,
        })
    }

    pub(super) fn runtime(&self) -> &Handle {
        &self.runtime
    }

    pub(super) fn thread_id(&self) -> ThreadId {
        self.remote.thread_id
    }

    pub(super) fn remote(&self) -> &Remote {
        &self.remote
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        self.control = None;
        // On its own thread the server cannot wait for that thread; it ends as soon as we return.
        if let Some(thread) = self
            .thread
            .take()
            .filter(|_| thread::current().id() != self.remote.thread_id)
        {
            let _ = thread.join(); // a panic of that thread has been printed
        }
    }
}
