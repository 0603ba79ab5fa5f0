//! Receipts and fees, against the interface.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test's helpers may panic, too")]
use store::{
    CaseChange, CaseChanged, CaseFee, FeeAt, FeePaid, IfKnown, NewSubmission, Receipt, SQLITE_FILE, SqliteStore, Store,
    Stored, Terminal, WhichCase,
};
use uuid::Uuid;
use wire::case_status::{CaseLookup, CaseRequest, CaseState, StateAt};
use wire::receipt::{CheckCode, Fee, FeeState, ReceiptFacts};
use wire::{Envelope, FollowUp};

const NOW: i64 = 1_795_305_600;

fn id(number: u8) -> Uuid {
    Uuid::from_u128((0x0192_0000_0000_7000_8000u128 << 48) | u128::from(number))
}

fn code(number: u8) -> CaseLookup {
    CaseLookup::from_bytes([number; 32])
}

fn check(number: u8) -> CheckCode {
    CheckCode::from_random([number; 10])
}

fn facts(number: u8, title: &str) -> Option<ReceiptFacts> {
    Some(ReceiptFacts {
        lookup: check(number).lookup(),
        title: title.into(),
        issuer: "Stadt Musterstadt, Bürgerbüro".into(),
    })
}

fn envelope(number: u8, receipt: Option<ReceiptFacts>, fee: Option<FeeState>) -> Envelope {
    Envelope {
        submission_id: id(number),
        destination_id: "9f6bb611-df46-494a-9a98-a253f1362dc7".parse().unwrap(),
        leika: "99115001060000".into(),
        service_version: "1.0.0".into(),
        filed_at: NOW - 60,
        encrypted_data: "eyJh.a2V5.aXY.Y3Q.dGFn".into(),
        follow_up: Some(FollowUp {
            service: "meldebescheinigung".into(),
            case_lookup: code(number),
            card: None,
            receipt,
            fee: fee.map(|state| Fee { cents: 1250, state }),
        }),
    }
}

async fn put(store: &SqliteStore, envelope: Envelope) -> Stored {
    let submission = NewSubmission {
        terminal_id: Uuid::from_u128(1),
        body: envelope.to_body().unwrap(),
        envelope,
    };
    store.put_submission(submission, NOW).await.unwrap()
}

async fn open(envelopes: impl IntoIterator<Item = Envelope>) -> (tempfile::TempDir, SqliteStore) {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path()).unwrap();
    let terminal = Terminal {
        terminal_id: Uuid::from_u128(1),
        name: "kiosk-1".into(),
        token_sha256: [1; 32],
        enrolled_at: NOW,
    };
    store.enrol_terminal(terminal, IfKnown::Refuse).await.unwrap();
    for envelope in envelopes {
        assert!(matches!(put(&store, envelope).await, Stored::New(_)));
    }
    (folder, store)
}

async fn receipt(store: &SqliteStore, number: u8) -> Option<Receipt> {
    store.receipt(check(number).lookup()).await.unwrap()
}

async fn set(store: &SqliteStore, number: u8, state: CaseState) {
    let change = CaseChange {
        submission_id: id(number),
        state: Some(state),
        letter: None,
    };
    assert_eq!(store.change_case(change, NOW + 10).await.unwrap(), CaseChanged::Done);
}

/// Case `number` as it is told with its fee.
fn case_fee(number: u8, fee: Option<(FeeState, i64)>) -> CaseFee {
    CaseFee {
        submission_id: id(number),
        case: StateAt {
            state: CaseState::Received,
            at: NOW,
        },
        fee: fee.map(|(state, at)| FeeAt {
            fee: Fee { cents: 1250, state },
            at,
        }),
    }
}

