//! Status words as states of the PIN: after a wrong PIN there is always a try less, whatever the card says. The parser is
//! private: its file is compiled here once more.
#![no_main]
use apdu::StatusWord;
use drivers_api::card::PinState;

#[path = "../../src/pin_state.rs"]
mod pin_state;

fn tries(state: PinState) -> u8 {
    match state {
        PinState::Operational { tries_left } => tries_left,
        PinState::Suspended => 1,
        PinState::Blocked | PinState::Deactivated => 0,
    }
}

libfuzzer_sys::fuzz_target!(|words: [u16; 2]| {
    let [before, told] = words.map(|word| pin_state::pin_state(StatusWord(word)));
    for (word, state) in words.into_iter().zip([before, told]) {
        let is_known = matches!(word, 0x9000 | 0x6283 | 0x63C0..=0x63C3);
        assert_eq!(state.is_some(), is_known, "{word:04X}");
        assert!(state.is_none_or(|state| tries(state) <= 3));
    }
    if let (Some(before), Some(told)) = (before, told) {
        let after = pin_state::after_wrong_pin(before, told);
        assert!(
            tries(after) < tries(before).max(1),
            "{before:?}, then {told:?}: {after:?}"
        );
    }
    for left in words[0].to_be_bytes() {
        assert!(pin_state::of_tries(left).is_none_or(|state| tries(state) == left));
    }
});
