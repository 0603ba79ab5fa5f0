//! A folder of services that is changed while the terminal runs. What is right is taken, as a whole; else everything stays
//! as it was.
use crate::{ReadFault, open};
use catalogue::{Fault, Loaded};
use jiff::civil::Date;
use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

/// Files and folders that are looked at, and how deep: `towns/NAME/SERVICE/FILE`.
const ENTRIES_MAX: usize = 100_000;
const DEPTH_MAX: usize = 4;

/// See the module.
#[derive(Debug)]
pub struct Watched {
    folder: PathBuf,
    /// How the folder looked when it was last read, and when it was last looked at.
    read: u64,
    seen: u64,
    /// Faults that have been told already.
    told: BTreeSet<String>,
}

impl Watched {
    /// Reads the folder for the first time, and everything that is without a fault in it.
    ///
    /// # Errors
    /// It can't be read.
    pub fn open(folder: &Path, today: Option<Date>) -> Result<(Self, Result<Loaded, Vec<Fault>>), ReadFault> {
        let seen = look(folder); // before, so that nothing is missed that changes meanwhile
        let loaded = open(folder, today)?.load();
        let watched = Self {
            folder: folder.to_owned(),
            read: seen,
            seen,
            told: loaded
                .as_ref()
                .map_or_else(|faults| told(faults), |loaded| told(&loaded.faults)),
        };
        Ok((watched, loaded))
    }

    /// Looks whether something has changed; to be called now and then. Nothing, as long as nothing has, or while somebody
    /// is still copying. Then the services, or why they can't be taken: whoever had them goes on with those from before.
    pub fn look(&mut self, today: Option<Date>) -> Option<Result<Loaded, Vec<Fault>>> {
        let now = look(&self.folder);
        let settled = core::mem::replace(&mut self.seen, now) == now;
        if now == self.read || !settled {
            return None;
        }
        self.read = now;
        let loaded = match open(&self.folder, today) {
            Ok(opened) => opened.load(),
            Err(fault) => Err(vec![Fault {
                path: fault.path.display().to_string(),
                line: None,
                what: format!("can't be read: {}", crate::in_words(&fault.source)),
                mend: "look at its rights".to_owned(),
            }]),
        };
        Some(loaded.and_then(|loaded| self.without_new_faults(loaded)))
    }

    /// A service that was whole must not go because somebody made a slip.
    fn without_new_faults(&mut self, loaded: Loaded) -> Result<Loaded, Vec<Fault>> {
        let new = |fault: &&Fault| !self.told.contains(&fault.to_string());
        let faults: Vec<Fault> = loaded.faults.iter().filter(new).cloned().collect();
        if !faults.is_empty() {
            return Err(faults);
        }
        self.told = told(&loaded.faults);
        Ok(loaded)
    }
}

fn told(faults: &[Fault]) -> BTreeSet<String> {
    faults.iter().map(ToString::to_string).collect()
}

/// Names, lengths and times of everything in the folder, as one number.
fn look(folder: &Path) -> u64 {
    let mut hasher = DefaultHasher::new();
    let mut left = ENTRIES_MAX;
    let mut open = vec![(folder.to_owned(), 0)];
    while let Some((folder, depth)) = open.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else {
            continue;
        };
        let mut paths: Vec<PathBuf> = entries.take(left).flatten().map(|entry| entry.path()).collect();
        left = left.saturating_sub(paths.len());
        paths.sort();
        for path in paths {
            let Ok(metadata) = std::fs::metadata(&path) else {
                continue;
            };
            path.hash(&mut hasher);
            if metadata.is_dir() {
                if depth < DEPTH_MAX {
                    open.push((path, depth + 1));
                }
            } else {
                metadata.len().hash(&mut hasher);
                metadata.modified().ok().hash(&mut hasher);
            }
        }
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use catalogue::bundled;

    fn write(folder: &Path, path: &str, text: &str) {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn services(loaded: &Loaded) -> Vec<&str> {
        loaded
            .catalogue
            .services()
            .iter()
            .map(|service| service.id().as_str())
            .collect()
    }

    #[test]
    fn what_is_right_is_taken_and_a_slip_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path();
        for file in bundled::small(&["lob"]) {
            write(at, &file.path, &file.text);
        }
        let (mut watched, loaded) = Watched::open(at, None).unwrap();
        assert_eq!(services(&loaded.unwrap()), ["lob"]);
        assert!(watched.look(None).is_none());
        for file in bundled::small(&["termin"]) {
            write(at, &file.path, &file.text);
        }
        assert!(watched.look(None).is_none(), "somebody may still be copying");
        let loaded = watched.look(None).unwrap().unwrap();
        // The town now names `termin` first.
        assert_eq!(services(&loaded), ["lob", "termin"]);
        assert!(watched.look(None).is_none());
        // A slip: told by file and line, once, and nothing is taken.
        let good = std::fs::read_to_string(at.join("termin/service.toml")).unwrap();
        write(at, "termin/service.toml", &good.replace("[[page]]", "[[pages]]"));
        assert!(watched.look(None).is_none());
        let faults = watched.look(None).unwrap().unwrap_err();
        let (slips, follows): (Vec<&Fault>, Vec<&Fault>) =
            faults.iter().partition(|fault| fault.path == "termin/service.toml");
        assert!(
            !slips.is_empty() && slips.iter().all(|fault| fault.line.is_some()),
            "{faults:?}"
        );
        // The town names it among the most used.
        assert!(
            follows
                .iter()
                .all(|fault| fault.path == "town.toml" && fault.what.contains("`termin`")),
            "{faults:?}"
        );
        assert!(watched.look(None).is_none());
        // Broken packages, a hundred megabytes of text, a missing town: likewise.
        write(at, "termin/service.toml", &good);
        for (path, text) in [
            ("lob/texts.de.toml", "#".repeat(100 * 1024 * 1024)),
            ("town.toml", "[".to_owned()),
        ] {
            let before = std::fs::read_to_string(at.join(path)).unwrap();
            write(at, path, &text);
            assert!(watched.look(None).is_none());
            assert!(watched.look(None).unwrap().is_err(), "{path}");
            write(at, path, &before);
        }
        assert!(watched.look(None).is_none());
        assert_eq!(services(&watched.look(None).unwrap().unwrap()), ["lob", "termin"]);
        // A service that is taken away goes.
        std::fs::remove_dir_all(at.join("lob")).unwrap();
        assert!(watched.look(None).is_none());
        assert_eq!(services(&watched.look(None).unwrap().unwrap()), ["termin"]);
        // The whole folder isn't.
        std::fs::remove_dir_all(at).unwrap();
        assert!(watched.look(None).is_none());
        assert!(watched.look(None).unwrap().is_err());
    }
}
