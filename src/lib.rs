//! A fake SMTP server for integration tests.

mod error;
mod exchange;
mod mail;
mod rejection;
mod report;
mod server;
mod session;
mod smtp;
mod store;

pub use error::{AssertionError, StartError, WaitError};
pub use exchange::Exchange;
pub use mail::{
    AddressList, Date, Header, HeaderAddress, Headers, Mail, Message, NamedMailbox, ParseError,
    Part, Recipients, ResentBlock,
};
pub use rejection::Rejection;
pub use server::{MailServer, MailServerBuilder, TryWait, TryWaitFuture, Wait, WaitFuture};
pub use session::{Session, Transcript};
pub use smtp::{
    AddressError, Body, Cause, EnhancedCode, Envelope, Extension, ForwardPath, Lapse, Login,
    Mailbox, Parameters, RefusedRecipient, Remark, Reply, ReversePath, SessionEnd, Stage,
};
