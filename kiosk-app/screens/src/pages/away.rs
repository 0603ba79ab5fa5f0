//! Adapter of `away.slint`.
use crate::frame::{count, seconds};
use crate::ui;
use session::view::AwayView;
use slint::ComponentHandle;

pub(crate) fn fill(app: &ui::App, view: AwayView) {
    let away = app.global::<ui::Away>();
    away.set_remaining(seconds(view.remaining_s));
    away.set_birthday(view.birthday.is_some());
    away.set_typed(count(view.birthday.unwrap_or_default()));
    away.set_wrong(view.wrong);
}
