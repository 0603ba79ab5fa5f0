//! X.509 import (DER and PEM): one certificate that isn't fit changes nothing, and only CAs whose signature leads to a
//! root come in.
#![no_main]
use apdu_fuzz::within;
use eid::passive_auth::{RevocationPolicy, TRUST_ANCHORS_MAX, TrustStore};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut store = TrustStore::new(RevocationPolicy::WhenPresent);
    let empty = store.generation();
    match within(64 * bytes.len() + (1 << 20), || store.add_csca(bytes)) {
        Ok(imported) => {
            assert_eq!((store.len(), imported.skipped), (imported.added, 0));
            assert!(store.len() <= TRUST_ANCHORS_MAX);
            let again = store.add_csca(bytes).expect("the same once more");
            assert_eq!((again.added, again.known), (0, imported.added + imported.known));
        }
        Err(_) => assert!(
            store.is_empty() && store.generation() == empty,
            "an error changed the store"
        ),
    }
});
