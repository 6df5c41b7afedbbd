//! What is kept, oldest first, and within what bounds: what goes beyond them is not taken, or the oldest
//! goes for it.

use std::collections::VecDeque;

use crate::mail::Mail;
use crate::received::{Dropped, Received};
use crate::rejection::Rejection;
use crate::session::Session;

/// How much may be kept, and what happens when that is there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    pub(crate) octets: usize,
    pub(crate) mails: usize,
    /// The oldest goes when something comes; else what comes is not taken.
    pub(crate) drops_oldest: bool,
}

#[derive(Debug)]
pub(super) struct Stock {
    bounds: Bounds,
    mails: VecDeque<Mail>,
    discarded: VecDeque<Mail>,
    rejections: VecDeque<Rejection>,
    sessions: VecDeque<Session>,
    /// What all of that takes.
    octets: usize,
    /// What the open sessions take of it: those stay, whatever comes.
    open_octets: usize,
    /// What may be dropped, in the order it was recorded; empty where nothing is dropped.
    order: VecDeque<Item>,
    dropped: Dropped,
    gone: Gone,
}

/// What may be dropped, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Item {
    Mail(u64),
    Discarded(u64),
    Rejection(u64),
    /// One that has ended.
    Session(u64),
}

/// What stays, though it may be the oldest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Spared {
    /// A mail comes, and will be the newest.
    Nothing,
    /// What comes is no mail.
    NewestMail,
}

/// What was dropped, to be freed under no lock.
#[derive(Debug, Default)]
pub(super) struct Gone {
    pub(super) mails: Vec<Mail>,
    rejections: Vec<Rejection>,
    sessions: Vec<Session>,
}

/// What is there.
impl Stock {
    pub(super) fn new(bounds: Bounds) -> Self {
        Self {
            bounds,
            mails: VecDeque::new(),
            discarded: VecDeque::new(),
            rejections: VecDeque::new(),
            sessions: VecDeque::new(),
            octets: 0,
            open_octets: 0,
            order: VecDeque::new(),
            dropped: Dropped::default(),
            gone: Gone::default(),
        }
    }

    pub(super) fn mails(&self) -> &VecDeque<Mail> {
        &self.mails
    }

    pub(super) fn rejections(&self) -> &VecDeque<Rejection> {
        &self.rejections
    }

    pub(super) fn sessions(&self) -> &VecDeque<Session> {
        &self.sessions
    }

    pub(super) fn dropped(&self) -> Dropped {
        self.dropped
    }

    #[cfg(test)]
    pub(super) fn octets(&self) -> (usize, usize) {
        (self.octets, self.open_octets)
    }

    /// A picture of all of it.
    pub(super) fn received(&self) -> Received {
        Received {
            mails: self.mails.iter().cloned().collect(),
            discarded: self.discarded.iter().cloned().collect(),
            rejections: self.rejections.iter().cloned().collect(),
            sessions: self.sessions.iter().cloned().collect(),
            dropped: self.dropped,
            ..Received::default()
        }
    }

    /// Whether a mail that takes so much can be taken.
    pub(super) fn has_room_for_mail(&self, octets: usize) -> bool {
        if self.bounds.drops_oldest {
            let lasting = self.open_octets.saturating_add(octets);
            return self.bounds.mails > 0 && lasting <= self.bounds.octets;
        }
        self.kept_mails() < self.bounds.mails && self.fits(octets)
    }
}

/// What comes.
impl Stock {
    /// A mail for which there [is room](Self::has_room_for_mail).
    pub(super) fn add_mail(&mut self, mail: Mail, is_discarded: bool) {
        let octets = mail.size();
        while self.bounds.drops_oldest && self.kept_mails() >= self.bounds.mails {
            if !self.drop_oldest(Spared::Nothing) {
                break;
            }
        }
        self.make_room(octets, Spared::Nothing);
        self.octets += octets;
        if is_discarded {
            self.note_order(Item::Discarded(mail.id()));
            self.discarded.push_back(mail);
        } else {
            self.session(mail.session_id(), |session| session.note_mail(&mail));
            self.note_order(Item::Mail(mail.id()));
            self.mails.push_back(mail);
        }
    }

