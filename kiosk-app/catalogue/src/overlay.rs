//! What a town has otherwise in a service that it adopts: fees, days, texts, and what people call it. Nothing else: who
//! wants other questions writes a service of its own.
use crate::content::content;
use crate::fault::{Fault, Faults, SourceFile};
use crate::load::view::{Parsed, shorten};
use crate::package::Package;
use drivers_api::language::Language;
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};
use toml::{Table, Value};

/// What `overlay.toml` may hold.
const KEYS: [&str; 10] = [
    "format",
    "for_version",
    "for_content",
    "fee",
    "drop_fees",
    "pay",
    "period",
    "destination_id",
    "keywords",
    "texts",
];
/// Behind the id of a fee in `drop_fees`: it is charged once, however many there are.
const TIMES: &str = ".times";

/// An overlay that could be read.
struct Overlay<'a> {
    file: &'a SourceFile,
    table: Table,
    /// The line of each key, by its path.
    lines: BTreeMap<Vec<String>, usize>,
}

impl Overlay<'_> {
    fn fault(&self, path: &[&str], what: impl Into<String>, mend: impl Into<String>, faults: &mut Faults) {
        let path: Vec<String> = path.iter().map(|key| (*key).to_owned()).collect();
        let line = self.lines.get(&path).copied().or(Some(1));
        faults.add(&self.file.path, line, what, mend);
    }

    fn rows(&self) -> Option<&Vec<Value>> {
        self.table.get("fee")?.as_array()
    }

    fn texts(&self) -> Option<&Table> {
        self.table.get("texts")?.as_table()
    }
}

/// The service's files with the overlay worked in; they end with the package. None, where the overlay has a fault.
pub(crate) fn work_in(
    files: Vec<SourceFile>,
    overlay: Option<&SourceFile>,
    package: &Package,
    faults: &mut Faults,
) -> Vec<SourceFile> {
    let before = faults.count();
    let overlay = overlay.and_then(|file| read(file, faults));
    if let Some(overlay) = &overlay {
        check_content(overlay, &files, faults);
        check_languages(overlay, &files, faults);
    }
    let mut changed = files;
    let mut short = None;
    for file in &mut changed {
        let (id, name) = file.path.split_once('/').unwrap_or_default();
        // What isn't readable here, the catalogue tells with its line.
        let Ok(mut table) = file.text.parse::<Table>() else {
            continue;
        };
        if name == "service.toml" {
            // The other town's office isn't this one's.
            table.remove("destination_id");
            if let Some(overlay) = &overlay {
                change_service(&mut table, overlay, faults);
            }
            short = end_with(&mut table, package.valid_until).map(|why| (id.to_owned(), why));
        } else if let (Some(tag), Some(overlay)) = (language_of(name), &overlay) {
            change_texts(&mut table, tag, overlay, faults);
        } else {
            continue;
        }
        file.text = table.to_string();
    }
    // Another town's fee or address would be worse than no service.
    let mut whole = faults.count() == before;
    if let Some((id, Short { what, mend, never })) = short {
        let what = format!(
            "{what}, and the package {} ends on {}",
            package.name, package.valid_until
        );
        match &overlay {
            Some(overlay) => overlay.fault(&["period"], what, mend, faults),
            None => faults.add(&format!("{id}/service.toml"), None, what, mend),
        }
        whole &= !never;
    }
    if whole { changed } else { Vec::new() }
}

/// A period that the package doesn't last for.
struct Short {
    what: String,
    mend: &'static str,
    /// Not one day is left of it.
    never: bool,
}

fn language_of(name: &str) -> Option<&str> {
    name.strip_prefix("texts.")?.strip_suffix(".toml")
}

fn read<'a>(file: &'a SourceFile, faults: &mut Faults) -> Option<Overlay<'a>> {
    let before = faults.count();
    let parsed = Parsed::parse(file, faults)?;
    let overlay = Overlay {
        file,
        table: file.text.parse().ok()?,
        lines: parsed.lines(),
    };
    for key in overlay.table.keys().filter(|key| !KEYS.contains(&key.as_str())) {
        let what = format!("`{}` can't be otherwise in an adopted service", shorten(key));
        overlay.fault(&[key], what, format!("known here: {}", KEYS.join(", ")), faults);
    }
    for (key, wanted, fits) in [
        ("fee", "rows: [[fee]]", Value::is_array as fn(&Value) -> bool),
        ("drop_fees", "a list of ids", Value::is_array),
        ("keywords", "a list of words", Value::is_array),
        ("texts", "a table for each language: [texts.de]", Value::is_table),
    ] {
        if overlay.table.get(key).is_some_and(|value| !fits(value)) {
            overlay.fault(
                &[key],
                format!("`{key}` is something else here"),
                format!("it takes {wanted}"),
                faults,
            );
        }
    }
    (faults.count() == before).then_some(overlay)
}

