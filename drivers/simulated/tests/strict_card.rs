// long: the functions that speak to a card raw are shared by all of its tests.
//! The simulated card against the terminal's dialogues, and against terminals that misbehave: it has to be the strict
//! one of the two.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm
)] // a test may
use apdu::{Response, StatusWord};
use drivers_api::card::{
    Authenticity, CardFound, CardPassword, DataGroup, DataGroups, GroupContent, PersonalData, PinState, Place,
    ReadFailure,
};
use drivers_api::private::Digits;
use drivers_api::slot::CardTransport;
use eid::{Dialogue, Fault, ReadOutcome, Step};
use rand::SeedableRng;
use rand::rngs::StdRng;
use simulated::card::{CAN, Card, PIN, Person, Profile, Residence};

const MSE_PIN: &str = "0022C1A412800A04007F0007020204020283010384010D";

fn digits(text: &str) -> Digits {
    Digits::parse(text).unwrap()
}

fn pin(text: &str) -> CardPassword {
    CardPassword::Pin(digits(text))
}

fn can_then_pin(can: &str, pin: &str) -> CardPassword {
    CardPassword::CanThenPin {
        can: digits(can),
        pin: digits(pin),
    }
}

fn probe(card: &mut Card) -> CardFound {
    card.reset();
    let mut step = Dialogue::probe();
    loop {
        match step {
            Step::Done(found) => return found,
            Step::Ask(ask) => step = ask.dialogue.handle(card.transmit(&ask.command.encode()).unwrap()),
        }
    }
}

/// Reads with a man in the middle who may change command `n` (counted from 1) before the card sees it.
fn read_through(card: &mut Card, password: CardPassword, mut middle: impl FnMut(usize, &mut Vec<u8>)) -> ReadOutcome {
    card.reset();
    let groups: DataGroups = DataGroup::ALL.into_iter().collect();
    let mut step = Dialogue::read(password, &groups, &mut StdRng::seed_from_u64(42));
    let mut sent = 0;
    loop {
        match step {
            Step::Done(outcome) => return outcome,
            Step::Ask(ask) => {
                sent += 1;
                let mut bytes = ask.command.encode().to_vec();
                middle(sent, &mut bytes);
                step = ask.dialogue.handle(card.transmit(&bytes).unwrap());
            }
        }
    }
}

fn read(card: &mut Card, password: CardPassword) -> ReadOutcome {
    read_through(card, password, |_, _| {})
}

fn why(outcome: ReadOutcome) -> ReadFailure {
    outcome.unwrap_err().why
}

