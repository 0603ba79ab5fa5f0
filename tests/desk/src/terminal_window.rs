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

/// Who stands before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visitor {
    /// Nobody.
    Nobody,
    /// One who goes to the review and stays there.
    Walks,
    /// One who is led by lines of the standard input: [`WHERE`] with a label, [`CARD`]. Each is answered with one line.
    Led,
}

/// Asks what to touch on the way to a label, or to be at it; see [`place_of`].
pub(crate) const WHERE: &str = "where ";
/// Begins the answer when the label itself can be touched.
pub(crate) const HERE_IT_IS: &str = "here";
/// Lays the card on, or takes it away.
pub(crate) const CARD: &str = "card";

#[derive(Clone, Copy)]
pub(crate) enum Act {
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
pub(crate) const TYPED: &str = "Geben Sie Ihre PIN ein";
const KIND: &str = "Einfach: Name, Geburtsdatum und Adresse";
const BANK: &str = "Für eine Bank oder Versicherung";
const HOME: &str = "Mit der Post an meine Meldeadresse";
const ELSEWHERE: &str = "Mit der Post an eine andere Adresse";
const STREET: &str = "Straße und Hausnummer (Zustellung)";

pub(crate) const WALK: [Act; 25] = [
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

/// Shows the terminal until its process is ended. Paper and cases go into `folder`.
///
/// # Errors
/// No display, or something of the terminal doesn't start.
pub fn show(folder: &Path, visitor: Visitor) -> Result<(), Fault> {
    let inbox = Inbox::default();
    let taps = inbox.sender();
    let (hand, slot) = Hand::new();
    let mut random: StdRng = rand::make_rng();
    let pki = TestPki::new(Zoned::now().date(), &mut random);
    let authority = TestAuthority::new(&pki, &TerminalOrder::new(pki.today(), Chat::ALL), &[])?;
    let screens = Rc::new(Screens::new(move |tap| taps.send(Input::Tap(tap)))?);
    screens.window().set_size(LogicalSize::new(WIDTH as f32, HEIGHT as f32));
    lone_terminal::start(folder, inbox, slot, authority, screens.handle())?;
    HERE.set(Some(Rc::clone(&screens)));
    let card = Card::erika(&pki);
    match visitor {
        Visitor::Nobody => {}
        Visitor::Walks => {
            std::thread::spawn(move || visit(&hand, card));
        }
        Visitor::Led => {
            std::thread::spawn(move || be_led(&hand, card));
        }
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

/// Answers each line until there are no more, which ends the process.
#[allow(clippy::print_stdout)] // that is where it is asked from
fn be_led(hand: &Hand, card: Card) {
    let mut card = Some(card);
    for line in std::io::stdin().lines().map_while(Result::ok) {
        let answer = match (line.strip_prefix(WHERE), card.take()) {
            (Some(label), kept) => {
                card = kept;
                place_of(label.to_owned()).unwrap_or_else(|| "nowhere".to_owned())
            }
            (None, Some(own)) if line == CARD => {
                card = hand.lay_on(own);
                "on".to_owned()
            }
            (None, None) if line == CARD => {
                card = hand.take_off();
                "off".to_owned()
            }
            (None, kept) => {
                card = kept;
                "what?".to_owned()
            }
        };
        println!("{answer}");
    }
    std::process::exit(0);
}

/// Where that label is, asked on the window's thread: `here X Y`, `on X Y` for the button that reads on to it, `nowhere`.
fn place_of(label: String) -> Option<String> {
    let (tell, told) = channel();
    let look = move || {
        let screens = HERE.with_borrow(Clone::clone);
        // Who asked waits for it.
        let _ = tell.send(screens.and_then(|screens| way_to(&screens, &label)));
    };
    slint::invoke_from_event_loop(look).ok()?;
    told.recv().ok().flatten()
}

fn way_to(screens: &Screens, label: &str) -> Option<String> {
    let there = hand::find(screens, label)?;
    let read_on = || {
        let mut all = hand::elements(screens).into_iter();
        all.find(|element| element.id == hand::READ_ON && element.enabled)
    };
    let ((x, y), word) = match (there.in_sight, read_on()) {
        (false, Some(button)) => (button.middle(), "on"),
        (true | false, _) => (there.middle(), HERE_IT_IS),
    };
    Some(format!("{word} {x:.0} {y:.0}"))
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
