//! A slot behind PC/SC (pcsc-lite, PC/SC part 5): event-driven, survives unplugged readers and a restarted pcscd.
//!
//! Truths about pcscd (seen with 1.9.9): without it establishing a context fails with NoService; when it dies, waiting
//! fails with CommError or NoService while `is_valid` still says yes, so the context is made anew on these errors; a
//! reader that comes is told by the pseudo reader `\\?PnP?\Notification`; a card pulled in a session shows as
//! RemovedCard at the next command. SCardControl waits as long as the reader does: nothing ends it early, SCardCancel
//! least of all, so a citizen who walks away from a reader's keys is waited for until the reader itself gives up.
use ::pcsc::{Context, Disposition, Error, PNP_NOTIFICATION, Protocols, ReaderState, Scope, ShareMode, State};
use drivers_api::slot::{CardTransport, Slot, SlotEvent, TransportError};
use std::ffi::CString;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

/// Extended length answer and a status word, as pcsc-lite's own MAX_BUFFER_SIZE_EXTENDED has it.
const ANSWER_BYTES_MAX: usize = 65_538;
/// How often a pcscd that is away is looked for.
const SERVICE_RETRY: Duration = Duration::from_millis(500);
/// In the name of a reader's second slot, which holds the terminal's own security module and never a citizen's card.
const SECURITY_MODULE: &str = " SAM";
/// How often and how long apart a wait is cancelled: it may just be about to begin.
const CANCELS_MAX: usize = 50;
const CANCEL_PAUSE: Duration = Duration::from_millis(1);

/// The first reader that has a card, or else any reader.
pub struct PcscSlot {
    context: Option<Context>,
    wake: Arc<Wake>,
    told: Seen,
    /// A reader to ask what it can do while no card is told.
    first: Option<CString>,
    /// Part of the name of the readers that count; all when empty.
    name_part: String,
}

/// A connection that nobody else can use meanwhile. Dropping it resets the card.
pub struct PcscLine {
    card: Option<::pcsc::Card>,
    buffer: Zeroizing<Vec<u8>>,
    /// What becomes of the card when the line is dropped.
    at_drop: Disposition,
}

/// What was seen at a look.
#[derive(Clone, PartialEq, Eq)]
enum Seen {
    /// Nothing was told yet.
    Unknown,
    Gone,
    Empty,
    /// In which reader, and its event counter, which tells a changed card.
    Card {
        reader: CString,
        events: u32,
    },
}

struct Wake {
    state: Mutex<WakeState>,
    changed: Condvar,
}

#[derive(Default)]
struct WakeState {
    woken: bool,
    /// The context whose wait has to be cancelled; only while one is waiting or about to.
    blocking: Option<Context>,
}

impl Wake {
    fn lock(&self) -> MutexGuard<'_, WakeState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[allow(clippy::disallowed_methods)] // the pause between two cancels, a millisecond on the caller's thread at worst
    fn wake(&self) {
        self.lock().woken = true;
        self.changed.notify_all();
        for _ in 0..CANCELS_MAX {
            let Some(context) = self.lock().blocking.clone() else {
                return;
            };
            // Nothing to cancel is no error worth telling: the wait hasn't begun, so once more.
            let _ = context.cancel();
            std::thread::sleep(CANCEL_PAUSE);
        }
    }
}

impl PcscSlot {
    /// A slot over the readers of this machine. pcscd need not be there yet.
    pub fn new() -> Self {
        Self::named(String::new())
    }

    /// A slot over those readers only whose name contains `name_part`, for machines that have others.
    pub fn named(name_part: String) -> Self {
        let wake = Wake {
            state: Mutex::default(),
            changed: Condvar::new(),
        };
        Self {
            context: None,
            wake: Arc::new(wake),
            told: Seen::Unknown,
            first: None,
            name_part,
        }
    }

    /// What there is now, and the states to wait on.
    fn look(&mut self) -> (Seen, Vec<ReaderState>) {
        match self.try_look() {
            Ok(looked) => looked,
            Err(error) => {
                // Whatever it is, a new context is the way out; the retry is paced by `block`.
                if self.context.take().is_some() {
                    tracing::warn!(%error, "pcscd is away");
                }
                (Seen::Gone, vec![])
            }
        }
    }

