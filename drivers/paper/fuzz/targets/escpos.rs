//! What receipt printers say: any bytes are taken, noise never hides the answers after it, and "printed" carries a number
//! of ours. The parser's files are compiled here once more, without the fonts and the PDF that stand beside them.
#![no_main]
use apdu_fuzz::within;
use listener::{Heard, Listener, ProcessId};
use status::{Ask, Condition};

#[path = "../../src/escpos/listener.rs"]
#[allow(dead_code)] // the crate uses all of it
mod listener;
#[path = "../../src/escpos/status.rs"]
#[allow(dead_code)]
mod status;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut listener = Listener::default();
    let mut condition = Condition::default();
    let mut answers = 0;
    within(1024, || {
        for (at, byte) in bytes.iter().enumerate() {
            let Some(heard) = listener.hear(*byte) else { continue };
            answers += 1;
            match heard {
                Heard::RealTime(answer) => {
                    assert_eq!(answer & 0x93, 0x12);
                    condition.note(Ask::ALL[at % 4], answer);
                }
                Heard::Automatic(told) => condition = told,
                Heard::Printed(id) => {
                    let number: [u8; 4] = bytes[at - 4..at].try_into().expect("four bytes");
                    assert!(bytes[at - 6..].starts_with(&[0x37, 0x22]) && *byte == 0);
                    assert!(number.iter().all(|byte| (0x20..=0x7E).contains(byte)));
                    assert_eq!(id.bytes(), number);
                }
                Heard::InOrder | Heard::Cleared => {}
            }
        }
    });
    assert!(answers <= bytes.len());
    let has_trouble = condition.trouble().is_some();
    condition.near_end = false; // little paper is no trouble
    assert_eq!(has_trouble, condition != Condition::default());
    // three bytes that begin nothing end whatever was torn
    assert!([0xFF; 3].iter().all(|byte| listener.hear(*byte).is_none()));
    let id = ProcessId::of(bytes.len() as u64);
    let [a, b, c, d] = id.bytes();
    let heard: Vec<Heard> = [0x12, 0x37, 0x22, a, b, c, d, 0]
        .iter()
        .filter_map(|byte| listener.hear(*byte))
        .collect();
    assert_eq!(heard, [Heard::RealTime(0x12), Heard::Printed(id)]);
});
