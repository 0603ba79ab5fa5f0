//! Draws every screen in every language and both orientations, writes the pictures, and checks what a program can see of
//! them: nothing blank, nothing outside the window, nothing too small to touch, no text cut off.
#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm)] // helpers of tests
mod common;

use drivers_api::language::Language;
use screens::hand::{self, Element, Role};
use screens::picture::{self, Canvas};
use screens::{Screens, hand::tap};
use std::path::PathBuf;
use std::time::Duration;

/// 20 mm on a 24" display of 1920 px (3.6 px/mm).
const TOUCH_MIN: f32 = 72.0;

const SIZES: [(&str, u32, u32); 2] = [("portrait", 1080, 1920), ("landscape", 1920, 1080)];

#[test]
fn every_screen_can_be_seen_and_touched() {
    let canvas = picture::install(1080, 1920).unwrap();
    let screens = Screens::new(|_| {}).unwrap();
    screens.open().unwrap();
    let folder = PathBuf::from(option_env!("CARGO_TARGET_TMPDIR").unwrap_or("out")).join("screens");
    std::fs::create_dir_all(&folder).unwrap();
    let mut faults = Vec::new();
    let mut clock = 0;
    let only = std::env::var("ONLY").unwrap_or_default();
    for (shape, width, height) in SIZES {
        // All ten take five minutes: the texts they are written in have their fonts and placeholders tested in texts.rs.
        for language in [Language::German, Language::English] {
            for (name, view) in common::all(language) {
                let name = format!("{shape}-{}-{name}", language.tag());
                if !name.contains(&only) {
                    continue;
                }
                clock += 10;
                canvas.resize(width, height);
                screens.show(&view);
                canvas.turn(Duration::from_secs(clock));
                faults.extend(look(&canvas, &screens, &folder.join(format!("{name}.png"))));
            }
            for (name, label) in [("19-typing", 3), ("19-digits", 7)] {
                let name = format!("{shape}-{}-{name}", language.tag());
                if !name.contains(&only) {
                    continue;
                }
                let form = if label == 3 {
                    common::person_form(language)
                } else {
                    common::question_form(language)
                };
                let label = form
                    .fields
                    .iter()
                    .find(|field| field.field == label)
                    .unwrap()
                    .label
                    .clone();
                screens.show(&common::view(
                    language,
                    session::view::Screen::Services { tiles: Vec::new() },
                ));
                canvas.turn(Duration::from_secs(clock + 1));
                screens.show(&common::view(language, session::view::Screen::Form(form)));
                clock += 10;
                canvas.turn(Duration::from_secs(clock));
                tap(&screens, &label).unwrap();
                clock += 10;
                canvas.turn(Duration::from_secs(clock));
                faults.extend(look(&canvas, &screens, &folder.join(format!("{name}.png"))));
            }
        }
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

fn look(canvas: &Canvas, screens: &Screens, file: &std::path::Path) -> Vec<String> {
    let name = file.file_stem().unwrap().to_string_lossy().into_owned();
    let picture = canvas.picture();
    std::fs::write(file, picture.png().unwrap()).unwrap();
    let mut faults = Vec::new();
    let colours: std::collections::BTreeSet<&[u8]> = picture
        .rgb
        .as_chunks::<3>()
        .0
        .iter()
        .step_by(7)
        .map(|c| &c[..])
        .collect();
    if colours.len() < 20 {
        faults.push(format!("{name}: looks blank, {} colours", colours.len()));
    }
    let elements = hand::elements(screens);
    if !elements
        .iter()
        .any(|element| element.role == Role::Main || element.role == Role::Form || element.role == Role::Groupbox)
    {
        faults.push(format!("{name}: no main part"));
    }
    let (width, height) = (picture.width as f32, picture.height as f32);
    for element in &elements {
        if element.label.trim().is_empty() && element.role != Role::Groupbox {
            faults.push(format!("{name}: nameless {element:?}"));
        }
        let outside = element.x < -0.5 || element.x + element.width > width + 0.5;
        // what is scrolled away is reached by the buttons below; all else has to be on the screen
        let below = element.in_sight && (element.y < -0.5 || element.y + element.height > height + 0.5);
        if outside || below {
            faults.push(format!("{name}: outside {element:?}"));
        }
        if element.is_control() && (element.width < TOUCH_MIN || element.height < TOUCH_MIN) {
            faults.push(format!("{name}: too small {element:?}"));
        }
        if !element.in_sight
            && !elements
                .iter()
                .any(|other| other.label == "Weiter lesen" || other.label == "Read on")
        {
            faults.push(format!("{name}: cut off {element:?}"));
        }
    }
    faults.extend(overlaps(&name, &elements));
    faults
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
