//! Opening a case: compact JWE in (RFC 7516 §5.2), the citizen's declaration out.
use crate::key::{OfficeKey, Secret};
use aes_gcm::aead::{AeadInOut, KeyInit};
use aes_gcm::{Aes256Gcm, Key, Nonce, Tag};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use core::fmt;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde::Deserialize;
use uuid::Uuid;
use wire::{CaseCode, Envelope};
use zeroize::Zeroizing;

/// Version of the plaintext's outline that we read.
const OUTLINE_VERSION: u32 = 1;

const NONCE_BYTES: usize = 12;
const TAG_BYTES: usize = 16;

/// Longest protected header, in base64url; the terminal's has about 130 characters.
const HEADER_CHARS_MAX: usize = 1024;

/// A case, opened. `Debug` tells nothing; overwritten on drop.
pub struct Declaration {
    json: Zeroizing<Vec<u8>>,
    submission_id: Uuid,
    case_code: CaseCode,
}

/// Why a case doesn't open. Quotes nothing of it.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The header.
    #[error("the case is not sealed the way we know (RSA-OAEP-256, A256GCM)")]
    Header,
    /// Another key.
    #[error("the case is sealed to the key \"{sealed_to}\", this is \"{ours}\"")]
    OtherKey {
        /// The key it was sealed to.
        sealed_to: String,
        /// The key at hand.
        ours: String,
    },
    /// Damaged, or sealed by somebody else to a key of that name.
    #[error("the case doesn't open with this key, or was changed")]
    Key,
    /// Opened, and not what a terminal writes.
    #[error("what was sealed is no declaration of a terminal (outline {OUTLINE_VERSION})")]
    Outline,
    /// Opened, and another case's.
    #[error("the declaration belongs to another submission than its envelope says")]
    OtherCase,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    enc: String,
    kid: String,
    #[serde(default, rename = "cty")]
    _cty: Option<String>,
}

/// What we need of the outline; the rest is the office's own software's.
#[derive(Deserialize)]
struct Outline {
    schalter: u32,
    #[serde(rename = "submissionId")]
    submission_id: Uuid,
    #[serde(rename = "caseCode")]
    case_code: Secret,
}

impl Declaration {
    /// Opens an envelope. `seed` comes from a cryptographic source; it blinds the private operation.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open(envelope: &Envelope, key: &OfficeKey, seed: [u8; 32]) -> Result<Self, OpenError> {
        let json = opened(&envelope.encrypted_data, key, seed)?;
        let outline: Outline = serde_json::from_slice(&json).map_err(|_| OpenError::Outline)?;
        if outline.schalter != OUTLINE_VERSION {
            return Err(OpenError::Outline);
        }
        if outline.submission_id != envelope.submission_id {
            return Err(OpenError::OtherCase);
        }
        let case_code = CaseCode::parse(&outline.case_code.0).map_err(|_| OpenError::Outline)?;
        Ok(Self {
            json,
            submission_id: outline.submission_id,
            case_code,
        })
    }

    /// The declaration as the terminal wrote it. Every use is a place where personal data leaves its guard.
    pub fn expose(&self) -> &[u8] {
        &self.json
    }

    /// Which case.
    pub fn submission_id(&self) -> Uuid {
        self.submission_id
    }

    /// The code on the citizen's receipt.
    pub fn case_code(&self) -> &CaseCode {
        &self.case_code
    }
}

impl fmt::Debug for Declaration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} bytes]", self.json.len())
    }
}

fn opened(jwe: &str, key: &OfficeKey, seed: [u8; 32]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let parts: Vec<&str> = jwe.splitn(6, '.').collect();
    let [header, wrapped, nonce, content, tag] = parts[..] else {
        return Err(OpenError::Header);
    };
    if header.len() > HEADER_CHARS_MAX {
        return Err(OpenError::Header);
    }
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| OpenError::Header);
    let read: Header = serde_json::from_slice(&decode(header)?).map_err(|_| OpenError::Header)?;
    if read.alg != "RSA-OAEP-256" || read.enc != "A256GCM" {
        return Err(OpenError::Header);
    }
    if read.kid != key.kid() {
        return Err(OpenError::OtherKey {
            sealed_to: read.kid.chars().filter(|c| !c.is_control()).collect(),
            ours: key.kid().to_owned(),
        });
    }
    let wrapped = decode(wrapped)?;
    if wrapped.len() != key.wrapped_bytes() {
        return Err(OpenError::Key);
    }
    let mut random = ForRsa(StdRng::from_seed(seed));
    let content_key = key.unwrap_key(&wrapped, &mut random).ok_or(OpenError::Key)?;
    let content_key = Key::<Aes256Gcm>::try_from(content_key.as_slice()).map_err(|_| OpenError::Key)?;
    let nonce: [u8; NONCE_BYTES] = decode(nonce)?.try_into().map_err(|_| OpenError::Header)?;
    let tag: [u8; TAG_BYTES] = decode(tag)?.try_into().map_err(|_| OpenError::Header)?;
    let mut content = Zeroizing::new(decode(content)?);
    Aes256Gcm::new(&content_key)
        .decrypt_inout_detached(
            &Nonce::from(nonce),
            header.as_bytes(),
            content.as_mut_slice().into(),
            &Tag::from(tag),
        )
        .map_err(|_| OpenError::Key)?;
    Ok(content)
}

/// Our random source for the `rsa` crate, which speaks rand_core 0.6.
struct ForRsa(StdRng);

impl rsa::rand_core::RngCore for ForRsa {
    fn next_u32(&mut self) -> u32 {
        self.0.next_u32()
    }

    fn next_u64(&mut self) -> u64 {
        self.0.next_u64()
    }

    fn fill_bytes(&mut self, destination: &mut [u8]) {
        self.0.fill_bytes(destination);
    }

    fn try_fill_bytes(&mut self, destination: &mut [u8]) -> Result<(), rsa::rand_core::Error> {
        self.0.fill_bytes(destination);
        Ok(())
    }
}

impl rsa::rand_core::CryptoRng for ForRsa {}
