//! How the commands are carried out: their effect, and the reply to it.

use std::sync::Arc;

use super::command::Command;
use super::content::{Content, DataDecoder};
use super::envelope::{Envelope, Hello};
use super::event::Policy;
use super::extension::Extension;
use super::manner::Manner;
use super::reply::Reply;
use super::session::{ServerSession, State};
use super::session_end::SessionEnd;
use super::settings::Settings;
use super::step::{Fact, Said};
use super::transaction::{Intake, Transaction};
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
                for line in self.extension_lines() {
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
                let initial = initial_response.as_ref();
                return self.begin_auth(&mechanism, initial, &line, manner, policy);
            }
            Command::StartTls => return self.start_tls(line, manner),
            Command::Noop => OK,
            // RFC 5321 §3.5.3: the address is not looked at, yet mail for it is taken.
            Command::Vrfy(_) | Command::Expn(_) => {
                let text = "Not verified, but mail will be accepted";
                Reply::fixed(252, (2, 0, 0), text)
            }
            Command::Help => {
                let starttls = if self.offers_starttls() {
                    " STARTTLS"
                } else {
                    ""
                };
                let auth = if self.offers_auth() { " AUTH" } else { "" };
                let hello = if self.settings.is_lmtp {
                    "LHLO"
                } else {
                    "EHLO HELO"
                };
                let others = "MAIL RCPT DATA BDAT RSET NOOP QUIT VRFY EXPN HELP";
                let text = format!("{hello} {others}{auth}{starttls}");
                Reply::fixed(214, (2, 0, 0), "").with_text(text)
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

    /// What EHLO offers now.
    fn extension_lines(&self) -> Vec<String> {
        let Settings {
            extensions,
            max_content,
            mechanisms,
            ..
        } = &*self.settings;
        let offered = extensions
            .iter()
            .filter(|e| **e != Extension::Auth || self.offers_auth());
        let lines = offered.map(|extension| extension.line(*max_content, mechanisms));
        let starttls = self.offers_starttls().then(|| "STARTTLS".to_owned());
        lines.chain(starttls).collect()
    }

    /// RFC 5321 §4.1.4: a hello clears the transaction.
    fn begin_anew(&mut self, name: Box<str>, is_extended: bool) {
        self.abandon_transaction();
        self.record(Fact::Hello { name: name.clone() });
        Arc::make_mut(&mut self.client).hello = Some(Hello { name, is_extended });
        self.state = State::Ready;
    }
}
