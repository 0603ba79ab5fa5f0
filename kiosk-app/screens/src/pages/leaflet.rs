//! Adapter of `leaflet.slint`.
use super::receipt;
use crate::ui;
use session::view::Leaflet;
use slint::ComponentHandle;

pub(crate) fn fill(app: &ui::App, leaflet: Leaflet) {
    let there = app.global::<ui::Leaflet>();
    there.set_asked(leaflet.paper.is_some());
    there.set_print(leaflet.print);
    if let Some(paper) = leaflet.paper {
        let (state, failure) = receipt::paper(paper);
        there.set_paper(state);
        there.set_failure(failure.into());
    }
}
