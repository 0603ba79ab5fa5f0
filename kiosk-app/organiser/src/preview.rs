//! Draws the pages of services as the terminal shows them.
use catalogue::{Catalogue, LocalTime};
use drivers_api::card::{DataGroup, ProviderCertificate, Rights};
use drivers_api::language::Language;
use screens::{Screens, hand, picture};
use session::view::View;
use session::{Terminal, preview};
use std::collections::BTreeSet;
use std::error::Error;
use std::fs;
use std::path::Path;
use std::time::Duration;

/// The terminal's display, px.
const SIZE: (u32, u32) = (1080, 1920);

/// Tallest picture, px, and by how much one grows.
const HEIGHT_MAX: u32 = 12_000;
const STEP: u32 = 160;
/// The id of the button that shows what lies further down.
const READ_ON: &str = "read-on";

/// Folder of the lists; no service has such a name.
const MENU: &str = "_menu";

/// Writes `OUT/SERVICE/NN-PAGE.png` for every page, and `OUT/_menu` for the lists of all services; tells how many.
pub(crate) fn draw(
    catalogue: Catalogue,
    out: &Path,
    language: Language,
    only: Option<&str>,
) -> Result<usize, Box<dyn Error>> {
    let canvas = picture::install(SIZE.0, SIZE.1)?;
    let screens = Screens::new(|_| {})?;
    screens.open()?;
    let mut terminal = Terminal::new(catalogue);
    terminal.time = today();
    terminal.reader_works = true;
    terminal.line_up = true;
    terminal.certificate = Some(Box::new(certificate(&terminal)));
    let services = terminal.catalogue.services().iter().filter(|service| {
        let id = service.id().as_str();
        only.is_none_or(|only| only == id)
    });
    let mut folders: Vec<(&str, Vec<(String, View)>)> = services
        .map(|service| (service.id().as_str(), preview::pages(service, &terminal, language)))
        .collect();
    if only.is_none() {
        folders.push((MENU, preview::menu(&terminal, language)));
    }
    let (mut drawn, mut clock) = (0, 0);
    for (folder, views) in folders {
        let folder = out.join(folder);
        crate::named_file(&folder, fs::create_dir_all(&folder))?;
        let mut written = BTreeSet::new();
        for (number, (name, view)) in views.into_iter().enumerate() {
            canvas.resize(SIZE.0, SIZE.1);
            screens.show(&view);
            drawn += 1;
            let mut turn = || {
                clock += 1;
                canvas.turn(Duration::from_secs(clock));
            };
            turn();
            // As long as the page is: nothing is hidden behind "Weiter lesen".
            let mut height = SIZE.1;
            while height < HEIGHT_MAX && reads_on(&screens) {
                height += STEP;
                canvas.resize(SIZE.0, height);
                turn();
            }
            // Of several entries the first stands for all.
            let name = format!("{number:02}-{}.png", name.replace("#1", ""));
            let file = folder.join(&name);
            crate::named_file(&file, fs::write(&file, canvas.picture().png()?))?;
            written.insert(name);
        }
        remove_old(&folder, &written)?;
    }
    Ok(drawn)
}

/// True while a part of the page can only be seen by reading on.
fn reads_on(screens: &Screens) -> bool {
    hand::elements(screens).iter().any(|element| element.id == READ_ON)
}

/// Removes pictures of pages that are gone: what is named as this program names them, and nothing else.
fn remove_old(folder: &Path, written: &BTreeSet<String>) -> Result<(), Box<dyn Error>> {
    for entry in crate::named_file(folder, fs::read_dir(folder))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if is_picture(&name) && !written.contains(&name) && entry.file_type()?.is_file() {
            crate::named_file(&entry.path(), fs::remove_file(entry.path()))?;
        }
    }
    Ok(())
}

/// `07-contact.png`
fn is_picture(name: &str) -> bool {
    let Some((number, page)) = name.strip_suffix(".png").and_then(|name| name.split_once('-')) else {
        return false;
    };
    let known = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' | b'#');
    number.len() >= 2 && number.bytes().all(|byte| byte.is_ascii_digit()) && page.bytes().all(known)
}

/// One that grants all that services may read, so that they look as they do on a terminal in order.
fn certificate(terminal: &Terminal) -> ProviderCertificate {
    let provider = terminal.catalogue.town().provider();
    ProviderCertificate {
        subject_name: provider.name.clone(),
        subject_url: None,
        issuer_name: "Muster-CA".to_owned(),
        issuer_url: None,
        terms_of_usage: format!("{}, {}, {}", provider.name, provider.street, provider.city),
        valid_from: jiff::civil::Date::MIN,
        valid_until: jiff::civil::Date::MAX,
        rights: Rights {
            groups: DataGroup::ALL.into(),
            age: true,
            municipality: true,
            pseudonym: true,
            can_allowed: false,
        },
    }
}

/// The day decides fees and limits of dates.
#[allow(clippy::disallowed_methods, reason = "the outermost program owns the clock")]
fn today() -> Option<LocalTime> {
    let now = jiff::Zoned::now();
    let part = |part: i8| u8::try_from(part).ok();
    Some(LocalTime {
        year: now.year(),
        month: part(now.month())?,
        day: part(now.day())?,
        hour: part(now.hour())?,
        minute: part(now.minute())?,
    })
}
