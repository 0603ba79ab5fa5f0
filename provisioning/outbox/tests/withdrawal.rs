//! Taking back what still lies here: it never leaves, or it may have left and stays.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test's helpers may panic, too")]
mod common;
use common::{NOW, ack, case, envelope, id, lookup};
use outbox::{DELIVERED_DAYS, Options, Outbox, OutboxError, Settled, Withdrawal, Withdrawn};
use rusqlite::Connection;

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

/// A file of before that has no room left is opened all the same, and emptied.
#[test]
fn a_full_file_of_before_is_emptied() {
    const CASES: u64 = 400;
    let (_folder, outbox) = open(CASES);
    let path = outbox.path();
    drop(outbox);
    let file = Connection::open(&path).unwrap();
    file.execute_batch("DROP TABLE set_out; DROP TABLE withdrawn; PRAGMA wal_checkpoint(TRUNCATE)")
        .unwrap();
    let mut vacuum = file.prepare("PRAGMA incremental_vacuum").unwrap();
    let mut rows = vacuum.query([]).unwrap();
    while rows.next().unwrap().is_some() {}
    drop(rows);
    drop(vacuum);
    drop(file);
    let options = Options { file_bytes_max: 4096 };
    let mut outbox = Outbox::open_with(&path, options).unwrap();
    let refused = outbox.file(&case(CASES + 1));
    assert!(matches!(refused, Err(OutboxError::DiskFull { .. })), "{refused:?}");
    for number in 1..=CASES {
        assert_eq!(set_out(&mut outbox), case(number));
        assert_eq!(
            outbox.acknowledge(&ack(&case(number)), NOW).unwrap(),
            Settled::Delivered
        );
    }
    outbox.file(&case(CASES + 1)).unwrap();
    assert!(matches!(withdraw(&mut outbox, CASES + 1), Withdrawal::Done(_)));
    assert!(outbox.take_notices().is_empty());
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
