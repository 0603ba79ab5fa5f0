//! CMS SignedData (RFC 5652 §5) in the profile of TR-03110-3 A.1.2.5 and TR-03129 C: content inside, one signer whose
//! certificate is inside, signed attributes, ECDSA.
use super::PassiveAuthError;
use super::certificate::{Certificate, Name};
use super::public_key::{Hash, SignatureAlgorithm};
use crate::der::{
    Der, DerError, INTEGER, Item, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE, SET, context, context_primitive,
    encode_head,
};

/// id-signedData, 1.2.840.113549.1.7.2.
const SIGNED_DATA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x02];
/// id-contentType, 1.2.840.113549.1.9.3 (RFC 5652 §11.1).
const CONTENT_TYPE: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x03];
/// id-messageDigest, 1.2.840.113549.1.9.4 (RFC 5652 §11.2).
const MESSAGE_DIGEST: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x04];
/// Most certificates inside: the signer's, and a master list brings the CSCA's along.
const CERTIFICATES_MAX: usize = 8;
/// Most signed attributes.
const ATTRIBUTES_MAX: usize = 16;

/// A signed object whose signature was checked with the key of the signer's certificate. Whether that one can be trusted
/// is another question.
pub(super) struct SignedData<'a> {
    pub(super) content: &'a [u8],
    pub(super) signer: Certificate,
}

/// The parts of a SignerInfo that are used.
struct SignerInfo<'a> {
    id: Item<'a>,
    hash: Hash,
    attributes: Item<'a>,
    algorithm: SignatureAlgorithm,
    signature: &'a [u8],
}

impl<'a> SignedData<'a> {
    /// Reads the object at the start of `bytes` and checks digest and signature. What follows the object is not looked
    /// at: files may be filled up.
    pub(super) fn verify(bytes: &'a [u8], content_type: &[u8]) -> Result<Self, PassiveAuthError> {
        let mut info = Der::new(bytes).expect(SEQUENCE)?.inside();
        if info.expect(OBJECT_IDENTIFIER)?.value != SIGNED_DATA {
            return Err(PassiveAuthError::NotSignedData);
        }
        let mut explicit = info.expect(context(0))?.inside();
        info.finish()?;
        let mut fields = explicit.expect(SEQUENCE)?.inside();
        fields.expect(INTEGER)?;
        fields.expect(SET)?;
        let content = content(&fields.expect(SEQUENCE)?, content_type)?;
        let certificates = fields.optional(context(0))?;
        fields.optional(context(1))?;
        let signers = fields.expect(SET)?.inside().all(CERTIFICATES_MAX)?;
        fields.finish()?;
        let [signer] = signers.as_slice() else {
            return Err(PassiveAuthError::Signers);
        };
        let signer = SignerInfo::read(signer)?;
        let certificate = signer.certificate(certificates)?;
        signer.check_attributes(content, content_type)?;
        signer.check_signature(&certificate)?;
        Ok(Self {
            content,
            signer: certificate,
        })
    }
}

/// The content of an EncapsulatedContentInfo of that type.
fn content<'a>(info: &Item<'a>, content_type: &[u8]) -> Result<&'a [u8], PassiveAuthError> {
    let mut fields = info.inside();
    if fields.expect(OBJECT_IDENTIFIER)?.value != content_type {
        return Err(PassiveAuthError::ContentType);
    }
    let content = fields.expect(context(0))?.inside().expect(OCTET_STRING)?;
    fields.finish()?;
    Ok(content.value)
}

