//! brainpoolP512r1 (RFC 5639 §3.7), for which no maintained crate exists.
//!
//! Only for checking signatures over public data: nothing secret ever passes here. The arithmetic is that of
//! `primeorder` and `primefield`, on which the other five curves stand too; this file gives it the numbers.
#![allow(unreachable_pub, reason = "the macros write pub, and the traits ask for it")]
use ecdsa::elliptic_curve::{
    self, CurveArithmetic, PrimeCurveArithmetic,
    bigint::{Odd, U512},
    consts::U64,
    ff::PrimeField,
    hazmat::FieldArithmetic,
    scalar::{FromUintUnchecked, IsHigh},
    subtle::{Choice, ConstantTimeGreater},
};
use primeorder::{PrimeCurveParams, mul_backend, point_arithmetic, wnaf};

const MODULUS: &str = "aadd9db8dbe9c48b3fd4e6ae33c9fc07cb308db3b3c9d20ed6639cca703308717d4d9b009bc66842aecda12ae6a380e6\
                       2881ff2f2d82c68528aa6056583a48f3";
const ORDER: &str = "aadd9db8dbe9c48b3fd4e6ae33c9fc07cb308db3b3c9d20ed6639cca70330870553e5c414ca92619418661197fac1047\
                     1db1d381085ddaddb58796829ca90069";

/// brainpoolP512r1.
#[derive(Copy, Clone, Debug, Default, Eq, PartialEq, PartialOrd, Ord)]
pub struct BrainpoolP512r1;

impl elliptic_curve::Curve for BrainpoolP512r1 {
    type FieldBytesSize = U64;
    type Uint = U512;
    const ORDER: Odd<U512> = Odd::<U512>::from_be_hex(ORDER);
}

impl elliptic_curve::PrimeCurve for BrainpoolP512r1 {}

impl elliptic_curve::point::PointCompression for BrainpoolP512r1 {
    const COMPRESS_POINTS: bool = false;
}

impl ecdsa::EcdsaCurve for BrainpoolP512r1 {
    const NORMALIZE_S: bool = false;
}

/// Point in affine coordinates.
type AffinePoint = primeorder::AffinePoint<BrainpoolP512r1>;
/// Point in projective coordinates.
type ProjectivePoint = primeorder::ProjectivePoint<BrainpoolP512r1>;

impl CurveArithmetic for BrainpoolP512r1 {
    type AffinePoint = AffinePoint;
    type ProjectivePoint = ProjectivePoint;
    type Scalar = Scalar;
}

impl FieldArithmetic for BrainpoolP512r1 {
    type FieldElement = FieldElement;
}

impl PrimeCurveArithmetic for BrainpoolP512r1 {
    type CurveGroup = ProjectivePoint;
}

impl PrimeCurveParams for BrainpoolP512r1 {
    type PointArithmetic = point_arithmetic::EquationAIsGeneric;
    type Backend = mul_backend::VariableOnly;

    const EQUATION_A: FieldElement = FieldElement::from_hex_vartime(
        "7830a3318b603b89e2327145ac234cc594cbdd8d3df91610a83441caea9863bc2ded5d5aa8253aa10a2ef1c98b9ac8b5\
             7f1117a72bf2c7b9e7c1ac4d77fc94ca",
    );
    const EQUATION_B: FieldElement = FieldElement::from_hex_vartime(
        "3df91610a83441caea9863bc2ded5d5aa8253aa10a2ef1c98b9ac8b57f1117a72bf2c7b9e7c1ac4d77fc94cadc083e67\
             984050b75ebae5dd2809bd638016f723",
    );
    const GENERATOR: (FieldElement, FieldElement) = (
        FieldElement::from_hex_vartime(
            "81aee4bdd82ed9645a21322e9c4c6a9385ed9f70b5d916c1b43b62eef4d0098eff3b1f78e2d0d48d50d1687b93b97d5f\
                 7c6d5047406a5e688b352209bcb9f822",
        ),
        FieldElement::from_hex_vartime(
            "7dde385d566332ecc0eabfa9cf7822fdf209f70024a57b1aa000c55b881f8111b2dcde494a5f485e5bca4bd88a2763ae\
                 d1ca2b2fa8f0540678cd1e0f3ad80892",
        ),
    );
}

/// The field of coordinates.
mod field {
    use super::U512;
    use ecdsa::elliptic_curve::{
        ff::PrimeField,
        ops::BatchInvert,
        subtle::{Choice, ConstantTimeEq, CtOption},
    };

    primefield::monty_field_params! {
        name: FieldParams,
        modulus: super::MODULUS,
        uint: U512,
        byte_order: primefield::ByteOrder::BigEndian,
        multiplicative_generator: 2,
        doc: "Montgomery parameters for brainpoolP512r1's field modulus"
    }
    primefield::monty_field_element! {
        name: FieldElement,
        params: FieldParams,
        uint: U512,
        doc: "Element in the brainpoolP512r1 finite field modulo p"
    }
    primefield::monty_field_arithmetic! {
        name: FieldElement,
        params: FieldParams,
        uint: U512
    }
    impl BatchInvert for FieldElement {}
}

