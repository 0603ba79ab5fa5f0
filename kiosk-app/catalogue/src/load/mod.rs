//! Reads a services folder and tells every mistake in it.
mod card;
mod definition;
mod fields;
mod graph;
mod receipt;
mod texts;
mod town;
pub(crate) mod view;

use crate::catalogue::{Catalogue, Loaded};
use crate::fault::{Fault, Faults, SourceFile};
use crate::receipt::ReceiptTemplate;
use crate::service::{Finish, Service, ServiceId};
use crate::words::Words;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Most files of a services folder: two thousand services of four files each, with room.
const FILES_MAX: usize = 10_000;
/// Longest name of a service's folder.
const ID_BYTES_MAX: usize = 64;
/// Files of a service.
const SERVICE_FILES: [&str; 4] = ["service.toml", "texts.de.toml", "texts.en.toml", RECEIPT];
/// The one that only a service needs which submits something.
const RECEIPT: &str = "receipt.toml";
/// Version of the format that this program reads.
const FORMAT: i64 = 1;

/// The files of one service.
struct Folder<'a> {
    id: &'a str,
    files: BTreeMap<&'a str, &'a SourceFile>,
}

/// See [`Catalogue::load`].
pub(crate) fn load(files: &[SourceFile]) -> Result<Loaded, Vec<Fault>> {
    let mut faults = Faults::default();
    if files.len() > FILES_MAX {
        faults.add(
            "",
            None,
            format!("{} files, more than {FILES_MAX}", files.len()),
            "remove what isn't a service",
        );
        return Err(faults.into_list());
    }
    let (root, folders) = sorted(files, &mut faults);
    let words = match (root.get("words.de.toml"), root.get("words.en.toml")) {
        (None, None) => Some(Arc::clone(Words::bundled())),
        (german, english) => Words::load(german.copied(), english.copied(), &mut faults).map(Arc::new),
    };
    let town = match root.get("town.toml") {
        Some(file) => town::read(file, &mut faults),
        None => {
            faults.add(
                "town.toml",
                None,
                "the file is missing",
                "add it: it names the town and its office",
            );
            None
        }
    };
    let (Some(words), Some(town)) = (words, town) else {
        return Err(faults.into_list());
    };
    let services: Vec<Arc<Service>> = folders
        .iter()
        .filter_map(|folder| service(folder, &words, &mut faults))
        .map(Arc::new)
        .collect();
    if services.is_empty() {
        faults.add(
            "",
            None,
            "no service can be offered",
            "mend the faults above, or add a service",
        );
        return Err(faults.into_list());
    }
    Ok(Loaded {
        catalogue: Catalogue { town, services, words },
        faults: faults.into_list(),
    })
}

/// Files at the root by name, and the others by folder, sorted by id.
fn sorted<'a>(files: &'a [SourceFile], faults: &mut Faults) -> (BTreeMap<&'a str, &'a SourceFile>, Vec<Folder<'a>>) {
    let mut root = BTreeMap::new();
    let mut folders: BTreeMap<&str, Folder<'_>> = BTreeMap::new();
    for file in files {
        let path = view::shorten(&file.path);
        let twice = match file.path.split_once('/') {
            None if matches!(file.path.as_str(), "town.toml" | "words.de.toml" | "words.en.toml") => {
                root.insert(file.path.as_str(), file).is_some()
            }
            Some((id, name)) if is_id(id) && SERVICE_FILES.contains(&name) => {
                let folder = folders.entry(id).or_insert_with(|| Folder {
                    id,
                    files: BTreeMap::new(),
                });
                folder.files.insert(name, file).is_some()
            }
            Some((id, _)) if !is_id(id) => {
                faults.add(
                    &path,
                    None,
                    "not a name for a service's folder",
                    "use a–z, 0–9, - and _, at most 64",
                );
                false
            }
            Some(_) => {
                faults.add(
                    &path,
                    None,
                    "not a file of a service",
                    format!("known: {}", SERVICE_FILES.join(", ")),
                );
                false
            }
            None => {
                faults.add(
                    &path,
                    None,
                    "not a file of a town",
                    "known: town.toml, words.de.toml, words.en.toml",
                );
                false
            }
        };
        if twice {
            faults.add(&path, None, "the file is there twice", "keep one of them");
        }
    }
    (root, folders.into_values().collect())
}

fn is_id(name: &str) -> bool {
    let known = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_');
    (1..=ID_BYTES_MAX).contains(&name.len()) && name.bytes().all(known)
}

/// A service, unless it has a fault.
fn service(folder: &Folder<'_>, words: &Arc<Words>, faults: &mut Faults) -> Option<Service> {
    let before = faults.count();
    let file = |name: &str| folder.files.get(name).copied();
    let draft = file("service.toml").map(|file| definition::read(file, faults));
    let shows = matches!(&draft, Some(Some(draft)) if draft.finish == Finish::Show);
    for name in SERVICE_FILES.iter().filter(|name| !folder.files.contains_key(*name)) {
        if *name != RECEIPT || !shows {
            let mend = "add it; docs/services.md shows an example";
            faults.add(&format!("{}/{name}", folder.id), None, "the file is missing", mend);
        }
    }
    if shows && folder.files.contains_key(RECEIPT) {
        let what = "a service that only shows prints no receipt";
        faults.add(&format!("{}/{RECEIPT}", folder.id), None, what, "remove the file");
    }
    let mut draft = draft??;
    let german = file("texts.de.toml").and_then(|file| texts::read(file, &draft, faults));
    let english = file("texts.en.toml").and_then(|file| texts::read(file, &draft, faults));
    let texts = texts::join(&mut draft, german?, english?);
    let receipt = match draft.finish {
        Finish::Submit => receipt::read(file(RECEIPT)?, &texts, words, faults)?,
        Finish::Show => ReceiptTemplate::default(),
    };
    (faults.count() == before).then_some(Service {
        id: ServiceId::new(folder.id),
        leika: draft.leika,
        version: draft.version,
        fee: draft.fee,
        finish: draft.finish,
        request: draft.request,
        asked: draft.asked,
        texts,
        pages: draft.pages,
        fields: draft.fields,
        receipt,
        words: Arc::clone(words),
    })
}

/// Reads `format`, which every file but the texts starts with.
fn format_of(view: &mut view::View<'_>, faults: &mut Faults) {
    if !view.has("format") {
        view.fault(
            faults,
            1,
            "`format` is missing",
            format!("start the file with format = {FORMAT}"),
        );
    }
    view.number("format", FORMAT, FORMAT, faults);
}
