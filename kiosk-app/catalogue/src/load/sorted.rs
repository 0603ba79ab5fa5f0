//! The files of a services folder, each put where it belongs.
use super::{EXPORT, Folder, RECEIPT, SERVICE_FILES, TEXTS, definition, is_id, map, view, words};
use crate::fault::{Faults, SourceFile};
use crate::map::MAP;
use crate::table::{TABLE_END, TABLES};
use drivers_api::language::Language;
use std::collections::BTreeMap;

/// The files, each where it belongs.
#[derive(Default)]
pub(super) struct Sorted<'a> {
    pub(super) town: Option<&'a SourceFile>,
    pub(super) streets: Option<&'a SourceFile>,
    pub(super) receipt: Option<&'a SourceFile>,
    pub(super) words: BTreeMap<Language, &'a SourceFile>,
    /// By name.
    pub(super) tables: BTreeMap<&'a str, &'a SourceFile>,
    pub(super) map: map::Files<'a>,
    /// By id.
    pub(super) folders: Vec<Folder<'a>>,
}

/// Puts every file into its place; what has none is told.
pub(super) fn sorted<'a>(files: &'a [SourceFile], faults: &mut Faults) -> Sorted<'a> {
    let mut sorted = Sorted::default();
    let mut folders: BTreeMap<&str, Folder<'_>> = BTreeMap::new();
    for file in files {
        let path = view::shorten(&file.path);
        let twice = match file.path.split_once('/') {
            None if file.path == "town.toml" => sorted.town.replace(file).is_some(),
            None if file.path == "streets.txt" => sorted.streets.replace(file).is_some(),
            None if file.path == RECEIPT => sorted.receipt.replace(file).is_some(),
            None => match language_file(words::WORDS_FILE, &file.path) {
                Some(Ok(language)) => sorted.words.insert(language, file).is_some(),
                Some(Err(tag)) => no_language(&path, tag, faults),
                None => {
                    let mend = "known: town.toml, streets.txt, receipt.toml, words.de.toml, words.en.toml, and words in other languages";
                    faults.add(&path, None, "not a file of a town", mend);
                    false
                }
            },
            Some((TABLES, name)) => match name.strip_suffix(TABLE_END).filter(|name| definition::is_id(name)) {
                Some(name) => sorted.tables.insert(name, file).is_some(),
                None => {
                    let mend = "name it with a–z, 0–9 and _, and .csv behind";
                    faults.add(&path, None, "not a table of the town", mend);
                    false
                }
            },
            Some((MAP, name)) => match sorted.map.take(name, file) {
                Some(twice) => twice,
                None => {
                    let mend = format!("known: {}", map::Files::KNOWN);
                    faults.add(&path, None, "not a file of the map", mend);
                    false
                }
            },
            Some((id, _)) if !is_id(id) => {
                let mend = "use a–z, 0–9, - and _, at most 64";
                faults.add(&path, None, "not a name for a service's folder", mend);
                false
            }
            Some((id, name)) => match language_file(TEXTS, name) {
                Some(Err(tag)) => no_language(&path, tag, faults),
                None if !SERVICE_FILES.contains(&name) && ![RECEIPT, EXPORT].contains(&name) => {
                    let known = SERVICE_FILES.join(", ");
                    let mend = format!("known: {known}, {RECEIPT}, {EXPORT}, and texts in other languages");
                    faults.add(&path, None, "not a file of a service", mend);
                    false
                }
                Some(Ok(_)) | None => {
                    let files = BTreeMap::new();
                    let folder = folders.entry(id).or_insert(Folder { id, files });
                    folder.files.insert(name, file).is_some()
                }
            },
        };
        if twice {
            faults.add(&path, None, "the file is there twice", "keep one of them");
        }
    }
    sorted.folders = folders.into_values().collect();
    sorted
}

/// The language of a file named `texts.de-x-leicht.toml`, when `kind` is `texts`; the tag, when nobody speaks it here;
/// `None` for other files.
pub(super) fn language_file<'a>(kind: &str, name: &'a str) -> Option<Result<Language, &'a str>> {
    let tag = name.strip_prefix(kind)?.strip_prefix('.')?.strip_suffix(".toml")?;
    Some(Language::from_tag(tag).ok_or(tag))
}

fn no_language(path: &str, tag: &str, faults: &mut Faults) -> bool {
    let known = Language::ALL.map(Language::tag).join(", ");
    let what = format!("`{}` is no language of the terminal", view::shorten(tag));
    faults.add(path, None, what, format!("known: {known}"));
    false
}
