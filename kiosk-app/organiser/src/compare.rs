//! What stands in packages and folders: written out to be read, and compared.
use crate::counted;
use catalogue::{Edition, Fault, Loaded, Package, SourceFile, bundled};
use shelf::Opened;
use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

type Done = Result<ExitCode, Box<dyn Error>>;

/// Writes a package's services as files, to be read before they are adopted. What is there already stays.
pub(crate) fn unpack(file: &Path, folder: &Path) -> Done {
    let package = read(file)?;
    for id in package.services() {
        if folder.join(id).exists() {
            return Err(format!("{} is there already: name another folder", folder.join(id).display()).into());
        }
    }
    for source in &package.files {
        let path = folder.join(&source.path);
        if let Some(above) = path.parent() {
            crate::named_file(above, fs::create_dir_all(above))?;
        }
        let made = OpenOptions::new().write(true).create_new(true).open(&path);
        crate::named_file(&path, made.and_then(|mut made| made.write_all(source.text.as_bytes())))?;
    }
    println!(
        "{} {}, valid until {}, in {} (catalogue verify tells who signed it)",
        package.name,
        package.version,
        package.valid_until,
        folder.display()
    );
    list(&package);
    Ok(ExitCode::SUCCESS)
}

/// Each service with what an overlay names of it.
pub(crate) fn list(package: &Package) {
    for id in package.services() {
        let of = package.files.iter().filter(|file| folder_of(file) == Some(id));
        let content = catalogue::content(of);
        let version = version_of(package, id).unwrap_or_default();
        println!("  {id}: for_version = \"{version}\", for_content = \"{content}\"");
    }
}

fn folder_of(file: &SourceFile) -> Option<&str> {
    file.path.split_once('/').map(|(id, _)| id)
}

/// The version that a service gives itself.
pub(crate) fn version_of(package: &Package, id: &str) -> Option<String> {
    let path = format!("{id}/service.toml");
    let file = package.files.iter().find(|file| file.path == path)?;
    let service: toml::Table = file.text.parse().ok()?;
    service.get("version")?.as_str().map(str::to_owned)
}

/// A package of whomever: looking isn't adopting.
pub(crate) fn read(file: &Path) -> Result<Package, String> {
    let text = crate::named_file(file, fs::read_to_string(file))?;
    Package::parse(&text).map_err(|why| format!("{}: {why}", file.display()))
}

/// One side of a comparison, and the services on it that have a fault.
enum Side {
    Folder(Opened, BTreeSet<String>),
    Package(Package, BTreeSet<String>),
}

impl Side {
    fn open(path: &Path) -> Result<Self, Box<dyn Error>> {
        if path.is_dir() {
            let opened = || shelf::open(path, crate::today());
            let loaded = opened()?.load_draft();
            let mut opened = opened()?;
            let crest = loaded.as_ref().ok().and_then(|loaded| loaded.catalogue.town().crest());
            // A picture is no text to compare: its size and a number stand for it.
            opened.files.extend(crest.map(|crest| SourceFile {
                path: "crest".to_owned(),
                text: crest.to_string(),
            }));
            return Ok(Self::Folder(opened, faulty(path, loaded)));
        }
        let package = read(path)?;
        let faulty = faulty(path, in_a_town(&package));
        Ok(Self::Package(package, faulty))
    }

    fn edition(&self) -> Edition<'_> {
        match self {
            Self::Folder(opened, faulty) => Edition::of_folder(&opened.files, |id| !faulty.contains(id)),
            Self::Package(package, faulty) => Edition::of_package(package, |id| !faulty.contains(id)),
        }
    }
}

/// The services with a fault; all faults are told.
fn faulty(path: &Path, loaded: Result<Loaded, Vec<Fault>>) -> BTreeSet<String> {
    let faults = loaded.map_or_else(|faults| faults, |loaded| loaded.faults);
    let faults = faults.into_iter().filter(|fault| !fault.path.is_empty());
    let told = faults.map(|fault| {
        eprintln!("{}/{fault}", path.display());
        fault.path.split('/').next().unwrap_or_default().to_owned()
    });
    told.collect()
}

/// Tells what changes.
pub(crate) fn diff(old: &Path, new: &Path) -> Done {
    let (before, after) = (Side::open(old)?, Side::open(new)?);
    let mut changes = catalogue::changes(&before.edition(), &after.edition());
    if let (Side::Folder(before, _), Side::Folder(after, _)) = (&before, &after) {
        for (neighbour, was) in &before.neighbours {
            let same = after
                .neighbours
                .iter()
                .find(|(other, _)| other.folder == neighbour.folder);
            let Some((_, is)) = same else { continue }; // told of town.toml
            let both = catalogue::changes(
                &Edition::of_folder(&was.files, |_| true),
                &Edition::of_folder(&is.files, |_| true),
            );
            let place = format!("{}/{}", catalogue::NEIGHBOURS, neighbour.folder);
            changes.extend(both.into_iter().map(|line| format!("{place}: {line}")));
        }
    }
    for line in &changes {
        println!("{line}");
    }
    let told = changes.iter().filter(|line| !line.contains(catalogue::STILL_VERSION));
    println!("{}", counted(told.count(), "change"));
    Ok(ExitCode::SUCCESS)
}

/// A package's services in the built-in town.
pub(crate) fn in_a_town(package: &Package) -> Result<Loaded, Vec<Fault>> {
    let mut files = bundled::small(&[]);
    files.extend(package.files.iter().cloned());
    files.extend(empty_tables(&package.files));
    catalogue::Catalogue::load_draft(&files, None)
}

/// The tables that services look things up in, without a row: which streets there are, only the town that adopts them knows.
fn empty_tables(files: &[SourceFile]) -> Vec<SourceFile> {
    let mut columns: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in files.iter().filter(|file| file.path.ends_with("/service.toml")) {
        let Ok(service) = file.text.parse::<toml::Table>() else {
            continue; // told by the catalogue
        };
        let below = |value: &toml::Value, key: &str| value.get(key).and_then(toml::Value::as_array).cloned();
        let pages = service
            .get("page")
            .and_then(toml::Value::as_array)
            .into_iter()
            .flatten();
        for field in pages.filter_map(|page| below(page, "field")).flatten() {
            let looked_up = |key: &str| field.get("from_table")?.get(key)?.as_str().map(str::to_owned);
            if let Some((table, column)) = looked_up("table").zip(looked_up("column")) {
                columns.entry(table).or_default().insert(column);
            }
        }
    }
    let table = |(name, columns): (String, BTreeSet<String>)| SourceFile {
        path: format!("{}/{name}{}", catalogue::TABLES, catalogue::TABLE_END),
        text: format!("street;{}\n", columns.into_iter().collect::<Vec<_>>().join(";")),
    };
    columns.into_iter().map(table).collect()
}
