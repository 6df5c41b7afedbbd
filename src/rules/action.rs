//! What a rule does.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::event::Event;
use super::trigger::Trigger;
#[cfg(feature = "tls")]
use crate::smtp::TlsFault;
use crate::smtp::{Conduct, Delay, Moment, Reply};

/// What the server does in place of its own way; [`RuleBuilder`](crate::RuleBuilder) has the same words
/// as methods, and says more about each.
///
/// As a value it is for [`in_turn`](crate::RuleBuilder::in_turn), and for tables of cases:
///
/// ```
/// # use std::time::Duration;
/// use mailmock::{Action, MailServer, Reply, Trigger};
///
/// let server = MailServer::start();
/// server.on(Trigger::rcpt()).in_turn([
///     Action::reply(Reply::greylisted()),
///     Action::disconnect().after(Duration::from_millis(50)),
///     Action::proceed(),
/// ]);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use = "an action does nothing until a rule has it"]
pub struct Action {
    pub(super) delay: Option<Delay>,
    pub(super) conduct: Conduct,
}

impl Action {
    /// Gives that reply; see [`RuleBuilder::reply`](crate::RuleBuilder::reply).
    pub fn reply(reply: Reply) -> Self {
        Conduct::Reply(reply).into()
    }

    /// Gives that reply, and closes the connection.
    pub fn reply_then_disconnect(reply: Reply) -> Self {
        Conduct::ReplyThenClose(reply).into()
    }

    /// Goes on as if there were no rule.
    pub fn proceed() -> Self {
        Conduct::Proceed.into()
    }

    /// Lets older rules decide, after the [delay](Self::after) if there is one.
    pub fn pass_on() -> Self {
        Conduct::PassOn.into()
    }

    /// Closes the connection (FIN) without a reply.
    pub fn disconnect() -> Self {
        Conduct::Close.into()
    }

    /// Resets the connection (RST) without a reply. At [`connect`](crate::Trigger::connect) it may reach a
    /// client that still connects, and whose connecting fails then; another one fails as it reads the greeting.
    pub fn reset() -> Self {
        Conduct::Reset.into()
    }

    /// Does nothing, as long as the rule exists.
    pub fn hang() -> Self {
        Self {
            delay: Some(Delay::WhileInForce),
            conduct: Conduct::Proceed,
        }
    }

    /// At end of data: accepts the mail, and keeps it apart.
    pub fn accept_and_discard() -> Self {
        Conduct::Discard.into()
    }

    /// At end of data: accepts the mail, and closes the connection before the client learns of it.
    pub fn accept_then_disconnect() -> Self {
        Conduct::AcceptThenClose.into()
    }

    /// At DATA or BDAT: closes the connection when more than so many octets of content have
    /// come.
    pub fn disconnect_after_bytes(octets: u64) -> Self {
        Conduct::CloseAfterOctets(octets).into()
    }

    /// At DATA or BDAT: takes the content in at so many octets a second.
    ///
    /// # Panics
    ///
    /// If it is 0, which is [`hang`](Self::hang).
    #[track_caller]
    pub fn throttle(octets_per_second: u32) -> Self {
        Self::try_throttle(octets_per_second).unwrap_or_else(|why| panic!("{why}"))
    }

    pub(crate) fn try_throttle(octets_per_second: u32) -> Result<Self, String> {
        match octets_per_second {
            0 => Err("0 octets a second are hang()".to_owned()),
            rate => Ok(Conduct::Throttle(rate).into()),
        }
    }

    /// Gives the reply octet by octet, with so much time behind each.
    pub fn drip(interval: Duration) -> Self {
        Conduct::Drip(interval).into()
    }

    /// Sends these octets in place of a reply.
    pub fn send_raw(octets: impl Into<Vec<u8>>) -> Self {
        Conduct::SendRaw(Arc::from(octets.into())).into()
    }

    /// At a TLS handshake: does it as it should not be done.
    #[cfg(feature = "tls")]
    pub fn tls_fault(fault: TlsFault) -> Self {
        Conduct::TlsFault(fault).into()
    }

