//! Seeded storms: thousands of payments, a mishap in every other one, the till killed at any step of the journal. The
//! laws: money taken is money booked; who was served has paid, and who wasn't hasn't; nobody is charged twice; what
//! nobody can know is told to staff, and nobody pays before they decided.
#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm, clippy::print_stdout)] // a test may panic and tell figures
mod common;

use common::{Ear, booked, cents, folder, open, purpose, quick, quick_manner, settle_by_the_bank};
use core::time::Duration;
use drivers_api::Job;
use drivers_api::payment::{PaymentCommand, PaymentEvent, PaymentTrouble};
use payment::clerk::{Clerk, Settings};
use payment::journal::{Journal, Step};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use simulated::payment::{AfterAutoReversal, Ledger, Manner, Memory, Plan, Terminal};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicU32, Ordering};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, SubscriberExt};

const VISITS_OF_A_SEED: u64 = 50;

/// Kills the till at the nth word of the journal: before a step is written, or after.
struct Killer(AtomicU32);

struct Killed;

impl<S: tracing::Subscriber> Layer<S> for Killer {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == "payment::journal" && self.0.fetch_sub(1, Ordering::SeqCst) == 1 {
            // No panic message, no hook: it is simply gone.
            resume_unwind(Box::new(Killed));
        }
    }
}

#[derive(Default, Debug)]
struct Figures {
    visits: u64,
    kills: u64,
    ends: BTreeMap<&'static str, u64>,
    staff: usize,
}

impl Figures {
    fn add(&mut self, other: Self) {
        self.visits += other.visits;
        self.kills += other.kills;
        self.staff += other.staff;
        for (end, count) in other.ends {
            *self.ends.entry(end).or_default() += count;
        }
    }
}

struct Storm {
    rng: StdRng,
    settings: Settings,
    memory: Memory,
    clerk: Option<Clerk>,
    figures: Figures,
}

impl Storm {
    fn run(&mut self, seed: u64) {
        for visit in 0..VISITS_OF_A_SEED {
            let number = seed * VISITS_OF_A_SEED + visit + 1;
            let words = match self.rng.random_range(0..10) {
                0..6 => u32::MAX,
                _ => self.rng.random_range(1..14),
            };
            let killer = tracing_subscriber::registry().with(Killer(AtomicU32::new(words)));
            let run = catch_unwind(AssertUnwindSafe(|| {
                tracing::subscriber::with_default(killer, || self.visit(number));
            }));
            if let Err(payload) = run {
                if !payload.is::<Killed>() {
                    println!("seed {seed}, visit {visit}");
                    resume_unwind(payload);
                }
                self.figures.kills += 1;
                self.clerk = None;
            }
            self.figures.visits += 1;
            self.restart_and_check(seed, visit);
        }
    }

    fn visit(&mut self, number: u64) {
        let job = Job(number);
        let mut ear = Ear::default();
        let roll = self.rng.random_range(0..100);
        let clerk = self.clerk.as_mut().unwrap();
        // Amounts are ten cents apart: each payment is known by its own, also when a terminal takes one cent more.
        let command = PaymentCommand::Pay {
            job,
            amount: cents(number * 10),
            purpose: purpose(number),
        };
        clerk.carry_out(command, &mut ear);
        if matches!(ear.answer(job), PaymentEvent::Paid { .. }) {
            match roll {
                0..15 => clerk.carry_out(PaymentCommand::Reverse { job }, &mut ear),
                // A visit that forgets its payment.
                15..20 => {}
                20..30 => clerk.carry_out(PaymentCommand::Filed(job), &mut ear),
                _ => {
                    clerk.carry_out(PaymentCommand::Filed(job), &mut ear);
                    clerk.carry_out(PaymentCommand::Complete(job), &mut ear);
                }
            }
        }
    }

    fn restart_and_check(&mut self, seed: u64, visit: u64) {
        let mut ear = Ear::default();
        let clerk = self.clerk.get_or_insert_with(|| open(&self.settings));
        // A terminal that died comes back after some tries.
        for _ in 0..20 {
            clerk.look_after(&mut ear);
            if !matches!(clerk.trouble(), Some(PaymentTrouble::Offline | PaymentTrouble::Busy)) {
                break;
            }
        }
        let unclear = clerk.journal().unclear().unwrap().len();
        if unclear > 0 {
            assert_eq!(
                clerk.trouble(),
                Some(PaymentTrouble::Unresolved),
                "seed {seed}, visit {visit}: staff isn't called"
            );
            self.figures.staff += settle_by_the_bank(clerk.journal(), &self.settings.journal, &self.memory);
            clerk.look_after(&mut ear);
        }
        let ledger = self.memory.ledger();
        let money = ledger.money();
        assert_eq!(
            money,
            booked(clerk.journal()),
            "seed {seed}, visit {visit}: money taken isn't money booked ({:?})",
            clerk.journal().all().unwrap().last().map(|payment| payment.step)
        );
    }
}

