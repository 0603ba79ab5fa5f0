//! Adapter of `services.slint`.
use crate::ui;
use session::view::Tile;
use slint::ComponentHandle;

pub(crate) fn fill(app: &ui::App, tiles: &[Tile]) {
    let services = app.global::<ui::Services>();
    let tiles = tiles.iter().map(|tile| ui::ServiceTile {
        id: tile.id.as_str().into(),
        title: tile.title.as_str().into(),
        summary: tile.summary.as_str().into(),
        needs_card: tile.needs_card,
        available: tile.available,
    });
    services.set_tiles(super::put(services.get_tiles(), tiles.collect()));
}
