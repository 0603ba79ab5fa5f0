//! The words every device driver speaks: what a card reader, a printer and a citizen's data look like to the rest of
//! the house. Pure: no clock, no thread, no device.
pub mod basis;
pub mod card;
mod data_group;
pub mod document;
pub mod language;
pub mod payment;
pub mod picture;
pub mod print;
pub mod private;
pub mod signer;
pub mod slot;
pub mod voice;

/// Number of a task given to a device. A late answer carries an old number and can't settle a newer visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Job(pub u64);
