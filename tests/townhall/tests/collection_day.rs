//! Bulky waste is collected on the day on which the lorry comes into the street: told before a day is chosen, and any
//! other day is refused with the next ones that go.
#![allow(clippy::unwrap_used, reason = "a test says so by failing")]
mod common;
use catalogue::LocalTime;
use common::load;
use drivers_api::language::Language;
use drivers_api::private::PrivateText;
use session::Tap;
use session::view::{Form, FormField, Screen};
use townhall::devices::Weather;
use townhall::story::Story;
use townhall::world::World;

fn form(story: &Story) -> Form {
    let screen = story.screen();
    if let Screen::Form(form) = screen {
        return form;
    }
    panic!("saw {screen:?}")
}

fn labelled(story: &Story, label: &str) -> FormField {
    let mut fields = form(story).fields.into_iter();
    fields
        .find(|field| field.label == label)
        .unwrap_or_else(|| panic!("no {label}"))
}

/// Somebody who stands before the page with the day.
fn at_the_day(street: &str, language: Language, labels: [&str; 4]) -> Story {
    let catalogue = load("sperrmuell");
    let mut story = Story {
        world: World::new(catalogue, Weather { faults: 0.0 }, 7),
    };
    story.world.terminal.time = Some(LocalTime {
        year: 2026,
        month: 11,
        day: 24,
        hour: 9,
        minute: 41,
    });
    story
        .tap(Tap::Start)
        .tap(Tap::Language(language))
        .tap(Tap::Service("sperrmuell".into()))
        .tap(Tap::Continue);
    for (page, answers) in [
        &[(labels[0], "ein Sofa"), (labels[1], "false")][..],
        &[(labels[2], "little")][..],
        &[(labels[3], street)][..],
    ]
    .into_iter()
    .enumerate()
    {
        for (label, text) in answers {
            fill(&mut story, label, text);
        }
        if page == 2 {
            let zip = form(&story).fields[1].field;
            story.tap(Tap::Enter {
                field: zip,
                text: PrivateText::from("12345"),
            });
        }
        story.tap(Tap::Continue);
    }
    story
}

fn fill(story: &mut Story, label: &str, text: &str) {
    let field = labelled(story, label).field;
    story.tap(Tap::Enter {
        field,
        text: PrivateText::from(text),
    });
}

const GERMAN: [&str; 4] = [
    "Sachen",
    "Sind elektrische Geräte dabei?",
    "Menge",
    "Straße und Hausnummer",
];
const ENGLISH: [&str; 4] = [
    "Things",
    "Are there electrical appliances?",
    "Amount",
    "Street and number",
];

#[test]
fn a_street_has_its_day() {
    for (language, labels, told, label, refused) in [
        (
            Language::German,
            GERMAN,
            ("In Ihrer Straße kommen wir", "dienstags"),
            "Frühester Tag",
            "Diese Tage gehen zum Beispiel: 8. Dezember 2026",
        ),
        (
            Language::English,
            ENGLISH,
            ("We come to your street on", "Tuesdays"),
            "Earliest day",
            "for example: 8 December 2026",
        ),
    ] {
        let mut story = at_the_day("Hauptstraße 3", language, labels);
        let day = labelled(&story, told.0);
        assert!(!day.editable, "{day:?}");
        assert_eq!(day.value.expose(), told.1);
        story.tap(Tap::Continue);
        fill(&mut story, label, "3.12.2026");
        story.tap(Tap::Continue);
        let error = labelled(&story, label).error.unwrap();
        assert!(error.contains(refused), "{error}");
        fill(&mut story, label, "8.12.2026");
        story.tap(Tap::Continue);
        assert!(form(&story).fields.iter().all(|field| field.label != label), "went on");
    }
}

#[test]
fn in_a_new_street_any_day_is_taken() {
    let mut story = at_the_day("Neubaugebiet 3", Language::German, GERMAN);
    let day = labelled(&story, "In Ihrer Straße kommen wir");
    assert!(day.editable && day.value.is_empty(), "{day:?}");
    fill(&mut story, "In Ihrer Straße kommen wir", "unknown");
    story.tap(Tap::Continue);
    fill(&mut story, "Frühester Tag", "3.12.2026");
    story.tap(Tap::Continue);
    assert!(form(&story).fields.iter().any(|field| field.label == "Name"));
}