    /// Whether there is room for what is no mail, and need not be kept. The newest mail does not go for it.
    pub(super) fn makes_room_for(&mut self, octets: usize) -> bool {
        if !self.bounds.drops_oldest {
            return self.fits(octets);
        }
        let newest = self.newest_mail().map_or(0, Mail::size);
        let lasting = self.open_octets.saturating_add(newest);
        lasting.saturating_add(octets) <= self.bounds.octets
            && self.make_room(octets, Spared::NewestMail)
    }

    /// A rejection for which room [was made](Self::makes_room_for).
    pub(super) fn add_rejection(&mut self, rejection: Rejection) {
        self.octets += rejection.size();
        self.note_order(Item::Rejection(rejection.id()));
        self.rejections.push_back(rejection);
    }

    /// An open session is there whether there is room or not.
    pub(super) fn open_session(&mut self, session: Session) {
        self.make_room(session.size(), Spared::NewestMail);
        self.octets += session.size();
        self.open_octets += session.size();
        self.sessions.push_back(session);
    }

    /// Notes what takes no room.
    pub(super) fn session(&mut self, id: u64, note: impl FnOnce(&mut Session)) {
        // An open session is always there: only closed ones are cleared and dropped.
        if let Ok(i) = self.sessions.binary_search_by_key(&id, Session::id) {
            note(&mut self.sessions[i]);
        }
    }

    /// Notes what takes room, if there is some, and says whether that is so.
    pub(super) fn grow_session(&mut self, id: u64, note: impl FnOnce(&mut Session)) -> bool {
        // Where sessions last for days, half of the room is for mails.
        let is_crowded = self.bounds.drops_oldest && self.open_octets > self.bounds.octets / 2;
        if is_crowded || !self.makes_room_for(1) {
            return false;
        }
        let mut growth = 0;
        let mut is_open = false;
        self.session(id, |session| {
            let before = session.size();
            note(session);
            growth = session.size() - before;
            is_open = session.is_open();
        });
        self.octets += growth;
        self.open_octets += if is_open { growth } else { 0 };
        true
    }

    /// Notes the end of a session that was open.
    pub(super) fn close_session(&mut self, id: u64, note: impl FnOnce(&mut Session)) {
        let mut octets = 0;
        self.session(id, |session| {
            octets = session.size();
            note(session);
        });
        self.open_octets -= octets;
        self.note_order(Item::Session(id));
        // It may have been let in beyond the bounds.
        self.make_room(0, Spared::NewestMail);
        if !self.fits(0)
            && let Ok(i) = self.sessions.binary_search_by_key(&id, Session::id)
            && self.sessions[i].is_blank()
        {
            self.drop_session(id);
        }
    }
}

/// What goes.
impl Stock {
    /// Takes out mails.
    pub(super) fn take_mails(&mut self, is_taken: impl Fn(&Mail) -> bool) -> Vec<Mail> {
        let mails = std::mem::take(&mut self.mails);
        let (taken, kept) = mails.into_iter().partition(is_taken);
        self.mails = kept;
        self.recount();
        Vec::from(taken)
    }

    /// Forgets what is not kept, and all ended sessions if that is said; with them, what was dropped before.
    pub(super) fn retain(
        &mut self,
        is_mail_kept: impl Fn(&Mail) -> bool,
        is_rejection_kept: impl Fn(&Rejection) -> bool,
        forgets_sessions: bool,
    ) {
        self.mails.retain(&is_mail_kept);
        self.discarded.retain(&is_mail_kept);
        self.rejections.retain(is_rejection_kept);
        if forgets_sessions {
            self.sessions.retain(Session::is_open);
            self.dropped.lately = 0;
        }
        self.recount();
    }

    /// What was dropped since this was asked last.
    pub(super) fn take_gone(&mut self) -> Gone {
        std::mem::take(&mut self.gone)
    }

