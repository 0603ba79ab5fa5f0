//! Adapter of `ending.slint`.
use crate::ui;
use session::Ending;
use slint::ComponentHandle;

pub(crate) fn fill(app: &ui::App, ending: Ending) {
    let page = app.global::<ui::Goodbye>();
    page.set_filed(ending == Ending::Filed);
    page.set_served(ending == Ending::Served);
}
