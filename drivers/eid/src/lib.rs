//! The German eID card (BSI TR-03110 parts 2 to 4), sans-IO: bytes in, bytes out, no device, no clock, no random source
//! of its own, and no private key of the terminal.
//!
//! Start here: [`Dialogue::probe`] asks a card what it is, [`Dialogue::read`] opens it and reads what a request names,
//! [`Dialogue::manage_pin`] works on its PIN. Each returns a [`Step`]: a command to send, or the outcome. The host sends
//! the command and hands the answer back:
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
//! A read has one step more: the terminal proves to the card who it is, with a key that is somewhere else.
//!
//! ```
//! use drivers_api::basis::ReadBasis;
//! use drivers_api::card::ReadRequest;
//! use drivers_api::signer::TerminalSigner;
//! use eid::{Circumstances, Dialogue, Prepared, ReadOutcome, Step, Terminal};
//! use std::sync::Arc;
//!
//! fn read(
//!     basis: ReadBasis,
//!     request: &ReadRequest,
//!     terminal: Arc<Terminal>,
//!     circumstances: Circumstances,
//!     keys: Prepared, // made with `Prepared::new` while the citizen reads who asks
//!     mut send: impl FnMut(&[u8]) -> Vec<u8>,
//!     signer: &mut dyn TerminalSigner,
//! ) -> ReadOutcome {
//!     let mut step = Dialogue::read(basis, request, terminal, circumstances, keys);
//!     loop {
//!         step = match step {
//!             Step::Ask(ask) => ask.dialogue.handle(send(&ask.command.encode())),
//!             Step::Sign(ask) => match signer.sign(&ask.holder, &ask.message) {
//!                 Ok(signature) => ask.dialogue.signed(signature),
//!                 Err(trouble) => ask.dialogue.not_signed(trouble),
//!             },
//!             Step::Done(outcome) => break outcome,
//!         }
//!     }
//! }
//! ```
//!
//! In this order (part 2 §2.3.5, TR-03130-1 §2.4.6): PIN state without a secret; PACE with PIN or CAN (§3.2), the resume
//! of a suspended PIN; terminal authentication version 2 (§3.3) with exactly the rights that the request needs; passive
//! authentication of EF.CardSecurity and its comparison with EF.CardAccess; chip authentication version 2 (§3.4) with new
//! session keys; blocklist check by restricted identification (§3.6); validity of the document; age, municipality,
//! pseudonym; data groups (part 4 §2.2). What comes before has to succeed: only a chip that is proven genuine makes a
//! [`channel::Channel`]`<`[`channel::ChipTrusted`]`>`, and data are read through no other.
//!
//! Every dialogue ends within [`COMMANDS_MAX`] commands whatever the card answers, and no answer makes it panic.
pub mod atr_info;
mod authority;
mod auxiliary;
pub mod blocklist;
pub mod channel;
pub mod chat;
mod chip_auth;
mod crypto;
mod curve;
pub mod cv_certificate;
mod data_group;
mod der;
pub mod description;
mod dialogue;
mod domain_parameters;
mod ef_dir;
mod fault;
mod file;
mod pace;
pub mod passive_auth;
mod pin_state;
mod prepared;
mod secure_messaging;
pub mod security_info;
pub mod terminal;
mod terminal_auth;
#[cfg(test)]
mod worked_example;

pub use authority::{Authority, NoCertificate};
pub use der::DerError;
pub use dialogue::{
    Ask, AwaitsSignature, COMMANDS_MAX, Circumstances, Dialogue, ManagePin, OpenedOnPad, PIN_DIGITS, PinOutcome, Probe,
    Read, ReadOutcome, SignAsk, Step, Stopped,
};
pub use fault::Fault;
pub use pin_state::after_wrong_pin;
pub use prepared::Prepared;
pub use terminal::{CertificateFiles, Terminal, TerminalCertificates, TerminalError};

/// AID of the eID application (TR-03110-2 §3.5, TR-03127 §3.4).
pub const EID_AID: [u8; 9] = [0xE8, 0x07, 0x04, 0x00, 0x7F, 0x00, 0x07, 0x03, 0x02];
