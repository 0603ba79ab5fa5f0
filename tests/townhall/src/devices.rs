//! Devices that do what devices do: answer late, twice, to the wrong question, or never.
use crate::erika;
use drivers_api::Job;
use drivers_api::basis::ReadBasis;
use drivers_api::card::{
    CardEvent, CardFailure, CardFound, CardPassword, PinState, PinTask, ReadRequest, ReadStep, ReaderCommand, Secret,
};
use drivers_api::print::{Medium, PrintTrouble, PrinterEvent};
use rand::rngs::StdRng;
use rand::{Rng, RngExt};
use session::{Input, Now};
use std::time::Duration;

/// PIN of every storm card.
pub const PIN: &[u8] = b"123456";
/// Transport PIN of every storm card.
pub const TRANSPORT_PIN: &[u8] = b"54321";
/// PUK of every storm card.
pub const PUK: &[u8] = b"9876543210";
/// CAN of every storm card.
pub const CAN: &[u8] = b"500540";

/// How unreliable the world is.
#[derive(Clone, Copy, Debug)]
pub struct Weather {
    /// Chance that an answer goes wrong in some way, 0 to 1.
    pub faults: f64,
}

/// Inputs with the moment at which they happen.
pub type Agenda = Vec<(Now, Input)>;

/// A card as the reader double knows it.
#[derive(Clone, Copy, Debug)]
pub enum Card {
    /// An identity card with this retry counter (3, 2, 1, 0), or switched off.
    Eid {
        /// Tries left.
        tries: u8,
        /// eID function off.
        off: bool,
    },
    /// A bank card.
    Other,
    /// A card that doesn't answer.
    Mute,
}

impl Card {
    /// What the reader says about it.
    pub fn found(self) -> CardFound {
        match self {
            Self::Eid { off: true, .. } => CardFound::Eid {
                pin: PinState::Deactivated,
            },
            Self::Eid { tries, .. } => CardFound::Eid { pin: state(tries) },
            Self::Other => CardFound::NotEid,
            Self::Mute => CardFound::Unreadable,
        }
    }
}

/// What a card answers of its holder without giving the data away.
#[derive(Clone, Copy, Debug)]
pub struct Holder {
    /// Has reached any age that is asked for.
    pub old_enough: bool,
    /// Lives in any municipality that is asked for.
    pub lives_there: bool,
    /// Has an address in Germany.
    pub housed: bool,
}

impl Default for Holder {
    fn default() -> Self {
        Self {
            old_enough: true,
            lives_there: true,
            housed: true,
        }
    }
}

fn state(tries: u8) -> PinState {
    match tries {
        0 => PinState::Blocked,
        1 => PinState::Suspended,
        tries_left => PinState::Operational { tries_left },
    }
}

pub(crate) fn after(rng: &mut impl Rng, now: Now, from_ms: u64, to_ms: u64) -> Now {
    now + Duration::from_millis(rng.random_range(from_ms..to_ms))
}

/// The reader, its card, and what is under way.
#[derive(Debug)]
pub struct ReaderDouble {
    /// It is plugged in.
    pub works: bool,
    /// What lies on it.
    pub card: Option<Card>,
    /// Whose card it is.
    pub holder: Holder,
}

impl ReaderDouble {
    /// What the reader will tell because of a command.
    pub fn give(&mut self, command: ReaderCommand, now: Now, weather: Weather, rng: &mut StdRng) -> Agenda {
        let work = match command {
            ReaderCommand::Read { job, basis, request } => Work::Read { job, basis, request },
            ReaderCommand::ManagePin { job, task } => Work::Pin { job, task },
            ReaderCommand::Stop => return Agenda::new(),
        };
        let mut agenda = Agenda::new();
        let job = work.job();
        let failed = work.failing();
        let again = work.again(self.holder);
        if let Work::Read { .. } = work {
            let step = ReadStep::Opening;
            agenda.push((now, Input::Card(CardEvent::Progress { job, step })));
        }
        let done = after(rng, now, 300, 6_000);
        let answer = self.answer(work);
        let event = |at, event| (at, Input::Card(event));
        if !rng.random_bool(weather.faults) {
            agenda.push(event(done, answer));
            return agenda;
        }
        match rng.random_range(0..7) {
            0 => {}
            1 => agenda.push(event(after(rng, now, 28_000, 60_000), answer)),
            2 => {
                agenda.push(event(done, answer));
                agenda.push(event(after(rng, done, 0, 40_000), again));
            }
            3 => agenda.push(event(done, with_job(answer, Job(job.0 + 1)))),
            4 => {
                agenda.push(event(done, failed(CardFailure::CardLost)));
                agenda.push(event(after(rng, done, 0, 50), CardEvent::Removed));
                self.card = None;
            }
            5 => agenda.push(event(done, failed(any_failure(rng)))),
            _ => {
                agenda.push(event(done, failed(CardFailure::ReaderGone)));
                agenda.push(event(after(rng, done, 0, 50), CardEvent::ReaderGone));
                let back = CardEvent::ReaderReady {
                    pin_pad: rng.random_bool(0.2),
                };
                agenda.push(event(after(rng, done, 1_000, 90_000), back));
                self.card = None;
            }
        }
        agenda
    }

