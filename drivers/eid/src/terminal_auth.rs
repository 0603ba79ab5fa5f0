//! Terminal authentication version 2 (TR-03110-2 §3.3): its commands (TR-03110-3 B.3, B.14) and what is signed.
use crate::Fault;
use crate::cv_certificate::{CvCertificate, Reference};
use apdu::Command;
use apdu::tlv::{self, Tag};

/// Bytes of the card's challenge (B.14.6).
pub(crate) const CHALLENGE_BYTES: usize = 8;

/// MSE:Set DST: the key with which the next certificate is verified (B.14.4).
pub(crate) fn set_verification_key(authority: &Reference) -> Result<Command, Fault> {
    let data = tlv::encode(Tag(0x83), authority.bytes());
    Ok(Command::new(0x00, 0x22, 0x81, 0xB6).with_data(data)?)
}

/// PSO:Verify Certificate (B.14.5); one of the commands that may have extended length (B.12.2).
pub(crate) fn verify_certificate(verified_data: &[u8]) -> Result<Command, Fault> {
    Ok(Command::new(0x00, 0x2A, 0x00, 0xBE).with_data(verified_data.to_vec())?)
}

/// MSE:Set AT: objects 80, 83, 67, 91 in this order (B.14.1).
pub(crate) fn set_terminal(
    terminal: &CvCertificate,
    auxiliary_data: &[u8],
    compressed_key: &[u8],
) -> Result<Command, Fault> {
    let protocol = tlv::encode(Tag(0x80), &terminal.protocol());
    let holder = tlv::encode(Tag(0x83), terminal.holder().bytes());
    let key = tlv::encode(Tag(0x91), compressed_key);
    let data = tlv::concat(&[&protocol, &holder, auxiliary_data, &key]);
    Ok(Command::new(0x00, 0x22, 0x81, 0xA4).with_data(data)?)
}

/// GET CHALLENGE (B.14.6).
pub(crate) fn get_challenge() -> Result<Command, Fault> {
    Ok(Command::new(0x00, 0x84, 0x00, 0x00).with_expected(CHALLENGE_BYTES as u32)?)
}

/// EXTERNAL AUTHENTICATE (B.14.7).
pub(crate) fn external_authenticate(signature: Vec<u8>) -> Result<Command, Fault> {
    Ok(Command::new(0x00, 0x82, 0x00, 0x00).with_data(signature)?)
}

/// What the terminal signs: ID_ICC ‖ r_ICC ‖ Comp(PK) ‖ A (TR-03110-2 §3.3.1 step 5). The card's id is the compressed
/// ephemeral key that it used in PACE.
pub(crate) fn signed_message(
    card_id: &[u8],
    challenge: &[u8],
    compressed_key: &[u8],
    auxiliary_data: &[u8],
) -> Vec<u8> {
    [card_id, challenge, compressed_key, auxiliary_data].concat()
}
