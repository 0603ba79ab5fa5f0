//! What is derived from a case code, and from a card's pseudonym.
//!
//! ```text
//! code (11 symbols) ──Argon2id──▶ root ──HKDF──▶ lookup                 known to the backend
//!                                     └──HKDF──▶ letter key of a case   known to citizen and office
//! pseudonym ─────────HKDF extract──▶ root ──HKDF──▶ card lookup         known to the backend
//!                                        └──HKDF──▶ code key of a case  known to whoever reads the card
//! ```
//! A code has 50 bits of chance, so it is stretched with Argon2id (RFC 9106); a pseudonym has 256 (TR-03110-2 3.5.2) and
//! needs none. Roots are as long as HKDF's pseudo-random key (RFC 5869 §2.3) and are expanded without a further extract.
use super::letter::{Letter, LetterError};
use super::sealed::{KEY_BYTES, NONCE_BYTES, OpenError, SealedCode, SealedLetter};
use crate::CaseCode;
use argon2::{Algorithm, Argon2, Block, Params, Version};
use core::fmt;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::Sha256;
use uuid::Uuid;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Memory of the stretching, in KiB: some milliseconds on a terminal, and dear on a machine that tries codes through.
pub const STRETCH_MEMORY_KIB: u32 = 8 * 1024;

/// Passes of the stretching. RFC 9106 §4 takes three where memory is short.
pub const STRETCH_PASSES: u32 = 3;

/// One lane: a thread of its own would save nothing at this size.
const STRETCH_LANES: u32 = 1;

/// Block of SHA-256 (FIPS 180-4 §1).
const BLOCK_BYTES: usize = 64;

/// There is no place for a salt of one's own: the code is all that the citizen has in hand.
const CODE_SALT: &[u8] = b"schalter case code 1";
const LOOKUP_INFO: &[u8] = b"schalter case lookup 1";
const LETTER_INFO: &[u8] = b"schalter case letter 1";
const PSEUDONYM_SALT: &[u8; KEY_BYTES] = b"schalter card pseudonym 1\0\0\0\0\0\0\0";
const CARD_LOOKUP_INFO: &[u8] = b"schalter card lookup 1";
const CODE_INFO: &[u8] = b"schalter card code 1";

/// Under this the backend finds a case, or a card's cases. Whoever has it may ask, so it is kept out of logs: `Debug`
/// tells nothing. In messages 64 lower-case hexadecimal digits, compared exactly.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct CaseLookup([u8; KEY_BYTES]);

impl CaseLookup {
    /// The bytes, for the store's HMAC.
    pub fn as_bytes(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }

    /// A lookup of these bytes.
    pub fn from_bytes(bytes: [u8; KEY_BYTES]) -> Self {
        Self(bytes)
    }
}

impl fmt::Debug for CaseLookup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[lookup]")
    }
}

impl Serialize for CaseLookup {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&Zeroizing::new(hex::encode(self.0)))
    }
}

impl<'de> Deserialize<'de> for CaseLookup {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Zeroizing::new(String::deserialize(deserializer)?);
        let mut bytes = [0; KEY_BYTES];
        let is_one = hex::decode_to_slice(text.as_bytes(), &mut bytes).is_ok()
            && !text.bytes().any(|byte| byte.is_ascii_uppercase());
        is_one
            .then_some(Self(bytes))
            .ok_or_else(|| serde::de::Error::custom("a lookup has 64 lower-case hexadecimal digits"))
    }
}

/// A key could not be derived: there is no memory for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("stretching the code failed")]
pub struct StretchError;

/// What a case code opens. Made once a question; it costs some milliseconds and [`STRETCH_MEMORY_KIB`].
pub struct CaseKeys {
    root: Root,
}

/// What a card opens that was read with its pseudonym.
pub struct CardKeys {
    root: Root,
}

