//! X.509 certificates of the document PKI (RFC 5280; ICAO 9303-12 §7): what is read of them, and names.
use super::PassiveAuthError;
use super::pem::der_or_pem;
use super::public_key::{PublicKey, SignatureAlgorithm};
use crate::der::{
    BIT_STRING, BOOLEAN, Der, DerError, INTEGER, Item, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE, SET, context,
    context_primitive,
};
use jiff::civil::Date;

/// Longest certificate: those of the document PKI have 1 to 2 kB.
pub(super) const CERTIFICATE_BYTES_MAX: usize = 8192;
/// Most extensions of a certificate: real ones have about 10.
const EXTENSIONS_MAX: usize = 32;
/// Most parts of a name.
const NAME_PARTS_MAX: usize = 16;
/// Most types in a document type list.
const DOCUMENT_TYPES_MAX: usize = 32;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
/// countryName, 2.5.4.6.
const COUNTRY_NAME: &[u8] = &[0x55, 0x04, 0x06];
/// id-ce (RFC 5280 §4.2.1): what the standard extensions start with.
const ID_CE: &[u8] = &[0x55, 0x1D];
/// id-icao-mrtd-security-extensions-documentTypeList, 2.23.136.1.1.6.2 (ICAO 9303-12 §7.1.1.6).
const DOCUMENT_TYPE_LIST: &[u8] = &[0x67, 0x81, 0x08, 0x01, 0x01, 0x06, 0x02];
/// id-icao-cscaMasterListSigningKey, 2.23.136.1.1.3 (ICAO 9303-12 §7.1.1.3).
const MASTER_LIST_SIGNING_KEY: &[u8] = &[0x67, 0x81, 0x08, 0x01, 0x01, 0x03];

/// Bits of the key usage (RFC 5280 §4.2.1.3), the first byte.
pub(super) const DIGITAL_SIGNATURE: u8 = 0x80;
pub(super) const KEY_CERT_SIGN: u8 = 0x04;
pub(super) const CRL_SIGN: u8 = 0x02;

/// A distinguished name, ready to be compared (RFC 5280 §7.1): case and string type of the parts don't matter, nor do
/// blanks at the ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name(Vec<(Vec<u8>, Vec<u8>)>);

impl Name {
    pub(super) fn read(name: &Item<'_>) -> Result<Self, DerError> {
        let mut parts = vec![];
        for set in name.inside().all(NAME_PARTS_MAX)? {
            for part in set.inside().all(NAME_PARTS_MAX)? {
                let mut fields = part.inside();
                let kind = fields.expect(OBJECT_IDENTIFIER)?.value.to_vec();
                parts.push((kind, fields.any()?.value.trim_ascii().to_ascii_lowercase()));
            }
        }
        Ok(Self(parts))
    }

    /// The two letters of the country, small.
    pub(super) fn country(&self) -> Option<&[u8]> {
        let mut parts = self.0.iter();
        parts
            .find(|(kind, _)| kind == COUNTRY_NAME)
            .map(|(_, value)| value.as_slice())
    }
}

/// The extensions that matter here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Extensions {
    /// cA of the basic constraints, when they are there.
    pub(super) is_ca: Option<bool>,
    pub(super) key_usage: Option<u8>,
    pub(super) has_extended_key_usage: bool,
    pub(super) signs_master_lists: bool,
    pub(super) subject_key: Option<Vec<u8>>,
    pub(super) authority_key: Option<Vec<u8>>,
    pub(super) document_types: Option<Vec<Vec<u8>>>,
    /// A critical one is not known here (RFC 5280 §4.2: then the certificate has to be refused).
    pub(super) has_unknown_critical: bool,
}

/// A certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Certificate {
    pub(super) der: Vec<u8>,
    pub(super) issuer: Name,
    pub(super) subject: Name,
    pub(super) serial: Vec<u8>,
    not_before: Date,
    not_after: Date,
    /// `None` for keys that aren't ECDSA on a known curve.
    pub(super) key: Option<PublicKey>,
    pub(super) extensions: Extensions,
    signed: Signed,
}

/// Something signed: SEQUENCE of what is signed, the algorithm, and the signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Signed {
    content: Vec<u8>,
    algorithm: Option<SignatureAlgorithm>,
    signature: Vec<u8>,
}

