//! Full devices in software that speak the real bytes: a test card is a card, not a mock. Only the outermost binary
//! picks them.
//!
//! Start here: [`card::Card`] is an identity card with its whole side of the protocol, [`card::Hand`] lays it on a
//! reader that the `reader` crate drives like a real one, and [`pki::TestPki`] is the country that issued the card and
//! the terminal's certificates. Neither shares code with the `eid` crate, so that a mistake in one can't hide in both;
//! only [`authority::TestAuthority`] hands the PKI's files to it. [`payment::Terminal`] is a payment terminal that
//! `drivers/payment` reaches over TCP like a real one, and shares no code with that crate.
pub mod authority;
pub mod card;
mod curve;
mod der;
pub mod payment;
pub mod pki;
pub mod printer;
