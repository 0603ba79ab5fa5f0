//! A citizen who sees nothing: hears what the terminal says in the headset, presses five keys and digits, and decides by
//! what was heard alone. Plays a whole visit that way.
use crate::Fault;
use crate::cards::Cards;
use crate::setup::{Desk, Setup};
pub use crate::speech::Heard;
use crate::speech::{name, taken_in};
use drivers_api::voice::{Audience, Voice, VoiceCommand, VoiceEvent};
use host::SharedVoice;
use screens::picture::Canvas;
use screens::{Screens, hand, picture};
use session::Input;
use session::view::{Screen, View};
use simulated::card::Hand;
use slint::platform::Key;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};
use voice::{Espeak, HandJack, Target};

/// The slowest step (reading a card, printing) takes less, even on a busy machine.
const STEP_PATIENCE: Duration = Duration::from_secs(60);
/// So long a finger takes from one key to the next. It passes on the screens' clock alone.
const KEY_PACE: Duration = Duration::from_millis(250);
/// Controls on a page at most; more means that going down doesn't lead around.
const CONTROLS_MAX: usize = 80;
/// Pages of a form at most.
const PAGES_MAX: usize = 30;

/// A citizen at the terminal, who hears.
pub struct ByEar {
    screens: Screens,
    canvas: Canvas,
    views: Receiver<View>,
    desk: Desk,
    cards: Cards,
    began: Instant,
    keys: u32,
    said: Rc<RefCell<Vec<Heard>>>,
    /// How much of it was noted, and heard to its end.
    noted: usize,
    /// How much of it was thought about.
    listened: usize,
    jack: HandJack,
    is_ready: bool,
    voice: Option<Receiver<VoiceEvent>>,
    /// From a screen that was shown to the first sound of what it says.
    pub starts: Vec<Duration>,
    /// What was heard and done, line by line.
    pub transcript: String,
}

/// Plays the visit of Erika Mustermann as she would hear it, and leaves its sound in `out/speech` and what was heard and
/// done in `out/spoken.txt`. The desk knows test persons only.
///
/// # Errors
/// See [`ByEar::order_meldebescheinigung`].
pub fn play(out: &Path) -> Result<ByEar, Fault> {
    let speech = out.join("speech");
    if speech.exists() {
        std::fs::remove_dir_all(&speech)?;
    }
    let mut citizen = ByEar::start(out, Some(speech))?;
    let played = citizen.order_meldebescheinigung();
    std::fs::write(out.join("spoken.txt"), &citizen.transcript)?;
    played.map(|_code| citizen)
}

impl ByEar {
    /// Starts the house in `out`. With `speech`, a voice speaks into that folder, and each speech is heard to its end;
    /// otherwise only its text is taken in.
    ///
    /// # Errors
    /// Whatever can't be started.
    #[allow(clippy::disallowed_methods)] // the outermost program owns the clock
    pub fn start(out: &Path, speech: Option<PathBuf>) -> Result<Self, Fault> {
        let (tell_view, views) = channel();
        let mut setup = Setup::start(out, Hand::new(), |_| {})?;
        let canvas = picture::install(1080, 1920)?;
        let (jack, shared) = (HandJack::default(), SharedVoice::default());
        let voice = match speech {
            None => None,
            Some(path) => {
                let (tell, events) = channel();
                let to = setup.desk.sender.clone();
                let config = voice::Config {
                    target: Target::Folder {
                        path,
                        loudspeaker: true,
                        live: false,
                    },
                    language: "de",
                    patience: voice::Patience::default(),
                };
                let told = move |event| {
                    to.send(Input::Voice(event));
                    let _ = tell.send(event);
                };
                shared.become_voice(voice::spawn(config, Espeak::default(), jack.clone(), told)?);
                Some(events)
            }
        };
        setup.speak_with(shared.clone());
        let said = Rc::new(RefCell::new(Vec::new()));
        let (taps, heard) = (setup.desk.sender.clone(), Rc::clone(&said));
        let screens = Screens::speaking(
            move |tap| taps.send(Input::Tap(tap)),
            move |speech| {
                heard.borrow_mut().extend(taken_in(&speech));
                shared.clone().give(VoiceCommand::from(speech));
            },
        )?;
        screens.open()?;
        let (desk, cards) = setup.run(move |view| {
            let _ = tell_view.send(view);
        })?;
        let mut citizen = Self {
            screens,
            canvas,
            views,
            desk,
            cards,
            began: Instant::now(),
            keys: 0,
            said,
            noted: 0,
            listened: 0,
            jack,
            is_ready: false,
            voice,
            starts: Vec::new(),
            transcript: String::new(),
        };
        citizen.until_ready()?;
        Ok(citizen)
    }

