//! The buffer's bytes as commands.
use super::WIDTH_DOTS;
use super::mechanics::Cut;

/// A row of dots, leftmost in the highest bit.
pub(super) type Row = [u8; WIDTH_DOTS / 8];

/// Something that the print head does.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Command {
    /// ESC @
    Initialise,
    /// GS v 0: rows of dots.
    Picture(Vec<Row>),
    /// ESC J, ESC d, LF: empty rows.
    Feed(usize),
    /// GS V
    Cut(Cut),
    /// GS a
    TellChanges(u8),
    /// GS r
    Status(u8),
    /// GS ( H, function 48
    ProcessId([u8; 4]),
    /// A function that this printer doesn't have, or a real-time command that was obeyed when it came in.
    Nothing,
}

/// What the beginning of the buffer is.
pub(super) enum Decoded {
    /// A command of so many bytes.
    Whole(Command, usize),
    /// More bytes must come.
    Torn,
    /// A byte that begins no command: it would be printed as text.
    Unknown,
}

/// Rows of a line of text.
const LINE_ROWS: usize = 30;
/// From the print head to the cutter.
pub(super) const CUTTER_ROWS: usize = 120;
/// Higher pictures aren't taken: the buffer of small printers has no room for them.
const PICTURE_ROWS_MAX: usize = 2047;

pub(super) fn decode(buffer: &[u8]) -> Decoded {
    let whole = |command, length| Decoded::Whole(command, length);
    match buffer {
        [0x1B, b'@', ..] => whole(Command::Initialise, 2),
        [0x1B, b'J', n, ..] => whole(Command::Feed(usize::from(*n)), 3),
        [0x1B, b'd', n, ..] => whole(Command::Feed(usize::from(*n) * LINE_ROWS), 3),
        [0x0A, ..] => whole(Command::Feed(LINE_ROWS), 1),
        [0x1D, b'a', n, ..] => whole(Command::TellChanges(*n), 3),
        [0x1D, b'r', n, ..] => whole(Command::Status(*n), 3),
        [0x1D, b'V', 0 | 48, ..] => whole(Command::Cut(Cut::Whole), 3),
        [0x1D, b'V', 1 | 49, ..] => whole(Command::Cut(Cut::Partial), 3),
        [0x1D, b'V', 65, _, ..] => whole(Command::Cut(Cut::Whole), 4),
        [0x1D, b'V', 66, _, ..] => whole(Command::Cut(Cut::Partial), 4),
        [0x1D, b'v', b'0', 0 | 48, xl, xh, yl, yh, dots @ ..] => picture([*xl, *xh], [*yl, *yh], dots),
        [0x1D, b'(', function, low, high, says @ ..] => block(*function, [*low, *high], says),
        [0x10, 0x04 | 0x05, _, ..] => whole(Command::Nothing, 3),
        [0x10, 0x14, 8, _, _, _, _, _, _, _, ..] => whole(Command::Nothing, 10),
        [] | [0x1B | 0x1D | 0x10] | [0x1B, b'J' | b'd'] | [0x10, 0x04 | 0x05 | 0x14, ..] => Decoded::Torn,
        [0x1D, b'a' | b'r' | b'V' | b'v' | b'(', rest @ ..] if rest.len() < 6 => Decoded::Torn,
        _ => Decoded::Unknown,
    }
}

fn picture(bytes_wide: [u8; 2], rows: [u8; 2], dots: &[u8]) -> Decoded {
    let (wide, rows) = (
        usize::from(u16::from_le_bytes(bytes_wide)),
        usize::from(u16::from_le_bytes(rows)),
    );
    if wide == 0 || rows == 0 || rows > PICTURE_ROWS_MAX || wide > WIDTH_DOTS / 8 {
        return Decoded::Unknown;
    }
    let Some(dots) = dots.get(..wide * rows) else {
        return Decoded::Torn;
    };
    let row = |given: &[u8]| {
        let mut row = [0; WIDTH_DOTS / 8];
        row.iter_mut().zip(given).for_each(|(dot, given)| *dot = *given);
        row
    };
    let rows = dots.chunks(wide).map(row).collect();
    Decoded::Whole(Command::Picture(rows), 8 + dots.len())
}

/// `GS (`: functions say how long they are, so that unknown ones can be passed over.
fn block(function: u8, length: [u8; 2], says: &[u8]) -> Decoded {
    let length = usize::from(u16::from_le_bytes(length));
    let Some(says) = says.get(..length) else {
        return Decoded::Torn;
    };
    let command = match (function, says) {
        (b'H', [48, 48, a, b, c, d]) => Command::ProcessId([*a, *b, *c, *d]),
        _ => Command::Nothing,
    };
    Decoded::Whole(command, 5 + length)
}

/// A command that is obeyed when it comes in.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum RealTime {
    /// DLE EOT n
    Status(u8),
    /// DLE ENQ n
    Request(u8),
    /// DLE DC4, function 8
    Clear,
}

/// Finds real-time commands in everything that comes in, whatever stands around them.
#[derive(Default)]
pub(super) struct Watcher {
    seen: Vec<u8>,
}

impl Watcher {
    pub(super) fn see(&mut self, byte: u8) -> Option<RealTime> {
        self.seen.push(byte);
        let found = match self.seen.as_slice() {
            [0x10, 0x04, n @ 1..=4] => Some(RealTime::Status(*n)),
            [0x10, 0x05, n] => Some(RealTime::Request(*n)),
            [0x10, 0x14, 8, 1, 3, 20, 1, 6, 2, 8] => Some(RealTime::Clear),
            [0x10] | [0x10, 0x04 | 0x05] => return None,
            [0x10, 0x14, rest @ ..] if [8, 1, 3, 20, 1, 6, 2, 8].starts_with(rest) => return None,
            _ => None,
        };
        self.seen.clear();
        if byte == 0x10 {
            self.seen.push(byte);
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn pictures_are_put_together_from_their_bytes() {
        let mut bytes = vec![0x1D, b'v', b'0', 0, 2, 0, 2, 0, 0x80, 0x01, 0x00];
        assert!(matches!(decode(&bytes), Decoded::Torn));
        bytes.extend([0xFF, 0x1B]);
        let Decoded::Whole(Command::Picture(rows), 12) = decode(&bytes) else {
            panic!("no picture");
        };
        assert_eq!(
            (rows.len(), rows[0][..3].to_vec(), rows[1][1]),
            (2, vec![0x80, 0x01, 0], 0xFF)
        );
    }

    #[test]
    fn real_time_commands_are_seen_anywhere() {
        let mut watcher = Watcher::default();
        let bytes = [
            0xAA, 0x10, 0x10, 0x04, 4, 0x10, 0x14, 8, 1, 3, 20, 1, 6, 2, 8, 0x10, 0x05, 2,
        ];
        let seen: Vec<RealTime> = bytes.iter().filter_map(|byte| watcher.see(*byte)).collect();
        assert_eq!(seen, [RealTime::Status(4), RealTime::Clear, RealTime::Request(2)]);
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(matches!(decode(&[]), Decoded::Torn));
            let mut watcher = Watcher::default();
            for byte in &bytes {
                let _ = watcher.see(*byte);
            }
            prop_assert!(watcher.seen.len() <= 10);
            if let Decoded::Whole(_, length) = decode(&bytes) {
                prop_assert!((1..=bytes.len()).contains(&length));
            }
        }
    }
}
