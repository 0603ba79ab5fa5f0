//! ESC/POS, the language of receipt printers: a strip as commands, requests of status, and what comes back.
//!
//! Source: Epson, *ESC/POS Command Reference for TM Printers* (public, no number; commands are cited by name). Only what
//! nearly every 80 mm printer knows is used: raster pictures (`GS v 0`), cut (`GS V`), status in real time (`DLE EOT`),
//! status by itself (`GS a`), and an answer in the order of the data (`GS ( H`, `GS r`). No text mode, no code pages.
//!
//! # Printed to the end
//! A printer takes data long before it prints them. So behind the last cut stands [`process_id_request`]: the printer
//! answers it ([`Heard::Printed`]) when everything before it is printed. Printers that don't know `GS ( H` pass over it;
//! for them [`IN_ORDER_REQUEST`] stands there, which is answered ([`Heard::InOrder`]) when everything before it has been
//! taken from the buffer, at most a few lines and the cut before the end. Which of both a printer knows is found out by
//! asking it when nothing is printed. A printer that answers neither can't say that it has printed, and isn't used.
//!
//! # Real-time commands in pictures
//! Printers obey `DLE EOT`, `DLE ENQ` and `DLE DC4` the moment they come in, even from the middle of a picture. Pictures
//! that hold these bytes by chance are changed by one dot beside an inked one, see [`commands`].
use crate::raster::{Piece, Strip, WIDTH_DOTS};
use zeroize::Zeroizing;

mod listener;
mod status;

pub use listener::{Heard, Listener, ProcessId};
pub use status::{Ask, Condition};

/// `ESC @`: settings as after switching on. Doesn't touch what is in the buffer.
pub const INITIALISE: [u8; 2] = [0x1B, b'@'];

/// `GS a` 0x0E: from now on the printer tells by itself when it goes offline, has an error, or its paper changes.
pub const TELL_CHANGES: [u8; 3] = [0x1D, b'a', 0x0E];

/// `GS r` 1: the paper's status, told in the order of the data.
pub const IN_ORDER_REQUEST: [u8; 3] = [0x1D, b'r', 1];

/// `DLE DC4` function 8: everything in the buffers is forgotten, at once.
pub const CLEAR: [u8; 10] = [0x10, 0x14, 8, 1, 3, 0x14, 1, 6, 2, 8];

/// `DLE ENQ` 2: recover from an error that can be recovered from (a jammed cutter) and forget the buffers. Printers that
/// don't know [`CLEAR`] know this one, and obey it when they have an error.
pub const RECOVER: [u8; 3] = [0x10, 0x05, 2];

/// `GS V` 65 0: moves the paper to the cutter, cuts it off.
pub const CUT_OFF: [u8; 4] = [0x1D, b'V', 65, 0];

/// `GS V` 66 0: moves the paper to the cutter, cuts all but a small bridge, so that the pieces of one document hang
/// together.
pub const CUT_PARTLY: [u8; 4] = [0x1D, b'V', 66, 0];

/// Rows of one picture. Small printers have room for no more; a document is sent as many such bands.
pub const BAND_ROWS: usize = 128;

/// `GS ( H` function 48: to be answered when everything before it is printed.
pub fn process_id_request(id: ProcessId) -> [u8; 11] {
    let [a, b, c, d] = id.bytes();
    [0x1D, b'(', b'H', 6, 0, 48, 48, a, b, c, d]
}

/// A strip as commands: settings, each piece in bands and a cut, all but the last a partial one. Personal data.
pub fn commands(strip: &Strip) -> Zeroizing<Vec<u8>> {
    // made in its final size: growing would leave copies behind
    let mut bytes = Zeroizing::new(Vec::with_capacity(bytes_of(strip)));
    bytes.extend(INITIALISE);
    for (number, piece) in strip.pieces.iter().enumerate() {
        for band in piece.expose().chunks(BAND_ROWS * ROW_BYTES) {
            band_header(&mut bytes, band.len() / ROW_BYTES);
            let start = bytes.len();
            bytes.extend(band);
            if let Some(dots) = bytes.get_mut(start..) {
                defuse(dots);
            }
        }
        let is_last = number + 1 == strip.pieces.len();
        bytes.extend(if is_last { CUT_OFF } else { CUT_PARTLY });
    }
    bytes
}

const ROW_BYTES: usize = (WIDTH_DOTS / 8) as usize;
const HEADER_BYTES: usize = 8;

/// `GS v 0`, normal size: bytes of a row and number of rows, low bytes first.
fn band_header(bytes: &mut Vec<u8>, rows: usize) {
    let [rows_low, rows_high] = u16::try_from(rows).unwrap_or(0).to_le_bytes();
    bytes.extend([0x1D, b'v', b'0', 0, ROW_BYTES as u8, 0, rows_low, rows_high]);
}

fn bytes_of(strip: &Strip) -> usize {
    let of_piece = |piece: &Piece| {
        let bytes = piece.expose().len();
        bytes + bytes.div_ceil(BAND_ROWS * ROW_BYTES) * HEADER_BYTES + CUT_OFF.len()
    };
    INITIALISE.len() + strip.pieces.iter().map(of_piece).sum::<usize>()
}

/// Makes a lone dot two dots wide where a real-time command would stand. QR codes have no lone dots.
fn defuse(dots: &mut [u8]) {
    for at in 1..dots.len() {
        if dots[at - 1] == 0x10 && matches!(dots[at], 0x04 | 0x05 | 0x14) {
            dots[at - 1] = 0x18;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn requests_are_those_of_the_reference() {
        assert_eq!(ProcessId::of(12_345).bytes(), *b"2345");
        assert_eq!(
            process_id_request(ProcessId::of(7)),
            [0x1D, 0x28, 0x48, 6, 0, 0x30, 0x30, 0x30, 0x30, 0x30, 0x37]
        );
        assert_eq!(
            Ask::Paper.request(),
            [0x10, 0x04, 4],
            "three bytes: a fourth would be printed"
        );
    }

    proptest! {
        #[test]
        fn no_picture_holds_a_command(dots in proptest::collection::vec(
            prop_oneof![Just(0x10_u8), Just(4), Just(5), Just(0x14), any::<u8>()], 0..400)) {
            let mut safe = dots.clone();
            defuse(&mut safe);
            let holds = safe.windows(2).any(|pair| pair[0] == 0x10 && matches!(pair[1], 4 | 5 | 0x14));
            prop_assert!(!holds);
            for (before, after) in dots.iter().zip(&safe) {
                prop_assert!(before == after || (*before == 0x10 && *after == 0x18), "ink is added beside ink only");
            }
        }
    }
}
