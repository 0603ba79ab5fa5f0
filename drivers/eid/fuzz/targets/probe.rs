//! The probe, fed with arbitrary answers alone: it ends, sends no secret and changes nothing on the card.
#![no_main]
use apdu_fuzz::within;
use drivers_api::card::CardFound;
use eid::{Dialogue, Step};
use eid_fuzz::mischief::{Layer, Mischief};
use eid_fuzz::world::{DIALOGUE_BYTES_MAX, Watch};

const RIGHT: [&[u8]; 4] = [
    b"\x90\x00",
    b"\x61\x0B\x4F\x09\xE8\x07\x04\x00\x7F\x00\x07\x03\x02\x90\x00",
    b"\x31\x14\x30\x12\x06\x0A\x04\x00\x7F\x00\x07\x02\x02\x04\x02\x02\x02\x01\x02\x02\x01\x0D\x90\x00",
    b"\x63\xC2",
];

fn run(bytes: &[u8]) -> CardFound {
    let mut mischief = Mischief::new(bytes);
    let mut watch = Watch::default();
    let mut step = Dialogue::probe();
    let mut at = 0;
    loop {
        match step {
            Step::Done(found) => return found,
            Step::Ask(ask) => {
                watch.command(&ask.command);
                assert!(
                    matches!(ask.command.instruction(), 0xA4 | 0xB0 | 0x22),
                    "{:?}",
                    ask.command
                );
                assert!(!ask.command.is_secured());
                let said = mischief.applied(Layer::Said, RIGHT.get(at).copied().unwrap_or(b"\x6F\x00").to_vec());
                step = ask.dialogue.handle(mischief.applied(Layer::Sent, said));
                at += 1;
            }
        }
    }
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let found = within(DIALOGUE_BYTES_MAX, || run(bytes));
    if bytes.len() < 2 {
        assert!(
            matches!(found, CardFound::Eid { .. }),
            "the honest card is one: {found:?}"
        );
    }
});
