//! Calls for a person, against the interface.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test's helpers may panic, too")]
use store::{CALL_PERIOD_S, Called, IfKnown, OpenCall, REPRINT_PERIOD_S, SqliteStore, Store, Terminal};
use uuid::Uuid;
use wire::call::{Call, CallNews, Stage};

const NOW: i64 = 1_795_305_600;
const PERIOD: i64 = CALL_PERIOD_S as i64;

fn terminal(number: u8) -> Terminal {
    Terminal {
        terminal_id: id(number),
        name: format!("kiosk-{number}"),
        token_sha256: [number; 32],
        enrolled_at: NOW,
    }
}

fn id(number: u8) -> Uuid {
    uuid::Builder::from_random_bytes([number; 16]).into_uuid()
}

fn call(number: u8, stage: &str) -> Call {
    Call {
        call_id: id(number),
        stage: Stage::parse(stage).unwrap(),
    }
}

fn open_call(number: u8, terminal: u8, stage: &str, called_at: i64) -> OpenCall {
    let Call { call_id, stage } = call(number, stage);
    OpenCall {
        call_id,
        terminal: format!("kiosk-{terminal}"),
        stage,
        called_at,
    }
}

async fn open() -> (tempfile::TempDir, SqliteStore) {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path()).unwrap();
    for number in [1, 2] {
        store.enrol_terminal(terminal(number), IfKnown::Refuse).await.unwrap();
    }
    (folder, store)
}

#[tokio::test]
async fn a_call_is_open_until_it_is_answered_also_after_a_restart() {
    let (folder, store) = open().await;
    assert_eq!(store.open_calls().await.unwrap(), []);
    let put = |number, terminal: u8, at| store.put_call(id(terminal), call(number, "secret"), at);
    assert_eq!(put(11, 2, NOW).await.unwrap(), Called::Open);
    assert_eq!(put(12, 1, NOW + 1).await.unwrap(), Called::Open);
    drop(store);
    let store = SqliteStore::open(folder.path()).unwrap();
    let both = [open_call(11, 2, "secret", NOW), open_call(12, 1, "secret", NOW + 1)];
    assert_eq!(store.open_calls().await.unwrap(), both);
    assert!(!store.answer_call("kiosk-3".into(), NOW).await.unwrap());
    assert!(store.answer_call("kiosk-2".into(), NOW).await.unwrap());
    assert!(!store.answer_call("kiosk-2".into(), NOW).await.unwrap());
    assert_eq!(store.open_calls().await.unwrap(), both[1..]);
}

#[tokio::test]
async fn the_same_call_is_stored_once_and_an_answered_one_stays_so() {
    let (_folder, store) = open().await;
    let put = |at| store.put_call(id(1), call(11, "filling"), at);
    assert_eq!(put(NOW).await.unwrap(), Called::Open);
    assert_eq!(put(NOW + 3 * PERIOD).await.unwrap(), Called::Known);
    assert_eq!(store.open_calls().await.unwrap(), [open_call(11, 1, "filling", NOW)]);
    assert!(store.answer_call("kiosk-1".into(), NOW + 5).await.unwrap());
    assert_eq!(put(NOW + 4 * PERIOD).await.unwrap(), Called::Known);
    assert_eq!(store.open_calls().await.unwrap(), []);
}

#[tokio::test]
async fn a_terminal_rings_once_in_a_while_and_has_one_open_call() {
    let (_folder, store) = open().await;
    let put = |number, at| store.put_call(id(1), call(number, "request"), at);
    assert_eq!(put(11, NOW).await.unwrap(), Called::Open);
    let later = store.put_call(id(1), call(12, "secret"), NOW + PERIOD - 1).await;
    assert_eq!(later.unwrap(), Called::Known);
    // one call, which tells where the citizen is by now
    assert_eq!(store.open_calls().await.unwrap(), [open_call(11, 1, "secret", NOW)]);
    assert_eq!(put(13, NOW + PERIOD).await.unwrap(), Called::Open);
    let refreshed = [open_call(13, 1, "request", NOW + PERIOD)];
    assert_eq!(store.open_calls().await.unwrap(), refreshed);
    assert!(store.answer_call("kiosk-1".into(), NOW + PERIOD).await.unwrap());
    assert_eq!(put(14, NOW + 2 * PERIOD - 1).await.unwrap(), Called::TooSoon);
    assert_eq!(store.open_calls().await.unwrap(), []);
    // The same, tried again a little later, passes; and so does one after the clock was set back a day.
    assert_eq!(put(14, NOW + 2 * PERIOD).await.unwrap(), Called::Open);
    assert_eq!(put(15, NOW - 86_400).await.unwrap(), Called::Open);
    assert_eq!(
        store.open_calls().await.unwrap(),
        [open_call(15, 1, "request", NOW - 86_400)]
    );
}

