//! The window that a test may open on its server.

use std::net::SocketAddr;
use std::time::Duration;

use super::builder::{MailServerBuilder, reachable};
use super::mail_server::MailServer;
use crate::error::StartError;
use crate::inspector::{Options, Token};

/// The inspection endpoint, with the feature `inspector`.
impl MailServerBuilder {
    /// Opens an HTTP endpoint with a page to look at and a JSON API, on the loopback interface and a port of its
    /// own unless [told otherwise](Self::inspector_address). It has what the server has received, in the words
    /// of this crate, and can wait for what is still to come; `/api/v1/openapi.json` describes it.
    ///
    /// When the server ends, what has been asked is answered, if that takes no longer than a quarter of a second.
    ///
    /// On the page a mail's HTML is shown in a frame that runs no script, sends no form, is of no origin, and
    /// loads nothing from elsewhere, unless one clicks for its remote images.
    ///
    /// | Path | |
    /// |---|---|
    /// | `GET /` | the page, for a person with a browser |
    /// | `GET /api/v1/mails` | mails, oldest first or with `order=newest`; with the conditions of [`a_mail`](crate::a_mail) as parameters, such as `sent_to=ada@example.org` and `subject_contains=Welcome`, and `since`, `limit`, `cursor` |
    /// | `GET /api/v1/mails/{id}` | one mail: envelope, recipients compared, header, parts, text, HTML, links, codes, lint |
    /// | `GET /api/v1/mails/{id}/raw`, `/text`, `/html`, `/parts/{n}` | its pieces |
    /// | `GET /api/v1/mails/{id}/preview` | its HTML with its own images in it, fit for the page's frame; with `remote=true` others are loaded |
    /// | `DELETE /api/v1/mails`, `/api/v1/mails/{id}` | deletes them |
    /// | `GET /api/v1/wait` | answers when there are `count` mails like that; after `timeout` seconds 409, with the report that a test would print |
    /// | `GET /api/v1/sessions`, `/sessions/{id}`, `/sessions/{id}/transcript`, `/rejections`, `/logins` | what was said, what was refused, who presented credentials (no secrets); the lists of sessions and rejections with `since` and `limit` |
    /// | `GET /api/v1/events` | server-sent events: `mail`, `rejection`, `session`, `server` |
    /// | `GET /api/v1/ca_certificate` | whom clients are to trust, in PEM |
    /// | `GET /api/v1/server` | where mail is sent to, whether it is up, whether a test is parked, how much there is |
    /// | `GET /api/v1/rules`, `/rules/{id}` | the rules in force, with hits and what remains |
    /// | `POST /api/v1/rules` | adds one, as a [`RuleSpec`](crate::RuleSpec) |
    /// | `DELETE /api/v1/rules`, `/rules/{id}` | removes them |
    /// | `POST /api/v1/clock/advance` | moves the server's clock: `{"seconds": 600}` |
    /// | `POST /api/v1/down`, `/up` | [goes down](MailServer::go_down), comes back |
    /// | `POST /api/v1/reset` | [forgets all](MailServer::reset) that came and was set up, for the next test |
    /// | `POST /api/v1/release` | lets a [parked](MailServer::park) test go on |
    /// | `GET /api/v1/export.mbox`, `/health`, `/metrics` | all mails in one file; whether it is there; figures for Prometheus |
    ///
    /// ```
    /// use mailmock::MailServer;
    ///
    /// let server = MailServer::builder().inspector().start();
    /// println!("look at {}", server.inspector_url());
    /// ```
    pub fn inspector(mut self) -> Self {
        self.inspector_options();
        self
    }

    /// Where the [inspector](Self::inspector) listens, and opens one; 127.0.0.1 and a port that the system
    /// chooses (0) by default. On any other address than a loopback one it needs a
    /// [token](Self::inspector_token), or the server does not start.
    ///
    /// ```
    /// use mailmock::MailServer;
    ///
    /// let exposed = MailServer::builder().inspector_address(([0, 0, 0, 0], 0));
    /// assert!(exposed.try_start().unwrap_err().is_token_missing());
    /// ```
    pub fn inspector_address(mut self, address: impl Into<SocketAddr>) -> Self {
        self.inspector_options().address = address.into();
        self
    }

    /// Only who has this token may use the [inspector](Self::inspector), which it opens: as
    /// `Authorization: Bearer …`, as the password of any user with Basic, or in a browser by opening
    /// `/?token=…`, which leaves a cookie behind and the token out of the address. Everybody else gets 401.
    ///
    /// With a token the inspector may be reached by any name, as the page of another that has its name point
    /// to it (DNS rebinding) has no cookie for that name. Clients send it in clear: there is no TLS here; and a
    /// browser sends the cookie to other ports of the same host, too. Neither
    /// [`inspector_url`](MailServer::inspector_url) nor anything else tells it.
    ///
    /// One that is empty, or has anything but printable ASCII without spaces, is an error of
    /// [`try_start`](Self::try_start).
    ///
    /// ```
    /// use mailmock::MailServer;
    ///
    /// let server = MailServer::builder().inspector_address(([0, 0, 0, 0], 0)).inspector_token("s3cret").start();
    /// println!("look at {}/?token=s3cret", server.inspector_url());
    /// ```
    pub fn inspector_token(mut self, token: impl Into<String>) -> Self {
        self.inspector_options().token = Some(Token::new(token));
        self
    }

