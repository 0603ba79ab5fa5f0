//! A real process, killed by SIGKILL at each step of the journal, before it is written and after. The process is this
//! test program, started again with a variable that says where to die.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)] // a test may panic, and it starts a process
mod common;

use common::{Ear, booked, cents, open, purpose, quick, quick_manner};
use drivers_api::Job;
use drivers_api::payment::{PaymentCommand, PaymentEvent};
use payment::clerk::Settings;
use payment::journal::Step;
use payment::line::Place;
use simulated::payment::{AfterAutoReversal, Memory, Plan, Terminal};
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus};
use tracing::field::{Field, Visit};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, SubscriberExt};

const DIE_AT: &str = "PAYMENT_TEST_DIE_AT";
const TERMINAL: &str = "PAYMENT_TEST_TERMINAL";
const JOURNAL: &str = "PAYMENT_TEST_JOURNAL";
const REVERSES: &str = "PAYMENT_TEST_REVERSES";
/// Of the payment before: it isn't the one to die at.
const FIRST: Job = Job(1);
const JOB: Job = Job(2);

/// Raises SIGKILL at a word of the journal such as `journalled result`, the second time: the first payment lives.
struct Killer {
    word: String,
    first_is_over: std::sync::atomic::AtomicBool,
}

#[derive(Default)]
struct Words {
    message: String,
    step: String,
}

impl Visit for Words {
    fn record_debug(&mut self, field: &Field, value: &dyn core::fmt::Debug) {
        if field.name() == "message" {
            self.message = format!("{value:?}");
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "step" {
            self.step = value.to_owned();
        }
    }
}

impl<S: tracing::Subscriber> Layer<S> for Killer {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        use std::sync::atomic::Ordering::SeqCst;
        let mut words = Words::default();
        event.record(&mut words);
        let is_due = self.first_is_over.load(SeqCst);
        if is_due && format!("{} {}", words.message, words.step) == self.word {
            rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL).unwrap();
            loop {
                std::thread::park();
            }
        }
        if words.message == "journalled" && words.step == "complete" {
            self.first_is_over.store(true, SeqCst);
        }
    }
}

/// The process that is killed. Nothing when the tests run.
#[test]
fn child() {
    let Ok(word) = std::env::var(DIE_AT) else { return };
    let address = std::env::var(TERMINAL).unwrap().parse().unwrap();
    let settings = Settings::new(Place::Tcp(address), std::env::var(JOURNAL).unwrap().into());
    let killer = Killer {
        word,
        first_is_over: false.into(),
    };
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(killer)).unwrap();
    let mut clerk = open(&settings);
    let mut ear = Ear::default();
    clerk.look_after(&mut ear);
    for (job, amount) in [(FIRST, 1000), (JOB, 1250)] {
        clerk.carry_out(
            PaymentCommand::Pay {
                job,
                amount: cents(amount),
                purpose: purpose(job.0),
            },
            &mut ear,
        );
        assert!(matches!(ear.answer(job), PaymentEvent::Paid { .. }));
        if job == JOB && std::env::var(REVERSES).is_ok() {
            clerk.carry_out(PaymentCommand::Reverse { job }, &mut ear);
        } else {
            clerk.carry_out(PaymentCommand::Filed(job), &mut ear);
            clerk.carry_out(PaymentCommand::Complete(job), &mut ear);
        }
    }
}

struct After {
    killed: ExitStatus,
    left_at: Option<Step>,
    ends_at: Option<Step>,
    money: u64,
    booked: u64,
    charges: usize,
}

fn kill_at(word: &str, reverses: bool) -> After {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("payments.db");
    let manner = quick_manner(AfterAutoReversal::ShowsBefore);
    let terminal = Terminal::start(manner, Memory::new(Plan::script([]))).unwrap();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "child"]).env(DIE_AT, word);
    command
        .env(TERMINAL, terminal.address().to_string())
        .env(JOURNAL, &path);
    if reverses {
        command.env(REVERSES, "1");
    }
    let killed = command.output().unwrap().status;

    let mut clerk = open(&quick(&terminal, &path));
    let second = |clerk: &payment::clerk::Clerk| clerk.journal().all().unwrap().get(1).map(|payment| payment.step);
    let left_at = second(&clerk);
    let mut ear = Ear::default();
    clerk.look_after(&mut ear);
    assert_eq!(ear.events.last(), Some(&PaymentEvent::Ready), "{word}");
    let ledger = terminal.memory().ledger();
    After {
        killed,
        left_at,
        ends_at: second(&clerk),
        money: ledger.money(),
        booked: booked(clerk.journal()),
        charges: ledger.entries.len(),
    }
}

#[test]
fn killed_at_each_step() {
    use Step::{Acknowledged, Complete, Declined, Filed, Intent, Result, ReversalResult, Reversed, Reversing};
    for (word, reverses, left_at, ends_at, money) in [
        ("to be journalled intent", false, None, None, 1000),
        ("journalled intent", false, Some(Intent), Some(Declined), 1000),
        ("to be journalled result", false, Some(Intent), Some(Declined), 1000),
        ("journalled result", false, Some(Result), Some(Declined), 1000),
        (
            "to be journalled acknowledged",
            false,
            Some(Result),
            Some(Reversed),
            1000,
        ),
        (
            "journalled acknowledged",
            false,
            Some(Acknowledged),
            Some(Reversed),
            1000,
        ),
        (
            "to be journalled filed",
            false,
            Some(Acknowledged),
            Some(Reversed),
            1000,
        ),
        ("journalled filed", false, Some(Filed), Some(Filed), 2250),
        ("to be journalled complete", false, Some(Filed), Some(Filed), 2250),
        ("journalled complete", false, Some(Complete), Some(Complete), 2250),
        (
            "to be journalled reversing",
            true,
            Some(Acknowledged),
            Some(Reversed),
            1000,
        ),
        ("journalled reversing", true, Some(Reversing), Some(Reversed), 1000),
        (
            "to be journalled reversal_result",
            true,
            Some(Reversing),
            Some(Reversed),
            1000,
        ),
        (
            "journalled reversal_result",
            true,
            Some(ReversalResult),
            Some(Reversed),
            1000,
        ),
        (
            "to be journalled reversed",
            true,
            Some(ReversalResult),
            Some(Reversed),
            1000,
        ),
        ("journalled reversed", true, Some(Reversed), Some(Reversed), 1000),
    ] {
        let after = kill_at(word, reverses);
        assert_eq!(after.killed.signal(), Some(9), "{word}: {:?}", after.killed);
        assert_eq!((after.left_at, after.ends_at), (left_at, ends_at), "{word}");
        assert_eq!((after.money, after.booked), (money, money), "{word}");
        assert!(after.charges <= 2, "{word}: charged again");
    }
}
