//! Identity cards as the visit sees them: what lies on the reader, the state of its PIN, what was read.
//!
//! Protocol facts: BSI TR-03110 parts 2 and 3, TR-03127 §3.4.3 (data groups), §3.5.5 (retry counter).
use crate::Job;
use crate::basis::ReadBasis;
pub use crate::data_group::{DataGroup, DataGroups};
use crate::private::{Digits, PrivateText};
use jiff::civil::Date;
use std::collections::BTreeMap;
use zeroize::{Zeroize, ZeroizeOnDrop};

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

/// A secret on its way to the card.
#[derive(Debug)]
pub enum Secret {
    /// Typed on our screen or keypad.
    Typed(Digits),
    /// Will be typed on the reader's own keys (PC/SC part 10); it never comes into this process.
    OnPad,
}

/// The PIN, and what must come before it.
#[derive(Debug)]
pub enum CardPassword {
    /// The 6-digit eID PIN (PAuswG §18); where the PIN is changed, the 5-digit transport PIN too.
    Pin(Secret),
    /// CAN first, which resumes a suspended PIN, then the PIN inside that channel (TR-03110-2 §2.2.3).
    CanThenPin {
        /// The 6 digits printed on the card's front.
        can: Secret,
        /// The eID PIN.
        pin: Secret,
    },
}

/// What a service may ask of a card. The rights that the terminal asks for (CHAT, TR-03110-4 §2.2.3) are computed from
/// it, so nothing else can be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadRequest {
    /// The data groups.
    pub groups: DataGroups,
    /// Whether the holder is at least that many years old, without the date of birth.
    pub age_at_least: Option<u8>,
    /// Whether the holder lives in the municipality whose id begins with these digits, without the address.
    pub municipality: Option<String>,
    /// The pseudonym of this provider's sector (TR-03110-2 §3.6).
    pub pseudonym: bool,
}

/// Work on the PIN itself. Needs no certificate and no line (TR-03127 §4.6).
#[derive(Debug)]
pub enum PinTask {
    /// Sets the citizen's own PIN: over the old one, or for the first time over the transport PIN of the letter.
    Change {
        /// The present PIN.
        old: CardPassword,
        /// Six digits.
        new: Secret,
    },
    /// Opens a suspended PIN with the CAN and proves the PIN, which gives all tries back.
    Resume {
        /// From the card's front.
        can: Secret,
        /// The eID PIN.
        pin: Secret,
    },
    /// Gives a blocked PIN its tries back. Sets no PIN (TR-03127 §3.5.3.4).
    Unblock {
        /// Ten digits from the letter.
        puk: Secret,
    },
}

/// What a reader is asked to do. Exactly one answer with the same job follows each `Read` ([`CardEvent::ReadDone`],
/// [`CardEvent::ReadFailed`]) and each `ManagePin` ([`CardEvent::PinDone`], [`CardEvent::PinFailed`]).
#[derive(Debug)]
pub enum ReaderCommand {
    /// Open the card and read what the request names.
    Read {
        /// Number that the answer will carry.
        job: Job,
        /// By which right, with the secret that goes with it.
        basis: ReadBasis,
        /// What the service may see.
        request: ReadRequest,
    },
    /// Work on the PIN.
    ManagePin {
        /// Number that the answer will carry.
        job: Job,
        /// What is to be done.
        task: PinTask,
    },
    /// Give up the running work, if any, and forget the card's channel.
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

/// Why work with a card ended without its result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardFailure {
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
    /// The PUK was wrong.
    WrongPuk,
    /// The PUK has been used ten times; only the authority can help (TR-03127 §3.5.5).
    PukUsedUp,
    /// The terminal has no right to what was asked for: its certificate doesn't grant it, or the card refused.
    NotAuthorised,
    /// The terminal has no certificate that is valid today and that this card's trust point leads to.
    NoCertificate,
    /// The terminal's key can't be reached (HSM or backend away).
    SignerGone,
    /// Passive or chip authentication failed: not a genuine card, or one that was tampered with.
    NotGenuine,
    /// The card is on the blocklist: reported lost or stolen.
    Revoked,
    /// The card is no longer valid.
    Expired,
    /// The card answered outside the standard.
    Malformed,
    /// The reader went away.
    ReaderGone,
    /// The holder cancelled at the reader's keys, typed nothing in time, or two different new PINs. Nothing was changed.
    NotTyped,
    /// Stopped by us.
    Stopped,
}

/// What a reader tells.
#[derive(Debug)]
pub enum CardEvent {
    /// A reader is there and works.
    ReaderReady {
        /// It has keys of its own: secrets must be typed there (TR-03124-1 §3.8).
        pin_pad: bool,
    },
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
        why: CardFailure,
    },
    /// Work on the PIN has ended well.
    PinDone {
        /// Which work.
        job: Job,
        /// State of the PIN now.
        pin: PinState,
    },
    /// Work on the PIN has ended otherwise; the PIN is as it was, but for its tries.
    PinFailed {
        /// Which work.
        job: Job,
        /// Why.
        why: CardFailure,
    },
    /// The terminal's certificate is another one now, or there is none that is valid: no card can be read then, all
    /// other work goes on.
    Certificate(Option<Box<ProviderCertificate>>),
}

/// What the terminal's certificate says of who asks (TR-03110-3 C.3, TR-03127 §3.4): shown before the PIN
/// (PAuswG §18(4)).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderCertificate {
    /// Name of the provider.
    pub subject_name: String,
    /// Its address in the web, if told.
    pub subject_url: Option<String>,
    /// Who issued the certificate.
    pub issuer_name: String,
    /// The issuer's address in the web, if told.
    pub issuer_url: Option<String>,
    /// Name, address and e-mail of the provider, the purpose, the data-protection authority: as the authority wrote it.
    pub terms_of_usage: String,
    /// First day of validity.
    pub valid_from: Date,
    /// Last day of validity.
    pub valid_until: Date,
    /// What it may ask for at most.
    pub rights: Rights,
}

/// Rights of an authentication terminal (CHAT, TR-03110-4 §2.2.3), as far as services can use them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rights {
    /// Data groups it may read.
    pub groups: DataGroups,
    /// It may ask for an age.
    pub age: bool,
    /// It may ask for a municipality.
    pub municipality: bool,
    /// It may ask for a pseudonym.
    pub pseudonym: bool,
    /// It may read with the CAN instead of the PIN (PAuswG §18a).
    pub can_allowed: bool,
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
    /// Answers to [`ReadRequest::age_at_least`], [`ReadRequest::municipality`] and [`ReadRequest::pseudonym`].
    pub functions: SpecialFunctions,
}

/// What a card said without giving the data away; `None` where it wasn't asked.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct SpecialFunctions {
    /// The holder is old enough.
    pub old_enough: Option<bool>,
    /// The holder lives in that municipality.
    pub lives_there: Option<bool>,
    /// The pseudonym of this sector, 32 bytes in hexadecimal.
    pub pseudonym: Option<PrivateText>,
}

/// Something that reads cards. Answers come as [`CardEvent`]s on the channel that the reader was made with.
pub trait Reader {
    /// Hands over a command; returns at once.
    fn give(&mut self, command: ReaderCommand);
}
