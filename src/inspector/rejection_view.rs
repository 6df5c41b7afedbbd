//! What did not become a mail, as JSON shows it.

use serde::Serialize;
use utoipa::ToSchema;

use super::views::moment;
use super::words;
use crate::rejection::Rejection;
use crate::smtp::Reply;

/// What did not become a mail.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RejectionView {
    id: u64,
    session_id: u64,
    #[schema(format = DateTime)]
    recorded_at: String,
    /// How far the dialogue had come, in words.
    #[schema(schema_with = words::stage)]
    stage: String,
    /// Why, in a word.
    #[schema(schema_with = words::cause)]
    cause: String,
    command: Option<String>,
    /// `550 5.1.1 Mailbox unavailable`.
    reply: Option<String>,
    recipient: Option<String>,
    detail: Option<String>,
    /// Where the rule behind it comes from: a line of the test, or its path here.
    rule: Option<String>,
    /// The argument of MAIL, empty for the null one; null if no transaction was under way.
    reverse_path: Option<String>,
    /// The recipients that had been accepted, in order.
    forward_paths: Vec<String>,
    /// That of the content, decoded; null if no content is kept.
    subject: Option<String>,
    /// Octets of content; null if none is kept.
    size: Option<usize>,
}

impl From<&Rejection> for RejectionView {
    fn from(rejection: &Rejection) -> Self {
        let (envelope, message) = (rejection.envelope(), rejection.message());
        let forward_paths = envelope.map_or(&[][..], |envelope| envelope.forward_paths());
        Self {
            id: rejection.id(),
            session_id: rejection.session_id(),
            recorded_at: moment(rejection.recorded_at()),
            stage: rejection.stage().to_string(),
            cause: rejection.cause().to_string(),
            command: rejection.command(),
            reply: rejection.reply().map(Reply::to_string),
            recipient: rejection.recipient().map(str::to_owned),
            detail: rejection.detail().map(str::to_owned),
            rule: rejection.rule().map(|origin| origin.to_string()),
            reverse_path: envelope.map(|envelope| envelope.reverse_path().as_str().to_owned()),
            forward_paths: forward_paths
                .iter()
                .map(|path| path.as_str().to_owned())
                .collect(),
            subject: message.map(|message| message.subject().to_owned()),
            size: message.map(|message| message.size()),
        }
    }
}
