//! Each service walked to its end in every language that it has texts in, by somebody who answers at random: what is read
//! on the way, before submitting and on paper is in that language alone, and every fee is charged to somebody.
#![allow(clippy::unwrap_used, reason = "a test's helpers may panic, too")]
mod common;
use catalogue::{Catalogue, bundled};
use common::load;
use drivers_api::language::Language;
use std::collections::BTreeSet;
use toml::Value;
use townhall::robot::walk_as;

const LANGUAGES: [Language; 3] = [Language::German, Language::EasyGerman, Language::English];
/// Visits for each service in each language.
const VISITS: u64 = 18;
/// Shortest text that tells which language it is.
const CHARS_MIN: usize = 10;

/// All texts of a file below its keys: (`fee.standard`, text).
fn texts(path: &str) -> Vec<(String, String)> {
    fn below(at: &str, value: &Value, texts: &mut Vec<(String, String)>) {
        match value {
            Value::String(text) => texts.push((at.to_owned(), text.clone())),
            Value::Table(table) => {
                for (key, value) in table {
                    let at = if at.is_empty() {
                        key.clone()
                    } else {
                        format!("{at}.{key}")
                    };
                    below(&at, value, texts);
                }
            }
            Value::Integer(_) | Value::Float(_) | Value::Boolean(_) | Value::Datetime(_) | Value::Array(_) => {}
        }
    }
    let files = bundled::files();
    let file = files.iter().find(|file| file.path == path);
    let table: toml::Table = file.unwrap_or_else(|| panic!("no {path}")).text.parse().unwrap();
    let mut texts = Vec::new();
    below("", &Value::Table(table), &mut texts);
    texts
}

/// The texts of a service and those that all share, in that language.
fn texts_of(id: &str, language: Language) -> Vec<(String, String)> {
    let tag = language.tag();
    let mut all = texts(&format!("{id}/texts.{tag}.toml"));
    all.extend(texts(&format!("words.{tag}.toml")));
    all
}

/// What stands in a text between its slots, line by line.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let parts = text
        .split('{')
        .enumerate()
        .flat_map(|(at, part)| match (at, part.split_once('}')) {
            (0, _) | (_, None) => part.lines(),
            (_, Some((_, rest))) => rest.lines(),
        });
    parts
        .map(str::trim)
        .filter(|piece| piece.chars().count() >= CHARS_MIN && piece.contains(' '))
}

/// Sentences of the other languages that aren't said in this one, too.
fn foreign(id: &str, language: Language) -> Vec<(Language, String)> {
    let own: String = texts_of(id, language)
        .into_iter()
        .map(|(_, text)| text + "\n")
        .collect();
    // Whoever misses a word in easy language reads it in German.
    let others = LANGUAGES
        .into_iter()
        .filter(|other| *other != language && !(language == Language::EasyGerman && *other == Language::German));
    let mut foreign = Vec::new();
    for other in others {
        for (_, text) in texts_of(id, other) {
            let new = pieces(&text).filter(|piece| !own.contains(*piece));
            foreign.extend(new.map(|piece| (other, piece.to_owned())));
        }
    }
    foreign
}

/// True when the text is what the row of the fee table says, whatever the sum.
fn says(row: &str, told: &str) -> bool {
    match row.split_once("{amount}") {
        None => row == told,
        Some((before, after)) => {
            let amount = told.strip_prefix(before).and_then(|told| told.strip_suffix(after));
            amount.is_some_and(|amount| {
                amount.chars().all(|c| c.is_ascii_digit() || " ,.€\u{a0}".contains(c)) && amount.contains('€')
            })
        }
    }
}

#[test]
fn every_service_speaks_one_language_at_a_time() {
    let all = Catalogue::load(&bundled::files()).unwrap();
    assert!(all.faults.is_empty(), "{:#?}", all.faults);
    let (mut reached, mut unreached) = (BTreeSet::new(), Vec::new());
    for service in all.catalogue.services() {
        let id = service.id().as_str();
        for language in LANGUAGES {
            let fees: Vec<(String, String)> = texts_of(id, language)
                .into_iter()
                .filter_map(|(at, text)| {
                    let row = at.strip_prefix("fee.")?;
                    (!["overview", "amount", "line", "times", "vat", "total"].contains(&row))
                        .then(|| (row.to_owned(), text))
                })
                .collect();
            let foreign = foreign(id, language);
            assert!(foreign.len() > 20, "{id}: {} sentences to look for", foreign.len());
            for seed in 0..VISITS {
                let walked = walk_as(load(id), id, 5_000 + seed, language, false);
                for (other, piece) in &foreign {
                    let slip = walked.told.iter().find(|line| line.contains(piece.as_str()));
                    assert_eq!(slip, None, "{id} in {language:?} says in {other:?}: {piece}");
                }
                if let Some(told) = &walked.fee {
                    let row = fees.iter().find(|(_, row)| says(row, told));
                    let (row, _) = row.unwrap_or_else(|| panic!("{id} in {language:?}: no fee says {told}"));
                    reached.insert(format!("{id}: {row}"));
                }
            }
            unreached.extend(fees.iter().map(|(row, _)| format!("{id}: {row}")));
        }
    }
    unreached.retain(|fee| !reached.contains(fee));
    assert!(unreached.is_empty(), "nobody pays {unreached:?}");
    assert!(reached.len() > 15, "{reached:?}");
}

/// The test must be able to fail.
#[test]
fn a_slip_is_seen() {
    assert!(says("{amount} für ein Jahr", "30,00 € für ein Jahr"));
    assert!(!says("{amount} für ein Jahr", "15,00 € für ein Jahr, Elektroauto"));
    assert!(!says("{amount}", "30,00 € für ein Jahr"));
    let german = foreign("sperrmuell", Language::English);
    let has = |text: &str| german.iter().any(|(_, piece)| piece == text);
    assert!(
        has("Wer sind Sie?") && has("Sie bekommen eine Karte mit dem Tag der Abholung. Das dauert etwa eine Woche.")
    );
    assert!(!has("Who are you?") && !has("E-Mail"));
    let walked = walk_as(load("sperrmuell"), "sperrmuell", 1, Language::German, false);
    let seen = german
        .iter()
        .filter(|(_, piece)| walked.told.iter().any(|line| line.contains(piece.as_str())));
    assert!(seen.count() > 20, "{:?}", walked.told);
}
