//! Blocklists: complete ones, changes, and the signed envelope. A list that isn't taken in changes nothing; one that is
//! has its entries once each.
#![no_main]
use apdu_fuzz::within;
use eid::blocklist::{Blocklist, SECTOR_ID_BYTES};
use jiff::civil::date;

const SIGNER: &[u8] = include_bytes!("../../tests/data/passive_auth/blocklist_signer.pem");
const SECTOR: &[u8] = b"SSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSS";

/// The complete list `1` with one entry.
fn before() -> Blocklist {
    let object = |tag: u8, value: &[u8]| [&[tag, value.len() as u8], value].concat();
    let ids = object(0x30, &object(0x04, &[5; SECTOR_ID_BYTES]));
    let details = object(0x30, &object(0x30, &[object(0x04, SECTOR), ids].concat()));
    let list = object(0x30, &[vec![2, 1, 1, 2, 1, 0, 4, 1, b'1'], details].concat());
    let mut blocklist = Blocklist::new(SECTOR);
    blocklist.update(&list).expect("a complete list");
    blocklist
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut list = before();
    match within(64 * bytes.len() + (1 << 20), || list.update(bytes)) {
        Ok(()) => {
            assert!(!list.name().is_empty());
            assert!(list.len() <= 1 + bytes.len() / SECTOR_ID_BYTES);
        }
        Err(_) => assert_eq!(list, before(), "an error changed the list"),
    }
    let mut signed = before();
    if within(64 * bytes.len() + (2 << 20), || {
        signed.update_signed(bytes, SIGNER, date(2026, 12, 1))
    })
    .is_ok()
    {
        assert_eq!(
            (signed.len(), signed.name()),
            (39, b"list 7".as_slice()),
            "nobody signed this list"
        );
    } else {
        assert_eq!(signed, before());
    }
});
