//! Each mishap by its name, on a terminal that took payments before: what the citizen hears, and where the money is.
#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm)] // a test may panic; it looks for one kind of event
mod common;

use common::{Ear, booked, cents, open, purpose, quick, quick_manner};
use drivers_api::Job;
use drivers_api::payment::{NotPaidReason, PaymentCommand, PaymentEvent, PaymentHint, PaymentTrouble};
use payment::clerk::Clerk;
use payment::journal::Step;
use simulated::payment::{AfterAutoReversal, Manner, Memory, Mishap, Plan, Terminal};
use std::path::PathBuf;

const JOB: Job = Job(2);

struct World {
    _folder: tempfile::TempDir,
    terminal: Terminal,
    path: PathBuf,
    clerk: Clerk,
    ear: Ear,
}

/// One payment of 10 euros went well already, and then these mishaps come.
fn world(manner: Manner, mishaps: &[Mishap]) -> World {
    let folder = common::folder();
    let path = folder.path().join("payments.db");
    let terminal = Terminal::start(manner, Memory::new(Plan::script([]))).unwrap();
    let mut clerk = open(&quick(&terminal, &path));
    let mut ear = Ear::default();
    clerk.look_after(&mut ear);
    pay(&mut clerk, &mut ear, Job(1), 1000);
    clerk.carry_out(PaymentCommand::Filed(Job(1)), &mut ear);
    clerk.carry_out(PaymentCommand::Complete(Job(1)), &mut ear);
    terminal.memory().plan(Plan::script(mishaps.iter().copied()));
    ear.events.clear();
    World {
        _folder: folder,
        terminal,
        path,
        clerk,
        ear,
    }
}

fn pay(clerk: &mut Clerk, ear: &mut Ear, job: Job, amount: u64) {
    let command = PaymentCommand::Pay {
        job,
        amount: cents(amount),
        purpose: purpose(job.0),
    };
    clerk.carry_out(command, ear);
}

fn quick_world(mishaps: &[Mishap]) -> World {
    world(quick_manner(AfterAutoReversal::ShowsBefore), mishaps)
}

impl World {
    fn pay(&mut self) -> &PaymentEvent {
        pay(&mut self.clerk, &mut self.ear, JOB, 1250);
        self.ear.answer(JOB)
    }

    fn money(&self) -> u64 {
        self.terminal.memory().ledger().money()
    }

    fn step(&self) -> Step {
        self.clerk.journal().all().unwrap().last().unwrap().step
    }
}

#[test]
fn a_payment_with_its_receipt() {
    let mut world = quick_world(&[]);
    let PaymentEvent::Paid { receipt, .. } = world.pay() else {
        panic!("not paid")
    };
    assert_eq!(receipt.amount, cents(1250));
    assert_eq!(
        (receipt.receipt_no, receipt.trace_no, receipt.terminal_id),
        (Some(2), Some(2), Some(52_000_001))
    );
    assert_eq!(receipt.card_kind, "girocard");
    assert!(receipt.customer_lines.expose().starts_with("Kundenbeleg\ngirocard"));
    let shown = world.ear.events.iter().filter_map(|event| match event {
        PaymentEvent::Show { what, .. } => Some(*what),
        _ => None,
    });
    assert_eq!(
        shown.collect::<Vec<_>>(),
        [PaymentHint::PresentCard, PaymentHint::LookAtPinPad]
    );
    assert_eq!(world.step(), Step::Acknowledged);
    world.clerk.carry_out(PaymentCommand::Filed(JOB), &mut world.ear);
    assert_eq!(world.step(), Step::Filed);
    world.clerk.carry_out(PaymentCommand::Complete(JOB), &mut world.ear);
    assert_eq!(world.step(), Step::Complete);
    assert_eq!((world.money(), booked(world.clerk.journal())), (2250, 2250));
}

#[test]
fn each_mishap_ends_as_the_money_lies() {
    let afters = [
        AfterAutoReversal::ShowsBefore,
        AfterAutoReversal::ShowsFailure,
        AfterAutoReversal::ShowsReversal,
    ];
    // Most of the time is waiting for timers.
    std::thread::scope(|scope| {
        for after in afters {
            for stores_at_acknowledgement in [false, true] {
                let manner = Manner {
                    stores_at_acknowledgement,
                    ..quick_manner(after)
                };
                scope.spawn(move || {
                    Mishap::ALL
                        .iter()
                        .for_each(|mishap| ends_as_the_money_lies(manner, *mishap))
                });
            }
        }
    });
}

