//! The German eID card (BSI TR-03110 parts 2 to 4), sans-IO: bytes in, bytes out, no device, no clock, no random source
//! of its own.
//!
//! Start here: [`Dialogue::probe`] asks a card what it is, [`Dialogue::read`] opens it with a password and reads data
//! groups. Each returns a [`Step`]: a command to send, or the outcome. The host sends the command and hands the answer
//! back:
//!
//! ```
//! # fn send(_: &[u8]) -> Vec<u8> { vec![0x6A, 0x82] }
//! use eid::{Dialogue, Step};
//! let mut step = Dialogue::probe();
//! let found = loop {
//!     match step {
//!         Step::Ask(ask) => step = ask.dialogue.handle(send(&ask.command.encode())),
//!         Step::Done(found) => break found,
//!     }
//! };
//! # assert_eq!(found, drivers_api::card::CardFound::NotEid);
//! ```
//!
//! What is done: PIN state without a secret (part 3 B.14.1), PACE with generic mapping on brainpoolP256r1 (part 2 §3.2)
//! with PIN and CAN, the resume of a suspended PIN, secure messaging (part 3 F), data groups (part 4 §2.2). Terminal and
//! chip authentication are places in the types only ([`channel::ChipTrusted`]); until they come every read is
//! [`drivers_api::card::Authenticity::NotProven`].
//!
//! Every dialogue ends within [`COMMANDS_MAX`] commands whatever the card answers, and no answer makes it panic.
mod card_access;
pub mod channel;
mod crypto;
mod curve;
mod data_group;
mod dialogue;
mod ef_dir;
mod fault;
mod file;
mod pace;
mod pin_state;
mod secure_messaging;

pub use dialogue::{Ask, COMMANDS_MAX, Dialogue, Probe, Read, ReadOutcome, ReadStopped, Step};
pub use fault::Fault;

/// AID of the eID application (TR-03110-2 §3.5, TR-03127 §3.4).
pub const EID_AID: [u8; 9] = [0xE8, 0x07, 0x04, 0x00, 0x7F, 0x00, 0x07, 0x03, 0x02];
