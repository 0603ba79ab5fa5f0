//! The simulated card against terminals that behave and terminals that don't: it has to be the strict one of the two.
//! Names in capitals are cases of TR-03105-5.3.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm
)] // a test may
mod channel;
mod chip_authentication;
mod commands;
mod data_groups;
mod passwords;
mod special_functions;
mod terminal;
mod terminal_authentication;

use jiff::civil::{Date, date};
use simulated::card::{Card, PIN};
use simulated::pki::{Chat, Terminal, TerminalOrder, TestPki};
use terminal::{Desk, PIN_ID, find};

const TODAY: Date = date(2026, 3, 2);

fn pki() -> TestPki {
    TestPki::seeded(TODAY, 7)
}

fn order(rights: Chat) -> TerminalOrder {
    TerminalOrder::new(TODAY, rights)
}

fn terminal(pki: &TestPki, rights: Chat) -> Terminal {
    pki.terminal(&order(rights))
}

/// Public key of chip authentication with that id, out of EF.CardSecurity's bytes: `ChipAuthenticationPublicKeyInfo`.
fn chip_key(card_security: &[u8], key: u8) -> Option<Vec<u8>> {
    let before = [0x02, 0x01, 0x0D, 0x03, 0x42, 0x00];
    card_security.windows(6 + 65 + 3).find_map(|window| {
        let fits = window[..6] == before && window[6] == 0x04 && window[71..] == [0x02, 0x01, key];
        fits.then(|| window[6..71].to_vec())
    })
}

/// A desk after PACE with the PIN, terminal authentication with `rights`, chip authentication, in the eID application.
fn inside(pki: &TestPki, card: Card, rights: Chat, auxiliary: &[u8]) -> Desk {
    let mut desk = Desk::new(card);
    desk.pace(PIN_ID, PIN, Some(rights)).unwrap();
    assert_eq!(desk.terminal_authentication(&terminal(pki, rights), auxiliary), 0x9000);
    let public = chip_key(&desk.read(0x1D).unwrap(), 0x41).unwrap();
    desk.chip_authentication(0x41, &public).unwrap();
    assert_eq!(desk.select_eid(), 0x9000);
    desk
}

/// The value inside a data group and the object in it.
fn content(file: &[u8], number: u8) -> Vec<u8> {
    let inner = find(file, 0x60 | u32::from(number)).unwrap();
    apdu::tlv::Reader::new(&inner).read().unwrap().unwrap().value.to_vec()
}
