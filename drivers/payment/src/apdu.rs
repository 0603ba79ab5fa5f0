//! Messages of ZVT: two bytes that say what it is, a length, data (PA00P016 §5.2). Over TCP they follow each other without
//! anything between (§4.1), cut as the network likes.
use core::fmt;
use core::time::Duration;
use zeroize::{Zeroize, Zeroizing};

/// Most data we take in one message, and say so at registration (tag 1A). The format's own limit is 65,535; receipts
/// and totals stay far below this.
pub const DATA_BYTES_MAX: usize = 4096;

/// Length byte that announces two more (§5.2.4).
const LONG: u8 = 0xFF;

/// Class and instruction, or the two bytes of an answer (§5.2.2, §5.2.3).
pub type Control = [u8; 2];

/// One message. Its data may hold a card's number: they are overwritten on drop and never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Apdu {
    /// What it is.
    pub control: Control,
    data: Zeroizing<Vec<u8>>,
}

/// Why bytes are no message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApduError {
    /// More data than is taken.
    #[error("a message of {0} bytes, at most {DATA_BYTES_MAX} are taken")]
    TooLong(usize),
    /// The message didn't come to its end within T3 (§5.2.5 case b).
    #[error("a message didn't come to its end in time")]
    Unfinished,
}

impl Apdu {
    /// A message of ours. `None` if the data are longer than [`DATA_BYTES_MAX`].
    pub fn new(control: Control, data: Vec<u8>) -> Option<Self> {
        let data = Zeroizing::new(data);
        (data.len() <= DATA_BYTES_MAX).then_some(Self { control, data })
    }

    /// An answer without data, such as `80 00`.
    pub fn short(control: Control) -> Self {
        Self {
            control,
            data: Zeroizing::new(Vec::new()),
        }
    }

    /// The data.
    pub fn data(&self) -> &[u8] {
        &self.data
    }

    /// The bytes on the line.
    pub fn encode(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(self.data.len() + 5));
        bytes.extend_from_slice(&self.control);
        match u8::try_from(self.data.len()) {
            Ok(length) if length < LONG => bytes.push(length),
            _ => {
                // Never longer than DATA_BYTES_MAX, which two bytes hold.
                let length = u16::try_from(self.data.len()).unwrap_or(u16::MAX);
                bytes.push(LONG);
                bytes.extend_from_slice(&length.to_le_bytes());
            }
        }
        bytes.extend_from_slice(&self.data);
        bytes
    }

    /// The first message of `bytes` and how many bytes it took; `Ok(None)` while it isn't complete.
    ///
    /// # Errors
    /// [`ApduError::TooLong`] as soon as the length is known.
    pub fn decode(bytes: &[u8]) -> Result<Option<(Self, usize)>, ApduError> {
        let [class, instruction, length, rest @ ..] = bytes else {
            return Ok(None);
        };
        let (length, header) = match (*length, rest) {
            (LONG, [low, high, ..]) => (usize::from(u16::from_le_bytes([*low, *high])), 5),
            (LONG, _) => return Ok(None),
            (length, _) => (usize::from(length), 3),
        };
        if length > DATA_BYTES_MAX {
            return Err(ApduError::TooLong(length));
        }
        Ok(bytes.get(header..header + length).map(|data| {
            let apdu = Self {
                control: [*class, *instruction],
                data: Zeroizing::new(data.to_vec()),
            };
            (apdu, header + length)
        }))
    }
}

impl fmt::Debug for Apdu {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [class, instruction] = self.control;
        write!(f, "{class:02X} {instruction:02X} [{} bytes]", self.data.len())
    }
}

/// Puts messages together from what the network brings.
pub struct Assembler {
    bytes: Vec<u8>,
    /// When the first byte of the unfinished message came.
    since: Option<Duration>,
}

/// With room for a message and what was read with its end, so that growing leaves no copies behind.
impl Default for Assembler {
    fn default() -> Self {
        Self {
            bytes: Vec::with_capacity(2 * DATA_BYTES_MAX + 16),
            since: None,
        }
    }
}

impl Assembler {
    /// Takes what came. Nothing is kept beyond one message and what followed it.
    pub fn push(&mut self, bytes: &[u8], now: Duration) {
        self.bytes.extend_from_slice(bytes);
        if !self.bytes.is_empty() {
            self.since.get_or_insert(now);
        }
    }

    /// The next whole message.
    ///
    /// # Errors
    /// [`ApduError`]: what comes after can't be understood any more; close the line.
    pub fn next(&mut self, now: Duration) -> Result<Option<Apdu>, ApduError> {
        let Some((apdu, used)) = Apdu::decode(&self.bytes)? else {
            return Ok(None);
        };
        let left = self.bytes.len() - used;
        self.bytes.copy_within(used.., 0);
        self.bytes[left..].zeroize();
        self.bytes.truncate(left);
        self.since = (!self.bytes.is_empty()).then_some(now);
        Ok(Some(apdu))
    }

    /// When an unfinished message is too late, if there is one.
    pub fn deadline(&self, t3: Duration) -> Option<Duration> {
        self.since.map(|since| since + t3)
    }
}

impl Drop for Assembler {
    fn drop(&mut self) {
        self.bytes.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lengths_of_both_kinds() {
        assert_eq!(*Apdu::short([0x80, 0]).encode(), [0x80, 0, 0]);
        let long = Apdu::new([6, 1], vec![7; 255]).unwrap();
        assert_eq!(&long.encode()[..5], [6, 1, 0xFF, 0xFF, 0x00]);
        assert_eq!(Apdu::new([6, 1], vec![0; 254]).unwrap().encode()[2], 254);
        assert!(Apdu::new([6, 1], vec![0; DATA_BYTES_MAX + 1]).is_none());
        assert_eq!(Apdu::decode(&[6, 1, 0xFF, 0xFF, 0xFF]), Err(ApduError::TooLong(65_535)));
        assert_eq!(Apdu::decode(&[6, 1, 0xFF, 0xFF]), Ok(None));
    }

    #[test]
    fn debug_tells_no_data() {
        let apdu = Apdu::new([4, 0x0F], vec![0x22, 0xF0, 0xF1, 0x12]).unwrap();
        assert_eq!(format!("{apdu:?}"), "04 0F [4 bytes]");
    }

    proptest! {
        #[test]
        fn any_cut_gives_the_same_messages(
            messages in proptest::collection::vec((any::<[u8; 2]>(), proptest::collection::vec(any::<u8>(), 0..600)), 1..5),
            cut in 1_usize..40,
        ) {
            let sent: Vec<Apdu> = messages.into_iter().map(|(control, data)| Apdu::new(control, data).unwrap()).collect();
            let bytes: Vec<u8> = sent.iter().flat_map(|apdu| apdu.encode().to_vec()).collect();
            let mut assembler = Assembler::default();
            let mut received = Vec::new();
            for piece in bytes.chunks(cut) {
                assembler.push(piece, Duration::ZERO);
                while let Some(apdu) = assembler.next(Duration::ZERO).unwrap() {
                    received.push(apdu);
                }
            }
            prop_assert_eq!(received, sent);
            prop_assert_eq!(assembler.deadline(Duration::ZERO), None);
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            if let Ok(Some((apdu, used))) = Apdu::decode(&bytes) {
                prop_assert!(used <= bytes.len());
                prop_assert!(apdu.data().len() <= used);
            }
        }
    }
}