/// Version and content must be those that the town has read: nobody shall pay a fee that nobody there has seen.
fn check_content(overlay: &Overlay<'_>, files: &[SourceFile], faults: &mut Faults) {
    let service = files.iter().find(|file| file.path.ends_with("/service.toml"));
    let service: Option<Table> = service.and_then(|file| file.text.parse().ok());
    let version = service.as_ref().and_then(|table| table.get("version")?.as_str());
    let version = version.unwrap_or("?");
    let said = |key: &str| overlay.table.get(key).and_then(Value::as_str);
    let mend = "read what has changed (catalogue diff), then write it anew";
    match said("for_version") {
        None => overlay.fault(
            &["for_version"],
            "`for_version` is missing",
            format!("write for_version = \"{version}\" when you have read that version (catalogue unpack)"),
            faults,
        ),
        Some(written) if written != version => overlay.fault(
            &["for_version"],
            format!(
                "written for version {}; the service is of version {version}",
                shorten(written)
            ),
            format!("{mend}: for_version = \"{version}\""),
            faults,
        ),
        Some(_) => {
            let content = content(files);
            match said("for_content") {
                Some(written) if written != content => overlay.fault(
                    &["for_content"],
                    format!("the service calls itself version {version} and says something else than you have read"),
                    format!("{mend}: for_content = \"{content}\""),
                    faults,
                ),
                None if overlay.rows().is_some() => overlay.fault(
                    &["fee"],
                    "with your own fees, `for_content` is needed",
                    format!("write for_content = \"{content}\" when you have read the service (catalogue unpack)"),
                    faults,
                ),
                Some(_) | None => {}
            }
        }
    }
}

/// Texts in a language that the service hasn't would be lost.
fn check_languages(overlay: &Overlay<'_>, files: &[SourceFile], faults: &mut Faults) {
    let there: BTreeSet<&str> = files
        .iter()
        .filter_map(|file| language_of(file.path.split_once('/')?.1))
        .collect();
    for (tag, texts) in overlay.texts().into_iter().flatten() {
        let known: Vec<&str> = there.iter().copied().collect();
        let mend = format!("the service speaks: {}", known.join(", "));
        if Language::from_tag(tag).is_none() {
            let what = format!("`{}` is no language of the terminal", shorten(tag));
            overlay.fault(&["texts", tag], what, mend, faults);
        } else if !there.contains(tag.as_str()) {
            let what = format!("the service has no texts in `{tag}`");
            overlay.fault(&["texts", tag], what, mend, faults);
        } else if !texts.is_table() {
            let what = format!("`texts.{tag}` is no table");
            overlay.fault(
                &["texts", tag],
                what,
                format!("write [texts.{tag}] above the texts"),
                faults,
            );
        }
    }
}

fn change_service(table: &mut Table, overlay: &Overlay<'_>, faults: &mut Faults) {
    if let Some(rows) = overlay.rows() {
        let theirs = table.get("fee").and_then(Value::as_array);
        keep_fees(theirs.map_or(&[][..], Vec::as_slice), rows, overlay, faults);
    } else if overlay.table.contains_key("drop_fees") {
        let mend = "write your whole table as [[fee]], or remove it";
        overlay.fault(&["drop_fees"], "`drop_fees` without `[[fee]]`", mend, faults);
    }
    for key in ["fee", "pay", "period", "destination_id"] {
        if let Some(value) = overlay.table.get(key) {
            table.insert(key.to_owned(), value.clone());
        }
    }
    if let Some(Value::Array(more)) = overlay.table.get("keywords") {
        let keywords = table.entry("keywords").or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(keywords) = keywords {
            keywords.extend(more.iter().cloned());
        }
    }
}

/// An exemption, or a sum for each copy, must not be lost because somebody copied a part of the table.
fn keep_fees(theirs: &[Value], ours: &[Value], overlay: &Overlay<'_>, faults: &mut Faults) {
    let id = |row: &Value| row.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
    let ours_of = |wanted: &str| ours.iter().filter(|row| id(row) == wanted).collect::<Vec<_>>();
    let dropped = overlay.table.get("drop_fees").and_then(Value::as_array);
    let mut dropped: BTreeSet<String> = dropped
        .into_iter()
        .flatten()
        .map(|id| id.as_str().unwrap_or("?").to_owned())
        .collect();
    let mut seen = BTreeSet::new();
    for row in theirs {
        let name = id(row);
        let rows = ours_of(&name);
        if !seen.insert(name.clone()) {
            continue; // the same fee on other days
        }
        let times = row.get("times").and_then(Value::as_str);
        let (lost, what, drop) = match times {
            _ if rows.is_empty() => (
                true,
                format!("the fee `{}` of the service is lost", shorten(&name)),
                name.clone(),
            ),
            Some(times) => {
                let drop = format!("{name}{TIMES}");
                let what = format!(
                    "the fee `{}` is no longer charged for each of `{}`",
                    shorten(&name),
                    shorten(times)
                );
                (rows.iter().all(|row| row.get("times").is_none()), what, drop)
            }
            None => (false, String::new(), String::new()),
        };
        if lost && !dropped.remove(&drop) {
            let mend = format!("copy the row, or write drop_fees = [\"{}\"]", shorten(&drop));
            overlay.fault(&["fee"], what, mend, faults);
        }
    }
    for id in dropped {
        let what = format!("`drop_fees` names `{}`, which isn't lost", shorten(&id));
        overlay.fault(&["drop_fees"], what, "remove it", faults);
    }
}

