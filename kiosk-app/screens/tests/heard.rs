//! What is heard, and where five keys lead: on every page, with headset and with the loudspeaker alone.
#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm)] // helpers of tests
mod common;
#[path = "heard/place.rs"]
mod place;

use common::{all, person_form, view};
use drivers_api::language::Language;
use drivers_api::print::Medium;
use drivers_api::voice::{Audience, Manner};
use screens::hand::{self, Role, elements, find, key};
use screens::picture::{self, Canvas};
use screens::{Said, Screens};
use session::view::{Countdown, Over, Paper, Screen, SpeechTo, View};
use slint::platform::Key;
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

/// Moves of the focus that lead around any page.
const MOVES: usize = 60;

#[derive(Clone, Debug)]
struct Speech {
    number: u64,
    audience: Audience,
    text: String,
    manner: Manner,
}

struct World {
    canvas: Canvas,
    screens: Screens,
    taps: Rc<RefCell<Vec<String>>>,
    said: Rc<RefCell<Vec<Speech>>>,
    clock_ms: u64,
}

impl World {
    fn new() -> Self {
        let (taps, said) = (Rc::new(RefCell::new(Vec::new())), Rc::new(RefCell::new(Vec::new())));
        let canvas = picture::install(1080, 1920).unwrap();
        let (tapped, spoken) = (Rc::clone(&taps), Rc::clone(&said));
        let screens = Screens::speaking(
            move |tap| tapped.borrow_mut().push(format!("{tap:?}")),
            move |said| {
                if let Said::Speech {
                    number,
                    audience,
                    phrases,
                } = said
                {
                    let texts: Vec<&str> = phrases.iter().map(|phrase| phrase.text.expose()).collect();
                    spoken.borrow_mut().push(Speech {
                        number,
                        audience,
                        text: texts.join(" "),
                        manner: phrases[0].manner,
                    });
                }
            },
        )
        .unwrap();
        screens.open().unwrap();
        Self {
            canvas,
            screens,
            taps,
            said,
            clock_ms: 0,
        }
    }

    fn turn(&mut self) {
        self.clock_ms += 500;
        self.canvas.turn(Duration::from_millis(self.clock_ms));
        elements(&self.screens); // lays out what is new
        self.canvas.turn(Duration::from_millis(self.clock_ms));
    }

    fn show(&mut self, view: &View) -> Vec<Speech> {
        self.said.borrow_mut().clear();
        self.screens.show(view);
        self.turn();
        self.taps.borrow_mut().clear();
        self.said.borrow().clone()
    }

    fn press(&mut self, pressed: Key) -> Vec<Speech> {
        self.said.borrow_mut().clear();
        self.turn();
        key(&self.screens, pressed);
        self.turn();
        self.said.borrow().clone()
    }

    /// All speeches end.
    fn listen(&mut self) -> Vec<Speech> {
        let ended: Vec<u64> = self.said.borrow_mut().drain(..).map(|speech| speech.number).collect();
        ended.into_iter().for_each(|number| self.screens.spoken(number));
        self.said.borrow().clone()
    }

    fn focused(&self) -> Option<hand::Element> {
        elements(&self.screens).into_iter().find(|element| element.has_focus)
    }
}

fn to_headset(shown: View) -> View {
    View {
        speech: SpeechTo::Headset,
        ..shown
    }
}

#[test]
fn eyes_are_not_needed() {
    let mut world = World::new();
    every_page_is_read_and_led_through(&mut world);
    the_room_hears_nothing_personal(&mut world);
    letters_by_keys(&mut world);
    a_code_by_keys(&mut world);
    place::a_place_by_keys(&mut world);
    a_mistake_is_told_and_found(&mut world);
    time_runs_out_audibly(&mut world);
    what_comes_by_itself_waits(&mut world);
    what_lies_over_the_page(&mut world);
    trembling_and_holding(&mut world);
}

fn every_page_is_read_and_led_through(world: &mut World) {
    for language in [Language::German, Language::English, Language::Ukrainian] {
        for (name, shown) in all(language) {
            let shown = to_headset(shown);
            world.show(&view(language, Screen::Filing)); // so that it is a new page
            let said = world.show(&shown);
            let told: String = said.iter().map(|speech| speech.text.clone()).collect();
            assert!(told.chars().count() > 10, "{name}: “{told}”");
            let personal = shown.screen.is_personal();
            assert!(
                said.iter()
                    .all(|speech| (speech.audience == Audience::Private) == personal),
                "{name}"
            );
            let controls = |all: &[hand::Element]| all.iter().filter(|e| e.is_control() && e.enabled).count();
            let there = controls(&elements(&world.screens));
            let mut seen = std::collections::BTreeSet::new();
            for _ in 0..MOVES {
                let heard = world.press(Key::DownArrow);
                let Some(focused) = world.focused() else {
                    assert_eq!(there, 0, "{name}: nothing has the focus");
                    break;
                };
                assert!(focused.in_sight, "{name}: {focused:?} can't be seen");
                let heard = heard.first().unwrap_or_else(|| panic!("{name}: {focused:?} is silent"));
                assert!(
                    squeezed(&heard.text).contains(&squeezed(&focused.label)),
                    "{name}: {} for {focused:?}",
                    heard.text
                );
                seen.insert(format!("{:?}{}{}", focused.role, focused.label, focused.description));
            }
            let reached = elements(&world.screens)
                .into_iter()
                // What has the focus is scrolled into sight; the buttons for it may come and go with the keyboard.
                .filter(|e| e.is_control() && e.enabled && ![hand::READ_ON, hand::GO_UP].contains(&e.id.as_str()));
            for control in reached {
                let it = format!("{:?}{}{}", control.role, control.label, control.description);
                assert!(seen.contains(&it), "{name}: {control:?} isn't reached, only {seen:?}");
            }
        }
    }
}

