//! What a rule does, as data.

use std::time::Duration;

use data_encoding::BASE64;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::word::words;
use crate::rules::Action;
use crate::smtp::Reply;

/// What a rule does, named as the constructors of `Action`.
///
/// A reply is a code and a text, such as `550 5.1.1 No such user`, with `\n` between its lines, or a named
/// one: `mailbox_unavailable`, `greylisted`, `try_again_later` and so on, as the constructors of `Reply`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case", remote = "Self")]
#[schema(description = r#"What a rule does.

Alone: `proceed` (as if there were no rule), `pass_on` (leave it to older rules), `disconnect` (close the connection without a reply), `reset` (reset it), `hang` (say nothing, for as long as there is the rule), `accept_and_discard` and `accept_then_disconnect` (both with `end_of_data`); such as `"disconnect"`.

With what belongs to it: `reply` and `reply_then_disconnect` (a reply), `disconnect_after_bytes` (octets of content), `throttle` (octets a second), `drip` (seconds behind each octet of the reply), `send_raw` (a text), `send_raw_base64` (octets in Base64), `tls_fault` (with `tls_handshake`), `after` (another action, later); such as `{"reply": "550 5.1.1 No such user"}`, `{"drip": 0.5}`, `{"after": {"seconds": 2, "action": "proceed"}}`.

A reply is a code, an enhanced code if there is one, and a text with `\n` between its lines, such as `550 5.1.1 No such user`; or a name: `service_not_available`, `password_transition_needed`, `mailbox_busy`, `try_again_later`, `greylisted`, `too_many_recipients`, `insufficient_storage`, `mailbox_full_for_now`, `tls_not_available`, `temporary_authentication_failure`, `command_not_recognized`, `invalid_argument`, `command_not_implemented`, `bad_sequence`, `parameter_not_implemented`, `authentication_required`, `mechanism_too_weak`, `credentials_invalid`, `encryption_required`, `mailbox_unavailable`, `relaying_denied`, `rejected_by_policy`, `mailbox_full`, `message_too_big`, `mailbox_name_not_allowed`, `transaction_failed`, `no_smtp_service` and `parameters_not_recognized`."#)]
pub(super) enum ActionSpec {
    Reply(String),
    ReplyThenDisconnect(String),
    Proceed,
    PassOn,
    Disconnect,
    Reset,
    Hang,
    AcceptAndDiscard,
    AcceptThenDisconnect,
    DisconnectAfterBytes(u64),
    /// Octets a second.
    Throttle(u32),
    /// Seconds behind each octet.
    Drip(f64),
    /// The octets of this text.
    SendRaw(String),
    /// The octets that this is the Base64 of.
    SendRawBase64(String),
    TlsFault(TlsFaultSpec),
    /// One of the others, that much later.
    After(AfterSpec),
}

/// An action, and how much later it comes.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(
    deny_unknown_fields,
    expecting = "an object such as {\"seconds\": 2, \"action\": \"proceed\"}"
)]
pub(super) struct AfterSpec {
    /// How much later.
    #[schema(minimum = 0)]
    seconds: f64,
    /// Any action but `after`.
    #[schema(no_recursion)]
    action: Box<ActionSpec>,
}

/// How a TLS handshake is to go wrong, named as the variants of `TlsFault`.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case", remote = "Self")]
#[schema(
    description = "How a TLS handshake is to go wrong: by a certificate that is `expired`, `not_yet_valid`, for the `wrong_host`, of an `unknown_ca` or `self_signed`; by one version alone, `only_tls12` or `only_tls13`; or, `no_close_notify`, by an end without a word."
)]
pub(super) enum TlsFaultSpec {
    Expired,
    NotYetValid,
    WrongHost,
    UnknownCa,
    SelfSigned,
    OnlyTls12,
    OnlyTls13,
    NoCloseNotify,
}