impl CaseKeys {
    /// Stretches a code.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn from_code(code: &CaseCode) -> Result<Self, StretchError> {
        let params = Params::new(STRETCH_MEMORY_KIB, STRETCH_PASSES, STRETCH_LANES, Some(KEY_BYTES));
        let params = params.map_err(|_| StretchError)?;
        // Ours to overwrite: the crate gives the memory back as it is.
        let mut memory = Zeroizing::new(vec![Block::default(); params.block_count()]);
        let mut root = Root::default();
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into_with_memory(
                &*code.symbols(),
                CODE_SALT,
                root.0.as_mut_slice(),
                memory.as_mut_slice(),
            )
            .map_err(|_| StretchError)?;
        Ok(Self { root })
    }

    /// Where the backend finds the case.
    pub fn lookup(&self) -> CaseLookup {
        CaseLookup(*self.root.expand(LOOKUP_INFO, &[]))
    }

    /// Seals the office's letter for the citizen. The nonce must come from a cryptographic source.
    ///
    /// # Errors
    /// When the letter breaks a limit.
    pub fn seal_letter(
        &self,
        submission_id: Uuid,
        letter: &Letter,
        nonce: [u8; NONCE_BYTES],
    ) -> Result<SealedLetter, LetterError> {
        let plaintext = letter.to_json()?;
        SealedLetter::seal(&self.letter_key(submission_id), &plaintext, nonce).map_err(LetterError::Sealed)
    }

    /// Opens a letter of that case.
    ///
    /// # Errors
    /// When it isn't sealed with this code for this case, or holds no letter.
    pub fn open_letter(&self, submission_id: Uuid, letter: &SealedLetter) -> Result<Letter, LetterError> {
        let plaintext = letter
            .open(&self.letter_key(submission_id))
            .map_err(LetterError::Sealed)?;
        Letter::from_json(&plaintext)
    }

    fn letter_key(&self, submission_id: Uuid) -> Zeroizing<[u8; KEY_BYTES]> {
        self.root.expand(LETTER_INFO, submission_id.as_bytes())
    }
}

impl CardKeys {
    /// From the pseudonym as it was read, 64 hexadecimal digits; upper and lower case are the same.
    pub fn from_pseudonym(pseudonym: &str) -> Self {
        let pseudonym = Zeroizing::new(pseudonym.to_ascii_lowercase());
        Self {
            root: Root::extract(PSEUDONYM_SALT, pseudonym.as_bytes()),
        }
    }

    /// Where the backend finds the card's cases.
    pub fn lookup(&self) -> CaseLookup {
        CaseLookup(*self.root.expand(CARD_LOOKUP_INFO, &[]))
    }

    /// Seals a case's code for the card. The nonce must come from a cryptographic source.
    ///
    /// # Errors
    /// None that can happen: the code has one length.
    pub fn seal_code(
        &self,
        submission_id: Uuid,
        code: &CaseCode,
        nonce: [u8; NONCE_BYTES],
    ) -> Result<SealedCode, OpenError> {
        SealedCode::seal(&self.code_key(submission_id), &*code.symbols(), nonce)
    }

    /// The code of one of the card's cases.
    ///
    /// # Errors
    /// When it isn't sealed with this card for this case, or holds no code.
    pub fn open_code(&self, submission_id: Uuid, code: &SealedCode) -> Result<CaseCode, OpenError> {
        let plaintext = code.open(&self.code_key(submission_id))?;
        let text = core::str::from_utf8(&plaintext).map_err(|_| OpenError::Content)?;
        CaseCode::parse(text).map_err(|_| OpenError::Content)
    }

    fn code_key(&self, submission_id: Uuid) -> Zeroizing<[u8; KEY_BYTES]> {
        self.root.expand(CODE_INFO, submission_id.as_bytes())
    }
}

impl fmt::Debug for CaseKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[keys of a case]")
    }
}

impl fmt::Debug for CardKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[keys of a card]")
    }
}

/// On the heap, so that moving leaves nothing behind.
#[derive(Default, Zeroize, ZeroizeOnDrop)]
struct Root(Box<[u8; KEY_BYTES]>);

impl Root {
    /// HKDF-Extract (RFC 5869 §2.2).
    fn extract(salt: &[u8; KEY_BYTES], secret: &[u8]) -> Self {
        Self(Box::new(*hmac(salt, &[secret])))
    }

    /// HKDF-Expand (RFC 5869 §2.3) to one block, which is as long as our keys: `T(1) = HMAC(root, info | 0x01)`.
    fn expand(&self, info: &[u8], of: &[u8]) -> Zeroizing<[u8; KEY_BYTES]> {
        hmac(&self.0, &[info, of, &[1]])
    }
}

/// HMAC-SHA-256 (RFC 2104). The key is filled up with zeros to a block here, as §2 has it, so that no length can be wrong.
fn hmac(key: &[u8; KEY_BYTES], parts: &[&[u8]]) -> Zeroizing<[u8; KEY_BYTES]> {
    let mut block = Zeroizing::new([0; BLOCK_BYTES]);
    block[..KEY_BYTES].copy_from_slice(key);
    let mut hmac = Hmac::<Sha256>::new((&*block).into());
    for part in parts {
        hmac.update(part);
    }
    Zeroizing::new(hmac.finalize().into_bytes().into())
}