#[tokio::test]
async fn a_reprint_is_for_the_newest_call_while_somebody_stands_there() {
    let (folder, store) = open().await;
    let reprint = |terminal: &str, at| store.reprint(terminal.to_owned(), at);
    let news = async |store: &SqliteStore, terminal| store.call_news(id(terminal)).await.unwrap();
    let told = |answered, reprints| Some(CallNews { answered, reprints });
    assert_eq!(news(&store, 1).await, None);
    assert!(!reprint("kiosk-1", NOW).await.unwrap(), "it never called");
    assert!(!reprint("kiosk-9", NOW).await.unwrap());
    for terminal in [1, 2] {
        let put = store.put_call(id(terminal), call(10 + terminal, "receipt"), NOW).await;
        assert_eq!(put.unwrap(), Called::Open);
    }
    assert!(reprint("kiosk-1", NOW + 1).await.unwrap());
    assert!(store.answer_call("kiosk-1".into(), NOW + 2).await.unwrap());
    assert!(reprint("kiosk-1", NOW + REPRINT_PERIOD_S).await.unwrap());
    assert_eq!(news(&store, 1).await, told(true, 2));
    assert_eq!(news(&store, 2).await, told(false, 0), "that is another terminal's");
    let late = NOW + REPRINT_PERIOD_S + 1;
    assert!(!reprint("kiosk-1", late).await.unwrap());
    assert!(
        !reprint("kiosk-1", NOW - REPRINT_PERIOD_S - 1).await.unwrap(),
        "the clock was set back"
    );
    // Sent again it is the same call; a new one begins with none.
    store.put_call(id(1), call(11, "receipt"), late).await.unwrap();
    let reopened = SqliteStore::open(folder.path()).unwrap();
    assert_eq!(news(&reopened, 1).await, told(true, 2), "also after a restart");
    assert_eq!(
        store.put_call(id(1), call(13, "receipt"), late).await.unwrap(),
        Called::Open
    );
    assert_eq!(news(&store, 1).await, told(false, 0));
    assert!(reprint("kiosk-1", late).await.unwrap());
    // Also one that staff hear as the same.
    assert_eq!(
        store.put_call(id(1), call(14, "goodbye"), late + 1).await.unwrap(),
        Called::Known
    );
    assert_eq!(news(&store, 1).await, told(false, 0));
    assert!(store.withdraw_terminal("kiosk-1".into(), late).await.unwrap());
    assert!(!reprint("kiosk-1", late).await.unwrap());
}

#[tokio::test]
async fn a_withdrawn_terminal_calls_nobody_and_a_stranger_can_not_call() {
    let (_folder, store) = open().await;
    store.put_call(id(1), call(11, "request"), NOW).await.unwrap();
    assert!(store.withdraw_terminal("kiosk-1".into(), NOW).await.unwrap());
    assert_eq!(store.open_calls().await.unwrap(), []);
    assert!(!store.answer_call("kiosk-1".into(), NOW).await.unwrap());
    store.enrol_terminal(terminal(1), IfKnown::Replace).await.unwrap();
    assert_eq!(
        store.open_calls().await.unwrap(),
        [],
        "nor is its old call open when it is enrolled anew"
    );
    assert!(store.put_call(id(77), call(12, "request"), NOW).await.is_err());
}

#[tokio::test]
async fn a_store_of_schema_1_is_brought_up_to_date() {
    let (folder, store) = open().await;
    drop(store);
    let file = rusqlite::Connection::open(folder.path().join(store::SQLITE_FILE)).unwrap();
    file.execute_batch(
        "DROP TABLE numbers; DROP TABLE receipts; DROP TABLE fees; DROP TABLE case_letters; DROP TABLE case_states;
         DROP TABLE cases; DROP TABLE calls; PRAGMA user_version = 1",
    )
    .unwrap();
    drop(file);
    let store = SqliteStore::open(folder.path()).unwrap();
    assert_eq!(store.terminal(id(2)).await.unwrap(), Some(terminal(2)));
    assert_eq!(
        store.put_call(id(2), call(11, "exit"), NOW).await.unwrap(),
        Called::Open
    );
    drop(SqliteStore::open(folder.path()).unwrap());
}
