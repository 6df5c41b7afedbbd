//! What is stored is what is counted, whatever came and went.

use std::sync::Arc;

use proptest::prelude::*;

use super::stock::Bounds;
use super::{SessionKey, Store};
use crate::mail::Mail;
use crate::rejection::Rejection;
use crate::session::Session;
use crate::smtp::{
    Answer, Cause, Client, Envelope, Fact, Rejected, Reply, ReversePath, Said, SessionEnd, Stage,
};

/// What happens to a store; a session is meant by its place among the open ones.
#[derive(Clone, Debug)]
enum Act {
    Open,
    Say(usize, usize),
    Deliver(usize, usize, bool),
    Reject(usize, usize),
    Close(usize),
    Take(u64),
    Clear(u64, bool),
}

fn act() -> impl Strategy<Value = Act> {
    let session = 0..4_usize;
    prop_oneof![
        2 => Just(Act::Open),
        4 => (session.clone(), 0..600_usize).prop_map(|(s, octets)| Act::Say(s, octets)),
        8 => (session.clone(), 0..3_000_usize, prop::bool::weighted(0.2))
            .prop_map(|(s, octets, is_discarded)| Act::Deliver(s, octets, is_discarded)),
        3 => (session.clone(), 0..2_000_usize).prop_map(|(s, octets)| Act::Reject(s, octets)),
        2 => session.prop_map(Act::Close),
        1 => (1..4_u64).prop_map(Act::Take),
        1 => (1..4_u64, any::<bool>()).prop_map(|(n, all)| Act::Clear(n, all)),
    ]
}

struct Bench {
    store: Store,
    bounds: Bounds,
    open: Vec<SessionKey>,
    /// The numbers of the mails that are to be there.
    mails: Vec<u64>,
    last_mail: u64,
}

impl Bench {
    fn new(bounds: Bounds) -> Self {
        Self {
            store: Store::new(bounds),
            bounds,
            open: Vec::new(),
            mails: Vec::new(),
            last_mail: 0,
        }
    }

    fn session(&self, place: usize) -> Option<SessionKey> {
        self.open.get(place).copied()
    }

    fn act(&mut self, act: &Act) {
        let newest = self.newest();
        self.do_it(act);
        if !matches!(act, Act::Deliver(..) | Act::Take(_) | Act::Clear(..)) {
            assert_eq!(
                self.newest(),
                newest,
                "what is no mail drops no newest mail"
            );
        }
    }

    fn do_it(&mut self, act: &Act) {
        match *act {
            Act::Open => {
                if self.open.len() < 4 {
                    let peer = ([127, 0, 0, 1], 1).into();
                    self.open.push(self.store.open_session(peer));
                }
            }
            Act::Say(place, octets) => {
                let Some(key) = self.session(place) else {
                    return;
                };
                let said = Said::command(&vec![b'x'; octets]);
                let answer = Answer::Reply(Reply::fixed(250, (2, 0, 0), "OK"));
                self.store.record(key, Fact::Exchange { said, answer });
            }
            Act::Deliver(place, octets, is_discarded) => {
                let Some(key) = self.session(place) else {
                    return;
                };
                if !self
                    .store
                    .has_room_for_mail(Mail::size_with(&envelope(), octets))
                {
                    return;
                }
                self.last_mail += 1;
                if !is_discarded {
                    self.mails.push(self.last_mail);
                }
                let accepted = Fact::Accepted {
                    envelope: envelope(),
                    content: vec![b'x'; octets],
                    is_discarded,
                };
                self.store.record(key, accepted);
                let newest = self.newest();
                assert_eq!(newest, Some(self.last_mail), "the newest is always kept");
            }
            Act::Reject(place, octets) => {
                let Some(key) = self.session(place) else {
                    return;
                };
                let rejected = Rejected {
                    envelope: Some(envelope()),
                    content: Some(vec![b'x'; octets]),
                    ..Rejected::at(Stage::EndOfData, Cause::Limit, Said::Nothing)
                };
                self.store.record(key, Fact::Rejected(Box::new(rejected)));
            }
            Act::Close(place) => {
                if place < self.open.len() {
                    let key = self.open.remove(place);
                    self.store.record(key, Fact::Closed(SessionEnd::Quit));
                }
            }
            Act::Take(n) => {
                let taken = self.store.take_mails(|mail| mail.id() % n == 0);
                assert!(taken.iter().all(|mail| mail.id() % n == 0));
                self.mails.retain(|id| id % n != 0);
            }
            Act::Clear(n, forgets_sessions) => {
                let is_gone = |id: u64| id.is_multiple_of(n);
                self.store.clear(
                    |mail| is_gone(mail.id()),
                    |rejection| is_gone(rejection.id()),
                    forgets_sessions,
                );
                self.mails.retain(|id| !is_gone(*id));
            }
        }
    }

    fn newest(&self) -> Option<u64> {
        let received = self.store.received();
        let mails = received.mails.iter().chain(&received.discarded);
        mails.map(Mail::id).max()
    }

    fn check(&self) {
        let received = self.store.received();
        let mails = received.mails.iter().chain(&received.discarded);
        let mail_octets: usize = mails.clone().map(Mail::size).sum();
        let rejections: usize = received.rejections.iter().map(Rejection::size).sum();
        let sessions = || received.sessions.iter();
        let open = || sessions().filter(|session| session.is_open());
        let open_octets: usize = open().map(Session::size).sum();
        let (octets, counted_open) = self.store.octets();
        let all = mail_octets + rejections + sessions().map(Session::size).sum::<usize>();
        assert_eq!((octets, counted_open), (all, open_octets));
        assert!(mails.count() <= self.bounds.mails);
        assert_eq!(open().count(), self.open.len(), "open sessions stay");

        let ids: Vec<_> = received.mails.iter().map(Mail::id).collect();
        if self.bounds.drops_oldest {
            // What is gone is the oldest, and counted.
            let gone = self.mails.len() - ids.len();
            assert_eq!(ids, self.mails[gone..]);
            // An exchange may go beyond the bound, as may the sessions themselves.
            let slack = 2_000 + open_octets;
            assert!(octets <= self.bounds.octets + slack);
        } else {
            assert_eq!(ids, self.mails);
            assert_eq!(self.store.dropped_mails(), 0);
            assert!(octets <= self.bounds.octets + 2_000 + open_octets);
        }
    }
}

fn envelope() -> Envelope {
    let client = Client {
        peer: ([127, 0, 0, 1], 1).into(),
        hello: None,
        identity: None,
        tls: None,
    };
    Envelope::new(ReversePath::null(), Arc::new(client))
}

proptest! {
    #[test]
    fn what_is_counted_is_what_is_stored(
        acts in prop::collection::vec(act(), 1..120),
        octets in 3_000..20_000_usize,
        mails in prop_oneof![Just(usize::MAX), 1..8_usize],
        drops_oldest in any::<bool>(),
    ) {
        let bounds = Bounds { octets, mails, drops_oldest };
        let mut bench = Bench::new(bounds);
        for act in &acts {
            bench.act(act);
            bench.check();
        }
    }
}
