//! Ready-made behaviour, as data.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::action::duration;
use crate::rules::{Preset, RateLimit};
use crate::smtp::Reply;

/// Ready-made behaviour, named as the methods of the builder.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum PresetSpec {
    /// Who is unknown is to come again so much later.
    Greylist {
        seconds: f64,
    },
    MagicRecipients,
    MaxMailsPerSession(usize),
    /// At most so many mails within any stretch of time.
    RateLimit {
        mails: usize,
        seconds: f64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        per: Option<MeasureSpec>,
        /// In place of 450 4.7.1.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reply: Option<String>,
    },
}

/// Whose mails are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum MeasureSpec {
    /// Those of an IP address, as if nothing is said.
    Peer,
    Sender,
    SenderDomain,
}

impl PresetSpec {
    pub(super) fn preset(&self) -> Result<Preset, String> {
        Ok(match self {
            Self::Greylist { seconds } => Preset::Greylist(duration("greylist", *seconds)?),
            Self::MagicRecipients => Preset::MagicRecipients,
            Self::MaxMailsPerSession(mails) => Preset::MaxMailsPerSession(*mails),
            Self::RateLimit {
                mails,
                seconds,
                per,
                reply,
            } => {
                let limit = RateLimit::new(*mails, duration("rate_limit", *seconds)?);
                let limit = match per.unwrap_or(MeasureSpec::Peer) {
                    MeasureSpec::Peer => limit,
                    MeasureSpec::Sender => limit.per_sender(),
                    MeasureSpec::SenderDomain => limit.per_sender_domain(),
                };
                Preset::RateLimit(match reply {
                    Some(reply) => limit.reply(Reply::parse(reply)?),
                    None => limit,
                })
            }
        })
    }
}
