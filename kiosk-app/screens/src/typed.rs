//! What was typed here and what the session says about it: decides when a field's text is replaced, so that a view that
//! comes late never eats a letter.
use drivers_api::private::PrivateText;
use std::collections::VecDeque;

/// Symbols of a case code.
const CODE_SYMBOLS: usize = 11;

/// Texts of one field on their way to the session and back. More than a person types before one answer comes.
const UNDERWAY_MAX: usize = 256;

/// A field's texts that were told to the session and not yet answered.
#[derive(Debug, Default)]
pub(crate) struct TypedField {
    /// Oldest first.
    underway: VecDeque<PrivateText>,
    /// What the session is known to have.
    settled: PrivateText,
}

impl TypedField {
    /// A field that shows `text`, which is what the session has.
    pub(crate) fn new(text: &str) -> Self {
        Self {
            underway: VecDeque::new(),
            settled: PrivateText::from(text),
        }
    }

    /// The field was typed in and reads `text` now.
    pub(crate) fn typed(&mut self, text: &str) {
        if self.underway.len() == UNDERWAY_MAX {
            self.underway.pop_front();
        }
        self.underway.push_back(PrivateText::from(text));
    }

    /// The session says that the field reads `text`. True: that was never typed here, so the field has to show it.
    pub(crate) fn told(&mut self, text: &str) -> bool {
        // a space at the end is only the space before the next word: a session that trims must not take it away
        if let Some(at) = self
            .underway
            .iter()
            .position(|typed| typed.expose().trim_end() == text.trim_end())
        {
            self.underway.drain(..=at);
            self.settled = PrivateText::from(text);
            return false;
        }
        if self.settled.expose().trim_end() == text.trim_end() {
            return false;
        }
        self.underway.clear();
        self.settled = PrivateText::from(text);
        true
    }
}

/// A date while it is typed: dots come by themselves after day and month. A dot that is typed ends a short day or month
/// (`1.2.1990` becomes `01.02.1990`).
pub(crate) fn shape_date(text: &str) -> String {
    let mut digits = String::new();
    for c in text.chars() {
        if c.is_ascii_digit() && digits.len() < 8 {
            digits.push(c);
        } else if c == '.' && (digits.len() == 1 || digits.len() == 3) {
            digits.insert(digits.len() - 1, '0');
        }
    }
    let mut shaped = String::new();
    for (at, c) in digits.chars().enumerate() {
        if at == 2 || at == 4 {
            shaped.push('.');
        }
        shaped.push(c);
    }
    shaped
}

/// A whole number while it is typed.
pub(crate) fn shape_number(text: &str) -> String {
    let sign = if text.starts_with('-') { "-" } else { "" };
    let digits: String = text.chars().filter(char::is_ascii_digit).take(18).collect();
    format!("{sign}{digits}")
}

/// An amount in euros while it is typed: digits, and a comma before two of them at most.
pub(crate) fn shape_money(text: &str) -> String {
    let mut shaped = String::with_capacity(16);
    let mut cents = None;
    for c in text.chars() {
        match cents {
            None if c.is_ascii_digit() && shaped.len() < 12 => shaped.push(c),
            None if matches!(c, ',' | '.') && !shaped.is_empty() => {
                shaped.push(',');
                cents = Some(0);
            }
            Some(count) if c.is_ascii_digit() && count < 2 => {
                shaped.push(c);
                cents = Some(count + 1);
            }
            None | Some(_) => {}
        }
    }
    shaped
}

/// A bank account in groups of four, as on the card; without a country it is a German one. Longest: 31 characters.
pub(crate) fn shape_iban(text: &str) -> String {
    let mut shaped = String::with_capacity(48);
    let mut typed = text.chars().filter(char::is_ascii_alphanumeric).peekable();
    let is_german = typed.peek().is_some_and(char::is_ascii_digit);
    let country = if is_german { "DE" } else { "" };
    for (at, c) in country.chars().chain(typed).take(31).enumerate() {
        if at > 0 && at % 4 == 0 {
            shaped.push(' ');
        }
        shaped.push(c.to_ascii_uppercase());
    }
    shaped
}

