//! The hand that lays cards on a simulated reader and takes them off, from any thread.
use super::faults::{Fault, LogEntry};
use super::pad::{Contact, Pad, PadManner, Press, Prompt};
use super::{Card, UNRESPONSIVE_CARD};
use core::time::Duration;
use drivers_api::slot::{CardTransport, NO_CONTROL, Slot, SlotEvent, TransportError};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// Operates a simulated reader. Cloneable; all clones move the same reader.
#[derive(Clone)]
pub struct Hand(Arc<Desk>);

/// The reader as the `reader` crate sees it.
pub struct SimulatedSlot {
    desk: Arc<Desk>,
    told: Option<SlotEvent>,
    /// Which laying-on was told, so that a quick change of cards is told as off and on.
    told_laid_on: u64,
}

/// A line to the card that lies there. Dropping it resets the card.
pub struct SimulatedLine {
    desk: Arc<Desk>,
    laid_on: u64,
}

struct Desk {
    state: Mutex<State>,
    changed: Condvar,
    /// Keys of the reader's own; locked before `state`.
    pad: Option<Mutex<Pad>>,
}

/// The reader's electronics at work with the card of one line.
struct Touch<'a> {
    desk: &'a Desk,
    laid_on: u64,
}

struct State {
    plugged: bool,
    card: Option<Card>,
    /// Counts how often a card was laid on.
    laid_on: u64,
    /// Commands since the card was laid on.
    commands: usize,
    faults: Vec<Fault>,
    log: Vec<LogEntry>,
    woken: bool,
}

impl Desk {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pad(&self) -> Option<MutexGuard<'_, Pad>> {
        let pad = self.pad.as_ref()?;
        Some(pad.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn forget_channel(&self) {
        if let Some(mut pad) = self.pad() {
            pad.forget();
        }
    }
}

impl State {
    fn event(&self) -> SlotEvent {
        match (self.plugged, &self.card) {
            (false, _) => SlotEvent::ReaderGone,
            (true, None) => SlotEvent::Empty,
            (true, Some(_)) => SlotEvent::CardPresent,
        }
    }

    /// Which error a line of that laying-on has, if it is dead.
    fn broken(&self, laid_on: u64) -> Option<TransportError> {
        if !self.plugged {
            Some(TransportError::ReaderGone)
        } else if self.card.is_none() || self.laid_on != laid_on {
            Some(TransportError::CardLost)
        } else {
            None
        }
    }
}

impl Hand {
    /// A reader that is plugged in, without a card.
    pub fn new() -> (Self, SimulatedSlot) {
        Self::over(None)
    }

    /// A reader with keys of its own, plugged in, without a card. Who stands before it does what [`Hand::presses`] says.
    pub fn with_pad(manner: PadManner) -> (Self, SimulatedSlot) {
        Self::over(Some(Mutex::new(Pad::new(manner))))
    }

    fn over(pad: Option<Mutex<Pad>>) -> (Self, SimulatedSlot) {
        let state = State {
            plugged: true,
            card: None,
            laid_on: 0,
            commands: 0,
            faults: vec![],
            log: vec![],
            woken: false,
        };
        let desk = Arc::new(Desk {
            state: Mutex::new(state),
            changed: Condvar::new(),
            pad,
        });
        let slot = SimulatedSlot {
            desk: Arc::clone(&desk),
            told: None,
            told_laid_on: 0,
        };
        (Self(desk), slot)
    }

    /// Lays a card on; one that lies there already is taken off and returned.
    pub fn lay_on(&self, card: Card) -> Option<Card> {
        self.change(|state| {
            state.laid_on += 1;
            state.commands = 0;
            state.card.replace(card)
        })
    }

    /// Takes the card off. Its retry counter stays as it is, its session is gone.
    pub fn take_off(&self) -> Option<Card> {
        self.change(|state| state.card.take()).map(|mut card| {
            card.reset();
            card
        })
    }

    /// Pulls the reader's plug; the card stays where it lies, without power.
    pub fn unplug_reader(&self) {
        self.change(|state| {
            state.plugged = false;
            state.card.as_mut().map(Card::reset)
        });
    }

    /// Plugs the reader in.
    pub fn plug_reader(&self) {
        self.change(|state| state.plugged = true);
    }

    /// Mishaps to come, counted in commands since a card was laid on; they replace the earlier ones and stay until
    /// replaced.
    pub fn set_faults(&self, faults: Vec<Fault>) {
        self.change(|state| state.faults = faults);
    }

    /// Commands sent to the card since it was laid on.
    pub fn commands(&self) -> usize {
        self.0.lock().commands
    }

    /// Everything sent since the last call: headers and status words, never data.
    pub fn take_log(&self) -> Vec<LogEntry> {
        core::mem::take(&mut self.0.lock().log)
    }

    /// What somebody does when the reader asks next, in this order, after what is still to come. Nothing on a reader
    /// without keys.
    pub fn presses(&self, presses: impl IntoIterator<Item = Press>) {
        if let Some(mut pad) = self.0.pad() {
            pad.presses.extend(presses);
        }
    }

    /// What the reader has shown since the last call.
    pub fn take_prompts(&self) -> Vec<Prompt> {
        let pad = self.0.pad();
        pad.map_or_else(Vec::new, |mut pad| core::mem::take(&mut pad.prompts))
    }