/// Where the language changes within a label, a phrase ends.
fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn the_room_hears_nothing_personal(world: &mut World) {
    let l = Language::German;
    world.show(&view(l, Screen::Filing));
    let aloud = |screen| View {
        speech: SpeechTo::Room,
        ..view(l, screen)
    };
    let said = world.show(&aloud(Screen::Languages));
    assert_eq!(said[0].audience, Audience::Public);
    assert!(said[0].text.contains("Wählen Sie Ihre Sprache"));
    let said = world.show(&aloud(Screen::Form(person_form(l))));
    assert_eq!(said.len(), 1);
    assert!(
        said[0].text.contains("Stecken Sie einen Kopfhörer ein"),
        "{}",
        said[0].text
    );
    for _ in 0..8 {
        assert!(world.press(Key::DownArrow).is_empty(), "said once, and nothing else");
    }
    let said = world.show(&View {
        speech: SpeechTo::Nobody,
        ..view(l, Screen::Languages)
    });
    assert!(said.is_empty());
}

fn letters_by_keys(world: &mut World) {
    let l = Language::German;
    world.show(&view(l, Screen::Filing));
    world.show(&to_headset(view(l, Screen::Form(person_form(l)))));
    let street = "Straße und Hausnummer";
    while world.focused().is_none_or(|focused| focused.label != street) {
        world.press(Key::DownArrow);
    }
    let said = world.press(Key::RightArrow);
    assert_eq!(
        (said[0].text.as_str(), said[0].manner),
        ("Heidestraße 17", Manner::Spelled)
    );
    let said = world.press(Key::Return);
    assert!(said[0].text.starts_with("a "), "the first letter: {}", said[0].text);
    let said = world.press(Key::DownArrow);
    assert_eq!((said[0].text.as_str(), said[0].manner), ("b", Manner::Spelled));
    world.taps.borrow_mut().clear();
    let said = world.press(Key::Return);
    assert_eq!(find(&world.screens, street).unwrap().value, "Heidestraße 17b");
    assert_eq!((said[0].text.as_str(), said[0].audience), ("b", Audience::Private));
    assert!(
        world.taps.borrow().iter().any(|tap| tap.starts_with("Enter")),
        "{:?}",
        world.taps
    );
    for _ in 0..3 {
        world.press(Key::UpArrow); // b, a, done, erase
    }
    world.press(Key::Return);
    assert_eq!(find(&world.screens, street).unwrap().value, "Heidestraße 17");
    world.taps.borrow_mut().clear();
    let said = world.press(Key::Escape);
    assert!(said[0].text.starts_with(street), "back at the field: {}", said[0].text);
    assert!(
        !world.taps.borrow().iter().any(|tap| tap == "Back"),
        "only the wheel is left"
    );
    world.press(Key::Escape);
    assert!(world.taps.borrow().iter().any(|tap| tap == "Back" || tap == "Cancel"));
}

fn a_code_by_keys(world: &mut World) {
    let l = Language::German;
    world.show(&view(l, Screen::Filing));
    world.show(&to_headset(view(l, common::follow_up::code("K7QF", None))));
    let label = "Geben Sie den Code ein";
    while world.focused().is_none_or(|focused| focused.label != label) {
        world.press(Key::DownArrow);
    }
    let said = world.press(Key::RightArrow);
    assert_eq!(
        (said[0].text.as_str(), said[0].manner),
        ("K7QF", Manner::Code),
        "spelled on wish"
    );
    let said = world.press(Key::Return);
    assert!(said[0].text.starts_with("0 "), "the first symbol: {}", said[0].text);
    let said = world.press(Key::UpArrow);
    assert_eq!(said[0].text, "Fertig");
    world.press(Key::UpArrow);
    let said = world.press(Key::UpArrow);
    assert_eq!(
        (said[0].text.as_str(), said[0].manner),
        ("z", Manner::Spelled),
        "no word for each capital"
    );
    let said = world.press(Key::Return);
    assert_eq!((said[0].text.as_str(), said[0].audience), ("Z", Audience::Private));
    assert_eq!(find(&world.screens, label).unwrap().value, "K7QF-Z");
    world.press(Key::Escape);
    let said = world.show(&to_headset(view(
        l,
        common::follow_up::code("K7QF-2N9X-4TH", Some(session::view::CodeTrouble::Slip)),
    )));
    let told: String = said.iter().map(|speech| speech.text.clone()).collect();
    assert!(
        told.contains("Fehler") && told.contains("Ein Zeichen stimmt nicht"),
        "{told}"
    );
}

