//! What a test waits for.

use std::panic::Location;
use std::time::{Duration, Instant};

use super::inbox::Inbox;
use super::lookout::Lookout;
use super::wait::{Sight, TryWait, Wait};
use crate::mail::{Mail, MailMatcher, a_mail};
use crate::rejection::Rejection;
use crate::rejection_matcher::RejectionMatcher;
use crate::report::{self, Scene, WaitEnd};
use crate::session::Session;
use crate::session_matcher::SessionMatcher;

/// Waits. Each looks first at what is stored; `.await` it or call [`.blocking()`](Wait::blocking) in a plain
/// test. It panics when its time is over, and says what came nearest. The `try_` twins give an error.
impl Inbox {
    /// Waits for a mail like that, and gives the newest.
    ///
    /// ```
    /// # use lettre::{Message, SmtpTransport, Transport};
    /// # let server = mailmock::MailServer::start();
    /// # let mail = Message::builder().from("app@example.org".parse()?).to("ada@example.org".parse()?).subject("Reminder").body(String::new())?;
    /// # let transport = SmtpTransport::from_url(&server.url())?.build();
    /// # let sender = std::thread::spawn(move || transport.send(&mail).unwrap());
    /// use mailmock::{a_mail, contains};
    ///
    /// let mail = server.wait_for(a_mail().subject(contains("Reminder"))).blocking(); // or .await
    /// assert_eq!(mail.envelope().forward_paths(), ["ada@example.org"]);
    /// # sender.join().unwrap();
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Panics
    ///
    /// The wait panics if none comes in [time](Wait::timeout), or the server is dropped.
    #[track_caller]
    pub fn wait_for(&self, mail: MailMatcher) -> Wait<Mail> {
        Wait(self.try_wait_for(mail))
    }

    /// Waits as [`wait_for`](Self::wait_for) does, and gives an error in place of a panic.
    #[track_caller]
    pub fn try_wait_for(&self, mail: MailMatcher) -> TryWait<Mail> {
        let wanted = mail.clone();
        let mut lookout = Lookout::new(mail);
        self.until(
            move |inbox| lookout.newest(inbox),
            move |scene| scene.none_like(&wanted),
        )
    }

    /// Waits until at least so many mails are like that, and gives all of them, oldest first.
    ///
    /// # Panics
    ///
    /// The wait panics if they do not come in [time](Wait::timeout), or the server is dropped.
    #[track_caller]
    pub fn wait_for_times(&self, count: usize, mail: MailMatcher) -> Wait<Vec<Mail>> {
        Wait(self.try_wait_for_times(count, mail))
    }

    /// Waits as [`wait_for_times`](Self::wait_for_times) does, and gives an error in place of a panic.
    #[track_caller]
    pub fn try_wait_for_times(&self, count: usize, mail: MailMatcher) -> TryWait<Vec<Mail>> {
        self.times(Some(Location::caller()), count, mail)
    }

    /// Waits as [`try_wait_for_times`](Self::try_wait_for_times) does, for somebody whose line nobody knows.
    #[cfg(feature = "inspector")]
    pub(crate) fn times_for_request(&self, count: usize, mail: MailMatcher) -> TryWait<Vec<Mail>> {
        self.times(None, count, mail)
    }

    fn times(&self, line: Line, count: usize, mail: MailMatcher) -> TryWait<Vec<Mail>> {
        let wanted = mail.clone();
        let mut lookout = Lookout::new(mail);
        self.until_end(
            line,
            move |inbox, _| lookout.at_least(count, inbox).into(),
            move |scene| {
                scene.wrong_number_like(&wanted, (count..).into(), &scene.mails_like(&wanted))
            },
        )
    }

