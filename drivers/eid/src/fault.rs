//! What a card did wrong, for the log: no variant holds a byte that the card sent or a person owns.
use apdu::StatusWord;
use apdu::tlv::TlvError;
use thiserror::Error;

/// The card left the standard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Fault {
    /// The answer is no response APDU.
    #[error("the answer is no response")]
    Response(#[from] apdu::ResponseError),
    /// A command couldn't be built.
    #[error("a command could not be built")]
    Command(#[from] apdu::CommandError),
    /// A data object is wrong.
    #[error("a data object is wrong")]
    Tlv(#[from] TlvError),
    /// A status word that has no meaning at this point.
    #[error("unexpected status word {status} while {doing}")]
    Status {
        /// What was being done.
        doing: &'static str,
        /// SW1 SW2.
        status: StatusWord,
    },
    /// EF.CardAccess names no PACE variant that this terminal speaks.
    #[error("EF.CardAccess names no supported PACE variant")]
    NoPaceVariant,
    /// The encrypted nonce isn't one block, or decrypts to zero (TR-03110-2 §3.2).
    #[error("the PACE nonce is unusable")]
    Nonce,
    /// A public key isn't an uncompressed point on the curve (TS_PACE_3.4).
    #[error("a public key of the card is not on the curve")]
    NotOnCurve,
    /// A result is the point at infinity.
    #[error("a shared point is infinite")]
    Infinity,
    /// The card sent the terminal's own public key back (TS_PACE_3.7).
    #[error("both ephemeral keys are equal")]
    EqualKeys,
    /// The card's authentication token is wrong: it doesn't know the password.
    #[error("the card's authentication token is wrong")]
    Token,
    /// A secured answer lacks an object, has one too many, or in the wrong order (TS_SM).
    #[error("objects of a secured answer are wrong")]
    SecuredObjects,
    /// The checksum of a secured answer is wrong.
    #[error("the checksum of a secured answer is wrong")]
    Checksum,
    /// A cryptogram has a wrong length, indicator or padding.
    #[error("the cryptogram of a secured answer is wrong")]
    Cryptogram,
    /// The secured status word differs from the outer one.
    #[error("inner and outer status word differ")]
    StatusDiffers,
    /// A file is longer than it may be, or comes in too many pieces.
    #[error("a file is too long or comes in too many pieces")]
    FileSize,
    /// A data group's content is outside TR-03110-4 §2.2.
    #[error("content of data group {number} is outside the standard")]
    DataGroup {
        /// Number of the group.
        number: u8,
    },
}