    /// Does it after that time on the server's clock.
    pub fn after(mut self, delay: Duration) -> Self {
        if self.delay != Some(Delay::WhileInForce) {
            self.delay = Some(Delay::For(delay));
        }
        self
    }

    /// Whether it is done after a time of its own.
    pub(super) fn is_delayed(&self) -> bool {
        matches!(self.delay, Some(Delay::For(_)))
    }

    /// Why a trigger cannot have it.
    pub(crate) fn conflict_with(&self, trigger: &Trigger) -> Option<String> {
        if trigger.is_delivery() && !self.is_word() {
            let allowed = "reply(..), proceed() or pass_on() at once";
            return Some(format!("{trigger} takes {allowed}, not {self}"));
        }
        if trigger.is_tls_handshake() && self.is_about_reply() {
            return Some(format!("a handshake has no reply for {self}"));
        }
        let needed = if self.conduct.is_about_content() && !trigger.is_end_of_data() {
            "end_of_data() or end_of_data_when(..)"
        } else if self.conduct.is_about_intake() && !trigger.is_data() {
            "data()"
        } else if self.is_about_tls() && !trigger.is_tls_handshake() {
            "tls_handshake()"
        } else {
            return None;
        };
        let is_open = trigger.is_open(); // it is only asked where the action can be done
        (!is_open).then(|| format!("{self} needs the trigger {needed}, not {trigger}"))
    }

    /// Whether it can be done there.
    pub(super) fn is_possible_at(&self, event: &Event<'_>) -> bool {
        let is_end_of_data = matches!(event.moment(), Moment::EndOfData { .. });
        let is_handshake = matches!(event.moment(), Moment::TlsHandshake);
        let is_delivery = matches!(event.moment(), Moment::Delivery(_));
        (!is_delivery || self.is_word())
            && (!self.conduct.is_about_content() || is_end_of_data)
            && (!self.conduct.is_about_intake() || event.begins_content())
            && (!self.is_about_tls() || is_handshake)
            && !(self.is_about_reply() && is_handshake)
    }

    fn is_about_tls(&self) -> bool {
        matches!(self.conduct, Conduct::TlsFault(_))
    }

    /// Whether it does no more than to say something, or nothing.
    fn is_word(&self) -> bool {
        let is_word = matches!(
            self.conduct,
            Conduct::Reply(_) | Conduct::Proceed | Conduct::PassOn
        );
        is_word && self.delay.is_none()
    }

    /// Whether it does something to the server's own reply.
    fn is_about_reply(&self) -> bool {
        matches!(self.conduct, Conduct::Drip(_))
    }
}

impl From<Conduct> for Action {
    fn from(conduct: Conduct) -> Self {
        Self {
            delay: None,
            conduct,
        }
    }
}

impl fmt::Display for Action {
    /// As it is written: `reply(451 4.7.1 Greylisted, try again later)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.delay {
            Some(Delay::WhileInForce) => return f.write_str("hang()"),
            Some(Delay::For(duration)) => write!(f, "after({duration:?}).")?,
            None => {}
        }
        match &self.conduct {
            Conduct::Proceed => f.write_str("proceed()"),
            Conduct::PassOn => f.write_str("pass_on()"),
            Conduct::Reply(reply) => write!(f, "reply({reply})"),
            Conduct::ReplyThenClose(reply) => write!(f, "reply_then_disconnect({reply})"),
            Conduct::SendRaw(octets) => {
                let shown = &octets[..octets.len().min(40)];
                let more = if octets.len() > 40 { "…" } else { "" };
                write!(f, "send_raw(\"{}{more}\")", shown.escape_ascii())
            }
            Conduct::Drip(interval) => write!(f, "drip({interval:?})"),
            Conduct::Close => f.write_str("disconnect()"),
            Conduct::Reset => f.write_str("reset()"),
            Conduct::Discard => f.write_str("accept_and_discard()"),
            Conduct::AcceptThenClose => f.write_str("accept_then_disconnect()"),
            Conduct::CloseAfterOctets(octets) => write!(f, "disconnect_after_bytes({octets})"),
            Conduct::Throttle(rate) => write!(f, "throttle({rate})"),
            Conduct::TlsFault(fault) => write!(f, "tls_fault({fault:?})"),
        }
    }
}
