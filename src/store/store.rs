//! What was recorded, behind one lock, and those who wait for it.

use std::collections::{HashSet, VecDeque};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Instant;

use parking_lot::Mutex;

#[cfg(feature = "inspector")]
use super::counts::Counts;
use super::expected_mails::ExpectedMails;
use super::mark::Mark;
use super::state::{SessionKey, State};
use super::stock::Bounds;
use crate::mail::Mail;
use crate::received::Received;
use crate::rejection::Rejection;
use crate::session::Session;
use crate::smtp::Fact;
use crate::waiters::Waiters;

/// Everything that one server recorded.
#[derive(Debug)]
pub(crate) struct Store {
    state: Mutex<State>,
    waiters: Waiters,
    /// A panic has told what is stored.
    is_told: AtomicBool,
    /// Sessions in the midst of a transaction, a reply or a pause.
    busy_sessions: AtomicUsize,
}

impl Store {
    pub(crate) fn new(bounds: Bounds) -> Self {
        Self {
            state: Mutex::new(State::new(bounds)),
            waiters: Waiters::default(),
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
        self.change(|state| state.open_session(peer, opened))
    }

    /// Sessions that are open now.
    pub(crate) fn open_sessions(&self) -> usize {
        self.state.lock().open_sessions
    }

    /// Whether a mail that takes that many octets can be kept.
    pub(crate) fn has_room_for_mail(&self, octets: usize) -> bool {
        self.state.lock().stock.has_room_for_mail(octets)
    }

    pub(crate) fn record(&self, key: SessionKey, fact: Fact) {
        self.change(|state| state.apply(key, fact));
    }

    /// A client has sent a command before it got the reply to the one before.
    pub(crate) fn note_pipelining(&self, key: SessionKey, is_offered: bool) {
        let mut state = self.state.lock();
        let stock = &mut state.stock;
        stock.session(key.id(), |session| session.note_pipelining(is_offered));
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
        let state = self.state.lock();
        Received {
            seed: state.seed,
            has_had_sessions: state.last_session_id > 0,
            ..state.stock.received()
        }
    }

    pub(crate) fn mails(&self) -> Vec<Mail> {
        self.mails_after(0)
    }

    /// The mails with a number above that one, oldest first.
    pub(crate) fn mails_after(&self, id: u64) -> Vec<Mail> {
        let state = self.state.lock();
        behind(state.stock.mails(), Mail::id, id)
    }

    /// What has come behind a mark, but for mails that were discarded, and where it stands now.
    #[cfg(feature = "inspector")]
    pub(crate) fn news(&self, seen: Mark) -> (Received, Mark) {
        let state = self.state.lock();
        let stock = &state.stock;
        let news = Received {
            mails: behind(stock.mails(), Mail::id, seen.mail),
            rejections: behind(stock.rejections(), Rejection::id, seen.rejection),
            sessions: behind(stock.sessions(), Session::id, seen.session),
            ..Received::default()
        };
        (news, state.mark())
    }

    /// Those of these mails that are stored still; their numbers ascend.
    pub(crate) fn mails_of(&self, ids: &[u64]) -> Vec<Mail> {
        let state = self.state.lock();
        let mails = state.stock.mails();
        let found = ids
            .iter()
            .filter_map(|id| mails.binary_search_by_key(id, Mail::id).ok());
        found.map(|i| mails[i].clone()).collect()
    }

    pub(crate) fn sessions(&self) -> Vec<Session> {
        self.sessions_after(0)
    }

    pub(crate) fn sessions_after(&self, id: u64) -> Vec<Session> {
        let state = self.state.lock();
        behind(state.stock.sessions(), Session::id, id)
    }

    pub(crate) fn rejections(&self) -> Vec<Rejection> {
        self.rejections_after(0)
    }

    pub(crate) fn rejections_after(&self, id: u64) -> Vec<Rejection> {
        let state = self.state.lock();
        behind(state.stock.rejections(), Rejection::id, id)
    }

    /// How many mails went for newer ones since the start.
    pub(crate) fn dropped_mails(&self) -> u64 {
        self.state.lock().stock.dropped().in_all
    }

    /// What is counted in all, and of the open sessions.
    #[cfg(test)]
    pub(super) fn octets(&self) -> (usize, usize) {
        self.state.lock().stock.octets()
    }

    pub(crate) fn note_seed(&self, seed: u64) {
        self.state.lock().seed = Some(seed);
    }

    /// Where it stands now.
    pub(crate) fn mark(&self) -> Mark {
        self.state.lock().mark()
    }

    /// How large all mails together were that came so far, those that are gone included.
    #[cfg(feature = "inspector")]
    pub(crate) fn accepted_octets(&self) -> u64 {
        self.state.lock().accepted_octets
    }

    /// How much there is now.
    #[cfg(feature = "inspector")]
    pub(crate) fn counts(&self) -> Counts {
        let state = self.state.lock();
        Counts {
            mails: state.stock.mails().len(),
            oldest_mail: state.stock.mails().front().map(Mail::id),
            rejections: state.stock.rejections().len(),
            oldest_rejection: state.stock.rejections().front().map(Rejection::id),
            sessions: state.stock.sessions().len(),
            oldest_session: state.stock.sessions().front().map(Session::id),
            open_sessions: state.open_sessions,
        }
    }

    /// Takes out the mails for which `is_taken` holds. It may be the test's code and take its time, and
    /// is not asked under the lock.
    pub(crate) fn take_mails(&self, is_taken: impl Fn(&Mail) -> bool) -> Vec<Mail> {
        let wanted = ids(self.mails().iter().filter(|m| is_taken(m)).map(Mail::id));
        let taken = {
            let mut state = self.state.lock();
            state.stock.take_mails(|mail| wanted.contains(&mail.id()))
        };
        self.waiters.wake_all(); // who shows what there is shows less
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
        let mails = received.mails.iter().chain(&received.discarded);
        let mails = ids(mails.filter(is_forgotten).map(Mail::id));
        let rejections = received.rejections.iter();
        let rejections = rejections.filter(|r| is_rejection_forgotten(r));
        let rejections = ids(rejections.map(Rejection::id));
        self.state.lock().stock.retain(
            |mail| !mails.contains(&mail.id()),
            |rejection| !rejections.contains(&rejection.id()),
            forgets_sessions,
        );
        self.waiters.wake_all(); // who shows what there is shows less
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

    /// Changes the state; then, without the lock, wakes the waiters, tells of it, and frees what went.
    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let (result, gone, mut journal) = {
            let mut state = self.state.lock();
            let result = change(&mut state);
            let journal = std::mem::take(&mut state.journal);
            (result, state.stock.take_gone(), journal)
        };
        self.waiters.wake_all();
        for mail in &gone.mails {
            journal.note_dropped(mail.id());
        }
        journal.tell();
        drop(gone);
        result
    }
}

/// Those with a number above that one; their numbers ascend.
fn behind<T: Clone>(all: &VecDeque<T>, id: impl Fn(&T) -> u64, last: u64) -> Vec<T> {
    let start = all.partition_point(|item| id(item) <= last);
    all.range(start..).cloned().collect()
}

fn ids(ids: impl Iterator<Item = u64>) -> HashSet<u64> {
    ids.collect()
}
