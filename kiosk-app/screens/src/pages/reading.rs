//! Adapter of `reading.slint`.
use crate::ui;
use drivers_api::card::ReadStep;
use slint::ComponentHandle;

pub(crate) fn fill(app: &ui::App, step: ReadStep) {
    app.global::<ui::Reading>().set_step(match step {
        ReadStep::Opening => 0,
        ReadStep::Authenticating => 1,
        ReadStep::Reading => 2,
    });
}
