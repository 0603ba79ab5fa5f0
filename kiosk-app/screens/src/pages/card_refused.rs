//! Adapter of `card_refused.slint`.
use crate::ui;
use session::view::Refusal;
use slint::ComponentHandle;

pub(crate) fn fill(app: &ui::App, why: Refusal, retry: bool) {
    let (why, code) = match why {
        Refusal::Blocked => (ui::RefusedWhy::Blocked, "K-201"),
        Refusal::Deactivated => (ui::RefusedWhy::Deactivated, "K-202"),
        Refusal::NotAuthorised => (ui::RefusedWhy::NotAuthorised, "K-203"),
        Refusal::Malformed => (ui::RefusedWhy::Malformed, "K-204"),
    };
    let page = app.global::<ui::CardRefused>();
    page.set_why(why);
    page.set_code(code.into());
    page.set_retry(retry);
}
