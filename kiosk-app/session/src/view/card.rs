//! What the screens show of the card: why it has to be laid on, which secret is asked for, what became of it.
use drivers_api::card::{PinState, ReadStep};

/// Why a card has to be laid on (again).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardHint {
    /// First time.
    None,
    /// What lies there isn't an identity card.
    NotEid,
    /// What lies there doesn't answer.
    Unreadable,
    /// It was taken away too early.
    TakenAway,
    /// The reader doesn't work; staff is needed. Comes back by itself.
    ReaderGone,
}

/// Which secret is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretKind {
    /// The 6-digit PIN.
    Pin,
    /// The 5-digit PIN of the letter, which can only be changed.
    TransportPin,
    /// The 6-digit number on the card's front.
    Can,
    /// The PIN that shall be.
    NewPin,
    /// The same once more.
    NewPinAgain,
    /// The 10-digit number of the letter.
    Puk,
}

impl SecretKind {
    /// Digits it has (TR-03127 §3.5.3).
    pub fn length(self) -> usize {
        match self {
            Self::TransportPin => 5,
            Self::Pin | Self::Can | Self::NewPin | Self::NewPinAgain => 6,
            Self::Puk => 10,
        }
    }
}

/// What was wrong with the last secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum SecretTrouble {
    WrongPin,
    WrongCan,
    WrongPuk,
    /// The new PIN was not the same twice.
    NotTheSame,
}

/// What the reader does with the card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardWork {
    /// Reads it; how far.
    Reading(ReadStep),
    /// Sets another PIN.
    ChangingPin,
    /// Opens a suspended PIN.
    ResumingPin,
    /// Gives a blocked PIN its tries back.
    UnblockingPin,
}

/// What became of the PIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PinNews {
    /// Another one holds now.
    Changed,
    /// The first own one is set: the card can be used online.
    FirstSet,
    /// All tries are back; the PIN is the same.
    Unblocked,
    /// It was suspended and holds again.
    Resumed,
    /// Nothing was to be done.
    InOrder(PinState),
}

impl PinNews {
    /// A word for the journal.
    pub fn word(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::FirstSet => "first_set",
            Self::Unblocked => "unblocked",
            Self::Resumed => "resumed",
            Self::InOrder(_) => "in_order",
        }
    }
}

/// Entry of a secret. Holds no digit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecretEntry {
    /// Which secret.
    pub kind: SecretKind,
    /// Digits typed so far.
    pub typed: usize,
    /// Digits wanted.
    pub length: usize,
    /// State of the PIN: tries left are told before and after.
    pub pin: PinState,
    /// What was wrong with the last one.
    pub trouble: Option<SecretTrouble>,
}

/// Why a card can't be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// PIN blocked: the PUK unblocks it.
    Blocked,
    /// eID function off: the authority switches it on.
    Deactivated,
    /// The terminal has no right to the data.
    NotAuthorised,
    /// The card answered outside the standard.
    Malformed,
    /// The PUK has been used ten times.
    PukUsedUp,
    /// The terminal has no certificate that holds for this card.
    NoCertificate,
    /// The terminal's key can't be reached.
    SignerGone,
    /// The chip isn't genuine.
    NotGenuine,
    /// On the blocklist: reported lost or stolen.
    Revoked,
    /// No longer valid.
    Expired,
    /// What was begun on the reader's keys wasn't finished.
    NotTyped,
}

impl Refusal {
    /// A second try makes sense: the card or the line to it, or to the key, may have been the cause.
    pub fn retry(self) -> bool {
        match self {
            Self::Malformed | Self::SignerGone | Self::NotTyped => true,
            Self::Blocked | Self::Deactivated | Self::NotAuthorised | Self::PukUsedUp => false,
            Self::NoCertificate | Self::NotGenuine | Self::Revoked | Self::Expired => false,
        }
    }

    /// Only the office can set the PIN anew or switch it on.
    pub fn needs_counter(self) -> bool {
        matches!(self, Self::Blocked | Self::Deactivated | Self::PukUsedUp)
    }
}
