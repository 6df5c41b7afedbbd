//! Waits: in every kind of test, and to every end.

mod support;

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use mailmock::{Mail, MailServer, TryWait, Wait, a_mail};
use support::Client;

fn deliver(server: &MailServer) {
    Client::connect(server)
        .ok("HELO x")
        .deliver("a@b.org", &["c@d.org"], b"\r\n");
}

#[test]
fn what_is_stored_already_counts() {
    let server = MailServer::start();
    deliver(&server);
    let wait = server.wait_for_mails(1).timeout(Duration::ZERO);
    assert_eq!(wait.blocking().len(), 1);
    assert_eq!(
        server.wait_for_mails(0).blocking().len(),
        1,
        "all of them, not so many"
    );
}

#[test]
fn a_blocking_wait_ends_when_the_last_mail_comes() {
    let server = MailServer::start();
    std::thread::scope(|scope| {
        scope.spawn(|| (0..3).for_each(|_| deliver(&server)));
        let mails = server.wait_for_mails(3).blocking();
        assert_eq!(mails.iter().map(Mail::id).collect::<Vec<_>>(), [1, 2, 3]);
    });
}

#[tokio::test]
async fn an_awaited_wait_lets_the_client_run() {
    let server = Arc::new(MailServer::start());
    let sender = tokio::task::spawn_blocking({
        let server = Arc::clone(&server);
        move || deliver(&server)
    });
    assert_eq!(server.wait_for_mails(1).await.len(), 1);
    sender.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_paused_clock_does_not_end_a_wait() {
    let server = Arc::new(MailServer::start());
    let sender = std::thread::spawn({
        let server = Arc::clone(&server);
        move || deliver(&server)
    });
    let (mails, ()) = tokio::join!(server.wait_for_mails(1).into_future(), async {
        tokio::time::sleep(Duration::from_secs(3_600)).await;
    });
    assert_eq!(mails.len(), 1);
    sender.join().unwrap();
}

#[test]
fn any_executor_can_poll_it() {
    let server = MailServer::start();
    deliver(&server);
    let wait = server.wait_for_mails(1).into_future();
    assert_eq!(futures_block_on(wait).len(), 1);
}

/// The least that an executor can be.
fn futures_block_on<F: Future>(future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
        std::thread::yield_now();
    }
}

#[test]
fn a_mail_is_judged_once_and_counts_as_long_as_it_is_stored() {
    let server = MailServer::start();
    let judged = Arc::new(AtomicUsize::new(0));
    let judge = Arc::clone(&judged);
    let wanted = a_mail().satisfies("is counted", move |_| {
        judge.fetch_add(1, Ordering::Relaxed);
        true
    });
    let mut wait = server.wait_for_times(2, wanted).into_future();
    let mut look = || Pin::new(&mut wait).poll(&mut Context::from_waker(Waker::noop()));
    assert!(look().is_pending());
    deliver(&server);
    assert!(look().is_pending());
    server.clear();
    deliver(&server);
    assert!(look().is_pending(), "the first one is gone");
    deliver(&server);
    let Poll::Ready(mails) = look() else {
        panic!("two are there");
    };
    assert_eq!(mails.iter().map(Mail::id).collect::<Vec<_>>(), [2, 3]);
    assert_eq!(judged.load(Ordering::Relaxed), 3);
}

#[test]
fn a_wait_that_is_over_is_an_error_or_a_panic() {
    let server = MailServer::builder()
        .wait_timeout(Duration::from_millis(20))
        .start();
    let error = server.try_wait_for_mails(1).blocking().unwrap_err();
    assert!(error.is_timeout() && !error.is_server_dropped());
    let panic = std::thread::scope(|scope| {
        scope
            .spawn(|| server.wait_for_mails(1).blocking())
            .join()
            .unwrap_err()
    });
    let text = panic.downcast_ref::<String>().unwrap();
    assert!(
        text.starts_with("waited 20ms for 1 mail, but none was received"),
        "{text}"
    );
}

#[test]
fn dropping_the_server_ends_its_waits() {
    let server = MailServer::start();
    let wait = server
        .try_wait_for_mails(1)
        .timeout(Duration::from_secs(60));
    let waiting = std::thread::spawn(move || wait.blocking());
    // It may be dropped before or while the other thread waits: both end.
    drop(server);
    let error = waiting.join().unwrap().unwrap_err();
    assert!(error.is_server_dropped());
    let server = MailServer::start();
    deliver(&server);
    let (found, missed) = (server.wait_for_mails(1), server.try_wait_for_mails(2));
    drop(server);
    assert_eq!(found.blocking().len(), 1, "what was stored is still found");
    assert!(
        missed
            .blocking()
            .unwrap_err()
            .to_string()
            .contains("the server was dropped")
    );
}

#[test]
fn several_can_wait_at_once_and_some_can_give_up() {
    let server = MailServer::start();
    std::thread::scope(|scope| {
        let waits: Vec<_> = (1..=4)
            .map(|count| {
                scope.spawn({
                    let server = &server;
                    move || server.wait_for_mails(count).blocking().len()
                })
            })
            .collect();
        let short = server
            .try_wait_for_mails(9)
            .timeout(Duration::from_millis(1));
        assert!(short.blocking().is_err());
        (0..4).for_each(|_| deliver(&server));
        for (wait, count) in waits.into_iter().zip(1..) {
            assert!(wait.join().unwrap() >= count);
        }
    });
}

#[test]
fn waits_can_go_to_other_threads_and_outlive_the_borrow() {
    fn assert_free<T: Send + 'static>(_: &T) {}
    let server = MailServer::start();
    let wait: Wait<Vec<Mail>> = server.wait_for_mails(1);
    let try_wait: TryWait<Vec<Mail>> = server.try_wait_for_mails(1);
    assert_free(&wait);
    assert_free(&try_wait);
    assert_free(&server);
}

/// The promise that makes sleeps superfluous: a thousand sends, each counted at once.
#[test]
fn every_mail_is_stored_when_its_reply_is_read() {
    let server = MailServer::start();
    let mut client = Client::connect(&server);
    client.ok("HELO x");
    for count in 1..=1_000 {
        client.deliver("a@b.org", &["c@d.org"], b"Subject: x\r\n\r\ny\r\n");
        assert_eq!(server.mails().len(), count);
    }
    for count in 1..=100 {
        assert!(client.say("MAIL FROM:x").starts_with("501"));
        assert_eq!(server.rejections().len(), count);
    }
}

/// A waker that looks at the server when it is dropped: the store must not be locked then.
struct Nosy(Arc<MailServer>);

impl std::task::Wake for Nosy {
    fn wake(self: Arc<Self>) {}
}

impl Drop for Nosy {
    fn drop(&mut self) {
        assert!(self.0.mails().is_empty());
    }
}

#[test]
fn wakers_are_woken_and_dropped_without_the_lock() {
    let server = Arc::new(MailServer::start());
    let mut wait = server.wait_for_mails(1).into_future();
    for _ in 0..2 {
        let waker = Waker::from(Arc::new(Nosy(Arc::clone(&server))));
        let mut context = Context::from_waker(&waker);
        assert!(Pin::new(&mut wait).poll(&mut context).is_pending());
    }
    drop(wait);
}
