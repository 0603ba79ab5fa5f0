//! Adapter of `secret.slint`.
use crate::frame::count;
use crate::ui;
use drivers_api::card::PinState;
use session::view::{SecretEntry, SecretKind};
use slint::ComponentHandle;

pub(crate) fn fill(app: &ui::App, entry: SecretEntry) {
    let secret = app.global::<ui::Secret>();
    secret.set_can(entry.kind == SecretKind::Can);
    secret.set_typed(count(entry.typed));
    secret.set_length(count(entry.length));
    secret.set_wrong(entry.wrong);
    secret.set_suspended(entry.pin == PinState::Suspended);
    secret.set_tries(match entry.pin {
        PinState::Operational { tries_left } => i32::from(tries_left),
        PinState::Suspended => 1,
        PinState::Blocked | PinState::Deactivated => 0,
    });
}
