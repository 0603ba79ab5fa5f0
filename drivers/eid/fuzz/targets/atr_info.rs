//! EF.ATR/INFO: stated sizes are within what APDUs can carry.
#![no_main]
use apdu_fuzz::in_proportion;
use eid::atr_info::BufferSizes;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(Some(sizes)) = in_proportion(bytes, || BufferSizes::parse(bytes)) {
        for size in [sizes.command, sizes.response] {
            assert!((256..=65_544).contains(&size), "{size}");
        }
    }
});
