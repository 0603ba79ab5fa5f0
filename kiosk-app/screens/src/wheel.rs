//! Letters by keys: a ring of letters that up and down turn and OK writes. Pure; `steer.rs` turns it, `ear.rs` says it.
//! What else a key can do comes after the letters, so that it is reached soonest from the front by turning back.
use crate::letters::{self, Layer};
use crate::ui::Word;

/// For dates and numbers.
const DIGITS: &str = "0123456789";
/// How many entries are shown on each side of the one that would be taken.
const SHOWN_ASIDE: usize = 2;

/// A place on the ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    Letter(char),
    Space,
    Erase,
    /// The next letter is a capital, or not.
    Capitals,
    /// The next layer of letters, or from the last back to the first.
    More,
    Done,
}

impl Entry {
    fn has_capital(&self) -> bool {
        match self {
            Self::Letter(letter) => letter.is_lowercase(),
            Self::Space | Self::Erase | Self::Capitals | Self::More | Self::Done => false,
        }
    }
}

/// What OK did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    /// This is written.
    Write(String),
    /// The last character goes.
    Erase,
    /// The ring is another one now.
    Turned,
    /// The wheel is put away.
    Done,
}

/// A wheel that is turned.
#[derive(Clone, Debug)]
pub(crate) struct Wheel {
    /// Letters with their name, layer by layer.
    layers: Vec<(&'static str, Vec<char>)>,
    layer: usize,
    ring: Vec<Entry>,
    at: usize,
    capital: bool,
    /// Nobody has to hear of each letter that it is one.
    only_capitals: bool,
}

impl Wheel {
    /// A wheel at its first letter, see [`letters::own`].
    pub(crate) fn of_letters(own: Option<&'static Layer>) -> Self {
        Self::new(letters::rings(own))
    }

    /// For what is written in digits alone.
    pub(crate) fn of_digits() -> Self {
        Self::new(vec![("", DIGITS.chars().collect())])
    }

    /// For a case code.
    pub(crate) fn of_codes() -> Self {
        let mut wheel = Self::new(vec![("", session::CODE_SYMBOLS.chars().collect())]);
        wheel.only_capitals = true;
        wheel
    }

    /// For an amount in euros.
    pub(crate) fn of_amounts() -> Self {
        Self::new(vec![("", DIGITS.chars().chain([',']).collect())])
    }

