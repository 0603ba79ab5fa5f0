//! What AusweisApp says: one JSON text per message, named by `msg` (AusweisApp SDK, "Messages", API levels 2 and 3).
//!
//! Every message and field of the SDK that this route needs has a type; messages and fields that are unknown are let
//! pass, because newer versions add some without a new API level. What is known but broken is a [`MessageError`].
use core::fmt;
use drivers_api::card::{CardFound, PinState};
use serde::{Deserialize, Deserializer};

/// Longest message that is read. The longest real one carries a certificate description (some 2 KiB).
pub const MESSAGE_BYTES_MAX: usize = 64 * 1024;
/// Most readers of a list; a terminal has one or two.
pub const READERS_MAX: usize = 32;
/// Most access rights of a list; TR-03110-4 §2.2.3 has 40 bits.
pub const RIGHTS_MAX: usize = 64;

/// Why a text isn't a message.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum MessageError {
    /// Longer than [`MESSAGE_BYTES_MAX`].
    #[error("a message of AusweisApp has {0} bytes, more than {MESSAGE_BYTES_MAX}")]
    TooLong(usize),
    /// Not JSON, no object, or without a text in `msg`.
    #[error("AusweisApp sent something that isn't a message (line {line}, column {column})")]
    NotAMessage {
        /// Where reading stopped, from 1.
        line: usize,
        /// Where reading stopped, from 0.
        column: usize,
    },
    /// A known message whose fields are missing or of the wrong kind.
    #[error("AusweisApp's message {message} is broken (line {line}, column {column})")]
    Broken {
        /// Its name.
        message: &'static str,
        /// Where reading stopped, from 1.
        line: usize,
        /// Where reading stopped, from 0.
        column: usize,
    },
    /// A list longer than its limit.
    #[error("AusweisApp's message {message} has a list that is too long")]
    ListTooLong {
        /// Its name.
        message: &'static str,
    },
}

/// A message of AusweisApp.
#[derive(Debug, PartialEq, Eq)]
pub enum Message {
    /// Answer to GET_INFO.
    Info(Info),
    /// Answer to GET_API_LEVEL and SET_API_LEVEL.
    ApiLevel(ApiLevel),
    /// An authentication begins or ends.
    Auth(Auth),
    /// What the provider wants to see.
    AccessRights(AccessRights),
    /// Who the provider is.
    Certificate(Box<Certificate>),
    /// A PIN change begins or ends.
    ChangePin(ChangePin),
    /// No card lies there.
    InsertCard(Complaint),
    /// A secret is needed.
    Enter(SecretKind, Enter),
    /// A reader or the card on it is another one now.
    Reader(Reader),
    /// All readers.
    ReaderList(Vec<Reader>),
    /// How far the work is.
    Status(Status),
    /// The card lies badly; waits for CONTINUE.
    Pause,
    /// Our command doesn't fit where AusweisApp stands.
    BadState(Complaint),
    /// Our command has no such name.
    UnknownCommand(Complaint),
    /// Our command was no JSON.
    Invalid(Complaint),
    /// AusweisApp found a mistake of its own.
    InternalError(Complaint),
    /// A message that this version doesn't know.
    Unknown,
}

/// Which secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretKind {
    /// eID PIN, where it is changed the transport PIN too.
    Pin,
    /// Card access number.
    Can,
    /// Unblocking key.
    Puk,
    /// The PIN that is to be set.
    NewPin,
}

/// INFO.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub struct Info {
    /// Versions.
    #[serde(rename = "VersionInfo")]
    pub version_info: VersionInfo,
}

/// Versions of AusweisApp.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub struct VersionInfo {
    /// Such as `1.26.2`.
    #[serde(rename = "Implementation-Version")]
    pub implementation_version: String,
}

/// API_LEVEL.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub struct ApiLevel {
    /// Why SET_API_LEVEL failed.
    pub error: Option<String>,
    /// The levels there are; absent in the answer to SET_API_LEVEL.
    #[serde(default)]
    pub available: Vec<u32>,
    /// The level in use.
    pub current: Option<u32>,
}

/// AUTH: neither field at the beginning.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub struct Auth {
    /// RUN_AUTH wasn't accepted.
    pub error: Option<String>,
    /// How it ended.
    pub result: Option<AuthResult>,
    /// Where to go on: the refresh address, or the provider's address for errors. Bears the session: never logged.
    pub url: Option<PrivateUrl>,
}

/// End of an authentication (TR-03112, result codes).
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub struct AuthResult {
    /// `…/resultmajor#ok` or another.
    pub major: String,
    /// `…/resultminor/…`.
    pub minor: Option<String>,
    /// AusweisApp's failure code, since 1.26.3.
    pub reason: Option<String>,
}

/// An address that bears a session. `Debug` tells its length only.
#[derive(PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub struct PrivateUrl(zeroize::Zeroizing<String>);

impl PrivateUrl {
    /// The address.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for PrivateUrl {
    fn from(url: String) -> Self {
        Self(zeroize::Zeroizing::new(url))
    }
}

impl From<&str> for PrivateUrl {
    fn from(url: &str) -> Self {
        Self::from(url.to_owned())
    }
}

impl fmt::Debug for PrivateUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[url of {} bytes]", self.0.len())
    }
}

