//! A fake SMTP server for integration tests.
//!
//! A test starts it inside its own process on a port that the system chooses, points the application
//! at it, and then asks: *what mail left my application, and to whom?* It speaks real SMTP over real
//! TCP, so it tests all of the application, whatever client library that uses.
//!
//! ```
//! use lettre::{Message, SmtpTransport, Transport};
//! use mailmock::MailServer;
//!
//! # mod app {
//! #     use lettre::{Message, SmtpTransport, Transport};
//! #     pub fn sign_up(url: &str, address: &str) {
//! #         let mail = Message::builder().from("app@example.org".parse().unwrap()).to(address.parse().unwrap())
//! #             .subject("Welcome").body("Hello!".to_owned()).unwrap();
//! #         SmtpTransport::from_url(url).unwrap().build().send(&mail).unwrap();
//! #     }
//! # }
//! // #[test]
//! fn welcome_mail_goes_out() {
//!     let server = MailServer::start();
//!     app::sign_up(&server.url(), "ada@example.org");
//!
//!     let mail = server.only_mail();
//!     assert_eq!(mail.envelope().forward_paths(), ["ada@example.org"]);
//!     assert_eq!(mail.message().subject(), "Welcome");
//!     assert_eq!(mail.message().text(), Some("Hello!"));
//! }
//! # welcome_mail_goes_out();
//! ```
//!
//! # Which kind of test?
//!
//! Any. The server has a thread and a runtime of its own: plain `#[test]` with a blocking client,
//! `#[tokio::test]` with an asynchronous client, and even a blocking client within a runtime of one
//! thread. Other executors and nextest are as good. Nothing has to be set up or torn down: dropping the
//! [`MailServer`] ends it.
//!
//! # No sleeps
//!
//! A mail is stored before the client reads that it was accepted. Once a blocking `send()` has
//! returned, [`Inbox::mails`] is complete, and so are the refusals. Where the application sends
//! in the background, wait for it:
//!
//! ```
//! # use std::sync::Arc;
//! # use lettre::{Message, SmtpTransport, Transport};
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! # let server = mailmock::MailServer::start();
//! # mod app { pub async fn queue_reminder(_: &str) {} }
//! app::queue_reminder(&server.url()).await;
//! let mails = server.wait_for_mails(1).await; // or .blocking() in a plain test
//! # Ok(()) }
//! ```
//!
//! It waits for 5 seconds at most, then panics and says what did arrive: [`Wait`]. What has no reply,
//! such as a client that breaks the connection, is recorded a moment later.
//!
//! In a test with a paused tokio clock the waits are not disturbed, but the *client* is: its time-outs
//! fire while it waits for its socket. Resume the clock while it sends.
//!
//! # Assertions that explain themselves
//!
//! ```
//! # use lettre::{Message, SmtpTransport, Transport};
//! # let server = mailmock::MailServer::start();
//! # let mail = Message::builder().from("app@example.org".parse()?).to("ada@example.org".parse()?).subject("Welcome")
//! #     .body("Hello".to_owned())?;
//! # SmtpTransport::from_url(&server.url())?.build().send(&mail)?;
//! use mailmock::{a_mail, contains, domain, not};
//!
//! server.assert_received(a_mail().sent_to("ada@example.org").subject(contains("Welcome")));
//! server.assert_not_received(a_mail().anywhere(contains("hunter2")));
//! server.only(a_mail().sent_to(domain("example.org"))).assert(not(a_mail().header("Bcc", contains("@"))));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`a_mail`], [`a_rejection`] and [`a_session`] are conjunctions of named conditions. The same one serves a
//! query ([`find`](Inbox::find)), an assertion ([`assert_received`](Inbox::assert_received)), a wait
//! ([`wait_for`](Inbox::wait_for)), a part of what was received ([`inbox`](Inbox::inbox)) and a rule
//! ([`Trigger::end_of_data_when`]). What fails says what came nearest:
//!
//! ```text
//! expected a mail like a_mail().sent_to("ada@example.org").subject("Welcome back"), but 2 were received, and none is like that
//!
//! closest: #1 <app@example.org> -> <ada@example.org>  "Welcome", 27 octets
//!   ok    sent_to("ada@example.org")
//!   FAIL  subject("Welcome back"): "Welcome"
//! ```
//!
//! and then all that was received, refused and aborted, and the sessions that are open. The
//! [`cookbook`] has whole tests: a reset link, a one-time code, an invoice, a newsletter, a shared server.
//!
//! # Snapshots
//!
//! [`Mail::snapshot`] and [`Inbox::snapshot`] show mails as they are the same in each run, with placeholders
//! for dates, ids and boundaries: for `insta::assert_snapshot!` and its YAML and JSON kin, in any version.
//! [`Session::transcript`] is text as well.
//!
//! # As its reader would
//!
//! [`Message::links`], [`codes`](Message::codes) for one-time codes, [`images`](Message::images) with those that
//! tell who opened the mail, [`text_from_html`](Message::text_from_html),
//! [`unsubscribe`](Message::unsubscribe). [`Mail::lint`] finds what standards forbid and what readers miss.
//!
//! # Envelope and header
//!
//! The envelope (MAIL and RCPT) says who gets a mail, the header (To, Cc) what the reader sees.
//! [`Mail::envelope`] and [`Mail::message`] keep them apart, and [`Mail::recipients`] compares them:
//! announced, blind, never sent, refused, and whether a Bcc field leaked.
//!
//! The content is what the client sent, octet for octet: [`Message::raw`]. It is parsed when it is
//! looked at: [`subject`](Message::subject), [`text`](Message::text), [`html`](Message::html),
//! [`attachments`](Message::attachments), headers, addresses, dates, the tree of [parts](Part).
//!
//! # What did not become a mail
//!
//! Refused commands and contents, and transactions that were begun and not completed, are in
//! [`Inbox::rejections`], with cause, reply, envelope and content. What was said in a connection
//! is in its [`Session`]: [`transcript`](Session::transcript), times, logins, TLS, how it ended, and
//! [remarks](Session::remarks) on where the client departed from the standard.
//!
//! # What it speaks
//!
//! RFC 5321 with PIPELINING, SIZE, 8BITMIME, SMTPUTF8, ENHANCEDSTATUSCODES, CHUNKING, BINARYMIME, DSN
//! and AUTH (PLAIN, LOGIN, XOAUTH2, OAUTHBEARER and, if asked for, CRAM-MD5; any credentials, unless some are
//! named), and with the feature `tls` STARTTLS and implicit TLS. [LMTP](MailServerBuilder::lmtp) has a reply for
//! each recipient. Each [`Extension`] can be
//! [switched off](MailServerBuilder::without_extension) to see how a client falls back. It forgives
//! what real servers forgive, and remarks on it; a [`strict`](MailServerBuilder::strict) one does not.
//!
//! # Secure submission
//!
//! With the feature `tls` the server offers STARTTLS or speaks TLS from the start, with a certificate that an
//! authority of the test's own process issues on the spot: nothing to generate, nothing to switch off in the
//! client. AUTH needs no feature.
//!
//! ```
//! # use lettre::{Message, SmtpTransport, Transport};
//! # #[cfg(feature = "tls")]
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let mail = Message::builder().from("app@example.org".parse()?).to("ada@example.org".parse()?).body(String::new())?;
//! use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
//! use mailmock::{MailServer, a_session};
//!
//! let server = MailServer::builder().starttls().credentials("app", "s3cret").require_auth().start();
//!
//! // The application under test: it needs the URL, and a certificate to trust.
//! let trusted = Certificate::from_pem(server.ca_certificate_pem().as_bytes())?;
//! let tls = TlsParameters::builder(server.host().to_owned()).add_root_certificate(trusted).build()?;
//! let app = SmtpTransport::from_url(&server.url_as("app"))?.tls(Tls::Required(tls)).build();
//! app.send(&mail)?;
//!
//! server.assert_sessions(a_session().used_tls().authenticated_as("app").no_plaintext_auth());
//! # Ok(()) }
//! # #[cfg(not(feature = "tls"))]
//! # fn main() {}
//! ```
//!
//! - On the builder: `starttls()`, `implicit_tls()`, `require_tls()`, `certificate_pem(..)` for one of your own,
//!   `require_client_certificate()` and its kin; [`credentials`](MailServerBuilder::credentials),
//!   [`oauth_token`](MailServerBuilder::oauth_token), [`authenticate_with`](MailServerBuilder::authenticate_with),
//!   [`auth_mechanisms`](MailServerBuilder::auth_mechanisms), [`require_auth`](MailServerBuilder::require_auth).
//! - [`MailServer::url_as`] carries user and password, and `smtps://…` or `?tls=required`, as lettre's `from_url`
//!   reads them. [`logins`](Inbox::logins) tells what was presented, refused or not; [`Session::tls`] version,
//!   cipher suite, SNI and the client's certificate; [`Session::exchanges_in_clear`] what was said before TLS.
//! - Passwords and tokens read `[secret]` in everything that is printed; [`Login::password`] and
//!   [`Login::token`] tell them.
//! - A handshake that fails has no reply: it is recorded a moment after the client knows, as a rejection with
//!   [`Cause::Tls`]. [Wait](Inbox::wait_for_rejection) for it.
//! - With TLS, AUTH is offered only over it, and what is presented in clear gets 538; `allow_plaintext_auth()`
//!   takes it. What a client sends in clear behind STARTTLS is never obeyed.
//!
//! # Bad weather
//!
//! How does the application cope when the mail server does not? A *rule* says when, how often, and what
//! then; it is in force when its line ends:
//!
//! ```
//! # use lettre::{Message, SmtpTransport, Transport};
//! # let mail = Message::builder().from("app@example.org".parse()?).to("ada@example.org".parse()?).body(String::new())?;
//! # struct App(SmtpTransport);
//! # impl App { fn send_with_retries(&self, mail: &Message) { while self.0.send(mail).is_err() {} } }
//! use mailmock::{MailServer, Reply, Trigger};
//!
//! let server = MailServer::start();
//! # let app = App(SmtpTransport::from_url(&server.url())?.build());
//! let busy = server.on(Trigger::end_of_data()).first(2).reply(Reply::try_again_later());
//! server.on(Trigger::rcpt_to("gone@example.org")).expect(0).reply(Reply::mailbox_unavailable());
//!
//! app.send_with_retries(&mail);
//! assert_eq!(busy.hits(), 2);
//! server.only_mail();
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! - [`Trigger`] lists all the places at which a rule can act; addresses are given as they are, or as
//!   [`domain`], [`glob`], [`matches`](fn@matches) or a closure, mails as [`a_mail`].
//! - [`RuleBuilder`] has how often ([`first`](RuleBuilder::first), [`every`](RuleBuilder::every),
//!   [`per_mail`](RuleBuilder::per_mail), [`with_probability`](RuleBuilder::with_probability), …) and what
//!   ([`reply`](RuleBuilder::reply), [`hang`](RuleBuilder::hang), [`reset`](RuleBuilder::reset),
//!   [`drip`](RuleBuilder::drip), …). [`Reply`] has the standard's replies by name.
//! - [`Rule`] is the handle: [`hits`](Rule::hits), [`wait_for_hits`](Rule::wait_for_hits),
//!   [`remove`](Rule::remove). The newest rule that is due decides; [`proceed`](RuleBuilder::proceed) makes
//!   exceptions, [`pass_on`](RuleBuilder::pass_on) only counts or delays.
//! - [`expect`](RuleBuilder::expect) says how often a rule is to act: verified when the server is dropped.
//! - [`MailServer::advance_time`] moves the server's clock: "try again in ten minutes" takes no time.
//! - Nothing is left to chance: what is random draws from a [seed](MailServerBuilder::seed).
//!
//! What a rule refused is in [`Inbox::rejections`], with the [line](Rejection::rule) of the rule.
//!
//! | Outage | What to write |
//! |---|---|
//! | connection refused | `server.go_down()`, then `server.come_back()` on the same port |
//! | silent after connect | `server.on(Trigger::connect()).hang()` |
//! | connection reset | `server.on(Trigger::connect()).reset()`, or `.disconnect()` for a close |
//! | "busy" greeting | `server.on(Trigger::connect()).reply(Reply::service_not_available())` (421) |
//! | "not for you" greeting | `server.on(Trigger::connect()).reply(Reply::no_smtp_service())` (554) |
//! | pooled session gone stale | `server.advance_time(Duration::from_secs(600))`: 421 while it is idle, which a pool that probes notices; `server.on(Trigger::mail()).nth(2).per_session().reply(Reply::service_not_available())`: 421 at the second mail |
//! | sender's host unknown | `server.on(Trigger::mail()).reply(Reply::new(550, "Unknown host").enhanced("5.1.8"))` |
//! | STARTTLS not available | `server.on(Trigger::starttls()).reply(Reply::tls_not_available())`; without the feature `tls`, with `MailServer::builder().with_extension(Extension::custom("STARTTLS"))` |
//! | STARTTLS taken out on the way | `MailServer::builder().strip_starttls()` |
//! | certificate expired, not yet valid, for another host, of an unknown authority, self-signed | `server.on(Trigger::tls_handshake()).tls_fault(TlsFault::Expired)`, `NotYetValid`, `WrongHost`, `UnknownCa`, `SelfSigned` |
//! | one version of TLS alone | `server.on(Trigger::tls_handshake()).tls_fault(TlsFault::OnlyTls12)`, `OnlyTls13` |
//! | handshake broken off, stalled, answered with garbage | `server.on(Trigger::tls_handshake()).disconnect()`, `.hang()`, `.send_raw("garbage")` |
//! | connection cut without `close_notify` | `server.on(Trigger::tls_handshake()).tls_fault(TlsFault::NoCloseNotify)` |
//! | wrong password | `MailServer::builder().credentials("app", "right")`, or `server.on(Trigger::auth()).first(1).reply(Reply::credentials_invalid())` |
//! | access token expired | `MailServer::builder().oauth_token("app", "fresh")`, or the rule above: the first attempt fails, the next one passes |
//! | slow | `server.on(Trigger::rcpt()).after(Duration::from_secs(3)).pass_on()`; `.drip(..)`, `.throttle(..)` |
//! | never answers | `server.on(Trigger::data()).hang()` |
//! | drop in the midst of the content | `server.on(Trigger::data()).disconnect_after_bytes(20)` |
//! | drop behind the final dot: duplicates | `server.on(Trigger::end_of_data()).first(1).accept_then_disconnect()` |
//! | accepted and lost | `server.on(Trigger::end_of_data()).accept_and_discard()` |
//! | greylisting | `server.greylist(Duration::from_secs(600))` |
//! | one recipient of three refused | `server.on(Trigger::rcpt_to("gone@example.org")).reply(Reply::mailbox_unavailable())` |
//! | mailbox full | `server.on(Trigger::rcpt_to("ada@example.org")).reply(Reply::mailbox_full())` |
//! | refused as spam | `server.on(Trigger::end_of_data_when(a_mail().subject(contains("win")))).reply(Reply::rejected_by_policy())` |
//! | rate limited | `server.rate_limit(RateLimit::new(10, Duration::from_secs(60)))`; `server.max_mails_per_session(2)` |
//! | replies that are none | `server.on(Trigger::mail()).send_raw("250-half of a reply\r\n")` |
//! | unknown users, no relaying | `MailServer::builder().local_domain("example.org").mailbox("ada@example.org")` |
//! | the address decides | `MailServer::builder().magic_recipients()`, then mail to `bounce-550@example.org` |
//!
//! What clients make of it differs. lettre gives up a mail at the first recipient that is refused, so that
//! there are two rejections: the refusal, and the [aborted](Rejection::is_aborted) transaction of those before.
//! It cannot read why XOAUTH2 is refused, and reports a client error in place of the 535; of TLS it reports a
//! network error that says why, and nothing that a program could ask for. Its blocking transport reports a
//! time-out on Linux as "temporarily unavailable", not as `is_timeout()`; its asynchronous one waits for a
//! reply without end: put `tokio::time::timeout` around a send that meets `hang()`.
//!
//! # A window
//!
//! With the feature `inspector`, `MailServer::builder().inspector()` opens a page and a JSON API over HTTP on a
//! port of its own, and `server.inspector_url()` says where. The page shows mails as they come, with their
//! HTML, text, parts, header, octets, recipients, links, lint and transcript; the sessions, what was refused,
//! and the rules, which can be added to; and it can be searched. The API has mails with the conditions of
//! [`a_mail`] as parameters, their pieces, sessions, rejections, logins, events, and a `wait` that answers with
//! the report of a test. Rules are seen, added and removed there, as JSON in the words of [`Trigger`] and
//! [`Action`]: see `RuleSpec`. For test suites in other languages, and for a look at what a test is doing:
//! `server.park()` prints the page's address and waits until you have looked, and `builder().park_on_failure()`
//! does so when an assertion fails, but not in CI.
//!
//! It listens on the loopback interface alone, is not to be reached by another name, and lets no other page
//! look at anything or change it. `builder().inspector_address(..)` has it listen elsewhere, and then it needs a
//! token: `inspector_token(..)`, shown as `Authorization: Bearer …`, as the password of Basic, or by opening
//! `/?token=…` in a browser.
//!
//! What a test suite has for Mailpit, such as `cypress-mailpit` or `mailpit-api`, works with
//! `builder().mailpit_api()`, which says what is there and what is missing.
//!
//! # Without Rust
//!
//! `cargo install mailmock --features cli` gives the same server as a program: `mailmock` takes mail on port 1025 and
//! shows it on port 8025, as the inspector of a server in a test does; `mailmock wait` tells a shell script by its
//! exit code whether a mail has come. Flags are named as what they stand for here; `mailmock --help` lists them. It
//! lives long, so that it [drops the oldest](MailServerBuilder::drop_oldest) when it is full.
//!
//! # What happens, as it happens
//!
//! With the feature `tracing` the server tells of sessions, mails and rejections (at INFO), of rules that act (DEBUG)
//! and of mails that it drops (WARN), as events of [`tracing`](https://docs.rs/tracing) with the target `mailmock`.
//! It tells no secret and no content.
//!
//! # One server for many tests
//!
//! A server takes a fraction of a millisecond to start, so that each test is best off with its own. Tests
//! that must share one, such as in a static, take turns, with a lock of theirs:
//! [`reset`](MailServer::reset) at the start forgets what the one before has left,
//! [`verify`](MailServer::verify) at the end does what dropping would.
//!
//! # Coming from elsewhere
//!
//! | There | Here |
//! |---|---|
//! | Django `mail.outbox`, `len(mail.outbox)` | [`mails()`](Inbox::mails), [`assert_mail_count(n)`](Inbox::assert_mail_count) |
//! | Rails `assert_emails n { … }`, `assert_no_emails` | `server.since(mark).assert_mail_count(n)` with [`mark()`](Inbox::mark), [`assert_no_mail()`](Inbox::assert_no_mail) |
//! | Rails `last_delivered_mail` | [`last(a_mail())`](Inbox::last) |
//! | email-spec `deliver_to`, `have_subject`, `have_body_text`, `open_last_email_for`, `links_in_email` | [`sent_to`](MailMatcher::sent_to), [`subject`](MailMatcher::subject), [`text`](MailMatcher::text), [`last`](Inbox::last), [`links`](Message::links) |
//! | Laravel `assertSent`, `assertSentTimes`, `assertNotSent`, `assertNothingSent`, `assertSentCount` | [`assert_received`](Inbox::assert_received), [`assert_received_times`](Inbox::assert_received_times), [`assert_not_received`](Inbox::assert_not_received), [`assert_no_mail`](Inbox::assert_no_mail), [`assert_mail_count`](Inbox::assert_mail_count) |
//! | Laravel `assertHasTo`, `assertSeeInHtml`, `assertSeeInOrderInText`, `assertHasAttachedData` | [`header_to`](MailMatcher::header_to), [`html`](MailMatcher::html), [`text`](MailMatcher::text)`(`[`in_order`]`(..))`, [`attachment_with`](MailMatcher::attachment_with) |
//! | Symfony `assertEmailCount`, `assertEmailHeaderSame`, `assertEmailHtmlBodyContains`, `assertEmailAttachmentCount` | [`assert_mail_count`](Inbox::assert_mail_count), [`header`](MailMatcher::header), [`html`](MailMatcher::html), [`attachment_count`](MailMatcher::attachment_count) |
//! | `Swoosh` `assert_email_sent`, `refute_email_sent`, `CakePHP` `assertMailSentTo` | [`assert_received`](Inbox::assert_received), [`assert_not_received`](Inbox::assert_not_received), [`sent_to`](MailMatcher::sent_to) |
//! | `GreenMail` `waitForIncomingEmail`, `getReceivedMessagesForDomain`, `purge…` | [`wait_for_recipients`](Inbox::wait_for_recipients), [`inbox`](Inbox::inbox)`(a_mail().sent_to(`[`domain`]`(..)))`, [`clear`](Inbox::clear) |
//! | Mailosaur `messages.get`, `html.links`, `html.codes`, `html.images` | [`wait_for`](Inbox::wait_for), [`links`](Message::links), [`codes`](Message::codes), [`images`](Message::images) |
//! | `MailSlurp` `waitForLatestEmail`, `waitForNthEmail`, `waitForMatchingEmails` | [`wait_for`](Inbox::wait_for), [`wait_for_mails`](Inbox::wait_for_mails), [`wait_for_times`](Inbox::wait_for_times) |
//! | wiremock `Mock … expect(n)`, `verify`, `received_requests` | [`expect`](MailServer::expect), [`verify`](MailServer::verify), [`mails`](Inbox::mails) |
//!
//! What has no condition of its own is a [`satisfies`](MailMatcher::satisfies).
//!
//! # Limits
//!
//! It listens on the loopback interface alone, unless [told otherwise](MailServerBuilder::bind_address).
//!
//! | Limit | Default | Beyond it |
//! |---|---|---|
//! | [octets of content](MailServerBuilder::max_message_size) | 50 MiB | 552 5.3.4 |
//! | [recipients in a transaction](MailServerBuilder::max_recipients) | 1,000 | 452 4.5.3 |
//! | [open sessions](MailServerBuilder::max_sessions) | 2,000 | 421 4.3.2 |
//! | [octets stored](MailServerBuilder::max_stored) | 1 GiB | 452 4.3.1, or [the oldest goes](MailServerBuilder::drop_oldest) |
//! | [mails stored](MailServerBuilder::max_mails) | none | the same |
//! | [silence of a client](MailServerBuilder::idle_timeout) | 5 minutes | 421 4.4.2 |
//! | [syntax and sequence errors in a session](MailServerBuilder::max_errors) | 100 | 421 4.7.0 |
//! | connections to the inspector | 256 | 503 |
//! | silence of the inspector's client, in a request, between two, or with the answer unread | 30 seconds | 408, or closed |
//! | octets of a request to the inspector: path and query, head, body | 8 KiB, 60 KiB, 64 KiB | 414, 431, 413 |
//! | octets of a command line | 2,048; in AUTH 12,288 | 500 5.5.2; in AUTH 5.5.6 |
//!
//! On Linux a client that writes the content and its final dot apart, as lettre does, is answered at
//! once. Elsewhere the system has no means for that, and such a client may wait some 40 ms a mail.

