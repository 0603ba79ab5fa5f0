//! Commands as such: sessions, checksums, lengths, chains, and bytes that are no commands (TR-03110-3 B.12, B.13, F).
use super::terminal::{CAN_ID, Desk, EID, PACE, PIN_ID, find, tlv};
use super::{inside, pki, terminal};
use drivers_api::slot::CardTransport;
use proptest::prelude::*;
use simulated::card::{CAN, Card, Generation, PIN, Person};
use simulated::pki::Chat;

type Change = fn(&mut Vec<u8>);

const MSE_PIN: &str = "0022C1A412800A04007F0007020204020283010384010D";

#[test]
fn a_plain_command_ends_the_session_before_it_is_carried_out() {
    let pki = pki();
    let mut desk = inside(&pki, Card::erika(&pki), Chat::ALL, &[]);
    assert!(desk.read(4).is_ok());
    assert_eq!(desk.raw("00B0840000"), 0x6A82, "the master file is selected again");
    assert_eq!(desk.raw("0CB084000D9701008E08000000000000000000"), 0x6988);
    desk.channel = None;
    assert_eq!(desk.select_eid(), 0x9000);
    assert_eq!(desk.read(4), Err(0x6982));
}

/// TS_TA_4.x: secure messaging that isn't right.
#[test]
fn objects_of_secure_messaging_that_are_missing_or_wrong_end_the_session() {
    let pki = pki();
    let changes: [(Change, u16); 5] = [
        (
            |bytes| *bytes = vec![0x0C, 0xB0, 0x84, 0x00, 0x03, 0x97, 0x01, 0x00, 0x00],
            0x6987,
        ),
        (|bytes| bytes[2] ^= 1, 0x6988),
        (|bytes| bytes[5] = 0x98, 0x6987),
        (|bytes| bytes[7] ^= 1, 0x6988),
        (|bytes| bytes[9] ^= 0x10, 0x6988),
    ];
    for (change, refusal) in changes {
        let mut desk = inside(&pki, Card::erika(&pki), Chat::ALL, &[]);
        desk.meddle = Some(Box::new(change));
        assert_eq!(desk.read(4), Err(refusal));
        desk.meddle = None;
        assert_eq!(desk.read(4), Err(0x6988), "there is no session any more");
    }
}

#[test]
fn misbehaving_terminals_are_refused() {
    let pki = pki();
    let mut desk = Desk::new(Card::erika(&pki));
    assert_eq!(desk.raw(MSE_PIN), 0x9000);
    assert_eq!(desk.raw(&format!("{MSE_PIN}00")), 0x6700, "Le on MSE");
    assert_eq!(
        desk.raw("0022C1A40F800A04007F00070202040202830103"),
        0x6A80,
        "84 missing, two PACEInfos"
    );
    assert_eq!(
        desk.raw(&MSE_PIN.replace("84010D", "84010C")),
        0x6A88,
        "offered, but not carried out"
    );
    assert_eq!(desk.raw("10860000027C0000"), 0x6985, "nothing chosen");
    desk.raw(MSE_PIN);
    assert_eq!(desk.raw("00860000027C0000"), 0x6883, "not chained");
    desk.raw(MSE_PIN);
    assert_eq!(desk.raw("10860000027C0000"), 0x9000);
    assert_eq!(desk.raw("10860000057C0381010000"), 0x6A80, "infinity is no key");
    assert_eq!(desk.raw("10860000027C0000"), 0x6985, "the run has ended");
    assert_eq!(desk.raw("10A4000C023F00"), 0x6884);
    assert_eq!(desk.raw("00CA000000"), 0x6D00);
    assert_eq!(desk.raw("80B09C0000"), 0x6E00);
    assert_eq!(desk.raw("80208000"), 0x6982, "VERIFY without a session");
    assert_eq!(desk.raw("0084000008"), 0x6982, "no challenge without a session");
    assert_eq!(desk.raw("002281B6038301AA"), 0x6982);
    assert_eq!(desk.raw("00B09D0000"), 0x6982, "EF.CardSecurity needs PACE");
}

/// An older card has one PACEInfo, so object 84 may be left out.
#[test]
fn with_one_pace_info_the_parameter_may_be_left_out() {
    let mut desk = Desk::new(Card::of_generation(&Person::erika(), Generation::Y2017, &pki(), 1));
    assert_eq!(desk.raw("0022C1A40F800A04007F00070202040202830103"), 0x9000);
}

