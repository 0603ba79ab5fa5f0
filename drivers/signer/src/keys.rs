//! Keys that can be made and destroyed, on the side where they live.
use crate::certificate::HolderReference;
use crate::curve::Curve;
use drivers_api::signer::{SignerTrouble, TerminalSigner};

/// The terminal's keys, one for each holder reference. A key never leaves its place.
pub trait TerminalKeys: TerminalSigner {
    /// The public point of a key, uncompressed; [`SignerTrouble::UnknownHolder`] when there is none.
    fn public_point(&mut self, holder: &HolderReference) -> Result<Vec<u8>, SignerTrouble>;

    /// Makes a key pair under that reference and gives its public point, uncompressed;
    /// [`SignerTrouble::Refused`] when one is there already.
    fn generate(&mut self, holder: &HolderReference, curve: Curve) -> Result<Vec<u8>, SignerTrouble>;

    /// Destroys the key pair for good; [`SignerTrouble::UnknownHolder`] when there is none.
    fn destroy(&mut self, holder: &HolderReference) -> Result<(), SignerTrouble>;
}
