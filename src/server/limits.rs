//! How much a server takes, and how much it keeps.

use super::builder::MailServerBuilder;
use super::mail_server::MailServer;

/// Limits.
impl MailServerBuilder {
    /// The largest content taken, in octets; 50 MiB by default. What is larger gets 552 5.3.4.
    pub fn max_message_size(mut self, octets: usize) -> Self {
        self.settings.max_content = octets;
        self
    }

    /// Recipients accepted in one transaction; 1,000 by default. One more gets 452 4.5.3.
    pub fn max_recipients(mut self, recipients: usize) -> Self {
        self.settings.max_recipients = recipients;
        self
    }

    /// Syntax and sequence errors answered in one session; 100 by default. One more gets 421 4.7.0,
    /// and the session ends.
    pub fn max_errors(mut self, errors: usize) -> Self {
        self.settings.max_errors = errors;
        self
    }

    /// Sessions open at one time; 2,000 by default. One more gets 421 4.3.2.
    pub fn max_sessions(mut self, sessions: usize) -> Self {
        self.max_sessions = sessions;
        self
    }

    /// Octets that the store keeps: mails with their envelopes, rejections with what was refused, and
    /// transcripts, each with a few hundred for itself; 1 GiB by default.
    /// A mail for which there is no room gets 452 4.3.1, unless the [oldest goes](Self::drop_oldest) for it.
    /// Of a session there is as much as has room; one of which there is nothing is gone when it ends.
    /// Contents on their way come on top of it: at most a [whole one](Self::max_message_size) in each
    /// [open session](Self::max_sessions).
    pub fn max_stored(mut self, octets: usize) -> Self {
        self.bounds.octets = octets;
        self
    }

    /// Mails that the store keeps, [discarded](crate::Inbox::discarded_mails) ones too; as many as
    /// [fit](Self::max_stored) by default. One more gets 452 4.3.1.
    pub fn max_mails(mut self, mails: usize) -> Self {
        self.bounds.mails = mails;
        self
    }

    /// Drops the oldest when the store is full, in place of a 452: mails, rejections, and sessions that
    /// have ended, in the order they were recorded, until there is room. For servers that live long and are
    /// looked at by people: a test that counts mails is better off with a refusal.
    ///
    /// A mail that has no room in an empty store is still refused. What is dropped is gone as if it had been
    /// [cleared](crate::Inbox::clear), and waits and [expectations](MailServer::expect) count it no more;
    /// [`dropped_mails`](MailServer::dropped_mails) and the reports of failures tell how many mails that were.
    /// Transcripts of open sessions take half of the store at most.
    ///
    /// ```
    /// # use lettre::{Message, SmtpTransport, Transport};
    /// use mailmock::MailServer;
    ///
    /// let server = MailServer::builder().max_mails(2).drop_oldest().start();
    /// # let transport = SmtpTransport::from_url(&server.url())?.build();
    /// # for subject in ["one", "two", "three"] {
    /// #     let mail = Message::builder().from("app@example.org".parse()?).to("ada@example.org".parse()?).subject(subject).body(String::new())?;
    /// #     transport.send(&mail)?;
    /// # }
    /// // … the application sends three mails …
    /// let mails = server.mails();
    /// assert_eq!((mails.len(), mails[0].id()), (2, 2));
    /// assert_eq!(server.dropped_mails(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn drop_oldest(mut self) -> Self {
        self.bounds.drops_oldest = true;
        self
    }
}

impl MailServer {
    /// How many mails went since the start because the store was full: see
    /// [`drop_oldest`](MailServerBuilder::drop_oldest).
    pub fn dropped_mails(&self) -> u64 {
        self.store.dropped_mails()
    }
}
