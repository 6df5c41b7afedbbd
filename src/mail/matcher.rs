//! What a mail is to be like: a conjunction of named conditions.

use super::mail::Mail;
use crate::condition::{Conditions, matcher};

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
    MailMatcher(Conditions::none())
}

/// A mail that is not like that.
///
/// ```
/// use mailmock::{a_mail, domain, not};
///
/// let outside = not(a_mail().sent_to(domain("example.org")));
/// ```
pub fn not(mail: MailMatcher) -> MailMatcher {
    a_mail().with(format!("not({mail})"), move |found| {
        let is_match = mail.is_match(found);
        (!is_match).then_some(()).ok_or_else(|| "it is".to_owned())
    })
}

/// A mail that is like one of these.
pub fn any_of(mails: impl IntoIterator<Item = MailMatcher>) -> MailMatcher {
    let mails: Vec<_> = mails.into_iter().collect();
    a_mail().with(format!("any_of([{}])", joined(&mails)), move |found| {
        let misses = mails.iter().map(|mail| mail.check(found));
        let misses: Option<Vec<String>> = misses.map(Result::err).collect();
        misses.map_or(Ok(()), |misses| Err(misses.join("; ")))
    })
}

/// A mail that is like all of these.
pub fn all_of(mails: impl IntoIterator<Item = MailMatcher>) -> MailMatcher {
    let mails: Vec<_> = mails.into_iter().collect();
    a_mail().with(format!("all_of([{}])", joined(&mails)), move |found| {
        mails.iter().try_for_each(|mail| mail.check(found))
    })
}

fn joined(mails: &[MailMatcher]) -> String {
    let mails: Vec<_> = mails.iter().map(ToString::to_string).collect();
    mails.join(", ")
}

/// Conditions that a mail is to meet, all of them; made by [`a_mail`].
///
/// `sent_from` and `sent_to` are about the envelope, `header_from` and `header_to` about the header.
#[derive(Clone)]
#[must_use = "it says what a mail is to be like, and looks at none"]
pub struct MailMatcher(pub(crate) Conditions<Mail>);

matcher!(MailMatcher, Mail, "a_mail");
