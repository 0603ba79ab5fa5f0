//! The envelope, its acknowledgement, and what makes them valid.
use crate::BODY_BYTES_MAX;
use crate::case_status::{CaseLookup, SealedCode};
use crate::receipt::{Fee, RECEIPT_CHARS_MAX, ReceiptFacts};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Digits of a LeiKa key (Leistungskatalog, "99" and twelve more).
pub const LEIKA_DIGITS: usize = 14;

/// Longest version of a service definition.
pub const SERVICE_VERSION_CHARS_MAX: usize = 64;

/// Longest name of a service's folder.
pub const SERVICE_ID_CHARS_MAX: usize = 64;

/// Latest time of filing, 9999-12-31T23:59:59Z: what every calendar can still print.
pub const FILED_AT_MAX: i64 = 253_402_300_799;

/// A filed case, sealed to the receiving authority, as it lies in the outbox and travels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Envelope {
    /// Made on the terminal (UUIDv7, RFC 9562 §5.7); also the idempotency key.
    pub submission_id: Uuid,
    /// The authority's delivery point (FIT-Connect `destinationId`).
    pub destination_id: Uuid,
    /// LeiKa key of the service, 14 digits.
    pub leika: String,
    /// Version of the service definition that made the case.
    pub service_version: String,
    /// Time of filing, seconds since 1970-01-01 UTC.
    pub filed_at: i64,
    /// The declaration as compact JWE (RFC 7516 §7.1).
    pub encrypted_data: String,
    /// How it is found again (docs/decisions/0008); absent in envelopes of older terminals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follow_up: Option<FollowUp>,
}

/// How a case is found again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FollowUp {
    /// The service's folder, by whose name a terminal knows the service: LeiKa keys may be shared.
    pub service: String,
    /// From the code on the receipt ([`crate::case_status::CaseKeys::lookup`]).
    pub case_lookup: CaseLookup,
    /// When a card was read with its pseudonym.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card: Option<CardFollowUp>,
    /// How its receipt is told from a forged one; absent where the town has no address for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<ReceiptFacts>,
    /// Its fee, where that was settled at the terminal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee: Option<Fee>,
}

impl FollowUp {
    fn validate(&self) -> Result<(), EnvelopeError> {
        if !is_service(&self.service) {
            return Err(EnvelopeError::Service);
        }
        if !self.receipt.as_ref().is_none_or(ReceiptFacts::is_valid) {
            return Err(EnvelopeError::Receipt);
        }
        let fee = self.fee.is_none_or(Fee::is_valid);
        fee.then_some(()).ok_or(EnvelopeError::Fee)
    }
}

/// How a card finds its case again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CardFollowUp {
    /// From the pseudonym ([`crate::case_status::CardKeys::lookup`]); the same for all cases of the card.
    pub lookup: CaseLookup,
    /// The code, sealed for the card.
    pub code: SealedCode,
}

/// Why bytes are no envelope.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)]
pub enum EnvelopeError {
    #[error("the envelope has {found} bytes, at most {BODY_BYTES_MAX} are allowed")]
    TooLarge { found: usize },
    #[error("the envelope is not the JSON we speak: {0}")]
    Json(String),
    #[error("submission_id must be a UUID of version 7")]
    SubmissionId,
    #[error("destination_id must not be the nil UUID")]
    DestinationId,
    #[error("leika must be {LEIKA_DIGITS} decimal digits")]
    Leika,
    #[error("service_version must have 1 to {SERVICE_VERSION_CHARS_MAX} characters out of A-Z a-z 0-9 . - _ +")]
    ServiceVersion,
    #[error("filed_at must lie between 1970 and 9999")]
    FiledAt,
    #[error("encrypted_data is no compact JWE: {0}")]
    EncryptedData(#[source] JweError),
    #[error("service must have 1 to {SERVICE_ID_CHARS_MAX} characters out of a-z 0-9 - _")]
    Service,
    #[error(
        "receipt must have a lookup of 64 hexadecimal digits, and a title and an issuer of at most {RECEIPT_CHARS_MAX} characters"
    )]
    Receipt,
    #[error("fee must be more than nothing, and in a state that a terminal knows")]
    Fee,
}

/// Why a text has not the shape of a compact JWE (RFC 7516 §7.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)]
pub enum JweError {
    #[error("it must have 5 parts between dots, not {found}")]
    Parts { found: usize },
    #[error("part {part} of 5 is empty")]
    Empty { part: usize },
    #[error("part {part} of 5 is not base64url without padding")]
    Base64Url { part: usize },
}

