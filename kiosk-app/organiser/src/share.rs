//! Packages for other towns: made, signed, checked.
use crate::{compare, counted, named_file};
use catalogue::{Catalogue, Package, SourceFile};
use jiff::civil::Date;
use minisign::{KeyPair, PublicKey, SecretKey, SecretKeyBox};
use std::error::Error;
use std::fs::{self, OpenOptions};
use std::io::{Cursor, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

type Done = Result<ExitCode, Box<dyn Error>>;

/// Digits of a public key in base64, as minisign writes it; a secret one is longer.
const PUBLIC_KEY_CHARS: usize = 56;
/// So many days before its end a package is said to end soon.
const SOON_DAYS: i32 = 90;

/// Makes a key pair without a password: whoever reads the file can sign. `minisign -G` makes one with a password.
pub(crate) fn key(name: &Path) -> Done {
    let pair = KeyPair::generate_unencrypted_keypair()?;
    let (secret, public) = (with(name, ".key"), with(name, ".pub"));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o600);
    let secret_text = pair.sk.to_box(None)?.into_string();
    let written = options.open(&secret);
    named_file(
        &secret,
        written.and_then(|mut file| file.write_all(secret_text.as_bytes())),
    )?;
    named_file(&public, fs::write(&public, pair.pk.to_box()?.into_string()))?;
    println!("{}: keep it secret", secret.display());
    println!("public key, for those who adopt: {}", pair.pk.to_base64());
    Ok(ExitCode::SUCCESS)
}

fn with(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

/// What a package is called.
pub(crate) struct Head<'a> {
    pub(crate) name: &'a str,
    pub(crate) version: &'a str,
    pub(crate) until: &'a str,
}

/// Puts the services of a folder into a file, those without a fault and of one's own only. `after` is the package that towns
/// have now; without it, the one that lies in the file's place.
pub(crate) fn pack(folder: &Path, file: &Path, head: &Head<'_>, only: &[&str], after: Option<&Path>) -> Done {
    let (files, unreadable) = shelf::files(folder)?;
    // What is adopted belongs to whoever wrote it.
    let files: Vec<SourceFile> = files
        .into_iter()
        .filter(|file| !file.path.ends_with("/overlay.toml"))
        .collect();
    let loaded = Catalogue::load(&files).map_err(|faults| listed(&faults))?;
    let valid_until: Date = head
        .until
        .parse()
        .map_err(|_| format!("`{}` is no day such as 2027-12-31", head.until))?;
    for id in only {
        super::named(&loaded.catalogue, id)?;
    }
    let wanted = |id: &str| only.is_empty() || only.contains(&id);
    let of_services = |fault: &&catalogue::Fault| fault.path.split_once('/').is_some_and(|(id, _)| wanted(id));
    let faulty: Vec<_> = unreadable.iter().chain(&loaded.faults).filter(of_services).collect();
    if !faulty.is_empty() {
        return Err(listed(faulty).into());
    }
    let mut packed: Vec<SourceFile> = files
        .into_iter()
        .filter(|file| {
            let id = file.path.split_once('/').map(|(id, _)| id);
            id.is_some_and(|id| ![catalogue::TABLES, catalogue::MAP].contains(&id) && wanted(id))
        })
        .collect();
    packed.sort_by(|a, b| a.path.cmp(&b.path));
    let package = Package {
        name: head.name.to_owned(),
        version: head.version.to_owned(),
        valid_until,
        files: packed,
    };
    let text = package.to_text();
    Package::parse(&text)?; // a name that nobody could read is told here
    check_periods(&package)?;
    let before = match after {
        Some(after) => Some(compare::read(after)?),
        None => compare::read(file).ok().filter(|before| before.name == package.name),
    };
    if let Some(before) = before {
        check_versions(&before, &package)?;
    }
    hint_at_names(&package, &loaded.catalogue);
    named_file(file, fs::write(file, text))?;
    println!(
        "{}: {}. Now sign it.",
        file.display(),
        counted(package.services().len(), "service")
    );
    compare::list(&package);
    Ok(ExitCode::SUCCESS)
}

/// A service that begins after the package's end would never be offered; one that ends after it ends earlier than it says.
fn check_periods(package: &Package) -> Result<(), String> {
    let until = package.valid_until;
    for file in package.files.iter().filter(|file| file.path.ends_with("/service.toml")) {
        let Ok(service) = file.text.parse::<toml::Table>() else {
            continue; // told by the catalogue
        };
        let day = |key: &str| service.get("period")?.get(key)?.as_str()?.parse::<Date>().ok();
        if let Some(from) = day("from").filter(|from| *from > until) {
            let path = &file.path;
            return Err(format!(
                "{path}: the service begins on {from}, and the package ends on {until}"
            ));
        }
        if let Some(last) = day("until").filter(|last| *last > until) {
            eprintln!(
                "{}: the service is offered until {last}, and the package ends on {until}",
                file.path
            );
        }
    }
    Ok(())
}

