//! A slot that remembers every byte that passes, to the card and to the reader, in both directions.
use core::time::Duration;
use drivers_api::slot::{CardTransport, Slot, SlotEvent, TransportError};
use std::sync::{Arc, Mutex};

#[derive(Clone, Default)]
pub(crate) struct Passed(Arc<Mutex<Vec<Vec<u8>>>>);

impl Passed {
    fn note(&self, bytes: &[u8]) {
        self.0.lock().unwrap().push(bytes.to_vec());
    }

    /// How many messages have passed.
    pub(crate) fn count(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    /// Whether these digits have passed: as characters, as numbers, or two in a byte at either half.
    pub(crate) fn has(&self, digits: &str) -> bool {
        let numbers: Vec<u8> = digits.bytes().map(|digit| digit - b'0').collect();
        let all = self.0.lock().unwrap();
        all.iter().any(|message| {
            let nibbles: Vec<u8> = message.iter().flat_map(|byte| [byte >> 4, byte & 0x0F]).collect();
            let found = |haystack: &[u8], needle: &[u8]| haystack.windows(needle.len()).any(|window| window == needle);
            found(message, digits.as_bytes()) || found(message, &numbers) || found(&nibbles, &numbers)
        })
    }
}

pub(crate) struct Watched<S> {
    slot: S,
    passed: Passed,
}

impl<S> Watched<S> {
    pub(crate) fn new(slot: S, passed: Passed) -> Self {
        Self { slot, passed }
    }
}

fn note(passed: &Passed, sent: &[u8], answer: Result<Vec<u8>, TransportError>) -> Result<Vec<u8>, TransportError> {
    passed.note(sent);
    if let Ok(answer) = &answer {
        passed.note(answer);
    }
    answer
}

impl<S: Slot> Slot for Watched<S> {
    type Line = Watched<S::Line>;

    fn wait(&mut self, patience: Duration) -> SlotEvent {
        self.slot.wait(patience)
    }

    fn connect(&mut self) -> Result<Self::Line, TransportError> {
        let slot = self.slot.connect()?;
        Ok(Watched::new(slot, self.passed.clone()))
    }

    fn control(&mut self, code: u32, input: &[u8]) -> Result<Vec<u8>, TransportError> {
        let answer = self.slot.control(code, input);
        note(&self.passed, input, answer)
    }

    fn waker(&self) -> Box<dyn Fn() + Send> {
        self.slot.waker()
    }
}

impl<L: CardTransport> CardTransport for Watched<L> {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let answer = self.slot.transmit(command);
        note(&self.passed, command, answer)
    }

    fn control(&mut self, code: u32, input: &[u8]) -> Result<Vec<u8>, TransportError> {
        let answer = self.slot.control(code, input);
        note(&self.passed, input, answer)
    }
}

#[test]
fn digits_are_found_however_they_are_written() {
    for message in [
        &b"x123456"[..],
        &[0, 1, 2, 3, 4, 5, 6],
        &[0x12, 0x34, 0x56],
        &[0xF1, 0x23, 0x45, 0x6F],
    ] {
        let passed = Passed::default();
        passed.note(message);
        assert!(passed.has("123456") && !passed.has("654321"));
    }
}
