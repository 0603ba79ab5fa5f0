//! Curves and hashes of terminal authentication (TR-03110-3 A.7.4, TR-03116-2), and the check of a signature.
use bp256::BrainpoolP256r1;
use bp384::BrainpoolP384r1;
use ecdsa::signature::hazmat::PrehashVerifier;
use sha2::{Digest as _, Sha256, Sha384, Sha512};

/// The hash that an algorithm names: id-TA-ECDSA-SHA-256 and the like (TR-03110-3 table 18).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Digest {
    /// id-TA-ECDSA-SHA-256, 0.4.0.127.0.7.2.2.2.2.3.
    Sha256,
    /// id-TA-ECDSA-SHA-384, 0.4.0.127.0.7.2.2.2.2.4.
    Sha384,
    /// id-TA-ECDSA-SHA-512, 0.4.0.127.0.7.2.2.2.2.5.
    Sha512,
}

/// id-TA-ECDSA, 0.4.0.127.0.7.2.2.2.2, as the value of an object identifier.
const ID_TA_ECDSA: [u8; 9] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x02, 0x02];

impl Digest {
    /// Reads the algorithm of a public key (the value of its object identifier); `None` for RSA, SHA-1 and SHA-224.
    pub fn from_algorithm(oid: &[u8]) -> Option<Self> {
        match oid.strip_prefix(ID_TA_ECDSA.as_slice())? {
            [3] => Some(Self::Sha256),
            [4] => Some(Self::Sha384),
            [5] => Some(Self::Sha512),
            [..] => None,
        }
    }

    /// The algorithm as the value of an object identifier.
    pub fn algorithm(self) -> [u8; 10] {
        let last = match self {
            Self::Sha256 => 3,
            Self::Sha384 => 4,
            Self::Sha512 => 5,
        };
        let [a, b, c, d, e, f, g, h, i] = ID_TA_ECDSA;
        [a, b, c, d, e, f, g, h, i, last]
    }

    /// The hash of `message`: 32, 48 or 64 bytes.
    pub fn hash(self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha256 => Sha256::digest(message).to_vec(),
            Self::Sha384 => Sha384::digest(message).to_vec(),
            Self::Sha512 => Sha512::digest(message).to_vec(),
        }
    }
}

/// A curve that a terminal's key may lie on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Curve {
    /// brainpoolP256r1 (RFC 5639): what the German eID uses.
    BrainpoolP256r1,
    /// brainpoolP384r1 (RFC 5639).
    BrainpoolP384r1,
}

impl Curve {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::BrainpoolP256r1, Self::BrainpoolP384r1];

    /// Bytes of a coordinate and of half a plain signature.
    pub fn field_bytes(self) -> usize {
        match self {
            Self::BrainpoolP256r1 => 32,
            Self::BrainpoolP384r1 => 48,
        }
    }

    /// The hash of that strength, used unless a certificate names another.
    pub fn digest(self) -> Digest {
        match self {
            Self::BrainpoolP256r1 => Digest::Sha256,
            Self::BrainpoolP384r1 => Digest::Sha384,
        }
    }

    /// The curve's name as a DER object identifier: `CKA_EC_PARAMS` (PKCS#11 §6.3.3).
    pub fn ec_params(self) -> [u8; 11] {
        let last = match self {
            Self::BrainpoolP256r1 => 0x07,
            Self::BrainpoolP384r1 => 0x0B,
        };
        [0x06, 0x09, 0x2B, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, last]
    }

    /// The curve of that `CKA_EC_PARAMS`.
    pub fn from_ec_params(params: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|curve| curve.ec_params() == params)
    }

    /// The curve with that prime modulus, an unsigned integer (TR-03110-3 table 31, tag 81).
    pub fn from_prime(prime: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|curve| curve.domain().prime == prime)
    }

    /// The domain parameters: a request for a certificate carries them all (TR-03110-3 D.3.3).
    pub fn domain(self) -> &'static Domain {
        match self {
            Self::BrainpoolP256r1 => &BRAINPOOL_P256R1,
            Self::BrainpoolP384r1 => &BRAINPOOL_P384R1,
        }
    }

    /// True when `signature` (plain, `r ‖ s`) is one over `message` by the key with that uncompressed point.
    pub fn verifies(self, point: &[u8], digest: Digest, message: &[u8], signature: &[u8]) -> bool {
        let hash = digest.hash(message);
        match self {
            Self::BrainpoolP256r1 => verifies_on::<BrainpoolP256r1>(point, &hash, signature),
            Self::BrainpoolP384r1 => verifies_on::<BrainpoolP384r1>(point, &hash, signature),
        }
    }
}

/// Domain parameters, big-endian without leading zeros (TR-03110-3 table 31).
#[derive(Debug)]
pub struct Domain {
    /// Prime modulus p.
    pub prime: &'static [u8],
    /// First coefficient a.
    pub a: &'static [u8],
    /// Second coefficient b.
    pub b: &'static [u8],
    /// Base point G, uncompressed.
    pub base_point: &'static [u8],
    /// Order of the base point r.
    pub order: &'static [u8],
    /// Cofactor f.
    pub cofactor: &'static [u8],
}

