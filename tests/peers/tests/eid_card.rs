//! The reader against a card and a PC/SC service that nobody here wrote: vsmartcard's German identity card behind the
//! real pcscd. Needs root on Debian 12. The emulator opens data groups without PACE and answers 6300 to a wrong PIN, so
//! pcscd's own log has to show that the reads were secured.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm
)] // a test may
#![allow(clippy::disallowed_methods, missing_docs, unreachable_pub)] // it waits for the programs of others
mod eid_card_peer;

use drivers_api::Job;
use drivers_api::card::{
    Authenticity, CardEvent, CardFound, CardPassword, DataGroup, GroupContent, PersonalData, PinState, Place,
    ReadFailure, Reader, ReaderCommand,
};
use drivers_api::private::Digits;
use eid_card_peer::{Peer, prepare};
use rand::SeedableRng;
use rand::rngs::StdRng;
use reader::ReaderHandle;
use reader::pcsc::PcscSlot;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

/// The card's secrets, as vsmartcard has them.
const PIN: &str = "111111";
const CAN: &str = "222222";
const PATIENCE: Duration = Duration::from_secs(30);
/// As long as nothing may happen.
const QUIET: Duration = Duration::from_millis(300);

/// libpcsclite takes pcscd's socket from the environment, which a process can't safely change for itself: the test runs
/// itself once more with the variable set.
#[test]
fn emulated_card_through_pcscd() {
    match Peer::inside() {
        Some(peer) => the_whole_story(&peer),
        None => {
            prepare();
            let peer = Peer::new();
            let inside = peer.run_inside("emulated_card_through_pcscd");
            assert!(
                inside,
                "reading the emulated card failed; see above, and the logs in {}",
                peer.folder().display()
            );
        }
    }
}

/// One desk with one reader, from "no pcscd" over cards that come and go to a pcscd that was restarted.
fn the_whole_story(peer: &Peer) {
    let mut desk = Desk::new();
    assert!(matches!(desk.next(), CardEvent::ReaderGone), "pcscd doesn't run yet");
    assert_eq!(desk.read(pin(PIN)).unwrap_err(), ReadFailure::ReaderGone);
    let pcscd = peer.start_pcscd();
    assert!(matches!(desk.next(), CardEvent::ReaderReady));
    assert_eq!(desk.read(pin(PIN)).unwrap_err(), ReadFailure::CardLost);

    let card = peer.lay_card_on();
    assert_eq!(
        desk.inserted(peer),
        CardFound::Eid {
            pin: PinState::Operational { tries_left: 3 }
        }
    );
    is_erika(&desk.read(pin(PIN)).unwrap());
    reads_were_secured(peer);
    desk.stays_quiet();

    wrong_pins_and_can(&mut desk);

    drop(card);
    assert!(matches!(desk.next(), CardEvent::Removed));
    assert_eq!(desk.read(pin(PIN)).unwrap_err(), ReadFailure::CardLost);
    let card = peer.lay_card_on();
    assert_eq!(
        desk.inserted(peer),
        CardFound::Eid {
            pin: PinState::Operational { tries_left: 3 }
        }
    );

    drop(pcscd);
    drop(card);
    assert!(matches!(desk.next(), CardEvent::Removed));
    assert!(matches!(desk.next(), CardEvent::ReaderGone));
    let pcscd = peer.start_pcscd();
    assert!(matches!(desk.next(), CardEvent::ReaderReady));
    let card = peer.lay_card_on();
    desk.inserted(peer);
    is_erika(&desk.read(pin(PIN)).unwrap());

    desk.reader.close();
    assert!(matches!(
        desk.events.recv_timeout(PATIENCE),
        Err(RecvTimeoutError::Disconnected)
    ));
    drop((card, pcscd));
}

fn wrong_pins_and_can(desk: &mut Desk) {
    let wrong = |pin| ReadFailure::WrongPin { pin };
    assert_eq!(
        desk.read(pin("999999")).unwrap_err(),
        wrong(PinState::Operational { tries_left: 2 })
    );
    assert_eq!(desk.read(pin("999999")).unwrap_err(), wrong(PinState::Suspended));
    let suspended = ReadFailure::PinUnusable {
        pin: PinState::Suspended,
    };
    assert_eq!(
        desk.read(pin(PIN)).unwrap_err(),
        suspended,
        "no PIN goes to a suspended card without its CAN"
    );
    assert_eq!(
        desk.read(can_then_pin("000000", PIN)).unwrap_err(),
        ReadFailure::WrongCan
    );
    is_erika(&desk.read(can_then_pin(CAN, PIN)).unwrap());
    is_erika(&desk.read(can_then_pin(CAN, PIN)).unwrap());
}

