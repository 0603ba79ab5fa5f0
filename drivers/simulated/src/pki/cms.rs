//! Signed data (RFC 5652) as EF.CardSecurity, master lists and blocklists use it.
use super::country::DocumentSigner;
use super::x509;
use crate::der;

/// An attribute that is signed along, and its one value.
pub(super) type Attribute = (&'static str, Vec<u8>);

/// How the signer is named.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Naming {
    /// As EF.CardSecurity does.
    IssuerAndSerialNumber,
    /// As is recommended for lists (ICAO Doc 9303-12 §9; TR-03129-1 C).
    SubjectKeyIdentifier,
}

/// `ContentInfo` with `SignedData` over `content`; `certificates` are carried along.
pub(super) fn signed_data(
    (content_type, content): (&str, &[u8]),
    (signer, naming): (&DocumentSigner, Naming),
    certificates: &[&[u8]],
    further: Vec<Attribute>,
) -> Vec<u8> {
    let curve = signer.key.curve();
    let attribute = |oid: &str, value: Vec<u8>| der::sequence(&[&der::oid(oid), &der::set(der::SET, vec![value])]);
    let mut attributes = vec![
        attribute("1.2.840.113549.1.9.3", der::oid(content_type)),
        attribute("1.2.840.113549.1.9.4", der::octets(&curve.hash(content))),
    ];
    attributes.extend(further.into_iter().map(|(oid, value)| attribute(oid, value)));
    // Signed as SET OF, carried as [0] (RFC 5652 §5.4).
    let signature = signer.key.sign_der(&der::set(der::SET, attributes.clone()));
    let (version, name) = match naming {
        Naming::IssuerAndSerialNumber => (1, der::sequence(&[&signer.issuer, &der::integer(signer.serial)])),
        Naming::SubjectKeyIdentifier => (3, der::tlv(0x80, &[&x509::key_identifier(&signer.key.public())])),
    };
    let signer_info = der::sequence(&[
        &der::integer(version),
        &name,
        &curve.hash_algorithm(),
        &der::set(0xA0, attributes),
        &curve.signature_algorithm(),
        &der::octets(&signature),
    ]);
    let encapsulated = der::sequence(&[&der::oid(content_type), &der::tlv(0xA0, &[&der::octets(content)])]);
    let carried = certificates.iter().map(|certificate| certificate.to_vec()).collect();
    let signed = der::sequence(&[
        &der::integer(3),
        &der::set(der::SET, vec![curve.hash_algorithm()]),
        &encapsulated,
        &der::set(0xA0, carried),
        &der::set(der::SET, vec![signer_info]),
    ]);
    der::sequence(&[&der::oid("1.2.840.113549.1.7.2"), &der::tlv(0xA0, &[&signed])])
}