fn a_mistake_is_told_and_found(world: &mut World) {
    let l = Language::German;
    world.show(&view(l, Screen::Filing));
    world.show(&to_headset(view(l, Screen::Form(person_form(l)))));
    while world.focused().is_none_or(|focused| focused.label != "Weiter") {
        world.press(Key::DownArrow);
    }
    let mut form = person_form(l);
    form.fields[3].error = Some("Bitte nennen Sie die Straße.".into());
    let said = world.show(&to_headset(view(l, Screen::Form(form))));
    let told = &said[0].text;
    let mistake = "Fehler: Straße und Hausnummer: Bitte nennen Sie die Straße. Straße und Hausnummer";
    assert!(told.starts_with(mistake), "the mistake, then its field: {told}");
    let focused = world.focused().unwrap();
    assert_eq!(
        (focused.role, focused.label.as_str()),
        (Role::TextInput, "Straße und Hausnummer")
    );
}

fn time_runs_out_audibly(world: &mut World) {
    let l = Language::German;
    world.show(&view(l, Screen::Filing));
    let shown = |remaining_s| View {
        countdown: remaining_s,
        ..to_headset(view(l, Screen::Languages))
    };
    world.show(&shown(None));
    world.listen();
    let mut told = Vec::new();
    for remaining_s in (1..=30).rev() {
        let said = world.show(&shown(Some(Countdown {
            remaining_s,
            from_s: 30,
        })));
        told.extend(said.into_iter().map(|speech| speech.text));
        world.listen();
    }
    assert_eq!(told, ["Noch 30 Sekunden", "Noch 20 Sekunden", "Noch 10 Sekunden"]);
}

fn what_comes_by_itself_waits(world: &mut World) {
    let l = Language::German;
    world.show(&view(l, Screen::Filing));
    let receipts = all(l).into_iter().filter(|(name, _)| *name == "13-receipt");
    let mut shown = receipts.map(|(_, shown)| to_headset(shown)).next().unwrap();
    let mut paper = |state| {
        if let Screen::Receipt(receipt) = &mut shown.screen {
            receipt.paper = state;
        }
        world.screens.show(&shown);
        world.turn();
    };
    paper(Paper::Printing);
    paper(Paper::Printed(Medium::Sheet));
    let said = world.said.borrow().clone();
    assert!(
        said.iter().all(|speech| !speech.text.contains("Ausgabefach")),
        "the code is heard to its end"
    );
    let after = world.listen();
    assert!(after[0].text.contains("Sie liegt im Ausgabefach"), "{after:?}");
}

fn what_lies_over_the_page(world: &mut World) {
    let l = Language::German;
    world.show(&view(l, Screen::Filing));
    let shown = |over| View {
        over,
        ..to_headset(view(l, Screen::Form(person_form(l))))
    };
    world.show(&shown(Over::Nothing));
    world.press(Key::DownArrow);
    let before = world.focused().unwrap().label;
    let said = world.show(&shown(Over::AskingCancel));
    assert!(said[0].text.starts_with("Wirklich abbrechen?"), "{}", said[0].text);
    world.press(Key::DownArrow);
    assert_eq!(world.focused().unwrap().label, "Nein, weitermachen");
    world.taps.borrow_mut().clear();
    world.press(Key::Escape);
    assert_eq!(*world.taps.borrow(), ["KeepGoing"]);
    let said = world.show(&shown(Over::Nothing));
    assert_eq!(world.focused().unwrap().label, before, "the focus is where it was");
    assert!(said[0].text.contains(&before), "{}", said[0].text);
    world.taps.borrow_mut().clear();
    world.press(Key::F1);
    world.press(Key::Menu);
    assert_eq!(*world.taps.borrow(), ["Help", "Help"]);
}

fn trembling_and_holding(world: &mut World) {
    let l = Language::German;
    world.show(&view(l, Screen::Filing));
    world.show(&to_headset(view(l, Screen::Languages)));
    world.press(Key::DownArrow);
    let first = world.focused().unwrap().label;
    key(&world.screens, Key::DownArrow);
    key(&world.screens, Key::DownArrow);
    let second = world.focused().unwrap().label;
    assert_ne!(first, second);
    world.press(Key::UpArrow);
    assert_eq!(world.focused().unwrap().label, first, "two strikes at once count once");
    let text: slint::SharedString = Key::DownArrow.into();
    let repeat = slint::platform::WindowEvent::KeyPressRepeated { text };
    let _ = world.screens.window().dispatch_event_with_result(repeat);
    world.turn();
    assert_eq!(world.focused().unwrap().label, first, "a held key does nothing");
}
