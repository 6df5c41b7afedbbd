//! What a test asserts of what was received.

use super::inbox::Inbox;
use crate::error::AssertionError;
use crate::mail::{AddressPattern, Mail, MailMatcher, a_mail};
use crate::rejection_matcher::RejectionMatcher;
use crate::report::Scene;
use crate::session_matcher::SessionMatcher;
use crate::smtp::ForwardPath;
use crate::times::Times;

/// Assertions about mails. Each panics with a text that says what was expected, what came nearest and
/// what it lacks, and what else was received and refused.
impl Inbox {
    /// There is a mail like that.
    ///
    /// ```
    /// # use lettre::{Message, SmtpTransport, Transport};
    /// # let server = mailmock::MailServer::start();
    /// # let mail = Message::builder().from("app@example.org".parse()?).to("ada@example.org".parse()?).subject("Welcome").body(String::new())?;
    /// # SmtpTransport::from_url(&server.url())?.build().send(&mail)?;
    /// use mailmock::{a_mail, contains};
    ///
    /// server.assert_received(a_mail().sent_to("ada@example.org").subject(contains("Welcome")));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Panics
    ///
    /// If there is none.
    #[track_caller]
    pub fn assert_received(&self, mail: MailMatcher) {
        self.unwrap(self.try_assert_received(mail));
    }

