//! `schalter open` and `schalter letter`, on the office's own machine.
use office::{Declaration, KEY_BYTES_MAX, KeyError, OfficeKey, OpenError, Shape, TextError, letter};
use std::error::Error;
use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use wire::case_status::{CaseKeys, LETTER_BYTES_MAX, LetterError, NONCE_BYTES, StretchError};
use wire::{BODY_BYTES_MAX, Envelope, EnvelopeError};
use zeroize::Zeroizing;

/// What is freed is overwritten: declarations pass through here in clear.
#[global_allocator]
static ALLOCATOR: zeroizing_alloc::ZeroAlloc<std::alloc::System> = zeroizing_alloc::ZeroAlloc(std::alloc::System);

const USAGE: &str = "\
usage: schalter open ENVELOPE --key FILE [--out FOLDER]
       schalter letter ENVELOPE --key FILE --text FILE --from NAME --out FILE

ENVELOPE is what `fleet envelope CASE` printed on the backend's machine.

open       writes the declaration as CASE.json into FOLDER (or here), readable by you alone
letter     seals a letter that only the citizen with the receipt, or with the card, can open;
           `fleet letter CASE FILE` takes it on the backend's machine

--key      the authority's private key as JWK, not readable by others
--text     the letter: its title in the first line, headings with \"# \" in front, lines of \"name: value\",
           paragraphs with a blank line between
--from     who writes, as in a letterhead: \"Stadt Musterstadt, Wohngeldstelle\"";

