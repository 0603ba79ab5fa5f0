//! Plays a whole visit without a display: the real screens drawn into memory, touched by a pointer where a finger would
//! touch, every screen kept as PNG, the receipt as PDF.
use crate::Fault;
use crate::cards::Cards;
use crate::guise::Guise;
use crate::setup::{Desk, OUTBOX, Setup};
use agent::State;
use drivers_api::language::Language;
use outbox::Outbox;
use screens::picture::Canvas;
use screens::{Screens, hand, picture};
use session::view::{List, Over, PayScreen, Screen, View};
use session::{Ending, Input, Preferences};
use simulated::card::{Hand, PadManner, Press, SimulatedSlot};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

mod follow_up;
mod form;
mod town;

/// In reach mode nothing above this part of the height is touched (see `app.slint`).
const REACH: f32 = 0.36;

/// The slowest step (reading a card, printing) takes less, even on a busy machine.
const STEP_PATIENCE: Duration = Duration::from_secs(60);

/// How often to look whether a case has arrived.
const LOOK_PERIOD: Duration = Duration::from_millis(200);

/// What a played visit left behind.
#[derive(Debug)]
pub struct Played {
    /// Screens, in the order in which they were seen.
    pub screens: Vec<PathBuf>,
    /// The receipt.
    pub receipt: PathBuf,
    /// The case's code.
    pub code: String,
    /// From the touch on "submit" to the receipt in the tray.
    pub submit_to_paper: Duration,
}

/// A visit being played.
pub struct Player {
    screens: Screens,
    canvas: Canvas,
    views: Receiver<View>,
    states: Receiver<State>,
    desk: Desk,
    cards: Cards,
    view: View,
    began: Instant,
    outbox: PathBuf,
    folder: PathBuf,
    guise: Guise,
    kept: Vec<PathBuf>,
    names: BTreeSet<String>,
}

/// Plays Erika Mustermann's visit and keeps what she saw in `out`.
///
/// # Errors
/// A screen that didn't come, a button that isn't there, a device that didn't do its part.
pub fn play(out: &Path) -> Result<Played, Fault> {
    let mut player = Player::start(out)?;
    let played = player.order_meldebescheinigung()?;
    player.cases_arrived(1)?;
    Ok(played)
}

impl Player {
    /// Starts the house with screens in memory.
    ///
    /// # Errors
    /// Whatever can't be started.
    pub fn start(out: &Path) -> Result<Self, Fault> {
        Self::at(out, Hand::new())
    }

    /// The same with a reader that has keys of its own (PC/SC part 10).
    ///
    /// # Errors
    /// Whatever can't be started.
    pub fn start_with_keys(out: &Path) -> Result<Self, Fault> {
        Self::at(out, Hand::with_pad(PadManner::default()))
    }

    #[allow(clippy::disallowed_methods)] // the outermost program owns the clock
    fn at(out: &Path, reader: (Hand, SimulatedSlot)) -> Result<Self, Fault> {
        let folder = out.join("screens");
        let outbox = out.join(OUTBOX);
        std::fs::create_dir_all(&folder)?;
        let (tell_view, views) = channel();
        let (tell_state, states) = channel();
        let told = move |state| {
            // Nobody reads states any more when the player has ended.
            let _ = tell_state.send(state);
        };
        let setup = Setup::start(out, reader, told)?;
        let guise = Guise::default();
        let canvas = picture::install(guise.display.0, guise.display.1)?;
        let sender = setup.desk.sender.clone();
        let screens = Screens::new(move |tap| sender.send(Input::Tap(tap)))?;
        screens.open()?;
        let (desk, cards) = setup.run(move |view| {
            let _ = tell_view.send(view);
        })?;
        let view = views.recv_timeout(STEP_PATIENCE)?;
        screens.show(&view);
        let began = Instant::now();
        let (kept, names) = (Vec::new(), BTreeSet::new());
        Ok(Self {
            screens,
            canvas,
            views,
            states,
            desk,
            cards,
            view,
            began,
            outbox,
            folder,
            guise,
            kept,
            names,
        })
    }

