//! Adapter of `card_refused.slint`.
use crate::ui;
use session::view::Refusal;
use slint::ComponentHandle;

pub(crate) fn fill(app: &ui::App, refusal: Refusal) {
    let (why, code) = match refusal {
        Refusal::Blocked => (ui::RefusedWhy::Blocked, "K-201"),
        Refusal::Deactivated => (ui::RefusedWhy::Deactivated, "K-202"),
        Refusal::NotAuthorised => (ui::RefusedWhy::NotAuthorised, "K-203"),
        Refusal::Malformed => (ui::RefusedWhy::Malformed, "K-204"),
        Refusal::PukUsedUp => (ui::RefusedWhy::PukUsedUp, "K-205"),
        Refusal::NoCertificate => (ui::RefusedWhy::NoCertificate, "K-206"),
        Refusal::SignerGone => (ui::RefusedWhy::SignerGone, "K-207"),
        Refusal::NotGenuine => (ui::RefusedWhy::NotGenuine, "K-208"),
        Refusal::Revoked => (ui::RefusedWhy::Revoked, "K-209"),
        Refusal::Expired => (ui::RefusedWhy::Expired, "K-210"),
        Refusal::NotTyped => (ui::RefusedWhy::NotTyped, "K-212"),
    };
    let page = app.global::<ui::CardRefused>();
    page.set_why(why);
    page.set_code(code.into());
    page.set_retry(refusal.retry());
    page.set_needs_counter(refusal.needs_counter());
}
