use super::*;
use crate::form::Filling;
use crate::view::{FormFieldKind, Screen};
use crate::visit::Visit;
use crate::{Input, Now, Tap, Terminal};
use catalogue::{Catalogue, Service, bundled};
use proptest::prelude::*;

fn terminal() -> Terminal {
    Terminal::new(bundled::load(&bundled::small(&["maengelmelder"])).unwrap().catalogue)
}

fn service(terminal: &Terminal) -> Arc<Service> {
    Arc::clone(terminal.catalogue.service(&"maengelmelder".into()).unwrap())
}

fn case(service: &Arc<Service>, street: &str) -> Case {
    let mut answers = service.blank(None);
    service.enter(&mut answers, service.field_named("kind").unwrap(), "sign");
    service.enter(&mut answers, service.field_named("street").unwrap(), street);
    Case::new(Arc::clone(service), answers, None)
}

/// A citizen in front of the page with the map.
struct Page {
    terminal: Terminal,
    visit: Option<Visit>,
    field: FieldIndex,
}

impl Page {
    fn new(street: &str) -> Self {
        let terminal = terminal();
        let service = service(&terminal);
        let stage = Filling::at(case(&service, street), service.page_named("map").unwrap());
        let field = service.field_named("place").unwrap();
        let visit = Some(Visit::in_front_of(stage, Language::German));
        Self { terminal, visit, field }
    }

    fn tap(&mut self, tap: Tap) {
        let mut effects = Vec::new();
        let mut step = crate::visit::Step {
            now: Now::ZERO,
            terminal: &mut self.terminal,
            effects: &mut effects,
        };
        let visit = self.visit.take().unwrap();
        if let crate::visit::Next::Stay(visit) = visit.handle(Input::Tap(tap), &mut step) {
            self.visit = Some(visit);
        }
        assert!(self.visit.is_some(), "the visit goes on");
    }

    fn step(&mut self, step: MapStep) -> MapView {
        self.tap(Tap::Map {
            field: self.field,
            step,
        });
        self.view()
    }

    fn view(&self) -> MapView {
        let view = self.visit.as_ref().unwrap().view(Now::ZERO, &self.terminal);
        let Screen::Form(form) = view.screen else {
            panic!("no form")
        };
        let [field] = <[_; 1]>::try_from(form.fields).unwrap();
        match field.kind {
            FormFieldKind::Place(map) => *map,
            other => panic!("{other:?}"),
        }
    }
}

fn chosen(view: &MapView) -> &str {
    view.chosen.as_ref().map_or("", PrivateText::expose)
}

#[test]
fn the_map_begins_at_the_street_or_with_all_of_it() {
    let page = Page::new("Am Markt 5");
    let view = page.view();
    assert!(view.ways.farther, "it is nearer than the whole");
    assert!(
        view.middle.expose().contains("in der Nähe von Am Markt, Planquadrat "),
        "{}",
        view.middle.expose()
    );
    assert_eq!((chosen(&view), view.pin), ("", None), "but nothing is chosen");
    let whole = Page::new("Auf dem Mond 7").view();
    assert_eq!(whole.part, whole.map.whole());
    assert!(!whole.ways.farther && whole.ways.closer && !whole.ways.north && !whole.ways.east);
    assert_eq!(format!("{whole:?}"), "[map]");
}

#[test]
fn a_touch_chooses_and_going_nearer_stays_there() {
    let mut page = Page::new("");
    let spot = Spot { x: 13_000, y: 50_000 };
    let view = page.step(MapStep::Touch(spot));
    assert_eq!(view.part, view.map.whole(), "nothing moves under the finger");
    let pin = view.pin.unwrap();
    assert!(pin.x.abs_diff(spot.x) < 20 && pin.y.abs_diff(spot.y) < 30);
    let words = chosen(&view).to_owned();
    assert!(
        words.starts_with("in der Nähe von ") && words.ends_with(", Planquadrat B5"),
        "{words}"
    );
    for _ in 0..3 {
        let nearer = page.step(MapStep::Closer);
        assert!(nearer.pin.is_some(), "the pin stays in sight");
        assert_eq!(chosen(&nearer), words);
    }
    let last = page.view();
    assert!(!last.ways.closer);
    assert_eq!(page.step(MapStep::Closer).part, last.part);
    // Moved away, the choice stays, out of sight.
    let mut view = page.step(MapStep::Move(Direction::East));
    for _ in 0..3 {
        view = page.step(MapStep::Move(Direction::East));
    }
    assert_eq!((view.pin, chosen(&view)), (None, &*words));
    let view = page.step(MapStep::Remove);
    assert_eq!((view.pin, chosen(&view)), (None, ""));
}

