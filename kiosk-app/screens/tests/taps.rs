//! Every button of every screen says the right thing, by finger and by keyboard.
#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm)] // helpers of tests
mod common;
#[path = "taps/place.rs"]
mod place;
#[path = "taps/typing.rs"]
mod typing;

use catalogue::Spot;
use common::expected::{either, expected, expected_of_follow_up, expected_of_panels, expected_of_pay};
use common::{all, person_form, pick, question_form, secret, view};
use drivers_api::card::PinState;
use drivers_api::language::Language;
use screens::Screens;
use screens::hand::{self, Missed, find, key, tap};
use screens::picture::{self, Canvas};
use session::view::{Countdown, Over, Screen, SecretKind, View};
use session::{MapStep, Tap};
use slint::platform::Key;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

struct World {
    canvas: Canvas,
    screens: Screens,
    said: Rc<RefCell<Vec<String>>>,
    /// Where a map was touched.
    touched: Rc<Cell<Option<Spot>>>,
    clock: u64,
}

impl World {
    fn show(&mut self, view: &View) {
        self.screens.show(view);
        self.turn();
        self.said.borrow_mut().clear();
    }

    /// Time for what a touch sets off, and a frame, as on a display.
    fn turn(&mut self) {
        self.clock += 1;
        self.canvas.turn(Duration::from_secs(self.clock));
        self.canvas.dirty();
    }

    fn says(&mut self, label: &str, expected: &[&str]) {
        self.said.borrow_mut().clear();
        tap(&self.screens, label).unwrap();
        self.turn();
        assert_eq!(*self.said.borrow(), expected, "after “{label}”");
    }

    fn value(&self, label: &str) -> String {
        find(&self.screens, label).unwrap().value
    }
}

/// A tap in words; texts of the published test person may be told.
fn words(tap: &Tap) -> String {
    match tap {
        Tap::Enter { field, text } => format!("{field}={}", text.expose()),
        Tap::Find(text) => format!("find {}", text.expose()),
        Tap::Code(text) => format!("code {}", text.expose()),
        other => format!("{other:?}"),
    }
}

#[test]
fn everything_that_is_done_is_said() {
    let said = Rc::new(RefCell::new(Vec::new()));
    let canvas = picture::install(1080, 1920).unwrap();
    let touched = Rc::new(Cell::new(None));
    let screens = Screens::new({
        let (said, touched) = (said.clone(), touched.clone());
        move |tap| {
            if let Tap::Map {
                step: MapStep::Touch(spot),
                ..
            } = tap
            {
                touched.set(Some(spot));
            }
            said.borrow_mut().push(words(&tap));
        }
    })
    .unwrap();
    screens.open().unwrap();
    let mut world = World {
        canvas,
        screens,
        said,
        touched,
        clock: 0,
    };
    for (width, height) in [(1080, 1920), (1920, 1080)] {
        world.canvas.resize(width, height);
        languages(&mut world);
        for language in [Language::German, Language::English] {
            buttons(&mut world, language);
            numbers(&mut world, language);
            fields(&mut world, language);
            typing::next_page(&mut world, language);
            typing::typing(&mut world, language);
            typing::suggesting(&mut world, language);
            typing::code(&mut world, language);
            place::places(&mut world, language);
            keyboard_only(&mut world, language);
        }
        typing::own_letters(&mut world);
    }
    nothing_is_kept(&mut world);
    idle_is_still(&mut world);
}

/// Every language can be chosen by its own name, names itself on top, and says when a service isn't translated.
fn languages(world: &mut World) {
    let only_german = [
        (
            Language::EasyGerman,
            "Einen Teil dieser Seite gibt es nicht in Leichter Sprache.",
        ),
        (Language::Turkish, "Bu sayfanın bir bölümü yalnızca Almanca."),
        (Language::Ukrainian, "Частина цієї сторінки є лише німецькою мовою."),
    ];
    for language in Language::ALL {
        world.show(&view(language, Screen::Languages));
        for other in Language::ALL {
            world.says(other.own_name(), &[&format!("Language({other:?})")]);
        }
    }
    for (language, sign) in only_german {
        for (name, shown) in all(language) {
            let translated = shown.texts_in == language;
            world.show(&shown);
            let covered = shown.over != Over::Nothing; // something lies over it
            assert_eq!(find(&world.screens, sign).is_none(), translated || covered, "{name}");
        }
    }
}

fn buttons(world: &mut World, l: Language) {
    let label = either(l);
    let views = all(l);
    let named = |name: &str| &views.iter().find(|(n, _)| *n == name).unwrap().1;
    let next = label("Weiter", "Continue");
    let all_expected = expected(l)
        .into_iter()
        .chain(expected_of_follow_up(l))
        .chain(expected_of_pay(l));
    for (name, button, says) in all_expected.chain(expected_of_panels(l)) {
        world.show(named(name));
        world.says(button, &[says]);
    }
    world.show(named("03-services"));
    let off = label("Bewohnerparkausweis", "Residents’ parking permit");
    assert_eq!(tap(&world.screens, off), Err(Missed::Disabled(off.to_owned())));
    world.show(named("06-pin"));
    assert_eq!(
        tap(&world.screens, next),
        Err(Missed::Disabled(next.to_owned())),
        "three of six digits"
    );
    world.show(named("18-cancel"));
    assert!(
        find(&world.screens, next).is_none(),
        "nothing below the question can be reached"
    );
    hand::tap_at(&world.screens, 20.0, 1000.0);
    assert!(world.said.borrow().is_empty());
}

