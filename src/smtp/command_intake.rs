//! How command lines are taken in: read, asked about, and carried out or refused.

use super::command::{Command, Context, strict_refusal};
use super::event::Policy;
use super::framing::Line;
use super::manner::Manner;
use super::matter::Matter;
use super::printable::{printable, without_response};
use super::refusal::Refusal;
use super::remark::{Lapse, Remark};
use super::session::{ServerSession, State};
use super::session_end::SessionEnd;
use super::stage::Stage;
use super::step::{Fact, Said};
use super::verb::Verb;
use super::verdict::Verdict;

impl ServerSession {
    /// Refuses a client that speaks another protocol.
    pub(super) fn refuse_stranger(&mut self, said: Said, text: &'static str) {
        let refusal = Refusal::syntax(500, (5, 5, 2), text);
        let manner = Manner {
            end: Some(SessionEnd::Refused),
            ..Manner::default()
        };
        self.refuse(Stage::Other, said, refusal, manner);
    }

    pub(super) fn take_line(&mut self, line: Line, policy: &mut impl Policy) {
        let is_first_line = std::mem::replace(&mut self.is_first_line, false);
        let (line, is_bare) = match line {
            Line::Text { bytes, is_bare } => (bytes, is_bare),
            Line::TooLong { head } => return self.refuse_overlong_line(head),
        };
        if let State::AwaitingCredentials(_) = self.state {
            let lapse = is_bare.then_some(Lapse::BareLineFeedInCommand);
            return self.take_credentials(&line, lapse, policy);
        }
        if is_first_line && is_http_request(&line) {
            let text = "This is an SMTP server, not an HTTP server";
            return self.refuse_stranger(Said::Line(line), text);
        }
        let verb = Verb::of(&line);
        let is_secret = self.is_secret(verb, &line);
        let shown = if is_secret { SECRET } else { &line };
        // RFC 5321 §3.1: a client that was turned away can only leave.
        if matches!(self.state, State::AwaitingQuit) && verb != Verb::Quit {
            let refusal = Refusal::sequence("No SMTP service here");
            return self.refuse_line(shown, refusal, Manner::default());
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
            Err(refusal) => return self.refuse_line(shown, refusal, Manner::default()),
        };
        let refused_lapse = lapses.first().filter(|_| self.settings.strict);
        let verdict = match (refused_lapse, self.check_sequence(&command)) {
            (Some(lapse), _) => Verdict::Refuse(strict_refusal(*lapse, verb)),
            (None, Err(refusal)) => Verdict::Refuse(refusal),
            (None, Ok(())) => self.ask_about_command(&command, &line, is_secret, policy),
        };
        if refused_lapse.is_none() {
            self.remark(&lapses, shown);
        }
        let line = if is_secret { SECRET.to_vec() } else { line };
        match command {
            // A chunk's octets are on their way, whatever is made of them (RFC 3030 §2).
            Command::Bdat(chunk) if !verdict.is_about_intake() => {
                self.begin_chunk(chunk, verdict, Said::Line(line));
            }
            command => {
                let matter = Matter::Command { command, line };
                self.follow(verdict, matter, Manner::default(), policy);
            }
        }
    }

    /// Whether a line is not to be shown. Behind AUTH, credentials may come that were sent ahead and are
    /// not asked for any more.
    fn is_secret(&mut self, verb: Verb, line: &[u8]) -> bool {
        if verb != Verb::Unknown {
            self.may_hear_secrets = verb == Verb::Auth;
        }
        self.may_hear_secrets && verb == Verb::Unknown && !line.contains(&b' ')
    }

    pub(super) fn remark(&mut self, lapses: &[Lapse], line: &[u8]) {
        for lapse in lapses {
            let line = printable(&without_response(line)).into_owned();
            self.record(Fact::Remarked(Remark::new(*lapse, line)));
        }
    }
}

/// What stands for a line that is not to be shown.
const SECRET: &[u8] = b"[secret]";

/// How a TLS record of the handshake begins (RFC 8446 §5.1): its type, and the major version.
pub(super) const TLS_HANDSHAKE: &[u8] = &[22, 3];

/// RFC 9112 §3: a method, a target and a version.
fn is_http_request(line: &[u8]) -> bool {
    let mut words = line.split(|b| *b == b' ');
    let (method, target, version) = (words.next(), words.next(), words.next());
    method.is_some_and(|m| !m.is_empty() && m.iter().all(u8::is_ascii_uppercase))
        && target.is_some_and(|t| !t.is_empty())
        && version.is_some_and(|v| v.starts_with(b"HTTP/"))
}
