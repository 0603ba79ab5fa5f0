//! ECDSA signatures over public data, on every curve that German documents are signed with (ICAO 9303-12 §4.4,
//! TR-03116-2 §2).
use super::bp512::BrainpoolP512r1;
use crate::der::{Der, DerError, INTEGER, Item, OBJECT_IDENTIFIER, SEQUENCE};
use crate::domain_parameters::Curve;
use bp256::BrainpoolP256r1;
use bp384::BrainpoolP384r1;
use ecdsa::elliptic_curve::sec1::{FromSec1Point, ModulusSize, ToSec1Point};
use ecdsa::elliptic_curve::{AffinePoint, CurveArithmetic, FieldBytesSize};
use ecdsa::signature::hazmat::PrehashVerifier;
use ecdsa::{EcdsaCurve, Signature, VerifyingKey};
use p256::NistP256;
use p384::NistP384;
use p521::NistP521;
use sha2::{Digest as _, Sha256, Sha384, Sha512};

/// ecdsa-with-SHA2 (RFC 5758 §3.2): what follows is 2, 3 or 4.
const ECDSA_WITH_SHA2: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03];
/// ecdsa-plain-signatures, 0.4.0.127.0.7.1.1.4.1 (TR-03111 §5.2.1): what follows is 3, 4 or 5.
const ECDSA_PLAIN: &[u8] = &[0x04, 0x00, 0x7F, 0x00, 0x07, 0x01, 0x01, 0x04, 0x01];
/// NIST hash algorithms (RFC 5754 §2): what follows is 1, 2 or 3.
const NIST_HASH: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02];

/// The hash functions in use. SHA-1 and SHA-224 aren't (TR-03116-2 table 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    /// The function that a digest AlgorithmIdentifier names.
    pub(super) fn from_algorithm(algorithm: &Item<'_>) -> Result<Option<Self>, DerError> {
        let oid = algorithm.inside().expect(OBJECT_IDENTIFIER)?.value;
        Ok(match oid.strip_prefix(NIST_HASH) {
            Some([1]) => Some(Self::Sha256),
            Some([2]) => Some(Self::Sha384),
            Some([3]) => Some(Self::Sha512),
            Some(_) | None => None,
        })
    }

    pub(super) fn digest(self, parts: &[&[u8]]) -> Vec<u8> {
        fn all<D: sha2::Digest>(parts: &[&[u8]]) -> Vec<u8> {
            let mut digest = D::new();
            parts.iter().for_each(|part| digest.update(part));
            digest.finalize().to_vec()
        }
        match self {
            Self::Sha256 => all::<Sha256>(parts),
            Self::Sha384 => all::<Sha384>(parts),
            Self::Sha512 => all::<Sha512>(parts),
        }
    }
}

/// SHA-256 of some bytes.
pub(super) fn sha_256(parts: &[&[u8]]) -> [u8; 32] {
    let mut digest = Sha256::new();
    parts.iter().for_each(|part| digest.update(part));
    digest.finalize().into()
}

/// How a signature was made: which hash, and whether its two numbers stand in a SEQUENCE or side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SignatureAlgorithm {
    hash: Hash,
    is_plain: bool,
}

impl SignatureAlgorithm {
    pub(super) fn read(algorithm: &Item<'_>) -> Result<Option<Self>, DerError> {
        let oid = algorithm.inside().expect(OBJECT_IDENTIFIER)?.value;
        let (number, is_plain) = match (oid.strip_prefix(ECDSA_WITH_SHA2), oid.strip_prefix(ECDSA_PLAIN)) {
            (Some([number]), _) => (*number, false),
            (_, Some([number])) => (number.saturating_sub(1), true),
            _ => return Ok(None),
        };
        let hash = match number {
            2 => Hash::Sha256,
            3 => Hash::Sha384,
            4 => Hash::Sha512,
            _ => return Ok(None),
        };
        Ok(Some(Self { hash, is_plain }))
    }
}

/// An ECDSA public key on a known curve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PublicKey {
    curve: Curve,
    /// `04 ‖ x ‖ y`.
    point: Vec<u8>,
}

impl PublicKey {
    /// Reads a SubjectPublicKeyInfo; `None` when it is for other algorithms or curves.
    pub(super) fn read(info: &Item<'_>) -> Result<Option<Self>, DerError> {
        let mut fields = info.inside();
        let curve = Curve::from_algorithm(&fields.expect(SEQUENCE)?)?;
        let point = fields.any()?.whole_bits()?;
        fields.finish()?;
        let whole = |curve: &Curve| point.len() == 1 + 2 * curve.field_bytes() && point.starts_with(&[0x04]);
        Ok(curve.filter(whole).map(|curve| Self {
            curve,
            point: point.to_vec(),
        }))
    }

    /// True when `signature` over the joined `parts` was made by this key's owner.
    pub(super) fn verifies(&self, algorithm: SignatureAlgorithm, parts: &[&[u8]], signature: &[u8]) -> bool {
        let Some(plain) = self.plain(algorithm, signature) else {
            return false;
        };
        let digest = algorithm.hash.digest(parts);
        let point = self.point.as_slice();
        match self.curve {
            Curve::P256 => check::<NistP256>(point, &digest, &plain),
            Curve::P384 => check::<NistP384>(point, &digest, &plain),
            Curve::P521 => check::<NistP521>(point, &digest, &plain),
            Curve::BrainpoolP256 => check::<BrainpoolP256r1>(point, &digest, &plain),
            Curve::BrainpoolP384 => check::<BrainpoolP384r1>(point, &digest, &plain),
            Curve::BrainpoolP512 => check::<BrainpoolP512r1>(point, &digest, &plain),
        }
    }

    /// The signature's two numbers side by side, each as long as the field.
    fn plain(&self, algorithm: SignatureAlgorithm, signature: &[u8]) -> Option<Vec<u8>> {
        if algorithm.is_plain {
            return Some(signature.to_vec());
        }
        let mut outer = Der::new(signature);
        let mut numbers = outer.expect(SEQUENCE).ok()?.inside();
        let mut plain = vec![];
        for _ in 0..2 {
            let number = numbers.expect(INTEGER).ok()?.unsigned().ok()?;
            let zeros = self.curve.field_bytes().checked_sub(number.len())?;
            plain.resize(plain.len() + zeros, 0);
            plain.extend_from_slice(number);
        }
        let nothing_follows = numbers.finish().is_ok() && outer.finish().is_ok();
        nothing_follows.then_some(plain)
    }
}

fn check<C>(point: &[u8], digest: &[u8], plain: &[u8]) -> bool
where
    C: EcdsaCurve + CurveArithmetic,
    AffinePoint<C>: FromSec1Point<C> + ToSec1Point<C>,
    FieldBytesSize<C>: ModulusSize,
{
    let (Ok(key), Ok(signature)) = (
        VerifyingKey::<C>::from_sec1_bytes(point),
        Signature::<C>::from_slice(plain),
    ) else {
        return false;
    };
    key.verify_prehash(digest, &signature).is_ok()
}
