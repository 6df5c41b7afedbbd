//! The running endpoint: a listener on a thread and runtime of its own, so that whoever looks does not slow
//! down who sends.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread::{self, JoinHandle};
use std::time::{Duration, SystemTime};

use axum::Router;
use axum::http::{StatusCode, header};
use tokio::net::TcpListener;
use tokio::runtime::Builder;
use tokio::sync::{Semaphore, oneshot, watch};
use tokio::time::{sleep, timeout};

use super::connection::{FAREWELL, serve};
use super::desk::{Controls, Desk};
use super::limits::Limits;
use super::options::Options;
use super::problem::Problem;
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
        options: Options,
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
            run: run().into(),
        };
        let listener = std::net::TcpListener::bind(options.address)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime = Builder::new_current_thread()
            // A thread for each answer that is worked out, and some for what streams.
            .max_blocking_threads(2 * (options.limits.connections + MAX_SENT_AWAY))
            .enable_io()
            .enable_time()
            .build()?;
        let listener = {
            let _context = runtime.enter();
            TcpListener::from_std(listener)?
        };
        let limits = options.limits;
        let router = router(desk, options);
        let (stop, stopped) = oneshot::channel::<()>();
        let run = move || {
            runtime.block_on(async {
                let (end, _) = watch::channel(());
                let accepting = tokio::spawn(accept(listener, router, limits, end.clone()));
                let _ = stopped.await; // it is dropped, and never sent to
                accepting.abort();
                end.send_replace(());
                // Whoever has asked gets an answer: that the server has ended, for one.
                let _ = timeout(LAST_WORDS, end.closed()).await;
            });
            // An answer that takes longer is not waited for.
            runtime.shutdown_background();
        };
        let name = "mailmock inspector".to_owned();
        Ok(Self {
            address,
            is_parked,
            stop: Some(stop),
            thread: Some(thread::Builder::new().name(name).spawn(run)?),
        })
    }

    pub(crate) fn is_parked(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.is_parked)
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

/// Those who are sent away at one time; who comes on top of them is cut off without a word.
const MAX_SENT_AWAY: usize = 32;

/// How long answers may take that are being worked out, or written, when the server ends.
const LAST_WORDS: Duration = Duration::from_millis(250);

/// How long a listener rests that cannot accept: there are no descriptors left, say.
const REST: Duration = Duration::from_millis(50);

async fn accept(listener: TcpListener, router: Router, limits: Limits, end: watch::Sender<()>) {
    let served = Arc::new(Semaphore::new(limits.connections));
    let sent_away = Arc::new(Semaphore::new(MAX_SENT_AWAY));
    let full = full(limits.connections);
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            sleep(REST).await;
            continue;
        };
        // Answers are written at once, and in one piece.
        let _ = stream.set_nodelay(true);
        if let Ok(permit) = Arc::clone(&served).try_acquire_owned() {
            let (router, end) = (router.clone(), end.subscribe());
            tokio::spawn(async move {
                serve(stream, router, limits.timeout, end).await;
                drop(permit);
            });
        } else if let Ok(permit) = Arc::clone(&sent_away).try_acquire_owned() {
            let (full, end) = (full.clone(), end.subscribe());
            tokio::spawn(async move {
                serve(stream, full, FAREWELL.min(limits.timeout), end).await;
                drop(permit);
            });
        }
    }
}

/// What those get for whom there is no room. They are let ask, as few clients read an answer before that.
fn full(connections: usize) -> Router {
    let full = async move || {
        let why = format!("there are {connections} connections already");
        let problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, why);
        ([(header::CONNECTION, "close")], problem)
    };
    Router::new().fallback(full)
}

/// Two servers never begin in the same process at the same moment, and on the same port.
fn run() -> String {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let nanoseconds = since.unwrap_or_default().as_nanos();
    format!("{:x}-{nanoseconds:x}", std::process::id())
}

impl Drop for Inspector {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join(); // a panic of that thread has been printed
        }
    }
}