#[tokio::test]
async fn a_receipt_is_found_by_its_check_code_and_tells_how_the_case_stands() {
    let (folder, store) = open([
        envelope(1, facts(1, "Meldebescheinigung"), None),
        envelope(2, None, None),
    ])
    .await;
    let expected = Receipt {
        title: "Meldebescheinigung".into(),
        issuer: "Stadt Musterstadt, Bürgerbüro".into(),
        filed_at: NOW - 60,
        state: CaseState::Received,
    };
    assert_eq!(receipt(&store, 1).await, Some(expected.clone()));
    assert_eq!(receipt(&store, 2).await, None);
    set(&store, 1, CaseState::InWork).await;
    drop(store);
    let store = SqliteStore::open(folder.path()).unwrap();
    let in_work = Receipt {
        state: CaseState::InWork,
        ..expected
    };
    assert_eq!(receipt(&store, 1).await, Some(in_work));

    // Neither code nor lookup lies on the disk, and what is kept of the body names no receipt.
    let kept = store.submission(id(1)).await.unwrap().unwrap().body;
    assert!(!String::from_utf8(kept).unwrap().contains("receipt"));
    let file = |name: &str| std::fs::read(folder.path().join(name)).unwrap_or_default();
    let disk = [file(SQLITE_FILE), file(&format!("{SQLITE_FILE}-wal"))].concat();
    let holds = |secret: &[u8]| disk.windows(secret.len()).any(|window| window == secret);
    let (code, lookup) = (check(1).grouped(), check(1).lookup());
    assert!(holds(b"Meldebescheinigung"));
    assert!(!holds(code.as_bytes()) && !holds(code.replace('-', "").as_bytes()) && !holds(lookup.as_str().as_bytes()));
    let bytes: Vec<u8> = (0..32)
        .map(|at| u8::from_str_radix(&lookup.as_str()[2 * at..2 * at + 2], 16).unwrap())
        .collect();
    assert!(!holds(&bytes));
}

#[tokio::test]
async fn nobody_takes_the_place_of_a_receipt_that_is_there() {
    // The later one has an identifier of before.
    let (_folder, store) = open([
        envelope(9, facts(5, "Meldebescheinigung"), None),
        envelope(1, facts(5, "Ehrenbürgerwürde"), None),
    ])
    .await;
    assert_eq!(receipt(&store, 5).await.unwrap().title, "Meldebescheinigung");
}

#[tokio::test]
async fn a_fee_is_found_by_case_and_by_code() {
    let (_folder, store) = open([envelope(1, None, Some(FeeState::Counter)), envelope(2, None, None)]).await;
    let by = async |which| store.case_fee(which).await.unwrap();
    let due = case_fee(1, Some((FeeState::Counter, NOW)));
    assert_eq!(by(WhichCase::Id(id(1))).await, Some(due));
    assert_eq!(by(WhichCase::Code(code(1))).await, Some(due));
    assert_eq!(by(WhichCase::Code(code(2))).await, Some(case_fee(2, None)));
    assert_eq!(by(WhichCase::Code(code(3))).await, None);
    assert_eq!(by(WhichCase::Id(id(3))).await, None);
    let rows = store.cases(true, 9).await.unwrap();
    let fees: Vec<_> = rows.iter().map(|row| row.fee).collect();
    assert_eq!(fees, [None, due.fee]);
}

#[tokio::test]
async fn a_fee_is_paid_at_the_counter_once_and_only_where_it_is_due() {
    let states = [FeeState::Counter, FeeState::Invoice, FeeState::Unclear, FeeState::Card];
    let envelopes = (1..)
        .zip(states)
        .map(|(number, state)| envelope(number, None, Some(state)));
    let (folder, store) = open(envelopes.chain([envelope(5, None, None)])).await;
    let pay = async |which, now| store.pay_fee(which, now).await.unwrap();
    for number in 1..=3 {
        let paid = case_fee(number, Some((FeeState::Paid, NOW + 5)));
        let which = match number {
            1 => WhichCase::Id(id(1)),
            _ => WhichCase::Code(code(number)),
        };
        assert_eq!(pay(which.clone(), NOW + 5).await, FeePaid::Done(paid));
        assert_eq!(
            pay(which, NOW + 99).await,
            FeePaid::Already(paid),
            "when it was paid stays"
        );
    }
    let by_card = case_fee(4, Some((FeeState::Card, NOW)));
    assert_eq!(pay(WhichCase::Id(id(4)), NOW).await, FeePaid::ByCard(by_card));
    assert_eq!(pay(WhichCase::Id(id(5)), NOW).await, FeePaid::NoFee(case_fee(5, None)));
    assert_eq!(pay(WhichCase::Id(id(6)), NOW).await, FeePaid::Unknown);
    assert_eq!(pay(WhichCase::Code(code(6)), NOW).await, FeePaid::Unknown);
    // The same submission once more changes nothing.
    let again = put(&store, envelope(1, None, Some(FeeState::Counter))).await;
    assert!(matches!(again, Stored::Replayed(_)));
    drop(store);
    let store = SqliteStore::open(folder.path()).unwrap();
    let paid = case_fee(1, Some((FeeState::Paid, NOW + 5)));
    assert_eq!(store.case_fee(WhichCase::Id(id(1))).await.unwrap(), Some(paid));
}

