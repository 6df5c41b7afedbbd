//! What happens, for those who listen: events of `tracing`, with the feature of that name, and nothing
//! without it. It tells no secret and no content.

use std::fmt;
use std::net::SocketAddr;

use crate::mail::Mail;
use crate::rejection::Rejection;
use crate::smtp::SessionEnd;

/// What was recorded and is still to be told: who listens is anybody's code, and hears of it under no lock.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    #[cfg(feature = "tracing")]
    entries: Vec<Entry>,
}

#[derive(Debug)]
#[cfg_attr(
    not(feature = "tracing"),
    allow(dead_code, reason = "without the feature nobody reads it")
)]
enum Entry {
    Opened(u64, SocketAddr),
    Ended(u64, SessionEnd),
    Accepted(Mail, bool),
    Rejected(Rejection),
    Dropped(u64),
}

impl Journal {
    pub(crate) fn note_opened(&mut self, session: u64, peer: SocketAddr) {
        self.note(|| Entry::Opened(session, peer));
    }

    pub(crate) fn note_ended(&mut self, session: u64, end: SessionEnd) {
        self.note(|| Entry::Ended(session, end));
    }

    pub(crate) fn note_accepted(&mut self, mail: &Mail, is_discarded: bool) {
        self.note(|| Entry::Accepted(mail.clone(), is_discarded));
    }

    pub(crate) fn note_rejected(&mut self, rejection: &Rejection) {
        self.note(|| Entry::Rejected(rejection.clone()));
    }

    pub(crate) fn note_dropped(&mut self, mail: u64) {
        self.note(|| Entry::Dropped(mail));
    }
}

#[cfg(not(feature = "tracing"))]
impl Journal {
    pub(crate) fn tell(self) {}

    fn note(&mut self, _: impl FnOnce() -> Entry) {}
}

#[cfg(feature = "tracing")]
impl Journal {
    pub(crate) fn tell(self) {
        for entry in self.entries {
            entry.tell();
        }
    }

    fn note(&mut self, entry: impl FnOnce() -> Entry) {
        // The highest level that anybody listens at is known without asking them.
        if tracing::level_filters::LevelFilter::current() >= tracing::Level::WARN {
            self.entries.push(entry());
        }
    }
}

#[cfg(feature = "tracing")]
impl Entry {
    fn tell(self) {
        use tracing::{info, warn};

        match self {
            Self::Opened(session, peer) => info!(target: TARGET, session, %peer, "session opened"),
            Self::Ended(session, end) => info!(target: TARGET, session, %end, "session ended"),
            Self::Accepted(mail, is_discarded) => {
                let envelope = mail.envelope();
                let to = envelope.forward_paths().iter().map(|path| path.as_str());
                info!(
                    target: TARGET,
                    mail = mail.id(),
                    session = mail.session_id(),
                    from = envelope.reverse_path().as_str(),
                    to = ?to.collect::<Vec<_>>(),
                    octets = mail.message().size(),
                    "{}",
                    if is_discarded { "mail accepted and discarded" } else { "mail accepted" },
                );
            }
            Self::Rejected(rejection) => info!(
                target: TARGET,
                rejection = rejection.id(),
                session = rejection.session_id(),
                cause = %rejection.cause(),
                "{rejection}",
            ),
            Self::Dropped(mail) => {
                warn!(target: TARGET, mail, "mail dropped, as the store is full");
            }
        }
    }
}

/// A rule has decided something, or delayed it.
#[cfg_attr(
    not(feature = "tracing"),
    expect(unused_variables, reason = "without the feature nobody listens")
)]
pub(crate) fn tell_of_rule(rule: &dyn fmt::Display, session: u64) {
    #[cfg(feature = "tracing")]
    tracing::debug!(target: TARGET, session, %rule, "rule acted");
}

#[cfg(feature = "tracing")]
const TARGET: &str = "mailmock";
