//! The town itself: its office, its words, its streets and tables.
use super::lists::{listed, paired, tables, text};
use super::service::file;
use super::words::{change, generic, generic_table, keys, plain, rows};
use crate::fault::SourceFile;
use std::collections::{BTreeMap, BTreeSet};
use toml::{Table, Value};

pub(super) fn compared(before: &[&SourceFile], after: &[&SourceFile]) -> Vec<String> {
    fn by_path<'a>(files: &[&'a SourceFile]) -> BTreeMap<&'a str, &'a str> {
        files
            .iter()
            .map(|file| (file.path.as_str(), file.text.as_str()))
            .collect()
    }
    let (before, after) = (by_path(before), by_path(after));
    let paths: BTreeSet<&str> = before.keys().chain(after.keys()).copied().collect();
    // The town's own facts first: who answers for the data.
    let mut paths: Vec<&str> = paths.into_iter().collect();
    paths.sort_by_key(|path| *path != "town.toml");
    let mut lines = Vec::new();
    for path in paths {
        compare(path, [before.get(path).copied(), after.get(path).copied()], &mut lines);
    }
    lines.into_iter().map(|line| format!("town: {line}")).collect()
}

fn compare(path: &str, sides: [Option<&str>; 2], lines: &mut Vec<String>) {
    let name = path.rsplit('/').next().unwrap_or_default();
    match sides {
        [was, is] if was == is => {}
        [Some(was), Some(is)] if path == "town.toml" => facts([&read(was), &read(is)], lines),
        [was, is] if path == "receipt.toml" => {
            let (was, is) = (was.map(read), is.map(read));
            file(path, [was.as_ref(), is.as_ref()], "the built-in order counts", lines);
        }
        [Some(was), Some(is)] if name.starts_with("words.") => {
            generic_table(&format!("{name}: word"), [&read(was), &read(is)], lines);
        }
        [Some(was), Some(is)] => listed(&named(path), &lines_of(was), &lines_of(is), lines),
        [None, Some(_)] => lines.push(format!("has a file {path} now")),
        [Some(_), None] => lines.push(format!("has no {path} any more")),
        [None, None] => {}
    }
}

fn read(text: &str) -> Table {
    text.parse().unwrap_or_default()
}

/// What a list of lines is about.
fn named(path: &str) -> String {
    match path.strip_prefix("tables/") {
        Some(table) => format!("table {table}"),
        None => path.to_owned(),
    }
}

/// The lines that say something.
fn lines_of(text: &str) -> Vec<String> {
    let text = text.trim_start_matches('\u{feff}');
    let lines = text.lines().map(str::trim);
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(str::to_owned).collect()
}

/// `town.toml`.
fn facts([was, is]: [&Table; 2], lines: &mut Vec<String>) {
    let none = Table::new();
    for key in keys([was, is]) {
        let values = [was.get(key), is.get(key)];
        let fact = |what: &str, absent: &str, lines: &mut Vec<String>| {
            let told = |_, value: Option<&Value>| value.map_or_else(|| absent.to_owned(), plain);
            change(what, values, told, lines);
        };
        match key {
            "destination_id" => fact("cases go to", "nowhere", lines),
            "check_receipts_at" => fact("papers are checked at", "no address", lines),
            "accent" => fact("colour", "the screens’ own", lines),
            "most_used" => fact("offered first", "nothing", lines),
            "provider" => {
                let [was, is] = values.map(|value| value.and_then(Value::as_table).unwrap_or(&none));
                generic_table("office", [was, is], lines);
            }
            "adopt" => named_tables("adopts", "package", [was, is], key, lines),
            "town" => named_tables("other towns", "folder", [was, is], key, lines),
            other => generic(other, values, lines),
        }
    }
}

fn named_tables(what: &str, by: &str, [was, is]: [&Table; 2], key: &str, lines: &mut Vec<String>) {
    let pairs = paired(&tables(was, key), &tables(is, key), |table| text(table, by).to_owned());
    lines.extend(pairs.new.iter().map(|new| format!("{what}: now also {}", rows(new))));
    lines.extend(
        pairs
            .gone
            .iter()
            .map(|gone| format!("{what}: no longer {}", rows(gone))),
    );
    for (old, new) in &pairs.both {
        generic_table(&format!("{what} {}", text(new, by)), [old, new], lines);
    }
    if pairs.moved {
        lines.push(format!("{what}: in another order, and the first counts"));
    }
}
