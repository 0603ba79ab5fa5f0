//! The public key of an authority, as its JWK says it (RFC 7517, RFC 7518 §6.3.1).
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use core::fmt;
use core::ops::RangeInclusive;
use rsa::traits::PublicKeyParts;
use rsa::{BigUint, RsaPublicKey};
use serde::Deserialize;

/// Largest JWK that is looked at. A chain of three certificates (`x5c`) for 4096-bit keys has about 10 kB.
pub const JWK_BYTES_MAX: usize = 64 * 1024;

/// Shortest modulus an authority may use (FIT-Connect: 4096 bit).
pub const MODULUS_BITS_MIN: usize = 4096;

/// Longest modulus we work with; bounds the time of one encryption.
pub const MODULUS_BITS_MAX: usize = 8192;

/// Allowed length of a key identifier (FIT-Connect: 8 to 64 characters).
pub const KID_CHARS: RangeInclusive<usize> = 8..=64;

const ALGORITHM: &str = "RSA-OAEP-256";
const OPERATION: &str = "wrapKey";

/// Members that only a private RSA key has (RFC 7518 §6.3.2), and a symmetric key's (§6.4.1).
const PRIVATE_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// A checked public key that cases can be sealed to.
#[derive(Clone, PartialEq, Eq)]
pub struct AuthorityKey {
    key: RsaPublicKey,
    kid: String,
}

/// Why a JWK is no key to seal to. For whoever configures the terminal.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)]
pub enum KeyError {
    #[error("the key has {found} bytes, at most {JWK_BYTES_MAX} are allowed")]
    TooLarge { found: usize },
    #[error("the key is no JWK (RFC 7517): {0}")]
    Json(String),
    #[error("the key holds the private member \"{member}\"; a private key must never be on a terminal")]
    Private { member: &'static str },
    #[error("the key has no \"{member}\"")]
    Missing { member: &'static str },
    #[error("\"kty\" must be \"RSA\"")]
    KeyType,
    #[error("\"alg\" must be \"{ALGORITHM}\"")]
    Algorithm,
    #[error("\"key_ops\" must contain \"{OPERATION}\"")]
    Operation,
    #[error("\"kid\" must have {} to {} characters and no control characters", KID_CHARS.start(), KID_CHARS.end())]
    KeyId,
    #[error("\"{member}\" must be base64url without padding and without leading zero bytes (RFC 7518 §2)")]
    Number { member: &'static str },
    #[error("the modulus has {bits} bits; {MODULUS_BITS_MIN} to {MODULUS_BITS_MAX} are allowed")]
    ModulusLength { bits: usize },
    #[error("the modulus is even, so it is no product of two primes")]
    ModulusEven,
    #[error("the public exponent must be odd and between 65537 and 2^32 (BSI TR-02102-1)")]
    Exponent,
}

#[derive(Deserialize)]
struct Jwk {
    kty: Option<String>,
    alg: Option<String>,
    key_ops: Option<Vec<String>>,
    kid: Option<String>,
    n: Option<String>,
    e: Option<String>,
    #[serde(flatten)]
    others: std::collections::BTreeMap<String, serde::de::IgnoredAny>,
}

impl AuthorityKey {
    /// Reads and checks a JWK. Members we don't know (`x5c`, `use`) are ignored (RFC 7517 §4); that a certificate chain
    /// fits the key is not checked here.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn from_jwk(json: &[u8]) -> Result<Self, KeyError> {
        if json.len() > JWK_BYTES_MAX {
            return Err(KeyError::TooLarge { found: json.len() });
        }
        let jwk: Jwk = serde_json::from_slice(json).map_err(|error| KeyError::Json(place_of(&error)))?;
        if let Some(member) = PRIVATE_MEMBERS
            .into_iter()
            .find(|member| jwk.others.contains_key(*member))
        {
            return Err(KeyError::Private { member });
        }
        if jwk.kty.ok_or(KeyError::Missing { member: "kty" })? != "RSA" {
            return Err(KeyError::KeyType);
        }
        if jwk.alg.ok_or(KeyError::Missing { member: "alg" })? != ALGORITHM {
            return Err(KeyError::Algorithm);
        }
        if !jwk
            .key_ops
            .ok_or(KeyError::Missing { member: "key_ops" })?
            .iter()
            .any(|operation| operation == OPERATION)
        {
            return Err(KeyError::Operation);
        }
        let kid = jwk.kid.ok_or(KeyError::Missing { member: "kid" })?;
        if !KID_CHARS.contains(&kid.chars().count()) || kid.chars().any(char::is_control) {
            return Err(KeyError::KeyId);
        }
        let modulus = number(jwk.n, "n")?;
        let exponent = number(jwk.e, "e")?;
        Ok(Self {
            key: public_key(&modulus, &exponent)?,
            kid,
        })
    }

    /// The key's identifier, as it goes into the header of what is sealed to it.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// Length of the modulus in bits.
    pub fn modulus_bits(&self) -> usize {
        self.key.n().bits()
    }

    pub(crate) fn rsa(&self) -> &RsaPublicKey {
        &self.key
    }
}

impl fmt::Debug for AuthorityKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AuthorityKey({:?}, {} bit)", self.kid, self.modulus_bits())
    }
}

