//! Commands as a card reads them: what was read says the same when it is written and read again.
#![no_main]
use apdu::{COMMAND_DATA_MAX, Command, NE_EXTENDED_MAX};
use apdu_fuzz::in_proportion;

fn facts(command: &Command) -> ([u8; 4], &[u8], Option<u32>) {
    let header = [command.class(), command.instruction(), command.p1(), command.p2()];
    (header, command.data(), command.expected())
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(command) = in_proportion(bytes, || Command::parse(bytes)) else {
        return;
    };
    assert!(command.data().len() <= COMMAND_DATA_MAX);
    assert!(command.expected().is_none_or(|ne| (1..=NE_EXTENDED_MAX).contains(&ne)));
    assert!(format!("{command:?}").contains("bytes"));
    let written = command.encode();
    // Extended length fields may be needless; written again they are short.
    assert!(written.len() <= bytes.len());
    let again = Command::parse(&written).expect("what was written is read");
    assert_eq!(facts(&command), facts(&again));
    assert_eq!(again.encode(), written, "one form only");
    let short = bytes.get(4) != Some(&0) || bytes.len() == 5;
    if short {
        assert_eq!(written.as_slice(), bytes, "short commands are written as they came");
    }
});
