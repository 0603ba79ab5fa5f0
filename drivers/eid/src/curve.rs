//! brainpoolP256r1 as PACE needs it (RFC 5639; TR-03110-3 A.2.1.1 parameter id 13).
use crate::Fault;
use bp256::r1::{AffinePoint, BrainpoolP256r1, NonZeroScalar, ProjectivePoint, Sec1Point};
use elliptic_curve::Generate;
use elliptic_curve::sec1::{FromSec1Point, ToSec1Point};
use rand_core::CryptoRng;
use zeroize::{Zeroize, Zeroizing};

/// Bytes of an uncompressed point: `04 ‖ x ‖ y` (TR-03110-3 D.3.4).
pub(crate) const POINT_BYTES: usize = 65;
/// Bytes of a coordinate; leading zeros belong to it.
pub(crate) const COORDINATE_BYTES: usize = 32;

/// A private key. Overwritten on drop.
pub(crate) struct SecretScalar(NonZeroScalar);

impl SecretScalar {
    pub(crate) fn generate(random: &mut impl CryptoRng) -> Self {
        Self(NonZeroScalar::generate_from_rng(random))
    }

    /// A number of at most 32 bytes, big-endian; zero and numbers above the order are none.
    pub(crate) fn from_number(number: &[u8]) -> Option<Self> {
        let mut bytes = Zeroizing::new([0; COORDINATE_BYTES]);
        let start = COORDINATE_BYTES.checked_sub(number.len())?;
        bytes[start..].copy_from_slice(number);
        NonZeroScalar::try_from(bytes.as_slice()).ok().map(Self)
    }
}

impl Drop for SecretScalar {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// A private key and its public key on the curve's own generator.
pub(crate) struct KeyPair {
    pub(crate) secret: SecretScalar,
    public: Zeroizing<[u8; POINT_BYTES]>,
}

impl KeyPair {
    pub(crate) fn generate(random: &mut impl CryptoRng) -> Self {
        Self::of(SecretScalar::generate(random))
    }

    /// The pair of a private key.
    pub(crate) fn of(secret: SecretScalar) -> Self {
        // A scalar that isn't zero times the generator is never infinite, so the encoding always has its full length.
        let point = Point(ProjectivePoint::GENERATOR.mul(&secret.0));
        let public = point.encode().unwrap_or_else(|_| Zeroizing::new([0; POINT_BYTES]));
        Self { secret, public }
    }

    /// `04 ‖ x ‖ y`.
    pub(crate) fn public(&self) -> &[u8; POINT_BYTES] {
        &self.public
    }

    /// Comp(PK): the x-coordinate (TR-03110-3 A.2.2.3).
    pub(crate) fn compressed(&self) -> &[u8] {
        compressed(&self.public)
    }
}

/// Comp(PK) of an uncompressed point: its x-coordinate (TR-03110-3 A.2.2.3).
pub(crate) fn compressed(point: &[u8; POINT_BYTES]) -> &[u8] {
    &point[1..=COORDINATE_BYTES]
}

/// A point on the curve that isn't infinity.
pub(crate) struct Point(ProjectivePoint);

impl Point {
    /// The curve's own generator.
    pub(crate) fn generator() -> Self {
        Self(ProjectivePoint::GENERATOR)
    }

    /// Reads `04 ‖ x ‖ y`; compressed points, infinity and points beside the curve are errors.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        if bytes.len() != POINT_BYTES || bytes.first() != Some(&0x04) {
            return Err(Fault::NotOnCurve);
        }
        let encoded = Sec1Point::from_bytes(bytes).map_err(|_| Fault::NotOnCurve)?;
        let point = AffinePoint::from_sec1_point(&encoded)
            .into_option()
            .ok_or(Fault::NotOnCurve)?;
        Self::not_infinite(point.into())
    }

    /// This point times a number.
    pub(crate) fn times(&self, scalar: &SecretScalar) -> Result<Self, Fault> {
        Self::not_infinite(self.0.mul(&scalar.0))
    }

    /// The sum of two points.
    pub(crate) fn plus(&self, other: &Self) -> Result<Self, Fault> {
        Self::not_infinite(self.0.add(&other.0))
    }

    /// `04 ‖ x ‖ y`.
    pub(crate) fn encode(&self) -> Result<Zeroizing<[u8; POINT_BYTES]>, Fault> {
        let encoded: elliptic_curve::sec1::Sec1Point<BrainpoolP256r1> = self.0.to_sec1_point(false);
        let mut bytes = Zeroizing::new([0; POINT_BYTES]);
        if encoded.as_bytes().len() != POINT_BYTES {
            return Err(Fault::Infinity);
        }
        bytes.copy_from_slice(encoded.as_bytes());
        Ok(bytes)
    }

    fn not_infinite(point: ProjectivePoint) -> Result<Self, Fault> {
        if point == ProjectivePoint::IDENTITY {
            Err(Fault::Infinity)
        } else {
            Ok(Self(point))
        }
    }
}

impl Drop for Point {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}
