//! Types for personal data and secrets: they can't print themselves and are overwritten on drop.
//!
//! `Debug` tells a length, never content, so that a struct that holds them may derive `Debug`. There is no `Clone`,
//! no `Display`, no `Serialize`: whoever needs the content says [`PrivateText::expose`], which `grep` finds.
use core::fmt;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Text about a citizen (a name, an address, an answer).
#[derive(Default, PartialEq, Eq)]
pub struct PrivateText(Zeroizing<String>);

impl PrivateText {
    /// Takes the text over; the caller keeps no copy.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The text itself. Every use is a place where personal data leaves its guard.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// A second copy on purpose (a form and its receipt).
    pub fn duplicate(&self) -> Self {
        Self::from(self.expose())
    }

    /// True when there is no text.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<&str> for PrivateText {
    fn from(text: &str) -> Self {
        Self::new(text.to_owned())
    }
}

impl fmt::Debug for PrivateText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} chars]", self.0.chars().count())
    }
}

/// How much of a stack is overwritten: elliptic curves, AES and a document's layout stay far above.
const STACK_BYTES: usize = 64 * 1024;

/// Overwrites what earlier calls left on this thread's stack below the caller: ciphers and compilers spill blocks of
/// what they work on, and no destructor reaches those. For a thread's outermost loop, after each piece of work.
#[inline(never)]
pub fn wipe_stack() {
    let mut below = [0_u8; STACK_BYTES];
    core::hint::black_box(&mut below);
}

/// Longest secret a citizen types: the PUK (TR-03127 §3.5.3).
pub const DIGITS_MAX: usize = 10;

/// Decimal digits as they are typed: PIN, CAN, PUK. Fixed size, so nothing is left behind by growing; on the heap, so
/// nothing is left behind by moving: channels and stacks see an address only.
#[derive(Default, Zeroize, ZeroizeOnDrop, PartialEq, Eq)]
pub struct Digits {
    ascii: Box<[u8; DIGITS_MAX]>,
    len: u8,
}

impl Digits {
    /// Adds a digit 0–9; ignored when full or not a digit.
    pub fn push(&mut self, digit: u8) {
        if digit <= 9 && self.len() < DIGITS_MAX {
            self.ascii[self.len()] = b'0' + digit;
            self.len += 1;
        }
    }

    /// Takes the last digit back.
    pub fn erase(&mut self) {
        if self.len > 0 {
            self.len -= 1;
            self.ascii[self.len()].zeroize();
        }
    }

    /// How many digits were typed.
    pub fn len(&self) -> usize {
        usize::from(self.len)
    }

    /// True before the first digit.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The digits as ASCII (TR-03110-3 A.2.3: passwords go into the KDF as characters).
    pub fn expose(&self) -> &[u8] {
        &self.ascii[..self.len()]
    }

    /// Digits from text; characters that aren't digits are an error (`None`), as is a text longer than [`DIGITS_MAX`].
    pub fn parse(text: &str) -> Option<Self> {
        let mut digits = Self::default();
        if text.len() > DIGITS_MAX {
            return None;
        }
        for byte in text.bytes() {
            digits.push(byte.is_ascii_digit().then(|| byte - b'0')?);
        }
        Some(digits)
    }
}

impl fmt::Debug for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[digits]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_tells_no_content() {
        let text = PrivateText::from("MUSTERMANN");
        assert_eq!(format!("{text:?}"), "[10 chars]");
        let pin = Digits::parse("123456").unwrap();
        assert_eq!(format!("{pin:?}"), "[digits]");
    }

    #[test]
    fn digits_are_typed_and_erased() {
        let mut digits = Digits::default();
        (0..12).for_each(|n| digits.push(n));
        assert_eq!(digits.expose(), b"0123456789");
        digits.erase();
        assert_eq!(digits.expose(), b"012345678");
        assert_eq!(digits.ascii[9], 0);
        assert!(Digits::parse("12a").is_none());
    }
}
