//! A case code while it is typed. It stands on the citizen's paper and may be seen, but it opens the case: it is held in
//! memory that is overwritten, on the heap and of fixed size, so that neither moving nor growing leaves copies behind.
use catalogue::QR_PREFIX;
use drivers_api::private::PrivateText;
use wire::CaseCode;
use wire::case_code::SYMBOLS;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The symbols of a code: digits, and the letters that look like none of them.
pub const CODE_SYMBOLS: &str = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Longest text that is looked at: what a field or a scanner may hold, and a prefix.
const TEXT_CHARS_MAX: usize = 128;

/// Symbols before which a group begins.
const GROUPS: [usize; 2] = [4, 8];

/// Up to eleven symbols.
#[derive(Default, Zeroize, ZeroizeOnDrop)]
pub(crate) struct TypedCode {
    ascii: Box<[u8; SYMBOLS]>,
    len: u8,
}

impl core::fmt::Debug for TypedCode {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("[code]")
    }
}

impl TypedCode {
    /// What a text has of a code: O counts as 0, I and L as 1; other characters, and more than eleven, are left out.
    pub(crate) fn of(text: &str) -> Self {
        let mut code = Self::default();
        for symbol in text.chars().take(TEXT_CHARS_MAX).filter_map(code_symbol) {
            if let Some(place) = code.ascii.get_mut(usize::from(code.len)) {
                *place = symbol;
                code.len += 1;
            }
        }
        code
    }

    /// What a scanner read from a receipt: our prefix, and a code that has no slip.
    pub(crate) fn scanned(text: &str) -> Option<Self> {
        let code = text.trim().strip_prefix(QR_PREFIX)?;
        CaseCode::parse(code).is_ok().then(|| Self::of(code))
    }

    /// All symbols are there.
    pub(crate) fn is_complete(&self) -> bool {
        usize::from(self.len) == SYMBOLS
    }

    /// All symbols are there, and the check character fits.
    pub(crate) fn is_right(&self) -> bool {
        self.is_complete() && CaseCode::parse(self.grouped().expose()).is_ok()
    }

    /// In groups, as on the receipt: `K7QF-2M9X-4TB`.
    pub(crate) fn grouped(&self) -> PrivateText {
        let mut text = String::with_capacity(SYMBOLS + GROUPS.len());
        for (at, symbol) in self.ascii.iter().take(usize::from(self.len)).enumerate() {
            if GROUPS.contains(&at) {
                text.push('-');
            }
            text.push(char::from(*symbol));
        }
        PrivateText::new(text)
    }
}

/// The symbol of a code that a character stands for.
pub fn code_symbol(character: char) -> Option<u8> {
    let symbol = match character.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    CODE_SYMBOLS.contains(symbol).then(|| u8::try_from(symbol).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::case_code::RANDOM_BYTES;

    fn code() -> String {
        CaseCode::from_random([0x8f, 0x3a, 0x61, 0xd4, 0x09, 0xbe, 0x77]).grouped()
    }

    #[test]
    fn a_code_is_read_as_people_type_it() {
        let code = code();
        for text in [code.to_lowercase(), code.replace('-', " "), format!("{code} und mehr")] {
            assert_eq!(TypedCode::of(&text).grouped().expose(), code, "{text}");
        }
        assert!(TypedCode::of(&code).is_right());
        assert_eq!(TypedCode::of("oO iI lL").grouped().expose(), "0011-11");
        assert_eq!(TypedCode::of("Ü-u ß").grouped().expose(), "");
        assert!(!TypedCode::of(&"0".repeat(100_000)).is_right() || TypedCode::of("00000000000").is_right());
    }

    #[test]
    fn every_slip_is_found_when_the_last_symbol_is_there() {
        let code = code();
        for place in 0..SYMBOLS {
            let mut symbols: Vec<char> = code.chars().filter(|c| *c != '-').collect();
            let other = CODE_SYMBOLS.chars().find(|c| *c != symbols[place]).unwrap();
            symbols[place] = other;
            let typed = TypedCode::of(&symbols.iter().collect::<String>());
            assert!(typed.is_complete() && !typed.is_right());
        }
    }

    #[test]
    fn a_scanner_reads_our_receipts_only() {
        let code = code();
        let scanned = TypedCode::scanned(&format!("{QR_PREFIX}{code}\r\n")).unwrap();
        assert_eq!(scanned.grouped().expose(), code);
        for foreign in ["https://example.org", &code, QR_PREFIX, "SCHALTER:1:0000-0000-001"] {
            assert!(TypedCode::scanned(foreign).is_none(), "{foreign}");
        }
    }

    #[test]
    fn its_symbols_are_those_of_the_codes() {
        let mut seen = std::collections::BTreeSet::new();
        for seed in 0..200_u8 {
            let random: [u8; RANDOM_BYTES] =
                core::array::from_fn(|at| seed.wrapping_mul(31).wrapping_add((at as u8).wrapping_mul(77)));
            seen.extend(CaseCode::from_random(random).grouped().chars().filter(|c| *c != '-'));
        }
        assert_eq!(seen, CODE_SYMBOLS.chars().collect());
        assert_eq!(format!("{:?}", TypedCode::of("K7QF")), "[code]");
    }
}
