//! Adapter of `attract.slint`.
use crate::ui;
use slint::ComponentHandle;

pub(crate) fn fill(app: &ui::App, card_left: bool, reader_works: bool, eid_works: bool) {
    let attract = app.global::<ui::Attract>();
    attract.set_card_left(card_left);
    attract.set_reader_works(reader_works);
    attract.set_eid_works(eid_works);
}
