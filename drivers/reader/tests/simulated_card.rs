//! The reader's thread against the simulated card: every profile, reads and work on the PIN.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm
)] // a test may
mod world;

use drivers_api::card::{CardEvent, CardFailure, CardFound, DataGroup, GroupContent, PinState, PinTask};
use simulated::card::{CAN, Card, PIN, PUK, Person, Profile, TRANSPORT_PIN};
use world::{World, can_then_pin, eid, pin, pki, typed};

#[test]
fn erika_from_laying_on_to_taking_off() {
    let mut world = World::new();
    assert_eq!(
        world.lay_on(Card::erika(&world.pki)),
        eid(PinState::Operational { tries_left: 3 })
    );
    assert_eq!(world.read(pin(PIN)), Ok("MUSTERMANN".into()));
    let log = world.hand.take_log();
    let reads: Vec<_> = log.iter().filter(|entry| entry.header[1] == 0xB0).collect();
    let session = log.iter().position(|entry| entry.secured).expect("a session");
    assert!(
        log[session..].iter().all(|entry| entry.secured),
        "no plain command inside the session"
    );
    assert!(reads.iter().filter(|entry| entry.secured).count() >= DataGroup::ALL.len());
    world.take_off();
}

#[test]
fn phone_and_email_are_read_where_an_issuer_uses_them() {
    let mut world = World::new();
    world.lay_on(Card::eid(&Person::reachable(), &world.pki, 9));
    world.give_read(pin(PIN));
    let person = loop {
        match world.next() {
            CardEvent::ReadDone { person, .. } => break person,
            CardEvent::Progress { .. } => {}
            other => panic!("{other:?} during a read"),
        }
    };
    let text = |text: &str| GroupContent::Text(text.into());
    assert_eq!(person.groups[&DataGroup::PhoneNumber], text("tel:+49-221-5550142"));
    assert_eq!(
        person.groups[&DataGroup::EmailAddress],
        text("erika.mustermann@example.org")
    );
}

#[test]
fn every_profile() {
    let mut world = World::new();
    let operational = eid(PinState::Operational { tries_left: 3 });
    for (card, found, outcome) in [
        (
            Card::without_residence(&world.pki),
            operational,
            Ok("MUSTERMANN".to_owned()),
        ),
        (
            Card::unknown_birth_day(&world.pki),
            operational,
            Ok("MUSTERMANN".to_owned()),
        ),
        (
            Card::suspended(&world.pki),
            eid(PinState::Suspended),
            Err(CardFailure::PinUnusable {
                pin: PinState::Suspended,
            }),
        ),
        (
            Card::blocked(&world.pki),
            eid(PinState::Blocked),
            Err(CardFailure::PinUnusable { pin: PinState::Blocked }),
        ),
        (
            Card::deactivated(&world.pki),
            eid(PinState::Deactivated),
            Err(CardFailure::PinUnusable {
                pin: PinState::Deactivated,
            }),
        ),
        (
            Card::child(&world.pki),
            eid(PinState::Deactivated),
            Err(CardFailure::PinUnusable {
                pin: PinState::Deactivated,
            }),
        ),
        (
            Profile::Made2010.card(&world.pki),
            operational,
            Ok("MUSTERMANN".to_owned()),
        ),
        (
            Profile::Made2017.card(&world.pki),
            operational,
            Ok("MUSTERMANN".to_owned()),
        ),
        (Card::bank(), CardFound::NotEid, Err(CardFailure::Malformed)),
        (Card::mute(), CardFound::Unreadable, Err(CardFailure::Malformed)),
        (Card::garbage(), CardFound::Unreadable, Err(CardFailure::Malformed)),
    ] {
        assert_eq!(world.lay_on(card), found);
        assert_eq!(world.read(pin(PIN)), outcome);
        world.take_off();
    }
}

#[test]
fn cards_that_are_not_to_be_read_tell_nothing() {
    let mut world = World::new();
    for (profile, why) in [
        (Profile::Expired, CardFailure::Expired),
        (Profile::Revoked, CardFailure::Revoked),
        (Profile::CopiedChip, CardFailure::NotGenuine),
        (Profile::ForeignSigner, CardFailure::NotGenuine),
        (Profile::Downgrade, CardFailure::NotGenuine),
    ] {
        let card = profile.card(&world.pki);
        assert_eq!(world.lay_on(card), eid(PinState::Operational { tries_left: 3 }));
        assert_eq!(world.read(pin(PIN)), Err(why), "{profile:?}");
        world.take_off();
    }
}

#[test]
fn wrong_pins_then_can() {
    let mut world = World::new();
    world.lay_on(Card::erika(&world.pki));
    let wrong = |pin| Err(CardFailure::WrongPin { pin });
    assert_eq!(
        world.read(pin("000000")),
        wrong(PinState::Operational { tries_left: 2 })
    );
    assert_eq!(world.read(pin("000000")), wrong(PinState::Suspended));
    let card = world.take_off();
    assert_eq!(world.lay_on(card), eid(PinState::Suspended));
    assert_eq!(world.read(can_then_pin()), Ok("MUSTERMANN".into()));
    assert_eq!(world.take_off().tries_left(), Some(3));
}

#[test]
fn work_on_the_pin() {
    let mut world = World::new();
    world.lay_on(Card::fresh(&world.pki));
    let first = PinTask::Change {
        old: pin(TRANSPORT_PIN),
        new: typed(PIN),
    };
    let all_tries = Ok(PinState::Operational { tries_left: 3 });
    assert_eq!(world.manage(first), all_tries);
    assert_eq!(world.read(pin(PIN)), Ok("MUSTERMANN".into()));
    let change = |old, new| PinTask::Change {
        old: pin(old),
        new: typed(new),
    };
    assert_eq!(
        world.manage(change("000000", "271828")),
        Err(CardFailure::WrongPin {
            pin: PinState::Operational { tries_left: 2 }
        })
    );
    assert_eq!(world.manage(change(PIN, "271828")), all_tries);
    assert_eq!(world.read(pin("271828")), Ok("MUSTERMANN".into()));
    world.take_off();

    world.lay_on(Card::suspended(&world.pki));
    let resume = PinTask::Resume {
        can: typed(CAN),
        pin: typed(PIN),
    };
    assert_eq!(world.manage(resume), all_tries);
    world.take_off();

    world.lay_on(Card::blocked(&world.pki));
    let unblock = |puk| PinTask::Unblock { puk: typed(puk) };
    assert_eq!(world.manage(unblock("0000000000")), Err(CardFailure::WrongPuk));
    assert_eq!(world.manage(unblock(PUK)), all_tries);
    assert_eq!(world.read(pin(PIN)), Ok("MUSTERMANN".into()));
}

#[test]
fn without_a_certificate_pins_are_worked_on_and_nothing_is_read() {
    let mut world = World::with(reader::NoCertificate, pki());
    assert!(matches!(world.next(), CardEvent::Certificate(None)));
    assert!(matches!(world.next(), CardEvent::ReaderReady { .. }));
    world.lay_on(Card::suspended(&world.pki));
    assert_eq!(world.read(can_then_pin()), Err(CardFailure::NoCertificate));
    let resume = PinTask::Resume {
        can: typed(CAN),
        pin: typed(PIN),
    };
    assert_eq!(world.manage(resume), Ok(PinState::Operational { tries_left: 3 }));
}
