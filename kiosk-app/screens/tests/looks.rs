//! Every ink can be read on every ground that it stands on, in all looks: the colours are those of the compiled theme,
//! the pairs are in `theme/contrast.txt`.
#![allow(clippy::unwrap_used)] // a test says so by failing
#[path = "common/sources.rs"]
mod sources;

use screens::Screens;
use screens::picture;
use screens::theme::{Rgb, colours};
use session::preferences::Look;
use sources::{root, slint_files};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn source() -> PathBuf {
    root().join("src")
}

/// Ink, ground, least contrast.
fn pairs() -> Vec<(String, String, f64)> {
    let table = std::fs::read_to_string(source().join("theme/contrast.txt")).unwrap();
    let lines = table.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let pairs = lines.map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [ink, ground, least] = words[..] else {
            panic!("“{line}” is no pair")
        };
        (ink.to_owned(), ground.to_owned(), least.parse().unwrap())
    });
    pairs.collect()
}

/// Relative luminance (WCAG 2.1).
fn luminance(colour: Rgb) -> f64 {
    let part = |at: usize| {
        let v = f64::from(colour[at]) / 255.0;
        if v <= 0.04045 {
            v / 12.92
        } else {
            ((v + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * part(0) + 0.7152 * part(1) + 0.0722 * part(2)
}

fn contrast(a: Rgb, b: Rgb) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn contrast_is_computed_as_wcag_says() {
    assert!((contrast([0; 3], [255; 3]) - 21.0).abs() < 1e-9);
    assert!((contrast([0x77; 3], [255; 3]) - 4.478).abs() < 1e-3); // the well-known grey that just fails
}

#[test]
fn every_ink_can_be_read_in_every_look() {
    let _canvas = picture::install(1080, 1920).unwrap();
    let screens = Screens::new(|_| {}).unwrap();
    // In the town's colour, too: what the catalogue lets through can be read.
    for accent in ["#092797", "#004d14", "#6b0f2a", "#3b2a00"] {
        let mut files = catalogue::bundled::small(&catalogue::bundled::TWO);
        let town = files.iter_mut().find(|file| file.path == "town.toml").unwrap();
        town.text = town
            .text
            .replacen("format = 1", &format!("format = 1\naccent = {accent:?}"), 1);
        let loaded = catalogue::Catalogue::load(&files).unwrap();
        let accent = loaded.catalogue.town().accent().unwrap();
        screens.dress(loaded.catalogue.town()).unwrap();
        let light: BTreeMap<&str, Rgb> = colours(&screens, Look::Light).into_iter().collect();
        assert_eq!((light["brand"], light["seal"]), (accent.0, accent.0));
        every_pair_can_be_read(&screens);
    }
}

fn every_pair_can_be_read(screens: &Screens) {
    let pairs = pairs();
    assert!(pairs.iter().filter(|(.., least)| *least >= 7.0).count() > 20);
    let mut faults = Vec::new();
    let mut grounds = BTreeSet::new();
    for look in Look::ALL {
        let colours: BTreeMap<&str, Rgb> = colours(screens, look).into_iter().collect();
        grounds.insert(colours["ground"]);
        for (ink, ground, least) in &pairs {
            let there = |token: &str| *colours.get(token).unwrap_or_else(|| panic!("no colour {token}"));
            let contrast = contrast(there(ink), there(ground));
            if contrast < *least {
                faults.push(format!("{look:?}: {ink} on {ground}: {contrast:.2}, not {least}"));
            }
        }
        for token in colours.keys() {
            if !pairs.iter().any(|(ink, ground, _)| ink == token || ground == token) {
                faults.push(format!("{token} is in no pair"));
            }
        }
        for token in tokens(&source().join("theme/theme.slint"), "out property <color> ") {
            if !colours.contains_key(&*token) {
                faults.push(format!("{token} is not read by theme.rs"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert_eq!(grounds.len(), Look::ALL.len(), "three looks");
}

/// The names behind a mark.
fn tokens(file: &Path, mark: &str) -> Vec<String> {
    let text = std::fs::read_to_string(file).unwrap();
    let name = |rest: &str| {
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '-');
        rest[..end.unwrap_or(rest.len())].to_owned()
    };
    text.split(mark).skip(1).map(name).collect()
}

/// What a property is for: text and signs, edges, grounds.
const INKS: [&str; 4] = [" color: ", "<color> ink: ", " ink: ", "border-color: "];

#[test]
fn every_ink_of_the_screens_is_in_the_table() {
    let theme = source().join("theme/theme.slint");
    let known: BTreeSet<String> = tokens(&theme, "out property <color> ").into_iter().collect();
    let pairs = pairs();
    let is_ink = |token: &str| pairs.iter().any(|(ink, ..)| ink == token);
    let mut inks = BTreeSet::new();
    for file in slint_files().iter().filter(|file| **file != theme) {
        let text = std::fs::read_to_string(file).unwrap();
        for (at, mark) in INKS.iter().flat_map(|mark| text.match_indices(mark)) {
            let value = text[at + mark.len()..].split(';').next().unwrap();
            for token in value.split("Theme.").skip(1) {
                let end = token.find(|c: char| !c.is_ascii_alphanumeric() && c != '-');
                let token = &token[..end.unwrap_or(token.len())];
                if known.contains(token) {
                    inks.insert(token.to_owned());
                    assert!(
                        is_ink(token),
                        "{}: {token} stands on nothing in contrast.txt",
                        file.display()
                    );
                }
            }
        }
    }
    assert!(inks.len() > 20, "inks are found at all");
}
