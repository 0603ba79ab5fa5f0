//! The certificate description: texts that are shown bear no control characters but line breaks.
#![no_main]
use apdu_fuzz::in_proportion;
use eid::description::{CertificateDescription, DESCRIPTION_BYTES_MAX};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(read) = in_proportion(bytes, || CertificateDescription::parse(bytes)) else {
        return;
    };
    assert!(bytes.len() <= DESCRIPTION_BYTES_MAX);
    let texts = [
        Some(&read.issuer_name),
        Some(&read.subject_name),
        Some(&read.terms_of_usage),
    ];
    let texts = texts
        .into_iter()
        .chain([read.issuer_url.as_ref(), read.subject_url.as_ref()]);
    for text in texts.flatten() {
        assert!(
            text.chars().all(|c| c == '\n' || !c.is_control()),
            "control characters on a screen"
        );
        assert!(text.len() <= bytes.len());
    }
});