/// The field of numbers that points are multiplied with.
mod scalar {
    use super::U512;
    use ecdsa::elliptic_curve::{
        ff::PrimeField,
        subtle::{Choice, ConstantTimeEq, CtOption},
    };

    primefield::monty_field_params! {
        name: ScalarParams,
        modulus: super::ORDER,
        uint: U512,
        byte_order: primefield::ByteOrder::BigEndian,
        multiplicative_generator: 7,
        doc: "Montgomery parameters for brainpoolP512r1's order"
    }
    primefield::monty_field_element! {
        name: Scalar,
        params: ScalarParams,
        uint: U512,
        doc: "Element in the brainpoolP512r1 scalar field modulo n"
    }
    primefield::monty_field_arithmetic! {
        name: Scalar,
        params: ScalarParams,
        uint: U512
    }
    primefield::monty_field_reduce! {
        name: Scalar,
        params: ScalarParams,
        uint: U512,
    }
}

use field::FieldElement;
use scalar::Scalar;

elliptic_curve::scalar_impls!(BrainpoolP512r1, Scalar);
wnaf::impl_wnaf_size_for_scalar!(Scalar);

impl AsRef<Scalar> for Scalar {
    fn as_ref(&self) -> &Scalar {
        self
    }
}

impl FromUintUnchecked for Scalar {
    type Uint = U512;

    fn from_uint_unchecked(uint: Self::Uint) -> Self {
        Self::from_uint_unchecked(uint)
    }
}

impl IsHigh for Scalar {
    fn is_high(&self) -> Choice {
        const HALF: U512 = <BrainpoolP512r1 as elliptic_curve::Curve>::ORDER
            .as_ref()
            .shr_vartime(1);
        self.to_canonical().ct_gt(&HALF)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ecdsa::elliptic_curve::sec1::{FromSec1Point, Sec1Point, ToSec1Point};

    fn scalar(hex: &str) -> Scalar {
        Scalar::from_slice(&hex::decode(hex).unwrap()).unwrap()
    }

    fn hex_of(point: ProjectivePoint) -> String {
        let point: Sec1Point<BrainpoolP512r1> = point.to_affine().to_sec1_point(false);
        hex::encode_upper(point.as_bytes())
    }

    /// RFC 7027 appendix A.3: both keys, and the x-coordinate that they agree on.
    #[test]
    fn rfc_7027_appendix_a_3() {
        let d_a = scalar(
            "16302FF0DBBB5A8D733DAB7141C1B45ACBC8715939677F6A56850A38BD87BD59\
             B09E80279609FF333EB9D4C061231FB26F92EEB04982A5F1D1764CAD57665422",
        );
        let q_a = "040A420517E406AAC0ACDCE90FCD71487718D3B953EFD7FBEC5F7F27E28C6149\
                   999397E91E029E06457DB2D3E640668B392C2A7E737A7F0BF04436D11640FD09FD\
                   72E6882E8DB28AAD36237CD25D580DB23783961C8DC52DFA2EC138AD472A0FCE\
                   F3887CF62B623B2A87DE5C588301EA3E5FC269B373B60724F5E82A6AD147FDE7";
        let d_b = scalar(
            "230E18E1BCC88A362FA54E4EA3902009292F7F8033624FD471B5D8ACE49D12CF\
             ABBC19963DAB8E2F1EBA00BFFB29E4D72D13F2224562F405CB80503666B25429",
        );
        let q_b = "049D45F66DE5D67E2E6DB6E93A59CE0BB48106097FF78A081DE781CDB31FCE8C\
                   CBAAEA8DD4320C4119F1E9CD437A2EAB3731FA9668AB268D871DEDA55A5473199F\
                   2FDC313095BCDD5FB3A91636F07A959C8E86B5636A1E930E8396049CB481961D\
                   365CC11453A06C719835475B12CB52FC3C383BCE35E27EF194512B71876285FA";
        let z = "A7927098655F1F9976FA50A9D566865DC530331846381C87256BAF3226244B76\
                 D36403C024D7BBF0AA0803EAFF405D3D24F11A9B5C0BEF679FE1454B21C4CD1F";
        let (of_a, of_b) = (ProjectivePoint::GENERATOR * d_a, ProjectivePoint::GENERATOR * d_b);
        assert_eq!((hex_of(of_a).as_str(), hex_of(of_b).as_str()), (q_a, q_b));
        assert_eq!(hex_of(of_b * d_a)[2..130], *z);
        assert_eq!(hex_of(of_a * d_b)[2..130], *z);
    }

    #[test]
    fn points_beside_the_curve_are_refused() {
        let mut bytes = hex::decode(hex_of(ProjectivePoint::GENERATOR)).unwrap();
        let parse = |bytes: &[u8]| {
            let point = Sec1Point::<BrainpoolP512r1>::from_bytes(bytes).unwrap();
            AffinePoint::from_sec1_point(&point).into_option()
        };
        assert!(parse(&bytes).is_some());
        bytes[128] ^= 1;
        assert!(parse(&bytes).is_none());
    }
}
