//! The state machine of one session: bytes go in, steps come out.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;

use super::auth::Exchange;
use super::command::{Command, Context, strict_refusal};
use super::envelope::Client;
use super::event::{Event, Policy, Verdict};
use super::extension::Extension;
use super::framing::{Input, Line};
use super::printable::{printable, without_response};
use super::refusal::Refusal;
use super::remark::{Lapse, Remark};
use super::reply::Reply;
use super::session_end::SessionEnd;
use super::settings::Settings;
use super::stage::Stage;
use super::step::{Fact, Said, Step};
use super::transaction::{Intake, Transaction};
use super::verb::Verb;

/// What can befall a session from outside the dialogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Interruption {
    Idle,
    ConnectionLost,
    ServerClosed,
}

#[derive(Debug)]
pub(super) enum State {
    /// The greeting was not sent yet.
    AwaitingGreeting,
    AwaitingHello,
    Ready,
    AwaitingRecipients(Box<Transaction>),
    ReceivingData(Box<Transaction>),
    AwaitingCredentials(Exchange),
    Ended,
}

/// A chunk on its way (RFC 3030). Its octets come whatever is made of them.
#[derive(Debug)]
pub(super) struct PendingChunk {
    pub(super) said: Said,
    pub(super) remaining: u64,
    pub(super) is_last: bool,
    pub(super) refusal: Option<Refusal>,
}

#[derive(Debug)]
pub(crate) struct ServerSession {
    pub(super) settings: Arc<Settings>,
    pub(super) client: Arc<Client>,
    pub(super) state: State,
    pub(super) chunk: Option<PendingChunk>,
    input: Input,
    pub(super) steps: VecDeque<Step>,
    pub(super) errors: usize,
    is_first_line: bool,
    pub(super) has_enhanced_codes: bool,
}

impl ServerSession {
    pub(crate) fn new(settings: Arc<Settings>, peer: SocketAddr) -> Self {
        let has_enhanced_codes = settings.extensions.offers(&Extension::EnhancedStatusCodes);
        Self {
            settings,
            client: Arc::new(Client {
                peer,
                hello: None,
                identity: None,
            }),
            state: State::AwaitingGreeting,
            chunk: None,
            input: Input::default(),
            steps: VecDeque::new(),
            errors: 0,
            is_first_line: true,
            has_enhanced_codes,
        }
    }

    /// Takes what the client sent. All steps must have been taken before.
    pub(crate) fn receive(&mut self, bytes: &[u8]) {
        // Content goes straight to where it stays.
        let used = if self.input.is_empty() {
            self.take_content(bytes)
        } else {
            0
        };
        if used < bytes.len() {
            self.input.push(&bytes[used..]);
        }
    }

    /// The next step, or `None` if more must be received first.
    pub(crate) fn next_step(&mut self, policy: &mut impl Policy) -> Option<Step> {
        loop {
            if let Some(step) = self.steps.pop_front() {
                return Some(step);
            }
            if !self.advance(policy) {
                return None;
            }
        }
    }

    /// Whether a line or the content has begun and not ended.
    pub(crate) fn is_within_input(&self) -> bool {
        let is_within_data = match &self.state {
            State::ReceivingData(transaction) => transaction.content.octets() > 0,
            _ => false,
        };
        is_within_data || self.chunk.is_some() || self.input.is_within_line()
    }

    pub(crate) fn has_ended(&self) -> bool {
        matches!(self.state, State::Ended)
    }

    /// Ends the session from outside the dialogue.
    pub(crate) fn interrupt(&mut self, interruption: Interruption) {
        if self.has_ended() {
            return;
        }
        let end = match interruption {
            Interruption::ConnectionLost => SessionEnd::ClientClosed,
            Interruption::ServerClosed => SessionEnd::ServerClosed,
            Interruption::Idle => {
                let reply = Reply::fixed(421, (4, 4, 2), "Idle for too long, closing");
                self.answer(Said::Nothing, reply);
                SessionEnd::TimedOut
            }
        };
        self.close(end);
    }

    /// Uses up input by one line or one stretch of content; `false` if there is none.
    fn advance(&mut self, policy: &mut impl Policy) -> bool {
        match &self.state {
            State::AwaitingGreeting => {
                self.greet(policy);
                return true;
            }
            State::Ended => {
                self.input.clear();
                return false;
            }
            _ => {}
        }
        let used = {
            let pending = std::mem::take(&mut self.input);
            let used = self.take_content(pending.pending());
            self.input = pending;
            used
        };
        self.input.consume(used);
        if self.chunk.as_ref().is_some_and(|c| c.remaining == 0) {
            self.end_chunk(policy);
            return true;
        }
        if let State::ReceivingData(transaction) = &self.state {
            let is_complete =
                matches!(&transaction.intake, Intake::Data(decoder) if decoder.is_complete());
            if is_complete {
                self.end_data(policy);
            }
            return is_complete;
        }
        if self.chunk.is_some() {
            return false;
        }
        if self.is_first_line && self.input.pending().starts_with(TLS_HANDSHAKE) {
            let text = "This server speaks no TLS here";
            let refusal = Refusal::syntax(500, (5, 5, 2), text);
            self.refuse(Stage::Other, Said::TlsHandshake, refusal);
            self.close(SessionEnd::Refused);
            return true;
        }
        let Some(line) = self.input.next_line() else {
            return false;
        };
        self.take_line(line, policy);
        true
    }

