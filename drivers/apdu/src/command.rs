//! Command APDUs (ISO 7816-4 §5.2, short and extended length).
use core::fmt;
use thiserror::Error;
use zeroize::Zeroizing;

/// Most data bytes a command can carry: two length bytes (ISO 7816-4 §5.2).
pub const COMMAND_DATA_MAX: usize = 65_535;
/// Most bytes a short Le can ask for; it is written `00`.
pub const NE_SHORT_MAX: u32 = 256;
/// Most bytes an extended Le can ask for; it is written `0000`.
pub const NE_EXTENDED_MAX: u32 = 65_536;

/// Bit 5 of CLA: more commands of the chain follow (ISO 7816-4 §5.3.3).
const CLASS_CHAINING: u8 = 0x10;
/// Bits 3 and 4 of CLA: secure messaging with authenticated header (ISO 7816-4 §5.4.1).
const CLASS_SECURE_MESSAGING: u8 = 0x0C;

/// A command to a card. Its data are overwritten on drop.
pub struct Command {
    class: u8,
    instruction: u8,
    p1: u8,
    p2: u8,
    data: Zeroizing<Vec<u8>>,
    expected: Option<u32>,
}

/// Why bytes are no command, or a command can't be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CommandError {
    /// More than [`COMMAND_DATA_MAX`] bytes of data.
    #[error("command data are longer than {COMMAND_DATA_MAX} bytes")]
    DataTooLong,
    /// Ne outside 1 ..= [`NE_EXTENDED_MAX`].
    #[error("expected length is outside 1 ..= {NE_EXTENDED_MAX}")]
    ExpectedLength,
    /// The length fields do not fit the number of bytes.
    #[error("length fields of the command don't fit its {0} bytes")]
    Length(usize),
}

impl Command {
    /// A command without data and without Le (case 1).
    pub fn new(class: u8, instruction: u8, p1: u8, p2: u8) -> Self {
        Self {
            class,
            instruction,
            p1,
            p2,
            data: Zeroizing::default(),
            expected: None,
        }
    }

    /// The same command with a data field; an empty one is none.
    pub fn with_data(mut self, data: impl Into<Zeroizing<Vec<u8>>>) -> Result<Self, CommandError> {
        let data = data.into();
        if data.len() > COMMAND_DATA_MAX {
            return Err(CommandError::DataTooLong);
        }
        self.data = data;
        Ok(self)
    }

    /// The same command asking for at most `ne` bytes of answer, 1 ..= 65536.
    pub fn with_expected(mut self, ne: u32) -> Result<Self, CommandError> {
        if ne == 0 || ne > NE_EXTENDED_MAX {
            return Err(CommandError::ExpectedLength);
        }
        self.expected = Some(ne);
        Ok(self)
    }

    /// The same command as a link of a chain that goes on (CLA bit 5).
    #[must_use]
    pub fn chained(mut self) -> Self {
        self.class |= CLASS_CHAINING;
        self
    }

    /// CLA.
    pub fn class(&self) -> u8 {
        self.class
    }

    /// INS.
    pub fn instruction(&self) -> u8 {
        self.instruction
    }

    /// P1.
    pub fn p1(&self) -> u8 {
        self.p1
    }

    /// P2.
    pub fn p2(&self) -> u8 {
        self.p2
    }

    /// The data field.
    pub fn data(&self) -> &[u8] {
        &self.data
    }

    /// Ne: how many bytes of answer are asked for at most.
    pub fn expected(&self) -> Option<u32> {
        self.expected
    }

    /// True when more commands of the chain follow.
    pub fn is_chained(&self) -> bool {
        self.class & CLASS_CHAINING != 0
    }

    /// True when CLA says secure messaging with authenticated header (`0C`).
    pub fn is_secured(&self) -> bool {
        self.class & CLASS_SECURE_MESSAGING == CLASS_SECURE_MESSAGING
    }

    /// True when the length fields have to be extended ones.
    pub fn is_extended(&self) -> bool {
        self.data.len() > 255 || self.expected.is_some_and(|ne| ne > NE_SHORT_MAX)
    }

    /// The bytes to send: short length fields where they suffice, extended ones otherwise.
    pub fn encode(&self) -> Zeroizing<Vec<u8>> {
        // Enough for header, longest length fields and data: growing would leave a copy of the data behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(self.data.len() + 10));
        bytes.extend([self.class, self.instruction, self.p1, self.p2]);
        let [_, _, high, low] = (self.data.len() as u32).to_be_bytes();
        let [_, _, ne_high, ne_low] = self.expected.unwrap_or(0).to_be_bytes();
        if self.is_extended() {
            bytes.push(0);
            if !self.data.is_empty() {
                bytes.extend([high, low]);
                bytes.extend_from_slice(&self.data);
            }
            if self.expected.is_some() {
                bytes.extend([ne_high, ne_low]);
            }
        } else {
            if !self.data.is_empty() {
                bytes.push(low);
                bytes.extend_from_slice(&self.data);
            }
            if self.expected.is_some() {
                bytes.push(ne_low);
            }
        }
        bytes
    }

