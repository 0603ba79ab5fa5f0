//! The queue's promises: order, settling, waiting, two processes, a full disk.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test's helpers may panic, too")]
mod common;
use common::{NOW, ack, envelope};
use outbox::{Counts, DELIVERED_DAYS, Options, Outbox, OutboxError, POSTPONE_S_MAX, Settled};
use std::os::unix::fs::PermissionsExt;

fn counts(waiting: u64, delivered: u64, set_aside: u64) -> Counts {
    Counts {
        waiting,
        delivered,
        set_aside,
    }
}

#[test]
fn first_in_first_out_until_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("outbox.db");
    let mut outbox = Outbox::open(&path).unwrap();
    for number in 1..=3 {
        outbox.file(&envelope(number)).unwrap();
    }
    drop(outbox);
    let mut outbox = Outbox::open(&path).unwrap();
    for number in 1..=3 {
        let waiting = outbox.next(NOW).unwrap().unwrap();
        assert_eq!(waiting.envelope, envelope(number));
        assert_eq!(waiting.body, envelope(number).to_body().unwrap());
        assert_eq!(outbox.next(NOW).unwrap().unwrap(), waiting, "asking takes nothing out");
        assert_eq!(
            outbox.acknowledge(&ack(&waiting.envelope), NOW).unwrap(),
            Settled::Delivered
        );
        assert_eq!(
            outbox.acknowledge(&ack(&waiting.envelope), NOW).unwrap(),
            Settled::Unknown
        );
    }
    assert_eq!(outbox.next(NOW).unwrap(), None);
    assert_eq!(outbox.counts().unwrap(), counts(0, 3, 0));
    assert!(outbox.take_notices().is_empty());
}

#[test]
fn waiting_envelopes_are_found_the_newest_first_and_delivered_ones_are_not() {
    let folder = tempfile::tempdir().unwrap();
    let mut outbox = Outbox::open(folder.path().join("outbox.db")).unwrap();
    for number in 1..=4 {
        outbox.file(&envelope(number)).unwrap();
    }
    let not = |number| move |found: &wire::Envelope| found.submission_id != envelope(number).submission_id;
    assert_eq!(outbox.find(2, not(4)).unwrap(), [envelope(3), envelope(2)]);
    assert_eq!(outbox.find(9, |_| false).unwrap(), []);
    outbox.postpone(envelope(3).submission_id, NOW + 60).unwrap();
    outbox.acknowledge(&ack(&envelope(2)), NOW).unwrap();
    assert_eq!(outbox.find(9, not(1)).unwrap(), [envelope(4), envelope(3)]);
}

#[test]
fn the_file_is_the_owners_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("outbox.db");
    std::fs::write(&path, b"").unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    let mut outbox = Outbox::open(&path).unwrap();
    outbox.file(&envelope(1)).unwrap();
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(
            entry.metadata().unwrap().permissions().mode() & 0o777,
            0o600,
            "{:?}",
            entry.file_name()
        );
    }
}

#[test]
fn filing_twice_is_filing_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut outbox = Outbox::open(folder.path().join("outbox.db")).unwrap();
    outbox.file(&envelope(1)).unwrap();
    outbox.file(&envelope(1)).unwrap();
    assert_eq!(outbox.counts().unwrap(), counts(1, 0, 0));
    let mut other = envelope(1);
    other.filed_at += 1;
    assert!(matches!(outbox.file(&other), Err(OutboxError::Conflict { .. })));
    outbox.acknowledge(&ack(&envelope(1)), NOW).unwrap();
    outbox.file(&envelope(1)).unwrap();
    assert_eq!(
        outbox.counts().unwrap(),
        counts(0, 1, 0),
        "what was delivered isn't filed again"
    );
}

#[test]
fn an_invalid_envelope_is_not_filed() {
    let folder = tempfile::tempdir().unwrap();
    let mut outbox = Outbox::open(folder.path().join("outbox.db")).unwrap();
    let mut wrong = envelope(1);
    wrong.leika.clear();
    assert!(matches!(
        outbox.file(&wrong),
        Err(OutboxError::Envelope(wire::EnvelopeError::Leika))
    ));
    assert_eq!(outbox.counts().unwrap(), counts(0, 0, 0));
}

#[test]
fn an_acknowledgement_of_other_bytes_sets_aside() {
    let folder = tempfile::tempdir().unwrap();
    let mut outbox = Outbox::open(folder.path().join("outbox.db")).unwrap();
    outbox.file(&envelope(1)).unwrap();
    let mut wrong = ack(&envelope(1));
    wrong.sha256 = ack(&envelope(2)).sha256;
    assert_eq!(outbox.acknowledge(&wrong, NOW).unwrap(), Settled::SetAside);
    assert_eq!(outbox.counts().unwrap(), counts(0, 0, 1));
    assert_eq!(
        outbox.list_set_aside(10).unwrap()[0].submission_id,
        Some(envelope(1).submission_id)
    );
    assert_eq!(outbox.take_notices().len(), 1);
}

