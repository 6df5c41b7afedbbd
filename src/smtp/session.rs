//! The state machine of one session: bytes go in, steps come out.

use std::collections::VecDeque;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use super::auth::{Exchange, Login, Turn};
use super::command::{Command, Context, LINE_TOO_LONG, Verb, raw_recipient};
use super::envelope::{Client, Envelope, RefusedRecipient};
use super::event::{Cause, Event, Policy, Refusal, Verdict};
use super::extension::Extension;
use super::framing::{Input, Line};
use super::printable::printable;
use super::remark::Remark;
use super::reply::Reply;
use super::settings::Settings;
use super::stage::Stage;
use super::transaction::{Intake, Transaction};

/// What the driver is to do next, before it asks again.
#[derive(Debug)]
pub(crate) enum Step {
    /// Keep this, before any later reply is sent.
    Record(Fact),
    /// Queue this reply; write what is queued when there is no further step, and before a close.
    Send(Reply),
    /// Close the connection so that the client can read the last reply.
    Close,
}

/// What has happened.
#[derive(Debug)]
pub(crate) enum Fact {
    Exchange {
        said: Said,
        reply: Reply,
    },
    Hello {
        name: Box<str>,
    },
    LoggedIn(Login),
    Remarked(Remark),
    Accepted {
        envelope: Envelope,
        content: Vec<u8>,
    },
    Rejected(Box<Rejected>),
    Closed(SessionEnd),
}

/// What a client said, as far as a transcript may show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// Nothing: the server speaks first, or on its own.
    Nothing,
    Line(Vec<u8>),
    Content {
        octets: u64,
    },
    /// A line over every limit, of which nothing is left.
    OverlongLine,
    /// A line of an AUTH exchange.
    Secret,
}

/// A refusal, or a transaction that came to nothing.
#[derive(Debug)]
pub(crate) struct Rejected {
    pub(crate) stage: Stage,
    pub(crate) cause: Cause,
    pub(crate) said: Said,
    pub(crate) reply: Option<Reply>,
    pub(crate) envelope: Option<Envelope>,
    pub(crate) recipient: Option<Box<str>>,
    pub(crate) content: Option<Vec<u8>>,
}

/// How a session ended.
///
/// `Display` says it as a transcript does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SessionEnd {
    /// The client said QUIT.
    Quit,
    /// The client closed the connection, or it broke.
    ClientClosed,
    /// The client was silent for too long, and got 421 4.4.2.
    TimedOut,
    /// The server refused to go on: too many sessions or errors, or no SMTP client.
    Refused,
    /// The server went down, or was dropped.
    ServerClosed,
}