    /// There is a mail like that.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub fn try_assert_received(&self, mail: MailMatcher) -> Result<(), AssertionError> {
        let is_there = self.last(mail.clone()).is_some();
        self.require(is_there, |scene| scene.none_like(&mail))
    }

    /// So many mails are like that: `2`, `1..`, `..=3`.
    ///
    /// # Panics
    ///
    /// If it is another number, or the range is empty.
    #[track_caller]
    pub fn assert_received_times(&self, times: impl Into<Times>, mail: MailMatcher) {
        self.unwrap(self.try_assert_received_times(times, mail));
    }

    /// So many mails are like that.
    ///
    /// # Errors
    ///
    /// If it is another number.
    ///
    /// # Panics
    ///
    /// If the range is empty.
    #[track_caller]
    pub fn try_assert_received_times(
        &self,
        times: impl Into<Times>,
        mail: MailMatcher,
    ) -> Result<(), AssertionError> {
        let (times, like) = (times.into(), self.find(mail.clone()));
        self.require(times.contains(like.len()), |scene| {
            scene.wrong_number_like(&mail, times, &like)
        })
    }

    /// No mail is like that.
    ///
    /// What the application sends in the background may come later: first wait for what is to come, or
    /// use [`assert_none_within`](Self::assert_none_within).
    ///
    /// # Panics
    ///
    /// If there is one.
    #[track_caller]
    pub fn assert_not_received(&self, mail: MailMatcher) {
        self.unwrap(self.try_assert_not_received(mail));
    }

    /// No mail is like that.
    ///
    /// # Errors
    ///
    /// If there is one.
    pub fn try_assert_not_received(&self, mail: MailMatcher) -> Result<(), AssertionError> {
        let like = self.find(mail.clone());
        self.require(like.is_empty(), |scene| scene.unwanted(&mail, &like))
    }

    /// There is no mail at all.
    ///
    /// # Panics
    ///
    /// If there is one.
    #[track_caller]
    pub fn assert_no_mail(&self) {
        self.unwrap(self.try_assert_no_mail());
    }

    /// There is no mail at all.
    ///
    /// # Errors
    ///
    /// If there is one.
    pub fn try_assert_no_mail(&self) -> Result<(), AssertionError> {
        self.require(self.mails().is_empty(), |scene| {
            scene.wrong_mail_count(0.into())
        })
    }

    /// No mail went to an address like that.
    ///
    /// # Panics
    ///
    /// If there is one, or the address is none.
    #[track_caller]
    pub fn assert_no_mail_to(&self, address: impl Into<AddressPattern>) {
        self.assert_not_received(a_mail().sent_to(address));
    }

    /// There are so many mails. A mail to three recipients is one.
    ///
    /// # Panics
    ///
    /// If it is another number, or the range is empty.
    #[track_caller]
    pub fn assert_mail_count(&self, times: impl Into<Times>) {
        let times = times.into();
        let count = self.mails().len();
        self.unwrap(self.require(times.contains(count), |scene| scene.wrong_mail_count(times)));
    }

    /// So many copies went out: a mail to three recipients counts three times.
    ///
    /// # Panics
    ///
    /// If it is another number, or the range is empty.
    #[track_caller]
    pub fn assert_recipient_count(&self, times: impl Into<Times>) {
        let times = times.into();
        let mails = self.mails();
        let count = mails
            .iter()
            .map(|mail| mail.envelope().forward_paths().len())
            .sum();
        self.unwrap(self.require(times.contains(count), |scene| {
            scene.wrong_recipient_count(times, count)
        }));
    }

    /// The one mail.
    ///
    /// # Panics
    ///
    /// If there is none, or more than one: the text says what there is.
    #[track_caller]
    pub fn only_mail(&self) -> Mail {
        self.unwrap(self.try_only_mail())
    }

    /// The one mail.
    ///
    /// # Errors
    ///
    /// If there is none, or more than one: the text says what there is.
    pub fn try_only_mail(&self) -> Result<Mail, AssertionError> {
        match self.mails().as_slice() {
            [mail] => Ok(mail.clone()),
            _ => Err(self.error(Scene::not_exactly_one)),
        }
    }

    /// The one mail that is like that; there may be others.
    ///
    /// # Panics
    ///
    /// If there is none, or more than one.
    #[track_caller]
    pub fn only(&self, mail: MailMatcher) -> Mail {
        self.unwrap(self.try_only(mail))
    }

    /// The one mail that is like that; there may be others.
    ///
    /// # Errors
    ///
    /// If there is none, or more than one.
    pub fn try_only(&self, mail: MailMatcher) -> Result<Mail, AssertionError> {
        let like = self.find(mail.clone());
        match like.as_slice() {
            [only] => Ok(only.clone()),
            _ => Err(self.error(|scene| scene.wrong_number_like(&mail, 1.into(), &like))),
        }
    }

    /// There are mails like these in that order; others may come between them.
    ///
    /// # Panics
    ///
    /// If one does not come behind those before it.
    #[track_caller]
    pub fn assert_in_order(&self, mails: impl IntoIterator<Item = MailMatcher>) {
        let received = self.mails();
        let mut rest = received.iter();
        let mut last = None;
        for wanted in mails {
            match rest.find(|mail| wanted.is_match(mail)) {
                Some(found) => last = Some(found),
                None => self.unwrap(Err(self.error(|scene| scene.wrong_order(&wanted, last)))),
            }
        }
    }

    /// Nobody got the same mail twice: one with the same Message-ID, or, but for Date, Received and
    /// Message-ID, the same content.
    ///
    /// # Panics
    ///
    /// If somebody did. The text names the recipients and the sessions.
    #[track_caller]
    pub fn assert_no_duplicates(&self) {
        let mails = self.mails();
        let identities: Vec<_> = mails.iter().map(Mail::identity).collect();
        let mut duplicates = Vec::new();
        for (i, second) in mails.iter().enumerate() {
            let is_same = |(id, content): (Option<&str>, u64)| {
                content == identities[i].1 || (id.is_some() && id == identities[i].0)
            };
            for first in (0..i)
                .filter(|j| is_same(identities[*j]))
                .map(|j| &mails[j])
            {
                let firsts = first.envelope().forward_paths();
                let has_both = |path: &&ForwardPath| firsts.iter().any(|p| *p == *path.as_str());
                let twice = second.envelope().forward_paths().iter().filter(has_both);
                let twice = twice.map(|path| path.as_str().to_owned());
                duplicates.extend(twice.map(|to| (first.clone(), second.clone(), to)));
            }
        }
        let is_unique = duplicates.is_empty();
        self.unwrap(self.require(is_unique, |scene| scene.duplicates(&duplicates)));
    }

    /// No mail tells its hidden recipients in a Bcc field.
    ///
    /// # Panics
    ///
    /// If one does.
    #[track_caller]
    pub fn assert_no_bcc_leak(&self) {
        let mut leaking = self.mails();
        leaking.retain(|mail| mail.recipients().is_bcc_leaked());
        self.unwrap(self.require(leaking.is_empty(), |scene| scene.bcc_leaks(&leaking)));
    }
}

