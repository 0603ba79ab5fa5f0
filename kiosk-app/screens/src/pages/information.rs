//! Adapter of `information.slint`.
use super::leaflet;
use crate::ui;
use session::view::Information;
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
    leaflet::fill(app, information.leaflet);
}