fn numbers(world: &mut World, l: Language) {
    let fresh = PinState::Operational { tries_left: 3 };
    world.show(&view(l, secret(SecretKind::Pin, 0, fresh, None)));
    for digit in 0..=9 {
        world.says(&digit.to_string(), &[&format!("Digit({digit})")]);
    }
    world.says(&pick(l, "Letzte Ziffer löschen", "Delete last digit"), &["Erase"]);
    world.said.borrow_mut().clear();
    for text in ["4", "2", "x"] {
        key(&world.screens, text);
    }
    key(&world.screens, Key::Backspace);
    key(&world.screens, Key::Escape);
    key(&world.screens, Key::Return); // not complete: nothing
    assert_eq!(
        *world.said.borrow(),
        ["Digit(4)", "Digit(2)", "Erase", "Back", "MoreTime"]
    );
    world.show(&view(l, secret(SecretKind::Pin, 6, fresh, None)));
    key(&world.screens, Key::Return);
    assert_eq!(*world.said.borrow(), ["Continue"]);
    let dots = hand::elements(&world.screens)
        .into_iter()
        .find(|element| element.label == "PIN")
        .unwrap();
    assert_eq!(dots.value, pick(l, "6 von 6 Ziffern", "6 of 6 digits"));
}

fn fields(world: &mut World, l: Language) {
    world.show(&view(l, Screen::Form(question_form(l))));
    world.says(
        &pick(l, "Erweiterte Meldebescheinigung", "Extended certificate"),
        &["5=erweitert"],
    );
    let chosen = find(
        &world.screens,
        &pick(l, "Erweiterte Meldebescheinigung", "Extended certificate"),
    )
    .unwrap();
    assert_eq!(chosen.checked, Some(true), "shown at once");
    world.says(&pick(l, "Ja", "Yes"), &["6=true"]);
    world.says(&pick(l, "Nein", "No"), &["6=false"]);
    let date = pick(l, "Ab wann wird sie gebraucht?", "From when do you need it?");
    tap(&world.screens, &date).unwrap();
    world.turn();
    world.says("2", &["7=24.12"]);
    world.says("2", &["7=24.12.2"]);
    assert_eq!(world.value(&date), "24.12.2");
    world.says(&pick(l, "Letzte Ziffer löschen", "Delete last digit"), &["7=24.12"]);
    tap(&world.screens, &pick(l, "Fertig", "Done")).unwrap();
    world.turn();
    assert!(find(&world.screens, "2").is_none(), "the pad is away");
}

fn keyboard_only(world: &mut World, l: Language) {
    world.show(&view(l, Screen::Languages));
    key(&world.screens, Key::Tab);
    key(&world.screens, Key::Return);
    key(&world.screens, Key::Tab);
    key(&world.screens, " ");
    let expected = ["MoreTime", "Language(German)", "MoreTime", "Language(EasyGerman)"]; // signs of life, too
    assert_eq!(*world.said.borrow(), expected);
    let form = Screen::Form(person_form(l));
    world.show(&View {
        over: Over::AskingCancel,
        ..view(l, form)
    });
    key(&world.screens, Key::Tab);
    key(&world.screens, Key::Tab);
    key(&world.screens, Key::Return);
    key(&world.screens, Key::Backtab);
    key(&world.screens, Key::Return);
    let done = |said: &Vec<String>| {
        said.iter()
            .filter(|tap| *tap != "MoreTime")
            .cloned()
            .collect::<Vec<_>>()
    };
    assert_eq!(done(&world.said.borrow()), ["ConfirmCancel", "KeepGoing"]);
    let before = world.said.borrow().len();
    for nothing in [Key::F4, Key::F12, Key::SysReq, Key::Pause, Key::PageUp] {
        key(&world.screens, nothing);
    }
    assert_eq!(world.said.borrow().len(), before, "nothing dangerous");
}

/// After the visit, no element tells anything of it.
fn nothing_is_kept(world: &mut World) {
    let l = Language::German;
    for (_, shown) in all(l) {
        world.show(&shown);
    }
    world.show(&view(
        l,
        Screen::Attract {
            card_left: false,
            reader_works: true,
            eid_works: true,
            time: None,
            services: Vec::new(),
            headlines: Vec::new(),
        },
    ));
    world.show(&view(
        l,
        Screen::Form(session::view::Form {
            leave_out: false,
            fields: Vec::new(),
            ..person_form(l)
        }),
    ));
    let there = format!(
        "{:?}",
        hand::elements(&world.screens)
            .iter()
            .map(|e| (&e.label, &e.value))
            .collect::<Vec<_>>()
    );
    for text in ["ERIKA", "MUSTERMANN", "12.08.1964", "Heidestr"] {
        assert!(!there.contains(text), "{text} is still there");
    }
}

/// A screen on which nothing happens isn't drawn again; a view that says the same draws nothing.
fn idle_is_still(world: &mut World) {
    let countdown = Some(Countdown {
        remaining_s: 17,
        from_s: 30,
    });
    for language in [Language::German, Language::Arabic] {
        for (name, shown) in all(language) {
            world.show(&shown);
            world.turn();
            assert!(!world.canvas.dirty(), "{name} draws for nothing");
            world.screens.show(&shown);
            world.clock += 5;
            world.canvas.turn(Duration::from_secs(world.clock));
            assert!(!world.canvas.dirty(), "{name} draws the same again");
        }
        let mut shown = view(language, Screen::Filing);
        world.show(&shown);
        shown.countdown = countdown;
        world.screens.show(&shown);
        assert!(world.canvas.dirty(), "a countdown is drawn");
    }
}