/// Why nothing came about. Tells what was being done and with which file, never what is in it.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error("{0}\n{USAGE}")]
    Arguments(String),
    #[error("reading {}", .0.display())]
    Read(PathBuf, #[source] std::io::Error),
    #[error("{} has more than {} bytes", .0.display(), .1)]
    TooLarge(PathBuf, usize),
    #[error("writing {}; nothing is overwritten", .0.display())]
    Write(PathBuf, #[source] std::io::Error),
    #[error("{} may be read by others; take that right away (chmod go-rwx)", .0.display())]
    Permissions(PathBuf),
    #[error("{} is no envelope", .0.display())]
    Envelope(PathBuf, #[source] EnvelopeError),
    #[error("{} can't be used as a key", .0.display())]
    Key(PathBuf, #[source] KeyError),
    #[error("{} can't be opened", .0.display())]
    Open(PathBuf, #[source] OpenError),
    #[error("{}", .0.display())]
    Text(PathBuf, #[source] TextError),
    #[error("sealing the letter")]
    Seal(#[from] LetterError),
    #[error("sealing the letter")]
    Stretch(#[from] StretchError),
    #[error("the system gave no random bytes")]
    Random(#[from] getrandom::Error),
}

fn main() -> ExitCode {
    match run(std::env::args_os().skip(1)) {
        Ok(said) => {
            let _ = writeln!(std::io::stdout(), "{said}");
            ExitCode::SUCCESS
        }
        Err(fault) => {
            let mut text = format!("schalter: {fault}");
            let mut source = fault.source();
            while let Some(cause) = source {
                text = format!("{text}: {cause}");
                source = cause.source();
            }
            let _ = writeln!(std::io::stderr(), "{text}");
            ExitCode::from(if matches!(fault, Fault::Arguments(_)) { 2 } else { 1 })
        }
    }
}

#[derive(Default)]
struct Options {
    key: Option<PathBuf>,
    out: Option<PathBuf>,
    text: Option<PathBuf>,
    from: Option<String>,
}

fn run(mut arguments: impl Iterator<Item = OsString>) -> Result<String, Fault> {
    let wrong = |what: &str| Fault::Arguments(what.to_owned());
    let mut options = Options::default();
    let mut words = Vec::new();
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| wrong("an option needs a value"));
        match argument.to_str() {
            Some("--help" | "-h") => return Ok(USAGE.to_owned()),
            Some("--version" | "-V") => return Ok(concat!("schalter ", env!("CARGO_PKG_VERSION")).to_owned()),
            Some("--key") => options.key = Some(value()?.into()),
            Some("--out") => options.out = Some(value()?.into()),
            Some("--text") => options.text = Some(value()?.into()),
            Some("--from") => options.from = Some(value()?.into_string().map_err(|_| wrong("--from is no text"))?),
            Some(option) if option.starts_with("--") => return Err(wrong("there is no such option")),
            _ => words.push(argument),
        }
    }
    match (words.first().and_then(|word| word.to_str()), words.get(1), words.len()) {
        (Some("open"), Some(envelope), 2) => open(Path::new(envelope), options),
        (Some("letter"), Some(envelope), 2) => seal(Path::new(envelope), options),
        (Some("open" | "letter"), ..) => Err(wrong("one ENVELOPE is needed")),
        _ => Err(wrong("what is to be done?")),
    }
}

fn open(envelope: &Path, options: Options) -> Result<String, Fault> {
    let declaration = declaration(envelope, options.key)?;
    let folder = options.out.unwrap_or_default();
    let path = folder.join(format!("{}.json", declaration.submission_id()));
    write(&path, declaration.expose())?;
    Ok(path.display().to_string())
}

fn seal(envelope: &Path, options: Options) -> Result<String, Fault> {
    let needed = |what: &str| Fault::Arguments(format!("{what} is needed"));
    let out = options.out.ok_or_else(|| needed("--out FILE"))?;
    let text = options.text.ok_or_else(|| needed("--text FILE"))?;
    let from = options.from.ok_or_else(|| needed("--from NAME"))?;
    let written = read(&text, LETTER_BYTES_MAX)?;
    let letter = letter(&written, &from, now()).map_err(|source| Fault::Text(text, source))?;
    let declaration = declaration(envelope, options.key)?;
    let mut nonce = [0; NONCE_BYTES];
    getrandom::fill(&mut nonce)?;
    let keys = CaseKeys::from_code(declaration.case_code())?;
    let sealed = keys.seal_letter(declaration.submission_id(), &letter, nonce)?;
    write(&out, format!("{}\n", sealed.as_str()).as_bytes())?;
    Ok(format!("{} ({})", out.display(), Shape::of(&letter)))
}

fn declaration(path: &Path, key: Option<PathBuf>) -> Result<Declaration, Fault> {
    let key_path = key.ok_or_else(|| Fault::Arguments("--key FILE is needed".to_owned()))?;
    let json = read(&key_path, KEY_BYTES_MAX)?;
    let rights = std::fs::metadata(&key_path).map_err(|source| Fault::Read(key_path.clone(), source))?;
    if rights.permissions().mode() & 0o077 != 0 {
        return Err(Fault::Permissions(key_path));
    }
    let key = OfficeKey::from_jwk(&json).map_err(|source| Fault::Key(key_path, source))?;
    let body = read(path, BODY_BYTES_MAX)?;
    let envelope = Envelope::from_body(body.trim_ascii_end());
    let envelope = envelope.map_err(|source| Fault::Envelope(path.to_owned(), source))?;
    let mut seed = [0; 32];
    getrandom::fill(&mut seed)?;
    Declaration::open(&envelope, &key, seed).map_err(|source| Fault::Open(path.to_owned(), source))
}

fn read(path: &Path, bytes_max: usize) -> Result<Zeroizing<Vec<u8>>, Fault> {
    let failed = |source| Fault::Read(path.to_owned(), source);
    let mut bytes = Zeroizing::new(Vec::new());
    let file = File::open(path).map_err(failed)?;
    file.take(bytes_max as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    match bytes.len() > bytes_max {
        true => Err(Fault::TooLarge(path.to_owned(), bytes_max)),
        false => Ok(bytes),
    }
}

/// A new file that nobody else may read.
fn write(path: &Path, bytes: &[u8]) -> Result<(), Fault> {
    let written = || {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    written().map_err(|source| Fault::Write(path.to_owned(), source))
}

/// Seconds since 1970-01-01 UTC.
#[allow(clippy::disallowed_methods)] // a letter is dated with the office's clock
fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    i64::try_from(since.unwrap_or_default().as_secs()).unwrap_or(i64::MAX)
}