fn check_each(journal: &Journal, ledger: &Ledger, figures: &mut Figures, seed: u64) {
    for payment in journal.all().unwrap() {
        let cents = payment.amount.value();
        let mine: Vec<_> = ledger
            .entries
            .iter()
            .filter(|entry| entry.cents / 10 == cents / 10)
            .collect();
        let at = format!("seed {seed}, payment {}, {:?}", payment.id, payment.step);
        assert!(mine.len() <= 1, "{at}: charged twice");
        let is_taken = mine.iter().any(|entry| entry.is_taken);
        let was_taken = mine.iter().any(|entry| entry.was_taken);
        match payment.step {
            Step::Filed | Step::Complete | Step::SettledTaken => assert!(is_taken, "{at}: served for nothing"),
            Step::Acknowledged => assert!(is_taken, "{at}"),
            Step::Reversed | Step::SettledReturned => assert!(!is_taken, "{at}: paid for nothing"),
            Step::Declined => assert!(!was_taken, "{at}: reversed in silence"),
            other => panic!("{at}: left at {other:?}"),
        }
        *figures.ends.entry(payment.step.name()).or_default() += 1;
    }
}

fn storm(seeds: impl Iterator<Item = u64>) -> Figures {
    let mut total = Figures::default();
    for seed in seeds {
        let folder = folder();
        let mut rng = StdRng::seed_from_u64(seed);
        let after = [
            AfterAutoReversal::ShowsBefore,
            AfterAutoReversal::ShowsFailure,
            AfterAutoReversal::ShowsReversal,
        ];
        let manner = Manner {
            ack_patience: Duration::from_millis(100),
            stores_at_acknowledgement: rng.random_bool(0.5),
            knows_sync: rng.random_bool(0.25),
            ..quick_manner(after[rng.random_range(0..3)])
        };
        let memory = Memory::new(Plan::seed(seed, 50));
        let terminal = Terminal::start(manner, memory.clone()).unwrap();
        let mut settings = quick(&terminal, &folder.path().join("payments.db"));
        settings.timers.t3 = Duration::from_millis(150);
        settings.timers.t4 = Duration::from_millis(150);
        let clerk = Some(open(&settings));
        let mut storm = Storm {
            rng,
            settings,
            memory,
            clerk,
            figures: Figures::default(),
        };
        storm.run(seed);
        let clerk = storm.clerk.take().unwrap();
        check_each(clerk.journal(), &storm.memory.ledger(), &mut storm.figures, seed);
        total.add(storm.figures);
    }
    total
}

/// Seeds from the environment (`PAYMENT_STORM_SEEDS=400`, `PAYMENT_STORM_FROM=86` for one that failed): fifty visits each.
#[test]
fn money_taken_is_money_booked() {
    let number = |name: &str| std::env::var(name).ok().and_then(|value| value.parse().ok());
    let seeds = number("PAYMENT_STORM_SEEDS").unwrap_or(60);
    let from = number("PAYMENT_STORM_FROM").unwrap_or(0);
    // Most of the time is waiting for timers.
    let threads = 8;
    let parts: Vec<Figures> = std::thread::scope(|scope| {
        let run = |part| scope.spawn(move || storm((from..from + seeds).filter(|seed| seed % threads == part)));
        let running: Vec<_> = (0..threads).map(run).collect();
        running.into_iter().map(|part| part.join().unwrap()).collect()
    });
    let mut figures = Figures::default();
    parts.into_iter().for_each(|part| figures.add(part));
    println!("{figures:?}");
    assert!(
        figures.kills * 10 > figures.visits,
        "hardly anything was killed: {figures:?}"
    );
    for end in ["complete", "filed", "reversed", "declined"] {
        assert!(
            figures.ends.get(end).is_some_and(|count| *count > 0),
            "none ended {end}: {figures:?}"
        );
    }
}
