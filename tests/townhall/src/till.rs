//! A payment terminal that does what payment terminals do: takes money, says no, is late, dies, doesn't know.
use crate::devices::{Agenda, Weather, after};
use drivers_api::Job;
use drivers_api::payment::{
    CardEntry, Cents, NotPaidReason, PaymentCommand, PaymentEvent, PaymentHint, PaymentReceipt, PaymentTrouble,
};
use drivers_api::private::PrivateText;
use rand::RngExt;
use rand::rngs::StdRng;
use session::{Input, Now};
use std::collections::BTreeMap;

/// What became of the money of one payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Money {
    /// It was asked for, and nothing is decided.
    Asked,
    /// Nothing was taken.
    NotTaken,
    /// It was taken.
    Taken,
    /// It went back.
    Back,
    /// Staff have to see to it.
    ForStaff,
}

/// A payment as its terminal knows it.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// How much.
    pub cents: u32,
    /// Where the money is.
    pub money: Money,
    /// The case is stored.
    pub filed: bool,
    /// The receipt was handed over.
    pub complete: bool,
}

/// The terminal with its ledger.
#[derive(Debug, Default)]
pub struct TillDouble {
    /// By the number of the payment.
    pub ledger: BTreeMap<Job, Entry>,
    /// What can't be: paid twice, given back after it was filed.
    pub wrongs: Vec<String>,
}

impl TillDouble {
    /// Asked for money.
    pub fn pay(&mut self, job: Job, cents: u32, now: Now, weather: Weather, rng: &mut StdRng) -> Agenda {
        if self.ledger.contains_key(&job) {
            self.wrongs.push(format!("{job:?} was asked for twice"));
        }
        let told = |at, event| (at, Input::Payment(event));
        let show = |at, what| told(at, PaymentEvent::Show { job, what });
        let done = after(rng, now, 2_000, 20_000);
        let mut agenda = vec![show(now, PaymentHint::PresentCard), show(done, PaymentHint::Wait)];
        let (money, answer) = match rng.random_range(0..100_u32) {
            _ if !rng.random_bool(weather.faults) => (Money::Taken, told(done, paid(job, cents))),
            0..=24 => {
                let why = [
                    NotPaidReason::Declined,
                    NotPaidReason::Cancelled,
                    NotPaidReason::TimedOut,
                    NotPaidReason::TerminalGone,
                    NotPaidReason::Busy,
                ];
                let why = why[rng.random_range(0..why.len())];
                (Money::NotTaken, told(done, PaymentEvent::NotPaid { job, why }))
            }
            25..=49 => (
                Money::ForStaff,
                told(after(rng, now, 30_000, 250_000), PaymentEvent::Unclear { job }),
            ),
            // So late that nobody waits any more: the terminal keeps it for staff.
            50..=59 => (
                Money::ForStaff,
                told(after(rng, now, 310_000, 400_000), PaymentEvent::Unclear { job }),
            ),
            60..=79 => (Money::Taken, told(after(rng, now, 100_000, 200_000), paid(job, cents))),
            _ => {
                agenda.push(told(done, PaymentEvent::NotReady(PaymentTrouble::Offline)));
                agenda.push(told(after(rng, done, 1_000, 90_000), PaymentEvent::Ready));
                (Money::Taken, told(done, paid(job, cents)))
            }
        };
        agenda.push(answer);
        let entry = Entry {
            cents,
            money,
            filed: false,
            complete: false,
        };
        self.ledger.insert(job, entry);
        agenda
    }

    /// Whatever else it is told.
    pub fn give(&mut self, command: &PaymentCommand, now: Now, weather: Weather, rng: &mut StdRng) -> Agenda {
        let (job, wrong) = match command {
            PaymentCommand::Pay { job, .. } => (*job, true),
            PaymentCommand::Abort(job) => (*job, false), // too late, mostly
            PaymentCommand::Filed(job) => {
                let wrong = self.ledger.get_mut(job).is_none_or(|entry| {
                    let wrong = entry.money != Money::Taken || entry.filed;
                    entry.filed = true;
                    wrong
                });
                (*job, wrong)
            }
            PaymentCommand::Complete(job) => {
                let wrong = self.ledger.get_mut(job).is_none_or(|entry| {
                    let wrong = !entry.filed || entry.complete;
                    entry.complete = true;
                    wrong
                });
                (*job, wrong)
            }
            PaymentCommand::Reverse { job } => return self.reverse(*job, now, weather, rng),
        };
        if wrong {
            self.wrongs.push(format!("{command:?} for {:?}", self.ledger.get(&job)));
        }
        Agenda::new()
    }

    fn reverse(&mut self, job: Job, now: Now, weather: Weather, rng: &mut StdRng) -> Agenda {
        let entry = self
            .ledger
            .get_mut(&job)
            .filter(|entry| entry.money == Money::Taken && !entry.filed);
        let Some(entry) = entry else {
            self.wrongs
                .push(format!("{job:?} was to be given back: {:?}", self.ledger.get(&job)));
            return Agenda::new();
        };
        let done = after(rng, now, 1_000, 20_000);
        if rng.random_bool(weather.faults) {
            entry.money = Money::ForStaff;
            return match rng.random_bool(0.5) {
                true => vec![(done, Input::Payment(PaymentEvent::NotReversed { job }))],
                false => vec![],
            };
        }
        entry.money = Money::Back;
        vec![(done, Input::Payment(PaymentEvent::Reversed { job }))]
    }

    /// The first payment whose money is where it must not be: taken, and for nothing.
    pub fn unjust(&self) -> Option<(Job, Entry)> {
        let unjust = |entry: &Entry| entry.money == Money::Taken && !entry.filed;
        self.ledger
            .iter()
            .find(|(_, entry)| unjust(entry))
            .map(|(job, entry)| (*job, *entry))
    }
}

fn paid(job: Job, cents: u32) -> PaymentEvent {
    PaymentEvent::Paid {
        job,
        receipt: PaymentReceipt {
            amount: Cents::new(u64::from(cents)).unwrap_or_default(),
            receipt_no: Some(u16::try_from(job.0 % 9999).unwrap_or_default()),
            trace_no: Some(job.0),
            terminal_id: Some(12_345_678),
            at: Some(jiff::civil::date(2026, 11, 23).at(9, 40, 0, 0)),
            card_kind: "girocard".to_owned(),
            entry: CardEntry::Pin,
            customer_lines: PrivateText::from("Kartenzahlung\ngirocard\n"),
        },
    }
}
