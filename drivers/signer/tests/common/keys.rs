//! Keys in memory.
use bp256::BrainpoolP256r1;
use ecdsa::SigningKey;
use ecdsa::signature::hazmat::PrehashSigner;
use signer::curve::Digest;
use signer::{SignerTrouble, TerminalSigner};

/// A key pair from a seed that isn't zero.
pub fn key(seed: u8) -> SigningKey<BrainpoolP256r1> {
    SigningKey::from_slice(&[seed; 32]).unwrap()
}

/// Its public point.
pub fn point(key: &SigningKey<BrainpoolP256r1>) -> Vec<u8> {
    key.verifying_key().to_sec1_point(false).as_bytes().to_vec()
}

/// Its plain signature.
pub fn sign(key: &SigningKey<BrainpoolP256r1>, message: &[u8]) -> Vec<u8> {
    let signature: ecdsa::Signature<BrainpoolP256r1> = key.sign_prehash(&Digest::Sha256.hash(message)).unwrap();
    signature.to_bytes().to_vec()
}

/// A key that the test holds itself.
pub struct Own(pub SigningKey<BrainpoolP256r1>);

impl TerminalSigner for Own {
    fn sign(&mut self, _: &[u8], message: &[u8]) -> Result<Vec<u8>, SignerTrouble> {
        Ok(sign(&self.0, message))
    }
}
