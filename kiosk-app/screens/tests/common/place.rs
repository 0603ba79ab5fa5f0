//! A place on the map of Musterstadt, as it is looked at.
use super::{field, pick};
use catalogue::{Direction, MapPart, Point, TownMap, bundled};
use drivers_api::language::Language;
use drivers_api::private::PrivateText;
use session::view::{Form, FormField, FormFieldKind, MapView, MapWays};
use std::sync::{Arc, LazyLock};

/// The field's number.
pub(crate) const PLACE: usize = 9;

/// Read once: a test shows it many times.
static MAP: LazyLock<Arc<TownMap>> = LazyLock::new(|| {
    let loaded = bundled::load(&bundled::small(&["maengelmelder"])).unwrap();
    Arc::clone(loaded.catalogue.town().map().unwrap())
});

/// The market.
fn market() -> Point {
    MAP.find("Am Markt").unwrap()
}

/// Near the market, with a pin there, or all of the map without one.
pub(crate) fn map(l: Language, chosen: bool) -> MapView {
    let part = if chosen { MAP.around(market()) } else { MAP.whole() };
    let words = |name: &str, square: &str| {
        let german = format!("in der Nähe von {name}, Planquadrat {square}");
        PrivateText::new(pick(l, &german, &format!("near {name}, map square {square}")))
    };
    let view = MapView {
        map: Arc::clone(&MAP),
        part,
        pin: None,
        chosen: chosen.then(|| words("Gerhart-Hauptmann-Straße", "B3")),
        middle: words("Am Markt", "E3"),
        ways: ways(part),
        columns: Vec::new(),
        rows: Vec::new(),
    };
    let (columns, rows) = MAP.lines(part);
    MapView {
        pin: MAP.spot(part, market()).filter(|_| chosen),
        columns,
        rows,
        ..view
    }
}

fn ways(part: MapPart) -> MapWays {
    let goes = |side| MAP.moved(part, side).is_some();
    MapWays {
        closer: MAP.closer(part, MAP.middle(part)).is_some(),
        farther: MAP.farther(part).is_some(),
        north: goes(Direction::North),
        south: goes(Direction::South),
        west: goes(Direction::West),
        east: goes(Direction::East),
    }
}

/// The page that asks for a place.
pub(crate) fn place_form(l: Language, chosen: bool) -> Form {
    let label = pick(l, "Stelle auf der Karte", "Spot on the map");
    Form {
        page: 2,
        title: pick(l, "Zeigen Sie uns die Stelle?", "Can you show us the spot?"),
        intro: String::new(),
        position: 3,
        of: 6,
        leave_out: false,
        fields: vec![FormField {
            required: false,
            ..field(PLACE, &label, FormFieldKind::Place(Box::new(map(l, chosen))), "")
        }],
    }
}
