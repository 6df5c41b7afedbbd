//! How a session asks its policy, and does what was decided.

use super::command::Command;
use super::event::{Event, Moment, Policy};
use super::manner::Manner;
use super::matter::{Held, Matter};
use super::origin::Origin;
use super::refusal::Refusal;
use super::reply::Reply;
use super::sasl::Exchange;
use super::session::{ServerSession, State};
use super::session_end::SessionEnd;
use super::stage::Stage;
use super::step::{Answer, Fact, Said, Step};
use super::transaction::{Intake, Restraint, Transaction};
use super::verdict::{Conduct, Delay, Hold, Intervention, Verdict};

impl ServerSession {
    /// Asks the policy about a matter, and does what it decides; `manner` is for what proceeds.
    pub(super) fn decide(&mut self, matter: Matter, manner: Manner, policy: &mut impl Policy) {
        let verdict = self.ask(&matter, policy);
        self.follow(verdict, matter, manner, policy);
    }

    pub(super) fn ask_about_command(
        &self,
        command: &Command,
        line: &[u8],
        is_secret: bool,
        policy: &mut impl Policy,
    ) -> Verdict {
        let begins_content = match command {
            Command::Data => true,
            Command::Bdat(_) => self
                .transaction()
                .is_some_and(|t| matches!(t.intake, Intake::NotBegun)),
            _ => false,
        };
        policy.decide(&Event {
            begins_content,
            ..self.event(Moment::Command {
                command,
                line,
                is_secret,
            })
        })
    }

    fn ask(&self, matter: &Matter, policy: &mut impl Policy) -> Verdict {
        let event = match matter {
            Matter::Greeting => self.event(Moment::Connect),
            Matter::Handshake => self.event(Moment::TlsHandshake),
            Matter::Credentials { login, .. } => self.event(Moment::Credentials(login)),
            Matter::Content { transaction, .. } => self.end_of_data_event(transaction),
            Matter::Command { command, line } => {
                return self.ask_about_command(command, line, false, policy);
            }
            // Decided when BDAT came, or with the content.
            Matter::Chunk(_) | Matter::Accepted { .. } => return Verdict::Proceed,
        };
        policy.decide(&event)
    }

    fn end_of_data_event<'a>(&'a self, transaction: &'a Transaction) -> Event<'a> {
        Event {
            envelope: Some(&transaction.envelope),
            ..self.event(Moment::EndOfData {
                content: transaction.content.as_bytes(),
            })
        }
    }

    pub(super) fn event<'a>(&'a self, moment: Moment<'a>) -> Event<'a> {
        Event {
            moment,
            client: &self.client,
            envelope: self.transaction().map(|t| &t.envelope),
            begins_content: false,
            accepted_mails: self.accepted_mails,
            is_lmtp: self.settings.is_lmtp,
        }
    }

    pub(super) fn follow(
        &mut self,
        verdict: Verdict,
        matter: Matter,
        manner: Manner,
        policy: &mut impl Policy,
    ) {
        match verdict {
            Verdict::Proceed => self.proceed(matter, manner, policy),
            Verdict::Refuse(refusal) => {
                let manner = manner.without_words().closing_with(refusal.reply.as_ref());
                self.turn_down(matter, refusal, manner);
            }
            Verdict::Intervene(intervention) => {
                self.intervene(matter, manner, *intervention, policy);
            }
        }
    }

    /// Holds the session first, if it is to be held.
    pub(super) fn intervene(
        &mut self,
        matter: Matter,
        manner: Manner,
        intervention: Intervention,
        policy: &mut impl Policy,
    ) {
        let matter = match matter {
            // RFC 1047: the mail is there, and the client does not know it yet.
            Matter::Content { transaction, said }
                // In LMTP it is not known yet who gets it.
                if intervention.is_delayed()
                    && intervention.conduct.accepts()
                    && !self.settings.is_lmtp =>
            {
                self.record_mail(*transaction, intervention.conduct == Conduct::Discard);
                Matter::Accepted { said }
            }
            matter => matter,
        };
        if intervention.holds.is_empty() {
            return self.conclude(matter, manner, intervention, policy);
        }
        // Another rule may have held it before, at an earlier stage of the same command.
        if !std::mem::replace(&mut self.has_open_exchange, true) {
            self.record(Fact::Exchange {
                said: matter.said(),
                answer: Answer::Nothing(intervention.origin),
            });
        }
        let held = Held {
            matter,
            manner,
            intervention,
        };
        self.hold(held, false);
    }

    /// Holds the session as the next hold has it.
    fn hold(&mut self, mut held: Held, is_behind_another: bool) {
        let Hold { rule, delay } = held.intervention.holds.remove(0);
        self.steps.push_back(Step::Hold {
            duration: match delay {
                Delay::For(duration) => Some(duration),
                Delay::WhileInForce => None,
            },
            rule,
            is_behind_another,
        });
        self.held = Some(Box::new(held));
    }

    /// Goes on behind a hold.
    pub(super) fn resume(&mut self, held: Held, policy: &mut impl Policy) {
        if !held.intervention.holds.is_empty() {
            return self.hold(held, true);
        }
        let Held {
            matter,
            manner,
            intervention,
        } = held;
        if let Matter::Content { transaction, .. } = &matter
            && intervention.conduct.accepts()
            && let refused @ Verdict::Refuse(_) =
                policy.reconsider(&self.end_of_data_event(transaction))
        {
            return self.follow(refused, matter, manner, policy);
        }
        self.conclude(matter, manner, intervention, policy);
    }

