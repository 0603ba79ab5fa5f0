//! Draws chosen screens, writes the pictures, and checks what a program can see of them: nothing blank, nothing outside
//! the window, nothing too small to touch, no text cut off. `make screens` draws all of them; `fit.rs` looks at the
//! texts of all.
#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm)] // helpers of tests
mod common;

use drivers_api::language::Language;
use screens::hand::{self, Element, READ_ON, Role};
use screens::picture::{self, Canvas};
use screens::{Screens, hand::tap};
use session::Preferences;
use session::preferences::{Look, TextSize};
use session::view::{CodeTrouble, Screen, View};
use std::path::PathBuf;
use std::time::Duration;

/// 20 mm on a 24" display of 1920 px (3.6 px/mm).
const TOUCH_MIN: f32 = 72.0;

const SIZES: [(&str, u32, u32); 2] = [("portrait", 1080, 1920), ("landscape", 1920, 1080)];

/// Screens that show most of the widgets between them.
const FEW: [&str; 11] = [
    "03-services",
    "05-lay-card-not-eid",
    "06-pin-wrong",
    "09-form-questions",
    "09-form-map",
    "09-form-place",
    "31-code-slip",
    "35-case-answered",
    "36-letter",
    "37-withdraw",
    "18-cancel",
];

/// A language, a look, a size, and whether all screens are drawn or few.
const CHOSEN: [(Language, Look, TextSize, bool); 5] = [
    (Language::German, Look::Light, TextSize::Percent100, true),
    (Language::German, Look::Dark, TextSize::Percent100, false),
    (Language::Ukrainian, Look::YellowOnBlack, TextSize::Percent200, false),
    (Language::Arabic, Look::Light, TextSize::Percent150, false),
    (Language::Persian, Look::Dark, TextSize::Percent200, false),
];

struct Eye {
    canvas: Canvas,
    screens: Screens,
    folder: PathBuf,
    clock: u64,
    faults: Vec<String>,
}

#[test]
fn every_screen_can_be_seen_and_touched() {
    let canvas = picture::install(1080, 1920).unwrap();
    let screens = Screens::new(|_| {}).unwrap();
    screens.open().unwrap();
    let folder = PathBuf::from(option_env!("CARGO_TARGET_TMPDIR").unwrap_or("out")).join("screens");
    std::fs::create_dir_all(&folder).unwrap();
    let (clock, faults) = (0, Vec::new());
    let mut eye = Eye {
        canvas,
        screens,
        folder,
        clock,
        faults,
    };
    for (shape, width, height) in SIZES {
        eye.canvas.resize(width, height);
        for (language, look, text, all) in CHOSEN {
            let wish = |view: View| {
                let preferences = Preferences {
                    look,
                    text,
                    ..view.preferences
                };
                View { preferences, ..view }
            };
            let name = format!("{shape}-{}-{look:?}-{}", language.tag(), text.percent());
            for (screen, view) in common::all(language) {
                if all || FEW.contains(&screen) {
                    eye.show(&wish(view));
                    eye.look(&format!("{name}-{screen}"));
                }
            }
            eye.type_in(language, &name, wish);
        }
    }
    let faults = eye.faults;
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

impl Eye {
    fn show(&mut self, view: &View) {
        self.screens.show(view);
        self.turn();
    }

    fn turn(&mut self) {
        self.clock += 10;
        self.canvas.turn(Duration::from_secs(self.clock));
    }

    /// With the keyboard, with what may be meant, with the pad of digits, and in the letters of the language.
    fn type_in(&mut self, language: Language, name: &str, wish: impl Fn(View) -> View) {
        for (screen, form, field) in [
            ("19-typing", common::person_form(language), 3),
            ("19-suggested", common::suggesting_form(language), 3),
            ("19-digits", common::question_form(language), 7),
        ] {
            let label = form.fields.iter().find(|one| one.field == field).unwrap().label.clone();
            self.show(&wish(common::view(language, Screen::Filing)));
            self.show(&wish(common::view(language, Screen::Form(form))));
            tap(&self.screens, &label).unwrap();
            self.turn();
            self.look(&format!("{name}-{screen}"));
        }
        self.show(&wish(common::view(language, common::empty_search())));
        let all = hand::elements(&self.screens);
        let field = all.into_iter().find(|element| element.role == Role::TextInput).unwrap();
        tap(&self.screens, &field.label).unwrap();
        self.turn();
        self.look(&format!("{name}-19-search"));
        for (screen, typed, trouble) in [
            ("19-code", "K7QF-2M", None),
            ("19-code-slip", "K7QF-2N9X-4TH", Some(CodeTrouble::Slip)),
        ] {
            self.show(&wish(common::view(language, Screen::Filing)));
            self.show(&wish(common::view(language, common::follow_up::code(typed, trouble))));
            let all = hand::elements(&self.screens);
            let field = all.into_iter().find(|element| element.role == Role::TextInput).unwrap();
            tap(&self.screens, &field.label).unwrap();
            self.turn();
            self.look(&format!("{name}-{screen}"));
        }
    }

    fn look(&mut self, name: &str) {
        let picture = self.canvas.picture();
        std::fs::write(self.folder.join(format!("{name}.png")), picture.png().unwrap()).unwrap();
        let colours: std::collections::BTreeSet<&[u8]> = picture
            .rgb
            .as_chunks::<3>()
            .0
            .iter()
            .step_by(7)
            .map(|c| &c[..])
            .collect();
        if colours.len() < 20 {
            self.faults
                .push(format!("{name}: looks blank, {} colours", colours.len()));
        }
        let elements = hand::elements(&self.screens);
        let is_part = |element: &Element| matches!(element.role, Role::Main | Role::Form | Role::Groupbox);
        if !elements.iter().any(is_part) {
            self.faults.push(format!("{name}: no main part"));
        }
        let (width, height) = (picture.width as f32, picture.height as f32);
        let moves = elements.iter().any(|other| other.id == READ_ON);
        for element in &elements {
            if element.label.trim().is_empty() && element.role != Role::Groupbox {
                self.faults.push(format!("{name}: nameless {element:?}"));
            }
            let outside = element.x < -0.5 || element.x + element.width > width + 0.5;
            // what is scrolled away is reached by the buttons; all else has to be on the screen
            let below = element.in_sight && (element.y < -0.5 || element.y + element.height > height + 0.5);
            if outside || below {
                self.faults.push(format!("{name}: outside {element:?}"));
            }
            if element.is_control() && (element.width < TOUCH_MIN || element.height < TOUCH_MIN) {
                self.faults.push(format!("{name}: too small {element:?}"));
            }
            if !element.in_sight && !moves {
                self.faults.push(format!("{name}: cut off {element:?}"));
            }
        }
        self.faults.extend(overlaps(name, &elements));
    }
}

/// No two controls lie on one another.
fn overlaps(name: &str, elements: &[Element]) -> Vec<String> {
    let controls: Vec<&Element> = elements
        .iter()
        .filter(|element| element.is_control() && element.in_sight)
        .collect();
    let mut faults = Vec::new();
    for (i, a) in controls.iter().enumerate() {
        for b in &controls[i + 1..] {
            let apart = a.x + a.width <= b.x + 0.5
                || b.x + b.width <= a.x + 0.5
                || a.y + a.height <= b.y + 0.5
                || b.y + b.height <= a.y + 0.5;
            if !apart {
                faults.push(format!("{name}: {a:?} lies on {b:?}"));
            }
        }
    }
    faults
}
