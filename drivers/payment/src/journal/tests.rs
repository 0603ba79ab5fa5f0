use super::*;
use std::fs;

fn purpose() -> PaymentPurpose {
    PaymentPurpose::new("2026-000123", "meldebescheinigung").unwrap()
}

fn amount() -> Cents {
    Cents::new(1250).unwrap()
}

fn status() -> Status {
    let mut status = Status::parse(&[0x27, 0, 0x87, 0, 7, 0x0B, 0, 0, 9]);
    status.card_kind = "girocard".into();
    status
}

#[test]
fn steps_survive_and_follow_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("payments.db");
    let mut journal = Journal::open(&path).unwrap();
    let before = Numbers {
        receipt_no: Some(6),
        ..Numbers::default()
    };
    journal.remember(Last::Was(before), Some(&[0, 6]), true).unwrap();
    let id = journal.intend(amount(), &purpose(), 100).unwrap();
    assert!(matches!(
        journal.step(id, Step::Filed, None, 101),
        Err(JournalError::WrongStep { .. })
    ));
    journal.told(id, Step::Result, &status(), 102).unwrap();
    drop(journal);

    let mut journal = Journal::open(&path).unwrap();
    let open = journal.open_payments().unwrap();
    assert_eq!(open.len(), 1);
    assert_eq!(open[0].before, Last::Was(before));
    assert_eq!(open[0].result, Some(status().numbers));
    assert_eq!(
        (open[0].step, open[0].amount, &open[0].purpose),
        (Step::Result, amount(), &purpose())
    );
    for step in [Step::Acknowledged, Step::Filed, Step::Complete] {
        journal.step(id, step, None, 103).unwrap();
    }
    assert!(journal.open_payments().unwrap().is_empty());
    assert!(matches!(
        journal.step(id, Step::Reversing, None, 104),
        Err(JournalError::WrongStep { .. })
    ));
    assert_eq!(journal.bookings(None).unwrap()[0].at, 100);
    assert_eq!(journal.terminal().unwrap().sync.as_deref(), Some(&[0, 6][..]));
    assert!(!journal.needs_confirmation().unwrap());
}

#[test]
fn the_tax_is_there_with_the_intent_and_also_in_a_file_from_before() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("payments.db");
    let mut journal = Journal::open(&path).unwrap();
    let before = journal.intend(amount(), &purpose(), 1).unwrap();
    drop(journal);
    let sql = "DROP TABLE payment_tax; DROP TABLE closing_switch; DROP TABLE closing_before";
    rusqlite::Connection::open(&path).unwrap().execute_batch(sql).unwrap();

    let mut journal = Journal::open(&path).unwrap();
    let taxed = journal.intend(amount(), &purpose().with_tax(19), 2).unwrap();
    drop(journal);
    let journal = Journal::open(&path).unwrap();
    let percent = |id| journal.payment(id).unwrap().purpose.tax_percent();
    assert_eq!((percent(before), percent(taxed)), (0, 19));
    let sql = "UPDATE payment_tax SET percent = 256";
    rusqlite::Connection::open(&path).unwrap().execute_batch(sql).unwrap();
    assert!(matches!(journal.payment(taxed), Err(JournalError::Damaged(_))));
}

#[test]
fn a_tax_that_isnt_written_is_no_intent() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("payments.db");
    let mut journal = Journal::open(&path).unwrap();
    let sql = "CREATE TRIGGER refuse BEFORE INSERT ON payment_tax BEGIN SELECT RAISE(FAIL, 'no'); END";
    rusqlite::Connection::open(&path).unwrap().execute_batch(sql).unwrap();
    assert!(journal.intend(amount(), &purpose().with_tax(7), 1).is_err());
    assert!(journal.all().unwrap().is_empty());
}

#[test]
fn a_second_till_is_kept_away_and_staff_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("payments.db");
    let mut journal = Journal::open(&path).unwrap();
    assert!(matches!(Journal::open(&path), Err(JournalError::Io { .. })));
    let id = journal.intend(amount(), &purpose(), 1).unwrap();
    journal.step(id, Step::Unclear, None, 2).unwrap();
    let mut beside = Journal::open_beside(&path).unwrap();
    assert_eq!(beside.unclear().unwrap().len(), 1);
    beside.step(id, Step::SettledTaken, None, 3).unwrap();
    assert!(journal.unclear().unwrap().is_empty());
    assert_eq!(journal.bookings(None).unwrap().len(), 1);
}

#[test]
fn a_damaged_file_is_set_aside_and_told_until_confirmed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("payments.db");
    drop(Journal::open(&path).unwrap());
    fs::write(
        &path,
        b"this is no database, and it is long enough to be looked at as one",
    )
    .unwrap();
    let journal = Journal::open(&path).unwrap();
    assert!(journal.needs_confirmation().unwrap());
    assert_eq!(journal.damaged_files(), std::slice::from_ref(&path));
    drop(journal);
    // Also after a restart, and after a crash before the new file had its tables.
    assert!(Journal::open(&path).unwrap().needs_confirmation().unwrap());
    fs::write(folder.path().join("payments.db.1"), b"").unwrap();
    let mut journal = Journal::open(&path).unwrap();
    assert!(journal.needs_confirmation().unwrap());
    journal.confirm(5).unwrap();
    assert!(!journal.needs_confirmation().unwrap());
    assert!(fs::read(&path).unwrap().starts_with(b"this is no database"));
}

#[test]
fn nobody_but_the_owner_reads_the_file() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("payments.db");
    let mut journal = Journal::open(&path).unwrap();
    journal.intend(amount(), &purpose(), 1).unwrap();
    for entry in fs::read_dir(folder.path()).unwrap() {
        assert_eq!(entry.unwrap().metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
}
