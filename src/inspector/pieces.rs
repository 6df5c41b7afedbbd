//! An answer that comes piece by piece, for as long as its client is there.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::task::spawn_blocking;

pub(super) struct Pieces<T>(Receiver<T>);

impl<T> Pieces<T> {
    /// Pieces, and where they come from: one ahead of the client, who has left if it is closed.
    pub(super) fn channel() -> (Sender<T>, Self) {
        let (sender, receiver) = mpsc::channel(1);
        (sender, Self(receiver))
    }
}

impl<T: Send + 'static> Pieces<T> {
    /// Pieces that are worked out aside, as fast as the client reads.
    pub(super) fn of(pieces: impl Iterator<Item = T> + Send + 'static) -> Self {
        let (sender, receiver) = Self::channel();
        spawn_blocking(move || {
            for piece in pieces {
                if sender.blocking_send(piece).is_err() {
                    return;
                }
            }
        });
        receiver
    }
}

impl<T> Stream for Pieces<T> {
    type Item = Result<T, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(context).map(|piece| piece.map(Ok))
    }
}