    fn new(layers: Vec<(&'static str, Vec<char>)>) -> Self {
        let mut wheel = Self {
            layers,
            layer: 0,
            ring: Vec::new(),
            at: 0,
            capital: false,
            only_capitals: false,
        };
        wheel.fill();
        wheel
    }

    fn fill(&mut self) {
        let letters = self.layers.get(self.layer).into_iter().flat_map(|(_, letters)| letters);
        let mut ring: Vec<Entry> = letters.copied().map(Entry::Letter).collect();
        if self.layers.len() > 1 {
            ring.push(Entry::More);
            if ring.iter().any(Entry::has_capital) {
                ring.push(Entry::Capitals);
            }
            ring.push(Entry::Space);
        }
        ring.extend([Entry::Erase, Entry::Done]);
        self.ring = ring;
        self.at = 0;
    }

    fn next(&self) -> usize {
        (self.layer + 1) % self.layers.len().max(1)
    }

    /// One place on, round and round.
    pub(crate) fn forward(&mut self) {
        self.at = (self.at + 1) % self.ring.len();
    }

    /// One place back.
    pub(crate) fn back(&mut self) {
        self.at = (self.at + self.ring.len() - 1) % self.ring.len();
    }

    /// Takes what is in the middle. A capital is one capital.
    pub(crate) fn take(&mut self) -> Taken {
        match self.entry(0) {
            Entry::Letter(letter) => {
                let written = letters::shift(letter, self.capital).to_string();
                self.capital = false;
                Taken::Write(written)
            }
            Entry::Space => Taken::Write(" ".to_owned()),
            Entry::Erase => Taken::Erase,
            Entry::Capitals => {
                self.capital = !self.capital;
                self.at = 0;
                Taken::Turned
            }
            Entry::More => {
                self.layer = self.next();
                self.capital = false;
                self.fill();
                Taken::Turned
            }
            Entry::Done => Taken::Done,
        }
    }

    fn entry(&self, ahead: usize) -> Entry {
        // The ring is never empty.
        let at = (self.at + ahead) % self.ring.len().max(1);
        self.ring.get(at).copied().unwrap_or(Entry::Done)
    }

    /// What is in the middle: the letter as it would be written, or the word for what it does.
    pub(crate) fn middle(&self) -> Result<String, Word> {
        match self.entry(0) {
            Entry::Letter(letter) => Ok(letters::shift(letter, self.capital).to_string()),
            Entry::Space => Err(Word::Space),
            Entry::Erase => Err(Word::Erase),
            Entry::Capitals => Err(Word::Capitals),
            Entry::More if self.next() == 0 => Err(Word::FewerLetters),
            Entry::More => Err(Word::MoreLetters),
            Entry::Done => Err(Word::Done),
        }
    }

    /// The same for the ear: where there are capitals alone it needn't be said.
    pub(crate) fn heard(&self) -> Result<String, Word> {
        let middle = self.middle();
        if self.only_capitals {
            return middle.map(|letter| letter.to_lowercase());
        }
        middle
    }

    /// The five that are shown.
    pub(crate) fn row(&self) -> Vec<String> {
        let from = self.ring.len() - SHOWN_ASIDE;
        (0..=2 * SHOWN_ASIDE)
            .map(|place| match self.entry(from + place) {
                Entry::Letter(letter) => letters::shift(letter, self.capital).to_string(),
                Entry::Space => "␣".to_owned(),
                Entry::Erase => "←".to_owned(),
                Entry::Capitals => "Aa".to_owned(),
                Entry::More => self
                    .layers
                    .get(self.next())
                    .map(|(name, _)| *name)
                    .unwrap_or_default()
                    .to_owned(),
                Entry::Done => "OK".to_owned(),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use drivers_api::language::Language;
    use proptest::prelude::*;

    /// Turns to what is wanted, as somebody would: on and on.
    fn turn_to(wheel: &mut Wheel, wanted: &Result<String, Word>) {
        let mut turns = 0;
        while wheel.middle() != *wanted {
            wheel.forward();
            turns += 1;
            assert!(turns < 500, "no {wanted:?} on the ring");
        }
    }

    fn typed(wheel: &mut Wheel, letter: char) -> String {
        turn_to(wheel, &Ok(letter.to_string()));
        match wheel.take() {
            Taken::Write(text) => text,
            other @ (Taken::Erase | Taken::Turned | Taken::Done) => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_name_is_written() {
        let mut wheel = Wheel::of_letters(None);
        turn_to(&mut wheel, &Err(Word::Capitals));
        assert_eq!(wheel.take(), Taken::Turned);
        let mut name = typed(&mut wheel, 'Ö');
        for letter in "zge".chars() {
            name += &typed(&mut wheel, letter);
        }
        assert_eq!(name, "Özge", "one capital, then small letters");
        turn_to(&mut wheel, &Err(Word::Space));
        assert_eq!(wheel.take(), Taken::Write(" ".to_owned()));
        turn_to(&mut wheel, &Err(Word::Erase));
        assert_eq!(wheel.take(), Taken::Erase);
        turn_to(&mut wheel, &Err(Word::Done));
        assert_eq!(wheel.take(), Taken::Done);
    }

    #[test]
    fn the_other_letters_are_behind_one_entry() {
        let mut wheel = Wheel::of_letters(None);
        turn_to(&mut wheel, &Err(Word::MoreLetters));
        assert_eq!(wheel.take(), Taken::Turned);
        assert_eq!(typed(&mut wheel, 'ł'), "ł");
        turn_to(&mut wheel, &Err(Word::FewerLetters));
        wheel.take();
        assert_eq!(wheel.middle(), Ok("a".to_owned()));
    }

    #[test]
    fn letters_of_one_s_language_come_first_then_all_others() {
        let mut wheel = Wheel::of_letters(letters::own(Language::Arabic));
        let mut word = String::new();
        for letter in "سكن".chars() {
            word += &typed(&mut wheel, letter);
        }
        assert_eq!(word, "سكن");
        assert!(!wheel.ring.contains(&Entry::Capitals), "nothing has any");
        for first in ["a", "á", "ا"] {
            while !matches!(wheel.middle(), Err(Word::MoreLetters | Word::FewerLetters)) {
                wheel.forward();
            }
            assert_eq!(wheel.take(), Taken::Turned);
            assert_eq!(wheel.middle(), Ok(first.to_owned()));
        }
    }

    #[test]
    fn what_it_can_do_is_near_to_the_front() {
        let mut wheel = Wheel::of_letters(None);
        wheel.back();
        assert_eq!(wheel.middle(), Err(Word::Done));
        wheel.back();
        assert_eq!(wheel.middle(), Err(Word::Erase));
    }

    #[test]
    fn a_date_has_digits_alone() {
        let mut wheel = Wheel::of_digits();
        assert_eq!(wheel.row(), ["←", "OK", "0", "1", "2"]);
        for digit in "24122026".chars() {
            assert_eq!(typed(&mut wheel, digit), digit.to_string());
        }
    }

    #[test]
    fn a_code_has_its_symbols_alone() {
        let mut wheel = Wheel::of_codes();
        assert_eq!(wheel.row(), ["←", "OK", "0", "1", "2"]);
        let code: String = "K7QF2M9X4TB".chars().map(|symbol| typed(&mut wheel, symbol)).collect();
        assert_eq!(code, "K7QF2M9X4TB");
        assert_eq!(
            (wheel.middle(), wheel.heard()),
            (Ok("B".to_owned()), Ok("b".to_owned()))
        );
    }

    #[test]
    fn an_amount_has_a_comma() {
        let mut wheel = Wheel::of_amounts();
        for key in "12,50".chars() {
            assert_eq!(typed(&mut wheel, key), key.to_string());
        }
    }

    proptest! {
        #[test]
        fn whatever_is_turned_and_taken_it_goes_on(digits: bool, language in prop::sample::select(&Language::ALL[..]), moves in prop::collection::vec(0..3, 0..300)) {
            let mut wheel = if digits { Wheel::of_digits() } else { Wheel::of_letters(letters::own(language)) };
            for what in moves {
                match what {
                    0 => wheel.forward(),
                    1 => wheel.back(),
                    _ => drop(wheel.take()),
                }
                prop_assert_eq!(wheel.row().len(), 5);
                let middle = wheel.middle();
                wheel.forward();
                wheel.back();
                prop_assert_eq!(wheel.middle(), middle);
            }
        }
    }
}
