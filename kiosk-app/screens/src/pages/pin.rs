//! Adapter of `pin.slint`.
use super::leaflet;
use crate::ui;
use drivers_api::card::PinState;
use session::view::{Leaflet, PinNews};
use slint::{ComponentHandle, SharedString};

pub(crate) fn menu(app: &ui::App, reader_works: bool) {
    app.global::<ui::Pin>().set_reader_works(reader_works);
}

pub(crate) fn done(app: &ui::App, news: PinNews) {
    app.global::<ui::Pin>().set_news(match news {
        PinNews::Changed => ui::PinNews::Changed,
        PinNews::FirstSet => ui::PinNews::FirstSet,
        PinNews::Unblocked => ui::PinNews::Unblocked,
        PinNews::Resumed => ui::PinNews::Resumed,
        PinNews::InOrder(PinState::Operational { tries_left: 2 }) => ui::PinNews::InOrderOnceWrong,
        PinNews::InOrder(_) => ui::PinNews::InOrder,
    });
}

pub(crate) fn forgotten(app: &ui::App, office: &str, note: Leaflet) {
    app.global::<ui::Pin>().set_office(SharedString::from(office));
    leaflet::fill(app, note);
}