/// An adopted service leaves the menu when its package ends, if it doesn't before. Says what doesn't fit together.
fn end_with(table: &mut Table, valid_until: Date) -> Option<Short> {
    let period = table.entry("period").or_insert_with(|| Value::Table(Table::new()));
    let Value::Table(period) = period else { return None };
    let day = |key: &str| period.get(key).and_then(Value::as_str)?.parse::<Date>().ok();
    let (from, until) = (day("from"), day("until"));
    let last = until.map_or(valid_until, |day| day.min(valid_until));
    period.insert("until".to_owned(), Value::String(last.to_string()));
    match (from, until) {
        (Some(from), _) if from > valid_until => Some(Short {
            what: format!("the service begins on {from}"),
            mend: "it would never be offered: adopt a package that is valid longer",
            never: true,
        }),
        (_, Some(until)) if until > valid_until => Some(Short {
            what: format!("the service is offered until {until}"),
            mend: "it leaves the menu with the package: adopt one that is valid longer, or shorten the period",
            never: false,
        }),
        _ => None,
    }
}

fn change_texts(table: &mut Table, tag: &str, overlay: &Overlay<'_>, faults: &mut Faults) {
    if let Some(rows) = overlay.rows() {
        keep_texts_of(rows, table);
    }
    let texts = overlay.texts().and_then(|texts| texts.get(tag)?.as_table());
    for (path, text) in texts.into_iter().flatten() {
        // Another fee table has other texts, which need not have been there.
        let new = overlay.rows().is_some() && path.starts_with("fee.");
        if text.is_table() {
            let mut name = shorten(path);
            let mut below = text.as_table();
            while let Some((key, value)) = below.and_then(|table| table.iter().next()) {
                name = format!("{name}.{}", shorten(key));
                below = value.as_table();
            }
            let what = format!("`{name}` is no name of a text without quotes");
            let mend = format!("put the name in quotes: \"{name}\" = …");
            overlay.fault(&["texts", tag, path], what, mend, faults);
        } else if !put(table, path, text, new) {
            let what = format!("there is no text `{}` in {tag}", shorten(path));
            let mend = "name one of the service's texts, e.g. \"page.wish.title\" (catalogue unpack shows them)";
            overlay.fault(&["texts", tag, path], what, mend, faults);
        }
    }
}

/// With another fee table, texts of rows that are gone say nothing any more.
fn keep_texts_of(rows: &[Value], table: &mut Table) {
    let depends = rows
        .iter()
        .any(|row| row.get("when").is_some() || row.get("times").is_some());
    let named = |id: &str| rows.iter().any(|row| row.get("id").and_then(Value::as_str) == Some(id));
    if let Some(Value::Table(texts)) = table.get_mut("fee") {
        texts.retain(|id, _| named(id) || (depends && id == "overview"));
    }
}

/// Replaces the text at that path; `new`: it need not be there.
fn put(table: &mut Table, path: &str, text: &Value, new: bool) -> bool {
    match path.split_once('.') {
        None => {
            let fits = text.is_str() && (new || table.get(path).is_some_and(Value::is_str));
            fits.then(|| table.insert(path.to_owned(), text.clone()));
            fits
        }
        Some((head, rest)) => match table.get_mut(head) {
            Some(Value::Table(below)) => put(below, rest, text, new),
            _ if new => {
                let mut below = Table::new();
                put(&mut below, rest, text, new) && table.insert(head.to_owned(), Value::Table(below)).is_none()
            }
            _ => false,
        },
    }
}

/// A fault of an adopted service with an overlay, told where its author can mend it: in the overlay, at the line that it is
/// most likely about. Others stay as they are.
pub fn in_overlay(fault: Fault, overlays: &[SourceFile]) -> Fault {
    let Some((id, name)) = fault.path.split_once('/') else {
        return fault;
    };
    let path = format!("{id}/overlay.toml");
    let Some(overlay) = overlays.iter().find(|file| file.path == path && fault.path != path) else {
        return fault;
    };
    let section = match language_of(name) {
        Some(tag) => format!("[texts.{tag}]"),
        None if fault.what.contains("fee") || fault.what.contains("cents") => "[[fee]]".to_owned(),
        None => String::new(),
    };
    let lines: Vec<&str> = overlay.text.lines().collect();
    let start = lines.iter().position(|line| line.trim() == section);
    let named = |line: &&str| {
        let mut words = fault.what.split('`').skip(1).step_by(2);
        words.any(|word| !word.is_empty() && line.contains(word))
    };
    let from = start.unwrap_or_default();
    let at = lines.iter().skip(from).position(named).map(|at| from + at);
    Fault {
        line: at.or(start).map(|at| at + 1),
        what: format!("{} (in what the overlay makes of {name})", fault.what),
        path,
        mend: fault.mend,
    }
}
