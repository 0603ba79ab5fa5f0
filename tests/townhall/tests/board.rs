//! Somebody reads what the town tells, and nothing is left of what they looked for.
#![allow(clippy::expect_used, clippy::wildcard_enum_match_arm, reason = "a test may panic")]
use drivers_api::language::Language;
use session::view::{BoardSection, BoardView, Screen};
use session::{Ending, Record, Tap, patience};
use townhall::story::Story;

fn page(story: &Story) -> BoardView {
    match story.screen() {
        Screen::Board(page) => *page,
        other => panic!("saw {other:?}"),
    }
}

fn open(story: &mut Story, section: BoardSection) {
    let at = page(story)
        .entries
        .iter()
        .position(|entry| entry.section == Some(section));
    story.tap(Tap::Entry(at.expect("the section is there")));
}

#[test]
fn a_lost_bicycle_is_looked_for_without_a_name() {
    let mut story = Story::default();
    story
        .tap(Tap::Start)
        .tap(Tap::Language(Language::English))
        .tap(Tap::Board);
    open(&mut story, BoardSection::Found);
    story.tap(Tap::Find("damenrat".into()));
    assert_eq!(page(&story).entries[0].title, "Damenrad, blau");
    story.tap(Tap::Entry(0));
    assert_eq!(page(&story).title, "Damenrad, blau");
    story.tap(Tap::Cancel);
    assert!(
        story.wait(patience::GOODBYE.as_secs() + 1).is_idle(),
        "saw {:?}",
        story.screen()
    );
    assert!(story.world.journal.contains(&Record::VisitEnded(Ending::Cancelled)));
    let told = format!("{:?}", story.world.journal);
    assert!(!told.contains("damenrat") && !told.contains("Damenrad"), "{told}");
}

#[test]
fn whoever_has_read_enough_goes_on_to_a_service() {
    let mut story = Story::default();
    story
        .tap(Tap::Start)
        .tap(Tap::Language(Language::German))
        .tap(Tap::Board);
    open(&mut story, BoardSection::Council);
    story.tap(Tap::Entry(0)).tap(Tap::Entry(1));
    assert_eq!(page(&story).title, "Haushaltssatzung");
    for _ in 0..4 {
        story.tap(Tap::Back);
    }
    assert!(matches!(
        story.tap(Tap::Service("meldebescheinigung".into())).screen(),
        Screen::Request(_)
    ));
}