#[test]
fn by_keys_alone_every_place_can_be_chosen() {
    let mut page = Page::new("");
    for step in [
        MapStep::Closer,
        MapStep::Closer,
        MapStep::Move(Direction::North),
        MapStep::Move(Direction::West),
        MapStep::Middle,
    ] {
        page.step(step);
    }
    let view = page.view();
    assert_eq!(chosen(&view), view.middle.expose(), "what was heard is what is chosen");
    let pin = view.pin.unwrap();
    assert!(pin.x.abs_diff(Spot::MIDDLE.x) < 60 && pin.y.abs_diff(Spot::MIDDLE.y) < 60);
}

#[test]
fn steps_on_other_fields_do_nothing() {
    let mut page = Page::new("Am Markt 5");
    let before = page.view().part;
    let service = service(&page.terminal);
    for field in [0, service.field_named("street").unwrap(), 499, usize::MAX] {
        page.tap(Tap::Map {
            field,
            step: MapStep::Touch(Spot::MIDDLE),
        });
    }
    let view = page.view();
    assert_eq!((view.part, chosen(&view)), (before, ""));
    // And where the town has no map.
    let catalogue = Catalogue::load(&bundled::small(&["maengelmelder"])).unwrap().catalogue;
    let service = Arc::clone(catalogue.service(&"maengelmelder".into()).unwrap());
    let (case, field) = (case(&service, "Am Markt"), service.field_named("place").unwrap());
    assert!(OnMap::step(None, &case, field, MapStep::Middle).is_none());
    assert!(OnMap::view(None, &case, field, Language::German).is_none());
}

#[test]
fn whoever_comes_back_sees_what_they_chose() {
    let mut page = Page::new("");
    page.step(MapStep::Touch(Spot { x: 60_000, y: 9_000 }));
    page.tap(Tap::Continue);
    page.tap(Tap::Back);
    let view = page.view();
    assert!(view.pin.is_some() && view.ways.farther, "near the place");
}

fn steps() -> impl Strategy<Value = Vec<MapStep>> {
    let sides = prop::sample::select(vec![
        Direction::North,
        Direction::South,
        Direction::West,
        Direction::East,
    ]);
    let step = prop_oneof![
        Just(MapStep::Closer),
        Just(MapStep::Farther),
        sides.prop_map(MapStep::Move),
        any::<(u16, u16)>().prop_map(|(x, y)| MapStep::Touch(Spot { x, y })),
        Just(MapStep::Middle),
        Just(MapStep::Remove),
    ];
    prop::collection::vec(step, 0..30)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// Whatever is done: what is chosen is on the map and has words, ways that are said to lead on do, and a touch is where
    /// the finger was.
    #[test]
    fn any_steps_choose_what_is_seen(steps in steps()) {
        let terminal = terminal();
        let service = service(&terminal);
        let field = service.field_named("place").unwrap();
        let mut case = case(&service, "");
        let mut on_map = None;
        for step in steps {
            let before = OnMap::view(on_map, &case, field, Language::German).unwrap();
            let (next, entered) = OnMap::step(on_map, &case, field, step).unwrap();
            on_map = Some(next);
            if let Some(text) = entered {
                case.service.enter(&mut case.answers, field, text.expose());
            }
            let after = OnMap::view(on_map, &case, field, Language::German).unwrap();
            let place = case.service.place(field, &case.answers);
            prop_assert_eq!(after.chosen.is_some(), place.is_some());
            prop_assert!(place.is_none_or(|point| after.map.holds(point)));
            let moves = match step {
                MapStep::Closer => before.ways.closer,
                MapStep::Farther => before.ways.farther,
                MapStep::Move(Direction::North) => before.ways.north,
                MapStep::Move(Direction::South) => before.ways.south,
                MapStep::Move(Direction::West) => before.ways.west,
                MapStep::Move(Direction::East) => before.ways.east,
                MapStep::Touch(_) | MapStep::Middle | MapStep::Remove => false,
            };
            prop_assert_eq!(after.part != before.part, moves, "{:?}", step);
            if let (MapStep::Touch(spot), Some(pin)) = (step, after.pin) {
                // One place in a hundred-thousandth of a degree, at the nearest step.
                prop_assert!(pin.x.abs_diff(spot.x) < 100 && pin.y.abs_diff(spot.y) < 250);
            }
            prop_assert_eq!(after.pin.is_none() && place.is_some(), place.is_some_and(|point| after.map.spot(after.part, point).is_none()));
        }
    }
}
