//! Everything at once: random keys with and without Ctrl, Alt and Meta, touches anywhere, headsets, cards, mishaps, and
//! now and then somebody who knows what they want. Nothing panics, no page is a dead end, nothing personal is said to
//! all, and in the end nobody is here. `MASH=1000000` for the long one.
#![allow(clippy::unwrap_used, reason = "a test may panic")]
use drivers_api::voice::{Audience, VoiceEvent};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use screens::picture::{self, Canvas};
use screens::{Said, Screens, hand};
use session::view::Screen;
use session::{Input, Session, Tap};
use slint::SharedString;
use slint::platform::{Key, WindowEvent};
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;
use townhall::devices::Weather;
use townhall::services::catalogue;
use townhall::world::World;

/// Keys and touches unless `MASH` says how many: some twenty seconds on a busy machine.
const ACTS: u64 = 6_000;

const KEYS: [Key; 24] = [
    Key::UpArrow,
    Key::DownArrow,
    Key::DownArrow,
    Key::DownArrow,
    Key::Return,
    Key::Return,
    Key::Escape,
    Key::F1,
    Key::Menu,
    Key::Tab,
    Key::Backtab,
    Key::LeftArrow,
    Key::RightArrow,
    Key::Backspace,
    Key::Delete,
    Key::Home,
    Key::End,
    Key::PageDown,
    Key::F4,
    Key::F12,
    Key::Insert,
    Key::SysReq,
    Key::Pause,
    Key::Stop,
];
const TYPED: [&str; 14] = ["0", "1", "2", "3", "4", "5", "6", "a", "ß", "Ł", " ", "€", "م", "v"];

struct Mash {
    world: World,
    screens: Screens,
    canvas: Canvas,
    taps: Rc<RefCell<Vec<Tap>>>,
    speeches: Rc<RefCell<Vec<u64>>>,
    rng: StdRng,
    reached: std::collections::BTreeSet<&'static str>,
}

impl Mash {
    /// What was touched reaches the visit, and the screens show what came of it.
    fn settle(&mut self) {
        loop {
            let taps = std::mem::take(&mut *self.taps.borrow_mut());
            let is_quiet = taps.is_empty();
            for tap in taps {
                self.world.input(Input::Tap(tap));
            }
            self.screens
                .show(&self.world.session.view(self.world.now, &self.world.terminal));
            self.canvas.turn(self.world.now);
            for number in std::mem::take(&mut *self.speeches.borrow_mut()) {
                self.screens.spoken(number);
            }
            if is_quiet && self.taps.borrow().is_empty() {
                break;
            }
        }
        self.reached.insert(self.world.session.name());
        self.world.journal.clear();
    }

    fn key(&mut self) {
        let text: SharedString = if self.rng.random_bool(0.7) {
            KEYS[self.rng.random_range(0..KEYS.len())].into()
        } else {
            TYPED[self.rng.random_range(0..TYPED.len())].into()
        };
        let held: Option<SharedString> = self
            .rng
            .random_bool(0.1)
            .then(|| [Key::Control, Key::Alt, Key::Meta, Key::Shift][self.rng.random_range(0..4)].into());
        let window = self.screens.window();
        let dispatch = |event| {
            let _ = window.dispatch_event_with_result(event);
        };
        if let Some(text) = held.clone() {
            dispatch(WindowEvent::KeyPressed { text });
        }
        dispatch(WindowEvent::KeyPressed { text: text.clone() });
        if self.rng.random_bool(0.1) {
            dispatch(WindowEvent::KeyPressRepeated { text: text.clone() });
        }
        dispatch(WindowEvent::KeyReleased { text });
        if let Some(text) = held {
            dispatch(WindowEvent::KeyReleased { text });
        }
    }

    fn act(&mut self) {
        match self.rng.random_range(0..100) {
            0..60 => self.key(),
            60..75 => {
                let (x, y) = (self.rng.random_range(0.0..1080.0), self.rng.random_range(0.0..1920.0));
                hand::tap_at(&self.screens, x, y);
            }
            75..78 => {
                let is_in = self.rng.random_bool(0.7);
                let event = if is_in {
                    VoiceEvent::HeadsetPlugged
                } else {
                    VoiceEvent::HeadsetUnplugged
                };
                self.world.input(Input::Voice(event));
            }
            78..79 => self.world.mishap(),
            _ => self.world.act(0.97),
        }
        let pause = Duration::from_millis(self.rng.random_range(5..1500));
        self.world.pass(self.world.now + pause);
        self.settle();
    }
}

type Shared<T> = Rc<RefCell<T>>;

/// Screens that hand on what is touched, and note what is said; nothing personal is said to all.
fn listening(taps: &Shared<Vec<Tap>>, speeches: &Shared<Vec<u64>>, public: &Shared<u64>) -> Screens {
    Screens::speaking(
        {
            let taps = Rc::clone(taps);
            move |tap| taps.borrow_mut().push(tap)
        },
        {
            let (speeches, public) = (Rc::clone(speeches), Rc::clone(public));
            move |said| {
                if let Said::Speech {
                    number,
                    audience,
                    phrases,
                } = said
                {
                    speeches.borrow_mut().push(number);
                    if audience == Audience::Public {
                        *public.borrow_mut() += 1;
                        let text: String = phrases
                            .iter()
                            .map(|phrase| phrase.text.expose().to_uppercase())
                            .collect();
                        for word in ["ERIKA", "MUSTERMANN", "1964", "HEIDESTRA"] {
                            assert!(!text.contains(word), "said to all: {text}");
                        }
                    }
                }
            }
        },
    )
    .unwrap()
}

#[test]
fn nothing_that_hands_can_do_breaks_it() {
    let acts = std::env::var("MASH").map_or(ACTS, |acts| acts.parse().unwrap());
    let seed = std::env::var("MASH_SEED").map_or(4, |seed| seed.parse().unwrap());
    let canvas = picture::install(1080, 1920).unwrap();
    let (taps, speeches, public) = <(Shared<Vec<Tap>>, Shared<Vec<u64>>, Shared<u64>)>::default();
    let screens = listening(&taps, &speeches, &public);
    screens.open().unwrap();
    let mut mash = Mash {
        world: World::new(catalogue(), Weather { faults: 0.1 }, seed),
        screens,
        canvas,
        taps,
        speeches,
        rng: StdRng::seed_from_u64(seed),
        reached: std::collections::BTreeSet::new(),
    };
    mash.settle();
    for act in 0..acts {
        mash.act();
        // No dead end: by keys alone, something can be reached on every page on which there is something.
        if act % 97 == 0 {
            let controls = hand::elements(&mash.screens)
                .iter()
                .filter(|e| e.is_control() && e.enabled)
                .count();
            hand::key(&mash.screens, Key::Tab);
            let focused = hand::elements(&mash.screens).iter().any(|element| element.has_focus);
            assert!(
                controls == 0 || focused,
                "seed {seed}, act {act}: nothing takes the keyboard"
            );
            mash.settle();
        }
    }
    mash.world.input(Input::Voice(VoiceEvent::HeadsetUnplugged));
    mash.world.take_card();
    mash.world.pass(mash.world.now + Duration::from_secs(3600));
    mash.settle();
    let view = mash.world.session.view(mash.world.now, &mash.world.terminal);
    assert!(
        matches!(mash.world.session, Session::Idle),
        "in {}",
        mash.world.session.name()
    );
    assert!(matches!(view.screen, Screen::Attract { .. }));
    assert!(mash.reached.len() > 8, "it came about: {:?}", mash.reached);
    assert!(*public.borrow() > 20, "it spoke");
}
