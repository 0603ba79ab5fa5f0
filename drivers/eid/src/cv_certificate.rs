//! Card verifiable certificates (TR-03110-3 C.1, C.3, D.2, D.3.3): read to know what they grant, to whom and until
//! when. Their signatures are for the card to verify. All of it is public.
use crate::chat::Chat;
use apdu::tlv::{self, Reader, Tag, Tlv, TlvError};
use core::fmt;
use jiff::civil::Date;
use sha2::{Digest, Sha256, Sha384, Sha512};
use thiserror::Error;

const CERTIFICATE: Tag = Tag(0x7F21);
const BODY: Tag = Tag(0x7F4E);
const SIGNATURE: Tag = Tag(0x5F37);
const PROFILE: Tag = Tag(0x5F29);
const AUTHORITY: Tag = Tag(0x42);
const PUBLIC_KEY: Tag = Tag(0x7F49);
const HOLDER: Tag = Tag(0x5F20);
const AUTHORIZATION: Tag = Tag(0x7F4C);
const EFFECTIVE: Tag = Tag(0x5F25);
const EXPIRATION: Tag = Tag(0x5F24);
const EXTENSIONS: Tag = Tag(0x65);
const EXTENSION: Tag = Tag(0x73);
const OBJECT_IDENTIFIER: Tag = Tag(0x06);
const PUBLIC_POINT: Tag = Tag(0x86);

/// id-TA-ECDSA, 0.4.0.127.0.7.2.2.2.2; the next byte tells the hash (TR-03110-3 A.7.4.1).
const ID_TA_ECDSA: [u8; 9] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x02, 0x02];
/// id-extensions, 0.4.0.127.0.7.3.1.3; description is 1, sector is 2 (TR-03110-4 §2.2.6, TR-03110-3 C.3.2.1).
const ID_EXTENSIONS: [u8; 8] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x03, 0x01, 0x03];
const DESCRIPTION: u8 = 1;
const SECTOR: u8 = 2;
/// Longest certificate: a CVCA with parameters of a 512-bit curve has some 760 bytes.
pub const CERTIFICATE_BYTES_MAX: usize = 2048;
/// Longest holder or authority reference (TR-03110-3 table 27).
pub const REFERENCE_BYTES_MAX: usize = 16;

/// Why bytes are no certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CertificateError {
    /// A data object is missing, in the wrong place or cut off.
    #[error("a data object of the certificate is wrong")]
    Tlv(#[from] TlvError),
    /// Longer than [`CERTIFICATE_BYTES_MAX`], or lengths that aren't written the short way.
    #[error("the certificate's length is wrong")]
    Length,
    /// The profile isn't version 1.
    #[error("the certificate's profile is unknown")]
    Profile,
    /// An authority or holder reference of no or too many bytes.
    #[error("a reference of the certificate is empty or too long")]
    Reference,
    /// Not ECDSA with SHA-256, SHA-384 or SHA-512.
    #[error("the certificate's signature algorithm isn't supported")]
    Algorithm,
    /// Rights of an authentication terminal that aren't 40 bits.
    #[error("the certificate's authorization is wrong")]
    Authorization,
    /// No day of the calendar, or the end before the beginning.
    #[error("a date of the certificate is wrong")]
    Date,
}

/// Hash of a signature algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureHash {
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl SignatureHash {
    /// The hash of `data`.
    pub fn of(self, data: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha256 => Sha256::digest(data).to_vec(),
            Self::Sha384 => Sha384::digest(data).to_vec(),
            Self::Sha512 => Sha512::digest(data).to_vec(),
        }
    }

    fn last_of_oid(byte: u8) -> Option<Self> {
        match byte {
            3 => Some(Self::Sha256),
            4 => Some(Self::Sha384),
            5 => Some(Self::Sha512),
            _ => None,
        }
    }

    fn oid(self) -> [u8; 10] {
        let mut oid = [0; 10];
        oid[..9].copy_from_slice(&ID_TA_ECDSA);
        oid[9] = match self {
            Self::Sha256 => 3,
            Self::Sha384 => 4,
            Self::Sha512 => 5,
        };
        oid
    }
}

/// Name of a public key: country, mnemonic, sequence number (TR-03110-3 A.7.1).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference(Vec<u8>);

