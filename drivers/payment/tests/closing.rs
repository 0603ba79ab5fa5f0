//! The till closes its day by itself, and the treasury gets its files, whatever is in the way.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a test may panic
mod common;

use common::{backdate, cents, daily, folder, names, purpose, quick, quick_manner, until};
use core::time::Duration;
use drivers_api::Job;
use drivers_api::payment::{PaymentCommand, PaymentEvent, PaymentTerminal};
use payment::journal::Journal;
use payment::{Settings, Till};
use serde_json::Value;
use simulated::payment::{AfterAutoReversal, Manner, Memory, Mishap, Plan, Terminal};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};

const PATIENCE: Duration = Duration::from_secs(20);
/// Long enough for a till with quick timers to do what it shouldn't.
const A_WHILE: Duration = Duration::from_millis(600);

struct Place {
    _folder: tempfile::TempDir,
    terminal: Terminal,
    settings: Settings,
    treasury: PathBuf,
}

impl Place {
    fn new(mishaps: &[Mishap]) -> Self {
        Self::with(quick_manner(AfterAutoReversal::ShowsBefore), mishaps)
    }

    fn with(manner: Manner, mishaps: &[Mishap]) -> Self {
        let folder = folder();
        let terminal = Terminal::start(manner, Memory::new(Plan::script(mishaps.iter().copied()))).unwrap();
        let treasury = folder.path().join("treasury");
        std::fs::create_dir(&treasury).unwrap();
        let mut settings = quick(&terminal, &folder.path().join("payments.db"));
        settings.closing = Some(daily(&treasury));
        Self {
            _folder: folder,
            terminal,
            settings,
            treasury,
        }
    }

    fn journal(&self) -> &Path {
        &self.settings.journal
    }

    fn start(&self) -> (Till, Receiver<PaymentEvent>) {
        let (events, heard) = channel();
        let till = Till::start(self.settings.clone(), move |event| {
            let _ = events.send(event);
        });
        (till.unwrap(), heard)
    }

    /// Somebody paid, two days ago.
    fn paid(&self, number: u32, amount: u64) {
        let (mut till, heard) = self.start();
        pay(&mut till, &heard, number.into(), amount);
        till.give(PaymentCommand::Filed(Job(number.into())));
        drop(till);
        backdate(self.journal(), number);
    }

    /// The newest closing's records.
    fn json(&self, number: u64) -> Value {
        let name = names(&self.treasury).into_iter();
        let mut name =
            name.filter(|name| name.starts_with(&format!("closing-{number:06}-")) && name.ends_with(".json"));
        serde_json::from_slice(&std::fs::read(self.treasury.join(name.next().unwrap())).unwrap()).unwrap()
    }
}

fn pay(till: &mut Till, heard: &Receiver<PaymentEvent>, number: u64, amount: u64) {
    till.give(PaymentCommand::Pay {
        job: Job(number),
        amount: cents(amount),
        purpose: purpose(number),
    });
    loop {
        let event = heard.recv_timeout(PATIENCE).expect("the payment isn't answered");
        if matches!(event, PaymentEvent::Paid { .. }) {
            return;
        }
    }
}

fn days(journal: &Path) -> usize {
    Journal::open_beside(journal).unwrap().days().unwrap().len()
}

#[test]
fn a_day_is_closed_by_itself_once_and_the_treasury_gets_it() {
    let place = Place::new(&[]);
    place.paid(1, 1250);
    place.paid(2, 305);
    let (mut till, heard) = place.start();
    until(|| names(&place.treasury).len() == 2);
    // Paid today: for this evening.
    pay(&mut till, &heard, 3, 999);
    till.give(PaymentCommand::Filed(Job(3)));
    std::thread::park_timeout(A_WHILE);
    drop(till);
    assert_eq!(days(place.journal()), 1);
    let names = names(&place.treasury);
    assert_eq!(names.len(), 2);
    assert!(
        names[0].starts_with("closing-000001-20") && names[0].ends_with(".csv"),
        "{names:?}"
    );
    let csv = std::fs::read_to_string(place.treasury.join(&names[0])).unwrap();
    assert_eq!(csv.lines().count(), 3);
    let json = place.json(1);
    assert_eq!(
        (&json["total"]["count"], &json["total"]["amount"]),
        (&2.into(), &15.55.into())
    );
    assert_eq!(
        (&json["terminal"]["amount"], &json["differenceCents"]),
        (&15.55.into(), &0.into())
    );
    assert_eq!(json["terminal"]["byKind"]["girocard"]["count"], 2);
    assert_eq!(json["payments"][1]["paymentRequest"]["grosAmount"], 3.05);
}

#[test]
fn files_that_staff_removed_stay_removed() {
    let place = Place::new(&[]);
    place.paid(1, 1250);
    let (till, _heard) = place.start();
    until(|| names(&place.treasury).len() == 2);
    drop(till);
    for name in names(&place.treasury) {
        std::fs::remove_file(place.treasury.join(name)).unwrap();
    }
    let (till, _heard) = place.start();
    std::thread::park_timeout(A_WHILE);
    drop(till);
    assert!(names(&place.treasury).is_empty());
}

