//! Whoever has no appointment draws a waiting number, and holds it in the hand.
#![allow(clippy::unwrap_used, reason = "a test says so by failing")]
use catalogue::{Catalogue, LocalTime, bundled};
use drivers_api::document::Block;
use drivers_api::language::Language;
use session::view::{Number, Paper, Screen};
use session::{Input, Record, Tap, patience};
use townhall::devices::Weather;
use townhall::robot::lines;
use townhall::story::Story;
use townhall::world::World;

/// In front of the service, on a Tuesday at that time.
fn story(hour: u8, minute: u8) -> Story {
    let loaded = Catalogue::load(&bundled::small(&["wartenummer", "lob"])).unwrap();
    assert!(loaded.faults.is_empty(), "{:#?}", loaded.faults);
    let mut world = World::new(loaded.catalogue, Weather { faults: 0.0 }, 1);
    world.papers = Some(Vec::new());
    world.terminal.time = Some(LocalTime {
        year: 2026,
        month: 11,
        day: 24,
        hour,
        minute,
    });
    let mut story = Story { world };
    story
        .tap(Tap::Start)
        .tap(Tap::Language(Language::German))
        .tap(Tap::Service("wartenummer".into()));
    story
}

fn number(story: &Story) -> Option<Number> {
    let screen = story.screen();
    let Screen::Information(information) = screen else {
        panic!("saw {screen:?}");
    };
    information.number
}

#[test]
fn a_number_is_drawn_shown_and_printed() {
    let mut story = story(9, 41);
    assert_eq!(number(&story), Some(Number::Offered));
    story.tap(Tap::DrawNumber).tap(Tap::DrawNumber);
    assert_eq!(number(&story), Some(Number::Asking));
    story.wait(3);
    let Some(Number::Drawn { text, ahead }) = number(&story) else {
        panic!("{:?}", number(&story));
    };
    assert_eq!(
        (text.as_str(), ahead.as_str()),
        ("A1", "Vor Ihnen warten: 1"),
        "once, however often it is pressed"
    );
    story.wait(15);
    let Screen::Information(information) = story.screen() else {
        panic!("saw {:?}", story.screen());
    };
    assert!(matches!(information.leaflet.paper, Some(Paper::Printed(_))));
    let papers = story.world.papers.as_ref().unwrap();
    let [ticket] = papers.as_slice() else {
        panic!("{} papers", papers.len());
    };
    assert!(matches!(&ticket.blocks[0], Block::Heading { level: 1, text } if text.expose() == "Ihre Wartenummer: A1"));
    let told = lines(ticket).join("\n");
    assert!(
        told.contains("Vor Ihnen warten: 1") && told.contains("24. November 2026, 9:41 Uhr"),
        "{told}"
    );
    assert!(story.world.journal.contains(&Record::NumberDrawn(true)));
    // The paper again is the number again, and no other one is drawn.
    story.tap(Tap::DrawNumber).tap(Tap::PrintAgain).wait(15);
    assert_eq!(story.world.papers.as_ref().unwrap().len(), 2);
    assert!(matches!(number(&story), Some(Number::Drawn { text, .. }) if text == "A1"));
}

#[test]
fn without_a_line_the_citizen_is_told_and_can_try_again() {
    let mut story = story(9, 41);
    story.tap(Tap::DrawNumber);
    let asked = story.world.terminal.last_job();
    story.world.agenda.clear();
    story.wait(patience::DRAWING.as_secs());
    assert_eq!(number(&story), Some(Number::NotNow));
    // Late, and for nobody any more.
    story.world.input(Input::Number {
        job: asked,
        drawn: Some(("A9".to_owned(), 0)),
    });
    assert_eq!(number(&story), Some(Number::NotNow));
    story.tap(Tap::DrawNumber);
    story.world.agenda.clear();
    let job = story.world.terminal.last_job();
    story.world.input(Input::Number { job, drawn: None });
    assert_eq!(number(&story), Some(Number::NotNow));
    story.tap(Tap::DrawNumber).wait(3);
    assert!(matches!(number(&story), Some(Number::Drawn { .. })));
}

#[test]
fn numbers_are_drawn_while_somebody_calls_them() {
    // Tuesdays from 8 to 12; half an hour before, people stand at the door.
    for (hour, minute, open) in [
        (7, 29, false),
        (7, 30, true),
        (11, 59, true),
        (12, 0, false),
        (22, 0, false),
    ] {
        let mut story = story(hour, minute);
        let expected = if open { Number::Offered } else { Number::Closed };
        assert_eq!(number(&story), Some(expected), "{hour}:{minute:02}");
        story.tap(Tap::DrawNumber);
        assert_eq!(number(&story) == Some(Number::Asking), open);
    }
}

#[test]
fn the_ticket_is_in_every_language() {
    let story = story(9, 41);
    let catalogue = &story.world.terminal.catalogue;
    let service = catalogue.service(&"wartenummer".into()).unwrap();
    for language in Language::ALL {
        let drawn = |ahead| {
            let number = catalogue::WaitingNumber {
                text: "A17".to_owned(),
                ahead,
                drawn_at: None,
            };
            lines(&catalogue.number_ticket(service, &number, language)).join("\n")
        };
        assert!(drawn(3).contains("A17") && drawn(3).contains('3'), "{language:?}");
        assert!(drawn(0) != drawn(3) && !drawn(0).contains('{'), "{language:?}");
    }
}
