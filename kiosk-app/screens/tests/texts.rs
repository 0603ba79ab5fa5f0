//! Every text is there in every language, with the same placeholders; every pair of colours can be read.
#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm)] // helpers of tests
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap())
}

fn slint_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            slint_files(&path, found);
        } else if path.extension().is_some_and(|e| e == "slint") {
            found.push(path);
        }
    }
}

/// All string literals in `source` that follow one another after `@tr(`: text and plural.
fn texts(source: &str) -> Vec<(String, Option<String>)> {
    let mut found = Vec::new();
    for rest in source.split("@tr(").skip(1) {
        let mut parts = rest.splitn(3, '"');
        assert_eq!(parts.next().map(str::trim), Some(""), "a text is a literal: {rest:.40}");
        let text = parts.next().unwrap().to_owned();
        let rest = parts.next().unwrap();
        let plural = rest
            .trim_start()
            .strip_prefix('|')
            .map(|rest| rest.split('"').nth(1).unwrap().to_owned());
        found.push((text, plural));
    }
    found
}

/// Plain reader of a `.po` file: msgid to its msgstr's. One line a text.
fn po(path: &Path) -> BTreeMap<String, Vec<String>> {
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut id = String::new();
    for line in std::fs::read_to_string(path).unwrap().lines() {
        let quoted = || {
            line.split_once('"')
                .map(|(_, rest)| rest)
                .and_then(|rest| rest.strip_suffix('"'))
                .unwrap_or_default()
                .to_owned()
        };
        if line.starts_with("msgid_plural") {
            continue;
        } else if line.starts_with("msgid ") {
            id = quoted();
        } else if line.starts_with("msgstr") {
            all.entry(id.clone()).or_default().push(quoted());
        }
    }
    all
}

fn placeholders(text: &str) -> Vec<String> {
    let mut found: Vec<String> = text
        .split('{')
        .skip(1)
        .map(|rest| rest.split('}').next().unwrap_or_default().to_owned())
        .collect();
    found.sort();
    found
}

#[test]
fn every_text_is_translated_with_its_placeholders() {
    let mut files = Vec::new();
    slint_files(&root().join("src"), &mut files);
    assert!(files.len() > 30);
    let english = po(&root().join("translations/en/LC_MESSAGES/screens.po"));
    let mut used = BTreeSet::new();
    for file in files {
        for (text, plural) in texts(&std::fs::read_to_string(&file).unwrap()) {
            let there = english
                .get(&text)
                .unwrap_or_else(|| panic!("{}: no English for “{text}”", file.display()));
            assert_eq!(there.len(), if plural.is_some() { 2 } else { 1 }, "forms of “{text}”");
            for translated in there {
                assert!(!translated.is_empty(), "empty English for “{text}”");
                assert_eq!(
                    placeholders(&text),
                    placeholders(translated),
                    "placeholders of “{text}”"
                );
            }
            used.insert(text);
        }
    }
    assert!(used.len() > 100, "texts are found at all");
    let left: Vec<&String> = english
        .keys()
        .filter(|id| !id.is_empty() && !used.contains(*id))
        .collect();
    assert!(left.is_empty(), "nobody uses {left:?}");
}

/// Relative luminance (WCAG 2.1).
fn luminance(hex: &str) -> f64 {
    let part = |at: usize| {
        let v = f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
        if v <= 0.04045 {
            v / 12.92
        } else {
            ((v + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
}

fn contrast(a: &str, b: &str) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

fn colours() -> BTreeMap<String, String> {
    let theme = std::fs::read_to_string(root().join("src/theme/theme.slint")).unwrap();
    let colours = theme.lines().filter_map(|line| {
        let (name, value) = line.trim().strip_prefix("out property <color> ")?.split_once(": ")?;
        Some((name.to_owned(), value.split(';').next()?.to_owned()))
    });
    colours.collect()
}

#[test]
fn texts_have_a_contrast_of_seven_and_edges_of_three() {
    let colours = colours();
    let of = |name: &str| colours.get(name).unwrap_or_else(|| panic!("no colour {name}")).as_str();
    let texts = [
        ("text", "still"),
        ("text", "ground"),
        ("text", "off"),
        ("text", "brand-soft"),
        ("text", "brand-line"),
        ("text", "info-ground"),
        ("text", "success-ground"),
        ("text", "warning-ground"),
        ("text", "danger-ground"),
        ("muted", "still"),
        ("muted", "ground"),
        ("muted", "success-ground"),
        ("on-brand", "brand"),
        ("on-brand", "action"),
        ("on-brand", "action-pressed"),
        ("on-brand-soft", "brand"),
        ("action", "brand-soft"),
        ("action", "ground"),
        ("info", "info-ground"),
        ("success", "success-ground"),
        ("warning", "warning-ground"),
        ("danger", "danger-ground"),
        ("danger", "ground"),
        ("on-brand", "success"),
    ];
    for (ink, ground) in texts {
        let contrast = contrast(of(ink), of(ground));
        assert!(contrast >= 7.0, "{ink} on {ground}: {contrast:.2}");
    }
    // WCAG 1.4.11; an element that is off needs none, but its text is read here all the same
    for (edge, ground) in [
        ("edge-line", "still"),
        ("edge-line", "ground"),
        ("edge-line", "off"),
        ("action", "ground"),
        ("danger", "ground"),
        ("focus-dark", "ground"),
        ("focus-light", "focus-dark"),
        ("focus-light", "action"),
        ("off-text", "off"),
    ] {
        let contrast = contrast(of(edge), of(ground));
        assert!(contrast >= 3.0, "{edge} on {ground}: {contrast:.2}");
    }
}

#[test]
fn numbers_and_colours_are_only_in_the_theme() {
    let mut files = Vec::new();
    slint_files(&root().join("src"), &mut files);
    for file in files
        .iter()
        .filter(|file| !file.ends_with("theme/theme.slint") && !file.ends_with("theme/icons.slint"))
    {
        for (at, line) in std::fs::read_to_string(file).unwrap().lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            assert!(!code.contains(": #"), "{}:{}: a colour", file.display(), at + 1);
            let sizes = code.match_indices("px").filter(|(px, _)| {
                let digits: String = code[..*px].chars().rev().take_while(char::is_ascii_digit).collect();
                !digits.is_empty() && digits != "0" && digits != "1" // 1px is the slack of layouts that round
            });
            // the first window before a display gives its own size
            let preferred = code.trim_start().starts_with("preferred-");
            assert!(preferred || sizes.count() == 0, "{}:{}: a size", file.display(), at + 1);
        }
    }
}
