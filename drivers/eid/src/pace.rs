//! The numbers of PACE with generic mapping over elliptic curves (TR-03110-2 §3.2, TR-03110-3 A.3, B.1): what is
//! computed between the commands. The commands themselves: `dialogue::pace_run`.
use crate::Fault;
use crate::crypto::{BLOCK, CHECKSUM, Key, Purpose, equal};
use crate::curve::{COORDINATE_BYTES, KeyPair, Point, SecretScalar};
use crate::secure_messaging::SecureMessaging;
use apdu::tlv::{self, Tag};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

/// id-PACE-ECDH-GM-AES-CBC-CMAC-128, 0.4.0.127.0.7.2.2.4.2.2, as the value of its object identifier.
pub(crate) const PACE_OID: [u8; 10] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x04, 0x02, 0x02];
/// brainpoolP256r1 (TR-03110-3 table 4).
pub(crate) const PARAMETER_ID: u8 = 13;

/// The terminal's two ephemeral keys for one run.
pub(crate) struct EphemeralKeys {
    pub(crate) mapping: KeyPair,
    /// Its public key lies on the mapped generator, which is known only with the card's answers.
    pub(crate) agreement: SecretScalar,
}

impl EphemeralKeys {
    pub(crate) fn generate(random: &mut impl CryptoRng) -> Self {
        Self {
            mapping: KeyPair::generate(random),
            agreement: SecretScalar::generate(random),
        }
    }
}

/// The card's nonce s.
pub(crate) struct Nonce(SecretScalar);

impl Nonce {
    /// s = D(Kπ, z) with Kπ = KDF(password, 3). CAN, PIN and PUK go in as their characters (TR-03110-3 A.2.3).
    pub(crate) fn decrypt(password: &[u8], z: &[u8]) -> Result<Self, Fault> {
        let mut nonce: Zeroizing<[u8; BLOCK]> = Zeroizing::new(z.try_into().map_err(|_| Fault::Nonce)?);
        Key::derive(password, Purpose::Password).decrypt(&[0; BLOCK], &mut *nonce);
        SecretScalar::from_number(&*nonce).map(Self).ok_or(Fault::Nonce)
    }
}

/// G̃ = s·G + H, where H is the Diffie-Hellman point of the mapping keys (TR-03110-3 A.3.4.1).
pub(crate) fn mapped_generator(own: &KeyPair, card_key: &[u8], nonce: &Nonce) -> Result<Point, Fault> {
    if equal(card_key, own.public()) {
        return Err(Fault::EqualKeys);
    }
    let shared = Point::parse(card_key)?.times(&own.secret)?;
    Point::generator().times(&nonce.0)?.plus(&shared)
}

/// Session keys before the tokens were exchanged.
pub(crate) struct Agreed {
    encryption: Key,
    authentication: Key,
    /// What the terminal sends.
    pub(crate) own_token: [u8; CHECKSUM],
    expected_token: [u8; CHECKSUM],
}

/// Key agreement on the mapped generator: checks the card's key, derives both session keys from the x-coordinate
/// (always 32 bytes) and computes both tokens.
pub(crate) fn agree(secret: &SecretScalar, own_key: &[u8], card_key: &[u8]) -> Result<Agreed, Fault> {
    if equal(own_key, card_key) {
        return Err(Fault::EqualKeys);
    }
    let shared = Point::parse(card_key)?.times(secret)?.encode()?;
    let x = &shared[1..=COORDINATE_BYTES];
    let encryption = Key::derive(x, Purpose::Encryption);
    let authentication = Key::derive(x, Purpose::Authentication);
    let own_token = token(&authentication, &PACE_OID, card_key);
    let expected_token = token(&authentication, &PACE_OID, own_key);
    Ok(Agreed {
        encryption,
        authentication,
        own_token,
        expected_token,
    })
}

impl Agreed {
    /// Compares the card's token in constant time; only then there is a secure channel.
    pub(crate) fn confirm(self, card_token: &[u8]) -> Result<SecureMessaging, Fault> {
        if !equal(&self.expected_token, card_token) {
            return Err(Fault::Token);
        }
        Ok(SecureMessaging::new(self.encryption, self.authentication))
    }
}

/// Authentication token of PACE and of chip authentication: CMAC over `7F49 {06 OID} {86 point}` of the key that the
/// token's receiver has sent (TR-03110-3 A.2.4.2, D.3).
pub(crate) fn token(key: &Key, protocol: &[u8], public_key: &[u8]) -> [u8; CHECKSUM] {
    let parts = [tlv::encode(Tag(0x06), protocol), tlv::encode(Tag(0x86), public_key)];
    key.checksum(&[&tlv::encode(Tag(0x7F49), &tlv::concat(&[&parts[0], &parts[1]]))])
}

#[cfg(test)]
#[path = "pace_known_answer.rs"]
mod known_answer;
