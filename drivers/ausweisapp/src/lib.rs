//! AusweisApp as a second route to the card: for the Online-Ausweis (PAuswG §18) with an eID-Server elsewhere, and for
//! work on the PIN, by a program that BSI has certified.
//!
//! Start here: [`spawn`] gives an [`AppHandle`], which is a [`drivers_api::card::Reader`] for work on the PIN and has
//! words of its own for authentications ([`events`] says why). Below it lies [`Dialogue`], the SDK's JSON dialogue
//! without any input or output of its own.
//!
//! Together with AusweisApp the terminal is an *Integrated eID-Client* (TR-03124-1 §1.1): what §3.8 demands of its
//! screens is in the words, in the order of the law: provider and rights ([`Consent`]), then the secret ([`Ask`], with
//! the state of the PIN), then the result. Only the rights that the service names stay on. A reader with keys takes the
//! secret itself. The CAN as the only password is refused, but for a card that staff have compared (PAuswG §18a).
mod authenticating;
mod command;
mod dialogue;
mod door;
#[cfg(test)]
mod door_tests;
pub mod events;
mod host;
mod line;
pub mod message;
mod parse;
mod pin_job;
mod program;
mod rights;
mod words;
mod working;

pub use command::Outgoing;
pub use dialogue::Dialogue;
pub use host::{AppHandle, spawn};
pub use program::Program;
pub use rights::RightsRefused;
pub use words::{Ask, Authentication, Consent, Failure, Input, Output, Success, Task, Tell, Way};
