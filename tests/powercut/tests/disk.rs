//! The model of a disk keeps to its own rules, and the recording to its seed.
#![allow(clippy::unwrap_used, reason = "a test may panic")]
use powercut::{Disk, Event, Fault, Platter, SECTOR_BYTES, scratch, seeded};
use proptest::prelude::*;
use rand::SeedableRng;
use rand::rngs::StdRng;
use rusqlite::Connection;
use std::collections::BTreeSet;

const FILE_BYTES: usize = 8 * SECTOR_BYTES;

fn write(at: usize, len: usize, byte: u8) -> Event {
    Event::Write {
        file: 0,
        at,
        bytes: vec![byte; len].into(),
    }
}

fn found() -> Event {
    Event::Found {
        name: "a".into(),
        file: 0,
        bytes: vec![0; FILE_BYTES].into(),
    }
}

fn survivors(events: &[Event], seed: u64) -> Vec<Option<Vec<u8>>> {
    let mut platter = Platter::new(Fault::Honest);
    events.iter().for_each(|event| platter.apply(event));
    let mut rng = StdRng::seed_from_u64(seed);
    (0..50).map(|_| platter.survivors(&mut rng).0.remove("a")).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// What was synced is there; what wasn't changes nothing but the bytes it was written over.
    #[test]
    fn only_unsynced_bytes_are_uncertain(
        synced in prop::collection::vec((0..FILE_BYTES, 1..2_000usize), 0..5),
        unsynced in prop::collection::vec((0..FILE_BYTES, 1..2_000usize), 0..5),
        seed in any::<u64>(),
    ) {
        let writes = |list: &[(usize, usize)], byte| -> Vec<Event> {
            list.iter().map(|(at, len)| write(*at, *len, byte)).collect()
        };
        let mut events = vec![found()];
        events.extend(writes(&synced, 1));
        events.push(Event::Sync { file: 0 });
        let mut platter = Platter::new(Fault::Honest);
        events.iter().for_each(|event| platter.apply(event));
        let durable = platter.seen().0.remove("a").unwrap();
        events.extend(writes(&unsynced, 2));
        for left in survivors(&events, seed) {
            let left = left.unwrap();
            prop_assert!(left.len() >= durable.len());
            for (at, byte) in durable.iter().enumerate() {
                let is_written = unsynced.iter().any(|(start, len)| (*start..start + len).contains(&at));
                prop_assert!(is_written || left[at] == *byte, "byte {} is {}", at, left[at]);
            }
        }
    }
}

/// Whole, lost, torn and in any order: all of it happens, and not only at the ends of a write.
#[test]
fn every_way_of_surviving_is_drawn() {
    let events = [
        found(),
        write(100, FILE_BYTES - 200, 1),
        write(100, FILE_BYTES - 200, 2),
    ];
    let mut seen = BTreeSet::new();
    let mut mixed = 0;
    for left in survivors(&events, 7).into_iter().chain(survivors(&events, 8)) {
        let kinds: BTreeSet<u8> = left.unwrap()[100..FILE_BYTES - 100].iter().copied().collect();
        mixed += u32::from(kinds.len() > 1);
        if let [only] = kinds.into_iter().collect::<Vec<_>>()[..] {
            seen.insert(only);
        }
    }
    assert_eq!(seen, BTreeSet::from([0, 1, 2]));
    assert!(mixed > 10, "only {mixed} of 100 were torn");
}

#[test]
fn names_are_durable_when_the_folder_is() {
    let made = Event::Create {
        name: "a".into(),
        file: 0,
    };
    let is_there = |events: &[Event]| -> BTreeSet<bool> { survivors(events, 3).iter().map(Option::is_some).collect() };
    let deleted = Event::Delete { name: "a".into() };
    assert_eq!(
        is_there(&[made.clone(), write(0, 9, 1), Event::Sync { file: 0 }]),
        BTreeSet::from([false, true])
    );
    assert_eq!(is_there(&[made.clone(), Event::SyncFolder]), BTreeSet::from([true]));
    assert_eq!(is_there(&[found(), deleted.clone()]), BTreeSet::from([false, true]));
    assert_eq!(
        is_there(&[found(), deleted, Event::SyncFolder]),
        BTreeSet::from([false])
    );
}

fn record(seed: u64) -> Vec<String> {
    let _turn = seeded(seed);
    let folder = scratch().unwrap();
    let disk = Disk::watch(folder.path()).unwrap();
    let connection = Connection::open(folder.path().join("a.db")).unwrap();
    connection
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
             CREATE TABLE a (b BLOB); INSERT INTO a VALUES (randomblob(10000));",
        )
        .unwrap();
    drop(connection);
    disk.stop().iter().map(|event| format!("{event:?}")).collect()
}

/// The same seed, the same bytes: also the salts of the log, which are SQLite's own random numbers.
#[test]
fn a_recording_is_its_seeds() {
    let first = record(1);
    for word in ["Create", "Write", "Truncate", "SyncFolder", "Sync {", "Delete"] {
        assert!(
            first.iter().any(|event| event.starts_with(word)),
            "no {word} was recorded"
        );
    }
    assert_eq!(first, record(1));
    assert_ne!(first, record(2));
}

/// A commit with `synchronous = FULL` returns after a sync of the log, with OFF after none.
#[test]
fn syncs_are_seen() {
    let last = |synchronous: &str| {
        let _turn = seeded(4);
        let folder = scratch().unwrap();
        let disk = Disk::watch(folder.path()).unwrap();
        let connection = Connection::open(folder.path().join("a.db")).unwrap();
        let pragmas = format!("PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous}; CREATE TABLE a (b);");
        connection.execute_batch(&pragmas).unwrap();
        let before = disk.now();
        connection.execute_batch("INSERT INTO a VALUES (1)").unwrap();
        let events = disk.stop();
        assert!(events.len() > before);
        matches!(events.last(), Some(Event::Sync { .. }))
    };
    assert!(last("FULL"));
    assert!(!last("OFF"));
}

/// A full disk takes what changes in place, and nothing that grows.
#[test]
fn a_full_disk_refuses() {
    let _turn = seeded(5);
    let folder = scratch().unwrap();
    let disk = Disk::watch(folder.path()).unwrap();
    let connection = Connection::open(folder.path().join("a.db")).unwrap();
    connection.execute_batch("CREATE TABLE a (b)").unwrap();
    disk.leave_room(Some(10_000)).unwrap();
    let insert = |bytes: u32| connection.execute("INSERT INTO a VALUES (randomblob(?1))", [bytes]);
    let error = insert(50_000).unwrap_err();
    assert_eq!(error.sqlite_error_code(), Some(rusqlite::ErrorCode::DiskFull));
    disk.leave_room(None).unwrap();
    assert_eq!(insert(50_000), Ok(1));
}
