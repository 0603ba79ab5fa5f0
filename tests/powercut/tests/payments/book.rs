//! What the journal must hold, and what a till writes into it.
use drivers_api::payment::{Cents, PaymentPurpose};
use payment::journal::{Booking, Journal, JournalError, Last, Payment, Step, TerminalMemory};
use payment::status::Status;
use powercut::{Disk, History};
use rand::RngExt;
use rand::rngs::StdRng;
use rusqlite::{Connection, OpenFlags};
use std::path::{Path, PathBuf};

pub(crate) const NOW: i64 = 1_795_305_600;

/// All that a journal tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Book {
    pub(crate) payments: Vec<Payment>,
    terminal: TerminalMemory,
    unclosed: Vec<Booking>,
    /// The bookings of each closing.
    closings: Vec<Vec<Booking>>,
}

impl Default for Book {
    fn default() -> Self {
        Self {
            payments: Vec::new(),
            terminal: TerminalMemory {
                last: Last::Unknown,
                has_told: false,
                sync: None,
            },
            unclosed: Vec::new(),
            closings: Vec::new(),
        }
    }
}

impl Book {
    pub(crate) fn read(journal: &Journal) -> Result<Self, String> {
        let told = |error: JournalError| format!("reading it: {error:?}");
        let mut closings = Vec::new();
        // A closing of nothing has no bookings, and so has none at all; those at the end are as good as none.
        for closing in 1..=CLOSINGS_MAX {
            closings.push(journal.bookings(Some(closing)).map_err(told)?);
        }
        while closings.pop_if(|last| last.is_empty()).is_some() {}
        Ok(Self {
            payments: journal.all().map_err(told)?,
            terminal: journal.terminal().map_err(told)?,
            unclosed: journal.bookings(None).map_err(told)?,
            closings,
        })
    }
}

/// Closings that are looked at; there is seldom more than one in a round.
const CLOSINGS_MAX: i64 = 12;

/// The till's journal, and staff's tool beside it.
pub(crate) struct Till<'a> {
    path: PathBuf,
    disk: &'a Disk,
    history: &'a mut History<Book>,
    journal: Option<Journal>,
    beside: Option<Journal>,
}

impl<'a> Till<'a> {
    pub(crate) fn start(folder: &Path, disk: &'a Disk, history: &'a mut History<Book>) -> Result<Self, String> {
        let mut till = Self {
            path: folder.join("payments.db"),
            disk,
            history,
            journal: None,
            beside: None,
        };
        till.reopen()?;
        Ok(till)
    }

    pub(crate) fn run(&mut self, rng: &mut StdRng) -> Result<(), String> {
        for _ in 0..rng.random_range(8..20) {
            match rng.random_range(0..20) {
                0..5 => self.intend(rng.random_range(1..100_000))?,
                5..15 => self.go_on(rng)?,
                15 => self.remember(rng.random_range(1..10_000))?,
                16 => self.write(true, |journal| journal.knows_sync())?,
                17 => {
                    let total = Cents::new(1_000).unwrap();
                    self.write(true, |journal| journal.close_day(total, total, None, NOW).map(|_| ()))?;
                }
                18 => self.checkpoint(["PASSIVE", "FULL", "RESTART", "TRUNCATE"][rng.random_range(0..4)]),
                _ => self.reopen()?,
            }
        }
        Ok(())
    }

    fn reopen(&mut self) -> Result<(), String> {
        self.beside = None;
        self.journal = None;
        let opened = Journal::open(&self.path).map_err(|error| format!("opening: {error:?}"))?;
        if !opened.damaged_files().is_empty() {
            return Err("opening set a file aside".to_owned());
        }
        self.journal = Some(opened);
        self.beside = Some(Journal::open_beside(&self.path).map_err(|error| format!("opening beside: {error:?}"))?);
        Ok(())
    }

    /// One step of the till's or of staff's: what the journal tells afterwards must be there from now on.
    fn write(
        &mut self,
        is_tills: bool,
        step: impl FnOnce(&mut Journal) -> Result<(), JournalError>,
    ) -> Result<(), String> {
        let began = self.disk.now();
        let journal = if is_tills {
            self.journal.as_mut()
        } else {
            self.beside.as_mut()
        };
        step(journal.unwrap()).map_err(|error| format!("writing a step: {error:?}"))?;
        let ended = self.disk.now();
        // The other connection has no page of it in its cache.
        let other = if is_tills {
            self.beside.as_ref()
        } else {
            self.journal.as_ref()
        };
        let after = Book::read(other.unwrap())?;
        self.history.done(began, ended, after);
        Ok(())
    }

