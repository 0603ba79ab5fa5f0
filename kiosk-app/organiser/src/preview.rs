//! Draws the pages of services as the terminal shows them.
use catalogue::{Catalogue, LocalTime};
use drivers_api::language::Language;
use screens::Screens;
use screens::picture;
use session::Terminal;
use std::error::Error;
use std::fs;
use std::path::Path;
use std::time::Duration;

/// The terminal's display, px.
const SIZE: (u32, u32) = (1080, 1920);

/// Writes `OUT/SERVICE/NN-PAGE.png` for every page; tells how many.
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
    let mut drawn = 0;
    for service in terminal.catalogue.services() {
        let id = service.id().as_str();
        if only.is_some_and(|only| only != id) {
            continue;
        }
        let folder = out.join(id);
        fs::create_dir_all(&folder)?;
        for (number, (name, view)) in session::preview::pages(service, &terminal, language)
            .into_iter()
            .enumerate()
        {
            screens.show(&view);
            drawn += 1;
            canvas.turn(Duration::from_secs(u64::try_from(drawn)?));
            let file = folder.join(format!("{number:02}-{name}.png"));
            fs::write(file, canvas.picture().png()?)?;
        }
    }
    Ok(drawn)
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
