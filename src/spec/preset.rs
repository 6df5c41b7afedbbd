//! Ready-made behaviour, as data.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::action::duration;
use super::word::words;
use crate::rules::{Preset, RateLimit};
use crate::smtp::Reply;

/// Ready-made behaviour, named as the methods of the builder.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case", remote = "Self")]
#[schema(description = r#"Ready-made behaviour.

- `{"greylist": {"seconds": 300}}`: who is unknown is to come again 300 seconds later.
- `"magic_recipients"`: some recipients say themselves how they are answered.
- `{"max_mails_per_session": 3}`: a session has three mails at most.
- `{"rate_limit": {"mails": 10, "seconds": 60}}`: at most ten mails within any minute; with `per` they are counted apart, and `reply` is what is answered."#)]
pub(super) enum PresetSpec {
    /// Who is unknown is to come again so much later.
    Greylist(GreylistSpec),
    MagicRecipients,
    MaxMailsPerSession(usize),
    /// At most so many mails within any stretch of time.
    RateLimit(RateLimitSpec),
}

/// Who is unknown, and for how long.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(
    deny_unknown_fields,
    expecting = "an object such as {\"seconds\": 300}"
)]
pub(super) struct GreylistSpec {
    /// From the first attempt to the one that is let through.
    #[schema(minimum = 0)]
    seconds: f64,
}

/// How many mails there may be within any stretch of time.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(
    deny_unknown_fields,
    expecting = "an object such as {\"mails\": 10, \"seconds\": 60}"
)]
pub(super) struct RateLimitSpec {
    mails: usize,
    /// How long the stretch is.
    #[schema(minimum = 0)]
    seconds: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    per: Option<MeasureSpec>,
    /// In place of 450 4.7.1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reply: Option<String>,
}

/// Whose mails are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case", remote = "Self")]
#[schema(
    description = "Whose mails are counted together: those of an IP address (`peer`, as if nothing is said), of a `sender`, or of a `sender_domain`."
)]
pub(super) enum MeasureSpec {
    /// Those of an IP address, as if nothing is said.
    Peer,
    Sender,
    SenderDomain,
}

words!(
    PresetSpec, r#"a preset such as "magic_recipients" or {"greylist": {"seconds": 300}}"#,
    "greylist" needs r#"seconds: {"greylist": {"seconds": 300}}"#,
    "max_mails_per_session" needs r#"a number: {"max_mails_per_session": 3}"#,
    "rate_limit" needs r#"mails and seconds: {"rate_limit": {"mails": 10, "seconds": 60}}"#
);
words!(MeasureSpec, r#""peer", "sender" or "sender_domain""#);

impl PresetSpec {
    pub(super) fn preset(&self) -> Result<Preset, String> {
        Ok(match self {
            Self::Greylist(greylist) => Preset::Greylist(duration("greylist", greylist.seconds)?),
            Self::MagicRecipients => Preset::MagicRecipients,
            Self::MaxMailsPerSession(mails) => Preset::MaxMailsPerSession(*mails),
            Self::RateLimit(limit) => Preset::RateLimit(limit.limit()?),
        })
    }
}

impl RateLimitSpec {
    fn limit(&self) -> Result<RateLimit, String> {
        let limit = RateLimit::new(self.mails, duration("rate_limit", self.seconds)?);
        let limit = match self.per.unwrap_or(MeasureSpec::Peer) {
            MeasureSpec::Peer => limit,
            MeasureSpec::Sender => limit.per_sender(),
            MeasureSpec::SenderDomain => limit.per_sender_domain(),
        };
        Ok(match &self.reply {
            Some(reply) => limit.reply(Reply::parse(reply)?),
            None => limit,
        })
    }
}
