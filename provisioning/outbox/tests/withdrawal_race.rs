//! Courier and citizen at the same time: nothing that was told as withdrawn was ever sent.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test's helpers may panic, too")]
mod common;
use common::{NOW, ack, case, id, lookup};
use outbox::{Counts, Outbox, Settled, Withdrawal};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Barrier, Mutex, MutexGuard};
use std::time::Duration;
use uuid::Uuid;

fn open() -> (tempfile::TempDir, Outbox) {
    let folder = tempfile::tempdir().unwrap();
    let outbox = Outbox::open(folder.path().join("outbox.db")).unwrap();
    (folder, outbox)
}

fn withdraw(outbox: &mut Outbox, number: u64) -> Withdrawal {
    outbox.withdraw(&lookup(number), id(number), NOW + 5).unwrap()
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
    while !ledger.over.load(Ordering::Relaxed) || outbox.counts().unwrap().waiting > 0 {
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
                assert_eq!((told.submission_id, told.at), (id(number), NOW + 5));
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
    for seed in 1..=3 {
        let (folder, mut kiosk) = open();
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
    let (folder, mut kiosk) = open();
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
