//! What is on my card, and services whose card answers yes or no.
#![allow(clippy::unwrap_used, reason = "a test says so by failing")]
use catalogue::CardSection;
use drivers_api::card::{CardEvent, DataGroup, PinState, Rights};
use drivers_api::language::Language;
use session::view::{Availability, PinNews, Screen};
use session::{Ending, Input, PinWish, Record, Tap, patience};
use townhall::devices::{Card, Holder, PIN};
use townhall::erika::{CANARY, PSEUDONYM, certificate};
use townhall::services::{AUSWEISDATEN, JUGENDKARTE};
use townhall::story::{GOOD_CARD, Story};

macro_rules! sees {
    ($story:expr, $pattern:pat $(if $guard:expr)?) => {{
        let screen = $story.screen();
        assert!(matches!(&screen, $pattern $(if $guard)?), "saw {screen:?}");
    }};
}

fn with_holder(old_enough: bool, lives_there: bool) -> Story {
    let mut story = Story::default();
    story.world.set_holder(Holder {
        old_enough,
        lives_there,
        ..Holder::default()
    });
    story
}

fn with_rights(rights: Rights) -> Story {
    let mut story = Story::default();
    let certificate = drivers_api::card::ProviderCertificate {
        rights,
        ..certificate()
    };
    let event = CardEvent::Certificate(Some(Box::new(certificate)));
    story.world.input(Input::Card(event));
    story
}

fn available(story: &mut Story, service: &str) -> Availability {
    story.tap(Tap::Start).tap(Tap::Language(Language::German));
    let Screen::Services { tiles, .. } = story.screen() else {
        panic!("no services")
    };
    tiles.iter().find(|tile| tile.id.as_str() == service).unwrap().available
}

/// Data groups of German cards that a terminal may read (TR-03127).
const ON_GERMAN_CARDS: usize = 15;

/// All values on the screen, by group.
fn content(story: &Story) -> Vec<(DataGroup, String)> {
    let Screen::CardContent(content) = story.screen() else {
        panic!("the card is not shown")
    };
    let facts = content.sections.into_iter().flat_map(|(_, facts)| facts);
    facts.map(|fact| (fact.group, fact.value.expose().to_owned())).collect()
}

#[test]
fn everything_on_the_card_is_shown_in_words() {
    let mut story = Story::default();
    sees!(
        story.to_request_of(AUSWEISDATEN),
        Screen::Request(request)
            if request.only_shown && request.data.len() == ON_GERMAN_CARDS && request.certificate.is_some()
    );
    story.tap(Tap::Continue);
    story.world.lay_on(GOOD_CARD);
    story.type_secret(PIN).wait(10);
    let shown = content(&story);
    let value = |group| {
        shown
            .iter()
            .find(|(shown, _)| *shown == group)
            .map(|(_, value)| value.as_str())
    };
    assert_eq!(shown.len(), ON_GERMAN_CARDS);
    assert_eq!(value(DataGroup::GivenNames), Some(CANARY));
    assert_eq!(value(DataGroup::DateOfBirth), Some("12. August 1964"));
    assert_eq!(value(DataGroup::DocumentType), Some("Personalausweis"));
    assert_eq!(value(DataGroup::IssuingState), Some("Deutschland"));
    assert_eq!(value(DataGroup::AcademicTitle), Some("Steht nicht auf Ihrem Ausweis"));
    assert_eq!(
        value(DataGroup::PlaceOfResidence),
        Some(format!("{CANARY}weg 17\n51147 {CANARY}").as_str())
    );
    let Screen::CardContent(content) = story.screen() else {
        panic!("the card is not shown")
    };
    assert_eq!(content.sections.first().unwrap().0, CardSection::Person);
    assert!(content.note.contains("Bürgerbüro"));
    sees!(story.tap(Tap::Language(Language::English)), Screen::CardContent(content) if content.note.contains("office"));
}

