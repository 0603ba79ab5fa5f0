//! Reads `town.toml` and `streets.txt`.
use crate::charset;
use crate::colour::Colour;
use crate::crest;
use crate::fault::{Faults, SourceFile};
use crate::load::view::{FILE_BYTES_MAX, Parsed, View, shorten};
use crate::load::{facts, format_of, opening};
use crate::package;
use crate::service::ServiceId;
use crate::suggest::Name;
use crate::town::{Provider, Town};
use crate::towns;

/// Most services that are offered before all others.
const MOST_USED_MAX: usize = 6;
/// Longest address at which papers are checked: with the code, its QR code is to stay small.
const ADDRESS_CHARS_MAX: usize = 100;
/// Most streets of a town, and the longest name of one, in characters. Berlin has 10,000.
const STREETS_MAX: usize = 20_000;
const STREET_CHARS_MAX: usize = 100;

/// The town and the lines of its most used services, unless its file has a fault.
pub(crate) fn read(file: &SourceFile, faults: &mut Faults) -> Option<(Town, Vec<usize>)> {
    let before = faults.count();
    let parsed = Parsed::parse(file, faults)?;
    let mut root = parsed.view();
    format_of(&mut root, faults);
    let name = root.text("name", faults);
    let destination_id = root.text("destination_id", faults);
    if let Some(id) = &destination_id {
        facts::check_destination(&root, id, faults);
    }
    let check_receipts_at = check_receipts_at(&mut root, faults);
    let accent = accent(&mut root, faults);
    let _ = crest::read_name(&mut root, faults); // the file is no text: see `Loaded::dress`
    let opening = opening::read(&mut root, faults);
    let most_used = root.texts("most_used", faults);
    if let Some(id) = most_used.get(MOST_USED_MAX) {
        let mend = "keep the ones that most people come for; the others are found by situation and by search";
        root.fault(
            faults,
            id.line,
            format!("`most_used` names more than {MOST_USED_MAX}"),
            mend,
        );
    }
    let _ = package::read_adoptions(&mut root, faults); // they are among the files already
    let _ = towns::read_neighbours(&mut root, faults); // each is a folder of its own
    let provider = root.table("provider", "[provider]".to_owned(), faults);
    if provider.is_none() {
        root.fault(
            faults,
            root.line_of("provider"),
            "[provider] is missing",
            "PAuswG §18(4): name who asks for data",
        );
    }
    let provider = provider.map(|mut view| {
        let mut text = |key| view.text(key, faults);
        let provider = Provider {
            name: text("name").unwrap_or_default(),
            street: text("street").unwrap_or_default(),
            city: text("city").unwrap_or_default(),
            email: text("email").unwrap_or_default(),
            website: text("website").unwrap_or_default(),
            data_protection_authority: text("data_protection_authority").unwrap_or_default(),
            data_protection_officer: text("data_protection_officer").unwrap_or_default(),
        };
        view.finish(faults);
        provider
    });
    root.finish(faults);
    let town = Town {
        name: name?,
        provider: provider?,
        destination_id: destination_id?,
        check_receipts_at,
        accent,
        opening,
        crest: None,
        streets: Vec::new(),
        map: None,
        most_used: most_used.iter().map(|id| ServiceId::new(&id.value)).collect(),
    };
    let lines = most_used.iter().map(|id| id.line).collect();
    (faults.count() == before).then_some((town, lines))
}

/// Where papers are checked, with a slash at its end.
fn check_receipts_at(root: &mut View<'_>, faults: &mut Faults) -> Option<String> {
    let mut address = root.text_if("check_receipts_at", faults)?;
    let symbol = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/:".contains(&byte);
    let host = address.strip_prefix("https://").unwrap_or_default();
    let fits = address.len() <= ADDRESS_CHARS_MAX && host.bytes().all(symbol);
    if !fits || host.starts_with('/') || host.is_empty() {
        let what = format!("`{}` is no address at which papers are checked", shorten(&address));
        let mend = format!(
            "write the backend's address, \"https://…/verify/\", in ASCII and with at most {ADDRESS_CHARS_MAX} characters"
        );
        root.fault(faults, root.line_of("check_receipts_at"), what, mend);
        return None;
    }
    if !address.ends_with('/') {
        address.push('/');
    }
    Some(address)
}

/// The colour behind what the town says of itself.
fn accent(root: &mut View<'_>, faults: &mut Faults) -> Option<Colour> {
    let text = root.text_if("accent", faults)?;
    let line = root.line_of("accent");
    let colour: Option<Colour> = text.parse().ok();
    match colour {
        None => {
            let what = format!("`{}` is no colour", shorten(&text));
            root.fault(
                faults,
                line,
                what,
                "write it as \"#092797\": red, green and blue in hexadecimal digits",
            );
        }
        Some(colour) if !colour.carries_text() => {
            let least = colour.least_contrast();
            let what = format!("on {colour} white writing has a contrast of {least:.1}, not 7");
            root.fault(faults, line, what, "choose a darker colour (WCAG 2.1, 1.4.6)");
        }
        Some(_) => {}
    }
    colour
}

/// Names of services that aren't there are told with their lines.
pub(super) fn check_most_used(
    town: &Town,
    lines: &[usize],
    services: &[std::sync::Arc<crate::service::Service>],
    folders: &[super::Folder<'_>],
    faults: &mut Faults,
) {
    for (id, line) in town.most_used.iter().zip(lines) {
        // One that is left out has faults of its own, which are told.
        let is_there = folders.iter().any(|folder| folder.id == id.as_str());
        if is_there || services.iter().any(|service| service.id() == id) {
            continue;
        }
        let what = format!("`most_used` names `{}`, which is not offered", shorten(id.as_str()));
        faults.add(
            "town.toml",
            Some(*line),
            what,
            "name folders of services that are without a fault",
        );
    }
}

/// The town's streets, one a line; empty lines and those that begin with `#` are passed over. Faulty ones are left out.
pub(crate) fn streets(file: &SourceFile, faults: &mut Faults) -> Vec<Name> {
    let mut streets = Vec::new();
    if file.text.len() > FILE_BYTES_MAX {
        let what = format!("the file has {} bytes, more than {FILE_BYTES_MAX}", file.text.len());
        faults.add(&file.path, None, what, "one street a line is enough");
        return streets;
    }
    let text = file.text.trim_start_matches('\u{feff}'); // as Windows writes it
    let lines = text.lines().map(str::trim).enumerate();
    for (at, name) in lines.filter(|(_, name)| !name.is_empty() && !name.starts_with('#')) {
        if name.chars().count() > STREET_CHARS_MAX || charset::hostile(name).is_some() {
            let what = format!("`{}` is no street", shorten(name));
            let mend = format!("write visible characters, at most {STREET_CHARS_MAX}");
            faults.add(&file.path, Some(at + 1), what, mend);
        } else if streets.len() == STREETS_MAX {
            let what = format!("more than {STREETS_MAX} streets");
            faults.add(&file.path, Some(at + 1), what, "keep those of the town");
            break;
        } else {
            streets.push(Name::new(name));
        }
    }
    streets
}

/// True for 8-4-4-4-12 hexadecimal digits.
pub(crate) fn is_uuid(text: &str) -> bool {
    let lens = text.split('-').map(str::len);
    lens.eq([8, 4, 4, 4, 12]) && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}
