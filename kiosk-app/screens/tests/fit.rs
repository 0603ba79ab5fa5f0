//! No text is cut off: every screen in every language, at 100 % and 200 %, upright and on its side. Nothing is drawn; the
//! texts themselves say how much room they need (`screens::fit`).
#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm)] // helpers of tests
mod common;

use drivers_api::language::Language;
use screens::hand::{find, tap};
use screens::picture::{self, Canvas};
use screens::{Screens, fit};
use session::Preferences;
use session::preferences::TextSize;
use session::view::{Screen, View};
use std::time::Duration;

/// May end with "…" in the header.
const TOWN: &str = "Stadt Musterstadt";

const SHAPES: [(&str, u32, u32); 2] = [("portrait", 1080, 1920), ("landscape", 1920, 1080)];

/// The terminal, and what can't be read on it.
struct Eye {
    canvas: Canvas,
    screens: Screens,
    clock: u64,
    faults: Vec<String>,
}

impl Eye {
    fn show(&mut self, view: View, text: TextSize) {
        let preferences = Preferences {
            text,
            ..view.preferences
        };
        self.screens.show(&View { preferences, ..view });
        self.turn();
    }

    fn turn(&mut self) {
        self.clock += 1;
        self.canvas.turn(Duration::from_secs(self.clock));
    }

    /// Looks at what is shown. `covered`: a band lies over the header.
    fn look(&mut self, name: &str, covered: bool) {
        let found = fit::faults(&self.screens, TOWN).into_iter();
        let found = found.filter(|fault| !(covered && fault.contains("lies on")));
        self.faults.extend(found.map(|fault| format!("{name}: {fault}")));
    }

    /// Touches fields: each has to be in sight above the keyboard then.
    fn type_in(&mut self, language: Language, text: TextSize, shape: &str) {
        for (form, field) in [
            (common::person_form(language), 3),
            (common::suggesting_form(language), 3),
            (common::question_form(language), 7),
        ] {
            let label = form.fields.iter().find(|one| one.field == field).unwrap().label.clone();
            let name = format!("{shape}-{}-{}-typing-{field}", language.tag(), text.percent());
            self.show(common::view(language, Screen::Filing), text);
            self.show(common::view(language, Screen::Form(form)), text);
            if let Err(missed) = tap(&self.screens, &label) {
                self.faults.push(format!("{name}: {missed}"));
                continue;
            }
            self.turn();
            self.look(&name, false);
            if !find(&self.screens, &label).unwrap().in_sight {
                self.faults.push(format!("{name}: the field is out of sight"));
            }
        }
    }
}

#[test]
fn no_text_is_cut_off() {
    let canvas = picture::install(1080, 1920).unwrap();
    let screens = Screens::new(|_| {}).unwrap();
    screens.open().unwrap();
    let (clock, faults) = (0, Vec::new());
    let mut eye = Eye {
        canvas,
        screens,
        clock,
        faults,
    };
    for (shape, width, height) in SHAPES {
        eye.canvas.resize(width, height);
        for (language, text) in Language::ALL
            .into_iter()
            .flat_map(|language| TextSize::ALL.map(|text| (language, text)))
        {
            for (name, view) in common::all(language) {
                // nobody has chosen anything before they come
                let nobody = matches!(view.screen, Screen::Attract { .. });
                if nobody && (text != TextSize::Percent100 || language != Language::German) {
                    continue;
                }
                let name = format!("{shape}-{}-{}-{name}", language.tag(), text.percent());
                let covered = view.countdown.is_some();
                assert_eq!(view.town, TOWN);
                eye.show(view, text);
                eye.look(&name, covered);
            }
            eye.type_in(language, text, shape);
        }
        // a service may be wordier than ours
        common::PSEUDO.set(true);
        for text in [TextSize::Percent100, TextSize::Percent200] {
            let all = common::all(Language::German).into_iter();
            for (name, view) in all.filter(|(_, view)| !matches!(view.screen, Screen::Attract { .. })) {
                let name = format!("{shape}-pseudo-{}-{name}", text.percent());
                let covered = view.countdown.is_some();
                eye.show(view, text);
                eye.look(&name, covered);
            }
        }
        common::PSEUDO.set(false);
    }
    let faults = eye.faults;
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}
