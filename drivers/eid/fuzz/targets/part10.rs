//! What a reader with keys of its own answers (PC/SC part 10): features, capabilities, an open channel, a new PIN. The
//! parser is another crate's, which needs a PC/SC library: its files are compiled here once more.
#![no_main]
use apdu_fuzz::within;
use part10::{Capabilities, FEATURES_BYTES_MAX, Features, ModifyResult, PaceOutput, PaceResult};

#[path = "../../../reader/src/part10/mod.rs"]
#[allow(dead_code, unused_imports)] // what is sent is the other half
mod part10;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let limit = 64 * input.len() + 64 * 1024;
    if let Ok(features) = within(limit, || Features::parse(input)) {
        assert!(input.len() <= FEATURES_BYTES_MAX);
        for code in [features.execute_pace, features.modify_pin].into_iter().flatten() {
            assert!(input.windows(4).any(|window| window == code.to_be_bytes()), "a code out of the list");
        }
    }
    if within(limit, || Capabilities::parse(input)).is_ok() {
        assert!(input.len() >= 7 && input.starts_with(&[0; 4]));
    }
    if let Ok(output) = within(limit, || PaceOutput::parse(input)) {
        assert_eq!(output.result == PaceResult::Open, input.starts_with(&[0; 4]));
        if let Some(opened) = output.opened {
            assert_eq!(output.result, PaceResult::Open, "only an open channel has trust points");
            let parts = [opened.card_access, opened.current, opened.previous.unwrap_or_default(), opened.card_id];
            assert!(parts.iter().map(Vec::len).sum::<usize>() + 14 <= input.len());
            let inside = |part: &Vec<u8>| part.is_empty() || input.windows(part.len()).any(|window| window == part);
            assert!(parts.iter().all(inside), "nothing that the reader didn't say");
        }
    }
    if let Ok(result) = ModifyResult::parse(input) {
        assert_eq!(result == ModifyResult::Changed, input == [0x90, 0x00]);
    }
});
