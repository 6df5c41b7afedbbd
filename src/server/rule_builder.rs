//! How a test says what a rule is to be.

use std::fmt;
use std::panic::Location;
use std::time::Duration;

use super::mail_server::MailServer;
use super::rule::Rule;
use crate::rules::{Action, Frequency, RuleDraft, Scope, Trigger};
use crate::smtp::Reply;
#[cfg(feature = "tls")]
use crate::smtp::TlsFault;
use crate::times::Times;

impl MailServer {
    /// Begins a rule: what the server does when something happens. It is in force when its line ends
    /// with an action such as [`reply`](RuleBuilder::reply) or [`hang`](RuleBuilder::hang).
    ///
    /// The newest rule that matches an event and is due decides; one that is exhausted, or not due,
    /// lets the event fall through to older ones, and in the end to what the server does of itself. So a
    /// helper can set defaults and a test override them.
    ///
    /// ```
    /// use std::time::Duration;
    /// use mailmock::{MailServer, Reply, Trigger, domain};
    ///
    /// let server = MailServer::start();
    /// server.on(Trigger::end_of_data()).first(2).reply(Reply::try_again_later());
    /// server.on(Trigger::rcpt_to("gone@example.org")).reply(Reply::mailbox_unavailable());
    /// server.on(Trigger::rcpt_to(domain("slow.example"))).after(Duration::from_secs(3)).proceed();
    /// server.on(Trigger::connect()).nth(4).reset();
    /// ```
    #[track_caller]
    pub fn on(&self, trigger: Trigger) -> RuleBuilder<'_> {
        RuleBuilder {
            server: self,
            location: Location::caller(),
            draft: RuleDraft::new(Some(Location::caller()), trigger),
        }
    }
}

/// A rule in the making: how often, then what. Made by [`MailServer::on`].
///
/// # How often
///
/// At each event, unless one of [`first`](Self::first), [`nth`](Self::nth), [`every`](Self::every) and
/// [`after_first`](Self::after_first) says otherwise. Events are counted across sessions, so that a
/// retry on a new connection is the second one; [`per_session`](Self::per_session),
/// [`per_sender`](Self::per_sender), [`per_recipient`](Self::per_recipient) and
/// [`per_mail`](Self::per_mail) count them apart. What counts are the events that match the trigger and
/// that no newer rule has decided.
///
/// # What the client sees, and what is so
///
/// The session goes on as the reply that was really sent says: behind 2yz the command is done, behind
/// 4yz and 5yz it is not, and what came of it is in [`rejections`](crate::Inbox::rejections) with the
/// [rule's line](crate::Rejection::rule). Behind 421 the connection is closed (RFC 5321 §3.8). A refusal
/// in place of the greeting leaves the connection open, and all but QUIT is answered 503 (§3.1).
#[must_use = "there is no rule until its action is said, such as `.reply(..)` or `.hang()`"]
pub struct RuleBuilder<'a> {
    server: &'a MailServer,
    location: &'static Location<'static>,
    draft: RuleDraft,
}

