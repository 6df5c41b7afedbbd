//! What a mail is to be like, as data.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::pattern::PatternSpec;
use crate::mail::{MailMatcher, a_mail};

/// Makes the conditions and what they mean: each is named as in `a_mail()`, and has a pattern of its kind.
macro_rules! conditions {
    ($($(#[$doc:meta])* $name:ident: $kind:ident,)*) => {
        /// Conditions that all hold.
        #[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, ToSchema)]
        #[serde(default, deny_unknown_fields)]
        #[schema(description = "What a mail is to be like: all that is said holds. Such as `{\"sent_to\": \"ada@example.org\", \"subject\": {\"contains\": \"Invoice\"}}`.")]
        pub(super) struct MailSpec {
            $($(#[$doc])* #[serde(skip_serializing_if = "Option::is_none")] $name: Option<PatternSpec>,)*
        }

        impl MailSpec {
            pub(super) fn matcher(self) -> Result<MailMatcher, String> {
                let mut mail = a_mail();
                $(if let Some(pattern) = self.$name {
                    mail = mail.$name(pattern.$kind()?);
                })*
                Ok(mail)
            }
        }
    };
}

conditions! {
    /// A recipient in the envelope.
    sent_to: recipient,
    /// The reverse-path; empty for the null one.
    sent_from: address,
    /// An address of the field From.
    header_from: address,
    /// An address of the field To.
    header_to: address,
    /// An address of the field Cc.
    header_cc: address,
    /// An address of the field Reply-To.
    reply_to: address,
    /// Decoded.
    subject: text,
    /// The plain text.
    text: text,
    html: text,
    /// A part of a text anywhere.
    anywhere: text,
    /// The name of an attachment.
    attachment: text,
    /// Without its brackets.
    message_id: text,
    /// Who authenticated.
    authenticated_as: text,
}
