//! The running server: the only place with SMTP sockets and a thread.

mod background;
mod builder;
mod capacity;
mod connection;
mod control;
mod heap;
mod host;
mod listener;
mod mail_server;
mod wait;

pub use builder::MailServerBuilder;
pub use mail_server::MailServer;
pub use wait::{TryWait, TryWaitFuture, Wait, WaitFuture};
