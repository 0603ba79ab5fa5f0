//! What a disk may have kept when the power went.
//!
//! Modelled: a write is durable when its file was synced after it; until then any part of it may be there or not, by
//! itself, in any order, torn between sectors, a sector in the middle of being written full of noise, and a gap left by a
//! lost write full of zeros or of what lay there before. A name is durable when its folder was synced; until then the
//! changes of one name survive up to some point, each name by itself.
//!
//! Assumed, as SQLite assumes (sqlite.org/psow.html, "powersafe overwrite"): bytes outside of what is written stay as they
//! are, and what was synced stays.
use rand::seq::SliceRandom;
use rand::{Rng, RngExt};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// What a disk writes at once, or not at all.
pub const SECTOR_BYTES: usize = 512;

/// What went to the disk. Files are numbered in the order they came up.
#[derive(Clone, Debug)]
pub enum Event {
    /// A file was there that SQLite didn't make; it is durable.
    Found {
        /// Its name.
        name: String,
        /// Its number.
        file: usize,
        /// What it holds.
        bytes: Arc<[u8]>,
    },
    /// SQLite made a file.
    Create {
        /// Its name.
        name: String,
        /// Its number.
        file: usize,
    },
    /// Bytes went into a file.
    Write {
        /// Its number.
        file: usize,
        /// Where, in bytes from its start.
        at: usize,
        /// What.
        bytes: Arc<[u8]>,
    },
    /// A file was cut off or made longer.
    Truncate {
        /// Its number.
        file: usize,
        /// Its new length in bytes.
        len: usize,
    },
    /// All that went into the file so far is durable.
    Sync {
        /// Its number.
        file: usize,
    },
    /// All changes of names so far are durable.
    SyncFolder,
    /// A name was removed.
    Delete {
        /// Which.
        name: String,
    },
}

/// What a file is to SQLite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The database itself.
    Database,
    /// Its write-ahead log.
    Log,
    /// The rollback journal, in use until the log is.
    Journal,
}

impl Part {
    pub(crate) fn of(name: &str) -> Self {
        if name.ends_with("-wal") {
            Self::Log
        } else if name.ends_with("-journal") {
            Self::Journal
        } else {
            Self::Database
        }
    }
}

/// A disk that lies: to see that its lies are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It doesn't.
    Honest,
    /// No sync does anything: `PRAGMA synchronous = OFF`.
    NoSync,
    /// Syncs of the log do nothing: less than `PRAGMA synchronous = NORMAL`.
    NoLogSync,
    /// Syncs of the database do nothing.
    NoDatabaseSync,
    /// Syncs of the folder do nothing.
    NoFolderSync,
}

/// The disk at one point of a recording.
#[derive(Debug)]
pub struct Platter {
    fault: Fault,
    files: Vec<Content>,
    names: BTreeMap<String, Entry>,
}

#[derive(Debug)]
struct Content {
    part: Part,
    durable: Vec<u8>,
    pending: Vec<Change>,
}

#[derive(Clone, Debug)]
enum Change {
    Write { at: usize, bytes: Arc<[u8]> },
    Truncate { len: usize },
}

/// A name: the file that it stands for, if any, and what it stands for since.
#[derive(Debug, Default)]
struct Entry {
    durable: Option<usize>,
    pending: Vec<Option<usize>>,
}

impl Platter {
    /// An empty disk.
    pub fn new(fault: Fault) -> Self {
        Self {
            fault,
            files: Vec::new(),
            names: BTreeMap::new(),
        }
    }

    /// Takes the next event of a recording.
    pub fn apply(&mut self, event: &Event) {
        match event {
            Event::Found { name, file, bytes } => {
                self.add(name, *file, bytes.to_vec());
                self.names.entry(name.clone()).or_default().durable = Some(*file);
            }
            Event::Create { name, file } => {
                self.add(name, *file, Vec::new());
                self.names.entry(name.clone()).or_default().pending.push(Some(*file));
            }
            Event::Delete { name } => self.names.entry(name.clone()).or_default().pending.push(None),
            Event::Write { file, at, bytes } => self.files[*file].pending.push(Change::Write {
                at: *at,
                bytes: bytes.clone(),
            }),
            Event::Truncate { file, len } => self.files[*file].pending.push(Change::Truncate { len: *len }),
            Event::Sync { file } => {
                let content = &mut self.files[*file];
                if !self.fault.ignores(content.part) {
                    content.durable = content.seen();
                    content.pending.clear();
                }
            }
            Event::SyncFolder => {
                if !matches!(self.fault, Fault::NoSync | Fault::NoFolderSync) {
                    for entry in self.names.values_mut() {
                        entry.durable = entry.seen();
                        entry.pending.clear();
                    }
                }
            }
        }
    }

    /// What the file that an event is about is to SQLite; `None` for what is about names.
    pub fn part(&self, event: &Event) -> Option<Part> {
        match event {
            Event::Write { file, .. } | Event::Truncate { file, .. } | Event::Sync { file } => {
                Some(self.files[*file].part)
            }
            Event::Found { .. } | Event::Create { .. } | Event::Delete { .. } | Event::SyncFolder => None,
        }
    }