    fn try_look(&mut self) -> Result<(Seen, Vec<ReaderState>), Error> {
        let context = match &self.context {
            Some(context) => context,
            None => self.context.insert(Context::establish(Scope::System)?),
        };
        let mut names = context.list_readers_owned()?;
        names.retain(|name| {
            let name = name.to_string_lossy();
            name.contains(&self.name_part) && !name.contains(SECURITY_MODULE)
        });
        let mut states: Vec<_> = names
            .into_iter()
            .map(|name| ReaderState::new(name, State::UNAWARE))
            .collect();
        if !states.is_empty() {
            match context.get_status_change(Duration::ZERO, &mut states) {
                // A reader that left since it was listed is told by the next look.
                Ok(()) | Err(Error::Timeout | Error::UnknownReader) => {}
                Err(error) => return Err(error),
            }
        }
        let seen = self.judge(&states);
        self.first = states.first().map(|state| state.name().to_owned());
        states.iter_mut().for_each(ReaderState::sync_current_state);
        states.push(ReaderState::new(PNP_NOTIFICATION(), State::UNAWARE));
        Ok((seen, states))
    }

    /// A card in the reader that was told before goes before a card in another one.
    fn judge(&self, states: &[ReaderState]) -> Seen {
        let gone = State::UNKNOWN | State::UNAVAILABLE | State::IGNORE;
        let readers: Vec<_> = states
            .iter()
            .filter(|state| !state.event_state().intersects(gone))
            .collect();
        if readers.is_empty() {
            return Seen::Gone;
        }
        let known = |state: &ReaderState| matches!(&self.told, Seen::Card { reader, .. } if **reader == *state.name());
        let with_card = readers
            .iter()
            .filter(|state| state.event_state().contains(State::PRESENT));
        match with_card.max_by_key(|state| (known(state), std::cmp::Reverse(state.name()))) {
            Some(state) => Seen::Card {
                reader: state.name().to_owned(),
                events: state.event_count(),
            },
            None => Seen::Empty,
        }
    }

    /// The event that leads from what was told to what is seen; a changed card leads over an empty slot.
    fn news(&mut self, seen: Seen) -> Option<SlotEvent> {
        if seen == self.told {
            return None;
        }
        let swapped = matches!((&self.told, &seen), (Seen::Card { .. }, Seen::Card { .. }));
        self.told = if swapped { Seen::Empty } else { seen };
        Some(match self.told {
            Seen::Unknown | Seen::Gone => SlotEvent::ReaderGone,
            Seen::Empty => SlotEvent::Empty,
            Seen::Card { .. } => SlotEvent::CardPresent,
        })
    }

    /// Waits for a change, a wake, or the end of `patience`. Errors show at the next look.
    fn block(&mut self, patience: Duration, states: &mut [ReaderState]) {
        let Some(context) = self.context.clone().filter(|_| !states.is_empty()) else {
            let patience = patience.min(SERVICE_RETRY);
            let waited = self
                .wake
                .changed
                .wait_timeout_while(self.wake.lock(), patience, |state| !state.woken);
            drop(waited.unwrap_or_else(PoisonError::into_inner));
            return;
        };
        {
            let mut state = self.wake.lock();
            if state.woken {
                return;
            }
            state.blocking = Some(context.clone());
        }
        let waited = context.get_status_change(patience, states);
        self.wake.lock().blocking = None;
        match waited {
            Ok(()) | Err(Error::Timeout | Error::Cancelled | Error::UnknownReader) => {}
            Err(error) => {
                tracing::warn!(%error, "waiting for a card failed");
                self.context = None;
            }
        }
    }

    fn take_woken(&self) -> bool {
        std::mem::take(&mut self.wake.lock().woken)
    }
}

impl Default for PcscSlot {
    fn default() -> Self {
        Self::new()
    }
}

impl Slot for PcscSlot {
    type Line = PcscLine;