macro_rules! curve_verifies {
    ($($curve:ident),*) => { $(
        impl Verifies for $curve {
            fn verifies(point: &[u8], hash: &[u8], signature: &[u8]) -> bool {
                let (Ok(key), Ok(signature)) =
                    (ecdsa::VerifyingKey::<$curve>::from_sec1_bytes(point), ecdsa::Signature::<$curve>::from_slice(signature))
                else { return false };
                point.first() == Some(&0x04) && key.verify_prehash(hash, &signature).is_ok()
            }
        }
    )* };
}

trait Verifies {
    fn verifies(point: &[u8], hash: &[u8], signature: &[u8]) -> bool;
}

curve_verifies!(BrainpoolP256r1, BrainpoolP384r1);

fn verifies_on<C: Verifies>(point: &[u8], hash: &[u8], signature: &[u8]) -> bool {
    C::verifies(point, hash, signature)
}

/// RFC 5639 §3, as `openssl ecparam -name brainpoolP256r1 -param_enc explicit -text` prints it.
const BRAINPOOL_P256R1: Domain = Domain {
    prime: &[
        0xA9, 0xFB, 0x57, 0xDB, 0xA1, 0xEE, 0xA9, 0xBC, 0x3E, 0x66, 0x0A, 0x90, 0x9D, 0x83, 0x8D, 0x72, 0x6E, 0x3B,
        0xF6, 0x23, 0xD5, 0x26, 0x20, 0x28, 0x20, 0x13, 0x48, 0x1D, 0x1F, 0x6E, 0x53, 0x77,
    ],
    a: &[
        0x7D, 0x5A, 0x09, 0x75, 0xFC, 0x2C, 0x30, 0x57, 0xEE, 0xF6, 0x75, 0x30, 0x41, 0x7A, 0xFF, 0xE7, 0xFB, 0x80,
        0x55, 0xC1, 0x26, 0xDC, 0x5C, 0x6C, 0xE9, 0x4A, 0x4B, 0x44, 0xF3, 0x30, 0xB5, 0xD9,
    ],
    b: &[
        0x26, 0xDC, 0x5C, 0x6C, 0xE9, 0x4A, 0x4B, 0x44, 0xF3, 0x30, 0xB5, 0xD9, 0xBB, 0xD7, 0x7C, 0xBF, 0x95, 0x84,
        0x16, 0x29, 0x5C, 0xF7, 0xE1, 0xCE, 0x6B, 0xCC, 0xDC, 0x18, 0xFF, 0x8C, 0x07, 0xB6,
    ],
    base_point: &[
        0x04, 0x8B, 0xD2, 0xAE, 0xB9, 0xCB, 0x7E, 0x57, 0xCB, 0x2C, 0x4B, 0x48, 0x2F, 0xFC, 0x81, 0xB7, 0xAF, 0xB9,
        0xDE, 0x27, 0xE1, 0xE3, 0xBD, 0x23, 0xC2, 0x3A, 0x44, 0x53, 0xBD, 0x9A, 0xCE, 0x32, 0x62, 0x54, 0x7E, 0xF8,
        0x35, 0xC3, 0xDA, 0xC4, 0xFD, 0x97, 0xF8, 0x46, 0x1A, 0x14, 0x61, 0x1D, 0xC9, 0xC2, 0x77, 0x45, 0x13, 0x2D,
        0xED, 0x8E, 0x54, 0x5C, 0x1D, 0x54, 0xC7, 0x2F, 0x04, 0x69, 0x97,
    ],
    order: &[
        0xA9, 0xFB, 0x57, 0xDB, 0xA1, 0xEE, 0xA9, 0xBC, 0x3E, 0x66, 0x0A, 0x90, 0x9D, 0x83, 0x8D, 0x71, 0x8C, 0x39,
        0x7A, 0xA3, 0xB5, 0x61, 0xA6, 0xF7, 0x90, 0x1E, 0x0E, 0x82, 0x97, 0x48, 0x56, 0xA7,
    ],
    cofactor: &[1],
};

