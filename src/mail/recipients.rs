//! Envelope against header: who gets a mail, and who is said to get it.

use std::collections::HashSet;
use std::fmt;

use super::address_list::AddressList;
use super::header::Headers;
use crate::smtp::{Envelope, ForwardPath, RefusedRecipient, mailbox_key};

/// The recipients of a mail, by what envelope and header say of them.
///
/// The envelope decides who gets the mail. The header fields compared with it are To, Cc and Bcc; in a
/// resent message those of the most recent Resent block, as the others tell of an earlier journey.
/// Addresses are compared as [mailboxes](crate::Mailbox), and each is listed once.
///
/// ```
/// # use lettre::{Message, SmtpTransport, Transport, address::Envelope};
/// # let server = mailmock::MailServer::start();
/// # let mail = Message::builder().from("app@example.org".parse()?).to("ada@example.org".parse()?)
/// #     .cc("bob@example.org".parse()?).body(String::new())?;
/// # let envelope = Envelope::new(None, vec!["ada@example.org".parse()?, "boss@example.org".parse()?])?;
/// # SmtpTransport::from_url(&server.url())?.build().send_raw(&envelope, &mail.formatted())?;
/// let recipients = server.only_mail().recipients();
/// assert_eq!(recipients.announced(), ["ada@example.org"]);
/// assert_eq!(recipients.blind(), ["boss@example.org"]);
/// assert_eq!(recipients.never_sent(), ["bob@example.org"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recipients {
    announced: Vec<String>,
    blind: Vec<String>,
    never_sent: Vec<String>,
    refused: Vec<String>,
    is_bcc_leaked: bool,
}

impl Recipients {
    /// In the envelope, and named in To or Cc.
    pub fn announced(&self) -> &[String] {
        &self.announced
    }

    /// In the envelope, and not named in To or Cc: a blind copy, a list, a forward.
    pub fn blind(&self) -> &[String] {
        &self.blind
    }

    /// Named in To, Cc or Bcc, and neither in the envelope nor refused. They may have got a copy of
    /// their own.
    pub fn never_sent(&self) -> &[String] {
        &self.never_sent
    }

    /// Tried, and refused by the server.
    pub fn refused(&self) -> &[String] {
        &self.refused
    }

    /// Whether a Bcc field names somebody in a copy that also went to someone whom it does not name
    /// (RFC 5322 §3.6.3): that reader sees who was to be hidden.
    pub fn is_bcc_leaked(&self) -> bool {
        self.is_bcc_leaked
    }

    pub(super) fn compare(envelope: &Envelope, headers: &Headers) -> Self {
        let (visible, bcc) = match headers.resent().first() {
            Some(block) => ([block.to(), block.cc()], block.bcc()),
            None => {
                let visible = [headers.addresses("To"), headers.addresses("Cc")];
                (visible, headers.addresses("Bcc"))
            }
        };
        let accepted: Vec<&str> = envelope
            .forward_paths()
            .iter()
            .map(ForwardPath::as_str)
            .collect();
        let refused: Vec<&str> = envelope
            .refused()
            .iter()
            .map(RefusedRecipient::address)
            .collect();
        let seen = keys(visible.iter().flat_map(AddressList::addresses));
        let (announced, blind): (Vec<&str>, Vec<&str>) = accepted
            .iter()
            .partition(|address| seen.contains(&mailbox_key(address)));
        let tried = keys(accepted.iter().chain(&refused).copied());
        let is_sent = |address: &str| tried.contains(&mailbox_key(address));
        let hidden = keys(bcc.addresses());
        let never_sent = visible
            .iter()
            .chain([&bcc])
            .flat_map(|list| list.addresses())
            .filter(|address| !is_sent(address));
        let is_bcc_leaked = bcc.mailboxes().next().is_some()
            && accepted
                .iter()
                .any(|address| !hidden.contains(&mailbox_key(address)));
        Self {
            announced: unique(announced),
            blind: unique(blind),
            never_sent: unique(never_sent),
            refused: unique(refused),
            is_bcc_leaked,
        }
    }
}

/// Each mailbox once, as it was written first.
fn unique<'a>(addresses: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut known = HashSet::new();
    addresses
        .into_iter()
        .filter(|address| known.insert(mailbox_key(address)))
        .map(str::to_owned)
        .collect()
}

fn keys<'a>(addresses: impl IntoIterator<Item = &'a str>) -> HashSet<String> {
    addresses.into_iter().map(mailbox_key).collect()
}

impl fmt::Display for Recipients {
    /// A line for each kind that there is.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds = [
            ("announced", &self.announced),
            ("blind", &self.blind),
            ("never sent", &self.never_sent),
            ("refused", &self.refused),
        ];
        let mut separator = "";
        for (kind, addresses) in kinds.iter().filter(|(_, list)| !list.is_empty()) {
            write!(f, "{separator}{kind}: {}", addresses.join(", "))?;
            separator = "\n";
        }
        if self.is_bcc_leaked {
            write!(f, "{separator}the Bcc field leaked")?;
        }
        Ok(())
    }
}
