//! The header section of a message or a part (RFC 5322 §2.2).

use std::fmt;

use super::address_list::AddressList;
use super::date::Date;

/// One header field.
#[derive(Clone, PartialEq, Eq)]
pub struct Header {
    name: Box<str>,
    value: Box<str>,
    raw_value: Box<[u8]>,
}

impl Header {
    /// The name as it was sent.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The value, unfolded (RFC 5322 §2.2.3), its encoded words decoded (RFC 2047).
    pub fn value(&self) -> &str {
        &self.value
    }

    /// The octets of the value as they were sent: folded and encoded, without the final line end.
    pub fn raw_value(&self) -> &[u8] {
        &self.raw_value
    }

    fn read(field: &mailparse::MailHeader<'_>) -> Self {
        Self {
            name: field.get_key().trim_end().into(),
            value: field.get_value().into(),
            raw_value: field.get_value_raw().into(),
        }
    }

    fn is_named(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }
}

impl fmt::Debug for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {:?}", self.name, self.value)
    }
}

/// The header fields of a message or a part, in the order sent. Names are matched in any case.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Headers(Vec<Header>);

impl Headers {
    /// All fields, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Header> {
        self.0.iter()
    }

    /// The number of fields.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no field.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The first field of that name.
    pub fn first(&self, name: &str) -> Option<&Header> {
        self.0.iter().find(|field| field.is_named(name))
    }

    /// All fields of that name, in order.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &Header> {
        self.0.iter().filter(move |field| field.is_named(name))
    }

    /// The addresses of all fields of that name, one list.
    pub fn addresses(&self, name: &str) -> AddressList {
        let mut list = AddressList::default();
        for field in self.all(name) {
            list.read(field.raw_value(), field.value());
        }
        list
    }

    /// The blocks of Resent fields, the most recent first, as each resender puts its own on top
    /// (RFC 5322 §3.6.6).
    pub fn resent(&self) -> Vec<ResentBlock> {
        let mut blocks: Vec<ResentBlock> = Vec::new();
        let mut is_within = false;
        for field in &self.0 {
            let is_resent = field
                .name
                .get(..7)
                .is_some_and(|n| n.eq_ignore_ascii_case("Resent-"));
            if !is_resent {
                // Trace fields stand between the blocks of several resenders.
                is_within = false;
                continue;
            }
            match blocks.last_mut() {
                Some(block) if is_within && block.0.first(&field.name).is_none() => {
                    block.0.0.push(field.clone());
                }
                _ => blocks.push(ResentBlock(Self(vec![field.clone()]))),
            }
            is_within = true;
        }
        blocks
    }

    pub(super) fn read(fields: &[mailparse::MailHeader<'_>]) -> Self {
        Self(fields.iter().map(Header::read).collect())
    }
}

impl<'a> IntoIterator for &'a Headers {
    type Item = &'a Header;
    type IntoIter = std::slice::Iter<'a, Header>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.0).finish()
    }
}

/// The Resent fields that one resending put on top of a message (RFC 5322 §3.6.6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResentBlock(Headers);

impl ResentBlock {
    /// The fields of the block.
    pub fn headers(&self) -> &Headers {
        &self.0
    }

    /// Resent-Date.
    pub fn date(&self) -> Option<Date> {
        Date::parse(self.0.first("Resent-Date")?.value())
    }

    /// Resent-From.
    pub fn from(&self) -> AddressList {
        self.0.addresses("Resent-From")
    }

    /// Resent-To.
    pub fn to(&self) -> AddressList {
        self.0.addresses("Resent-To")
    }

    /// Resent-Cc.
    pub fn cc(&self) -> AddressList {
        self.0.addresses("Resent-Cc")
    }

    /// Resent-Bcc.
    pub fn bcc(&self) -> AddressList {
        self.0.addresses("Resent-Bcc")
    }
}
