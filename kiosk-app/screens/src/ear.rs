//! What is spoken, and to whom. It comes from the accessible labels of what is on the screen, and from nowhere else, so
//! that whoever hears the terminal knows what whoever sees it knows (EN 301 549 §5.1.3.1–5.1.3.3).
//!
//! ```text
//! view, key, letter ──soon()──▶ listen: tree::elements, compared with what was heard last ──tell──▶ Said ──▶ voice
//! ```
//!
//! * A new page is read; then the focus when it moves, letters when they are typed, texts when they appear.
//! * What a person does interrupts what is being said; what comes by itself (paper, a countdown) waits for its end.
//! * A page that may tell who is here is [`Audience::Private`], and so is all that is typed. With the loudspeaker alone
//!   such a page only says that it needs a headset.
use crate::tree::{self, Focus};
use crate::{Inner, OnTap, ui};
use drivers_api::Job;
use drivers_api::private::PrivateText;
use drivers_api::voice::{Audience, Manner, Phrase, Speech, VoiceCommand};
use session::Tap;
use session::view::{Over, Screen, SpeechTo, View};
use slint::ComponentHandle;
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::Duration;
use tell::{Part, Words};
use tongues::Tongues;

mod dates;
mod listen;
mod tell;
mod tongues;

/// Seconds before the end at which it is told again, beside the beginning of a countdown.
const TOLD_AT_SECONDS: [u32; 2] = [20, 10];

/// What the voice is to do.
#[derive(Debug)]
pub enum Said {
    /// Say this; what is being said ends.
    Speech {
        /// For [`crate::ScreensHandle::spoken`], which tells that it has ended.
        number: u64,
        /// Who may hear it.
        audience: Audience,
        /// What.
        phrases: Vec<Phrase>,
    },
    /// Say nothing more.
    Hush,
}

impl From<Said> for VoiceCommand {
    fn from(said: Said) -> Self {
        match said {
            Said::Hush => Self::Hush,
            Said::Speech {
                number,
                audience,
                phrases,
            } => Self::Say(Speech {
                job: Job(number),
                audience,
                phrases,
            }),
        }
    }
}

/// Where speech goes.
pub(crate) type OnSpeech = Box<dyn Fn(Said)>;

/// What has to be known of the view.
#[derive(Default)]
struct Facts {
    speech: SpeechTo,
    personal: bool,
    over: Over,
    /// Grows with each new page.
    visit: i32,
    remaining_s: Option<u32>,
    tongues: Tongues,
}

/// What has the focus and was heard of it: the value, whether it is chosen, the label.
type HeardFocus = (Focus, String, Option<bool>, String);

/// What was heard last.
#[derive(Default)]
struct Heard {
    page: Option<(i32, Over, SpeechTo)>,
    focus: Option<HeardFocus>,
    wheel: Option<Result<String, ui::Word>>,
    texts: BTreeSet<String>,
    remaining_s: Option<u32>,
    number: u64,
    /// What is being said, and whether it is a page.
    speaking: Option<(u64, bool)>,
    /// What is said after it.
    waiting: Vec<Part>,
}

#[derive(Default)]
pub(crate) struct Ear {
    /// `None`: a terminal that can't speak doesn't listen either.
    on_speech: Option<OnSpeech>,
    facts: RefCell<Facts>,
    heard: RefCell<Heard>,
    pending: Cell<bool>,
    acted: Cell<bool>,
    moved: Cell<bool>,
}

struct Spoken<'a>(ui::Spoken<'a>);

impl Words for Spoken<'_> {
    fn word(&self, word: ui::Word) -> String {
        self.0.invoke_word(word).into()
    }

    fn count(&self, what: ui::Counted, n: usize) -> String {
        self.0.invoke_count(what, crate::frame::count(n)).into()
    }
}

/// Callbacks of the screens.
pub(crate) fn connect(inner: &Rc<Inner>) {
    let ear = inner.app.global::<ui::Ear>();
    let weak = Rc::downgrade(inner);
    let with = move |act: fn(&Ear, &Inner)| {
        let weak = weak.clone();
        move || {
            if let Some(inner) = weak.upgrade() {
                act(&inner.ear, &inner);
            }
        }
    };
    ear.on_changed(with(|ear, _| ear.soon()));
    ear.on_again(with(Ear::again));
    ear.on_spell(with(Ear::spell));
}

impl Ear {
    pub(crate) fn new(on_speech: Option<OnSpeech>) -> Self {
        Self {
            on_speech,
            ..Self::default()
        }
    }

