//! The door between the reader's thread and whatever holds the card: PC/SC, or a card in software. Both sides speak
//! bytes: of ISO 7816 to the card, of PC/SC part 10 to the reader.
use core::time::Duration;

/// What a slot noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlotEvent {
    /// Nothing happened within the patience given.
    Nothing,
    /// No reader, or the service behind it is away.
    ReaderGone,
    /// A reader is there, without a card.
    Empty,
    /// A card lies there.
    CardPresent,
}

/// Why bytes did not come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransportError {
    /// The card left.
    CardLost,
    /// The reader left, or the service behind it.
    ReaderGone,
    /// Anything else the reader reports; the number is the PC/SC code, 0 where there is none.
    Other(u32),
}

/// Control code of CM_IOCTL_GET_FEATURE_REQUEST (PC/SC part 10 §2.2) as pcsc-lite writes it: SCARD_CTL_CODE(3400). A
/// reader answers with the codes of what else it can do.
pub const FEATURE_REQUEST: u32 = 0x4200_0000 + 3400;

/// What a door without a reader's control codes answers: `SCARD_E_UNSUPPORTED_FEATURE`.
pub const NO_CONTROL: TransportError = TransportError::Other(0x8010_001F);

/// An open line to a card.
pub trait CardTransport {
    /// Sends one command APDU and waits for the response APDU (data and status word).
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError>;

    /// Whether it carries commands of more than 255 bytes (ISO 7816-4 §5.1). Readers for identity cards have to
    /// (TR-03119 A.3).
    fn extended_length(&self) -> bool {
        true
    }

    /// Sends bytes to the reader itself (SCardControl) and waits for its answer. A reader with keys of its own asks the
    /// citizen for a secret meanwhile (PC/SC part 10), which can take a minute; no secret is ever among these bytes.
    fn control(&mut self, _code: u32, _input: &[u8]) -> Result<Vec<u8>, TransportError> {
        Err(NO_CONTROL)
    }
}

/// A place where a card can lie.
pub trait Slot: Send + 'static {
    /// The line this slot opens.
    type Line: CardTransport;

    /// Waits for a change, at most `patience`. The first call tells the present state; later calls only changes.
    fn wait(&mut self, patience: Duration) -> SlotEvent;

    /// Opens a line to the card; dropping it resets the card.
    fn connect(&mut self) -> Result<Self::Line, TransportError>;

    /// The same as [`CardTransport::control`] for a reader in which no card lies, to learn what it can do. Asked when a
    /// reader has been told.
    fn control(&mut self, _code: u32, _input: &[u8]) -> Result<Vec<u8>, TransportError> {
        Err(NO_CONTROL)
    }

    /// A handle with which another thread ends a `wait` early.
    fn waker(&self) -> Box<dyn Fn() + Send>;
}
