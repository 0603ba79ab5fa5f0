//! Finding a service among many: by what most people come for, by situation in life, and by words.
use catalogue::Situation;
use drivers_api::language::Language;
use session::Tap;
use session::view::{List, Screen, Tile};
use townhall::devices::Weather;
use townhall::services::many;
use townhall::story::Story;
use townhall::world::World;

fn at_the_start() -> Story {
    let world = World::new(many(), Weather { faults: 0.0 }, 1);
    let mut story = Story { world };
    story.tap(Tap::Start).tap(Tap::Language(Language::German));
    story
}

fn ids(tiles: &[Tile]) -> Vec<&str> {
    tiles.iter().map(|tile| tile.id.as_str()).collect()
}

/// The list that is shown, and what is on it.
fn listed(story: &Story) -> (List, Vec<String>) {
    let Screen::Services { list, tiles, .. } = story.screen() else {
        panic!("saw {:?}", story.screen())
    };
    (list, ids(&tiles).into_iter().map(str::to_owned).collect())
}

fn found(story: &mut Story, words: &str) -> Vec<String> {
    story.tap(Tap::Find(words.into()));
    let Screen::Search { words: shown, tiles } = story.screen() else {
        panic!("saw {:?}", story.screen())
    };
    assert_eq!(shown.expose(), words);
    ids(&tiles).into_iter().map(str::to_owned).collect()
}

#[test]
fn few_services_are_one_list() {
    let mut story = Story::default();
    story.tap(Tap::Start).tap(Tap::Language(Language::German));
    let (list, services) = listed(&story);
    assert_eq!(list, List::All);
    assert_eq!(services, ["ausweisdaten", "jugendkarte", "meldebescheinigung"]);
    for nothing in [Tap::Search, Tap::Situation(None), Tap::Find("Hund".into())] {
        story.tap(nothing);
        assert_eq!(listed(&story).0, List::All);
    }
}

#[test]
fn of_many_the_most_used_come_first() {
    let (list, services) = listed(&at_the_start());
    assert_eq!(services, ["meldebescheinigung"]);
    let List::Start { situations } = list else {
        panic!("saw {list:?}")
    };
    let wanted = [
        Some(Situation::Documents),
        Some(Situation::Housing),
        Some(Situation::Vehicles),
        Some(Situation::Animals),
        Some(Situation::Participation),
        None,
    ];
    assert_eq!(situations, wanted, "only what has services, and the rest at the end");
}

#[test]
fn a_situation_leads_to_its_services_and_back_leads_through_it() {
    let mut story = at_the_start();
    story.tap(Tap::Situation(Some(Situation::Housing)));
    let (list, services) = listed(&story);
    assert_eq!(list, List::Situation(Some(Situation::Housing)));
    assert_eq!(services, ["meldebescheinigung", "parken", "umzug"]);
    story.tap(Tap::Service("umzug".into()));
    assert!(matches!(story.screen(), Screen::Request(_)));
    story.tap(Tap::Back);
    assert_eq!(listed(&story).1, services, "one step back");
    story.tap(Tap::Back);
    assert!(matches!(listed(&story).0, List::Start { .. }));
    story.tap(Tap::Situation(None));
    assert_eq!(listed(&story).1, ["jugendkarte", "lob"]);
    story.tap(Tap::Back).tap(Tap::Back);
    assert!(matches!(story.screen(), Screen::Languages));
}

#[test]
fn words_lead_to_a_service_and_are_still_there_on_the_way_back() {
    let mut story = at_the_start();
    story.tap(Tap::Search);
    assert!(found(&mut story, "").is_empty());
    assert_eq!(found(&mut story, "hundesteur")[0], "hund");
    assert!(found(&mut story, "xqxq").is_empty());
    assert_eq!(found(&mut story, "Hund")[0], "hund");
    story.tap(Tap::Service("hund".into())).tap(Tap::Continue);
    assert!(matches!(story.screen(), Screen::LayCard { .. }));
    story.tap(Tap::Back).tap(Tap::Back);
    assert!(matches!(story.screen(), Screen::Search { words, .. } if words.expose() == "Hund"));
    // Another language, and nothing is lost.
    story.tap(Tap::Languages).tap(Tap::Language(Language::English));
    assert!(matches!(story.screen(), Screen::Search { words, .. } if words.expose() == "Hund"));
    story.tap(Tap::Back);
    assert!(matches!(listed(&story).0, List::Start { .. }));
}

#[test]
fn whoever_comes_next_finds_no_words() {
    let mut story = at_the_start();
    story.tap(Tap::Search);
    found(&mut story, "Wohngeld");
    story.wait(3600);
    assert!(story.is_idle());
    story.tap(Tap::Start).tap(Tap::Language(Language::German));
    assert!(matches!(listed(&story).0, List::Start { .. }));
    story.tap(Tap::Search);
    assert!(matches!(story.screen(), Screen::Search { words, .. } if words.expose().is_empty()));
}