impl<'a> SignerInfo<'a> {
    fn read(info: &Item<'a>) -> Result<Self, PassiveAuthError> {
        let mut fields = info.inside();
        fields.expect(INTEGER)?;
        let id = fields.any()?;
        let hash = Hash::from_algorithm(&fields.expect(SEQUENCE)?)?;
        let attributes = fields.optional(context(0))?.ok_or(PassiveAuthError::Attributes)?;
        let algorithm = SignatureAlgorithm::read(&fields.expect(SEQUENCE)?)?;
        let signature = fields.expect(OCTET_STRING)?.value;
        // "the field unsignedAttrs SHALL NOT be present" (A.1.2.5).
        fields.finish()?;
        Ok(Self {
            id,
            hash: hash.ok_or(PassiveAuthError::Algorithm)?,
            attributes,
            algorithm: algorithm.ok_or(PassiveAuthError::Algorithm)?,
            signature,
        })
    }

    /// The certificate inside that the signer's id means: issuer and serial number, or the id of its key.
    fn certificate(&self, certificates: Option<Item<'_>>) -> Result<Certificate, PassiveAuthError> {
        let certificates = certificates.ok_or(PassiveAuthError::NoSignerCertificate)?;
        for item in certificates.inside().all(CERTIFICATES_MAX)? {
            // Other choices of RFC 5652 §10.2.2 have other tags.
            if item.tag != SEQUENCE {
                continue;
            }
            let certificate = Certificate::parse(item.raw).map_err(PassiveAuthError::SignerCertificate)?;
            if self.is_id_of(&certificate)? {
                return Ok(certificate);
            }
        }
        Err(PassiveAuthError::NoSignerCertificate)
    }

    fn is_id_of(&self, certificate: &Certificate) -> Result<bool, DerError> {
        if self.id.tag == context_primitive(0) {
            return Ok(certificate.extensions.subject_key.as_deref() == Some(self.id.value));
        }
        let mut fields = self.id.inside();
        let issuer = Name::read(&fields.expect(SEQUENCE)?)?;
        let serial = fields.expect(INTEGER)?.value;
        Ok(certificate.issuer == issuer && certificate.serial == serial)
    }

    /// content-type and message-digest have to stand there once, with one value each, and be right (RFC 5652 §11).
    fn check_attributes(&self, content: &[u8], content_type: &[u8]) -> Result<(), PassiveAuthError> {
        if self.attribute(CONTENT_TYPE, OBJECT_IDENTIFIER)? != content_type {
            return Err(PassiveAuthError::ContentType);
        }
        if self.attribute(MESSAGE_DIGEST, OCTET_STRING)? != self.hash.digest(&[content]) {
            return Err(PassiveAuthError::Digest);
        }
        Ok(())
    }

    fn attribute(&self, kind: &[u8], tag: u8) -> Result<&'a [u8], PassiveAuthError> {
        let mut found = None;
        for attribute in self.attributes.inside().all(ATTRIBUTES_MAX)? {
            let mut fields = attribute.inside();
            if fields.expect(OBJECT_IDENTIFIER)?.value != kind {
                continue;
            }
            let mut values = fields.expect(SET)?.inside();
            let value = values.expect(tag)?.value;
            if found.replace(value).is_some() || values.finish().is_err() {
                return Err(PassiveAuthError::Attributes);
            }
        }
        found.ok_or(PassiveAuthError::Attributes)
    }

    /// The signature is over the DER of a SET OF, whose members DER sorts; in the object they carry `[0]` instead and some
    /// signers leave them unsorted (RFC 5652 §5.4).
    fn check_signature(&self, certificate: &Certificate) -> Result<(), PassiveAuthError> {
        let key = certificate.key.as_ref().ok_or(PassiveAuthError::Algorithm)?;
        let mut attributes: Vec<_> = self
            .attributes
            .inside()
            .all(ATTRIBUTES_MAX)?
            .iter()
            .map(|item| item.raw)
            .collect();
        attributes.sort_unstable();
        let mut parts: Vec<&[u8]> = Vec::with_capacity(ATTRIBUTES_MAX + 1);
        let head = encode_head(SET, self.attributes.value.len());
        parts.push(&head);
        parts.extend(attributes);
        if key.verifies(self.algorithm, &parts, self.signature) {
            Ok(())
        } else {
            Err(PassiveAuthError::Signature)
        }
    }
}