#[test]
fn a_quiet_day_isnt_closed() {
    let place = Place::new(&[Mishap::Declined(5)]);
    let (mut till, _heard) = place.start();
    till.give(PaymentCommand::Pay {
        job: Job(1),
        amount: cents(1250),
        purpose: purpose(1),
    });
    until(|| place.terminal.memory().transactions() == 1);
    drop(till);
    backdate(place.journal(), 1);
    let (till, _heard) = place.start();
    std::thread::park_timeout(A_WHILE);
    drop(till);
    assert_eq!((days(place.journal()), names(&place.treasury).len()), (0, 0));
}

#[test]
fn the_day_isnt_closed_in_the_middle_of_a_payment() {
    let place = Place::new(&[]);
    let (mut till, heard) = place.start();
    pay(&mut till, &heard, 1, 1250);
    till.give(PaymentCommand::Filed(Job(1)));
    pay(&mut till, &heard, 2, 700);
    backdate(place.journal(), 1);
    std::thread::park_timeout(A_WHILE);
    assert_eq!(days(place.journal()), 0, "closed while a case was being stored");
    till.give(PaymentCommand::Filed(Job(2)));
    until(|| names(&place.treasury).len() == 2);
    drop(till);
    assert_eq!(place.json(1)["total"]["count"], 2);
}

#[test]
fn a_terminal_that_was_away_is_closed_when_it_is_back() {
    let place = Place::new(&[]);
    place.paid(1, 1250);
    let (address, memory) = (place.terminal.address(), place.terminal.memory().clone());
    let Place {
        _folder,
        terminal,
        settings,
        treasury,
    } = place;
    drop(terminal);
    let till = Till::start(settings, |_| {}).unwrap();
    std::thread::park_timeout(A_WHILE);
    assert!(names(&treasury).is_empty());
    let manner = quick_manner(AfterAutoReversal::ShowsBefore);
    let terminal = Terminal::start_at(address, manner, memory).unwrap();
    until(|| names(&treasury).len() == 2);
    drop((till, terminal));
}

#[test]
fn a_folder_that_isnt_there_yet_gets_its_files_later() {
    let place = Place::new(&[]);
    place.paid(1, 1250);
    std::fs::remove_dir(&place.treasury).unwrap();
    let (till, _heard) = place.start();
    until(|| days(place.journal()) == 1);
    std::thread::park_timeout(A_WHILE);
    std::fs::create_dir(&place.treasury).unwrap();
    until(|| names(&place.treasury).len() == 2);
    drop(till);
    assert_eq!(days(place.journal()), 1);
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

/// The only test here that has the program's log.
#[test]
fn a_difference_is_told_to_the_cent() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::ERROR)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let _ = tracing::subscriber::set_global_default(subscriber);
    for (lie, told) in [(1, "0.01"), (-1, "-0.01"), (98_765, "987.65")] {
        let place = Place::new(&[]);
        place.paid(1, 1250);
        place.terminal.memory().lie(lie);
        let (till, _heard) = place.start();
        until(|| names(&place.treasury).len() == 2);
        drop(till);
        assert_eq!(place.json(1)["differenceCents"], lie);
        let day = Journal::open_beside(place.journal()).unwrap().days().unwrap()[0];
        assert_eq!(day.difference_cents(), Some(lie));
        let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        assert!(log.contains(&format!("difference={told}")), "{log}");
    }
}

/// The terminal has closed its day, and its totals got lost: the next attempt shows what is missing.
#[test]
fn totals_that_got_lost_are_asked_for_again() {
    let place = Place::new(&[Mishap::None, Mishap::DropBeforeStatus]);
    place.paid(1, 1250);
    let (till, _heard) = place.start();
    until(|| names(&place.treasury).len() == 2);
    drop(till);
    assert_eq!(
        (days(place.journal()), &place.json(1)["differenceCents"]),
        (1, &(-1250).into())
    );
}

/// Such a terminal takes no payment before; and one that goes on asking is broken.
#[test]
fn a_terminal_that_asks_for_its_end_of_day_gets_it_at_once_and_once() {
    let manner = Manner {
        terminal_status: 0xF0,
        ..quick_manner(AfterAutoReversal::ShowsBefore)
    };
    let place = Place::with(manner, &[]);
    let (till, _heard) = place.start();
    until(|| names(&place.treasury).len() == 2);
    std::thread::park_timeout(A_WHILE);
    drop(till);
    assert_eq!(days(place.journal()), 1);
}

#[test]
fn a_closing_by_hand_has_files_too() {
    let place = Place::new(&[]);
    let (till, _heard) = place.start();
    assert_eq!(till.close_day().unwrap().total.count, 0);
    assert_eq!(names(&place.treasury).len(), 2);
    drop(till);
}
