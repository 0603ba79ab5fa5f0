//! Verification of auxiliary data, restricted identification, the blocklist (TR-03110-3 B.4, B.6; TR-03110-2 §3.6).
use super::terminal::{Desk, PIN_ID, RI, tlv};
use super::{chip_key, inside, order, pki, terminal};
use simulated::card::{Card, PIN, Profile};
use simulated::pki::{Chat, Right, TerminalOrder, TestPki};

fn name(last: u8) -> Vec<u8> {
    tlv(0x06, &[4, 0, 0x7F, 0, 7, 3, 1, 4, last])
}

/// Object 67 with one template for each pair.
fn auxiliary(data: &[(u8, &[u8])]) -> Vec<u8> {
    let templates = data
        .iter()
        .map(|(last, value)| tlv(0x73, &[name(*last), tlv(0x53, value)].concat()));
    tlv(0x67, &templates.collect::<Vec<_>>().concat())
}

fn verify(desk: &mut Desk, last: u8) -> u16 {
    desk.status([0x80, 0x20, 0x80, 0x00], &name(last))
}

fn ask(card: impl FnOnce(&TestPki) -> Card, last: u8, value: &[u8]) -> u16 {
    let pki = pki();
    let card = card(&pki);
    verify(&mut inside(&pki, card, Chat::ALL, &auxiliary(&[(last, value)])), last)
}

/// TS_eID_3.x.
#[test]
fn age_validity_and_municipality_are_answered_with_yes_or_no() {
    assert_eq!(ask(Card::erika, 1, b"19640812"), 0x9000, "born on the very day");
    assert_eq!(ask(Card::erika, 1, b"19640811"), 0x6300);
    assert_eq!(ask(Card::erika, 2, b"20311031"), 0x9000, "the last day");
    assert_eq!(ask(Card::erika, 2, b"20311101"), 0x6300);
    assert_eq!(ask(Card::expired, 2, b"20260302"), 0x6300);
    assert_eq!(
        ask(Card::erika, 3, &[0x02, 0x76, 0x05]),
        0x9000,
        "the state of Nordrhein-Westfalen"
    );
    assert_eq!(
        ask(Card::erika, 3, &[0x02, 0x76, 0x05, 0x03, 0x15, 0x00, 0x00]),
        0x9000,
        "Köln"
    );
    assert_eq!(
        ask(Card::erika, 3, &[0x02, 0x76, 0x05, 0x03, 0x16, 0x00, 0x00]),
        0x6300,
        "Leverkusen"
    );
    assert_eq!(ask(Card::erika, 3, &[0x02, 0x76, 0x09]), 0x6300, "Bayern");
    assert_eq!(
        ask(Card::without_residence, 3, &[0x02, 0x76]),
        0x6A88,
        "no municipality on the card"
    );
}

#[test]
fn an_unknown_day_counts_as_the_latest_possible() {
    assert_eq!(ask(Card::unknown_birth_day, 1, b"19640831"), 0x9000);
    assert_eq!(ask(Card::unknown_birth_day, 1, b"19640830"), 0x6300);
}

#[test]
fn only_data_that_terminal_authentication_covered_are_compared() {
    let pki = pki();
    let mut desk = inside(&pki, Card::erika(&pki), Chat::ALL, &auxiliary(&[(2, b"20260302")]));
    assert_eq!(verify(&mut desk, 2), 0x9000);
    assert_eq!(verify(&mut desk, 1), 0x6A88, "not sent");
    assert_eq!(verify(&mut desk, 9), 0x6A88, "not known");
    assert_eq!(desk.status([0x80, 0x20, 0x80, 0x00], b"\x53\x00"), 0x6A80);
    assert_eq!(
        desk.status([0x00, 0x20, 0x80, 0x00], &name(2)),
        0x6A86,
        "the class is 8C"
    );
    let twice = auxiliary(&[(1, b"19000101"), (1, b"20000101")]);
    assert_eq!(
        verify(&mut inside(&pki, Card::erika(&pki), Chat::ALL, &twice), 1),
        0x9000,
        "the last one counts"
    );
    let nonsense = auxiliary(&[(1, b"tomorrow"), (2, b"2026")]);
    let mut desk = inside(&pki, Card::erika(&pki), Chat::ALL, &nonsense);
    assert_eq!((verify(&mut desk, 1), verify(&mut desk, 2)), (0x6A88, 0x6A88));
}

#[test]
fn special_functions_need_their_rights() {
    let pki = pki();
    let sent = auxiliary(&[(1, b"20000101"), (2, b"20260302"), (3, &[0x02, 0x76])]);
    let mut desk = inside(&pki, Card::erika(&pki), Chat::default(), &sent);
    assert_eq!(verify(&mut desk, 2), 0x9000, "validity is everybody's");
    assert_eq!((verify(&mut desk, 1), verify(&mut desk, 3)), (0x6982, 0x6982));
    assert_eq!(desk.choose_internal(&RI, 1), 0x9000, "the blocklist is everybody's");
    assert_eq!(desk.choose_internal(&RI, 2), 0x6982, "the pseudonym isn't");
    let rights = Chat::default()
        .with(Right::AgeVerification)
        .with(Right::RestrictedIdentification);
    let mut desk = inside(&pki, Card::erika(&pki), rights, &sent);
    assert_eq!((verify(&mut desk, 1), verify(&mut desk, 3)), (0x9000, 0x6982));
    assert_eq!(desk.choose_internal(&RI, 2), 0x9000);
}

