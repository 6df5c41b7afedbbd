//! Which part of what a server received is looked at.

use crate::mail::{Mail, MailMatcher};
use crate::received::{Dropped, Received};
use crate::rejection::Rejection;
use crate::session::Session;
use crate::store::Mark;

/// All, or the mails that match and all that belongs to them, or what came since a mark.
#[derive(Clone, Debug, Default)]
pub(super) struct View {
    filters: Vec<MailMatcher>,
    since: Option<Mark>,
}

impl View {
    pub(super) fn narrowed_to(mut self, filter: MailMatcher) -> Self {
        self.filters.push(filter);
        self
    }

    pub(super) fn since(mut self, mark: Mark) -> Self {
        self.since = self.since.max(Some(mark));
        self
    }

    pub(super) fn is_all(&self) -> bool {
        self.filters.is_empty() && self.since.is_none()
    }

    /// No mail up to that one is in it.
    pub(super) fn last_id_before(&self) -> u64 {
        self.mark().mail
    }

    pub(super) fn has_mail(&self, mail: &Mail) -> bool {
        mail.id() > self.mark().mail && self.is_match(mail)
    }

    pub(super) fn has_rejection(&self, rejection: &Rejection) -> bool {
        rejection.id() > self.mark().rejection
            && self.filters.iter().all(|filter| rejection.is_about(filter))
    }

    /// Whether a session belongs to it that has delivered or been refused what is in `received`.
    fn has_session(&self, session: &Session, received: &Received) -> bool {
        let id = session.id();
        (self.filters.is_empty() && id > self.mark().session)
            || received
                .mails
                .iter()
                .chain(&received.discarded)
                .any(|mail| mail.session_id() == id)
            || received.rejections.iter().any(|r| r.session_id() == id)
    }

    /// What of all that was received is in this view.
    pub(super) fn of(&self, mut received: Received) -> Received {
        if self.is_all() {
            return received;
        }
        if !received.dropped.may_be_behind(self.mark().mail) {
            received.dropped = Dropped::default();
        }
        received.mails.retain(|mail| self.has_mail(mail));
        received.discarded.retain(|mail| self.has_mail(mail));
        received
            .rejections
            .retain(|rejection| self.has_rejection(rejection));
        let sessions = std::mem::take(&mut received.sessions);
        let sessions = sessions
            .into_iter()
            .filter(|s| self.has_session(s, &received));
        received.sessions = sessions.collect();
        received
    }

    /// How it is written, for reports: nothing for all.
    pub(super) fn title(&self) -> String {
        let inboxes = self
            .filters
            .iter()
            .map(|filter| format!(" in inbox({filter})"));
        let since = self.since.map(|_| " since the mark");
        inboxes.chain(since.map(str::to_owned)).collect()
    }

    fn mark(&self) -> Mark {
        self.since.unwrap_or_default()
    }

    fn is_match(&self, mail: &Mail) -> bool {
        self.filters.iter().all(|filter| filter.is_match(mail))
    }
}
