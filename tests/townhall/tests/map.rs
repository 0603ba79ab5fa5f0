//! Somebody reports a broken sign, with and without a map of the town.
#![allow(
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "a test says so by failing"
)]
use catalogue::{Catalogue, Direction, LocalTime, Spot, bundled};
use drivers_api::document::{Block, Document};
use drivers_api::language::Language;
use drivers_api::private::PrivateText;
use serde_json::Value;
use session::view::{Form, FormFieldKind, MapView, Screen};
use session::{MapStep, Tap};
use townhall::devices::Weather;
use townhall::story::Story;
use townhall::world::World;

fn story(catalogue: Catalogue) -> Story {
    let mut story = Story {
        world: World::new(catalogue, Weather { faults: 0.0 }, 1),
    };
    story.world.filing.kept = Some(Vec::new());
    story.world.papers = Some(Vec::new());
    story.world.terminal.time = Some(LocalTime {
        year: 2026,
        month: 12,
        day: 1,
        hour: 9,
        minute: 41,
    });
    story
}

fn with_map() -> Story {
    story(bundled::load(&bundled::small(&["maengelmelder"])).unwrap().catalogue)
}

fn form(story: &Story) -> Form {
    match story.screen() {
        Screen::Form(form) => form,
        other => panic!("saw {other:?}"),
    }
}

/// Answers the field of that place on the page.
fn enter(story: &mut Story, at: usize, text: &str) {
    let field = form(story).fields[at].field;
    let text = PrivateText::from(text);
    story.tap(Tap::Enter { field, text });
}

/// To the page behind the street.
fn past_the_street(story: &mut Story) {
    let id = "maengelmelder".into();
    story
        .tap(Tap::Start)
        .tap(Tap::Language(Language::German))
        .tap(Tap::Service(id));
    story.tap(Tap::Continue);
    enter(story, 0, "sign");
    story.tap(Tap::Continue);
    enter(story, 0, "Goethestr. 12");
    story.tap(Tap::Continue);
}

fn map(story: &Story) -> MapView {
    let mut fields = form(story).fields;
    assert_eq!(fields.len(), 1);
    match fields.remove(0).kind {
        FormFieldKind::Place(map) => *map,
        other => panic!("{other:?}"),
    }
}

fn step(story: &mut Story, step: MapStep) -> MapView {
    let field = form(story).fields[0].field;
    story.tap(Tap::Map { field, step });
    map(story)
}

/// Through the rest, to the review.
fn to_review(story: &mut Story) {
    for _page in 0..10 {
        let Screen::Form(form) = story.screen() else { break };
        for field in form.fields.iter().filter(|field| field.required) {
            let text = PrivateText::from("false");
            story.tap(Tap::Enter {
                field: field.field,
                text,
            });
        }
        story.tap(Tap::Continue);
    }
}

/// What was filed, and the receipt.
fn filed(story: &mut Story) -> (Value, String) {
    story.tap(Tap::Continue).wait(15);
    let kept = story.world.filing.kept.take().unwrap();
    let paper = story.world.papers.take().unwrap().remove(0);
    (serde_json::from_slice(&kept[0].json).unwrap(), words(&paper))
}

fn words(paper: &Document) -> String {
    let mut words = String::new();
    for block in &paper.blocks {
        if let Block::Table(rows) = block {
            for row in rows {
                words += &format!("{}: {}\n", row.label, row.value.expose());
            }
        }
    }
    words
}

#[test]
fn a_broken_sign_is_shown_on_the_map() {
    let mut story = with_map();
    past_the_street(&mut story);
    let begins = map(&story);
    assert!(
        begins.middle.expose().contains("Goethestraße"),
        "the map begins at the street: {}",
        begins.middle.expose()
    );
    assert!(
        begins.pin.is_none() && begins.chosen.is_none(),
        "and nothing is chosen for anybody"
    );
    let touched = step(&mut story, MapStep::Touch(Spot { x: 33_000, y: 34_000 }));
    assert!(touched.pin.is_some());
    let told = touched.chosen.unwrap().expose().to_owned();
    assert!(
        told.starts_with("in der Nähe von ") && told.contains(", Planquadrat "),
        "{told}"
    );
    to_review(&mut story);
    let Screen::Review(review) = story.screen() else {
        panic!("saw {:?}", story.screen())
    };
    let mut rows = review.declaration.sections.iter().flat_map(|section| &section.rows);
    assert!(rows.any(|row| row.label == "Stelle auf der Karte" && row.value.expose() == told));
    let (json, paper) = filed(&mut story);
    let place = &json["schalter.maengel.place"];
    let (lat, long) = (place["lat"].as_f64().unwrap(), place["long"].as_f64().unwrap());
    assert!((54.5..54.527).contains(&lat) && (6.5..6.562).contains(&long), "{place}");
    assert!(paper.contains(&format!("Stelle auf der Karte: {told}")), "{paper}");
    assert!(!paper.contains("54.5"), "nobody has to read numbers");
}

#[test]
fn a_blind_citizen_finds_the_place_by_keys() {
    let mut story = with_map();
    past_the_street(&mut story);
    let mut heard = Vec::new();
    for way in [
        MapStep::Move(Direction::South),
        MapStep::Move(Direction::East),
        MapStep::Closer,
    ] {
        heard.push(step(&mut story, way).middle.expose().to_owned());
    }
    heard.dedup();
    assert!(heard.len() >= 2, "it is told where one is: {heard:?}");
    let chosen = step(&mut story, MapStep::Middle);
    assert_eq!(chosen.chosen.unwrap().expose(), chosen.middle.expose());
    to_review(&mut story);
    let (json, _) = filed(&mut story);
    assert!(json["schalter.maengel.place"].is_object());
}

#[test]
fn the_map_can_be_passed_over_and_a_choice_taken_back() {
    for taken_back in [false, true] {
        let mut story = with_map();
        past_the_street(&mut story);
        if taken_back {
            step(&mut story, MapStep::Middle);
            assert!(step(&mut story, MapStep::Remove).chosen.is_none());
        }
        to_review(&mut story);
        let (json, _) = filed(&mut story);
        assert!(json.get("schalter.maengel.place").is_none());
        assert_eq!(json["schalter.maengel.street"], "Goethestr. 12");
    }
}

#[test]
fn a_town_without_a_map_asks_for_the_street_alone() {
    let catalogue = Catalogue::load(&bundled::small(&["maengelmelder"])).unwrap().catalogue;
    let mut story = story(catalogue);
    past_the_street(&mut story);
    assert_eq!(form(&story).title, "Möchten Sie es genauer beschreiben?");
    story.tap(Tap::Back);
    assert_eq!(form(&story).title, "Wo ist es?");
    story.tap(Tap::Continue);
    to_review(&mut story);
    let (json, _) = filed(&mut story);
    assert!(json.get("schalter.maengel.place").is_none());
}
