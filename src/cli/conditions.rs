//! What mails are to be like, with the names of the matchers.

use clap::Args;
use serde::Serialize;

/// Each is one of the inspector's parameters. All of them are to hold.
#[derive(Args, Debug, Default, PartialEq, Serialize)]
#[command(next_help_heading = "Mails like that")]
pub(super) struct Conditions {
    /// With that recipient in the envelope
    #[arg(long, value_name = "ADDRESS")]
    sent_to: Option<String>,
    #[arg(long, value_name = "TEXT")]
    sent_to_contains: Option<String>,
    /// With that reverse-path in the envelope; "" is the null one
    #[arg(long, value_name = "ADDRESS")]
    sent_from: Option<String>,
    #[arg(long, value_name = "TEXT")]
    sent_from_contains: Option<String>,
    /// With that address in From
    #[arg(long, value_name = "ADDRESS")]
    header_from: Option<String>,
    #[arg(long, value_name = "TEXT")]
    header_from_contains: Option<String>,
    /// With that address in To
    #[arg(long, value_name = "ADDRESS")]
    header_to: Option<String>,
    #[arg(long, value_name = "TEXT")]
    header_to_contains: Option<String>,
    /// With that address in Cc
    #[arg(long, value_name = "ADDRESS")]
    header_cc: Option<String>,
    #[arg(long, value_name = "TEXT")]
    header_cc_contains: Option<String>,
    /// With that address in Reply-To
    #[arg(long, value_name = "ADDRESS")]
    reply_to: Option<String>,
    #[arg(long, value_name = "TEXT")]
    reply_to_contains: Option<String>,
    /// With that subject, decoded
    #[arg(long, value_name = "TEXT")]
    subject: Option<String>,
    #[arg(long, value_name = "TEXT")]
    subject_contains: Option<String>,
    /// With that plain text
    #[arg(long, value_name = "TEXT")]
    text: Option<String>,
    #[arg(long, value_name = "TEXT")]
    text_contains: Option<String>,
    /// With that HTML
    #[arg(long, value_name = "TEXT")]
    html: Option<String>,
    #[arg(long, value_name = "TEXT")]
    html_contains: Option<String>,
    /// With that in a text anywhere
    #[arg(long, value_name = "TEXT")]
    anywhere: Option<String>,
    /// With each of these words anywhere, in any case
    #[arg(long, value_name = "TEXT")]
    words: Option<String>,
    /// With an attachment of that name
    #[arg(long, value_name = "NAME")]
    attachment: Option<String>,
    #[arg(long, value_name = "TEXT")]
    attachment_contains: Option<String>,
    /// With that Message-ID, without its brackets
    #[arg(long, value_name = "ID")]
    message_id: Option<String>,
    #[arg(long, value_name = "TEXT")]
    message_id_contains: Option<String>,
    /// Of who authenticated so
    #[arg(long, value_name = "USER")]
    authenticated_as: Option<String>,
    #[arg(long, value_name = "TEXT")]
    authenticated_as_contains: Option<String>,
}
