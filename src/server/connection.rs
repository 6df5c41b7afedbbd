//! One client's connection: drives its session, and carries out the steps.

use std::cell::RefCell;
use std::future::{Future as _, poll_fn};
use std::io;
use std::mem::MaybeUninit;
use std::net::Shutdown;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use socket2::SockRef;
use tokio::io::{AsyncRead as _, AsyncWriteExt as _, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep, timeout};

use super::capacity::Capacity;
use super::heap;
use super::host::Host;
use crate::smtp::{Interruption, ServerSession, Step};
use crate::store::SessionKey;

const READ_BUFFER: usize = 64 * 1024;

/// How long, and for how many octets, a closed connection still takes what the client sends, so that
/// the client reads the last reply before it learns of the close.
const LINGER: Duration = Duration::from_secs(2);
const LINGER_OCTETS: usize = 8 * 1024 * 1024;

thread_local! {
    // One for all sessions of a server, as its thread reads one at a time. It is not filled with
    // zeros, so that only the pages that are read into take memory.
    static BUFFER: RefCell<Box<[MaybeUninit<u8>]>> =
        RefCell::new(Box::new_uninit_slice(READ_BUFFER));
}

pub(super) struct Connection {
    stream: TcpStream,
    session: ServerSession,
    key: SessionKey,
    host: Arc<Host>,
    policy: Capacity,
    /// Replies that are queued.
    out: Vec<u8>,
}

impl Connection {
    pub(super) fn new(stream: TcpStream, host: Arc<Host>) -> io::Result<Self> {
        let peer = stream.peer_addr()?;
        stream.set_nodelay(true)?;
        Ok(Self {
            session: ServerSession::new(Arc::clone(&host.settings), peer),
            key: host.store.open_session(peer),
            policy: Capacity {
                store: Arc::clone(&host.store),
                max_sessions: host.max_sessions,
            },
            host,
            stream,
            out: Vec::new(),
        })
    }

    /// Serves the client until the session ends.
    pub(super) async fn run(mut self) {
        let mut idle = pin!(sleep(self.host.idle_timeout));
        loop {
            if self.carry_out_steps() {
                let _ = self.flush().await; // a client that is gone misses nothing
                self.linger().await;
                return;
            }
            let is_heard = self.flush().await.is_ok();
            if self.session.is_within_input() {
                self.acknowledge_at_once();
            }
            let read = if is_heard {
                self.read(idle.as_mut()).await
            } else {
                Read::Closed
            };
            match read {
                Read::Some => {}
                Read::Idle => self.session.interrupt(Interruption::Idle),
                Read::Closed => self.session.interrupt(Interruption::ConnectionLost),
            }
        }
    }

    /// Carries out what is to be done now, and says whether that closes the connection.
    fn carry_out_steps(&mut self) -> bool {
        while let Some(step) = self.session.next_step(&mut self.policy) {
            match step {
                Step::Record(fact) => self.host.store.record(self.key, fact),
                Step::Send(reply) => {
                    for line in reply.wire_lines() {
                        line.write_to(&mut self.out);
                        self.out.extend_from_slice(b"\r\n");
                    }
                }
                Step::Close => return true,
            }
        }
        false
    }

    async fn flush(&mut self) -> io::Result<()> {
        if self.out.is_empty() {
            return Ok(());
        }
        // Nearly always the socket takes it all.
        let written = self.stream.try_write(&self.out).unwrap_or(0);
        let rest = &self.out[written..];
        let result = if rest.is_empty() {
            Ok(())
        } else {
            // A client that never reads is idle too.
            timeout(self.host.idle_timeout, self.stream.write_all(rest))
                .await
                .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
        };
        self.out.clear();
        result
    }

    /// Gives the session what the client sends next.
    async fn read(&mut self, mut idle: Pin<&mut Sleep>) -> Read {
        let started = Instant::now();
        let Self {
            stream,
            session,
            host,
            ..
        } = self;
        poll_fn(|cx| {
            let polled = BUFFER.with_borrow_mut(|buffer| {
                let mut buffer = ReadBuf::uninit(buffer);
                let polled = Pin::new(&mut *stream).poll_read(cx, &mut buffer);
                if polled.is_ready() {
                    heap::expect(buffer.filled().len());
                    session.receive(buffer.filled());
                }
                polled.map_ok(|()| buffer.filled().len())
            });
            match polled {
                Poll::Ready(Ok(0) | Err(_)) => return Poll::Ready(Read::Closed),
                Poll::Ready(Ok(_)) => return Poll::Ready(Read::Some),
                Poll::Pending => {}
            }
            // The timer runs on from an earlier read, and is set anew only when it fires.
            while idle.as_mut().poll(cx).is_ready() {
                let deadline = started + host.idle_timeout;
                if Instant::now() >= deadline {
                    return Poll::Ready(Read::Idle);
                }
                idle.as_mut().reset(deadline);
            }
            Poll::Pending
        })
        .await
    }

    /// Some clients write the content and its final dot apart, without `TCP_NODELAY`: they would wait
    /// 40 ms for a delayed acknowledgement. Only Linux has a way to send it at once.
    fn acknowledge_at_once(&self) {
        #[cfg(target_os = "linux")]
        let _ = self.stream.set_quickack(true); // a hint: without it all works, later
    }

    /// Says that nothing more will come, and takes what is under way, within bounds. A close over
    /// octets that nobody read would be an RST, and that destroys replies the client has not read.
    async fn linger(&mut self) {
        if self.stream.shutdown().await.is_err() {
            return;
        }
        let mut octets = 0;
        let drain = poll_fn(|cx| {
            BUFFER.with_borrow_mut(|buffer| {
                while octets < LINGER_OCTETS {
                    let mut buffer = ReadBuf::uninit(buffer);
                    match Pin::new(&mut self.stream).poll_read(cx, &mut buffer) {
                        Poll::Pending => return Poll::Pending,
                        Poll::Ready(Ok(())) if !buffer.filled().is_empty() => {
                            octets += buffer.filled().len();
                        }
                        Poll::Ready(_) => break,
                    }
                }
                Poll::Ready(())
            })
        });
        let _ = timeout(LINGER, drain).await; // the bound is reached: close all the same
    }
}

/// What came of a read.
enum Read {
    Some,
    Idle,
    Closed,
}

/// A server that goes down or is dropped takes its connections along, wherever they are.
impl Drop for Connection {
    fn drop(&mut self) {
        if self.session.has_ended() {
            return;
        }
        self.session.interrupt(Interruption::ServerClosed);
        self.carry_out_steps();
        let socket = SockRef::from(&self.stream);
        if socket.shutdown(Shutdown::Write).is_ok() {
            BUFFER.with_borrow_mut(|buffer| {
                // What has arrived, without waiting for more; see `linger`.
                let mut octets = 0;
                while octets < LINGER_OCTETS {
                    match socket.recv(buffer) {
                        Ok(0) | Err(_) => break,
                        Ok(read) => octets += read,
                    }
                }
            });
        }
    }
}
