//! Every text is there in every language, with the same placeholders and in letters that the fonts have.
#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm)] // helpers of tests
#[path = "common/sources.rs"]
mod sources;

use drivers_api::language::Language;
use sources::{root, slint_files};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

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

/// A `.po` file, one line a text.
#[derive(Default)]
struct Po {
    /// In order: text, plural, and its translations.
    entries: Vec<(String, Option<String>, Vec<String>)>,
    /// `nplurals` of its head.
    forms: usize,
}

fn po(path: &Path) -> Po {
    let mut read = Po::default();
    for line in std::fs::read_to_string(path).unwrap().lines() {
        let quoted = line.split_once('"').and_then(|(_, rest)| rest.strip_suffix('"'));
        let quoted = || {
            quoted
                .unwrap_or_else(|| panic!("{}: {line}", path.display()))
                .to_owned()
        };
        if let Some((_, rest)) = line.split_once("nplurals=") {
            read.forms = rest.split(';').next().unwrap().parse().unwrap();
        } else if line.starts_with("msgid_plural ") {
            read.entries.last_mut().unwrap().1 = Some(quoted());
        } else if line.starts_with("msgid ") {
            read.entries.push((quoted(), None, Vec::new()));
        } else if let Some(rest) = line.strip_prefix("msgstr") {
            let (_, plural, translated) = read.entries.last_mut().unwrap();
            let form = rest.strip_prefix('[').map(|rest| rest[..1].parse::<usize>().unwrap());
            assert_eq!(
                form,
                plural.as_ref().map(|_| translated.len()),
                "{}: {line}",
                path.display()
            );
            translated.push(quoted());
        } else {
            let head = line.starts_with('"') && read.entries.len() == 1;
            assert!(
                line.is_empty() || line.starts_with('#') || head,
                "{}: {line}",
                path.display()
            );
        }
    }
    assert_eq!(read.entries.remove(0).0, "", "the head is first");
    read
}

