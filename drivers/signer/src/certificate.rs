//! CV certificates as far as the keeper of a key has to know them: who, by whom, from when until when, which public key
//! (TR-03110-3 C.1, D.2). The bytes stay as they came; rights are somebody else's matter.
use crate::curve::{Curve, Digest};
use crate::time::{Date, UnixTime};
use apdu::tlv::{self, Reader, Tag, Tlv, TlvError};
use core::fmt;
use thiserror::Error;

/// Longest certificate: real ones have 230 to 450 bytes; extensions may add some hundreds.
pub const CERTIFICATE_BYTES_MAX: usize = 4096;

/// Name of a public key: country, mnemonic, sequence number (TR-03110-3 A.7.1); 7 to 16 characters of ISO 8859-1.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HolderReference(Vec<u8>);

impl HolderReference {
    /// Bytes of the sequence number at the end.
    const SEQUENCE_BYTES: usize = 5;

    /// Takes a reference; `None` when it has not 7 to 16 characters or an unassigned one (TR-03110-3 D.2.1.4).
    pub fn new(bytes: &[u8]) -> Option<Self> {
        let unassigned = |byte: &u8| matches!(byte, 0x00..=0x1F | 0x7F..=0x9F);
        let fits = (2 + Self::SEQUENCE_BYTES..=16).contains(&bytes.len());
        (fits && !bytes.iter().any(unassigned)).then(|| Self(bytes.to_vec()))
    }

    /// The bytes as they stand in certificates and as the label of the key in a security module.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The reference of the holder's next key: the sequence number plus one, decimal if it has digits only, else to the
    /// base 36; a country code at its start is kept. After the last one it starts again (TR-03110-3 A.7.1 no. 3).
    pub fn next(&self) -> Self {
        let mut next = self.0.clone();
        let at = next.len() - Self::SEQUENCE_BYTES;
        let sequence = &mut next[at..];
        let is_numeric = sequence.iter().all(u8::is_ascii_digit);
        let has_country = sequence[..2].iter().all(u8::is_ascii_uppercase);
        for character in sequence.iter_mut().skip(if has_country { 2 } else { 0 }).rev() {
            let (following, carries) = match *character {
                b'9' if is_numeric => (b'0', true),
                b'9' => (b'A', false),
                b'0'..=b'8' | b'A'..=b'Y' => (*character + 1, false),
                // 'Z', and whatever the standard doesn't allow there.
                _ => (b'0', true),
            };
            *character = following;
            if !carries {
                break;
            }
        }
        Self(next)
    }
}

impl fmt::Display for HolderReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // ISO 8859-1 is the first page of Unicode.
        self.0.iter().try_for_each(|byte| write!(f, "{}", char::from(*byte)))
    }
}

impl fmt::Debug for HolderReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Whom a certificate is for: the upper two bits of its authorisation (TR-03110-4 2.2.3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Country verifying CA: root or link.
    Cvca,
    /// Document verifier, official domestic.
    OfficialDomestic,
    /// Document verifier, non-official or foreign.
    NonOfficial,
    /// Terminal.
    Terminal,
}

/// Why bytes are no certificate that can be used here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CertificateError {
    /// More than [`CERTIFICATE_BYTES_MAX`].
    #[error("the certificate has more than {CERTIFICATE_BYTES_MAX} bytes")]
    TooLong,
    /// No TLV of the profile in TR-03110-3 table 23.
    #[error("the certificate can't be read: {0}")]
    Tlv(#[from] TlvError),
    /// A field has a value outside its range.
    #[error("the certificate's field {0:?} is outside TR-03110-3 D.2")]
    Field(Tag),
}

pub(crate) const CV_CERTIFICATE: Tag = Tag(0x7F21);
pub(crate) const BODY: Tag = Tag(0x7F4E);
pub(crate) const PROFILE: Tag = Tag(0x5F29);
pub(crate) const CAR: Tag = Tag(0x42);
pub(crate) const PUBLIC_KEY: Tag = Tag(0x7F49);
pub(crate) const CHR: Tag = Tag(0x5F20);
pub(crate) const SIGNATURE: Tag = Tag(0x5F37);
pub(crate) const OID: Tag = Tag(0x06);
pub(crate) const PRIME: Tag = Tag(0x81);
pub(crate) const POINT: Tag = Tag(0x86);
const CHAT: Tag = Tag(0x7F4C);
const DISCRETIONARY: Tag = Tag(0x53);
const EFFECTIVE: Tag = Tag(0x5F25);
const EXPIRES: Tag = Tag(0x5F24);
const EXTENSIONS: Tag = Tag(0x65);
const TEMPLATE: Tag = Tag(0x73);
const HASH: Tag = Tag(0x80);

