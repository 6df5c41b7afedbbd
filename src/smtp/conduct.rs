//! How the commands are carried out: their sequence (RFC 5321 §4.1.4) and their effect.

use std::sync::Arc;

use super::auth::{Exchange, Turn};
use super::command::{Chunk, Command, strict_refusal};
use super::content::{Content, DataDecoder};
use super::envelope::{Envelope, Hello};
use super::event::{Event, Policy, Verdict};
use super::extension::Extension;
use super::parameters::Body;
use super::path::ReversePath;
use super::printable::without_response;
use super::refusal::{Cause, Refusal};
use super::remark::Lapse;
use super::reply::Reply;
use super::session::{PendingChunk, ServerSession, State};
use super::session_end::SessionEnd;
use super::stage::Stage;
use super::step::{Fact, Said};
use super::transaction::{Intake, Transaction};
use super::verb::Verb;

const TOO_LARGE: Refusal = Refusal::new(
    Cause::Limit,
    Reply::fixed(552, (5, 3, 4), "Message too big for this server"),
);
const TOO_MANY_RECIPIENTS: Refusal = Refusal::new(
    Cause::Limit,
    Reply::fixed(452, (4, 5, 3), "Too many recipients"),
);
const NO_VALID_RECIPIENTS: Refusal = Refusal::new(
    Cause::Policy,
    Reply::fixed(554, (5, 5, 1), "No valid recipients"),
);
const OK: Reply = Reply::fixed(250, (2, 0, 0), "OK");
const MAIL_OK: Reply = Reply::fixed(250, (2, 0, 0), "OK, mail accepted");

