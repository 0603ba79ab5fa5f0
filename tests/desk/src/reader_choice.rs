//! Two readers behind one door: the simulated one, and a real one on PC/SC where there is one.
use drivers_api::card::{CardEvent, CardFound, ProviderCertificate, Reader, ReaderCommand};
use host::Sender;
use reader::ReaderHandle;
use session::Input;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What a reader last said about itself.
#[derive(Clone, Debug, Default)]
struct Known {
    works: bool,
    pin_pad: bool,
    certificate: Option<Box<ProviderCertificate>>,
    card: Option<CardFound>,
}

#[derive(Debug, Default)]
struct Shared {
    uses_real: bool,
    /// Simulated, real.
    known: [Known; 2],
}

/// The hand that chooses between them.
#[derive(Clone, Debug)]
pub struct Choice {
    shared: Arc<Mutex<Shared>>,
    events: Sender,
}

impl Choice {
    /// Begins with the simulated reader.
    pub fn new(events: Sender) -> Self {
        Self {
            shared: Arc::default(),
            events,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the events of the real reader (`true`) or the simulated one; passes on those of the chosen one.
    pub fn listen(&self, real: bool) -> impl Fn(CardEvent) + Send + 'static {
        let choice = self.clone();
        move |event| {
            let mut shared = choice.lock();
            let known = &mut shared.known[usize::from(real)];
            match &event {
                CardEvent::ReaderReady { pin_pad } => {
                    (known.works, known.pin_pad, known.card) = (true, *pin_pad, None);
                }
                CardEvent::ReaderGone => (known.works, known.card) = (false, None),
                CardEvent::Inserted(found) => (known.works, known.card) = (true, Some(*found)),
                CardEvent::Removed => known.card = None,
                CardEvent::Certificate(certificate) => known.certificate.clone_from(certificate),
                CardEvent::Progress { .. } | CardEvent::ReadDone { .. } | CardEvent::ReadFailed { .. } => {}
                CardEvent::PinDone { .. } | CardEvent::PinFailed { .. } => {}
            }
            let chosen = shared.uses_real == real;
            drop(shared);
            if chosen {
                choice.events.send(Input::Card(event));
            }
        }
    }

    /// Changes over; the visit hears of it as of a reader that was replugged.
    pub fn use_real(&self, real: bool) {
        let mut shared = self.lock();
        shared.uses_real = real;
        let known = shared.known[usize::from(real)].clone();
        drop(shared);
        self.events.send(Input::Card(CardEvent::ReaderGone));
        self.events.send(Input::Card(CardEvent::Certificate(known.certificate)));
        if known.works {
            let pin_pad = known.pin_pad;
            self.events.send(Input::Card(CardEvent::ReaderReady { pin_pad }));
        }
        if let Some(found) = known.card {
            self.events.send(Input::Card(CardEvent::Inserted(found)));
        }
    }

    /// The real one is in use.
    pub fn uses_real(&self) -> bool {
        self.lock().uses_real
    }

    /// A real reader is there.
    pub fn real_is_there(&self) -> bool {
        self.lock().known[1].works
    }
}

/// Both readers.
pub struct BothReaders {
    /// Says which one gets the commands.
    pub choice: Choice,
    /// The simulated one.
    pub simulated: ReaderHandle,
    /// The real one.
    pub real: ReaderHandle,
}

impl Reader for BothReaders {
    fn give(&mut self, command: ReaderCommand) {
        if self.choice.uses_real() {
            self.real.give(command)
        } else {
            self.simulated.give(command)
        }
    }
}