words!(
    ActionSpec, r#"an action such as "disconnect" or {"reply": "550 5.1.1 No such user"}"#,
    "reply" needs r#"a code and a text, or a name: {"reply": "550 5.1.1 No such user"}, {"reply": "greylisted"}"#,
    "reply_then_disconnect" needs r#"a code and a text, or a name: {"reply_then_disconnect": "421 4.3.2 Bye"}"#,
    "disconnect_after_bytes" needs r#"a number of octets: {"disconnect_after_bytes": 100}"#,
    "throttle" needs r#"octets a second: {"throttle": 1000}"#,
    "drip" needs r#"seconds behind each octet: {"drip": 0.5}"#,
    "send_raw" needs r#"a text: {"send_raw": "nonsense\r\n"}"#,
    "send_raw_base64" needs r#"octets in Base64: {"send_raw_base64": "/wA="}"#,
    "tls_fault" needs r#"a fault: {"tls_fault": "expired"}"#,
    "after" needs r#"seconds and an action: {"after": {"seconds": 2, "action": "proceed"}}"#
);
words!(TlsFaultSpec, r#"a fault such as "expired" or "wrong_host""#);

impl ActionSpec {
    pub(super) fn action(self) -> Result<Action, String> {
        Ok(match self {
            Self::Reply(reply) => Action::reply(Reply::parse(&reply)?),
            Self::ReplyThenDisconnect(reply) => {
                Action::reply_then_disconnect(Reply::parse(&reply)?)
            }
            Self::Proceed => Action::proceed(),
            Self::PassOn => Action::pass_on(),
            Self::Disconnect => Action::disconnect(),
            Self::Reset => Action::reset(),
            Self::Hang => Action::hang(),
            Self::AcceptAndDiscard => Action::accept_and_discard(),
            Self::AcceptThenDisconnect => Action::accept_then_disconnect(),
            Self::DisconnectAfterBytes(octets) => Action::disconnect_after_bytes(octets),
            Self::Throttle(rate) => Action::try_throttle(rate)?,
            Self::Drip(interval) => Action::drip(duration("drip", interval)?),
            Self::SendRaw(text) => Action::send_raw(text),
            Self::SendRawBase64(text) => match BASE64.decode(text.as_bytes()) {
                Ok(octets) => Action::send_raw(octets),
                Err(error) => return Err(format!("send_raw_base64 is no Base64: {error}")),
            },
            Self::TlsFault(fault) => fault.action()?,
            Self::After(after) if matches!(*after.action, Self::After(_)) => {
                return Err("after stands once, around another action".to_owned());
            }
            Self::After(after) => {
                let delay = duration("after", after.seconds)?;
                after.action.action()?.after(delay)
            }
        })
    }
}

impl TlsFaultSpec {
    #[cfg(feature = "tls")]
    fn action(self) -> Result<Action, String> {
        use crate::smtp::TlsFault;

        Ok(Action::tls_fault(match self {
            Self::Expired => TlsFault::Expired,
            Self::NotYetValid => TlsFault::NotYetValid,
            Self::WrongHost => TlsFault::WrongHost,
            Self::UnknownCa => TlsFault::UnknownCa,
            Self::SelfSigned => TlsFault::SelfSigned,
            Self::OnlyTls12 => TlsFault::OnlyTls12,
            Self::OnlyTls13 => TlsFault::OnlyTls13,
            Self::NoCloseNotify => TlsFault::NoCloseNotify,
        }))
    }

    #[cfg(not(feature = "tls"))]
    fn action(self) -> Result<Action, String> {
        Err("tls_fault needs the feature tls".to_owned())
    }
}

/// The longest pause that makes sense: a year.
const MAX_PAUSE: f64 = 365.0 * 24.0 * 60.0 * 60.0;

pub(super) fn duration(word: &str, seconds: f64) -> Result<Duration, String> {
    if (0.0..=MAX_PAUSE).contains(&seconds) {
        Ok(Duration::from_secs_f64(seconds))
    } else {
        Err(format!(
            "{word}: from 0 to {MAX_PAUSE} seconds, not {seconds}"
        ))
    }
}
