//! Programs nobody here wrote, and how they are started: for the tests of this crate and for the bench.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    clippy::disallowed_methods,
    missing_docs
)] // what isn't as it should be ends the test; it waits for the programs of others
pub mod app_desk;
pub mod checks;
pub mod desk;
pub mod emulated_card;
pub mod pin_changes;
pub mod terminal;
