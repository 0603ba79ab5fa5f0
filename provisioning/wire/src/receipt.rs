//! Whether a paper from a terminal is genuine.
//!
//! Beside the case code, which is the citizen's own, a receipt carries a check code for whoever is shown the paper. The
//! envelope carries a hash of it with the receipt's title and issuer; the backend keeps these, and tells them at
//! `GET` [`VERIFY_PATH`]`{code}` to anyone who has the code. Nothing there is about the citizen, and nothing can be done
//! with it but look.
//!
//! A check code has 75 bits of chance: its hash needs no stretching, and is compared exactly.
use crate::symbols::{CodeError, Symbols};
use core::fmt;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zeroize::ZeroizeOnDrop;

/// Path of the page that tells whether a paper is genuine; the check code follows.
pub const VERIFY_PATH: &str = "/verify/";

/// Longest title and issuer.
pub const RECEIPT_CHARS_MAX: usize = 120;

/// Random bytes that [`CheckCode::from_random`] takes; the last 5 bits are left over.
pub const CHECK_CODE_RANDOM_BYTES: usize = 10;

const SYMBOLS: usize = 16;

const LOOKUP_DOMAIN: &[u8] = b"schalter receipt check 1";

/// The code by which a paper is checked: `XXXX-XXXX-XXXX-XXXX`. It connects a paper with a case, so `Debug` tells
/// nothing.
#[derive(PartialEq, Eq, ZeroizeOnDrop)]
pub struct CheckCode(Symbols<SYMBOLS>);

impl CheckCode {
    /// A code from chance. The bytes must come from a cryptographic source.
    pub fn from_random(random: [u8; CHECK_CODE_RANDOM_BYTES]) -> Self {
        Self(Symbols::from_random(random))
    }

    /// Reads a code as people type it.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        Symbols::parse(text).map(Self)
    }

    /// The code for the paper, in groups.
    pub fn grouped(&self) -> String {
        self.0.grouped()
    }

    /// Under what the backend finds it.
    pub fn lookup(&self) -> CheckLookup {
        let hash = Sha256::new()
            .chain_update(LOOKUP_DOMAIN)
            .chain_update(*self.0.characters());
        CheckLookup(hex::encode(hash.finalize()))
    }
}

impl fmt::Debug for CheckCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[check code]")
    }
}

/// SHA-256 of a check code: 64 lower-case hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CheckLookup(String);

impl CheckLookup {
    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn is_one(&self) -> bool {
        let digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        self.0.len() == 64 && self.0.bytes().all(digit)
    }
}

/// What whoever checks a receipt is told of it, beside the day it was filed and how its case stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptFacts {
    /// From its check code.
    pub lookup: CheckLookup,
    /// The service, in German ("Meldebescheinigung").
    pub title: String,
    /// The office ("Stadt Musterstadt, Bürgerbüro").
    pub issuer: String,
}

impl ReceiptFacts {
    pub(crate) fn is_valid(&self) -> bool {
        let fits =
            |text: &str| (1..=RECEIPT_CHARS_MAX).contains(&text.chars().count()) && !text.chars().any(char::is_control);
        self.lookup.is_one() && fits(&self.title) && fits(&self.issuer)
    }
}

/// A fee that was settled, or will be, as far as the terminal knows. For the counter: the office reads it in the case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fee {
    /// How much, in euro cents; more than nothing.
    pub cents: u32,
    /// How it stands.
    pub state: FeeState,
}

/// How a fee stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeeState {
    /// Paid at the terminal, by card.
    Card,
    /// To be paid at the counter.
    Counter,
    /// An invoice is wanted.
    Invoice,
    /// Nobody knows whether it was paid at the terminal.
    Unclear,
    /// Paid at the counter; set by staff alone.
    Paid,
}

impl FeeState {
    /// All.
    pub const ALL: [Self; 5] = [Self::Card, Self::Counter, Self::Invoice, Self::Unclear, Self::Paid];

    /// Its name, in messages and in the store.
    pub fn word(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::Counter => "counter",
            Self::Invoice => "invoice",
            Self::Unclear => "unclear",
            Self::Paid => "paid",
        }
    }

    /// True while somebody still has to see to it.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Counter | Self::Invoice | Self::Unclear)
    }

    /// Money was taken at the terminal, or may have been: somebody has to give it back when the case is taken back.
    pub fn may_be_taken(self) -> bool {
        matches!(self, Self::Card | Self::Unclear)
    }

    /// The state of that name.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }
}

impl Fee {
    /// No terminal says of a fee that it was paid at the counter.
    pub(crate) fn is_valid(self) -> bool {
        self.cents > 0 && self.state != FeeState::Paid
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn facts() -> ReceiptFacts {
        ReceiptFacts {
            lookup: CheckCode::from_random([7; 10]).lookup(),
            title: "Meldebescheinigung".into(),
            issuer: "Stadt Musterstadt, Bürgerbüro".into(),
        }
    }

    #[test]
    fn a_code_is_found_under_its_hash() {
        let code = CheckCode::from_random([0; 10]);
        assert_eq!(code.grouped(), "0000-0000-0000-0000");
        assert_eq!(format!("{code:?}"), "[check code]");
        // printf 'schalter receipt check 10000000000000000' | sha256sum
        assert_eq!(
            code.lookup().as_str(),
            "eae55b49e82bde37ab2149398ff23216d15b7b55cdf366a478b435fdd725c89e"
        );
        let typed = CheckCode::parse("oooo 0000 0000 0000").unwrap();
        assert_eq!(typed.lookup(), code.lookup());
        assert_ne!(CheckCode::from_random([1; 10]).lookup(), code.lookup());
    }

    #[test]
    fn what_is_told_of_a_receipt_is_short_and_plain() {
        assert!(facts().is_valid());
        let wrong = |change: fn(&mut ReceiptFacts)| {
            let mut broken = facts();
            change(&mut broken);
            assert!(!broken.is_valid(), "{broken:?}");
        };
        wrong(|facts| facts.title.clear());
        wrong(|facts| facts.title = "x".repeat(RECEIPT_CHARS_MAX + 1));
        wrong(|facts| facts.issuer.push('\u{1b}'));
        wrong(|facts| facts.lookup.0.truncate(63));
        wrong(|facts| facts.lookup.0 = facts.lookup.0.to_uppercase());
    }

    #[test]
    fn words_and_back() {
        for state in FeeState::ALL {
            assert_eq!(FeeState::from_word(state.word()), Some(state));
            let json = serde_json::to_string(&state).unwrap();
            assert_eq!(json, format!("\"{}\"", state.word()));
        }
        assert_eq!(FeeState::from_word("Card"), None);
        let open: Vec<_> = FeeState::ALL.into_iter().filter(|state| state.is_open()).collect();
        assert_eq!(open, [FeeState::Counter, FeeState::Invoice, FeeState::Unclear]);
        let taken: Vec<_> = FeeState::ALL.into_iter().filter(|state| state.may_be_taken()).collect();
        assert_eq!(taken, [FeeState::Card, FeeState::Unclear]);
        let fee = |cents, state| Fee { cents, state }.is_valid();
        assert!(fee(1, FeeState::Counter) && !fee(0, FeeState::Counter) && !fee(1, FeeState::Paid));
    }

    proptest! {
        #[test]
        fn code_and_back(random in any::<[u8; 10]>()) {
            let code = CheckCode::from_random(random);
            prop_assert_eq!(CheckCode::parse(&code.grouped()), Ok(code));
        }
    }
}