    /// Does what was decided, after the hold. `manner` is what was decided about the command before.
    fn conclude(
        &mut self,
        matter: Matter,
        manner: Manner,
        intervention: Intervention,
        policy: &mut impl Policy,
    ) {
        let origin = intervention.origin;
        match intervention.conduct {
            Conduct::Proceed | Conduct::PassOn => self.proceed(matter, manner, policy),
            Conduct::Throttle(_) | Conduct::CloseAfterOctets(_) => {
                self.proceed(matter, manner, policy);
                if let Some(transaction) = self.intake_mut() {
                    transaction.restraint = Restraint::of(&intervention);
                }
            }
            Conduct::Reply(reply) => {
                let saying = Manner::saying(Answer::Reply(reply.clone()));
                self.say(matter, Some(reply), saying.or(manner), origin, policy);
            }
            Conduct::ReplyThenClose(reply) => {
                let saying = Manner {
                    end: Some(SessionEnd::Disconnected),
                    ..Manner::saying(Answer::Reply(reply.clone()))
                };
                self.say(matter, Some(reply), saying.or(manner), origin, policy);
            }
            Conduct::SendRaw(octets) => {
                let reply = Reply::read(&octets);
                let saying = Manner::saying(Answer::Raw(octets));
                self.say(matter, reply, saying.or(manner), origin, policy);
            }
            Conduct::TlsFault(fault) => self.fail_handshake(fault, origin),
            Conduct::Drip(interval) => {
                let dripping = Manner {
                    drip: Some((interval, intervention.rule)),
                    ..Manner::default()
                };
                self.proceed(matter, dripping.or(manner), policy);
            }
            Conduct::Close => {
                let ending = Manner::ending(SessionEnd::Disconnected, origin);
                self.turn_down(matter, Refusal::by_rule(origin, None), ending);
            }
            Conduct::Reset => {
                let ending = Manner::ending(SessionEnd::Reset, origin);
                self.turn_down(matter, Refusal::by_rule(origin, None), ending);
            }
            Conduct::Discard => match matter {
                Matter::Content { transaction, said } => self.discard(*transaction, said, manner),
                matter => self.proceed(matter, manner, policy),
            },
            Conduct::AcceptThenClose => {
                let ending = Manner::ending(SessionEnd::Disconnected, origin);
                self.proceed(matter, ending, policy);
            }
        }
    }

    /// Says what a rule wants said. What becomes of the matter follows from that, as the client must
    /// see it.
    fn say(
        &mut self,
        matter: Matter,
        reply: Option<Reply>,
        manner: Manner,
        origin: Origin,
        policy: &mut impl Policy,
    ) {
        let manner = manner.closing_with(reply.as_ref());
        let code = reply.as_ref().map_or(0, Reply::code);
        match matter {
            Matter::Command {
                command:
                    Command::Auth {
                        mechanism,
                        initial_response,
                    },
                line,
            } if matches!(code, 200..300 | 334) => {
                let (said, silence) = (Said::command(&line), Answer::Nothing(origin));
                let initial = initial_response.as_ref();
                self.say_to_auth(&mechanism, initial, said, code, silence, manner);
            }
            Matter::Credentials { login, said } if code == 334 => {
                self.state = State::AwaitingCredentials(Exchange::presented(login));
                self.answer_as(said, Answer::Nothing(origin), manner);
            }
            matter if matter.is_done_by(code) => self.proceed(matter, manner, policy),
            matter => self.turn_down(matter, Refusal::by_rule(origin, reply), manner),
        }
    }

    fn proceed(&mut self, matter: Matter, manner: Manner, policy: &mut impl Policy) {
        match matter {
            Matter::Greeting => {
                let protocol = if self.settings.is_lmtp {
                    "LMTP"
                } else {
                    "ESMTP"
                };
                let text = format!("{} {protocol} mailmock", self.settings.host_name);
                self.answer_as(Said::Nothing, Reply::plain(220, text.into()), manner);
            }
            Matter::Handshake => self.upgrade(None),
            Matter::Command { command, line } => self.carry_out(command, line, manner, policy),
            Matter::Chunk(chunk) => self.accept_chunk(*chunk, manner, policy),
            Matter::Credentials { login, said } => self.log_in(login, said, manner),
            Matter::Content { transaction, said } => {
                self.deliver(*transaction, said, manner, policy);
            }
            Matter::Accepted { said } => self.accept_mail(said, manner),
        }
    }

    pub(super) fn turn_down(&mut self, matter: Matter, refusal: Refusal, manner: Manner) {
        match matter {
            Matter::Greeting => {
                self.state = State::AwaitingQuit;
                self.refuse(Stage::Connect, Said::Nothing, refusal, manner);
            }
            Matter::Handshake => self.refuse_handshake(refusal, manner),
            Matter::Command { command, line } => {
                self.note_unwanted_login(&command);
                self.refuse_line(&line, refusal, manner);
            }
            Matter::Chunk(chunk) => self.refuse_chunk(*chunk, refusal, manner),
            Matter::Credentials { login, said } => {
                self.refuse_login(login, said, refusal, manner);
            }
            Matter::Content { transaction, said } => {
                let manner = self.for_each_recipient(&transaction, manner);
                self.refuse_content(*transaction, Stage::EndOfData, said, refusal, manner);
            }
            // It is recorded as a mail: only the reply does not come.
            Matter::Accepted { said } => self.accept_mail(said, manner),
        }
    }
}
