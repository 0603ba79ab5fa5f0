//! The services built into the program: the town of `make run` and of the tests.
use crate::catalogue::{Catalogue, Loaded};
use crate::crew::Alone;
use crate::fault::{Fault, SourceFile};
use crate::map::MAP;
use crate::table::TABLES;

/// Paths and texts, sorted by path; made by `build.rs`.
const FILES: &[(&str, &str)] = &include!(concat!(env!("OUT_DIR"), "/services.rs"));

/// The picture of the town's map (`map/map.png`).
pub const PICTURE: &[u8] = include_bytes!("../../services/map/map.png");

/// Loads files of this module, with the map where it is among them.
///
/// # Errors
/// As [`Catalogue::load`].
pub fn load(files: &[SourceFile]) -> Result<Loaded, Vec<Fault>> {
    let mapped = files.iter().any(|file| is_of_map(&file.path));
    Catalogue::load_with_map(files, mapped.then_some(PICTURE), &Alone)
}

fn is_of_map(path: &str) -> bool {
    path.split_once('/').is_some_and(|(folder, _)| folder == MAP)
}

/// The files of `kiosk-app/services` as they were when the program was built.
pub fn files() -> Vec<SourceFile> {
    FILES.iter().map(file).collect()
}

/// The files of the town itself, without its services and tables: its name, its streets, and the words that services share.
pub fn town() -> Vec<SourceFile> {
    FILES.iter().filter(|(path, _)| !path.contains('/')).map(file).collect()
}

/// A small town that offers only these of the services, with little to look at in tests.
pub fn small(services: &[&str]) -> Vec<SourceFile> {
    let kept = |id: &str| services.contains(&id);
    let mut files = files();
    let folder = |file: &SourceFile| file.path.split_once('/').map(|(id, _)| id.to_owned());
    files.retain(|file| folder(file).is_none_or(|id| id == TABLES || id == MAP || kept(&id)));
    let asks_for_places = |file: &SourceFile| file.path.ends_with("/service.toml") && file.text.contains("\"place\"\n");
    let mapped = files.iter().any(asks_for_places);
    files.retain(|file| mapped || !is_of_map(&file.path));
    let looked_up = files.iter().any(|file| file.text.contains("from_table"));
    files.retain(|file| looked_up || folder(file).is_none_or(|id| id != TABLES));
    for town in files.iter_mut().filter(|file| file.path == "town.toml") {
        let lines = town.text.lines().map(|line| match line.strip_prefix("most_used = ") {
            Some(_) => format!("most_used = {:?}", services.first().as_slice()),
            None => line.to_owned(),
        });
        town.text = lines.map(|line| line + "\n").collect();
    }
    files
}

/// The services of [`small`] that most tests walk: one that files, one that shows.
pub const TWO: [&str; 2] = ["meldebescheinigung", "ausweisdaten"];

fn file((path, text): &(&str, &str)) -> SourceFile {
    SourceFile {
        path: (*path).to_owned(),
        text: (*text).to_owned(),
    }
}
