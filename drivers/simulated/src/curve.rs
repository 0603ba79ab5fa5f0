//! Keys and signatures of the issuer's side: brainpoolP256r1 and brainpoolP384r1 (RFC 5639), ECDSA (TR-03111 §4.2.1).
use crate::der;
use bp256::r1::BrainpoolP256r1;
use bp384::r1::BrainpoolP384r1;
use ecdsa::Signature;
use ecdsa::hazmat::{sign_prehashed_rfc6979, verify_prehashed};
use elliptic_curve::sec1::{FromSec1Point, ToSec1Point};
use elliptic_curve::{Generate, NonZeroScalar, ProjectivePoint};
use rand_core::CryptoRng;
use sha2::{Digest, Sha256, Sha384};

/// A curve with the hash that goes with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Curve {
    /// brainpoolP256r1 with SHA-256.
    BrainpoolP256,
    /// brainpoolP384r1 with SHA-384.
    BrainpoolP384,
}

/// Explicit domain parameters as hexadecimal numbers: p, a, b, x, y, r (RFC 5639 §3.4, §3.6).
struct Domain {
    prime: &'static str,
    a: &'static str,
    b: &'static str,
    generator: &'static str,
    order: &'static str,
}

const P256: Domain = Domain {
    prime: "a9fb57dba1eea9bc3e660a909d838d726e3bf623d52620282013481d1f6e5377",
    a: "7d5a0975fc2c3057eef67530417affe7fb8055c126dc5c6ce94a4b44f330b5d9",
    b: "26dc5c6ce94a4b44f330b5d9bbd77cbf958416295cf7e1ce6bccdc18ff8c07b6",
    generator: "048bd2aeb9cb7e57cb2c4b482ffc81b7afb9de27e1e3bd23c23a4453bd9ace3262\
                547ef835c3dac4fd97f8461a14611dc9c27745132ded8e545c1d54c72f046997",
    order: "a9fb57dba1eea9bc3e660a909d838d718c397aa3b561a6f7901e0e82974856a7",
};

const P384: Domain = Domain {
    prime: "8cb91e82a3386d280f5d6f7e50e641df152f7109ed5456b412b1da197fb71123acd3a729901d1a71874700133107ec53",
    a: "7bc382c63d8c150c3c72080ace05afa0c2bea28e4fb22787139165efba91f90f8aa5814a503ad4eb04a8c7dd22ce2826",
    b: "04a8c7dd22ce28268b39b55416f0447c2fb77de107dcd2a62e880ea53eeb62d57cb4390295dbc9943ab78696fa504c11",
    generator: "041d1c64f068cf45ffa2a63a81b7c13f6b8847a3e77ef14fe3db7fcafe0cbd10e8e826e03436d646aaef87b2e247d4af1e\
                8abe1d7520f9c2a45cb1eb8e95cfd55262b70b29feec5864e19c054ff99129280e4646217791811142820341263c5315",
    order: "8cb91e82a3386d280f5d6f7e50e641df152f7109ed5456b31f166e6cac0425a7cf3ab6af6b7fc3103b883202e9046565",
};

pub(crate) fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text
        .chars()
        .filter_map(|digit| digit.to_digit(16))
        .map(|digit| digit as u8)
        .collect();
    digits
        .chunks(2)
        .map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit))
        .collect()
}

