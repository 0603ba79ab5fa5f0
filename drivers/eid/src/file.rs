//! Reading a transparent file piece by piece (READ BINARY, ISO 7816-4 §7.2.3) with short length fields: extended ones
//! are only allowed after EF.ATR/INFO stated buffer sizes (TR-03110-3 B.12.2).
use crate::Fault;
use apdu::{Command, NE_SHORT_MAX, Response, StatusWord, tlv};
use zeroize::Zeroizing;

/// Longest file read: EF.CardSecurity of cards has up to 3 040 bytes, with an RSA signer some thousand more.
pub(crate) const FILE_BYTES_MAX: usize = 8192;
/// Most pieces of one file, so that a card which answers byte by byte can't hold the terminal.
pub(crate) const PIECES_MAX: usize = 40;
/// Most data of a secured answer with short length: 256 less the objects 99 and 8E (14 bytes) and the head of 87
/// (4 bytes) leaves 14 blocks, and padding takes a byte.
const PIECE_SECURED: u32 = 223;
/// What secure messaging adds to an answer with extended length: head of 87 and its indicator (5), padding (16), 99 (4),
/// 8E (10), and the status word (2).
const ENVELOPE_BYTES: u32 = 37;

/// How much is read at once.
#[derive(Clone, Copy)]
pub(crate) struct Piece(u32);

impl Piece {
    /// Short length, without secure messaging.
    pub(crate) const PLAIN: Self = Self(NE_SHORT_MAX);
    /// Short length, under secure messaging.
    pub(crate) const SECURED: Self = Self(PIECE_SECURED);

    /// As much as a card takes that states so many bytes of its answers, under secure messaging (B.12.2).
    pub(crate) fn within(answer_bytes_max: u32) -> Self {
        let stated = answer_bytes_max.min(FILE_BYTES_MAX as u32);
        Self(stated.saturating_sub(ENVELOPE_BYTES).max(PIECE_SECURED))
    }
}

/// How the end of a file is found.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// The file is one data object: its length field says.
    OneObject,
    /// Until the card says that there is no more.
    WholeFile,
}

/// A file that is being read.
pub(crate) struct FileRead {
    extent: Extent,
    piece: u32,
    pieces: usize,
    bytes: Zeroizing<Vec<u8>>,
}

/// What came of a piece.
pub(crate) enum FileStep {
    More(FileRead, Command),
    /// The file; empty when the card has it but nothing in it.
    Done(Zeroizing<Vec<u8>>),
    /// A status word instead of the first piece.
    Refused(StatusWord),
}

impl FileRead {
    /// Starts to read the file with that short id in the current directory.
    pub(crate) fn start(short_id: u8, extent: Extent, piece: Piece) -> Result<(Self, Command), Fault> {
        let Piece(piece) = piece;
        let bytes = Zeroizing::new(Vec::with_capacity(FILE_BYTES_MAX));
        let command = Command::new(0x00, 0xB0, 0x80 | (short_id & 0x1F), 0x00).with_expected(piece)?;
        Ok((
            Self {
                extent,
                piece,
                pieces: 0,
                bytes,
            },
            command,
        ))
    }

    pub(crate) fn handle(mut self, response: &Response) -> Result<FileStep, Fault> {
        let status = response.status();
        let at_end = match status {
            StatusWord::OK => (response.data().len() as u64) < u64::from(self.piece),
            StatusWord::END_OF_FILE => true,
            // Beyond the end, when the file is a multiple of the piece.
            StatusWord::WRONG_OFFSET if !self.bytes.is_empty() => return self.finished(),
            _ if self.bytes.is_empty() => return Ok(FileStep::Refused(status)),
            _ => {
                return Err(Fault::Status {
                    doing: "reading on in a file",
                    status,
                });
            }
        };
        self.pieces += 1;
        if self.bytes.len() + response.data().len() > FILE_BYTES_MAX || self.pieces > PIECES_MAX {
            return Err(Fault::FileSize);
        }
        self.bytes.extend_from_slice(response.data());
        if at_end || self.has_whole_object() {
            self.finished()
        } else {
            self.more()
        }
    }

    fn has_whole_object(&self) -> bool {
        let whole = |header: tlv::Header| header.header_bytes + header.value_bytes <= self.bytes.len();
        self.extent == Extent::OneObject && tlv::header(&self.bytes).is_ok_and(whole)
    }

    fn more(self) -> Result<FileStep, Fault> {
        // The first piece made the file current; an offset has 15 bits and FILE_BYTES_MAX is far below.
        let [_, _, high, low] = (self.bytes.len() as u32).to_be_bytes();
        let command = Command::new(0x00, 0xB0, high & 0x7F, low).with_expected(self.piece)?;
        Ok(FileStep::More(self, command))
    }

    fn finished(self) -> Result<FileStep, Fault> {
        Ok(FileStep::Done(self.bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(data: &[u8], status: StatusWord) -> Response {
        Response::new(data.to_vec(), status)
    }

    #[test]
    fn pieces_are_joined_until_the_object_is_whole() {
        let file = tlv::encode(tlv::Tag(0x31), &[7; 400]);
        let (read, command) = FileRead::start(0x1C, Extent::OneObject, Piece::PLAIN).unwrap();
        assert_eq!((command.p1(), command.p2(), command.expected()), (0x9C, 0, Some(256)));
        let FileStep::More(read, command) = read.handle(&answer(&file[..256], StatusWord::OK)).unwrap() else {
            panic!()
        };
        assert_eq!((command.p1(), command.p2()), (1, 0));
        let FileStep::Done(bytes) = read.handle(&answer(&file[256..], StatusWord::END_OF_FILE)).unwrap() else {
            panic!()
        };
        assert_eq!(bytes, file);
    }

    #[test]
    fn a_dripping_card_is_stopped() {
        let (mut read, _) = FileRead::start(4, Extent::WholeFile, Piece::SECURED).unwrap();
        read.piece = 1;
        for _ in 0..PIECES_MAX {
            let FileStep::More(next, _) = read.handle(&answer(&[1], StatusWord::OK)).unwrap() else {
                panic!()
            };
            read = next;
        }
        assert_eq!(read.handle(&answer(&[1], StatusWord::OK)).err(), Some(Fault::FileSize));
    }

    #[test]
    fn pieces_keep_within_what_the_card_states() {
        for (stated, piece) in [(0, 223), (256, 223), (500, 463), (65_538, 8155), (u32::MAX, 8155)] {
            let (_, command) = FileRead::start(0x1D, Extent::OneObject, Piece::within(stated)).unwrap();
            assert_eq!(command.expected(), Some(piece), "{stated}");
        }
    }

    #[test]
    fn refusals_and_odd_ends() {
        let start = || FileRead::start(4, Extent::OneObject, Piece::SECURED).unwrap().0;
        assert!(matches!(
            start().handle(&answer(&[], StatusWord::NOT_FOUND)),
            Ok(FileStep::Refused(StatusWord::NOT_FOUND))
        ));
        assert!(matches!(start().handle(&answer(&[], StatusWord::OK)), Ok(FileStep::Done(bytes)) if bytes.is_empty()));
        assert!(
            start()
                .handle(&answer(&[0; FILE_BYTES_MAX + 1], StatusWord::OK))
                .is_err()
        );
    }
}
