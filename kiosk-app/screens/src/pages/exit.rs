//! Adapter of `exit.slint`.
use crate::ui;
use slint::{ComponentHandle, SharedString};

pub(crate) fn fill(app: &ui::App, service: &str, title: &str, text: &str) {
    let page = app.global::<ui::Exit>();
    page.set_service(SharedString::from(service));
    page.set_title(SharedString::from(title));
    page.set_text(SharedString::from(text));
}

/// That somebody was turned away, and why, is theirs.
pub(crate) fn clear(app: &ui::App) {
    fill(app, "", "", "");
}
