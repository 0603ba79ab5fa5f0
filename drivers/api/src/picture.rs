//! Small pictures on paper: a crest, a signature. They may be personal data and are wiped.
use core::fmt;
use zeroize::Zeroizing;

/// Longest side in dots: at 300 dpi this is 170 mm, a page's whole width.
pub const SIDE_DOTS_MAX: u32 = 2048;

/// A picture without colours. Its dots are overwritten when it is dropped, and `Debug` tells its size only.
#[derive(PartialEq, Eq)]
pub struct Picture {
    width: u32,
    height: u32,
    depth: Depth,
    bytes: Zeroizing<Vec<u8>>,
}

/// How much each dot says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// Paper or ink. Rows begin with a byte, leftmost dot in the highest bit; 1 is ink.
    Bit,
    /// A byte each: 0 is black, 255 is white.
    Gray,
}

impl Picture {
    /// Takes over `bytes`, rows from above. `None` if a side is 0 or longer than [`SIDE_DOTS_MAX`], or if there aren't as
    /// many bytes as there should be.
    pub fn new(width: u32, height: u32, depth: Depth, bytes: Vec<u8>) -> Option<Self> {
        let bytes = Zeroizing::new(bytes);
        let is_side = |side| (1..=SIDE_DOTS_MAX).contains(&side);
        let fits = is_side(width) && is_side(height) && bytes.len() == depth.row(width) * height as usize;
        fits.then_some(Self {
            width,
            height,
            depth,
            bytes,
        })
    }

    /// Dots from left to right.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Dots from top to bottom.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// How its bytes are to be read.
    pub fn depth(&self) -> Depth {
        self.depth
    }

    /// The dots as they were given. Every use is a place where personal data may leave its guard.
    pub fn expose(&self) -> &[u8] {
        &self.bytes
    }

    /// How light a dot is: 0 is black, 255 is white; white beyond the edges.
    pub fn lightness(&self, x: u32, y: u32) -> u8 {
        if x >= self.width || y >= self.height {
            return u8::MAX;
        }
        let row = self.depth.row(self.width) * y as usize;
        let byte = |at: u32| self.bytes.get(row + at as usize).copied();
        match self.depth {
            Depth::Gray => byte(x).unwrap_or(u8::MAX),
            Depth::Bit if byte(x / 8).unwrap_or(0) & (0x80 >> (x % 8)) == 0 => u8::MAX,
            Depth::Bit => 0,
        }
    }
}

impl Depth {
    /// Bytes of a row.
    fn row(self, width: u32) -> usize {
        match self {
            Self::Bit => width.div_ceil(8) as usize,
            Self::Gray => width as usize,
        }
    }
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[picture of {} × {} dots]", self.width, self.height)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_checked_and_dots_are_found() {
        let bits = Picture::new(9, 2, Depth::Bit, vec![0x80, 0x80, 0x01, 0x00]).unwrap();
        let ink: Vec<(u32, u32)> = (0..2)
            .flat_map(|y| (0..12).map(move |x| (x, y)))
            .filter(|(x, y)| bits.lightness(*x, *y) == 0)
            .collect();
        assert_eq!(ink, [(0, 0), (8, 0), (7, 1)]);
        let gray = Picture::new(2, 1, Depth::Gray, vec![0, 130]).unwrap();
        assert_eq!([0, 1, 2].map(|x| gray.lightness(x, 0)), [0, 130, 255]);
        assert_eq!(format!("{gray:?}"), "[picture of 2 × 1 dots]");
        for (width, height, depth, bytes) in [
            (0, 1, Depth::Gray, 0),
            (9, 1, Depth::Bit, 1),
            (2, 2, Depth::Gray, 3),
            (SIDE_DOTS_MAX + 1, 1, Depth::Gray, 2049),
        ] {
            assert_eq!(Picture::new(width, height, depth, vec![0; bytes]), None);
        }
    }
}