/// Whoever has read a version must not get another one under its number.
fn check_versions(before: &Package, after: &Package) -> Result<(), String> {
    let content = |package: &Package, id: &str| {
        let folder = format!("{id}/");
        catalogue::content(package.files.iter().filter(|file| file.path.starts_with(&folder)))
    };
    let mut same = Vec::new();
    for id in before.services().intersection(&after.services()) {
        let version = compare::version_of(after, id);
        if version == compare::version_of(before, id) && content(before, id) != content(after, id) {
            let version = version.unwrap_or_default();
            same.push(format!(
                "{id}/service.toml: changed, and still version {version}: give it a new one"
            ));
        }
    }
    if same.is_empty() { Ok(()) } else { Err(same.join("\n")) }
}

/// Texts that name the own town would be wrong in every other one.
fn hint_at_names(package: &Package, catalogue: &Catalogue) {
    let town = catalogue.town().name();
    for file in package
        .files
        .iter()
        .filter(|file| !file.path.ends_with("/service.toml"))
    {
        let lines = file.text.lines().enumerate();
        for (at, _) in lines.filter(|(_, line)| !line.trim_start().starts_with('#') && line.contains(town)) {
            let line = at + 1;
            eprintln!(
                "{}:{line}: names {town}; {{town}} and {{office}} fit whoever adopts it",
                file.path
            );
        }
    }
}

fn listed<'a>(faults: impl IntoIterator<Item = &'a catalogue::Fault>) -> String {
    faults.into_iter().map(|fault| format!("{fault}\n")).collect()
}

/// Signs a package that can be read.
pub(crate) fn sign(file: &Path, key: &Path) -> Done {
    let text = named_file(file, fs::read_to_string(file))?;
    let package = Package::parse(&text).map_err(|why| format!("{}: {why}", file.display()))?;
    let written = named_file(key, fs::read_to_string(key))?;
    if key_line(&written).len() == PUBLIC_KEY_CHARS {
        return Err(format!(
            "{} is the public key; signing takes the secret one, NAME.key",
            key.display()
        )
        .into());
    }
    let boxed = || SecretKeyBox::from_string(&written).map_err(|_| format!("{} is no secret key", key.display()));
    let unencrypted = boxed()?.into_unencrypted_secret_key();
    // With a password it asks for it.
    let secret = unencrypted.or_else(|_| SecretKey::from_box(SecretKeyBox::from_string(&written)?, None));
    let secret = secret.map_err(|why| format!("{}: {why}", key.display()))?;
    let public = PublicKey::from_secret_key(&secret)?;
    let comment = format!("{} {} until {}", package.name, package.version, package.valid_until);
    let signature = minisign::sign(Some(&public), &secret, Cursor::new(&text), Some(&comment), None)?;
    let beside = with(file, shelf::SIGNATURE);
    named_file(&beside, fs::write(&beside, signature.into_string()))?;
    println!("{}: signed by {}", beside.display(), public.to_base64());
    Ok(ExitCode::SUCCESS)
}

/// The key in a file of minisign: the line below the comment.
fn key_line(text: &str) -> &str {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut lines = lines.filter(|line| !line.starts_with("untrusted comment:"));
    lines.next().unwrap_or_default()
}

/// Tells who signed it and what is in it.
pub(crate) fn verify(file: &Path, key: &str, today: Option<Date>) -> Done {
    let in_file = Path::new(key);
    let key = if in_file.is_file() || key.ends_with(".pub") {
        key_line(&named_file(in_file, fs::read_to_string(in_file))?).to_owned()
    } else {
        key.to_owned()
    };
    let package = shelf::package(file, &key)?;
    println!("The signature is right: by the key {key}");
    println!(
        "{} {}, valid until {}",
        package.name, package.version, package.valid_until
    );
    if let Some(today) = today {
        let left = today.until(package.valid_until)?.get_days();
        if left < 0 {
            println!("IT HAS EXPIRED: no terminal offers it any more");
        } else if left < SOON_DAYS {
            println!("It expires in {}", counted(usize::try_from(left)?, "day"));
        }
    }
    compare::list(&package);
    match compare::in_a_town(&package) {
        Ok(loaded) if loaded.faults.is_empty() => Ok(ExitCode::SUCCESS),
        Ok(loaded) => Err(listed(&loaded.faults).into()),
        Err(faults) => Err(listed(&faults).into()),
    }
}
