//! Taking back what still lies here: it never leaves, or it may have left and stays.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test's helpers may panic, too")]
mod common;
use common::{NOW, ack, case, envelope, id, lookup};
use outbox::{Counts, DELIVERED_DAYS, Outbox, Settled, Withdrawal, Withdrawn};
use rusqlite::Connection;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Barrier, Mutex, MutexGuard};
use std::time::Duration;
use uuid::Uuid;

fn open(cases: u64) -> (tempfile::TempDir, Outbox) {
    let folder = tempfile::tempdir().unwrap();
    let mut outbox = Outbox::open(folder.path().join("outbox.db")).unwrap();
    (1..=cases).for_each(|number| outbox.file(&case(number)).unwrap());
    (folder, outbox)
}

fn withdrawn(number: u64, at: i64) -> Withdrawn {
    Withdrawn {
        submission_id: id(number),
        leika: "99115001060000".into(),
        service: "wohnsitz".into(),
        filed_at: NOW,
        at,
    }
}

fn withdraw(outbox: &mut Outbox, number: u64) -> Withdrawal {
    outbox.withdraw(&lookup(number), id(number), NOW + 5).unwrap()
}

/// The head of the queue sets out.
fn set_out(outbox: &mut Outbox) -> wire::Envelope {
    let waiting = outbox.next(NOW).unwrap().unwrap();
    let underway = outbox.set_out(waiting.clone()).unwrap().unwrap();
    assert_eq!(*underway.waiting(), waiting);
    waiting.envelope
}

fn waiting(outbox: &mut Outbox) -> u64 {
    outbox.counts().unwrap().waiting
}

#[test]
fn what_never_left_never_leaves() {
    let (folder, mut outbox) = open(2);
    assert!(!outbox.may_have_left(id(1)).unwrap());
    assert_eq!(withdraw(&mut outbox, 1), Withdrawal::Done(withdrawn(1, NOW + 5)));
    assert_eq!(outbox.next(NOW).unwrap().unwrap().envelope, case(2));
    drop(outbox);
    let mut outbox = Outbox::open(folder.path().join("outbox.db")).unwrap();
    let again = outbox.withdraw(&lookup(1), id(1), NOW + 99).unwrap();
    assert_eq!(again, Withdrawal::Done(withdrawn(1, NOW + 5)), "again, and the same");
    assert_eq!(
        outbox.withdrawn(&lookup(1), NOW + 99).unwrap(),
        Some(withdrawn(1, NOW + 5))
    );
    assert_eq!(outbox.withdrawn(&lookup(2), NOW).unwrap(), None);
    assert!(outbox.has(id(1)).unwrap());
    // The kiosk that didn't hear that it was filed files it again.
    outbox.file(&case(1)).unwrap();
    assert_eq!(waiting(&mut outbox), 1);
    assert!(outbox.find(9, |found| found.submission_id == id(1)).unwrap().is_empty());
    assert!(outbox.take_notices().is_empty());
}

#[test]
fn nothing_that_was_sealed_stays_on_the_disk() {
    let (folder, mut outbox) = open(0);
    let mut secret = case(1);
    secret.encrypted_data = format!("eyJh.a2V5.aXY.{}.dGFn", "Zm9v".repeat(20_000));
    outbox.file(&secret).unwrap();
    let holds = |what: &[u8]| {
        let files = ["outbox.db", "outbox.db-wal"];
        let disk = files.map(|name| std::fs::read(folder.path().join(name)).unwrap_or_default());
        disk.concat().windows(what.len()).any(|window| window == what)
    };
    let hex = format!("{:016x}{}", 1, "ab".repeat(24));
    assert!(holds(b"Zm9vZm9v") && holds(hex.as_bytes()));
    assert!(matches!(withdraw(&mut outbox, 1), Withdrawal::Done(_)));
    assert!(!holds(b"Zm9vZm9v"), "while it is open");
    assert!(
        !holds(hex.as_bytes()) && !holds(lookup(1).as_bytes()),
        "nothing to ask with"
    );
    assert!(holds(b"wohnsitz"));
}

