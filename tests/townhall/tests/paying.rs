//! The fee: paid, filed, printed, in this order; and what breaks in between.
#![allow(clippy::expect_used, clippy::wildcard_enum_match_arm)] // a test says so by failing
use catalogue::PayWay;
use drivers_api::Job;
use drivers_api::document::Block;
use drivers_api::payment::{NotPaidReason, PaymentEvent, PaymentHint, PaymentTrouble};
use drivers_api::print::{PrintTrouble, PrinterEvent};
use session::view::{PayBack, PayScreen, Screen};
use session::{Ending, Input, Record, Tap, patience};
use townhall::story::Story;
use townhall::till::{Entry, Money};

macro_rules! sees {
    ($story:expr, $pattern:pat $(if $guard:expr)?) => {{
        let screen = $story.screen();
        assert!(matches!(&screen, $pattern $(if $guard)?), "saw {screen:?}");
    }};
}

macro_rules! pays {
    ($story:expr, $pattern:pat $(if $guard:expr)?) => {{
        let screen = $story.screen();
        let Screen::Pay(pay) = &screen else { panic!("saw {screen:?}") };
        assert!(matches!(&pay.state, $pattern $(if $guard)?), "saw {pay:?}");
    }};
}

/// In front of the question how to pay, at a terminal with a payment terminal.
fn to_pay() -> Story {
    let mut story = Story::default();
    story.world = std::mem::replace(&mut story.world, Story::default().world).with_till();
    story.to_review().tap(Tap::Continue);
    story
}

/// At the payment terminal; its answers don't come by themselves. Gives the payment's number.
fn at_terminal(story: &mut Story) -> Job {
    story.tap(Tap::Pay(PayWay::Card));
    story.world.agenda.clear();
    *story.world.till.ledger.keys().last().expect("a payment")
}

fn entry(story: &Story, job: Job) -> Entry {
    story.world.till.ledger[&job]
}

fn says(story: &mut Story, event: PaymentEvent) {
    story.world.input(Input::Payment(event));
}

/// The payment went through; the filing's answer doesn't come by itself. Gives the filing's number.
fn paid(story: &mut Story) -> (Job, Job) {
    story.tap(Tap::Pay(PayWay::Card));
    let payment = *story.world.till.ledger.keys().last().expect("a payment");
    while !matches!(story.screen(), Screen::Filing) {
        let (index, _) = (story.world.agenda.iter().enumerate())
            .min_by_key(|(_, (at, _))| *at)
            .expect("the terminal answers");
        let (at, input) = story.world.agenda.swap_remove(index);
        story.world.now = at;
        story.world.input(input);
    }
    story.world.agenda.clear();
    (payment, story.world.terminal.last_job())
}

fn failed(story: &mut Story, job: Job) {
    story.world.input(Input::FilingFailed {
        job,
        storage_full: false,
    });
}

fn laws(story: &Story) {
    assert!(story.world.till.wrongs.is_empty(), "{:?}", story.world.till.wrongs);
    assert!(story.world.till.unjust().is_none(), "{:?}", story.world.till.unjust());
}

#[test]
fn paid_filed_printed_and_on_the_receipt() {
    let mut story = to_pay();
    story.world.papers = Some(Vec::new());
    story.world.filing.kept = Some(Vec::new());
    pays!(story, PayScreen::Choose { ways, card_works: true, trouble: None } if *ways == [PayWay::Card, PayWay::Invoice]);
    let Screen::Pay(pay) = story.screen() else { panic!() };
    assert_eq!(pay.amount, "10,00 €");
    story.tap(Tap::Pay(PayWay::Card)).wait(1);
    pays!(
        story,
        PayScreen::AtTerminal {
            hint: PaymentHint::PresentCard,
            stopping: false
        }
    );
    story.wait(60);
    sees!(story, Screen::Receipt(receipt) if receipt.payment.contains("10,00 € bezahlt mit girocard"));
    let (_, booked) = story.world.till.ledger.first_key_value().expect("a payment");
    assert!(
        booked.filed && booked.complete && booked.money == Money::Taken,
        "{booked:?}"
    );
    assert_eq!(story.world.filing.payments.len(), 1);
    let papers = story.world.papers.take().unwrap_or_default();
    let texts: Vec<&str> = papers[0]
        .blocks
        .iter()
        .filter_map(|block| match block {
            Block::Paragraph(text) | Block::Heading { text, .. } => Some(text.expose()),
            _ => None,
        })
        .flat_map(str::lines)
        .collect();
    assert!(
        texts.contains(&"Beleg der Kartenzahlung") && texts.contains(&"girocard"),
        "{texts:?}"
    );
    laws(&story);
}

