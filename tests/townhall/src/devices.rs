//! Devices that do what devices do: answer late, twice, to the wrong question, or never.
use crate::erika;
use drivers_api::Job;
use drivers_api::card::{CardEvent, CardFound, CardPassword, PinState, ReadFailure, ReadStep, ReaderCommand};
use drivers_api::print::{PrintJob, PrintTrouble, PrinterEvent};
use rand::rngs::StdRng;
use rand::{Rng, RngExt};
use session::{Input, Now};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// PIN of every storm card.
pub const PIN: &[u8] = b"123456";
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

fn state(tries: u8) -> PinState {
    match tries {
        0 => PinState::Blocked,
        1 => PinState::Suspended,
        tries_left => PinState::Operational { tries_left },
    }
}

fn after(rng: &mut impl Rng, now: Now, from_ms: u64, to_ms: u64) -> Now {
    now + Duration::from_millis(rng.random_range(from_ms..to_ms))
}

/// The reader, its card, and what is under way.
#[derive(Debug)]
pub struct ReaderDouble {
    /// It is plugged in.
    pub works: bool,
    /// What lies on it.
    pub card: Option<Card>,
}

impl ReaderDouble {
    /// What the reader will tell because of a command.
    pub fn give(&mut self, command: ReaderCommand, now: Now, weather: Weather, rng: &mut StdRng) -> Agenda {
        let mut agenda = Agenda::new();
        let ReaderCommand::Read { job, password, groups } = command else {
            return agenda;
        };
        let event = |event| Input::Card(event);
        agenda.push((
            now,
            event(CardEvent::Progress {
                job,
                step: ReadStep::Opening,
            }),
        ));
        let done = after(rng, now, 300, 6_000);
        let answer = self.answer(job, password, &groups);
        if !rng.random_bool(weather.faults) {
            agenda.push((done, event(answer)));
            return agenda;
        }
        match rng.random_range(0..7) {
            0 => {}
            1 => agenda.push((after(rng, now, 28_000, 60_000), event(answer))),
            2 => {
                agenda.push((done, event(answer)));
                let again = CardEvent::ReadDone {
                    job,
                    person: erika::canary(&groups),
                };
                agenda.push((after(rng, done, 0, 40_000), event(again)));
            }
            3 => agenda.push((done, event(with_job(answer, Job(job.0 + 1))))),
            4 => {
                agenda.push((
                    done,
                    event(CardEvent::ReadFailed {
                        job,
                        why: ReadFailure::CardLost,
                    }),
                ));
                agenda.push((after(rng, done, 0, 50), event(CardEvent::Removed)));
                self.card = None;
            }
            5 => agenda.push((
                done,
                event(CardEvent::ReadFailed {
                    job,
                    why: ReadFailure::Malformed,
                }),
            )),
            _ => {
                agenda.push((
                    done,
                    event(CardEvent::ReadFailed {
                        job,
                        why: ReadFailure::ReaderGone,
                    }),
                ));
                agenda.push((after(rng, done, 0, 50), event(CardEvent::ReaderGone)));
                agenda.push((after(rng, done, 1_000, 90_000), event(CardEvent::ReaderReady)));
                self.card = None;
            }
        }
        agenda
    }

    fn answer(&mut self, job: Job, password: CardPassword, groups: &drivers_api::card::DataGroups) -> CardEvent {
        let failed = |why| CardEvent::ReadFailed { job, why };
        let Some(Card::Eid { tries, off }) = &mut self.card else {
            return failed(ReadFailure::CardLost);
        };
        if *off {
            return failed(ReadFailure::PinUnusable {
                pin: PinState::Deactivated,
            });
        }
        let (can, pin) = match password {
            CardPassword::Pin(pin) => (None, pin),
            CardPassword::CanThenPin { can, pin } => (Some(can), pin),
        };
        match can {
            None if *tries < 2 => return failed(ReadFailure::PinUnusable { pin: state(*tries) }),
            Some(can) if can.expose() != CAN => return failed(ReadFailure::WrongCan),
            _ => {}
        }
        if pin.expose() != PIN {
            *tries = tries.saturating_sub(1);
            return failed(ReadFailure::WrongPin { pin: state(*tries) });
        }
        *tries = 3;
        CardEvent::ReadDone {
            job,
            person: erika::canary(groups),
        }
    }
}

fn with_job(event: CardEvent, job: Job) -> CardEvent {
    match event {
        CardEvent::ReadDone { person, .. } => CardEvent::ReadDone { job, person },
        CardEvent::ReadFailed { why, .. } => CardEvent::ReadFailed { job, why },
        other @ (CardEvent::ReaderReady
        | CardEvent::ReaderGone
        | CardEvent::Inserted(_)
        | CardEvent::Removed
        | CardEvent::Progress { .. }) => other,
    }
}

/// What the printer will tell because of a job.
pub fn print(job: PrintJob, now: Now, weather: Weather, rng: &mut StdRng) -> Agenda {
    let PrintJob { job, .. } = job;
    let done = after(rng, now, 1_000, 12_000);
    let printed = |job| Input::Printer(PrinterEvent::Printed(job));
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

/// Stores cases the way the real filing thread does: a repeated job is answered with the case that is there.
#[derive(Debug, Default)]
pub struct FilingDouble {
    /// Case code by job.
    filed: BTreeMap<Job, String>,
    /// Jobs that asked at all.
    pub asked: BTreeSet<Job>,
    /// Jobs whose first answer came too late.
    pub late: BTreeSet<Job>,
}

impl FilingDouble {
    /// Files, or fails, and answers.
    pub fn file(&mut self, job: Job, bytes: &[u8], now: Now, weather: Weather, rng: &mut StdRng) -> Agenda {
        assert!(bytes.len() > 2, "an empty declaration");
        self.asked.insert(job);
        let done = after(rng, now, 5, 900);
        if self.has(job) {
            return vec![(done, self.filed(job))];
        }
        let failed = |storage_full| Input::FilingFailed { job, storage_full };
        if rng.random_bool(weather.faults) {
            match rng.random_range(0..4) {
                0 => return vec![(done, failed(true))],
                1 => return vec![(done, failed(false))],
                // Filed, but the answer comes after the patience.
                2 => {
                    self.late.insert(job);
                    return vec![(after(rng, now, 31_000, 90_000), self.filed(job))];
                }
                _ => return vec![(done, self.filed(job)), (done, self.filed(job))],
            }
        }
        vec![(done, self.filed(job))]
    }

    fn filed(&mut self, job: Job) -> Input {
        let next = format!("CODE-{:04}-TST", self.filed.len());
        let case_code = self.filed.entry(job).or_insert(next).clone();
        let filed_at = catalogue::LocalTime {
            year: 2026,
            month: 11,
            day: 23,
            hour: 9,
            minute: 41,
        };
        Input::Filed {
            job,
            case_code,
            filed_at,
        }
    }

    /// How many cases there are.
    pub fn count(&self) -> usize {
        self.filed.len()
    }

    /// Whether this job was filed.
    pub fn has(&self, job: Job) -> bool {
        self.filed.contains_key(&job)
    }
}