    /// From the first touch to "good-bye".
    ///
    /// # Errors
    /// See [`play`].
    #[allow(clippy::disallowed_methods)]
    pub fn order_meldebescheinigung(&mut self) -> Result<Played, Fault> {
        self.ask_for("meldebescheinigung")?;
        self.cards.touch(&self.desk.hand, 0);
        self.until(
            "pin",
            |screen| matches!(screen, Screen::Secret(entry) if entry.typed == 0),
        )?;
        for digit in simulated::card::PIN.chars() {
            self.tap(&digit.to_string())?;
        }
        self.until(
            "pin_typed",
            |screen| matches!(screen, Screen::Secret(entry) if entry.typed == entry.length),
        )?;
        self.press("Weiter")?;
        self.until("reading", |screen| {
            matches!(screen, Screen::Working { .. } | Screen::Form(_))
        })?;
        self.until("form", |screen| matches!(screen, Screen::Form(_)))?;
        self.fill_form()?;
        self.until("review", |screen| matches!(screen, Screen::Review(_)))?;
        self.press("Jetzt verbindlich absenden")?;
        self.until("pay", |screen| {
            matches!(&screen, Screen::Pay(pay) if matches!(pay.state, PayScreen::Choose { card_works: true, .. }))
        })?;
        self.press("Jetzt mit Karte")?;
        self.until("filing", |screen| matches!(screen, Screen::Filing | Screen::Receipt(_)))?;
        let submitted = Instant::now();
        self.until("receipt", form::is_printed)?;
        let submit_to_paper = submitted.elapsed();
        let Screen::Receipt(receipt) = &self.view.screen else {
            return Err("the receipt went away".into());
        };
        let code = receipt.code.clone();
        self.press("Fertig")?;
        self.until("take_card", |screen| matches!(screen, Screen::TakeCard))?;
        self.cards.touch(&self.desk.hand, 0);
        self.until("goodbye", |screen| {
            matches!(screen, Screen::Goodbye { ending: Ending::Filed })
        })?;
        self.until("attract", |screen| matches!(screen, Screen::Attract { .. }))?;
        let receipt = self.newest_receipt()?;
        Ok(Played {
            screens: std::mem::take(&mut self.kept),
            receipt,
            code,
            submit_to_paper,
        })
    }

    /// "What is on my card?" at a reader with keys: first the citizen cancels there, then types the PIN. Gives the values
    /// of the card's screen.
    ///
    /// # Errors
    /// See [`play`].
    pub fn see_card_by_keys(&mut self) -> Result<Vec<String>, Fault> {
        self.ask_for("ausweisdaten")?;
        self.desk
            .hand
            .presses([Press::Aborts, Press::Types(simulated::card::PIN)]);
        self.cards.touch(&self.desk.hand, 0);
        self.until("not_typed", |screen| matches!(screen, Screen::CardRefused { .. }))?;
        self.press("Noch einmal versuchen")?;
        self.until("on_keys", |screen| {
            matches!(screen, Screen::Working { on_pad: true, .. })
        })?;
        self.until("card", |screen| matches!(screen, Screen::CardContent(_)))?;
        let Screen::CardContent(content) = &self.view.screen else {
            return Err("the card's content went away".into());
        };
        let facts = content.sections.iter().flat_map(|(_, facts)| facts);
        let values = facts.map(|fact| fact.value.expose().to_owned()).collect();
        self.cards.touch(&self.desk.hand, 0);
        self.until("attract", |screen| matches!(screen, Screen::Attract { .. }))?;
        Ok(values)
    }

    /// From the first touch to where the card is laid down for that service.
    fn ask_for(&mut self, service: &str) -> Result<(), Fault> {
        self.until("attract", |screen| {
            matches!(screen, Screen::Attract { reader_works: true, .. })
        })?;
        self.tap("Zum Starten berühren")?;
        self.until("language", |screen| matches!(screen, Screen::Languages))?;
        self.tap(self.guise.language.own_name())?;
        self.until("services", |screen| matches!(screen, Screen::Services { .. }))?;
        self.set_up()?;
        if self.tile_of(service).is_none() {
            // Not among the most used.
            self.press("Ausweise und Urkunden")?;
            self.until("situation", |screen| {
                matches!(
                    screen,
                    Screen::Services {
                        list: List::Situation(_),
                        ..
                    }
                )
            })?;
        }
        let title = self.tile_of(service).ok_or("the service isn't offered")?;
        self.tap(&title)?;
        self.until("request", |screen| matches!(screen, Screen::Request(_)))?;
        self.press("Weiter")?;
        self.until("lay_card", |screen| matches!(screen, Screen::LayCard { .. }))
    }

    /// Title of that service's tile, if it is on the list.
    fn tile_of(&self, service: &str) -> Option<String> {
        let Screen::Services { tiles, .. } = &self.view.screen else {
            return None;
        };
        let tile = tiles.iter().find(|tile| tile.id.as_str() == service);
        tile.map(|tile| tile.title.clone())
    }

    /// Makes the terminal as this visitor wants it.
    fn set_up(&mut self) -> Result<(), Fault> {
        let switches = self.guise.switches();
        if switches.is_empty() {
            return Ok(());
        }
        self.press("Anzeige: Größe, Farben, Ton")?;
        self.until_view(|view| view.over == Over::Settings)?;
        for label in switches {
            self.tap(&label)?;
        }
        let wishes = self.guise.wishes;
        self.until_view(|view| view.preferences == wishes)?;
        self.keep("settings")?;
        self.press("Zurück zum Vorgang")?;
        self.until_view(|view| view.over == Over::Nothing)?;
        self.keep("services_as_wished")
    }

