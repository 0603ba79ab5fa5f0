//! The recording of a folder: what SQLite had written into it, in its order.
use crate::disk::Event;
use crate::vfs::{install, reseed};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A folder whose disk is watched, until this is dropped.
#[derive(Debug)]
pub struct Disk {
    record: Arc<Mutex<Record>>,
}

#[derive(Debug)]
pub(crate) struct Record {
    folder: PathBuf,
    pub(crate) events: Vec<Event>,
    pub(crate) names: BTreeMap<String, usize>,
    files: usize,
    /// What all files of the folder may take, in bytes.
    pub(crate) room: Option<u64>,
}

static WATCHED: Mutex<Vec<Arc<Mutex<Record>>>> = Mutex::new(Vec::new());

/// SQLite's random numbers (salts of the log) come from here, so that a seed tells everything.
static RANDOM: Mutex<Option<StdRng>> = Mutex::new(None);

/// As long as this lives, nobody else in this process uses SQLite by agreement.
#[derive(Debug)]
pub struct Seeded(#[allow(dead_code, reason = "held, not read")] MutexGuard<'static, ()>);

/// Waits until no other test of this process is at it, and makes SQLite's random numbers those of the seed.
pub fn seeded(seed: u64) -> Seeded {
    static TURN: Mutex<()> = Mutex::new(());
    let turn = held(&TURN);
    *held(&RANDOM) = Some(StdRng::seed_from_u64(seed));
    reseed();
    Seeded(turn)
}

impl Disk {
    /// Watches a folder. What lies in it is durable.
    ///
    /// # Errors
    /// When the folder can't be read.
    pub fn watch(folder: &Path) -> std::io::Result<Self> {
        install();
        let mut record = Record {
            folder: folder.canonicalize()?,
            events: Vec::new(),
            names: BTreeMap::new(),
            files: 0,
            room: None,
        };
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if is_sqlites(&name) {
                record.find(&name, &std::fs::read(entry.path())?);
            }
        }
        let record = Arc::new(Mutex::new(record));
        held(&WATCHED).push(record.clone());
        Ok(Self { record })
    }

    /// How many events there were.
    pub fn now(&self) -> usize {
        held(&self.record).events.len()
    }

    /// Makes the disk full: SQLite may only write what fits into this many bytes more (`None`: all).
    ///
    /// # Errors
    /// When the folder can't be read.
    pub fn leave_room(&self, bytes: Option<u64>) -> std::io::Result<()> {
        let mut record = held(&self.record);
        let used = record.used()?;
        record.room = bytes.map(|bytes| used + bytes);
        Ok(())
    }

    /// What went to the disk. Nothing more is recorded; connections that are still open go on.
    pub fn stop(self) -> Vec<Event> {
        std::mem::take(&mut held(&self.record).events)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        held(&WATCHED).retain(|record| !Arc::ptr_eq(record, &self.record));
    }
}

impl Record {
    pub(crate) fn find(&mut self, name: &str, bytes: &[u8]) {
        let file = self.number(name);
        self.events.push(Event::Found {
            name: name.to_owned(),
            file,
            bytes: bytes.into(),
        });
    }

    pub(crate) fn number(&mut self, name: &str) -> usize {
        self.names.insert(name.to_owned(), self.files);
        self.files += 1;
        self.files - 1
    }

    pub(crate) fn used(&self) -> std::io::Result<u64> {
        let mut used = 0;
        for entry in std::fs::read_dir(&self.folder)? {
            used += entry?.metadata()?.len();
        }
        Ok(used)
    }
}

/// Shared memory is rebuilt after a cut; locks and reserves aren't SQLite's.
fn is_sqlites(name: &str) -> bool {
    !["-shm", ".lock", ".reserve"].iter().any(|end| name.ends_with(end))
}

pub(crate) fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The recording that a path belongs to, and its name there.
pub(crate) fn watched(path: &Path) -> Option<(Arc<Mutex<Record>>, String)> {
    let (folder, name) = (path.parent()?, path.file_name()?.to_str()?);
    let watched = held(&WATCHED);
    let record = watched.iter().find(|record| held(record).folder == folder)?;
    Some((record.clone(), name.to_owned()))
}

/// Fills in random numbers of the seed; false when there is none yet.
pub(crate) fn random(bytes: &mut [u8]) -> bool {
    let mut rng = held(&RANDOM);
    rng.as_mut().map(|rng| rng.fill_bytes(bytes)).is_some()
}
