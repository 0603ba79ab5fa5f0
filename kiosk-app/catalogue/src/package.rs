//! Services that one town writes and others adopt: a package is one file of text that holds whole service folders, and
//! is signed as it is. Nothing of it is unpacked to a disk, so a name in it leads nowhere.
//!
//! A town names what it adopts in its `town.toml` (`[[adopt]]`), and says in `ID/overlay.toml` what is otherwise with it.
use crate::fault::{Fault, Faults, SourceFile};
use crate::load::view::{Parsed, View, shorten};
use crate::map::MAP;
use crate::overlay;
use crate::table::TABLES;
use jiff::civil::Date;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Longest package; all services of a big town need a tenth of it.
pub const PACKAGE_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Most files of a package.
const FILES_MAX: usize = 5_000;
/// Most packages that a town adopts.
const ADOPTIONS_MAX: usize = 50;
const FORMAT: u64 = 1;
/// Keys at the top of `town.toml`; below a heading they would belong to that.
pub(crate) const TOP: [&str; 6] = ["format", "name", "destination_id", "accent", "crest", "most_used"];

/// Service folders of a town, for others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// What it is called: a–z, 0–9, `-` and `_`.
    pub name: String,
    /// Version, told to whoever compares two.
    pub version: String,
    /// Last day on which its services are offered.
    pub valid_until: Date,
    /// Paths `SERVICE/FILE` and texts, sorted by path.
    pub files: Vec<SourceFile>,
}

/// What is wrong with a package.
#[derive(Debug, PartialEq, Eq)]
pub struct PackageFault(pub String);

impl core::fmt::Display for PackageFault {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(&self.0)
    }
}

impl core::error::Error for PackageFault {}

impl Package {
    /// The package as it is written, signed and sent: JSON with one line for each file.
    pub fn to_text(&self) -> String {
        let head = json!({
            "format": FORMAT,
            "name": self.name,
            "version": self.version,
            "valid_until": self.valid_until.to_string(),
        });
        let head = head.to_string();
        let files: Vec<String> = self
            .files
            .iter()
            .map(|file| format!("{}:{}", json!(file.path), json!(file.text)))
            .collect();
        let head = head.trim_end_matches('}');
        format!("{head},\n\"files\":{{\n{}\n}}}}\n", files.join(",\n"))
    }

    /// A package that was received. Whether its services are without a fault, [`crate::Catalogue::load`] tells.
    ///
    /// # Errors
    /// It is too long, no JSON of this form, or holds a file that belongs to no service.
    pub fn parse(text: &str) -> Result<Self, PackageFault> {
        let fault = |what: &str| PackageFault(what.to_owned());
        if text.len() > PACKAGE_BYTES_MAX {
            return Err(PackageFault(format!("more than {PACKAGE_BYTES_MAX} bytes")));
        }
        let value: Value = serde_json::from_str(text).map_err(|error| PackageFault(format!("no JSON: {error}")))?;
        let object = value.as_object().ok_or_else(|| fault("no JSON object"))?;
        if object.get("format").and_then(Value::as_u64) != Some(FORMAT) {
            return Err(fault("not of format 1: a newer program may read it"));
        }
        let word = |key: &str| {
            let text = object.get(key).and_then(Value::as_str);
            text.filter(|text| !text.is_empty() && text.len() <= 64)
                .ok_or_else(|| PackageFault(format!("`{key}` is missing or too long")))
        };
        let valid_until = word("valid_until")?.parse();
        let files = object.get("files").and_then(Value::as_object);
        let files = files.ok_or_else(|| fault("`files` is missing"))?;
        Ok(Self {
            name: word("name")?.to_owned(),
            version: word("version")?.to_owned(),
            valid_until: valid_until.map_err(|_| fault("`valid_until` is no day such as 2027-12-31"))?,
            files: read_files(files)?,
        })
    }

    /// Ids of its services.
    pub fn services(&self) -> BTreeSet<&str> {
        let ids = self.files.iter().filter_map(|file| file.path.split_once('/'));
        ids.map(|(id, _)| id).collect()
    }
}

fn read_files(files: &Map<String, Value>) -> Result<Vec<SourceFile>, PackageFault> {
    if files.len() > FILES_MAX {
        return Err(PackageFault(format!("more than {FILES_MAX} files")));
    }
    let known = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.');
    let read = files.iter().map(|(path, text)| {
        let parts: Vec<&str> = path.split('/').collect();
        let named = |part: &&str| !part.starts_with('.') && !part.is_empty() && part.bytes().all(known);
        let is_towns = parts.first().is_some_and(|folder| [TABLES, MAP].contains(folder));
        if parts.len() != 2 || !parts.iter().all(named) || is_towns {
            return Err(PackageFault(format!("`{}` is no file of a service", shorten(path))));
        }
        let text = text
            .as_str()
            .ok_or_else(|| PackageFault(format!("`{path}` is no text")))?;
        let (path, text) = (path.clone(), text.to_owned());
        Ok(SourceFile { path, text })
    });
    read.collect()
}

