//! What a town has otherwise in a service that it adopts: fees, days, texts, and what people call it. Nothing else: who
//! wants other questions writes a service of its own.
use crate::fault::{Faults, SourceFile};
use crate::load::view::shorten;
use jiff::civil::Date;
use toml::{Table, Value};

/// What `overlay.toml` may hold.
const KEYS: [&str; 7] = [
    "format",
    "for_version",
    "fee",
    "period",
    "destination_id",
    "keywords",
    "texts",
];

/// The service's files with the overlay worked in; they end with the package. None, where the overlay has a fault.
pub(crate) fn work_in(
    files: Vec<SourceFile>,
    overlay: Option<&SourceFile>,
    valid_until: Date,
    faults: &mut Faults,
) -> Vec<SourceFile> {
    let before = faults.count();
    let changes = overlay.and_then(|file| read(file, faults));
    let mut changed = files;
    for file in &mut changed {
        let name = file.path.split_once('/').map_or("", |(_, name)| name).to_owned();
        // What isn't readable here, the catalogue tells with its line.
        let Ok(mut table) = file.text.parse::<Table>() else {
            continue;
        };
        if name == "service.toml" {
            // The other town's office isn't this one's.
            table.remove("destination_id");
            if let (Some(overlay), Some(changes)) = (overlay, &changes) {
                change_service(&mut table, changes, overlay, faults);
            }
            end_with(&mut table, valid_until);
        } else if let (Some(tag), Some(overlay), Some(changes)) = (language_of(&name), overlay, &changes) {
            change_texts(&mut table, tag, changes, overlay, faults);
        } else {
            continue;
        }
        file.text = table.to_string();
    }
    // Another town's fee or address would be worse than no service.
    if faults.count() == before { changed } else { Vec::new() }
}

fn language_of(name: &str) -> Option<&str> {
    name.strip_prefix("texts.")?.strip_suffix(".toml")
}

fn read(file: &SourceFile, faults: &mut Faults) -> Option<Table> {
    let table = match file.text.parse::<Table>() {
        Ok(table) => table,
        Err(error) => {
            let line = error
                .span()
                .map(|span| 1 + file.text.get(..span.start).unwrap_or_default().matches('\n').count());
            let what = format!("not readable as TOML: {}", error.message());
            faults.add(&file.path, line, what, "see https://toml.io");
            return None;
        }
    };
    let before = faults.count();
    for key in table.keys().filter(|key| !KEYS.contains(&key.as_str())) {
        let what = format!("`{}` can't be otherwise in an adopted service", shorten(key));
        faults.add(&file.path, None, what, format!("known here: {}", KEYS.join(", ")));
    }
    (faults.count() == before).then_some(table)
}

fn change_service(table: &mut Table, changes: &Table, overlay: &SourceFile, faults: &mut Faults) {
    let written_for = changes.get("for_version").and_then(Value::as_str);
    let version = table.get("version").and_then(Value::as_str);
    if written_for.is_none() || written_for != version {
        let what = format!(
            "written for version {:?}; the service is of version {:?}",
            written_for.unwrap_or("?"),
            version.unwrap_or("?")
        );
        let mend = "read what has changed (catalogue diff), then write the new number into `for_version`";
        faults.add(&overlay.path, None, what, mend);
    }
    for key in ["fee", "period", "destination_id"] {
        if let Some(value) = changes.get(key) {
            table.insert(key.to_owned(), value.clone());
        }
    }
    if let Some(Value::Array(more)) = changes.get("keywords") {
        let keywords = table.entry("keywords").or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(keywords) = keywords {
            keywords.extend(more.iter().cloned());
        }
    }
}

/// An adopted service leaves the menu when its package ends, if it doesn't before.
fn end_with(table: &mut Table, valid_until: Date) {
    let period = table.entry("period").or_insert_with(|| Value::Table(Table::new()));
    let Value::Table(period) = period else { return };
    let ends = period
        .get("until")
        .and_then(Value::as_str)
        .and_then(|day| day.parse::<Date>().ok());
    let until = ends.map_or(valid_until, |day| day.min(valid_until));
    period.insert("until".to_owned(), Value::String(until.to_string()));
}

fn change_texts(table: &mut Table, tag: &str, changes: &Table, overlay: &SourceFile, faults: &mut Faults) {
    if let Some(Value::Array(rows)) = changes.get("fee") {
        keep_texts_of(rows, table);
    }
    let texts = changes
        .get("texts")
        .and_then(Value::as_table)
        .and_then(|texts| texts.get(tag));
    let Some(texts) = texts.and_then(Value::as_table) else {
        return;
    };
    for (path, text) in texts {
        // Another fee table has other texts, which need not have been there.
        let new = changes.contains_key("fee") && path.starts_with("fee.");
        if !put(table, path, text, new) {
            let what = format!("there is no text `{}` in {tag}", shorten(path));
            faults.add(
                &overlay.path,
                None,
                what,
                "name one of the service's texts, e.g. \"page.wish.title\"",
            );
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