fn ends_as_the_money_lies(manner: Manner, mishap: Mishap) {
    let mut world = world(manner, &[mishap]);
    let is_paid = match world.pay() {
        PaymentEvent::Paid { .. } => true,
        PaymentEvent::NotPaid { .. } => false,
        other => panic!("{mishap:?} {manner:?}: {other:?}"),
    };
    assert_eq!(world.money() == 2250, is_paid, "{mishap:?} {manner:?}");
    assert_eq!(world.money(), booked(world.clerk.journal()), "{mishap:?} {manner:?}");
    // Nothing was asked for twice.
    let charged = world.terminal.memory().ledger().entries.len();
    assert!(charged <= 2, "{mishap:?}: charged {charged} times");
    // The next one pays as if nothing had been.
    pay(&mut world.clerk, &mut world.ear, Job(3), 300);
    assert!(
        matches!(world.ear.answer(Job(3)), PaymentEvent::Paid { .. }),
        "{mishap:?} {manner:?}"
    );
}

#[test]
fn a_card_that_is_declined_is_told_so() {
    for (mishap, why) in [
        (Mishap::Declined(0x05), NotPaidReason::Declined),
        (Mishap::Declined(0x6C), NotPaidReason::Cancelled),
        (Mishap::NobodyComes, NotPaidReason::Cancelled),
        (Mishap::Busy, NotPaidReason::Busy),
        (Mishap::DropBeforeStatus, NotPaidReason::TerminalGone),
        (Mishap::FallsSilent, NotPaidReason::TimedOut),
    ] {
        let mut world = quick_world(&[mishap]);
        assert_eq!(world.pay(), &PaymentEvent::NotPaid { job: JOB, why }, "{mishap:?}");
        assert_eq!(world.step(), Step::Declined, "{mishap:?}");
    }
}

#[test]
fn a_citizen_who_leaves_pays_nothing() {
    let mut manner = quick_manner(AfterAutoReversal::ShowsBefore);
    manner.card_patience = core::time::Duration::from_secs(60);
    let mut world = world(manner, &[Mishap::NobodyComes]);
    struct Leaver(Ear);
    impl payment::clerk::Desk for Leaver {
        fn tell(&mut self, event: PaymentEvent) {
            // Once the terminal asks for the card.
            self.0.aborts |= matches!(event, PaymentEvent::Show { .. });
            self.0.tell(event);
        }
        fn is_abort_wanted(&mut self, _: Job) -> bool {
            self.0.aborts
        }
        fn pause(&mut self, _: core::time::Duration) {}
    }
    let mut leaver = Leaver(Ear::default());
    let command = PaymentCommand::Pay {
        job: JOB,
        amount: cents(1250),
        purpose: purpose(2),
    };
    world.clerk.carry_out(command, &mut leaver);
    assert_eq!(
        leaver.0.answer(JOB),
        &PaymentEvent::NotPaid {
            job: JOB,
            why: NotPaidReason::Cancelled
        }
    );
    assert_eq!(world.money(), 1000);
}

#[test]
fn a_service_that_isnt_given_gives_the_money_back() {
    for mishap in Mishap::ALL {
        let mut world = quick_world(&[Mishap::None, mishap]);
        assert!(matches!(world.pay(), PaymentEvent::Paid { .. }));
        world
            .clerk
            .carry_out(PaymentCommand::Reverse { job: JOB }, &mut world.ear);
        let reversed = world.ear.events.contains(&PaymentEvent::Reversed { job: JOB });
        let not_reversed = world.ear.events.contains(&PaymentEvent::NotReversed { job: JOB });
        assert!(reversed != not_reversed, "{mishap:?}");
        assert_eq!(world.money() == 1000, reversed, "{mishap:?}");
        let expected = if reversed { Step::Reversed } else { Step::Unclear };
        assert_eq!(world.step(), expected, "{mishap:?}");
        if not_reversed {
            // Staff must decide, and nobody pays before.
            assert_eq!(world.clerk.trouble(), Some(PaymentTrouble::Unresolved));
            pay(&mut world.clerk, &mut world.ear, Job(3), 300);
            let refused = PaymentEvent::NotPaid {
                job: Job(3),
                why: NotPaidReason::Busy,
            };
            assert_eq!(world.ear.answer(Job(3)), &refused);
            let id = world.clerk.journal().unclear().unwrap()[0].id;
            payment::till::settle(&world.path, id, payment::till::Decision::Taken).unwrap();
            world.clerk.look_after(&mut world.ear);
            assert_eq!(world.clerk.trouble(), None);
            assert_eq!(world.money(), booked(world.clerk.journal()));
        }
    }
}

