//! The primitives of the card's side, written apart from the terminal's so that a mistake in one can't hide in both.
use aes::Aes128;
use aes::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use bp256::r1::{AffinePoint, NonZeroScalar, ProjectivePoint, Sec1Point};
use cmac::{Cmac, Mac};
use elliptic_curve::sec1::{FromSec1Point, ToSec1Point};
use sha1::{Digest, Sha1};

pub(super) const BLOCK: usize = 16;
pub(super) type Key = [u8; BLOCK];

/// KDF for AES-128 (TR-03110-3 A.2.3.2): counter 1 encryption, 2 authentication, 3 password.
pub(super) fn derive(secret: &[u8], counter: u8) -> Key {
    let digest: [u8; 20] = Sha1::new()
        .chain_update(secret)
        .chain_update([0, 0, 0, counter])
        .finalize()
        .into();
    let mut key = [0; BLOCK];
    key.copy_from_slice(&digest[..BLOCK]);
    key
}

/// CMAC cut to 8 bytes.
pub(super) fn checksum(key: &Key, message: &[u8]) -> [u8; 8] {
    let mut mac = <Cmac<Aes128> as KeyInit>::new(key.into());
    mac.update(message);
    let [a, b, c, d, e, f, g, h, ..]: [u8; BLOCK] = mac.finalize().into_bytes().into();
    [a, b, c, d, e, f, g, h]
}

/// One block of AES.
pub(super) fn encrypt_block(key: &Key, block: Key) -> Key {
    let mut block = block.into();
    Aes128::new(key.into()).encrypt_block(&mut block);
    block.into()
}

fn decrypt_block(key: &Key, block: Key) -> Key {
    let mut block = block.into();
    Aes128::new(key.into()).decrypt_block(&mut block);
    block.into()
}

fn xor(a: Key, b: Key) -> Key {
    core::array::from_fn(|at| a[at] ^ b[at])
}

/// CBC over whole blocks.
pub(super) fn encrypt(key: &Key, iv: Key, data: &[u8]) -> Vec<u8> {
    let mut before = iv;
    let (blocks, _) = data.as_chunks::<BLOCK>();
    let encrypted = blocks.iter().map(|block| {
        before = encrypt_block(key, xor(*block, before));
        before
    });
    encrypted.collect::<Vec<_>>().concat()
}

/// CBC over whole blocks.
pub(super) fn decrypt(key: &Key, iv: Key, data: &[u8]) -> Vec<u8> {
    let mut before = iv;
    let (blocks, _) = data.as_chunks::<BLOCK>();
    let decrypted = blocks.iter().map(|block| {
        let plain = xor(decrypt_block(key, *block), before);
        before = *block;
        plain
    });
    decrypted.collect::<Vec<_>>().concat()
}

/// Padding method 2 of ISO 7816-4.
pub(super) fn pad(mut data: Vec<u8>) -> Vec<u8> {
    data.push(0x80);
    data.resize(data.len().next_multiple_of(BLOCK), 0);
    data
}

/// Takes the padding off; `None` when there is none.
pub(super) fn unpad(mut data: Vec<u8>) -> Option<Vec<u8>> {
    let whole = data.len();
    while data.last() == Some(&0) {
        data.pop();
    }
    (data.pop() == Some(0x80) && whole - data.len() <= BLOCK).then_some(data)
}

/// An uncompressed point on brainpoolP256r1 that isn't infinity.
pub(super) fn point(bytes: &[u8]) -> Option<ProjectivePoint> {
    if bytes.len() != 65 || bytes[0] != 0x04 {
        return None;
    }
    let encoded = Sec1Point::from_bytes(bytes).ok()?;
    AffinePoint::from_sec1_point(&encoded)
        .into_option()
        .map(ProjectivePoint::from)
}

/// `04 ‖ x ‖ y`.
pub(super) fn uncompressed(point: &ProjectivePoint) -> Vec<u8> {
    point.to_sec1_point(false).as_bytes().to_vec()
}

/// A 16-byte nonce as a number; zero is none.
pub(super) fn number(nonce: &Key) -> Option<NonZeroScalar> {
    let mut bytes = [0; 32];
    bytes[16..].copy_from_slice(nonce);
    NonZeroScalar::try_from(bytes.as_slice()).ok()
}
