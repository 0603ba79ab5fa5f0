//! `catalogue`: what a town's organiser does with services before a citizen sees them.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a tool on the command line")]
use catalogue::{Catalogue, Fault};
use drivers_api::language::Language;
use std::error::Error;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::process::ExitCode;

mod draft;
mod preview;
mod share;
mod xdf;

const USAGE: &str = "\
catalogue: writes and checks services (docs/services.md)

  catalogue new FOLDER NAME                          begins a service: a folder NAME with its files, to be filled in
  catalogue import-xdf FILE FOLDER NAME              begins one from a FIM schema (XDatenfelder 2 or 3)
  catalogue check FOLDER                             checks a services folder: file, line, what is wrong, how to mend it
  catalogue preview FOLDER OUT [LANGUAGE [SERVICE]]  draws every page as the terminal shows it, PNG files below OUT
  catalogue schema FOLDER SERVICE                    the JSON Schema of what the authority receives
  catalogue schema --format                          the JSON Schema of service.toml itself

  catalogue key NAME                                 makes a key pair: NAME.key (keep it secret), NAME.pub
  catalogue pack FOLDER FILE NAME VERSION UNTIL [SERVICE…]
                                                     puts services into one file for other towns
  catalogue sign FILE KEY                            signs it: FILE.minisig beside it (asks for the key's password)
  catalogue verify FILE PUBLIC_KEY                   tells whether it is by that key, and what is in it
  catalogue diff OLD NEW                             what changes between two folders or packages, in words
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["new", folder, name] => draft::begin(Path::new(folder), name).map(|made| {
            println!("{}: fill in the files, then: catalogue check {folder}", made.display());
            ExitCode::SUCCESS
        }),
        ["import-xdf", file, folder, name] => import(Path::new(file), Path::new(folder), name),
        ["check", folder] => check(Path::new(folder)),
        ["preview", folder, out] => preview(folder, out, "de", None),
        ["preview", folder, out, language] => preview(folder, out, language, None),
        ["preview", folder, out, language, service] => preview(folder, out, language, Some(service)),
        ["schema", "--format"] => {
            println!("{:#}", catalogue::format_schema());
            Ok(ExitCode::SUCCESS)
        }
        ["schema", folder, service] => schema(Path::new(folder), service),
        ["key", name] => share::key(Path::new(name)),
        ["pack", folder, file, name, version, until, ref only @ ..] => {
            share::pack(Path::new(folder), Path::new(file), name, version, until, only)
        }
        ["sign", file, key] => share::sign(Path::new(file), Path::new(key)),
        ["verify", file, key] => share::verify(Path::new(file), key),
        ["diff", old, new] => share::diff(Path::new(old), Path::new(new)),
        [] | ["help" | "--help" | "-h"] => {
            print!("{USAGE}");
            Ok(ExitCode::SUCCESS)
        }
        _ => {
            eprint!("{USAGE}");
            Ok(ExitCode::FAILURE)
        }
    };
    done.unwrap_or_else(|fault| {
        eprintln!(
            "{fault}{}",
            fault.source().map(|why| format!(": {why}")).unwrap_or_default()
        );
        ExitCode::FAILURE
    })
}

/// The services that have no fault, if there are any, and the faults.
fn load(folder: &Path) -> Result<(Option<Catalogue>, Vec<Fault>), Box<dyn Error>> {
    let opened = shelf::open(folder, today())?;
    let (catalogue, mut faults) = match opened.load() {
        Ok(loaded) => (Some(loaded.catalogue), loaded.faults),
        Err(faults) => (None, faults),
    };
    if let Some(catalogue) = &catalogue {
        let films = shelf::films(folder, catalogue);
        faults.extend(films.faults);
        for (service, film) in films.missing {
            eprintln!("{}: {film} isn't there, so no film is shown", service.as_str());
        }
    }
    Ok((catalogue, faults))
}

/// The services that have no fault; the faults of others are told.
fn loaded(folder: &Path) -> Result<Catalogue, Box<dyn Error>> {
    let (catalogue, faults) = load(folder)?;
    for fault in &faults {
        eprintln!("{fault}");
    }
    catalogue.ok_or_else(|| "no service is without a fault".into())
}

#[allow(clippy::disallowed_methods, reason = "the outermost program owns the clock")]
fn today() -> Option<jiff::civil::Date> {
    Some(jiff::Zoned::now().date())
}

fn check(folder: &Path) -> Result<ExitCode, Box<dyn Error>> {
    let (catalogue, faults) = load(folder)?;
    let services = catalogue.map_or(0, |catalogue| catalogue.services().len());
    for fault in &faults {
        println!("{fault}");
    }
    println!("{services} services without a fault, {} faults", faults.len());
    Ok(if faults.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn import(file: &Path, folder: &Path, name: &str) -> Result<ExitCode, Box<dyn Error>> {
    let mut text = String::new();
    let most = u64::try_from(xdf::BYTES_MAX)?;
    File::open(file)?.take(most + 1).read_to_string(&mut text)?;
    let schema = xdf::read(&text, name)?;
    let made = draft::of(&schema, folder, name)?;
    let [groups, fields, rules] = schema.counts;
    println!("{}: {groups} groups, {fields} fields, {rules} rules", made.display());
    println!("{} notes in service.toml tell what is left to do", schema.notes.len());
    Ok(ExitCode::SUCCESS)
}

fn preview(folder: &str, out: &str, language: &str, only: Option<&str>) -> Result<ExitCode, Box<dyn Error>> {
    let known = Language::ALL.map(Language::tag).join(", ");
    let language =
        Language::from_tag(language).ok_or_else(|| format!("`{language}` is no language; known: {known}"))?;
    let catalogue = loaded(Path::new(folder))?;
    if let Some(only) = only {
        named(&catalogue, only)?;
    }
    let drawn = preview::draw(catalogue, Path::new(out), language, only)?;
    println!("{drawn} pages in {out}");
    Ok(ExitCode::SUCCESS)
}

fn schema(folder: &Path, service: &str) -> Result<ExitCode, Box<dyn Error>> {
    let catalogue = loaded(folder)?;
    println!("{:#}", named(&catalogue, service)?.schema());
    Ok(ExitCode::SUCCESS)
}

fn named<'a>(catalogue: &'a Catalogue, service: &str) -> Result<&'a catalogue::Service, Box<dyn Error>> {
    let found = catalogue.service(&service.into());
    Ok(found.ok_or_else(|| format!("there is no service `{service}` without a fault"))?)
}
