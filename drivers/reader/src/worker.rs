//! The thread behind a reader: waits for cards and commands, probes, reads.
use drivers_api::Job;
use drivers_api::card::{CardEvent, CardFound, CardPassword, DataGroups, ReadFailure, ReaderCommand};
use drivers_api::slot::{CardTransport, Slot, SlotEvent, TransportError};
use eid::{Dialogue, Step};
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

pub(crate) struct Worker<S, R, E> {
    slot: S,
    random: R,
    events: E,
    inbox: Receiver<ReaderCommand>,
    /// Commands that came in while a read was running.
    waiting: VecDeque<ReaderCommand>,
    told: Told,
    hung_up: bool,
}

impl<S: Slot, R: CryptoRng, E: Fn(CardEvent)> Worker<S, R, E> {
    pub(crate) fn new(slot: S, random: R, events: E, inbox: Receiver<ReaderCommand>) -> Self {
        let waiting = VecDeque::new();
        Self {
            slot,
            random,
            events,
            inbox,
            waiting,
            told: Told::Nothing,
            hung_up: false,
        }
    }

    pub(crate) fn run(mut self) {
        loop {
            let event = self.slot.wait(PATIENCE);
            self.noticed(event);
            loop {
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
            (self.events)(CardEvent::ReaderReady);
        }
    }

    /// What lies there; `None` when it went away meanwhile (the slot tells).
    fn probe(&mut self) -> Option<CardFound> {
        let mut found = CardFound::Unreadable;
        for _ in 0..PROBES_MAX {
            found = match self.slot.connect().and_then(|mut line| converse_probe(&mut line)) {
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

    fn execute(&mut self, command: ReaderCommand) {
        match command {
            // No read is running: its channel ended with it.
            ReaderCommand::Stop => {}
            ReaderCommand::Read { job, password, groups } => {
                let event = match self.read(job, password, &groups) {
                    Ok(person) => CardEvent::ReadDone { job, person },
                    Err(why) => {
                        tracing::info!(job = job.0, ?why, "read ended without data");
                        CardEvent::ReadFailed { job, why }
                    }
                };
                (self.events)(event);
            }
        }
    }

    fn read(
        &mut self,
        job: Job,
        password: CardPassword,
        groups: &DataGroups,
    ) -> Result<drivers_api::card::PersonalData, ReadFailure> {
        match self.told {
            Told::Nothing | Told::Gone => return Err(ReadFailure::ReaderGone),
            Told::Empty => return Err(ReadFailure::CardLost),
            Told::Card => {}
        }
        let mut line = self.slot.connect().map_err(failure)?;
        let mut step = Dialogue::read(password, groups, &mut self.random);
        loop {
            let ask = match step {
                Step::Ask(ask) => ask,
                Step::Done(outcome) => {
                    return outcome.map_err(|stopped| {
                        if let Some(fault) = stopped.fault {
                            tracing::warn!(job = job.0, %fault, "the card left the standard");
                        }
                        stopped.why
                    });
                }
            };
            if let Some(step) = ask.progress {
                (self.events)(CardEvent::Progress { job, step });
            }
            if self.stopped() {
                return Err(ReadFailure::Stopped);
            }
            let answer = line.transmit(&ask.command.encode()).map_err(failure)?;
            step = ask.dialogue.handle(answer);
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
        // Reads that were given before the stop are stopped with it.
        for command in self.waiting.drain(..=stop) {
            if let ReaderCommand::Read { job, .. } = command {
                (self.events)(CardEvent::ReadFailed {
                    job,
                    why: ReadFailure::Stopped,
                });
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

fn converse_probe(line: &mut impl CardTransport) -> Result<CardFound, TransportError> {
    let mut step = Dialogue::probe();
    loop {
        match step {
            Step::Done(found) => return Ok(found),
            Step::Ask(ask) => step = ask.dialogue.handle(line.transmit(&ask.command.encode())?),
        }
    }
}

fn failure(error: TransportError) -> ReadFailure {
    match error {
        TransportError::CardLost => ReadFailure::CardLost,
        TransportError::ReaderGone => ReadFailure::ReaderGone,
        TransportError::Other(code) => {
            tracing::warn!(code = format_args!("{code:08X}"), "the line to the card failed");
            ReadFailure::Malformed
        }
    }
}