#[test]
fn postponed_ones_let_others_pass() {
    let folder = tempfile::tempdir().unwrap();
    let mut outbox = Outbox::open(folder.path().join("outbox.db")).unwrap();
    outbox.file(&envelope(1)).unwrap();
    outbox.file(&envelope(2)).unwrap();
    assert!(outbox.postpone(envelope(1).submission_id, NOW + 10).unwrap());
    assert!(!outbox.postpone(envelope(3).submission_id, NOW + 10).unwrap());
    assert_eq!(outbox.next(NOW).unwrap().unwrap().envelope, envelope(2));
    assert_eq!(outbox.next(NOW + 9).unwrap().unwrap().envelope, envelope(2));
    let due = outbox.next(NOW + 10).unwrap().unwrap();
    assert_eq!((due.envelope, due.attempts), (envelope(1), 1));
    // A clock that was set back by years must not hold a case for years.
    let past = NOW - POSTPONE_S_MAX * 10_000;
    assert_eq!(outbox.next(past).unwrap().unwrap().envelope, envelope(1));
}

#[test]
fn refused_ones_are_kept_for_staff() {
    let folder = tempfile::tempdir().unwrap();
    let mut outbox = Outbox::open(folder.path().join("outbox.db")).unwrap();
    outbox.file(&envelope(1)).unwrap();
    let reason = format!("409\u{1b}[2J {}", "x".repeat(1000));
    assert!(outbox.set_aside(envelope(1).submission_id, &reason, NOW).unwrap());
    assert!(!outbox.set_aside(envelope(1).submission_id, &reason, NOW).unwrap());
    let listed = outbox.list_set_aside(10).unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].at, NOW);
    assert!(listed[0].reason.starts_with("409[2J xxx") && listed[0].reason.len() == outbox::REASON_CHARS_MAX);
    assert_eq!(outbox.next(NOW).unwrap(), None);
}

#[test]
fn delivered_ones_are_forgotten_in_time() {
    let folder = tempfile::tempdir().unwrap();
    let mut outbox = Outbox::open(folder.path().join("outbox.db")).unwrap();
    for (number, day) in [(1, 0), (2, DELIVERED_DAYS), (3, DELIVERED_DAYS + 1)] {
        outbox.file(&envelope(number)).unwrap();
        outbox.acknowledge(&ack(&envelope(number)), NOW + day * 86_400).unwrap();
    }
    assert_eq!(outbox.counts().unwrap(), counts(0, 2, 0));
}

#[test]
fn a_filed_record_is_there_for_others_at_once_and_wakes_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("outbox.db");
    let mut kiosk = Outbox::open(&path).unwrap();
    let mut agent = Outbox::open(&path).unwrap();
    agent.changed().unwrap();
    assert!(!agent.changed().unwrap());
    kiosk.file(&envelope(1)).unwrap();
    assert!(agent.changed().unwrap());
    assert!(!agent.changed().unwrap());
    assert_eq!(agent.next(NOW).unwrap().unwrap().envelope, envelope(1));
    agent.acknowledge(&ack(&envelope(1)), NOW).unwrap();
    assert!(!agent.changed().unwrap(), "one's own changes are no news");
    assert_eq!(kiosk.counts().unwrap(), counts(0, 1, 0));
}

#[test]
fn threads_file_and_carry_at_the_same_time() {
    const EACH: u64 = 40;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("outbox.db");
    let writers: Vec<_> = (0..3)
        .map(|writer| {
            let path = path.clone();
            std::thread::spawn(move || {
                let mut outbox = Outbox::open(path).unwrap();
                (0..EACH).for_each(|number| outbox.file(&envelope(writer * EACH + number)).unwrap());
            })
        })
        .collect();
    let mut agent = Outbox::open(&path).unwrap();
    let mut carried = std::collections::BTreeSet::new();
    while carried.len() < 3 * EACH as usize {
        if let Some(waiting) = agent.next(NOW).unwrap() {
            assert_eq!(
                agent.acknowledge(&ack(&waiting.envelope), NOW).unwrap(),
                Settled::Delivered
            );
            assert!(carried.insert(waiting.envelope.submission_id));
        }
    }
    writers.into_iter().for_each(|writer| writer.join().unwrap());
    assert_eq!(agent.counts().unwrap(), counts(0, 3 * EACH, 0));
}

#[test]
fn a_full_disk_is_said_and_nothing_is_half_filed() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options {
        file_bytes_max: 200 * 1024,
    };
    let mut outbox = Outbox::open_with(folder.path().join("outbox.db"), options).unwrap();
    let mut large = envelope(0);
    large.encrypted_data = format!("AA.AA.AA.{}.AA", "A".repeat(20_000));
    let mut filed = 0;
    let error = loop {
        large.submission_id = envelope(filed).submission_id;
        match outbox.file(&large) {
            Ok(()) => filed += 1,
            Err(error) => break error,
        }
        assert!(filed < 100);
    };
    assert!(matches!(error, OutboxError::DiskFull { .. }), "{error:?}");
    assert!(filed >= 5);
    assert_eq!(outbox.counts().unwrap(), counts(filed, 0, 0));
    // Deliveries make room again.
    for number in 0..filed {
        let waiting = outbox.next(NOW).unwrap().unwrap();
        assert_eq!(waiting.envelope.submission_id, envelope(number).submission_id);
        assert_eq!(
            outbox.acknowledge(&ack(&waiting.envelope), NOW).unwrap(),
            Settled::Delivered
        );
    }
    outbox.file(&large).unwrap();
    assert!(outbox.take_notices().is_empty());
}

#[test]
fn sqlite_is_new_enough() {
    // Before 3.51.3 the log could be reset under a second connection and pages lost (sqlite.org, WAL-reset bug).
    assert!(rusqlite::version_number() >= 3_051_003, "{}", rusqlite::version());
}
