//! What was received: envelope and message, read but never changed. No sockets, no store.

mod address_fault;
mod address_list;
mod codes;
mod content_conditions;
mod content_id;
mod date;
mod envelope_conditions;
mod finding;
mod header;
mod header_conditions;
mod html;
mod links;
mod lint;
mod lint_rules;
#[expect(
    clippy::module_inception,
    reason = "one noun per file, and this room's first noun is its name"
)]
mod mail;
mod matcher;
mod message;
mod node;
mod parse_error;
mod part;
mod pattern;
mod placeholders;
mod recipients;
mod snapshot;
mod text_diff;
mod value;

pub use address_list::{AddressList, HeaderAddress, NamedMailbox};
pub use date::Date;
pub use finding::{Finding, Severity};
pub use header::{Header, Headers, ResentBlock};
pub use links::{Image, Link, Unsubscribe};
pub use lint::Lint;
pub use mail::Mail;
pub use matcher::{MailMatcher, a_mail, all_of, any_of, not};
pub use message::Message;
pub use parse_error::ParseError;
pub use part::Part;
pub use pattern::{
    AddressPattern, TextPattern, contains, domain, ends_with, glob, in_order, matches, starts_with,
};
pub use recipients::Recipients;
pub use snapshot::Snapshot;

#[cfg(feature = "inspector")]
pub(crate) use address_fault::AddressFault;
#[cfg(feature = "inspector")]
pub(crate) use content_id::content_id_ranges;
pub(crate) use mail::WeakMail;
