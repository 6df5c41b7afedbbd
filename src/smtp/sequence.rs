//! The order of commands (RFC 5321 §4.1.4), and the limits of the protocol.

use super::command::Command;
use super::parameters::Body;
use super::path::ReversePath;
use super::refusal::{Cause, Refusal};
use super::reply::Reply;
use super::session::ServerSession;
use super::transaction::{Intake, Transaction};

pub(super) const TOO_LARGE: Refusal = Refusal::new(Cause::Limit, Reply::message_too_big());
const TOO_MANY_RECIPIENTS: Refusal = Refusal::new(Cause::Limit, Reply::too_many_recipients());
const NO_VALID_RECIPIENTS: Refusal = Refusal::new(
    Cause::Policy,
    Reply::fixed(554, (5, 5, 1), "No valid recipients"),
);

impl ServerSession {
    /// Whether a command may come now, and within the limits of the protocol.
    pub(super) fn check_sequence(&self, command: &Command) -> Result<(), Refusal> {
        self.check_security(command)?;
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
                check_not_failed(transaction)?;
                if matches!(transaction.intake, Intake::Chunks) {
                    return Err(Refusal::sequence("DATA and BDAT do not mix"));
                }
                let parameters = transaction.envelope.reverse_path().parameters();
                if parameters.body() == Body::BinaryMime {
                    return Err(Refusal::sequence("BODY=BINARYMIME asks for BDAT"));
                }
                Ok(())
            }
            Command::Bdat(_) => check_not_failed(self.check_recipients()?),
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
            Command::StartTls => {
                self.check_hello()?;
                if self.client.is_tls() {
                    return Err(Refusal::sequence("TLS is active already"));
                }
                if self.transaction().is_some() {
                    return Err(Refusal::sequence("Not within a transaction"));
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn check_hello(&self) -> Result<(), Refusal> {
        match self.client.hello {
            Some(_) => Ok(()),
            None if self.settings.is_lmtp => Err(Refusal::sequence("LHLO first")),
            None => Err(Refusal::sequence("EHLO or HELO first")),
        }
    }

    /// What DATA and BDAT need.
    fn check_recipients(&self) -> Result<&Transaction, Refusal> {
        let transaction = self
            .transaction()
            .ok_or(Refusal::sequence("MAIL and RCPT first"))?;
        match transaction.envelope.forward_paths() {
            // RFC 2033 §4.2: it is 503 there.
            [] if transaction.has_tried && !self.settings.is_lmtp => Err(NO_VALID_RECIPIENTS),
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
}

/// RFC 3030 §2: after a refused chunk there is only RSET.
fn check_not_failed(transaction: &Transaction) -> Result<(), Refusal> {
    match transaction.intake {
        Intake::Failed => Err(Refusal::sequence("A chunk was refused; RSET first")),
        _ => Ok(()),
    }
}
