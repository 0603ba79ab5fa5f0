//! The services that are built in fit on the screen: every page of each, in the languages it has, at 200 %.
#![allow(clippy::unwrap_used)] // a test's helpers
use catalogue::{Catalogue, LocalTime, bundled};
use drivers_api::language::Language;
use screens::picture;
use screens::{Screens, fit};
use session::preferences::TextSize;
use session::view::View;
use session::{Preferences, Terminal, preview};
use std::time::Duration;

#[test]
fn no_text_of_a_service_is_cut_off() {
    let canvas = picture::install(1080, 1920).unwrap();
    let screens = Screens::new(|_| {}).unwrap();
    screens.open().unwrap();
    let mut terminal = Terminal::new(Catalogue::load(&bundled::files()).unwrap().catalogue);
    terminal.time = Some(LocalTime {
        year: 2026,
        month: 11,
        day: 24,
        hour: 9,
        minute: 41,
    });
    let town = terminal.catalogue.town().name().to_owned();
    let (mut clock, mut faults) = (0, Vec::new());
    for language in [Language::German, Language::EasyGerman, Language::English] {
        for service in terminal.catalogue.services() {
            for (name, view) in preview::pages(service, &terminal, language) {
                let preferences = Preferences {
                    text: TextSize::Percent200,
                    ..view.preferences
                };
                screens.show(&View { preferences, ..view });
                clock += 1;
                canvas.turn(Duration::from_secs(clock));
                let found = fit::faults(&screens, &town).into_iter();
                let place = format!("{} {} {name}", language.tag(), service.id().as_str());
                faults.extend(found.map(|fault| format!("{place}: {fault}")));
            }
        }
    }
    assert!(clock > 300, "only {clock} pages");
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}
