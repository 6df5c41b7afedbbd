//! Which events a rule counts together.

use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};

use memchr::memmem;

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
                let message_id = event.mail().and_then(|mail| mail.message().message_id());
                match message_id.filter(|id| !id.is_empty()) {
                    Some(id) => Key::MessageId(id.into()),
                    None => Key::Content(event.mail().map_or(0, content_hash)),
                }
            }
        }
    }
}

/// The hash of a content, without the fields that another attempt may have otherwise.
fn content_hash(mail: &Mail) -> u64 {
    let mut hasher = DefaultHasher::new();
    let fields = mail.message().headers().iter();
    for field in fields.filter(|f| !matches_any(f.name(), &["Date", "Received"])) {
        (field.name(), field.raw_value()).hash(&mut hasher);
    }
    let raw = mail.message().raw();
    let body = memmem::find(raw, b"\r\n\r\n").map_or(raw, |i| &raw[i..]);
    body.hash(&mut hasher);
    hasher.finish()
}

fn matches_any(name: &str, names: &[&str]) -> bool {
    names.iter().any(|n| name.eq_ignore_ascii_case(n))
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
