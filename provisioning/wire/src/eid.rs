//! Keys, certificates and lists for reading identity cards: what a terminal asks the backend, which stands in front of the
//! Berechtigungs-CA or has the terminal's key.
//!
//! # The exchange
//! `POST` [`MESSAGES_PATH`] with a [`Question`] as JSON and `Authorization: Bearer <terminal token>`. The questions about
//! certificates are the messages of TR-03129-3 and carry their names, their return codes included; bytes are base64
//! (RFC 4648 §4). 200 with an [`Answer`] means that the backend understood, also where it refuses; everything else is a
//! [`crate::Problem`], as for submissions.
//!
//! `GET` [`list_path`] gives a list as it is, `application/octet-stream`, as TR-03129-3 gives complete lists by an
//! address; a refusal is 404 or 503.
//!
//! | question | answers | TR-03129-3 |
//! |---|---|---|
//! | `RequestCertificate` | `certificates`, `later`, `refused` | 4.2.1; `ok_cert_available`, `ok_syntax` |
//! | `SentCertificates` | `certificates`, `nothing_yet`, `refused` | 4.2.4, asked for instead of sent |
//! | `GetCertificates` | `certificates`, `refused` | 4.2.3 |
//! | `GetCertificateDescription` | `description`, `refused` | 4.2.5 |
//! | `GetBlockList` | `up_to_date`, `deltas`, `complete_list`, `refused` | 5.3.1 |
//! | `Sign` | `signature`, `key_trouble` | – |
//! | `PublicPoint`, `GenerateKey` | `point`, `key_trouble` | – |
//! | `DestroyKey` | `destroyed`, `key_trouble` | – |
//!
//! Any question about certificates may be answered by `away`: the backend is there, the authority isn't.
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use core::fmt;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Where questions go.
pub const MESSAGES_PATH: &str = "/v1/eid/messages";

/// Under which lists lie, ending before the name.
pub const LISTS_PATH: &str = "/v1/eid/lists/";

/// Media type of lists.
pub const LIST_MEDIA_TYPE: &str = "application/octet-stream";

/// Names of lists in their path: the files' names in a terminal's folder.
pub const LIST_NAMES: [&str; 4] = ["master-list.cms", "crl.der", "defect-list.cms", "blocklist.cms"];

/// Largest question: a certificate request in base64 and some words.
pub const QUESTION_BYTES_MAX: usize = 16 * 1024;

/// Largest answer: changes to a blocklist in base64 and some words.
pub const ANSWER_BYTES_MAX: usize = 12 * 1024 * 1024;

/// Largest list: a complete blocklist.
pub const LIST_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// Longest message to be signed, certificate and certificate request; real ones have 100 to 1000 bytes.
pub const OBJECT_BYTES_MAX: usize = 4096;

/// Most certificates in an answer.
pub const CERTIFICATES_MAX: usize = 32;

/// Longest certificate description; real ones have some kilobytes.
pub const DESCRIPTION_BYTES_MAX: usize = 64 * 1024;

/// Most bytes of changes to a blocklist.
pub const DELTAS_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Longest identifier of a message, name of a curve, return code.
pub const WORD_CHARS_MAX: usize = 64;

const HOLDER_BYTES: core::ops::RangeInclusive<usize> = 7..=16;
const LIST_ID_BYTES_MAX: usize = 64;
const HASH_BYTES: [usize; 3] = [32, 48, 64];
const SIGNATURE_BYTES_MAX: usize = 132;
const POINT_BYTES_MAX: usize = 133;

/// Path of one list of [`LIST_NAMES`].
pub fn list_path(name: &str) -> String {
    format!("{LISTS_PATH}{name}")
}

/// Bytes that travel as base64. `Debug` tells the length only.
#[derive(Clone, PartialEq, Eq)]
pub struct Octets(pub Vec<u8>);

impl From<&[u8]> for Octets {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }
}

impl fmt::Debug for Octets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} bytes]", self.0.len())
    }
}

impl Serialize for Octets {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Octets {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        // The decoder's own error would quote what came.
        let bytes = STANDARD.decode(text);
        bytes.map(Self).map_err(|_| serde::de::Error::custom("no base64"))
    }
}

/// What a terminal asks. `holder` is a certificate holder reference (TR-03110-3 A.7.1) in ISO 8859-1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "message", deny_unknown_fields)]
#[allow(missing_docs)] // the table above says what each is
pub enum Question {
    Sign { holder: Octets, to_be_signed: Octets },
    PublicPoint { holder: Octets },
    GenerateKey { holder: Octets, curve: String },
    DestroyKey { holder: Octets },
    RequestCertificate { request: Octets },
    SentCertificates { message_id: String },
    GetCertificates {},
    GetCertificateDescription { hash: Octets },
    GetBlockList { delta_base: Option<Octets> },
}

/// What the backend answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case", deny_unknown_fields)]
#[allow(missing_docs)] // the table above says what each is
pub enum Answer {
    Signature { signature: Octets },
    Point { point: Octets },
    Destroyed {},
    KeyTrouble { trouble: KeyTrouble },
    Certificates { certificates: Vec<Octets> },
    Later { message_id: String },
    NothingYet {},
    Description { description: Octets },
    UpToDate {},
    Deltas { deltas: Octets },
    CompleteList {},
    Refused { code: String },
    Away {},
}

