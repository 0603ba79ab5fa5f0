//! Reads the words that all services share, in one language, and puts the languages together.
use crate::bundled;
use crate::fault::{Faults, SourceFile};
use crate::load::language_file;
use crate::load::view::{At, Parsed, View, shorten};
use crate::text::Text;
use crate::words::{MONTHS, Names, WORDS, Words, check_slots};
use drivers_api::language::Language;
use std::collections::BTreeMap;

/// First part of the files' names.
pub(crate) const WORDS_FILE: &str = "words";
/// Every town has the words in these.
pub(crate) const REQUIRED: [Language; 2] = [Language::German, Language::English];

/// Tables of words; each may be left out in a language that needs none of it.
const SECTIONS: [&str; 13] = [
    "problem",
    "date",
    "answer",
    "place",
    "fee",
    "pay",
    "receipt",
    "check",
    "papers",
    "number",
    "pin_note",
    "follow_up",
    "card",
];
/// Table of the document types.
const DOCUMENTS: &str = "document";
/// Table of the states.
const STATES: &str = "state";

/// Words of one language.
struct OneLanguage {
    /// In the order of [`WORDS`].
    texts: Vec<Option<String>>,
    /// Twelve, or none.
    months: Vec<String>,
    document_types: BTreeMap<String, String>,
    states: BTreeMap<String, String>,
}

/// The words built into the program.
pub(crate) fn bundled_words(faults: &mut Faults) -> Option<Words> {
    let files = bundled::town();
    let mut found = BTreeMap::new();
    for file in files.iter().filter(|file| !file.path.contains('/')) {
        if let Some(Ok(language)) = language_file(WORDS_FILE, &file.path) {
            found.insert(language, file);
        }
    }
    load(&found, faults)
}

/// Reads a town's files. A language that the town has no file for has the words that are built in; of German and
/// English a town has both or none.
pub(crate) fn town_words(files: &BTreeMap<Language, &SourceFile>, faults: &mut Faults) -> Option<Words> {
    let bundled = bundled::town();
    let mut all = files.clone();
    let own = REQUIRED.iter().any(|language| files.contains_key(language));
    for file in bundled.iter().filter(|file| !file.path.contains('/')) {
        match language_file(WORDS_FILE, &file.path) {
            Some(Ok(language)) if !own || !REQUIRED.contains(&language) => drop(all.entry(language).or_insert(file)),
            _ => {}
        }
    }
    load(&all, faults)
}

fn load(files: &BTreeMap<Language, &SourceFile>, faults: &mut Faults) -> Option<Words> {
    let before = faults.count();
    let mut all = BTreeMap::new();
    for language in Language::ALL {
        let required = REQUIRED.contains(&language);
        match files.get(&language) {
            Some(file) => {
                if let Some(words) = read(file, required, faults) {
                    all.insert(language, words);
                }
            }
            None if required => {
                let mend = "add it; German and English are needed";
                faults.add(&file_name(language), None, "the file is missing", mend);
            }
            None => {}
        }
    }
    // What is missing in a file is told once, not again as an empty text.
    if faults.count() != before {
        return None;
    }
    Some(join(all, faults))
}

fn file_name(language: Language) -> String {
    format!("{WORDS_FILE}.{}.toml", language.tag())
}

fn read(file: &SourceFile, required: bool, faults: &mut Faults) -> Option<OneLanguage> {
    let before = faults.count();
    let parsed = Parsed::parse(file, faults)?;
    let mut root = parsed.view();
    let mut texts = vec![None; WORDS.len()];
    let mut months = Vec::new();
    for section in SECTIONS {
        let Some(mut view) = table(&mut root, section, required, faults) else {
            continue;
        };
        let words = WORDS.iter().zip(&mut texts);
        for ((_, name, slots), slot) in words.filter(|((_, name, _), _)| name.split('.').next() == Some(section)) {
            let key = name.split_once('.').map_or(*name, |(_, key)| key);
            let text = view.text(key, faults).unwrap_or_default();
            check_slots(&view, key, &text, slots, faults);
            *slot = Some(text);
        }
        if section == "date" {
            months = month_names(&mut view, faults);
        }
        view.finish(faults);
    }
    let document_types = names(&mut root, DOCUMENTS, required, faults);
    let states = names(&mut root, STATES, required, faults);
    root.finish(faults);
    (faults.count() == before).then_some(OneLanguage {
        texts,
        months,
        document_types,
        states,
    })
}

/// A table, reported when it is missing but needed.
fn table<'a>(root: &mut View<'a>, name: &'static str, required: bool, faults: &mut Faults) -> Option<View<'a>> {
    if !required && !root.has(name) {
        return None;
    }
    let view = root.table(name, format!("[{name}]"), faults);
    if view.is_none() {
        root.fault(faults, root.line, format!("[{name}] is missing"), "add the table");
    }
    view
}

fn month_names(view: &mut View<'_>, faults: &mut Faults) -> Vec<String> {
    let months: Vec<String> = view
        .texts("months", faults)
        .into_iter()
        .map(|At { value, .. }| value)
        .collect();
    if months.len() != MONTHS {
        let line = view.line_of("months");
        view.fault(faults, line, "`months` needs twelve names", "name all months");
    }
    months
}

/// A table of codes and their names.
fn names(root: &mut View<'_>, name: &'static str, required: bool, faults: &mut Faults) -> BTreeMap<String, String> {
    let Some(mut view) = table(root, name, required, faults) else {
        return BTreeMap::new();
    };
    let keys = view.keys().into_iter();
    keys.filter_map(|At { value: code, .. }| Some((code.clone(), view.text(code, faults)?)))
        .collect()
}

/// All languages together.
fn join(all: BTreeMap<Language, OneLanguage>, faults: &mut Faults) -> Words {
    let mut words = Words {
        texts: vec![Text::default(); WORDS.len()],
        months: vec![Text::default(); MONTHS],
        ..Words::default()
    };
    // German is the first: its codes are those of the others.
    for (language, one) in all {
        for (text, told) in words.texts.iter_mut().zip(one.texts) {
            if let Some(told) = told {
                text.put(language, told);
            }
        }
        for (month, told) in words.months.iter_mut().zip(one.months) {
            month.put(language, told);
        }
        add(
            &mut words.document_types,
            DOCUMENTS,
            language,
            one.document_types,
            faults,
        );
        add(&mut words.states, STATES, language, one.states, faults);
    }
    words
}

/// Adds the names of a language. A code that not all of them know is told.
fn add(names: &mut Names, table: &str, language: Language, told: BTreeMap<String, String>, faults: &mut Faults) {
    if told.is_empty() {
        return;
    }
    let mut lacks = |language: Language, code: &str| {
        let what = format!("`{}` is missing in [{table}]", shorten(code));
        faults.add(&file_name(language), None, what, "all languages name the same codes");
    };
    if language != Language::German {
        let missing: Vec<&String> = names.keys().filter(|code| !told.contains_key(*code)).collect();
        missing.into_iter().for_each(|code| lacks(language, code));
    }
    for (code, name) in told {
        if language != Language::German && !names.contains_key(&code) {
            lacks(Language::German, &code);
            continue;
        }
        names.entry(code).or_default().put(language, name);
    }
}
