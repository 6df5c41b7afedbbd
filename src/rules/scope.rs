//! Which events a rule counts together.

use std::fmt;

use super::event::Event;
use crate::mail::Mail;
use crate::smtp::{Mailbox, ReversePath};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Scope {
    #[default]
    Server,
    Session,
    Sender,
    Recipient,
    Mail,
}

/// What the events that are counted together have in common.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Key {
    Server,
    Session(u64),
    Sender(Option<Mailbox>),
    Recipient(Option<Mailbox>),
    MessageId(Box<str>),
    /// The hash of the content: keys stay, and should not keep all that was ever sent.
    Content(u64),
}

impl Scope {
    pub(super) fn key(self, event: &Event<'_>) -> Key {
        match self {
            Self::Server => Key::Server,
            Self::Session => Key::Session(event.session_id()),
            Self::Sender => Key::Sender(event.sender().and_then(ReversePath::mailbox).cloned()),
            Self::Recipient => Key::Recipient(event.mailbox().cloned()),
            Self::Mail => {
                let identity = event.mail().map(Mail::identity);
                match identity {
                    Some((Some(id), _)) => Key::MessageId(id.into()),
                    Some((None, content)) => Key::Content(content),
                    None => Key::Content(0),
                }
            }
        }
    }
}

impl fmt::Display for Scope {
    /// As it is written: `.per_session()`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Server => "",
            Self::Session => ".per_session()",
            Self::Sender => ".per_sender()",
            Self::Recipient => ".per_recipient()",
            Self::Mail => ".per_mail()",
        })
    }
}
