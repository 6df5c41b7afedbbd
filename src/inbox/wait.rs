//! Waiting for what is still to come, in any kind of test.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread, ThreadId};
use std::time::Duration;

use crate::clock::{Alarm, AlarmClock, is_runtime_of_one_thread};
use crate::error::{WaitError, WaitFailure};
use crate::report::WaitEnd;
use crate::store::Store;

/// A wait for something that a server is to receive: `.await` it, or call
/// [`blocking`](Self::blocking).
///
/// It looks first at what is stored. Its time begins when it is first polled and is measured by the
/// server, so that any executor will do and a paused tokio clock does not matter to it. (It matters
/// to tokio clients: while they wait for their socket, a paused clock runs on to their next time-out.
/// Resume it before you send.)
///
/// # Panics
///
/// Awaited or blocking, it panics when its time is over or the server is dropped, and says what did
/// arrive. [`TryWait`] gives an error instead.
#[must_use = "it waits only when it is awaited, or by `.blocking()`"]
pub struct Wait<T>(pub(crate) TryWait<T>);

impl<T: 'static> Wait<T> {
    /// Waits for that long at most, in place of the server's
    /// [default](crate::MailServerBuilder::wait_timeout) of 5 seconds.
    pub fn timeout(self, timeout: Duration) -> Self {
        Self(self.0.timeout(timeout))
    }

    /// Waits on this thread. Within an asynchronous test `.await` it instead: on a runtime of one
    /// thread nothing else can run meanwhile, the client included.
    ///
    /// # Panics
    ///
    /// When the time is over, or the server is dropped.
    #[track_caller]
    pub fn blocking(self) -> T {
        let store = Arc::clone(&self.0.store);
        match self.0.blocking() {
            Ok(found) => found,
            Err(error) => {
                store.mark_told();
                panic!("{error}")
            }
        }
    }
}

impl<T: 'static> IntoFuture for Wait<T> {
    type Output = T;
    type IntoFuture = WaitFuture<T>;

    fn into_future(self) -> WaitFuture<T> {
        WaitFuture(self.0.into_future())
    }
}

/// The future of a [`Wait`].
#[derive(Debug)]
#[must_use = "futures do nothing unless awaited"]
pub struct WaitFuture<T>(TryWaitFuture<T>);

impl<T> Future for WaitFuture<T> {
    type Output = T;

    // With it the panic names the line of the `.await`.
    #[track_caller]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        match Pin::new(&mut self.0).poll(cx) {
            Poll::Ready(Ok(found)) => Poll::Ready(found),
            Poll::Ready(Err(error)) => {
                self.0.wait.store.mark_told();
                panic!("{error}")
            }
            Poll::Pending => Poll::Pending,
        }
    }
}

/// What a look has shown.
pub(crate) enum Sight<T> {
    Found(T),
    NotYet,
    /// It cannot come any more.
    Never,
}

/// What is said where nothing else could run.
const STARVED: &str = "\n\nan asynchronous runtime of one thread may have stood still meanwhile: if this is its \
                       thread, .await the wait in place of .blocking()";

impl<T> From<Option<T>> for Sight<T> {
    fn from(found: Option<T>) -> Self {
        found.map_or(Self::NotYet, Self::Found)
    }
}

/// Looks for what is waited for, and is told whether the time is over.
type Find<T> = Box<dyn FnMut(&Store, bool) -> Sight<T> + Send>;

/// Says what was there instead.
type Explain = Box<dyn Fn(WaitEnd, &Store) -> String + Send>;

/// A [`Wait`] that gives an error where the other panics.
#[must_use = "it waits only when it is awaited, or by `.blocking()`"]
pub struct TryWait<T> {
    store: Arc<Store>,
    alarms: AlarmClock,
    thread_id: ThreadId,
    timeout: Duration,
    /// It looks again so often, whatever is recorded.
    tick: Option<Duration>,
    /// It blocks a thread on which an asynchronous runtime stands still meanwhile.
    is_starving: bool,
    find: Find<T>,
    explain: Explain,
}

impl<T: 'static> TryWait<T> {
    /// Waits for that long at most, in place of the server's
    /// [default](crate::MailServerBuilder::wait_timeout) of 5 seconds.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Waits on this thread; see [`Wait::blocking`].
    ///
    /// # Errors
    ///
    /// When the time is over, or the server is dropped.
    ///
    /// # Panics
    ///
    /// If a closure that the server runs calls it: the server would wait for itself.
    #[track_caller]
    pub fn blocking(self) -> Result<T, WaitError> {
        assert!(
            thread::current().id() != self.thread_id,
            "a closure that the server runs cannot wait for the server"
        );
        let is_starving = is_runtime_of_one_thread();
        let waker = Waker::from(Arc::new(ThreadWaker(thread::current())));
        let mut future = Self {
            is_starving,
            ..self
        }
        .into_future();
        loop {
            match Pin::new(&mut future).poll(&mut Context::from_waker(&waker)) {
                Poll::Ready(result) => return result,
                Poll::Pending => thread::park(),
            }
        }
    }
}

