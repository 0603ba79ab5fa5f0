//! The terminal in a window of an X server, and a visitor who goes from the first screen to the review: attract,
//! languages, services, a form with the keyboard, review. The five are what `chromium/` shows as a web page.
use crate::{Fault, lone_terminal};
use host::Inbox;
use jiff::Zoned;
use rand::rngs::StdRng;
use screens::{Screens, hand};
use session::Input;
use simulated::authority::TestAuthority;
use simulated::card::{Card, Hand, PIN};
use simulated::pki::{Chat, TerminalOrder, TestPki};
use slint::LogicalSize;
use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

/// Size of a terminal's display, which the X server has, too.
pub const WIDTH: u32 = 1080;
/// And its height.
pub const HEIGHT: u32 = 1920;

/// For which each of the five screens is looked at; as in `chromium/screens.js`.
const DWELL: Duration = Duration::from_millis(1500);
/// Between two looks whether the next thing to touch is there.
const LOOK: Duration = Duration::from_millis(100);
/// Reading the card takes less, even on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Clone, Copy)]
enum Act {
    /// One of the five screens, known by what is on it.
    Look(&'static str),
    /// Where the first is on the screen, the second is touched.
    Touch(&'static str, &'static str),
    LayCard,
    TypePin,
}

const START: &str = "Zum Starten berühren";
const PROCEED: &str = "Weiter";
const REQUEST: &str = "Diese Daten brauchen wir von Ihrem Ausweis";
const TYPED: &str = "Geben Sie Ihre PIN ein";
const KIND: &str = "Einfach: Name, Geburtsdatum und Adresse";
const BANK: &str = "Für eine Bank oder Versicherung";
const HOME: &str = "Mit der Post an meine Meldeadresse";
const ELSEWHERE: &str = "Mit der Post an eine andere Adresse";
const STREET: &str = "Straße und Hausnummer (Zustellung)";

const WALK: [Act; 25] = [
    Act::Look(START),
    Act::Touch(START, START),
    Act::Look("Deutsch"),
    Act::Touch("Deutsch", "Deutsch"),
    Act::Look("Meldebescheinigung"),
    Act::Touch("Meldebescheinigung", "Meldebescheinigung"),
    Act::Touch(REQUEST, PROCEED),
    Act::LayCard,
    Act::TypePin,
    Act::Touch(TYPED, PROCEED),
    Act::Touch(KIND, KIND),
    Act::Touch(KIND, PROCEED),
    Act::Touch(BANK, BANK),
    Act::Touch(BANK, PROCEED),
    Act::Touch("Stimmen Ihre Angaben?", PROCEED),
    Act::Touch(ELSEWHERE, ELSEWHERE),
    Act::Touch(ELSEWHERE, PROCEED),
    Act::Touch(STREET, STREET),
    Act::Look("Tastatur"),
    Act::Touch("Tastatur", "Fertig"),
    Act::Touch(STREET, "Zurück"),
    Act::Touch(HOME, HOME),
    Act::Touch(HOME, PROCEED),
    Act::Touch("Wie viele Bescheinigungen brauchen Sie?", PROCEED),
    Act::Look("Jetzt verbindlich absenden"),
];

thread_local! {
    /// The screens, on the window's thread.
    static HERE: RefCell<Option<Rc<Screens>>> = const { RefCell::new(None) };
}

/// Shows the terminal until its process is ended; with a visitor if `visited`. Paper and cases go into `folder`.
///
/// # Errors
/// No display, or something of the terminal doesn't start.
pub fn show(folder: &Path, visited: bool) -> Result<(), Fault> {
    let inbox = Inbox::default();
    let taps = inbox.sender();
    let (hand, slot) = Hand::new();
    let mut random: StdRng = rand::make_rng();
    let pki = TestPki::new(Zoned::now().date(), &mut random);
    let authority = TestAuthority::new(&pki, &TerminalOrder::new(pki.today(), Chat::ALL), &[])?;
    let screens = Rc::new(Screens::new(move |tap| taps.send(Input::Tap(tap)))?);
    screens.window().set_size(LogicalSize::new(WIDTH as f32, HEIGHT as f32));
    lone_terminal::start(folder, inbox, slot, authority, screens.handle())?;
    if visited {
        HERE.set(Some(Rc::clone(&screens)));
        let card = Card::erika(&pki);
        std::thread::spawn(move || visit(&hand, card));
    }
    screens.open()?;
    screens.run()?;
    Ok(())
}

/// Goes to the review and stays there. A visitor who gets stuck ends the process, so that nobody measures that.
#[allow(clippy::print_stderr)] // a command-line tool that measures
fn visit(hand: &Hand, card: Card) {
    if let Err(stuck) = walk(hand, card) {
        eprintln!("the visitor is stuck: {stuck}");
        std::process::exit(1);
    }
}

#[allow(clippy::disallowed_methods)] // a visitor takes time
fn walk(hand: &Hand, card: Card) -> Result<(), Fault> {
    let mut card = Some(card);
    for act in WALK {
        match act {
            Act::Look(there) => {
                until(there, |_| true)?;
                std::thread::sleep(DWELL);
            }
            Act::Touch(there, label) => touch(there, label)?,
            Act::LayCard => {
                // Nothing lay there before.
                let _ = card.take().and_then(|card| hand.lay_on(card));
            }
            Act::TypePin => {
                for digit in PIN.chars() {
                    touch(TYPED, &digit.to_string())?;
                }
            }
        }
    }
    Ok(())
}

fn touch(there: &'static str, label: &str) -> Result<(), Fault> {
    let label = label.to_owned();
    until(there, move |screens| hand::tap(screens, &label).is_ok())
}

/// Waits until `there` is on the screen and `act` succeeds, on the window's thread.
#[allow(clippy::disallowed_methods)]
fn until(there: &'static str, act: impl Fn(&Screens) -> bool + Send + Clone + 'static) -> Result<(), Fault> {
    let began = Instant::now();
    while began.elapsed() < PATIENCE {
        let (tell, told) = channel();
        let act = act.clone();
        slint::invoke_from_event_loop(move || {
            let screens = HERE.with_borrow(Clone::clone);
            let done = screens.is_some_and(|screens| hand::find(&screens, there).is_some() && act(&screens));
            // The visitor waits for it.
            let _ = tell.send(done);
        })?;
        if told.recv()? {
            return Ok(());
        }
        std::thread::sleep(LOOK);
    }
    Err(format!("no “{there}”").into())
}
