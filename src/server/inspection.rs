//! The window that a test may open on its server.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use super::builder::MailServerBuilder;
use super::control::Control;
use super::mail_server::MailServer;
use super::remote::Remote;
use crate::clock::Clock;
use crate::error::StartError;
use crate::inspector::Controls;
use crate::rules::MountedRule;
use crate::spec::RuleSpec;

impl Controls for Remote {
    fn advance_time(&self, duration: Duration) -> io::Result<()> {
        self.ask(|done| Control::AdvanceTime(duration, done))
    }

    fn go_down(&self) -> io::Result<()> {
        self.ask(Control::GoDown)
    }

    fn come_back(&self) -> io::Result<()> {
        self.ask(Control::ComeBack)
    }
}

/// The inspection endpoint, with the feature `inspector`.
impl MailServerBuilder {
    /// Opens an HTTP endpoint with a JSON API, on the loopback interface and a port of its own. It has what the
    /// server has received, in the words of this crate, and can wait for what is still to come;
    /// `/api/v1/openapi.json` describes it.
    ///
    /// | Path | |
    /// |---|---|
    /// | `GET /api/v1/mails` | mails, oldest first; with the conditions of [`a_mail`](crate::a_mail) as parameters, such as `sent_to=ada@example.org` and `subject_contains=Welcome`, and `since`, `limit`, `cursor` |
    /// | `GET /api/v1/mails/{id}` | one mail: envelope, recipients compared, header, parts, text, HTML, links, codes, lint |
    /// | `GET /api/v1/mails/{id}/raw`, `/text`, `/html`, `/parts/{n}` | its pieces |
    /// | `DELETE /api/v1/mails`, `/api/v1/mails/{id}` | deletes them |
    /// | `GET /api/v1/wait` | answers when there are `count` mails like that; after `timeout` seconds 409, with the report that a test would print |
    /// | `GET /api/v1/sessions`, `/sessions/{id}/transcript`, `/rejections`, `/logins` | what was said, what was refused, who presented credentials (no secrets) |
    /// | `GET /api/v1/events` | server-sent events: `mail`, `rejection`, `session` |
    /// | `GET /api/v1/rules`, `/rules/{id}` | the rules in force, with hits and what remains |
    /// | `POST /api/v1/rules` | adds one, as a [`RuleSpec`] |
    /// | `DELETE /api/v1/rules`, `/rules/{id}` | removes them |
    /// | `POST /api/v1/clock/advance` | moves the server's clock: `{"seconds": 600}` |
    /// | `POST /api/v1/down`, `/up` | [goes down](MailServer::go_down), comes back |
    /// | `POST /api/v1/release` | lets a [parked](MailServer::park) test go on |
    /// | `GET /api/v1/export.mbox`, `/health`, `/metrics` | all mails in one file; whether it is there; figures for Prometheus |
    ///
    /// ```
    /// use mailmock::MailServer;
    ///
    /// let server = MailServer::builder().inspector().start();
    /// println!("look at {}/api/v1/mails", server.inspector_url());
    /// ```
    pub fn inspector(mut self) -> Self {
        self.has_inspector = true;
        self
    }
}

/// Rules as data, with the feature `inspector`.
impl MailServerBuilder {
    /// Gives the server rules of its own: asked behind those of the test, the last of them first, and not removed by
    /// [`clear_rules`](MailServer::clear_rules). [`start`](Self::start) fails if one of them is impossible.
    ///
    /// ```
    /// use mailmock::{MailServer, RuleSpec};
    ///
    /// let rules: Vec<RuleSpec> = serde_json::from_str(
    ///     r#"[{"trigger": "end_of_data", "frequency": {"first": 1}, "action": {"reply": "try_again_later"}}]"#,
    /// )?;
    /// let server = MailServer::builder().rules(rules).start();
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn rules(mut self, rules: impl IntoIterator<Item = RuleSpec>) -> Self {
        self.own_rules.extend(rules);
        self
    }
}

/// The rules that a server is to have, or which there cannot be.
pub(super) fn own_rules(
    specs: &[RuleSpec],
    clock: &Arc<Clock>,
) -> Result<Vec<MountedRule>, StartError> {
    let rule = |(i, spec): (usize, &RuleSpec)| {
        spec.rule(clock)
            .map_err(|why| StartError::impossible_rule(i + 1, why))
    };
    specs.iter().enumerate().map(rule).collect()
}

/// The inspection endpoint, with the feature `inspector`.
impl MailServer {
    /// Where the endpoint is, such as `http://127.0.0.1:41234`.
    ///
    /// # Panics
    ///
    /// If the server was started without [`inspector`](MailServerBuilder::inspector).
    #[track_caller]
    pub fn inspector_url(&self) -> String {
        match &self.inspector {
            Some(inspector) => inspector.url(),
            None => panic!("the server has no inspector: start it with builder().inspector()"),
        }
    }
}
