//! What was recorded, behind one lock: applies facts, and wakes those who wait for them. What came of it is
//! for others to say.

#[cfg(feature = "inspector")]
mod counts;
mod expected_mails;
mod mark;
mod state;
mod stock;
#[expect(
    clippy::module_inception,
    reason = "one noun per file, and this room's first noun is its name"
)]
mod store;
#[cfg(test)]
mod tests;

pub(crate) use expected_mails::ExpectedMails;
pub use mark::Mark;
pub(crate) use state::SessionKey;
pub(crate) use stock::Bounds;
pub(crate) use store::Store;
