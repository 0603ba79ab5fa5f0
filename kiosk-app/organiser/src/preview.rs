//! Draws the pages of services as the terminal shows them.
use catalogue::{Catalogue, LocalTime};
use drivers_api::card::{DataGroup, ProviderCertificate, Rights};
use drivers_api::language::Language;
use screens::Screens;
use screens::picture;
use session::view::View;
use session::{Terminal, preview};
use std::error::Error;
use std::fs;
use std::path::Path;
use std::time::Duration;

/// The terminal's display, px.
const SIZE: (u32, u32) = (1080, 1920);

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
    let mut drawn = 0;
    for (folder, views) in folders {
        let folder = out.join(folder);
        fs::create_dir_all(&folder)?;
        for (number, (name, view)) in views.into_iter().enumerate() {
            screens.show(&view);
            drawn += 1;
            canvas.turn(Duration::from_secs(u64::try_from(drawn)?));
            let file = folder.join(format!("{number:02}-{name}.png"));
            fs::write(file, canvas.picture().png()?)?;
        }
    }
    Ok(drawn)
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
