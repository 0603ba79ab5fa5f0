//! Folders of services on disk: found, read within bounds, and put together, with what a town adopts of others, to what
//! the catalogue loads.
use catalogue::{
    Adoption, CREST_BYTES_MAX, Catalogue, Fault, Loaded, MAP, MAP_PICTURE, MAP_PICTURE_BYTES_MAX, NEIGHBOURS,
    Neighbour, PACKAGE_BYTES_MAX, Package, SourceFile, TABLES,
};
use jiff::civil::Date;
use minisign_verify::{PublicKey, Signature};
use std::io::{Error, ErrorKind, Read};
use std::path::{Path, PathBuf};

mod films;
mod threads;
mod watched;

pub use films::{Films, films};
pub use threads::Threads;
pub use watched::Watched;

/// Largest file that is read; the catalogue's own limit is lower and told better.
const FILE_BYTES_MAX: u64 = 1024 * 1024;
/// Largest table, likewise.
const TABLE_BYTES_MAX: u64 = 8 * 1024 * 1024;
/// Entries of a folder that are looked at; as [`FILE_BYTES_MAX`].
const ENTRIES_MAX: usize = 20_000;

/// Where a services folder keeps the packages that it adopts, each with its signature beside it.
const ADOPTED: &str = "adopted";
/// The file that names a town.
const TOWN: &str = "town.toml";
/// Behind a package's name: its signature, as minisign writes it.
pub const SIGNATURE: &str = ".minisig";
/// Longest signature.
const SIGNATURE_BYTES_MAX: u64 = 4096;

/// A town's services, its own and those of others.
#[derive(Debug)]
pub struct Opened {
    /// What the catalogue loads.
    pub files: Vec<SourceFile>,
    /// The picture of the town's map, if it has one.
    pub picture: Option<Vec<u8>>,
    /// What of others could not be taken, and why.
    pub faults: Vec<Fault>,
    /// The towns beside it whose services are offered here, too.
    pub neighbours: Vec<(Neighbour, Self)>,
    /// The crest's file, where the town names one: its name, and what is in it.
    pub crest: Option<(String, std::io::Result<Vec<u8>>)>,
    /// What is otherwise in adopted services: worked in already, and kept to tell its author where a fault is.
    overlays: Vec<SourceFile>,
}

type Loads = fn(&[SourceFile], Option<&[u8]>) -> Result<Loaded, Vec<Fault>>;

impl Opened {
    /// What can be offered, of this town and of those beside it, and the faults of all. A neighbour that can't be used is
    /// left out.
    ///
    /// # Errors
    /// The faults, when nothing of this town can be used.
    pub fn load(self) -> Result<Loaded, Vec<Fault>> {
        self.load_by(|files, picture| Catalogue::load_with_map(files, picture, &Threads))
    }

    /// As [`Self::load`], with services that are still to be filled in.
    ///
    /// # Errors
    /// As there.
    pub fn load_draft(self) -> Result<Loaded, Vec<Fault>> {
        self.load_by(Catalogue::load_draft)
    }

    fn load_by(self, load: Loads) -> Result<Loaded, Vec<Fault>> {
        let loaded = load(&self.files, self.picture.as_deref());
        let all = |others: Vec<Fault>| with_others(self.faults, others, &self.overlays);
        let mut loaded = match loaded {
            Ok(Loaded { catalogue, faults }) => Loaded {
                catalogue,
                faults: all(faults),
            },
            Err(others) => return Err(all(others)),
        };
        match self.crest {
            None => {}
            Some((name, Ok(bytes))) => loaded.dress(&name, &bytes),
            Some((name, Err(why))) => loaded.faults.push(Fault {
                path: name,
                line: None,
                what: format!("can't be read: {why}"),
                mend: format!("put the crest beside {TOWN}, or leave `crest` out"),
            }),
        }
        for (neighbour, opened) in self.neighbours {
            loaded.join(&neighbour, opened.load_by(load));
        }
        Ok(loaded)
    }
}

/// What could not be taken, and the faults of the rest without those that only follow from it: a file that can't be read
/// isn't missing as well, and what most people come for may be among it.
fn with_others(mut faults: Vec<Fault>, others: Vec<Fault>, overlays: &[SourceFile]) -> Vec<Fault> {
    let follows = |fault: &Fault| {
        let told = faults
            .iter()
            .any(|first| first.path == fault.path && first.line.is_none());
        let missing = told && fault.what == "the file is missing";
        missing || (!faults.is_empty() && fault.what.starts_with("`most_used` names"))
    };
    let others: Vec<Fault> = others.into_iter().filter(|fault| !follows(fault)).collect();
    faults.extend(others.into_iter().map(|fault| catalogue::in_overlay(fault, overlays)));
    faults
}