    /// A view was shown.
    pub(crate) fn shown(&self, view: &View, visit: i32) {
        if self.on_speech.is_none() {
            return self.soon();
        }
        let away = if let Screen::Away(away) = &view.screen {
            Some(away.remaining_s)
        } else {
            None
        };
        let remaining_s = view.countdown.map(|countdown| countdown.remaining_s).or(away);
        let mut facts = self.facts.borrow_mut();
        let is_new = facts.visit != visit || facts.tongues.main() != view.language;
        if is_new || view.speech != facts.speech || matches!(view.screen, Screen::Form(_)) {
            facts.tongues = Tongues::of(view);
        }
        facts.speech = view.speech;
        facts.personal = view.screen.is_personal();
        facts.over = view.over;
        facts.visit = visit;
        facts.remaining_s = remaining_s;
        drop(facts);
        self.soon();
    }

    /// A key was pressed, which interrupts what is being said. `moved`: it moves the focus, even if to where it was.
    pub(crate) fn acted(&self, moved: bool) {
        self.acted.set(true);
        self.moved.set(moved);
        self.soon();
    }

    /// Listens when everything that is going on has been done.
    fn soon(&self) {
        if !self.pending.replace(true) {
            slint::Timer::single_shot(Duration::ZERO, || crate::with_screens(listen::listen));
        }
    }

    /// Says the page once more; what lies over it is closed.
    pub(crate) fn again(&self, inner: &Inner) {
        if self.facts.borrow().over != Over::Nothing {
            (inner.on_tap)(Tap::KeepGoing);
        }
        self.heard.borrow_mut().page = None;
        self.soon();
    }

    /// Spells what has the focus.
    pub(crate) fn spell(&self, inner: &Inner) {
        if self.on_speech.is_none() {
            return;
        }
        let elements = tree::elements(inner.app.window());
        if let Some(focused) = elements.iter().find(|element| element.has_focus) {
            self.acted.set(false);
            self.say(vec![tell::spelled(focused)], false);
        }
    }

    /// A speech has ended. Whoever listened to a page to its end was here all the time.
    pub(crate) fn spoken(&self, number: u64, on_tap: &OnTap) {
        let mut heard = self.heard.borrow_mut();
        let Some((_, was_page)) = heard.speaking.take_if(|(speaking, _)| *speaking == number) else {
            return;
        };
        let waiting = std::mem::take(&mut heard.waiting);
        drop(heard);
        if was_page {
            on_tap(Tap::MoreTime);
        }
        if !waiting.is_empty() {
            self.say(waiting, false);
        }
    }

    fn hush(&self) {
        let mut heard = self.heard.borrow_mut();
        heard.waiting.clear();
        if heard.speaking.take().is_some()
            && let Some(on_speech) = &self.on_speech
        {
            on_speech(Said::Hush);
        }
    }

    /// Says it now.
    fn say(&self, parts: Vec<Part>, is_page: bool) {
        let facts = self.facts.borrow();
        let audience = if facts.personal {
            Audience::Private
        } else {
            Audience::Public
        };
        let phrases = phrases(&parts, &facts.tongues);
        drop(facts);
        self.speak(audience, phrases, is_page);
    }

    fn speak(&self, audience: Audience, phrases: Vec<Phrase>, is_page: bool) {
        let Some(on_speech) = self.on_speech.as_ref().filter(|_| !phrases.is_empty()) else {
            return;
        };
        let mut heard = self.heard.borrow_mut();
        heard.number += 1;
        let number = heard.number;
        heard.speaking = Some((number, is_page));
        heard.waiting.clear();
        drop(heard);
        on_speech(Said::Speech {
            number,
            audience,
            phrases,
        });
    }

    /// Says it when what is being said has ended.
    fn say_later(&self, parts: Vec<Part>) {
        let mut heard = self.heard.borrow_mut();
        if heard.speaking.is_some() {
            heard.waiting.extend(parts);
            return;
        }
        drop(heard);
        self.say(parts, false);
    }
}

/// Parts of one manner and language become one phrase, dates in words.
fn phrases(parts: &[Part], tongues: &Tongues) -> Vec<Phrase> {
    let mut phrases: Vec<Phrase> = Vec::new();
    for part in parts {
        for (text, language) in tongues.split(&part.text) {
            let tag = language.tag();
            let text = if part.manner == Manner::Plain {
                dates::in_words(&legible(text), tag)
            } else {
                text.to_owned()
            };
            match phrases.last_mut() {
                Some(last) if part.manner == last.manner && tag == last.language => {
                    let ends = last.text.expose().trim_end().ends_with(['.', '!', '?', ':', '…', ',']);
                    let joined = format!(
                        "{}{} {text}",
                        last.text.expose().trim_end(),
                        if ends { "" } else { "." }
                    );
                    last.text = PrivateText::new(joined);
                }
                Some(_) | None => phrases.push(Phrase {
                    text: PrivateText::new(text),
                    language: tag,
                    manner: part.manner,
                }),
            }
        }
    }
    phrases
}

/// Without signs that are for the eye: the point inside the words of Leichte Sprache, and the one between two texts.
fn legible(text: &str) -> String {
    text.replace(" · ", ". ").replace('\u{b7}', "")
}
