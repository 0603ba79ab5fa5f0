//! Requests for a certificate (TR-03110-3 C.2): a body signed by the new key, and around it the signature of the key
//! that the authority knows.
//!
//! ```text
//! 67                                   only with an outer signature
//!  ├─ 7F21
//!  │   ├─ 7F4E                         body: what the inner signature is over, with tag and length
//!  │   │   ├─ 5F29 00
//!  │   │   ├─ 42   authority asked
//!  │   │   ├─ 7F49 algorithm, domain parameters, point
//!  │   │   └─ 5F20 holder of the new key
//!  │   └─ 5F37 inner signature
//!  ├─ 42   holder of the known key     the outer signature is over 7F21 ‖ 42, with tags and lengths
//!  └─ 5F37 outer signature
//! ```
use crate::certificate::{
    BODY, CAR, CERTIFICATE_BYTES_MAX, CHR, CV_CERTIFICATE, CertificateError, HolderReference, OID, POINT, PRIME,
    PROFILE, PUBLIC_KEY, PublicKey, SIGNATURE, body_and_signature, reference,
};
use crate::curve::{Curve, Digest};
use apdu::tlv::{self, Reader, Tag, TlvError, concat, encode};
use drivers_api::signer::{SignerTrouble, TerminalSigner};

const AUTHENTICATION: Tag = Tag(0x67);

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Wish<'a> {
    /// The authority whose key is expected to sign (the DV); recommended (TR-03110-3 C.2.2).
    pub authority: Option<&'a HolderReference>,
    /// The new key's holder reference.
    pub holder: &'a HolderReference,
    /// The new key's curve.
    pub curve: Curve,
    /// The new key's public point, uncompressed.
    pub point: &'a [u8],
    /// The key that signs outside: holder, curve and point; `None` for the first certificate only (TR-03110-3 C.2.6).
    pub known: Option<Known<'a>>,
}

/// A key the authority knows, because it certified it.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// Its holder reference.
    pub holder: &'a HolderReference,
    /// Its curve.
    pub curve: Curve,
    /// The hash its certificate names.
    pub digest: Digest,
    /// Its public point.
    pub point: &'a [u8],
}

/// Writes the request and has it signed. Both signatures are checked before it is given out, so that a broken security
/// module is noticed here and not at the authority.
pub fn signed_request(signer: &mut dyn TerminalSigner, wish: &Wish<'_>) -> Result<Vec<u8>, SignerTrouble> {
    let digest = wish.curve.digest();
    let body = body(wish);
    let inner = signer.sign(wish.holder.as_bytes(), &body)?;
    if !wish.curve.verifies(wish.point, digest, &body, &inner) {
        tracing::error!(holder = %wish.holder, "the new key's signature does not verify");
        return Err(SignerTrouble::Refused);
    }
    let certificate = encode(CV_CERTIFICATE, &concat(&[&body, &encode(SIGNATURE, &inner)]));
    let Some(known) = &wish.known else {
        return Ok(certificate.to_vec());
    };
    let named = concat(&[&certificate, &encode(CAR, known.holder.as_bytes())]);
    let outer = signer.sign(known.holder.as_bytes(), &named)?;
    if !known.curve.verifies(known.point, known.digest, &named, &outer) {
        tracing::error!(holder = %known.holder, "the present key's signature does not verify");
        return Err(SignerTrouble::Refused);
    }
    Ok(encode(AUTHENTICATION, &concat(&[&named, &encode(SIGNATURE, &outer)])).to_vec())
}

/// A request as the authority reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateRequest {
    /// The authority asked, if named.
    pub authority: Option<HolderReference>,
    /// The new key's holder reference.
    pub holder: HolderReference,
    /// The new key's curve.
    pub curve: Curve,
    /// The new key's public point, uncompressed.
    pub point: Vec<u8>,
    /// Holder of the key that signed outside, if there is an outer signature.
    pub signed_by: Option<HolderReference>,
    outer: Option<(Vec<u8>, Vec<u8>)>,
}