/// The services in that folder, with those that its `town.toml` adopts: packages whose signature is right and that are
/// still valid, with the town's overlays. What is wrong with one leaves the others as they are.
///
/// # Errors
/// The first file or folder of the town's own that can't be read.
pub fn open(folder: &Path, today: Option<Date>) -> Result<Opened, ReadFault> {
    let mut opened = open_one(folder, today)?;
    for neighbour in catalogue::neighbours(&opened.files) {
        let place = folder.join(NEIGHBOURS).join(&neighbour.folder);
        match open_one(&place, today) {
            Ok(other) => opened.neighbours.push((neighbour, other)),
            Err(fault) => opened.faults.push(Fault {
                path: TOWN.to_owned(),
                line: Some(neighbour.line),
                what: format!(
                    "the town `{}` can't be read: {}",
                    neighbour.folder,
                    in_words(&fault.source)
                ),
                mend: format!("put its services into {NEIGHBOURS}/{}", neighbour.folder),
            }),
        }
    }
    Ok(opened)
}

/// A town alone. Who stands beside it there, that terminal shows.
fn open_one(folder: &Path, today: Option<Date>) -> Result<Opened, ReadFault> {
    let (files, mut refused) = files(folder)?;
    let overlays = files.iter().filter(|file| file.path.ends_with("/overlay.toml"));
    let overlays: Vec<SourceFile> = overlays.cloned().collect();
    let mut adopted = Vec::new();
    for adoption in catalogue::adoptions(&files) {
        match package(&folder.join(ADOPTED).join(&adoption.package), &adoption.key) {
            Ok(package) => adopted.push((adoption, package)),
            Err(why) => refused.push(told(&adoption, &why)),
        }
    }
    let picture = read_bytes(&folder.join(MAP_PICTURE), MAP_PICTURE_BYTES_MAX as u64);
    if let Err(why) = &picture
        && files
            .iter()
            .any(|file| file.path.split_once('/').is_some_and(|(folder, _)| folder == MAP))
    {
        refused.push(Fault {
            path: MAP_PICTURE.to_owned(),
            line: None,
            what: format!("the map has no picture: {why}"),
            mend: "add it, or remove the folder; docs/services.md, “A map of the town”, tells how it is made"
                .to_owned(),
        });
    }
    let (files, faults) = catalogue::assemble(files, adopted, today);
    refused.extend(faults);
    let crest = catalogue::crest_file(&files).map(|name| {
        let bytes = read_bytes(&folder.join(&name), CREST_BYTES_MAX as u64);
        (name, bytes)
    });
    Ok(Opened {
        files,
        picture: picture.ok(),
        faults: refused,
        neighbours: Vec::new(),
        crest,
        overlays,
    })
}

fn told(adoption: &Adoption, why: &PackageRefused) -> Fault {
    let (what, mend) = match why {
        PackageRefused::Read { file, source } if source.kind() == ErrorKind::NotFound => (
            format!("{file} isn't in the folder `{ADOPTED}`"),
            format!("put {0} and {0}{SIGNATURE} there", adoption.package),
        ),
        PackageRefused::Read { .. } | PackageRefused::Key | PackageRefused::Signature | PackageRefused::Content(_) => (
            format!("the package {} can't be taken: {why}", adoption.package),
            "get it anew, and compare the key with the town that wrote it".to_owned(),
        ),
    };
    Fault {
        path: TOWN.to_owned(),
        line: Some(adoption.line),
        what,
        mend,
    }
}

/// What went wrong with a file, for people.
pub fn in_words(error: &Error) -> String {
    let kind = error.kind();
    let known = [
        (ErrorKind::NotFound, "isn't there"),
        (ErrorKind::PermissionDenied, "you have no right to read or write it"),
        (ErrorKind::InvalidData, "is not UTF-8: save it as UTF-8"),
        (ErrorKind::IsADirectory, "is a folder"),
        (ErrorKind::NotADirectory, "is no folder"),
        (ErrorKind::AlreadyExists, "is there already"),
    ];
    let known = known.into_iter().find(|(known, _)| *known == kind);
    known.map_or_else(
        || {
            let text = error.to_string();
            let text = text.split(" (os error").next().unwrap_or_default();
            text.to_owned()
        },
        |(_, words)| words.to_owned(),
    )
}

