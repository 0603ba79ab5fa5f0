//! The curves that sign German documents and carry their keys, and the ways a file may name one: by object identifier, by
//! the number of TR-03110-3 A.2.1.1, or by writing all its numbers down.
//!
//! Written-down numbers are compared with the known ones, each of them. Whoever may choose the generator can make a key
//! that fits any published public key (CVE-2020-0601), so a curve that differs in one number is no curve here.
use crate::der::{BIT_STRING, DerError, INTEGER, Item, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE};

/// id-ecPublicKey (RFC 5480 §2.1.1).
const EC_PUBLIC_KEY: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01];
/// prime-field (RFC 3279 §2.3.5).
const PRIME_FIELD: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x01, 0x01];
/// standardizedDomainParameters, 0.4.0.127.0.7.1.2 (TR-03110-3 A.2.1.1).
const STANDARDIZED: &[u8] = &[0x04, 0x00, 0x7F, 0x00, 0x07, 0x01, 0x02];

/// A curve this terminal knows (TR-03110-3 table 4; TR-03116-2; ICAO 9303-12 §4.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Curve {
    /// NIST P-256, also secp256r1 or prime256v1.
    P256,
    /// NIST P-384.
    P384,
    /// NIST P-521.
    P521,
    /// brainpoolP256r1 (RFC 5639).
    BrainpoolP256,
    /// brainpoolP384r1 (RFC 5639).
    BrainpoolP384,
    /// brainpoolP512r1 (RFC 5639).
    BrainpoolP512,
}

/// All of them.
pub(crate) const CURVES: [Curve; 6] = [
    Curve::P256,
    Curve::P384,
    Curve::P521,
    Curve::BrainpoolP256,
    Curve::BrainpoolP384,
    Curve::BrainpoolP512,
];

/// A curve's numbers, each as long as its field.
struct Numbers {
    object_identifier: &'static [u8],
    /// Number in TR-03110-3 table 4.
    standardized: u32,
    prime: &'static [u8],
    a: &'static [u8],
    b: &'static [u8],
    x: &'static [u8],
    y: &'static [u8],
    order: &'static [u8],
}

impl Curve {
    /// Bytes of a coordinate.
    pub(crate) const fn field_bytes(self) -> usize {
        match self {
            Self::P256 | Self::BrainpoolP256 => 32,
            Self::P384 | Self::BrainpoolP384 => 48,
            Self::BrainpoolP512 => 64,
            Self::P521 => 66,
        }
    }

    /// The curve that an AlgorithmIdentifier names in one of the forms of TR-03110-3 A.2.1: standardised domain
    /// parameters with their number, or id-ecPublicKey with a named curve or all its numbers. `None` when it is another.
    pub(crate) fn from_algorithm(algorithm: &Item<'_>) -> Result<Option<Self>, DerError> {
        let mut fields = algorithm.inside();
        let oid = fields.expect(OBJECT_IDENTIFIER)?.value;
        let Some(parameters) = fields.read()? else {
            return Ok(None);
        };
        fields.finish()?;
        if oid == STANDARDIZED {
            let number = parameters.small()?;
            return Ok(Self::find(|numbers| numbers.standardized == number));
        }
        if oid != EC_PUBLIC_KEY {
            return Ok(None);
        }
        match parameters.tag {
            OBJECT_IDENTIFIER => Ok(Self::find(|numbers| numbers.object_identifier == parameters.value)),
            SEQUENCE => Self::from_explicit(&parameters),
            _ => Err(DerError::Value),
        }
    }

    /// ECParameters (RFC 3279 §2.3.5, SEC 1 C.2): version, field, curve, base, order, cofactor.
    fn from_explicit(parameters: &Item<'_>) -> Result<Option<Self>, DerError> {
        let mut fields = parameters.inside();
        let version = fields.expect(INTEGER)?.small()?;
        let mut field = fields.expect(SEQUENCE)?.inside();
        if field.expect(OBJECT_IDENTIFIER)?.value != PRIME_FIELD || !(1..=3).contains(&version) {
            return Ok(None);
        }
        let prime = field.expect(INTEGER)?.unsigned()?;
        field.finish()?;
        let mut equation = fields.expect(SEQUENCE)?.inside();
        let a = equation.expect(OCTET_STRING)?.value;
        let b = equation.expect(OCTET_STRING)?.value;
        equation.optional(BIT_STRING)?;
        equation.finish()?;
        let base = fields.expect(OCTET_STRING)?.value;
        let order = fields.expect(INTEGER)?.unsigned()?;
        if let Some(cofactor) = fields.optional(INTEGER)?
            && cofactor.small()? != 1
        {
            return Ok(None);
        }
        fields.finish()?;
        Ok(Self::find(|numbers| {
            same_number(prime, numbers.prime)
                && same_number(a, numbers.a)
                && same_number(b, numbers.b)
                && same_number(order, numbers.order)
                && is_base(base, numbers)
        }))
    }