/// RFC 5639 §3, as `openssl ecparam -name brainpoolP384r1 -param_enc explicit -text` prints it.
const BRAINPOOL_P384R1: Domain = Domain {
    prime: &[
        0x8C, 0xB9, 0x1E, 0x82, 0xA3, 0x38, 0x6D, 0x28, 0x0F, 0x5D, 0x6F, 0x7E, 0x50, 0xE6, 0x41, 0xDF, 0x15, 0x2F,
        0x71, 0x09, 0xED, 0x54, 0x56, 0xB4, 0x12, 0xB1, 0xDA, 0x19, 0x7F, 0xB7, 0x11, 0x23, 0xAC, 0xD3, 0xA7, 0x29,
        0x90, 0x1D, 0x1A, 0x71, 0x87, 0x47, 0x00, 0x13, 0x31, 0x07, 0xEC, 0x53,
    ],
    a: &[
        0x7B, 0xC3, 0x82, 0xC6, 0x3D, 0x8C, 0x15, 0x0C, 0x3C, 0x72, 0x08, 0x0A, 0xCE, 0x05, 0xAF, 0xA0, 0xC2, 0xBE,
        0xA2, 0x8E, 0x4F, 0xB2, 0x27, 0x87, 0x13, 0x91, 0x65, 0xEF, 0xBA, 0x91, 0xF9, 0x0F, 0x8A, 0xA5, 0x81, 0x4A,
        0x50, 0x3A, 0xD4, 0xEB, 0x04, 0xA8, 0xC7, 0xDD, 0x22, 0xCE, 0x28, 0x26,
    ],
    b: &[
        0x04, 0xA8, 0xC7, 0xDD, 0x22, 0xCE, 0x28, 0x26, 0x8B, 0x39, 0xB5, 0x54, 0x16, 0xF0, 0x44, 0x7C, 0x2F, 0xB7,
        0x7D, 0xE1, 0x07, 0xDC, 0xD2, 0xA6, 0x2E, 0x88, 0x0E, 0xA5, 0x3E, 0xEB, 0x62, 0xD5, 0x7C, 0xB4, 0x39, 0x02,
        0x95, 0xDB, 0xC9, 0x94, 0x3A, 0xB7, 0x86, 0x96, 0xFA, 0x50, 0x4C, 0x11,
    ],
    base_point: &[
        0x04, 0x1D, 0x1C, 0x64, 0xF0, 0x68, 0xCF, 0x45, 0xFF, 0xA2, 0xA6, 0x3A, 0x81, 0xB7, 0xC1, 0x3F, 0x6B, 0x88,
        0x47, 0xA3, 0xE7, 0x7E, 0xF1, 0x4F, 0xE3, 0xDB, 0x7F, 0xCA, 0xFE, 0x0C, 0xBD, 0x10, 0xE8, 0xE8, 0x26, 0xE0,
        0x34, 0x36, 0xD6, 0x46, 0xAA, 0xEF, 0x87, 0xB2, 0xE2, 0x47, 0xD4, 0xAF, 0x1E, 0x8A, 0xBE, 0x1D, 0x75, 0x20,
        0xF9, 0xC2, 0xA4, 0x5C, 0xB1, 0xEB, 0x8E, 0x95, 0xCF, 0xD5, 0x52, 0x62, 0xB7, 0x0B, 0x29, 0xFE, 0xEC, 0x58,
        0x64, 0xE1, 0x9C, 0x05, 0x4F, 0xF9, 0x91, 0x29, 0x28, 0x0E, 0x46, 0x46, 0x21, 0x77, 0x91, 0x81, 0x11, 0x42,
        0x82, 0x03, 0x41, 0x26, 0x3C, 0x53, 0x15,
    ],
    order: &[
        0x8C, 0xB9, 0x1E, 0x82, 0xA3, 0x38, 0x6D, 0x28, 0x0F, 0x5D, 0x6F, 0x7E, 0x50, 0xE6, 0x41, 0xDF, 0x15, 0x2F,
        0x71, 0x09, 0xED, 0x54, 0x56, 0xB3, 0x1F, 0x16, 0x6E, 0x6C, 0xAC, 0x04, 0x25, 0xA7, 0xCF, 0x3A, 0xB6, 0xAF,
        0x6B, 0x7F, 0xC3, 0x10, 0x3B, 0x88, 0x32, 0x02, 0xE9, 0x04, 0x65, 0x65,
    ],
    cofactor: &[1],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back() {
        for curve in Curve::ALL {
            assert_eq!(Curve::from_ec_params(&curve.ec_params()), Some(curve));
            assert_eq!(Curve::from_prime(curve.domain().prime), Some(curve));
            assert_eq!(curve.domain().base_point.len(), 2 * curve.field_bytes() + 1);
        }
        for digest in [Digest::Sha256, Digest::Sha384, Digest::Sha512] {
            assert_eq!(Digest::from_algorithm(&digest.algorithm()), Some(digest));
        }
        // id-TA-ECDSA-SHA-1 and id-TA-RSA-PSS-SHA-256
        assert_eq!(Digest::from_algorithm(&[4, 0, 127, 0, 7, 2, 2, 2, 2, 1]), None);
        assert_eq!(Digest::from_algorithm(&[4, 0, 127, 0, 7, 2, 2, 2, 1, 4]), None);
        assert_eq!(Curve::from_prime(&[]), None);
    }

    #[test]
    fn nonsense_verifies_nothing() {
        for curve in Curve::ALL {
            let point = curve.domain().base_point;
            for signature in [
                vec![],
                vec![0; 2 * curve.field_bytes()],
                vec![1; 2 * curve.field_bytes()],
                vec![0xFF; 200],
            ] {
                assert!(!curve.verifies(point, curve.digest(), b"message", &signature));
            }
            assert!(!curve.verifies(&[4; 10], curve.digest(), b"message", &vec![1; 2 * curve.field_bytes()]));
        }
    }
}
