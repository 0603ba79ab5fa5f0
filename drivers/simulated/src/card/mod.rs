//! Cards in software, and the hand that lays them on a reader.
//!
//! ```
//! use simulated::card::{Card, Hand};
//! use simulated::pki::TestPki;
//! let pki = TestPki::seeded(jiff::civil::date(2026, 3, 2), 1);
//! let (hand, slot) = Hand::new();  // the slot goes to `reader::spawn`
//! hand.lay_on(Card::erika(&pki));  // PIN 123456, CAN 500540
//! let card = hand.take_off();      // its retry counter stays as the visit left it
//! # drop((card, slot));
//! ```
mod access;
mod catalogue;
mod chip;
mod faults;
mod files;
mod generation;
mod hand;
#[cfg(test)]
mod known_answers;
mod making;
mod messaging;
mod numbers;
mod pace;
mod pad;
mod people;
mod profile;
mod rules;
mod security_infos;
mod session;
mod terminal_authentication;
mod trust;

pub use catalogue::Profile;
pub use faults::{Fault, LogEntry, Nonsense};
pub use generation::{Forgery, Generation};
pub use hand::{Hand, SimulatedLine, SimulatedSlot};
pub use pad::{Asks, PadManner, Press, Prompt};
pub use profile::{Permit, Person, Residence};

use crate::pki::{Terminal, TestPki};
use apdu::tlv::{Reader, Tag};
use chip::Chip;
use drivers_api::slot::{CardTransport, TransportError};

/// A card. Its memory (retry counters, PIN, trust points) survives being taken off; its session doesn't.
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
/// The five digits on the letter of [`Card::fresh`].
pub const TRANSPORT_PIN: &str = "12345";

impl Card {
    /// An identity card of that person and the newest generation with [`PIN`], [`CAN`], [`PUK`] and three tries, which
    /// trusts the CVCAs of `pki`. `seed` makes its own keys and random numbers, so that a run can be repeated.
    pub fn eid(person: &Person, pki: &TestPki, seed: u64) -> Self {
        Self::of_generation(person, Generation::Y2021, pki, seed)
    }

    /// The same of another generation.
    pub fn of_generation(person: &Person, generation: Generation, pki: &TestPki, seed: u64) -> Self {
        Self::made(Chip::make(person, generation, None, pki, seed))
    }

    /// A card that isn't what it says: PACE and terminal authentication work, but the terminal must notice.
    pub fn forged(forgery: Forgery, pki: &TestPki) -> Self {
        Self::made(Chip::make(&Person::erika(), Generation::Y2021, Some(forgery), pki, 20))
    }

    /// The published test person Erika Mustermann.
    pub fn erika(pki: &TestPki) -> Self {
        Self::eid(&Person::erika(), pki, 1)
    }

    /// Erika's card with one try left: the CAN has to come first.
    pub fn suspended(pki: &TestPki) -> Self {
        Self::erika(pki).with_tries_left(1)
    }

    /// Erika's card after three wrong PINs: the PUK is needed.
    pub fn blocked(pki: &TestPki) -> Self {
        Self::erika(pki).with_tries_left(0)
    }

    /// Erika's card with the eID switched off.
    pub fn deactivated(pki: &TestPki) -> Self {
        Self::erika(pki).switched_off()
    }

    /// Erika's card as it comes from the authority: the PIN is [`TRANSPORT_PIN`], which can only be changed.
    pub fn fresh(pki: &TestPki) -> Self {
        Self::erika(pki).with_transport_pin(TRANSPORT_PIN)
    }

    /// The card of a child: the eID is switched off until 16.
    pub fn child(pki: &TestPki) -> Self {
        Self::eid(&Person::child(pki.today()), pki, 2).switched_off()
    }

    /// A card that was valid until yesterday.
    pub fn expired(pki: &TestPki) -> Self {
        Self::eid(&Person::expired(pki.today()), pki, 3)
    }

    /// A card whose holder has no residence in Germany.
    pub fn without_residence(pki: &TestPki) -> Self {
        Self::eid(&Person::without_residence(), pki, 4)
    }

    /// A card whose holder's day of birth isn't known: blanks in the date.
    pub fn unknown_birth_day(pki: &TestPki) -> Self {
        Self::eid(&Person::unknown_birth_day(), pki, 5)
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

    /// The same card with a transport PIN.
    #[must_use]
    pub fn with_transport_pin(self, pin: &str) -> Self {
        self.with_pin(pin).change(|chip| chip.rules.transport = true)
    }

    /// The same card, whose PUK may be used that many times more, 10 when new.
    #[must_use]
    pub fn with_puk_uses_left(self, uses: u8) -> Self {
        self.change(|chip| chip.rules.puk_uses_left = uses)
    }

    /// The same card with the eID switched off.
    #[must_use]
    pub fn switched_off(self) -> Self {
        self.change(|chip| chip.rules.switched_on = false)
    }

    /// Public key of restricted identification for the blocklist (`04 ‖ x ‖ y`), as the issuer keeps it: with it
    /// [`TestPki::blocklist_id`] puts the card on a list. `None` for cards without eID.
    pub fn identification_key(&self) -> Option<Vec<u8>> {
        self.chip().map(|chip| making::public(&chip.keys.blocklist))
    }

    /// The id that this card tells a terminal of that blocklist sector, computed as the card does.
    pub fn blocklist_id(&self, terminal: &Terminal) -> Option<[u8; 32]> {
        let key = Reader::new(&terminal.blocklist_sector).expect(Tag(0x7F49)).ok()?;
        let point = key.nested().ok()?.find(Tag(0x86)).ok()??;
        access::sector_id(&self.chip()?.keys.blocklist, point.value)
    }

    /// The references of the CVCAs that the card trusts, newest first; none for cards without eID.
    pub fn trusted(&self) -> Vec<String> {
        let references = self.chip().into_iter().flat_map(|chip| chip.trust.references());
        references
            .map(|holder| String::from_utf8_lossy(holder).into_owned())
            .collect()
    }

    /// The card's own idea of the day, YYMMDD in unpacked digits (TR-03110-3 §2.5).
    pub fn own_day(&self) -> Option<[u8; 6]> {
        self.chip().map(|chip| chip.trust.today())
    }

    /// EF.CardSecurity, for tests that want its bytes without a session. `None` for cards without eID.
    pub fn card_security(&self) -> Option<&[u8]> {
        self.chip().and_then(|chip| chip.files.content(files::EF_CARD_SECURITY))
    }

    /// Tries of the PIN that are left; `None` for cards without eID.
    pub fn tries_left(&self) -> Option<u8> {
        self.chip().map(|chip| chip.rules.tries_left)
    }

    /// Power off: the session and the resumed PIN are forgotten.
    pub fn reset(&mut self) {
        if let Kind::Eid(chip) = &mut self.kind {
            chip.reset();
        }
    }

    fn made(chip: Chip) -> Self {
        Self {
            kind: Kind::Eid(Box::new(chip)),
        }
    }

    fn chip(&self) -> Option<&Chip> {
        match &self.kind {
            Kind::Eid(chip) => Some(chip),
            Kind::Bank | Kind::Mute | Kind::Garbage => None,
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
