//! How the commands are carried out: their effect, and the reply to it.

use std::sync::Arc;

use super::auth::{Exchange, Login, Turn};
use super::command::{Command, strict_refusal};
use super::content::{Content, DataDecoder};
use super::envelope::{Envelope, Hello};
use super::event::Policy;
use super::manner::Manner;
use super::matter::Matter;
use super::refusal::Refusal;
use super::remark::Lapse;
use super::reply::Reply;
use super::session::{ServerSession, State};
use super::session_end::SessionEnd;
use super::stage::Stage;
use super::step::{Fact, Said};
use super::transaction::{Intake, Transaction};
use super::verb::Verb;
use super::verdict::Verdict;

const OK: Reply = Reply::fixed(250, (2, 0, 0), "OK");

impl ServerSession {
    /// Carries out what may be carried out.
    pub(super) fn carry_out(
        &mut self,
        command: Command,
        line: Vec<u8>,
        manner: Manner,
        policy: &mut impl Policy,
    ) {
        let reply = match command {
            Command::Ehlo(name) => {
                let mut text = self.hello_text(&name);
                for line in self.settings.extensions.lines(self.settings.max_content) {
                    text.push('\n');
                    text.push_str(&line);
                }
                self.begin_anew(name, true);
                Reply::plain(250, text.into())
            }
            Command::Helo(name) => {
                let text = self.hello_text(&name);
                self.begin_anew(name, false);
                Reply::plain(250, text.into())
            }
            Command::Mail(reverse_path) => {
                let envelope = Envelope::new(reverse_path, Arc::clone(&self.client));
                let content = Content::new(self.settings.max_content);
                let transaction = Transaction::new(envelope, content);
                self.state = State::AwaitingRecipients(Box::new(transaction));
                Reply::fixed(250, (2, 1, 0), "Sender OK")
            }
            Command::Rcpt(forward_path) => {
                if let Some(transaction) = self.transaction_mut() {
                    transaction.has_tried = true;
                    transaction.is_explained = false;
                    transaction.envelope.accept(forward_path);
                }
                Reply::fixed(250, (2, 1, 5), "Recipient OK")
            }
            Command::Data => {
                if let Some(mut transaction) = self.take_transaction() {
                    transaction.intake = Intake::Data(DataDecoder::new());
                    self.state = State::ReceivingData(transaction);
                }
                let text = "Start mail input; end with <CRLF>.<CRLF>";
                Reply::plain(354, text.into())
            }
            Command::Rset => {
                self.abandon_transaction();
                OK
            }
            Command::Quit => {
                let manner = Manner {
                    end: manner.end.or(Some(SessionEnd::Quit)),
                    ..manner
                };
                let bye = Reply::fixed(221, (2, 0, 0), "Bye");
                return self.answer_as(Said::Line(line), bye, manner);
            }
            Command::Auth {
                mechanism,
                initial_response,
            } => {
                let turn = Exchange::begin(&mechanism, initial_response.as_deref());
                return self.authenticate(turn, Said::command(&line), manner, policy);
            }
            Command::Noop => OK,
            // RFC 5321 §3.5.3: the address is not looked at, yet mail for it is taken.
            Command::Vrfy | Command::Expn => {
                let text = "Not verified, but mail will be accepted";
                Reply::fixed(252, (2, 0, 0), text)
            }
            Command::Help => {
                let text = "EHLO HELO MAIL RCPT DATA BDAT RSET NOOP QUIT VRFY EXPN HELP AUTH";
                Reply::fixed(214, (2, 0, 0), text)
            }
            Command::Unserved(refusal) if manner.instead.is_none() => {
                return self.refuse_line(&line, refusal, manner);
            }
            // A rule answers for it.
            Command::Unserved(_) => return self.answer_as(Said::command(&line), OK, manner),
            // The reply comes behind its octets.
            Command::Bdat(chunk) => {
                return self.begin_chunk(chunk, Verdict::Proceed, Said::Line(line));
            }
        };
        self.answer_as(Said::Line(line), reply, manner);
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
            Err(refusal) => self.refuse(Stage::Auth, said, refusal, manner),
        }
    }

    pub(super) fn log_in(&mut self, login: Login, said: Said, manner: Manner) {
        Arc::make_mut(&mut self.client).identity = Some(login.identity().into());
        self.record(Fact::LoggedIn(login));
        let text = "Authentication successful";
        self.answer_as(said, Reply::fixed(235, (2, 7, 0), text), manner);
    }
}