    fn intend(&mut self, cents: u64) -> Result<(), String> {
        let purpose = PaymentPurpose::new(&format!("2026-{cents:06}"), "meldebescheinigung").unwrap();
        self.write(true, |journal| {
            journal.intend(Cents::new(cents).unwrap(), &purpose, NOW).map(|_| ())
        })?;
        let last = self.history.now().payments.last();
        let is_there = last.is_some_and(|last| (last.step, &last.purpose) == (Step::Intent, &purpose));
        is_there
            .then_some(())
            .ok_or_else(|| format!("an intent isn't the last payment: {last:?}"))
    }

    /// The next step of a payment that isn't at its end.
    fn go_on(&mut self, rng: &mut StdRng) -> Result<(), String> {
        let steps = |payment: &Payment| (payment.id, following(payment.step));
        let mut open: Vec<(i64, &[Step])> = self.history.now().payments.iter().map(steps).collect();
        open.retain(|(_, steps)| !steps.is_empty());
        if open.is_empty() {
            return Ok(());
        }
        let (id, steps) = open[rng.random_range(0..open.len())];
        let step = steps[rng.random_range(0..steps.len())];
        let status = status(id.unsigned_abs() * 7);
        let told = [Step::Result, Step::ReversalResult].contains(&step);
        let is_staffs = [Step::SettledTaken, Step::SettledReturned].contains(&step);
        self.write(!is_staffs, |journal| {
            if told {
                journal.told(id, step, &status, NOW)
            } else {
                journal.step(id, step, Some(0x6C), NOW)
            }
        })?;
        let now = self.history.now().payments.iter().find(|payment| payment.id == id);
        let is_there = now.is_some_and(|now| {
            let numbers = if step == Step::Result { now.result } else { now.reversal };
            now.step == step && (!told || numbers == Some(status.numbers))
        });
        is_there
            .then_some(())
            .ok_or_else(|| format!("{step:?} isn't there: {now:?}"))
    }

    fn remember(&mut self, receipt: u64) -> Result<(), String> {
        let last = Last::Was(status(receipt).numbers);
        self.write(true, |journal| journal.remember(last, Some(&[1, 2]), true))?;
        let is_there = self.history.now().terminal.last == last;
        is_there
            .then_some(())
            .ok_or_else(|| "the terminal's last transaction isn't there".to_owned())
    }

    fn checkpoint(&self, manner: &str) {
        let connection = Connection::open_with_flags(&self.path, OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap();
        let sql = format!("PRAGMA wal_checkpoint({manner})");
        connection.query_row(&sql, [], |_| Ok(())).unwrap();
    }
}

/// What may follow (`payment::journal`).
fn following(step: Step) -> &'static [Step] {
    match step {
        Step::Intent => &[Step::Result, Step::Result, Step::Declined, Step::Unclear],
        Step::Result => &[
            Step::Acknowledged,
            Step::Acknowledged,
            Step::Filed,
            Step::Reversing,
            Step::Unclear,
        ],
        Step::Acknowledged => &[Step::Filed, Step::Filed, Step::Reversing, Step::Unclear],
        Step::Filed => &[Step::Complete],
        Step::Reversing => &[Step::ReversalResult, Step::Reversed, Step::Unclear],
        Step::ReversalResult => &[Step::Reversed, Step::Reversing],
        Step::Unclear => &[Step::SettledTaken, Step::SettledReturned],
        Step::Complete | Step::Reversed | Step::Declined | Step::SettledTaken | Step::SettledReturned => &[],
    }
}

/// A success with that receipt number.
fn status(receipt: u64) -> Status {
    let pair = |number: u64| (number / 10 % 10 * 16 + number % 10) as u8;
    let mut status = Status::parse(&[0x27, 0, 0x87, pair(receipt / 100), pair(receipt), 0x0B, 0, 0, 9]);
    status.card_kind = "girocard".into();
    status
}
