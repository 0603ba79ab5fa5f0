//! Mishaps after "submit": paper, disk, line. The case stands, once.
use drivers_api::document::Block;
use drivers_api::print::{Medium, PrintTrouble, PrinterEvent};
use session::view::{Paper, Screen};
use session::{Input, StaffNews, Tap, patience};
use townhall::story::Story;

macro_rules! sees {
    ($story:expr, $pattern:pat $(if $guard:expr)?) => {{
        let screen = $story.screen();
        assert!(matches!(&screen, $pattern $(if $guard)?), "saw {screen:?}");
    }};
}

#[test]
fn paper_out_after_filing_leaves_the_case_standing() {
    let mut story = Story::default();
    story.to_review().tap(Tap::Continue).wait(1);
    story.world.agenda.clear();
    let job = drivers_api::Job(3);
    let why = PrintTrouble::PaperEmpty;
    story.world.input(Input::Printer(PrinterEvent::Failed { job, why }));
    sees!(story, Screen::Receipt(receipt) if receipt.paper == Paper::Failed(why) && receipt.print_again);
    story.tap(Tap::PrintAgain);
    sees!(story, Screen::Receipt(receipt) if receipt.paper == Paper::Printing);
    sees!(story.wait(15), Screen::Receipt(receipt) if receipt.paper == Paper::Printed(Medium::Sheet));
    assert_eq!(story.world.filing.count(), 1);
}

/// The papers so far: whether each says that it is a copy.
fn copies(story: &Story) -> Vec<bool> {
    let is_notice = |block: &Block| matches!(block, Block::Notice(text) if text.expose().starts_with("Zweitschrift"));
    let papers = story.world.papers.iter().flatten();
    papers.map(|paper| paper.blocks.iter().any(is_notice)).collect()
}

/// The first that comes out to its end is the receipt, every other one says that it is a copy.
#[test]
fn a_second_receipt_says_that_it_is_a_copy() {
    let mut story = Story::default();
    story.world.papers = Some(Vec::new());
    story.to_review().tap(Tap::Continue).wait(1);
    story.world.agenda.clear();
    let (job, why) = (drivers_api::Job(3), PrintTrouble::PaperEmpty);
    story.world.input(Input::Printer(PrinterEvent::Failed { job, why }));
    story.tap(Tap::PrintAgain).wait(15);
    assert_eq!(copies(&story), [false, false], "the first didn't come out");
    story.tap(Tap::PrintAgain).wait(15);
    assert_eq!(copies(&story), [false, false, true]);
}

/// Whoever has printed as often as may be calls staff, who let it print once more from their desk.
#[test]
fn staff_print_a_receipt_once_more() {
    let mut story = Story::default();
    story.world.papers = Some(Vec::new());
    story.to_receipt();
    for _ in 1..patience::PRINTS_MAX {
        story.tap(Tap::PrintAgain).wait(15);
    }
    sees!(story, Screen::Receipt(receipt) if !receipt.print_again);
    story.tap(Tap::PrintAgain).wait(15);
    assert_eq!(copies(&story).len(), usize::from(patience::PRINTS_MAX));
    let again = |job| Input::Staff {
        job,
        news: StaffNews::PrintAgain,
    };
    story.world.input(again(drivers_api::Job(999)));
    assert_eq!(
        copies(&story).len(),
        usize::from(patience::PRINTS_MAX),
        "another visit's call"
    );
    story.tap(Tap::CallStaff);
    let call = story.world.terminal.last_job();
    story.world.input(again(call));
    sees!(story, Screen::Receipt(receipt) if receipt.paper == Paper::Printing);
    story.world.input(again(call));
    assert_eq!(copies(&story), [false, true, true, true], "one at a time");
    sees!(story.wait(40), Screen::Receipt(receipt) if receipt.paper == Paper::Printed(Medium::Sheet));
    assert_eq!(
        copies(&story),
        [false, true, true, true, true],
        "and the other after it"
    );
}

#[test]
fn a_printer_that_is_out_is_told_before_anything_is_typed() {
    let mut story = Story::default();
    let why = PrintTrouble::PaperEmpty;
    story.world.input(Input::Printer(PrinterEvent::NotReady(why)));
    story.to_request();
    sees!(story, Screen::Request(request) if request.no_paper);
    story.world.input(Input::Printer(PrinterEvent::Ready));
    sees!(story, Screen::Request(request) if !request.no_paper);
}

#[test]
fn a_printer_that_never_answers_is_given_up() {
    let mut story = Story::default();
    story.to_review().tap(Tap::Continue).wait(1);
    story.world.agenda.clear();
    story.wait(patience::PRINTING.as_secs());
    sees!(story, Screen::Receipt(receipt) if receipt.paper == Paper::Failed(PrintTrouble::Offline));
}

#[test]
fn a_full_disk_files_nothing_and_loses_nothing() {
    let mut story = Story::default();
    story.to_review().tap(Tap::Continue);
    story.world.agenda.clear();
    let job = drivers_api::Job(2);
    story.world.input(Input::FilingFailed {
        job,
        storage_full: true,
    });
    sees!(
        story,
        Screen::FilingFailed {
            storage_full: true,
            certain: true,
            ..
        }
    );
    sees!(story.tap(Tap::Back), Screen::Review(_));
    sees!(story.tap(Tap::Continue).wait(15), Screen::Receipt(_));
}

#[test]
fn a_late_filing_is_found_again_and_not_doubled() {
    let mut story = Story::default();
    story.to_review().tap(Tap::Continue);
    let late = core::mem::take(&mut story.world.agenda);
    story.wait(patience::FILING.as_secs());
    sees!(
        story,
        Screen::FilingFailed {
            storage_full: false,
            certain: false,
            ..
        }
    );
    sees!(story.tap(Tap::Back), Screen::FilingFailed { .. });
    story.world.agenda = late;
    sees!(story.wait(1), Screen::Receipt(_));
    assert_eq!(story.world.filing.count(), 1);
}

#[test]
fn with_the_line_down_the_receipt_is_honest() {
    let mut story = Story::default();
    story.world.input(Input::Line { up: false });
    sees!(story.to_receipt(), Screen::Receipt(receipt) if !receipt.line_up);
}
