//! The store's promises, written against the interface: each store that comes runs the same ones.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test's helpers may panic, too")]
use std::sync::Arc;
use store::{IfKnown, NewSubmission, SqliteStore, Store, StoreError, Stored, Terminal};
use uuid::Uuid;
use wire::{Envelope, body_sha256};

const NOW: i64 = 1_795_305_600;

fn terminal(number: u8) -> Terminal {
    Terminal {
        terminal_id: Uuid::from_u128(u128::from(number)),
        name: format!("kiosk-{number}"),
        token_sha256: [number; 32],
        enrolled_at: NOW,
    }
}

fn submission(number: u64, filed_at: i64) -> NewSubmission {
    let envelope = Envelope {
        submission_id: Uuid::from_u128((0x0192_0000_0000_7000_8000u128 << 48) | u128::from(number)),
        destination_id: "9f6bb611-df46-494a-9a98-a253f1362dc7".parse().unwrap(),
        leika: "99115001060000".into(),
        service_version: "1.0.0".into(),
        filed_at,
        encrypted_data: "eyJh.a2V5.aXY.Y3Q.dGFn".into(),
        follow_up: None,
    };
    NewSubmission {
        terminal_id: Uuid::from_u128(1),
        body: envelope.to_body().unwrap(),
        envelope,
    }
}

async fn open() -> (tempfile::TempDir, SqliteStore) {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&folder.path().join("data")).unwrap();
    store.enrol_terminal(terminal(1), IfKnown::Refuse).await.unwrap();
    (folder, store)
}

#[tokio::test]
async fn a_submission_is_stored_once() {
    let (folder, store) = open().await;
    let first = submission(1, NOW);
    let Stored::New(ack) = store.put_submission(first.clone(), NOW).await.unwrap() else {
        panic!()
    };
    assert_eq!(ack.sha256, body_sha256(&first.body));
    assert_eq!(ack.received_at, NOW);
    assert_eq!(
        store.put_submission(first.clone(), NOW + 99).await.unwrap(),
        Stored::Replayed(ack.clone())
    );
    assert_eq!(
        store.put_submission(submission(1, NOW + 1), NOW).await.unwrap(),
        Stored::Conflict
    );
    drop(store);
    let store = SqliteStore::open(&folder.path().join("data")).unwrap();
    let kept = store.submission(first.envelope.submission_id).await.unwrap().unwrap();
    assert_eq!(kept.body, first.body);
    assert_eq!(kept.acknowledgement, ack);
    assert_eq!(store.submission_count().await.unwrap(), 1);
    assert_eq!(store.submission(Uuid::nil()).await.unwrap(), None);
    store.ready().await.unwrap();
}

#[tokio::test]
async fn one_that_fails_leaves_nothing_and_harms_no_other() {
    let (_folder, store) = open().await;
    let mut stray = submission(1, NOW);
    stray.terminal_id = Uuid::from_u128(77);
    let (wrong, right) = tokio::join!(
        store.put_submission(stray, NOW),
        store.put_submission(submission(2, NOW), NOW)
    );
    assert!(matches!(wrong, Err(StoreError::Unavailable { .. })));
    assert!(matches!(right, Ok(Stored::New(_))));
    assert_eq!(store.submission_count().await.unwrap(), 1);
}

#[tokio::test]
async fn terminals_are_enrolled_replaced_and_withdrawn() {
    let (_folder, store) = open().await;
    let id = terminal(1).terminal_id;
    assert_eq!(store.terminal(id).await.unwrap(), Some(terminal(1)));
    let again = Terminal {
        name: terminal(1).name,
        ..terminal(2)
    };
    let refused = store.enrol_terminal(again.clone(), IfKnown::Refuse).await;
    assert!(matches!(refused, Err(StoreError::NameTaken { name }) if name == "kiosk-1"));
    assert_eq!(store.enrol_terminal(again, IfKnown::Replace).await.unwrap(), id);
    assert_eq!(store.terminal(id).await.unwrap().unwrap().token_sha256, [2; 32]);
    assert!(store.withdraw_terminal("kiosk-1".into(), NOW).await.unwrap());
    assert!(!store.withdraw_terminal("kiosk-1".into(), NOW).await.unwrap());
    assert_eq!(store.terminal(id).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_at_once_are_each_stored_once() {
    let (_folder, store) = open().await;
    let store = Arc::new(store);
    let tasks: Vec<_> = (0..400u64)
        .map(|number| {
            let store = Arc::clone(&store);
            // Every submission four times, at the same time.
            tokio::spawn(async move { store.put_submission(submission(number / 4, NOW), NOW).await.unwrap() })
        })
        .collect();
    let mut new = 0;
    for task in tasks {
        match task.await.unwrap() {
            Stored::New(_) => new += 1,
            Stored::Replayed(_) => {}
            Stored::Conflict => panic!(),
        }
    }
    assert_eq!((new, store.submission_count().await.unwrap()), (100, 100));
}

#[tokio::test]
async fn a_newer_schema_and_a_foreign_file_are_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(store::SQLITE_FILE);
    rusqlite::Connection::open(&path)
        .unwrap()
        .execute_batch("PRAGMA user_version = 9")
        .unwrap();
    assert!(matches!(
        SqliteStore::open(folder.path()),
        Err(StoreError::Newer { found: 9 })
    ));
    std::fs::write(&path, b"no database".repeat(100)).unwrap();
    assert!(matches!(
        SqliteStore::open(folder.path()),
        Err(StoreError::Unavailable { .. })
    ));
    assert!(std::fs::read(&path).unwrap().starts_with(b"no database"));
}
