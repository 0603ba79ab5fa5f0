//! Terminal authentication: chains, days, rights (TR-03110-3 §2.5, §2.7, B.3).
use super::terminal::{Desk, PIN_ID, bytes};
use super::{TODAY, inside, order, pki, terminal};
use drivers_api::card::DataGroup;
use jiff::civil::{Date, date};
use proptest::prelude::*;
use simulated::card::{Card, PIN};
use simulated::pki::{Chat, TerminalOrder};

fn opened(card: Card) -> Desk {
    let mut desk = Desk::new(card);
    desk.pace(PIN_ID, PIN, Some(Chat::ALL)).unwrap();
    desk
}

fn digits(text: &str) -> [u8; 6] {
    bytes(text)
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 0xF])
        .collect::<Vec<_>>()
        .try_into()
        .unwrap()
}

/// TS_TA_1.x.
#[test]
fn a_terminal_proves_itself_once_in_a_session() {
    let pki = pki();
    let mut desk = opened(Card::erika(&pki));
    let terminal = terminal(&pki, Chat::ALL);
    assert_eq!(desk.terminal_authentication(&terminal, &[]), 0x9000);
    assert_eq!(desk.terminal_authentication(&terminal, &[]), 0x6982);
}

#[test]
fn each_step_needs_the_one_before() {
    let pki = pki();
    let terminal = terminal(&pki, Chat::ALL);
    let mut desk = opened(Card::erika(&pki));
    assert_eq!(desk.status([0, 0x2A, 0, 0xBE], &[]), 0x6985, "no key chosen");
    assert_eq!(
        desk.present(&terminal.chain[1]),
        0x6A88,
        "the verifier's key isn't known yet"
    );
    assert_eq!(desk.announce(&terminal, &[]), 0x6A88, "no certificate yet");
    assert_eq!(desk.present(&terminal.chain[0]), 0x9000);
    assert_eq!(desk.announce(&terminal, &[]), 0x6A88, "the verifier is no terminal");
    assert_eq!(desk.present(&terminal.chain[1]), 0x9000);
    assert_eq!(
        desk.prove(&terminal, &[0; 8], &[]),
        0x6985,
        "neither announced nor challenged"
    );
    assert_eq!(desk.announce(&terminal, &[]), 0x9000);
    let challenge = desk.challenge();
    assert_eq!(
        desk.prove(&terminal, &challenge, &bytes("6700")),
        0x6300,
        "data that weren't announced"
    );
    assert_eq!(
        desk.prove(&terminal, &challenge, &[]),
        0x6985,
        "a challenge serves once"
    );
    assert_eq!(desk.announce(&terminal, &[]), 0x9000);
    let mut stale = desk.challenge();
    desk.challenge();
    assert_eq!(desk.prove(&terminal, &stale, &[]), 0x6300, "an older challenge");
    assert_eq!(desk.announce(&terminal, &[]), 0x9000);
    stale = desk.challenge();
    assert_eq!(desk.prove(&terminal, &stale, &[]), 0x9000);
}

#[test]
fn a_certificate_with_any_byte_changed_is_refused() {
    let pki = pki();
    let terminal = terminal(&pki, Chat::ALL);
    for (certificate, step) in [(0, 7), (1, 11)] {
        for at in (8..terminal.chain[certificate].len()).step_by(step) {
            let mut desk = opened(Card::erika(&pki));
            if certificate == 1 {
                assert_eq!(desk.present(&terminal.chain[0]), 0x9000);
            }
            let inner = super::find(&terminal.chain[certificate], 0x7F21).unwrap();
            let mut changed = inner.clone();
            let at = at - 8;
            if at >= changed.len() {
                continue;
            }
            changed[at] ^= 0x04;
            let authority = if certificate == 0 {
                "DETESTeID00001"
            } else {
                "DETESTDVDE00001"
            };
            let reference = super::terminal::tlv(0x83, authority.as_bytes());
            assert_eq!(desk.status([0, 0x22, 0x81, 0xB6], &reference), 0x9000);
            let status = desk.status([0, 0x2A, 0, 0xBE], &changed);
            assert!(
                matches!(status, 0x6300 | 0x6A80),
                "certificate {certificate}, byte {at}: {status:04X}"
            );
        }
    }
}

fn with(change: impl FnOnce(&mut TerminalOrder)) -> u16 {
    let pki = pki();
    let mut order = order(Chat::ALL);
    change(&mut order);
    let mut desk = opened(Card::erika(&pki));
    desk.terminal_authentication(&pki.terminal(&order), &[])
}

#[test]
fn expired_certificates_are_refused_by_the_cards_own_day() {
    // The card was made 90 days before: it believes it is 2025-12-02.
    let long_ago = |day: Date| (date(2025, 1, 1), day);
    assert_eq!(with(|order| order.verifier_valid = long_ago(date(2025, 12, 1))), 0x6985);
    assert_eq!(
        with(|order| order.valid = long_ago(date(2026, 1, 30))),
        0x6985,
        "the verifier's began on 2026-01-31"
    );
    assert_eq!(with(|order| order.valid = long_ago(date(2026, 1, 31))), 0x9000);
    assert_eq!(
        with(|order| order.valid = (TODAY, date(2026, 3, 1))),
        0x6A80,
        "ends before it begins"
    );
    // Not yet valid isn't known to a card without a clock.
    assert_eq!(with(|order| order.valid = (date(2027, 1, 1), date(2027, 2, 1))), 0x9000);
}

