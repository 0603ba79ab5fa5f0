//! The numbers of chip authentication version 2 (TR-03110-2 §3.4, TR-03110-3 A.4.1.3, B.2).
use crate::Fault;
use crate::crypto::{Key, Purpose, equal};
use crate::curve::{COORDINATE_BYTES, KeyPair, Point};
use crate::pace::token;
use crate::secure_messaging::SecureMessaging;

/// id-CA-ECDH-AES-CBC-CMAC-128, 0.4.0.127.0.7.2.2.3.2.2, as the value of its object identifier.
pub(crate) const CHIP_AUTHENTICATION_OID: [u8; 10] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x03, 0x02, 0x02];
/// Bytes of the card's nonce (B.2.2).
const NONCE_BYTES: usize = 8;

/// Proof that the chip has the private key of the public key that [`agree`] was given, with the session that follows.
pub(crate) struct ChipProven(SecureMessaging);

impl ChipProven {
    pub(crate) fn into_session(self) -> SecureMessaging {
        self.0
    }
}

/// New session keys from the terminal's ephemeral key and the chip's static one, whose signature was verified. The card
/// proves with its token that it has the private key; only then there is a session.
pub(crate) fn agree(own: &KeyPair, chip_key: &[u8], nonce: &[u8], card_token: &[u8]) -> Result<ChipProven, Fault> {
    if nonce.len() != NONCE_BYTES {
        return Err(Fault::Nonce);
    }
    let shared = Point::parse(chip_key)?.times(&own.secret)?.encode()?;
    let x = &shared[1..=COORDINATE_BYTES];
    let encryption = Key::derive_with(x, nonce, Purpose::Encryption);
    let authentication = Key::derive_with(x, nonce, Purpose::Authentication);
    let expected = token(&authentication, &CHIP_AUTHENTICATION_OID, own.public());
    if !equal(&expected, card_token) {
        return Err(Fault::ChipToken);
    }
    Ok(ChipProven(SecureMessaging::new(encryption, authentication)))
}