    /// Drops the oldest until so much fits, and says whether it does.
    fn make_room(&mut self, octets: usize, spared: Spared) -> bool {
        while self.bounds.drops_oldest && !self.fits(octets) && self.drop_oldest(spared) {}
        self.fits(octets)
    }

    /// What is dropped next. Behind the newest mail there is no mail, so that one look is enough.
    fn pop_oldest(&mut self, spared: Spared) -> Option<Item> {
        let oldest = self.order.pop_front()?;
        if spared == Spared::Nothing || !self.is_newest_mail(oldest) {
            return Some(oldest);
        }
        let next = self.order.pop_front();
        self.order.push_front(oldest);
        next
    }

    /// False, if there is nothing that may be dropped.
    fn drop_oldest(&mut self, spared: Spared) -> bool {
        let Some(oldest) = self.pop_oldest(spared) else {
            return false;
        };
        match oldest {
            Item::Mail(id) => {
                if let Some(mail) = self.mails.pop_front() {
                    self.octets -= mail.size();
                    self.session(mail.session_id(), |session| session.forget_mail(id));
                    self.dropped.note(id);
                    self.gone.mails.push(mail);
                }
            }
            Item::Discarded(_) => {
                if let Some(mail) = self.discarded.pop_front() {
                    self.octets -= mail.size();
                    self.gone.mails.push(mail);
                }
            }
            Item::Rejection(_) => {
                if let Some(rejection) = self.rejections.pop_front() {
                    self.octets -= rejection.size();
                    self.gone.rejections.push(rejection);
                }
            }
            // Few are before it: those that were still open when it ended.
            Item::Session(id) => self.drop_session(id),
        }
        true
    }

    fn drop_session(&mut self, id: u64) {
        let found = self.sessions.binary_search_by_key(&id, Session::id);
        if let Some(session) = found.ok().and_then(|i| self.sessions.remove(i)) {
            self.octets -= session.size();
            self.gone.sessions.push(session);
        }
    }

    /// Counts anew what is left after something was taken out.
    fn recount(&mut self) {
        self.octets = self.counted();
        let open = self.sessions.iter().filter(|session| session.is_open());
        self.open_octets = open.map(Session::size).sum();
        let mut order = std::mem::take(&mut self.order);
        order.retain(|item| self.has(*item));
        self.order = order;
    }
}

impl Stock {
    fn fits(&self, octets: usize) -> bool {
        self.octets.saturating_add(octets) <= self.bounds.octets
    }

    fn kept_mails(&self) -> usize {
        self.mails.len() + self.discarded.len()
    }

    fn newest_mail(&self) -> Option<&Mail> {
        let newest = [self.mails.back(), self.discarded.back()];
        newest.into_iter().flatten().max_by_key(|mail| mail.id())
    }

    fn is_newest_mail(&self, item: Item) -> bool {
        matches!(item, Item::Mail(id) | Item::Discarded(id)
            if self.newest_mail().is_some_and(|mail| mail.id() == id))
    }

    fn note_order(&mut self, item: Item) {
        if self.bounds.drops_oldest {
            self.order.push_back(item);
        }
    }

    fn has(&self, item: Item) -> bool {
        match item {
            Item::Mail(id) => self.mails.binary_search_by_key(&id, Mail::id),
            Item::Discarded(id) => self.discarded.binary_search_by_key(&id, Mail::id),
            Item::Rejection(id) => self.rejections.binary_search_by_key(&id, Rejection::id),
            Item::Session(id) => self.sessions.binary_search_by_key(&id, Session::id),
        }
        .is_ok()
    }

    fn counted(&self) -> usize {
        let mails = self.mails.iter().chain(&self.discarded);
        let mails = mails.map(Mail::size);
        let rejections = self.rejections.iter().map(Rejection::size);
        let sessions = self.sessions.iter().map(Session::size);
        mails.chain(rejections).chain(sessions).sum()
    }
}
