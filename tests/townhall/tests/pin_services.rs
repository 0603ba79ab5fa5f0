//! Everything about the PIN: no certificate, no line, no case.
use drivers_api::card::{CardEvent, PinState};
use drivers_api::language::Language;
use drivers_api::print::Medium;
use session::view::{Availability, CardWork, Leaflet, Paper, PinNews, Refusal, Screen, SecretKind, SecretTrouble};
use session::{Ending, Input, PinWish, Record, Tap};
use townhall::devices::{CAN, Card, PIN, PUK, TRANSPORT_PIN};
use townhall::story::{GOOD_CARD, Story};

macro_rules! sees {
    ($story:expr, $pattern:pat $(if $guard:expr)?) => {{
        let screen = $story.screen();
        assert!(matches!(&screen, $pattern $(if $guard)?), "saw {screen:?}");
    }};
}

const NEW_PIN: &[u8] = b"271828";

fn at_the_menu() -> Story {
    let mut story = Story::default();
    // Neither line nor certificate is needed.
    story.world.input(Input::Line { up: false });
    story.world.input(Input::Card(CardEvent::Certificate(None)));
    story
        .tap(Tap::Start)
        .tap(Tap::Language(Language::German))
        .tap(Tap::PinServices);
    sees!(story, Screen::PinMenu { reader_works: true });
    story
}

fn wants(wish: PinWish, card: Card) -> Story {
    let mut story = at_the_menu();
    story.tap(Tap::Pin(wish));
    sees!(story, Screen::LayCard { .. });
    story.world.lay_on(card);
    story
}

fn asks_for(story: &Story, wanted: SecretKind) {
    sees!(story, Screen::Secret(entry) if entry.kind == wanted && entry.typed == 0);
}

#[test]
fn the_pin_is_changed_after_the_new_one_was_typed_twice() {
    let mut story = wants(PinWish::Change, GOOD_CARD);
    asks_for(&story, SecretKind::Pin);
    story.type_secret(PIN);
    asks_for(&story, SecretKind::NewPin);
    story.type_secret(NEW_PIN);
    asks_for(&story, SecretKind::NewPinAgain);
    story.type_secret(b"271829");
    sees!(story, Screen::Secret(entry)
        if entry.kind == SecretKind::NewPin && entry.trouble == Some(SecretTrouble::NotTheSame));
    story.type_secret(NEW_PIN).type_secret(NEW_PIN);
    sees!(
        story,
        Screen::Working {
            work: CardWork::ChangingPin,
            on_pad: false
        }
    );
    sees!(story.wait(10), Screen::PinDone(PinNews::Changed));
    story.tap(Tap::Continue);
    sees!(story, Screen::TakeCard);
    story.world.take_card();
    story.wait(30);
    assert!(story.is_idle());
    assert!(story.world.journal.contains(&Record::VisitEnded(Ending::Served)));
    assert_eq!(story.world.filing.count(), 0);
}

#[test]
fn the_first_pin_is_set_with_the_five_digits_of_the_letter() {
    let mut story = wants(PinWish::First, GOOD_CARD);
    sees!(story, Screen::Secret(entry) if entry.kind == SecretKind::TransportPin && entry.length == 5);
    story
        .type_secret(TRANSPORT_PIN)
        .type_secret(NEW_PIN)
        .type_secret(NEW_PIN);
    sees!(story.wait(10), Screen::PinDone(PinNews::FirstSet));
    sees!(story.tap(Tap::Back), Screen::Services { .. });
}

#[test]
fn a_wrong_old_pin_is_told_with_the_tries_left() {
    let mut story = wants(PinWish::Change, GOOD_CARD);
    story.type_secret(b"000000").type_secret(NEW_PIN).type_secret(NEW_PIN);
    sees!(story.wait(10), Screen::Secret(entry) if entry.kind == SecretKind::Pin
        && entry.trouble == Some(SecretTrouble::WrongPin) && entry.pin == PinState::Operational { tries_left: 2 });
}

#[test]
fn the_state_of_a_pin_is_told_without_a_secret() {
    let story = wants(PinWish::Check, GOOD_CARD);
    sees!(
        story,
        Screen::PinDone(PinNews::InOrder(PinState::Operational { tries_left: 3 }))
    );
}

