//! Sealing: plaintext in, compact JWE out (RFC 7516 §5.1, §7.1).
use crate::AuthorityKey;
use aes_gcm::aead::{AeadInOut, KeyInit};
use aes_gcm::{Aes256Gcm, Key, Nonce};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand_core::CryptoRng;
use rsa::sha2::Sha256;
use rsa::{Oaep, rand_core as rand_core_06};
use serde::Serialize;
use zeroize::Zeroizing;

/// Largest plaintext: sealed and in base64 it still fits a request body (`wire::BODY_BYTES_MAX`) with its envelope.
pub const PLAINTEXT_BYTES_MAX: usize = 1_500_000;

const CONTENT_KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 12;
const TAG_BYTES: usize = 16;

/// Media type of what is sealed (`cty`, RFC 7516 §4.1.12). FIT-Connect refuses data without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContentType {
    /// `application/json`
    Json,
    /// `application/xml`
    Xml,
}

impl ContentType {
    /// The media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Xml => "application/xml",
        }
    }
}

/// A sealed text in compact serialisation: header, wrapped key, nonce, ciphertext and tag in base64url between dots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompactJwe(String);

impl CompactJwe {
    /// The serialisation.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The serialisation, taken out.
    pub fn into_string(self) -> String {
        self.0
    }

    /// The authentication tag, the fifth part, as FIT-Connect repeats it in its event log (`authenticationTags`).
    pub fn authentication_tag(&self) -> &str {
        self.0.rsplit('.').next().unwrap_or_default()
    }
}

/// Why nothing was sealed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)]
pub enum SealError {
    #[error("there is nothing to seal")]
    Empty,
    #[error("{found} bytes are too many to seal, at most {PLAINTEXT_BYTES_MAX} are allowed")]
    TooLarge { found: usize },
    #[error("wrapping the content key to \"{kid}\" failed")]
    Wrap { kid: String },
    #[error("encrypting the content failed")]
    Encrypt,
}

/// Members in alphabetic order, as the reference vectors have them.
#[derive(Serialize)]
struct ProtectedHeader<'a> {
    alg: &'static str,
    cty: &'static str,
    enc: &'static str,
    kid: &'a str,
}

/// Seals a plaintext so that only the holder of the private key opens it.
///
/// The content key lives for this call and is overwritten, as is everything derived from it; the working copy of the
/// plaintext is encrypted in place. The caller's plaintext is the caller's to wipe.
///
/// # Errors
/// When the plaintext is empty or larger than [`PLAINTEXT_BYTES_MAX`]. The other two can't happen with a checked key.
pub fn seal(
    key: &AuthorityKey,
    plaintext: &[u8],
    content_type: ContentType,
    rng: &mut impl CryptoRng,
) -> Result<CompactJwe, SealError> {
    if plaintext.is_empty() {
        return Err(SealError::Empty);
    }
    if plaintext.len() > PLAINTEXT_BYTES_MAX {
        return Err(SealError::TooLarge { found: plaintext.len() });
    }
    let mut content_key = Zeroizing::new([0u8; CONTENT_KEY_BYTES]);
    rng.fill_bytes(content_key.as_mut_slice());
    let mut nonce = [0u8; NONCE_BYTES];
    rng.fill_bytes(&mut nonce);

    let header = ProtectedHeader {
        alg: "RSA-OAEP-256",
        cty: content_type.media_type(),
        enc: "A256GCM",
        kid: key.kid(),
    };
    let header = serde_json::to_vec(&header).map_err(|_| SealError::Encrypt)?;
    // RSAES-OAEP with SHA-256 and MGF1 with SHA-256 (RFC 7518 §4.3), empty label.
    let wrapped_key = key
        .rsa()
        .encrypt(&mut ForRsa(rng), Oaep::new::<Sha256>(), content_key.as_slice())
        .map_err(|_| SealError::Wrap {
            kid: key.kid().to_owned(),
        })?;

    let header = URL_SAFE_NO_PAD.encode(header);
    let cipher = Aes256Gcm::new(<&Key<Aes256Gcm>>::from(&*content_key));
    // Encrypted in place: should the cipher fail half-way, the copy is overwritten all the same.
    let mut content = Zeroizing::new(plaintext.to_vec());
    let tag = cipher
        .encrypt_inout_detached(&Nonce::from(nonce), header.as_bytes(), content.as_mut_slice().into())
        .map_err(|_| SealError::Encrypt)?;
    debug_assert_eq!(tag.len(), TAG_BYTES);

    let mut compact = header;
    for part in [wrapped_key.as_slice(), &nonce, &content, tag.as_slice()] {
        compact.push('.');
        URL_SAFE_NO_PAD.encode_string(part, &mut compact);
    }
    Ok(CompactJwe(compact))
}

/// Our random source for the `rsa` crate, which speaks rand_core 0.6.
struct ForRsa<'a, R>(&'a mut R);

impl<R: CryptoRng> rand_core_06::RngCore for ForRsa<'_, R> {
    fn next_u32(&mut self) -> u32 {
        self.0.next_u32()
    }

    fn next_u64(&mut self) -> u64 {
        self.0.next_u64()
    }

    fn fill_bytes(&mut self, destination: &mut [u8]) {
        self.0.fill_bytes(destination);
    }

    fn try_fill_bytes(&mut self, destination: &mut [u8]) -> Result<(), rand_core_06::Error> {
        self.0.fill_bytes(destination);
        Ok(())
    }
}

impl<R: CryptoRng> rand_core_06::CryptoRng for ForRsa<'_, R> {}