/// A case code in its groups, as on the receipt: what no code has is left out, what looks alike is taken for it.
pub(crate) fn shape_code(text: &str) -> String {
    let mut shaped = String::with_capacity(16);
    let symbols = text.chars().filter_map(session::code_symbol);
    for (at, symbol) in symbols.take(CODE_SYMBOLS).enumerate() {
        if at == 4 || at == 8 {
            shaped.push('-');
        }
        shaped.push(char::from(symbol));
    }
    shaped
}

/// Digits alone, as in a post code.
pub(crate) fn shape_digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).take(18).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_late_view_eats_no_letter() {
        let mut field = TypedField::new("");
        field.typed("A");
        field.typed("An");
        assert!(!field.told(""), "the view from before the first letter");
        assert!(
            !field.told("A"),
            "the view after the first letter, when the second is there already"
        );
        field.typed("Ann");
        assert!(!field.told("An"));
        assert!(!field.told("Ann"));
        assert!(!field.told("Ann"), "again, on the next tick");
    }

    #[test]
    fn a_space_before_the_next_word_stays() {
        let mut field = TypedField::new("Am");
        field.typed("Am ");
        assert!(!field.told("Am"));
        field.typed("Am M");
        assert!(!field.told("Am M"));
    }

    #[test]
    fn what_was_not_typed_here_is_shown() {
        let mut field = TypedField::new("Berlin");
        field.typed("Berlin  ");
        assert!(field.told("Bonn"));
        assert!(!field.told("Bonn"));
    }

    #[test]
    fn typing_back_and_forth_settles() {
        let mut field = TypedField::new("a");
        for text in ["ab", "a", "ab"] {
            field.typed(text);
        }
        for text in ["ab", "a", "ab", "ab"] {
            assert!(!field.told(text));
        }
    }

    #[test]
    fn dates_get_their_dots() {
        for (typed, shaped) in [
            ("0", "0"),
            ("01", "01"),
            ("010", "01.0"),
            ("01.0", "01.0"),
            ("01.02", "01.02"),
            ("01.021", "01.02.1"),
            ("1.", "01"),
            ("01.2.", "01.02"),
            ("1.2.1990", "01.02.1990"),
            ("12.08.19640", "12.08.1964"),
            ("x1y2", "12"),
        ] {
            assert_eq!(shape_date(typed), shaped, "{typed}");
        }
        assert_eq!(shape_number("-0x12"), "-012");
        assert_eq!(shape_digits("-01067 Dresden"), "01067");
        assert_eq!(shape_iban("89370"), "DE89 370");
        assert_eq!(shape_iban("\u{1f300}0"), "DE0");
        assert_eq!(shape_iban("at61 1904-3002"), "AT61 1904 3002");
        assert_eq!(shape_iban(&"9".repeat(90)).len(), 31 + 7);
    }

    #[test]
    fn a_code_gets_its_groups() {
        for (typed, shaped) in [
            ("k7qf2m9x4tb", "K7QF-2M9X-4TB"),
            ("K7QF-2M9X-4TB", "K7QF-2M9X-4TB"),
            ("k7qf-", "K7QF"),
            ("k7qf2", "K7QF-2"),
            ("oOiIlL", "0011-11"),
            ("uÜß !", ""),
            ("0123456789ABCDEF", "0123-4567-89A"),
        ] {
            assert_eq!(shape_code(typed), shaped, "{typed}");
        }
    }

    #[test]
    fn an_amount_has_one_comma_and_two_digits_behind_it() {
        for (typed, shaped) in [
            ("650", "650"),
            ("12.5", "12,5"),
            ("12,505", "12,50"),
            (",5", "5"),
            ("1,2,3", "1,23"),
            ("€ 7", "7"),
        ] {
            assert_eq!(shape_money(typed), shaped);
        }
    }

    proptest! {
        #[test]
        fn shaping_is_stable_and_never_panics(text in "\\PC{0,40}") {
            let shaped = shape_date(&text);
            prop_assert_eq!(shape_date(&shaped), shaped.clone());
            prop_assert!(shaped.len() <= 10);
            let number = shape_number(&text);
            prop_assert_eq!(shape_number(&number), number);
            let iban = shape_iban(&text);
            prop_assert_eq!(shape_iban(&iban), iban);
        }

        #[test]
        fn echoes_in_order_never_replace(texts in prop::collection::vec("[ab]{0,3}", 0..40)) {
            let mut field = TypedField::new("");
            for text in &texts { field.typed(text); }
            for text in &texts { prop_assert!(!field.told(text)); }
        }
    }
}