/// id-AT, 0.4.0.127.0.7.3.1.2.2: authentication terminal.
const ID_AT: [u8; 9] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x03, 0x01, 0x02, 0x02];
/// id-description, 0.4.0.127.0.7.3.1.3.1 (TR-03110-3 C.3.1).
const ID_DESCRIPTION: [u8; 9] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x03, 0x01, 0x03, 0x01];

/// A CV certificate with the facts that were read out of it. Reading proves nothing; see [`crate::chain`].
#[derive(Clone, PartialEq, Eq)]
pub struct CvCertificate {
    bytes: Vec<u8>,
    body: Vec<u8>,
    signature: Vec<u8>,
    authority: HolderReference,
    holder: HolderReference,
    key: PublicKey,
    role: Role,
    is_authentication_terminal: bool,
    effective: Date,
    expires: Date,
    description_hash: Option<Vec<u8>>,
}

/// A public key data object (TR-03110-3 D.3.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PublicKey {
    /// The hash that the key's algorithm names; `None` if it isn't one of ours.
    pub(crate) digest: Option<Digest>,
    /// The curve, where domain parameters are given and known.
    pub(crate) curve: Option<Curve>,
    /// The point, uncompressed.
    pub(crate) point: Vec<u8>,
}

impl CvCertificate {
    /// Reads a certificate: one data object 7F21 and nothing behind it.
    pub fn parse(bytes: &[u8]) -> Result<Self, CertificateError> {
        if bytes.len() > CERTIFICATE_BYTES_MAX {
            return Err(CertificateError::TooLong);
        }
        let mut outer = Reader::new(bytes);
        let certificate = outer.expect(CV_CERTIFICATE)?;
        outer.finish()?;
        let (body, signature) = body_and_signature(certificate.value)?;
        let mut reader = Reader::new(body).expect(BODY)?.nested()?;
        if reader.expect(PROFILE)?.value != [0] {
            return Err(CertificateError::Field(PROFILE));
        }
        let authority = reference(&reader.expect(CAR)?)?;
        let key = PublicKey::read(&reader.expect(PUBLIC_KEY)?)?;
        let holder = reference(&reader.expect(CHR)?)?;
        let (is_authentication_terminal, role) = authorisation(&reader.expect(CHAT)?)?;
        let effective = date(&reader.expect(EFFECTIVE)?)?;
        let expires = date(&reader.expect(EXPIRES)?)?;
        let description_hash = match reader.read()? {
            Some(extensions) if extensions.tag == EXTENSIONS => description_hash(&extensions)?,
            Some(_) => return Err(TlvError::Missing { awaited: EXTENSIONS }.into()),
            None => None,
        };
        reader.finish()?;
        Ok(Self {
            bytes: bytes.to_vec(),
            body: body.to_vec(),
            signature: signature.to_vec(),
            authority,
            holder,
            key,
            role,
            is_authentication_terminal,
            effective,
            expires,
            description_hash,
        })
    }

    /// The certificate as it came.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Certification authority reference: whose key signed (tag 42).
    pub fn authority(&self) -> &HolderReference {
        &self.authority
    }

    /// Certificate holder reference: whose key this is (tag 5F20).
    pub fn holder(&self) -> &HolderReference {
        &self.holder
    }

    /// Role of the holder.
    pub fn role(&self) -> Role {
        self.role
    }

    /// True for a CVCA's, root or link.
    pub fn is_cvca(&self) -> bool {
        self.role == Role::Cvca
    }

    /// True for a document verifier's.
    pub fn is_verifier(&self) -> bool {
        matches!(self.role, Role::OfficialDomestic | Role::NonOfficial)
    }

    /// True when the authorisation is one for authentication terminals (id-AT), not for border control or signatures.
    pub fn is_authentication_terminal(&self) -> bool {
        self.is_authentication_terminal
    }

    /// First day (tag 5F25).
    pub fn effective(&self) -> Date {
        self.effective
    }

    /// Last day (tag 5F24).
    pub fn expires(&self) -> Date {
        self.expires
    }

    /// True from the first to the last day, both included.
    pub fn is_valid_at(&self, now: UnixTime) -> bool {
        self.effective.start() <= now && now < self.expires.end()
    }

    /// The public point, uncompressed.
    pub fn point(&self) -> &[u8] {
        &self.key.point
    }

    /// The hash for signatures by this key; `None` for an algorithm that isn't used here.
    pub fn digest(&self) -> Option<Digest> {
        self.key.digest
    }

    /// The hash of the certificate description that belongs to it (TR-03110-3 C.3.1), if it names one.
    pub fn description_hash(&self) -> Option<&[u8]> {
        self.description_hash.as_deref()
    }

    /// The curve, where the certificate itself tells it.
    pub(crate) fn curve(&self) -> Option<Curve> {
        self.key.curve
    }

