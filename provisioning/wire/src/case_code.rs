//! The code on a citizen's receipt: unguessable, short enough to read aloud, and safe against a slip.
//!
//! Ten symbols of chance (50 bits) and a check character, in Crockford's base 32: ten digits and the letters without
//! I, L, O (look like 1, 1, 0) and U. Written in groups: `K7QF-2M9X-4TB`.
//!
//! The check character is a weighted sum over GF(2⁵) whose weights are eleven different powers of a generator. One
//! wrong symbol changes the sum by `w·d ≠ 0`; two swapped symbols, adjacent or not, by `(w₁+w₂)·d ≠ 0`. Both are always
//! found, which matters at a counter: B, D, P, T and M, N sound alike.
use core::fmt;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Symbols of a code, check character included.
pub const SYMBOLS: usize = 11;

/// Bits of chance in a code. At one guess a second it takes 17 million years to have tried half of all codes.
pub const RANDOM_BITS: u32 = 50;

/// Random bytes that [`CaseCode::from_random`] takes; the last 6 bits are left over.
pub const RANDOM_BYTES: usize = 7;

/// Longest text that [`CaseCode::parse`] looks at: a code with a separator after every symbol, and some.
pub const INPUT_BYTES_MAX: usize = 64;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A case code. It opens the case's status to whoever holds it, so it can't print itself: no `Display`, no `Clone`, and
/// `Debug` tells nothing. Overwritten on drop.
#[derive(PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct CaseCode {
    values: [u8; SYMBOLS],
}

/// Why a text is no case code. Tells no symbol of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CaseCodeError {
    /// Too few or too many symbols.
    #[error("a code has {SYMBOLS} symbols, this has {found}")]
    Length {
        /// How many there are, separators not counted.
        found: usize,
    },
    /// A character that is in no code.
    #[error("character {position} is no symbol of a code")]
    Symbol {
        /// Which character of the input, counted from 1.
        position: usize,
    },
    /// A symbol is wrong, or two are swapped.
    #[error("the code has a slip: its check character doesn't fit")]
    Check,
}

impl CaseCode {
    /// A code from chance. The bytes must come from a cryptographic source.
    pub fn from_random(random: [u8; RANDOM_BYTES]) -> Self {
        let mut bits = random.iter().fold(0u64, |bits, byte| (bits << 8) | u64::from(*byte)) >> 6;
        let mut values = [0; SYMBOLS];
        for value in &mut values[..SYMBOLS - 1] {
            *value = (bits & 31) as u8;
            bits >>= 5;
        }
        // The check character's weight is 1 (the generator's power 0), so it is the sum of the others.
        values[SYMBOLS - 1] = weighted_sum(&values);
        bits.zeroize();
        Self { values }
    }

    /// Reads a code as people type it: lower case, with or without separators (blank, hyphen, dash), O for 0, I and L
    /// for 1.
    ///
    /// # Errors
    /// When a character can't belong to a code, their number is wrong, or the check character doesn't fit.
    pub fn parse(text: &str) -> Result<Self, CaseCodeError> {
        if text.len() > INPUT_BYTES_MAX {
            return Err(CaseCodeError::Length {
                found: text.chars().count(),
            });
        }
        let mut code = Self { values: [0; SYMBOLS] };
        let mut found = 0;
        for (index, character) in text.chars().enumerate() {
            if character.is_whitespace() || ['-', '\u{2010}', '\u{2011}', '\u{2013}'].contains(&character) {
                continue;
            }
            let value = value_of(character).ok_or(CaseCodeError::Symbol { position: index + 1 })?;
            if let Some(slot) = code.values.get_mut(found) {
                *slot = value;
            }
            found += 1;
        }
        if found != SYMBOLS {
            return Err(CaseCodeError::Length { found });
        }
        if weighted_sum(&code.values) != 0 {
            return Err(CaseCodeError::Check);
        }
        Ok(code)
    }

    /// The code for paper and screen, in groups: `XXXX-XXXX-XXX`. Every use is a place where it leaves its guard.
    pub fn grouped(&self) -> String {
        let mut text = String::with_capacity(SYMBOLS + 2);
        for (index, value) in self.values.iter().enumerate() {
            if index == 4 || index == 8 {
                text.push('-');
            }
            text.push(char::from(ALPHABET[usize::from(value & 31)]));
        }
        text
    }

    /// The symbols without groups, from which keys are derived.
    pub(crate) fn symbols(&self) -> Zeroizing<[u8; SYMBOLS]> {
        Zeroizing::new(self.values.map(|value| ALPHABET[usize::from(value & 31)]))
    }

    /// A second copy on purpose (a case and its receipt).
    pub fn duplicate(&self) -> Self {
        Self { values: self.values }
    }
}

impl fmt::Debug for CaseCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[case code]")
    }
}

fn value_of(character: char) -> Option<u8> {
    let symbol = match character.to_ascii_uppercase() {
        'O' => b'0',
        'I' | 'L' => b'1',
        other => u8::try_from(other).ok()?,
    };
    let value = ALPHABET.iter().position(|known| *known == symbol)?;
    u8::try_from(value).ok()
}

/// Σ vᵢ·αⁱ, the last symbol having weight α⁰. Zero for a whole code that is right.
fn weighted_sum(values: &[u8; SYMBOLS]) -> u8 {
    // Horner's rule, the first symbol having the highest power.
    values.iter().fold(0, |sum, value| times_generator(sum) ^ value)
}

