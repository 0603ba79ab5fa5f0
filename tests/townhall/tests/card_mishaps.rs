//! Mishaps with card and reader: every one leads on.
use drivers_api::card::{CardEvent, CardFailure, PinState};
use drivers_api::language::Language;
use session::view::{Availability, CardHint, Refusal, Screen, SecretKind};
use session::{Input, Tap, patience};
use townhall::devices::{CAN, Card, PIN};
use townhall::story::{GOOD_CARD, Story};

macro_rules! sees {
    ($story:expr, $pattern:pat $(if $guard:expr)?) => {{
        let screen = $story.screen();
        assert!(matches!(&screen, $pattern $(if $guard)?), "saw {screen:?}");
    }};
}

#[test]
fn a_card_on_the_reader_begins_a_visit_and_is_used() {
    let mut story = Story::default();
    story.world.lay_on(GOOD_CARD);
    sees!(story, Screen::Languages);
    story
        .tap(Tap::Language(Language::English))
        .tap(Tap::Service("meldebescheinigung".into()));
    sees!(story.tap(Tap::Continue), Screen::Secret(_));
}

#[test]
fn tries_left_are_told_and_a_wrong_pin_is_said() {
    let mut story = Story::default();
    story.to_pin(GOOD_CARD);
    sees!(story, Screen::Secret(entry) if entry.pin == PinState::Operational { tries_left: 3 } && entry.trouble.is_none());
    story.type_secret(b"000000").wait(10);
    sees!(story, Screen::Secret(entry) if entry.pin == PinState::Operational { tries_left: 2 } && entry.trouble.is_some());
    sees!(story.tap(Tap::Digit(1)), Screen::Secret(entry) if entry.trouble.is_none());
}

#[test]
fn the_second_wrong_pin_suspends_and_the_can_resumes() {
    let mut story = Story::default();
    story
        .to_pin(GOOD_CARD)
        .type_secret(b"000000")
        .wait(10)
        .type_secret(b"000000")
        .wait(10);
    sees!(story, Screen::Secret(entry) if entry.kind == SecretKind::Can && entry.pin == PinState::Suspended && entry.trouble.is_none());
    story.type_secret(b"111111");
    sees!(story, Screen::Secret(entry) if entry.kind == SecretKind::Pin);
    story.type_secret(PIN).wait(10);
    sees!(story, Screen::Secret(entry) if entry.kind == SecretKind::Can && entry.trouble.is_some());
    story.type_secret(CAN).type_secret(PIN).wait(10);
    sees!(story, Screen::Form(_));
}

#[test]
fn blocked_and_deactivated_cards_are_refused_before_any_secret() {
    for (card, why) in [
        (Card::Eid { tries: 0, off: false }, Refusal::Blocked),
        (Card::Eid { tries: 3, off: true }, Refusal::Deactivated),
    ] {
        let mut story = Story::default();
        story.to_pin(card);
        sees!(story, Screen::CardRefused { why: shown } if *shown == why);
        // The right card of two leads on.
        story.world.take_card();
        story.world.lay_on(GOOD_CARD);
        sees!(story, Screen::Secret(_));
    }
}

#[test]
fn a_bank_card_and_a_mute_card_are_named() {
    for (card, hint) in [(Card::Other, CardHint::NotEid), (Card::Mute, CardHint::Unreadable)] {
        let mut story = Story::default();
        story.to_pin(card);
        sees!(story, Screen::LayCard { hint: shown } if *shown == hint);
        story.world.take_card();
        sees!(story, Screen::LayCard { hint: CardHint::None });
    }
}

#[test]
fn card_pulled_while_typing_and_while_reading() {
    let mut story = Story::default();
    story.to_pin(GOOD_CARD).tap(Tap::Digit(1));
    story.world.take_card();
    sees!(
        story,
        Screen::LayCard {
            hint: CardHint::TakenAway
        }
    );
    story.world.lay_on(GOOD_CARD);
    sees!(story, Screen::Secret(entry) if entry.typed == 0);
    story.type_secret(PIN);
    story.world.take_card();
    sees!(
        story,
        Screen::LayCard {
            hint: CardHint::TakenAway
        }
    );
    // The answer of the aborted read comes all the same, and means nothing.
    sees!(story.wait(20), Screen::LayCard { .. });
}

#[test]
fn reader_unplugged_and_back() {
    let mut story = Story::default();
    story.to_pin(GOOD_CARD);
    story.world.input(Input::Card(CardEvent::ReaderGone));
    sees!(
        story,
        Screen::LayCard {
            hint: CardHint::ReaderGone
        }
    );
    story
        .world
        .input(Input::Card(CardEvent::ReaderReady { pin_pad: false }));
    sees!(story, Screen::LayCard { hint: CardHint::None });
}

#[test]
fn without_a_reader_the_list_says_so() {
    let mut story = Story::default();
    story.world.input(Input::Card(CardEvent::ReaderGone));
    story.tap(Tap::Start).tap(Tap::Language(Language::German));
    let Screen::Services { tiles, .. } = story.screen() else {
        panic!("no list")
    };
    assert!(
        tiles
            .iter()
            .all(|tile| (tile.available == Availability::Now) != tile.needs_card)
    );
    sees!(
        story.tap(Tap::Service("meldebescheinigung".into())),
        Screen::Services { .. }
    );
}

#[test]
fn a_reader_that_never_answers_is_given_up() {
    let mut story = Story::default();
    story.to_pin(GOOD_CARD).type_secret(PIN);
    story.world.agenda.clear();
    story.wait(patience::READING.as_secs());
    sees!(
        story,
        Screen::CardRefused {
            why: Refusal::Malformed
        }
    );
    sees!(story.tap(Tap::Continue), Screen::Secret(_));
}

#[test]
fn a_terminal_without_right_says_so() {
    let mut story = Story::default();
    story.to_pin(GOOD_CARD).type_secret(PIN);
    story.world.agenda.clear();
    let job = drivers_api::Job(1);
    story.world.input(Input::Card(CardEvent::ReadFailed {
        job,
        why: CardFailure::NotAuthorised,
    }));
    sees!(
        story,
        Screen::CardRefused {
            why: Refusal::NotAuthorised
        }
    );
}

#[test]
fn a_forgotten_card_is_asked_for_by_the_idle_terminal() {
    let mut story = Story::default();
    story
        .to_receipt()
        .tap(Tap::Continue)
        .wait(patience::TAKING_CARD.as_secs());
    assert!(story.is_idle());
    sees!(story, Screen::Attract { card_left: true, .. });
}
