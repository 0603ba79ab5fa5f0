//! Codes for paper: Crockford's base 32 (ten digits and the letters without I, L, O, which look like 1, 1, 0, and U), in
//! groups of four, with a check character at the end.
//!
//! The check character is a weighted sum over GF(2⁵) whose weights are different powers of a generator, of which there
//! are 31. One wrong symbol changes the sum by `w·d ≠ 0`; two swapped symbols, adjacent or not, by `(w₁+w₂)·d ≠ 0`. Both are
//! always found, which matters at a counter: B, D, P, T and M, N sound alike.
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Longest text that is looked at: a code with a separator after every symbol, and some.
pub const INPUT_BYTES_MAX: usize = 64;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Symbols between two hyphens.
const GROUP: usize = 4;

/// Why a text is no code. Tells no symbol of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// Too few or too many symbols.
    #[error("a code has {wanted} symbols, this has {found}")]
    Length {
        /// How many it must have.
        wanted: usize,
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

/// A code of `N` symbols, at most 31 and with at most 128 bits of chance, the check character included. It neither prints
/// nor copies itself. Overwritten on drop.
#[derive(PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub(crate) struct Symbols<const N: usize> {
    values: [u8; N],
}

impl<const N: usize> Symbols<N> {
    /// A code from chance: five bits for each symbol but the last; bits that are left over are those at the end.
    pub(crate) fn from_random<const BYTES: usize>(random: [u8; BYTES]) -> Self {
        let left_over = (8 * BYTES).saturating_sub(5 * (N - 1));
        let mut bits = random.iter().fold(0u128, |bits, byte| (bits << 8) | u128::from(*byte)) >> left_over;
        let mut values = [0; N];
        for value in &mut values[..N - 1] {
            *value = (bits & 31) as u8;
            bits >>= 5;
        }
        // The check character's weight is 1 (the generator's power 0), so it is the sum of the others.
        values[N - 1] = weighted_sum(&values);
        bits.zeroize();
        Self { values }
    }

    /// As people type it: lower case, with or without separators (blank, hyphen, dash), O for 0, I and L for 1.
    ///
    /// # Errors
    /// When a character can't belong to a code, their number is wrong, or the check character doesn't fit.
    pub(crate) fn parse(text: &str) -> Result<Self, CodeError> {
        let length = |found| CodeError::Length { wanted: N, found };
        if text.len() > INPUT_BYTES_MAX {
            return Err(length(text.chars().count()));
        }
        let mut code = Self { values: [0; N] };
        let mut found = 0;
        for (index, character) in text.chars().enumerate() {
            if character.is_whitespace() || ['-', '\u{2010}', '\u{2011}', '\u{2013}'].contains(&character) {
                continue;
            }
            let value = value_of(character).ok_or(CodeError::Symbol { position: index + 1 })?;
            if let Some(slot) = code.values.get_mut(found) {
                *slot = value;
            }
            found += 1;
        }
        if found != N {
            return Err(length(found));
        }
        match weighted_sum(&code.values) {
            0 => Ok(code),
            _ => Err(CodeError::Check),
        }
    }

    /// For paper and screen, in groups of four.
    pub(crate) fn grouped(&self) -> String {
        let mut text = String::with_capacity(N + N / GROUP);
        for (index, value) in self.values.iter().enumerate() {
            if index > 0 && index.is_multiple_of(GROUP) {
                text.push('-');
            }
            text.push(char::from(ALPHABET[usize::from(value & 31)]));
        }
        text
    }

    /// The symbols without groups.
    pub(crate) fn characters(&self) -> Zeroizing<[u8; N]> {
        Zeroizing::new(self.values.map(|value| ALPHABET[usize::from(value & 31)]))
    }