impl CertificateRequest {
    /// Reads a request and checks its inner signature.
    ///
    /// # Errors
    /// [`CertificateError::Field`] names the object that is wrong: `7F49` for an unknown curve or algorithm, `5F37` for
    /// an inner signature that doesn't verify.
    pub fn parse(bytes: &[u8]) -> Result<Self, CertificateError> {
        if bytes.len() > CERTIFICATE_BYTES_MAX {
            return Err(CertificateError::TooLong);
        }
        let mut reader = Reader::new(bytes);
        let first = reader.read()?.ok_or(TlvError::Truncated)?;
        reader.finish()?;
        if first.tag == CV_CERTIFICATE {
            return Self::inner(first.value);
        }
        if first.tag != AUTHENTICATION {
            return Err(TlvError::Missing {
                awaited: AUTHENTICATION,
            }
            .into());
        }
        let mut parts = first.nested()?;
        let mut request = Self::inner(parts.expect(CV_CERTIFICATE)?.value)?;
        let signed_by = parts.expect(CAR)?;
        let signature = parts.expect(SIGNATURE)?.value.to_vec();
        parts.finish()?;
        let signature_bytes = encode(SIGNATURE, &signature).len();
        let named = first
            .value
            .len()
            .checked_sub(signature_bytes)
            .and_then(|end| first.value.get(..end));
        request.signed_by = Some(reference(&signed_by)?);
        request.outer = named.map(|named| (named.to_vec(), signature));
        Ok(request)
    }

    /// True when the outer signature is one by that key.
    pub fn is_signed_by(&self, curve: Curve, digest: Digest, point: &[u8]) -> bool {
        self.outer
            .as_ref()
            .is_some_and(|(named, signature)| curve.verifies(point, digest, named, signature))
    }

    fn inner(value: &[u8]) -> Result<Self, CertificateError> {
        let (body, signature) = body_and_signature(value)?;
        let mut reader = Reader::new(body).expect(BODY)?.nested()?;
        if reader.expect(PROFILE)?.value != [0] {
            return Err(CertificateError::Field(PROFILE));
        }
        let mut next = reader.read()?.ok_or(TlvError::Truncated)?;
        let mut authority = None;
        if next.tag == CAR {
            authority = Some(reference(&next)?);
            next = reader.expect(PUBLIC_KEY)?;
        }
        if next.tag != PUBLIC_KEY {
            return Err(TlvError::Missing { awaited: PUBLIC_KEY }.into());
        }
        let key = PublicKey::read(&next)?;
        let holder = reference(&reader.expect(CHR)?)?;
        let (Some(curve), Some(digest)) = (key.curve, key.digest) else {
            return Err(CertificateError::Field(PUBLIC_KEY));
        };
        if !curve.verifies(&key.point, digest, body, signature) {
            return Err(CertificateError::Field(SIGNATURE));
        }
        Ok(Self {
            authority,
            holder,
            curve,
            point: key.point,
            signed_by: None,
            outer: None,
        })
    }
}

/// True when the bytes are wholly something that an authority could take for a request, or for what a request's
/// signatures are over. A signer that signs for others refuses these: else whoever holds its socket could have
/// certificates made for keys of its own.
pub fn could_be_a_request(message: &[u8]) -> bool {
    let length = |bytes: &[u8], tag: Tag| {
        let header = tlv::header(bytes).ok().filter(|header| header.tag == tag)?;
        Some(header.header_bytes + header.value_bytes).filter(|length| *length <= bytes.len())
    };
    let whole = |tag| length(message, tag) == Some(message.len());
    let named = length(message, CV_CERTIFICATE)
        .and_then(|at| message.get(at..))
        .is_some_and(|rest| length(rest, CAR) == Some(rest.len()));
    whole(BODY) || whole(CV_CERTIFICATE) || whole(AUTHENTICATION) || named
}

