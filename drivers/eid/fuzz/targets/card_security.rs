//! EF.CardSecurity (CMS): nothing passes but what the CSCA's signers signed. A changed file that passes says the same as
//! the file that it was made from, since only unsigned bytes can differ.
#![no_main]
use apdu_fuzz::within;
use eid::passive_auth::{RevocationPolicy, TrustStore, fingerprint, verify};
use jiff::civil::date;
use std::sync::OnceLock;

const CSCAS: [&[u8]; 9] = [
    include_bytes!("../../tests/data/passive_auth/csca.pem"),
    include_bytes!("../../tests/data/passive_auth/csca_bp256.pem"),
    include_bytes!("../../tests/data/passive_auth/csca_bp384.pem"),
    include_bytes!("../../tests/data/passive_auth/csca_bp512.pem"),
    include_bytes!("../../tests/data/passive_auth/csca_explicit.pem"),
    include_bytes!("../../tests/data/passive_auth/csca_p256.pem"),
    include_bytes!("../../tests/data/passive_auth/csca_p384.pem"),
    include_bytes!("../../tests/data/passive_auth/csca_p521.pem"),
    include_bytes!("../../tests/data/passive_auth/csca_plain.pem"),
];
/// The contents that were signed.
const CONTENTS: [&[u8]; 2] = [
    include_bytes!("../../tests/data/passive_auth/content.der"),
    include_bytes!("../../tests/data/passive_auth/content_2011.der"),
];

fn store() -> &'static TrustStore {
    static STORE: OnceLock<TrustStore> = OnceLock::new();
    STORE.get_or_init(|| {
        let mut store = TrustStore::new(RevocationPolicy::WhenPresent);
        for csca in CSCAS {
            store.add_csca(csca).expect("a CSCA of the tests");
        }
        store
    })
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let today = date(2026, 12, 1);
    let result = within(64 * bytes.len() + (2 << 20), || verify(bytes, store(), today));
    let Ok(secured) = result else { return };
    assert_eq!(secured.fingerprint(), fingerprint(bytes));
    assert!(
        CONTENTS
            .iter()
            .any(|content| bytes.windows(content.len()).any(|part| part == *content)),
        "passed, but nobody signed this content"
    );
    secured.agrees_with(secured.infos()).expect("a set agrees with itself");
    let _ = secured.chip_key();
});