#[test]
fn a_suspended_pin_is_resumed_with_can_and_pin() {
    let mut story = wants(PinWish::Check, Card::Eid { tries: 1, off: false });
    asks_for(&story, SecretKind::Can);
    story.type_secret(CAN);
    asks_for(&story, SecretKind::Pin);
    story.type_secret(PIN);
    sees!(story.wait(10), Screen::PinDone(PinNews::Resumed));
}

#[test]
fn a_blocked_pin_is_unblocked_with_the_puk() {
    let mut story = wants(PinWish::Check, Card::Eid { tries: 0, off: false });
    sees!(story, Screen::CardRefused { why: Refusal::Blocked });
    story.tap(Tap::Continue);
    sees!(story, Screen::Secret(entry) if entry.kind == SecretKind::Puk && entry.length == 10);
    story.type_secret(b"0000000000");
    sees!(story.wait(10), Screen::Secret(entry) if entry.trouble == Some(SecretTrouble::WrongPuk));
    sees!(story.type_secret(PUK).wait(10), Screen::PinDone(PinNews::Unblocked));
}

#[test]
fn whoever_unblocks_on_the_way_goes_on_with_what_they_came_for() {
    let mut story = Story::default();
    story.to_pin(Card::Eid { tries: 0, off: false });
    sees!(story, Screen::CardRefused { why: Refusal::Blocked });
    story.tap(Tap::Continue).type_secret(PUK).wait(10);
    asks_for(&story, SecretKind::Pin);
    sees!(story.type_secret(PIN).wait(10), Screen::Form(_));
}

#[test]
fn a_forgotten_pin_leads_to_the_counter_with_a_note() {
    let mut story = at_the_menu();
    story.tap(Tap::PinForgotten);
    let note = |paper, print| Leaflet { paper, print };
    let asked = note(None, true);
    sees!(story, Screen::PinForgotten { note, office } if *note == asked && office.contains("Bürgerbüro"));
    sees!(
        story.tap(Tap::PrintAgain),
        Screen::PinForgotten {
            note: Leaflet {
                paper: Some(Paper::Printing),
                print: false
            },
            ..
        }
    );
    sees!(
        story.wait(15),
        Screen::PinForgotten {
            note: Leaflet {
                paper: Some(Paper::Printed(Medium::Sheet)),
                ..
            },
            ..
        }
    );
    story.tap(Tap::Continue).wait(20);
    assert!(story.is_idle());
}

#[test]
fn a_card_that_only_the_office_can_switch_on_gets_the_same_note() {
    let mut story = wants(PinWish::Change, Card::Eid { tries: 3, off: true });
    sees!(
        story,
        Screen::CardRefused {
            why: Refusal::Deactivated
        }
    );
    sees!(story.tap(Tap::PinForgotten), Screen::PinForgotten { .. });
}

#[test]
fn on_a_reader_with_keys_nothing_is_typed_here() {
    let mut story = at_the_menu();
    story.world.input(Input::Card(CardEvent::ReaderReady { pin_pad: true }));
    story.tap(Tap::Pin(PinWish::Change));
    story.world.lay_on(GOOD_CARD);
    sees!(
        story,
        Screen::Working {
            work: CardWork::ChangingPin,
            on_pad: true
        }
    );
    sees!(story.wait(10), Screen::PinDone(PinNews::Changed));
}

#[test]
fn without_a_certificate_cards_are_not_read_and_the_rest_goes_on() {
    let mut story = Story::default();
    story.world.input(Input::Card(CardEvent::Certificate(None)));
    sees!(story, Screen::Attract { eid_works: false, .. });
    story.tap(Tap::Start).tap(Tap::Language(Language::German));
    let Screen::Services { tiles, .. } = story.screen() else {
        panic!("no list")
    };
    assert!(tiles.iter().any(|tile| tile.available == Availability::NoCertificate));
    sees!(
        story.tap(Tap::Service("meldebescheinigung".into())),
        Screen::Services { .. }
    );
    sees!(story.tap(Tap::PinServices), Screen::PinMenu { .. });
}
