//! What Mailpit says of itself.

use std::collections::BTreeMap;
use std::time::SystemTime;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use serde_json::{Value, json};

use super::Mailpit;
use super::summary::tags_of;

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Info {
    version: String,
    /// Of this crate; nobody is asked whether there is a later one.
    latest_version: String,
    /// There is none.
    database: &'static str,
    /// Octets of content.
    database_size: usize,
    messages: usize,
    unread: usize,
    tags: BTreeMap<String, usize>,
    runtime_stats: RuntimeStats,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct RuntimeStats {
    uptime: u64,
    memory: usize,
    messages_deleted: u64,
    #[serde(rename = "SMTPAccepted")]
    accepted: u64,
    #[serde(rename = "SMTPAcceptedSize")]
    accepted_size: u64,
    #[serde(rename = "SMTPRejected")]
    rejected: u64,
    #[serde(rename = "SMTPIgnored")]
    ignored: u64,
}

pub(super) async fn info(State(mailpit): State<Mailpit>) -> Json<Info> {
    let (count, mails) = (mailpit.inbox.mark(), mailpit.inbox.mails());
    let octets = mails.iter().map(|mail| mail.message().size()).sum();
    let mut tags = BTreeMap::new();
    for tag in mails.iter().flat_map(tags_of) {
        *tags.entry(tag).or_default() += 1;
    }
    let version = format!("mailmock v{}", env!("CARGO_PKG_VERSION"));
    let uptime = SystemTime::now().duration_since(mailpit.started_at);
    Json(Info {
        latest_version: version.clone(),
        version,
        database: "",
        database_size: octets,
        messages: mails.len(),
        unread: mailpit.unread(&mails),
        tags,
        runtime_stats: RuntimeStats {
            uptime: uptime.map_or(0, |uptime| uptime.as_secs()),
            memory: octets,
            messages_deleted: count.mail.saturating_sub(mails.len() as u64),
            accepted: count.mail,
            accepted_size: mailpit.inbox.store().accepted_octets(),
            rejected: count.rejection,
            ignored: 0, // it never does that
        },
    })
}

/// Nothing of what its page could be told to do.
pub(super) async fn web_ui() -> Json<Value> {
    Json(json!({
        "Label": "mailmock",
        "MessageRelay": {
            "Enabled": false,
            "SMTPServer": "",
            "ReturnPath": "",
            "AllowedRecipients": "",
            "BlockedRecipients": "",
            "RecipientAllowlist": "",
            "OverrideFrom": "",
            "PreserveMessageIDs": false,
        },
        "SpamAssassin": false,
        "ChaosEnabled": false,
        "DuplicatesIgnored": false,
        "HideDeleteAllButton": false,
    }))
}

/// It answers, and so it is alive and ready.
pub(super) async fn alive() -> &'static str {
    "ok"
}
