//! How a session comes to TLS (RFC 3207, RFC 8314), and what it does without.

use std::sync::Arc;

use super::command::Command;
use super::envelope::Client;
use super::event::Policy;
use super::extension::Extension;
use super::manner::Manner;
use super::matter::Matter;
use super::origin::Origin;
use super::refusal::{Cause, Refusal};
use super::remark::{Lapse, Remark};
use super::reply::Reply;
use super::session::{ServerSession, State};
use super::session_end::SessionEnd;
use super::stage::Stage;
use super::step::{Fact, Rejected, Said, Step};
use super::tls::{Tls, TlsFault, TlsMode};

const TLS_FIRST: Refusal = Refusal::new(
    Cause::Policy,
    Reply::fixed(530, (5, 7, 0), "Must issue a STARTTLS command first"),
);
const AUTH_FIRST: Refusal = Refusal::new(Cause::Policy, Reply::authentication_required());
const ENCRYPTION_FIRST: Refusal = Refusal::new(Cause::Policy, Reply::encryption_required());

impl ServerSession {
    /// Whether AUTH is offered now: not in clear, where there is TLS.
    pub(super) fn offers_auth(&self) -> bool {
        let is_safe = self.settings.tls == TlsMode::Never || self.client.is_tls();
        let is_taken = is_safe || self.settings.takes_auth_in_clear;
        is_taken && self.settings.extensions.offers(&Extension::Auth)
    }

    pub(super) fn offers_starttls(&self) -> bool {
        let is_due = self.settings.tls == TlsMode::AfterStartTls && !self.client.is_tls();
        is_due && !self.settings.strips_starttls
    }

    /// What the server asks for before anything else.
    pub(super) fn check_security(&self, command: &Command) -> Result<(), Refusal> {
        // RFC 3207 §4.
        let is_about_tls = matches!(
            command,
            Command::Ehlo(_) | Command::Noop | Command::StartTls | Command::Quit
        );
        if self.settings.requires_tls && !self.client.is_tls() && !is_about_tls {
            return Err(TLS_FIRST);
        }
        // RFC 4954 §6.
        let is_about_auth = matches!(
            command,
            Command::Auth { .. } | Command::Helo(_) | Command::Rset
        );
        let is_known = self.client.identity.is_some();
        if self.settings.requires_auth && !is_known && !is_about_tls && !is_about_auth {
            return Err(AUTH_FIRST);
        }
        if matches!(command, Command::Auth { .. }) && !self.offers_auth() {
            return Err(ENCRYPTION_FIRST);
        }
        Ok(())
    }

    /// Carries out STARTTLS.
    pub(super) fn start_tls(&mut self, line: Vec<u8>, manner: Manner) {
        // It may be anybody's: what came in clear must not be taken for what comes over TLS
        // (CVE-2011-0411).
        if self.unread_octets() > 0 {
            let remark = Remark::new(Lapse::TextBehindStartTls, "STARTTLS");
            self.record(Fact::Remarked(remark));
            let refusal = Refusal::sequence("Nothing may follow STARTTLS before its reply");
            let manner = Manner {
                end: Some(SessionEnd::Refused),
                ..Manner::default()
            };
            return self.refuse_line(&line, refusal, manner);
        }
        let ready = Reply::fixed(220, (2, 0, 0), "Ready to start TLS");
        self.answer_as(Said::Line(line), ready, manner);
        if !self.has_ended() {
            self.await_handshake();
        }
    }

    /// What a rule does to a handshake is done when the client has begun it.
    pub(super) fn await_handshake(&mut self) {
        self.state = State::AwaitingClientHello;
        self.record(Fact::TlsAwaited);
        self.steps.push_back(Step::AwaitTls);
    }

    pub(super) fn begin_handshake(&mut self, policy: &mut impl Policy) {
        self.state = State::AwaitingHandshake(None);
        self.decide(Matter::Handshake, Manner::default(), policy);
    }

    /// Has the driver begin TLS, and has it go wrong as the rule of that line says.
    pub(super) fn fail_handshake(&mut self, fault: TlsFault, origin: Origin) {
        self.state = State::AwaitingHandshake(Some(origin));
        self.upgrade(Some(fault));
    }

    /// Has the driver begin TLS.
    pub(super) fn upgrade(&mut self, fault: Option<TlsFault>) {
        // A rule that held it is done; a handshake has no answer for the transcript.
        self.has_open_exchange = false;
        self.steps.push_back(Step::UpgradeTls { fault });
    }

    /// What a rule has the server do or say in place of a handshake: it cannot go on behind that.
    pub(super) fn refuse_handshake(&mut self, refusal: Refusal, manner: Manner) {
        let manner = Manner {
            end: manner.end.or(Some(SessionEnd::Disconnected)),
            ..manner
        };
        self.refuse(Stage::TlsHandshake, Said::TlsHandshake, refusal, manner);
    }

    /// TLS has begun: the session starts anew, and knows nothing of what was said before (RFC 3207 §4.2).
    pub(crate) fn tls_started(&mut self, tls: Tls) {
        let tls = Arc::new(tls);
        self.record(Fact::TlsStarted(Arc::clone(&tls)));
        self.client = Arc::new(Client {
            peer: self.client.peer,
            hello: None,
            identity: None,
            tls: Some(tls),
        });
        self.state = match self.settings.tls {
            TlsMode::FromTheStart => State::AwaitingGreeting,
            TlsMode::AfterStartTls | TlsMode::Never => State::AwaitingHello,
        };
    }

    /// TLS has not begun, and the connection is of no use any more.
    pub(crate) fn handshake_failed(&mut self, why: impl Into<Box<str>>) {
        let origin = match self.state {
            State::AwaitingHandshake(origin) => origin,
            _ => None,
        };
        self.record(Fact::Rejected(Box::new(Rejected {
            origin,
            detail: Some(why.into()),
            ..Rejected::at(Stage::TlsHandshake, Cause::Tls, Said::TlsHandshake)
        })));
        self.close(SessionEnd::TlsFailed);
    }

    /// There are too many sessions, and TLS would come first: the client is turned away without a word.
    pub(crate) fn turn_away(&mut self) {
        let rejected = Rejected::at(Stage::Connect, Cause::Limit, Said::Nothing);
        self.record(Fact::Rejected(Box::new(rejected)));
        self.close(SessionEnd::Refused);
    }

    /// Whether TLS is to come before the greeting.
    pub(crate) fn begins_with_tls(&self) -> bool {
        self.settings.tls == TlsMode::FromTheStart
    }

    /// Whether what comes next is for TLS, and not to be read as text.
    pub(crate) fn awaits_handshake(&self) -> bool {
        matches!(
            self.state,
            State::AwaitingClientHello | State::AwaitingHandshake(_)
        )
    }
}
