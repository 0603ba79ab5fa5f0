//! What can go wrong with a card on purpose, and what was sent to it.
use apdu::StatusWord;
use core::time::Duration;

/// A mishap at the nth command since the card was laid on; the first is 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The card is pulled before it answers.
    PulledAt(usize),
    /// The reader is unplugged before the card answers.
    UnpluggedAt(usize),
    /// The answer is replaced.
    NonsenseAt(usize, Nonsense),
    /// The answer comes late (real time; the card can be pulled meanwhile).
    SlowAt(usize, Duration),
}

/// Answers outside the standard, or outside the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nonsense {
    /// No bytes at all.
    Nothing,
    /// A single byte.
    OneByte,
    /// A status word that doesn't exist.
    UnknownStatus,
    /// 9000 without the data that belong to it.
    EmptyOk,
    /// 40 bytes of zeros and 9000.
    Zeros,
    /// The right answer with its last data byte changed.
    ChangedByte,
    /// A plain 6988, as a card that has lost its session says.
    SessionLost,
}

impl Nonsense {
    /// All kinds, for tests that try each.
    pub const ALL: [Self; 7] = [
        Self::Nothing,
        Self::OneByte,
        Self::UnknownStatus,
        Self::EmptyOk,
        Self::Zeros,
        Self::ChangedByte,
        Self::SessionLost,
    ];

    pub(super) fn instead_of(self, mut answer: Vec<u8>) -> Vec<u8> {
        match self {
            Self::Nothing => vec![],
            Self::OneByte => vec![0x90],
            Self::UnknownStatus => vec![0x12, 0x34],
            Self::EmptyOk => vec![0x90, 0x00],
            Self::Zeros => [vec![0; 40], vec![0x90, 0x00]].concat(),
            Self::ChangedByte => {
                // Without data the status word is what there is to change.
                let at = answer.len().saturating_sub(3).min(answer.len().saturating_sub(1));
                if let Some(byte) = answer.get_mut(at) {
                    *byte ^= 0x01;
                }
                answer
            }
            Self::SessionLost => StatusWord::SECURE_MESSAGING_INCORRECT.0.to_be_bytes().to_vec(),
        }
    }
}

/// One command as it went over the line: header and kind, never data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// CLA INS P1 P2; zeros when the command was shorter.
    pub header: [u8; 4],
    /// True when the command was secured.
    pub secured: bool,
    /// The outer status word; `None` when no answer came or it was no response.
    pub status: Option<StatusWord>,
}

impl LogEntry {
    pub(super) fn of(command: &[u8], answer: Option<&[u8]>) -> Self {
        let header = command.first_chunk::<4>().copied().unwrap_or_default();
        let status = answer.and_then(|answer| answer.last_chunk::<2>());
        Self {
            header,
            secured: header[0] & 0x0C == 0x0C,
            status: status.map(|bytes| StatusWord(u16::from_be_bytes(*bytes))),
        }
    }
}