    fn change<R>(&self, change: impl FnOnce(&mut State) -> R) -> R {
        let result = change(&mut self.0.lock());
        self.0.changed.notify_all();
        result
    }
}

impl Slot for SimulatedSlot {
    type Line = SimulatedLine;

    fn wait(&mut self, patience: Duration) -> SlotEvent {
        let (told, told_laid_on) = (self.told, self.told_laid_on);
        let unchanged = |state: &mut State| {
            !state.woken && told == Some(state.event()) && (state.card.is_none() || told_laid_on == state.laid_on)
        };
        let waited = self
            .desk
            .changed
            .wait_timeout_while(self.desk.lock(), patience, unchanged);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.woken = false;
        let event = state.event();
        let swapped = event == SlotEvent::CardPresent && told == Some(event) && told_laid_on != state.laid_on;
        if swapped {
            self.told = Some(SlotEvent::Empty);
            return SlotEvent::Empty;
        }
        if told == Some(event) {
            return SlotEvent::Nothing;
        }
        self.told = Some(event);
        self.told_laid_on = state.laid_on;
        event
    }

    fn connect(&mut self) -> Result<SimulatedLine, TransportError> {
        let state = self.desk.lock();
        let laid_on = state.laid_on;
        if let Some(error) = state.broken(laid_on) {
            return Err(error);
        }
        let mute = state.card.as_ref().is_some_and(Card::is_mute);
        drop(state);
        if mute {
            return Err(TransportError::Other(UNRESPONSIVE_CARD));
        }
        self.desk.forget_channel();
        Ok(SimulatedLine {
            desk: Arc::clone(&self.desk),
            laid_on,
        })
    }

    fn control(&mut self, code: u32, input: &[u8]) -> Result<Vec<u8>, TransportError> {
        let mut pad = self.desk.pad().ok_or(NO_CONTROL)?;
        if self.desk.lock().plugged {
            pad.control(code, input, None)
        } else {
            Err(TransportError::ReaderGone)
        }
    }

    fn waker(&self) -> Box<dyn Fn() + Send> {
        let desk = Arc::clone(&self.desk);
        Box::new(move || {
            desk.lock().woken = true;
            desk.changed.notify_all();
        })
    }
}

impl CardTransport for SimulatedLine {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let mut touch = self.touch();
        match self.desk.pad() {
            Some(mut pad) => pad.transmit(command, &mut touch),
            None => touch.exchange(command),
        }
    }

    fn control(&mut self, code: u32, input: &[u8]) -> Result<Vec<u8>, TransportError> {
        let mut pad = self.desk.pad().ok_or(NO_CONTROL)?;
        let broken = self.desk.lock().broken(self.laid_on);
        match broken {
            Some(TransportError::CardLost) => pad.control(code, input, None),
            Some(error) => Err(error),
            None => pad.control(code, input, Some(&mut self.touch())),
        }
    }
}

impl SimulatedLine {
    fn touch(&self) -> Touch<'_> {
        Touch {
            desk: &self.desk,
            laid_on: self.laid_on,
        }
    }
}

impl Contact for Touch<'_> {
    fn pull(&mut self) {
        let mut state = self.desk.lock();
        if state.laid_on == self.laid_on {
            state.card = None;
        }
        drop(state);
        self.desk.changed.notify_all();
    }

    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let mut state = self.desk.lock();
        if let Some(error) = state.broken(self.laid_on) {
            return Err(error);
        }
        state.commands += 1;
        let (mut nonsense, mut delay) = (None, Duration::ZERO);
        let now = state.commands;
        for fault in state.faults.clone() {
            match fault {
                Fault::PulledAt(at) if at == now => {
                    state.card = None;
                }
                Fault::UnpluggedAt(at) if at == now => state.plugged = false,
                Fault::NonsenseAt(at, kind) if at == now => nonsense = Some(kind),
                Fault::SlowAt(at, slow) if at == now => delay = slow,
                Fault::PulledAt(_) | Fault::UnpluggedAt(_) | Fault::NonsenseAt(..) | Fault::SlowAt(..) => {}
            }
        }
        if !delay.is_zero() {
            let laid_on = self.laid_on;
            let lies_there = |state: &mut State| state.broken(laid_on).is_none();
            let waited = self.desk.changed.wait_timeout_while(state, delay, lies_there);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        let result = match (state.broken(self.laid_on), state.card.as_mut()) {
            (Some(error), _) => Err(error),
            (None, Some(card)) => card.transmit(command),
            (None, None) => Err(TransportError::CardLost),
        };
        let result = result.map(|answer| match nonsense {
            Some(kind) => kind.instead_of(answer),
            None => answer,
        });
        state.log.push(LogEntry::of(command, result.as_deref().ok()));
        drop(state);
        // A pulled card has to be noticed by the slot, too.
        self.desk.changed.notify_all();
        result
    }
}

impl Drop for SimulatedLine {
    fn drop(&mut self) {
        self.desk.forget_channel();
        let mut state = self.desk.lock();
        if state.laid_on == self.laid_on
            && let Some(card) = state.card.as_mut()
        {
            card.reset();
        }
    }
}
