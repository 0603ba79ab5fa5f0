//! Loads the services that are on offer.
use catalogue::{Catalogue, Fault, Loaded};
use host::NewServices;
use jiff::civil::Date;
use shelf::Watched;
use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;
use uuid::Uuid;

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

/// How often the folder is looked at.
const LOOKS_EVERY: Duration = Duration::from_secs(30);

/// Loads the catalogue from that folder, or the one built in. Services with mistakes are left out and told in the log.
/// A folder can be watched from then on.
pub(crate) fn load(folder: Option<&Path>, today: Option<Date>) -> Result<(Catalogue, Option<Watched>), ServicesFault> {
    let (place, loaded, watched) = match folder {
        Some(folder) => {
            let (watched, loaded) = Watched::open(folder, today)?;
            (folder.display().to_string(), loaded, Some(watched))
        }
        None => (
            "the program".to_owned(),
            catalogue::bundled::load(&catalogue::bundled::files()),
            None,
        ),
    };
    match loaded {
        Ok(loaded) => {
            for fault in loaded.faults {
                tracing::error!("service left out: {fault}");
            }
            Ok((loaded.catalogue, watched))
        }
        Err(faults) => Err(ServicesFault::Content { place, faults }),
    }
}

/// The destinations that cases can be sealed for.
#[derive(Debug)]
pub(crate) struct Destinations {
    /// That of the terminal's town, as `town.toml` names it.
    pub(crate) home: String,
    /// The others.
    pub(crate) others: BTreeSet<Uuid>,
}

impl Destinations {
    /// Leaves out services whose cases nobody could be sent.
    pub(crate) fn leave_out_others(&self, catalogue: &mut Catalogue) {
        let known = |id: &str| id == self.home || id.parse().is_ok_and(|id| self.others.contains(&id));
        for service in catalogue.keep(|service| service.destination_id().is_none_or(known)) {
            let service = service.as_str();
            tracing::error!(service, "left out: its destination has no key in [destination_keys]");
        }
    }
}

/// Looks for changes in the folder from now on, on a thread of its own. What is right is offered after the next visit; what
/// isn't is told in the log, and the terminal goes on as before.
pub(crate) fn follow(mut watched: Watched, destinations: Destinations, new: NewServices) -> std::io::Result<()> {
    let work = move || {
        loop {
            pause();
            match watched.look(crate::devices::today()) {
                None => {}
                Some(Ok(loaded)) => take(loaded, &destinations, &new),
                Some(Err(faults)) => {
                    tracing::error!(
                        "the changed services are not taken, those from before stay:\n{}",
                        lines(&faults)
                    );
                }
            }
        }
    };
    std::thread::Builder::new()
        .name("services".to_owned())
        .spawn(work)
        .map(drop)
}

fn take(loaded: Loaded, destinations: &Destinations, new: &NewServices) {
    let mut catalogue = loaded.catalogue;
    if catalogue.town().destination_id() != destinations.home {
        tracing::error!("the town has another destination: the kiosk must be started anew");
        return;
    }
    destinations.leave_out_others(&mut catalogue);
    new.put(catalogue);
}

#[allow(clippy::disallowed_methods)] // a thread of its own that does nothing else
fn pause() {
    std::thread::sleep(LOOKS_EVERY);
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
        let (ours, built_in) = (load(Some(folder.path()), None).unwrap().0, load(None, None).unwrap().0);
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

    #[test]
    fn a_service_without_a_key_for_its_destination_is_left_out() {
        let folder = town_hall();
        let elsewhere = Uuid::from_u128(9);
        let path = folder.path().join("lob/service.toml");
        let text = std::fs::read_to_string(&path).unwrap();
        let text = text.replacen(
            "format = 1",
            &format!("format = 1\ndestination_id = \"{elsewhere}\""),
            1,
        );
        std::fs::write(path, text).unwrap();
        let lob = |others: &[Uuid]| {
            let (mut catalogue, _) = load(Some(folder.path()), None).unwrap();
            let destinations = Destinations {
                home: catalogue.town().destination_id().to_owned(),
                others: others.iter().copied().collect(),
            };
            destinations.leave_out_others(&mut catalogue);
            (
                catalogue.service(&"lob".into()).is_some(),
                catalogue.service(&"termin".into()).is_some(),
            )
        };
        assert_eq!(lob(&[]), (false, true));
        assert_eq!(lob(&[elsewhere]), (true, true));
    }
}
