//! Loads the services that are on offer.
use catalogue::{Catalogue, Fault};
use jiff::civil::Date;
use std::path::Path;

/// Why there is nothing to offer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ServicesFault {
    /// A file or folder can't be read.
    #[error(transparent)]
    Read(#[from] shelf::ReadFault),
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
pub(crate) fn load(folder: Option<&Path>, today: Option<Date>) -> Result<Catalogue, ServicesFault> {
    let (place, files) = match folder {
        Some(folder) => {
            let opened = shelf::open(folder, today)?;
            for fault in opened.faults {
                tracing::error!("services of another town left out: {fault}");
            }
            (folder.display().to_string(), opened.files)
        }
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
        let (ours, built_in) = (load(Some(folder.path()), None).unwrap(), load(None, None).unwrap());
        let ids = |catalogue: &Catalogue| catalogue.services().iter().map(|s| s.id().clone()).collect::<Vec<_>>();
        assert_eq!(ids(&ours), ids(&built_in));
        assert!(!ids(&ours).is_empty());
    }

    #[test]
    fn a_broken_folder_is_told_with_file_and_line() {
        let folder = town_hall();
        std::fs::write(folder.path().join("town.toml"), "format = 1\nname = \n").unwrap();
        let told = chain(&load(Some(folder.path()), None).unwrap_err());
        assert!(told.contains("town.toml:2: "), "{told}");
        let nowhere = chain(&load(Some(Path::new("/nowhere")), None).unwrap_err());
        assert!(
            nowhere.starts_with("reading the services in /nowhere: No such file"),
            "{nowhere}"
        );
    }
}
