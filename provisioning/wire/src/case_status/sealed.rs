//! Compact JWE under a key that both sides have (`dir`, RFC 7518 §4.5; A256GCM, §5.3): letters and codes on their way.
//!
//! `BASE64URL(header)..BASE64URL(nonce).BASE64URL(ciphertext).BASE64URL(tag)`: with `dir` the second part is empty
//! (RFC 7516 §5.1 step 5). The header's members come in whatever order another program writes them; `zip` and `crit` are
//! refused.
use aes_gcm::aead::{AeadInOut, KeyInit};
use aes_gcm::{Aes256Gcm, Key, Nonce, Tag};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use core::fmt;
use serde::{Deserialize, Deserializer, Serialize};
use zeroize::Zeroizing;

/// Length of keys.
pub const KEY_BYTES: usize = 32;

/// Length of the nonce (RFC 7518 §5.3). Keys are a case's own and seal some twenty letters, so that chance is safe.
pub const NONCE_BYTES: usize = 12;

const TAG_BYTES: usize = 16;

/// Longest sealed letter.
pub const SEALED_LETTER_BYTES_MAX: usize = 256 * 1024;

/// Longest sealed code; ours have about 120.
pub const SEALED_CODE_BYTES_MAX: usize = 256;

/// Longest header in base64url; ours has about 60.
const HEADER_CHARS_MAX: usize = 1024;

const PARTS: usize = 5;

/// Our header. Members in alphabetic order.
const HEADER: &[u8] = br#"{"alg":"dir","cty":"application/json","enc":"A256GCM"}"#;

/// Why nothing was opened. Tells no content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Longer than allowed.
    #[error("{found} bytes are too many")]
    TooLarge {
        /// How many there are.
        found: usize,
    },
    /// Not five parts of base64url, the second empty.
    #[error("it has not the shape of a compact JWE with a direct key")]
    Shape,
    /// Another algorithm, or a member that changes the meaning.
    #[error("its header is not the one we speak")]
    Header,
    /// Another key, or changed on the way.
    #[error("it is not sealed with this key, or was changed")]
    Key,
    /// It is authentic, and still not what it should be.
    #[error("what was sealed is not what was expected")]
    Content,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    enc: String,
    #[serde(default, rename = "cty")]
    _cty: Option<String>,
    #[serde(default, rename = "kid")]
    _kid: Option<String>,
    #[serde(default, rename = "typ")]
    _typ: Option<String>,
}

macro_rules! sealed {
    ($(#[$doc:meta])* $name:ident, $max:ident, $debug:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Serialize)]
        pub struct $name(String);

        impl $name {
            /// Takes a text that has the shape.
            ///
            /// # Errors
            /// When it is too long or no compact JWE with a direct key. Whether it opens, its key tells.
            pub fn parse(text: &str) -> Result<Self, OpenError> {
                check(text, $max)?;
                Ok(Self(text.to_owned()))
            }

            /// The serialisation.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            pub(super) fn seal(
                key: &[u8; KEY_BYTES],
                plaintext: &[u8],
                nonce: [u8; NONCE_BYTES],
            ) -> Result<Self, OpenError> {
                let sealed = seal(key, plaintext, nonce)?;
                check(&sealed, $max)?;
                Ok(Self(sealed))
            }

            pub(super) fn open(&self, key: &[u8; KEY_BYTES]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
                open(key, &self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, $debug, self.0.len())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                check(&text, $max).map_err(serde::de::Error::custom)?;
                Ok(Self(text))
            }
        }
    };
}

sealed! {
    /// The office's letter as it lies with the backend: only the holder of the code opens it.
    SealedLetter, SEALED_LETTER_BYTES_MAX, "[sealed letter, {} bytes]"
}

sealed! {
    /// A case's code, sealed for the card it was filed with.
    SealedCode, SEALED_CODE_BYTES_MAX, "[sealed code, {} bytes]"
}

fn seal(key: &[u8; KEY_BYTES], plaintext: &[u8], nonce: [u8; NONCE_BYTES]) -> Result<String, OpenError> {
    let mut compact = URL_SAFE_NO_PAD.encode(HEADER);
    let mut content = Zeroizing::new(plaintext.to_vec());
    let tag = cipher(key)
        .encrypt_inout_detached(&Nonce::from(nonce), compact.as_bytes(), content.as_mut_slice().into())
        .map_err(|_| OpenError::Content)?;
    compact.push('.');
    for part in [&nonce[..], &content, &tag] {
        compact.push('.');
        URL_SAFE_NO_PAD.encode_string(part, &mut compact);
    }
    Ok(compact)
}

fn open(key: &[u8; KEY_BYTES], compact: &str) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let [header, _, nonce, content, tag] = parts(compact)?;
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| OpenError::Shape);
    let read: Header = serde_json::from_slice(&decode(header)?).map_err(|_| OpenError::Header)?;
    if read.alg != "dir" || read.enc != "A256GCM" {
        return Err(OpenError::Header);
    }
    let nonce: [u8; NONCE_BYTES] = decode(nonce)?.try_into().map_err(|_| OpenError::Shape)?;
    let tag: [u8; TAG_BYTES] = decode(tag)?.try_into().map_err(|_| OpenError::Shape)?;
    let mut content = Zeroizing::new(decode(content)?);
    cipher(key)
        .decrypt_inout_detached(
            &Nonce::from(nonce),
            header.as_bytes(),
            content.as_mut_slice().into(),
            &Tag::from(tag),
        )
        .map_err(|_| OpenError::Key)?;
    Ok(content)
}

fn cipher(key: &[u8; KEY_BYTES]) -> Aes256Gcm {
    Aes256Gcm::new(<&Key<Aes256Gcm>>::from(key))
}

/// Looks at the shape only.
fn check(compact: &str, bytes_max: usize) -> Result<(), OpenError> {
    if compact.len() > bytes_max {
        return Err(OpenError::TooLarge { found: compact.len() });
    }
    let parts = parts(compact)?;
    let symbol = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let is_shaped = |part: &str| part.len() % 4 != 1 && part.bytes().all(symbol);
    parts.into_iter().all(is_shaped).then_some(()).ok_or(OpenError::Shape)
}

fn parts(compact: &str) -> Result<[&str; PARTS], OpenError> {
    let mut found = compact.split('.');
    let parts = [(); PARTS].map(|()| found.next());
    let [Some(header), Some(""), Some(nonce), Some(content), Some(tag)] = parts else {
        return Err(OpenError::Shape);
    };
    let is_whole = found.next().is_none() && !header.is_empty() && !nonce.is_empty() && !tag.is_empty();
    if !is_whole || content.is_empty() || header.len() > HEADER_CHARS_MAX {
        return Err(OpenError::Shape);
    }
    Ok([header, "", nonce, content, tag])
}