/// One `[[adopt]]` of `town.toml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adoption {
    /// Its line.
    pub line: usize,
    /// Name of the package's file in the folder `adopted`.
    pub package: String,
    /// Public key of who signed it, as minisign writes it: 56 characters of base64.
    pub key: String,
    /// Which services; all, when none is named.
    pub services: Vec<String>,
}

/// What the town adopts, in its order. What is wrong in `town.toml` is told by [`crate::Catalogue::load`].
pub fn adoptions(files: &[SourceFile]) -> Vec<Adoption> {
    let mut faults = Faults::default();
    let Some(town) = files.iter().find(|file| file.path == "town.toml") else {
        return Vec::new();
    };
    let parsed = Parsed::parse(town, &mut faults);
    parsed.map_or_else(Vec::new, |parsed| read_adoptions(&mut parsed.view(), &mut faults))
}

/// Reads `[[adopt]]`.
pub(crate) fn read_adoptions(root: &mut View<'_>, faults: &mut Faults) -> Vec<Adoption> {
    let mut adoptions = Vec::new();
    for mut view in root.tables("adopt", faults).into_iter().take(ADOPTIONS_MAX) {
        let line = view.line;
        view.strays(&TOP, "[[adopt]]", faults);
        let (package, key) = (view.text("package", faults), view.text("key", faults));
        let services = view.texts("services", faults).into_iter().map(|at| at.value).collect();
        if let Some(package) = package
            .as_ref()
            .filter(|name| name.contains(['/', '\\']) || name.starts_with('.'))
        {
            let what = format!("`{}` is no name of a package", shorten(package));
            view.fault(faults, line, what, "the name of a file in the folder `adopted`");
        }
        view.finish(faults);
        adoptions.extend(package.zip(key).map(|(package, key)| Adoption {
            line,
            package,
            key,
            services,
        }));
    }
    adoptions
}

/// The town's own files and what it adopts: its overlays are worked in, and adopted services end with their package. A
/// service that the town has itself counts, and of two packages with the same one the first, which is told. Told is also what
/// could not be done.
pub fn assemble(
    mut files: Vec<SourceFile>,
    adopted: Vec<(Adoption, Package)>,
    today: Option<Date>,
) -> (Vec<SourceFile>, Vec<Fault>) {
    let mut faults = Faults::default();
    let mut overlays: BTreeMap<String, SourceFile> = BTreeMap::new();
    files.retain(|file| match file.path.strip_suffix("/overlay.toml") {
        Some(id) => overlays.insert(id.to_owned(), file.clone()).is_some(),
        None => true,
    });
    let ids = files.iter().filter_map(|file| file.path.split_once('/'));
    let own: BTreeSet<String> = ids.map(|(id, _)| id.to_owned()).collect();
    let mut taken: BTreeMap<String, String> = BTreeMap::new();
    for (adoption, package) in adopted {
        let mut fault = |what: String, mend: &str| faults.add("town.toml", Some(adoption.line), what, mend);
        if today.is_some_and(|today| today > package.valid_until) {
            let what = format!("the package {} was valid until {}", package.name, package.valid_until);
            fault(what, "adopt a newer one");
            continue;
        }
        let there = package.services();
        for missing in adoption.services.iter().filter(|id| !there.contains(id.as_str())) {
            let what = format!("the package {} has no service `{}`", package.name, shorten(missing));
            fault(what, "name one that it has");
        }
        let wanted = |id: &str| adoption.services.is_empty() || adoption.services.iter().any(|one| one == id);
        for id in there.into_iter().filter(|id| wanted(id) && !own.contains(*id)) {
            if let Some(first) = taken.get(id) {
                let what = format!("the service `{id}` comes from the package {first} already");
                let mend = "name with `services` what you take from each";
                faults.add("town.toml", Some(adoption.line), what, mend);
                continue;
            }
            taken.insert(id.to_owned(), package.name.clone());
            let folder = package
                .files
                .iter()
                .filter(|file| file.path.split_once('/').map(|(of, _)| of) == Some(id));
            let overlay = overlays.remove(id);
            let folder = folder.cloned().collect();
            files.extend(overlay::work_in(folder, overlay.as_ref(), &package, &mut faults));
        }
    }
    for (id, overlay) in overlays {
        let what = format!("there is no adopted service `{id}` that it could change");
        faults.add(
            &overlay.path,
            None,
            what,
            "adopt the service in town.toml, or remove the file",
        );
    }
    (files, faults.into_list())
}