/// Every place between the courier's steps at which a citizen may come.
#[test]
fn of_courier_and_citizen_one_comes_first() {
    let (_folder, mut citizen) = open(4);
    let mut courier = Outbox::open(citizen.path()).unwrap();
    // Before the courier looks.
    assert!(matches!(withdraw(&mut citizen, 1), Withdrawal::Done(_)));
    let seen = courier.next(NOW).unwrap().unwrap();
    assert_eq!(seen.envelope, case(2));
    // After it looked.
    assert!(matches!(withdraw(&mut citizen, 2), Withdrawal::Done(_)));
    assert_eq!(courier.set_out(seen).unwrap(), None, "it must not be sent");
    // After it set out: whatever comes of it, also when the courier is started anew.
    assert_eq!(set_out(&mut courier), case(3));
    assert!(citizen.may_have_left(id(3)).unwrap());
    assert_eq!(withdraw(&mut citizen, 3), Withdrawal::MayHaveLeft);
    assert!(courier.postpone(id(3), NOW + 60).unwrap());
    assert_eq!(withdraw(&mut citizen, 3), Withdrawal::MayHaveLeft);
    let mut courier = Outbox::open(citizen.path()).unwrap();
    assert_eq!(withdraw(&mut courier, 3), Withdrawal::MayHaveLeft);
    assert_eq!(citizen.withdrawn(&lookup(3), NOW).unwrap(), None);
    // After it arrived.
    assert_eq!(courier.acknowledge(&ack(&case(3)), NOW).unwrap(), Settled::Delivered);
    assert_eq!(withdraw(&mut citizen, 3), Withdrawal::Unknown);
    assert!(!citizen.may_have_left(id(3)).unwrap());
    assert!(matches!(withdraw(&mut citizen, 4), Withdrawal::Done(_)));
    assert_eq!(courier.next(NOW).unwrap(), None);
}

#[test]
fn only_the_code_of_the_case_withdraws_it() {
    let (_folder, mut outbox) = open(2);
    outbox.file(&envelope(3)).unwrap();
    for (code, case) in [(2, 1), (9, 1), (3, 3), (9, 9)] {
        let told = outbox.withdraw(&lookup(code), id(case), NOW).unwrap();
        assert_eq!(told, Withdrawal::Unknown, "{code} {case}");
    }
    assert!(matches!(withdraw(&mut outbox, 1), Withdrawal::Done(_)));
    assert_eq!(outbox.withdraw(&lookup(1), id(2), NOW).unwrap(), Withdrawal::Unknown);
    assert_eq!(waiting(&mut outbox), 2);
}

#[test]
fn what_was_set_aside_may_have_left_and_is_not_withdrawn() {
    let (folder, mut outbox) = open(1);
    set_out(&mut outbox);
    outbox.set_aside(id(1), "409", NOW).unwrap();
    assert_eq!(withdraw(&mut outbox, 1), Withdrawal::Unknown);
    // A damaged record that may have left, and is filed again.
    outbox.file(&case(2)).unwrap();
    set_out(&mut outbox);
    let other = Connection::open(folder.path().join("outbox.db")).unwrap();
    other
        .execute_batch("UPDATE waiting SET checksum = zeroblob(32)")
        .unwrap();
    assert_eq!(withdraw(&mut outbox, 2), Withdrawal::Unknown);
    outbox.file(&case(2)).unwrap();
    assert_eq!(withdraw(&mut outbox, 2), Withdrawal::MayHaveLeft);
}

#[test]
fn withdrawn_ones_are_forgotten_in_time() {
    let (_folder, mut outbox) = open(2);
    assert!(matches!(withdraw(&mut outbox, 1), Withdrawal::Done(_)));
    let last = NOW + 5 + DELIVERED_DAYS * 86_400;
    assert!(outbox.withdrawn(&lookup(1), last).unwrap().is_some());
    assert_eq!(outbox.withdrawn(&lookup(1), last + 1).unwrap(), None);
    assert!(outbox.has(id(1)).unwrap(), "not overwritten yet");
    outbox.withdraw(&lookup(2), id(2), last + 1).unwrap();
    assert!(!outbox.has(id(1)).unwrap() && outbox.has(id(2)).unwrap());
}

/// As a file of the version before: without these tables.
#[test]
fn of_records_of_before_nobody_knows_whether_they_left() {
    let (folder, outbox) = open(1);
    let path = outbox.path();
    drop(outbox);
    let file = Connection::open(&path).unwrap();
    file.execute_batch("DROP TABLE set_out; DROP TABLE withdrawn").unwrap();
    drop(file);
    let mut outbox = Outbox::open(&path).unwrap();
    assert_eq!(withdraw(&mut outbox, 1), Withdrawal::MayHaveLeft);
    outbox.file(&case(2)).unwrap();
    drop(outbox);
    let mut outbox = Outbox::open(&path).unwrap();
    assert!(matches!(withdraw(&mut outbox, 2), Withdrawal::Done(_)));
    assert!(outbox.take_notices().is_empty());
    drop(folder);
}