    /// The reader is found a moment after the start.
    fn until_ready(&mut self) -> Result<(), Fault> {
        while !self.is_ready {
            let view = self.views.recv_timeout(STEP_PATIENCE)?;
            self.show(&view)?;
        }
        Ok(())
    }

    /// From plugging in the headset to "good-bye", the card 0 in the hand. Gives the code that was heard.
    ///
    /// # Errors
    /// Something that had to be heard wasn't.
    pub fn order_meldebescheinigung(&mut self) -> Result<String, Fault> {
        self.plug();
        self.hear("Wählen Sie Ihre Sprache")?;
        self.go_to("Deutsch.")?;
        self.press(Key::Return)?;
        self.hear("Was möchten Sie erledigen?")?;
        self.go_to("Meldebescheinigung.")?;
        self.press(Key::Return)?;
        self.hear("Diese Daten brauchen wir von Ihrem Ausweis")?;
        self.go_to("Weiter. Taste")?;
        self.press(Key::Return)?;
        self.hear("Legen Sie Ihren Ausweis auf den Kartenleser")?;
        self.touch_card();
        self.hear("Geben Sie Ihre PIN ein")?;
        for (at, digit) in simulated::card::PIN.chars().enumerate() {
            self.press(digit)?;
            self.hear(&format!("{} von 6 Ziffern", at + 1))?;
        }
        self.press(Key::Return)?;
        self.fill_form()?;
        self.go_to("Jetzt verbindlich absenden. Taste")?;
        self.press(Key::Return)?;
        self.hear("bezahlen?")?;
        self.go_to("Jetzt mit Karte. Taste")?;
        self.press(Key::Return)?;
        let receipt = self.hear("Geschafft! Ihr Antrag ist gestellt")?;
        let code = receipt.code.ok_or("no code was heard")?;
        if !receipt.text.contains("Ihre Quittung ist gedruckt") {
            self.hear("Ihre Quittung ist gedruckt")?;
        }
        self.go_to("Fertig. Taste")?;
        self.press(Key::Return)?;
        self.hear("Bitte nehmen Sie Ihren Ausweis mit")?;
        self.touch_card();
        self.hear("Vielen Dank und auf Wiedersehen!")?;
        Ok(code)
    }

    /// Goes through the pages until the declaration is read: takes the first answer to each question that has none.
    fn fill_form(&mut self) -> Result<(), Fault> {
        for _ in 0..PAGES_MAX {
            let page = self.hear_any(&["Schritt", "Bitte prüfen Sie Ihre Angaben"])?;
            if page.text.contains("Bitte prüfen Sie Ihre Angaben") {
                return Ok(());
            }
            let mut asked = BTreeSet::new();
            for _ in 0..CONTROLS_MAX {
                let heard = self.go_down()?;
                if heard.text.starts_with("Weiter. Taste") {
                    break;
                }
                let question = heard.text.split("ausgewählt.").nth(1).map(str::to_owned);
                let is_new = question.is_some_and(|question| asked.insert(question));
                if is_new && heard.text.contains("nicht ausgewählt") {
                    self.press(Key::Return)?;
                    self.hear("ausgewählt")?;
                }
            }
            self.press(Key::Return)?;
        }
        Err("the form doesn't come to its end".into())
    }

    /// Plugs the headset in.
    pub fn plug(&mut self) {
        self.note("(steckt den Kopfhörer ein)");
        self.jack.plug();
        if self.voice.is_none() {
            self.desk.sender.send(Input::Voice(VoiceEvent::HeadsetPlugged));
        }
    }

    /// Lays the first test card on the reader, or takes it away.
    pub fn touch_card(&mut self) {
        self.note("(legt den Ausweis auf oder nimmt ihn weg)");
        self.cards.touch(&self.desk.hand, 0);
    }