/// ACCESS_RIGHTS.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub struct AccessRights {
    /// SET_ACCESS_RIGHTS wasn't accepted.
    pub error: Option<String>,
    /// The rights by name.
    pub chat: Chat,
    /// What the citizen agrees to, in the provider's words (TR-03112-7 §3.6.4.1).
    #[serde(rename = "transactionInfo")]
    pub transaction_info: Option<String>,
    /// What the special functions compare with.
    #[serde(default, deserialize_with = "null_is_default")]
    pub aux: AuxiliaryData,
}

/// Names of rights (TR-03110-4 §2.2.3).
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Chat {
    /// On now.
    pub effective: Vec<String>,
    /// The citizen may switch these off.
    pub optional: Vec<String>,
    /// The citizen may not.
    pub required: Vec<String>,
}

/// `aux` of ACCESS_RIGHTS.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuxiliaryData {
    /// Who was born on this day or before passes, ISO 8601.
    pub age_verification_date: Option<String>,
    /// The same as an age, computed by AusweisApp; text in the SDK, a number is read too.
    #[serde(default, deserialize_with = "text_or_number")]
    pub required_age: Option<String>,
    /// The card must be valid on this day, ISO 8601.
    pub validity_date: Option<String>,
    /// Municipality to compare with.
    pub community_id: Option<String>,
}

/// CERTIFICATE.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub struct Certificate {
    /// From the certificate description (TR-03110-3 C.3).
    pub description: CertificateDescription,
    /// From the certificate.
    pub validity: Validity,
}

/// `description` of CERTIFICATE.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CertificateDescription {
    /// Who issued it.
    pub issuer_name: String,
    /// The issuer's address in the web; may be empty.
    #[serde(default)]
    pub issuer_url: String,
    /// The provider.
    pub subject_name: String,
    /// The provider's address in the web; may be empty.
    #[serde(default)]
    pub subject_url: String,
    /// Address, e-mail, purpose, data-protection authority, as the authority wrote them.
    pub terms_of_usage: String,
}

/// `validity` of CERTIFICATE, ISO 8601.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Validity {
    /// First day.
    pub effective_date: String,
    /// Last day.
    pub expiration_date: String,
}

/// CHANGE_PIN: no `success` at the beginning.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub struct ChangePin {
    /// How it ended.
    pub success: Option<bool>,
    /// AusweisApp's failure code, since 1.26.4.
    pub reason: Option<String>,
}

/// ENTER_PIN, ENTER_CAN, ENTER_PUK, ENTER_NEW_PIN.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub struct Enter {
    /// The secret wasn't even tried: wrong length, not digits.
    pub error: Option<String>,
    /// Reader and card it is meant for.
    pub reader: Reader,
}

/// READER.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Reader {
    /// Its name.
    pub name: String,
    /// A card made of software can be put in (the simulator): such a reader isn't one for citizens.
    #[serde(default)]
    pub insertable: bool,
    /// It is there.
    #[serde(default)]
    pub attached: bool,
    /// It has keys of its own, and secrets must be typed there.
    #[serde(default)]
    pub keypad: bool,
    /// What lies on it.
    pub card: Option<Card>,
}

/// `card` of READER: all absent for a card without eID (API level 3).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Card {
    /// The PUK has been used up.
    #[serde(default)]
    pub inoperative: bool,
    /// The eID function is switched off.
    #[serde(default)]
    pub deactivated: bool,
    /// Tries left.
    pub retry_counter: Option<i64>,
}

impl Reader {
    /// AusweisApp brings a reader for cards made of software; no citizen's card lies there. It says so by `insertable`,
    /// but not at API level 1, which it begins with.
    pub fn is_simulated(&self) -> bool {
        self.insertable || self.name == "Simulator"
    }
}

impl Card {
    /// State of its PIN, `None` for a card that isn't an eID card or hasn't told it (-1).
    pub fn pin(&self) -> Option<PinState> {
        match self.retry_counter? {
            _ if self.deactivated => Some(PinState::Deactivated),
            0 => Some(PinState::Blocked),
            1 => Some(PinState::Suspended),
            tries @ 2..=3 => Some(PinState::Operational {
                tries_left: tries as u8,
            }),
            _ => None,
        }
    }

    /// What lies there.
    pub fn found(&self) -> CardFound {
        match (self.pin(), self.retry_counter) {
            (Some(pin), _) => CardFound::Eid { pin },
            (None, None) => CardFound::NotEid,
            (None, Some(_)) => CardFound::Unreadable,
        }
    }
}

/// STATUS; all absent when nothing is at work.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub struct Status {
    /// 0 to 100.
    pub progress: Option<u8>,
}

/// A message that carries at most a remark for developers.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub struct Complaint {
    /// The remark, or the name of the command.
    pub error: Option<String>,
}

fn null_is_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(from: D) -> Result<T, D::Error> {
    Option::<T>::deserialize(from).map(Option::unwrap_or_default)
}

fn text_or_number<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Text(String),
        Number(u32),
    }
    Ok(Option::<Either>::deserialize(from)?.map(|either| match either {
        Either::Text(text) => text,
        Either::Number(number) => number.to_string(),
    }))
}