    /// A second copy on purpose.
    pub(crate) fn duplicate(&self) -> Self {
        Self { values: self.values }
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
fn weighted_sum(values: &[u8]) -> u8 {
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

    type Short = Symbols<11>;
    type Long = Symbols<16>;

    #[test]
    fn weights_differ() {
        let mut weights = vec![1u8];
        for _ in 1..31 {
            weights.push(times_generator(*weights.last().unwrap()));
        }
        for (index, weight) in weights.iter().enumerate() {
            assert!(*weight != 0 && *weight < 32);
            assert!(!weights[index + 1..].contains(weight));
        }
    }

    #[test]
    fn the_first_bits_count_and_no_others() {
        let short = |random: [u8; 7]| Short::from_random(random).grouped();
        let long = |random: [u8; 10]| Long::from_random(random).grouped();
        for bit in 0..80 {
            let mut random = [0u8; 10];
            random[bit / 8] = 0x80 >> (bit % 8);
            assert_eq!(long(random) != long([0; 10]), bit < 75, "bit {bit}");
            if let (Some(first), true) = (random.first_chunk(), bit < 56) {
                assert_eq!(short(*first) != short([0; 7]), bit < 50, "bit {bit}");
            }
        }
    }

    /// The check is linear, so that an error is found in one code exactly when it is found in all. This goes through
    /// every wrong symbol at every place of a thousand codes all the same.
    #[test]
    fn every_wrong_symbol_is_found() {
        for seed in 0..1000u32 {
            let code = Short::from_random(scatter::<7>(seed));
            for place in 0..11 {
                for value in (0..32).filter(|value| *value != code.values[place]) {
                    let mut wrong = code.duplicate();
                    wrong.values[place] = value;
                    assert!(Short::parse(&wrong.grouped()).is_err_and(|error| error == CodeError::Check));
                }
            }
        }
    }

    #[test]
    fn every_swap_is_found_also_of_distant_symbols() {
        for (first, second) in (0..16).flat_map(|first| (first + 1..16).map(move |second| (first, second))) {
            // All pairs of values at these two places, whatever the others hold.
            for (a, b) in (0..32u8).flat_map(|a| (0..32u8).map(move |b| (a, b))) {
                let mut values = [0u8; 16];
                (values[first], values[second]) = (a, b);
                let before = weighted_sum(&values);
                values.swap(first, second);
                assert_eq!(weighted_sum(&values) == before, a == b);
            }
        }
    }

    #[test]
    fn people_type_it_their_way() {
        let code = Short::from_random([0x08, 0x42, 0x10, 0, 0, 0, 0]);
        let text = code.grouped();
        for typed in [
            text.to_lowercase(),
            text.replace('-', ""),
            text.replace('-', " – "),
            format!("  {text}\n"),
            text.replace('0', "o").replace('1', "l"),
            text.replace('0', "O").replace('1', "I"),
        ] {
            assert!(Short::parse(&typed).is_ok_and(|read| read == code), "{typed}");
        }
    }

    #[test]
    fn errors_are_told_apart() {
        let error = |text: &str| Short::parse(text).err().unwrap();
        let length = |found| CodeError::Length { wanted: 11, found };
        assert_eq!(error(""), length(0));
        assert_eq!(error("------"), length(0));
        assert_eq!(error("0000-0000-0000"), length(12));
        assert_eq!(error("0000-U000-000"), CodeError::Symbol { position: 6 });
        assert_eq!(error("0000-ß000-000"), CodeError::Symbol { position: 6 });
        assert_eq!(error(&"0".repeat(1_000_000)), length(1_000_000));
    }

    fn scatter<const BYTES: usize>(seed: u32) -> [u8; BYTES] {
        let spread = (u64::from(seed) + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let bytes = spread.to_be_bytes();
        core::array::from_fn(|index| bytes[index % 8])
    }

    proptest! {
        #[test]
        fn code_and_back(random in any::<[u8; 10]>()) {
            let long = Long::from_random(random);
            prop_assert!(Long::parse(&long.grouped()).is_ok_and(|read| read == long));
            prop_assert_eq!(long.grouped().len(), 19);
        }

        #[test]
        fn no_text_panics(text in ".{0,80}") {
            let _ = (Short::parse(&text), Long::parse(&text));
        }
    }
}
