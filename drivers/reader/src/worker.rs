//! The thread behind a reader: waits for cards and commands, probes, reads, works on PINs.
use crate::pad::{Pad, PadLine};
use drivers_api::Job;
use drivers_api::basis::ReadBasis;
use drivers_api::card::{
    CardEvent, CardFailure, CardFound, PersonalData, PinState, PinTask, ProviderCertificate, ReadRequest, ReadStep,
    ReaderCommand,
};
use drivers_api::private::wipe_stack;
use drivers_api::slot::{CardTransport, Slot, SlotEvent, TransportError};
use eid::{
    Authority, AwaitsSignature, Circumstances, Dialogue, ManagePin, PinOutcome, Prepared, Probe, Read, ReadOutcome,
    Step, Stopped,
};
use rand_core::CryptoRng;
use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, TryRecvError};
use std::time::Duration;

/// Longest wait for a change. Commands and changes end it early; this is only for what a slot can't notice.
const PATIENCE: Duration = Duration::from_secs(30);
/// A card that was laid on slantwise gets a second chance before it is called unreadable.
const PROBES_MAX: usize = 2;

/// What was told last.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Told {
    Nothing,
    Gone,
    Empty,
    Card,
}

pub(crate) struct Worker<S, R, A, E> {
    slot: S,
    random: R,
    events: E,
    inbox: Receiver<ReaderCommand>,
    /// Commands that came in while a read was running.
    waiting: VecDeque<ReaderCommand>,
    told: Told,
    /// The reader's own keys.
    pad: Option<Pad>,
    /// What was told of the certificate, if anything was.
    certificate_told: Option<Option<Box<ProviderCertificate>>>,
    /// Ephemeral keys for the next dialogue, made while nobody waits for them.
    keys: Option<Prepared>,
    authority: A,
    hung_up: bool,
}

impl<S: Slot, R: CryptoRng, A: Authority, E: Fn(CardEvent)> Worker<S, R, A, E> {
    pub(crate) fn new(slot: S, random: R, authority: A, events: E, inbox: Receiver<ReaderCommand>) -> Self {
        let waiting = VecDeque::new();
        Self {
            slot,
            random,
            events,
            inbox,
            waiting,
            told: Told::Nothing,
            pad: None,
            certificate_told: None,
            keys: None,
            authority,
            hung_up: false,
        }
    }

    pub(crate) fn run(mut self) {
        loop {
            self.look_at_certificate();
            let event = self.slot.wait(PATIENCE);
            self.noticed(event);
            loop {
                wipe_stack();
                self.collect();
                if self.hung_up {
                    return;
                }
                match self.waiting.pop_front() {
                    Some(command) => self.execute(command),
                    None => break,
                }
            }
        }
    }

    fn noticed(&mut self, event: SlotEvent) {
        match event {
            SlotEvent::Nothing => {}
            SlotEvent::ReaderGone => {
                self.card_left();
                if self.told != Told::Gone {
                    self.told = Told::Gone;
                    (self.events)(CardEvent::ReaderGone);
                }
            }
            SlotEvent::Empty => {
                self.card_left();
                self.reader_is_there();
            }
            SlotEvent::CardPresent => {
                self.card_left();
                self.reader_is_there();
                if let Some(found) = self.probe() {
                    self.told = Told::Card;
                    (self.events)(CardEvent::Inserted(found));
                    self.prepare();
                }
            }
        }
    }

    fn card_left(&mut self) {
        if self.told == Told::Card {
            self.told = Told::Empty;
            (self.events)(CardEvent::Removed);
        }
    }

    fn reader_is_there(&mut self) {
        if matches!(self.told, Told::Nothing | Told::Gone) {
            self.told = Told::Empty;
            self.pad = Pad::find(|code, input| self.slot.control(code, input));
            let pin_pad = self.pad.is_some();
            (self.events)(CardEvent::ReaderReady { pin_pad });
        }
    }

    /// The reader in which the card lies may be another one than was asked for its keys.
    fn look_for_pad(&mut self, line: &mut S::Line) {
        let told = self.pad.is_some();
        self.pad = Pad::find(|code, input| line.control(code, input));
        let pin_pad = self.pad.is_some();
        if pin_pad != told {
            (self.events)(CardEvent::ReaderReady { pin_pad });
        }
    }