    /// Reads a command as a card does.
    pub fn parse(bytes: &[u8]) -> Result<Self, CommandError> {
        let wrong = CommandError::Length(bytes.len());
        let [class, instruction, p1, p2, body @ ..] = bytes else {
            return Err(wrong);
        };
        let command = Self::new(*class, *instruction, *p1, *p2);
        match body {
            [] => Ok(command),
            [le] => command.with_expected(short_ne(*le)),
            // Case 2 extended: 00 Le Le.
            [0, high, low] => command.with_expected(extended_ne(*high, *low)),
            [0, high, low, rest @ ..] => {
                let length = usize::from(u16::from_be_bytes([*high, *low]));
                match rest.split_at_checked(length) {
                    Some((data, [])) if length > 0 => command.with_data(data.to_vec()),
                    Some((data, [high, low])) if length > 0 => command
                        .with_data(data.to_vec())?
                        .with_expected(extended_ne(*high, *low)),
                    Some(_) | None => Err(wrong),
                }
            }
            [length, rest @ ..] => match rest.split_at_checked(usize::from(*length)) {
                Some((data, [])) if *length > 0 => command.with_data(data.to_vec()),
                Some((data, [le])) if *length > 0 => command.with_data(data.to_vec())?.with_expected(short_ne(*le)),
                Some(_) | None => Err(wrong),
            },
        }
    }
}

fn short_ne(le: u8) -> u32 {
    if le == 0 { NE_SHORT_MAX } else { u32::from(le) }
}

fn extended_ne(high: u8, low: u8) -> u32 {
    match u16::from_be_bytes([high, low]) {
        0 => NE_EXTENDED_MAX,
        le => u32::from(le),
    }
}

impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            class,
            instruction,
            p1,
            p2,
            data,
            expected,
        } = self;
        write!(
            f,
            "{class:02X} {instruction:02X} {p1:02X} {p2:02X} [{} bytes]",
            data.len()
        )?;
        expected.map_or(Ok(()), |ne| write!(f, " Ne {ne}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bytes(command: Command) -> String {
        hex::encode(command.encode().as_slice())
    }

    #[test]
    fn four_cases_short_and_extended() {
        let plain = || Command::new(0x00, 0xB0, 0x9C, 0x00);
        assert_eq!(bytes(plain()), "00b09c00");
        assert_eq!(bytes(plain().with_expected(256).unwrap()), "00b09c0000");
        assert_eq!(bytes(plain().with_expected(223).unwrap()), "00b09c00df");
        assert_eq!(bytes(plain().with_expected(65_536).unwrap()), "00b09c00000000");
        assert_eq!(bytes(plain().with_data(vec![1, 2]).unwrap()), "00b09c00020102");
        assert_eq!(
            bytes(plain().with_data(vec![1]).unwrap().with_expected(1).unwrap()),
            "00b09c00010101"
        );
        let long = plain()
            .with_data(vec![7; 256])
            .unwrap()
            .with_expected(3)
            .unwrap()
            .encode();
        assert_eq!(long[4..7], [0, 1, 0]);
        assert_eq!(long[long.len() - 2..], [0, 3]);
    }

    #[test]
    fn limits_are_errors() {
        let plain = || Command::new(0, 0, 0, 0);
        assert_eq!(
            plain().with_data(vec![0; 65_536]).unwrap_err(),
            CommandError::DataTooLong
        );
        assert_eq!(plain().with_expected(0).unwrap_err(), CommandError::ExpectedLength);
        assert_eq!(plain().with_expected(65_537).unwrap_err(), CommandError::ExpectedLength);
        for wrong in [
            &[0u8, 0, 0][..],
            &[0, 0, 0, 0, 2, 1],
            &[0, 0, 0, 0, 0, 0],
            &[0, 0, 0, 0, 1, 1, 1, 1],
        ] {
            assert!(Command::parse(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn debug_tells_no_data() {
        let command = Command::new(0x0C, 0x22, 0xC1, 0xA4)
            .with_data(b"123456".to_vec())
            .unwrap();
        assert_eq!(format!("{command:?}"), "0C 22 C1 A4 [6 bytes]");
        assert!(command.is_secured() && !command.is_chained());
        assert!(command.chained().is_chained());
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(
            header in any::<[u8; 4]>(),
            data in prop::collection::vec(any::<u8>(), 0..700),
            ne in prop::option::of(1..=65_536u32),
        ) {
            let [class, instruction, p1, p2] = header;
            let mut command = Command::new(class, instruction, p1, p2).with_data(data.clone()).unwrap();
            if let Some(ne) = ne {
                command = command.with_expected(ne).unwrap();
            }
            let read = Command::parse(&command.encode()).unwrap();
            prop_assert_eq!([read.class(), read.instruction(), read.p1(), read.p2()], header);
            prop_assert_eq!(read.data(), data.as_slice());
            prop_assert_eq!(read.expected(), ne);
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            if let Ok(command) = Command::parse(&bytes) {
                prop_assert!(command.data().len() <= bytes.len());
            }
        }
    }
}