impl Envelope {
    /// Checks every field.
    ///
    /// # Errors
    /// The first field that is wrong.
    pub fn validate(&self) -> Result<(), EnvelopeError> {
        if self.submission_id.get_version_num() != 7 {
            return Err(EnvelopeError::SubmissionId);
        }
        if self.destination_id.is_nil() {
            return Err(EnvelopeError::DestinationId);
        }
        if !is_leika(&self.leika) {
            return Err(EnvelopeError::Leika);
        }
        let version_symbol = |byte: u8| byte.is_ascii_alphanumeric() || b".-_+".contains(&byte);
        let version_len = self.service_version.len();
        if !(1..=SERVICE_VERSION_CHARS_MAX).contains(&version_len) || !self.service_version.bytes().all(version_symbol)
        {
            return Err(EnvelopeError::ServiceVersion);
        }
        if !(0..=FILED_AT_MAX).contains(&self.filed_at) {
            return Err(EnvelopeError::FiledAt);
        }
        if let Some(facts) = &self.follow_up {
            facts.validate()?;
        }
        check_compact_jwe(&self.encrypted_data).map_err(EnvelopeError::EncryptedData)
    }

    /// The request body: JSON with the fields in the order of the struct. The same envelope gives the same bytes.
    ///
    /// # Errors
    /// When the envelope is not valid or its body too large.
    pub fn to_body(&self) -> Result<Vec<u8>, EnvelopeError> {
        self.validate()?;
        let body = serde_json::to_vec(self).map_err(|error| EnvelopeError::Json(what_is_wrong(&error)))?;
        if body.len() > BODY_BYTES_MAX {
            return Err(EnvelopeError::TooLarge { found: body.len() });
        }
        Ok(body)
    }

    /// Reads a request body.
    ///
    /// # Errors
    /// When it is too large, no JSON of this shape, or a field is wrong.
    pub fn from_body(body: &[u8]) -> Result<Self, EnvelopeError> {
        if body.len() > BODY_BYTES_MAX {
            return Err(EnvelopeError::TooLarge { found: body.len() });
        }
        let envelope: Self =
            serde_json::from_slice(body).map_err(|error| EnvelopeError::Json(what_is_wrong(&error)))?;
        envelope.validate()?;
        Ok(envelope)
    }
}

/// The backend's answer to a stored envelope (HTTP 201, or 200 when it was stored before).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledgement {
    /// Which envelope.
    pub submission_id: Uuid,
    /// SHA-256 of the stored request body, lower-case hex: proof of what was stored.
    pub sha256: String,
    /// When it was stored, seconds since 1970-01-01 UTC.
    pub received_at: i64,
}

impl Acknowledgement {
    /// True when it acknowledges exactly this body under this identifier.
    pub fn covers(&self, submission_id: Uuid, body: &[u8]) -> bool {
        self.submission_id == submission_id && self.sha256 == body_sha256(body)
    }
}

/// True for a LeiKa key.
pub(crate) fn is_leika(text: &str) -> bool {
    text.len() == LEIKA_DIGITS && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// True for the name of a service's folder.
pub(crate) fn is_service(text: &str) -> bool {
    let symbol = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_');
    (1..=SERVICE_ID_CHARS_MAX).contains(&text.len()) && text.bytes().all(symbol)
}

/// What JSON is wrong with, and where, without a word of its content: this text reaches logs.
fn what_is_wrong(error: &serde_json::Error) -> String {
    let text = error.to_string();
    // Of the messages about data, this one alone quotes nothing of the input.
    let what = match text.starts_with("missing field") {
        true => text.split(" at line").next().unwrap_or("missing field"),
        false if error.is_data() => "an unknown or doubled member, or one of the wrong type",
        false if error.is_eof() => "it ends too early",
        false => "no JSON",
    };
    format!("{what}, at line {} column {}", error.line(), error.column())
}

/// SHA-256 of a request body, lower-case hex.
pub fn body_sha256(body: &[u8]) -> String {
    hex::encode(Sha256::digest(body))
}

/// Checks that a text has the shape of a compact JWE with an encrypted key: five non-empty parts of base64url without
/// padding (RFC 7516 §7.1, RFC 7515 §2). Decodes nothing.
///
/// # Errors
/// What is wrong with the shape; parts are counted from 1.
pub fn check_compact_jwe(jwe: &str) -> Result<(), JweError> {
    const PARTS: usize = 5;
    let found = jwe.split('.').count();
    if found != PARTS {
        return Err(JweError::Parts { found });
    }
    for (index, part) in jwe.split('.').enumerate() {
        let part_number = index + 1;
        if part.is_empty() {
            return Err(JweError::Empty { part: part_number });
        }
        let symbol = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if part.len() % 4 == 1 || !part.bytes().all(symbol) {
            return Err(JweError::Base64Url { part: part_number });
        }
    }
    Ok(())
}

#[cfg(test)]
#[path = "envelope_tests.rs"]
mod tests;
