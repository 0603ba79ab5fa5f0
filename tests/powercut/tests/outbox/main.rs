//! The power goes while the outbox works: what was filed is there, byte for byte, or was delivered or taken back; what was
//! delivered or taken back isn't there again; what may have left is known to; the file opens as it is, and filing goes on.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test may panic and tell figures"
)]
mod held;
mod laws;
mod work;

use held::Held;
use powercut::{Disk, Fault, Figures, History, Workload, storm};
use rand::rngs::StdRng;
use std::path::Path;
use work::Terminal;

struct Queue;

impl Workload for Queue {
    type State = Held;

    fn start(&self) -> Held {
        Held::default()
    }

    fn work(
        &mut self,
        folder: &Path,
        disk: &Disk,
        history: &mut History<Held>,
        rng: &mut StdRng,
    ) -> Result<(), String> {
        Terminal::start(folder, disk, history)?.run(rng)
    }

    fn look(&mut self, folder: &Path, done: &Held, cut: Option<&Held>, rng: &mut StdRng) -> Result<Held, String> {
        laws::look(folder, done, cut, rng)
    }
}

fn run(fault: Fault, cuts_min: u64) -> Figures {
    let number = |name: &str| std::env::var(name).ok().and_then(|value| value.parse().ok());
    let seed = number("POWER_CUTS_FROM").unwrap_or(0);
    storm(&mut Queue, fault, seed, cuts_min).unwrap()
}

/// More cuts: `POWER_CUTS=1000000`; from a seed that failed: `POWER_CUTS_FROM=86`.
#[test]
fn no_acknowledged_case_is_lost() {
    let cuts = std::env::var("POWER_CUTS").ok().and_then(|value| value.parse().ok());
    let figures = run(Fault::Honest, cuts.unwrap_or(10_000));
    println!("{figures:#?}");
    assert_eq!(figures.broken.count, 0, "{}", figures.broken.told.join("\n"));
    for kind in [
        "a write to the log",
        "a write to the database",
        "a write to the journal",
        "a sync of the log",
        "a sync of the database",
        "a sync of the journal",
        "a sync of the folder",
        "a truncation",
        "a deletion",
    ] {
        assert!(
            figures.before.get(kind).is_some_and(|cuts| *cuts > 20),
            "hardly ever before {kind}: {figures:?}"
        );
    }
    assert!(
        figures.done_all_the_same > 20,
        "no step ever survived its own cut: {figures:?}"
    );
}

/// The storm must see what a disk that lies does, or it would see nothing at all.
#[test]
fn a_disk_that_lies_is_found_out() {
    for fault in [
        Fault::NoSync,
        Fault::NoLogSync,
        Fault::NoDatabaseSync,
        Fault::NoFolderSync,
    ] {
        let figures = run(fault, 300);
        println!(
            "{fault:?}: {} of {} cuts broke a law",
            figures.broken.count, figures.cuts
        );
        assert!(figures.broken.count > 0, "{fault:?} is never seen");
    }
}
