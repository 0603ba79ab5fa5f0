//! CV certificates and requests as the signer reads them. A request that is read can't be signed over the socket, and
//! neither can what its signatures are over.
#![no_main]
use apdu_fuzz::within;
use signer::certificate::{CERTIFICATE_BYTES_MAX, CvCertificate, HolderReference};
use signer::request::{CertificateRequest, could_be_a_request};
use signer::time::UnixTime;

fn check_reference(reference: &HolderReference) {
    assert_eq!(HolderReference::new(reference.as_bytes()).as_ref(), Some(reference));
    let next = reference.next();
    assert_eq!(next.as_bytes().len(), reference.as_bytes().len());
    assert!(HolderReference::new(next.as_bytes()).is_some());
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(certificate) = within(64 * bytes.len() + (1 << 18), || CvCertificate::parse(bytes)) {
        assert!(bytes.len() <= CERTIFICATE_BYTES_MAX);
        assert_eq!(certificate.as_bytes(), bytes);
        check_reference(certificate.authority());
        check_reference(certificate.holder());
        let first = certificate.effective().start();
        if certificate.effective() <= certificate.expires() {
            assert!(certificate.is_valid_at(first));
        }
        assert!(!certificate.is_valid_at(certificate.expires().end()));
        assert!(!certificate.is_valid_at(first.before(1)) || first == UnixTime(0));
        assert!(could_be_a_request(bytes), "an object 7F21 that would be signed");
    }
    if let Ok(request) = within(64 * bytes.len() + (1 << 18), || CertificateRequest::parse(bytes)) {
        check_reference(&request.holder);
        assert!(could_be_a_request(bytes), "a request that would be signed");
    }
});
