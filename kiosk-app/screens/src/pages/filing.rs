//! Adapter of `filing.slint`.
use crate::ui;
use slint::ComponentHandle;

pub(crate) fn fill(app: &ui::App, storage_full: bool, certain: bool, paid: bool) {
    let filing = app.global::<ui::Filing>();
    filing.set_storage_full(storage_full);
    filing.set_certain(certain);
    filing.set_paid(paid);
    let code = match (certain, storage_full) {
        (true, true) => "K-301",
        (true, false) => "K-302",
        (false, _) => "K-303",
    };
    filing.set_code(code.into());
}
