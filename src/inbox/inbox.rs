//! A view of what a server has received, with all that can be asked of it.

use std::fmt;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

use super::view::View;
use super::wait::Waiting;
use crate::mail::{Lint, Mail, MailMatcher, Snapshot};
use crate::received::Received;
use crate::rejection::Rejection;
use crate::session::Session;
use crate::smtp::Login;
use crate::store::{Mark, Store};

/// What a server has received: all of it, one tenant's part, or what came since a mark. Cheap to clone.
///
/// A [`MailServer`](crate::MailServer) can be asked all that an inbox can: it is the one of all mails. Others
/// are narrower, for servers that several tests or tenants share:
///
/// ```
/// # use lettre::{Message, SmtpTransport, Transport};
/// use mailmock::{MailServer, a_mail, domain};
///
/// let server = MailServer::start();
/// let tenant = server.inbox(a_mail().sent_to(domain("tenant7.example")));
/// let mark = server.mark();
/// # let mail = Message::builder().from("app@example.org".parse()?).to("ada@tenant8.example".parse()?).body(String::new())?;
/// # SmtpTransport::from_url(&server.url())?.build().send(&mail)?;
/// // … the application sends a mail to tenant 8 …
/// tenant.assert_no_mail();
/// server.since(mark).assert_mail_count(1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Inbox {
    pub(crate) waiting: Waiting,
    pub(super) view: View,
}

/// What is in it.
impl Inbox {
    /// The accepted mails, in the order of acceptance.
    pub fn mails(&self) -> Vec<Mail> {
        let mut mails = self.store().mails_after(self.view.last_id_before());
        mails.retain(|mail| self.view.has_mail(mail));
        mails
    }

    /// The sessions, those that are open too, in the order of their connections. In a narrower inbox:
    /// those in which something of it was delivered or refused.
    pub fn sessions(&self) -> Vec<Session> {
        if self.view.is_all() {
            return self.store().sessions();
        }
        self.received().sessions
    }

    /// The credentials that were presented, accepted or not: session by session, in the order of the
    /// connections.
    pub fn logins(&self) -> Vec<Login> {
        let sessions = self.sessions();
        sessions
            .iter()
            .flat_map(|session| session.logins().to_vec())
            .collect()
    }

    /// What was refused or aborted, in the order it happened, as far as the store had
    /// [room](crate::MailServerBuilder::max_stored) for it. In a narrower inbox: what concerned a
    /// transaction with an envelope, and content as far as it had come, that belongs there.
    pub fn rejections(&self) -> Vec<Rejection> {
        let mut rejections = self.store().rejections();
        rejections.retain(|rejection| self.view.has_rejection(rejection));
        rejections
    }

    /// Mails that a [rule](crate::RuleBuilder::accept_and_discard) had accepted and lost, in the order of
    /// acceptance.
    pub fn discarded_mails(&self) -> Vec<Mail> {
        self.received().discarded
    }

    /// The mails like that, oldest first.
    pub fn find(&self, mail: MailMatcher) -> Vec<Mail> {
        let mut mails = self.mails();
        mails.retain(|found| mail.is_match(found));
        mails
    }

    /// The oldest mail like that.
    pub fn first(&self, mail: MailMatcher) -> Option<Mail> {
        self.mails().into_iter().find(|found| mail.is_match(found))
    }

    /// The newest mail like that.
    pub fn last(&self, mail: MailMatcher) -> Option<Mail> {
        self.mails().into_iter().rfind(|found| mail.is_match(found))
    }

    /// How many mails are like that.
    pub fn count(&self, mail: MailMatcher) -> usize {
        self.find(mail).len()
    }

    /// Takes all mails out of the store, in one step: none is lost or taken twice. Sessions and
    /// rejections stay.
    pub fn take_mails(&self) -> Vec<Mail> {
        self.store().take_mails(|mail| self.view.has_mail(mail))
    }

