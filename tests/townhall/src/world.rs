//! A terminal with its devices on a virtual clock.
use crate::cases::CasesDouble;
use crate::citizen::{self, Act};
use crate::devices::{self, Agenda, Card, Holder, ReaderDouble, Weather};
use crate::filing::FilingDouble;
use crate::numbers::Numbers;
use crate::till::TillDouble;
use crate::{erika, staff};
use catalogue::Catalogue;
use drivers_api::card::CardEvent;
use drivers_api::payment::PaymentEvent;
use drivers_api::voice::VoiceEvent;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use session::{Effect, Input, Now, Record, Session, Terminal};
use std::sync::Arc;
use std::time::Duration;
use wire::board::Board;

/// What the town tells, with a thing or two of each kind.
fn board() -> Board {
    Board::from_json(include_bytes!("board.json")).unwrap_or_default()
}

/// The world of one seed.
#[derive(Debug)]
pub struct World {
    /// Virtual time.
    pub now: Now,
    /// The visit.
    pub session: Session,
    /// The terminal.
    pub terminal: Terminal,
    /// Stored cases.
    pub filing: FilingDouble,
    /// The payment terminal; it takes part from [`World::with_till`] on.
    pub till: TillDouble,
    /// Who answers for the backend.
    pub cases: CasesDouble,
    numbers: Numbers,
    /// Everything that went to the printer, where a test wants to read it.
    pub papers: Option<Vec<drivers_api::document::Document>>,
    /// Everything the journal got.
    pub journal: Vec<Record>,
    /// Inputs that will happen.
    pub agenda: Agenda,
    reader: ReaderDouble,
    weather: Weather,
    rng: StdRng,
}

impl World {
    /// A terminal in the morning: devices ready, nobody here.
    pub fn new(catalogue: Catalogue, weather: Weather, seed: u64) -> Self {
        let mut world = Self {
            now: Duration::ZERO,
            session: Session::Idle,
            terminal: Terminal::new(catalogue),
            filing: FilingDouble::default(),
            till: TillDouble::default(),
            cases: CasesDouble::default(),
            numbers: Numbers::default(),
            papers: None,
            journal: Vec::new(),
            agenda: Agenda::new(),
            reader: ReaderDouble {
                works: true,
                card: None,
                holder: Holder::default(),
            },
            weather,
            rng: StdRng::seed_from_u64(seed),
        };
        world.input(Input::Card(CardEvent::ReaderReady { pin_pad: false }));
        world.input(Input::Card(CardEvent::Certificate(Some(
            Box::new(erika::certificate()),
        ))));
        world.input(Input::Line { up: true });
        world.input(Input::Board(Arc::new(board())));
        world
    }

    /// With a payment terminal that is ready.
    #[must_use]
    pub fn with_till(mut self) -> Self {
        self.input(Input::Payment(PaymentEvent::Ready));
        self
    }

    /// One input, and what the devices make of the effects.
    pub fn input(&mut self, input: Input) {
        let mut effects = Vec::new();
        let session = core::mem::take(&mut self.session);
        self.session = session.handle(input, self.now, &mut self.terminal, &mut effects);
        for effect in effects {
            self.give(effect);
        }
    }

    fn give(&mut self, effect: Effect) {
        let Self { now, weather, rng, .. } = self;
        let agenda = match effect {
            Effect::Reader(command) => self.reader.give(command, *now, *weather, rng),
            Effect::Print(job) => {
                let number = job.job;
                let agenda = devices::print(number, *now, *weather, rng);
                if let Some(papers) = &mut self.papers {
                    papers.push(job.document);
                }
                agenda
            }
            Effect::DrawNumber { job, queue } => self.numbers.draw(job, queue, *now, *weather, rng),
            Effect::AskCase { job, question } => self.cases.ask(job, question, *now, *weather, rng),
            Effect::File {
                job,
                submission,
                payment,
                ..
            } => {
                self.filing.payments.extend(payment.map(|payment| (job, payment)));
                self.filing.file(job, &submission, *now, *weather, rng)
            }
            Effect::Pay { job, cents, .. } => self.till.pay(job, cents, *now, *weather, rng),
            Effect::Payment(command) => self.till.give(&command, *now, *weather, rng),
            // What a voice says comes from the screens, which a storm doesn't have.
            Effect::Voice(_) => return,
            Effect::CallStaff { job, .. } => staff::call(job, *now, *weather, rng),
            Effect::Record(record) => {
                self.journal.push(record);
                return;
            }
        };
        self.agenda.extend(agenda);
    }

