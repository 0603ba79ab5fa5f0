//! What became of cases, against the interface.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test's helpers may panic, too")]
use store::{
    CaseChange, CaseChanged, Fetched, IfKnown, NewSubmission, PEPPER_FILE, SQLITE_FILE, SqliteStore, Store, StoreError,
    Stored, Terminal,
};
use uuid::Uuid;
use wire::case_status::{
    CASES_MAX, CaseLookup, CaseReply, CaseReport, CaseRequest, CaseState, LETTERS_MAX, Refused,
    SEALED_LETTER_BYTES_MAX, STATES_MAX, SealedCode, SealedLetter, StateAt,
};
use wire::{CardFollowUp, Envelope, FollowUp};

const NOW: i64 = 1_795_305_600;

fn id(number: u64) -> Uuid {
    Uuid::from_u128((0x0192_0000_0000_7000_8000u128 << 48) | u128::from(number))
}

fn code(number: u64) -> CaseLookup {
    lookup(1, number)
}

fn card(number: u64) -> CaseLookup {
    lookup(2, number)
}

fn lookup(kind: u8, number: u64) -> CaseLookup {
    let mut bytes = [kind; 32];
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    CaseLookup::from_bytes(bytes)
}

fn letter(text: &str) -> SealedLetter {
    SealedLetter::parse(&format!("AA..AA.{text}.AA")).unwrap()
}

