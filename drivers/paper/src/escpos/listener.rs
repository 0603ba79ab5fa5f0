//! Telling apart what comes back. All kinds of answers come on one line and may follow each other in any order; fixed bits
//! of their first byte say what they are (Epson, "Identification of transmission status").
use super::Condition;

/// Number by which an answer in the order of the data is known again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProcessId([u8; 4]);

impl ProcessId {
    /// From a running number; it begins anew after 9999.
    pub fn of(number: u64) -> Self {
        let digit = |power: u64| b'0' + u8::try_from(number / power % 10).unwrap_or(0);
        Self([1000, 100, 10, 1].map(digit))
    }

    /// Four characters.
    pub fn bytes(self) -> [u8; 4] {
        self.0
    }
}

/// Something that the printer said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// The answer to the last [`super::Ask`], for [`Condition::note`].
    RealTime(u8),
    /// How it is, told by itself.
    Automatic(Condition),
    /// The answer to [`super::IN_ORDER_REQUEST`].
    InOrder,
    /// Everything before the [`super::process_id_request`] with this number is printed.
    Printed(ProcessId),
    /// The buffers were forgotten ([`super::CLEAR`]).
    Cleared,
}

/// Longest block after a header; longer ones aren't answers to anything that we ask.
const BLOCK_BYTES_MAX: u8 = 80;

/// Takes the printer's bytes one by one. Never holds more than six; noise and torn answers are passed over.
#[derive(Clone, Debug, Default)]
pub struct Listener {
    expect: Expect,
}

#[derive(Clone, Copy, Debug, Default)]
enum Expect {
    #[default]
    Anything,
    /// The rest of a frame of four.
    Frame { bytes: [u8; 4], have: usize },
    /// A block up to its NUL: what it is, the first of what it says, and how long it is so far.
    Block {
        kind: Option<u8>,
        says: [u8; 4],
        length: u8,
    },
}

impl Listener {
    /// Takes a byte; gives what is complete with it.
    pub fn hear(&mut self, byte: u8) -> Option<Heard> {
        match self.expect {
            Expect::Anything => self.first(byte),
            Expect::Frame { bytes, have } => self.frame(bytes, have, byte),
            Expect::Block { kind, says, length } => self.block(kind, says, length, byte),
        }
    }

    /// The first byte of an answer.
    fn first(&mut self, byte: u8) -> Option<Heard> {
        self.expect = Expect::Anything;
        match byte {
            0x11 | 0x13 => None, // XON, XOFF: the line's own business
            0x37 => {
                self.expect = Expect::Block {
                    kind: None,
                    says: [0; 4],
                    length: 0,
                };
                None
            }
            _ if is_real_time(byte) => Some(Heard::RealTime(byte)),
            _ if byte & 0x93 == 0x10 => {
                self.expect = Expect::Frame {
                    bytes: [byte, 0, 0, 0],
                    have: 1,
                };
                None
            }
            _ if byte & 0x90 == 0 => Some(Heard::InOrder),
            _ => None,
        }
    }

    fn frame(&mut self, mut bytes: [u8; 4], have: usize, byte: u8) -> Option<Heard> {
        if is_real_time(byte) {
            return Some(Heard::RealTime(byte)); // it may come in between
        }
        if byte & 0x90 != 0 {
            return self.first(byte); // a torn frame
        }
        if let Some(slot) = bytes.get_mut(have) {
            *slot = byte;
        }
        if have < 3 {
            self.expect = Expect::Frame { bytes, have: have + 1 };
            return None;
        }
        self.expect = Expect::Anything;
        Some(Heard::Automatic(Condition::automatic(bytes)))
    }

    fn block(&mut self, kind: Option<u8>, mut says: [u8; 4], length: u8, byte: u8) -> Option<Heard> {
        let Some(kind) = kind else {
            self.expect = Expect::Block {
                kind: Some(byte),
                says,
                length,
            };
            return None;
        };
        if byte == 0 {
            self.expect = Expect::Anything;
            return match (kind, length) {
                (0x22, 4) => Some(Heard::Printed(ProcessId(says))),
                (0x25, 0) => Some(Heard::Cleared),
                _ => None,
            };
        }
        // what a block says are characters; anything else is the next answer after a torn one
        if !(0x20..=0x7E).contains(&byte) || length >= BLOCK_BYTES_MAX {
            return self.first(byte);
        }
        if let Some(slot) = says.get_mut(usize::from(length)) {
            *slot = byte;
        }
        self.expect = Expect::Block {
            kind: Some(kind),
            says,
            length: length + 1,
        };
        None
    }
}

fn is_real_time(byte: u8) -> bool {
    byte & 0x93 == 0x12
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn heard(bytes: &[u8]) -> Vec<Heard> {
        let mut listener = Listener::default();
        bytes.iter().filter_map(|byte| listener.hear(*byte)).collect()
    }

    #[test]
    fn answers_in_any_order_are_told_apart() {
        let bytes = [
            &[0x12][..],
            &[0x10, 0x00, 0x16, 0x03, 0x00], // a real-time answer inside a frame
            &[0x11, 0x13],
            &[0x37, 0x22, b'0', b'0', b'4', b'2', 0],
            &[0x0C],
            &[0x37, 0x25, 0],
        ];
        let low = Condition {
            near_end: true,
            ..Condition::default()
        };
        assert_eq!(
            heard(&bytes.concat()),
            [
                Heard::RealTime(0x12),
                Heard::RealTime(0x16),
                Heard::Automatic(low),
                Heard::Printed(ProcessId::of(42)),
                Heard::InOrder,
                Heard::Cleared,
            ]
        );
    }

    #[test]
    fn torn_answers_lose_themselves_only() {
        assert_eq!(heard(&[0x10, 0x00, 0x37, 0x25, 0]), [Heard::Cleared]);
        assert_eq!(heard(&[0x37, 0x22, b'0', 0x12]), [Heard::RealTime(0x12)]);
        assert_eq!(heard(&[0x37, 0x22, b'0', b'1', 0]), [], "a number too short");
        assert_eq!(heard(&[0xFF, 0x91, 0x80, 0x12]), [Heard::RealTime(0x12)]);
    }

    proptest! {
        /// Whatever came before, at most one block's length later an answer is understood.
        #[test]
        fn noise_ends(noise in proptest::collection::vec(any::<u8>(), 0..300)) {
            let mut listener = Listener::default();
            let count = noise.iter().filter_map(|byte| listener.hear(*byte)).count();
            prop_assert!(count <= noise.len());
            for byte in [0xFF, 0xFF, 0xFF] {
                listener.hear(byte);
            }
            prop_assert_eq!(listener.hear(0x12), Some(Heard::RealTime(0x12)));
        }

        #[test]
        fn numbers_come_back(number: u64, noise in proptest::collection::vec(0x80_u8..=0xFF, 0..8)) {
            let id = ProcessId::of(number);
            let mut bytes = noise;
            bytes.extend([0x37, 0x22]);
            bytes.extend(id.bytes());
            bytes.push(0);
            prop_assert_eq!(heard(&bytes), [Heard::Printed(id)]);
        }
    }
}