impl<T> TryWait<T> {
    /// Looks again so often, also if nothing is recorded.
    pub(crate) fn with_tick(self, tick: Duration) -> Self {
        let tick = Some(tick);
        Self { tick, ..self }
    }
}

impl<T: 'static> IntoFuture for TryWait<T> {
    type Output = Result<T, WaitError>;
    type IntoFuture = TryWaitFuture<T>;

    fn into_future(self) -> TryWaitFuture<T> {
        TryWaitFuture {
            waiter: self.store.waiters().new_id(),
            timer: None,
            is_over: Arc::default(),
            wait: self,
        }
    }
}

/// What all waits for one server have in common.
#[derive(Clone, Debug)]
pub(crate) struct Waiting {
    pub(crate) store: Arc<Store>,
    pub(crate) alarms: AlarmClock,
    /// The server's own thread, which must not wait.
    pub(crate) thread_id: ThreadId,
    pub(crate) timeout: Duration,
}

impl Waiting {
    pub(crate) fn until<T, S: Into<Sight<T>>>(
        self,
        mut find: impl FnMut(&Store) -> S + Send + 'static,
        explain: impl Fn(WaitEnd, &Store) -> String + Send + 'static,
    ) -> TryWait<T> {
        self.until_end(move |store, _| find(store).into(), explain)
    }

    /// Waits with a look that is told whether the time is over.
    pub(crate) fn until_end<T>(
        self,
        find: impl FnMut(&Store, bool) -> Sight<T> + Send + 'static,
        explain: impl Fn(WaitEnd, &Store) -> String + Send + 'static,
    ) -> TryWait<T> {
        TryWait {
            store: self.store,
            alarms: self.alarms,
            thread_id: self.thread_id,
            timeout: self.timeout,
            tick: None,
            is_starving: false,
            find: Box::new(find),
            explain: Box::new(explain),
        }
    }
}

/// The future of a [`TryWait`].
#[must_use = "futures do nothing unless awaited"]
pub struct TryWaitFuture<T> {
    wait: TryWait<T>,
    waiter: u64,
    timer: Option<Alarm>,
    is_over: Arc<AtomicBool>,
}

impl<T> TryWaitFuture<T> {
    fn start_timer(&self) -> Alarm {
        let (store, is_over) = (Arc::clone(&self.wait.store), Arc::clone(&self.is_over));
        let TryWait { timeout, tick, .. } = self.wait;
        self.wait.alarms.set(timeout, tick, move |is_last| {
            is_over.fetch_or(is_last, Ordering::Release);
            store.wake_waiters();
        })
    }
}

impl<T> Future for TryWaitFuture<T> {
    type Output = Result<T, WaitError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let TryWait {
            store,
            find,
            explain,
            timeout,
            is_starving,
            ..
        } = &mut this.wait;
        store.waiters().wake_later(this.waiter, cx.waker());
        // Asked before the store is: what ends the wait comes behind what it may have found.
        let is_closed = store.is_closed();
        let is_over = this.is_over.load(Ordering::Acquire);
        let end = match find(store, is_over) {
            Sight::Found(found) => return Poll::Ready(Ok(found)),
            Sight::Never => Some(WaitEnd::InVain),
            Sight::NotYet if is_closed => Some(WaitEnd::ServerDropped),
            Sight::NotYet if is_over => Some(WaitEnd::TimedOut(*timeout)),
            Sight::NotYet => None,
        };
        if let Some(end) = end {
            let reason = match end {
                WaitEnd::TimedOut(_) => WaitFailure::TimedOut,
                WaitEnd::ServerDropped => WaitFailure::ServerDropped,
                WaitEnd::InVain => WaitFailure::InVain,
            };
            let mut report = explain(end, store);
            if *is_starving {
                report.push_str(STARVED);
            }
            return Poll::Ready(Err(WaitError::new(reason, report)));
        }
        if this.timer.is_none() {
            this.timer = Some(this.start_timer());
        }
        Poll::Pending
    }
}

// Nothing in it is pinned.
impl<T> Unpin for TryWaitFuture<T> {}

impl<T> Drop for TryWaitFuture<T> {
    fn drop(&mut self) {
        self.wait.store.waiters().forget(self.waiter);
    }
}

struct ThreadWaker(Thread);

impl Wake for ThreadWaker {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

impl<T> fmt::Debug for Wait<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Wait").field(&self.0).finish()
    }
}

impl<T> fmt::Debug for TryWait<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TryWait")
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for TryWaitFuture<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TryWaitFuture")
            .field("wait", &self.wait)
            .finish_non_exhaustive()
    }
}
