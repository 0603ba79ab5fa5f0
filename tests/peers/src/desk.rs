//! One desk with one reader, and what a citizen does there.
use crate::emulated_card::Peer;
use crate::terminal::{Made, PeerAuthority, RIGHT};
use drivers_api::Job;
use drivers_api::basis::ReadBasis;
use drivers_api::card::{
    CardEvent, CardFailure, CardFound, CardPassword, DataGroup, PersonalData, PinState, PinTask, ReadRequest, Reader,
    ReaderCommand, Secret,
};
use drivers_api::private::Digits;
use rand::SeedableRng;
use rand::rngs::StdRng;
use reader::ReaderHandle;
use reader::pcsc::PcscSlot;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(30);
/// As long as nothing may happen.
const QUIET: Duration = Duration::from_millis(300);

/// A reader on its own thread, and what it tells.
pub struct Desk {
    reader: ReaderHandle,
    events: Receiver<CardEvent>,
    job: u64,
}

impl Desk {
    /// A terminal with which everything is right.
    pub fn right() -> Self {
        Self::with(&RIGHT)
    }

    pub fn with(made: &Made) -> Self {
        let (tell, events) = channel();
        let random = StdRng::seed_from_u64(std::process::id().into());
        let authority = PeerAuthority::new(made);
        let tell = move |event| drop(tell.send(event));
        let reader = reader::spawn(PcscSlot::new(), random, authority, tell).expect("a thread");
        let desk = Self { reader, events, job: 0 };
        match desk.next() {
            CardEvent::Certificate(Some(provider)) => assert_eq!(provider.subject_name, "Musterstadt"),
            other => panic!("{other:?} instead of the certificate"),
        }
        desk
    }

    /// A desk at a reader on which a card lies already.
    pub fn at_card(made: &Made, peer: &Peer) -> Self {
        let desk = Self::with(made);
        assert!(matches!(desk.next(), CardEvent::ReaderReady { pin_pad: false }));
        assert!(matches!(desk.inserted(peer), CardFound::Eid { .. }));
        desk
    }

    pub fn next(&self) -> CardEvent {
        self.events.recv_timeout(PATIENCE).expect("the reader tells something")
    }

    pub fn stays_quiet(&self) {
        let told = self.events.recv_timeout(QUIET);
        assert!(
            matches!(told, Err(RecvTimeoutError::Timeout)),
            "{told:?} though nothing has happened"
        );
    }

    pub fn inserted(&self, peer: &Peer) -> CardFound {
        match self.events.recv_timeout(PATIENCE) {
            Ok(CardEvent::Inserted(found)) => found,
            other => panic!("{other:?} instead of a card; the emulator says:\n{}", peer.card_log()),
        }
    }

    /// Ends the reader's thread, and with it the hold on the card.
    pub fn close(self) {
        self.reader.close();
        assert!(matches!(
            self.events.recv_timeout(PATIENCE),
            Err(RecvTimeoutError::Disconnected)
        ));
    }

    /// Reads all data groups by the PIN.
    pub fn read(&mut self, password: CardPassword) -> Result<PersonalData, CardFailure> {
        self.read_by(ReadBasis::OnlineAusweis(password), all_groups())
    }

    pub fn read_by(&mut self, basis: ReadBasis, request: ReadRequest) -> Result<PersonalData, CardFailure> {
        self.job += 1;
        let job = Job(self.job);
        self.reader.give(ReaderCommand::Read { job, basis, request });
        loop {
            match self.next() {
                CardEvent::Progress { job: of, .. } if of == job => {}
                CardEvent::ReadFailed { job: of, why } if of == job => return Err(why),
                CardEvent::ReadDone { job: of, person } if of == job => return Ok(person),
                other => panic!("{other:?} during a read"),
            }
        }
    }

    pub fn manage(&mut self, task: PinTask) -> Result<PinState, CardFailure> {
        self.job += 1;
        let job = Job(self.job);
        self.reader.give(ReaderCommand::ManagePin { job, task });
        loop {
            match self.next() {
                CardEvent::Progress { job: of, .. } if of == job => {}
                CardEvent::PinFailed { job: of, why } if of == job => return Err(why),
                CardEvent::PinDone { job: of, pin } if of == job => return Ok(pin),
                other => panic!("{other:?} during work on the PIN"),
            }
        }
    }
}

/// All groups but the last: OpenPACE's `cvc-create` grants no right to DG22.
pub fn all_groups() -> ReadRequest {
    let may_be_granted = |group: &DataGroup| *group != DataGroup::EmailAddress;
    ReadRequest {
        groups: DataGroup::ALL.into_iter().filter(may_be_granted).collect(),
        ..ReadRequest::default()
    }
}

pub fn digits(text: &str) -> Digits {
    Digits::parse(text).unwrap()
}

pub fn typed(text: &str) -> Secret {
    Secret::Typed(digits(text))
}

pub fn pin(text: &str) -> CardPassword {
    CardPassword::Pin(typed(text))
}

pub fn can_then_pin(can: &str, pin: &str) -> CardPassword {
    CardPassword::CanThenPin {
        can: typed(can),
        pin: typed(pin),
    }
}

pub fn change(old: &str, new: &str) -> PinTask {
    PinTask::Change {
        old: pin(old),
        new: typed(new),
    }
}
