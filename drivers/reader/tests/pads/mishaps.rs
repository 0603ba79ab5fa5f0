//! What can happen while somebody types.
use super::*;
use drivers_api::card::{CardFailure, PinTask, Reader, ReaderCommand};
use drivers_api::slot::{Slot, SlotEvent, TransportError};
use simulated::card::{CAN, Card, Fault, PIN, SimulatedLine, SimulatedSlot};
use std::time::Duration;

#[test]
fn aborted_or_left_alone() {
    let (mut world, _) = with_pad(PadManner::default());
    world.lay_on(Card::erika(&world.pki));
    for press in [Press::Aborts, Press::Waits] {
        world.hand.presses([press]);
        assert_eq!(world.read(pin_on_pad()), Err(CardFailure::NotTyped));
    }
    types(&world, [PIN]);
    assert_eq!(world.read(pin_on_pad()), Ok("MUSTERMANN".into()), "no try was spent");
    assert_eq!(world.take_off().tries_left(), Some(3));
}

#[test]
fn the_card_is_taken_away_while_the_reader_asks() {
    let (mut world, _) = with_pad(PadManner::default());
    let change = PinTask::Change {
        old: pin_on_pad(),
        new: Secret::OnPad,
    };
    for (before, task) in [(vec![], None), (vec![Press::Types(PIN)], Some(change))] {
        world.lay_on(Card::erika(&world.pki));
        world.hand.presses(before);
        world.hand.presses([Press::PullsCard]);
        let why = match task {
            None => world.read(pin_on_pad()).unwrap_err(),
            Some(task) => world.manage(task).unwrap_err(),
        };
        assert_eq!(why, CardFailure::CardLost);
        assert!(matches!(world.next(), CardEvent::Removed));
    }
}

#[test]
fn the_card_is_pulled_at_every_command() {
    let (mut world, _) = with_pad(PadManner::default());
    world.lay_on(Card::suspended(&world.pki));
    let probing = world.hand.commands();
    types(&world, [CAN, PIN]);
    assert_eq!(world.read(both_on_pad()), Ok("MUSTERMANN".into()));
    let all = world.hand.commands();
    for at in (probing + 1)..=all {
        // A reader that remembers nothing of the last time.
        let (mut world, _) = with_pad(PadManner::default());
        world.hand.set_faults(vec![Fault::PulledAt(at)]);
        world.lay_on(Card::suspended(&world.pki));
        types(&world, [CAN, PIN]);
        assert_eq!(world.read(both_on_pad()), Err(CardFailure::CardLost), "at {at}");
        assert!(matches!(world.next(), CardEvent::Removed), "at {at}");
    }
}

#[test]
fn work_that_was_given_up_meanwhile_ends_before_the_next_secret() {
    let (mut world, _) = with_pad(PadManner::default());
    world.lay_on(Card::suspended(&world.pki));
    types(&world, [CAN, PIN]);
    // Two commands ask the state; the CAN's run is slow.
    let at = world.hand.commands() + 8;
    world
        .hand
        .set_faults(vec![Fault::SlowAt(at, Duration::from_millis(300))]);
    let job = world.give_read(both_on_pad());
    assert!(matches!(world.next(), CardEvent::Progress { .. }));
    world.reader.give(ReaderCommand::Stop);
    assert!(matches!(world.next(), CardEvent::ReadFailed { job: of, why: CardFailure::Stopped } if of == job));
    assert!(!asked(&world).contains(&Asks::Pin));
}

/// Another reader was told than the one on which the card lies: it has no keys.
struct TwoReaders(SimulatedSlot);

impl Slot for TwoReaders {
    type Line = SimulatedLine;

    fn wait(&mut self, patience: Duration) -> SlotEvent {
        self.0.wait(patience)
    }

    fn connect(&mut self) -> Result<SimulatedLine, TransportError> {
        self.0.connect()
    }

    fn waker(&self) -> Box<dyn Fn() + Send> {
        self.0.waker()
    }
}

#[test]
fn keys_of_the_reader_on_which_the_card_lies_count() {
    let pki = pki();
    let (hand, slot) = Hand::with_pad(PadManner::default());
    let mut world = World::over(authority(&pki), pki, hand, TwoReaders(slot));
    assert!(matches!(world.next(), CardEvent::Certificate(Some(_))));
    assert!(matches!(world.next(), CardEvent::ReaderReady { pin_pad: false }));
    world.hand.lay_on(Card::erika(&world.pki));
    assert!(matches!(world.next(), CardEvent::ReaderReady { pin_pad: true }));
    assert!(matches!(world.next(), CardEvent::Inserted(_)));
    types(&world, [PIN]);
    assert_eq!(world.read(pin_on_pad()), Ok("MUSTERMANN".into()));
}

#[test]
fn a_reader_that_comes_back_is_asked_for_its_keys_again() {
    let (mut world, _) = with_pad(PadManner::default());
    world.hand.unplug_reader();
    assert!(matches!(world.next(), CardEvent::ReaderGone));
    world.hand.plug_reader();
    assert!(matches!(world.next(), CardEvent::ReaderReady { pin_pad: true }));
    world.lay_on(Card::erika(&world.pki));
    types(&world, [PIN]);
    assert_eq!(world.read(pin_on_pad()), Ok("MUSTERMANN".into()));
}
