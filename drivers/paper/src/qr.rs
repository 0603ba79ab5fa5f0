//! QR codes as dark rectangles.
use crate::PaperError;
use qrcode::{Color, EcLevel, QrCode};

/// A QR code's modules.
#[derive(Debug)]
pub(crate) struct Qr {
    /// Modules along a side.
    pub(crate) side: usize,
    /// Dark runs: row, first column, length.
    pub(crate) runs: Vec<(usize, usize, usize)>,
}

/// Encodes `payload` with error correction level M (15 %: a crease or a stain).
///
/// # Errors
/// [`PaperError::QrTooLong`].
pub(crate) fn encode(payload: &str) -> Result<Qr, PaperError> {
    let code = QrCode::with_error_correction_level(payload, EcLevel::M).map_err(|_| PaperError::QrTooLong)?;
    let side = code.width();
    let mut runs = Vec::new();
    for (row, modules) in code.into_colors().chunks(side).enumerate() {
        let mut column = 0;
        while column < side {
            let length = modules[column..]
                .iter()
                .take_while(|&&module| module == Color::Dark)
                .count();
            if length > 0 {
                runs.push((row, column, length));
            }
            column += length.max(1);
        }
    }
    Ok(Qr { side, runs })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finder_pattern_is_where_it_belongs() {
        let code = encode("K7QF-2M9X-4TB").unwrap();
        assert!(code.side >= 21);
        // the upper left finder pattern's top edge, ISO/IEC 18004 §6.3.3
        assert_eq!(code.runs[0], (0, 0, 7));
        assert!(matches!(encode(&"x".repeat(5000)), Err(PaperError::QrTooLong)));
    }
}
