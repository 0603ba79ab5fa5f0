//! Revocation lists (DER and PEM): a list that nobody trusted signed is refused; one that is refused alone changes
//! nothing.
#![no_main]
use apdu_fuzz::within;
use eid::passive_auth::{RevocationPolicy, TrustStore};
use std::sync::OnceLock;

const CSCAS: [&[u8]; 2] = [
    include_bytes!("../../tests/data/passive_auth/csca.pem"),
    include_bytes!("../../tests/data/passive_auth/csca_twin.pem"),
];

fn trusting() -> &'static TrustStore {
    static STORE: OnceLock<TrustStore> = OnceLock::new();
    STORE.get_or_init(|| {
        let mut store = TrustStore::new(RevocationPolicy::Required { grace_days: 3 });
        for csca in CSCAS {
            store.add_csca(csca).expect("a CSCA of the tests");
        }
        store
    })
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut nobody = TrustStore::new(RevocationPolicy::WhenPresent);
    let fresh = nobody.generation();
    let refused = within(64 * bytes.len() + (1 << 20), || nobody.add_revocation_list(bytes));
    assert!(
        refused.is_err() && nobody.generation() == fresh,
        "a list without a CSCA"
    );
    let mut store = trusting().clone();
    let before = store.generation();
    let taken = within(64 * bytes.len() + (1 << 20), || store.add_revocation_list(bytes));
    let several = bytes.windows(10).filter(|part| part == b"-----BEGIN").count() > 1;
    assert!(
        taken.is_ok() || several || store.generation() == before,
        "an error changed the store"
    );
});