    /// What lies there; `None` when it went away meanwhile (the slot tells).
    fn probe(&mut self) -> Option<CardFound> {
        let mut found = CardFound::Unreadable;
        for _ in 0..PROBES_MAX {
            let probed = self.slot.connect().and_then(|mut line| {
                self.look_for_pad(&mut line);
                converse_probe(Dialogue::probe(), &mut line)
            });
            found = match probed {
                Ok(found) => found,
                Err(TransportError::CardLost | TransportError::ReaderGone) => return None,
                Err(TransportError::Other(code)) => {
                    tracing::warn!(code = format_args!("{code:08X}"), "the card could not be probed");
                    CardFound::Unreadable
                }
            };
            if found != CardFound::Unreadable {
                break;
            }
        }
        tracing::info!(?found, "card laid on");
        Some(found)
    }

    #[inline(never)] // what it leaves on the stack is wiped below `run`
    fn execute(&mut self, command: ReaderCommand) {
        match command {
            // No work is under way: its channel ended with it.
            ReaderCommand::Stop => {}
            ReaderCommand::Read { job, basis, request } => {
                let event = match self.read(job, basis, &request) {
                    Ok(person) => CardEvent::ReadDone { job, person },
                    Err(why) => {
                        tracing::info!(job = job.0, ?why, "read ended without data");
                        CardEvent::ReadFailed { job, why }
                    }
                };
                (self.events)(event);
            }
            ReaderCommand::ManagePin { job, task } => {
                let event = match self.manage_pin(job, task) {
                    Ok(pin) => CardEvent::PinDone { job, pin },
                    Err(why) => {
                        tracing::info!(job = job.0, ?why, "work on the PIN ended otherwise");
                        CardEvent::PinFailed { job, why }
                    }
                };
                (self.events)(event);
            }
        }
        // Ready before the next citizen waits for it.
        self.prepare();
    }

    fn read(&mut self, job: Job, basis: ReadBasis, request: &ReadRequest) -> Result<PersonalData, CardFailure> {
        let mut line = self.open()?;
        let terminal = self.authority.terminal().ok_or(CardFailure::NoCertificate)?;
        let circumstances = self.circumstances(&line);
        let keys = self.take_keys();
        let Some(pad) = self.pad else {
            let step = Dialogue::read(basis, request, terminal, circumstances, keys);
            return self.carry_read(job, step, &mut line);
        };
        let rights = Dialogue::rights_for_pad(&basis, request, &terminal, circumstances);
        let rights = rights.map_err(|stopped| why(job, stopped))?;
        self.progress(job, Some(ReadStep::Opening))?;
        let mut line = PadLine::new(&mut line, pad);
        let description = terminal.certificates().description_bytes();
        let opened = line.open_for_read(&basis, rights, description, || self.progress(job, None))?;
        let circumstances = self.circumstances(line.line());
        let step = Dialogue::read_after_pad(opened, &basis, request, terminal, circumstances, keys);
        self.carry_read(job, step, line.line())
    }

    fn circumstances(&self, line: &S::Line) -> Circumstances {
        Circumstances {
            today: self.authority.today(),
            now: self.authority.now(),
            extended_length: line.extended_length(),
        }
    }

    fn carry_read(
        &mut self,
        job: Job,
        mut step: Step<Read, ReadOutcome, AwaitsSignature>,
        line: &mut S::Line,
    ) -> Result<PersonalData, CardFailure> {
        loop {
            step = match step {
                Step::Ask(ask) => {
                    self.progress(job, ask.progress)?;
                    let answer = line.transmit(&ask.command.encode()).map_err(failure)?;
                    ask.dialogue.handle(answer)
                }
                Step::Sign(ask) => match self.authority.sign(&ask.holder, &ask.message) {
                    Ok(signature) => ask.dialogue.signed(signature),
                    Err(trouble) => ask.dialogue.not_signed(trouble),
                },
                Step::Done(outcome) => return outcome.map_err(|stopped| why(job, stopped)),
            }
        }
    }

    fn manage_pin(&mut self, job: Job, task: PinTask) -> Result<PinState, CardFailure> {
        let mut line = self.open()?;
        let Some(pad) = self.pad else {
            let step = Dialogue::manage_pin(task, self.take_keys());
            return self.carry_pin_work(job, step, &mut line);
        };
        let mut line = PadLine::new(&mut line, pad);
        match line.manage_pin(&task, || self.progress(job, None))? {
            Some(pin) => Ok(pin),
            None => self.carry_pin_work(job, Dialogue::unblock_after_pad(), line.line()),
        }
    }

