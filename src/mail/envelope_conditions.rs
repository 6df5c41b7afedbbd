//! Conditions on who sent a mail and who gets it.

use super::mail::Mail;
use super::matcher::MailMatcher;
use super::pattern::{AddressPattern, TextPattern};
use crate::smtp::{Envelope, is_same_mailbox};
use crate::times::Times;

/// The envelope: who really sent it, and who gets it.
impl MailMatcher {
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
            let reverse_path = mail.envelope().reverse_path();
            let is_match = address.is_match(reverse_path.as_str());
            is_match
                .then_some(())
                .ok_or_else(|| reverse_path.to_string())
        })
    }

    /// The reverse-path is `<>`: a bounce, or another mail that must not be answered (RFC 5321 §4.5.5).
    pub fn null_sender(self) -> Self {
        self.with("null_sender()".to_owned(), |mail| {
            let reverse_path = mail.envelope().reverse_path();
            let is_null = reverse_path.is_null();
            is_null
                .then_some(())
                .ok_or_else(|| reverse_path.to_string())
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
            let is_match = paths.any(|path| address.is_match(path.as_str()));
            is_match
                .then_some(())
                .ok_or_else(|| recipients(mail.envelope()))
        })
    }

    /// The recipients of the envelope are these and no others, in any order. Twice the same is as once.
    ///
    /// # Panics
    ///
    /// If one of them is no address.
    #[track_caller]
    pub fn sent_only_to<A: Into<String>>(self, addresses: impl IntoIterator<Item = A>) -> Self {
        let addresses: Vec<String> = addresses.into_iter().map(Into::into).collect();
        for address in &addresses {
            AddressPattern::from(address).check();
        }
        self.with(format!("sent_only_to({addresses:?})"), move |mail| {
            let paths = mail.envelope().forward_paths();
            let is_named = |path: &str| addresses.iter().any(|a| is_same_mailbox(a, path));
            let has = |address: &str| paths.iter().any(|path| *path == *address);
            let is_match = paths.iter().all(|path| is_named(path.as_str()))
                && addresses.iter().all(|a| has(a));
            is_match
                .then_some(())
                .ok_or_else(|| recipients(mail.envelope()))
        })
    }

    /// The envelope has so many recipients, with duplicates.
    ///
    /// # Panics
    ///
    /// If the range is empty.
    #[track_caller]
    pub fn recipient_count(self, times: impl Into<Times>) -> Self {
        let times = times.into();
        self.with(format!("recipient_count({times})"), move |mail| {
            let count = mail.envelope().forward_paths().len();
            times
                .contains(count)
                .then_some(())
                .ok_or_else(|| count.to_string())
        })
    }

    /// A recipient like that got a copy that the header does not announce.
    ///
    /// # Panics
    ///
    /// If it is a text that is no address.
    #[track_caller]
    pub fn blind_to(self, address: impl Into<AddressPattern>) -> Self {
        let address = address.into();
        address.check();
        self.with(format!("blind_to({address})"), move |mail| {
            let recipients = mail.recipients();
            let is_match = recipients.blind().iter().any(|a| address.is_match(a));
            is_match
                .then_some(())
                .ok_or_else(|| format!("blind: {:?}", recipients.blind()))
        })
    }

    /// It came over [TLS](crate::Envelope::is_tls).
    pub fn over_tls(self) -> Self {
        self.with("over_tls()".to_owned(), |mail| {
            let is_tls = mail.envelope().is_tls();
            is_tls.then_some(()).ok_or_else(|| "in clear".to_owned())
        })
    }

    /// The session was authenticated as such a user.
    pub fn authenticated_as(self, user: impl Into<TextPattern>) -> Self {
        let user = user.into();
        self.with(
            format!("authenticated_as({user})"),
            move |mail: &Mail| match mail.envelope().authenticated_as() {
                Some(identity) if user.is_match(identity) => Ok(()),
                Some(identity) => Err(format!("{identity:?}")),
                None => Err("not authenticated".to_owned()),
            },
        )
    }
}

fn recipients(envelope: &Envelope) -> String {
    let all = envelope.forward_paths();
    let paths: Vec<_> = all.iter().take(10).map(ToString::to_string).collect();
    match all.len() {
        0 => "nobody".to_owned(),
        count if count > 10 => format!("{} and {} more", paths.join(", "), count - 10),
        _ => paths.join(", "),
    }
}
