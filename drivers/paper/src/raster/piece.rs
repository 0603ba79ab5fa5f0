//! Paper as dots.
use super::WIDTH_DOTS;
use core::convert::Infallible;
use core::fmt;
use embedded_graphics::Pixel;
use embedded_graphics::draw_target::DrawTarget;
use embedded_graphics::geometry::{OriginDimensions, Point, Size};
use embedded_graphics::pixelcolor::BinaryColor;
use embedded_graphics::prelude::PointsIter;
use embedded_graphics::primitives::Rectangle;
use zeroize::Zeroizing;

/// Bytes of a row.
pub(crate) const ROW_BYTES: usize = (WIDTH_DOTS / 8) as usize;

/// One piece of paper, [`WIDTH_DOTS`] wide. Overwritten when dropped; `Debug` tells its size only.
pub struct Piece {
    height: u32,
    rows: Zeroizing<Vec<u8>>,
}

impl Piece {
    pub(super) fn blank(height: u32) -> Self {
        Self {
            height,
            rows: Zeroizing::new(vec![0; ROW_BYTES * height as usize]),
        }
    }

    /// Rows of dots.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// All rows from above, 72 bytes each, leftmost dot in the highest bit; 1 is ink. Personal data.
    pub fn expose(&self) -> &[u8] {
        &self.rows
    }

    /// Whether there is ink; none beyond the edges.
    pub fn is_ink(&self, x: u32, y: u32) -> bool {
        let byte = self.rows.get(ROW_BYTES * y as usize + x as usize / 8);
        x < WIDTH_DOTS && byte.is_some_and(|byte| byte & (0x80 >> (x % 8)) != 0)
    }

    fn set(&mut self, point: Point, color: BinaryColor) {
        let (Ok(x), Ok(y)) = (u32::try_from(point.x), u32::try_from(point.y)) else {
            return;
        };
        if x >= WIDTH_DOTS || y >= self.height {
            return;
        }
        if let Some(byte) = self.rows.get_mut(ROW_BYTES * y as usize + x as usize / 8) {
            let dot = 0x80 >> (x % 8);
            match color {
                BinaryColor::On => *byte |= dot,
                BinaryColor::Off => *byte &= !dot,
            }
        }
    }
}

impl OriginDimensions for Piece {
    fn size(&self) -> Size {
        Size::new(WIDTH_DOTS, self.height)
    }
}

/// `On` is ink. What lies outside is left out.
impl DrawTarget for Piece {
    type Color = BinaryColor;
    type Error = Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<BinaryColor>>>(&mut self, pixels: I) -> Result<(), Infallible> {
        for Pixel(point, color) in pixels {
            self.set(point, color);
        }
        Ok(())
    }

    fn fill_solid(&mut self, area: &Rectangle, color: BinaryColor) -> Result<(), Infallible> {
        for point in area.points() {
            self.set(point, color);
        }
        Ok(())
    }
}

impl fmt::Debug for Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[piece of {} rows]", self.height)
    }
}