#[test]
fn who_is_refused_pays_otherwise() {
    let mut story = to_pay();
    let job = at_terminal(&mut story);
    story.world.till.ledger.get_mut(&job).expect("it").money = Money::NotTaken;
    let why = NotPaidReason::Declined;
    says(&mut story, PaymentEvent::NotPaid { job, why });
    pays!(
        story,
        PayScreen::Choose {
            trouble: Some(NotPaidReason::Declined),
            ..
        }
    );
    story.tap(Tap::Pay(PayWay::Invoice)).wait(30);
    sees!(story, Screen::Receipt(receipt) if receipt.payment.contains("Rechnung"));
    laws(&story);
}

#[test]
fn without_a_receipt_nobody_is_charged() {
    let mut story = to_pay();
    let why = PrintTrouble::PaperEmpty;
    story.world.input(Input::Printer(PrinterEvent::NotReady(why)));
    pays!(story, PayScreen::Choose { card_works: false, .. });
    story.tap(Tap::Pay(PayWay::Card));
    assert!(story.world.till.ledger.is_empty());
    story.world.input(Input::Printer(PrinterEvent::Ready));
    says(&mut story, PaymentEvent::NotReady(PaymentTrouble::Unresolved));
    pays!(story, PayScreen::Choose { card_works: false, .. });
    story.tap(Tap::Pay(PayWay::Card));
    assert!(story.world.till.ledger.is_empty());
}

#[test]
fn where_no_card_can_be_paid_with_nobody_is_asked() {
    let mut story = Story::default();
    story.to_receipt();
    sees!(story, Screen::Receipt(receipt) if receipt.payment.contains("Rechnung"));
}

#[test]
fn whoever_stops_at_the_terminal_chooses_again_unless_it_was_too_late() {
    let mut story = to_pay();
    let job = at_terminal(&mut story);
    story.tap(Tap::Back);
    pays!(story, PayScreen::AtTerminal { stopping: true, .. });
    assert!(!story.view().back);
    let why = NotPaidReason::Cancelled;
    story.world.till.ledger.get_mut(&job).expect("it").money = Money::NotTaken;
    says(&mut story, PaymentEvent::NotPaid { job, why });
    pays!(story, PayScreen::Choose { trouble: None, .. });

    let mut story = to_pay();
    story.tap(Tap::Pay(PayWay::Card)).tap(Tap::Back).wait(60);
    sees!(story, Screen::Receipt(_));
    laws(&story);
}

#[test]
fn a_payment_that_nobody_can_tell_of_is_for_staff_and_the_case_stands() {
    let mut story = to_pay();
    let job = at_terminal(&mut story);
    story.world.till.ledger.get_mut(&job).expect("it").money = Money::ForStaff;
    says(&mut story, PaymentEvent::Unclear { job });
    story.wait(30);
    sees!(story, Screen::Receipt(receipt) if receipt.payment_unclear);
    assert!(story.world.journal.contains(&Record::HelpWanted("payment_unclear")));
    laws(&story);
}

#[test]
fn a_terminal_that_never_answers_is_given_up() {
    let mut story = to_pay();
    let job = at_terminal(&mut story);
    story.world.till.ledger.get_mut(&job).expect("it").money = Money::ForStaff;
    story.wait(patience::PAYING.as_secs() + 10);
    sees!(story, Screen::Receipt(receipt) if receipt.payment_unclear);
    assert_eq!(story.world.filing.count(), 1);
    laws(&story);
}

