//! What comes, as it comes: server-sent events.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::extract::State;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use futures_core::Stream;
use serde::Serialize;

use super::views::{MailLine, RejectionView, SessionView};
use crate::inbox::Inbox;
use crate::store::Mark;

/// What comes from now on
///
/// Server-sent events: `mail` with the mail as lists have it, `rejection`, and `session` when one has begun.
/// The data is JSON, the id that of what has come.
#[utoipa::path(
    get,
    path = "/api/v1/events",
    responses((status = 200, description = "The events.", body = String, content_type = "text/event-stream"))
)]
pub(super) async fn events(
    State(inbox): State<Inbox>,
) -> Sse<impl Stream<Item = Result<Event, axum::Error>>> {
    let seen = inbox.mark();
    let waiter = inbox.store().waiters().new_id();
    let events = Events {
        inbox,
        seen,
        waiter,
    };
    Sse::new(events).keep_alive(KeepAlive::default())
}

/// What has come since it was last looked.
pub(super) struct Events {
    inbox: Inbox,
    seen: Mark,
    waiter: u64,
}

impl Stream for Events {
    type Item = Result<Event, axum::Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let store = self.inbox.store();
        // Before the look, so that what comes behind it wakes us.
        store.waiters().wake_later(self.waiter, cx.waker());
        if let Some(event) = self.next() {
            return Poll::Ready(Some(event));
        }
        if self.inbox.store().is_closed() {
            return Poll::Ready(None);
        }
        Poll::Pending
    }
}

impl Events {
    /// The oldest of what has not been told, sessions first: what comes in them comes later.
    fn next(&mut self) -> Option<Result<Event, axum::Error>> {
        let now = self.inbox.mark();
        if now.session > self.seen.session {
            let sessions = self.inbox.sessions();
            let seen = self.seen.session;
            if let Some(session) = sessions.iter().find(|session| session.id() > seen) {
                self.seen.session = session.id();
                return Some(event("session", session.id(), &SessionView::from(session)));
            }
            self.seen.session = now.session;
        }
        if now.mail > self.seen.mail {
            let mails = self.inbox.store().mails_after(self.seen.mail);
            if let Some(mail) = mails.first() {
                self.seen.mail = mail.id();
                return Some(event("mail", mail.id(), &MailLine::from(mail)));
            }
            self.seen.mail = now.mail;
        }
        if now.rejection > self.seen.rejection {
            let rejections = self.inbox.rejections();
            let seen = self.seen.rejection;
            if let Some(rejection) = rejections.iter().find(|rejection| rejection.id() > seen) {
                self.seen.rejection = rejection.id();
                return Some(event(
                    "rejection",
                    rejection.id(),
                    &RejectionView::from(rejection),
                ));
            }
            self.seen.rejection = now.rejection;
        }
        None
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
        self.inbox.store().waiters().forget(self.waiter);
    }
}