/// Multiplies by the generator α = x of GF(2⁵) modulo the primitive polynomial x⁵ + x² + 1.
fn times_generator(value: u8) -> u8 {
    let shifted = value << 1;
    if shifted & 0b10_0000 == 0 {
        shifted
    } else {
        shifted ^ 0b10_0101
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SAMPLE: [u8; RANDOM_BYTES] = [0x8f, 0x3a, 0x61, 0xd4, 0x09, 0xbe, 0x77];

    #[test]
    fn weights_differ() {
        let mut weights = vec![1u8];
        for _ in 1..SYMBOLS {
            weights.push(times_generator(*weights.last().unwrap()));
        }
        for (index, weight) in weights.iter().enumerate() {
            assert!(*weight != 0 && *weight < 32);
            assert!(!weights[index + 1..].contains(weight));
        }
    }

    #[test]
    fn shape() {
        let text = CaseCode::from_random(SAMPLE).grouped();
        let groups: Vec<usize> = text.split('-').map(str::len).collect();
        assert_eq!(groups, [4, 4, 3]);
        assert!(text.bytes().all(|byte| byte == b'-' || ALPHABET.contains(&byte)));
        assert_eq!(CaseCode::from_random([0; 7]).grouped(), "0000-0000-000");
    }

    #[test]
    fn debug_is_silent() {
        let code = CaseCode::from_random(SAMPLE);
        assert_eq!(format!("{code:?}"), "[case code]");
    }

    #[test]
    fn all_fifty_bits_count() {
        let plain = CaseCode::from_random([0; 7]);
        for bit in 0..56 {
            let mut random = [0u8; 7];
            random[bit / 8] = 0x80 >> (bit % 8);
            assert_eq!(
                CaseCode::from_random(random) != plain,
                bit < RANDOM_BITS as usize,
                "bit {bit}"
            );
        }
    }

    /// The check is linear, so that an error is found in one code exactly when it is found in all. This goes through
    /// every wrong symbol at every place of a thousand codes all the same.
    #[test]
    fn every_wrong_symbol_is_found() {
        for seed in 0..1000u32 {
            let code = CaseCode::from_random(scatter(seed));
            for place in 0..SYMBOLS {
                for value in (0..32).filter(|value| *value != code.values[place]) {
                    let mut wrong = code.duplicate();
                    wrong.values[place] = value;
                    assert_eq!(CaseCode::parse(&wrong.grouped()), Err(CaseCodeError::Check));
                }
            }
        }
    }

    #[test]
    fn every_swap_is_found_also_of_distant_symbols() {
        for first in 0..SYMBOLS {
            for second in first + 1..SYMBOLS {
                // All pairs of values at these two places, whatever the others hold.
                for (a, b) in (0..32u8)
                    .flat_map(|a| (0..32u8).map(move |b| (a, b)))
                    .filter(|(a, b)| a != b)
                {
                    let mut values = [0u8; SYMBOLS];
                    values[first] = a;
                    values[second] = b;
                    let before = weighted_sum(&values);
                    values.swap(first, second);
                    assert_ne!(weighted_sum(&values), before);
                }
            }
        }
    }

    #[test]
    fn people_type_it_their_way() {
        let code = CaseCode::from_random([0x08, 0x42, 0x10, 0, 0, 0, 0]);
        let text = code.grouped();
        for typed in [
            text.to_lowercase(),
            text.replace('-', ""),
            text.replace('-', " – "),
            format!("  {text}\n"),
            text.replace('0', "o").replace('1', "l"),
            text.replace('0', "O").replace('1', "I"),
        ] {
            assert_eq!(CaseCode::parse(&typed).as_ref(), Ok(&code), "{typed}");
        }
    }

    #[test]
    fn errors_are_told_apart() {
        assert_eq!(CaseCode::parse(""), Err(CaseCodeError::Length { found: 0 }));
        assert_eq!(CaseCode::parse("------"), Err(CaseCodeError::Length { found: 0 }));
        assert_eq!(
            CaseCode::parse("0000-0000-0000"),
            Err(CaseCodeError::Length { found: 12 })
        );
        assert_eq!(
            CaseCode::parse("0000-U000-000"),
            Err(CaseCodeError::Symbol { position: 6 })
        );
        assert_eq!(
            CaseCode::parse("0000-ß000-000"),
            Err(CaseCodeError::Symbol { position: 6 })
        );
        assert_eq!(
            CaseCode::parse(&"0".repeat(1_000_000)),
            Err(CaseCodeError::Length { found: 1_000_000 })
        );
    }

    fn scatter(seed: u32) -> [u8; RANDOM_BYTES] {
        let spread = (u64::from(seed) + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let bytes = spread.to_be_bytes();
        core::array::from_fn(|index| bytes[index])
    }

    proptest! {
        #[test]
        fn code_and_back(random in any::<[u8; RANDOM_BYTES]>()) {
            let code = CaseCode::from_random(random);
            prop_assert_eq!(CaseCode::parse(&code.grouped()), Ok(code));
        }

        #[test]
        fn no_text_panics(text in ".{0,80}") {
            let _ = CaseCode::parse(&text);
        }
    }
}