    fn find(fits: impl Fn(&Numbers) -> bool) -> Option<Self> {
        CURVES.into_iter().find(|curve| fits(curve.numbers()))
    }

    fn numbers(self) -> &'static Numbers {
        match self {
            Self::P256 => &P256,
            Self::P384 => &P384,
            Self::P521 => &P521,
            Self::BrainpoolP256 => &BRAINPOOL_P256,
            Self::BrainpoolP384 => &BRAINPOOL_P384,
            Self::BrainpoolP512 => &BRAINPOOL_P512,
        }
    }
}

/// Two numbers, whatever zeros lead.
fn same_number(left: &[u8], right: &[u8]) -> bool {
    fn short(mut bytes: &[u8]) -> &[u8] {
        while let [0, rest @ ..] = bytes {
            bytes = rest;
        }
        bytes
    }
    short(left) == short(right)
}

/// The generator as a point, whole (`04 ‖ x ‖ y`) or compressed (`02|03 ‖ x`).
fn is_base(base: &[u8], numbers: &Numbers) -> bool {
    let parity = numbers.y.last().map_or(0, |last| last & 1);
    match base.split_first() {
        Some((0x04, xy)) => xy.len() == 2 * numbers.x.len() && xy.starts_with(numbers.x) && xy.ends_with(numbers.y),
        Some((form @ 0x02..=0x03, x)) => form & 1 == parity && x == numbers.x,
        Some(_) | None => false,
    }
}

/// Bytes of a constant written in hexadecimal digits.
const fn hex<const BYTES: usize>(digits: &str) -> [u8; BYTES] {
    let digits = digits.as_bytes();
    let mut bytes = [0; BYTES];
    // One digit too few or too many stops the compiler.
    assert!(digits.len() == 2 * BYTES);
    let mut at = 0;
    while at < BYTES {
        bytes[at] = digit(digits[2 * at]) << 4 | digit(digits[2 * at + 1]);
        at += 1;
    }
    bytes
}

const fn digit(character: u8) -> u8 {
    match character {
        b'0'..=b'9' => character - b'0',
        b'A'..=b'F' => character - b'A' + 10,
        _ => panic!("a constant's digits are 0 to 9 and A to F"),
    }
}

/// P-256 (FIPS 186-4 D.1.2).
const P256: Numbers = Numbers {
    object_identifier: &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07],
    standardized: 12,
    prime: &hex::<32>("FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF"),
    a: &hex::<32>("FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFC"),
    b: &hex::<32>("5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B"),
    x: &hex::<32>("6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296"),
    y: &hex::<32>("4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5"),
    order: &hex::<32>("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551"),
};

/// P-384 (FIPS 186-4 D.1.2).
const P384: Numbers = Numbers {
    object_identifier: &[0x2B, 0x81, 0x04, 0x00, 0x22],
    standardized: 15,
    prime: &hex::<48>(
        "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFFFF0000000000000000FFFFFFFF",
    ),
    a: &hex::<48>("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFFFF0000000000000000FFFFFFFC"),
    b: &hex::<48>("B3312FA7E23EE7E4988E056BE3F82D19181D9C6EFE8141120314088F5013875AC656398D8A2ED19D2A85C8EDD3EC2AEF"),
    x: &hex::<48>("AA87CA22BE8B05378EB1C71EF320AD746E1D3B628BA79B9859F741E082542A385502F25DBF55296C3A545E3872760AB7"),
    y: &hex::<48>("3617DE4A96262C6F5D9E98BF9292DC29F8F41DBD289A147CE9DA3113B5F0B8C00A60B1CE1D7E819D7A431D7C90EA0E5F"),
    order: &hex::<48>(
        "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973",
    ),
};

/// P-521 (FIPS 186-4 D.1.2).
const P521: Numbers = Numbers {
    object_identifier: &[0x2B, 0x81, 0x04, 0x00, 0x23],
    standardized: 18,
    prime: &hex::<66>(
        "01FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF\
         FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF",
    ),
    a: &hex::<66>(
        "01FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF\
         FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC",
    ),
    b: &hex::<66>(
        "0051953EB9618E1C9A1F929A21A0B68540EEA2DA725B99B315F3B8B489918EF109E156193951EC7E937B1652C0BD3BB1\
         BF073573DF883D2C34F1EF451FD46B503F00",
    ),
    x: &hex::<66>(
        "00C6858E06B70404E9CD9E3ECB662395B4429C648139053FB521F828AF606B4D3DBAA14B5E77EFE75928FE1DC127A2FF\
         A8DE3348B3C1856A429BF97E7E31C2E5BD66",
    ),
    y: &hex::<66>(
        "011839296A789A3BC0045C8A5FB42C7D1BD998F54449579B446817AFBD17273E662C97EE72995EF42640C550B9013FAD\
         0761353C7086A272C24088BE94769FD16650",
    ),
    order: &hex::<66>(
        "01FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFA51868783BF2F966B7FCC0148F709\
         A5D03BB5C9B8899C47AEBB6FB71E91386409",
    ),
};