    /// Waits until there are at least so many mails, and gives all of them, oldest first. Mails that are
    /// stored already count.
    ///
    /// ```
    /// # use lettre::{Message, SmtpTransport, Transport};
    /// # let server = mailmock::MailServer::start();
    /// # let mail = Message::builder().from("app@example.org".parse()?).to("ada@example.org".parse()?).body(String::new())?;
    /// # let transport = SmtpTransport::from_url(&server.url())?.build();
    /// # let sender = std::thread::spawn(move || transport.send(&mail).unwrap());
    /// let mails = server.wait_for_mails(1).blocking();
    /// assert_eq!(mails[0].envelope().forward_paths(), ["ada@example.org"]);
    /// # sender.join().unwrap();
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Panics
    ///
    /// The wait panics if they do not come in [time](Wait::timeout), or the server is dropped.
    #[track_caller]
    pub fn wait_for_mails(&self, count: usize) -> Wait<Vec<Mail>> {
        Wait(self.try_wait_for_mails(count))
    }

    /// Waits as [`wait_for_mails`](Self::wait_for_mails) does, and gives an error in place of a panic.
    #[track_caller]
    pub fn try_wait_for_mails(&self, count: usize) -> TryWait<Vec<Mail>> {
        let location = Location::caller();
        let (inbox, explained) = (self.clone(), self.clone());
        let mut lookout = Lookout::new(a_mail());
        self.waiting.clone().until(
            move |_| lookout.at_least(count, &inbox),
            move |end, _| report::too_few_mails(count, end, location, &explained.scene()),
        )
    }

    /// Waits until at least so many copies went out, a mail to three recipients counting three times, and
    /// gives all mails, oldest first.
    ///
    /// # Panics
    ///
    /// The wait panics if they do not come in [time](Wait::timeout), or the server is dropped.
    #[track_caller]
    pub fn wait_for_recipients(&self, count: usize) -> Wait<Vec<Mail>> {
        Wait(self.try_wait_for_recipients(count))
    }

    /// Waits as [`wait_for_recipients`](Self::wait_for_recipients) does, and gives an error in place of a
    /// panic.
    #[track_caller]
    pub fn try_wait_for_recipients(&self, count: usize) -> TryWait<Vec<Mail>> {
        let copies = |mails: &[Mail]| -> usize {
            mails
                .iter()
                .map(|mail| mail.envelope().forward_paths().len())
                .sum()
        };
        self.until(
            move |inbox| Some(inbox.mails()).filter(|mails| copies(mails) >= count),
            move |scene| {
                scene.wrong_recipient_count((count..).into(), copies(&scene.received.mails))
            },
        )
    }

    /// Waits until something like that is refused, or comes to nothing, and gives the newest.
    ///
    /// A refusal is recorded before its reply is sent; a client that gives up in the midst of a
    /// transaction is noticed a moment later.
    ///
    /// # Panics
    ///
    /// The wait panics if that does not happen in [time](Wait::timeout), or the server is dropped.
    #[track_caller]
    pub fn wait_for_rejection(&self, rejection: RejectionMatcher) -> Wait<Rejection> {
        Wait(self.try_wait_for_rejection(rejection))
    }

    /// Waits as [`wait_for_rejection`](Self::wait_for_rejection) does, and gives an error in place of a
    /// panic.
    #[track_caller]
    pub fn try_wait_for_rejection(&self, rejection: RejectionMatcher) -> TryWait<Rejection> {
        let wanted = rejection.clone();
        self.until(
            move |inbox| {
                inbox
                    .rejections()
                    .into_iter()
                    .rfind(|r| rejection.is_match(r))
            },
            move |scene| scene.none_rejected_like(&wanted),
        )
    }

    /// Waits until a session is like that, such as [ended](SessionMatcher::ended), and gives the newest.
    ///
    /// # Panics
    ///
    /// The wait panics if none is in [time](Wait::timeout), or the server is dropped.
    #[track_caller]
    pub fn wait_for_session(&self, session: SessionMatcher) -> Wait<Session> {
        Wait(self.try_wait_for_session(session))
    }

    /// Waits as [`wait_for_session`](Self::wait_for_session) does, and gives an error in place of a panic.
    #[track_caller]
    pub fn try_wait_for_session(&self, session: SessionMatcher) -> TryWait<Session> {
        let wanted = session.clone();
        self.until(
            move |inbox| inbox.sessions().into_iter().rfind(|s| session.is_match(s)),
            move |scene| scene.no_session_like(&wanted),
        )
    }

