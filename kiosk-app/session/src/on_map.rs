//! Choosing a place on the town's map: which part of it is shown, and what a touch or a key makes of it.
use crate::form::Case;
use crate::view::{MapView, MapWays};
use catalogue::{Direction, FieldIndex, FieldKind, MapPart, Point, Spot, TownMap};
use drivers_api::language::Language;
use drivers_api::private::PrivateText;
use std::sync::Arc;

/// What somebody does on a map. Each can be done by touch and by key; nothing needs a gesture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MapStep {
    /// Shows half as much, around what was touched last, else around the middle.
    Closer,
    /// Shows twice as much.
    Farther,
    /// Shows what lies on that side.
    Move(Direction),
    /// Chooses the place that was touched.
    Touch(Spot),
    /// Chooses the place in the middle of what is shown.
    Middle,
    /// Takes the choice back.
    Remove,
}

/// The map as it is looked at now.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OnMap {
    field: FieldIndex,
    part: MapPart,
    /// What was touched, until the map is moved.
    touched: Option<Point>,
}

impl OnMap {
    /// Where the map begins: at the place that was chosen before, else at the street that was named, else with all of it.
    fn begin(case: &Case, field: FieldIndex, map: &TownMap) -> Self {
        let chosen = case.service.place(field, &case.answers);
        let place = chosen.filter(|point| map.holds(*point));
        let place = place.or_else(|| case.service.place_meant(field, &case.answers));
        Self {
            field,
            part: place.map_or_else(|| map.whole(), |point| map.around(point)),
            touched: None,
        }
    }

    fn of(now: Option<Self>, case: &Case, field: FieldIndex, map: &TownMap) -> Self {
        let here = now.filter(|now| now.field == field);
        here.unwrap_or_else(|| Self::begin(case, field, map))
    }

    /// Does the step. The text is what is to be entered; empty to take the choice back.
    pub(crate) fn step(
        now: Option<Self>,
        case: &Case,
        field: FieldIndex,
        step: MapStep,
    ) -> Option<(Self, Option<PrivateText>)> {
        let map = map_of(case, field)?;
        let mut on_map = Self::of(now, case, field, map);
        let part = on_map.part;
        let mut entered = None;
        let shown = match step {
            MapStep::Closer => {
                let around = on_map.touched.unwrap_or_else(|| map.middle(part));
                map.closer(part, around)
            }
            MapStep::Farther => map.farther(part),
            MapStep::Move(side) => {
                on_map.touched = None;
                map.moved(part, side)
            }
            MapStep::Touch(spot) => {
                let point = map.touched(part, spot);
                on_map.touched = Some(point);
                entered = Some(point.text());
                None
            }
            MapStep::Middle => {
                on_map.touched = None;
                entered = Some(map.middle(part).text());
                None
            }
            MapStep::Remove => {
                on_map.touched = None;
                entered = Some(PrivateText::default());
                None
            }
        };
        on_map.part = shown.unwrap_or(part);
        Some((on_map, entered))
    }

    /// What the screens show of it.
    pub(crate) fn view(now: Option<Self>, case: &Case, field: FieldIndex, language: Language) -> Option<MapView> {
        let map = map_of(case, field)?;
        let part = Self::of(now, case, field, map).part;
        let middle = map.middle(part);
        let words = |point| case.service.place_in_words(map, point, language);
        let chosen = case.service.place(field, &case.answers);
        let (columns, rows) = map.lines(part);
        let goes = |side| map.moved(part, side).is_some();
        Some(MapView {
            map: Arc::clone(map),
            part,
            pin: chosen.and_then(|point| map.spot(part, point)),
            chosen: chosen.map(words),
            middle: words(middle),
            ways: MapWays {
                closer: map.closer(part, middle).is_some(),
                farther: map.farther(part).is_some(),
                north: goes(Direction::North),
                south: goes(Direction::South),
                west: goes(Direction::West),
                east: goes(Direction::East),
            },
            columns,
            rows,
        })
    }
}

/// The map that a field asks about.
fn map_of(case: &Case, field: FieldIndex) -> Option<&Arc<TownMap>> {
    let is_place = matches!(case.service.field(field).kind(), FieldKind::Place { .. });
    case.service.town().map().filter(|_| is_place)
}

#[cfg(test)]
#[path = "on_map_tests.rs"]
mod tests;