impl Curve {
    fn domain(self) -> &'static Domain {
        match self {
            Self::BrainpoolP256 => &P256,
            Self::BrainpoolP384 => &P384,
        }
    }

    pub(crate) fn hash(self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::BrainpoolP256 => Sha256::digest(message).to_vec(),
            Self::BrainpoolP384 => Sha384::digest(message).to_vec(),
        }
    }

    /// AlgorithmIdentifier of the hash.
    pub(crate) fn hash_algorithm(self) -> Vec<u8> {
        der::sequence(&[&der::oid(match self {
            Self::BrainpoolP256 => "2.16.840.1.101.3.4.2.1",
            Self::BrainpoolP384 => "2.16.840.1.101.3.4.2.2",
        })])
    }

    /// AlgorithmIdentifier of ECDSA with that hash (RFC 5758 §3.2).
    pub(crate) fn signature_algorithm(self) -> Vec<u8> {
        der::sequence(&[&der::oid(match self {
            Self::BrainpoolP256 => "1.2.840.10045.4.3.2",
            Self::BrainpoolP384 => "1.2.840.10045.4.3.3",
        })])
    }

    /// SubjectPublicKeyInfo; German certificates carry the parameters of the curve explicitly (RFC 3279 §2.3.5).
    pub(crate) fn public_key_info(self, public: &[u8], explicit: bool) -> Vec<u8> {
        let parameters = if explicit {
            self.ec_parameters()
        } else {
            der::oid(match self {
                Self::BrainpoolP256 => "1.3.36.3.3.2.8.1.1.7",
                Self::BrainpoolP384 => "1.3.36.3.3.2.8.1.1.11",
            })
        };
        let algorithm = der::sequence(&[&der::oid("1.2.840.10045.2.1"), &parameters]);
        der::sequence(&[&algorithm, &der::bits(public)])
    }

    /// `ECParameters` (TR-03111 §5.2; ANSI X9.62).
    fn ec_parameters(self) -> Vec<u8> {
        let domain = self.domain();
        let field = der::sequence(&[&der::oid("1.2.840.10045.1.1"), &der::unsigned(&hex(domain.prime))]);
        let curve = der::sequence(&[&der::octets(&hex(domain.a)), &der::octets(&hex(domain.b))]);
        let (generator, order) = (der::octets(&hex(domain.generator)), der::unsigned(&hex(domain.order)));
        der::sequence(&[&der::integer(1), &field, &curve, &generator, &order, &der::integer(1)])
    }

    /// The objects of a public key in a card-verifiable certificate or for restricted identification, without the
    /// template around them (TR-03110-3 D.3.3).
    pub(crate) fn card_verifiable_key(self, protocol: &str, public: &[u8], with_domain: bool) -> Vec<u8> {
        let domain = self.domain();
        let protocol = der::oid(protocol);
        let public = der::tlv(0x86, &[public]);
        if !with_domain {
            return [protocol, public].concat();
        }
        let number = |tag, digits: &str| der::tlv(tag, &[&without_zeros(hex(digits))]);
        [
            protocol,
            number(0x81, domain.prime),
            number(0x82, domain.a),
            number(0x83, domain.b),
            der::tlv(0x84, &[&hex(domain.generator)]),
            number(0x85, domain.order),
            public,
            der::tlv(0x87, &[&[0x01]]),
        ]
        .concat()
    }
}

/// The least number of bytes (TR-03110-3 D.2.1.1).
fn without_zeros(bytes: Vec<u8>) -> Vec<u8> {
    bytes.into_iter().skip_while(|byte| *byte == 0).collect()
}

/// A private key. Lives in memory only; for tests.
#[derive(Clone)]
pub(crate) enum Key {
    P256(NonZeroScalar<BrainpoolP256r1>),
    P384(NonZeroScalar<BrainpoolP384r1>),
}

impl Key {
    pub(crate) fn generate(curve: Curve, random: &mut impl CryptoRng) -> Self {
        match curve {
            Curve::BrainpoolP256 => Self::P256(NonZeroScalar::generate_from_rng(random)),
            Curve::BrainpoolP384 => Self::P384(NonZeroScalar::generate_from_rng(random)),
        }
    }

    pub(crate) fn curve(&self) -> Curve {
        match self {
            Self::P256(_) => Curve::BrainpoolP256,
            Self::P384(_) => Curve::BrainpoolP384,
        }
    }

