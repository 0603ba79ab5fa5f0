//! What is read, and what never gets through.
use super::*;
use drivers_api::private::PrivateText;
use proptest::prelude::*;

fn read(text: &str, language: &'static str, manner: Manner) -> Vec<String> {
    let phrase = Phrase {
        text: PrivateText::from(text),
        language,
        manner,
    };
    pieces(&phrase)
        .into_iter()
        .map(|piece| piece.text.as_str().to_owned())
        .collect()
}

#[test]
fn manners() {
    assert_eq!(read("K7QF-2M9X-4TB", "de", Manner::Code), ["K7QF 2M9X 4TB"]);
    assert_eq!(read("XK4-7P2", "tr", Manner::Code), ["XK4 7P2"]);
    assert_eq!(read("ABCDE", "de", Manner::Code), ["ABC DE"]);
    assert_eq!(
        read("DE89370400440532013000", "de", Manner::Code),
        ["DE89 3704 004 4053 2013 000"]
    );
    assert_eq!(read("PIN: 123456.", "de", Manner::Digits), ["PIN: 1 2 3 4 5 6."]);
    assert_eq!(read("+49 30 12", "en", Manner::Digits), ["+ 4 9 3 0 1 2"]);
    assert_eq!(read("Nr. ١٢", "ar", Manner::Digits), ["Nr. ١ ٢"]);
    assert_eq!(read("Müller", "de", Manner::Spelled), ["Müller"]);
}

#[test]
fn abbreviations_are_said_in_full() {
    let full = read("Hauptstr. 5, Nr. 3 bzw. § 17 Abs. 2", "de-x-leicht", Manner::Plain);
    assert_eq!(full, ["Hauptstraße 5, Nummer 3 beziehungsweise Paragraf 17 Absatz 2"]);
    // Neither inside words nor in other languages.
    assert_eq!(
        read("EUROPA, xNr. 10 EUR", "de", Manner::Plain),
        ["EUROPA, xNr. 10 Euro"]
    );
    assert_eq!(read("Nr. 3", "pl", Manner::Plain), ["Nr. 3"]);
    // Nobody's letters are expanded.
    assert_eq!(read("Nr.", "de", Manner::Spelled), ["Nr."]);
}

#[test]
fn what_only_the_eye_needs_is_left_out() {
    assert_eq!(
        read("Melde·bescheinigung", "de-x-leicht", Manner::Plain),
        ["Meldebescheinigung"]
    );
    assert_eq!(
        read("Melde\u{ad}amt\u{202e}\u{feff}", "de", Manner::Plain),
        ["Meldeamt"]
    );
    assert_eq!(read("می\u{200c}خواهم", "fa", Manner::Plain), ["می\u{200c}خواهم"]);
    assert_eq!(
        read("Erika\nMustermann.\nKöln", "de", Manner::Plain),
        ["Erika, Mustermann. Köln"]
    );
    assert!(read(" \n\u{1}\u{e000} ", "de", Manner::Plain).is_empty());
}

#[test]
fn long_texts_are_cut_after_sentences() {
    let sentence = "Das ist ein Satz. ";
    let parts = read(&sentence.repeat(1000), "de", Manner::Plain);
    assert!(
        parts.len() > 1 && parts.iter().all(|part| part.ends_with("Satz.")),
        "{}",
        parts.len()
    );
    assert_eq!(parts.join(" ") + " ", sentence.repeat(1000));
    assert_eq!(read(&"ä".repeat(5000), "de", Manner::Plain).len(), 3);
}

fn manner() -> impl Strategy<Value = Manner> {
    prop::sample::select(vec![Manner::Plain, Manner::Spelled, Manner::Digits, Manner::Code])
}

proptest! {
    #[test]
    fn nothing_unheard_gets_through(text in "\\PC{0,40}|[\\x00-\\xff\u{e000}-\u{e010}\u{2000}-\u{2070}]{0,60}", manner in manner()) {
        for part in read(&text, "de", manner) {
            prop_assert!(!part.is_empty() && part.len() <= PIECE_BYTES_MAX);
            let unheard = |c: char| c.is_control() || is_hidden(c) || is_mark(c) || (c.is_whitespace() && c != ' ');
            prop_assert!(!part.chars().any(unheard), "{:?}", part);
        }
    }

    #[test]
    fn no_letter_is_lost(text in "[a-zäöüßığşçёїعربی ]{0,9000}", manner in manner()) {
        let letters = |text: &str| text.chars().filter(|c| *c != ' ').collect::<String>();
        let spoken = read(&text, "tr", manner).concat();
        prop_assert_eq!(letters(&spoken), letters(&text));
    }

    #[test]
    fn codes_are_read_in_short_groups(code in "[A-Z0-9]{1,30}") {
        let parts = read(&code, "de", Manner::Code).concat();
        let lengths: Vec<usize> = parts.split(' ').map(str::len).collect();
        prop_assert_eq!(parts.replace(' ', ""), code.clone());
        prop_assert!(lengths.iter().all(|&length| (1..=GROUP_CHARS_MAX).contains(&length)));
        prop_assert!(code.len() == 1 || !lengths.contains(&1), "{:?}", parts);
    }

    #[test]
    fn digits_stand_alone(text in "[0-9a-z., ]{0,60}") {
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        let spoken = read(&text, "de", Manner::Digits).concat();
        prop_assert_eq!(digits(&spoken), digits(&text));
        let pairs = spoken.as_bytes().windows(2).any(|pair| pair.iter().all(u8::is_ascii_digit));
        prop_assert!(!pairs, "{:?}", spoken);
    }
}
