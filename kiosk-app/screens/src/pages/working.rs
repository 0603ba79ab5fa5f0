//! Adapter of `working.slint`.
use crate::ui;
use drivers_api::card::ReadStep;
use session::view::CardWork;
use slint::ComponentHandle;

pub(crate) fn fill(app: &ui::App, work: CardWork, on_pad: bool) {
    let page = app.global::<ui::Working>();
    let (work, step) = match work {
        CardWork::Reading(ReadStep::Opening) => (ui::CardWork::Reading, 0),
        CardWork::Reading(ReadStep::Authenticating) => (ui::CardWork::Reading, 1),
        CardWork::Reading(ReadStep::Reading) => (ui::CardWork::Reading, 2),
        CardWork::ChangingPin => (ui::CardWork::Changing, 0),
        CardWork::ResumingPin => (ui::CardWork::Resuming, 0),
        CardWork::UnblockingPin => (ui::CardWork::Unblocking, 0),
    };
    page.set_work(work);
    page.set_step(step);
    page.set_on_pad(on_pad);
}
