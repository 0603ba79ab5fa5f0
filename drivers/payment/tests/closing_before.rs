//! What was paid before the days were closed by themselves gets into no file, also not when that is switched off and on.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a test may panic
mod common;

use common::{Ear, backdate, cents, daily, folder, names, open, purpose, quick, quick_manner, until};
use core::time::Duration;
use drivers_api::Job;
use drivers_api::payment::PaymentCommand;
use payment::journal::Journal;
use payment::{Settings, Till};
use serde_json::Value;
use simulated::payment::{AfterAutoReversal, Memory, Plan, Terminal};
use std::io::Write;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

/// Long enough for a till with quick timers to do what it shouldn't.
const A_WHILE: Duration = Duration::from_millis(600);

struct Place {
    _folder: tempfile::TempDir,
    _terminal: Terminal,
    off: Settings,
    on: Settings,
    treasury: PathBuf,
}

impl Place {
    fn new() -> Self {
        let folder = folder();
        let manner = quick_manner(AfterAutoReversal::ShowsBefore);
        let terminal = Terminal::start(manner, Memory::new(Plan::script([]))).unwrap();
        let treasury = folder.path().join("treasury");
        std::fs::create_dir(&treasury).unwrap();
        let off = quick(&terminal, &folder.path().join("payments.db"));
        let mut on = off.clone();
        on.closing = Some(daily(&treasury));
        Self {
            _folder: folder,
            _terminal: terminal,
            off,
            on,
            treasury,
        }
    }

    /// Somebody paid, two days ago.
    fn paid(&self, number: u32, amount: u64) {
        let (mut clerk, mut ear, job) = (open(&self.off), Ear::default(), Job(number.into()));
        let (amount, purpose) = (cents(amount), purpose(number.into()));
        clerk.carry_out(PaymentCommand::Pay { job, amount, purpose }, &mut ear);
        clerk.carry_out(PaymentCommand::Filed(job), &mut ear);
        drop(clerk);
        backdate(&self.off.journal, number);
    }

    fn run(&self, settings: &Settings) {
        let till = Till::start(settings.clone(), |_| {}).unwrap();
        std::thread::park_timeout(A_WHILE);
        drop(till);
    }

    /// Each closing's payments, and the difference where it is known, newest first.
    fn days(&self) -> Vec<(u64, Option<i64>)> {
        let days = Journal::open_beside(&self.off.journal).unwrap().days().unwrap();
        days.iter().map(|day| (day.count, day.difference_cents())).collect()
    }
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The only test here: it has the program's log.
#[test]
fn what_was_paid_while_it_was_off_gets_into_no_file() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::WARN)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let told = || {
        let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        let before = |line: &&str| line.contains("payments from before the days were closed by themselves");
        log.lines().filter(before).map(str::to_owned).collect::<Vec<_>>()
    };
    let place = Place::new();
    place.run(&place.off);
    place.paid(1, 1250);
    place.paid(2, 305);
    place.run(&place.on);
    place.run(&place.on);
    assert_eq!(
        place.days(),
        [(2, None)],
        "the terminal was asked, or nothing was set apart"
    );
    assert!(names(&place.treasury).is_empty());
    assert_eq!(told().len(), 1, "{:?}", told());
    assert!(told()[0].contains("count=2 total=15.55"), "{:?}", told());

    // The next one is closed as ever. The terminal had no end of day in between: that is the difference.
    place.paid(3, 999);
    let till = Till::start(place.on.clone(), |_| {}).unwrap();
    until(|| names(&place.treasury).len() == 2);
    drop(till);
    assert_eq!(place.days(), [(1, Some(1555)), (2, None)]);
    let name = names(&place.treasury).pop().unwrap();
    assert!(name.starts_with("closing-000002-"), "{name}");
    let json: Value = serde_json::from_slice(&std::fs::read(place.treasury.join(name)).unwrap()).unwrap();
    assert_eq!(json["payments"].as_array().unwrap().len(), 1);

    // Off and on again.
    place.run(&place.off);
    place.paid(4, 700);
    place.run(&place.on);
    assert_eq!(place.days(), [(1, None), (1, Some(1555)), (2, None)]);
    assert_eq!(names(&place.treasury).len(), 2);
    assert_eq!(told().len(), 2, "{:?}", told());
}
