//! Full devices in software that speak the real bytes: a test card is a card, not a mock. Only the outermost binary
//! picks them.
//!
//! Start here: [`card::Card`] is an identity card with its whole side of the protocol, [`card::Hand`] lays it on a
//! reader that the `reader` crate drives like a real one.
pub mod card;
