//! Where answers are worked out: aside from the thread that accepts, reads and writes, so that a mail that takes long
//! to look at keeps nobody else waiting, and does not hold up the end of the server.

use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use tokio::runtime::Handle;
use tokio::task::spawn_blocking;

use super::problem::Problem;

/// Has the rest worked out on a thread of its own.
pub(super) async fn aside(request: Request, next: Next) -> Response {
    let runtime = Handle::current();
    let answer = spawn_blocking(move || runtime.block_on(next.run(request))).await;
    answer.unwrap_or_else(|_| {
        let why = "the answer could not be worked out";
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, why).into_response()
    })
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::{Ipv4Addr, SocketAddr, TcpStream};
    use std::sync::mpsc::channel;
    use std::sync::{Arc, Mutex};
    use std::time::Duration;

    use axum::routing::get;
    use axum::{Router, middleware};
    use tokio::net::TcpListener;
    use tokio::runtime::Builder;

    use super::aside;

    fn ask(address: SocketAddr, path: &str) -> TcpStream {
        let mut stream = TcpStream::connect(address).unwrap();
        // Nothing depends on it, but that a failure ends.
        let patience = Some(Duration::from_secs(30));
        stream.set_read_timeout(patience).unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        stream
    }

    fn answer(mut stream: TcpStream) -> String {
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn an_answer_that_takes_long_keeps_nobody_waiting() {
        let (begin, begun) = channel();
        let (end, ended) = channel();
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
    }
}