    fn answer(&mut self, work: Work) -> CardEvent {
        let failed = work.failing();
        let Some(Card::Eid { tries, off }) = &mut self.card else {
            return failed(CardFailure::CardLost);
        };
        let (secrets, done) = match work {
            Work::Read { job, basis, request } => {
                let ReadBasis::OnlineAusweis(password) = basis else {
                    return failed(CardFailure::NotAuthorised);
                };
                let person = erika::canary(&request, self.holder);
                (Secrets::of(password), CardEvent::ReadDone { job, person })
            }
            Work::Pin { job, task } => {
                let secrets = match task {
                    PinTask::Change { old, .. } => Secrets::of(old),
                    PinTask::Resume { can, pin } => Secrets::of(CardPassword::CanThenPin { can, pin }),
                    PinTask::Unblock { puk } => {
                        return match (*tries, puk) {
                            (_, Secret::Typed(puk)) if puk.expose() != PUK => failed(CardFailure::WrongPuk),
                            _ => {
                                *tries = 3;
                                CardEvent::PinDone { job, pin: state(3) }
                            }
                        };
                    }
                };
                (secrets, CardEvent::PinDone { job, pin: state(3) })
            }
        };
        if *off {
            let pin = PinState::Deactivated;
            return failed(CardFailure::PinUnusable { pin });
        }
        match secrets.can_is_right {
            None if *tries < 2 => return failed(CardFailure::PinUnusable { pin: state(*tries) }),
            Some(false) => return failed(CardFailure::WrongCan),
            _ => {}
        }
        if !secrets.pin_is_right {
            *tries = tries.saturating_sub(1);
            return failed(CardFailure::WrongPin { pin: state(*tries) });
        }
        *tries = 3;
        done
    }
}

/// What the reader was asked to do.
enum Work {
    Read {
        job: Job,
        basis: ReadBasis,
        request: ReadRequest,
    },
    Pin {
        job: Job,
        task: PinTask,
    },
}

impl Work {
    fn job(&self) -> Job {
        match self {
            Self::Read { job, .. } | Self::Pin { job, .. } => *job,
        }
    }

    /// How this kind of work fails.
    fn failing(&self) -> impl Fn(CardFailure) -> CardEvent + use<> {
        let (job, read) = (self.job(), matches!(self, Self::Read { .. }));
        move |why| match read {
            true => CardEvent::ReadFailed { job, why },
            false => CardEvent::PinFailed { job, why },
        }
    }

    /// A second good answer of a reader that stutters.
    fn again(&self, holder: Holder) -> CardEvent {
        match self {
            Self::Read { job, request, .. } => CardEvent::ReadDone {
                job: *job,
                person: erika::canary(request, holder),
            },
            Self::Pin { job, .. } => CardEvent::PinDone {
                job: *job,
                pin: state(3),
            },
        }
    }
}

/// What was typed, compared and dropped. What is typed on a reader's own keys is right.
struct Secrets {
    can_is_right: Option<bool>,
    pin_is_right: bool,
}

impl Secrets {
    fn of(password: CardPassword) -> Self {
        let is = |secret: Secret, right: &[&[u8]]| match secret {
            Secret::OnPad => true,
            Secret::Typed(digits) => right.contains(&digits.expose()),
        };
        let pins = [PIN, TRANSPORT_PIN];
        match password {
            CardPassword::Pin(pin) => Self {
                can_is_right: None,
                pin_is_right: is(pin, &pins),
            },
            CardPassword::CanThenPin { can, pin } => Self {
                can_is_right: Some(is(can, &[CAN])),
                pin_is_right: is(pin, &pins),
            },
        }
    }
}

fn any_failure(rng: &mut impl Rng) -> CardFailure {
    let any = [
        CardFailure::Malformed,
        CardFailure::NotAuthorised,
        CardFailure::NoCertificate,
        CardFailure::SignerGone,
        CardFailure::NotGenuine,
        CardFailure::Revoked,
        CardFailure::Expired,
        CardFailure::PukUsedUp,
        CardFailure::NotTyped,
        CardFailure::Stopped,
    ];
    any[rng.random_range(0..any.len())]
}

fn with_job(event: CardEvent, job: Job) -> CardEvent {
    match event {
        CardEvent::ReadDone { person, .. } => CardEvent::ReadDone { job, person },
        CardEvent::ReadFailed { why, .. } => CardEvent::ReadFailed { job, why },
        CardEvent::PinDone { pin, .. } => CardEvent::PinDone { job, pin },
        CardEvent::PinFailed { why, .. } => CardEvent::PinFailed { job, why },
        other @ (CardEvent::ReaderReady { .. }
        | CardEvent::ReaderGone
        | CardEvent::Inserted(_)
        | CardEvent::Removed
        | CardEvent::Certificate(_)
        | CardEvent::Progress { .. }) => other,
    }
}

/// What the printer will tell because of a job.
pub fn print(job: Job, now: Now, weather: Weather, rng: &mut StdRng) -> Agenda {
    let done = after(rng, now, 1_000, 12_000);
    let printed = |job| Input::Printer(PrinterEvent::Printed { job, on: Medium::Sheet });
    let failed = |why| Input::Printer(PrinterEvent::Failed { job, why });
    if !rng.random_bool(weather.faults) {
        return vec![(done, printed(job))];
    }
    match rng.random_range(0..6) {
        0 => vec![],
        1 => vec![(after(rng, now, 80_000, 200_000), printed(job))],
        2 => vec![(done, printed(job)), (done, printed(job))],
        3 => vec![(done, printed(Job(job.0 + 1)))],
        4 => vec![(done, failed(PrintTrouble::PaperEmpty))],
        _ => vec![
            (done, failed(PrintTrouble::Offline)),
            (after(rng, done, 0, 9_000), printed(job)),
        ],
    }
}