/// How often.
impl RuleBuilder<'_> {
    /// Only at the first so many events.
    ///
    /// # Panics
    ///
    /// If it is 0, or another frequency was said before.
    #[track_caller]
    pub fn first(self, count: usize) -> Self {
        self.with(|draft| draft.set_frequency(Frequency::First(count)))
    }

    /// Only at the event of that number, 1 for the first.
    ///
    /// # Panics
    ///
    /// If it is 0, or another frequency was said before.
    #[track_caller]
    pub fn nth(self, number: usize) -> Self {
        self.with(|draft| draft.set_frequency(Frequency::Nth(number)))
    }

    /// At each event whose number can be divided by `step`: `every(3)` at the third, the sixth, …
    ///
    /// # Panics
    ///
    /// If it is 0, or another frequency was said before.
    #[track_caller]
    pub fn every(self, step: usize) -> Self {
        self.with(|draft| draft.set_frequency(Frequency::Every(step)))
    }

    /// Only behind the first so many events.
    ///
    /// # Panics
    ///
    /// If another frequency was said before.
    #[track_caller]
    pub fn after_first(self, count: usize) -> Self {
        self.with(|draft| draft.set_frequency(Frequency::AfterFirst(count)))
    }

    /// Counts the events of each session apart.
    ///
    /// # Panics
    ///
    /// If events are counted apart by something else.
    #[track_caller]
    pub fn per_session(self) -> Self {
        self.with(|draft| draft.set_scope(Scope::Session))
    }

    /// Counts the events of each reverse-path apart.
    ///
    /// # Panics
    ///
    /// If the trigger can be met before MAIL, or events are counted apart by something else.
    #[track_caller]
    pub fn per_sender(self) -> Self {
        self.with(|draft| draft.set_scope(Scope::Sender))
    }

    /// Counts the events of each recipient apart.
    ///
    /// # Panics
    ///
    /// If the trigger is not about RCPT, or events are counted apart by something else.
    #[track_caller]
    pub fn per_recipient(self) -> Self {
        self.with(|draft| draft.set_scope(Scope::Recipient))
    }

    /// Counts the attempts at each mail apart: mails are the same that have the same Message-ID, or,
    /// without one, the same content but for Date and Received. So `first(1)` fails the first attempt of
    /// each of ten jobs. An application that gives each attempt a Message-ID of its own sends another
    /// mail each time.
    ///
    /// # Panics
    ///
    /// If the trigger is not about the end of data, or events are counted apart by something else.
    #[track_caller]
    pub fn per_mail(self) -> Self {
        self.with(|draft| draft.set_scope(Scope::Mail))
    }

    /// Acts at an event only with that probability. It is drawn from the server's
    /// [seed](crate::MailServerBuilder::seed), the rule, the number of the session and the number of the
    /// event in it, so that the same test goes the same way each time, and what happens in one session
    /// changes nothing in another. Where clients connect at the same time, which of them gets which number
    /// is theirs to race for.
    ///
    /// # Panics
    ///
    /// If it is not within 0 to 1.
    #[track_caller]
    pub fn with_probability(self, probability: f64) -> Self {
        self.with(|draft| draft.set_probability(probability))
    }

    /// How often it is to act in all: `2`, `1..`, `..=3`. That is verified when the server is dropped, or
    /// by [`verify`](MailServer::verify); the text names this line. A server in a static is never dropped,
    /// and one that is dropped on another thread panics there: call `verify` at the end of the test.
    ///
    /// # Panics
    ///
    /// If the range is empty, or was said before.
    #[track_caller]
    pub fn expect(self, times: impl Into<Times>) -> Self {
        let (times, location) = (times.into(), Location::caller());
        self.with(|draft| draft.set_expected(times, location))
    }

    /// Waits that long on the server's clock before it acts, for as long as the rule exists; see
    /// [`advance_time`](MailServer::advance_time).
    ///
    /// At end of data a mail that will be accepted is stored before the pause: the client does not know
    /// yet, and may send it again (RFC 1047). In LMTP it is stored behind the pause, when it is known for
    /// whom.
    ///
    /// # Panics
    ///
    /// If a delay was said before.
    #[track_caller]
    pub fn after(self, delay: Duration) -> Self {
        self.with(|draft| draft.set_delay(delay))
    }
}