impl ServerSession {
    /// Whether a command may come now, and within the limits of the protocol.
    pub(super) fn check_sequence(&self, command: &Command) -> Result<(), Refusal> {
        match command {
            Command::Mail(reverse_path) => {
                self.check_hello()?;
                if self.transaction().is_some() {
                    return Err(Refusal::sequence("A transaction is under way already"));
                }
                self.check_declared_size(reverse_path)
            }
            Command::Rcpt(_) => match self.transaction() {
                None => Err(Refusal::sequence("MAIL first")),
                Some(transaction) if !matches!(transaction.intake, Intake::NotBegun) => {
                    Err(Refusal::sequence("The content has begun already"))
                }
                Some(transaction) => {
                    let count = transaction.envelope.forward_paths().len();
                    if count >= self.settings.max_recipients {
                        return Err(TOO_MANY_RECIPIENTS);
                    }
                    Ok(())
                }
            },
            Command::Data => {
                let transaction = self.check_recipients()?;
                if matches!(transaction.intake, Intake::Chunks) {
                    return Err(Refusal::sequence("DATA and BDAT do not mix"));
                }
                let parameters = transaction.envelope.reverse_path().parameters();
                if parameters.body() == Body::BinaryMime {
                    return Err(Refusal::sequence("BODY=BINARYMIME asks for BDAT"));
                }
                Ok(())
            }
            Command::Bdat(_) => {
                if !self.settings.extensions.offers(&Extension::Chunking) {
                    return Err(Refusal::syntax(502, (5, 5, 1), "Command not implemented"));
                }
                self.check_recipients().map(|_| ())
            }
            Command::Auth { .. } => {
                self.check_hello()?;
                if self.transaction().is_some() {
                    return Err(Refusal::sequence("Not within a transaction"));
                }
                if self.client.identity.is_some() {
                    return Err(Refusal::sequence("Authenticated already"));
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn check_hello(&self) -> Result<(), Refusal> {
        match self.client.hello {
            Some(_) => Ok(()),
            None => Err(Refusal::sequence("EHLO or HELO first")),
        }
    }

    /// What DATA and BDAT need.
    fn check_recipients(&self) -> Result<&Transaction, Refusal> {
        let transaction = self
            .transaction()
            .ok_or(Refusal::sequence("MAIL and RCPT first"))?;
        match transaction.envelope.forward_paths() {
            [] if transaction.has_tried => Err(NO_VALID_RECIPIENTS),
            [] => Err(Refusal::sequence("RCPT first")),
            _ => Ok(transaction),
        }
    }

    /// RFC 1870 §6.1: a size that is too large is refused at MAIL.
    fn check_declared_size(&self, reverse_path: &ReversePath) -> Result<(), Refusal> {
        match reverse_path.parameters().size() {
            Some(size) if size > self.settings.max_content as u64 => Err(TOO_LARGE),
            _ => Ok(()),
        }
    }

    /// Carries out what may be carried out; BDAT has a way of its own.
    pub(super) fn carry_out(&mut self, command: Command, line: Vec<u8>) {
        let said = Said::Line(line);
        match command {
            Command::Ehlo(name) => {
                let mut text = self.hello_text(&name);
                for line in self.settings.extensions.lines(self.settings.max_content) {
                    text.push('\n');
                    text.push_str(&line);
                }
                self.begin_anew(name, true);
                self.answer(said, Reply::plain(250, text.into()));
            }
            Command::Helo(name) => {
                let text = self.hello_text(&name);
                self.begin_anew(name, false);
                self.answer(said, Reply::plain(250, text.into()));
            }
            Command::Mail(reverse_path) => {
                let envelope = Envelope::new(reverse_path, Arc::clone(&self.client));
                let content = Content::new(self.settings.max_content);
                let transaction = Transaction::new(envelope, content);
                self.state = State::AwaitingRecipients(Box::new(transaction));
                self.answer(said, Reply::fixed(250, (2, 1, 0), "Sender OK"));
            }
            Command::Rcpt(forward_path) => {
                if let State::AwaitingRecipients(transaction) = &mut self.state {
                    transaction.has_tried = true;
                    transaction.is_explained = false;
                    transaction.envelope.accept(forward_path);
                }
                self.answer(said, Reply::fixed(250, (2, 1, 5), "Recipient OK"));
            }
            Command::Data => {
                if let Some(mut transaction) = self.take_transaction() {
                    transaction.intake = Intake::Data(DataDecoder::new());
                    self.state = State::ReceivingData(Box::new(transaction));
                }
                let text = "Start mail input; end with <CRLF>.<CRLF>";
                self.answer(said, Reply::plain(354, text.into()));
            }
            Command::Rset => {
                self.abandon_transaction();
                self.answer(said, OK);
            }
            Command::Quit => {
                self.answer(said, Reply::fixed(221, (2, 0, 0), "Bye"));
                self.close(SessionEnd::Quit);
            }
            Command::Auth {
                mechanism,
                initial_response,
            } => {
                let Said::Line(line) = said else { return };
                let said = Said::Line(without_response(&line).into_owned());
                self.authenticate(
                    Exchange::begin(&mechanism, initial_response.as_deref()),
                    said,
                );
            }
            Command::Noop => self.answer(said, OK),
            // RFC 5321 §3.5.3: the address is not looked at, yet mail for it is taken.
            Command::Vrfy | Command::Expn => {
                let text = "Not verified, but mail will be accepted";
                self.answer(said, Reply::fixed(252, (2, 0, 0), text));
            }
            Command::Help => {
                let text = "EHLO HELO MAIL RCPT DATA BDAT RSET NOOP QUIT VRFY EXPN HELP AUTH";
                self.answer(said, Reply::fixed(214, (2, 0, 0), text));
            }
            Command::Bdat(_) => {}
        }
    }

    /// Replies are ASCII: a name that is not is not repeated.
    fn hello_text(&self, name: &str) -> String {
        let name = if name.is_ascii() { name } else { "you" };
        format!("{} greets {name}", self.settings.host_name)
    }

    /// RFC 5321 §4.1.4: a hello clears the transaction.
    fn begin_anew(&mut self, name: Box<str>, is_extended: bool) {
        self.abandon_transaction();
        self.record(Fact::Hello { name: name.clone() });
        Arc::make_mut(&mut self.client).hello = Some(Hello { name, is_extended });
        self.state = State::Ready;
    }

    /// Goes on with an AUTH exchange.
    pub(super) fn take_credentials(&mut self, line: &[u8], lapse: Option<Lapse>) {
        let State::AwaitingCredentials(exchange) = std::mem::replace(&mut self.state, State::Ready)
        else {
            return;
        };
        match lapse {
            Some(lapse) if self.settings.strict => {
                let refusal = strict_refusal(lapse, Verb::Auth);
                return self.refuse(Stage::Auth, Said::Secret, refusal);
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
        self.authenticate(turn, said);
    }

    fn authenticate(&mut self, turn: Result<Turn, Refusal>, said: Said) {
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

    pub(super) fn begin_chunk(&mut self, chunk: Chunk, verdict: Verdict, said: Said) {
        let refusal = match verdict {
            Verdict::Proceed => None,
            Verdict::Refuse(refusal) => Some(refusal),
        };
        if let (None, State::AwaitingRecipients(transaction)) = (&refusal, &mut self.state) {
            transaction.intake = Intake::Chunks;
        }
        self.chunk = Some(PendingChunk {
            said,
            remaining: chunk.octets,
            is_last: chunk.is_last,
            refusal,
        });
    }

    /// The octets of a chunk have all come.
    pub(super) fn end_chunk(&mut self, policy: &mut impl Policy) {
        let Some(chunk) = self.chunk.take() else {
            return;
        };
        if let Some(refusal) = chunk.refusal {
            self.explain_transaction();
            return self.refuse(Stage::Data, chunk.said, refusal);
        }
        let is_too_large = self.transaction().is_some_and(|t| t.content.is_too_large());
        if chunk.is_last || is_too_large {
            return self.end_of_data(chunk.said, policy);
        }
        self.answer(chunk.said, Reply::fixed(250, (2, 0, 0), "Chunk OK"));
    }

    /// The dot has come.
    pub(super) fn end_data(&mut self, policy: &mut impl Policy) {
        let octets = self.transaction().map_or(0, |t| t.content.octets());
        self.end_of_data(Said::Content { octets }, policy);
    }

    fn end_of_data(&mut self, said: Said, policy: &mut impl Policy) {
        let Some(transaction) = self.take_transaction() else {
            return;
        };
        if transaction.content.is_too_large() {
            return self.refuse_content(transaction, said, TOO_LARGE);
        }
        let verdict = policy.decide(&Event::EndOfData {
            content: transaction.content.as_bytes(),
        });
        match verdict {
            Verdict::Refuse(refusal) => self.refuse_content(transaction, said, refusal),
            Verdict::Proceed => {
                self.record(Fact::Accepted {
                    envelope: transaction.envelope,
                    content: transaction.content.into_bytes(),
                });
                self.answer(said, MAIL_OK);
            }
        }
    }
}
