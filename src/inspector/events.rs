//! What comes, as it comes: server-sent events.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::extract::State;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use futures_core::Stream;
use serde::Serialize;

use super::desk::Desk;
use super::rejection_view::RejectionView;
use super::standing::ServerView;
use super::views::{MailLine, SessionView};
use crate::inbox::Inbox;
use crate::mail::Mail;
use crate::rejection::Rejection;
use crate::session::Session;
use crate::store::Mark;

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
pub(super) async fn events(
    State(desk): State<Desk>,
) -> Sse<impl Stream<Item = Result<Event, axum::Error>>> {
    let seen = desk.inbox.mark();
    let waiter = desk.inbox.store().waiters().new_id();
    let events = Events {
        desk,
        seen,
        waiter,
        told: None,
    };
    Sse::new(events).keep_alive(KeepAlive::default())
}

/// What has come since it was last looked.
pub(super) struct Events {
    desk: Desk,
    seen: Mark,
    waiter: u64,
    /// How it stood when that was last told.
    told: Option<ServerView>,
}

impl Stream for Events {
    type Item = Result<Event, axum::Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let store = self.desk.inbox.store();
        // Before the look, so that what comes behind it wakes us.
        store.waiters().wake_later(self.waiter, cx.waker());
        let standing = loop {
            if let Some(event) = self.next() {
                return Poll::Ready(Some(event));
            }
            let standing = ServerView::of(&self.desk);
            // What has come meanwhile is told before it is counted.
            if self.desk.inbox.mark() == self.seen {
                break standing;
            }
        };
        if self.told.as_ref() != Some(&standing) {
            let event = Event::default().event("server").json_data(&standing);
            self.told = Some(standing);
            return Poll::Ready(Some(event));
        }
        if self.desk.inbox.store().is_closed() {
            return Poll::Ready(None);
        }
        Poll::Pending
    }
}

impl Events {
    /// The oldest of what has not been told.
    fn next(&mut self) -> Option<Result<Event, axum::Error>> {
        let now = self.desk.inbox.mark();
        let session = self.unseen(now.session, self.seen.session, Inbox::sessions, Session::id);
        let rejection = self.unseen(
            now.rejection,
            self.seen.rejection,
            Inbox::rejections,
            Rejection::id,
        );
        let mails = |inbox: &Inbox| inbox.store().mails_after(self.seen.mail);
        let mail = self.unseen(now.mail, self.seen.mail, mails, Mail::id);
        let times = [
            session.as_ref().map(Session::opened_at),
            mail.as_ref().map(Mail::received_at),
            rejection.as_ref().map(Rejection::recorded_at),
        ];
        let oldest = times.into_iter().flatten().min();
        if oldest.is_none() {
            self.seen = now; // what came was deleted before it was told
        }
        // Of the same moment, the session comes before what happens in it.
        let is_next = |time| Some(time) == oldest;
        if let Some(session) = session.filter(|session| is_next(session.opened_at())) {
            self.seen.session = session.id();
            return Some(event("session", session.id(), &SessionView::from(&session)));
        }
        if let Some(mail) = mail.filter(|mail| is_next(mail.received_at())) {
            self.seen.mail = mail.id();
            return Some(event("mail", mail.id(), &MailLine::from(&mail)));
        }
        let rejection = rejection.filter(|rejection| is_next(rejection.recorded_at()))?;
        self.seen.rejection = rejection.id();
        let view = RejectionView::from(&rejection);
        Some(event("rejection", rejection.id(), &view))
    }

    /// The first of a kind with a number above that one, if there may be one.
    fn unseen<T>(
        &self,
        last: u64,
        seen: u64,
        all: impl FnOnce(&Inbox) -> Vec<T>,
        id: impl Fn(&T) -> u64,
    ) -> Option<T> {
        let all = if last > seen {
            all(&self.desk.inbox)
        } else {
            Vec::new()
        };
        all.into_iter().find(|item| id(item) > seen)
    }
}

fn event(kind: &str, id: u64, data: &impl Serialize) -> Result<Event, axum::Error> {
    Event::default()
        .event(kind)
        .id(id.to_string())
        .json_data(data)
}

impl Drop for Events {
    fn drop(&mut self) {
        self.desk.inbox.store().waiters().forget(self.waiter);
    }
}
