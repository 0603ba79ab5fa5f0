//! Adapter of `ending.slint`.
use crate::ui;
use slint::ComponentHandle;

pub(crate) fn fill(app: &ui::App, filed: bool) {
    app.global::<ui::Goodbye>().set_filed(filed);
}
