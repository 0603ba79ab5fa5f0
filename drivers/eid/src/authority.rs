//! What a host brings to the dialogues besides the reader: certificates, trust, the day, and a key that is elsewhere.
use crate::Terminal;
use core::time::Duration;
use drivers_api::signer::SignerTrouble;
use jiff::civil::Date;
use std::sync::Arc;

/// The terminal's side of a read. Asked on the reader's thread.
pub trait Authority: Send + 'static {
    /// The calendar day.
    fn today(&self) -> Date;

    /// The monotonic time that dates photo comparisons.
    fn now(&self) -> Duration;

    /// Certificates, trust store and blocklist as they are now; `None` while there are none that hold. Asked when
    /// something happens at the reader, and every half minute: a change is told by
    /// [`drivers_api::card::CardEvent::Certificate`].
    fn terminal(&self) -> Option<Arc<Terminal>>;

    /// Signs with the key of that holder, as [`drivers_api::signer::TerminalSigner::sign`]. Blocks until the signature is
    /// there.
    ///
    /// # Errors
    /// The key can't be reached.
    fn sign(&mut self, holder: &[u8], message: &[u8]) -> Result<Vec<u8>, SignerTrouble>;
}

/// A terminal without certificate: it can't read cards, but works on PINs all the same.
#[derive(Clone, Copy, Debug)]
pub struct NoCertificate;

impl Authority for NoCertificate {
    fn today(&self) -> Date {
        Date::MIN
    }

    fn now(&self) -> Duration {
        Duration::ZERO
    }

    fn terminal(&self) -> Option<Arc<Terminal>> {
        None
    }

    fn sign(&mut self, _holder: &[u8], _message: &[u8]) -> Result<Vec<u8>, SignerTrouble> {
        Err(SignerTrouble::UnknownHolder)
    }
}
