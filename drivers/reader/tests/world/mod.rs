//! A reader's thread with the hand that operates it.
#![allow(dead_code)] // each test uses some
use drivers_api::Job;
use drivers_api::basis::ReadBasis;
use drivers_api::card::{
    Authenticity, CardEvent, CardFailure, CardFound, CardPassword, DataGroup, GroupContent, PinState, PinTask,
    ReadRequest, ReadStep, Reader, ReaderCommand, Secret,
};
use drivers_api::private::Digits;
use drivers_api::slot::Slot;
use rand::SeedableRng;
use rand::rngs::StdRng;
use reader::{Authority, ReaderHandle};
use simulated::authority::TestAuthority;
use simulated::card::{CAN, Card, Hand, PIN, Profile};
use simulated::pki::{Chat, TerminalOrder, TestPki};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct World {
    pub(crate) hand: Hand,
    pub(crate) reader: ReaderHandle,
    pub(crate) events: Receiver<CardEvent>,
    pub(crate) pki: TestPki,
    job: u64,
}

impl World {
    pub(crate) fn new() -> Self {
        let pki = pki();
        let world = Self::with(authority(&pki), pki);
        assert!(matches!(world.next(), CardEvent::Certificate(Some(_))));
        assert!(matches!(world.next(), CardEvent::ReaderReady { pin_pad: false }));
        world
    }

    /// With that authority; nothing was told yet.
    pub(crate) fn with(authority: impl Authority, pki: TestPki) -> Self {
        let (hand, slot) = Hand::new();
        Self::over(authority, pki, hand, slot)
    }

    /// At that slot, which the hand operates; nothing was told yet.
    pub(crate) fn over(authority: impl Authority, pki: TestPki, hand: Hand, slot: impl Slot) -> Self {
        let (tell, events) = channel();
        let random = StdRng::seed_from_u64(5);
        let reader = reader::spawn(slot, random, authority, move |event| drop(tell.send(event))).unwrap();
        Self {
            hand,
            reader,
            events,
            pki,
            job: 0,
        }
    }

    pub(crate) fn next(&self) -> CardEvent {
        self.events.recv_timeout(PATIENCE).expect("an event")
    }

    pub(crate) fn lay_on(&self, card: Card) -> CardFound {
        self.hand.lay_on(card);
        match self.next() {
            CardEvent::Inserted(found) => found,
            other => panic!("{other:?} instead of a card"),
        }
    }

    pub(crate) fn take_off(&self) -> Card {
        let card = self.hand.take_off().unwrap();
        assert!(matches!(self.next(), CardEvent::Removed));
        card
    }

    pub(crate) fn give_read(&mut self, password: CardPassword) -> Job {
        self.give_read_by(ReadBasis::OnlineAusweis(password))
    }

    pub(crate) fn give_read_by(&mut self, basis: ReadBasis) -> Job {
        self.job += 1;
        let job = Job(self.job);
        self.reader.give(ReaderCommand::Read {
            job,
            basis,
            request: ReadRequest {
                groups: DataGroup::ALL.into(),
                ..ReadRequest::default()
            },
        });
        job
    }

    /// Works on the PIN to the end.
    pub(crate) fn manage(&mut self, task: PinTask) -> Result<PinState, CardFailure> {
        self.job += 1;
        let job = Job(self.job);
        self.reader.give(ReaderCommand::ManagePin { job, task });
        loop {
            match self.next() {
                CardEvent::Progress { .. } => {}
                CardEvent::PinDone { job: of, pin } if of == job => return Ok(pin),
                CardEvent::PinFailed { job: of, why } if of == job => return Err(why),
                other => panic!("{other:?} during work on the PIN"),
            }
        }
    }

    /// Reads to the end; the family name that was read, or why there is none.
    pub(crate) fn read(&mut self, password: CardPassword) -> Result<String, CardFailure> {
        let job = self.give_read(password);
        self.end_of_read(job)
    }

    /// What comes of a read that was given.
    pub(crate) fn end_of_read(&mut self, job: Job) -> Result<String, CardFailure> {
        let mut steps = vec![];
        loop {
            match self.next() {
                CardEvent::Progress { job: of, step } if of == job => steps.push(step),
                CardEvent::ReadFailed { job: of, why } if of == job => return Err(why),
                CardEvent::ReadDone { job: of, person } if of == job => {
                    assert_eq!(steps, [ReadStep::Opening, ReadStep::Authenticating, ReadStep::Reading]);
                    assert_eq!(person.authenticity, Authenticity::ChipTrusted);
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

/// A terminal that may do everything; one card is on its blocklist.
pub(crate) fn authority(pki: &TestPki) -> TestAuthority {
    let order = TerminalOrder::new(pki.today(), Chat::ALL);
    let revoked = Profile::Revoked.card(pki);
    TestAuthority::new(pki, &order, &[&revoked]).unwrap()
}

/// One country for all tests of this file, so that its cards and terminals know each other.
pub(crate) fn pki() -> TestPki {
    TestPki::seeded(jiff::civil::date(2026, 11, 23), 1)
}

pub(crate) fn typed(text: &str) -> Secret {
    Secret::Typed(Digits::parse(text).unwrap())
}

pub(crate) fn pin(text: &str) -> CardPassword {
    CardPassword::Pin(typed(text))
}

pub(crate) fn can_then_pin() -> CardPassword {
    CardPassword::CanThenPin {
        can: typed(CAN),
        pin: typed(PIN),
    }
}

pub(crate) fn eid(pin: PinState) -> CardFound {
    CardFound::Eid { pin }
}