#[test]
fn nothing_is_filed_or_printed_and_the_card_has_to_be_taken() {
    let mut story = Story::default();
    story.read_for(AUSWEISDATEN);
    assert!(story.world.agenda.is_empty(), "no device has anything to do");
    sees!(story.tap(Tap::Continue), Screen::TakeCard);
    story.world.take_card();
    sees!(story, Screen::Goodbye { ending: Ending::Served });
    assert!(story.wait(10).is_idle());
    assert_eq!(story.world.filing.count(), 0);
    let printed = |record: &Record| matches!(record, Record::Printed | Record::PrintFailed(_) | Record::Filed);
    assert!(!story.world.journal.iter().any(printed));
}

#[test]
fn taking_the_card_away_ends_the_display() {
    let mut story = Story::default();
    story.read_for(AUSWEISDATEN);
    story.world.take_card();
    sees!(story, Screen::Goodbye { ending: Ending::Served });
    let mut story = Story::default();
    story.read_for(AUSWEISDATEN);
    story.world.input(Input::Card(CardEvent::ReaderGone));
    sees!(story, Screen::Goodbye { .. });
}

#[test]
fn a_card_left_on_display_is_covered_in_time() {
    let mut story = Story::default();
    story.read_for(AUSWEISDATEN);
    let reached = story.world.now;
    story.wait(patience::SHOWING.as_secs() - patience::WARNING.as_secs());
    assert!(story.view().countdown.is_some());
    story.wait(patience::WARNING.as_secs());
    assert!(story.world.now - reached <= patience::SHOWING);
    sees!(story, Screen::TakeCard);
    assert!(story.wait(patience::TAKING_CARD.as_secs() + 1).is_idle());
    // Another service can be chosen without starting over; what was read is gone.
    let mut story = Story::default();
    story.read_for(AUSWEISDATEN).tap(Tap::Back);
    sees!(story, Screen::Services { .. });
}

#[test]
fn a_pin_that_was_right_has_all_its_tries_for_the_next_service() {
    let mut story = Story::default();
    story.to_request_of(AUSWEISDATEN).tap(Tap::Continue);
    story.world.lay_on(Card::Eid { tries: 2, off: false });
    story.type_secret(PIN).wait(10).tap(Tap::Back);
    story.tap(Tap::PinServices).tap(Tap::Pin(PinWish::Check));
    sees!(
        story,
        Screen::PinDone(PinNews::InOrder(PinState::Operational { tries_left: 3 }))
    );
}

#[test]
fn what_the_certificate_does_not_grant_is_not_offered() {
    let mut rights = certificate().rights;
    rights.groups.remove(&DataGroup::MunicipalityId);
    let mut story = with_rights(rights);
    sees!(
        story.to_request_of(AUSWEISDATEN),
        Screen::Request(request) if !request.data.contains(&DataGroup::MunicipalityId) && request.data.len() > 10
    );
    story.tap(Tap::Continue);
    story.world.lay_on(GOOD_CARD);
    story.type_secret(PIN).wait(10);
    assert!(
        !content(&story)
            .iter()
            .any(|(group, _)| *group == DataGroup::MunicipalityId)
    );
    assert_eq!(
        available(&mut with_rights(Rights::default()), AUSWEISDATEN),
        Availability::NoCertificate
    );
}

#[test]
fn only_the_question_is_asked_and_said_so_before_the_pin() {
    let mut story = Story::default();
    let Screen::Request(request) = story.to_request_of(JUGENDKARTE).screen() else {
        panic!("no request")
    };
    assert!(request.data.is_empty() && request.certificate.is_some() && !request.only_shown);
    assert_eq!(request.questions.len(), 3);
    assert!(request.questions[0].starts_with("Sind Sie mindestens 16 Jahre alt?"));
    assert!(request.questions[0].contains("Ihr Geburtsdatum nennt er nicht"));
    assert!(request.questions[1].starts_with("Wohnen Sie in Musterstadt?"));
    assert!(request.questions[1].contains("Ihre Anschrift nennt er nicht"));
    assert!(request.questions[2].contains("Pseudonym"));
    story.tap(Tap::Continue);
    sees!(story, Screen::LayCard { .. });
}