#[test]
fn a_damaged_file_brings_nothing_back() {
    let (folder, mut outbox) = open(6);
    assert!(matches!(withdraw(&mut outbox, 2), Withdrawal::Done(_)));
    assert!(matches!(withdraw(&mut outbox, 4), Withdrawal::Done(_)));
    let path = outbox.path();
    drop(outbox);
    let mut bytes = std::fs::read(&path).unwrap();
    let name = b"attempts INTEGER";
    let at = bytes.windows(name.len()).position(|window| window == name).unwrap();
    bytes[at] = b'B';
    std::fs::write(&path, bytes).unwrap();
    let mut outbox = Outbox::open(&path).unwrap();
    assert_eq!(outbox.next(NOW).unwrap().unwrap().envelope, case(1));
    assert_eq!(outbox.path(), folder.path().join("outbox.db.1"));
    assert_eq!(outbox.withdrawn(&lookup(4), NOW).unwrap(), Some(withdrawn(4, NOW + 5)));
    outbox.file(&case(2)).unwrap();
    assert_eq!(waiting(&mut outbox), 4);
    // What was taken over may have left.
    assert_eq!(withdraw(&mut outbox, 1), Withdrawal::MayHaveLeft);
}

/// Chance by seed.
struct Dice(u64);

impl Dice {
    /// One of so many.
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    /// Lets the others go first, or not.
    fn dawdle(&mut self) {
        let us = self.roll(4) * self.roll(800);
        std::thread::park_timeout(Duration::from_micros(us));
    }

    /// Less than a thread takes to wake up, or about as much.
    fn spin(&mut self) {
        (0..self.roll(20_000)).for_each(|_| std::hint::spin_loop());
    }
}

#[derive(Default)]
struct Ledger {
    sent: Mutex<BTreeSet<Uuid>>,
    delivered: Mutex<BTreeSet<Uuid>>,
    withdrawn: Mutex<BTreeSet<Uuid>>,
    over: AtomicBool,
    /// Number of the case that a courier has looked at last: there citizens come close.
    looked_at: AtomicU64,
}

fn lock(set: &Mutex<BTreeSet<Uuid>>) -> MutexGuard<'_, BTreeSet<Uuid>> {
    set.lock().unwrap()
}

/// Sends over a line of which one answer in three is lost.
fn carry(path: &Path, seed: u64, ledger: &Ledger) {
    let (mut outbox, mut dice) = (Outbox::open(path).unwrap(), Dice(seed));
    while !ledger.over.load(Ordering::Relaxed) || waiting(&mut outbox) > 0 {
        let Some(waiting) = outbox.next(NOW).unwrap() else {
            continue;
        };
        dice.dawdle();
        let Some(underway) = outbox.set_out(waiting).unwrap() else {
            continue;
        };
        let envelope = &underway.waiting().envelope;
        lock(&ledger.sent).insert(envelope.submission_id);
        dice.dawdle();
        if dice.roll(3) > 0 && outbox.acknowledge(&ack(envelope), NOW).unwrap() == Settled::Delivered {
            assert!(
                lock(&ledger.delivered).insert(envelope.submission_id),
                "delivered twice"
            );
        }
    }
}

/// Withdraws these in any order, mostly those that a courier looks at.
fn take_back(path: &Path, seed: u64, mut numbers: Vec<u64>, ledger: &Ledger) {
    let (mut outbox, mut dice) = (Outbox::open(path).unwrap(), Dice(seed));
    while !numbers.is_empty() {
        dice.dawdle();
        let looked_at = ledger.looked_at.load(Ordering::Relaxed);
        let at = match numbers.iter().position(|number| *number == looked_at) {
            Some(at) if dice.roll(3) > 0 => at,
            // Never so many that nothing is left for the couriers.
            _ if dice.roll(4) > 0 => continue,
            _ => dice.roll(numbers.len() as u64) as usize,
        };
        let number = numbers[at];
        if !outbox.has(id(number)).unwrap() {
            continue;
        }
        match withdraw(&mut outbox, number) {
            Withdrawal::Done(told) => {
                assert_eq!(told, withdrawn(number, NOW + 5));
                lock(&ledger.withdrawn).insert(id(number));
            }
            Withdrawal::MayHaveLeft => {}
            Withdrawal::Unknown => assert!(lock(&ledger.sent).contains(&id(number)), "it was filed and not sent"),
        }
        numbers.remove(at);
    }
}