    /// Lets time pass until `until`: due inputs and deadlines happen in order.
    pub fn pass(&mut self, until: Now) {
        loop {
            let due = self
                .agenda
                .iter()
                .enumerate()
                .min_by_key(|(_, (at, _))| *at)
                .map(|(index, (at, _))| (index, *at));
            let deadline = self.session.deadline(self.now).map(|at| at.max(self.now));
            match (due, deadline) {
                (Some((index, at)), deadline) if at <= until && deadline.is_none_or(|deadline| at <= deadline) => {
                    self.now = at.max(self.now);
                    let (_, input) = self.agenda.swap_remove(index);
                    self.input(input);
                }
                (_, Some(deadline)) if deadline <= until => {
                    // A deadline of "now" would stand still.
                    self.now = deadline.max(self.now + Duration::from_millis(1));
                    self.input(Input::Tick);
                }
                _ => break,
            }
        }
        self.now = self.now.max(until);
    }

    /// The citizen looks, and acts.
    pub fn act(&mut self, sense: f64) {
        let view = self.session.view(self.now, &self.terminal);
        let act = citizen::act(&view, self.reader.card.is_some(), sense, &mut self.rng);
        drop(view);
        match act {
            Act::Tap(tap) => self.input(Input::Tap(tap)),
            Act::LayOn(card) => self.lay_on(card),
            Act::TakeCard => self.take_card(),
            Act::Headset(true) => self.input(Input::Voice(VoiceEvent::HeadsetPlugged)),
            Act::Headset(false) => self.input(Input::Voice(VoiceEvent::HeadsetUnplugged)),
            Act::Wait => {}
        }
    }

    /// What the cards that are laid on from now on say of their holder.
    pub fn set_holder(&mut self, holder: Holder) {
        self.reader.holder = holder;
    }

    /// A card is laid on, if the reader is there and free.
    pub fn lay_on(&mut self, card: Card) {
        if self.reader.card.is_none() && self.terminal.reader_works {
            self.reader.card = Some(card);
            self.input(Input::Card(CardEvent::Inserted(card.found())));
        }
    }

    /// The card is taken away, if one lies there.
    pub fn take_card(&mut self) {
        if self.reader.card.take().is_some() {
            self.input(Input::Card(CardEvent::Removed));
        }
    }

    /// Something in the world changes by itself.
    pub fn mishap(&mut self) {
        match self.rng.random_range(0..8) {
            0 => self.take_card(),
            1 => {
                self.reader.card = None;
                self.input(Input::Card(CardEvent::ReaderGone));
                let back = self.now + Duration::from_secs(self.rng.random_range(1..120));
                self.agenda
                    .push((back, Input::Card(CardEvent::ReaderReady { pin_pad: false })));
            }
            2 | 3 => {
                let up = self.rng.random_bool(0.5);
                self.input(Input::Line { up });
            }
            4 => self.input(Input::Tick),
            7 => {
                let told = if self.chance(0.5) { board() } else { Board::default() };
                self.input(Input::Board(Arc::new(told)));
            }
            5 => {
                let certificate = self.chance(0.5).then(|| Box::new(erika::certificate()));
                self.input(Input::Card(CardEvent::Certificate(certificate)));
                let back = self.now + Duration::from_secs(self.rng.random_range(1..120));
                let renewed = CardEvent::Certificate(Some(Box::new(erika::certificate())));
                self.agenda.push((back, Input::Card(renewed)));
            }
            _ => {
                let quiet = Duration::from_secs(self.rng.random_range(1..500));
                self.pass(self.now + quiet);
            }
        }
    }

    /// A die of this world.
    pub fn chance(&mut self, chance: f64) -> bool {
        self.rng.random_bool(chance)
    }

    /// A pause between two touches.
    pub fn pause(&mut self) {
        let pause = Duration::from_millis(self.rng.random_range(200..4_000));
        self.pass(self.now + pause);
    }
}
