//! Adapter of `services.slint` and `search.slint`.
use crate::typed::TypedField;
use crate::ui;
use catalogue::Situation;
use drivers_api::private::PrivateText;
use session::view::{Availability, List, Tile};
use slint::{ComponentHandle, ModelRc, SharedString};
use std::cell::RefCell;

/// The search's field: no field of a form has this number.
pub(crate) const SEARCH_INDEX: i32 = -2;

pub(crate) fn fill(app: &ui::App, list: &List, tiles: &[Tile], board: bool) {
    let services = app.global::<ui::Services>();
    services.set_tiles(super::put(services.get_tiles(), rows(tiles)));
    let (start, situations, situation) = match list {
        List::All => (false, &[][..], None),
        List::Start { situations } => (true, situations.as_slice(), None),
        List::Situation(situation) => (false, &[][..], Some(*situation)),
    };
    services.set_start(start);
    services.set_board(board);
    let situations = situations.iter().map(|situation| shown(*situation)).collect();
    services.set_situations(super::put(services.get_situations(), situations));
    services.set_in_situation(situation.is_some());
    services.set_situation(shown(situation.flatten()));
    services.set_follow_up(situation.is_none());
    // The PIN belongs to the card, and to what is always there.
    services.set_pin(situation.is_none_or(|situation| situation == Some(Situation::Documents)));
}

/// `new`: another page than before. What was typed into the field stays in it.
pub(crate) fn search(app: &ui::App, field: &RefCell<TypedField>, words: &PrivateText, tiles: &[Tile], new: bool) {
    let search = app.global::<ui::Search>();
    search.set_index(SEARCH_INDEX);
    let mut typed = field.borrow_mut();
    if typed.told(words.expose()) || new {
        *typed = TypedField::new(words.expose());
        search.set_words(SharedString::from(words.expose()));
        search.set_stamp(search.get_stamp().wrapping_add(1));
    }
    search.set_asked(!words.expose().trim().is_empty());
    search.set_found(super::put(search.get_found(), rows(tiles)));
}

pub(crate) fn clear(app: &ui::App) {
    let search = app.global::<ui::Search>();
    search.set_words(SharedString::default());
    search.set_found(ModelRc::default());
}

fn rows(tiles: &[Tile]) -> Vec<ui::ServiceTile> {
    let row = |tile: &Tile| ui::ServiceTile {
        id: tile.id.as_str().into(),
        title: tile.title.as_str().into(),
        summary: tile.summary.as_str().into(),
        needs_card: tile.needs_card,
        available: tile.available == Availability::Now,
        no_reader: tile.available == Availability::NoReader,
    };
    tiles.iter().map(row).collect()
}

const SITUATIONS: [(Situation, ui::Situation); Situation::ALL.len()] = [
    (Situation::Documents, ui::Situation::Documents),
    (Situation::Housing, ui::Situation::Housing),
    (Situation::Family, ui::Situation::Family),
    (Situation::Vehicles, ui::Situation::Vehicles),
    (Situation::Animals, ui::Situation::Animals),
    (Situation::Support, ui::Situation::Support),
    (Situation::Business, ui::Situation::Business),
    (Situation::Environment, ui::Situation::Environment),
    (Situation::Participation, ui::Situation::Participation),
];

fn shown(situation: Option<Situation>) -> ui::Situation {
    let mut known = SITUATIONS.into_iter();
    let found = known.find(|(known, _)| Some(*known) == situation);
    found.map_or(ui::Situation::Other, |(_, shown)| shown)
}

/// The situation that was touched.
pub(crate) fn touched(situation: ui::Situation) -> Option<Situation> {
    let mut known = SITUATIONS.into_iter();
    known.find(|(_, shown)| *shown == situation).map(|(known, _)| known)
}
