//! What a rule waits for, as data.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::mail::MailSpec;
use super::pattern::PatternSpec;
use super::server_kind::ServerKind;
use super::word::words;
use crate::rules::Trigger;

/// What a rule waits for, named as the constructors of `Trigger`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case", remote = "Self")]
#[schema(description = r#"What a rule waits for.

Alone: `connect`, `tls_handshake`, `hello` (EHLO, HELO or LHLO), `starttls`, `auth`, `mail` (any sender), `rcpt` (any recipient), `data` (DATA or BDAT), `end_of_data` (the content of any mail is there), `delivery` (any recipient behind that, with LMTP), `rset`, `quit`; such as `"rcpt"`.

With what belongs to it: `auth_as` (a user), `mail_from`, `rcpt_to` and `delivery_to` (an address), `end_of_data_when` (what the mail is like), `command` (a verb); such as `{"rcpt_to": "gone@example.org"}`, `{"rcpt_to": {"domain": "example.net"}}`, `{"mail_from": ""}` (the null sender), `{"end_of_data_when": {"subject": {"contains": "Invoice"}}}`, `{"command": "VRFY"}`."#)]
pub(super) enum TriggerSpec {
    Connect,
    TlsHandshake,
    Hello,
    Starttls,
    Auth,
    AuthAs(PatternSpec),
    Mail,
    MailFrom(PatternSpec),
    Rcpt,
    RcptTo(PatternSpec),
    Data,
    EndOfData,
    EndOfDataWhen(Box<MailSpec>),
    Delivery,
    DeliveryTo(PatternSpec),
    Rset,
    Quit,
    /// Any command with that verb.
    Command(String),
}

words!(
    TriggerSpec, r#"a trigger such as "rcpt" or {"rcpt_to": "ada@example.org"}"#,
    "auth_as" needs r#"a user: {"auth_as": "ada"}; any user is "auth""#,
    "mail_from" needs r#"an address: {"mail_from": "ada@example.org"}; any sender is "mail""#,
    "rcpt_to" needs r#"an address: {"rcpt_to": "ada@example.org"}; any recipient is "rcpt""#,
    "end_of_data_when" needs r#"what the mail is like: {"end_of_data_when": {"subject": "Hello"}}; any mail is "end_of_data""#,
    "delivery_to" needs r#"an address: {"delivery_to": "ada@example.org"}; any recipient is "delivery""#,
    "command" needs r#"a verb: {"command": "VRFY"}"#
);

impl TriggerSpec {
    /// `Err` if it never comes on such a server.
    pub(super) fn check(&self, server: ServerKind) -> Result<(), String> {
        let (name, lacks) = match self {
            Self::TlsHandshake if !server.speaks_tls => ("tls_handshake", "TLS"),
            Self::Delivery if !server.is_lmtp => ("delivery", "LMTP"),
            Self::DeliveryTo(_) if !server.is_lmtp => ("delivery_to", "LMTP"),
            _ => return Ok(()),
        };
        Err(format!(
            "{name} never comes: the server was started without {lacks}"
        ))
    }

    pub(super) fn trigger(self) -> Result<Trigger, String> {
        Ok(match self {
            Self::Connect => Trigger::connect(),
            #[cfg(feature = "tls")]
            Self::TlsHandshake => Trigger::tls_handshake(),
            #[cfg(not(feature = "tls"))]
            Self::TlsHandshake => return Err("tls_handshake needs the feature tls".to_owned()),
            Self::Hello => Trigger::hello(),
            Self::Starttls => Trigger::starttls(),
            Self::Auth => Trigger::auth(),
            Self::AuthAs(user) => Trigger::auth_as(user.text()?),
            Self::Mail => Trigger::mail(),
            Self::MailFrom(address) => Trigger::mail_from(address.address()?),
            Self::Rcpt => Trigger::rcpt(),
            Self::RcptTo(address) => Trigger::rcpt_to(address.recipient()?),
            Self::Data => Trigger::data(),
            Self::EndOfData => Trigger::end_of_data(),
            Self::EndOfDataWhen(mail) => Trigger::end_of_data_when(mail.matcher()?),
            Self::Delivery => Trigger::delivery(),
            Self::DeliveryTo(address) => Trigger::delivery_to(address.recipient()?),
            Self::Rset => Trigger::rset(),
            Self::Quit => Trigger::quit(),
            Self::Command(verb) => Trigger::of_verb(&verb)?,
        })
    }
}