    /// How long the [inspector](Self::inspector), which it opens, has patience with a client that does not send a
    /// request, or the rest of one, or does not read the answer; 30 seconds by default. What takes its time by
    /// itself, a `wait` and the events, may take it.
    pub fn inspector_timeout(mut self, timeout: Duration) -> Self {
        self.inspector_options().limits.timeout = timeout.min(MAX_TIMEOUT);
        self
    }

    /// Connections that the [inspector](Self::inspector), which it opens, has at one time; 256 by default. One
    /// more gets 503.
    pub fn max_inspector_connections(mut self, connections: usize) -> Self {
        self.inspector_options().limits.connections = connections.min(MAX_CONNECTIONS);
        self
    }

    /// Has the [inspector](Self::inspector), which it opens, speak
    /// [Mailpit](https://mailpit.axllent.org/docs/api-v1/)'s API too, as far as it is about mails that have come: they
    /// are read, marked, searched and deleted. What test suites have for that, such as `cypress-mailpit` or
    /// `mailpit-api`, needs another URL and nothing else. An id is the number of the mail; lists begin with the newest.
    ///
    /// | Path | |
    /// |---|---|
    /// | `GET /api/v1/messages` | mails in pages: `start`, `limit` |
    /// | `PUT /api/v1/messages` | marks as read or not: `{"IDs": […], "Read": true}`, or `"Search"` in place of ids |
    /// | `DELETE /api/v1/messages` | those of the ids, or all |
    /// | `GET`, `DELETE /api/v1/search` | `query`: words, `"quoted phrases"`, `-without` or `!without`, `from:`, `to:`, `cc:`, `bcc:`, `reply-to:`, `addressed:`, `subject:`, `message-id:`, `tag:`, `is:read`, `is:unread`, `is:tagged`, `has:attachment`, `has:inline`, `larger:10k`, `smaller:1M`, `before:2026-11-22`, `after:2026-11-22T03:35Z` |
    /// | `GET /api/v1/message/{id}`, `/headers`, `/raw`, `/part/{part}` | a mail and its pieces; the first marks it as read; `latest` is the newest, or with a `query` the newest like that |
    /// | `GET /view/{id}.html`, `/view/{id}.txt`, `/view/{id}` | what a reader sees; the HTML can run and load nothing |
    /// | `GET /api/v1/tags`, `/info`, `/webui`, `/livez`, `/readyz` | |
    ///
    /// Bcc has who got the mail without being named in it, as Mailpit has it. Tags are those of the field
    /// X-Tags, and what follows a plus in a recipient's address.
    ///
    /// Missing: sending and releasing mails, setting tags, the checks of HTML, links and spam, thumbnails, chaos
    /// (there are [rules](MailServer::on)), the checksums of attachments, `before` for pages, other time zones than
    /// UTC in searches, and events over a web socket. What cannot be done is answered 404 and says so; an error is a
    /// problem (RFC 9457), not plain text.
    ///
    /// ```
    /// use mailmock::MailServer;
    ///
    /// let server = MailServer::builder().mailpit_api().start();
    /// println!("MAILPIT_URL={}", server.inspector_url());
    /// ```
    pub fn mailpit_api(mut self) -> Self {
        self.inspector_options().speaks_mailpit = true;
        self
    }

    pub(super) fn check_inspector(&self) -> Result<(), StartError> {
        let Some(options) = &self.inspector else {
            return Ok(());
        };
        if options.token.as_ref().is_some_and(|t| !t.is_usable()) {
            return Err(StartError::unusable_token());
        }
        if options.is_open_to_all() {
            return Err(StartError::inspector_open_to_all(options.address));
        }
        Ok(())
    }

    fn inspector_options(&mut self) -> &mut Options {
        self.inspector.get_or_insert_default()
    }
}

/// Longer than a connection lasts, and short enough to be added to a time.
const MAX_TIMEOUT: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// More than there are descriptors, and as many as can be counted.
const MAX_CONNECTIONS: usize = 1_000_000;

/// The inspection endpoint, with the feature `inspector`.
impl MailServer {
    /// Where the endpoint is, such as `http://127.0.0.1:41234`; for a wildcard such as 0.0.0.0 by the loopback
    /// address, and always without the [token](MailServerBuilder::inspector_token).
    ///
    /// # Panics
    ///
    /// If the server was started without [`inspector`](MailServerBuilder::inspector).
    #[track_caller]
    pub fn inspector_url(&self) -> String {
        let Some(inspector) = &self.inspector else {
            panic!("the server has no inspector: start it with builder().inspector()");
        };
        let address = inspector.address();
        let (ip, port) = (reachable(address.ip()), address.port());
        format!("http://{}", SocketAddr::new(ip, port))
    }
}
