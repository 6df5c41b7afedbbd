//! Conditions on the header of a mail.

use super::matcher::MailMatcher;
use super::pattern::{AddressPattern, TextPattern};
use crate::times::Times;

/// The header: what the reader sees.
impl MailMatcher {
    /// An author in From is like that.
    ///
    /// # Panics
    ///
    /// If it is a text that is no address.
    #[track_caller]
    pub fn header_from(self, address: impl Into<AddressPattern>) -> Self {
        self.header_address("From", "header_from", address.into())
    }

    /// An address in To is like that.
    ///
    /// # Panics
    ///
    /// If it is a text that is no address.
    #[track_caller]
    pub fn header_to(self, address: impl Into<AddressPattern>) -> Self {
        self.header_address("To", "header_to", address.into())
    }

    /// An address in Cc is like that.
    ///
    /// # Panics
    ///
    /// If it is a text that is no address.
    #[track_caller]
    pub fn header_cc(self, address: impl Into<AddressPattern>) -> Self {
        self.header_address("Cc", "header_cc", address.into())
    }

    /// An address in Reply-To is like that.
    ///
    /// # Panics
    ///
    /// If it is a text that is no address.
    #[track_caller]
    pub fn reply_to(self, address: impl Into<AddressPattern>) -> Self {
        self.header_address("Reply-To", "reply_to", address.into())
    }

    /// The address in Sender is like that.
    ///
    /// # Panics
    ///
    /// If it is a text that is no address.
    #[track_caller]
    pub fn sender(self, address: impl Into<AddressPattern>) -> Self {
        self.header_address("Sender", "sender", address.into())
    }

    /// The Subject is like that, decoded; `""` without one.
    pub fn subject(self, text: impl Into<TextPattern>) -> Self {
        let text = text.into();
        self.with(format!("subject({text})"), move |mail| {
            text.check(mail.message().subject())
        })
    }

    /// A header field of that name (in any case) has a value like that, unfolded and decoded.
    pub fn header(self, name: &str, value: impl Into<TextPattern>) -> Self {
        let (name, value) = (name.to_owned(), value.into());
        self.with(format!("header({name:?}, {value})"), move |mail| {
            let fields = mail.message().headers().all(&name);
            let values: Vec<&str> = fields.map(super::header::Header::value).collect();
            if values.iter().any(|v| value.is_match(v)) {
                return Ok(());
            }
            match values.as_slice() {
                [] => Err(format!("no {name}")),
                [only] => value.check(only),
                several => Err(format!("{several:?}")),
            }
        })
    }

    /// There is no header field of that name.
    pub fn no_header(self, name: &str) -> Self {
        let name = name.to_owned();
        self.with(format!("no_header({name:?})"), move |mail| {
            match mail.message().header(&name) {
                None => Ok(()),
                Some(value) => Err(format!("{value:?}")),
            }
        })
    }

    /// There are so many header fields of that name.
    ///
    /// # Panics
    ///
    /// If the range is empty.
    #[track_caller]
    pub fn header_count(self, name: &str, times: impl Into<Times>) -> Self {
        let (name, times) = (name.to_owned(), times.into());
        self.with(format!("header_count({name:?}, {times})"), move |mail| {
            let count = mail.message().headers().all(&name).count();
            times
                .contains(count)
                .then_some(())
                .ok_or_else(|| count.to_string())
        })
    }

    /// The Message-ID, without its angle brackets, is like that.
    pub fn message_id(self, id: impl Into<TextPattern>) -> Self {
        let id = id.into();
        self.with(format!("message_id({id})"), move |mail| {
            match mail.message().message_id() {
                Some(found) => id.check(found),
                None => Err("no Message-ID".to_owned()),
            }
        })
    }

    /// An id in In-Reply-To, without its angle brackets, is like that.
    pub fn in_reply_to(self, id: impl Into<TextPattern>) -> Self {
        let id = id.into();
        self.with(format!("in_reply_to({id})"), move |mail| {
            let value = mail.message().header("In-Reply-To");
            let value = value.ok_or_else(|| "no In-Reply-To".to_owned())?;
            let mut ids = value.split(|c: char| c.is_whitespace() || matches!(c, '<' | '>'));
            let is_match = ids.any(|found| !found.is_empty() && id.is_match(found));
            is_match.then_some(()).ok_or_else(|| format!("{value:?}"))
        })
    }

    /// It says that no person sent it: Auto-Submitted with another value than `no` (RFC 3834 §5).
    pub fn auto_submitted(self) -> Self {
        self.with("auto_submitted()".to_owned(), |mail| {
            let is_no = |value: &str| {
                let keyword = value.split(';').next().unwrap_or_default();
                keyword.trim().eq_ignore_ascii_case("no")
            };
            match mail.message().header("Auto-Submitted") {
                None => Err("no Auto-Submitted".to_owned()),
                Some(value) if is_no(value) => Err(format!("{value:?}")),
                Some(_) => Ok(()),
            }
        })
    }

    /// It says how to unsubscribe (RFC 2369); with `one_click` also by one request (RFC 8058).
    pub fn list_unsubscribe(self, one_click: bool) -> Self {
        self.with(
            format!("list_unsubscribe({one_click})"),
            move |mail| match mail.message().unsubscribe() {
                None => Err("no List-Unsubscribe".to_owned()),
                Some(way) if one_click && !way.is_one_click() => {
                    Err(format!("more than one click: {}", way.links().join(", ")))
                }
                Some(_) => Ok(()),
            },
        )
    }

    #[track_caller]
    fn header_address(self, field: &'static str, name: &str, address: AddressPattern) -> Self {
        address.check();
        self.with(format!("{name}({address})"), move |mail| {
            let list = mail.message().headers().addresses(field);
            if list
                .mailboxes()
                .any(|mailbox| address.is_match(mailbox.address()))
            {
                return Ok(());
            }
            Err(match mail.message().header(field) {
                Some(value) => format!("{field}: {value}"),
                None => format!("no {field}"),
            })
        })
    }
}