    /// `04 ‖ x ‖ y`.
    pub(crate) fn public(&self) -> Vec<u8> {
        match self {
            Self::P256(secret) => {
                let point = ProjectivePoint::<BrainpoolP256r1>::GENERATOR * **secret;
                point.to_sec1_point(false).as_bytes().to_vec()
            }
            Self::P384(secret) => {
                let point = ProjectivePoint::<BrainpoolP384r1>::GENERATOR * **secret;
                point.to_sec1_point(false).as_bytes().to_vec()
            }
        }
    }

    /// Plain signature `r ‖ s` with the hash of the curve (TR-03111 §5.2.1); deterministic (RFC 6979).
    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        let digest = self.curve().hash(message);
        match self {
            Self::P256(secret) => sign_prehashed_rfc6979::<_, Sha256>(secret, &digest, &[]).0.to_vec(),
            Self::P384(secret) => sign_prehashed_rfc6979::<_, Sha384>(secret, &digest, &[]).0.to_vec(),
        }
    }

    /// The same signature as `SEQUENCE { r, s }` (TR-03111 §5.2.2).
    pub(crate) fn sign_der(&self, message: &[u8]) -> Vec<u8> {
        let plain = self.sign(message);
        let (r, s) = plain.split_at(plain.len() / 2);
        der::sequence(&[&der::unsigned(r), &der::unsigned(s)])
    }
}

/// Whether `signature` (plain) over `message` with ECDSA and SHA-256 fits `public`, a point of brainpoolP256r1.
pub(crate) fn verify_256(public: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let (Some(point), Ok(signature)) = (point_256(public), Signature::<BrainpoolP256r1>::from_slice(signature)) else {
        return false;
    };
    verify_prehashed(&point, &Sha256::digest(message), &signature).is_ok()
}

/// An uncompressed point of brainpoolP256r1 that isn't infinity.
pub(crate) fn point_256(bytes: &[u8]) -> Option<ProjectivePoint<BrainpoolP256r1>> {
    if bytes.len() != 65 || bytes[0] != 0x04 {
        return None;
    }
    let encoded = bp256::r1::Sec1Point::from_bytes(bytes).ok()?;
    bp256::r1::AffinePoint::from_sec1_point(&encoded)
        .into_option()
        .map(ProjectivePoint::<BrainpoolP256r1>::from)
}

/// Key agreement on brainpoolP256r1: the common point, uncompressed (TR-03111 §4.3).
pub(crate) fn agree_256(secret: &NonZeroScalar<BrainpoolP256r1>, public: &[u8]) -> Option<Vec<u8>> {
    let common = point_256(public)? * **secret;
    Some(common.to_sec1_point(false).as_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    #[test]
    fn parameters_have_the_bytes_that_openssl_writes() {
        // `openssl ecparam -name brainpoolP256r1 -param_enc explicit -outform DER | sha256sum`, likewise for 384.
        assert_eq!(Curve::BrainpoolP256.ec_parameters().len(), 0xE0 + 3);
        assert_eq!(Curve::BrainpoolP384.ec_parameters().len(), 0x140 + 4);
        assert_eq!(
            Curve::BrainpoolP256.ec_parameters()[..8],
            [0x30, 0x81, 0xE0, 0x02, 0x01, 0x01, 0x30, 0x2C]
        );
    }

    #[test]
    fn a_signature_fits_its_key_and_message_only() {
        let mut random = StdRng::seed_from_u64(3);
        let (key, other) = (
            Key::generate(Curve::BrainpoolP256, &mut random),
            Key::generate(Curve::BrainpoolP256, &mut random),
        );
        let signature = key.sign(b"message");
        assert!(verify_256(&key.public(), b"message", &signature));
        assert!(!verify_256(&key.public(), b"massage", &signature));
        assert!(!verify_256(&other.public(), b"message", &signature));
        assert!(!verify_256(&key.public(), b"message", &signature[1..]));
        assert!(!verify_256(&[0x04; 65], b"message", &signature));
    }
}
