//! A disk that takes no more at one step of the journal: nothing is acknowledged that isn't written, and payment is out of
//! order at once.
#![allow(clippy::unwrap_used)] // a test may panic
mod common;

use common::{Ear, cents, folder, open, purpose, quick, quick_manner};
use drivers_api::Job;
use drivers_api::payment::{PaymentCommand, PaymentEvent, PaymentTrouble};
use payment::journal::Step;
use simulated::payment::{AfterAutoReversal, Memory, Plan, Terminal};

const JOB: Job = Job(2);

/// Pays twice and says `Filed` and `Complete`; the journal refuses `step` of the second payment. What was heard, and the
/// money before and after a restart with a good disk.
fn refuse(step: &str) -> (Ear, Option<PaymentTrouble>, u64, u64, Step) {
    let folder = folder();
    let path = folder.path().join("payments.db");
    let manner = quick_manner(AfterAutoReversal::ShowsBefore);
    let terminal = Terminal::start(manner, Memory::new(Plan::script([]))).unwrap();
    let settings = quick(&terminal, &path);
    let mut clerk = open(&settings);
    let mut ear = Ear::default();
    for job in [Job(1), JOB] {
        if job == JOB {
            let table = if step == "intent" { "INSERT" } else { "UPDATE" };
            let sql = format!(
                "CREATE TRIGGER refuse BEFORE {table} ON payments WHEN NEW.step = '{step}'
                 BEGIN SELECT RAISE(FAIL, 'no'); END"
            );
            rusqlite::Connection::open(&path).unwrap().execute_batch(&sql).unwrap();
        }
        let command = PaymentCommand::Pay {
            job,
            amount: cents(1000 * job.0),
            purpose: purpose(job.0),
        };
        clerk.carry_out(command, &mut ear);
        clerk.carry_out(PaymentCommand::Filed(job), &mut ear);
        clerk.carry_out(PaymentCommand::Complete(job), &mut ear);
    }
    let (trouble, money) = (clerk.trouble(), terminal.memory().ledger().money());
    drop(clerk);
    rusqlite::Connection::open(&path)
        .unwrap()
        .execute_batch("DROP TRIGGER refuse")
        .unwrap();
    let mut clerk = open(&settings);
    clerk.look_after(&mut ear);
    assert_eq!(clerk.trouble(), None, "{step}: not settled after a restart");
    let last = clerk.journal().all().unwrap().last().unwrap().step;
    (ear, trouble, money, terminal.memory().ledger().money(), last)
}

#[test]
fn an_intent_that_isnt_written_is_no_payment() {
    let (ear, trouble, money, after, _) = refuse("intent");
    assert!(matches!(ear.answer(JOB), PaymentEvent::NotPaid { .. }));
    assert_eq!((trouble, money, after), (Some(PaymentTrouble::Journal), 1000, 1000));
}

#[test]
fn a_result_that_isnt_written_is_refused() {
    let (ear, trouble, money, after, step) = refuse("result");
    assert!(matches!(ear.answer(JOB), PaymentEvent::NotPaid { .. }));
    assert_eq!((trouble, money, after), (Some(PaymentTrouble::Journal), 1000, 1000));
    assert_eq!(step, Step::Declined);
}

#[test]
fn a_confirmation_that_isnt_written_changes_nothing_for_the_citizen() {
    let (ear, trouble, money, after, step) = refuse("acknowledged");
    assert!(matches!(ear.answer(JOB), PaymentEvent::Paid { .. }));
    // FILED follows RESULT as well.
    assert_eq!((trouble, money, after), (Some(PaymentTrouble::Journal), 3000, 3000));
    assert_eq!(step, Step::Complete);
}

#[test]
fn a_filing_that_isnt_written_is_loud() {
    let (ear, trouble, money, after, step) = refuse("filed");
    assert!(matches!(ear.answer(JOB), PaymentEvent::Paid { .. }));
    assert_eq!((trouble, money), (Some(PaymentTrouble::Journal), 3000));
    assert!(ear.events.contains(&PaymentEvent::NotReady(PaymentTrouble::Journal)));
    // Without the outbox's word (`was_filed`) the next start must believe that nothing was given.
    assert_eq!((after, step), (1000, Step::Reversed));
}

#[test]
fn an_end_that_isnt_written_leaves_a_payment_that_stands() {
    let (_, _, money, after, step) = refuse("complete");
    assert_eq!((money, after, step), (3000, 3000, Step::Filed));
}
