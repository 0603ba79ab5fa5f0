//! Texts, in every language.
use super::form::fields;
use super::lists::{tables, text};
use super::service::Definition;
use super::words::{differing, plain, quoted};
use drivers_api::language::Language;
use std::collections::{BTreeMap, BTreeSet};
use toml::{Table, Value};

/// A text by its place: the names of the tables around it, and its own.
type Place = Vec<String>;

pub(super) fn compared(before: &Definition, after: &Definition, lines: &mut Vec<String>) {
    let mut changed: BTreeMap<Place, Vec<(Language, String)>> = BTreeMap::new();
    for language in Language::ALL {
        let (was, is) = match (before.texts.get(&language), after.texts.get(&language)) {
            (None, Some(_)) => {
                lines.push(format!("speaks {} now", name(language)));
                continue;
            }
            (Some(_), None) => {
                lines.push(format!("no longer speaks {}", name(language)));
                continue;
            }
            (Some(was), Some(is)) if was != is => (leaves(was), leaves(is)),
            (Some(_), Some(_)) | (None, None) => continue,
        };
        let places: BTreeSet<&Place> = was.keys().chain(is.keys()).collect();
        for place in places {
            let (was, is) = (was.get(place), is.get(place));
            if was != is && belongs_to_both(place, before, after) {
                let text = |text: Option<&String>| text.cloned().unwrap_or_default();
                let told = differing(&text(was), &text(is));
                changed.entry(place.clone()).or_default().push((language, told));
            }
        }
    }
    for (place, told) in changed {
        // The other languages have the text, too, and say what they said.
        let others = after.texts.values().filter(|texts| has(texts, &place)).count();
        let only = told.len() == 1 && others > 1;
        for (language, told) in told {
            let only = if only { "only " } else { "" };
            lines.push(format!(
                "text, {} ({only}{}): {told}",
                at(&place, before),
                name(language)
            ));
        }
    }
}

fn has(texts: &Table, place: &[String]) -> bool {
    let Some((first, rest)) = place.split_first() else {
        return false;
    };
    let below = rest
        .iter()
        .try_fold(texts.get(first), |value, key| Some(value?.get(key)));
    below.flatten().is_some()
}

fn name(language: Language) -> &'static str {
    if language == Language::German {
        "German"
    } else if language == Language::EasyGerman {
        "Leichte Sprache"
    } else {
        language.tag()
    }
}

/// Every text of a file with its place.
fn leaves(table: &Table) -> BTreeMap<Place, String> {
    let mut all = BTreeMap::new();
    let mut open: Vec<(Place, &Table)> = vec![(Vec::new(), table)];
    while let Some((place, table)) = open.pop() {
        for (key, value) in table {
            let mut place = place.clone();
            place.push(key.clone());
            if let Some(below) = value.as_table() {
                open.push((place, below));
            } else {
                let text = value
                    .as_str()
                    .map_or_else(|| plain(value), |text| text.replace("\r\n", "\n"));
                all.insert(place, text);
            }
        }
    }
    all
}

/// The texts of what came or went are told with it.
fn belongs_to_both(place: &[String], before: &Definition, after: &Definition) -> bool {
    let both = |there: &dyn Fn(&Definition) -> bool| there(before) == there(after);
    let named = |service: &Definition, list: &str, id: &str| {
        tables(&service.service, list)
            .iter()
            .any(|table| text(table, "id") == id)
    };
    let parts: Vec<&str> = place.iter().map(String::as_str).collect();
    match parts[..] {
        ["field", id, "choices", key] => both(&|service| {
            let field = fields(service).into_iter().find(|(_, field)| text(field, "id") == id);
            let choices = field
                .and_then(|(_, field)| field.get("choices"))
                .and_then(Value::as_array);
            choices.is_some_and(|keys| keys.iter().any(|one| one.as_str() == Some(key)))
        }),
        ["field", id, ..] => both(&|service| fields(service).iter().any(|(_, field)| text(field, "id") == id)),
        [list @ ("page" | "repeat" | "fee"), id, ..] => both(&|service| named(service, list, id)),
        _ => true,
    }
}

/// The place in words: a question by its label, a page by its heading.
fn at(place: &[String], service: &Definition) -> String {
    let parts: Vec<&str> = place.iter().map(String::as_str).collect();
    match parts[..] {
        ["field", id, "choices", key] => {
            format!("question {}, choice {}", service.question(id), service.choice(id, key))
        }
        ["field", id, what] => format!("question {}, {what}", service.question(id)),
        ["page", id, what] => format!("{}, {what}", service.page(id)),
        ["fee", id] => format!("fee {}", quoted(id)),
        ["receipt", name] => format!("receipt, {name}"),
        _ => parts.join("."),
    }
}
