//! Identity cards as the visit sees them: what lies on the reader, the state of its PIN, what was read.
//!
//! Protocol facts: BSI TR-03110 parts 2 and 3, TR-03127 §3.4.3 (data groups), §3.5.5 (retry counter).
use crate::Job;
use crate::private::{Digits, PrivateText};
use std::collections::{BTreeMap, BTreeSet};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// A data group of the eID application (TR-03127 §3.4.3, TR-03110-4 §2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum DataGroup {
    DocumentType = 1,
    IssuingState = 2,
    DateOfExpiry = 3,
    GivenNames = 4,
    FamilyNames = 5,
    ArtisticName = 6,
    AcademicTitle = 7,
    DateOfBirth = 8,
    PlaceOfBirth = 9,
    Nationality = 10,
    BirthName = 13,
    PlaceOfResidence = 17,
    MunicipalityId = 18,
    ResidencePermitI = 19,
    ResidencePermitII = 20,
}

impl DataGroup {
    /// All groups that a service may ask for.
    pub const ALL: [Self; 15] = [
        Self::DocumentType,
        Self::IssuingState,
        Self::DateOfExpiry,
        Self::GivenNames,
        Self::FamilyNames,
        Self::ArtisticName,
        Self::AcademicTitle,
        Self::DateOfBirth,
        Self::PlaceOfBirth,
        Self::Nationality,
        Self::BirthName,
        Self::PlaceOfResidence,
        Self::MunicipalityId,
        Self::ResidencePermitI,
        Self::ResidencePermitII,
    ];

    /// Number of the group: DGn has file id `01nn` and short file id `nn`.
    pub fn number(self) -> u8 {
        self as u8
    }

    /// Name used in service definitions, e.g. `family_names`.
    pub fn name(self) -> &'static str {
        match self {
            Self::DocumentType => "document_type",
            Self::IssuingState => "issuing_state",
            Self::DateOfExpiry => "date_of_expiry",
            Self::GivenNames => "given_names",
            Self::FamilyNames => "family_names",
            Self::ArtisticName => "artistic_name",
            Self::AcademicTitle => "academic_title",
            Self::DateOfBirth => "date_of_birth",
            Self::PlaceOfBirth => "place_of_birth",
            Self::Nationality => "nationality",
            Self::BirthName => "birth_name",
            Self::PlaceOfResidence => "place_of_residence",
            Self::MunicipalityId => "municipality_id",
            Self::ResidencePermitI => "residence_permit_1",
            Self::ResidencePermitII => "residence_permit_2",
        }
    }

    /// The group of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|group| group.name() == name)
    }
}

/// The data groups a service names, and no others.
pub type DataGroups = BTreeSet<DataGroup>;

/// State of the eID PIN, read before any secret is asked for (TR-03110-3 B.14.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PinState {
    /// 9000 or 63C2: three or two tries.
    Operational {
        /// 3 or 2.
        tries_left: u8,
    },
    /// 63C1: one try left, and only after the CAN.
    Suspended,
    /// 63C0: needs the PUK.
    Blocked,
    /// 6283: the eID function is switched off; the authority can switch it on.
    Deactivated,
}

/// What was laid on the reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardFound {
    /// A card with the eID application.
    Eid {
        /// State of its PIN.
        pin: PinState,
    },
    /// A card that answers but has no eID application (a bank card, a health card).
    NotEid,
    /// A card that doesn't answer, or answers outside the standard.
    Unreadable,
}

/// What the citizen typed to open the card.
#[derive(Debug)]
pub enum CardPassword {
    /// The 6-digit eID PIN (PAuswG §18).
    Pin(Digits),
    /// CAN first, which resumes a suspended PIN, then the PIN inside that channel (TR-03110-2 §2.2.3).
    CanThenPin {
        /// The 6 digits printed on the card's front.
        can: Digits,
        /// The 6-digit eID PIN.
        pin: Digits,
    },
}

