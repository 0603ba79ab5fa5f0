//! Packages for other towns: made, signed, checked, compared.
use catalogue::{Catalogue, Package, SourceFile, bundled};
use minisign::{KeyPair, PublicKey, SecretKey, SecretKeyBox};
use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs::{self, OpenOptions};
use std::io::{Cursor, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

type Done = Result<ExitCode, Box<dyn Error>>;

/// Makes a key pair without a password: whoever reads the file can sign. `minisign -G` makes one with a password.
pub(crate) fn key(name: &Path) -> Done {
    let pair = KeyPair::generate_unencrypted_keypair()?;
    let (secret, public) = (with(name, ".key"), with(name, ".pub"));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o600);
    let secret_text = pair.sk.to_box(None)?.into_string();
    options.open(&secret)?.write_all(secret_text.as_bytes())?;
    fs::write(&public, pair.pk.to_box()?.into_string())?;
    println!("{}: keep it secret", secret.display());
    println!("public key, for those who adopt: {}", pair.pk.to_base64());
    Ok(ExitCode::SUCCESS)
}

fn with(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

/// Puts the services of a folder into a file, those without a fault and of one's own only.
pub(crate) fn pack(folder: &Path, file: &Path, name: &str, version: &str, until: &str, only: &[&str]) -> Done {
    let files = shelf::files(folder)?;
    let loaded = Catalogue::load(&files).map_err(|faults| listed(&faults))?;
    let valid_until = until
        .parse()
        .map_err(|_| format!("`{until}` is no day such as 2027-12-31"))?;
    for id in only {
        super::named(&loaded.catalogue, id)?;
    }
    let wanted = |id: &str| only.is_empty() || only.contains(&id);
    let faulty: Vec<_> = loaded
        .faults
        .iter()
        .filter(|fault| fault.path.split('/').next().is_some_and(wanted))
        .collect();
    if !faulty.is_empty() {
        return Err(listed(faulty).into());
    }
    let mut packed: Vec<SourceFile> = files
        .into_iter()
        .filter(|file| {
            file.path.split_once('/').is_some_and(|(id, name)| {
                ![catalogue::TABLES, catalogue::MAP].contains(&id) && wanted(id) && name != "overlay.toml"
            })
        })
        .collect();
    packed.sort_by(|a, b| a.path.cmp(&b.path));
    let package = Package {
        name: name.to_owned(),
        version: version.to_owned(),
        valid_until,
        files: packed,
    };
    let text = package.to_text();
    Package::parse(&text)?; // a name that nobody could read is told here
    fs::write(file, text)?;
    println!(
        "{}: {} services. Now sign it.",
        file.display(),
        package.services().len()
    );
    Ok(ExitCode::SUCCESS)
}

fn listed<'a>(faults: impl IntoIterator<Item = &'a catalogue::Fault>) -> String {
    faults.into_iter().map(|fault| format!("{fault}\n")).collect()
}

/// Signs a package that can be read.
pub(crate) fn sign(file: &Path, key: &Path) -> Done {
    let text = fs::read_to_string(file)?;
    let package = Package::parse(&text)?;
    let written = fs::read_to_string(key)?;
    let unencrypted = SecretKeyBox::from_string(&written)?.into_unencrypted_secret_key();
    // With a password it asks for it.
    let secret = unencrypted.or_else(|_| SecretKey::from_box(SecretKeyBox::from_string(&written)?, None))?;
    let public = PublicKey::from_secret_key(&secret)?;
    let comment = format!("{} {} until {}", package.name, package.version, package.valid_until);
    let signature = minisign::sign(Some(&public), &secret, Cursor::new(&text), Some(&comment), None)?;
    let beside = with(file, shelf::SIGNATURE);
    fs::write(&beside, signature.into_string())?;
    println!("{}: signed by {}", beside.display(), public.to_base64());
    Ok(ExitCode::SUCCESS)
}

/// Tells who signed it and what is in it.
pub(crate) fn verify(file: &Path, key: &str) -> Done {
    let package = shelf::package(file, key)?;
    println!(
        "{} {}, valid until {}",
        package.name, package.version, package.valid_until
    );
    for service in catalogue_of(&package)?.services() {
        println!("  {} {}", service.id().as_str(), service.version());
    }
    Ok(ExitCode::SUCCESS)
}

/// Tells what changes.
pub(crate) fn diff(old: &Path, new: &Path) -> Done {
    let (before, after) = (open(old)?, open(new)?);
    let mut changes = before.changes(&after);
    // A package belongs to no town.
    if old.is_dir() && new.is_dir() {
        changes.splice(0..0, before.town_changes(&after));
    }
    for line in &changes {
        println!("{line}");
    }
    println!("{} changes", changes.len());
    Ok(ExitCode::SUCCESS)
}

/// A folder, or a package of whomever: comparing isn't adopting.
fn open(path: &Path) -> Result<Catalogue, Box<dyn Error>> {
    if path.is_dir() {
        return super::loaded(path);
    }
    catalogue_of(&Package::parse(&fs::read_to_string(path)?)?)
}

/// A package's services in the built-in town.
fn catalogue_of(package: &Package) -> Result<Catalogue, Box<dyn Error>> {
    let mut files = bundled::small(&[]);
    files.extend(package.files.iter().cloned());
    files.extend(empty_tables(&package.files));
    let loaded = Catalogue::load(&files).map_err(|faults| listed(&faults))?;
    if !loaded.faults.is_empty() {
        return Err(listed(&loaded.faults).into());
    }
    Ok(loaded.catalogue)
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