    /// Lets the content under way have its part of `bytes`; returns how much that is.
    fn take_content(&mut self, bytes: &[u8]) -> usize {
        if let Some(chunk) = &mut self.chunk {
            let used = usize::try_from(chunk.remaining).map_or(bytes.len(), |r| r.min(bytes.len()));
            chunk.remaining -= used as u64;
            if let (None, State::AwaitingRecipients(transaction)) =
                (&chunk.refusal, &mut self.state)
            {
                transaction.content.append(&bytes[..used]);
            }
            return used;
        }
        match &mut self.state {
            State::ReceivingData(transaction) => match &mut transaction.intake {
                Intake::Data(decoder) => decoder.decode(bytes, &mut transaction.content),
                _ => 0,
            },
            _ => 0,
        }
    }

    fn greet(&mut self, policy: &mut impl Policy) {
        self.state = State::AwaitingHello;
        match policy.decide(&Event::Connect) {
            Verdict::Proceed => {
                let text = format!("{} ESMTP mailmock", self.settings.host_name);
                self.answer(Said::Nothing, Reply::plain(220, text.into()));
            }
            Verdict::Refuse(refusal) => {
                self.refuse(Stage::Connect, Said::Nothing, refusal);
                self.close(SessionEnd::Refused);
            }
        }
    }

    fn take_line(&mut self, line: Line, policy: &mut impl Policy) {
        let is_first_line = std::mem::replace(&mut self.is_first_line, false);
        let (line, is_bare) = match line {
            Line::Text { bytes, is_bare } => (bytes, is_bare),
            Line::TooLong => return self.refuse_overlong_line(),
        };
        if let State::AwaitingCredentials(_) = self.state {
            let lapse = is_bare.then_some(Lapse::BareLineFeedInCommand);
            return self.take_credentials(&line, lapse);
        }
        if is_first_line && is_http_request(&line) {
            let text = "This is an SMTP server, not an HTTP server";
            let refusal = Refusal::syntax(500, (5, 5, 2), text);
            self.refuse(Stage::Other, Said::Line(line), refusal);
            return self.close(SessionEnd::Refused);
        }
        let context = Context {
            settings: &self.settings,
            is_helo: self.client.hello.as_ref().is_some_and(|h| !h.is_extended),
            is_smtputf8: self
                .transaction()
                .is_some_and(|t| t.envelope.reverse_path().parameters().is_smtputf8()),
            is_bare,
        };
        let mut lapses = Vec::new();
        let parsed = Command::parse(&line, context, &mut lapses);
        let command = match parsed {
            Ok(command) => command,
            Err(refusal) => return self.refuse_line(line, refusal),
        };
        let refused_lapse = lapses.first().filter(|_| self.settings.strict);
        let verdict = match (refused_lapse, self.check_sequence(&command)) {
            (Some(lapse), _) => Verdict::Refuse(strict_refusal(*lapse, Verb::of(&line))),
            (None, Err(refusal)) => Verdict::Refuse(refusal),
            (None, Ok(())) => policy.decide(&Event::Command(&command)),
        };
        if refused_lapse.is_none() {
            self.remark(&lapses, &line);
        }
        match (command, verdict) {
            // A chunk's octets are on their way, whatever is made of them (RFC 3030 §2).
            (Command::Bdat(chunk), verdict) => self.begin_chunk(chunk, verdict, Said::Line(line)),
            (command, Verdict::Proceed) => self.carry_out(command, line),
            (_, Verdict::Refuse(refusal)) => self.refuse_line(line, refusal),
        }
    }

    pub(super) fn remark(&mut self, lapses: &[Lapse], line: &[u8]) {
        for lapse in lapses {
            let line = printable(&without_response(line)).into_owned();
            self.record(Fact::Remarked(Remark::new(*lapse, line)));
        }
    }

    pub(super) fn transaction(&self) -> Option<&Transaction> {
        match &self.state {
            State::AwaitingRecipients(transaction) | State::ReceivingData(transaction) => {
                Some(transaction)
            }
            _ => None,
        }
    }

    pub(super) fn transaction_mut(&mut self) -> Option<&mut Transaction> {
        match &mut self.state {
            State::AwaitingRecipients(transaction) => Some(transaction),
            _ => None,
        }
    }

    /// Ends the transaction, if one is under way, and hands it out.
    pub(super) fn take_transaction(&mut self) -> Option<Transaction> {
        match std::mem::replace(&mut self.state, State::Ready) {
            State::AwaitingRecipients(transaction) | State::ReceivingData(transaction) => {
                Some(*transaction)
            }
            state => {
                self.state = state;
                None
            }
        }
    }

    pub(super) fn record(&mut self, fact: Fact) {
        self.steps.push_back(Step::Record(fact));
    }
}

/// How a TLS record of the handshake begins (RFC 8446 §5.1): its type, and the major version.
const TLS_HANDSHAKE: &[u8] = &[22, 3];

/// RFC 9112 §3: a method, a target and a version.
fn is_http_request(line: &[u8]) -> bool {
    let mut words = line.split(|b| *b == b' ');
    let (method, target, version) = (words.next(), words.next(), words.next());
    method.is_some_and(|m| !m.is_empty() && m.iter().all(u8::is_ascii_uppercase))
        && target.is_some_and(|t| !t.is_empty())
        && version.is_some_and(|v| v.starts_with(b"HTTP/"))
}
