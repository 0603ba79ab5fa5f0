//! No text is cut off: every screen in every language, at 100 % and 200 %, upright and on its side. Nothing is drawn; the
//! texts themselves say how much room they need (`screens::fit`).
#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm)] // helpers of tests
mod common;

use drivers_api::language::Language;
use screens::{Screens, fit, picture};
use session::Preferences;
use session::preferences::TextSize;
use session::view::{Screen, View};
use std::time::Duration;

const SHAPES: [(&str, u32, u32); 2] = [("portrait", 1080, 1920), ("landscape", 1920, 1080)];

#[test]
fn no_text_is_cut_off() {
    let canvas = picture::install(1080, 1920).unwrap();
    let screens = Screens::new(|_| {}).unwrap();
    screens.open().unwrap();
    let only = std::env::var("ONLY").unwrap_or_default();
    let mut faults = Vec::new();
    let mut clock = 0;
    for (shape, width, height) in SHAPES {
        canvas.resize(width, height);
        for text in [TextSize::Percent100, TextSize::Percent200] {
            for language in Language::ALL {
                for (name, view) in common::all(language) {
                    // nobody has chosen a size before they come
                    let nobody = matches!(view.screen, Screen::Attract { .. });
                    let name = format!("{shape}-{}-{}-{name}", language.tag(), text.percent());
                    if !name.contains(&only) || (nobody && text != TextSize::Percent100) {
                        continue;
                    }
                    // the band of the countdown lies over the header
                    let covered = view.countdown.is_some();
                    let town = view.town.clone();
                    let preferences = Preferences { text, ..view.preferences };
                    screens.show(&View { preferences, ..view });
                    clock += 1;
                    canvas.turn(Duration::from_secs(clock));
                    let found = fit::faults(&screens, &town).into_iter();
                    let found = found.filter(|fault| !(covered && fault.contains("lies on")));
                    faults.extend(found.map(|fault| format!("{name}: {fault}")));
                }
            }
        }
    }
    assert!(clock > 0, "nothing was looked at");
    let most = faults.iter().take(1500).cloned().collect::<Vec<_>>().join("\n");
    assert!(faults.is_empty(), "{} faults:\n{most}", faults.len());
}
