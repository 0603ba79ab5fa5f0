//! Adapter of `receipt.slint`.
use crate::ui;
use drivers_api::print::{Medium, PrintTrouble};
use session::view::{Paper, ReceiptView};
use slint::{ComponentHandle, SharedString};

pub(crate) fn fill(app: &ui::App, receipt: &ReceiptView) {
    let page = app.global::<ui::Receipt>();
    page.set_service(SharedString::from(&receipt.service));
    page.set_code(SharedString::from(&receipt.code));
    page.set_print_again(receipt.print_again);
    page.set_line_up(receipt.line_up);
    page.set_prepared(receipt.prepared);
    page.set_payment(SharedString::from(&receipt.payment));
    page.set_payment_unclear(receipt.payment_unclear);
    page.set_next_steps(SharedString::from(&receipt.next_steps));
    let (paper, failure) = paper(receipt.paper);
    page.set_paper(paper);
    page.set_failure(failure.into());
}

pub(crate) fn clear(app: &ui::App) {
    let page = app.global::<ui::Receipt>();
    page.set_code(SharedString::default());
    page.set_payment(SharedString::default());
}

pub(crate) fn paper(paper: Paper) -> (ui::PaperState, &'static str) {
    match paper {
        Paper::Printing => (ui::PaperState::Printing, ""),
        Paper::Printed(Medium::Sheet) => (ui::PaperState::Printed, ""),
        Paper::Printed(Medium::Strip) => (ui::PaperState::Strip, ""),
        Paper::Failed(PrintTrouble::PaperEmpty) => (ui::PaperState::Empty, "K-401"),
        Paper::Failed(PrintTrouble::PaperJam) => (ui::PaperState::Jam, "K-402"),
        Paper::Failed(PrintTrouble::CoverOpen) => (ui::PaperState::Cover, "K-403"),
        Paper::Failed(PrintTrouble::TonerEmpty) => (ui::PaperState::Toner, "K-404"),
        Paper::Failed(PrintTrouble::Offline) => (ui::PaperState::Offline, "K-405"),
        Paper::Failed(PrintTrouble::Busy) => (ui::PaperState::Busy, "K-406"),
        Paper::Failed(PrintTrouble::Other) => (ui::PaperState::Other, "K-407"),
    }
}
