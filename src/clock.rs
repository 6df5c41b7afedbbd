//! The server's clock: real time, and what the test has advanced it by.

use std::future::Future as _;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::Notify;
use tokio::sync::futures::OwnedNotified;
use tokio::task::AbortHandle;
use tokio::time::{Instant, Sleep, sleep};

/// So far a clock can be advanced in all: what counts from its time must not come to the end of time.
const MAX_ADVANCE: Duration = Duration::from_secs(86_400 * 36_525);

/// Tells the time since the server was set up.
#[derive(Debug)]
pub(crate) struct Clock {
    started: std::time::Instant,
    advanced: Mutex<Duration>,
    /// Has every timer look again.
    moved: Arc<Notify>,
}

impl Clock {
    pub(crate) fn new() -> Self {
        Self {
            started: std::time::Instant::now(),
            advanced: Mutex::default(),
            moved: Arc::default(),
        }
    }

    pub(crate) fn now(&self) -> Duration {
        self.started.elapsed().saturating_add(*self.advanced.lock())
    }

    /// Gives how far it was moved.
    pub(crate) fn advance(&self, duration: Duration) -> Duration {
        let moved = {
            let mut advanced = self.advanced.lock();
            let before = *advanced;
            *advanced = before.saturating_add(duration).min(MAX_ADVANCE);
            *advanced - before
        };
        self.wake_timers();
        moved
    }

    /// Has all who wait look again at what they wait for.
    pub(crate) fn wake_timers(&self) {
        self.moved.notify_waiters();
    }
}

/// Waits for a time of the clock, again and again.
#[derive(Debug)]
pub(crate) struct Timer {
    clock: Arc<Clock>,
    sleep: Pin<Box<Sleep>>,
    /// When it would fire, by the clock; `None` if that has moved since.
    armed_for: Option<Duration>,
    moved: Pin<Box<OwnedNotified>>,
}

impl Timer {
    pub(crate) fn new(clock: Arc<Clock>, duration: Duration) -> Self {
        Self {
            armed_for: Some(clock.now().saturating_add(duration)),
            sleep: Box::pin(sleep(duration)),
            moved: Box::pin(Arc::clone(&clock.moved).notified_owned()),
            clock,
        }
    }

    /// Ready when the clock shows that time.
    ///
    /// It stays armed for what it was armed for, so that a deadline that is put off all the time costs
    /// nothing.
    pub(crate) fn poll_until(&mut self, cx: &mut Context<'_>, deadline: Duration) -> Poll<()> {
        loop {
            let _ = self.poll_moved(cx); // it tells by `armed_for`
            let is_armed = self.armed_for.is_some_and(|time| time <= deadline);
            if is_armed && self.sleep.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
            let now = self.clock.now();
            if now >= deadline {
                return Poll::Ready(());
            }
            self.arm(now, deadline);
        }
    }

    /// Ready when the clock was moved, or timers were woken, since it was last ready.
    pub(crate) fn poll_moved(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let polled = self.moved.as_mut().poll(cx);
        if polled.is_ready() {
            let moved = Arc::clone(&self.clock.moved).notified_owned();
            self.moved.set(moved);
            self.armed_for = None;
        }
        polled
    }

    fn arm(&mut self, now: Duration, deadline: Duration) {
        let rest = deadline - now;
        let at = Instant::now().checked_add(rest);
        self.sleep.as_mut().reset(at.unwrap_or_else(far_future));
        self.armed_for = Some(deadline);
    }
}

/// As tokio has it: thirty years are enough.
fn far_future() -> Instant {
    Instant::now() + Duration::from_secs(86_400 * 365 * 30)
}

/// Sets alarms by real time, which ring on the server's runtime: whoever waits may have none. Cheap to
/// clone.
#[derive(Clone, Debug)]
pub(crate) struct AlarmClock(Handle);

impl AlarmClock {
    pub(crate) fn new(runtime: Handle) -> Self {
        Self(runtime)
    }

    /// Rings at each tick, if there is one, and with `true` when the time is over.
    pub(crate) fn set(
        &self,
        timeout: Duration,
        tick: Option<Duration>,
        ring: impl Fn(bool) + Send + Sync + 'static,
    ) -> Alarm {
        let alarm = self.0.spawn(async move {
            let ticking = async {
                let tick = tick.unwrap_or(timeout);
                loop {
                    sleep(tick).await;
                    ring(false);
                }
            };
            let _ = tokio::time::timeout(timeout, ticking).await; // it never ends of itself
            ring(true);
        });
        Alarm(alarm.abort_handle())
    }
}

/// An alarm that is set. Dropped, it does not ring any more.
#[derive(Debug)]
pub(crate) struct Alarm(AbortHandle);

impl Drop for Alarm {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Whether an asynchronous runtime has no other thread than this one.
pub(crate) fn is_runtime_of_one_thread() -> bool {
    let runtime = Handle::try_current();
    runtime.is_ok_and(|runtime| runtime.runtime_flavor() == RuntimeFlavor::CurrentThread)
}
