//! A real process, killed by SIGKILL at each step of a closing: the next start writes what is missing, whole and once. The
//! process is this test program, started again with a variable that says where to die.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)] // a test may panic, and it starts a process
mod common;

use common::{Ear, backdate, cents, daily, names, open, purpose, quick, quick_manner, until};
use drivers_api::Job;
use drivers_api::payment::PaymentCommand;
use payment::closing::Closing;
use payment::journal::Journal;
use payment::line::Place;
use payment::{Settings, Till};
use simulated::payment::{AfterAutoReversal, Memory, Plan, Terminal};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Command;
use tracing::field::{Field, Visit};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, SubscriberExt};

const DIE_AT: &str = "PAYMENT_TEST_CLOSING_DIE_AT";
const TERMINAL: &str = "PAYMENT_TEST_CLOSING_TERMINAL";
const FOLDER: &str = "PAYMENT_TEST_CLOSING_FOLDER";

/// Raises SIGKILL at these words of the log, with the ending of a file's name where they are of one.
struct Killer(String);

#[derive(Default)]
struct Words {
    message: String,
    file: String,
}

impl Visit for Words {
    fn record_debug(&mut self, field: &Field, value: &dyn core::fmt::Debug) {
        if field.name() == "message" {
            self.message = format!("{value:?}");
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "file" {
            self.file = value.rsplit('.').next().unwrap_or_default().to_owned();
        }
    }
}

impl<S: tracing::Subscriber> Layer<S> for Killer {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        let mut words = Words::default();
        event.record(&mut words);
        if format!("{} {}", words.message, words.file).trim_end() == self.0 {
            rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL).unwrap();
            loop {
                std::thread::park();
            }
        }
    }
}

/// The process that is killed. Nothing when the tests run.
#[test]
fn child() {
    let Ok(words) = std::env::var(DIE_AT) else { return };
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(Killer(words))).unwrap();
    let address = std::env::var(TERMINAL).unwrap().parse().unwrap();
    let folder = std::env::var(FOLDER).unwrap();
    let folder = Path::new(&folder);
    let mut settings = Settings::new(Place::Tcp(address), folder.join("payments.db"));
    settings.closing = Some(daily(&folder.join("treasury")));
    let till = Till::start(settings, |_| {}).unwrap();
    until(|| names(&folder.join("treasury")).len() == 2);
    drop(till);
}

struct After {
    /// Files that the killed process left under their names.
    left: usize,
    difference_cents: Option<i64>,
}

fn kill_at(words: &str) -> After {
    let folder = tempfile::tempdir().unwrap();
    let (journal, treasury) = (folder.path().join("payments.db"), folder.path().join("treasury"));
    std::fs::create_dir(&treasury).unwrap();
    let manner = quick_manner(AfterAutoReversal::ShowsBefore);
    let terminal = Terminal::start(manner, Memory::new(Plan::script([]))).unwrap();
    let mut settings = quick(&terminal, &journal);
    assert_eq!(Journal::open(&journal).unwrap().switch_on(1).unwrap(), None);
    {
        let (mut clerk, job) = (open(&settings), Job(1));
        let (amount, purpose) = (cents(1250), purpose(1));
        clerk.carry_out(PaymentCommand::Pay { job, amount, purpose }, &mut Ear::default());
        clerk.carry_out(PaymentCommand::Filed(job), &mut Ear::default());
    }
    backdate(&journal, 1);

    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "child"]).env(DIE_AT, words);
    let address = terminal.address().to_string();
    command.env(TERMINAL, address).env(FOLDER, folder.path());
    let killed = command.output().unwrap().status;
    assert_eq!(killed.signal(), Some(9), "{words}: {killed:?}");
    let left = names(&treasury).len();

    settings.closing = Some(daily(&treasury));
    let till = Till::start(settings, |_| {}).unwrap();
    let is_told = || {
        Journal::open_beside(&journal)
            .unwrap()
            .days_without_files()
            .unwrap()
            .is_empty()
    };
    until(|| names(&treasury).len() == 2 && is_told());
    drop(till);

    // Both are whole, and nothing else is there.
    let book = Journal::open_beside(&journal).unwrap();
    let days = book.days().unwrap();
    assert_eq!(days.len(), 1, "{words}: closed twice");
    let closing = Closing::read(&book, days[0].id).unwrap().unwrap();
    let mut csv = Vec::new();
    closing.write_csv(&mut csv).unwrap();
    let files = names(&treasury);
    assert_eq!(std::fs::read(treasury.join(&files[0])).unwrap(), csv, "{words}");
    let json = closing.to_json(&jiff::tz::TimeZone::system()).unwrap();
    assert_eq!(
        std::fs::read_to_string(treasury.join(&files[1])).unwrap(),
        json,
        "{words}"
    );
    assert_eq!(closing.bookings.len(), 1, "{words}: a booking is lost");
    assert_eq!(
        std::fs::read_dir(&treasury).unwrap().count(),
        2,
        "{words}: something is left behind"
    );
    After {
        left,
        difference_cents: closing.difference_cents(),
    }
}

#[test]
fn killed_at_each_step_of_a_closing() {
    for (words, left, difference_cents) in [
        // The terminal has closed its day, and its totals died with the process: they are missing, visibly.
        ("closing to be journalled", 0, -1250),
        ("closing journalled", 0, 0),
        ("the day is closed", 0, 0),
        ("closing's file to be written csv", 0, 0),
        ("closing's file to be named csv", 0, 0),
        ("closing's file named csv", 1, 0),
        ("closing's file to be written json", 1, 0),
        ("closing's file to be named json", 1, 0),
        ("closing's file named json", 2, 0),
        ("closing's files journalled", 2, 0),
    ] {
        let after = kill_at(words);
        assert_eq!(
            (after.left, after.difference_cents),
            (left, Some(difference_cents)),
            "{words}"
        );
    }
}
