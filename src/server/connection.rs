//! One client's connection: drives its session, and carries out the steps.

use std::future::{Future as _, poll_fn};
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::{Instant, sleep};

use super::heap;
use super::host::Host;
use super::policy::HousePolicy;
use super::schedule::Schedule;
use super::wire::Wire;
use crate::clock::Timer;
#[cfg(feature = "tls")]
use crate::smtp::TlsFault;
use crate::smtp::{Interruption, Reply, RuleId, ServerSession, Step};
use crate::store::SessionKey;

/// Octets that are read ahead while a rule holds the session, so that a client that leaves is noticed.
const READ_AHEAD: usize = 1024 * 1024;

/// How often it is looked whether a client is still there that is not read from.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// Why there is no TLS with a client that says nothing.
const SILENT: &str = "the client was silent for too long";

pub(super) struct Connection {
    wire: Wire,
    session: ServerSession,
    key: SessionKey,
    host: Arc<Host>,
    policy: HousePolicy,
    timer: Timer,
    /// As the store knows it.
    is_busy: bool,
    /// Whether it was offered when the store was last told of it.
    told_of_pipelining: Option<bool>,
    schedule: Schedule,
}

impl Connection {
    pub(super) fn new(stream: TcpStream, host: Arc<Host>) -> io::Result<Self> {
        let wire = Wire::new(stream)?;
        let peer = wire.peer();
        let key = host.store.open_session(peer);
        host.store.note_busy(true);
        Ok(Self {
            wire,
            session: ServerSession::new(Arc::clone(&host.settings), peer),
            key,
            policy: HousePolicy::new(Arc::clone(&host), key),
            timer: Timer::new(Arc::clone(&host.clock), host.idle_timeout),
            is_busy: true,
            told_of_pipelining: None,
            schedule: Schedule::default(),
            host,
        })
    }

    /// Serves the client until the session ends.
    pub(super) async fn run(mut self) {
        // In clear, the greeting is refused.
        if self.session.begins_with_tls() && self.policy.is_crowded() {
            self.session.turn_away();
        }
        loop {
            if self.carry_out_steps().await {
                return;
            }
            if !self.flush().await {
                continue;
            }
            if self.session.is_within_input() {
                self.wire.acknowledge_at_once();
            }
            match self.read().await {
                Read::Some => {}
                Read::Idle => self.session.interrupt(Interruption::Idle),
                Read::Closed => self.session.interrupt(Interruption::ConnectionLost),
            }
        }
    }

    /// Carries out what is to be done now, and says whether that closed the connection.
    async fn carry_out_steps(&mut self) -> bool {
        while let Some(step) = self.session.next_step(&mut self.policy) {
            match step {
                Step::Record(fact) => self.host.store.record(self.key, fact),
                Step::Send(reply) => {
                    if self.session.unread_octets() > 0 {
                        self.tell_of_pipelining();
                    }
                    self.wire.queue_reply(&reply);
                }
                Step::SendRaw(octets) => self.wire.queue(&octets),
                Step::Drip {
                    reply,
                    interval,
                    rule,
                } => self.drip(&reply, interval, rule).await,
                Step::Hold {
                    duration,
                    rule,
                    is_behind_another,
                } => self.hold(duration, rule, is_behind_another).await,
                Step::Pace { duration, rule } => self.keep_pace(duration, rule).await,
                #[cfg(feature = "tls")]
                Step::UpgradeTls { fault } => self.secure(fault).await,
                Step::AwaitTls => self.await_tls().await,
                #[cfg(not(feature = "tls"))]
                Step::UpgradeTls { .. } => self.session.handshake_failed("the feature tls is off"),
                Step::Close => {
                    self.flush().await; // a client that is gone misses nothing
                    self.tell_if_busy(false);
                    self.wire.close().await;
                    return true;
                }
                Step::Reset => {
                    self.flush().await; // as above
                    self.wire.reset_at_close();
                    return true;
                }
            }
        }
        false
    }

