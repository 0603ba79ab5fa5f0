//! The reader's thread against the simulated card: every mishap at every command.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm
)] // a test may
mod world;

use drivers_api::card::{CardEvent, CardFailure, CardFound, CardPassword, PinState, Reader, ReaderCommand};
use simulated::card::{Card, Fault, Nonsense, PIN};
use std::sync::mpsc::RecvTimeoutError;
use std::time::Duration;
use world::{PATIENCE, World, can_then_pin, eid, pin};

/// Commands of one whole life of the card: those of the probe, those before PACE begins, all.
fn commands_of_a_read(password: CardPassword) -> (usize, usize, usize) {
    let mut world = World::new();
    world.lay_on(Card::suspended(&world.pki));
    let probing = world.hand.commands();
    world.read(password).unwrap();
    let log = world.hand.take_log();
    let before_pace = log.iter().position(|entry| entry.header[1] == 0x86).unwrap();
    (probing, before_pace, world.hand.commands())
}

#[test]
fn card_pulled_at_every_command() {
    let (probing, _, all) = commands_of_a_read(can_then_pin());
    let mut world = World::new();
    for at in 1..=all {
        world.hand.set_faults(vec![Fault::PulledAt(at)]);
        if at <= probing {
            // Pulled while it was probed: it was never told, so its removal isn't told either.
            world.hand.lay_on(Card::suspended(&world.pki));
            let told = world.events.recv_timeout(Duration::from_millis(50));
            assert!(matches!(told, Err(RecvTimeoutError::Timeout)), "{told:?} at {at}");
        } else {
            world.lay_on(Card::suspended(&world.pki));
            assert_eq!(world.read(can_then_pin()), Err(CardFailure::CardLost), "at {at}");
            assert!(matches!(world.next(), CardEvent::Removed), "at {at}");
        }
    }
    world.hand.set_faults(vec![]);
    world.lay_on(Card::suspended(&world.pki));
    assert_eq!(
        world.read(can_then_pin()),
        Ok("MUSTERMANN".into()),
        "the reader has survived all that"
    );
}

#[test]
fn nonsense_at_every_command() {
    let (probing, before_pace, all) = commands_of_a_read(can_then_pin());
    let mut world = World::new();
    for at in 1..=all {
        for kind in Nonsense::ALL {
            world.hand.set_faults(vec![Fault::NonsenseAt(at, kind)]);
            let found = world.lay_on(Card::suspended(&world.pki));
            if at > probing {
                assert_eq!(found, eid(PinState::Suspended));
                let outcome = world.read(can_then_pin());
                // SELECT MF, EF.CardAccess and both MSE:Set AT are plain: their status alone counts, and unknown
                // infos are ignored. From the first command of PACE on nothing changed may come through.
                let harmless = at <= before_pace;
                assert!(outcome.is_err() || harmless, "{kind:?} at {at}: {outcome:?}");
            }
            world.take_off();
        }
    }
}

#[test]
fn reader_unplugged_at_every_command_and_back() {
    let (probing, _, all) = commands_of_a_read(can_then_pin());
    for at in (probing + 1)..=all {
        let mut world = World::new();
        world.lay_on(Card::suspended(&world.pki));
        world.hand.set_faults(vec![Fault::UnpluggedAt(at)]);
        assert_eq!(world.read(can_then_pin()), Err(CardFailure::ReaderGone), "at {at}");
        assert!(matches!(world.next(), CardEvent::Removed));
        assert!(matches!(world.next(), CardEvent::ReaderGone));
        let job = world.give_read(pin(PIN));
        assert!(matches!(world.next(), CardEvent::ReadFailed { job: of, why: CardFailure::ReaderGone } if of == job));
        world.hand.set_faults(vec![]);
        world.hand.plug_reader();
        assert!(matches!(world.next(), CardEvent::ReaderReady { .. }));
        assert!(matches!(world.next(), CardEvent::Inserted(CardFound::Eid { .. })));
        assert_eq!(world.read(can_then_pin()), Ok("MUSTERMANN".into()));
    }
}

#[test]
fn a_slow_read_is_stopped_and_its_card_pulled() {
    let mut world = World::new();
    world.lay_on(Card::erika(&world.pki));
    let at = world.hand.commands() + 3;
    world
        .hand
        .set_faults(vec![Fault::SlowAt(at, Duration::from_millis(300))]);
    let job = world.give_read(pin(PIN));
    assert!(matches!(world.next(), CardEvent::Progress { .. }));
    world.reader.give(ReaderCommand::Stop);
    assert!(matches!(world.next(), CardEvent::ReadFailed { job: of, why: CardFailure::Stopped } if of == job));

    let at = world.hand.commands() + 3;
    world.hand.set_faults(vec![Fault::SlowAt(at, PATIENCE * 3)]);
    let job = world.give_read(pin(PIN));
    assert!(matches!(world.next(), CardEvent::Progress { .. }));
    while world.hand.commands() < at {
        std::thread::yield_now();
    }
    world.hand.take_off();
    assert!(matches!(world.next(), CardEvent::ReadFailed { job: of, why: CardFailure::CardLost } if of == job));
    assert!(matches!(world.next(), CardEvent::Removed));
}

#[test]
fn a_read_without_a_card_and_a_quick_change_of_cards() {
    let mut world = World::new();
    assert_eq!(world.read(pin(PIN)), Err(CardFailure::CardLost));
    world.lay_on(Card::erika(&world.pki));
    world.hand.lay_on(Card::bank());
    assert!(matches!(world.next(), CardEvent::Removed));
    assert!(matches!(world.next(), CardEvent::Inserted(CardFound::NotEid)));
}

#[test]
fn the_thread_ends_with_its_handle() {
    let world = World::new();
    world.lay_on(Card::erika(&world.pki));
    drop(world.reader);
    // The thread drops the sender of events when it ends.
    assert!(matches!(
        world.events.recv_timeout(PATIENCE),
        Err(RecvTimeoutError::Disconnected)
    ));
    let world = World::new();
    world.reader.close();
    assert!(matches!(
        world.events.recv_timeout(PATIENCE),
        Err(RecvTimeoutError::Disconnected)
    ));
}