/// Where the JSON is wrong, without a word of its content: a private key may have been put there by mistake.
fn place_of(error: &serde_json::Error) -> String {
    let what = if error.is_data() {
        "a member is missing its type, or is doubled"
    } else {
        "not JSON"
    };
    format!("{what}, line {}, column {}", error.line(), error.column())
}

/// Base64urlUInt (RFC 7518 §2): big-endian, as few bytes as can be.
fn number(text: Option<String>, member: &'static str) -> Result<Vec<u8>, KeyError> {
    let text = text.ok_or(KeyError::Missing { member })?;
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| KeyError::Number { member })?;
    match bytes.first() {
        None | Some(0) => Err(KeyError::Number { member }),
        Some(_) => Ok(bytes),
    }
}

fn public_key(modulus: &[u8], exponent: &[u8]) -> Result<RsaPublicKey, KeyError> {
    // Before any arithmetic: the length bounds its time.
    let bits = modulus.len() * 8 - modulus.first().map_or(0, |first| first.leading_zeros() as usize);
    if !(MODULUS_BITS_MIN..=MODULUS_BITS_MAX).contains(&bits) {
        return Err(KeyError::ModulusLength { bits });
    }
    if modulus.last().is_none_or(|last| last % 2 == 0) {
        return Err(KeyError::ModulusEven);
    }
    let exponent = match exponent.len() {
        0..=4 => exponent
            .iter()
            .fold(0u64, |value, byte| (value << 8) | u64::from(*byte)),
        _ => return Err(KeyError::Exponent),
    };
    if exponent < 65_537 || exponent % 2 == 0 {
        return Err(KeyError::Exponent);
    }
    RsaPublicKey::new_with_max_size(
        BigUint::from_bytes_be(modulus),
        BigUint::from(exponent),
        MODULUS_BITS_MAX,
    )
    .map_err(|_| KeyError::Exponent)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    const AUTHORITY: &[u8] = include_bytes!("../../../tests/authority/authority.jwk");
    const PRIVATE: &[u8] = include_bytes!("../../../tests/authority/authority.private.jwk");

    fn jwk() -> Value {
        serde_json::from_slice(AUTHORITY).unwrap()
    }

    fn with(member: &str, value: Value) -> Result<AuthorityKey, KeyError> {
        let mut changed = jwk();
        changed[member] = value;
        AuthorityKey::from_jwk(&serde_json::to_vec(&changed).unwrap())
    }

    fn without(member: &str) -> KeyError {
        let mut changed = jwk();
        changed.as_object_mut().unwrap().remove(member);
        AuthorityKey::from_jwk(&serde_json::to_vec(&changed).unwrap()).unwrap_err()
    }

    #[test]
    fn the_authoritys_key_is_taken() {
        let key = AuthorityKey::from_jwk(AUTHORITY).unwrap();
        assert_eq!(key.kid(), "test-destination-enc-1");
        assert_eq!(key.modulus_bits(), 4096);
        assert_eq!(format!("{key:?}"), "AuthorityKey(\"test-destination-enc-1\", 4096 bit)");
    }

    #[test]
    fn a_private_key_is_refused_before_anything_else() {
        assert_eq!(AuthorityKey::from_jwk(PRIVATE), Err(KeyError::Private { member: "d" }));
        assert_eq!(with("k", json!("AA")), Err(KeyError::Private { member: "k" }));
    }

    #[test]
    fn every_member_is_needed() {
        for member in ["kty", "alg", "key_ops", "kid", "n", "e"] {
            assert_eq!(without(member), KeyError::Missing { member });
        }
    }

    #[test]
    fn every_wrong_member_is_named() {
        assert_eq!(with("kty", json!("EC")), Err(KeyError::KeyType));
        assert_eq!(with("alg", json!("RSA-OAEP")), Err(KeyError::Algorithm));
        assert_eq!(with("key_ops", json!(["verify"])), Err(KeyError::Operation));
        assert_eq!(with("key_ops", json!([])), Err(KeyError::Operation));
        assert_eq!(with("kid", json!("1234567")), Err(KeyError::KeyId));
        assert_eq!(with("kid", json!("x".repeat(65))), Err(KeyError::KeyId));
        assert_eq!(with("kid", json!("kid\u{0}67890")), Err(KeyError::KeyId));
        assert_eq!(with("n", json!("+/==")), Err(KeyError::Number { member: "n" }));
        assert_eq!(with("n", json!("")), Err(KeyError::Number { member: "n" }));
        assert_eq!(with("e", json!("AAEAAQ")), Err(KeyError::Number { member: "e" }));
        assert_eq!(with("e", json!("AQAC")), Err(KeyError::Exponent));
        assert_eq!(with("e", json!("Aw")), Err(KeyError::Exponent));
        assert_eq!(with("e", json!("AQAAAAE")), Err(KeyError::Exponent));
        assert!(matches!(with("kty", json!(1)), Err(KeyError::Json(_))));
        let short = with("n", json!(URL_SAFE_NO_PAD.encode([0x81; 256])));
        assert_eq!(short, Err(KeyError::ModulusLength { bits: 2048 }));
        let one_bit_short = with("n", json!(URL_SAFE_NO_PAD.encode([0x7f; 512])));
        assert_eq!(one_bit_short, Err(KeyError::ModulusLength { bits: 4095 }));
        let long = with("n", json!(URL_SAFE_NO_PAD.encode([0x81; 1025])));
        assert_eq!(long, Err(KeyError::ModulusLength { bits: 8200 }));
        assert_eq!(
            with("n", json!(URL_SAFE_NO_PAD.encode([0x80; 512]))),
            Err(KeyError::ModulusEven)
        );
    }

    #[test]
    fn unknown_members_are_ignored_and_doubles_are_not() {
        assert!(with("x5c", json!(["MIIB"])).is_ok());
        assert!(with("use", json!("enc")).is_ok());
        let text = String::from_utf8(AUTHORITY.to_vec()).unwrap();
        let double = text.replacen('{', r#"{"kid":"another-one","#, 1);
        assert!(matches!(
            AuthorityKey::from_jwk(double.as_bytes()),
            Err(KeyError::Json(_))
        ));
        let large = vec![b' '; JWK_BYTES_MAX + 1];
        assert_eq!(
            AuthorityKey::from_jwk(&large),
            Err(KeyError::TooLarge {
                found: JWK_BYTES_MAX + 1
            })
        );
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            prop_assert!(AuthorityKey::from_jwk(&bytes).is_err());
        }

        #[test]
        fn a_changed_byte_gives_an_error_or_a_key_that_keeps_the_rules(at in 0usize..800, to in any::<u8>()) {
            let mut bytes = AUTHORITY.to_vec();
            let at = at % bytes.len();
            bytes[at] = to;
            if let Ok(key) = AuthorityKey::from_jwk(&bytes) {
                prop_assert!((MODULUS_BITS_MIN..=MODULUS_BITS_MAX).contains(&key.modulus_bits()));
                prop_assert!(KID_CHARS.contains(&key.kid().chars().count()));
                prop_assert!(key.rsa().e() >= &BigUint::from(65_537u32));
            }
        }

        #[test]
        fn any_member_may_hold_anything(
            member in prop::sample::select(vec!["kty", "alg", "key_ops", "kid", "n", "e", "d", "x5c"]),
            text in ".{0,40}",
            number in any::<i64>(),
        ) {
            for value in [json!(text), json!(number), json!([text]), json!(null), json!({"a": number})] {
                let _ = with(member, value);
            }
        }
    }
}
