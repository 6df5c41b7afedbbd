//! Those who wait for something to be recorded.

use std::task::Waker;

use parking_lot::Mutex;

/// The wakers of those who wait, one for each.
#[derive(Debug, Default)]
pub(crate) struct Waiters(Mutex<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    wakers: Vec<(u64, Waker)>,
    last_id: u64,
}

impl Waiters {
    pub(crate) fn new_id(&self) -> u64 {
        let mut waiting = self.0.lock();
        waiting.last_id += 1;
        waiting.last_id
    }

    /// Has `waker` woken at the next change, in place of an earlier one of the same waiter. To be called
    /// before it looks: what changes behind the look wakes it then.
    pub(crate) fn wake_later(&self, id: u64, waker: &Waker) {
        let waker = waker.clone();
        let replaced = {
            let mut waiting = self.0.lock();
            let replaced = waiting.take(id);
            waiting.wakers.push((id, waker));
            replaced
        };
        // A waker is anybody's code when it is dropped, too.
        drop(replaced);
    }

    pub(crate) fn forget(&self, id: u64) {
        let forgotten = self.0.lock().take(id);
        drop(forgotten);
    }

    /// Has all look again. They may be anybody's code, and are woken under no lock.
    pub(crate) fn wake_all(&self) {
        let wakers = std::mem::take(&mut self.0.lock().wakers);
        for (_, waker) in wakers {
            waker.wake();
        }
    }
}

impl Waiting {
    fn take(&mut self, id: u64) -> Option<(u64, Waker)> {
        let i = self.wakers.iter().position(|(known, _)| *known == id)?;
        Some(self.wakers.swap_remove(i))
    }
}