fn raw(card: &mut Card, command: &str) -> Response {
    let bytes: Vec<u8> = command
        .as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(core::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect();
    Response::parse(card.transmit(&bytes).unwrap()).unwrap()
}

fn text(person: &PersonalData, group: DataGroup) -> &str {
    match &person.groups[&group] {
        GroupContent::Text(text) => text.expose(),
        other => panic!("{group:?} is {other:?}"),
    }
}

#[test]
fn erika_is_read_whole() {
    let person = read(&mut Card::erika(), pin(PIN)).unwrap();
    assert_eq!(person.authenticity, Authenticity::NotProven);
    assert_eq!(person.groups.len(), DataGroup::ALL.len());
    assert_eq!(text(&person, DataGroup::GivenNames), "ERIKA");
    assert_eq!(text(&person, DataGroup::FamilyNames), "MUSTERMANN");
    assert_eq!(text(&person, DataGroup::BirthName), "GABLER");
    assert_eq!(text(&person, DataGroup::MunicipalityId), "02760503150000");
    assert_eq!(person.groups[&DataGroup::AcademicTitle], GroupContent::NotOnChip);
    let GroupContent::Date(born) = &person.groups[&DataGroup::DateOfBirth] else {
        panic!()
    };
    assert_eq!((born.year, born.month, born.day), (Some(1964), Some(8), Some(12)));
    let GroupContent::Place(Place::Freetext(place)) = &person.groups[&DataGroup::PlaceOfBirth] else {
        panic!()
    };
    assert_eq!(place.expose(), "BERLIN");
    let GroupContent::Place(Place::Structured { street, city, zip, .. }) = &person.groups[&DataGroup::PlaceOfResidence]
    else {
        panic!()
    };
    assert_eq!(street.as_ref().unwrap().expose(), "HEIDESTRAẞE 17");
    assert_eq!((zip.as_ref().unwrap().expose(), city.expose()), ("51147", "KÖLN"));
}

#[test]
fn profiles_are_told_apart() {
    let operational = |tries_left| CardFound::Eid {
        pin: PinState::Operational { tries_left },
    };
    assert_eq!(probe(&mut Card::erika()), operational(3));
    assert_eq!(probe(&mut Card::erika().with_tries_left(2)), operational(2));
    assert_eq!(
        probe(&mut Card::suspended()),
        CardFound::Eid {
            pin: PinState::Suspended
        }
    );
    assert_eq!(probe(&mut Card::blocked()), CardFound::Eid { pin: PinState::Blocked });
    assert_eq!(
        probe(&mut Card::deactivated()),
        CardFound::Eid {
            pin: PinState::Deactivated
        }
    );
    assert_eq!(probe(&mut Card::bank()), CardFound::NotEid);
    assert_eq!(probe(&mut Card::garbage()), CardFound::Unreadable);
    for (mut card, state) in [
        (Card::suspended(), PinState::Suspended),
        (Card::blocked(), PinState::Blocked),
        (Card::deactivated(), PinState::Deactivated),
    ] {
        assert_eq!(why(read(&mut card, pin(PIN))), ReadFailure::PinUnusable { pin: state });
    }
}

#[test]
fn profiles_are_found_by_name() {
    for profile in Profile::ALL {
        assert_eq!(Profile::from_name(profile.name()), Some(profile));
    }
    assert_eq!(Profile::Blocked.card().tries_left(), Some(0));
    assert_eq!(Profile::Bank.card().tries_left(), None);
}

#[test]
fn a_pin_is_changed_and_unblocked_only_in_its_session() {
    let mut card = Card::blocked();
    assert_eq!(raw(&mut card, "002C0303").status(), StatusWord::SECURITY_STATUS);
    assert_eq!(
        raw(&mut card, "002C020306313131313131").status(),
        StatusWord::SECURITY_STATUS
    );
    assert_eq!(card.tries_left(), Some(0));
}

#[test]
fn tries_are_counted_down_to_blocked() {
    let mut card = Card::erika();
    let wrong = |pin| ReadFailure::WrongPin { pin };
    assert_eq!(
        why(read(&mut card, pin("999999"))),
        wrong(PinState::Operational { tries_left: 2 })
    );
    assert_eq!(why(read(&mut card, pin("999999"))), wrong(PinState::Suspended));
    assert_eq!(
        why(read(&mut card, pin(PIN))),
        ReadFailure::PinUnusable {
            pin: PinState::Suspended
        }
    );
    assert_eq!(why(read(&mut card, can_then_pin("111111", PIN))), ReadFailure::WrongCan);
    assert_eq!(card.tries_left(), Some(1), "a wrong CAN costs no try");
    assert_eq!(
        why(read(&mut card, can_then_pin(CAN, "999999"))),
        wrong(PinState::Blocked)
    );
    assert_eq!(
        why(read(&mut card, can_then_pin(CAN, PIN))),
        ReadFailure::PinUnusable { pin: PinState::Blocked }
    );
}

#[test]
fn a_suspended_pin_is_resumed_by_the_can() {
    let mut card = Card::suspended();
    let person = read(&mut card, can_then_pin(CAN, PIN)).unwrap();
    assert_eq!(text(&person, DataGroup::FamilyNames), "MUSTERMANN");
    assert_eq!(card.tries_left(), Some(3));
}

#[test]
fn resuming_ends_with_the_power() {
    let mut card = Card::suspended();
    // The CAN opens a channel, then the card is reset before the PIN is chosen inside it (command 9).
    let mut reset_at_nine = Card::suspended();
    let outcome = read_through(&mut card, can_then_pin(CAN, PIN), |_, _| {});
    assert!(outcome.is_ok());
    let outcome = read_through(&mut reset_at_nine, can_then_pin(CAN, PIN), |n, bytes| {
        if n == 9 {
            *bytes = vec![0x00, 0xA4, 0x00, 0x0C, 0x02, 0x3F, 0x00];
        }
    });
    assert_eq!(why(outcome), ReadFailure::Malformed, "a plain command ends the session");
    assert_eq!(reset_at_nine.tries_left(), Some(1));
}

#[test]
fn oddities_of_real_cards() {
    let person = read(&mut Card::unknown_birth_day(), pin(PIN)).unwrap();
    let GroupContent::Date(born) = &person.groups[&DataGroup::DateOfBirth] else {
        panic!()
    };
    assert_eq!((born.year, born.month, born.day), (Some(1964), Some(8), None));
    let person = read(&mut Card::without_residence(), pin(PIN)).unwrap();
    let place = &person.groups[&DataGroup::PlaceOfResidence];
    assert!(matches!(place, GroupContent::Place(Place::NoPlace(text)) if text.expose().starts_with("keine")));
    assert_eq!(person.groups[&DataGroup::MunicipalityId], GroupContent::NotOnChip);
}

#[test]
fn long_groups_come_in_pieces() {
    let permit = "Erwerbstätigkeit gestattet. ".repeat(26);
    let residence = Residence::Address {
        street: Some("X".repeat(200)),
        zip: None,
        city: "Y".repeat(100),
        state: Some("Z".into()),
        country: "D".into(),
    };
    let person = Person {
        residence,
        residence_permit_1: Some(permit.clone()),
        ..Person::erika()
    };
    let read = read(&mut Card::eid(&person, 9), pin(PIN)).unwrap();
    assert_eq!(text(&read, DataGroup::ResidencePermitI), permit);
}

#[test]
fn data_groups_are_closed_outside_secure_messaging() {
    let mut card = Card::erika();
    assert_eq!(raw(&mut card, "00A4040C09E80704007F00070302").status(), StatusWord::OK);
    assert_eq!(raw(&mut card, "00B0840000").status(), StatusWord::SECURITY_STATUS);
    assert_eq!(raw(&mut card, "00B0950000").status(), StatusWord::NOT_FOUND);
    assert_eq!(
        raw(&mut card, "0CB0840000").status(),
        StatusWord::SECURE_MESSAGING_INCORRECT
    );
    let mut card = Card::erika().needing_terminal_authentication(true);
    assert_eq!(why(read(&mut card, pin(PIN))), ReadFailure::NotAuthorised);
}

/// A session that the PIN has opened and in which the eID application is selected.
fn in_session(card: &mut Card) {
    let mut step = Dialogue::read(
        pin(PIN),
        &DataGroups::from([DataGroup::GivenNames]),
        &mut StdRng::seed_from_u64(1),
    );
    // The eighth command selects the application.
    for _ in 0..8 {
        let Step::Ask(ask) = step else {
            panic!("the read has ended too early")
        };
        step = ask.dialogue.handle(card.transmit(&ask.command.encode()).unwrap());
    }
}

#[test]
fn a_plain_command_ends_the_session_before_it_is_carried_out() {
    let mut card = Card::erika();
    in_session(&mut card);
    assert_eq!(raw(&mut card, "00B0840000").status(), StatusWord::SECURITY_STATUS);
    assert_eq!(
        raw(&mut card, "0CB084000D9701008E08000000000000000000").status(),
        StatusWord::SECURE_MESSAGING_INCORRECT
    );
    in_session(&mut card);
    assert_eq!(
        raw(&mut card, "0CB0840003970100").status(),
        StatusWord::SECURE_MESSAGING_MISSING,
        "no checksum"
    );
}

#[test]
fn unusable_pins_get_no_nonce() {
    for (mut card, state, refusal) in [
        (Card::suspended(), 0x63C1, StatusWord::CONDITIONS_OF_USE),
        (Card::blocked(), 0x63C0, StatusWord::AUTHENTICATION_BLOCKED),
        (Card::deactivated(), 0x6283, StatusWord::REFERENCE_DATA_NOT_USABLE),
    ] {
        assert_eq!(raw(&mut card, MSE_PIN).status(), StatusWord(state));
        assert_eq!(raw(&mut card, "10860000027C0000").status(), refusal);
    }
}

#[test]
fn a_wrong_checksum_ends_the_session() {
    let mut card = Card::erika();
    // Command 8 selects the application inside the channel; its last byte but Le belongs to the checksum.
    let outcome = read_through(&mut card, pin(PIN), |n, bytes| {
        if n == 8 {
            let at = bytes.len() - 2;
            bytes[at] ^= 1;
        }
    });
    let stopped = outcome.unwrap_err();
    assert_eq!(
        (stopped.why, stopped.fault),
        (ReadFailure::Malformed, Some(Fault::SecuredObjects))
    );
    assert_eq!(
        raw(&mut card, "0CB08400000D9701008E080000000000000000").status(),
        StatusWord::WRONG_LENGTH
    );
    assert_eq!(
        raw(&mut card, "0CB084000D9701008E08000000000000000000").status(),
        StatusWord::SECURE_MESSAGING_INCORRECT
    );
}

#[test]
fn misbehaving_terminals_are_refused() {
    let mut card = Card::erika();
    assert_eq!(raw(&mut card, MSE_PIN).status(), StatusWord::OK);
    assert_eq!(
        raw(&mut card, &format!("{MSE_PIN}00")).status(),
        StatusWord::WRONG_LENGTH,
        "Le on MSE"
    );
    let without_parameter = "0022C1A40F800A04007F00070202040202830103";
    assert_eq!(
        raw(&mut card, without_parameter).status(),
        StatusWord::WRONG_DATA,
        "84 missing"
    );
    assert_eq!(
        raw(&mut card, "10860000027C0000").status(),
        StatusWord::CONDITIONS_OF_USE,
        "nothing chosen"
    );
    raw(&mut card, MSE_PIN);
    assert_eq!(
        raw(&mut card, "00860000027C0000").status(),
        StatusWord::LAST_OF_CHAIN_EXPECTED,
        "not chained"
    );
    raw(&mut card, MSE_PIN);
    assert_eq!(raw(&mut card, "10860000027C0000").status(), StatusWord::OK);
    assert_eq!(
        raw(&mut card, "10860000057C0381010000").status(),
        StatusWord::WRONG_DATA,
        "infinity is no key"
    );
    assert_eq!(
        raw(&mut card, "10860000027C0000").status(),
        StatusWord::CONDITIONS_OF_USE,
        "the run has ended"
    );
    assert_eq!(
        raw(&mut card, "00B09C00000000").status(),
        StatusWord::WRONG_LENGTH,
        "extended READ BINARY"
    );
    assert_eq!(
        raw(&mut card, "10A4000C023F00").status(),
        StatusWord::CHAINING_NOT_SUPPORTED
    );
    assert_eq!(
        raw(&mut card, "00CA000000").status(),
        StatusWord::INSTRUCTION_NOT_SUPPORTED
    );
    assert_eq!(raw(&mut card, "80B09C0000").status(), StatusWord::CLASS_NOT_SUPPORTED);
}

#[test]
fn every_changed_command_byte_ends_without_data() {
    // Each command of a read is changed at its last data byte in turn: nothing may come through, and no panic.
    for changed in 1..=23 {
        let outcome = read_through(&mut Card::erika(), pin(PIN), |n, bytes| {
            if n == changed && n > 3 {
                let at = bytes.len() - 2;
                bytes[at] ^= 0x01;
            }
        });
        assert_eq!(outcome.is_ok(), changed <= 3, "command {changed}");
    }
}

mod arbitrary {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn commands_never_panic(commands in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..60), 1..8)) {
            let mut card = Card::erika();
            for command in commands {
                prop_assert!(card.transmit(&command).unwrap().len() >= 2);
            }
        }
    }
}
