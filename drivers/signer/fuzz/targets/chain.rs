//! The chain's file: read and written again it is the same set; nothing comes into a set that wasn't proved by what was
//! there before.
#![no_main]
use apdu_fuzz::within;
use signer::certificate::Role;
use signer::chain::{CHAIN_BYTES_MAX, CHAIN_OBJECTS_MAX, Chain};
use signer::time::UnixTime;
use std::sync::OnceLock;

/// 2026-11-23.
const NOW: UnixTime = UnixTime(1_795_392_000);

/// Root and link of the tests: what a terminal is installed with.
fn installed() -> &'static Chain {
    static INSTALLED: OnceLock<Chain> = OnceLock::new();
    INSTALLED.get_or_init(|| {
        let root = include_bytes!("../../../eid/tests/data/cvc/cvca_1.cvcert");
        Chain::parse(root).expect("the root of the tests")
    })
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(chain) = within(64 * bytes.len() + (1 << 18), || Chain::parse(bytes)) else {
        return;
    };
    let written = chain.encode();
    assert!(written.len() == bytes.len() && bytes.len() <= CHAIN_BYTES_MAX);
    assert_eq!(Chain::parse(&written).as_ref(), Ok(&chain));
    assert!(chain.certificates().len() <= CHAIN_OBJECTS_MAX);
    if let Some(terminal) = chain.terminal_at(NOW) {
        assert!(terminal.is_valid_at(NOW) && terminal.role() == Role::Terminal && chain.is_described(terminal));
    }
    for terminal in chain.terminals() {
        for trusted in chain.certificates() {
            let path = chain.path_from(trusted.holder(), terminal);
            assert!(path.is_none_or(|path| path.len() <= CHAIN_OBJECTS_MAX && path.last() == Some(terminal)));
        }
        let _ = (
            chain.curve_of(terminal),
            chain.description_of(terminal),
            chain.verifier_of(terminal),
        );
        let accepted = chain.accept(chain.certificates(), terminal.holder(), terminal.point(), NOW);
        assert!(accepted.is_err() || terminal.is_authentication_terminal());
    }
    let grown = within(128 * bytes.len() + (4 << 20), || {
        installed().with_authorities(chain.certificates(), NOW)
    });
    let known = [
        include_bytes!("../../../eid/tests/data/cvc/cvca_1.cvcert").as_slice(),
        include_bytes!("../../../eid/tests/data/cvc/link_2.cvcert").as_slice(),
        include_bytes!("../../../eid/tests/data/cvc/dv.cvcert").as_slice(),
    ];
    for certificate in grown.certificates() {
        // Bytes that no signature is over can't be changed either: body and signature are all there is in a certificate.
        let body = |bytes: &[u8]| bytes.len();
        assert!(
            known.iter().any(|known| body(known) == body(certificate.as_bytes())),
            "{} wasn't proved",
            certificate.holder()
        );
    }
});
