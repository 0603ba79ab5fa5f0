//! A serial line: noise gets through as nothing, a message after it is read, memory in proportion.
#![no_main]
use apdu_fuzz::in_proportion;
use core::time::Duration;
use payment::apdu::Apdu;
use payment::serial::{SerialLine, frame};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let now = Duration::from_secs(1);
    in_proportion(bytes, || {
        let mut line = SerialLine::default();
        line.handle(bytes, now).expect("nothing was sent, so nothing can fail");
        while line.take_message().is_some() {}
        // Longer than any pause within a message.
        let later = now + Duration::from_secs(1);
        line.tick(later).expect("nothing was sent");
        line.take_output();
        let last = Apdu::short([0x06, 0x0F]);
        line.handle(&frame(&last.encode()), later).expect("nothing was sent");
        assert_eq!(line.take_message(), Some(last), "noise swallowed a message");
        assert_eq!(**line.take_output(), [0x06]);
    });
});