/// Why a key doesn't do what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyTrouble {
    /// There is no key of that holder, or it isn't this terminal's.
    UnknownHolder,
    /// The security module doesn't answer.
    Unreachable,
    /// The security module, or the backend before it, refuses.
    Refused,
}

/// Why bytes are no question or answer. Tells nothing of them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EidError {
    /// More than fits.
    #[error("it has {0} bytes, more than are taken")]
    TooLarge(usize),
    /// Not the JSON described here.
    #[error("it is not the JSON we speak (line {line}, column {column})")]
    Json {
        /// Where, from 1.
        line: usize,
        /// Where, from 1.
        column: usize,
    },
    /// A field is outside its range.
    #[error("{0} is outside its range")]
    Range(&'static str),
}

impl Question {
    /// Reads a request body and checks every field.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn from_body(body: &[u8]) -> Result<Self, EidError> {
        let question: Self = from_json(body, QUESTION_BYTES_MAX)?;
        question.validate()?;
        Ok(question)
    }

    /// The request body.
    ///
    /// # Errors
    /// When a field is outside its range.
    pub fn to_body(&self) -> Result<Vec<u8>, EidError> {
        self.validate()?;
        to_json(self)
    }

    fn validate(&self) -> Result<(), EidError> {
        match self {
            Self::Sign { holder, to_be_signed } => {
                range(HOLDER_BYTES.contains(&holder.0.len()), "holder")?;
                range((1..=OBJECT_BYTES_MAX).contains(&to_be_signed.0.len()), "to_be_signed")
            }
            Self::PublicPoint { holder } | Self::DestroyKey { holder } => {
                range(HOLDER_BYTES.contains(&holder.0.len()), "holder")
            }
            Self::GenerateKey { holder, curve } => {
                range(HOLDER_BYTES.contains(&holder.0.len()), "holder")?;
                range(is_word(curve), "curve")
            }
            Self::RequestCertificate { request } => range((1..=OBJECT_BYTES_MAX).contains(&request.0.len()), "request"),
            Self::SentCertificates { message_id } => range(is_word(message_id), "message_id"),
            Self::GetCertificates {} => Ok(()),
            Self::GetCertificateDescription { hash } => range(HASH_BYTES.contains(&hash.0.len()), "hash"),
            Self::GetBlockList { delta_base } => {
                let fits = |base: &Octets| (1..=LIST_ID_BYTES_MAX).contains(&base.0.len());
                range(delta_base.as_ref().is_none_or(fits), "delta_base")
            }
        }
    }
}

impl Answer {
    /// Reads an answer's body and checks every field.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn from_body(body: &[u8]) -> Result<Self, EidError> {
        let answer: Self = from_json(body, ANSWER_BYTES_MAX)?;
        answer.validate()?;
        Ok(answer)
    }

    /// The answer's body.
    ///
    /// # Errors
    /// When a field is outside its range.
    pub fn to_body(&self) -> Result<Vec<u8>, EidError> {
        self.validate()?;
        to_json(self)
    }

    fn validate(&self) -> Result<(), EidError> {
        match self {
            Self::Signature { signature } => range((1..=SIGNATURE_BYTES_MAX).contains(&signature.0.len()), "signature"),
            Self::Point { point } => range((1..=POINT_BYTES_MAX).contains(&point.0.len()), "point"),
            Self::Certificates { certificates } => {
                range(certificates.len() <= CERTIFICATES_MAX, "number of certificates")?;
                let fits = |one: &Octets| (1..=OBJECT_BYTES_MAX).contains(&one.0.len());
                range(certificates.iter().all(fits), "certificate")
            }
            Self::Later { message_id } => range(is_word(message_id), "message_id"),
            Self::Description { description } => range(
                (1..=DESCRIPTION_BYTES_MAX).contains(&description.0.len()),
                "description",
            ),
            Self::Deltas { deltas } => range((1..=DELTAS_BYTES_MAX).contains(&deltas.0.len()), "deltas"),
            Self::Refused { code } => range(is_word(code), "code"),
            Self::Destroyed {}
            | Self::KeyTrouble { .. }
            | Self::NothingYet {}
            | Self::UpToDate {}
            | Self::CompleteList {}
            | Self::Away {} => Ok(()),
        }
    }
}

fn range(fits: bool, what: &'static str) -> Result<(), EidError> {
    fits.then_some(()).ok_or(EidError::Range(what))
}

/// Letters, digits and `-_.`: goes into a log and a file's name without harm.
fn is_word(text: &str) -> bool {
    let is_harmless = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    (1..=WORD_CHARS_MAX).contains(&text.len()) && text.bytes().all(is_harmless) && !text.starts_with('.')
}

fn from_json<'a, T: Deserialize<'a>>(body: &'a [u8], bytes_max: usize) -> Result<T, EidError> {
    if body.len() > bytes_max {
        return Err(EidError::TooLarge(body.len()));
    }
    serde_json::from_slice(body).map_err(|error| at(&error))
}

fn to_json(value: &impl Serialize) -> Result<Vec<u8>, EidError> {
    serde_json::to_vec(value).map_err(|error| at(&error))
}

fn at(error: &serde_json::Error) -> EidError {
    EidError::Json {
        line: error.line(),
        column: error.column(),
    }
}

#[cfg(test)]
#[path = "eid_tests.rs"]
mod tests;