#[test]
fn a_payment_that_stands_isnt_reversed() {
    let mut world = quick_world(&[]);
    world.pay();
    world.clerk.carry_out(PaymentCommand::Filed(JOB), &mut world.ear);
    world
        .clerk
        .carry_out(PaymentCommand::Reverse { job: JOB }, &mut world.ear);
    assert!(world.ear.events.contains(&PaymentEvent::NotReversed { job: JOB }));
    assert_eq!((world.money(), world.step()), (2250, Step::Filed));
}

#[test]
fn a_visit_that_forgets_its_payment_gives_it_back_before_the_next() {
    let mut world = quick_world(&[]);
    world.pay();
    // While the visit lasts, looking after the terminal touches nothing.
    world.clerk.look_after(&mut world.ear);
    assert_eq!(world.step(), Step::Acknowledged);
    pay(&mut world.clerk, &mut world.ear, Job(3), 300);
    assert!(matches!(world.ear.answer(Job(3)), PaymentEvent::Paid { .. }));
    assert_eq!(world.money(), 1300);
}

#[test]
fn a_terminal_that_keeps_its_last_to_itself_calls_staff() {
    let manner = Manner {
        keeps_last_to_itself: true,
        ..quick_manner(AfterAutoReversal::ShowsBefore)
    };
    let mut world = world(manner, &[Mishap::DropBeforeCompletion]);
    assert_eq!(world.pay(), &PaymentEvent::Unclear { job: JOB });
    assert_eq!(world.clerk.trouble(), Some(PaymentTrouble::Unresolved));
}

#[test]
fn a_terminal_that_stays_away_calls_staff_and_a_new_start_doesnt_guess() {
    let mut world = quick_world(&[Mishap::DiesAfter(200)]);
    assert_eq!(world.pay(), &PaymentEvent::Unclear { job: JOB });
    assert_eq!(world.money(), 2250);
    assert_eq!(world.step(), Step::Unclear);
}

#[test]
fn one_that_knows_tag_1f1f_is_kept_in_step() {
    for mishap in Mishap::ALL {
        let manner = Manner {
            knows_sync: true,
            ..quick_manner(AfterAutoReversal::ShowsBefore)
        };
        let mut world = world(manner, &[mishap]);
        let is_paid = matches!(world.pay(), PaymentEvent::Paid { .. });
        assert_eq!(world.money() == 2250, is_paid, "{mishap:?}");
        assert_eq!(world.money(), booked(world.clerk.journal()), "{mishap:?}");
        if is_paid {
            world.clerk.carry_out(PaymentCommand::Filed(JOB), &mut world.ear);
        }
        let before = world.money();
        pay(&mut world.clerk, &mut world.ear, Job(3), 300);
        assert!(
            matches!(world.ear.answer(Job(3)), PaymentEvent::Paid { .. }),
            "{mishap:?}"
        );
        assert_eq!(
            world.money(),
            before + 300,
            "{mishap:?}: the next command reversed something"
        );
    }
}

#[test]
fn what_the_terminal_needs_is_done_or_told() {
    for (terminal_status, trouble) in [
        (0x00, None),
        (0xC2, None), // a diagnosis is done at once
        (0xF0, Some(PaymentTrouble::NeedsClosing)),
        (0xDF, Some(PaymentTrouble::OutOfOrder)),
    ] {
        let folder = common::folder();
        let manner = Manner {
            terminal_status,
            status_byte: 0b11,
            ..quick_manner(AfterAutoReversal::ShowsBefore)
        };
        let terminal = Terminal::start(manner, Memory::new(Plan::script([]))).unwrap();
        let mut clerk = open(&quick(&terminal, &folder.path().join("payments.db")));
        let mut ear = Ear::default();
        clerk.look_after(&mut ear);
        let expected = trouble.map_or(PaymentEvent::Ready, PaymentEvent::NotReady);
        assert_eq!(ear.events, [expected]);
        drop(terminal);
        clerk.look_after(&mut ear);
        assert_eq!(
            ear.events.last(),
            Some(&PaymentEvent::NotReady(PaymentTrouble::Offline))
        );
    }
}

#[test]
fn a_citizen_who_takes_time_pays_all_the_same() {
    let pace = core::time::Duration::from_millis(120);
    let manner = Manner {
        pace,
        ..quick_manner(AfterAutoReversal::ShowsBefore)
    };
    let mut world = world(manner, &[]);
    assert!(matches!(world.pay(), PaymentEvent::Paid { .. }));
}
