//! What is asked of what a server has received: queries, assertions, waits, on all of it or a part. No
//! sockets and no runtime.

mod assertions;
#[expect(
    clippy::module_inception,
    reason = "one noun per file, and this room's first noun is its name"
)]
mod inbox;
mod lookout;
mod view;
mod wait;
mod waits;

pub use inbox::Inbox;
pub use wait::{TryWait, TryWaitFuture, Wait, WaitFuture};

pub(crate) use wait::{Sight, Waiting};
