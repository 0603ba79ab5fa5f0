//! What a new version of services changes, in words, for whoever answers for them.
//!
//! Compared are the files as they are written, key by key: a key that nobody here has heard of is told by its name, so that
//! nothing changes unseen. What is known has words, and stands in the order of its weight: data from the card, fees, where
//! the cases go, how it ends, then the questions, then the texts.
mod fees;
mod form;
mod lists;
mod service;
mod texts;
mod town;
mod words;

use crate::fault::SourceFile;
use crate::map::MAP;
use crate::package::Package;
use crate::table::TABLES;
use service::Definition;
use std::collections::{BTreeMap, BTreeSet};
use words::quoted;

/// One side of a comparison: a folder of services, or a package.
#[derive(Debug)]
pub struct Edition<'a> {
    /// The files of each service, by its id.
    services: BTreeMap<&'a str, Vec<&'a SourceFile>>,
    /// The town's own files and tables.
    town: Vec<&'a SourceFile>,
    faulty: BTreeSet<String>,
    package: Option<&'a Package>,
}

impl<'a> Edition<'a> {
    /// A folder as it is loaded, with what it adopts; `whole` says which services have no fault.
    pub fn of_folder(files: &'a [SourceFile], whole: impl Fn(&str) -> bool) -> Self {
        let mut edition = Self {
            services: BTreeMap::new(),
            town: Vec::new(),
            faulty: BTreeSet::new(),
            package: None,
        };
        for file in files {
            match file.path.split_once('/') {
                Some((id, _)) if ![TABLES, MAP].contains(&id) => edition.services.entry(id).or_default().push(file),
                _ => edition.town.push(file),
            }
        }
        let faulty = edition.services.keys().filter(|id| !whole(id));
        edition.faulty = faulty.map(|id| (*id).to_owned()).collect();
        edition
    }

    /// A package, which belongs to no town.
    pub fn of_package(package: &'a Package, whole: impl Fn(&str) -> bool) -> Self {
        Self {
            package: Some(package),
            ..Self::of_folder(&package.files, whole)
        }
    }
}

/// What a line says of a service or a package that has changed under its old version.
pub const STILL_VERSION: &str = "CHANGED, BUT STILL VERSION";

/// What is otherwise in `after`, a line for each; nothing when nothing is. First what was changed without a new version: who
/// has read that version would not look again.
pub fn changes(before: &Edition<'_>, after: &Edition<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    let ids: BTreeSet<&str> = before.services.keys().chain(after.services.keys()).copied().collect();
    let mut loud = Vec::new();
    for id in ids {
        let told = match (before.services.get(id), after.services.get(id)) {
            (Some(was), None) => vec![format!("is gone ({})", quoted(Definition::of(was).title()))],
            (None, Some(_)) if after.faulty.contains(id) => {
                vec!["is new, but has a fault, and isn't offered (catalogue check tells which)".to_owned()]
            }
            (None, Some(is)) => vec![Definition::of(is).described()],
            (Some(_), Some(_)) if before.faulty.contains(id) || after.faulty.contains(id) => {
                not_compared(before.faulty.contains(id), after.faulty.contains(id))
            }
            (Some(was), Some(is)) => {
                let (was, is) = (Definition::of(was), Definition::of(is));
                let told = service::compared(&was, &is);
                if was.version() == is.version() && !told.is_empty() {
                    let version = is.version();
                    loud.push(format!(
                        "{id}: {STILL_VERSION} {version}: whoever has read {version} doesn't know what follows"
                    ));
                }
                told
            }
            (None, None) => Vec::new(),
        };
        lines.extend(told.into_iter().map(|line| format!("{id}: {line}")));
    }
    let head = match (before.package, after.package) {
        (Some(before), Some(after)) => of_packages(before, after, !lines.is_empty()),
        (None, None) => town::compared(&before.town, &after.town),
        // A package belongs to no town.
        (Some(_), None) | (None, Some(_)) => Vec::new(),
    };
    loud.into_iter().chain(head).chain(lines).collect()
}

fn not_compared(before: bool, after: bool) -> Vec<String> {
    let side = match (before, after) {
        (true, true) => "on both sides",
        (true, false) => "on the old side",
        (false, _) => "on the new side",
    };
    vec![format!(
        "has a fault {side}, so it isn't compared (catalogue check tells which)"
    )]
}

fn of_packages(before: &Package, after: &Package, changed: bool) -> Vec<String> {
    let mut lines = Vec::new();
    if changed && before.name == after.name && before.version == after.version {
        lines.push(format!("package: {STILL_VERSION} {}", after.version));
    }
    for (what, was, is) in [
        ("name", before.name.clone(), after.name.clone()),
        ("version", before.version.clone(), after.version.clone()),
        (
            "last day",
            before.valid_until.to_string(),
            after.valid_until.to_string(),
        ),
    ] {
        if was != is {
            lines.push(format!("package: {what}: {was} → {is}"));
        }
    }
    lines
}

#[cfg(test)]
mod every_key;
