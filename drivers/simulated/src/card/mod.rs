//! Cards in software, and the hand that lays them on a reader.
//!
//! ```
//! use simulated::card::{Card, Hand};
//! let (hand, slot) = Hand::new(); // the slot goes to `reader::spawn`
//! hand.lay_on(Card::erika());     // PIN 123456, CAN 500540
//! let card = hand.take_off();     // its retry counter stays as the visit left it
//! # drop((card, slot));
//! ```
mod catalogue;
mod chip;
mod faults;
mod files;
mod hand;
mod messaging;
mod numbers;
mod pace;
mod profile;
mod rules;

pub use catalogue::Profile;
pub use faults::{Fault, LogEntry, Nonsense};
pub use hand::{Hand, SimulatedLine, SimulatedSlot};
pub use profile::{Person, Residence};

use chip::Chip;
use drivers_api::slot::{CardTransport, TransportError};

/// A card. Its memory (retry counters, PIN) survives being taken off; its session doesn't.
pub struct Card {
    kind: Kind,
}

enum Kind {
    Eid(Box<Chip>),
    /// Selects nothing, has an EF.DIR with a payment application.
    Bank,
    /// Doesn't answer at all.
    Mute,
    /// Answers bytes that are no responses.
    Garbage,
}

/// Published PIN, CAN and PUK of the test cards.
pub const PIN: &str = "123456";
/// The number on the front of the test cards.
pub const CAN: &str = "500540";
/// The PUK of the test cards.
pub const PUK: &str = "9876543210";

impl Card {
    /// An identity card of that person with [`PIN`], [`CAN`], [`PUK`] and three tries. `seed` feeds the card's own
    /// random numbers, so that a run can be repeated.
    pub fn eid(person: &Person, seed: u64) -> Self {
        Self {
            kind: Kind::Eid(Box::new(Chip::new(person, seed))),
        }
    }

    /// The published test person Erika Mustermann.
    pub fn erika() -> Self {
        Self::eid(&Person::erika(), 1)
    }

    /// Erika's card with one try left: the CAN has to come first.
    pub fn suspended() -> Self {
        Self::erika().with_tries_left(1)
    }

    /// Erika's card after three wrong PINs: the PUK is needed.
    pub fn blocked() -> Self {
        Self::erika().with_tries_left(0)
    }

    /// Erika's card with the eID switched off.
    pub fn deactivated() -> Self {
        Self::erika().change(|chip| chip.rules.switched_on = false)
    }

    /// A card whose holder has no residence in Germany.
    pub fn without_residence() -> Self {
        let residence = Residence::None("keine Hauptwohnung in Deutschland".into());
        Self::eid(
            &Person {
                residence,
                municipality_id: None,
                ..Person::erika()
            },
            2,
        )
    }

    /// A card whose holder's day of birth isn't known: blanks in the date.
    pub fn unknown_birth_day() -> Self {
        Self::eid(
            &Person {
                date_of_birth: "196408  ".into(),
                ..Person::erika()
            },
            3,
        )
    }

    /// A bank card: answers well, has no eID application.
    pub fn bank() -> Self {
        Self { kind: Kind::Bank }
    }

    /// A card that doesn't answer.
    pub fn mute() -> Self {
        Self { kind: Kind::Mute }
    }

    /// A card that answers nonsense.
    pub fn garbage() -> Self {
        Self { kind: Kind::Garbage }
    }

    /// The same card with that many tries of the PIN left, 0–3.
    #[must_use]
    pub fn with_tries_left(self, tries: u8) -> Self {
        self.change(|chip| chip.rules.tries_left = tries.min(3))
    }

    /// The same card with another PIN.
    #[must_use]
    pub fn with_pin(self, pin: &str) -> Self {
        self.change(|chip| chip.rules.pin = pin.as_bytes().to_vec())
    }

    /// Whether data groups need terminal authentication, as on a real card. Off until the terminal can do it: until
    /// then PACE with the PIN opens them.
    #[must_use]
    pub fn needing_terminal_authentication(self, needed: bool) -> Self {
        self.change(|chip| chip.rules.needs_terminal_authentication = needed)
    }

    /// Tries of the PIN that are left; `None` for cards without eID.
    pub fn tries_left(&self) -> Option<u8> {
        match &self.kind {
            Kind::Eid(chip) => Some(chip.rules.tries_left),
            Kind::Bank | Kind::Mute | Kind::Garbage => None,
        }
    }

    /// Power off: the session and the resumed PIN are forgotten.
    pub fn reset(&mut self) {
        if let Kind::Eid(chip) = &mut self.kind {
            chip.reset();
        }
    }

    fn is_mute(&self) -> bool {
        matches!(self.kind, Kind::Mute)
    }

    fn change(mut self, change: impl FnOnce(&mut Chip)) -> Self {
        if let Kind::Eid(chip) = &mut self.kind {
            change(chip);
        }
        self
    }
}

/// `SCARD_W_UNRESPONSIVE_CARD` of PC/SC.
const UNRESPONSIVE_CARD: u32 = 0x8010_0066;

impl CardTransport for Card {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        match &mut self.kind {
            Kind::Eid(chip) => Ok(chip.transmit(command).encode()),
            Kind::Bank => Ok(files::bank_answer(command)),
            Kind::Mute => Err(TransportError::Other(UNRESPONSIVE_CARD)),
            Kind::Garbage => Ok(vec![0x00; 1 + command.len() % 3]),
        }
    }
}