#[test]
fn a_yes_goes_on_and_stands_in_the_declaration() {
    let mut story = with_holder(true, true);
    sees!(story.read_for(JUGENDKARTE), Screen::Form(_));
    let Screen::Review(review) = story.fill().screen() else {
        panic!("no review")
    };
    let sections = &review.declaration.sections;
    assert_eq!(
        sections.len(),
        3,
        "the card's answers and two pages: who lives here isn't asked for a school"
    );
    assert_eq!(sections[0].page, None, "what the card said can't be changed");
    let rows: Vec<(&str, &str)> = sections[0]
        .rows
        .iter()
        .map(|row| (row.label.as_str(), row.value.expose()))
        .collect();
    assert_eq!(rows[0], ("Sind Sie mindestens 16 Jahre alt?", "Ja"));
    assert_eq!(rows[1], ("Wohnen Sie in Musterstadt?", "Ja"));
    let told: String = sections
        .iter()
        .flat_map(|part| &part.rows)
        .map(|row| row.value.expose())
        .collect();
    assert!(!told.contains("1964") && !told.contains(PSEUDONYM));
    story.tap(Tap::Continue).wait(15);
    sees!(story, Screen::Receipt(_));
    assert_eq!(story.world.filing.count(), 1);
}

#[test]
fn a_no_that_a_guard_decides_goes_another_way() {
    let mut story = with_holder(true, false);
    let Screen::Review(review) = story.read_for(JUGENDKARTE).fill().screen() else {
        panic!("no review")
    };
    let sections = &review.declaration.sections;
    assert_eq!(sections.len(), 4, "who lives elsewhere is asked for a school");
    assert_eq!(sections[0].rows[1].value.expose(), "Nein");
}

#[test]
fn a_no_that_ends_it_leads_to_the_services_own_words() {
    let mut story = with_holder(false, true);
    sees!(
        story.read_for(JUGENDKARTE),
        Screen::Exit { service, title, text }
            if service == "Jugendkarte" && title.contains("ab 16") && text.contains("Eltern")
    );
    sees!(story.tap(Tap::Back), Screen::Services { .. });
    let mut story = with_holder(false, true);
    sees!(story.read_for(JUGENDKARTE).tap(Tap::Continue), Screen::TakeCard);
    assert_eq!(story.world.filing.count(), 0);
    let mut story = with_holder(false, true);
    story.read_for(JUGENDKARTE);
    assert!(
        story
            .wait(patience::REFUSED.as_secs() + patience::TAKING_CARD.as_secs() + 1)
            .is_idle()
    );
}

#[test]
fn a_certificate_without_the_right_to_ask_switches_the_service_off() {
    let all = certificate().rights;
    assert_eq!(available(&mut with_rights(all.clone()), JUGENDKARTE), Availability::Now);
    for rights in [
        Rights {
            age: false,
            ..all.clone()
        },
        Rights {
            municipality: false,
            ..all.clone()
        },
        Rights {
            pseudonym: false,
            ..all.clone()
        },
    ] {
        assert_eq!(
            available(&mut with_rights(rights), JUGENDKARTE),
            Availability::NoCertificate
        );
    }
}

/// Whoever writes a service sees what they read to whom the card says no.
#[test]
fn the_preview_shows_the_ways_out() {
    let story = Story::default();
    let terminal = &story.world.terminal;
    let service = terminal.catalogue.service(&JUGENDKARTE.into()).unwrap();
    for language in [Language::German, Language::EasyGerman, Language::English] {
        let pages = session::preview::pages(service, terminal, language);
        let (_, view) = pages.iter().find(|(name, _)| name == "too_young").unwrap();
        assert!(
            matches!(&view.screen, Screen::Exit { title, text, .. } if title.contains("16") && !text.is_empty()),
            "{language:?}: {:?}",
            view.screen
        );
    }
}
