//! Adapter of `services.slint`.
use crate::ui;
use session::view::{Availability, Tile};
use slint::ComponentHandle;

pub(crate) fn fill(app: &ui::App, tiles: &[Tile]) {
    let services = app.global::<ui::Services>();
    let tiles = tiles.iter().map(|tile| ui::ServiceTile {
        id: tile.id.as_str().into(),
        title: tile.title.as_str().into(),
        summary: tile.summary.as_str().into(),
        needs_card: tile.needs_card,
        available: tile.available == Availability::Now,
        no_reader: tile.available == Availability::NoReader,
    });
    services.set_tiles(super::put(services.get_tiles(), tiles.collect()));
}
