//! The code on a citizen's receipt: unguessable, short enough to read aloud, and safe against a slip.
//!
//! Ten symbols of chance (50 bits) and a check character ([`crate::symbols`]), in groups: `K7QF-2M9X-4TB`.
use crate::symbols::Symbols;
use core::fmt;
use zeroize::{ZeroizeOnDrop, Zeroizing};

pub use crate::symbols::{CodeError, INPUT_BYTES_MAX};

/// Symbols of a code, check character included.
pub const SYMBOLS: usize = 11;

/// Bits of chance in a code. At one guess a second it takes 17 million years to have tried half of all codes.
pub const RANDOM_BITS: u32 = 50;

/// Random bytes that [`CaseCode::from_random`] takes; the last 6 bits are left over.
pub const RANDOM_BYTES: usize = 7;

/// A case code. It opens the case's status to whoever holds it, so it can't print itself: no `Display`, no `Clone`, and
/// `Debug` tells nothing. Overwritten on drop.
#[derive(PartialEq, Eq, ZeroizeOnDrop)]
pub struct CaseCode(Symbols<SYMBOLS>);

impl CaseCode {
    /// A code from chance. The bytes must come from a cryptographic source.
    pub fn from_random(random: [u8; RANDOM_BYTES]) -> Self {
        Self(Symbols::from_random(random))
    }

    /// Reads a code as people type it: lower case, with or without separators (blank, hyphen, dash), O for 0, I and L
    /// for 1.
    ///
    /// # Errors
    /// When a character can't belong to a code, their number is wrong, or the check character doesn't fit.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        Symbols::parse(text).map(Self)
    }

    /// The code for paper and screen, in groups: `XXXX-XXXX-XXX`. Every use is a place where it leaves its guard.
    pub fn grouped(&self) -> String {
        self.0.grouped()
    }

    /// The symbols without groups, from which keys are derived.
    pub(crate) fn symbols(&self) -> Zeroizing<[u8; SYMBOLS]> {
        self.0.characters()
    }

    /// A second copy on purpose (a case and its receipt).
    pub fn duplicate(&self) -> Self {
        Self(self.0.duplicate())
    }
}

impl fmt::Debug for CaseCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[case code]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shape_and_back() {
        let code = CaseCode::from_random([0x8f, 0x3a, 0x61, 0xd4, 0x09, 0xbe, 0x77]);
        let text = code.grouped();
        let groups: Vec<usize> = text.split('-').map(str::len).collect();
        assert_eq!(groups, [4, 4, 3]);
        assert_eq!(CaseCode::parse(&text).as_ref(), Ok(&code));
        assert_eq!(CaseCode::from_random([0; 7]).grouped(), "0000-0000-000");
        assert_eq!(RANDOM_BITS as usize, 5 * (SYMBOLS - 1));
    }

    #[test]
    fn debug_is_silent() {
        assert_eq!(format!("{:?}", CaseCode::from_random([7; 7])), "[case code]");
    }
}
