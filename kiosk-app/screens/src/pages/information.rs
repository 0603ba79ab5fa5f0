//! Adapter of `information.slint`.
use super::leaflet;
use crate::ui;
use session::view::{Information, Number};
use slint::{ComponentHandle, ModelRc, SharedString};

/// `new`: the page wasn't shown before. What it tells doesn't change.
pub(crate) fn fill(app: &ui::App, information: &Information, new: bool) {
    let page = app.global::<ui::Information>();
    page.set_service(SharedString::from(&information.service));
    page.set_legal_basis(SharedString::from(&information.legal_basis));
    if new {
        let parts = information.sections.iter().map(|(title, text)| ui::InformationPart {
            title: SharedString::from(title),
            lines: ModelRc::from(text.lines().map(SharedString::from).collect::<Vec<_>>().as_slice()),
        });
        let parts: Vec<ui::InformationPart> = parts.collect();
        page.set_parts(ModelRc::from(parts.as_slice()));
    }
    number(app, information.number.as_ref());
    leaflet::fill(app, information.leaflet);
}

fn number(app: &ui::App, number: Option<&Number>) {
    let page = app.global::<ui::Information>();
    let (state, text, ahead) = match number {
        None => (ui::NumberState::None, "", ""),
        Some(Number::Offered) => (ui::NumberState::Offered, "", ""),
        Some(Number::Asking) => (ui::NumberState::Asking, "", ""),
        Some(Number::Drawn { text, ahead }) => (ui::NumberState::Drawn, text.as_str(), ahead.as_str()),
        Some(Number::NotNow) => (ui::NumberState::NotNow, "", ""),
        Some(Number::Closed) => (ui::NumberState::Closed, "", ""),
    };
    page.set_number_state(state);
    page.set_number(text.into());
    page.set_ahead(ahead.into());
}
