//! What comes, as it comes: server-sent events.

use std::sync::Arc;
use std::task::{Wake, Waker};

use axum::extract::State;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive, KeepAliveStream};
use serde::Serialize;
use tokio::sync::Notify;
use tokio::sync::mpsc::Sender;
use tokio::task::spawn_blocking;

use super::aside::unless;
use super::desk::Desk;
use super::pieces::Pieces;
use super::rejection_view::RejectionView;
use super::standing::ServerView;
use super::views::{MailLine, SessionView};
use crate::received::Received;
use crate::store::{Mark, Store};

/// What comes from now on
///
/// Server-sent events, for as long as the server is there. The data of each is JSON on one line:
///
/// - `mail`, when one has come: a `MailLine`, as in `GET /api/v1/mails`; the event's id is the mail's.
/// - `rejection`, when something was refused or aborted: a `RejectionView`, as in `GET /api/v1/rejections`; the
///   event's id is its own.
/// - `session`, when one has begun: a `SessionView`, as in `GET /api/v1/sessions`; the event's id is the session's.
/// - `server`, at first and whenever how it stands has changed: a `ServerView`, as in `GET /api/v1/server`; it has
///   no id.
///
/// What came before is not told again: `GET /api/v1/mails` and its kin have it. A comment line comes now and then,
/// so that the connection is not taken for dead.
#[utoipa::path(
    get,
    path = "/api/v1/events",
    tag = "server",
    responses((status = 200, description = "The events.", body = String, content_type = "text/event-stream"))
)]
pub(super) async fn events(State(desk): State<Desk>) -> Sse<KeepAliveStream<Pieces<Event>>> {
    let (sender, events) = Pieces::channel();
    let teller = Teller {
        seen: desk.inbox.mark(),
        told: None,
        desk,
    };
    tokio::spawn(teller.tell(sender));
    Sse::new(events).keep_alive(KeepAlive::default())
}

/// Who tells one listener.
struct Teller {
    desk: Desk,
    /// What has come up to there was told.
    seen: Mark,
    /// How it stood when that was last told.
    told: Option<ServerView>,
}

impl Teller {
    /// Tells what comes, until the listener leaves or the server ends.
    async fn tell(mut self, listener: Sender<Event>) {
        let bell = Arc::new(Bell::default());
        let waker = Waker::from(Arc::clone(&bell));
        let waiter = Waiter::of(self.desk.inbox.store());
        loop {
            // Before the look, so that what comes behind it rings.
            waiter.wake_later(&waker);
            let is_closed = waiter.store.is_closed();
            if !self.has_told_all() {
                let look = spawn_blocking(move || {
                    let events = self.news();
                    (self, events)
                });
                let Ok((teller, events)) = look.await else {
                    return; // its panic has been printed
                };
                self = teller;
                for event in events {
                    if listener.send(event).await.is_err() {
                        return;
                    }
                }
            }
            if is_closed {
                return;
            }
            let has_rung = unless(listener.closed(), bell.0.notified()).await;
            if has_rung.is_none() {
                return;
            }
        }
    }

    fn has_told_all(&self) -> bool {
        self.desk.inbox.mark() == self.seen
            && self.told.as_ref() == Some(&ServerView::of(&self.desk))
    }

    /// What has come since it was last looked, oldest first, and behind it how the server stands.
    fn news(&mut self) -> Vec<Event> {
        let mut events = Vec::new();
        loop {
            let (news, now) = self.desk.inbox.store().news(self.seen);
            self.seen = now;
            events.extend(in_order(&news));
            let standing = ServerView::of(&self.desk);
            // What has come meanwhile is told before it is counted.
            if self.desk.inbox.mark() != now {
                continue;
            }
            if self.told.as_ref() != Some(&standing) {
                events.extend(Event::default().event("server").json_data(&standing));
                self.told = Some(standing);
            }
            return events;
        }
    }
}

/// Of the same moment, a session comes before what happens in it.
fn in_order(news: &Received) -> impl Iterator<Item = Event> {
    let sessions = news.sessions.iter().map(|session| {
        let view = SessionView::from(session);
        (session.opened_at(), event("session", session.id(), &view))
    });
    let mails = news.mails.iter().map(|mail| {
        let line = MailLine::from(mail);
        (mail.received_at(), event("mail", mail.id(), &line))
    });
    let rejections = news.rejections.iter().map(|rejection| {
        let view = RejectionView::from(rejection);
        let event = event("rejection", rejection.id(), &view);
        (rejection.recorded_at(), event)
    });
    let mut events: Vec<_> = sessions.chain(mails).chain(rejections).collect();
    events.sort_by_key(|(time, _)| *time);
    events.into_iter().filter_map(|(_, event)| event.ok())
}

fn event(kind: &str, id: u64, data: &impl Serialize) -> Result<Event, axum::Error> {
    Event::default()
        .event(kind)
        .id(id.to_string())
        .json_data(data)
}

/// Who waits in the store.
struct Waiter {
    store: Arc<Store>,
    id: u64,
}

impl Waiter {
    fn of(store: &Arc<Store>) -> Self {
        Self {
            id: store.waiters().new_id(),
            store: Arc::clone(store),
        }
    }

    fn wake_later(&self, waker: &Waker) {
        self.store.waiters().wake_later(self.id, waker);
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        self.store.waiters().forget(self.id);
    }
}

/// Rung when the server has changed.
#[derive(Default)]
struct Bell(Notify);

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.0.notify_one();
    }
}
