//! A till with quick timers, a simulated terminal, and what a visit does with them.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used)] // not every test needs everything; a test may panic
use core::time::Duration;
use drivers_api::Job;
use drivers_api::payment::{Cents, PaymentEvent, PaymentPurpose};
use jiff::ToSpan;
use payment::DailyClosing;
use payment::clerk::{Clerk, Desk, Settings};
use payment::journal::{Journal, Step};
use payment::line::Place;
use payment::till::{Decision, clock, settle};
use simulated::payment::{AfterAutoReversal, Manner, Memory, Terminal};
use std::path::Path;

/// In memory where there is such a place: thousands of payments wait for a disk otherwise.
pub fn folder() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() {
        tempfile::tempdir_in(memory).unwrap()
    } else {
        tempfile::tempdir().unwrap()
    }
}

/// Milliseconds instead of seconds, on both sides of the line.
pub fn quick(terminal: &Terminal, journal: &Path) -> Settings {
    let mut settings = Settings::new(Place::Tcp(terminal.address()), journal.to_owned());
    settings.timers.t3 = Duration::from_millis(400);
    settings.timers.t4 = Duration::from_millis(400);
    settings.timers.whole = Duration::from_secs(5);
    settings.connect_patience = Duration::from_millis(500);
    settings.pause = Duration::from_millis(1);
    settings.enquiry_interval = Duration::from_millis(50);
    settings
}

pub fn quick_manner(after_auto_reversal: AfterAutoReversal) -> Manner {
    Manner {
        ack_patience: Duration::from_millis(300),
        card_patience: Duration::from_millis(30),
        after_auto_reversal,
        ..Manner::default()
    }
}

/// Hears everything; aborts when it is told to.
#[derive(Default)]
pub struct Ear {
    pub events: Vec<PaymentEvent>,
    pub aborts: bool,
}

impl Desk for Ear {
    fn tell(&mut self, event: PaymentEvent) {
        self.events.push(event);
    }

    fn is_abort_wanted(&mut self, _job: Job) -> bool {
        self.aborts
    }

    fn pause(&mut self, time: Duration) {
        std::thread::park_timeout(time);
    }
}

impl Ear {
    /// The answer to a payment: there must be exactly one.
    pub fn answer(&self, job: Job) -> &PaymentEvent {
        let is_answer = |event: &&PaymentEvent| {
            matches!(event, PaymentEvent::Paid { job: other, .. } | PaymentEvent::NotPaid { job: other, .. }
                | PaymentEvent::Unclear { job: other } if *other == job)
        };
        let answers: Vec<_> = self.events.iter().filter(is_answer).collect();
        assert_eq!(answers.len(), 1, "{answers:?}");
        answers[0]
    }
}

pub fn open(settings: &Settings) -> Clerk {
    Clerk::open(settings.clone(), clock()).unwrap()
}

pub fn cents(cents: u64) -> Cents {
    Cents::new(cents).unwrap()
}

pub fn purpose(number: u64) -> PaymentPurpose {
    PaymentPurpose::new(&format!("2026-{number:06}"), "meldebescheinigung").unwrap()
}

/// Cents that the journal says are taken and stay.
pub fn booked(journal: &Journal) -> u64 {
    let all = journal.all().unwrap();
    let stays = |step| {
        matches!(
            step,
            Step::Acknowledged | Step::Filed | Step::Complete | Step::SettledTaken
        )
    };
    all.iter()
        .filter(|payment| stays(payment.step))
        .map(|payment| payment.amount.value())
        .sum()
}

/// What staff finds out from the bank: the simulated ledger. Payments are found by their amount, which is each one's own.
pub fn settle_by_the_bank(journal: &Journal, path: &Path, memory: &Memory) -> usize {
    let unclear = journal.unclear().unwrap();
    for payment in &unclear {
        // One cent too much was taken: nothing that anybody agreed to.
        memory.give_back_by_hand(payment.amount.value() + 1);
        let ledger = memory.ledger();
        let is_taken = ledger
            .entries
            .iter()
            .any(|entry| entry.is_taken && entry.cents == payment.amount.value());
        settle(
            path,
            payment.id,
            if is_taken { Decision::Taken } else { Decision::Returned },
        )
        .unwrap();
    }
    unclear.len()
}

/// Closes the day at an hour that was an hour ago: what was paid two days ago is due, and what is paid now isn't.
pub fn daily(treasury: &Path) -> DailyClosing {
    DailyClosing {
        at: jiff::Zoned::now().time().wrapping_sub(1.hour()),
        folder: treasury.to_owned(),
    }
}

/// Makes a payment two days older.
pub fn backdate(journal: &Path, payment: u32) {
    let connection = rusqlite::Connection::open(journal).unwrap();
    let sql = "UPDATE steps SET at = at - 172800 WHERE payment = ?1";
    assert!(connection.execute(sql, [payment]).unwrap() > 0);
}

/// What is in a folder, sorted, without what isn't finished.
pub fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.starts_with('.'))
        .collect();
    names.sort();
    names
}

/// Waits until it is so.
pub fn until(is_it: impl Fn() -> bool) {
    for _ in 0..2000 {
        if is_it() {
            return;
        }
        std::thread::park_timeout(Duration::from_millis(10));
    }
    panic!("it didn't come to that in 20 seconds");
}
