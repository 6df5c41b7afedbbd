//! Where answers are worked out: aside from the thread that accepts, reads and writes, so that a mail that takes long
//! to look at keeps nobody else waiting, and does not hold up the end of the server.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::task::spawn_blocking;

use super::problem::Problem;

/// Has the rest worked out on a thread of its own, for as long as there is somebody to have it.
pub(super) async fn aside(request: Request, next: Next) -> Response {
    let runtime = Handle::current();
    // Dropped with this future, when the client leaves.
    let (_asking, left) = oneshot::channel::<()>();
    let work = move || runtime.block_on(unless(left, next.run(request)));
    let answer = spawn_blocking(work).await;
    answer.ok().flatten().unwrap_or_else(|| {
        let why = "the answer could not be worked out";
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, why).into_response()
    })
}

/// What it gives, unless something ends before.
pub(super) async fn unless<T>(left: impl Future, answer: impl Future<Output = T>) -> Option<T> {
    let (mut left, mut answer) = (pin!(left), pin!(answer));
    poll_fn(|context| match answer.as_mut().poll(context) {
        Poll::Ready(answer) => Poll::Ready(Some(answer)),
        Poll::Pending => left.as_mut().poll(context).map(|_| None),
    })
    .await
}

#[cfg(test)]
mod tests {
    use std::future::pending;
    use std::io::{Read as _, Write as _};
    use std::net::{Ipv4Addr, SocketAddr, TcpStream};
    use std::sync::mpsc::{Sender, channel};
    use std::sync::{Arc, Mutex};
    use std::time::Duration;

    use axum::routing::get;
    use axum::{Router, middleware};
    use tokio::net::TcpListener;
    use tokio::runtime::Builder;

    use super::aside;

    /// Nothing depends on it, but that a failure ends.
    const PATIENCE: Duration = Duration::from_secs(30);

    fn ask(address: SocketAddr, path: &str) -> TcpStream {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        stream
    }

    fn answer(mut stream: TcpStream) -> String {
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        text
    }

    /// Tells that it was dropped.
    struct Waiting(Sender<()>);

    impl Drop for Waiting {
        fn drop(&mut self) {
            let _ = self.0.send(());
        }
    }

    #[test]
    fn an_answer_that_takes_long_keeps_nobody_waiting_and_is_given_up_with_its_client() {
        let (begin, begun) = channel();
        let (end, ended) = channel();
        let (waits, waiting) = channel();
        let (given_up, is_given_up) = channel();
        let ended = Arc::new(Mutex::new(ended));
        let router = Router::new()
            .route("/quick", get(async || "quick"))
            .route(
                "/long",
                get(async move || {
                    begin.send(()).unwrap();
                    ended.lock().unwrap().recv().unwrap();
                    "long"
                }),
            )
            .route(
                "/for-ever",
                get(async move || {
                    let _waiting = Waiting(given_up.clone());
                    waits.send(()).unwrap();
                    pending::<()>().await;
                }),
            )
            .layer(middleware::from_fn(aside));
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)));
        let listener = listener.unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || runtime.block_on(axum::serve(listener, router).into_future()));

        let long = ask(address, "/long");
        begun.recv().unwrap();
        assert!(answer(ask(address, "/quick")).ends_with("quick"));
        end.send(()).unwrap();
        assert!(answer(long).ends_with("long"));

        let leaving = ask(address, "/for-ever");
        waiting.recv().unwrap();
        drop(leaving);
        is_given_up.recv_timeout(PATIENCE).unwrap();
    }
}