    #[allow(clippy::disallowed_methods)] // this host owns a clock: the deadline of one wait
    fn wait(&mut self, patience: Duration) -> SlotEvent {
        let deadline = Instant::now() + patience;
        loop {
            let (seen, mut states) = self.look();
            if let Some(event) = self.news(seen) {
                return event;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if self.take_woken() || left.is_zero() {
                return SlotEvent::Nothing;
            }
            self.block(left, &mut states);
        }
    }

    fn connect(&mut self) -> Result<PcscLine, TransportError> {
        let (Some(context), Seen::Card { reader, .. }) = (&self.context, &self.told) else {
            return Err(TransportError::CardLost);
        };
        // Exclusive, so that no presence check of another program ends the session (TR-03110-3 F.6).
        let card = context
            .connect(reader, ShareMode::Exclusive, Protocols::ANY)
            .map_err(transport_error)?;
        Ok(PcscLine {
            card: Some(card),
            buffer: Zeroizing::new(vec![0; ANSWER_BYTES_MAX]),
            at_drop: Disposition::ResetCard,
        })
    }

    fn control(&mut self, code: u32, input: &[u8]) -> Result<Vec<u8>, TransportError> {
        let reader = match &self.told {
            Seen::Card { reader, .. } => Some(reader),
            Seen::Unknown | Seen::Gone | Seen::Empty => self.first.as_ref(),
        };
        let (Some(context), Some(reader)) = (&self.context, reader) else {
            return Err(TransportError::ReaderGone);
        };
        // Direct: to the reader, whether a card lies there or not, and without powering it.
        let reader = context
            .connect(reader, ShareMode::Direct, Protocols::UNDEFINED)
            .map_err(transport_error)?;
        let mut line = PcscLine {
            card: Some(reader),
            buffer: Zeroizing::new(vec![0; ANSWER_BYTES_MAX]),
            at_drop: Disposition::LeaveCard,
        };
        line.control(code, input)
    }

    fn waker(&self) -> Box<dyn Fn() + Send> {
        let wake = Arc::clone(&self.wake);
        Box::new(move || wake.wake())
    }
}

impl CardTransport for PcscLine {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let card = self.card.as_ref().ok_or(TransportError::CardLost)?;
        card.transmit(command, &mut self.buffer)
            .map(<[u8]>::to_vec)
            .map_err(transport_error)
    }

    fn control(&mut self, code: u32, input: &[u8]) -> Result<Vec<u8>, TransportError> {
        let card = self.card.as_ref().ok_or(TransportError::CardLost)?;
        card.control(code.into(), input, &mut self.buffer)
            .map(<[u8]>::to_vec)
            .map_err(transport_error)
    }
}

impl Drop for PcscLine {
    fn drop(&mut self) {
        if let Some(card) = self.card.take() {
            // The card may be gone; then there is nothing to reset.
            let _ = card.disconnect(self.at_drop);
        }
    }
}

#[allow(clippy::wildcard_enum_match_arm)] // the list of PC/SC errors is open; the code goes into the log
fn transport_error(error: Error) -> TransportError {
    match error {
        Error::RemovedCard | Error::NoSmartcard | Error::ResetCard | Error::UnpoweredCard => TransportError::CardLost,
        Error::ReaderUnavailable
        | Error::UnknownReader
        | Error::NoReadersAvailable
        | Error::NoService
        | Error::ServiceStopped
        | Error::CommError
        | Error::InvalidHandle => TransportError::ReaderGone,
        other => TransportError::Other(other as u32),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card(reader: &str, events: u32) -> Seen {
        Seen::Card {
            reader: CString::new(reader).unwrap(),
            events,
        }
    }

    #[test]
    fn only_changes_are_told_and_a_changed_card_leads_over_an_empty_slot() {
        let mut slot = PcscSlot::new();
        assert_eq!(slot.news(Seen::Gone), Some(SlotEvent::ReaderGone));
        assert_eq!(slot.news(Seen::Gone), None);
        assert_eq!(slot.news(card("a", 1)), Some(SlotEvent::CardPresent));
        assert_eq!(slot.news(card("a", 1)), None);
        assert_eq!(slot.news(card("a", 3)), Some(SlotEvent::Empty));
        assert_eq!(slot.news(card("a", 3)), Some(SlotEvent::CardPresent));
        assert_eq!(slot.news(card("b", 3)), Some(SlotEvent::Empty));
        assert_eq!(slot.news(Seen::Empty), None);
    }

    #[test]
    fn errors_are_told_by_who_left() {
        assert_eq!(transport_error(Error::RemovedCard), TransportError::CardLost);
        assert_eq!(transport_error(Error::ReaderUnavailable), TransportError::ReaderGone);
        assert_eq!(transport_error(Error::NoService), TransportError::ReaderGone);
        assert_eq!(
            transport_error(Error::UnresponsiveCard),
            TransportError::Other(0x8010_0066)
        );
    }

    #[test]
    fn a_wake_before_the_wait_is_not_lost() {
        let mut slot = PcscSlot::named("no reader has this name".into());
        assert_eq!(slot.wait(Duration::ZERO), SlotEvent::ReaderGone);
        slot.waker()();
        assert_eq!(slot.wait(Duration::from_secs(60)), SlotEvent::Nothing);
    }
}
