//! What the journal must hold, and what a till writes into it.
use drivers_api::payment::{Cents, PaymentPurpose};
use payment::journal::{Booking, Day, Journal, JournalError, Last, Payment, Step, TerminalMemory};
use payment::status::{KINDS, Status, Totals};
use powercut::{Disk, History};
use rand::RngExt;
use rand::rngs::StdRng;
use rusqlite::{Connection, OpenFlags};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

pub(crate) const NOW: i64 = 1_795_305_600;

/// All that a journal tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Book {
    pub(crate) payments: Vec<Payment>,
    terminal: TerminalMemory,
    unclosed: Vec<Booking>,
    /// The oldest first.
    pub(crate) closings: Vec<Closing>,
    /// Those whose files aren't with the treasury, the oldest first.
    without_files: Vec<i64>,
}

/// A closing, what belongs to it, and what the terminal said of each kind of card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Closing {
    pub(crate) day: Day,
    bookings: Vec<Booking>,
    kinds: Vec<(String, u64, Cents)>,
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
            without_files: Vec::new(),
        }
    }
}

impl Book {
    pub(crate) fn read(journal: &Journal) -> Result<Self, String> {
        let told = |error: JournalError| format!("reading it: {error:?}");
        let closing = |day: Day| {
            Ok(Closing {
                day,
                bookings: journal.bookings(Some(day.id))?,
                kinds: journal.terminal_kinds(day.id)?,
            })
        };
        let days = journal.days().map_err(told)?.into_iter().rev();
        Ok(Self {
            payments: journal.all().map_err(told)?,
            terminal: journal.terminal().map_err(told)?,
            unclosed: journal.bookings(None).map_err(told)?,
            closings: days.map(closing).collect::<Result<_, _>>().map_err(told)?,
            without_files: journal.days_without_files().map_err(told)?,
        })
    }
}

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
            match rng.random_range(0..22) {
                0..5 => self.intend(rng.random_range(1..100_000))?,
                5..15 => self.go_on(rng)?,
                15 => self.remember(rng.random_range(1..10_000))?,
                16 => self.write(true, |journal| journal.knows_sync())?,
                17 | 18 => self.close_day(rng)?,
                19 => self.note_files(rng)?,
                20 => self.checkpoint(["PASSIVE", "FULL", "RESTART", "TRUNCATE"][rng.random_range(0..4)]),
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

    /// The terminal tells of some kinds of card, or of none.
    fn close_day(&mut self, rng: &mut StdRng) -> Result<(), String> {
        let mut totals = Totals::default();
        for kind in &mut totals.kinds {
            if rng.random_ratio(1, 3) {
                *kind = (
                    rng.random_range(1..100),
                    Cents::new(rng.random_range(1..100_000)).unwrap(),
                );
            }
        }
        let by_kind = rng.random_ratio(3, 4).then_some(&totals);
        let (total, terminal) = (
            Cents::new(rng.random_range(0..100_000)).unwrap(),
            Cents::new(rng.random_range(0..100_000)).unwrap(),
        );
        let unclosed = self.history.now().unclosed.clone();
        self.write(true, |journal| {
            journal.close_day(total, terminal, by_kind, NOW).map(|_| ())
        })?;
        let now = self.history.now();
        let told = KINDS.iter().zip(by_kind.map(|totals| totals.kinds).unwrap_or_default());
        let told: BTreeSet<_> = told
            .filter(|(_, (count, _))| *count > 0)
            .map(|(kind, (count, amount))| ((*kind).to_owned(), u64::from(count), amount))
            .collect();
        let is_there = now.closings.last().is_some_and(|last| {
            (last.day.total, last.day.terminal, last.day.count) == (total, Some(terminal), unclosed.len() as u64)
                && last.bookings == unclosed
                && last.kinds.len() == told.len()
                && last.kinds.iter().all(|kind| told.contains(kind))
                && now.without_files.last() == Some(&last.day.id)
        });
        (is_there && now.unclosed.is_empty())
            .then_some(())
            .ok_or_else(|| format!("a closing isn't what was said: {:?}", now.closings.last()))
    }

    /// The treasury has the files of a closing, as it may have had before.
    fn note_files(&mut self, rng: &mut StdRng) -> Result<(), String> {
        let now = self.history.now();
        if now.closings.is_empty() {
            return Ok(());
        }
        let mut expected = now.without_files.clone();
        let day = now.closings[rng.random_range(0..now.closings.len())].day.id;
        expected.retain(|without| *without != day);
        self.write(true, |journal| journal.files_written(day, NOW))?;
        (self.history.now().without_files == expected)
            .then_some(())
            .ok_or_else(|| format!("the files of closing {day} aren't noted"))
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
