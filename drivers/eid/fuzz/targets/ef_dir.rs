//! EF.DIR: a card is an eID card only if its application's name is there, whole. The parser is private: its file is
//! compiled here once more.
#![no_main]
use apdu_fuzz::in_proportion;
use eid::EID_AID;

#[path = "../../src/ef_dir.rs"]
mod ef_dir;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let named = in_proportion(bytes, || ef_dir::names_eid(bytes));
    let is_there = bytes.windows(EID_AID.len()).any(|part| part == EID_AID);
    assert!(is_there || !named);
});
