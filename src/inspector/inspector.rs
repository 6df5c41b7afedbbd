//! The running endpoint: a listener on the loopback interface, on a thread and runtime of its own, so that
//! whoever looks does not slow down who sends.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread::{self, JoinHandle};

use tokio::net::TcpListener;
use tokio::runtime::Builder;
use tokio::sync::oneshot;

use super::controls::{Controls, Desk};
use super::router::router;
use crate::inbox::Inbox;
use crate::rules::RuleBook;

#[derive(Debug)]
pub(crate) struct Inspector {
    address: SocketAddr,
    /// A test waits until somebody who looks lets it go on.
    is_parked: Arc<AtomicBool>,
    /// Dropped first: that ends the thread.
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Inspector {
    /// Listens when this returns.
    pub(crate) fn start(
        inbox: Inbox,
        rules: Arc<RuleBook>,
        controls: Arc<dyn Controls>,
    ) -> io::Result<Self> {
        let is_parked = Arc::new(AtomicBool::new(false));
        let desk = Desk {
            inbox,
            rules,
            controls,
            is_parked: Arc::clone(&is_parked),
        };
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime = Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .build()?;
        let listener = {
            let _context = runtime.enter();
            TcpListener::from_std(listener)?
        };
        let (stop, stopped) = oneshot::channel::<()>();
        let serve = move || {
            runtime.block_on(async {
                tokio::spawn(axum::serve(listener, router(desk)).into_future());
                let _ = stopped.await; // it is dropped, and never sent to
            });
            // Requests that wait are not waited for.
            runtime.shutdown_background();
        };
        let name = "mailmock inspector".to_owned();
        Ok(Self {
            address,
            is_parked,
            stop: Some(stop),
            thread: Some(thread::Builder::new().name(name).spawn(serve)?),
        })
    }

    pub(crate) fn is_parked(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.is_parked)
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Inspector {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join(); // a panic of that thread has been printed
        }
    }
}
