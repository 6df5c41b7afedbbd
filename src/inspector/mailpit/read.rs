//! Which mails have been read. Only Mailpit's clients know such a thing: a test's own look marks nothing.

use std::collections::BTreeSet;

use parking_lot::Mutex;

use crate::mail::Mail;

/// The numbers of mails, which are never used again.
#[derive(Debug, Default)]
pub(super) struct ReadMails(Mutex<BTreeSet<u64>>);

impl ReadMails {
    pub(super) fn contains(&self, mail: &Mail) -> bool {
        self.0.lock().contains(&mail.id())
    }

    /// Marks those of the mails, and forgets whatever is not stored any more.
    pub(super) fn mark(&self, marked: &[Mail], is_read: bool, stored: &[Mail]) {
        let mut read = self.0.lock();
        for mail in marked {
            if is_read {
                read.insert(mail.id());
            } else {
                read.remove(&mail.id());
            }
        }
        // Only then is there something to forget.
        if read.len() > stored.len() {
            let stored: BTreeSet<_> = stored.iter().map(Mail::id).collect();
            read.retain(|id| stored.contains(id));
        }
    }
}