mod clock;
mod condition;
pub mod cookbook;
mod error;
mod exchange;
mod inbox;
#[cfg(feature = "inspector")]
mod inspector;
mod journal;
mod mail;
mod percent;
mod received;
mod rejection;
mod rejection_matcher;
mod report;
mod rules;
mod server;
mod session;
mod session_matcher;
#[cfg_attr(
    not(feature = "tls"),
    allow(
        dead_code,
        unreachable_pub,
        unused_imports,
        reason = "without the feature nobody comes for what is about TLS"
    )
)]
mod smtp;
#[cfg(feature = "inspector")]
mod spec;
mod store;
mod times;
mod waiters;

pub use condition::Outcome;
pub use error::{AssertionError, StartError, WaitError};
pub use exchange::Exchange;
pub use inbox::{Inbox, TryWait, TryWaitFuture, Wait, WaitFuture};
pub use mail::{
    AddressList, AddressPattern, Date, Finding, Header, HeaderAddress, Headers, Image, Link, Lint,
    Mail, MailMatcher, Message, NamedMailbox, ParseError, Part, Recipients, ResentBlock, Severity,
    Snapshot, TextPattern, Unsubscribe, a_mail, all_of, any_of, contains, domain, ends_with, glob,
    in_order, matches, not, starts_with,
};
pub use rejection::Rejection;
pub use rejection_matcher::{RejectionMatcher, a_rejection};
pub use rules::{Action, Event, RateLimit, Trigger};
#[cfg(feature = "tls")]
pub use server::ClientIdentity;
pub use server::{MailServer, MailServerBuilder, Rule, RuleBuilder, ScopedRule};
pub use session::{Session, Transcript};
pub use session_matcher::{SessionMatcher, a_session};
#[cfg(feature = "tls")]
pub use smtp::TlsFault;
pub use smtp::{
    AddressError, Body, Cause, EnhancedCode, Envelope, Extension, ForwardPath, Lapse, Login,
    Mailbox, Mechanism, Origin, Parameters, RefusedRecipient, Remark, Reply, ReversePath,
    SessionEnd, Stage, Tls,
};
#[cfg(feature = "inspector")]
pub use spec::RuleSpec;
pub use store::Mark;
pub use times::Times;