#[test]
fn another_kind_of_terminal_is_refused_at_the_end() {
    assert_eq!(with(|order| order.inspection_system = true), 0x6985);
}

#[test]
fn the_cards_day_follows_verifiers_and_official_terminals_only() {
    let pki = pki();
    for (official, day) in [(false, "260131"), (true, "260301")] {
        let mut order = order(Chat::ALL);
        order.official = official;
        let mut desk = opened(Card::erika(&pki));
        assert_eq!(desk.card.own_day(), Some(digits("251202")));
        assert_eq!(desk.terminal_authentication(&pki.terminal(&order), &[]), 0x9000);
        assert_eq!(desk.card.own_day(), Some(digits(day)), "official: {official}");
    }
}

/// TS_CTA_1.1: a card that only knows the old CVCA; TS_CTA_1.3: two trust points.
#[test]
fn link_certificates_bring_new_trust_points_even_when_expired() {
    let mut pki = pki();
    let card = Card::erika(&pki);
    pki.roll_over(date(2025, 6, 1), date(2026, 2, 28));
    pki.roll_over(date(2026, 2, 1), date(2029, 2, 1));
    let terminal = terminal(&pki, Chat::ALL);
    let links = pki.link_certificates();
    let mut desk = opened(card);
    assert_eq!(desk.references, ["DETESTeID00001"]);
    assert_eq!(
        desk.present(&terminal.chain[0]),
        0x6A88,
        "the newest CVCA isn't known yet"
    );
    assert_eq!(desk.present(&links[1]), 0x6A88);
    assert_eq!(desk.present(&links[0]), 0x9000);
    assert_eq!(desk.present(&links[1]), 0x9000);
    assert_eq!(desk.card.trusted(), ["DETESTeID00003", "DETESTeID00002"], "two at most");
    assert_eq!(desk.present(&links[1]), 0x6985, "known already");
    assert_eq!(desk.terminal_authentication(&terminal, &[]), 0x9000);
    desk.reset();
    desk.pace(PIN_ID, PIN, Some(Chat::ALL)).unwrap();
    assert_eq!(
        desk.references,
        ["DETESTeID00003", "DETESTeID00002"],
        "links are remembered"
    );
    assert_eq!(desk.present(&links[0]), 0x6A88, "the oldest is forgotten");
}

/// An expired trust point verifies links, but no document verifiers.
#[test]
fn an_expired_trust_point_verifies_links_only() {
    let mut pki = pki();
    pki.roll_over(date(2025, 1, 1), date(2025, 11, 30));
    let (card, old_terminal) = (Card::erika(&pki), terminal(&pki, Chat::ALL));
    pki.roll_over(date(2026, 2, 1), date(2029, 2, 1));
    let mut desk = opened(card);
    assert_eq!(desk.present(&old_terminal.chain[0]), 0x6985);
    assert_eq!(desk.present(&pki.link_certificates()[1]), 0x9000);
    assert_eq!(desk.terminal_authentication(&terminal(&pki, Chat::ALL), &[]), 0x9000);
}

#[test]
fn another_countrys_terminal_is_refused() {
    let other = simulated::pki::TestPki::seeded(TODAY, 8);
    let mut desk = opened(Card::erika(&pki()));
    assert_eq!(desk.terminal_authentication(&terminal(&other, Chat::ALL), &[]), 0x6300);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    /// What may be read is what PACE announced and verifier and terminal have in their certificates.
    #[test]
    fn effective_rights_are_common_to_all(announced in any::<[bool; 17]>(), verifier in any::<[bool; 17]>(), own in any::<[bool; 17]>()) {
        let chosen = |bits: [bool; 17]| {
            Chat::reading(DataGroup::ALL.into_iter().zip(bits).filter_map(|(group, chosen)| chosen.then_some(group)))
        };
        let pki = pki();
        let order = TerminalOrder { verifier_rights: chosen(verifier), ..order(chosen(own)) };
        let mut desk = Desk::new(Card::erika(&pki));
        desk.pace(PIN_ID, PIN, Some(chosen(announced))).unwrap();
        prop_assert_eq!(desk.terminal_authentication(&pki.terminal(&order), &[]), 0x9000);
        let public = super::chip_key(&desk.read(0x1D).unwrap(), 0x41).unwrap();
        desk.chip_authentication(0x41, &public).unwrap();
        desk.select_eid();
        for (at, group) in DataGroup::ALL.into_iter().enumerate() {
            let allowed = announced[at] && verifier[at] && own[at];
            let refused = desk.read(group.number()) == Err(0x6982);
            let present = !matches!(group.number(), 6 | 7 | 19..=22);
            prop_assert_eq!(refused, present && !allowed, "{:?}", group);
        }
    }
}

#[test]
fn terminal_authentication_alone_opens_no_data() {
    let pki = pki();
    let mut desk = opened(Card::erika(&pki));
    assert_eq!(desk.terminal_authentication(&terminal(&pki, Chat::ALL), &[]), 0x9000);
    desk.select_eid();
    assert_eq!(desk.read(4), Err(0x6982));
    assert!(inside(&pki, Card::erika(&pki), Chat::ALL, &[]).read(4).is_ok());
}
