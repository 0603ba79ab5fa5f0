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

use held::{Held, NOW, envelope, id, lookup};
use outbox::{Outbox, Withdrawal};
use powercut::{Disk, Fault, Figures, History, Workload, scratch, seeded, storm};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rusqlite::Connection;
use std::path::Path;
use work::{Terminal, outbox_path};

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

/// Three cases were filed, the first was set out, the second taken back; then somebody has his hands in the file.
fn look_after(tampering: &str) -> Result<Held, String> {
    let _turn = seeded(1);
    let folder = scratch().unwrap();
    let mut outbox = Outbox::open(outbox_path(folder.path())).unwrap();
    (1..=3).for_each(|number| outbox.file(&envelope(number)).unwrap());
    let first = outbox.next(NOW).unwrap().unwrap();
    assert!(outbox.set_out(first).unwrap().is_some());
    let withdrawal = outbox.withdraw(&lookup(2), id(2), NOW).unwrap();
    assert!(matches!(withdrawal, Withdrawal::Done(_)));
    drop(outbox);
    let held = (1..=3).fold(Held::default(), Held::filed).set_out(1).withdrawn(2, NOW);
    let beside = Connection::open(outbox_path(folder.path())).unwrap();
    beside.execute_batch(tampering).unwrap();
    drop(beside);
    laws::look(folder.path(), &held, None, &mut StdRng::seed_from_u64(1))
}

/// Of what may have left and what was taken back nothing is lost unseen, by the file's tables or by what the queue tells.
#[test]
fn a_broken_promise_is_found_out() {
    look_after("").unwrap();
    for tampering in [
        "DELETE FROM set_out",
        "INSERT INTO set_out SELECT submission_id FROM waiting WHERE seq = 3",
        "DELETE FROM withdrawn",
        "UPDATE withdrawn SET at = at + 1",
        "UPDATE withdrawn SET lookup_sha256 = zeroblob(32)",
        "UPDATE withdrawn SET service = 'meldebescheinigung'",
        "INSERT INTO waiting (submission_id, checksum, body)
         SELECT withdrawn.submission_id, checksum, body FROM withdrawn, waiting WHERE waiting.seq = 1",
    ] {
        assert!(look_after(tampering).is_err(), "{tampering} is never seen");
    }
}
