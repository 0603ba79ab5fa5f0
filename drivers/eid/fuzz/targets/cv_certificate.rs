//! CV certificates of the terminal's chain, and what a path makes of them.
#![no_main]
use apdu_fuzz::in_proportion;
use eid::cv_certificate::{CERTIFICATE_BYTES_MAX, CvCertificate, REFERENCE_BYTES_MAX};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(certificate) = in_proportion(bytes, || CvCertificate::parse(bytes)) else {
        return;
    };
    assert!(bytes.len() <= CERTIFICATE_BYTES_MAX);
    for reference in [certificate.authority(), certificate.holder()] {
        assert!((1..=REFERENCE_BYTES_MAX).contains(&reference.bytes().len()));
        let shown = format!("{reference}");
        assert!(!shown.chars().any(char::is_control), "control characters on a screen");
    }
    assert!(certificate.valid_from() <= certificate.valid_until());
    assert!(certificate.valid_on(certificate.valid_from()) && certificate.valid_on(certificate.valid_until()));
    let part = certificate.verified_data();
    assert!(
        bytes.windows(part.len()).any(|window| window == part),
        "what the card verifies came with the file"
    );
    let _ = (
        certificate.chat(),
        certificate.hash(),
        certificate.sector_hashes(),
        certificate.description_hash(),
    );
    assert!(certificate.signature_bytes() <= bytes.len());
    assert!(!certificate.public_point().is_empty());
});
