//! Master lists: whatever is taken in was signed; an error changes nothing. Bit 1 of the first byte says what follows: a
//! list, or the mischief done to the one of the tests (which is longer than a seed may be).
#![no_main]
use apdu_fuzz::within;
use eid::passive_auth::{MasterListSigner, RevocationPolicy, TrustStore};
use eid_fuzz::mischief::{Layer, Mischief};
use jiff::civil::date;
use std::sync::OnceLock;

const SIGNER: &[u8] = include_bytes!("../../tests/data/passive_auth/master_list_signer.pem");
const CSCA: &[u8] = include_bytes!("../../tests/data/passive_auth/csca.pem");
/// The list that was signed: the one way in.
const SIGNED: &[u8] = include_bytes!("../../tests/data/passive_auth/master_list.der");
/// Where in it the content is that the digest is over.
const CONTENT: core::ops::Range<usize> = 61..3487;

fn trusting() -> &'static TrustStore {
    static STORE: OnceLock<TrustStore> = OnceLock::new();
    STORE.get_or_init(|| {
        let mut store = TrustStore::new(RevocationPolicy::WhenPresent);
        store.add_csca(CSCA).expect("the CSCA of the tests");
        store
    })
}

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let (flags, rest) = input.split_first().unwrap_or((&0, &[]));
    let mut list = rest.to_vec();
    if flags & 1 != 0 {
        let mut mischief = Mischief::new(rest);
        list = SIGNED.to_vec();
        while !mischief.is_over() {
            let said = mischief.applied(Layer::Said, list);
            list = mischief.applied(Layer::Sent, said);
        }
    }
    let bytes = list.as_slice();
    for signer in [MasterListSigner::Pinned(SIGNER), MasterListSigner::IssuedByStore] {
        let mut store = trusting().clone();
        let before = (store.len(), store.generation());
        let result = within(64 * bytes.len() + (2 << 20), || {
            store.import_master_list(bytes, signer, date(2026, 12, 1))
        });
        match result {
            Ok(imported) => {
                assert_eq!(store.len(), before.0 + imported.added);
                // Only bytes beside what is signed can differ.
                assert!(
                    bytes.windows(CONTENT.len()).any(|part| part == &SIGNED[CONTENT]),
                    "nobody signed this list"
                );
            }
            Err(_) => assert_eq!((store.len(), store.generation()), before, "an error changed the store"),
        }
        assert!(
            result.is_ok() || bytes != SIGNED,
            "the right list is taken in: {result:?}"
        );
    }
});
