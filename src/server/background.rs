//! The thread and runtime on which one server lives.

use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::mpsc;
use std::thread::{self, JoinHandle, ThreadId};

use tokio::runtime::{Builder, Handle, Runtime};
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
        let (control, requests) = unbounded_channel::<Control>();
        // The thread gets the runtime when it is there: within another runtime, as that of a test, none
        // may be dropped.
        let (hand_over, handed_over) = mpsc::channel::<(Runtime, Listener)>();
        let serve = move || {
            if let Ok((runtime, listener)) = handed_over.recv() {
                runtime.block_on(listener.run(requests));
            }
        };
        let started = {
            let _context = runtime.enter();
            Listener::new(host, listener).and_then(|listener| {
                let thread = thread::Builder::new().name("mailmock".to_owned());
                Ok((listener, thread.spawn(serve)?))
            })
        };
        let (listener, thread) = match started {
            Ok(started) => started,
            Err(error) => {
                runtime.shutdown_background();
                return Err(error);
            }
        };
        // It waits for nothing else.
        let _ = hand_over.send((runtime, listener));
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
