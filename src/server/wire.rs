//! The socket of one connection: what is read from it, what is queued for it, and how it is closed.

use std::cell::RefCell;
use std::future::Future as _;
use std::io;
use std::mem::MaybeUninit;
use std::net::{Shutdown, SocketAddr};
use std::pin::pin;
use std::task::{Context, Poll};
use std::time::Duration;

use socket2::SockRef;
use tokio::io::{Interest, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::stream::Stream;
#[cfg(feature = "tls")]
use super::tls::{Endpoint, facts_of, reason_of};
use crate::smtp::Reply;
#[cfg(feature = "tls")]
use crate::smtp::{Tls, TlsFault};

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

#[derive(Debug)]
pub(super) struct Wire {
    stream: Stream,
    peer: SocketAddr,
    /// Octets that are queued.
    out: Vec<u8>,
}

impl Wire {
    pub(super) fn new(stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        Ok(Self {
            peer: stream.peer_addr()?,
            stream: Stream::Clear(stream),
            out: Vec::new(),
        })
    }

    pub(super) fn peer(&self) -> SocketAddr {
        self.peer
    }

    pub(super) fn queue_reply(&mut self, reply: &Reply) {
        for line in reply.wire_lines() {
            line.write_to(&mut self.out);
            self.out.extend_from_slice(b"\r\n");
        }
    }

    pub(super) fn queue(&mut self, octets: &[u8]) {
        self.out.extend_from_slice(octets);
    }

    /// Takes back what is queued.
    pub(super) fn take_queued(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.out)
    }

    /// Writes what is queued; an error if the client takes nothing of it for that time.
    pub(super) async fn flush(&mut self, patience: Duration) -> io::Result<()> {
        if self.out.is_empty() {
            return Ok(());
        }
        // Nearly always the socket takes it all.
        let written = self.stream.try_write(&self.out);
        let result = if written == self.out.len() {
            Ok(())
        } else {
            self.write_from(written, patience).await
        };
        self.out.clear();
        result
    }

    async fn write_from(&mut self, start: usize, patience: Duration) -> io::Result<()> {
        let mut rest = &self.out[start..];
        while !rest.is_empty() {
            match timeout(patience, self.stream.write(rest)).await?? {
                0 => return Err(io::ErrorKind::WriteZero.into()),
                written => rest = &rest[written..],
            }
        }
        timeout(patience, self.stream.flush()).await?
    }

    /// Reads at most so many octets, hands them out, and says how many they were: 0 at the end.
    pub(super) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        limit: Option<usize>,
        take: impl FnOnce(&[u8]),
    ) -> Poll<io::Result<usize>> {
        BUFFER.with_borrow_mut(|buffer| {
            let end = limit.map_or(READ_BUFFER, |limit| limit.min(READ_BUFFER));
            let mut buffer = ReadBuf::uninit(&mut buffer[..end]);
            let polled = self.stream.poll_read(cx, &mut buffer);
            if matches!(polled, Poll::Ready(Ok(()))) {
                take(buffer.filled());
            }
            polled.map_ok(|()| buffer.filled().len())
        })
    }

    /// Waits for what the client sends, and leaves it unread; `false` if it has closed its side.
    pub(super) fn poll_has_input(&mut self, cx: &mut Context<'_>) -> Poll<bool> {
        let Some(socket) = self.stream.socket() else {
            return Poll::Ready(false);
        };
        let mut first = [0];
        let polled = socket.poll_peek(cx, &mut ReadBuf::new(&mut first));
        polled.map(|peeked| peeked.is_ok_and(|octets| octets > 0))
    }

    /// Whether the client has closed its side, as far as the system tells while octets wait to be read.
    pub(super) fn is_closed_by_client(&self, cx: &mut Context<'_>) -> bool {
        let Some(socket) = self.stream.socket() else {
            return true;
        };
        match pin!(socket.ready(Interest::READABLE)).poll(cx) {
            Poll::Ready(Ok(ready)) => ready.is_read_closed(),
            Poll::Ready(Err(_)) => true,
            Poll::Pending => false,
        }
    }

    /// Some clients write the content and its final dot apart, without `TCP_NODELAY`: they would wait
    /// 40 ms for a delayed acknowledgement. Only Linux has a way to send it at once.
    pub(super) fn acknowledge_at_once(&self) {
        #[cfg(target_os = "linux")]
        if let Some(socket) = self.stream.socket() {
            let _ = socket.set_quickack(true); // a hint: without it all works, later
        }
    }

    /// Says that nothing more will come, and takes what is under way, within bounds. A close over
    /// octets that nobody read would be an RST, and that destroys replies the client has not read.
    pub(super) async fn close(&mut self) {
        // Over TLS that has to be written, and nobody may read it.
        if !matches!(timeout(LINGER, self.stream.shut_down()).await, Ok(Ok(()))) {
            return;
        }
        let mut octets = 0;
        let drain = std::future::poll_fn(|cx| {
            while octets < LINGER_OCTETS {
                match self.poll_drain(cx) {
                    Poll::Pending => return Poll::Pending,
                    Poll::Ready(Ok(read)) if read > 0 => octets += read,
                    Poll::Ready(_) => break,
                }
            }
            Poll::Ready(())
        });
        let _ = timeout(LINGER, drain).await; // the bound is reached: close all the same
    }

    fn poll_drain(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        BUFFER.with_borrow_mut(|buffer| {
            let mut buffer = ReadBuf::uninit(buffer);
            let polled = self.stream.poll_drain(cx, &mut buffer);
            polled.map_ok(|()| buffer.filled().len())
        })
    }

    /// Has the close be an RST.
    pub(super) fn reset_at_close(&self) {
        if let Some(socket) = self.stream.socket() {
            // Fails only if the connection is gone.
            let _ = SockRef::from(socket).set_linger(Some(Duration::ZERO));
        }
    }

    /// Closes as [`close`](Self::close) does, without waiting for anything.
    pub(super) fn close_now(&mut self) {
        #[cfg(feature = "tls")]
        self.stream.say_goodbye_now();
        let Some(socket) = self.stream.socket().map(SockRef::from) else {
            return;
        };
        if socket.shutdown(Shutdown::Write).is_err() {
            return;
        }
        BUFFER.with_borrow_mut(|buffer| {
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

#[cfg(feature = "tls")]
impl Wire {
    /// Has TLS begin, and says what is known of it, or why it failed.
    pub(super) async fn secure(
        &mut self,
        endpoint: &Endpoint,
        fault: Option<TlsFault>,
    ) -> Result<Tls, String> {
        let acceptor = endpoint.acceptor(fault)?;
        let says_goodbye = fault != Some(TlsFault::NoCloseNotify);
        match self.stream.secure(acceptor, says_goodbye).await {
            Ok(stream) => Ok(facts_of(stream.get_ref().1)),
            Err(error) => Err(reason_of(&error, fault.is_some(), endpoint.names())),
        }
    }
}