    /// Waits for that long, and makes sure that no mail like that comes; it panics at once if one is
    /// there.
    ///
    /// # Panics
    ///
    /// The wait panics if there is one, or the server is dropped.
    #[track_caller]
    pub fn assert_none_within(&self, duration: Duration, mail: MailMatcher) -> Wait<()> {
        Wait(self.try_assert_none_within(duration, mail))
    }

    /// Waits as [`assert_none_within`](Self::assert_none_within) does, and gives an error in place of a
    /// panic.
    #[track_caller]
    pub fn try_assert_none_within(&self, duration: Duration, mail: MailMatcher) -> TryWait<()> {
        let wanted = mail.clone();
        let mut lookout = Lookout::new(mail);
        let wait = self.until_end(
            Some(Location::caller()),
            move |inbox, is_over| match lookout.newest(inbox) {
                Some(_) => Sight::Never,
                None if is_over => Sight::Found(()),
                None => Sight::NotYet,
            },
            move |scene| scene.unwanted(&wanted, &scene.mails_like(&wanted)),
        );
        wait.timeout(duration)
    }

    /// Waits until nothing is going on: no transaction, no AUTH, no reply or pause of a rule is in
    /// progress on the server, and nothing was recorded for 50 ms. Sessions that are open and idle, such as
    /// a pool keeps, do not count. For a longer or shorter quiet there is
    /// [`wait_until_idle_for`](Self::wait_until_idle_for).
    ///
    /// # Panics
    ///
    /// The wait panics if that is not so in [time](Wait::timeout), or the server is dropped.
    #[track_caller]
    pub fn wait_until_idle(&self) -> Wait<()> {
        self.wait_until_idle_for(Duration::from_millis(50))
    }

    /// Waits as [`wait_until_idle`](Self::wait_until_idle) does, with another time in which nothing is
    /// recorded.
    ///
    /// # Panics
    ///
    /// The wait panics if that is not so in [time](Wait::timeout), or the server is dropped.
    #[track_caller]
    pub fn wait_until_idle_for(&self, quiet: Duration) -> Wait<()> {
        Wait(self.try_wait_until_idle_for(quiet))
    }

    /// Waits as [`wait_until_idle_for`](Self::wait_until_idle_for) does, and gives an error in place of a
    /// panic.
    #[track_caller]
    pub fn try_wait_until_idle_for(&self, quiet: Duration) -> TryWait<()> {
        let mut last_change = (u64::MAX, Instant::now());
        let wait = self.until(
            move |inbox| {
                let store = inbox.store();
                let changes = store.changes();
                if changes != last_change.0 {
                    last_change = (changes, Instant::now());
                }
                (store.is_idle() && last_change.1.elapsed() >= quiet).then_some(())
            },
            |scene| scene.still_busy(),
        );
        wait.with_tick((quiet / 4).max(Duration::from_millis(1)))
    }

    #[track_caller]
    fn until<T: 'static>(
        &self,
        mut find: impl FnMut(&Self) -> Option<T> + Send + 'static,
        report: impl Fn(&Scene) -> String + Send + 'static,
    ) -> TryWait<T> {
        let line = Some(Location::caller());
        self.until_end(line, move |inbox, _| find(inbox).into(), report)
    }

    /// Waits with a look that knows whether the time is over.
    fn until_end<T: 'static>(
        &self,
        line: Line,
        mut look: impl FnMut(&Self, bool) -> Sight<T> + Send + 'static,
        report: impl Fn(&Scene) -> String + Send + 'static,
    ) -> TryWait<T> {
        let (inbox, explained) = (self.clone(), self.clone());
        self.waiting.clone().until_end(
            move |_, is_over| look(&inbox, is_over),
            move |end: WaitEnd, _| report::in_wait(end, line, &report(&explained.scene())),
        )
    }
}

/// Where a wait began, if that is known.
type Line = Option<&'static Location<'static>>;