fn is_erika(person: &PersonalData) {
    assert_eq!(person.authenticity, Authenticity::NotProven);
    let text = |group| match &person.groups[&group] {
        GroupContent::Text(text) => text.expose(),
        other => panic!("{group:?} is {other:?}"),
    };
    assert_eq!(text(DataGroup::DocumentType), "ID");
    assert_eq!(text(DataGroup::GivenNames), "ERIKA");
    assert_eq!(text(DataGroup::FamilyNames), "MUSTERMANN");
    assert_eq!(text(DataGroup::MunicipalityId), "02760378900276");
    let GroupContent::Date(born) = &person.groups[&DataGroup::DateOfBirth] else {
        panic!("no date")
    };
    assert_eq!((born.year, born.month, born.day), (Some(1964), Some(8), Some(12)));
    let GroupContent::Place(Place::Freetext(place)) = &person.groups[&DataGroup::PlaceOfBirth] else {
        panic!("no place of birth")
    };
    assert_eq!(place.expose(), "BERLIN");
    let GroupContent::Place(Place::Structured { street, city, zip, .. }) = &person.groups[&DataGroup::PlaceOfResidence]
    else {
        panic!("no address")
    };
    let street = street.as_ref().map(|street| street.expose());
    assert_eq!((street, city.expose()), (Some("HEIDESTRASSE 17"), "KOLN"));
    assert_eq!(zip.as_ref().map(|zip| zip.expose()), Some("51147"));
}

/// pcscd's log of the commands: from the end of PACE on nothing is plain, the data groups were read secured, and no
/// data group was ever asked for in the clear.
fn reads_were_secured(peer: &Peer) {
    let commands = peer.commands();
    let secured = |command: &[u8]| command[0] & 0x0C == 0x0C;
    let session = commands
        .iter()
        .position(|command| secured(command))
        .expect("a session in pcscd's log");
    assert!(
        commands[..session].iter().any(|command| command[..2] == [0x00, 0x86]),
        "PACE stands before it"
    );
    let inside = &commands[session..];
    assert!(
        inside.iter().all(|command| secured(command)),
        "a plain command inside the session"
    );
    let reads = inside.iter().filter(|command| command[..2] == [0x0C, 0xB0]).count();
    assert!(reads >= DataGroup::ALL.len(), "{reads} secured READ BINARY only");
    let plain_reads = commands.iter().filter(|command| command[..2] == [0x00, 0xB0]);
    for command in plain_reads {
        // EF.DIR, EF.CardAccess, and a further piece of one of them.
        assert!(
            matches!(command[2], 0x9E | 0x9C | 0x00..=0x7F),
            "plain READ BINARY {:02X?}",
            &command[..4]
        );
    }
}

struct Desk {
    reader: ReaderHandle,
    events: Receiver<CardEvent>,
    job: u64,
}

impl Desk {
    fn new() -> Self {
        let (tell, events) = channel();
        let random = StdRng::seed_from_u64(std::process::id().into());
        let reader = reader::spawn(PcscSlot::new(), random, move |event| drop(tell.send(event))).expect("a thread");
        Self { reader, events, job: 0 }
    }

    fn next(&self) -> CardEvent {
        self.events.recv_timeout(PATIENCE).expect("the reader tells something")
    }

    fn stays_quiet(&self) {
        let told = self.events.recv_timeout(QUIET);
        assert!(
            matches!(told, Err(RecvTimeoutError::Timeout)),
            "{told:?} though nothing has happened"
        );
    }

    fn inserted(&self, peer: &Peer) -> CardFound {
        match self.events.recv_timeout(PATIENCE) {
            Ok(CardEvent::Inserted(found)) => found,
            other => panic!("{other:?} instead of a card; the emulator says:\n{}", peer.card_log()),
        }
    }

    fn read(&mut self, password: CardPassword) -> Result<PersonalData, ReadFailure> {
        self.job += 1;
        let job = Job(self.job);
        self.reader.give(ReaderCommand::Read {
            job,
            password,
            groups: DataGroup::ALL.into_iter().collect(),
        });
        loop {
            match self.next() {
                CardEvent::Progress { job: of, .. } if of == job => {}
                CardEvent::ReadFailed { job: of, why } if of == job => return Err(why),
                CardEvent::ReadDone { job: of, person } if of == job => return Ok(person),
                other => panic!("{other:?} during a read"),
            }
        }
    }
}

fn pin(text: &str) -> CardPassword {
    CardPassword::Pin(Digits::parse(text).unwrap())
}

fn can_then_pin(can: &str, pin: &str) -> CardPassword {
    CardPassword::CanThenPin {
        can: Digits::parse(can).unwrap(),
        pin: Digits::parse(pin).unwrap(),
    }
}