/// Whose key a request would certify, and its public point, out of what one of the request's two signatures is over:
/// the body, or the whole inner request with the name of the signing key (TR-03110-3 C.2). `None` for anything else. A
/// signer that keeps the keys itself signs requests for exactly those.
pub fn to_be_certified(message: &[u8]) -> Option<(HolderReference, Vec<u8>)> {
    let mut reader = Reader::new(message);
    let first = reader.read().ok()??;
    let body = if first.tag == CV_CERTIFICATE {
        reader.expect(CAR).ok()?;
        body_and_signature(first.value).ok()?.0
    } else {
        message
    };
    reader.finish().ok()?;
    let mut reader = Reader::new(body).expect(BODY).ok()?.nested().ok()?;
    reader.expect(PROFILE).ok()?;
    let mut next = reader.read().ok()??;
    if next.tag == CAR {
        next = reader.read().ok()??;
    }
    if next.tag != PUBLIC_KEY {
        return None;
    }
    let key = PublicKey::read(&next).ok()?;
    let holder = reference(&reader.expect(CHR).ok()?).ok()?;
    reader.finish().ok()?;
    Some((holder, key.point))
}

fn body(wish: &Wish<'_>) -> Vec<u8> {
    let authority = wish.authority.map(|authority| encode(CAR, authority.as_bytes()));
    let value = concat(&[
        &encode(PROFILE, &[0]),
        authority
            .as_ref()
            .map(|authority| authority.as_slice())
            .unwrap_or_default(),
        &public_key(wish.curve, wish.point),
        &encode(CHR, wish.holder.as_bytes()),
    ]);
    encode(BODY, &value).to_vec()
}

fn public_key(curve: Curve, point: &[u8]) -> Vec<u8> {
    let domain = curve.domain();
    let value = concat(&[
        &encode(OID, &curve.digest().algorithm()),
        &encode(PRIME, domain.prime),
        &encode(Tag(0x82), domain.a),
        &encode(Tag(0x83), domain.b),
        &encode(Tag(0x84), domain.base_point),
        &encode(Tag(0x85), domain.order),
        &encode(POINT, point),
        &encode(Tag(0x87), domain.cofactor),
    ]);
    encode(PUBLIC_KEY, &value).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn requests_are_told_from_transcripts() {
        let body = encode(BODY, &[1, 2, 3]);
        let certificate = encode(CV_CERTIFICATE, &body);
        let named = concat(&[&certificate, &encode(CAR, b"DETESTAT00001")]);
        for message in [&body, &certificate, &named, &encode(AUTHENTICATION, &named)] {
            assert!(could_be_a_request(message));
        }
        // ID_PICC ‖ r_PICC ‖ Comp(PK) ‖ 67…: ends with an authentication object, but doesn't begin with one.
        let transcript = concat(&[
            &[0x7F; 32],
            &[0x42; 8],
            &[0x21; 32],
            &encode(AUTHENTICATION, &[0x73, 0]),
        ]);
        assert!(!could_be_a_request(&transcript));
        assert!(!could_be_a_request(&[]));
    }

    #[test]
    fn what_is_certified_is_told() {
        let holder = HolderReference::new(b"DETESTAT00002").unwrap();
        let present = HolderReference::new(b"DETESTAT00001").unwrap();
        let wish = Wish {
            authority: Some(&present),
            holder: &holder,
            curve: Curve::BrainpoolP256r1,
            point: Curve::BrainpoolP256r1.domain().base_point,
            known: None,
        };
        for authority in [None, Some(&present)] {
            let body = body(&Wish { authority, ..wish });
            let certificate = encode(CV_CERTIFICATE, &concat(&[&body, &encode(SIGNATURE, &[1; 64])]));
            let named = concat(&[&certificate, &encode(CAR, present.as_bytes())]);
            let expected = Some((holder.clone(), wish.point.to_vec()));
            assert_eq!(to_be_certified(&body), expected);
            assert_eq!(to_be_certified(&named), expected);
            // The whole request is signed by nobody, and bytes behind the body would be another's.
            for wrong in [
                certificate.to_vec(),
                encode(AUTHENTICATION, &named).to_vec(),
                concat(&[&body, &[0x53, 0]]).to_vec(),
                body[..body.len() - 1].to_vec(),
            ] {
                assert_eq!(to_be_certified(&wrong), None);
            }
        }
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
            prop_assert!(CertificateRequest::parse(&bytes).is_err());
            prop_assert!(CertificateRequest::parse(&encode(AUTHENTICATION, &bytes)).is_err());
            let _ = could_be_a_request(&bytes);
            prop_assert_eq!(to_be_certified(&bytes), None);
            prop_assert_eq!(to_be_certified(&encode(BODY, &bytes)), None);
        }
    }
}
