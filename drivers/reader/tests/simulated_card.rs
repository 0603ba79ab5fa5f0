//! The reader's thread against the simulated card: every profile, and every mishap at every command.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm
)] // a test may
use drivers_api::Job;
use drivers_api::card::{
    Authenticity, CardEvent, CardFound, CardPassword, DataGroup, GroupContent, PinState, ReadFailure, ReadStep, Reader,
    ReaderCommand,
};
use drivers_api::private::Digits;
use rand::SeedableRng;
use rand::rngs::StdRng;
use reader::ReaderHandle;
use simulated::card::{CAN, Card, Fault, Hand, Nonsense, PIN};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(20);

struct World {
    hand: Hand,
    reader: ReaderHandle,
    events: Receiver<CardEvent>,
    job: u64,
}

impl World {
    fn new() -> Self {
        let (hand, slot) = Hand::new();
        let (tell, events) = channel();
        let random = StdRng::seed_from_u64(5);
        let reader = reader::spawn(slot, random, move |event| drop(tell.send(event))).unwrap();
        let world = Self {
            hand,
            reader,
            events,
            job: 0,
        };
        assert!(matches!(world.next(), CardEvent::ReaderReady));
        world
    }

    fn next(&self) -> CardEvent {
        self.events.recv_timeout(PATIENCE).expect("an event")
    }

    fn lay_on(&self, card: Card) -> CardFound {
        self.hand.lay_on(card);
        match self.next() {
            CardEvent::Inserted(found) => found,
            other => panic!("{other:?} instead of a card"),
        }
    }

    fn take_off(&self) -> Card {
        let card = self.hand.take_off().unwrap();
        assert!(matches!(self.next(), CardEvent::Removed));
        card
    }

    fn give_read(&mut self, password: CardPassword) -> Job {
        self.job += 1;
        let job = Job(self.job);
        self.reader.give(ReaderCommand::Read {
            job,
            password,
            groups: DataGroup::ALL.into_iter().collect(),
        });
        job
    }

    /// Reads to the end; the family name that was read, or why there is none.
    fn read(&mut self, password: CardPassword) -> Result<String, ReadFailure> {
        let job = self.give_read(password);
        let mut steps = vec![];
        loop {
            match self.next() {
                CardEvent::Progress { job: of, step } if of == job => steps.push(step),
                CardEvent::ReadFailed { job: of, why } if of == job => return Err(why),
                CardEvent::ReadDone { job: of, person } if of == job => {
                    assert_eq!(steps, [ReadStep::Opening, ReadStep::Reading]);
                    assert_eq!(person.authenticity, Authenticity::NotProven);
                    assert_eq!(person.groups.len(), DataGroup::ALL.len());
                    let GroupContent::Text(name) = &person.groups[&DataGroup::FamilyNames] else {
                        panic!()
                    };
                    return Ok(name.expose().to_owned());
                }
                other => panic!("{other:?} during a read"),
            }
        }
    }
}

fn pin(text: &str) -> CardPassword {
    CardPassword::Pin(Digits::parse(text).unwrap())
}

fn can_then_pin() -> CardPassword {
    CardPassword::CanThenPin {
        can: Digits::parse(CAN).unwrap(),
        pin: Digits::parse(PIN).unwrap(),
    }
}

fn eid(pin: PinState) -> CardFound {
    CardFound::Eid { pin }
}

