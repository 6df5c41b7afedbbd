//! What was recorded: what each fact adds to it.

use std::time::{Instant, SystemTime};

use super::store::ExpectedMails;
use crate::mail::Mail;
use crate::received::Received;
use crate::rejection::Rejection;
use crate::session::Session;
use crate::smtp::{Answer, Envelope, Fact, Rejected, Said};

/// What the lock of the [store](super::Store) guards.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) received: Received,
    pub(super) expected: Vec<ExpectedMails>,
    /// Facts recorded so far.
    pub(super) changes: u64,
    pub(super) last_mail_id: u64,
    pub(super) last_rejection_id: u64,
    pub(super) last_session_id: u64,
    pub(super) open_sessions: usize,
    pub(super) octets: usize,
    pub(super) is_closed: bool,
}

/// A session as its connection writes to it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SessionKey {
    pub(super) id: u64,
    pub(super) opened: Instant,
}

impl SessionKey {
    pub(crate) fn id(self) -> u64 {
        self.id
    }
}

impl State {
    pub(super) fn has_room_for(&self, octets: usize, capacity: usize) -> bool {
        self.octets.saturating_add(octets) <= capacity
    }

    pub(super) fn apply(&mut self, key: SessionKey, fact: Fact, capacity: usize) {
        match fact {
            Fact::Exchange { said, answer } => self.note_exchange(key, &said, answer, capacity),
            Fact::Answered(answer) => self.session(key, |session| {
                session.note_answer(answer, key.opened.elapsed());
            }),
            Fact::Accepted {
                envelope,
                content,
                is_discarded,
            } => self.accept(key, envelope, content, is_discarded),
            Fact::Rejected(rejected) => self.reject(key, *rejected, capacity),
            Fact::Remarked(remark) => self.note_if_room(key, capacity, |s| s.note_remark(remark)),
            Fact::Hello { name } => self.session(key, |session| session.note_hello(name)),
            Fact::Login(login) => self.note_if_room(key, capacity, |s| s.note_login(login)),
            Fact::TlsAwaited => self.session(key, Session::await_tls),
            Fact::TlsStarted(tls) => self.session(key, |session| session.note_tls(tls)),
            Fact::Closed(end) => {
                self.open_sessions -= 1;
                self.session(key, |session| session.note_end(end, key.opened.elapsed()));
            }
        }
    }

    /// An open session is always there: only closed ones are cleared.
    pub(super) fn session(&mut self, key: SessionKey, note: impl FnOnce(&mut Session)) {
        let sessions = &mut self.received.sessions;
        if let Ok(i) = sessions.binary_search_by_key(&key.id, Session::id) {
            note(&mut sessions[i]);
        }
    }

    fn note_exchange(&mut self, key: SessionKey, said: &Said, answer: Answer, capacity: usize) {
        if self.has_room_for(1, capacity) {
            self.grow(key, |session| {
                session.note_exchange(said, answer, key.opened.elapsed());
            });
        } else {
            self.session(key, Session::omit_exchange);
        }
    }

    fn note_if_room(&mut self, key: SessionKey, capacity: usize, note: impl FnOnce(&mut Session)) {
        if self.has_room_for(1, capacity) {
            self.grow(key, note);
        }
    }

    /// Adds to a session, and counts what that takes.
    fn grow(&mut self, key: SessionKey, note: impl FnOnce(&mut Session)) {
        let mut growth = 0;
        self.session(key, |session| {
            let before = session.size();
            note(session);
            growth = session.size() - before;
        });
        self.octets += growth;
    }

    fn accept(
        &mut self,
        key: SessionKey,
        envelope: Envelope,
        content: Vec<u8>,
        is_discarded: bool,
    ) {
        self.last_mail_id += 1;
        self.octets += content.len();
        let mail = Mail::new(
            self.last_mail_id,
            key.id,
            SystemTime::now(),
            envelope,
            content,
        );
        if is_discarded {
            self.received.discarded.push(mail);
        } else {
            self.session(key, |session| session.note_mail(&mail));
            self.received.mails.push(mail);
        }
    }

    fn reject(&mut self, key: SessionKey, mut rejected: Rejected, capacity: usize) {
        let octets = rejected.content.as_ref().map_or(0, Vec::len);
        if !self.has_room_for(octets, capacity) {
            rejected.content = None;
        }
        self.last_rejection_id += 1;
        let rejection = Rejection::new(self.last_rejection_id, key.id, SystemTime::now(), rejected);
        // The exchange is counted on the session if there is no room even for this.
        if self.has_room_for(rejection.size(), capacity) {
            self.octets += rejection.size();
            self.received.rejections.push(rejection);
        }
    }

    /// Counts anew what is left after something was taken out.
    pub(super) fn recount(&mut self) {
        let mails = self.received.mails.iter().chain(&self.received.discarded);
        let mails = mails.map(|mail| mail.message().size());
        let rejections = self.received.rejections.iter().map(Rejection::size);
        let sessions = self.received.sessions.iter().map(Session::size);
        self.octets = mails.chain(rejections).chain(sessions).sum();
    }
}
