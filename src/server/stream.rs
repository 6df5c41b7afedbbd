//! The octets of one connection, in clear or over TLS.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead as _, AsyncWriteExt as _, ReadBuf};
use tokio::net::TcpStream;

#[cfg(feature = "tls")]
use tokio_rustls::{TlsAcceptor, server::TlsStream};

#[derive(Debug)]
pub(super) enum Stream {
    Clear(TcpStream),
    #[cfg(feature = "tls")]
    Tls(Box<Secured>),
    /// A handshake was broken off, and took the connection along.
    #[cfg(feature = "tls")]
    Gone,
}

#[cfg(feature = "tls")]
#[derive(Debug)]
pub(super) struct Secured {
    stream: TlsStream<TcpStream>,
    /// Say `close_notify` in the end.
    says_goodbye: bool,
}

impl Stream {
    /// The socket, unless it is gone.
    pub(super) fn socket(&self) -> Option<&TcpStream> {
        match self {
            Self::Clear(stream) => Some(stream),
            #[cfg(feature = "tls")]
            Self::Tls(secured) => Some(secured.stream.get_ref().0),
            #[cfg(feature = "tls")]
            Self::Gone => None,
        }
    }

    /// Writes what can be written at once, and says how much that is.
    pub(super) fn try_write(&self, octets: &[u8]) -> usize {
        match self {
            Self::Clear(stream) => stream.try_write(octets).unwrap_or(0),
            #[cfg(feature = "tls")]
            Self::Tls(_) | Self::Gone => 0,
        }
    }

    /// Writes some of it, and says how much that is.
    pub(super) async fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        match self {
            Self::Clear(stream) => stream.write(octets).await,
            #[cfg(feature = "tls")]
            Self::Tls(secured) => secured.stream.write(octets).await,
            #[cfg(feature = "tls")]
            Self::Gone => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    /// Sees to it that what was written is on its way.
    pub(super) async fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Clear(stream) => stream.flush().await,
            #[cfg(feature = "tls")]
            Self::Tls(secured) => secured.stream.flush().await,
            #[cfg(feature = "tls")]
            Self::Gone => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    pub(super) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self {
            Self::Clear(stream) => Pin::new(stream).poll_read(cx, buffer),
            #[cfg(feature = "tls")]
            Self::Tls(secured) => Pin::new(&mut secured.stream).poll_read(cx, buffer),
            #[cfg(feature = "tls")]
            Self::Gone => Poll::Ready(Ok(())),
        }
    }

    /// Says that nothing more will come.
    pub(super) async fn shut_down(&mut self) -> io::Result<()> {
        match self {
            Self::Clear(stream) => stream.shutdown().await,
            #[cfg(feature = "tls")]
            Self::Tls(secured) if secured.says_goodbye => secured.stream.shutdown().await,
            #[cfg(feature = "tls")]
            Self::Tls(secured) => secured.stream.get_mut().0.shutdown().await,
            #[cfg(feature = "tls")]
            Self::Gone => Ok(()),
        }
    }

    /// Reads what is left on the socket, whatever it is.
    pub(super) fn poll_drain(
        &mut self,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self {
            #[cfg(feature = "tls")]
            Self::Tls(secured) => Pin::new(secured.stream.get_mut().0).poll_read(cx, buffer),
            stream => stream.poll_read(cx, buffer),
        }
    }
}

#[cfg(feature = "tls")]
impl Stream {
    /// Has TLS begin, and hands out what it is; an error leaves the connection as far as it is there.
    pub(super) async fn secure(
        &mut self,
        acceptor: TlsAcceptor,
        says_goodbye: bool,
    ) -> io::Result<&TlsStream<TcpStream>> {
        let Self::Clear(stream) = std::mem::replace(self, Self::Gone) else {
            return Err(io::Error::other("TLS within TLS"));
        };
        match acceptor.accept(stream).into_fallible().await {
            Ok(stream) => {
                *self = Self::Tls(Box::new(Secured {
                    stream,
                    says_goodbye,
                }));
            }
            Err((error, stream)) => {
                *self = Self::Clear(stream);
                return Err(error);
            }
        }
        match self {
            Self::Tls(secured) => Ok(&secured.stream),
            Self::Clear(_) | Self::Gone => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    /// Says `close_notify`, as far as the socket takes it at once.
    pub(super) fn say_goodbye_now(&mut self) {
        if let Self::Tls(secured) = self
            && secured.says_goodbye
        {
            let (stream, connection) = secured.stream.get_mut();
            connection.send_close_notify();
            let mut octets = Vec::new();
            while connection.wants_write() && connection.write_tls(&mut octets).is_ok() {}
            let _ = stream.try_write(&octets); // the client learns of the close all the same
        }
    }
}