#[test]
fn a_case_that_cannot_be_stored_costs_nothing() {
    let mut story = to_pay();
    let (payment, filing) = paid(&mut story);
    failed(&mut story, filing);
    sees!(
        story,
        Screen::FilingFailed {
            certain: true,
            paid: true,
            ..
        }
    );
    assert!(!story.view().back, "what is paid for isn't changed");
    story.tap(Tap::Cancel).tap(Tap::ConfirmCancel);
    pays!(story, PayScreen::Back(PayBack::UnderWay));
    assert!(!story.view().cancel);
    story.wait(30);
    pays!(story, PayScreen::Back(PayBack::Done));
    assert_eq!(entry(&story, payment).money, Money::Back);
    story.tap(Tap::Continue);
    story.world.take_card();
    story.wait(30);
    assert!(story.is_idle());
    assert!(story.world.journal.contains(&Record::VisitEnded(Ending::Cancelled)));
    laws(&story);
}

#[test]
fn whoever_walks_away_from_a_failed_filing_gets_the_money_back_too() {
    for steps_aside in [false, true] {
        let mut story = to_pay();
        let (payment, filing) = paid(&mut story);
        failed(&mut story, filing);
        if steps_aside {
            story.tap(Tap::StepAside);
        }
        story.wait(1000);
        story.world.take_card();
        story.wait(200);
        assert!(story.is_idle());
        assert_eq!(entry(&story, payment).money, Money::Back, "steps aside: {steps_aside}");
        laws(&story);
    }
}

#[test]
fn money_that_does_not_go_back_is_for_staff() {
    let mut story = to_pay();
    let (job, filing) = paid(&mut story);
    failed(&mut story, filing);
    story.tap(Tap::Cancel).tap(Tap::ConfirmCancel);
    story.world.agenda.clear();
    says(&mut story, PaymentEvent::NotReversed { job });
    pays!(story, PayScreen::Back(PayBack::Failed));
    assert!(
        story
            .world
            .journal
            .contains(&Record::HelpWanted("payment_not_given_back"))
    );
}

#[test]
fn a_late_answer_of_the_outbox_settles_the_payment_whoever_is_there() {
    // Nobody knows whether the case is stored; the citizen leaves.
    let leave = |story: &mut Story| {
        story.wait(patience::FILING.as_secs() + 1);
        sees!(
            story,
            Screen::FilingFailed {
                certain: false,
                paid: true,
                ..
            }
        );
        story.wait(1000);
        story.world.take_card();
        story.wait(100);
        assert!(story.is_idle());
    };
    let mut story = to_pay();
    let (payment, job) = paid(&mut story);
    leave(&mut story);
    assert_eq!(entry(&story, payment).money, Money::Taken);
    failed(&mut story, job);
    assert_eq!(entry(&story, payment).money, Money::Back);
    laws(&story);

    let mut story = to_pay();
    let (payment, job) = paid(&mut story);
    leave(&mut story);
    let filed_at = story.world.terminal.time.unwrap_or(catalogue::LocalTime {
        year: 2026,
        month: 11,
        day: 23,
        hour: 9,
        minute: 41,
    });
    story.world.input(Input::Filed {
        job,
        case_code: "CODE".to_owned(),
        check_code: None,
        filed_at,
    });
    assert!(entry(&story, payment).filed);
    laws(&story);
}

#[test]
fn answers_about_another_payment_change_nothing() {
    let mut story = to_pay();
    let job = at_terminal(&mut story);
    let other = Job(job.0 + 1000);
    for event in [
        PaymentEvent::NotPaid {
            job: other,
            why: NotPaidReason::Declined,
        },
        PaymentEvent::Unclear { job: other },
        PaymentEvent::Reversed { job: other },
        PaymentEvent::NotReversed { job: other },
    ] {
        says(&mut story, event);
        pays!(story, PayScreen::AtTerminal { .. });
    }
}
