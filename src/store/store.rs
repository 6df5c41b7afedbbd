//! What was recorded, behind one lock, and those who wait for it.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::panic::Location;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Instant, SystemTime};

use parking_lot::Mutex;

use super::mark::Mark;
use super::state::{SessionKey, State};
use crate::mail::{Mail, MailMatcher};
use crate::received::Received;
use crate::rejection::Rejection;
use crate::session::Session;
use crate::smtp::Fact;
use crate::times::Times;
use crate::waiters::Waiters;

/// Everything that one server recorded.
#[derive(Debug)]
pub(crate) struct Store {
    state: Mutex<State>,
    waiters: Waiters,
    /// Octets that may be kept.
    capacity: usize,
    /// A panic has told what is stored.
    is_told: AtomicBool,
    /// Sessions in the midst of a transaction, a reply or a pause.
    busy_sessions: AtomicUsize,
}

/// How many mails like that a test expects in all.
#[derive(Clone, Debug)]
pub(crate) struct ExpectedMails {
    pub(crate) times: Times,
    pub(crate) mail: MailMatcher,
    pub(crate) location: &'static Location<'static>,
}

impl Store {
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            state: Mutex::default(),
            waiters: Waiters::default(),
            capacity,
            is_told: AtomicBool::new(false),
            busy_sessions: AtomicUsize::new(0),
        }
    }

    /// A panic is about to tell what is stored: nobody needs to hear it twice.
    pub(crate) fn mark_told(&self) {
        self.is_told.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_told(&self) -> bool {
        self.is_told.load(Ordering::Relaxed)
    }

    pub(crate) fn open_session(&self, peer: SocketAddr) -> SessionKey {
        let opened = Instant::now();
        let id = self.change(|state| {
            state.last_session_id += 1;
            state.open_sessions += 1;
            let session = Session::open(state.last_session_id, peer, SystemTime::now());
            state.octets += session.size();
            state.received.has_had_sessions = true;
            state.received.sessions.push(session);
            state.last_session_id
        });
        SessionKey { id, opened }
    }

    /// Sessions that are open now.
    pub(crate) fn open_sessions(&self) -> usize {
        self.state.lock().open_sessions
    }

    /// Whether content of that many octets can be kept.
    pub(crate) fn has_room_for(&self, octets: usize) -> bool {
        self.state.lock().has_room_for(octets, self.capacity)
    }

    pub(crate) fn record(&self, key: SessionKey, fact: Fact) {
        self.change(|state| {
            state.changes += 1;
            state.apply(key, fact, self.capacity);
        });
    }

    /// A client has sent a command before it got the reply to the one before.
    pub(crate) fn note_pipelining(&self, key: SessionKey, is_offered: bool) {
        let mut state = self.state.lock();
        state.session(key, |session| session.note_pipelining(is_offered));
    }

    /// How many facts were recorded so far.
    pub(crate) fn changes(&self) -> u64 {
        self.state.lock().changes
    }

    /// Notes that one session more is in the midst of something, or one less.
    pub(crate) fn note_busy(&self, is_busy: bool) {
        if is_busy {
            self.busy_sessions.fetch_add(1, Ordering::AcqRel);
        } else {
            self.busy_sessions.fetch_sub(1, Ordering::AcqRel);
        }
    }

    /// Whether no session is in the midst of something.
    pub(crate) fn is_idle(&self) -> bool {
        self.busy_sessions.load(Ordering::Acquire) == 0
    }

    pub(crate) fn expect(&self, expected: ExpectedMails) {
        self.state.lock().expected.push(expected);
    }

    pub(crate) fn expected_mails(&self) -> Vec<ExpectedMails> {
        self.state.lock().expected.clone()
    }

    pub(crate) fn forget_expected_mails(&self) {
        let forgotten = std::mem::take(&mut self.state.lock().expected);
        drop(forgotten); // under no lock, as it owns closures of the test
    }

    pub(crate) fn received(&self) -> Received {
        self.state.lock().received.clone()
    }

    pub(crate) fn mails(&self) -> Vec<Mail> {
        self.state.lock().received.mails.clone()
    }

    /// The mails with a number above that one, oldest first.
    pub(crate) fn mails_after(&self, id: u64) -> Vec<Mail> {
        let state = self.state.lock();
        let mails = &state.received.mails;
        let start = mails.partition_point(|mail| mail.id() <= id);
        mails[start..].to_vec()
    }

    /// The mails, if there are at least so many.
    pub(crate) fn mails_from(&self, count: usize) -> Option<Vec<Mail>> {
        let state = self.state.lock();
        let mails = &state.received.mails;
        (mails.len() >= count).then(|| mails.clone())
    }

    pub(crate) fn sessions(&self) -> Vec<Session> {
        self.state.lock().received.sessions.clone()
    }

    pub(crate) fn rejections(&self) -> Vec<Rejection> {
        self.state.lock().received.rejections.clone()
    }

    pub(crate) fn note_seed(&self, seed: u64) {
        self.state.lock().received.seed = Some(seed);
    }

    /// Where it stands now.
    pub(crate) fn mark(&self) -> Mark {
        let state = self.state.lock();
        Mark {
            mail: state.last_mail_id,
            rejection: state.last_rejection_id,
            session: state.last_session_id,
        }
    }

    /// Takes out the mails for which `is_taken` holds. It may be the test's code and take its time, and
    /// is not asked under the lock.
    pub(crate) fn take_mails(&self, is_taken: impl Fn(&Mail) -> bool) -> Vec<Mail> {
        let wanted = ids(self.mails().iter().filter(|m| is_taken(m)).map(Mail::id));
        let mut state = self.state.lock();
        let mails = std::mem::take(&mut state.received.mails);
        let (taken, kept) = mails.into_iter().partition(|m| wanted.contains(&m.id()));
        state.received.mails = kept;
        state.recount();
        taken
    }

    /// Forgets the mails and rejections for which the conditions hold, and all closed sessions.
    pub(crate) fn clear(
        &self,
        is_mail_forgotten: impl Fn(&Mail) -> bool,
        is_rejection_forgotten: impl Fn(&Rejection) -> bool,
        forgets_sessions: bool,
    ) {
        let received = self.received();
        let is_forgotten = |m: &&Mail| is_mail_forgotten(m);
        let mails = ids(received.mails.iter().filter(is_forgotten).map(Mail::id));
        let discarded = ids(received.discarded.iter().filter(is_forgotten).map(Mail::id));
        let rejections = received.rejections.iter();
        let rejections = rejections.filter(|r| is_rejection_forgotten(r));
        let rejections = ids(rejections.map(Rejection::id));
        {
            let mut state = self.state.lock();
            let kept = &mut state.received;
            kept.mails.retain(|mail| !mails.contains(&mail.id()));
            kept.discarded
                .retain(|mail| !discarded.contains(&mail.id()));
            kept.rejections.retain(|r| !rejections.contains(&r.id()));
            if forgets_sessions {
                kept.sessions.retain(Session::is_open);
            }
            state.recount();
        }
        // Much may be freed here, and nobody should wait for that.
        drop(received);
    }

    /// The server is gone: nothing will be recorded any more.
    pub(crate) fn close(&self) {
        self.change(|state| state.is_closed = true);
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.state.lock().is_closed
    }

    pub(crate) fn waiters(&self) -> &Waiters {
        &self.waiters
    }

    /// Has a waiter look again though nothing has changed.
    pub(crate) fn wake_waiters(&self) {
        self.waiters.wake_all();
    }

    /// Changes the state, then wakes the waiters without the lock.
    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let result = change(&mut self.state.lock());
        self.waiters.wake_all();
        result
    }
}

fn ids(ids: impl Iterator<Item = u64>) -> HashSet<u64> {
    ids.collect()
}
