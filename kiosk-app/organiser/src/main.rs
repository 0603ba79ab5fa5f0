//! `catalogue`: what a town's organiser does with services before a citizen sees them.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a tool on the command line")]
use catalogue::{Catalogue, Fault};
use drivers_api::language::Language;
use std::error::Error;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::process::ExitCode;

mod compare;
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
  catalogue pack FOLDER FILE NAME VERSION UNTIL [SERVICE…] [--after OLD]
                                                     puts services into one file for other towns; OLD: the package before
  catalogue sign FILE KEY                            signs it: FILE.minisig beside it (asks for the key's password)
  catalogue verify FILE PUBLIC_KEY                   tells whether it is by that key (its text, or its .pub file), and what
                                                     is in it
  catalogue unpack FILE FOLDER                       writes its services as files below FOLDER, to be read
  catalogue diff OLD NEW                             what changes between two folders or packages, in words
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (arguments, after) = with_option(arguments, "--after");
    let done = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["new", folder, name] => draft::begin(Path::new(folder), name).map(|made| {
            for file in &made {
                println!("{}", file.display());
            }
            println!("Fill in what stands in [brackets], then: catalogue check {folder}");
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
            let head = share::Head { name, version, until };
            share::pack(
                Path::new(folder),
                Path::new(file),
                &head,
                only,
                after.as_deref().map(Path::new),
            )
        }
        ["sign", file, key] => share::sign(Path::new(file), Path::new(key)),
        ["verify", file, key] => share::verify(Path::new(file), key, today()),
        ["unpack", file, folder] => compare::unpack(Path::new(file), Path::new(folder)),
        ["diff", old, new] => compare::diff(Path::new(old), Path::new(new)),
        [] | ["help" | "--help" | "-h"] => {
            print!("{USAGE}");
            Ok(ExitCode::SUCCESS)
        }
        [command, ..] => Err(misused(command).into()),
    };
    done.unwrap_or_else(|fault| {
        eprintln!("{}", in_words(&*fault));
        ExitCode::FAILURE
    })
}

/// The arguments without that option, and its value.
fn with_option(mut arguments: Vec<String>, option: &str) -> (Vec<String>, Option<String>) {
    let Some(at) = arguments.iter().position(|argument| argument == option) else {
        return (arguments, None);
    };
    let value = arguments.get(at + 1).cloned();
    arguments.drain(at..(at + 2).min(arguments.len()));
    (arguments, value)
}

/// How a command is used, or which there are.
fn misused(command: &str) -> String {
    let usage = |line: &&str| line.trim_start().starts_with(&format!("catalogue {command} "));
    let lines: Vec<&str> = USAGE.lines().filter(usage).collect();
    if lines.is_empty() {
        return format!("there is no command `{command}`\n\n{USAGE}");
    }
    format!("`{command}` is used so:\n{}", lines.join("\n"))
}

/// A fault and why, each once.
fn in_words(fault: &(dyn Error + 'static)) -> String {
    let told = |fault: &(dyn Error + 'static)| match fault.downcast_ref::<std::io::Error>() {
        Some(fault) => shelf::in_words(fault),
        None => fault.to_string(),
    };
    let text = told(fault).trim_end().to_owned();
    match fault.source().map(told) {
        Some(why) if !text.contains(&why) => format!("{text}: {why}"),
        Some(_) | None => text,
    }
}

/// A file, its name in what is said of it.
fn named_file<T>(file: &Path, done: std::io::Result<T>) -> Result<T, String> {
    done.map_err(|why| format!("{}: {}", file.display(), shelf::in_words(&why)))
}

/// "1 service", "2 services".
fn counted(count: usize, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {what}{plural}")
}

/// The services that have no fault, if there are any, and the faults; `drafts`: also those that are still to be filled in.
fn load(folder: &Path, drafts: bool) -> Result<(Option<Catalogue>, Vec<Fault>), Box<dyn Error>> {
    let opened = shelf::open(folder, today())?;
    let loaded = if drafts { opened.load_draft() } else { opened.load() };
    let (catalogue, mut faults) = match loaded {
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

/// The services that have no fault, or are still to be filled in; the faults of others are told.
fn loaded(folder: &Path) -> Result<Catalogue, Box<dyn Error>> {
    let (catalogue, faults) = load(folder, true)?;
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
    let (catalogue, faults) = load(folder, false)?;
    let services = catalogue.map_or(0, |catalogue| catalogue.services().len());
    for fault in &faults {
        println!("{fault}");
    }
    let (services, count) = (counted(services, "service"), counted(faults.len(), "fault"));
    println!("{services} without a fault, {count}");
    Ok(if faults.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn import(file: &Path, folder: &Path, name: &str) -> Result<ExitCode, Box<dyn Error>> {
    let mut text = String::new();
    let most = u64::try_from(xdf::BYTES_MAX)?;
    let opened = named_file(file, File::open(file))?;
    named_file(file, opened.take(most + 1).read_to_string(&mut text))?;
    let schema = xdf::read(&text, &draft::key_of(name))?;
    let made = draft::of(&schema, folder, name)?;
    let [groups, fields, rules] = schema.counts;
    let counts = [(groups, "group"), (fields, "field"), (rules, "rule")].map(|(count, what)| counted(count, what));
    println!("{}: {}", made.display(), counts.join(", "));
    println!(
        "{} in service.toml tell what is left to do",
        counted(schema.notes.len(), "note")
    );
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
    println!("{} in {out}", counted(drawn, "picture"));
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