/// Why a package isn't taken.
#[derive(Debug, thiserror::Error)]
pub enum PackageRefused {
    /// It or its signature isn't there, or too long.
    #[error("{file}: {}", in_words(source))]
    Read {
        /// Which file.
        file: String,
        /// Why.
        source: Error,
    },
    /// The key isn't one.
    #[error("the key is none as minisign writes it")]
    Key,
    /// Nobody with that key has signed this.
    #[error("its signature is not by that key, or it was changed since")]
    Signature,
    /// It is signed, but nothing that this program can read.
    #[error(transparent)]
    Content(#[from] catalogue::PackageFault),
}

/// The package in that file, when the signature beside it is by that public key (56 characters of base64). Nothing of it
/// is read before.
///
/// # Errors
/// Why it isn't taken.
pub fn package(file: &Path, key: &str) -> Result<Package, PackageRefused> {
    let read = |file: &Path, bytes_max: u64| {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        read_text(file, bytes_max).map_err(|source| PackageRefused::Read { file: name, source })
    };
    let key = PublicKey::from_base64(key).map_err(|_| PackageRefused::Key)?;
    let mut signature = file.as_os_str().to_owned();
    signature.push(SIGNATURE);
    let signature = read(Path::new(&signature), SIGNATURE_BYTES_MAX)?;
    let signature = Signature::decode(&signature).map_err(|_| PackageRefused::Signature)?;
    let text = read(file, PACKAGE_BYTES_MAX as u64)?;
    let signed = key.verify(text.as_bytes(), &signature, false);
    signed.map_err(|_| PackageRefused::Signature)?;
    Ok(Package::parse(&text)?)
}

/// A file or folder can't be read.
#[derive(Debug, thiserror::Error)]
#[error("reading the services in {}", path.display())]
pub struct ReadFault {
    /// Which.
    pub path: PathBuf,
    /// Why.
    #[source]
    pub source: Error,
}

/// The TOML files of the folder and of its folders, the tables, the places of the map, and the list of streets; what is hidden or
/// something else is passed over. Files that aren't UTF-8 are faults, and the others are read.
///
/// # Errors
/// The first file or folder that can't be read.
pub fn files(folder: &Path) -> Result<(Vec<SourceFile>, Vec<Fault>), ReadFault> {
    let (mut files, mut faults) = (Vec::new(), Vec::new());
    for (name, path) in entries(folder)? {
        if path.is_dir() {
            for (inner, path) in entries(&path)? {
                take(&mut files, &mut faults, format!("{name}/{inner}"), &path)?;
            }
        } else {
            take(&mut files, &mut faults, name, &path)?;
        }
    }
    Ok((files, faults))
}

fn take(files: &mut Vec<SourceFile>, faults: &mut Vec<Fault>, path: String, at: &Path) -> Result<(), ReadFault> {
    let ends = |end: &str| at.extension().is_some_and(|extension| extension == end);
    let is_table = ends("csv")
        && path
            .split_once('/')
            .is_some_and(|(folder, _)| [TABLES, MAP].contains(&folder));
    let is_ours = ends("toml") || is_table || path == "streets.txt";
    if is_ours && at.is_file() {
        match read_text(at, if is_table { TABLE_BYTES_MAX } else { FILE_BYTES_MAX }) {
            Ok(text) => files.push(SourceFile { path, text }),
            Err(source) if source.kind() == ErrorKind::InvalidData => faults.push(Fault {
                path,
                line: None,
                what: "is not UTF-8".to_owned(),
                mend: "save it as UTF-8: editors ask for the encoding under “Save as”".to_owned(),
            }),
            Err(source) => return Err(fault(at, source)),
        }
    }
    Ok(())
}

fn entries(folder: &Path) -> Result<Vec<(String, PathBuf)>, ReadFault> {
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(folder)
        .map_err(|source| fault(folder, source))?
        .take(ENTRIES_MAX)
    {
        let entry = entry.map_err(|source| fault(folder, source))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') {
            entries.push((name, entry.path()));
        }
    }
    entries.sort();
    Ok(entries)
}

fn fault(path: &Path, source: std::io::Error) -> ReadFault {
    ReadFault {
        path: path.to_owned(),
        source,
    }
}

/// A text file that must not be longer than that.
fn read_text(file: &Path, bytes_max: u64) -> std::io::Result<String> {
    let bytes = read_bytes(file, bytes_max)?;
    String::from_utf8(bytes).map_err(|error| Error::new(ErrorKind::InvalidData, error.utf8_error()))
}

/// A file that must not be longer than that.
fn read_bytes(file: &Path, bytes_max: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::fs::File::open(file)?.take(bytes_max + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > bytes_max {
        let what = format!("more than {bytes_max} bytes");
        return Err(Error::new(ErrorKind::FileTooLarge, what));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests;