fn translations() -> BTreeMap<String, Po> {
    let folders = std::fs::read_dir(root().join("translations")).unwrap();
    let read = folders.map(|folder| {
        let folder = folder.unwrap();
        let language = folder.file_name().into_string().unwrap();
        (language, po(&folder.path().join("LC_MESSAGES/screens.po")))
    });
    read.collect()
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
fn every_language_of_a_visit_has_its_texts() {
    let there: BTreeSet<String> = translations().into_keys().collect();
    let needed = Language::ALL
        .into_iter()
        .filter(|language| *language != Language::German);
    let needed: BTreeSet<String> = needed.map(Language::tag).map(str::to_owned).collect();
    assert_eq!(there, needed);
}

#[test]
fn every_text_is_translated_with_its_placeholders() {
    let files = slint_files();
    assert!(files.len() > 30);
    let mut used: BTreeMap<String, Option<String>> = BTreeMap::new();
    for file in files {
        used.extend(texts(&std::fs::read_to_string(&file).unwrap()));
    }
    assert!(used.len() > 100, "texts are found at all");
    let all = translations();
    let order: Vec<&String> = all["en"].entries.iter().map(|(text, ..)| text).collect();
    for (language, po) in &all {
        let there: BTreeMap<&String, &(_, _, _)> = po.entries.iter().map(|entry| (&entry.0, entry)).collect();
        assert_eq!(there.len(), po.entries.len(), "{language}: a text is there twice");
        let same_order = po.entries.iter().map(|(text, ..)| text).eq(order.iter().copied());
        assert!(same_order, "{language}: not in the order of en");
        let missing: Vec<&String> = used.keys().filter(|text| !there.contains_key(text)).collect();
        assert!(missing.is_empty(), "{language}: missing {missing:?}");
        let left: Vec<&String> = there.into_keys().filter(|text| !used.contains_key(*text)).collect();
        assert!(left.is_empty(), "{language}: nobody uses {left:?}");
        for (text, plural, translated) in &po.entries {
            assert_eq!(*plural, used[text], "{language}: plural of “{text}”");
            let forms = if plural.is_some() { po.forms } else { 1 };
            assert_eq!(translated.len(), forms, "{language}: forms of “{text}”");
            for told in translated {
                assert!(!told.trim().is_empty(), "{language}: empty for “{text}”");
                let same = placeholders(text) == placeholders(told);
                assert!(same, "{language}: placeholders of “{text}”");
            }
        }
    }
}

/// The same in many languages.
const NAMES: [&str; 3] = ["PIN", "PUK", "Familie"]; // the last in Romanian

#[test]
fn only_easy_german_may_read_as_german() {
    for (language, po) in translations().iter().filter(|(language, _)| *language != "de-x-leicht") {
        for (text, _, translated) in &po.entries {
            let german = translated.contains(text) && !NAMES.contains(&text.as_str());
            assert!(!german, "{language}: “{text}” is German");
        }
    }
}

/// Characters that a font has a glyph for, by its `cmap` table (OpenType, format 4 and 12).
fn characters(font: &Path) -> BTreeSet<u32> {
    let bytes = std::fs::read(font).unwrap();
    let short = |at: usize| u32::from(u16::from_be_bytes(bytes[at..at + 2].try_into().unwrap()));
    let long = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
    let record = |tag: &[u8; 4]| {
        (0..short(4) as usize)
            .map(|i| 12 + 16 * i)
            .find(|at| bytes[*at..at + 4] == *tag)
    };
    let cmap = long(record(b"cmap").unwrap() + 8) as usize;
    let mut found = BTreeSet::new();
    for subtable in (0..short(cmap + 2) as usize).map(|i| cmap + long(cmap + 8 + 8 * i) as usize) {
        match short(subtable) {
            4 => {
                let segments = short(subtable + 6) as usize / 2;
                for segment in 0..segments {
                    let (ends, starts) = (subtable + 14, subtable + 16 + 2 * segments);
                    found.extend(short(starts + 2 * segment)..=short(ends + 2 * segment));
                }
            }
            12 => {
                for group in (0..long(subtable + 12) as usize).map(|i| subtable + 16 + 12 * i) {
                    found.extend(long(group)..=long(group + 4));
                }
            }
            _ => {}
        }
    }
    found.remove(&0xFFFF); // ends the table
    found
}

#[test]
fn the_fonts_have_every_character() {
    let mut shown = String::new();
    for po in translations().into_values() {
        let entries = po.entries.into_iter();
        shown.extend(entries.flat_map(|(text, plural, told)| [text].into_iter().chain(plural).chain(told)));
    }
    for file in catalogue::bundled::files() {
        shown.push_str(&file.text);
    }
    shown.extend(Language::ALL.map(Language::own_name));
    shown.push_str(&std::fs::read_to_string(root().join("src/pages/languages.rs")).unwrap());
    let shown: BTreeSet<char> = shown.chars().filter(|c| !c.is_control()).collect();
    assert!(shown.len() > 150 && "ЇєыіıțŻñ·ةپ".chars().all(|c| shown.contains(&c)));
    let weights = ["-Regular", "-Medium", "-SemiBold"];
    for weight in weights
        .into_iter()
        .flat_map(|weight| [weight.to_owned(), format!("Arabic{weight}")])
    {
        let font = characters(&root().join(format!("src/theme/fonts/SchalterSans{weight}.ttf")));
        assert!(
            font.contains(&u32::from('A')) && !font.contains(&u32::from('名')),
            "{weight} can be read"
        );
        let missing: String = shown.iter().filter(|c| !font.contains(&u32::from(**c))).collect();
        assert!(missing.is_empty(), "{weight} lacks {missing}");
    }
}

#[test]
fn numbers_and_colours_are_only_in_the_theme() {
    for file in slint_files()
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
