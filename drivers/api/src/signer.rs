//! The terminal's private key, which is somewhere else: in a security module here, or at the backend.
use thiserror::Error;

/// Signs for terminal authentication. The key itself never comes into this process but in `desk` and in tests.
pub trait TerminalSigner: Send {
    /// Signs `message` with the key of the certificate whose holder reference is `holder` (ISO 8859-1 bytes, at most 16;
    /// TR-03110-3 A.6.1), with the hash that the certificate's algorithm names. Gives the plain signature `r ‖ s`
    /// (TR-03111 §5.2.1); blocks until it is there.
    ///
    /// # Errors
    /// The key isn't there or can't be reached.
    fn sign(&mut self, holder: &[u8], message: &[u8]) -> Result<Vec<u8>, SignerTrouble>;
}

/// Why there is no signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SignerTrouble {
    /// There is no key of that holder.
    #[error("no key for this certificate holder")]
    UnknownHolder,
    /// The security module or the backend doesn't answer.
    #[error("the terminal's key can't be reached")]
    Unreachable,
    /// The security module refused or answered wrongly.
    #[error("the security module refused to sign")]
    Refused,
}