/// brainpoolP256r1 (RFC 5639 §3).
const BRAINPOOL_P256: Numbers = Numbers {
    object_identifier: &[0x2B, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x07],
    standardized: 13,
    prime: &hex::<32>("A9FB57DBA1EEA9BC3E660A909D838D726E3BF623D52620282013481D1F6E5377"),
    a: &hex::<32>("7D5A0975FC2C3057EEF67530417AFFE7FB8055C126DC5C6CE94A4B44F330B5D9"),
    b: &hex::<32>("26DC5C6CE94A4B44F330B5D9BBD77CBF958416295CF7E1CE6BCCDC18FF8C07B6"),
    x: &hex::<32>("8BD2AEB9CB7E57CB2C4B482FFC81B7AFB9DE27E1E3BD23C23A4453BD9ACE3262"),
    y: &hex::<32>("547EF835C3DAC4FD97F8461A14611DC9C27745132DED8E545C1D54C72F046997"),
    order: &hex::<32>("A9FB57DBA1EEA9BC3E660A909D838D718C397AA3B561A6F7901E0E82974856A7"),
};

/// brainpoolP384r1 (RFC 5639 §3).
const BRAINPOOL_P384: Numbers = Numbers {
    object_identifier: &[0x2B, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x0B],
    standardized: 16,
    prime: &hex::<48>(
        "8CB91E82A3386D280F5D6F7E50E641DF152F7109ED5456B412B1DA197FB71123ACD3A729901D1A71874700133107EC53",
    ),
    a: &hex::<48>("7BC382C63D8C150C3C72080ACE05AFA0C2BEA28E4FB22787139165EFBA91F90F8AA5814A503AD4EB04A8C7DD22CE2826"),
    b: &hex::<48>("04A8C7DD22CE28268B39B55416F0447C2FB77DE107DCD2A62E880EA53EEB62D57CB4390295DBC9943AB78696FA504C11"),
    x: &hex::<48>("1D1C64F068CF45FFA2A63A81B7C13F6B8847A3E77EF14FE3DB7FCAFE0CBD10E8E826E03436D646AAEF87B2E247D4AF1E"),
    y: &hex::<48>("8ABE1D7520F9C2A45CB1EB8E95CFD55262B70B29FEEC5864E19C054FF99129280E4646217791811142820341263C5315"),
    order: &hex::<48>(
        "8CB91E82A3386D280F5D6F7E50E641DF152F7109ED5456B31F166E6CAC0425A7CF3AB6AF6B7FC3103B883202E9046565",
    ),
};

/// brainpoolP512r1 (RFC 5639 §3).
const BRAINPOOL_P512: Numbers = Numbers {
    object_identifier: &[0x2B, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x0D],
    standardized: 17,
    prime: &hex::<64>(
        "AADD9DB8DBE9C48B3FD4E6AE33C9FC07CB308DB3B3C9D20ED6639CCA703308717D4D9B009BC66842AECDA12AE6A380E6\
         2881FF2F2D82C68528AA6056583A48F3",
    ),
    a: &hex::<64>(
        "7830A3318B603B89E2327145AC234CC594CBDD8D3DF91610A83441CAEA9863BC2DED5D5AA8253AA10A2EF1C98B9AC8B5\
         7F1117A72BF2C7B9E7C1AC4D77FC94CA",
    ),
    b: &hex::<64>(
        "3DF91610A83441CAEA9863BC2DED5D5AA8253AA10A2EF1C98B9AC8B57F1117A72BF2C7B9E7C1AC4D77FC94CADC083E67\
         984050B75EBAE5DD2809BD638016F723",
    ),
    x: &hex::<64>(
        "81AEE4BDD82ED9645A21322E9C4C6A9385ED9F70B5D916C1B43B62EEF4D0098EFF3B1F78E2D0D48D50D1687B93B97D5F\
         7C6D5047406A5E688B352209BCB9F822",
    ),
    y: &hex::<64>(
        "7DDE385D566332ECC0EABFA9CF7822FDF209F70024A57B1AA000C55B881F8111B2DCDE494A5F485E5BCA4BD88A2763AE\
         D1CA2B2FA8F0540678CD1E0F3AD80892",
    ),
    order: &hex::<64>(
        "AADD9DB8DBE9C48B3FD4E6AE33C9FC07CB308DB3B3C9D20ED6639CCA70330870553E5C414CA92619418661197FAC1047\
         1DB1D381085DDADDB58796829CA90069",
    ),
};
