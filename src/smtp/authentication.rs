//! How a session authenticates its client (RFC 4954): what it asks for, accepts and refuses.

use std::sync::Arc;

use super::command::{Command, strict_refusal};
use super::event::Policy;
use super::manner::Manner;
use super::matter::Matter;
use super::refusal::Refusal;
use super::remark::Lapse;
use super::reply::Reply;
use super::sasl::{Exchange, Login, Mechanism, Turn};
use super::secret::Secret;
use super::session::{ServerSession, State};
use super::stage::Stage;
use super::step::{Answer, Fact, Rejected, Said};
use super::verb::Verb;

const UNKNOWN_MECHANISM: Refusal =
    Refusal::syntax(504, (5, 5, 4), "Authentication mechanism not supported");

impl ServerSession {
    pub(super) fn begin_auth(
        &mut self,
        mechanism: &str,
        initial: Option<&Secret>,
        line: &[u8],
        manner: Manner,
        policy: &mut impl Policy,
    ) {
        let turn = self.begin_exchange(mechanism, initial);
        self.authenticate(turn, Said::command(line), manner, policy);
    }

    pub(super) fn begin_exchange(
        &self,
        mechanism: &str,
        initial: Option<&Secret>,
    ) -> Result<Turn, Refusal> {
        let offered = |mechanism: &Mechanism| self.settings.mechanisms.contains(mechanism);
        let mechanism = Mechanism::of(mechanism).filter(offered);
        self.begin_exchange_of(mechanism.ok_or(UNKNOWN_MECHANISM)?, initial)
    }

    fn begin_exchange_of(
        &self,
        mechanism: Mechanism,
        initial: Option<&Secret>,
    ) -> Result<Turn, Refusal> {
        let initial = initial.map(Secret::reveal);
        let (host_name, is_tls) = (&self.settings.host_name, self.client.is_tls());
        Exchange::begin(mechanism, initial, host_name, is_tls)
    }

    /// Goes on with an exchange.
    pub(super) fn take_credentials(
        &mut self,
        line: &[u8],
        lapse: Option<Lapse>,
        policy: &mut impl Policy,
    ) {
        let State::AwaitingCredentials(exchange) = std::mem::replace(&mut self.state, State::Ready)
        else {
            return;
        };
        match lapse {
            Some(lapse) if self.settings.strict => {
                let refusal = strict_refusal(lapse, Verb::Auth);
                return self.refuse(Stage::Auth, Said::Secret, refusal, Manner::default());
            }
            Some(lapse) => self.remark(&[lapse], b"[secret]"),
            None => {}
        }
        let said = if line == b"*" {
            Said::Line(line.to_vec())
        } else {
            Said::Secret
        };
        let turn = exchange.respond(line);
        self.authenticate(turn, said, Manner::default(), policy);
    }

    fn authenticate(
        &mut self,
        turn: Result<Turn, Refusal>,
        said: Said,
        manner: Manner,
        policy: &mut impl Policy,
    ) {
        match turn {
            Ok(Turn::Challenge(exchange, reply)) => {
                self.state = State::AwaitingCredentials(exchange);
                self.answer_as(said, reply, manner);
            }
            Ok(Turn::Done(login)) => {
                self.decide(Matter::Credentials { login, said }, manner, policy);
            }
            Ok(Turn::Refused(reply)) => self.answer_as(said, reply, manner),
            Err(refusal) => self.refuse(Stage::Auth, said, refusal, manner),
        }
    }

    pub(super) fn log_in(&mut self, login: Login, said: Said, manner: Manner) {
        Arc::make_mut(&mut self.client).identity = Some(login.identity().into());
        self.record(Fact::Login(login.accepted()));
        let text = "Authentication successful";
        self.answer_as(said, Reply::fixed(235, (2, 7, 0), text), manner);
    }

    pub(super) fn refuse_login(
        &mut self,
        login: Login,
        said: Said,
        refusal: Refusal,
        manner: Manner,
    ) {
        let is_usual = login.mechanism().is_oauth() && manner.is_plain();
        let rejected = Rejected {
            detail: Some(format!("as {:?}", login.identity()).into()),
            ..Rejected::at(Stage::Auth, refusal.cause, said.clone())
        };
        self.record(Fact::Login(login));
        let reply = match &refusal.reply {
            Some(reply) if is_usual && reply.code() == 535 => self.as_sent(reply.clone()),
            _ => return self.refuse_with(rejected, refusal, manner),
        };
        // Now, as many a client leaves without an answer.
        self.record(Fact::Rejected(Box::new(Rejected {
            origin: refusal.origin,
            reply: Some(reply.clone()),
            ..rejected
        })));
        self.state = State::AwaitingCredentials(Exchange::refused(reply));
        self.answer_as(said, Exchange::token_refused(), Manner::default());
    }

    /// A refused AUTH may have told all the same what nobody was to hear.
    pub(super) fn note_unwanted_login(&mut self, command: &Command) {
        let Command::Auth {
            mechanism,
            initial_response: Some(response),
        } = command
        else {
            return;
        };
        let mechanism = Mechanism::of(mechanism);
        let turn = mechanism.map(|m| self.begin_exchange_of(m, Some(response)));
        if let Some(Ok(Turn::Done(login))) = turn {
            self.record(Fact::Login(login));
        }
    }

    /// What a rule says to AUTH itself, where that is success or a request for more.
    pub(super) fn say_to_auth(
        &mut self,
        mechanism: &str,
        initial: Option<&Secret>,
        said: Said,
        code: u16,
        silence: Answer,
        manner: Manner,
    ) {
        match self.begin_exchange(mechanism, initial) {
            Ok(Turn::Done(login)) if code != 334 => return self.log_in(login, said, manner),
            Ok(turn) if code == 334 => {
                self.state = State::AwaitingCredentials(turn.into_exchange());
            }
            Err(refusal) if code == 334 => {
                self.state = State::AwaitingCredentials(Exchange::hopeless(refusal));
            }
            // It is said to be somebody, and we do not know who.
            Ok(_) | Err(_) => Arc::make_mut(&mut self.client).identity = Some("".into()),
        }
        self.answer_as(said, silence, manner);
    }
}
