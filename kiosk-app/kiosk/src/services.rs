//! Finds the files of the services folder for the catalogue, which opens none itself.
use catalogue::{Catalogue, Fault, SourceFile};
use std::path::{Path, PathBuf};

/// Largest file that is read; the catalogue's own limit is lower and told better.
const FILE_BYTES_MAX: u64 = 1024 * 1024;
/// Entries of a folder that are looked at; as [`FILE_BYTES_MAX`].
const ENTRIES_MAX: usize = 20_000;

/// Why there is nothing to offer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ServicesFault {
    /// A file or folder can't be read.
    #[error("reading the services in {}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The definitions are wrong.
    #[error("the services in {place} can't be used:\n{}", lines(faults))]
    Content {
        /// Where they are.
        place: String,
        /// What is wrong.
        faults: Vec<Fault>,
    },
}

fn lines(faults: &[Fault]) -> String {
    faults.iter().map(Fault::to_string).collect::<Vec<_>>().join("\n")
}

/// Loads the catalogue from that folder, or the one built in. Services with mistakes are left out and told in the log.
pub(crate) fn load(folder: Option<&Path>) -> Result<Catalogue, ServicesFault> {
    let (place, files) = match folder {
        Some(folder) => (folder.display().to_string(), files(folder)?),
        None => ("the program".to_owned(), catalogue::bundled::files()),
    };
    match Catalogue::load(&files) {
        Ok(loaded) => {
            for fault in loaded.faults {
                tracing::error!("service left out: {fault}");
            }
            Ok(loaded.catalogue)
        }
        Err(faults) => Err(ServicesFault::Content { place, faults }),
    }
}

/// The TOML files of the folder and of its folders, and the list of streets; what is hidden or something else is passed over.
fn files(folder: &Path) -> Result<Vec<SourceFile>, ServicesFault> {
    let mut files = Vec::new();
    for (name, path) in entries(folder)? {
        if path.is_dir() {
            for (inner, path) in entries(&path)? {
                take(&mut files, format!("{name}/{inner}"), &path)?;
            }
        } else {
            take(&mut files, name, &path)?;
        }
    }
    Ok(files)
}

fn take(files: &mut Vec<SourceFile>, path: String, at: &Path) -> Result<(), ServicesFault> {
    let is_ours = at.extension().is_some_and(|extension| extension == "toml") || path == "streets.txt";
    if is_ours && at.is_file() {
        let text = crate::config::read_text(at, FILE_BYTES_MAX).map_err(|source| fault(at, source))?;
        files.push(SourceFile { path, text });
    }
    Ok(())
}

fn entries(folder: &Path) -> Result<Vec<(String, PathBuf)>, ServicesFault> {
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

fn fault(path: &Path, source: std::io::Error) -> ServicesFault {
    ServicesFault::Read {
        path: path.to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guard::chain;

    fn town_hall() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in catalogue::bundled::files() {
            let path = folder.path().join(&file.path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, file.text).unwrap();
        }
        folder
    }

    #[test]
    fn a_folder_gives_what_the_program_has_built_in() {
        let folder = town_hall();
        std::fs::write(folder.path().join("README.md"), "not a service").unwrap();
        std::fs::create_dir(folder.path().join(".git")).unwrap();
        std::fs::write(folder.path().join(".git/config.toml"), "[").unwrap();
        let (ours, built_in) = (load(Some(folder.path())).unwrap(), load(None).unwrap());
        let ids = |catalogue: &Catalogue| catalogue.services().iter().map(|s| s.id().clone()).collect::<Vec<_>>();
        assert_eq!(ids(&ours), ids(&built_in));
        assert!(!ids(&ours).is_empty());
    }

    #[test]
    fn a_broken_folder_is_told_with_file_and_line() {
        let folder = town_hall();
        std::fs::write(folder.path().join("town.toml"), "format = 1\nname = \n").unwrap();
        let told = chain(&load(Some(folder.path())).unwrap_err());
        assert!(told.contains("town.toml:2: "), "{told}");
        let nowhere = chain(&load(Some(Path::new("/nowhere"))).unwrap_err());
        assert!(
            nowhere.starts_with("reading the services in /nowhere: No such file"),
            "{nowhere}"
        );
    }
}
