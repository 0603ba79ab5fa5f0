//! Adapter of `lay_card.slint`.
use crate::ui;
use session::view::CardHint;
use slint::ComponentHandle;

pub(crate) fn fill(app: &ui::App, hint: CardHint) {
    app.global::<ui::LayCard>().set_hint(match hint {
        CardHint::None => ui::Hint::None,
        CardHint::NotEid => ui::Hint::NotEid,
        CardHint::Unreadable => ui::Hint::Unreadable,
        CardHint::TakenAway => ui::Hint::TakenAway,
        CardHint::ReaderGone => ui::Hint::ReaderGone,
    });
}