#[test]
fn whatever_the_order_nothing_withdrawn_was_ever_sent() {
    const CASES: u64 = 120;
    for seed in 1..=4 {
        let (folder, mut kiosk) = open(0);
        let path = folder.path().join("outbox.db");
        let ledger = Ledger::default();
        std::thread::scope(|scope| {
            let (path, ledger) = (&*path, &ledger);
            for courier in 0..2 {
                scope.spawn(move || carry(path, seed * 10 + courier, ledger));
            }
            let citizens: Vec<_> = (0..2)
                .map(|citizen| {
                    scope.spawn(move || take_back(path, seed * 100 + citizen, (1..=CASES).collect(), ledger))
                })
                .collect();
            for number in 1..=CASES {
                kiosk.file(&case(number)).unwrap();
                // Filed again by a kiosk that didn't hear that it was.
                kiosk.file(&case(number.saturating_sub(3).max(1))).unwrap();
            }
            let done = citizens.into_iter().all(|citizen| citizen.join().is_ok());
            ledger.over.store(true, Ordering::Relaxed);
            assert!(done);
        });
        let (sent, delivered, withdrawn) = (lock(&ledger.sent), lock(&ledger.delivered), lock(&ledger.withdrawn));
        assert_eq!(sent.intersection(&withdrawn).count(), 0, "seed {seed}");
        assert_eq!(*sent, *delivered, "seed {seed}");
        let all: BTreeSet<Uuid> = (1..=CASES).map(id).collect();
        assert_eq!(&*delivered | &*withdrawn, all, "seed {seed}");
        assert!(
            withdrawn.len() > 5 && delivered.len() > 5,
            "one side always won: {}",
            withdrawn.len()
        );
        let delivered = delivered.len() as u64;
        let counts = Counts {
            waiting: 0,
            delivered,
            set_aside: 0,
        };
        assert_eq!(kiosk.counts().unwrap(), counts);
        assert!(kiosk.take_notices().is_empty());
    }
}

/// A courier that has looked and a citizen who asks, let go at the same moment, again and again.
#[test]
fn of_both_at_the_same_moment_one_wins() {
    const TIMES: u64 = 300;
    let (folder, mut kiosk) = open(0);
    let path = folder.path().join("outbox.db");
    let gate = Barrier::new(2);
    let (mut dice, mut theirs) = (Dice(1), Dice(2));
    let (mut sent, mut withdrawn) = (0, 0);
    std::thread::scope(|scope| {
        let (ask, asked) = channel::<u64>();
        let (tell, told) = channel();
        let (path, gate) = (&*path, &gate);
        scope.spawn(move || {
            let mut citizen = Outbox::open(path).unwrap();
            for number in asked {
                gate.wait();
                theirs.spin();
                tell.send(withdraw(&mut citizen, number)).unwrap();
            }
        });
        let mut courier = Outbox::open(path).unwrap();
        for number in 1..=TIMES {
            kiosk.file(&case(number)).unwrap();
            let seen = courier.next(NOW).unwrap().unwrap();
            assert_eq!(seen.envelope, case(number));
            ask.send(number).unwrap();
            gate.wait();
            dice.spin();
            let underway = courier.set_out(seen).unwrap();
            let withdrawal = told.recv().unwrap();
            match withdrawal {
                Withdrawal::Done(_) => withdrawn += 1,
                Withdrawal::MayHaveLeft => sent += 1,
                Withdrawal::Unknown => panic!("it was filed"),
            }
            assert_eq!(underway.is_some(), withdrawal == Withdrawal::MayHaveLeft, "{number}");
            if underway.is_some() {
                courier.acknowledge(&ack(&case(number)), NOW).unwrap();
            }
        }
        drop(ask);
    });
    assert!(
        sent > 20 && withdrawn > 20,
        "one side always won: {sent} sent, {withdrawn} withdrawn"
    );
    assert_eq!(kiosk.counts().unwrap().delivered, sent);
}
