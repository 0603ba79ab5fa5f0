//! The few primitives that PACE and secure messaging are made of: AES-128, CMAC, the key derivation.
use aes::Aes128;
use aes::cipher::{BlockCipherEncrypt, BlockModeDecrypt, BlockModeEncrypt, KeyInit, KeyIvInit};
use cmac::{Cmac, Mac};
use sha1::{Digest, Sha1};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

/// Block of AES, and length of its keys here.
pub(crate) const BLOCK: usize = 16;
/// Length of checksums and authentication tokens (TR-03110-3 A.2.4.2, F.2.2).
pub(crate) const CHECKSUM: usize = 8;

/// An AES-128 key. It can't be printed or copied and is overwritten on drop.
pub(crate) struct Key(Zeroizing<[u8; BLOCK]>);

/// What a key is derived for: the counter of TR-03110-3 A.2.3.
#[derive(Clone, Copy)]
pub(crate) enum Purpose {
    Encryption = 1,
    Authentication = 2,
    Password = 3,
}

impl Key {
    /// KDF(K, c) = first 16 bytes of SHA-1(K ‖ c) (TR-03110-3 A.2.3.2).
    pub(crate) fn derive(secret: &[u8], purpose: Purpose) -> Self {
        Self::derive_with(secret, &[], purpose)
    }

    /// KDF(K, r, c) = first 16 bytes of SHA-1(K ‖ r ‖ c): with a nonce for chip authentication (TR-03110-3 A.2.3).
    pub(crate) fn derive_with(secret: &[u8], nonce: &[u8], purpose: Purpose) -> Self {
        let mut hash = Sha1::new();
        hash.update(secret);
        hash.update(nonce);
        hash.update((purpose as u32).to_be_bytes());
        let mut digest = hash.finalize();
        let mut key = Zeroizing::new([0; BLOCK]);
        key.copy_from_slice(&digest[..BLOCK]);
        digest.as_mut_slice().zeroize();
        Self(key)
    }

    /// One block of AES, as the IV of secure messaging is made (TR-03110-3 F.2.1).
    pub(crate) fn encrypt_block(&self, block: [u8; BLOCK]) -> [u8; BLOCK] {
        let mut block = block.into();
        Aes128::new((&*self.0).into()).encrypt_block(&mut block);
        block.into()
    }

    /// CBC in place; `data` is whole blocks, a rest is left alone.
    pub(crate) fn encrypt(&self, iv: &[u8; BLOCK], data: &mut [u8]) {
        let mut cipher = cbc::Encryptor::<Aes128>::new((&*self.0).into(), iv.into());
        let (blocks, _) = data.as_chunks_mut::<BLOCK>();
        blocks.iter_mut().for_each(|block| cipher.encrypt_block(block.into()));
    }

    /// CBC in place; `data` is whole blocks, a rest is left alone.
    pub(crate) fn decrypt(&self, iv: &[u8; BLOCK], data: &mut [u8]) {
        let mut cipher = cbc::Decryptor::<Aes128>::new((&*self.0).into(), iv.into());
        let (blocks, _) = data.as_chunks_mut::<BLOCK>();
        blocks.iter_mut().for_each(|block| cipher.decrypt_block(block.into()));
    }

    /// CMAC of the parts one after the other, cut to 8 bytes (TR-03110-3 A.2.4.2).
    pub(crate) fn checksum(&self, parts: &[&[u8]]) -> [u8; CHECKSUM] {
        let mut mac = <Cmac<Aes128> as KeyInit>::new((&*self.0).into());
        parts.iter().for_each(|part| mac.update(part));
        let full = mac.finalize().into_bytes();
        let mut checksum = [0; CHECKSUM];
        checksum.copy_from_slice(&full[..CHECKSUM]);
        checksum
    }

    #[cfg(test)]
    pub(crate) fn bytes(&self) -> &[u8] {
        &*self.0
    }

    #[cfg(test)]
    pub(crate) fn known(bytes: [u8; BLOCK]) -> Self {
        Self(Zeroizing::new(bytes))
    }
}

/// Equality in constant time; different lengths are unequal.
pub(crate) fn equal(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

/// `data` followed by `80` and zeros up to whole blocks (ISO 7816-4 §6.2.3.1 padding method 2).
pub(crate) fn pad(data: &[u8]) -> Zeroizing<Vec<u8>> {
    let length = (data.len() / BLOCK + 1) * BLOCK;
    let mut padded = Zeroizing::new(Vec::with_capacity(length));
    padded.extend_from_slice(data);
    padded.push(0x80);
    padded.resize(length, 0);
    padded
}

/// Length of the data before the padding; `None` when there is no such padding in the last block.
pub(crate) fn unpadded_length(padded: &[u8]) -> Option<usize> {
    let end = padded.iter().rposition(|byte| *byte != 0)?;
    (padded[end] == 0x80 && padded.len() - end <= BLOCK).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_fills_blocks_and_comes_off() {
        for length in 0..40 {
            let padded = pad(&vec![0xAB; length]);
            assert_eq!(padded.len() % BLOCK, 0);
            assert_eq!(unpadded_length(&padded), Some(length));
        }
        assert_eq!(unpadded_length(&[0; 16]), None);
        assert_eq!(unpadded_length(&[1; 16]), None);
        assert_eq!(unpadded_length(&[]), None);
        let mut long = vec![0x80];
        long.resize(17, 0);
        assert_eq!(unpadded_length(&long), None);
    }

    #[test]
    fn cbc_goes_back() {
        let key = Key::known([7; 16]);
        let mut data = *b"0123456789abcdef0123456789abcdef";
        key.encrypt(&[1; 16], &mut data);
        assert_ne!(data[..16], data[16..]);
        key.decrypt(&[1; 16], &mut data);
        assert_eq!(&data, b"0123456789abcdef0123456789abcdef");
    }
}