/// What it does. Each of these puts the rule in force, and panics if it could never act as often as was
/// [expected](Self::expect) of it.
impl RuleBuilder<'_> {
    /// Gives that reply. The session goes on as the reply says; behind 421 it is closed.
    #[track_caller]
    pub fn reply(self, reply: Reply) -> Rule {
        self.mount(Action::reply(reply))
    }

    /// Gives that reply, and closes the connection.
    #[track_caller]
    pub fn reply_then_disconnect(self, reply: Reply) -> Rule {
        self.mount(Action::reply_then_disconnect(reply))
    }

    /// Goes on as if there were no older rule, nor a policy of the builder: exceptions are made so.
    #[track_caller]
    pub fn proceed(self) -> Rule {
        self.mount(Action::proceed())
    }

    /// Lets older rules decide: to count events with [`expect`](Self::expect), or to be slow with
    /// [`after`](Self::after) and still refuse what is refused.
    #[track_caller]
    pub fn pass_on(self) -> Rule {
        self.mount(Action::pass_on())
    }

    /// Closes the connection without a reply: FIN. What the client still sends is drained for a while, so
    /// that it is no reset.
    #[track_caller]
    pub fn disconnect(self) -> Rule {
        self.mount(Action::disconnect())
    }

    /// Resets the connection without a reply: RST. At [`connect`](crate::Trigger::connect) it may reach a
    /// client that still connects, and whose connecting fails then; another one fails as it reads the greeting.
    #[track_caller]
    pub fn reset(self) -> Rule {
        self.mount(Action::reset())
    }

    /// Says nothing, until the client gives up. When the rule is [removed](Rule::remove), the command
    /// proceeds; a mail is stored only then.
    #[track_caller]
    pub fn hang(self) -> Rule {
        self.mount(Action::hang())
    }

    /// Accepts the mail and loses it: it is not among [`mails`](crate::Inbox::mails), but among the
    /// [`discarded_mails`](crate::Inbox::discarded_mails).
    ///
    /// # Panics
    ///
    /// If the trigger is not about the end of data.
    #[track_caller]
    pub fn accept_and_discard(self) -> Rule {
        self.mount(Action::accept_and_discard())
    }

    /// Accepts the mail and stores it, and closes the connection before the reply: the client does not
    /// know, and if it tries again there are two.
    ///
    /// # Panics
    ///
    /// If the trigger is not about the end of data.
    #[track_caller]
    pub fn accept_then_disconnect(self) -> Rule {
        self.mount(Action::accept_then_disconnect())
    }

    /// Closes the connection when more than so many octets of content have come. Content of no more is
    /// taken as ever.
    ///
    /// # Panics
    ///
    /// If the trigger is not [`data`](Trigger::data), or `command` with DATA or BDAT.
    #[track_caller]
    pub fn disconnect_after_bytes(self, octets: u64) -> Rule {
        self.mount(Action::disconnect_after_bytes(octets))
    }

    /// Takes the content in at so many octets a second. The system buffers what a client writes, a
    /// few MiB perhaps; a small mail is only answered late.
    ///
    /// # Panics
    ///
    /// If it is 0, or the trigger is not [`data`](Trigger::data), or `command` with DATA or BDAT.
    #[track_caller]
    pub fn throttle(self, octets_per_second: u32) -> Rule {
        self.mount(Action::throttle(octets_per_second))
    }

    /// Gives the server's own reply octet by octet, with that time behind each. Older rules are not asked.
    #[track_caller]
    pub fn drip(self, interval: Duration) -> Rule {
        self.mount(Action::drip(interval))
    }

    /// Sends these octets in place of a reply, whatever they are: no CRLF, a wrong code in a line of
    /// several, 10 kB, two replies in one. The session goes on by the code they begin with; without one
    /// the command is not done.
    #[track_caller]
    pub fn send_raw(self, octets: impl Into<Vec<u8>>) -> Rule {
        self.mount(Action::send_raw(octets))
    }

    /// Begins TLS as it should not be: with a certificate that is no good, with one version alone, or
    /// without a proper end. With the feature `tls`.
    ///
    /// # Panics
    ///
    /// If the trigger is not [`tls_handshake`](Trigger::tls_handshake).
    #[cfg(feature = "tls")]
    #[track_caller]
    pub fn tls_fault(self, fault: TlsFault) -> Rule {
        self.mount(Action::tls_fault(fault))
    }

    /// Does one after the other, one action an occurrence, and then nothing more.
    ///
    /// # Panics
    ///
    /// If there is no action, the trigger does not fit one of them, or the frequency does not let all of
    /// them happen.
    #[track_caller]
    pub fn in_turn(self, actions: impl IntoIterator<Item = Action>) -> Rule {
        let rule = fitting(self.draft.with_actions(actions));
        self.server.mount(self.location, rule)
    }

    /// Does that: for actions that are values, as in a table of cases.
    ///
    /// # Panics
    ///
    /// If the trigger does not fit it.
    #[track_caller]
    pub fn perform(self, action: Action) -> Rule {
        self.mount(action)
    }

    #[track_caller]
    fn mount(self, action: Action) -> Rule {
        let rule = fitting(self.draft.with_action(action));
        self.server.mount(self.location, rule)
    }

    #[track_caller]
    fn with(mut self, word: impl FnOnce(&mut RuleDraft) -> Result<(), String>) -> Self {
        fitting(word(&mut self.draft));
        self
    }
}

impl fmt::Debug for RuleBuilder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RuleBuilder")
            .field("trigger", self.draft.trigger())
            .finish_non_exhaustive()
    }
}

/// What fits; panics with the reason if it does not.
#[track_caller]
fn fitting<T>(fit: Result<T, String>) -> T {
    match fit {
        Ok(fit) => fit,
        Err(why) => panic!("{why}"),
    }
}
