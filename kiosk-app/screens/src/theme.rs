//! The colours of `theme/theme.slint` as they were compiled, for tests.
use crate::{Screens, ui};
use session::preferences::Look;
use slint::ComponentHandle;

/// A colour: red, green, blue.
pub type Rgb = [u8; 3];

macro_rules! colours {
    ($($token:literal $get:ident,)*) => {
        const GETTERS: &[(&str, fn(&ui::Theme<'_>) -> slint::Color)] = &[$(($token, |theme| theme.$get()),)*];
    };
}

colours! {
    "ground" get_ground,
    "still" get_still,
    "soft" get_soft,
    "pressed" get_pressed,
    "tray" get_tray,
    "scrim" get_scrim,
    "dialog-line" get_dialog_line,
    "line" get_line,
    "edge-line" get_edge_line,
    "text" get_text,
    "muted" get_muted,
    "selection" get_selection,
    "brand" get_brand,
    "on-brand" get_on_brand,
    "on-brand-soft" get_on_brand_soft,
    "skyline" get_skyline,
    "skyline-far" get_skyline_far,
    "seal" get_seal,
    "on-seal" get_on_seal,
    "action" get_action,
    "action-pressed" get_action_pressed,
    "on-action" get_on_action,
    "off" get_off,
    "off-text" get_off_text,
    "focus-outer" get_focus_outer,
    "focus-inner" get_focus_inner,
    "info-ground" get_info_ground,
    "info" get_info,
    "success-ground" get_success_ground,
    "success" get_success,
    "on-success" get_on_success,
    "warning-ground" get_warning_ground,
    "warning" get_warning,
    "danger-ground" get_danger_ground,
    "danger" get_danger,
    "reader" get_reader,
    "reader-line" get_reader_line,
    "reader-sign" get_reader_sign,
    "card" get_card,
    "card-line" get_card_line,
    "card-part" get_card_part,
}

/// Every colour of a look, by its token.
pub fn colours(screens: &Screens, look: Look) -> Vec<(&'static str, Rgb)> {
    let theme = screens.inner.app.global::<ui::Theme>();
    let before = theme.get_look();
    theme.set_look(crate::frame::look(look));
    let colours = GETTERS.iter().map(|(token, get)| {
        let colour = get(&theme);
        (*token, [colour.red(), colour.green(), colour.blue()])
    });
    let colours = colours.collect();
    theme.set_look(before);
    colours
}