    /// Writes what is queued, and says whether the client takes it; the session is over else.
    async fn flush(&mut self) -> bool {
        // A client that never reads is idle too.
        let Err(error) = self.wire.flush(self.host.idle_timeout).await else {
            return true;
        };
        self.session.interrupt(match error.kind() {
            io::ErrorKind::TimedOut => Interruption::Unread,
            _ => Interruption::ConnectionLost,
        });
        false
    }

    /// Gives the session what the client sends next.
    async fn read(&mut self) -> Read {
        if self.session.read_limit().is_none() {
            self.schedule.end_pace();
        }
        self.tell_if_busy(self.session.is_busy());
        let now = self.host.clock.now();
        let deadline = now.saturating_add(self.host.idle_timeout);
        poll_fn(|cx| match self.poll_read(cx) {
            Poll::Ready(Ok(0) | Err(_)) => Poll::Ready(Read::Closed),
            Poll::Ready(Ok(_)) => Poll::Ready(Read::Some),
            Poll::Pending => self.timer.poll_until(cx, deadline).map(|()| {
                self.host.activity.note();
                Read::Idle
            }),
        })
        .await
    }

    fn tell_of_pipelining(&mut self) {
        let is_offered = self.session.has_offered_pipelining();
        if self.told_of_pipelining.replace(is_offered) != Some(is_offered) {
            self.host.store.note_pipelining(self.key, is_offered);
        }
    }

    fn tell_if_busy(&mut self, is_busy: bool) {
        if self.is_busy != is_busy {
            self.is_busy = is_busy;
            self.host.store.note_busy(is_busy);
        }
    }

    fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let limit = self.session.read_limit();
        let session = &mut self.session;
        let polled = self.wire.poll_read(cx, limit, |octets| {
            heap::expect(octets.len());
            session.receive(octets);
        });
        if polled.is_ready() {
            self.host.activity.note();
        }
        polled
    }

    /// Waits until the client begins TLS.
    async fn await_tls(&mut self) {
        if !self.flush().await {
            return;
        }
        self.tell_if_busy(self.session.is_busy());
        let now = self.host.clock.now();
        let deadline = now.saturating_add(self.host.idle_timeout);
        let has_begun = poll_fn(|cx| match self.wire.poll_has_input(cx) {
            Poll::Ready(has_input) => Poll::Ready(Ok(has_input)),
            Poll::Pending => self.timer.poll_until(cx, deadline).map(Err),
        });
        let has_begun = has_begun.await;
        self.host.activity.note();
        match has_begun {
            Ok(true) => {}
            Ok(false) => {
                let why = "the client left without a word; does it know that TLS is on?";
                self.session.handshake_failed(why);
            }
            Err(()) => self.session.handshake_failed(SILENT),
        }
    }

    /// Has TLS begin, and tells the session what came of it.
    #[cfg(feature = "tls")]
    async fn secure(&mut self, fault: Option<TlsFault>) {
        self.tell_if_busy(true);
        let host = Arc::clone(&self.host);
        let Some(endpoint) = &host.tls else {
            return self
                .session
                .handshake_failed("the server has no certificate");
        };
        let deadline = host.clock.now().saturating_add(host.idle_timeout);
        let Self { wire, timer, .. } = self;
        let mut handshake = pin!(wire.secure(endpoint, fault));
        let outcome = poll_fn(|cx| {
            host.activity.note();
            match handshake.as_mut().poll(cx) {
                Poll::Ready(outcome) => Poll::Ready(outcome),
                Poll::Pending => timer
                    .poll_until(cx, deadline)
                    .map(|()| Err(SILENT.to_owned())),
            }
        });
        match outcome.await {
            Ok(tls) => self.session.tls_started(tls),
            Err(why) => self.session.handshake_failed(why),
        }
    }

    /// Waits as a rule has it, and tells the session if that ends otherwise.
    async fn hold(&mut self, duration: Option<Duration>, rule: RuleId, is_behind_another: bool) {
        let deadline = self
            .schedule
            .end_of_hold(&self.host.clock, duration, is_behind_another);
        // What comes before TLS is for TLS.
        let reads = !self.session.awaits_handshake();
        self.wait(deadline, rule, reads).await;
        self.schedule.note_held(&self.host.clock, deadline);
    }

    /// Waits so that content does not come in faster than a rule has it, from its beginning.
    async fn keep_pace(&mut self, duration: Duration, rule: RuleId) {
        let until = self.schedule.next_pace(&self.host.clock, duration, rule);
        // What comes meanwhile is left in the socket, so that the client feels it.
        self.wait(Some(until), rule, false).await;
    }

    async fn wait(&mut self, deadline: Option<Duration>, rule: RuleId, reads: bool) {
        if !self.flush().await {
            return;
        }
        match self.pause(deadline, rule, reads).await {
            Pause::Over => {}
            Pause::RuleRemoved => self.session.release(rule),
            Pause::ClientGone => self.session.interrupt(Interruption::ConnectionLost),
        }
    }

    /// Writes a reply octet by octet.
    async fn drip(&mut self, reply: &Reply, interval: Duration, rule: RuleId) {
        if !self.flush().await {
            return;
        }
        self.wire.queue_reply(reply);
        let octets = self.wire.take_queued();
        let mut deadline = self.host.clock.now();
        for (i, octet) in octets.iter().enumerate() {
            self.wire.queue(&[*octet]);
            if !self.flush().await {
                return;
            }
            deadline = deadline.saturating_add(interval);
            match self.pause(Some(deadline), rule, false).await {
                Pause::Over => {}
                Pause::RuleRemoved => return self.wire.queue(&octets[i + 1..]),
                Pause::ClientGone => {
                    return self.session.interrupt(Interruption::ConnectionLost);
                }
            }
        }
    }

    /// Waits up to a time, or without end, as long as the rule is in force and the client is there.
    async fn pause(&mut self, deadline: Option<Duration>, rule: RuleId, reads: bool) -> Pause {
        self.host.activity.note();
        self.tell_if_busy(true);
        let mut look_again = pin!(sleep(LOOK_AGAIN));
        let end = poll_fn(|cx| {
            // The timer before the rule: it wakes us when a rule is removed.
            let is_over = match deadline {
                Some(deadline) => self.timer.poll_until(cx, deadline).is_ready(),
                None => {
                    while self.timer.poll_moved(cx).is_ready() {}
                    false
                }
            };
            if !self.host.rules.is_in_force(rule) {
                return Poll::Ready(Pause::RuleRemoved);
            }
            if is_over {
                return Poll::Ready(Pause::Over);
            }
            while reads && self.session.unread_octets() < READ_AHEAD {
                match self.poll_read(cx) {
                    Poll::Pending => return Poll::Pending,
                    Poll::Ready(Ok(0) | Err(_)) => return Poll::Ready(Pause::ClientGone),
                    Poll::Ready(Ok(_)) => {}
                }
            }
            // Behind what nobody reads, only a look tells that the client has closed.
            if self.wire.is_closed_by_client(cx) {
                return Poll::Ready(Pause::ClientGone);
            }
            while look_again.as_mut().poll(cx).is_ready() {
                look_again.as_mut().reset(Instant::now() + LOOK_AGAIN);
            }
            Poll::Pending
        })
        .await;
        self.host.activity.note();
        end
    }
}

/// What came of a read.
enum Read {
    Some,
    Idle,
    Closed,
}

/// How a pause ended.
enum Pause {
    Over,
    RuleRemoved,
    ClientGone,
}

/// A server that goes down or is dropped takes its connections along, wherever they are.
impl Drop for Connection {
    fn drop(&mut self) {
        self.tell_if_busy(false);
        if self.session.has_ended() {
            return;
        }
        self.session.interrupt(Interruption::ServerClosed);
        while let Some(step) = self.session.next_step(&mut self.policy) {
            if let Step::Record(fact) = step {
                self.host.store.record(self.key, fact);
            }
        }
        self.wire.close_now();
    }
}