    /// [Clears](Self::clear), and forgets which mails were expected.
    pub(crate) fn start_afresh(&self) {
        self.store().forget_expected_mails();
        self.store().wake_waiters();
        self.clear();
    }

    /// Forgets mails, rejections and closed sessions, in one step. Open sessions stay, with all that
    /// was said in them; numbers go on counting. A narrower inbox forgets its own mails and rejections,
    /// and no session.
    pub fn clear(&self) {
        let forgets_sessions = self.view.is_all();
        self.store().clear(
            |mail| self.view.has_mail(mail),
            |rejection| self.view.has_rejection(rejection),
            forgets_sessions,
        );
    }
}

/// To keep, and to compare with later runs.
impl Inbox {
    /// The mails as they are the same in each run, in the order of acceptance: see [`Snapshot`]. For mails
    /// that are sent in parallel there is [`unordered`](Snapshot::unordered).
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::of_all(self.mails())
    }

    /// Writes each mail to a file in that folder, which is made if need be: `1.eml`, `2.eml` and so on, by
    /// their [numbers](Mail::id).
    ///
    /// # Errors
    ///
    /// If a file or the folder cannot be written.
    pub fn save_all(&self, folder: impl AsRef<Path>) -> io::Result<()> {
        let folder = folder.as_ref();
        fs::create_dir_all(folder)?;
        for mail in self.mails() {
            mail.save(folder.join(format!("{}.eml", mail.id())))?;
        }
        Ok(())
    }
}

/// Findings.
impl Inbox {
    /// Looks where each mail departs from the standards, or from what its readers need: see [`Lint`]. A
    /// recipient in To or Cc who got a copy of his own, with the same Message-ID, has got one.
    pub fn lint(&self) -> Vec<Lint> {
        let all = self.store().mails();
        let id = |mail: &Mail| mail.message().message_id().map(str::to_owned);
        let siblings = |mail: &Mail| -> Vec<Mail> {
            let is_sibling =
                |m: &&Mail| m.id() == mail.id() || id(m).is_some() && id(m) == id(mail);
            all.iter().filter(is_sibling).cloned().collect()
        };
        let mails = self.mails();
        mails
            .iter()
            .map(|mail| Lint::of(mail, &siblings(mail)))
            .collect()
    }

    /// Nothing is to be found by [`lint`](Self::lint).
    ///
    /// # Panics
    ///
    /// If something is found. The text lists it.
    #[track_caller]
    pub fn assert_lint_clean(&self) {
        let lints: Vec<_> = self
            .lint()
            .into_iter()
            .filter(|lint| !lint.is_clean())
            .collect();
        let lines: Vec<_> = lints.iter().map(ToString::to_string).collect();
        if !lines.is_empty() {
            self.store().mark_told();
            panic!("{}", lines.join("\n"));
        }
    }
}

/// Narrower ones.
impl Inbox {
    /// The part with mails like that: a tenant's, a recipient's, a test's on a shared server.
    pub fn inbox(&self, mail: MailMatcher) -> Self {
        Self {
            waiting: self.waiting.clone(),
            view: self.view.clone().narrowed_to(mail),
        }
    }

    /// The part that came since a [mark](Self::mark): what this block has sent.
    pub fn since(&self, mark: Mark) -> Self {
        Self {
            waiting: self.waiting.clone(),
            view: self.view.clone().since(mark),
        }
    }

    /// Marks how much has come so far.
    pub fn mark(&self) -> Mark {
        self.store().mark()
    }
}

impl Inbox {
    /// The inbox of all.
    pub(crate) fn of_all(waiting: Waiting) -> Self {
        let view = View::default();
        Self { waiting, view }
    }

    pub(crate) fn store(&self) -> &Arc<Store> {
        &self.waiting.store
    }

    pub(super) fn received(&self) -> Received {
        self.view.of(self.store().received())
    }
}

impl fmt::Debug for Inbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Inbox({} mails{})",
            self.mails().len(),
            self.view.title()
        )
    }
}
