//! Lists in the folder: objects that are split make the whole again, and a blocklist's name lies inside it.
#![no_main]
use apdu_fuzz::within;
use signer::lists::{block_list_id, der_objects};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(objects) = within(64 * bytes.len() + (1 << 18), || der_objects(bytes)) {
        assert!(objects.iter().all(|object| object.len() >= 2));
        assert_eq!(objects.concat(), bytes);
    }
    if let Some(id) = block_list_id(bytes) {
        assert!(id.is_empty() || bytes.windows(id.len()).any(|part| part == id));
    }
});