impl fmt::Display for SessionEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Quit => "the client quit",
            Self::ClientClosed => "the client closed the connection without QUIT",
            Self::TimedOut => "the server closed the connection: idle for too long",
            Self::Refused => "the server closed the connection: refused",
            Self::ServerClosed => "the server went down",
        })
    }
}

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
    steps: VecDeque<Step>,
    errors: usize,
    is_first_line: bool,
    has_enhanced_codes: bool,
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
            Line::TooLong => {
                let stage = match std::mem::replace(&mut self.state, State::Ready) {
                    State::AwaitingCredentials(_) => Stage::Auth,
                    state => {
                        self.state = state;
                        Stage::Other
                    }
                };
                return self.refuse(stage, Said::OverlongLine, LINE_TOO_LONG);
            }
        };
        if let State::AwaitingCredentials(_) = self.state {
            return self.take_credentials(&line);
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
        for lapse in lapses {
            let line = printable(&line).into_owned();
            self.record(Fact::Remarked(Remark::new(lapse, line)));
        }
        let verdict = match self.check_sequence(&command) {
            Ok(()) => policy.decide(&Event::Command(&command)),
            Err(refusal) => Verdict::Refuse(refusal),
        };
        match (command, verdict) {
            // A chunk's octets are on their way, whatever is made of them (RFC 3030 §2).
            (Command::Bdat(chunk), verdict) => self.begin_chunk(chunk, verdict, Said::Line(line)),
            (command, Verdict::Proceed) => self.carry_out(command, line),
            (_, Verdict::Refuse(refusal)) => self.refuse_line(line, refusal),
        }
    }

    fn take_credentials(&mut self, line: &[u8]) {
        let State::AwaitingCredentials(exchange) = std::mem::replace(&mut self.state, State::Ready)
        else {
            return;
        };
        let said = if line == b"*" {
            Said::Line(line.to_vec())
        } else {
            Said::Secret
        };
        let turn = exchange.respond(line);
        self.authenticate(turn, said);
    }

    pub(super) fn authenticate(&mut self, turn: Result<Turn, Refusal>, said: Said) {
        match turn {
            Ok(Turn::Challenge(exchange, reply)) => {
                self.state = State::AwaitingCredentials(exchange);
                self.answer(said, reply);
            }
            Ok(Turn::Done(login)) => {
                Arc::make_mut(&mut self.client).identity = Some(login.identity().into());
                self.record(Fact::LoggedIn(login));
                let text = "Authentication successful";
                self.answer(said, Reply::fixed(235, (2, 7, 0), text));
            }
            Err(refusal) => self.refuse(Stage::Auth, said, refusal),
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

    fn transaction_mut(&mut self) -> Option<&mut Transaction> {
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

    /// Ends the transaction without a mail, and records that unless a refusal explains it.
    pub(super) fn abandon_transaction(&mut self) {
        self.chunk = None;
        let Some(transaction) = self.take_transaction() else {
            return;
        };
        let Some(stage) = transaction.abort_stage() else {
            return;
        };
        self.record(Fact::Rejected(Box::new(Rejected {
            stage,
            cause: Cause::Aborted,
            said: Said::Nothing,
            reply: None,
            envelope: Some(transaction.envelope),
            recipient: None,
            content: (stage == Stage::Data).then(|| transaction.content.into_bytes()),
        })));
    }

    pub(super) fn record(&mut self, fact: Fact) {
        self.steps.push_back(Step::Record(fact));
    }

    pub(super) fn answer(&mut self, said: Said, reply: Reply) {
        let reply = if self.has_enhanced_codes {
            reply
        } else {
            reply.without_enhanced_code()
        };
        self.record(Fact::Exchange {
            said,
            reply: reply.clone(),
        });
        self.steps.push_back(Step::Send(reply));
    }

    /// Refuses a command line; a RCPT leaves its trace in the envelope.
    pub(super) fn refuse_line(&mut self, line: Vec<u8>, refusal: Refusal) {
        let verb = Verb::of(&line);
        let said = if verb == Verb::Auth {
            Said::Line(without_response(&line))
        } else {
            Said::Line(line)
        };
        if verb == Verb::Data {
            self.explain_transaction();
        }
        self.refuse(verb.stage(), said, refusal);
    }

    /// After a refused DATA or BDAT it is no riddle if the transaction comes to nothing.
    pub(super) fn explain_transaction(&mut self) {
        if let Some(transaction) = self.transaction_mut() {
            transaction.is_explained = true;
        }
    }

    pub(super) fn refuse(&mut self, stage: Stage, said: Said, refusal: Refusal) {
        let envelope = self.transaction().map(|t| match stage {
            Stage::Rcpt => t.envelope.so_far(),
            _ => t.envelope.clone(),
        });
        let recipient = match (&said, stage) {
            (Said::Line(line), Stage::Rcpt) => Some(raw_recipient(line)),
            _ => None,
        };
        if let (Some(address), Some(transaction)) = (&recipient, self.transaction_mut()) {
            transaction.has_tried = true;
            transaction.envelope.refuse(RefusedRecipient {
                address: address.clone(),
                reply: refusal.reply.clone(),
            });
        }
        self.refuse_with(stage, said, refusal, envelope, recipient, None);
    }

    /// Refuses content that has arrived whole, or was too large to be kept.
    pub(super) fn refuse_content(
        &mut self,
        transaction: Transaction,
        said: Said,
        refusal: Refusal,
    ) {
        let is_kept = !transaction.content.is_too_large();
        let content = is_kept.then(|| transaction.content.into_bytes());
        let envelope = Some(transaction.envelope);
        self.refuse_with(Stage::EndOfData, said, refusal, envelope, None, content);
    }

    fn refuse_with(
        &mut self,
        stage: Stage,
        said: Said,
        mut refusal: Refusal,
        envelope: Option<Envelope>,
        recipient: Option<Box<str>>,
        content: Option<Vec<u8>>,
    ) {
        let is_error = matches!(refusal.cause, Cause::Syntax | Cause::Sequence);
        self.errors += usize::from(is_error);
        let is_last = is_error && self.errors > self.settings.max_errors;
        if is_last {
            let reply = Reply::fixed(421, (4, 7, 0), "Too many errors, closing");
            refusal = Refusal::new(Cause::Limit, reply);
        }
        self.record(Fact::Rejected(Box::new(Rejected {
            stage,
            cause: refusal.cause,
            said: said.clone(),
            reply: Some(refusal.reply.clone()),
            envelope,
            recipient,
            content,
        })));
        self.answer(said, refusal.reply);
        if is_last {
            self.close(SessionEnd::Refused);
        }
    }

    /// Ends the session behind what was answered last.
    pub(super) fn close(&mut self, end: SessionEnd) {
        if self.has_ended() {
            return;
        }
        let last_reply = match self.steps.pop_back() {
            Some(Step::Send(reply)) => Some(reply),
            step => {
                self.steps.extend(step);
                None
            }
        };
        self.abandon_transaction();
        self.record(Fact::Closed(end));
        self.steps.extend(last_reply.map(Step::Send));
        self.steps.push_back(Step::Close);
        self.state = State::Ended;
    }
}

/// RFC 9112 §3: a method, a target and a version.
fn is_http_request(line: &[u8]) -> bool {
    let mut words = line.split(|b| *b == b' ');
    let (method, target, version) = (words.next(), words.next(), words.next());
    method.is_some_and(|m| !m.is_empty() && m.iter().all(u8::is_ascii_uppercase))
        && target.is_some_and(|t| !t.is_empty())
        && version.is_some_and(|v| v.starts_with(b"HTTP/"))
}

/// An AUTH line as a transcript may show it.
pub(super) fn without_response(line: &[u8]) -> Vec<u8> {
    let mut words = line.split(|b| *b == b' ').filter(|word| !word.is_empty());
    let kept: Vec<&[u8]> = words.by_ref().take(2).collect();
    let mut text = kept.join(&b' ');
    if words.next().is_some() {
        text.extend_from_slice(b" [secret]");
    }
    text
}
