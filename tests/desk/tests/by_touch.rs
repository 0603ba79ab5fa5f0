//! Whole visits by touch of people who want it otherwise: in Arabic with text twice as big, from a wheelchair, in yellow
//! on black across a wide display. Each ends with a receipt in the tray and a case at the backend.
#![allow(clippy::unwrap_used, reason = "a test may panic, and so may what it calls")]
use desk::guise::Guise;
use desk::headless::Player;
use drivers_api::language::Language;
use session::Preferences;
use session::preferences::{Look, TextSize};
use std::path::Path;
use std::process::Command;

#[test]
fn visits_of_people_who_want_it_otherwise() {
    let here = std::env::var("CARGO_MANIFEST_DIR").unwrap(); // built programs may be shared between two trees
    let translations = Path::new(&here).join("../../kiosk-app/screens/translations");
    let big = Preferences {
        text: TextSize::Percent200,
        ..Preferences::default()
    };
    let low = Preferences {
        reach: true,
        ..Preferences::default()
    };
    let yellow = Preferences {
        look: Look::YellowOnBlack,
        text: TextSize::Percent150,
        ..Preferences::default()
    };
    let upright = (1080, 1920);
    let visitors = [
        (Language::Arabic, big, upright),
        (Language::German, low, upright),
        (Language::Ukrainian, yellow, (1920, 1080)),
    ];
    let folder = tempfile::tempdir().unwrap();
    // to look at afterwards
    let out = std::env::var_os("OUT").map_or_else(|| folder.path().to_owned(), Into::into);
    let mut player = Player::start(&out).unwrap();
    for (visits, (language, wishes, display)) in (1..).zip(visitors) {
        player.visitor(Guise::new(language, wishes, display, &translations).unwrap());
        let played = player.order_meldebescheinigung().unwrap();
        player.cases_arrived(visits).unwrap();
        let printed = Command::new("pdftotext")
            .arg(&played.receipt)
            .arg("-")
            .output()
            .unwrap();
        let printed = String::from_utf8(printed.stdout).unwrap();
        assert!(printed.contains(&played.code), "{printed}");
    }
}
