//! Damaged records, damaged files, foreign files.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test's helpers may panic, too")]
mod common;
use common::{NOW, ack, envelope};
use outbox::{Counts, Notice, Outbox, OutboxError, Settled};
use proptest::prelude::*;
use rusqlite::Connection;
use std::path::Path;

fn tamper(path: &Path, sql: &str) {
    Connection::open(path).unwrap().execute_batch(sql).unwrap();
}

/// All that can be carried away.
fn drain(outbox: &mut Outbox) -> Vec<wire::Envelope> {
    let mut all = Vec::new();
    while let Some(waiting) = outbox.next(NOW).unwrap() {
        assert_eq!(
            outbox.acknowledge(&ack(&waiting.envelope), NOW).unwrap(),
            Settled::Delivered
        );
        all.push(waiting.envelope);
    }
    all
}

#[test]
fn a_damaged_record_is_set_aside_and_the_others_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("outbox.db");
    let mut outbox = Outbox::open(&path).unwrap();
    (1..=5).for_each(|number| outbox.file(&envelope(number)).unwrap());
    tamper(
        &path,
        "UPDATE waiting SET body = CAST(replace(CAST(body AS TEXT), 'Y3Q', 'Y3q') AS BLOB) WHERE seq = 1",
    );
    tamper(&path, "UPDATE waiting SET checksum = zeroblob(32) WHERE seq = 3");
    tamper(
        &path,
        "UPDATE waiting SET submission_id = x'00', not_before = -5 WHERE seq = 4",
    );
    assert_eq!(drain(&mut outbox), [envelope(2), envelope(5)]);
    let ids: Vec<_> = outbox
        .take_notices()
        .into_iter()
        .map(|notice| match notice {
            Notice::RecordSetAside { submission_id, .. } => submission_id,
            Notice::FileReplaced { .. } => panic!("{notice:?}"),
        })
        .collect();
    assert_eq!(
        ids,
        [Some(envelope(1).submission_id), Some(envelope(3).submission_id), None]
    );
    assert_eq!(
        outbox.counts().unwrap(),
        Counts {
            waiting: 0,
            delivered: 2,
            set_aside: 3
        }
    );
}

#[test]
fn a_damaged_record_can_be_filed_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("outbox.db");
    let mut outbox = Outbox::open(&path).unwrap();
    outbox.file(&envelope(1)).unwrap();
    tamper(&path, "UPDATE waiting SET checksum = zeroblob(32)");
    outbox.file(&envelope(1)).unwrap();
    assert_eq!(
        outbox.counts().unwrap(),
        Counts {
            waiting: 1,
            delivered: 0,
            set_aside: 1
        }
    );
    assert_eq!(drain(&mut outbox), [envelope(1)]);
}

#[test]
fn a_file_that_is_no_database_is_left_and_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("outbox.db");
    let foreign = b"this is no database, but somebody may want it back".repeat(100);
    std::fs::write(&path, &foreign).unwrap();
    let mut outbox = Outbox::open(&path).unwrap();
    assert!(
        matches!(&outbox.take_notices()[..], [Notice::FileReplaced { damaged, taken_over: 0, .. }] if *damaged == path)
    );
    outbox.file(&envelope(1)).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), foreign);
    // Opened again, the replacement is simply used.
    let mut again = Outbox::open(&path).unwrap();
    assert!(again.take_notices().is_empty());
    assert_eq!(drain(&mut again), [envelope(1)]);
}

#[test]
fn a_newer_versions_file_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("outbox.db");
    drop(Outbox::open(&path).unwrap());
    tamper(&path, "PRAGMA user_version = 2");
    assert!(matches!(Outbox::open(&path), Err(OutboxError::Newer { found: 2, .. })));
    assert!(!folder.path().join("outbox.db.1").exists());
}

/// Overwrites page `number` (from 1) of the closed database file.
fn wreck_page(path: &Path, number: usize) {
    let mut bytes = std::fs::read(path).unwrap();
    bytes[(number - 1) * 4096..number * 4096].fill(0xa5);
    std::fs::write(path, bytes).unwrap();
}

#[test]
fn records_on_sound_pages_survive_a_damaged_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("outbox.db");
    let mut outbox = Outbox::open(&path).unwrap();
    (1..=40).for_each(|number| outbox.file(&envelope(number)).unwrap());
    drop(outbox);
    let leaf: usize = {
        let connection = Connection::open(&path).unwrap();
        // The last page in the file belongs to the table's youngest leaf.
        connection
            .query_row("PRAGMA page_count", [], |row| row.get::<_, i64>(0))
            .unwrap() as usize
    };
    wreck_page(&path, leaf);
    let mut outbox = Outbox::open(&path).unwrap();
    let notices = outbox.take_notices();
    let [
        Notice::FileReplaced {
            taken_over, unreadable, ..
        },
    ] = notices[..]
    else {
        panic!("{notices:?}")
    };
    let survivors = drain(&mut outbox);
    assert_eq!(survivors.len() as u64, taken_over);
    assert!(
        unreadable > 0 && survivors.len() >= 30 && survivors.len() < 40,
        "{} of 40",
        survivors.len()
    );
    survivors
        .windows(2)
        .for_each(|pair| assert!(pair[0].submission_id < pair[1].submission_id));
}

