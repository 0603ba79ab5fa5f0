//! The kiosk on a real DRM/KMS display with libinput, in a virtual machine: it shows what the screens crate draws, obeys
//! a finger, and no combination of keys leads out of it.
//!
//! The pictures to expect come from the same visit run here, headless; so do the places to touch.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a test has somebody to read a panic

#[path = "../vm/machine.rs"]
mod machine;

use catalogue::Catalogue;
use drivers_api::card::CardEvent;
use machine::{Machine, now, rest};
use screens::picture::{self, Canvas, Picture};
use screens::{Screens, hand};
use session::{Input, Session, Tap, Terminal};
use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

const SIZE: (u32, u32) = (1080, 1920);

/// From power on to the first picture, with one start refused before: 25 s on a quiet machine, a minute or two on a busy one.
const BOOT_PATIENCE: Duration = Duration::from_secs(240);
/// From a touch to the next picture.
const TOUCH_PATIENCE: Duration = Duration::from_secs(40);
/// How long to wait for what must not happen.
const NOTHING_PATIENCE: Duration = Duration::from_secs(2);
/// Colour channels that differ by more than this differ.
const CHANNEL_SLACK: u8 = 24;
/// Thousandths of the pixels that may differ: the glyphs' edges do, in the display's pixel format.
const PIXELS_SLACK: f64 = 5.0;

#[test]
fn the_kiosk_on_a_real_display_obeys_fingers_and_no_key_leads_out() {
    let workdir = prepare();
    let mut visit = Visit::begin();
    let mut machine = Machine::boot(&workdir, SIZE);

    expect(&mut machine, &mut visit, "1-attract", BOOT_PATIENCE);
    touch(&mut machine, &mut visit, "Zum Starten berühren");
    expect(&mut machine, &mut visit, "2-languages", TOUCH_PATIENCE);
    touch(&mut machine, &mut visit, "Deutsch");
    expect(&mut machine, &mut visit, "3-services", TOUCH_PATIENCE);

    for key in ["backspace", "delete", "kp_decimal", "f1", "f2", "f12", "sysrq"] {
        machine.keys(&["ctrl", "alt", key]);
        rest(NOTHING_PATIENCE);
        machine.check_alive();
    }
    expect(&mut machine, &mut visit, "4-services-after-the-keys", TOUCH_PATIENCE);
    touch(&mut machine, &mut visit, "Zurück");
    expect(&mut machine, &mut visit, "5-languages-again", TOUCH_PATIENCE);
    touch(&mut machine, &mut visit, "English");
    expect(&mut machine, &mut visit, "6-services-in-english", TOUCH_PATIENCE);

    let log = machine.log();
    assert!(!log.contains("kiosk ended"), "{log}");
    assert!(log.contains("the kiosk is open"), "{log}");
    assert!(
        log.contains("keyboard: The keyboard is in raw (scancode) mode"),
        "{log}"
    );
    let terminals: Vec<&str> = log
        .lines()
        .filter(|line| line.contains("virtual terminal: "))
        .map(str::trim)
        .collect();
    assert_eq!(
        terminals,
        ["virtual terminal: tty1"],
        "another virtual terminal came to the front:\n{log}"
    );
    let kept = log.matches("somebody tried to leave the kiosk by keyboard").count();
    assert_eq!(kept, 7, "keys that reached the kiosk and were kept from Slint:\n{log}");
    // Before, the same program was started by a user who may not use the display.
    assert!(log.contains("without a display: 1"), "{log}");
    assert!(log.contains("opening the display (is one connected"), "{log}");
}

/// A folder with what the machine needs; fails with what is missing.
fn prepare() -> PathBuf {
    let workdir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("vm");
    let _ = std::fs::remove_dir_all(&workdir);
    std::fs::create_dir_all(&workdir).unwrap();
    let house = Path::new(&std::env::var("CARGO_MANIFEST_DIR").unwrap())
        .join("../..")
        .canonicalize()
        .unwrap();
    std::fs::copy(
        house.join("tests/authority/authority.jwk"),
        workdir.join("authority.jwk"),
    )
    .unwrap();
    std::fs::copy(house.join("kiosk-app/kiosk/lock-console"), workdir.join("lock-console")).unwrap();
    std::fs::write(
        workdir.join("kiosk.toml"),
        "authority_key = \"authority.jwk\"\noutbox = \"outbox.db\"\nagent = \"nobody.sock\"\n",
    )
    .unwrap();
    std::os::unix::fs::symlink(kiosk(), workdir.join("kiosk")).unwrap();
    workdir
}

