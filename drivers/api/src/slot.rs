//! The door between the reader's thread and whatever holds the card: PC/SC, or a card in software. Both sides speak
//! ISO 7816 bytes.
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

/// An open line to a card.
pub trait CardTransport {
    /// Sends one command APDU and waits for the response APDU (data and status word).
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError>;

    /// Whether it carries commands of more than 255 bytes (ISO 7816-4 §5.1). Readers for identity cards have to
    /// (TR-03119 A.3).
    fn extended_length(&self) -> bool {
        true
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

    /// The reader has keys of its own for PIN, CAN and PUK (PC/SC part 10). Asked when a reader has been told.
    fn has_pin_pad(&self) -> bool {
        false
    }

    /// A handle with which another thread ends a `wait` early.
    fn waker(&self) -> Box<dyn Fn() + Send>;
}
