//! X.509 certificates and revocation lists of the country signing CA (ICAO Doc 9303-12; RFC 5280).
use crate::curve::Key;
use crate::der;
use jiff::civil::Date;
use sha1::{Digest, Sha1};

/// Distinguished name in Germany with that common name.
pub(super) fn name(common_name: &str) -> Vec<u8> {
    let part = |oid: &str, text: Vec<u8>| der::set(der::SET, vec![der::sequence(&[&der::oid(oid), &text])]);
    der::sequence(&[
        &part("2.5.4.6", der::printable("DE")),
        &part("2.5.4.10", der::utf8("Schalter TEST")),
        &part("2.5.4.3", der::utf8(common_name)),
    ])
}

/// What stands in a certificate.
pub(super) struct Certificate<'a> {
    pub(super) serial: u32,
    pub(super) issuer: &'a [u8],
    pub(super) subject: &'a [u8],
    pub(super) valid: (Date, Date),
    pub(super) public_key_info: Vec<u8>,
    pub(super) extensions: Vec<Vec<u8>>,
}

impl Certificate<'_> {
    pub(super) fn signed(&self, by: &Key) -> Vec<u8> {
        let body = der::sequence(&[
            &der::tlv(0xA0, &[&der::integer(2)]),
            &der::integer(self.serial),
            &by.curve().signature_algorithm(),
            self.issuer,
            &der::sequence(&[&der::time(self.valid.0), &der::time(self.valid.1)]),
            self.subject,
            &self.public_key_info,
            &der::tlv(0xA3, &[&der::sequence(&[&self.extensions.concat()])]),
        ]);
        signed(body, by)
    }
}

/// A certificate revocation list of version 2 (RFC 5280 §5).
pub(super) fn revocation_list(
    issuer: &[u8],
    by: &Key,
    number: u32,
    valid: (Date, Date),
    revoked: &[(u32, Date)],
) -> Vec<u8> {
    let entry = |(serial, on): &(u32, Date)| der::sequence(&[&der::integer(*serial), &der::time(*on)]);
    let entries = match revoked {
        // An empty list is left out (RFC 5280 §5.1.2.6).
        [] => vec![],
        revoked => der::sequence(&[&revoked.iter().map(entry).collect::<Vec<_>>().concat()]),
    };
    let number = extension("2.5.29.20", false, &der::integer(number));
    let extensions = der::sequence(&[&authority_key(&by.public()), &number]);
    let body = der::sequence(&[
        &der::integer(1),
        &by.curve().signature_algorithm(),
        issuer,
        &der::time(valid.0),
        &der::time(valid.1),
        &entries,
        &der::tlv(0xA0, &[&extensions]),
    ]);
    signed(body, by)
}

fn signed(body: Vec<u8>, by: &Key) -> Vec<u8> {
    let signature = der::bits(&by.sign_der(&body));
    der::sequence(&[&body, &by.curve().signature_algorithm(), &signature])
}

fn extension(oid: &str, critical: bool, value: &[u8]) -> Vec<u8> {
    let critical = if critical { der::boolean(true) } else { vec![] };
    der::sequence(&[&der::oid(oid), &critical, &der::octets(value)])
}

pub(super) fn key_identifier(public: &[u8]) -> [u8; 20] {
    Sha1::digest(public).into()
}

pub(super) fn authority_key(public: &[u8]) -> Vec<u8> {
    let value = der::sequence(&[&der::tlv(0x80, &[&key_identifier(public)])]);
    extension("2.5.29.35", false, &value)
}

pub(super) fn subject_key(public: &[u8]) -> Vec<u8> {
    extension("2.5.29.14", false, &der::octets(&key_identifier(public)))
}

/// A CA directly above its signers.
pub(super) fn basic_constraints() -> Vec<u8> {
    extension(
        "2.5.29.19",
        true,
        &der::sequence(&[&der::boolean(true), &der::integer(0)]),
    )
}

/// keyUsage: digitalSignature.
pub(super) fn may_sign() -> Vec<u8> {
    extension("2.5.29.15", true, &[0x03, 0x02, 0x07, 0x80])
}

/// keyUsage: keyCertSign and cRLSign.
pub(super) fn may_certify() -> Vec<u8> {
    extension("2.5.29.15", true, &[0x03, 0x02, 0x01, 0x06])
}

/// documentType (ICAO Doc 9303-12 table 6).
pub(super) fn document_types(types: &[&str]) -> Vec<u8> {
    let list = der::set(der::SET, types.iter().map(|kind| der::printable(kind)).collect());
    extension("2.23.136.1.1.6.2", false, &der::sequence(&[&der::integer(0), &list]))
}

/// extendedKeyUsage: master list signer (ICAO Doc 9303-12 table 6).
pub(super) fn signs_master_lists() -> Vec<u8> {
    extension("2.5.29.37", true, &der::sequence(&[&der::oid("2.23.136.1.1.3")]))
}
