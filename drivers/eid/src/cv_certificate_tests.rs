//! Certificates made by another program, the BSI worked example, and what is refused.
use super::*;
use crate::chat::Role;
use jiff::civil::date as day;
use proptest::prelude::*;

const TERMINAL: &[u8] = include_bytes!("../tests/data/cvc/terminal.cvcert");
const LINK: &[u8] = include_bytes!("../tests/data/cvc/link_2.cvcert");
const EXAMPLE_TERMINAL: &[u8] = include_bytes!("../tests/data/worked_example/terminal.cvcert");
const EXAMPLE_DV: &[u8] = include_bytes!("../tests/data/worked_example/dv.cvcert");
const EXAMPLE_CVCA: &[u8] = include_bytes!("../tests/data/worked_example/cvca.cvcert");

#[test]
fn a_terminals_certificate_is_read() {
    let read = CvCertificate::parse(TERMINAL).unwrap();
    assert_eq!(
        (read.authority().bytes(), read.holder().bytes()),
        (&b"DEDVTEST00001"[..], &b"DETESTAT00001"[..])
    );
    assert_eq!(read.holder().to_string(), "DETESTAT00001");
    assert_eq!(
        (read.valid_from(), read.valid_until()),
        (day(2026, 11, 22), day(2026, 11, 24))
    );
    assert!(read.valid_on(day(2026, 11, 22)) && read.valid_on(day(2026, 11, 24)));
    assert!(!read.valid_on(day(2026, 11, 21)) && !read.valid_on(day(2026, 11, 25)));
    let rights = read.chat().unwrap().rights();
    assert_eq!(
        rights.groups.iter().map(|group| group.number()).collect::<Vec<_>>(),
        [4, 5, 7, 8, 17]
    );
    assert!(rights.age && rights.municipality && rights.pseudonym && !rights.can_allowed);
    assert_eq!(
        (read.hash(), read.signature_bytes(), read.public_point().len()),
        (SignatureHash::Sha256, 64, 65)
    );
    let description = include_bytes!("../tests/data/cvc/terminal.desc");
    assert_eq!(
        read.description_hash(),
        Some(SignatureHash::Sha256.of(description).as_slice())
    );
    assert_eq!(read.sector_hashes(), [None, None]);
}

#[test]
fn a_link_certificate_carries_parameters() {
    let read = CvCertificate::parse(LINK).unwrap();
    assert_eq!(
        (read.authority().bytes(), read.holder().bytes()),
        (&b"DETESTeID00001"[..], &b"DETESTeID00002"[..])
    );
    assert_eq!(read.chat().unwrap().role(), Role::Cvca);
    assert_eq!(read.public_point().len(), 65);
}

#[test]
fn the_worked_example_is_read() {
    let terminal = CvCertificate::parse(EXAMPLE_TERMINAL).unwrap();
    let verifier = CvCertificate::parse(EXAMPLE_DV).unwrap();
    assert_eq!(terminal.authority(), verifier.holder());
    assert_eq!(terminal.holder().bytes(), b"DETESTATDE019");
    assert_eq!(
        (terminal.hash(), terminal.signature_bytes()),
        (SignatureHash::Sha512, 128)
    );
    assert_eq!(
        (terminal.valid_from(), terminal.valid_until()),
        (day(2010, 9, 30), day(2010, 10, 30))
    );
    assert_eq!(terminal.chat().unwrap().bytes(), [0, 0, 0, 1, 0x10]);
    assert_eq!(verifier.chat().unwrap().role(), Role::DvOfficialDomestic);
    // The example's CVCA is one of inspection systems.
    assert_eq!(CvCertificate::parse(EXAMPLE_CVCA).unwrap().chat(), None);
}

/// What PSO:Verify sends is body and signature without the outer head; the digest of the body is the one over which the
/// example's issuer has signed.
#[test]
fn ts_ta_what_the_card_verifies() {
    let terminal = CvCertificate::parse(EXAMPLE_TERMINAL).unwrap();
    assert_eq!(terminal.verified_data(), &EXAMPLE_TERMINAL[5..]);
    let mut parts = Reader::new(terminal.verified_data());
    let body = tlv::encode(BODY, parts.expect(BODY).unwrap().value);
    let digest = "bed0b4967cc62ff709d8c6b28c66dcc07dd13413484914b5968a489811e26634";
    assert_eq!(hex::encode(Sha256::digest(&*body)), digest);
    assert_eq!(parts.expect(SIGNATURE).unwrap().value.len(), 128);
}

fn changed(from: &str, to: &str) -> CertificateError {
    let text = hex::encode(TERMINAL);
    assert!(text.contains(from), "{from}");
    CvCertificate::parse(&hex::decode(text.replacen(from, to, 1)).unwrap()).unwrap_err()
}

#[test]
fn wrong_certificates_are_errors() {
    assert_eq!(changed("5f290100", "5f290101"), CertificateError::Profile);
    assert_eq!(
        changed("04007f0007020202020386", "04007f0007020202020186"),
        CertificateError::Algorithm,
        "SHA-1"
    );
    assert_eq!(
        changed("04007f0007020202020386", "04007f0007020202010386"),
        CertificateError::Algorithm,
        "RSA"
    );
    assert_eq!(
        changed("864104", "864102"),
        CertificateError::Algorithm,
        "compressed point"
    );
    assert_eq!(
        changed("5f2506020601010202", "5f2506020601030202"),
        CertificateError::Date,
        "month 13"
    );
    assert_eq!(
        changed("5f2506020601010202", "5f250602060101020a"),
        CertificateError::Date,
        "no BCD"
    );
    assert_eq!(
        changed("5f2506020601010202", "5f2506020701010202"),
        CertificateError::Date,
        "ends before it begins"
    );
    assert!(matches!(changed("7f4e", "7f4d"), CertificateError::Tlv(_)));
    assert!(matches!(
        CvCertificate::parse(&TERMINAL[..200]),
        Err(CertificateError::Tlv(_))
    ));
    assert_eq!(CvCertificate::parse(&[0; 2049]), Err(CertificateError::Length));
    let longer = [TERMINAL, &[0]].concat();
    assert_eq!(
        CvCertificate::parse(&longer),
        Err(CertificateError::Tlv(TlvError::Trailing))
    );
    assert_eq!(Reference::new(&[]), Err(CertificateError::Reference));
    assert_eq!(Reference::new(&[b'A'; 17]), Err(CertificateError::Reference));
}

#[test]
fn a_reference_says_nothing_that_a_log_would_obey() {
    assert_eq!(Reference::new(b"DE\x1b[31m\n\xe4").unwrap().to_string(), "DE[31mä");
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = CvCertificate::parse(&bytes);
    }

    #[test]
    fn one_changed_byte_never_panics(at in 0..281usize, byte: u8) {
        let mut bytes = TERMINAL.to_vec();
        bytes[at] = byte;
        let _ = CvCertificate::parse(&bytes);
    }
}
