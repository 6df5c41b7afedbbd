//! The addresses of a header field (RFC 5322 §3.4).

use std::fmt;

use mailparse::{MailAddr, MailAddrList, SingleInfo};

use super::parse_error::ParseError;
use crate::smtp::is_same_mailbox;

/// The addresses of From, To, Cc and the like, in order.
///
/// ```
/// # use lettre::{Message, SmtpTransport, Transport};
/// # let server = mailmock::MailServer::start();
/// # let mail = Message::builder().from("Åsa <asa@example.org>".parse()?).to("ada@example.org".parse()?).body(String::new())?;
/// # SmtpTransport::from_url(&server.url())?.build().send(&mail)?;
/// let from = server.only_mail().message().from();
/// let author = from.mailboxes().next().unwrap();
/// assert_eq!((author.name(), author.address()), (Some("Åsa"), "asa@example.org"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AddressList {
    entries: Vec<HeaderAddress>,
    error: Option<ParseError>,
}

/// A mailbox, or a group such as `undisclosed-recipients:;`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HeaderAddress {
    /// A mailbox, perhaps with a display name.
    Mailbox(NamedMailbox),
    /// A named group, which may be empty.
    Group {
        /// Its display name.
        name: String,
        /// Its mailboxes.
        members: Vec<NamedMailbox>,
    },
}

/// An address with its display name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedMailbox {
    name: Option<String>,
    address: String,
}

impl NamedMailbox {
    /// The display name, decoded, if there is one.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The address.
    pub fn address(&self) -> &str {
        &self.address
    }
}

impl PartialEq<str> for NamedMailbox {
    /// Compares the address, as addresses are compared.
    fn eq(&self, other: &str) -> bool {
        is_same_mailbox(&self.address, other)
    }
}

impl PartialEq<&str> for NamedMailbox {
    /// Compares the address, as addresses are compared.
    fn eq(&self, other: &&str) -> bool {
        *self == **other
    }
}

impl fmt::Display for NamedMailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{name} <{}>", self.address),
            None => f.write_str(&self.address),
        }
    }
}

impl AddressList {
    /// The entries: mailboxes and groups.
    pub fn entries(&self) -> &[HeaderAddress] {
        &self.entries
    }

    /// All mailboxes, those within groups too.
    pub fn mailboxes(&self) -> impl Iterator<Item = &NamedMailbox> {
        self.entries.iter().flat_map(|entry| match entry {
            HeaderAddress::Mailbox(mailbox) => std::slice::from_ref(mailbox),
            HeaderAddress::Group { members, .. } => members,
        })
    }

    /// All addresses, those within groups too.
    pub fn addresses(&self) -> Vec<&str> {
        self.mailboxes().map(NamedMailbox::address).collect()
    }

    /// Whether an address is among them, compared as addresses are.
    pub fn contains(&self, address: &str) -> bool {
        self.mailboxes().any(|mailbox| mailbox == address)
    }

    /// Whether there is no entry; a group without members is one.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// What could not be read, if anything; the rest is in the list all the same.
    pub fn parse_error(&self) -> Option<&ParseError> {
        self.error.as_ref()
    }

    /// Adds the addresses of a field, whose value is given as it was sent and decoded.
    pub(super) fn read(&mut self, raw_value: &[u8], value: &str) {
        // mailparse reads addresses from a field, as encoded words must be told from plain text.
        let raw = [b"x: ", raw_value].concat();
        let parsed = mailparse::parse_header(&raw)
            .and_then(|(field, _)| mailparse::addrparse_header(&field));
        match parsed {
            Ok(parsed) => self.extend(parsed),
            Err(error) => {
                self.error.get_or_insert_with(|| ParseError::new(error));
                // One entry that cannot be read must not hide the others.
                for piece in split_at_commas(value) {
                    if let Ok(parsed) = mailparse::addrparse(piece) {
                        self.extend(parsed);
                    }
                }
            }
        }
    }

    fn extend(&mut self, parsed: MailAddrList) {
        let named = |single: SingleInfo| NamedMailbox {
            name: single.display_name,
            address: single.addr,
        };
        self.entries
            .extend(parsed.into_inner().into_iter().map(|entry| match entry {
                MailAddr::Single(single) => HeaderAddress::Mailbox(named(single)),
                MailAddr::Group(group) => HeaderAddress::Group {
                    name: group.group_name,
                    members: group.addrs.into_iter().map(named).collect(),
                },
            }));
    }
}

/// The pieces between commas outside quotes.
fn split_at_commas(text: &str) -> Vec<&str> {
    let (mut is_quoted, mut start) = (false, 0);
    let mut pieces = Vec::new();
    for (i, c) in text.char_indices() {
        match c {
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => {
                pieces.push(&text[start..i]);
                start = i + 1;
            }
            _ => {}
        }
    }
    pieces.push(&text[start..]);
    pieces
}

impl fmt::Display for AddressList {
    /// As in a header field, decoded.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, entry) in self.entries.iter().enumerate() {
            f.write_str(if i == 0 { "" } else { ", " })?;
            match entry {
                HeaderAddress::Mailbox(mailbox) => write!(f, "{mailbox}")?,
                HeaderAddress::Group { name, members } => {
                    let members: Vec<_> = members.iter().map(NamedMailbox::to_string).collect();
                    write!(f, "{name}:{};", members.join(", "))?;
                }
            }
        }
        Ok(())
    }
}