/// The program that `cargo build --workspace` left beside this test's folder `deps`.
fn kiosk() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let kiosk = test.parent().unwrap().parent().unwrap().join("kiosk");
    assert!(
        kiosk.is_file(),
        "{} is missing: run cargo build --workspace first",
        kiosk.display()
    );
    kiosk
}

/// The visit as it should go in the machine: no reader, no printer.
struct Visit {
    canvas: Canvas,
    screens: Screens,
    taps: Rc<RefCell<Vec<Tap>>>,
    session: Session,
    terminal: Terminal,
    now: Duration,
}

impl Visit {
    fn begin() -> Self {
        let canvas = picture::install(SIZE.0, SIZE.1).unwrap();
        let taps = Rc::new(RefCell::new(Vec::new()));
        let heard = Rc::clone(&taps);
        let screens = Screens::new(move |tap| heard.borrow_mut().push(tap)).unwrap();
        screens.open().unwrap();
        let terminal = Terminal::new(Catalogue::load(&catalogue::bundled::files()).unwrap().catalogue);
        let mut visit = Self {
            canvas,
            screens,
            taps,
            session: Session::Idle,
            terminal,
            now: Duration::ZERO,
        };
        visit.step(Input::Card(CardEvent::ReaderGone));
        visit
    }

    fn step(&mut self, input: Input) {
        let session = std::mem::take(&mut self.session);
        self.session = session.handle(input, self.now, &mut self.terminal, &mut Vec::new());
        self.screens.show(&self.session.view(self.now, &self.terminal));
        // Whatever moves comes to rest.
        self.now += Duration::from_secs(2);
        self.canvas.turn(self.now);
    }

    /// Where that button is. It is touched here too, and the visit goes on.
    fn touch(&mut self, label: &str) -> (f32, f32) {
        let place = hand::find(&self.screens, label)
            .unwrap_or_else(|| panic!("no “{label}” on the screen"))
            .middle();
        hand::tap(&self.screens, label).unwrap();
        let taps: Vec<Tap> = self.taps.borrow_mut().drain(..).collect();
        assert!(!taps.is_empty(), "“{label}” does nothing");
        for tap in taps {
            self.step(Input::Tap(tap));
        }
        place
    }
}

fn touch(machine: &mut Machine, visit: &mut Visit, label: &str) {
    machine.tap(visit.touch(label));
}

/// Waits until the machine shows what the visit does.
fn expect(machine: &mut Machine, visit: &mut Visit, name: &str, patience: Duration) {
    let wanted = visit.canvas.picture();
    let until = now() + patience;
    loop {
        let seen = machine.look();
        let far = seen.as_ref().map_or(1000.0, |seen| difference(seen, &wanted));
        if far <= PIXELS_SLACK {
            return keep(name, &seen.unwrap());
        }
        if now() >= until {
            keep(&format!("{name}-wanted"), &wanted);
            if let Some(seen) = seen {
                keep(&format!("{name}-seen"), &seen);
            }
            panic!(
                "{name}: {far:.1} ‰ of the pixels differ, see {}. Is the kiosk as new as this test (cargo build --workspace)?\n{}",
                folders()[0].display(),
                machine.log()
            );
        }
        rest(Duration::from_millis(500));
    }
}

/// Thousandths of the pixels that differ.
fn difference(one: &Picture, other: &Picture) -> f64 {
    assert_eq!((one.width, one.height), (other.width, other.height));
    let (one, other) = (one.rgb.as_chunks::<3>().0, other.rgb.as_chunks::<3>().0);
    let differs = |a: &[u8; 3], b: &[u8; 3]| a.iter().zip(b).any(|(a, b)| a.abs_diff(*b) > CHANNEL_SLACK);
    let count = one.iter().zip(other).filter(|(a, b)| differs(a, b)).count();
    count as f64 * 1000.0 / one.len() as f64
}

/// Where pictures go: beside the build, and where `SCHALTER_OUT` says.
fn folders() -> Vec<PathBuf> {
    let beside = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("vm");
    std::iter::once(beside)
        .chain(std::env::var_os("SCHALTER_OUT").map(PathBuf::from))
        .collect()
}

fn keep(name: &str, picture: &Picture) {
    for folder in folders() {
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(format!("kms-{name}.png")), picture.png().unwrap()).unwrap();
    }
}
