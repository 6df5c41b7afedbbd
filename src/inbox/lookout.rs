//! Looking for mails again and again, and at each of them once.

use super::inbox::Inbox;
use crate::mail::{Mail, MailMatcher};

/// Who looks for mails like that whenever something has come.
pub(super) struct Lookout {
    wanted: MailMatcher,
    last_id: u64,
    /// Those that are like that, oldest first.
    found: Vec<u64>,
}

impl Lookout {
    pub(super) fn new(wanted: MailMatcher) -> Self {
        Self {
            wanted,
            last_id: 0,
            found: Vec::new(),
        }
    }

    /// All mails like that which are stored now, oldest first, if there are at least so many.
    pub(super) fn at_least(&mut self, count: usize, inbox: &Inbox) -> Option<Vec<Mail>> {
        self.look(inbox);
        if self.found.len() < count {
            return None;
        }
        // Some may have gone since.
        let mails = inbox.store().mails_of(&self.found);
        self.found = mails.iter().map(Mail::id).collect();
        (mails.len() >= count).then_some(mails)
    }

    /// The newest mail like that.
    pub(super) fn newest(&mut self, inbox: &Inbox) -> Option<Mail> {
        self.at_least(1, inbox)?.pop()
    }

    fn look(&mut self, inbox: &Inbox) {
        for mail in inbox.store().mails_after(self.last_id) {
            self.last_id = mail.id();
            if inbox.view.has_mail(&mail) && self.wanted.is_match(&mail) {
                self.found.push(mail.id());
            }
        }
    }
}
