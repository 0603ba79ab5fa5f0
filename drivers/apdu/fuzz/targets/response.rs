//! Answers and status words: what was read is written as it came; tries are told by 63Cx alone.
#![no_main]
use apdu::{RESPONSE_BYTES_MAX, Response, StatusWord};
use apdu_fuzz::in_proportion;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(response) = in_proportion(bytes, || Response::parse(bytes.to_vec())) else {
        let status = bytes
            .last_chunk::<2>()
            .map(|last| StatusWord(u16::from_be_bytes(*last)));
        assert!(bytes.len() > RESPONSE_BYTES_MAX || status.is_none_or(|status| !status.is_standard()));
        return;
    };
    assert_eq!(response.encode(), bytes);
    assert_eq!(response.data().len() + 2, bytes.len());
    let StatusWord(word) = response.status();
    let tries = (word & 0xFFF0 == 0x63C0).then_some((word & 0x0F) as u8);
    assert_eq!(response.status().tries_left(), tries);
    assert_eq!(
        tries.map(StatusWord::tries).unwrap_or(response.status()),
        response.status()
    );
});
