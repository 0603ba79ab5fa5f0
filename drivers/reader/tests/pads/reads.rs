//! Reads with secrets typed on the reader.
use super::*;
use drivers_api::basis::{ComparedDocument, ReadBasis, StaffRegister, StaffSession};
use drivers_api::card::{CardFailure, CardFound};
use drivers_api::private::Digits;
use simulated::card::{CAN, Card, PIN, Prompt, TRANSPORT_PIN};
use std::time::Duration;
use world::{can_then_pin, eid, pin};

#[test]
fn a_read_with_the_pin_and_no_secret_passes_the_door() {
    let (mut world, passed) = with_pad(PadManner::default());
    assert_eq!(world.lay_on(Card::erika(&world.pki)), eid(THREE));
    types(&world, [PIN]);
    assert_eq!(world.read(pin_on_pad()), Ok("MUSTERMANN".into()));
    let prompts = world.hand.take_prompts();
    let [
        Prompt {
            asks: Asks::Pin,
            provider: Some(name),
        },
    ] = prompts.as_slice()
    else {
        panic!("{prompts:?}")
    };
    assert!(name != "Unbekannt", "the reader shows who asks");
    let log = world.hand.take_log();
    let session = log.iter().position(|entry| entry.secured).expect("a session");
    assert!(
        log[session..].iter().all(|entry| entry.secured),
        "the reader wraps what is plain"
    );
    assert!(passed.count() > 40 && !passed.has(PIN));
    // Once more, on the same card, after the reader's channel was closed.
    types(&world, [PIN]);
    assert_eq!(world.read(pin_on_pad()), Ok("MUSTERMANN".into()));
    world.take_off();
}

#[test]
fn a_suspended_pin_is_resumed_with_the_can_on_the_reader() {
    let (mut world, passed) = with_pad(PadManner::default());
    assert_eq!(world.lay_on(Card::suspended(&world.pki)), eid(PinState::Suspended));
    types(&world, [CAN, PIN]);
    assert_eq!(world.read(both_on_pad()), Ok("MUSTERMANN".into()));
    let prompts = world.hand.take_prompts();
    let asked: Vec<_> = prompts
        .iter()
        .map(|prompt| (prompt.asks, prompt.provider.is_some()))
        .collect();
    assert_eq!(asked, [(Asks::Can, false), (Asks::Pin, true)]);
    assert!(!passed.has(PIN) && !passed.has(CAN));
    assert_eq!(world.take_off().tries_left(), Some(3));

    world.lay_on(Card::suspended(&world.pki));
    let unusable = CardFailure::PinUnusable {
        pin: PinState::Suspended,
    };
    assert_eq!(world.read(pin_on_pad()), Err(unusable), "nobody was asked");
    types(&world, ["111111"]);
    assert_eq!(world.read(both_on_pad()), Err(CardFailure::WrongCan));
    types(&world, [CAN, "000000"]);
    assert_eq!(
        world.read(both_on_pad()),
        Err(CardFailure::WrongPin { pin: PinState::Blocked })
    );
    assert_eq!(super::asked(&world), [Asks::Can, Asks::Can, Asks::Pin]);
    assert_eq!(world.take_off().tries_left(), Some(0));
}

#[test]
fn wrong_pins_tell_the_tries_that_are_left_even_if_the_reader_tells_no_more_than_its_code() {
    for terse in [false, true] {
        let manner = PadManner {
            terse,
            ..PadManner::default()
        };
        let (mut world, _) = with_pad(manner);
        world.lay_on(Card::erika(&world.pki));
        let two = PinState::Operational { tries_left: 2 };
        for pin in [two, PinState::Suspended] {
            types(&world, ["000000"]);
            assert_eq!(world.read(pin_on_pad()), Err(CardFailure::WrongPin { pin }));
        }
        let card = world.take_off();
        assert_eq!(world.lay_on(card), eid(PinState::Suspended));
        types(&world, [CAN, PIN]);
        assert_eq!(world.read(both_on_pad()), Ok("MUSTERMANN".into()));
    }
}

#[test]
fn cards_that_are_not_to_be_read_ask_for_nothing() {
    let (mut world, _) = with_pad(PadManner::default());
    for (card, pin) in [
        (Card::blocked(&world.pki), PinState::Blocked),
        (Card::deactivated(&world.pki), PinState::Deactivated),
    ] {
        assert_eq!(world.lay_on(card), eid(pin));
        for password in [pin_on_pad(), both_on_pad()] {
            assert_eq!(world.read(password), Err(CardFailure::PinUnusable { pin }));
        }
        world.take_off();
    }
    assert_eq!(world.lay_on(Card::bank()), CardFound::NotEid);
    assert_eq!(world.read(pin_on_pad()), Err(CardFailure::Malformed));
    assert_eq!(asked(&world), []);
    world.take_off();
    // The letter's five digits are the PIN's, but open nothing to read.
    world.lay_on(Card::fresh(&world.pki));
    types(&world, [TRANSPORT_PIN]);
    assert_eq!(world.read(pin_on_pad()), Err(CardFailure::WrongPin { pin: THREE }));
}

#[test]
fn secrets_typed_here_are_never_sent_and_secrets_typed_there_need_a_reader_with_keys() {
    let (mut world, passed) = with_pad(PadManner::default());
    world.lay_on(Card::suspended(&world.pki));
    let before = passed.count();
    for typed in [pin(PIN), can_then_pin()] {
        assert_eq!(world.read(typed), Err(CardFailure::Stopped));
    }
    assert_eq!(passed.count(), before, "refused before the first command");
    assert_eq!(asked(&world), []);

    let mut plain = World::new();
    plain.lay_on(Card::erika(&plain.pki));
    let before = plain.hand.commands();
    assert_eq!(plain.read(pin_on_pad()), Err(CardFailure::Stopped));
    assert_eq!(plain.hand.commands(), before);
}

struct Anybody;

impl StaffRegister for Anybody {
    fn knows(&self, _: &str, _: &Digits) -> bool {
        true
    }
}

#[test]
fn the_can_that_staff_have_read_off_is_the_one_password_that_a_reader_takes_from_us() {
    let basis = |can| {
        let code = Digits::parse("1").unwrap();
        let session = StaffSession::log_in(&Anybody, "m", &code, Duration::ZERO, Duration::from_secs(600)).unwrap();
        ReadBasis::VorOrt {
            comparison: session.compared(ComparedDocument::ThisCard, Duration::ZERO).unwrap(),
            can: Digits::parse(can).unwrap(),
        }
    };
    let (mut world, passed) = with_pad(PadManner::default());
    world.lay_on(Card::deactivated(&world.pki));
    // The reader asks whether it may.
    types(&world, [""]);
    let job = world.give_read_by(basis(CAN));
    assert_eq!(world.end_of_read(job), Ok("MUSTERMANN".into()));
    types(&world, [""]);
    let job = world.give_read_by(basis("111111"));
    assert_eq!(world.end_of_read(job), Err(CardFailure::WrongCan));
    assert_eq!(asked(&world), [Asks::MayUseCan, Asks::MayUseCan]);
    assert!(passed.has(CAN) && !passed.has(PIN));
}
