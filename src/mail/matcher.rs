//! What a mail is to be like: a conjunction of named conditions.

use std::fmt;
use std::sync::Arc;

use super::mail::Mail;
use super::pattern::{AddressPattern, TextPattern};
use crate::smtp::ForwardPath;

/// A mail of any kind; the methods of [`MailMatcher`] add conditions.
///
/// ```
/// use mailmock::{a_mail, contains, domain};
///
/// let reminder = a_mail().sent_to(domain("example.org")).subject(contains("Reminder"));
/// assert_eq!(
///     reminder.to_string(),
///     r#"a_mail().sent_to(domain("example.org")).subject(contains("Reminder"))"#
/// );
/// ```
pub fn a_mail() -> MailMatcher {
    MailMatcher(Vec::new())
}

/// Conditions that a mail is to meet, all of them; made by [`a_mail`].
///
/// `sent_from` and `sent_to` are about the envelope, `header_from` and `header_to` about the header.
#[derive(Clone)]
#[must_use = "it says what a mail is to be like, and looks at none"]
pub struct MailMatcher(Vec<Condition>);

#[derive(Clone)]
struct Condition {
    name: String,
    holds: Arc<dyn Fn(&Mail) -> bool + Send + Sync>,
}

impl MailMatcher {
    /// Whether the mail meets all conditions.
    pub fn is_match(&self, mail: &Mail) -> bool {
        self.0.iter().all(|condition| (condition.holds)(mail))
    }

    /// The reverse-path is like that; `""` is the null one.
    ///
    /// # Panics
    ///
    /// If it is a text that is no address.
    #[track_caller]
    pub fn sent_from(self, address: impl Into<AddressPattern>) -> Self {
        let address = address.into();
        address.check();
        self.with(format!("sent_from({address})"), move |mail| {
            address.is_match(mail.envelope().reverse_path().as_str())
        })
    }

    /// A recipient of the envelope is like that.
    ///
    /// # Panics
    ///
    /// If it is a text that is no address.
    #[track_caller]
    pub fn sent_to(self, address: impl Into<AddressPattern>) -> Self {
        let address = address.into();
        address.check();
        self.with(format!("sent_to({address})"), move |mail| {
            let mut paths = mail.envelope().forward_paths().iter();
            paths.any(|path: &ForwardPath| address.is_match(path.as_str()))
        })
    }

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

    /// The Subject is like that, decoded; `""` without one.
    pub fn subject(self, text: impl Into<TextPattern>) -> Self {
        let text = text.into();
        self.with(format!("subject({text})"), move |mail| {
            text.is_match(mail.message().subject())
        })
    }

    /// A header field of that name (in any case) has a value like that, unfolded and decoded.
    pub fn header(self, name: &str, value: impl Into<TextPattern>) -> Self {
        let (name, value) = (name.to_owned(), value.into());
        self.with(format!("header({name:?}, {value})"), move |mail| {
            let mut fields = mail.message().headers().all(&name);
            fields.any(|field| value.is_match(field.value()))
        })
    }

    /// The plain text is like that.
    pub fn text(self, text: impl Into<TextPattern>) -> Self {
        let text = text.into();
        self.with(format!("text({text})"), move |mail| {
            mail.message().text().is_some_and(|t| text.is_match(t))
        })
    }

    /// The HTML is like that.
    pub fn html(self, html: impl Into<TextPattern>) -> Self {
        let html = html.into();
        self.with(format!("html({html})"), move |mail| {
            mail.message().html().is_some_and(|h| html.is_match(h))
        })
    }

    /// A condition of your own, with the name that reports give it.
    pub fn satisfies(
        self,
        name: &str,
        condition: impl Fn(&Mail) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.with(format!("satisfies({name:?}, …)"), condition)
    }

    #[track_caller]
    fn header_address(self, field: &'static str, name: &str, address: AddressPattern) -> Self {
        address.check();
        self.with(format!("{name}({address})"), move |mail| {
            let addresses = mail.message().headers().addresses(field);
            let mut mailboxes = addresses.mailboxes();
            mailboxes.any(|mailbox| address.is_match(mailbox.address()))
        })
    }

    fn with(mut self, name: String, holds: impl Fn(&Mail) -> bool + Send + Sync + 'static) -> Self {
        let holds = Arc::new(holds);
        self.0.push(Condition { name, holds });
        self
    }
}

impl fmt::Display for MailMatcher {
    /// As it is written.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a_mail()")?;
        self.0.iter().try_for_each(|c| write!(f, ".{}", c.name))
    }
}

impl fmt::Debug for MailMatcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MailMatcher({self})")
    }
}