impl Signed {
    /// Splits it up; nothing may follow. The inner algorithm has to be compared by whoever reads the content.
    pub(super) fn read(der: &[u8], bytes_max: usize) -> Result<(Self, Item<'_>, Item<'_>), DerError> {
        if der.len() > bytes_max {
            return Err(DerError::TooMany);
        }
        let mut outer = Der::new(der);
        let mut fields = outer.expect(SEQUENCE)?.inside();
        outer.finish()?;
        let content = fields.expect(SEQUENCE)?;
        let algorithm = fields.expect(SEQUENCE)?;
        let signature = fields.expect(BIT_STRING)?.whole_bits()?;
        fields.finish()?;
        let signed = Self {
            content: content.raw.to_vec(),
            algorithm: SignatureAlgorithm::read(&algorithm)?,
            signature: signature.to_vec(),
        };
        Ok((signed, content, algorithm))
    }

    pub(super) fn is_by(&self, key: &PublicKey) -> bool {
        let verifies = |algorithm| key.verifies(algorithm, &[&self.content], &self.signature);
        self.algorithm.is_some_and(verifies)
    }
}

impl Certificate {
    /// Reads one certificate; nothing may follow.
    pub(super) fn parse(der: &[u8]) -> Result<Self, DerError> {
        let (signed, content, algorithm) = Signed::read(der, CERTIFICATE_BYTES_MAX)?;
        let mut fields = content.inside();
        fields.optional(context(0))?;
        let serial = fields.expect(INTEGER)?.value.to_vec();
        if fields.expect(SEQUENCE)?.raw != algorithm.raw {
            return Err(DerError::Value);
        }
        let issuer = Name::read(&fields.expect(SEQUENCE)?)?;
        let mut validity = fields.expect(SEQUENCE)?.inside();
        let (not_before, not_after) = (date(&validity.any()?)?, date(&validity.any()?)?);
        let subject = Name::read(&fields.expect(SEQUENCE)?)?;
        let key = PublicKey::read(&fields.expect(SEQUENCE)?)?;
        fields.optional(context_primitive(1))?;
        fields.optional(context_primitive(2))?;
        let extensions = match fields.optional(context(3))? {
            Some(list) => Extensions::read(&list)?,
            None => Extensions::default(),
        };
        fields.finish()?;
        Ok(Self {
            der: der.to_vec(),
            issuer,
            subject,
            serial,
            not_before,
            not_after,
            key,
            extensions,
            signed,
        })
    }

    /// Valid on that day, both days included.
    pub(super) fn is_valid_on(&self, today: Date) -> bool {
        (self.not_before..=self.not_after).contains(&today)
    }

    /// Says whether this is the one certificate in a file that an operator pinned, valid on that day.
    pub(super) fn is_pinned(&self, file: &[u8], today: Date) -> Result<(), PassiveAuthError> {
        if der_or_pem(file).as_deref() != Ok(core::slice::from_ref(&self.der)) {
            return Err(PassiveAuthError::OtherSigner);
        }
        if self.is_valid_on(today) {
            Ok(())
        } else {
            Err(PassiveAuthError::SignerValidity)
        }
    }

    /// True when names and key ids say that `issuer` issued this one, and its key agrees.
    pub(super) fn is_issued_by(&self, issuer: &Self) -> bool {
        self.names_issuer(issuer) && issuer.key.as_ref().is_some_and(|key| self.signed.is_by(key))
    }

    /// True when names and key ids say that `issuer` issued this one.
    pub(super) fn names_issuer(&self, issuer: &Self) -> bool {
        let keys_agree = match (&self.extensions.authority_key, &issuer.extensions.subject_key) {
            (Some(authority), Some(subject)) => authority == subject,
            _ => true,
        };
        self.issuer == issuer.subject && keys_agree
    }

    /// May issue certificates: states so in the basic constraints, and the key usage doesn't speak against it.
    pub(super) fn may_issue(&self) -> bool {
        self.extensions.is_ca == Some(true)
            && self.may_be_used_for(KEY_CERT_SIGN)
            && !self.extensions.has_unknown_critical
    }

    /// True when the key usage has that bit, or isn't stated.
    pub(super) fn may_be_used_for(&self, bit: u8) -> bool {
        self.extensions.key_usage.is_none_or(|usage| usage & bit != 0)
    }
}