impl Reference {
    /// The reference of those ISO 8859-1 bytes, 1 to [`REFERENCE_BYTES_MAX`].
    ///
    /// # Errors
    /// [`CertificateError::Reference`] for another length.
    pub fn new(bytes: &[u8]) -> Result<Self, CertificateError> {
        if bytes.is_empty() || bytes.len() > REFERENCE_BYTES_MAX {
            return Err(CertificateError::Reference);
        }
        Ok(Self(bytes.to_vec()))
    }

    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A certificate is foreign text: nothing that a log would obey.
        self.0
            .iter()
            .map(|byte| char::from(*byte))
            .filter(|c| !c.is_control())
            .try_for_each(|c| write!(f, "{c}"))
    }
}

impl fmt::Debug for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A certificate of a CVCA, a document verifier or a terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CvCertificate {
    verified_data: Vec<u8>,
    authority: Reference,
    holder: Reference,
    hash: SignatureHash,
    public_point: Vec<u8>,
    chat: Option<Chat>,
    valid_from: Date,
    valid_until: Date,
    description_hash: Option<Vec<u8>>,
    sector_hashes: [Option<Vec<u8>>; 2],
}

impl CvCertificate {
    /// Reads object 7F21.
    ///
    /// # Errors
    /// [`CertificateError`] says what is wrong.
    pub fn parse(bytes: &[u8]) -> Result<Self, CertificateError> {
        if bytes.len() > CERTIFICATE_BYTES_MAX {
            return Err(CertificateError::Length);
        }
        let mut outer = Reader::new(bytes);
        let certificate = outer.expect(CERTIFICATE)?;
        outer.finish()?;
        let mut parts = certificate.nested()?;
        let body = parts.expect(BODY)?;
        let signature = parts.expect(SIGNATURE)?;
        parts.finish()?;
        // The card hashes the body as it is sent; writing it again must give the same bytes.
        let verified_data = tlv::concat(&[&tlv::encode(BODY, body.value), &tlv::encode(SIGNATURE, signature.value)]);
        if verified_data.as_slice() != certificate.value {
            return Err(CertificateError::Length);
        }
        Self::from_body(&body, verified_data.to_vec())
    }

    fn from_body(body: &Tlv<'_>, verified_data: Vec<u8>) -> Result<Self, CertificateError> {
        let mut fields = body.nested()?;
        if fields.expect(PROFILE)?.value != [0] {
            return Err(CertificateError::Profile);
        }
        let authority = Reference::new(fields.expect(AUTHORITY)?.value)?;
        let (hash, public_point) = public_key(&fields.expect(PUBLIC_KEY)?)?;
        let holder = Reference::new(fields.expect(HOLDER)?.value)?;
        let chat = Chat::parse(fields.expect(AUTHORIZATION)?.value)?;
        let valid_from = date(fields.expect(EFFECTIVE)?.value)?;
        let valid_until = date(fields.expect(EXPIRATION)?.value)?;
        if valid_until < valid_from {
            return Err(CertificateError::Date);
        }
        let mut certificate = Self {
            verified_data,
            authority,
            holder,
            hash,
            public_point,
            chat,
            valid_from,
            valid_until,
            description_hash: None,
            sector_hashes: [None, None],
        };
        if let Some(extensions) = fields.read()? {
            if extensions.tag != EXTENSIONS {
                return Err(TlvError::Trailing.into());
            }
            certificate.take_extensions(&extensions)?;
        }
        fields.finish()?;
        Ok(certificate)
    }

    /// Unknown extensions are none of ours (TR-03110-3 C.3).
    fn take_extensions(&mut self, extensions: &Tlv<'_>) -> Result<(), TlvError> {
        let mut templates = extensions.nested()?;
        while let Some(template) = templates.read()? {
            if template.tag != EXTENSION {
                continue;
            }
            let mut objects = template.nested()?;
            let Some((last, ID_EXTENSIONS)) = objects.expect(OBJECT_IDENTIFIER)?.value.split_last().map(split) else {
                continue;
            };
            while let Some(object) = objects.read()? {
                let value = Some(object.value.to_vec());
                match (last, object.tag) {
                    (DESCRIPTION, Tag(0x80)) => self.description_hash = value,
                    (SECTOR, Tag(0x80)) => self.sector_hashes[0] = value,
                    (SECTOR, Tag(0x81)) => self.sector_hashes[1] = value,
                    _ => {}
                }
            }
        }
        Ok(())
    }

