//! A terminal in a district house: two towns offer services. Each visit ends at the office it was for.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says so by failing")]
use catalogue::{Catalogue, LocalTime, Neighbour, SourceFile, bundled};
use drivers_api::document::Document;
use session::view::Screen;
use session::{Effect, Input, Tap};
use townhall::devices::Weather;
use townhall::robot::walk;
use townhall::story::Story;
use townhall::world::World;

const OTHER: &str = "0b2d9c11-3f58-4c07-8f1e-5a9d2c4e6f70";
const HOME: &str = "7f1c2a54-6d0e-4b8e-9a53-2f6c1d7e8b90";

/// Musterstadt, and Nebenan with another office and another destination.
fn both(own: &[&str], others: &[&str]) -> Catalogue {
    let mut nebenan: Vec<SourceFile> = bundled::small(others);
    let town = nebenan.iter_mut().find(|file| file.path == "town.toml").unwrap();
    town.text = town.text.replace("Musterstadt", "Nebenan").replace(HOME, OTHER);
    let mut loaded = Catalogue::load(&bundled::small(own)).unwrap();
    let neighbour = Neighbour {
        line: 1,
        folder: "nebenan".to_owned(),
        reads_cards: true,
    };
    loaded.join(&neighbour, Catalogue::load(&nebenan));
    assert!(loaded.faults.is_empty(), "{:?}", loaded.faults);
    loaded.catalogue
}

fn story(catalogue: Catalogue) -> Story {
    Story {
        world: World::new(catalogue, Weather { faults: 0.0 }, 1),
    }
}

/// An input, and what comes of it.
fn effects(story: &mut Story, input: Input) -> Vec<Effect> {
    let mut effects = Vec::new();
    let world = &mut story.world;
    let session = std::mem::take(&mut world.session);
    world.session = session.handle(input, world.now, &mut world.terminal, &mut effects);
    effects
}

/// Files the case that is at the review: where it goes, and the paper.
fn filed(story: &mut Story) -> (Option<String>, Document) {
    let sent = effects(story, Input::Tap(Tap::Continue));
    let sent = sent.into_iter().find_map(|effect| {
        if let Effect::File { job, service, .. } = effect {
            Some((job, service))
        } else {
            None
        }
    });
    let (job, service) = sent.expect("filed");
    let filed_at = LocalTime {
        year: 2026,
        month: 11,
        day: 24,
        hour: 9,
        minute: 41,
    };
    let answer = Input::Filed {
        job,
        case_code: "K7QF-2M9X-4TB".to_owned(),
        check_code: None,
        filed_at,
    };
    let printed = effects(story, answer).into_iter().find_map(|effect| {
        if let Effect::Print(job) = effect {
            Some(job.document)
        } else {
            None
        }
    });
    (service.destination_id().map(str::to_owned), printed.expect("printed"))
}

#[test]
fn each_tile_says_whose_it_is_and_each_case_goes_there() {
    let mut story = story(both(&["lob"], &["lob"]));
    story.tap(Tap::Start).tap(Tap::Language(Default::default()));
    let Screen::Services { tiles, .. } = story.screen() else {
        panic!("saw {:?}", story.screen())
    };
    let titles: Vec<&str> = tiles.iter().map(|tile| tile.title.as_str()).collect();
    assert_eq!(
        titles,
        ["Lob, Beschwerde, Idee (Musterstadt)", "Lob, Beschwerde, Idee (Nebenan)"]
    );
    for (id, destination, office) in [
        ("lob", None, "Stadt Musterstadt, Bürgerbüro"),
        ("lob@nebenan", Some(OTHER), "Stadt Nebenan, Bürgerbüro"),
    ] {
        let mut story = self::story(both(&["lob"], &["lob"]));
        story.to_request_of(id);
        if let Screen::Request(request) = story.screen() {
            assert_eq!(request.provider.name, office);
            story.tap(Tap::Continue);
        }
        story.fill();
        let (to, paper) = filed(&mut story);
        assert_eq!(to.as_deref(), destination, "{id}");
        assert_eq!(paper.issuer, office, "{id}");
    }
}

#[test]
fn the_card_is_read_for_the_office_that_the_service_is_of() {
    let mut story = story(both(&["lob"], &["meldebescheinigung"]));
    story.to_request_of("meldebescheinigung@nebenan");
    let Screen::Request(request) = story.screen() else {
        panic!("saw {:?}", story.screen())
    };
    assert_eq!(request.provider.name, "Stadt Nebenan, Bürgerbüro");
    assert!(
        request.purpose.contains("Wir löschen Ihren Antrag ein Jahr"),
        "{}",
        request.purpose
    );
}

#[test]
fn every_service_of_a_neighbour_is_finished() {
    for service in ["sperrmuell", "hundesteuer", "wohnsitz", "bewohnerparken"] {
        for seed in 0..5 {
            let id = format!("{service}@nebenan");
            let walked = walk(both(&["lob"], &[service]), &id, seed);
            let filed: serde_json::Value = serde_json::from_slice(&walked.filed.expect(service)).unwrap();
            assert_eq!(filed["schalter.service"], service);
        }
    }
}