#[test]
fn nothing_special_happens_before_chip_authentication_or_outside_the_application() {
    let pki = pki();
    let mut desk = Desk::new(Card::erika(&pki));
    desk.pace(PIN_ID, PIN, Some(Chat::ALL)).unwrap();
    assert_eq!(
        desk.terminal_authentication(&terminal(&pki, Chat::ALL), &auxiliary(&[(2, b"20260302")])),
        0x9000
    );
    assert_eq!(verify(&mut desk, 2), 0x6982);
    assert_eq!(desk.choose_internal(&RI, 1), 0x6982);
    let public = chip_key(&desk.read(0x1D).unwrap(), 0x41).unwrap();
    desk.chip_authentication(0x41, &public).unwrap();
    assert_eq!(verify(&mut desk, 2), 0x6985, "the eID application isn't selected");
    assert_eq!(desk.choose_internal(&RI, 1), 0x6985);
    desk.select_eid();
    assert_eq!(verify(&mut desk, 2), 0x9000);
}

fn identified(pki: &TestPki, card: Card, order: &TerminalOrder, key: u8) -> Vec<u8> {
    let terminal = pki.terminal(order);
    let mut desk = inside(pki, card, Chat::ALL, &[]);
    desk.reset();
    desk.pace(PIN_ID, PIN, Some(Chat::ALL)).unwrap();
    assert_eq!(desk.terminal_authentication(&terminal, &[]), 0x9000);
    let public = chip_key(&desk.read(0x1D).unwrap(), 0x41).unwrap();
    desk.chip_authentication(0x41, &public).unwrap();
    desk.select_eid();
    assert_eq!(desk.choose_internal(&RI, key), 0x9000);
    desk.identify(0xA0, &terminal.sector).unwrap()
}

/// TS_eID_4.x.
#[test]
fn pseudonyms_are_the_same_for_a_card_in_a_sector_and_differ_between_all_others() {
    let pki = pki();
    let (here, there) = (
        order(Chat::ALL),
        TerminalOrder {
            sector: "elsewhere".into(),
            ..order(Chat::ALL)
        },
    );
    let first = identified(&pki, Card::erika(&pki), &here, 2);
    assert_eq!(first.len(), 32);
    assert_eq!(identified(&pki, Card::erika(&pki), &here, 2), first);
    assert_ne!(
        identified(&pki, Card::erika(&pki), &here, 1),
        first,
        "another key of the card"
    );
    assert_ne!(identified(&pki, Card::erika(&pki), &there, 2), first, "another sector");
    assert_ne!(
        identified(&pki, Profile::Revoked.card(&pki), &here, 2),
        first,
        "another card"
    );
}

#[test]
fn the_blocklist_id_is_the_same_from_card_helper_and_issuer() {
    let pki = pki();
    let terminal = terminal(&pki, Chat::ALL);
    let card = Profile::Revoked.card(&pki);
    let by_issuer = pki.blocklist_id("musterstadt", &card.identification_key().unwrap());
    assert_eq!(card.blocklist_id(&terminal), Some(by_issuer));
    let sector = pki.sector_id("musterstadt", &card.identification_key().unwrap());
    let mut desk = inside(&pki, card, Chat::ALL, &[]);
    assert_eq!(desk.choose_internal(&RI, 1), 0x9000);
    assert_eq!(desk.identify(0xA0, &terminal.blocklist_sector).unwrap(), by_issuer);
    assert_eq!(desk.choose_internal(&RI, 1), 0x9000);
    assert_eq!(
        desk.identify(0xA2, &terminal.sector).unwrap(),
        sector,
        "A2 is answered with 83"
    );
    let list = pki.blocklist("musterstadt", &[desk.card.identification_key().unwrap()]);
    let lists = |id: &[u8]| list.windows(32).any(|window| window == id);
    assert!(lists(&by_issuer) && lists(&sector));
    assert!(
        !lists(&Card::erika(&pki).blocklist_id(&terminal).unwrap()),
        "another card isn't on the list"
    );
    assert_eq!(Card::bank().identification_key(), None);
}

#[test]
fn a_sector_that_isnt_in_the_certificate_gets_no_id() {
    let pki = pki();
    let elsewhere = pki.terminal(&TerminalOrder {
        sector: "elsewhere".into(),
        ..order(Chat::ALL)
    });
    let mut desk = inside(&pki, Card::erika(&pki), Chat::ALL, &[]);
    assert_eq!(desk.choose_internal(&RI, 2), 0x9000);
    assert_eq!(desk.identify(0xA0, &elsewhere.sector), Err(0x6A80));
    assert_eq!(
        desk.identify(0xA0, &elsewhere.sector),
        Err(0x6985),
        "chosen for one command"
    );
    let without_key = desk.status([0, 0x22, 0x41, 0xA4], &tlv(0x80, &RI));
    assert_eq!(without_key, 0x6A80, "which of the keys?");
}