    /// What the payment terminal really took, in cents.
    pub fn money_taken(&self) -> u64 {
        self.desk.payment.memory().ledger().money()
    }

    /// Cuts or mends the line to the backend.
    pub fn set_line(&self, up: bool) {
        self.desk.set_line(up);
    }

    /// The courier has noticed what became of the line.
    ///
    /// # Errors
    /// It did not within the patience.
    pub fn line_is(&mut self, up: bool) -> Result<(), Fault> {
        loop {
            let state = self.states.recv_timeout(STEP_PATIENCE)?;
            if (state.link == agent::Link::Online) == up {
                return Ok(());
            }
        }
    }

    /// So many cases have left the terminal and were acknowledged.
    ///
    /// # Errors
    /// They have not within the patience.
    pub fn cases_arrived(&mut self, cases: u64) -> Result<(), Fault> {
        let mut outbox = Outbox::open(&self.outbox)?;
        let deadline = self.began.elapsed() + STEP_PATIENCE;
        while self.began.elapsed() < deadline {
            if outbox.counts()?.delivered >= cases {
                return Ok(());
            }
            // Whether a state comes or not, it is worth another look.
            let _ = self.states.recv_timeout(LOOK_PERIOD);
        }
        Err(format!("{cases} cases have not arrived: {:?}", outbox.counts()?).into())
    }

    fn newest_receipt(&self) -> Result<PathBuf, Fault> {
        let entries = std::fs::read_dir(&self.desk.receipts)?.flatten();
        let files = entries.map(|entry| entry.path());
        let pdf = files.filter(|path| path.extension().is_some_and(|ending| ending == "pdf"));
        pdf.max_by_key(|path| std::fs::metadata(path).and_then(|file| file.modified()).ok())
            .ok_or_else(|| "no receipt in the tray".into())
    }

    /// The next visit is this visitor's.
    pub fn visitor(&mut self, guise: Guise) {
        self.canvas.resize(guise.display.0, guise.display.1);
        self.guise = guise;
        self.names.clear();
    }

    /// Touches what has this German label in the visitor's language.
    fn press(&mut self, german: &str) -> Result<(), Fault> {
        self.tap(&self.guise.label(german))
    }

    /// Touches what has this label.
    fn tap(&mut self, label: &str) -> Result<(), Fault> {
        self.turn();
        let highest = hand::tap(&self.screens, label).map_err(|missed| format!("{missed}"))?;
        if self.view.preferences.reach && highest < REACH * self.guise.display.1 as f32 {
            return Err(format!("“{label}” is out of reach, {highest} px from the top").into());
        }
        self.turn();
        Ok(())
    }

    fn until_view(&mut self, wanted: impl Fn(&View) -> bool) -> Result<(), Fault> {
        let deadline = self.began.elapsed() + STEP_PATIENCE;
        while !wanted(&self.view) {
            let left = deadline.saturating_sub(self.began.elapsed());
            let view = self.views.recv_timeout(left)?;
            self.show(view);
        }
        Ok(())
    }

    /// Waits for a screen, and keeps its first picture under `name`.
    fn until(&mut self, name: &str, wanted: impl Fn(&Screen) -> bool) -> Result<(), Fault> {
        let deadline = self.began.elapsed() + STEP_PATIENCE;
        loop {
            while let Ok(view) = self.views.try_recv() {
                self.show(view);
            }
            if wanted(&self.view.screen) {
                return self.keep(name);
            }
            let left = deadline.saturating_sub(self.began.elapsed());
            match self.views.recv_timeout(left) {
                Ok(view) => self.show(view),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    return Err(format!("waited for {name}, but saw {:?}", self.view.screen).into());
                }
            }
        }
    }

    fn show(&mut self, view: View) {
        self.screens.show(&view);
        self.view = view;
        self.turn();
    }

    fn turn(&self) {
        self.canvas.turn(self.began.elapsed());
    }

    fn prefix(&self) -> String {
        let is_usual = self.guise.language == Language::German && self.guise.wishes == Preferences::default();
        if is_usual { String::new() } else { self.guise.name() }
    }

    fn keep(&mut self, name: &str) -> Result<(), Fault> {
        if self.names.insert(name.to_owned()) {
            self.turn();
            let file = self
                .folder
                .join(format!("{}{:02}-{name}.png", self.prefix(), self.names.len()));
            std::fs::write(&file, self.canvas.picture().png()?)?;
            self.kept.push(file);
        }
        Ok(())
    }
}