    fn carry_pin_work(
        &mut self,
        job: Job,
        mut step: Step<ManagePin, PinOutcome>,
        line: &mut S::Line,
    ) -> Result<PinState, CardFailure> {
        loop {
            step = match step {
                Step::Ask(ask) => {
                    self.progress(job, ask.progress)?;
                    let answer = line.transmit(&ask.command.encode()).map_err(failure)?;
                    ask.dialogue.handle(answer)
                }
                Step::Sign(ask) => match ask.dialogue {},
                Step::Done(outcome) => return outcome.map_err(|stopped| why(job, stopped)),
            }
        }
    }

    /// A line to the card that was told.
    fn open(&mut self) -> Result<S::Line, CardFailure> {
        match self.told {
            Told::Nothing | Told::Gone => Err(CardFailure::ReaderGone),
            Told::Empty => Err(CardFailure::CardLost),
            Told::Card => self.slot.connect().map_err(failure),
        }
    }

    /// Tells a new phase; ends the work that was given up meanwhile.
    fn progress(&mut self, job: Job, phase: Option<ReadStep>) -> Result<(), CardFailure> {
        if let Some(step) = phase {
            (self.events)(CardEvent::Progress { job, step });
        }
        if self.stopped() {
            Err(CardFailure::Stopped)
        } else {
            Ok(())
        }
    }

    fn prepare(&mut self) {
        if self.keys.is_none() {
            self.keys = Some(Prepared::new(&mut self.random));
        }
    }

    fn take_keys(&mut self) -> Prepared {
        let keys = self.keys.take();
        keys.unwrap_or_else(|| Prepared::new(&mut self.random))
    }

    /// Tells the certificate when it is another one than was told, or holds no more.
    fn look_at_certificate(&mut self) {
        let terminal = self.authority.terminal();
        let today = self.authority.today();
        let provider = terminal
            .filter(|terminal| terminal.certificates().valid_on(today))
            .map(|terminal| Box::new(terminal.provider()));
        if self.certificate_told.as_ref() != Some(&provider) {
            self.certificate_told = Some(provider.clone());
            (self.events)(CardEvent::Certificate(provider));
        }
    }

    /// True when the running read was given up: by a command, or because nobody is there any more.
    fn stopped(&mut self) -> bool {
        self.collect();
        let Some(stop) = self
            .waiting
            .iter()
            .rposition(|command| matches!(command, ReaderCommand::Stop))
        else {
            return self.hung_up;
        };
        // Work that was given before the stop is stopped with it.
        let why = CardFailure::Stopped;
        for command in self.waiting.drain(..=stop) {
            match command {
                ReaderCommand::Read { job, .. } => (self.events)(CardEvent::ReadFailed { job, why }),
                ReaderCommand::ManagePin { job, .. } => (self.events)(CardEvent::PinFailed { job, why }),
                ReaderCommand::Stop => {}
            }
        }
        true
    }

    fn collect(&mut self) {
        loop {
            match self.inbox.try_recv() {
                Ok(command) => self.waiting.push_back(command),
                Err(TryRecvError::Empty) => return,
                Err(TryRecvError::Disconnected) => {
                    self.hung_up = true;
                    return;
                }
            }
        }
    }
}

/// What the visit has to know; what the card did wrong goes into the log.
fn why(job: Job, stopped: Stopped) -> CardFailure {
    if let Some(fault) = stopped.fault {
        tracing::warn!(job = job.0, %fault, "work with the card ended");
    }
    stopped.why
}

/// Asks a card what it is.
pub(crate) fn converse_probe(
    mut step: Step<Probe, CardFound>,
    line: &mut impl CardTransport,
) -> Result<CardFound, TransportError> {
    loop {
        match step {
            Step::Done(found) => return Ok(found),
            Step::Sign(ask) => match ask.dialogue {},
            Step::Ask(ask) => step = ask.dialogue.handle(line.transmit(&ask.command.encode())?),
        }
    }
}

/// What a broken line means for the work.
pub(crate) fn failure(error: TransportError) -> CardFailure {
    match error {
        TransportError::CardLost => CardFailure::CardLost,
        TransportError::ReaderGone => CardFailure::ReaderGone,
        TransportError::Other(code) => {
            tracing::warn!(code = format_args!("{code:08X}"), "the line to the card failed");
            CardFailure::Malformed
        }
    }
}
