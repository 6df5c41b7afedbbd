//! Whole tests, as applications have them; `cargo test --test cookbook` runs them.
//!
//! ```ignore
#![doc = include_str!("../tests/cookbook.rs")]
//! ```