#[test]
fn extended_reading_needs_buffer_sizes_in_ef_atr_info() {
    let pki = pki();
    let mut old = Desk::new(Card::of_generation(&Person::erika(), Generation::Y2010, &pki, 1));
    assert_eq!(old.raw("00B09C00000000"), 0x6700);
    assert_eq!(find(&old.read(0x01).unwrap(), 0x7F66), None);
    let mut new = Desk::new(Card::erika(&pki));
    let access = new.card.transmit(&[0x00, 0xB0, 0x9C, 0x00, 0x00, 0x00, 0x00]).unwrap();
    assert_eq!(access.last_chunk(), Some(&[0x90, 0x00]));
    let buffers = find(&new.read(0x01).unwrap(), 0x7F66).unwrap();
    assert_eq!(buffers, [0x02, 0x02, 0x04, 0x00, 0x02, 0x02, 0x04, 0x00]);
    new.pace(CAN_ID, CAN, None).unwrap();
    let (_, status) = new.send([0, 0xB0, 0x9D, 0], &[], Some(65_536));
    assert_eq!(status, 0x6700, "EF.CardSecurity is longer than the buffer");
    let (part, status) = new.send([0, 0xB0, 0x9D, 0], &[], Some(900));
    assert_eq!((part.len(), status), (900, 0x9000));
    let command = super::terminal::plain([0, 0x2A, 0, 0xBE], &[0; 1100], None);
    assert_eq!(
        new.card.transmit(&command).unwrap(),
        [0x67, 0x00],
        "longer than the buffer for commands"
    );
}

#[test]
fn pace_without_rights_announces_no_authority_and_allows_no_terminal_authentication() {
    let pki = pki();
    let mut desk = Desk::new(Card::erika(&pki));
    desk.pace(PIN_ID, PIN, None).unwrap();
    assert!(desk.references.is_empty());
    assert_eq!(desk.present(&terminal(&pki, Chat::ALL).chain[0]), 0x6982);
    assert_eq!(desk.prove(&terminal(&pki, Chat::ALL), &[0; 8], &[]), 0x6982);
    desk.reset();
    desk.pace(PIN_ID, PIN, Some(Chat::ALL)).unwrap();
    assert_eq!(desk.references, ["DETESTeID00001"]);
}

#[test]
fn a_chat_that_is_no_terminals_is_refused() {
    let mut desk = Desk::new(Card::erika(&pki()));
    let mut choose = |template: Vec<u8>| {
        let data = [tlv(0x80, &PACE), tlv(0x83, &[PIN_ID]), tlv(0x84, &[13]), template].concat();
        desk.status([0, 0x22, 0xC1, 0xA4], &data)
    };
    let right = Chat::ALL.template();
    let mut as_cvca = right.clone();
    *as_cvca.get_mut(16).unwrap() |= 0xC0;
    assert_eq!(choose(right.clone()), 0x9000);
    assert_eq!(choose(as_cvca), 0x6A80);
    assert_eq!(choose(right[..right.len() - 1].to_vec()), 0x6A80);
    assert_eq!(choose(tlv(0x7F4C, &[])), 0x6A80);
    assert_eq!(choose(tlv(0x65, &[])), 0x6A80, "no authorization extensions here");
}

#[test]
fn a_bank_card_answers_and_knows_no_eid() {
    let mut desk = Desk::new(Card::bank());
    assert_eq!(desk.status([0, 0xA4, 0x04, 0x0C], &EID), 0x6A82);
    assert_eq!(desk.raw("00B09E0000"), 0x9000);
    assert_eq!(desk.raw("00B09C0000"), 0x6A82);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn plain_commands_never_panic(commands in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..60), 1..8)) {
        let mut card = Card::bank();
        for command in &commands {
            prop_assert!(card.transmit(command).unwrap().len() >= 2);
        }
    }

    /// The last byte is Le of the envelope, which no checksum covers.
    #[test]
    fn no_changed_byte_of_a_secured_command_gets_an_answer(at in any::<prop::sample::Index>(), bit in 0..8) {
        let pki = pki();
        let mut desk = inside(&pki, Card::erika(&pki), Chat::ALL, &[]);
        desk.meddle = Some(Box::new(move |bytes| {
            let at = at.index(bytes.len() - 1);
            bytes[at] ^= 1u8 << bit;
        }));
        prop_assert!(desk.read(4).is_err());
    }

    #[test]
    fn secured_commands_never_panic(
        commands in prop::collection::vec(
            (
                prop::sample::select(vec![0x04u8, 0x20, 0x22, 0x2A, 0x2C, 0x44, 0x82, 0x84, 0x86, 0xA4, 0xB0]),
                prop::sample::select(vec![(0x41u8, 0xA4u8), (0x81, 0xA4), (0x81, 0xB6), (0, 0xBE), (0, 0), (0x80, 0)]),
                prop::collection::vec(any::<u8>(), 0..90),
                prop::option::of(1u32..=256),
            ),
            1..12,
        ),
    ) {
        let pki = pki();
        let mut desk = inside(&pki, Card::erika(&pki), Chat::ALL, &[]);
        for (instruction, (p1, p2), data, le) in commands {
            let (_, status) = desk.send([0, instruction, p1, p2], &data, le);
            prop_assert!(status >= 0x6200);
        }
    }
}
