//! SASL as AUTH has it (RFC 4422, RFC 4954): mechanisms, their exchanges, and the credentials that come
//! of them. Whether they are right is not decided here.

mod exchange;
mod login;
mod md5;
mod mechanism;

pub use login::Login;
pub use mechanism::Mechanism;

pub(super) use exchange::{Exchange, Turn};