    /// What a program sees that asks now: all of it.
    pub fn seen(&self) -> Remains {
        let files = self.names.iter().filter_map(|(name, entry)| {
            let file = entry.seen()?;
            Some((name.clone(), self.files[file].seen()))
        });
        Remains(files.collect())
    }

    /// Cuts the power: what is there afterwards.
    pub fn survivors(&self, rng: &mut impl Rng) -> Remains {
        let files = self.names.iter().filter_map(|(name, entry)| {
            let file = entry.survivor(rng)?;
            Some((name.clone(), self.files[file].survivor(rng)))
        });
        Remains(files.collect())
    }

    fn add(&mut self, name: &str, file: usize, durable: Vec<u8>) {
        assert_eq!(file, self.files.len(), "files are numbered in the order they come up");
        self.files.push(Content {
            part: Part::of(name),
            durable,
            pending: Vec::new(),
        });
    }
}

impl Fault {
    fn ignores(self, part: Part) -> bool {
        match self {
            Self::Honest | Self::NoFolderSync => false,
            Self::NoSync => true,
            Self::NoLogSync => part == Part::Log,
            Self::NoDatabaseSync => part == Part::Database,
        }
    }
}

impl Entry {
    fn seen(&self) -> Option<usize> {
        self.pending.last().copied().unwrap_or(self.durable)
    }

    fn survivor(&self, rng: &mut impl Rng) -> Option<usize> {
        match rng.random_range(0..=self.pending.len()) {
            0 => self.durable,
            survived => self.pending[survived - 1],
        }
    }
}

/// How a disk treats what it was in the middle of.
struct Manner {
    /// Chance of a write to leave anything, in percent.
    kept: u32,
    /// Chance of one that does to be torn, in percent.
    torn: u32,
    shuffled: bool,
}

impl Manner {
    fn draw(rng: &mut impl Rng) -> Self {
        const MANNERS: [(u32, u32); 8] = [
            (0, 0),
            (100, 0),
            (50, 0),
            (90, 10),
            (10, 10),
            (50, 50),
            (100, 30),
            (80, 100),
        ];
        let (kept, torn) = MANNERS[rng.random_range(0..MANNERS.len())];
        Self {
            kept,
            torn,
            shuffled: rng.random_ratio(1, 3),
        }
    }
}

impl Content {
    fn seen(&self) -> Vec<u8> {
        let mut bytes = self.durable.clone();
        for change in &self.pending {
            match change {
                Change::Write { at, bytes: new } => put(&mut bytes, *at, new, 0),
                Change::Truncate { len } => bytes.resize(*len, 0),
            }
        }
        bytes
    }

    fn survivor(&self, rng: &mut impl Rng) -> Vec<u8> {
        let manner = Manner::draw(rng);
        let mut order: Vec<&Change> = self.pending.iter().collect();
        if manner.shuffled {
            order.shuffle(rng);
        }
        let stale = if rng.random() { rng.random() } else { 0 };
        let mut bytes = self.durable.clone();
        for change in order {
            if !rng.random_ratio(manner.kept, 100) {
                continue;
            }
            match change {
                Change::Truncate { len } => bytes.resize(*len, stale),
                Change::Write { at, bytes: new } if rng.random_ratio(manner.torn, 100) => {
                    tear(&mut bytes, *at, new, stale, rng);
                }
                Change::Write { at, bytes: new } => put(&mut bytes, *at, new, stale),
            }
        }
        bytes
    }
}

/// Writes into a file; a gap before it holds what lay there.
fn put(bytes: &mut Vec<u8>, at: usize, new: &[u8], stale: u8) {
    let end = at + new.len();
    if bytes.len() < end {
        bytes.resize(end, stale);
    }
    bytes[at..end].copy_from_slice(new);
}

/// Writes some sectors of a write, and perhaps one that was never finished.
fn tear(bytes: &mut Vec<u8>, at: usize, new: &[u8], stale: u8, rng: &mut impl Rng) {
    let mut done = 0;
    while done < new.len() {
        // Sectors lie where the disk has them, not where the write begins.
        let sector_end = (at + done) / SECTOR_BYTES * SECTOR_BYTES + SECTOR_BYTES;
        let part = &new[done..new.len().min(sector_end - at)];
        match rng.random_range(0..16) {
            0 => {
                let noise: Vec<u8> = part.iter().map(|_| rng.random()).collect();
                put(bytes, at + done, &noise, stale);
            }
            1..8 => put(bytes, at + done, part, stale),
            _ => {}
        }
        done += part.len();
    }
}

/// The files of a folder after a cut, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remains(pub BTreeMap<String, Vec<u8>>);

impl Remains {
    /// Makes a folder hold these files and no others.
    ///
    /// # Errors
    /// When the folder can't be written.
    pub fn lay_out(&self, folder: &Path) -> std::io::Result<()> {
        for entry in std::fs::read_dir(folder)? {
            std::fs::remove_file(entry?.path())?;
        }
        for (name, bytes) in &self.0 {
            std::fs::write(folder.join(name), bytes)?;
        }
        Ok(())
    }
}