/// Case `number` has the code's lookup of that number, and was filed with card 7 when it is even.
fn envelope(number: u64) -> Envelope {
    Envelope {
        submission_id: id(number),
        destination_id: "9f6bb611-df46-494a-9a98-a253f1362dc7".parse().unwrap(),
        leika: "99115001060000".into(),
        service_version: "1.0.0".into(),
        filed_at: NOW - 60,
        encrypted_data: "eyJh.a2V5.aXY.Y3Q.dGFn".into(),
        follow_up: Some(FollowUp {
            service: "wohnsitz".into(),
            case_lookup: code(number),
            receipt: None,
            fee: None,
            card: number.is_multiple_of(2).then(|| CardFollowUp {
                lookup: card(7),
                code: SealedCode::parse("AA..AA.AAAA.AA").unwrap(),
            }),
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

async fn open(cases: u64) -> (tempfile::TempDir, SqliteStore) {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path()).unwrap();
    let terminal = Terminal {
        terminal_id: Uuid::from_u128(1),
        name: "kiosk-1".into(),
        token_sha256: [1; 32],
        enrolled_at: NOW,
    };
    store.enrol_terminal(terminal, IfKnown::Refuse).await.unwrap();
    for number in 1..=cases {
        assert!(matches!(put(&store, envelope(number)).await, Stored::New(_)));
    }
    (folder, store)
}

fn report(number: u64, states: &[(CaseState, i64)]) -> CaseReport {
    CaseReport {
        submission_id: id(number),
        leika: "99115001060000".into(),
        service: Some("wohnsitz".into()),
        filed_at: NOW - 60,
        states: states
            .iter()
            .map(|(state, at)| StateAt { state: *state, at: *at })
            .collect(),
        letters: vec![],
        withdrawable: states.last().unwrap().0.is_withdrawable(),
        card_code: None,
    }
}

async fn ask(store: &SqliteStore, request: CaseRequest) -> CaseReply {
    store.answer_case(request, NOW + 100).await.unwrap()
}

async fn by_code(store: &SqliteStore, number: u64) -> CaseReply {
    ask(store, CaseRequest::ByCode { lookup: code(number) }).await
}

async fn withdraw(store: &SqliteStore, lookup: CaseLookup, submission_id: Uuid, now: i64) -> CaseReply {
    let request = CaseRequest::Withdraw { lookup, submission_id };
    store.answer_case(request, now).await.unwrap()
}

async fn set(store: &SqliteStore, number: u64, state: CaseState) -> CaseChanged {
    let change = CaseChange {
        submission_id: id(number),
        state: Some(state),
        letter: None,
    };
    store.change_case(change, NOW + 10).await.unwrap()
}

#[tokio::test]
async fn a_code_finds_its_case_and_nothing_else_does() {
    let (folder, store) = open(2).await;
    let received = report(1, &[(CaseState::Received, NOW)]);
    assert_eq!(by_code(&store, 1).await, CaseReply::Known(vec![received.clone()]));
    assert_eq!(by_code(&store, 3).await, CaseReply::Unknown);
    for mixed in [
        CaseRequest::ByCard { lookup: code(1) },
        CaseRequest::ByCode { lookup: card(7) },
    ] {
        assert_eq!(ask(&store, mixed).await, CaseReply::Unknown);
    }
    assert!(matches!(put(&store, envelope(1)).await, Stored::Replayed(_)));
    drop(store);
    let store = SqliteStore::open(folder.path()).unwrap();
    assert_eq!(by_code(&store, 1).await, CaseReply::Known(vec![received]));
    // The lookups lie nowhere on the disk, neither as bytes nor as text.
    let (bytes, text) = (code(1).as_bytes().to_vec(), format!("{:016x}{}", 1, "01".repeat(24)));
    let file = |name: &str| std::fs::read(folder.path().join(name)).unwrap_or_default();
    let disk = [file(SQLITE_FILE), file(&format!("{SQLITE_FILE}-wal"))].concat();
    let holds = |secret: &[u8]| disk.windows(secret.len()).any(|window| window == secret);
    assert!(holds(b"wohnsitz") && !holds(&bytes) && !holds(text.as_bytes()));
}

#[tokio::test]
async fn a_card_finds_its_newest_cases_with_their_codes_and_without_letters() {
    let (_folder, store) = open(2 * CASES_MAX as u64 + 4).await;
    let newest = 2 * CASES_MAX as u64 + 4;
    let change = CaseChange {
        submission_id: id(newest),
        state: Some(CaseState::Answered),
        letter: Some(letter("AAAA")),
    };
    assert_eq!(store.change_case(change, NOW).await.unwrap(), CaseChanged::Done);
    let CaseReply::Known(reports) = ask(&store, CaseRequest::ByCard { lookup: card(7) }).await else {
        panic!()
    };
    assert_eq!(reports.len(), CASES_MAX);
    let ids: Vec<Uuid> = reports.iter().map(|report| report.submission_id).collect();
    let expected: Vec<Uuid> = (3..=newest / 2).rev().map(|half| id(2 * half)).collect();
    assert_eq!(ids, expected);
    assert!(
        reports
            .iter()
            .all(|report| report.card_code.is_some() && report.letters.is_empty())
    );
    assert_eq!(reports[0].state(), Some(CaseState::Answered));
    assert!(CaseReply::Known(reports).to_body().is_ok());
}

#[tokio::test]
async fn states_and_letters_come_back_as_they_were_given() {
    let (folder, store) = open(1).await;
    assert_eq!(set(&store, 1, CaseState::InWork).await, CaseChanged::Done);
    assert_eq!(
        set(&store, 1, CaseState::InWork).await,
        CaseChanged::Refused(Refused::Already)
    );
    let letters = [letter("AAAA"), letter("BBBB"), letter("CCCC")];
    for (sealed, state) in [
        (&letters[0], Some(CaseState::NeedsSomething)),
        (&letters[1], Some(CaseState::NeedsSomething)), // asked for once more
        (&letters[2], None),
    ] {
        let change = CaseChange {
            submission_id: id(1),
            state,
            letter: Some(sealed.clone()),
        };
        assert_eq!(store.change_case(change, NOW + 20).await.unwrap(), CaseChanged::Done);
    }
    drop(store);
    let store = SqliteStore::open(folder.path()).unwrap();
    let states = [
        (CaseState::Received, NOW),
        (CaseState::InWork, NOW + 10),
        (CaseState::NeedsSomething, NOW + 20),
    ];
    let expected = CaseReport {
        letters: letters.to_vec(),
        ..report(1, &states)
    };
    assert_eq!(by_code(&store, 1).await, CaseReply::Known(vec![expected]));
    let rows = store.cases(true, 10).await.unwrap();
    assert_eq!(
        (rows.len(), rows[0].letters, rows[0].state.state),
        (1, 3, CaseState::NeedsSomething)
    );
}

#[tokio::test]
async fn a_case_is_withdrawn_once_and_only_before_it_is_in_work() {
    let (_folder, store) = open(3).await;
    assert_eq!(withdraw(&store, code(2), id(1), NOW).await, CaseReply::Unknown);
    assert_eq!(withdraw(&store, code(9), id(1), NOW).await, CaseReply::Unknown);
    let withdrawn = report(1, &[(CaseState::Received, NOW), (CaseState::Withdrawn, NOW + 5)]);
    let known = CaseReply::Known(vec![withdrawn]);
    assert_eq!(withdraw(&store, code(1), id(1), NOW + 5).await, known);
    assert_eq!(
        withdraw(&store, code(1), id(1), NOW + 99).await,
        known,
        "again, and the same"
    );
    assert_eq!(by_code(&store, 1).await, known);
    assert_eq!(
        set(&store, 1, CaseState::InWork).await,
        CaseChanged::Refused(Refused::Withdrawn)
    );
    let change = CaseChange {
        submission_id: id(1),
        state: None,
        letter: Some(letter("AAAA")),
    };
    let refused = CaseChanged::Refused(Refused::Withdrawn);
    assert_eq!(store.change_case(change, NOW).await.unwrap(), refused);
    let fetched = store.fetch_case(id(1), NOW).await.unwrap();
    assert_eq!(fetched, Fetched::Withdrawn { at: NOW + 5 });

    // Fetched by the office: still withdrawable. In work: not any more, and nothing is changed.
    let kept = Envelope {
        follow_up: None,
        ..envelope(2)
    };
    let body = kept.to_body().unwrap();
    assert_eq!(
        store.fetch_case(id(2), NOW + 1).await.unwrap(),
        Fetched::Body(body.clone())
    );
    assert_eq!(store.fetch_case(id(2), NOW + 2).await.unwrap(), Fetched::Body(body));
    let on_its_way = report(2, &[(CaseState::Received, NOW), (CaseState::OnItsWay, NOW + 1)]);
    assert_eq!(by_code(&store, 2).await, CaseReply::Known(vec![on_its_way]));
    assert_eq!(set(&store, 3, CaseState::InWork).await, CaseChanged::Done);
    assert_eq!(withdraw(&store, code(3), id(3), NOW + 20).await, CaseReply::TooLate);
    let in_work = report(3, &[(CaseState::Received, NOW), (CaseState::InWork, NOW + 10)]);
    assert_eq!(by_code(&store, 3).await, CaseReply::Known(vec![in_work]));
    assert!(matches!(
        withdraw(&store, code(2), id(2), NOW).await,
        CaseReply::Known(_)
    ));
    let open: Vec<Uuid> = store
        .cases(true, 9)
        .await
        .unwrap()
        .iter()
        .map(|row| row.submission_id)
        .collect();
    assert_eq!(open, [id(3)]);
    assert_eq!(store.cases(false, 2).await.unwrap().len(), 2);
    assert_eq!(store.fetch_case(id(9), NOW).await.unwrap(), Fetched::Unknown);
    assert_eq!(set(&store, 9, CaseState::InWork).await, CaseChanged::Unknown);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_office_and_citizen_at_the_same_time_one_wins() {
    let (_folder, store) = open(40).await;
    for number in 1..=40 {
        let (changed, reply) = tokio::join!(
            set(&store, number, CaseState::InWork),
            withdraw(&store, code(number), id(number), NOW)
        );
        let office_won = changed == CaseChanged::Done;
        assert_eq!(matches!(reply, CaseReply::TooLate), office_won, "{changed:?} {reply:?}");
        assert_eq!(changed == CaseChanged::Refused(Refused::Withdrawn), !office_won);
    }
}

#[tokio::test]
async fn letters_and_states_have_a_limit_and_a_full_case_is_still_answered() {
    let (_folder, store) = open(1).await;
    let largest = letter(&"A".repeat((SEALED_LETTER_BYTES_MAX - 16) / 4 * 4));
    for number in 0..=LETTERS_MAX {
        let change = CaseChange {
            submission_id: id(1),
            state: None,
            letter: Some(largest.clone()),
        };
        let expected = if number < LETTERS_MAX {
            CaseChanged::Done
        } else {
            CaseChanged::LettersFull
        };
        assert_eq!(store.change_case(change, NOW).await.unwrap(), expected);
    }
    for number in 1..=STATES_MAX {
        let next = if number.is_multiple_of(2) {
            CaseState::Answered
        } else {
            CaseState::Rejected
        };
        let expected = if number < STATES_MAX {
            CaseChanged::Done
        } else {
            CaseChanged::StatesFull
        };
        assert_eq!(set(&store, 1, next).await, expected, "{number}");
    }
    let reply = by_code(&store, 1).await;
    let CaseReply::Known(reports) = &reply else { panic!() };
    assert_eq!(
        (reports[0].letters.len(), reports[0].states.len()),
        (LETTERS_MAX, STATES_MAX)
    );
    assert!(reply.to_body().is_ok());
}

#[tokio::test]
async fn a_store_of_schema_2_is_brought_up_to_date() {
    let (folder, store) = open(0).await;
    drop(store);
    let path = folder.path().join(SQLITE_FILE);
    let file = rusqlite::Connection::open(&path).unwrap();
    file.execute_batch(
        "DROP TABLE numbers; ALTER TABLE calls DROP COLUMN reprints; DROP TABLE receipts; DROP TABLE fees;
         DROP TABLE case_letters; DROP TABLE case_states; DROP TABLE cases; PRAGMA user_version = 2;
         INSERT INTO submissions VALUES
         (x'01920000000070008000000000000005', x'00000000000000000000000000000001', x'00', '99115001060000', 5, 7, 's', x'7b7d')",
    )
    .unwrap();
    drop(file);
    std::fs::remove_file(folder.path().join(PEPPER_FILE)).unwrap();
    let store = SqliteStore::open(folder.path()).unwrap();
    let rows = store.cases(true, 9).await.unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(
        (rows[0].submission_id, rows[0].service.as_deref(), rows[0].filed_at),
        (id(5), None, 5)
    );
    assert_eq!(
        rows[0].state,
        StateAt {
            state: CaseState::Received,
            at: 7
        }
    );
    assert_eq!(set(&store, 5, CaseState::InWork).await, CaseChanged::Done);
    put(&store, envelope(6)).await;
    drop(store);
    let store = SqliteStore::open(folder.path()).unwrap();
    assert!(matches!(by_code(&store, 6).await, CaseReply::Known(_)));
    assert_eq!(
        store.cases(false, 9).await.unwrap().len(),
        2,
        "nothing is taken over twice"
    );
}

#[tokio::test]
async fn envelopes_of_older_terminals_have_a_state_and_are_found_by_nobody() {
    let (_folder, store) = open(0).await;
    let old = Envelope {
        follow_up: None,
        ..envelope(1)
    };
    assert!(matches!(put(&store, old).await, Stored::New(_)));
    assert_eq!(by_code(&store, 1).await, CaseReply::Unknown);
    assert_eq!(set(&store, 1, CaseState::Answered).await, CaseChanged::Done);
}

#[tokio::test]
async fn a_lost_pepper_is_told_and_not_replaced() {
    let (folder, store) = open(1).await;
    drop(store);
    let path = folder.path().join(PEPPER_FILE);
    let pepper = std::fs::read(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    let Err(StoreError::Unavailable { source, .. }) = SqliteStore::open(folder.path()) else {
        panic!()
    };
    assert!(source.to_string().contains("lookup.pepper is missing"), "{source}");
    assert!(!path.exists());
    std::fs::write(&path, [9; 32]).unwrap();
    let store = SqliteStore::open(folder.path()).unwrap();
    assert_eq!(by_code(&store, 1).await, CaseReply::Unknown);
    drop(store);
    std::fs::write(&path, pepper).unwrap();
    let store = SqliteStore::open(folder.path()).unwrap();
    assert!(matches!(by_code(&store, 1).await, CaseReply::Known(_)));
}
