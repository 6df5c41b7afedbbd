//! What was recorded: what each fact adds to it.

use std::net::SocketAddr;
use std::time::{Instant, SystemTime};

use super::expected_mails::ExpectedMails;
use super::mark::Mark;
use super::stock::{Bounds, Stock};
use crate::journal::Journal;
use crate::mail::Mail;
use crate::rejection::Rejection;
use crate::session::Session;
use crate::smtp::{Answer, Envelope, Fact, Rejected, Said};

/// What the lock of the [store](super::Store) guards.
#[derive(Debug)]
pub(super) struct State {
    pub(super) stock: Stock,
    pub(super) journal: Journal,
    /// By what rules drew, if any did.
    pub(super) seed: Option<u64>,
    pub(super) expected: Vec<ExpectedMails>,
    /// Facts recorded so far.
    pub(super) changes: u64,
    pub(super) last_mail_id: u64,
    /// The content of all mails so far.
    pub(super) accepted_octets: u64,
    pub(super) last_rejection_id: u64,
    pub(super) last_session_id: u64,
    pub(super) open_sessions: usize,
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
    pub(super) fn new(bounds: Bounds) -> Self {
        Self {
            stock: Stock::new(bounds),
            journal: Journal::default(),
            seed: None,
            expected: Vec::new(),
            changes: 0,
            last_mail_id: 0,
            accepted_octets: 0,
            last_rejection_id: 0,
            last_session_id: 0,
            open_sessions: 0,
            is_closed: false,
        }
    }

    /// Where it stands now.
    pub(super) fn mark(&self) -> Mark {
        Mark {
            mail: self.last_mail_id,
            rejection: self.last_rejection_id,
            session: self.last_session_id,
        }
    }

    pub(super) fn open_session(&mut self, peer: SocketAddr, opened: Instant) -> SessionKey {
        self.last_session_id += 1;
        self.open_sessions += 1;
        let id = self.last_session_id;
        let session = Session::open(id, peer, SystemTime::now());
        self.stock.open_session(session);
        self.journal.note_opened(id, peer);
        SessionKey { id, opened }
    }

    pub(super) fn apply(&mut self, key: SessionKey, fact: Fact) {
        let id = key.id;
        self.changes += 1;
        match fact {
            Fact::Exchange { said, answer } => self.note_exchange(key, &said, answer),
            Fact::Answered(answer) => self.stock.session(id, |session| {
                session.note_answer(answer, key.opened.elapsed());
            }),
            Fact::Accepted {
                envelope,
                content,
                is_discarded,
            } => self.accept(id, envelope, content, is_discarded),
            Fact::Rejected(rejected) => self.reject(id, *rejected),
            Fact::Remarked(remark) => {
                self.stock.grow_session(id, |s| s.note_remark(remark));
            }
            Fact::Hello { name } => self.stock.session(id, |session| session.note_hello(name)),
            Fact::Login(login) => {
                self.stock.grow_session(id, |s| s.note_login(login));
            }
            Fact::TlsAwaited => self.stock.session(id, Session::await_tls),
            Fact::TlsStarted(tls) => self.stock.session(id, |session| session.note_tls(tls)),
            Fact::Closed(end) => {
                self.open_sessions -= 1;
                self.stock
                    .close_session(id, |session| session.note_end(end, key.opened.elapsed()));
                self.journal.note_ended(id, end);
            }
        }
    }

    fn note_exchange(&mut self, key: SessionKey, said: &Said, answer: Answer) {
        let is_noted = self.stock.grow_session(key.id, |session| {
            session.note_exchange(said, answer, key.opened.elapsed());
        });
        if !is_noted {
            self.stock.session(key.id, Session::omit_exchange);
        }
    }

    fn accept(&mut self, session: u64, envelope: Envelope, content: Vec<u8>, is_discarded: bool) {
        self.last_mail_id += 1;
        self.accepted_octets += content.len() as u64;
        let now = SystemTime::now();
        let mail = Mail::new(self.last_mail_id, session, now, envelope, content);
        self.journal.note_accepted(&mail, is_discarded);
        self.stock.add_mail(mail, is_discarded);
    }

    fn reject(&mut self, session: u64, mut rejected: Rejected) {
        let octets = rejected.content.as_ref().map_or(0, Vec::len);
        if !self.stock.makes_room_for(octets) {
            rejected.content = None;
        }
        self.last_rejection_id += 1;
        let now = SystemTime::now();
        let rejection = Rejection::new(self.last_rejection_id, session, now, rejected);
        self.journal.note_rejected(&rejection);
        // The exchange is counted on the session if there is no room even for this.
        if self.stock.makes_room_for(rejection.size()) {
            self.stock.add_rejection(rejection);
        }
    }
}