impl Extensions {
    /// Extensions in their `[3]` or, of revocation lists, `[0]`.
    fn read(list: &Item<'_>) -> Result<Self, DerError> {
        let mut extensions = Self::default();
        for Extension {
            oid,
            is_critical,
            value,
        } in read_extensions(list)?
        {
            let mut der = Der::new(value);
            match oid.strip_prefix(ID_CE) {
                Some([14]) => extensions.subject_key = Some(der.expect(OCTET_STRING)?.value.to_vec()),
                Some([15]) => {
                    // No bit set is stated as well: for nothing.
                    let bits = der.expect(BIT_STRING)?.value;
                    extensions.key_usage = Some(bits.get(1).copied().unwrap_or_default());
                }
                // Private key usage period, alternative names, CRL distribution points, policies: nothing to check.
                Some([16..=18 | 31 | 32]) => {}
                Some([19]) => {
                    let is_ca = der.expect(SEQUENCE)?.inside().optional(BOOLEAN)?;
                    extensions.is_ca = Some(is_ca.map(|is_ca| is_ca.boolean()).transpose()? == Some(true));
                }
                Some([35]) => {
                    let key = der.expect(SEQUENCE)?.inside().optional(context_primitive(0))?;
                    extensions.authority_key = key.map(|key| key.value.to_vec());
                }
                Some([37]) => {
                    extensions.has_extended_key_usage = true;
                    let purposes = der.expect(SEQUENCE)?.inside().all(EXTENSIONS_MAX)?;
                    extensions.signs_master_lists =
                        purposes.iter().any(|purpose| purpose.value == MASTER_LIST_SIGNING_KEY);
                }
                Some(_) | None if oid == DOCUMENT_TYPE_LIST => {
                    extensions.document_types = Some(document_types(&mut der)?)
                }
                Some(_) | None => extensions.has_unknown_critical |= is_critical,
            }
        }
        Ok(extensions)
    }
}

/// One extension of a certificate or a revocation list.
pub(super) struct Extension<'a> {
    pub(super) oid: &'a [u8],
    pub(super) is_critical: bool,
    value: &'a [u8],
}

/// The extensions of a list; each may stand once.
pub(super) fn read_extensions<'a>(list: &Item<'a>) -> Result<Vec<Extension<'a>>, DerError> {
    let mut seen: Vec<Extension<'_>> = vec![];
    for extension in list.inside().expect(SEQUENCE)?.inside().all(EXTENSIONS_MAX)? {
        let mut fields = extension.inside();
        let oid = fields.expect(OBJECT_IDENTIFIER)?.value;
        let critical = fields
            .optional(BOOLEAN)?
            .map(|critical| critical.boolean())
            .transpose()?;
        let value = fields.expect(OCTET_STRING)?.value;
        if seen.iter().any(|before| before.oid == oid) {
            return Err(DerError::Value);
        }
        seen.push(Extension {
            oid,
            is_critical: critical == Some(true),
            value,
        });
    }
    Ok(seen)
}

/// DocumentTypeListSyntax: version 0 and a set of the letters in the machine readable zone.
fn document_types(der: &mut Der<'_>) -> Result<Vec<Vec<u8>>, DerError> {
    let mut fields = der.expect(SEQUENCE)?.inside();
    fields.expect(INTEGER)?;
    let types = fields.expect(SET)?.inside().all(DOCUMENT_TYPES_MAX)?;
    Ok(types.iter().map(|kind| kind.value.to_vec()).collect())
}

/// The day of a UTCTime or GeneralizedTime in the only forms of RFC 5280 §4.1.2.5, to the second and in UTC.
pub(super) fn date(time: &Item<'_>) -> Result<Date, DerError> {
    let text = core::str::from_utf8(time.value).map_err(|_| DerError::Value)?;
    let year_digits = match (time.tag, text.len()) {
        (UTC_TIME, 13) => 2,
        (GENERALIZED_TIME, 15) => 4,
        _ => return Err(DerError::Value),
    };
    let digits = text.strip_suffix('Z').ok_or(DerError::Value)?;
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(DerError::Value);
    }
    let number = |range: core::ops::Range<usize>| -> Result<i16, DerError> {
        let digits = digits.get(range).ok_or(DerError::Value)?;
        digits.parse().map_err(|_| DerError::Value)
    };
    let year = match (year_digits, number(0..year_digits)?) {
        (2, year @ 0..=49) => 2000 + year,
        (2, year) => 1900 + year,
        (_, year) => year,
    };
    let (month, day) = (
        number(year_digits..year_digits + 2)?,
        number(year_digits + 2..year_digits + 4)?,
    );
    let small = |number: i16| i8::try_from(number).map_err(|_| DerError::Value);
    Date::new(year, small(month)?, small(day)?).map_err(|_| DerError::Value)
}
