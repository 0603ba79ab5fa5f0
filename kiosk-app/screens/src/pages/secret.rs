//! Adapter of `secret.slint`.
use crate::frame::count;
use crate::ui;
use drivers_api::card::PinState;
use session::view::{SecretEntry, SecretKind, SecretTrouble};
use slint::ComponentHandle;

pub(crate) fn fill(app: &ui::App, entry: SecretEntry) {
    let secret = app.global::<ui::Secret>();
    secret.set_wanted(match entry.kind {
        SecretKind::Pin => ui::Wanted::Pin,
        SecretKind::TransportPin => ui::Wanted::TransportPin,
        SecretKind::Can => ui::Wanted::Can,
        SecretKind::NewPin => ui::Wanted::NewPin,
        SecretKind::NewPinAgain => ui::Wanted::NewPinAgain,
        SecretKind::Puk => ui::Wanted::Puk,
    });
    secret.set_trouble(match entry.trouble {
        None => ui::Trouble::None,
        Some(SecretTrouble::WrongPin) => ui::Trouble::Pin,
        Some(SecretTrouble::WrongCan) => ui::Trouble::Can,
        Some(SecretTrouble::WrongPuk) => ui::Trouble::Puk,
        Some(SecretTrouble::NotTheSame) => ui::Trouble::NotTheSame,
    });
    secret.set_typed(count(entry.typed));
    secret.set_length(count(entry.length));
    secret.set_suspended(entry.pin == PinState::Suspended);
    secret.set_tries(match entry.pin {
        PinState::Operational { tries_left } => i32::from(tries_left),
        PinState::Suspended => 1,
        PinState::Blocked | PinState::Deactivated => 0,
    });
}