#[test]
fn two_processes_follow_each_other_to_the_replacement() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("outbox.db");
    let mut kiosk = Outbox::open(&path).unwrap();
    let mut agent = Outbox::open(&path).unwrap();
    kiosk.file(&envelope(1)).unwrap();
    // Under both: the schema's root page, the table's and the index's.
    tamper(&path, "PRAGMA wal_checkpoint(TRUNCATE)");
    let pages = std::fs::metadata(&path).unwrap().len() as usize / 4096;
    (2..=pages).for_each(|page| wreck_page(&path, page));
    kiosk.file(&envelope(2)).unwrap();
    let replaced = folder.path().join("outbox.db.1");
    assert_eq!(kiosk.path(), replaced);
    assert!(agent.changed().unwrap());
    assert_eq!(agent.path(), replaced);
    assert!(drain(&mut agent).contains(&envelope(2)));
    agent.file(&envelope(3)).unwrap();
    assert_eq!(kiosk.next(NOW).unwrap().unwrap().envelope, envelope(3));
}

/// The damage is in the name of a column: the records are found by their places.
#[test]
fn a_damaged_schema_loses_no_record() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("outbox.db");
    let mut outbox = Outbox::open(&path).unwrap();
    (1..=6).for_each(|number| outbox.file(&envelope(number)).unwrap());
    drop(outbox);
    let mut bytes = std::fs::read(&path).unwrap();
    let name = b"attempts INTEGER";
    let at = bytes.windows(name.len()).position(|window| window == name).unwrap();
    bytes[at] = b'A' + 1;
    std::fs::write(&path, bytes).unwrap();
    let mut outbox = Outbox::open(&path).unwrap();
    assert_eq!(drain(&mut outbox), (1..=6).map(envelope).collect::<Vec<_>>());
    assert!(matches!(
        outbox.take_notices()[..],
        [Notice::FileReplaced { taken_over: 6, .. }]
    ));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Any byte of any column: what comes out is what went in, or it is set aside.
    #[test]
    fn a_changed_byte_in_a_record_never_travels(at in 0usize..5000, flip in 1u8..) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("outbox.db");
        let mut outbox = Outbox::open(&path).unwrap();
        (1..=2).for_each(|number| outbox.file(&envelope(number)).unwrap());
        let other = Connection::open(&path).unwrap();
        let mut columns: Vec<Vec<u8>> = other.query_row(
            "SELECT submission_id, checksum, body FROM waiting WHERE seq = 1", [],
            |row| Ok(vec![row.get(0)?, row.get(1)?, row.get(2)?]),
        ).unwrap();
        let at = at % columns.iter().map(Vec::len).sum::<usize>();
        *columns.iter_mut().flatten().nth(at).unwrap() ^= flip;
        other.execute(
            "UPDATE waiting SET submission_id = ?1, checksum = ?2, body = ?3 WHERE seq = 1",
            rusqlite::params![columns[0], columns[1], columns[2]],
        ).unwrap();
        prop_assert_eq!(drain(&mut outbox), vec![envelope(2)]);
        prop_assert_eq!(outbox.counts().unwrap().set_aside, 1);
    }

    /// Any byte of the closed file: it opens, nothing altered comes out, and what is missing was reported.
    #[test]
    fn a_changed_byte_in_the_file_is_survived(at in any::<prop::sample::Index>(), to in any::<u8>()) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("outbox.db");
        let mut outbox = Outbox::open(&path).unwrap();
        (1..=6).for_each(|number| outbox.file(&envelope(number)).unwrap());
        drop(outbox);
        let mut bytes = std::fs::read(&path).unwrap();
        let at = at.index(bytes.len());
        bytes[at] = to;
        std::fs::write(&path, bytes).unwrap();
        match Outbox::open(&path) {
            // The schema version itself was hit.
            Err(OutboxError::Newer { .. }) => {}
            Err(error) => prop_assert!(false, "{error:?}"),
            Ok(mut outbox) => {
                let out = drain(&mut outbox);
                let whole: Vec<_> = (1..=6).map(envelope).collect();
                prop_assert!(out.iter().all(|envelope| whole.contains(envelope)));
                prop_assert!(out == whole || !outbox.take_notices().is_empty());
                outbox.file(&envelope(7)).unwrap();
                prop_assert_eq!(drain(&mut outbox), vec![envelope(7)]);
            }
        }
    }
}
