//! The state machine of one session: bytes go in, steps come out.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;

use super::command_intake::TLS_HANDSHAKE;
use super::envelope::Client;
use super::event::Policy;
use super::extension::Extension;
use super::framing::Input;
use super::manner::Manner;
use super::matter::{Held, Matter, PendingChunk};
use super::origin::Origin;
use super::sasl::Exchange;
use super::settings::Settings;
use super::step::{Fact, Said, Step};
use super::tls::TlsMode;
use super::transaction::Transaction;

#[derive(Debug)]
pub(super) enum State {
    /// The greeting was not sent yet.
    AwaitingGreeting,
    /// The client is to begin TLS; what comes is not for us to read.
    AwaitingClientHello,
    /// With the line of the rule that has it go wrong.
    AwaitingHandshake(Option<Origin>),
    AwaitingHello,
    Ready,
    AwaitingRecipients(Box<Transaction>),
    ReceivingData(Box<Transaction>),
    AwaitingCredentials(Exchange),
    /// The client was turned away at the greeting (RFC 5321 §3.1).
    AwaitingQuit,
    Ended,
}

#[derive(Debug)]
pub(crate) struct ServerSession {
    pub(super) settings: Arc<Settings>,
    pub(super) client: Arc<Client>,
    pub(super) state: State,
    pub(super) chunk: Option<Box<PendingChunk>>,
    pub(super) held: Option<Box<Held>>,
    /// The last exchange is recorded, and its answer is still to come.
    pub(super) has_open_exchange: bool,
    pub(super) accepted_mails: usize,
    input: Input,
    pub(super) steps: VecDeque<Step>,
    pub(super) errors: usize,
    pub(super) is_first_line: bool,
    /// Behind AUTH: credentials may come that were sent ahead.
    pub(super) may_hear_secrets: bool,
    pub(super) has_enhanced_codes: bool,
    has_pipelining: bool,
    /// As it was before the last command: a hello offers it with its reply.
    has_offered_pipelining: bool,
}

impl ServerSession {
    pub(crate) fn new(settings: Arc<Settings>, peer: SocketAddr) -> Self {
        let has_enhanced_codes = settings.extensions.offers(&Extension::EnhancedStatusCodes);
        let has_pipelining = settings.extensions.offers(&Extension::Pipelining);
        Self {
            settings,
            client: Arc::new(Client {
                peer,
                hello: None,
                identity: None,
                tls: None,
            }),
            state: State::AwaitingGreeting,
            chunk: None,
            held: None,
            has_open_exchange: false,
            accepted_mails: 0,
            input: Input::default(),
            steps: VecDeque::new(),
            errors: 0,
            is_first_line: true,
            may_hear_secrets: false,
            has_enhanced_codes,
            has_pipelining,
            has_offered_pipelining: false,
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

    /// Whether the client is in the midst of something: a line, a transaction, an AUTH, or a matter that a
    /// rule holds.
    pub(crate) fn is_busy(&self) -> bool {
        let is_waiting = match self.state {
            State::AwaitingHello | State::Ready | State::AwaitingQuit | State::Ended => true,
            // Behind STARTTLS the client is in the midst of it.
            State::AwaitingClientHello => self.settings.tls == TlsMode::FromTheStart,
            _ => false,
        };
        !is_waiting || self.held.is_some() || self.is_within_input()
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

    /// How many octets are best read at a time, if the content is throttled.
    pub(crate) fn read_limit(&self) -> Option<usize> {
        let rate = self.transaction()?.restraint.as_ref()?.rate()?;
        Some((rate as usize / 4).max(1)) // four times a second
    }

    /// Whether the client could send commands ahead of the reply to this one (RFC 2920 §3.1).
    pub(crate) fn has_offered_pipelining(&self) -> bool {
        self.has_offered_pipelining
    }

    /// Octets that have come and were not looked at yet.
    pub(crate) fn unread_octets(&self) -> usize {
        self.input.pending().len()
    }

    /// Uses up input by one line or one stretch of content; `false` if there is none.
    fn advance(&mut self, policy: &mut impl Policy) -> bool {
        if let Some(held) = self.held.take() {
            self.resume(*held, policy);
            return true;
        }
        match &self.state {
            State::AwaitingGreeting
                if self.settings.tls == TlsMode::FromTheStart && !self.client.is_tls() =>
            {
                self.await_handshake();
                return true;
            }
            State::AwaitingClientHello => {
                self.begin_handshake(policy);
                return true;
            }
            State::AwaitingHandshake(_) => return false,
            State::AwaitingGreeting => {
                self.state = State::AwaitingHello;
                self.decide(Matter::Greeting, Manner::default(), policy);
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
        // What is paced is decided about when its time has come.
        if !self.steps.is_empty() || self.end_intake(policy) {
            return true;
        }
        if self.chunk.is_some() || matches!(self.state, State::ReceivingData(_)) {
            return false;
        }
        if self.is_first_line && self.input.pending().starts_with(TLS_HANDSHAKE) {
            let text = match self.settings.tls {
                TlsMode::AfterStartTls => "This server speaks TLS only after STARTTLS",
                TlsMode::Never | TlsMode::FromTheStart => "This server speaks no TLS here",
            };
            self.refuse_stranger(Said::TlsHandshake, text);
            return true;
        }
        let Some(line) = self.input.next_line() else {
            return false;
        };
        let hello = self.client.hello.as_ref();
        self.has_offered_pipelining = self.has_pipelining && hello.is_some_and(|h| h.is_extended);
        self.take_line(line, policy);
        true
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

    /// The transaction, its content under way or not.
    pub(super) fn intake_mut(&mut self) -> Option<&mut Transaction> {
        match &mut self.state {
            State::AwaitingRecipients(transaction) | State::ReceivingData(transaction) => {
                Some(transaction)
            }
            _ => None,
        }
    }

    /// Ends the transaction, if one is under way, and hands it out.
    pub(super) fn take_transaction(&mut self) -> Option<Box<Transaction>> {
        match std::mem::replace(&mut self.state, State::Ready) {
            State::AwaitingRecipients(transaction) | State::ReceivingData(transaction) => {
                Some(transaction)
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
