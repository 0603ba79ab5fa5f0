//! The authority's private key, as its JWK says it (RFC 7517, RFC 7518 §6.3.2). It lives on the office's machine and
//! nowhere else.
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use core::fmt;
use rsa::traits::PublicKeyParts;
use rsa::{BigUint, Oaep, RsaPrivateKey};
use serde::Deserialize;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Largest JWK that is looked at.
pub const KEY_BYTES_MAX: usize = 64 * 1024;

/// Modulus of a key, in bits (as `seal` takes them).
const MODULUS_BITS: core::ops::RangeInclusive<usize> = 4096..=8192;

const ALGORITHM: &str = "RSA-OAEP-256";

/// A private key that opens what was sealed to its public half. `Debug` tells nothing; overwritten on drop.
pub struct OfficeKey {
    key: RsaPrivateKey,
    kid: String,
}

/// Why a JWK is no key to open with. Quotes nothing of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)]
pub enum KeyError {
    #[error("the key has {found} bytes, at most {KEY_BYTES_MAX} are allowed")]
    TooLarge { found: usize },
    #[error("the key is no private RSA key as JWK (line {line}, column {column})")]
    Json { line: usize, column: usize },
    #[error("\"kty\" must be \"RSA\" and \"alg\" \"{ALGORITHM}\"")]
    Algorithm,
    #[error("\"{member}\" must be base64url without padding")]
    Number { member: &'static str },
    #[error("the modulus has {bits} bits; {} to {} are allowed", MODULUS_BITS.start(), MODULUS_BITS.end())]
    ModulusLength { bits: usize },
    #[error("its numbers don't belong together")]
    Numbers,
}

/// Members that we need; others (`dp`, `dq`, `qi`, `key_ops`, `x5c`) are worked out or ignored.
#[derive(Deserialize)]
struct Jwk {
    kty: String,
    alg: String,
    kid: String,
    n: String,
    e: String,
    d: Secret,
    p: Secret,
    q: Secret,
}

/// A member of JSON that nobody else may read.
#[derive(Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(transparent)]
pub(crate) struct Secret(pub(crate) String);

impl OfficeKey {
    /// Reads and checks a private JWK.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn from_jwk(json: &[u8]) -> Result<Self, KeyError> {
        if json.len() > KEY_BYTES_MAX {
            return Err(KeyError::TooLarge { found: json.len() });
        }
        let jwk: Jwk = serde_json::from_slice(json).map_err(|error| KeyError::Json {
            line: error.line(),
            column: error.column(),
        })?;
        if jwk.kty != "RSA" || jwk.alg != ALGORITHM {
            return Err(KeyError::Algorithm);
        }
        let modulus = number("n", &jwk.n)?;
        let bits = modulus.bits();
        if !MODULUS_BITS.contains(&bits) {
            return Err(KeyError::ModulusLength { bits });
        }
        let exponent = number("e", &jwk.e)?;
        let primes = vec![number("p", &jwk.p.0)?, number("q", &jwk.q.0)?];
        let key = RsaPrivateKey::from_components(modulus, exponent, number("d", &jwk.d.0)?, primes);
        Ok(Self {
            key: key.map_err(|_| KeyError::Numbers)?,
            kid: jwk.kid,
        })
    }

    /// Its identifier.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// Length of what it unwraps.
    pub(crate) fn wrapped_bytes(&self) -> usize {
        self.key.size()
    }

    /// Unwraps a content key (RSAES-OAEP with SHA-256, RFC 7518 §4.3). Blinded with `random`: the `rsa` crate's
    /// private operation takes time that depends on its input (RUSTSEC-2023-0071).
    pub(crate) fn unwrap_key(
        &self,
        wrapped: &[u8],
        random: &mut impl rsa::rand_core::CryptoRngCore,
    ) -> Option<Zeroizing<Vec<u8>>> {
        let padding = Oaep::new::<rsa::sha2::Sha256>();
        self.key
            .decrypt_blinded(random, padding, wrapped)
            .ok()
            .map(Zeroizing::new)
    }
}

impl fmt::Debug for OfficeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[private key]")
    }
}

fn number(member: &'static str, text: &str) -> Result<BigUint, KeyError> {
    let mut bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| KeyError::Number { member })?;
    let number = BigUint::from_bytes_be(&bytes);
    bytes.zeroize();
    Ok(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    const PRIVATE: &[u8] = include_bytes!("../../../tests/authority/authority.private.jwk");

    fn with(member: &str, value: Value) -> KeyError {
        let mut jwk: Value = serde_json::from_slice(PRIVATE).unwrap();
        jwk[member] = value;
        OfficeKey::from_jwk(&serde_json::to_vec(&jwk).unwrap()).unwrap_err()
    }

    #[test]
    fn the_test_authority_s_key_is_one_and_says_nothing() {
        let key = OfficeKey::from_jwk(PRIVATE).unwrap();
        assert_eq!((key.kid(), key.wrapped_bytes()), ("test-destination-enc-1", 512));
        assert_eq!(format!("{key:?}"), "[private key]");
    }

    #[test]
    fn what_is_no_key_is_named() {
        let public = include_bytes!("../../../tests/authority/authority.jwk");
        assert!(matches!(OfficeKey::from_jwk(public), Err(KeyError::Json { .. })));
        assert_eq!(with("kty", json!("EC")), KeyError::Algorithm);
        assert_eq!(with("alg", json!("RSA1_5")), KeyError::Algorithm);
        assert_eq!(with("p", json!("+/")), KeyError::Number { member: "p" });
        assert_eq!(with("p", json!("AQAB")), KeyError::Numbers);
        assert_eq!(with("d", json!("")), KeyError::Numbers);
        assert_eq!(with("q", json!("AQ")), KeyError::Numbers);
        assert_eq!(with("n", json!("AQAB")), KeyError::ModulusLength { bits: 17 });
        let large = vec![b' '; KEY_BYTES_MAX + 1];
        assert!(matches!(OfficeKey::from_jwk(&large), Err(KeyError::TooLarge { .. })));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            prop_assert!(OfficeKey::from_jwk(&bytes).is_err());
        }
    }
}