    /// Presses a key.
    ///
    /// # Errors
    /// A speech that didn't end.
    pub fn press(&mut self, key: impl Into<char>) -> Result<(), Fault> {
        let key = key.into();
        self.note(&format!("[{}]", name(key)));
        self.keys += 1;
        self.turn()?;
        hand::key(&self.screens, slint::SharedString::from(key.to_string()));
        self.turn()
    }

    /// Presses "down" until what is heard begins with `text`.
    ///
    /// # Errors
    /// It is nowhere on the page.
    pub fn go_to(&mut self, text: &str) -> Result<(), Fault> {
        for _ in 0..CONTROLS_MAX {
            if self.go_down()?.text.starts_with(text) {
                return Ok(());
            }
        }
        Err(format!("going down doesn't lead to “{text}”; heard:\n{}", self.transcript).into())
    }

    fn go_down(&mut self) -> Result<Heard, Fault> {
        self.listened = self.said.borrow().len();
        self.press(Key::DownArrow)?;
        self.hear("")
    }

    /// Waits until something is said that contains `text`.
    ///
    /// # Errors
    /// It isn't within the patience.
    pub fn hear(&mut self, text: &str) -> Result<Heard, Fault> {
        self.hear_any(&[text])
    }

    fn hear_any(&mut self, texts: &[&str]) -> Result<Heard, Fault> {
        let deadline = self.began.elapsed() + STEP_PATIENCE;
        loop {
            self.turn()?;
            let new: Vec<Heard> = self.said.borrow().get(self.listened..).unwrap_or_default().to_vec();
            for heard in new {
                self.listened += 1;
                if texts.iter().any(|text| heard.text.contains(text)) {
                    return Ok(heard);
                }
            }
            match self.views.recv_timeout(Duration::from_millis(20)) {
                Ok(view) => self.show(&view)?,
                Err(RecvTimeoutError::Timeout) if self.began.elapsed() < deadline => {}
                Err(_) => return Err(format!("nobody said {texts:?}; heard:\n{}", self.transcript).into()),
            }
        }
    }

    /// All that was said so far.
    pub fn heard(&self) -> Vec<Heard> {
        self.said.borrow().clone()
    }

    #[allow(clippy::disallowed_methods)]
    fn show(&mut self, view: &View) -> Result<(), Fault> {
        self.is_ready |= matches!(
            view.screen,
            Screen::Attract {
                reader_works: true,
                eid_works: true,
                ..
            }
        );
        let shown = Instant::now();
        self.screens.show(view);
        self.canvas.turn(self.now());
        self.listen(Some(shown))?;
        self.turn()
    }

    fn now(&self) -> Duration {
        self.began.elapsed() + KEY_PACE * self.keys
    }

    /// Time passes, and what is being said is heard to its end.
    fn turn(&mut self) -> Result<(), Fault> {
        loop {
            while let Ok(view) = self.views.try_recv() {
                self.show(&view)?;
            }
            self.canvas.turn(self.now());
            self.canvas.dirty();
            if self.said.borrow().len() == self.noted {
                return Ok(());
            }
            self.listen(None)?;
        }
    }

    fn listen(&mut self, shown: Option<Instant>) -> Result<(), Fault> {
        let new: Vec<Heard> = self.said.borrow().get(self.noted..).unwrap_or_default().to_vec();
        self.noted += new.len();
        for heard in &new {
            let to = match heard.audience {
                Audience::Private => "Kopfhörer",
                Audience::Public => "alle",
            };
            self.note(&format!("{to}: {}", heard.text));
        }
        let Some(last) = new.last().map(|heard| heard.number) else {
            return Ok(());
        };
        if let Some(events) = &self.voice {
            loop {
                match events.recv_timeout(STEP_PATIENCE)? {
                    VoiceEvent::Started(job) if job.0 == last => self.starts.extend(shown.map(|at| at.elapsed())),
                    VoiceEvent::Ended { job, how } if job.0 == last => {
                        self.transcript += &format!("    {how:?}\n");
                        break;
                    }
                    VoiceEvent::Ready | VoiceEvent::Gone(_) | VoiceEvent::Started(_) | VoiceEvent::Ended { .. } => {}
                    VoiceEvent::HeadsetPlugged | VoiceEvent::HeadsetUnplugged => {}
                }
            }
        }
        self.screens.spoken(last);
        Ok(())
    }

    fn note(&mut self, line: &str) {
        self.transcript += line;
        self.transcript.push('\n');
    }
}