/// What a reader is asked to do. Exactly one [`CardEvent::ReadDone`] or [`CardEvent::ReadFailed`] answers a `Read`.
#[derive(Debug)]
pub enum ReaderCommand {
    /// Open the card with a password and read the named data groups.
    Read {
        /// Number that the answer will carry.
        job: Job,
        /// What the citizen typed.
        password: CardPassword,
        /// What the service may see.
        groups: DataGroups,
    },
    /// Give up the running read, if any, and forget the card's channel.
    Stop,
}

/// Where a read stands, for the progress display.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReadStep {
    /// PACE is running.
    Opening,
    /// Terminal and chip authentication (TR-03110-2 §3.3, §3.4).
    Authenticating,
    /// Data groups are read.
    Reading,
}

/// Why a read ended without data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadFailure {
    /// The PIN was wrong; this is the card's state now.
    WrongPin {
        /// State after the try.
        pin: PinState,
    },
    /// The CAN was wrong; CAN tries aren't counted, but the card gets slow.
    WrongCan,
    /// The PIN can't be used as it is (suspended without CAN, blocked, deactivated).
    PinUnusable {
        /// State of the PIN.
        pin: PinState,
    },
    /// The card left the reader.
    CardLost,
    /// The card refused the data (6982): the terminal has no right to it.
    NotAuthorised,
    /// The card answered outside the standard.
    Malformed,
    /// The reader went away.
    ReaderGone,
    /// Stopped by us.
    Stopped,
}

/// What a reader tells.
#[derive(Debug)]
pub enum CardEvent {
    /// A reader is there and works.
    ReaderReady,
    /// No reader, or it stopped working.
    ReaderGone,
    /// A card was laid on.
    Inserted(CardFound),
    /// The card was taken away.
    Removed,
    /// A read makes progress.
    Progress {
        /// Which read.
        job: Job,
        /// How far.
        step: ReadStep,
    },
    /// A read has ended well.
    ReadDone {
        /// Which read.
        job: Job,
        /// What the card said.
        person: PersonalData,
    },
    /// A read has ended without data.
    ReadFailed {
        /// Which read.
        job: Job,
        /// Why.
        why: ReadFailure,
    },
}

/// Whether the data are proven to come from a genuine chip. Data groups are unsigned (TR-03127 §3.4.3): only the
/// channel proves them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authenticity {
    /// Read inside PACE only: nobody has proved that the chip is genuine. Shown wherever the data are shown.
    NotProven,
    /// Read after terminal authentication, passive authentication and chip authentication.
    ChipTrusted,
}

/// A calendar date of which parts may be unknown (blanks in the card's `YYYYMMDD`, TR-03127 §3.4.3).
#[derive(Zeroize, ZeroizeOnDrop, PartialEq, Eq)]
pub struct PartialDate {
    /// Year, if known.
    pub year: Option<u16>,
    /// Month 1–12, if known.
    pub month: Option<u8>,
    /// Day 1–31, if known.
    pub day: Option<u8>,
}

impl core::fmt::Debug for PartialDate {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("[date]")
    }
}

/// Content of DG17 (TR-03110-4 §2.2, `GeneralPlace`).
#[derive(Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Place {
    /// An address in parts; street, state and zip may be missing.
    Structured {
        street: Option<PrivateText>,
        city: PrivateText,
        state: Option<PrivateText>,
        country: PrivateText,
        zip: Option<PrivateText>,
    },
    /// An address in one text.
    Freetext(PrivateText),
    /// "keine (Haupt-)Wohnung in Deutschland" and the like.
    NoPlace(PrivateText),
}

/// Content of one data group.
#[derive(Debug, PartialEq, Eq)]
pub enum GroupContent {
    /// A text.
    Text(PrivateText),
    /// A date.
    Date(PartialDate),
    /// A place.
    Place(Place),
    /// The card has no such group (6A82), or it is empty.
    NotOnChip,
}

/// What was read from a card: only the groups that were asked for.
#[derive(Debug)]
pub struct PersonalData {
    /// How far the data can be trusted.
    pub authenticity: Authenticity,
    /// The groups.
    pub groups: BTreeMap<DataGroup, GroupContent>,
}

/// Something that reads cards. Answers come as [`CardEvent`]s on the channel that the reader was made with.
pub trait Reader {
    /// Hands over a command; returns at once.
    fn give(&mut self, command: ReaderCommand);
}
