//! What the renderer promises for every document.
#![allow(clippy::disallowed_methods)] // time is measured
use drivers_api::document::{Block, Document, Row};
use drivers_api::language::Language;
use drivers_api::private::PrivateText;
use paper::PaperError;
use paper::pdf::{PAGES_MAX, render};
use proptest::prelude::*;
use std::time::{Duration, Instant};

fn document(blocks: Vec<Block>) -> Document {
    let text = |text: &str| text.to_owned();
    Document {
        language: Language::German,
        title: text("Bestätigung"),
        issuer: text("Stadt"),
        footer: text("Fuß"),
        blocks,
    }
}

fn paragraph(text: &str) -> Block {
    Block::Paragraph(PrivateText::from(text))
}

fn row(label: &str, value: &str) -> Row {
    Row {
        label: label.to_owned(),
        value: PrivateText::from(value),
    }
}

fn heading(text: &str) -> Block {
    Block::Heading {
        level: 2,
        text: PrivateText::from(text),
    }
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    let blocks = || vec![heading("Angaben"), Block::Table(vec![row("Name", "Erika Mustermann")])];
    assert_eq!(
        *render(&document(blocks())).unwrap().bytes,
        *render(&document(blocks())).unwrap().bytes
    );
    let other = document(vec![
        heading("Angaben"),
        Block::Table(vec![row("Name", "Max Mustermann")]),
    ]);
    assert_ne!(
        *render(&document(blocks())).unwrap().bytes,
        *render(&other).unwrap().bytes
    );
}

/// A sentence with every letter that the language's alphabet adds to A–Z.
fn pangram(language: Language) -> &'static str {
    match language {
        Language::German | Language::EasyGerman => "Zwölf Boxkämpfer jagen Viktor quer über den großen Deich",
        Language::English => "The quick brown fox jumps over the lazy dog",
        Language::Turkish => "Pijamalı hasta yağız şoföre çabucak güvendi İIıi",
        Language::Russian => "Съешь же ещё этих мягких французских булок, да выпей чаю",
        Language::Ukrainian => "Чуєш їх, доцю, га? Кумедна ж ти, прощайся без ґольфів! Євген, Їжак, Індик",
        Language::Polish => "Pchnąć w tę łódź jeża lub ośm skrzyń fig ŻŹĆ",
        Language::Romanian => "Gheorghe, obezul, a reușit să obțină jucându-se un flux în Quebec âîșț ĂÂÎȘȚ",
        Language::French => "Voix ambiguë d’un cœur qui, au zéphyr, préfère les jattes de kiwis çàùÿ",
        Language::Arabic => "نص حكيم له سر قاطع وذو شأن عظيم مكتوب على ثوب أخضر ومغلف بجلد أزرق",
        Language::Persian => "پدر ژاله چند گوجه و یک کلم خرید، آیا صبح می‌رسد؟",
        Language::Spanish => "El pingüino Wenceslao hizo kilómetros bajo exhaustiva lluvia y frío, añoraba ¿¡",
    }
}

#[test]
fn every_language_can_be_printed_and_read_out() {
    for language in Language::ALL {
        let blocks = vec![
            heading(pangram(language)),
            paragraph(pangram(language)),
            Block::Table(vec![row(pangram(language), pangram(language))]),
        ];
        let document = Document {
            language,
            ..document(blocks)
        };
        let pdf = render(&document).unwrap();
        assert_eq!(pdf.substituted, 0, "{language:?}");
        let read = lopdf::Document::load_mem(&pdf.bytes).unwrap();
        let tag = read.catalog().unwrap().get(b"Lang").unwrap().as_str().unwrap();
        assert_eq!(tag, language.tag().as_bytes());
        let text = read.extract_text(&[1]).unwrap();
        let words: Vec<&str> = text.split_whitespace().collect();
        for word in pangram(language).split_whitespace() {
            // the page has glyphs from the left; programs that know writing from the right turn them round
            let word: String = match language.is_right_to_left() {
                true => word.chars().rev().filter(|c| *c != '\u{200C}').collect(),
                false => word.to_owned(),
            };
            let count = words.iter().filter(|read| **read == word).count();
            assert!(count >= 4, "{language:?}: “{word}” stands {count} times in {text}");
        }
    }
}

