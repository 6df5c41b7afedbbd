//! One connection, which can keep nothing busy for ever: a client that says nothing, says half of something
//! or does not read what it asked for is cut off.

use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{Sleep, sleep, timeout};

use super::limits::MAX_TARGET;
use super::problem::Problem;

/// Octets up to the end of a request's header. hyper answers without a word what is larger than its own
/// limits, which are beyond this one.
const MAX_HEAD: usize = 60 * 1024;

/// How long a client that is told to go may take to read that.
pub(super) const FAREWELL: Duration = Duration::from_secs(1);

/// Serves it until the client leaves, or `end` tells of the server's: what has been asked before is answered.
pub(super) async fn serve(
    stream: TcpStream,
    router: Router,
    patience: Duration,
    mut end: watch::Receiver<()>,
) {
    let head = Head::default();
    let router = TowerToHyperService::new(router);
    let service = service_fn(|request: Request<Incoming>| {
        head.has_come();
        let answer = router.call(request.map(Body::new));
        let head = head.clone();
        async move {
            let answer = answer.await;
            head.is_awaited();
            answer
        }
    });
    let io = TokioIo::new(Line {
        stream,
        head: head.clone(),
        patience,
        stall: None,
    });
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        // For the whole head, and for the time between two requests.
        .header_read_timeout(patience)
        .serve_connection(io, service);
    let mut is_ending = false;
    {
        let mut ending = pin!(end.changed());
        poll_fn(|context| {
            loop {
                // First, so that an answer that is there goes out. What failed, failed for the client.
                if Pin::new(&mut connection).poll(context).is_ready() {
                    return Poll::Ready(());
                }
                if is_ending || ending.as_mut().poll(context).is_pending() {
                    return Poll::Pending;
                }
                is_ending = true;
                if head.is_in_part() {
                    return Poll::Ready(());
                }
                Pin::new(&mut connection).graceful_shutdown();
            }
        })
        .await;
    }
    if is_ending {
        return;
    }
    drop(end); // it does not wait for those that part
    let parts = connection.into_parts();
    let mut stream = parts.io.into_inner().stream;
    if head.is_too_large() {
        let too_large = if parts.read_buf.contains(&b'\n') {
            let why = format!("the head of a request has up to {MAX_HEAD} octets");
            Problem::new(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, why)
        } else {
            let why = format!("what is asked for has up to {MAX_TARGET} octets");
            Problem::new(StatusCode::URI_TOO_LONG, why)
        };
        let answer = too_large.to_wire();
        let _ = timeout(FAREWELL, stream.write_all(answer.as_bytes())).await;
    }
    part(stream).await;
}

/// Closes. What the client still sends is read for a while: a close with octets unread would be a reset, which
/// takes the answer away from a client that has not read it.
async fn part(mut stream: TcpStream) {
    let _ = timeout(FAREWELL, async {
        stream.shutdown().await?;
        let mut octets = [0; 4096];
        while stream.read(&mut octets).await? > 0 {}
        io::Result::Ok(())
    })
    .await;
}

/// How much of a request's head has been read, unless none is awaited.
#[derive(Clone, Default)]
struct Head(Arc<AtomicUsize>);

impl Head {
    const HAS_COME: usize = usize::MAX;

    fn has_come(&self) {
        self.0.store(Self::HAS_COME, Ordering::Relaxed);
    }

    fn is_awaited(&self) {
        self.0.store(0, Ordering::Relaxed);
    }

    /// How much more of it may be read.
    fn room(&self) -> Option<usize> {
        match self.0.load(Ordering::Relaxed) {
            Self::HAS_COME => None,
            octets => Some(MAX_HEAD.saturating_sub(octets)),
        }
    }

    fn grows_by(&self, octets: usize) {
        self.0.fetch_add(octets, Ordering::Relaxed);
    }

    fn is_too_large(&self) -> bool {
        self.room() == Some(0)
    }

    fn is_in_part(&self) -> bool {
        self.room().is_some_and(|room| room < MAX_HEAD)
    }
}

/// The socket, with an end to patience.
struct Line {
    stream: TcpStream,
    head: Head,
    patience: Duration,
    /// Until the client should have read something.
    stall: Option<Pin<Box<Sleep>>>,
}

impl Line {
    fn stream(&mut self) -> Pin<&mut TcpStream> {
        Pin::new(&mut self.stream)
    }

    /// An error, if the client has not read for too long.
    fn not_for_ever<T>(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.stall = None;
            return written;
        }
        let patience = self.patience;
        let stall = self.stall.get_or_insert_with(|| Box::pin(sleep(patience)));
        ready!(stall.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let Some(room) = self.head.room() else {
            return self.stream().poll_read(context, buffer);
        };
        if room == 0 {
            let why = "the head of the request is too large";
            return Poll::Ready(Err(io::Error::other(why)));
        }
        let room = room.min(buffer.remaining());
        let mut part = ReadBuf::new(buffer.initialize_unfilled_to(room));
        ready!(self.stream().poll_read(context, &mut part))?;
        let octets = part.filled().len();
        buffer.advance(octets);
        self.head.grows_by(octets);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Line {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        octets: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = self.stream().poll_write(context, octets);
        self.not_for_ever(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = self.stream().poll_write_vectored(context, slices);
        self.not_for_ever(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream().poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(())) // `part` does that
    }
}
