//! Work on the PIN with secrets typed on the reader.
use super::*;
use drivers_api::card::{CardFailure, PinTask};
use simulated::card::{CAN, Card, PIN, PUK};
use world::{pin, typed};

const NEW: &str = "271828";
const LETTER: &str = "90817";

fn change(old: CardPassword) -> PinTask {
    PinTask::Change {
        old,
        new: Secret::OnPad,
    }
}

fn resume() -> PinTask {
    PinTask::Resume {
        can: Secret::OnPad,
        pin: Secret::OnPad,
    }
}

fn unblock() -> PinTask {
    PinTask::Unblock { puk: Secret::OnPad }
}

#[test]
fn the_first_pin_is_set_over_the_transport_pin_and_read_with() {
    let (mut world, passed) = with_pad(PadManner::default());
    // Not the usual one, which is a town's post code in the certificate's description.
    world.lay_on(Card::erika(&world.pki).with_transport_pin(LETTER));
    types(&world, [LETTER, NEW, NEW]);
    assert_eq!(world.manage(change(pin_on_pad())), Ok(THREE));
    let prompts = world.hand.take_prompts();
    assert!(
        prompts.iter().all(|prompt| prompt.provider.is_none()),
        "nobody asks for data"
    );
    let asks: Vec<_> = prompts.iter().map(|prompt| prompt.asks).collect();
    assert_eq!(asks, [Asks::Pin, Asks::NewPin, Asks::NewPinAgain]);
    types(&world, [NEW]);
    assert_eq!(world.read(pin_on_pad()), Ok("MUSTERMANN".into()));
    assert!(!passed.has(LETTER) && !passed.has(NEW));
}

#[test]
fn a_suspended_pin_is_changed_after_the_can() {
    let (mut world, passed) = with_pad(PadManner::default());
    world.lay_on(Card::suspended(&world.pki));
    types(&world, [CAN, PIN, NEW, NEW]);
    assert_eq!(world.manage(change(both_on_pad())), Ok(THREE));
    types(&world, [NEW]);
    assert_eq!(world.read(pin_on_pad()), Ok("MUSTERMANN".into()));
    assert!(!passed.has(CAN) && !passed.has(PIN) && !passed.has(NEW));
}

#[test]
fn a_change_that_does_not_come_about_leaves_the_pin_as_it_was() {
    let (mut world, _) = with_pad(PadManner::default());
    world.lay_on(Card::erika(&world.pki));
    let two = PinState::Operational { tries_left: 2 };
    types(&world, ["000000"]);
    assert_eq!(
        world.manage(change(pin_on_pad())),
        Err(CardFailure::WrongPin { pin: two })
    );
    // Not the same twice; too short; aborted; nobody types.
    types(&world, [PIN, NEW, "314159"]);
    assert_eq!(world.manage(change(pin_on_pad())), Err(CardFailure::NotTyped));
    types(&world, [PIN, "2718", "2718"]);
    assert_eq!(world.manage(change(pin_on_pad())), Err(CardFailure::NotTyped));
    for press in [Press::Aborts, Press::Waits] {
        world.hand.presses([Press::Types(PIN), Press::Types(NEW), press]);
        assert_eq!(world.manage(change(pin_on_pad())), Err(CardFailure::NotTyped));
    }
    types(&world, [PIN]);
    assert_eq!(world.read(pin_on_pad()), Ok("MUSTERMANN".into()));
}

#[test]
fn a_reader_that_takes_no_new_pin_asks_for_no_old_one() {
    let manner = PadManner {
        modifies_pin: false,
        ..PadManner::default()
    };
    let (mut world, _) = with_pad(manner);
    world.lay_on(Card::erika(&world.pki));
    assert_eq!(world.manage(change(pin_on_pad())), Err(CardFailure::NotAuthorised));
    assert_eq!(asked(&world), []);
}

#[test]
fn resumed_with_the_can() {
    let (mut world, passed) = with_pad(PadManner::default());
    world.lay_on(Card::suspended(&world.pki));
    types(&world, ["111111"]);
    assert_eq!(world.manage(resume()), Err(CardFailure::WrongCan));
    types(&world, [CAN, PIN]);
    assert_eq!(world.manage(resume()), Ok(THREE));
    assert_eq!(asked(&world), [Asks::Can, Asks::Can, Asks::Pin]);
    assert_eq!(world.take_off().tries_left(), Some(3));
    assert!(!passed.has(CAN) && !passed.has(PIN));
}

#[test]
fn unblocked_with_the_puk() {
    // A reader after an older TR-03119 can't close its channel.
    let manner = PadManner {
        destroys: false,
        ..PadManner::default()
    };
    let (mut world, passed) = with_pad(manner);
    world.lay_on(Card::blocked(&world.pki));
    types(&world, ["0000000000"]);
    assert_eq!(world.manage(unblock()), Err(CardFailure::WrongPuk));
    types(&world, [PUK]);
    assert_eq!(world.manage(unblock()), Ok(THREE));
    assert_eq!(world.manage(unblock()), Ok(THREE), "no use is spent on a PIN in order");
    assert_eq!(asked(&world), [Asks::Puk, Asks::Puk]);
    types(&world, [PIN]);
    assert_eq!(world.read(pin_on_pad()), Ok("MUSTERMANN".into()));
    world.take_off();
    world.lay_on(Card::blocked(&world.pki).with_puk_uses_left(0));
    types(&world, [PUK]);
    assert_eq!(world.manage(unblock()), Err(CardFailure::PukUsedUp));
    world.take_off();
    world.lay_on(Card::deactivated(&world.pki));
    let pin = PinState::Deactivated;
    assert_eq!(world.manage(unblock()), Err(CardFailure::PinUnusable { pin }));
    assert!(!passed.has(PUK) && !passed.has(PIN));
}

#[test]
fn secrets_typed_here_are_never_sent() {
    let (mut world, passed) = with_pad(PadManner::default());
    world.lay_on(Card::suspended(&world.pki));
    for task in [
        PinTask::Change {
            old: both_on_pad(),
            new: typed(NEW),
        },
        change(pin(PIN)),
        PinTask::Resume {
            can: typed(CAN),
            pin: Secret::OnPad,
        },
        PinTask::Resume {
            can: Secret::OnPad,
            pin: typed(PIN),
        },
        PinTask::Unblock { puk: typed(PUK) },
    ] {
        assert_eq!(world.manage(task), Err(CardFailure::Stopped));
    }
    assert_eq!(asked(&world), []);
    assert!([CAN, PIN, PUK, NEW].iter().all(|secret| !passed.has(secret)));
}

#[test]
fn without_a_certificate_pins_are_worked_on() {
    let (hand, slot) = Hand::with_pad(PadManner::default());
    let mut world = World::over(reader::NoCertificate, pki(), hand, slot);
    assert!(matches!(world.next(), CardEvent::Certificate(None)));
    assert!(matches!(world.next(), CardEvent::ReaderReady { pin_pad: true }));
    world.lay_on(Card::suspended(&world.pki));
    assert_eq!(world.read(both_on_pad()), Err(CardFailure::NoCertificate));
    assert_eq!(asked(&world), []);
    types(&world, [CAN, PIN]);
    assert_eq!(world.manage(resume()), Ok(THREE));
}