#[tokio::test]
async fn nothing_is_paid_for_a_withdrawn_case() {
    let (_folder, store) = open([envelope(1, None, Some(FeeState::Counter))]).await;
    let withdraw = CaseRequest::Withdraw {
        lookup: code(1),
        submission_id: id(1),
    };
    store.answer_case(withdraw, NOW + 5).await.unwrap();
    let withdrawn = CaseFee {
        case: StateAt {
            state: CaseState::Withdrawn,
            at: NOW + 5,
        },
        ..case_fee(1, Some((FeeState::Counter, NOW)))
    };
    let paid = store.pay_fee(WhichCase::Id(id(1)), NOW + 9).await.unwrap();
    assert_eq!(paid, FeePaid::Withdrawn(withdrawn));
    assert_eq!(store.case_fee(WhichCase::Id(id(1))).await.unwrap(), Some(withdrawn));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_take_the_money_one_hears_that_it_was_not_paid_yet() {
    let (_folder, store) = open([envelope(1, None, Some(FeeState::Counter))]).await;
    let tasks: Vec<_> = (0..20)
        .map(|at| {
            let store = store.clone();
            tokio::spawn(async move { store.pay_fee(WhichCase::Code(code(1)), NOW + at).await.unwrap() })
        })
        .collect();
    let mut done = 0;
    for task in tasks {
        let paid = task.await.unwrap();
        assert!(matches!(paid, FeePaid::Done(_) | FeePaid::Already(_)), "{paid:?}");
        done += u32::from(matches!(paid, FeePaid::Done(_)));
    }
    assert_eq!(done, 1);
}

#[tokio::test]
async fn one_that_fails_leaves_neither_receipt_nor_fee() {
    let (_folder, store) = open([]).await;
    let stray = envelope(1, facts(1, "Meldebescheinigung"), Some(FeeState::Counter));
    let submission = NewSubmission {
        terminal_id: Uuid::from_u128(77),
        body: stray.to_body().unwrap(),
        envelope: stray.clone(),
    };
    assert!(store.put_submission(submission, NOW).await.is_err());
    assert_eq!(receipt(&store, 1).await, None);
    assert!(matches!(put(&store, stray).await, Stored::New(_)));
    assert!(receipt(&store, 1).await.is_some());
}

#[tokio::test]
async fn a_store_of_schema_3_is_brought_up_to_date() {
    let (folder, store) = open([envelope(1, None, None)]).await;
    drop(store);
    let file = rusqlite::Connection::open(folder.path().join(SQLITE_FILE)).unwrap();
    file.execute_batch(
        "DROP TABLE numbers; ALTER TABLE calls DROP COLUMN reprints; DROP TABLE receipts; DROP TABLE fees;
         PRAGMA user_version = 3",
    )
    .unwrap();
    drop(file);
    for _ in 0..2 {
        let store = SqliteStore::open(folder.path()).unwrap();
        let known = store.case_fee(WhichCase::Code(code(1))).await.unwrap();
        assert_eq!(known, Some(case_fee(1, None)));
        let rows = store.cases(true, 9).await.unwrap();
        assert_eq!(rows.last().unwrap().fee, None);
        put(
            &store,
            envelope(2, facts(2, "Meldebescheinigung"), Some(FeeState::Invoice)),
        )
        .await;
        assert!(receipt(&store, 2).await.is_some());
        let due = case_fee(2, Some((FeeState::Invoice, NOW)));
        assert_eq!(store.case_fee(WhichCase::Id(id(2))).await.unwrap(), Some(due));
    }
    let file = rusqlite::Connection::open(folder.path().join(SQLITE_FILE)).unwrap();
    let version: i64 = file.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
    assert_eq!(version, 5);
}