    /// True when it is signed by the key of `issuer`, which lies on `curve`.
    pub(crate) fn is_signed_by(&self, issuer: &Self, curve: Curve) -> bool {
        let Some(digest) = issuer.digest() else { return false };
        self.authority == issuer.holder && curve.verifies(issuer.point(), digest, &self.body, &self.signature)
    }
}

impl fmt::Debug for CvCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            holder,
            authority,
            role,
            effective,
            expires,
            ..
        } = self;
        write!(f, "{holder} by {authority} ({role:?}, {effective} to {expires})")
    }
}

impl PublicKey {
    pub(crate) fn read(object: &Tlv<'_>) -> Result<Self, CertificateError> {
        let mut reader = object.nested()?;
        let digest = Digest::from_algorithm(reader.expect(OID)?.value);
        let mut curve = None;
        let mut point = None;
        while let Some(part) = reader.read()? {
            match part.tag {
                PRIME => curve = Curve::from_prime(part.value),
                POINT => point = Some(part.value.to_vec()),
                _ => {}
            }
        }
        // An RSA key has no point; it can't be used here, but the certificates around it can.
        let point = point.unwrap_or_default();
        Ok(Self { digest, curve, point })
    }
}

/// Splits the value of 7F21 into the body with its tag and length, over which is signed, and the signature.
pub(crate) fn body_and_signature(value: &[u8]) -> Result<(&[u8], &[u8]), TlvError> {
    let header = tlv::header(value)?;
    let (body, rest) = value
        .split_at_checked(header.header_bytes + header.value_bytes)
        .ok_or(TlvError::Truncated)?;
    let mut rest = Reader::new(rest);
    let signature = rest.expect(SIGNATURE)?.value;
    rest.finish()?;
    Ok((body, signature))
}

pub(crate) fn reference(object: &Tlv<'_>) -> Result<HolderReference, CertificateError> {
    HolderReference::new(object.value).ok_or(CertificateError::Field(object.tag))
}

fn date(object: &Tlv<'_>) -> Result<Date, CertificateError> {
    Date::from_digits(object.value).ok_or(CertificateError::Field(object.tag))
}

fn authorisation(object: &Tlv<'_>) -> Result<(bool, Role), CertificateError> {
    let mut reader = object.nested()?;
    let is_authentication_terminal = reader.expect(OID)?.value == ID_AT;
    let rights = reader.expect(DISCRETIONARY)?.value;
    let first = rights.first().ok_or(CertificateError::Field(CHAT))?;
    let role = match first >> 6 {
        0b11 => Role::Cvca,
        0b10 => Role::OfficialDomestic,
        0b01 => Role::NonOfficial,
        _ => Role::Terminal,
    };
    Ok((is_authentication_terminal, role))
}

fn description_hash(extensions: &Tlv<'_>) -> Result<Option<Vec<u8>>, CertificateError> {
    let mut reader = extensions.nested()?;
    while let Some(template) = reader.find(TEMPLATE)? {
        let mut inner = template.nested()?;
        if inner.expect(OID)?.value == ID_DESCRIPTION {
            return Ok(Some(inner.expect(HASH)?.value.to_vec()));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn next_of(reference: &str) -> String {
        HolderReference::new(reference.as_bytes()).unwrap().next().to_string()
    }

    #[test]
    fn sequence_numbers_go_up() {
        for (reference, next) in [
            ("DETESTAT00001", "DETESTAT00002"),
            ("DETESTAT00099", "DETESTAT00100"),
            ("DETESTAT99999", "DETESTAT00000"),
            ("DE0000024001HW", "DE0000024001HX"),
            ("DETEST001HZ", "DETEST001I0"),
            ("DETEST001H9", "DETEST001HA"),
            ("DETESTDE00Z", "DETESTDE010"),
            ("DETESTDEZZZ", "DETESTDE000"),
        ] {
            assert_eq!(next_of(reference), next);
        }
    }

    #[test]
    fn references_have_their_length_and_characters() {
        assert!(HolderReference::new(b"DE0000").is_none());
        assert!(HolderReference::new(b"DE000000000000001").is_none());
        assert!(HolderReference::new(b"DETEST\n00001").is_none());
        assert_eq!(
            HolderReference::new(b"DEK\xD6LN00001").unwrap().to_string(),
            "DEKÖLN00001"
        );
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
            let _ = CvCertificate::parse(&bytes);
            let inside = tlv::encode(CV_CERTIFICATE, &bytes);
            prop_assert!(CvCertificate::parse(&inside).is_err());
        }

        #[test]
        fn references_stay_references(bytes in prop::collection::vec(any::<u8>(), 0..20)) {
            if let Some(reference) = HolderReference::new(&bytes) {
                let next = reference.next();
                prop_assert_eq!(HolderReference::new(next.as_bytes()), Some(next.clone()));
            }
        }
    }
}