#[test]
fn erika_from_laying_on_to_taking_off() {
    let mut world = World::new();
    assert_eq!(
        world.lay_on(Card::erika()),
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
fn every_profile() {
    let mut world = World::new();
    let operational = eid(PinState::Operational { tries_left: 3 });
    for (card, found, outcome) in [
        (Card::without_residence(), operational, Ok("MUSTERMANN".to_owned())),
        (Card::unknown_birth_day(), operational, Ok("MUSTERMANN".to_owned())),
        (
            Card::suspended(),
            eid(PinState::Suspended),
            Err(ReadFailure::PinUnusable {
                pin: PinState::Suspended,
            }),
        ),
        (
            Card::blocked(),
            eid(PinState::Blocked),
            Err(ReadFailure::PinUnusable { pin: PinState::Blocked }),
        ),
        (
            Card::deactivated(),
            eid(PinState::Deactivated),
            Err(ReadFailure::PinUnusable {
                pin: PinState::Deactivated,
            }),
        ),
        (
            Card::erika().needing_terminal_authentication(true),
            operational,
            Err(ReadFailure::NotAuthorised),
        ),
        (Card::bank(), CardFound::NotEid, Err(ReadFailure::Malformed)),
        (Card::mute(), CardFound::Unreadable, Err(ReadFailure::Malformed)),
        (Card::garbage(), CardFound::Unreadable, Err(ReadFailure::Malformed)),
    ] {
        assert_eq!(world.lay_on(card), found);
        assert_eq!(world.read(pin(PIN)), outcome);
        world.take_off();
    }
}

#[test]
fn wrong_pins_then_can() {
    let mut world = World::new();
    world.lay_on(Card::erika());
    let wrong = |pin| Err(ReadFailure::WrongPin { pin });
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

/// Commands of one whole life of the card: probe and read.
fn commands_of_a_read(password: CardPassword) -> (usize, usize) {
    let mut world = World::new();
    world.lay_on(Card::suspended());
    let probing = world.hand.commands();
    world.read(password).unwrap();
    (probing, world.hand.commands())
}

#[test]
fn card_pulled_at_every_command() {
    let (probing, all) = commands_of_a_read(can_then_pin());
    let mut world = World::new();
    for at in 1..=all {
        world.hand.set_faults(vec![Fault::PulledAt(at)]);
        if at <= probing {
            // Pulled while it was probed: it was never told, so its removal isn't told either.
            world.hand.lay_on(Card::suspended());
            let told = world.events.recv_timeout(Duration::from_millis(50));
            assert!(matches!(told, Err(RecvTimeoutError::Timeout)), "{told:?} at {at}");
        } else {
            world.lay_on(Card::suspended());
            assert_eq!(world.read(can_then_pin()), Err(ReadFailure::CardLost), "at {at}");
            assert!(matches!(world.next(), CardEvent::Removed), "at {at}");
        }
    }
    world.hand.set_faults(vec![]);
    world.lay_on(Card::suspended());
    assert_eq!(
        world.read(can_then_pin()),
        Ok("MUSTERMANN".into()),
        "the reader has survived all that"
    );
}

#[test]
fn nonsense_at_every_command() {
    let (probing, all) = commands_of_a_read(can_then_pin());
    let mut world = World::new();
    for at in 1..=all {
        for kind in Nonsense::ALL {
            world.hand.set_faults(vec![Fault::NonsenseAt(at, kind)]);
            let found = world.lay_on(Card::suspended());
            if at > probing {
                assert_eq!(found, eid(PinState::Suspended));
                let outcome = world.read(can_then_pin());
                // SELECT MF, EF.CardAccess and both MSE:Set AT are plain: their status alone counts, and unknown
                // infos are ignored. From the first command of PACE on nothing changed may come through.
                let harmless = at <= probing + 4;
                assert!(outcome.is_err() || harmless, "{kind:?} at {at}: {outcome:?}");
            }
            world.take_off();
        }
    }
}

#[test]
fn reader_unplugged_at_every_command_and_back() {
    let (probing, all) = commands_of_a_read(can_then_pin());
    for at in (probing + 1)..=all {
        let mut world = World::new();
        world.lay_on(Card::suspended());
        world.hand.set_faults(vec![Fault::UnpluggedAt(at)]);
        assert_eq!(world.read(can_then_pin()), Err(ReadFailure::ReaderGone), "at {at}");
        assert!(matches!(world.next(), CardEvent::Removed));
        assert!(matches!(world.next(), CardEvent::ReaderGone));
        let job = world.give_read(pin(PIN));
        assert!(matches!(world.next(), CardEvent::ReadFailed { job: of, why: ReadFailure::ReaderGone } if of == job));
        world.hand.set_faults(vec![]);
        world.hand.plug_reader();
        assert!(matches!(world.next(), CardEvent::ReaderReady));
        assert!(matches!(world.next(), CardEvent::Inserted(CardFound::Eid { .. })));
        assert_eq!(world.read(can_then_pin()), Ok("MUSTERMANN".into()));
    }
}

#[test]
fn a_slow_read_is_stopped_and_its_card_pulled() {
    let mut world = World::new();
    world.lay_on(Card::erika());
    let at = world.hand.commands() + 3;
    world
        .hand
        .set_faults(vec![Fault::SlowAt(at, Duration::from_millis(300))]);
    let job = world.give_read(pin(PIN));
    assert!(matches!(world.next(), CardEvent::Progress { .. }));
    world.reader.give(ReaderCommand::Stop);
    assert!(matches!(world.next(), CardEvent::ReadFailed { job: of, why: ReadFailure::Stopped } if of == job));

    let at = world.hand.commands() + 3;
    world.hand.set_faults(vec![Fault::SlowAt(at, PATIENCE * 3)]);
    let job = world.give_read(pin(PIN));
    assert!(matches!(world.next(), CardEvent::Progress { .. }));
    while world.hand.commands() < at {
        std::thread::yield_now();
    }
    world.hand.take_off();
    assert!(matches!(world.next(), CardEvent::ReadFailed { job: of, why: ReadFailure::CardLost } if of == job));
    assert!(matches!(world.next(), CardEvent::Removed));
}

#[test]
fn a_read_without_a_card_and_a_quick_change_of_cards() {
    let mut world = World::new();
    assert_eq!(world.read(pin(PIN)), Err(ReadFailure::CardLost));
    world.lay_on(Card::erika());
    world.hand.lay_on(Card::bank());
    assert!(matches!(world.next(), CardEvent::Removed));
    assert!(matches!(world.next(), CardEvent::Inserted(CardFound::NotEid)));
}

#[test]
fn the_thread_ends_with_its_handle() {
    let world = World::new();
    world.lay_on(Card::erika());
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