/// Assertions about refusals and sessions.
impl Inbox {
    /// Something like that was refused, or came to nothing.
    ///
    /// ```
    /// # use lettre::{Message, SmtpTransport, Transport};
    /// # let server = mailmock::MailServer::start();
    /// # let mail = Message::builder().from("app@example.org".parse()?).to("gone@example.org".parse()?).body(String::new())?;
    /// # server.on(mailmock::Trigger::rcpt()).reply(mailmock::Reply::mailbox_unavailable());
    /// # SmtpTransport::from_url(&server.url())?.build().send(&mail).unwrap_err();
    /// use mailmock::a_rejection;
    ///
    /// server.assert_rejected(a_rejection().code(550).recipient("gone@example.org"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Panics
    ///
    /// If nothing was.
    #[track_caller]
    pub fn assert_rejected(&self, rejection: RejectionMatcher) {
        self.unwrap(self.try_assert_rejected(rejection));
    }

    /// Something like that was refused, or came to nothing.
    ///
    /// # Errors
    ///
    /// If nothing was.
    pub fn try_assert_rejected(&self, rejection: RejectionMatcher) -> Result<(), AssertionError> {
        let is_there = self
            .rejections()
            .iter()
            .any(|found| rejection.is_match(found));
        self.require(is_there, |scene| scene.none_rejected_like(&rejection))
    }

    /// Nothing like that was refused, or came to nothing.
    ///
    /// # Panics
    ///
    /// If something was.
    #[track_caller]
    pub fn assert_not_rejected(&self, rejection: RejectionMatcher) {
        let mut like = self.rejections();
        like.retain(|found| rejection.is_match(found));
        self.unwrap(self.require(like.is_empty(), |scene| {
            scene.unwanted_rejections(&rejection, &like)
        }));
    }

    /// There are sessions, and all are like that.
    ///
    /// # Panics
    ///
    /// If there is none, or one that is not.
    #[track_caller]
    pub fn assert_sessions(&self, session: SessionMatcher) {
        let sessions = self.sessions();
        let is_any = !sessions.is_empty();
        let others = sessions
            .into_iter()
            .filter(|found| !session.is_match(found));
        let others: Vec<_> = others.collect();
        self.unwrap(self.require(is_any && others.is_empty(), |scene| {
            scene.other_sessions(&session, &others)
        }));
    }
}

impl Inbox {
    fn require(
        &self,
        holds: bool,
        report: impl FnOnce(&Scene) -> String,
    ) -> Result<(), AssertionError> {
        if holds {
            return Ok(());
        }
        Err(self.error(report))
    }

    fn error(&self, report: impl FnOnce(&Scene) -> String) -> AssertionError {
        AssertionError::new(report(&self.scene()))
    }

    pub(super) fn scene(&self) -> Scene {
        Scene {
            received: self.received(),
            title: self.view.title(),
            mails_in_all: self.store().mails_after(0).len(),
        }
    }

    #[track_caller]
    fn unwrap<T>(&self, result: Result<T, AssertionError>) -> T {
        match result {
            Ok(value) => value,
            Err(error) => {
                self.store().mark_told();
                panic!("{error}")
            }
        }
    }
}
