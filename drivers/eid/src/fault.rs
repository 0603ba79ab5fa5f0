//! What a card did wrong, for the log: no variant holds a byte that the card sent or a person owns.
use crate::passive_auth::PassiveAuthError;
use crate::security_info::SecurityInfoError;
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
    /// PACE's encrypted nonce isn't one block or decrypts to zero (TR-03110-2 §3.2), or that of chip authentication isn't 8
    /// bytes (TR-03110-3 B.2.2).
    #[error("the card's nonce is unusable")]
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
    /// A reference to the card's trust point isn't 1 to 16 bytes (TR-03110-3 B.1.4).
    #[error("a reference to the card's trust point is wrong")]
    TrustPoint,
    /// The card's challenge isn't 8 bytes (TR-03110-3 B.14.6).
    #[error("the card's challenge is wrong")]
    Challenge,
    /// The signer gave a signature of the wrong length.
    #[error("the terminal's signature has a wrong length")]
    Signature,
    /// EF.CardAccess can't be read.
    #[error("EF.CardAccess can't be read")]
    SecurityInfos(#[from] SecurityInfoError),
    /// EF.CardSecurity isn't what a trusted issuer has signed, or EF.CardAccess says something else (TR-03110-2 §2.3.4
    /// step 2).
    #[error("passive authentication failed")]
    PassiveAuthentication(#[source] PassiveAuthError),
    /// EF.CardSecurity names no key for chip authentication version 2 that this terminal speaks.
    #[error("EF.CardSecurity names no supported key for chip authentication")]
    NoChipKey,
    /// The chip doesn't have the private key of its signed public key.
    #[error("the chip's authentication token is wrong")]
    ChipToken,
    /// EF.CardSecurity names no key for restricted identification that this terminal needs.
    #[error("EF.CardSecurity names no key for restricted identification")]
    NoIdentificationKey,
    /// A sector-specific identifier isn't 32 bytes.
    #[error("the sector-specific identifier has a wrong length")]
    Identifier,
    /// Ours: an age or a municipality that no card can compare.
    #[error("the request asks for a comparison that no card can make")]
    Request,
    /// Ours: the photo comparison is too old for a read with the CAN (PAuswG §18a(2)).
    #[error("the photo comparison doesn't hold any more")]
    ComparisonEnded,
    /// Ours: a secret that the reader's keypad takes was to be sent from here.
    #[error("the secret is to be typed on the reader")]
    SecretOnPad,
    /// Ours: a secret was typed here although the reader has keys of its own. It was not sent.
    #[error("the secret was typed here, and the reader has keys of its own")]
    SecretTyped,
    /// Ours: a new PIN that isn't six digits. It was not sent.
    #[error("a new PIN has six digits")]
    NewPin,
    /// The reader can't carry long commands, and the card doesn't take them in envelopes (TR-03110-3 E).
    #[error("a long command could not be carried to the card")]
    Envelope,
}
