//! A card that the reader has opened with a password typed on its own keys (PC/SC part 10 amendment 1, TR-03119 D.1.2).
use super::opening::Opened;
use super::pace_run::TrustPoints;
use crate::Fault;
use crate::channel::Channel;
use crate::curve::COORDINATE_BYTES;
use crate::cv_certificate::Reference;
use zeroize::Zeroizing;

/// What EstablishPACEChannel gave back. All of it is public.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenedOnPad {
    /// EF.CardAccess as the reader has read it.
    pub card_access: Vec<u8>,
    /// The card's present trust point (object 87).
    pub current: Vec<u8>,
    /// The one before, if any (object 88).
    pub previous: Option<Vec<u8>>,
    /// The card's compressed ephemeral key, 32 bytes (ID_ICC).
    pub card_id: Vec<u8>,
}

impl OpenedOnPad {
    pub(super) fn into_opened(self) -> Result<Opened, Fault> {
        let card_id: [u8; COORDINATE_BYTES] = self.card_id.try_into().map_err(|_| Fault::NotOnCurve)?;
        let reference = |bytes: &[u8]| Reference::new(bytes).map_err(|_| Fault::TrustPoint);
        let previous = self.previous.filter(|bytes| !bytes.is_empty());
        Ok(Opened {
            channel: Channel::in_reader(),
            card_id,
            trust_points: TrustPoints {
                current: Some(reference(&self.current)?),
                previous: previous.as_deref().map(reference).transpose()?,
            },
            card_access: Zeroizing::new(self.card_access),
        })
    }
}