    /// Who has signed it (CAR).
    pub fn authority(&self) -> &Reference {
        &self.authority
    }

    /// Whose key it holds (CHR).
    pub fn holder(&self) -> &Reference {
        &self.holder
    }

    /// Role and rights; `None` when it isn't of authentication terminals.
    pub fn chat(&self) -> Option<Chat> {
        self.chat
    }

    /// First day.
    pub fn valid_from(&self) -> Date {
        self.valid_from
    }

    /// Last day.
    pub fn valid_until(&self) -> Date {
        self.valid_until
    }

    /// Whether `day` is within the validity, both ends included.
    pub fn valid_on(&self, day: Date) -> bool {
        (self.valid_from..=self.valid_until).contains(&day)
    }

    /// The hash that goes with signatures of this key.
    pub fn hash(&self) -> SignatureHash {
        self.hash
    }

    /// The public key, `04 ‖ x ‖ y`.
    pub fn public_point(&self) -> &[u8] {
        &self.public_point
    }

    /// Bytes of a plain signature `r ‖ s` of this key (TR-03111 §5.2.1).
    pub fn signature_bytes(&self) -> usize {
        self.public_point.len().saturating_sub(1)
    }

    /// Value of the object identifier id-TA-ECDSA with this key's hash.
    pub(crate) fn protocol(&self) -> [u8; 10] {
        self.hash.oid()
    }

    /// Hash of the certificate description, if there is one.
    pub fn description_hash(&self) -> Option<&[u8]> {
        self.description_hash.as_deref()
    }

    /// Hashes of the first and the second sector's public key.
    pub fn sector_hashes(&self) -> [Option<&[u8]>; 2] {
        let [first, second] = &self.sector_hashes;
        [first.as_deref(), second.as_deref()]
    }

    #[cfg(test)]
    pub(crate) fn with_sectors(mut self, hashes: [Option<Vec<u8>>; 2]) -> Self {
        self.sector_hashes = hashes;
        self
    }

    /// Body and signature, as PSO:Verify Certificate takes them (TR-03110-3 B.14.5).
    pub fn verified_data(&self) -> &[u8] {
        &self.verified_data
    }
}

fn split((last, front): (&u8, &[u8])) -> (u8, [u8; 8]) {
    (*last, front.try_into().unwrap_or_default())
}

/// EC public key: object identifier, parameters if any, the point (TR-03110-3 D.3.3).
fn public_key(key: &Tlv<'_>) -> Result<(SignatureHash, Vec<u8>), CertificateError> {
    let mut objects = key.nested()?;
    let oid = objects.expect(OBJECT_IDENTIFIER)?.value;
    let hash = match oid.split_last() {
        Some((last, front)) if front == ID_TA_ECDSA => SignatureHash::last_of_oid(*last),
        Some(_) | None => None,
    };
    let hash = hash.ok_or(CertificateError::Algorithm)?;
    let point = objects
        .find(PUBLIC_POINT)?
        .ok_or(TlvError::Missing { awaited: PUBLIC_POINT })?;
    match point.value {
        [0x04, coordinates @ ..] if !coordinates.is_empty() && coordinates.len() % 2 == 0 => {
            Ok((hash, point.value.to_vec()))
        }
        _ => Err(CertificateError::Algorithm),
    }
}

/// YYMMDD in unpacked BCD, in this century (TR-03110-3 D.2.1.3).
fn date(value: &[u8]) -> Result<Date, CertificateError> {
    let [y1, y2, m1, m2, d1, d2] = value else {
        return Err(CertificateError::Date);
    };
    let pair = |tens: u8, ones: u8| match (tens, ones) {
        (0..=9, 0..=9) => i8::try_from(tens * 10 + ones).map_err(|_| CertificateError::Date),
        _ => Err(CertificateError::Date),
    };
    let year = 2000 + i16::from(pair(*y1, *y2)?);
    Date::new(year, pair(*m1, *m2)?, pair(*d1, *d2)?).map_err(|_| CertificateError::Date)
}

#[cfg(test)]
#[path = "cv_certificate_tests.rs"]
mod tests;