#[test]
fn a_receipt_stays_small() {
    let rows = (0..30)
        .map(|i| row(&format!("Feld {i}"), "Ĝiĥ-Þórð ẞ Łódź Çelik Ñuñez"))
        .collect();
    let pdf = render(&document(vec![heading("Angaben"), Block::Table(rows)])).unwrap();
    assert_eq!((pdf.pages, pdf.substituted), (2, 0));
    assert!(pdf.bytes.len() <= 60_000, "{} bytes", pdf.bytes.len());
}

#[test]
fn long_texts_are_bounded() {
    let start = Instant::now();
    let words = "Wort ".repeat(20_000);
    let pages = render(&document(vec![paragraph(&words)])).unwrap().pages;
    assert!((10..=PAGES_MAX).contains(&pages), "{pages}");
    let one_word = render(&document(vec![paragraph(&"W".repeat(100_000))])).unwrap().pages;
    assert!((10..=PAGES_MAX).contains(&one_word), "{one_word}");
    assert!(matches!(
        render(&document(vec![paragraph(&"a\n".repeat(50_000))])),
        Err(PaperError::TooLong)
    ));
    assert!(matches!(
        render(&document(vec![paragraph(&"a".repeat(600_000))])),
        Err(PaperError::TooLong)
    ));
    assert!(start.elapsed() < Duration::from_secs(60));
}

#[test]
fn unknown_characters_are_counted_and_told() {
    let known = render(&document(vec![paragraph("Name")])).unwrap();
    let unknown = render(&document(vec![paragraph("Name 名字 🙂")])).unwrap();
    assert_eq!((known.substituted, unknown.substituted), (0, 3));
}

#[test]
fn a_qr_payload_that_can_t_be_encoded_is_an_error() {
    let text = |text: &str| text.to_owned();
    let code = Block::Code {
        label: text("Code"),
        text: text("A"),
        qr: "x".repeat(4000),
        alt: text("Bild"),
    };
    assert!(matches!(render(&document(vec![code])), Err(PaperError::QrTooLong)));
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[\u{0}-\u{20}\u{200b}-\u{202e}\u{2066}-\u{2069}a-zäöüß🙂👨👩\u{300}-\u{345}אבגابت\u{ad}\u{feff}\n]{0,200}",
        "[A-Za-z]{0,400}",
    ]
}

fn any_block() -> impl Strategy<Value = Block> {
    prop_oneof![
        (any::<u8>(), any_text()).prop_map(|(level, text)| Block::Heading {
            level,
            text: PrivateText::new(text)
        }),
        any_text().prop_map(|text| Block::Paragraph(PrivateText::new(text))),
        any_text().prop_map(|text| Block::Notice(PrivateText::new(text))),
        proptest::collection::vec((any_text(), any_text()), 0..6).prop_map(|rows| {
            Block::Table(
                rows.into_iter()
                    .map(|(label, value)| Row {
                        label,
                        value: PrivateText::new(value),
                    })
                    .collect(),
            )
        }),
        (any_text(), any_text(), "[A-Z0-9]{0,60}", any_text()).prop_map(|(label, text, qr, alt)| Block::Code {
            label,
            text,
            qr,
            alt
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_document_renders_or_is_refused(
        blocks in proptest::collection::vec(any_block(), 0..8),
        title in any_text(),
        issuer in any_text(),
        footer in any_text(),
        language in proptest::sample::select(Language::ALL.to_vec()),
    ) {
        let document = Document { language, title, issuer, footer, blocks };
        match render(&document) {
            Ok(pdf) => {
                prop_assert!((1..=PAGES_MAX).contains(&pdf.pages));
                prop_assert!(pdf.bytes.starts_with(b"%PDF-1.7"));
                let read = lopdf::Document::load_mem(&pdf.bytes).unwrap();
                prop_assert_eq!(read.get_pages().len(), pdf.pages);
            }
            Err(error) => prop_assert!(matches!(error, PaperError::TooLong | PaperError::QrTooLong), "{}", error),
        }
    }
}
