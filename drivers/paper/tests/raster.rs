//! What the strip promises for every document: no picture is compared, what must be true of all of them is.
#![allow(clippy::unwrap_used)] // helpers of tests
use drivers_api::document::{Block, Document, Row};
use drivers_api::language::Language;
use drivers_api::picture::{Depth, Picture};
use drivers_api::private::PrivateText;
use paper::PaperError;
use paper::escpos::{BAND_ROWS, CUT_OFF, CUT_PARTLY, commands};
use paper::raster::{PIECES_MAX, Piece, ROWS_MAX, WIDTH_DOTS, render};
use proptest::prelude::*;
use std::process::Command;

#[path = "golden/mod.rs"]
mod golden;
#[path = "golden/payment.rs"]
#[allow(dead_code)] // some tests use more of it
mod payment;

/// Free of ink on either side: the millimetre that rolls sit askew.
const MARGIN: u32 = 8;

fn document(language: Language, blocks: Vec<Block>) -> Document {
    Document {
        language,
        title: "Titel".to_owned(),
        issuer: "Stadt".to_owned(),
        footer: "Fuß".to_owned(),
        blocks,
    }
}

fn paragraph(text: &str) -> Block {
    Block::Paragraph(PrivateText::from(text))
}

fn inked(piece: &Piece) -> impl Iterator<Item = (u32, u32)> + '_ {
    let dots = (0..piece.height()).flat_map(|y| (0..WIDTH_DOTS).map(move |x| (x, y)));
    dots.filter(|(x, y)| piece.is_ink(*x, *y))
}

/// Leftmost and rightmost ink in some rows.
fn edges(piece: &Piece, rows: core::ops::Range<u32>) -> (u32, u32) {
    let columns = || inked(piece).filter(|(_, y)| rows.contains(y)).map(|(x, _)| x);
    (columns().min().unwrap(), columns().max().unwrap())
}

fn ink(document: &Document) -> usize {
    let strip = render(document).unwrap();
    strip.pieces.iter().map(|piece| inked(piece).count()).sum()
}

/// All receipts that there are.
fn receipts() -> Vec<(String, Document)> {
    let mut all = Vec::new();
    for language in Language::ALL {
        let tag = language.tag();
        all.push((format!("payment {tag}"), payment::receipt(language)));
        all.push((format!("receipt {tag}"), golden::paper("receipt", language).unwrap()));
        all.push((format!("note {tag}"), golden::paper("pin_note", language).unwrap()));
    }
    all
}

#[test]
fn every_receipt_fits_and_lacks_no_letter() {
    for (name, document) in receipts() {
        let strip = render(&document).unwrap();
        assert_eq!(strip.substituted, 0, "{name}");
        for piece in &strip.pieces {
            assert_eq!(piece.expose().len(), (WIDTH_DOTS / 8 * piece.height()) as usize);
            let (left, right) = edges(piece, 0..piece.height());
            assert!(
                left >= MARGIN - 4 && right < WIDTH_DOTS - MARGIN + 4,
                "{name}: {left}, {right}"
            );
            let share = inked(piece).count() as f64 / f64::from(WIDTH_DOTS * piece.height());
            assert!((0.03..0.3).contains(&share), "{name}: {share} of it is black");
        }
    }
}

/// Read by a program that nobody here wrote.
#[test]
fn every_qr_code_is_read() {
    let folder = tempfile::tempdir().unwrap();
    for (name, document) in receipts() {
        let mut wanted: Vec<&str> = document.blocks.iter().filter_map(payload).collect();
        wanted.sort_unstable();
        for (number, piece) in render(&document).unwrap().pieces.iter().enumerate() {
            let path = folder.path().join(format!("{name}.{number}.pgm"));
            std::fs::write(&path, pgm(piece)).unwrap();
            let output = Command::new("zbarimg")
                .args(["--quiet", "--raw"])
                .arg(&path)
                .output()
                .unwrap();
            let read = String::from_utf8(output.stdout).unwrap();
            let mut seen: Vec<&str> = read.lines().collect();
            seen.sort_unstable();
            assert_eq!(seen, wanted, "{name}");
        }
    }
}

fn payload(block: &Block) -> Option<&str> {
    if let Block::Code { qr, .. } = block {
        Some(qr)
    } else {
        None
    }
}

/// Portable gray map.
fn pgm(piece: &Piece) -> Vec<u8> {
    let mut bytes = format!("P5 {WIDTH_DOTS} {} 255\n", piece.height()).into_bytes();
    for y in 0..piece.height() {
        bytes.extend((0..WIDTH_DOTS).map(|x| if piece.is_ink(x, y) { 0 } else { 255 }));
    }
    bytes
}

#[test]
fn text_begins_where_its_language_begins() {
    let first_line = |language, text| {
        let strip = render(&document(language, vec![paragraph(text)])).unwrap();
        let piece = &strip.pieces[0];
        let rules = |y: &u32| (0..WIDTH_DOTS).filter(|x| piece.is_ink(*x, *y)).count() as u32 > WIDTH_DOTS / 2;
        let head = (0..piece.height()).find(|y| rules(y)).unwrap();
        let foot = (0..piece.height()).rev().find(|y| rules(y)).unwrap();
        edges(piece, head + 6..foot - 6)
    };
    let (left, right) = first_line(Language::German, "Wort");
    assert!(left < MARGIN + 4 && right < WIDTH_DOTS / 2, "{left}, {right}");
    let (left, right) = first_line(Language::Persian, "سلام");
    assert!(
        left > WIDTH_DOTS / 4 && right > WIDTH_DOTS - MARGIN - 8,
        "{left}, {right}"
    );
}

#[test]
fn amounts_stand_below_each_other() {
    for (language, is_left) in [(Language::German, false), (Language::Arabic, true)] {
        let mut document = payment::receipt(language);
        document.blocks.retain(|block| matches!(block, Block::Fees(_)));
        let strip = render(&document).unwrap();
        let (left, right) = edges(&strip.pieces[0], 0..strip.pieces[0].height());
        let outside = |x: u32| if is_left { x < left + 60 } else { x > right - 60 };
        let amounts = inked(&strip.pieces[0]).filter(|(x, _)| outside(*x)).count();
        assert!(amounts > 2_000, "{language:?}: {amounts}");
    }
}

#[test]
fn a_new_page_is_a_piece_of_its_own() {
    let blocks = vec![paragraph("eins"), Block::NewPage, Block::NewPage, paragraph("zwei")];
    let strip = render(&document(Language::German, blocks)).unwrap();
    assert_eq!(strip.pieces.len(), 2, "none without anything on it");
    let bytes = commands(&strip);
    let count = |cut: [u8; 4]| bytes.windows(4).filter(|window| *window == cut).count();
    assert_eq!((count(CUT_PARTLY), count(CUT_OFF)), (1, 1));
    assert!(bytes.ends_with(&CUT_OFF));
}

#[test]
fn bands_hold_the_whole_piece() {
    let strip = render(&payment::receipt(Language::German)).unwrap();
    let bytes = commands(&strip);
    assert_eq!(bytes.capacity(), bytes.len(), "no copy was left behind by growing");
    let rows = strip.pieces[0].height() as usize;
    let bands = rows.div_ceil(BAND_ROWS);
    assert_eq!(bytes.len(), 2 + rows * 72 + bands * 8 + 4);
}

#[test]
fn pictures_and_unknown_letters_are_seen() {
    let gray = |byte| Block::Image {
        picture: Picture::new(64, 64, Depth::Gray, vec![byte; 4096]).unwrap(),
        width_mm: 20,
        alt: String::new(),
    };
    let with = |blocks| ink(&document(Language::German, blocks));
    let empty = with(vec![]);
    let [black, half, white] = [0, 128, 255].map(|byte| with(vec![gray(byte)]) - empty);
    assert_eq!((black, white), (160 * 160, 0));
    assert!((11_000..14_500).contains(&half), "{half}: half of the dots");
    let strip = render(&document(Language::German, vec![paragraph("😀 😀")])).unwrap();
    assert_eq!(strip.substituted, 2);
}

#[test]
fn long_documents_are_refused() {
    let many = (0..=PIECES_MAX)
        .flat_map(|_| [paragraph("x"), Block::NewPage])
        .collect();
    for blocks in [vec![paragraph(&"Wort ".repeat(20_000))], many] {
        let refused = render(&document(Language::German, blocks));
        assert!(matches!(refused, Err(PaperError::TooLong)));
    }
    let long = Block::Code {
        label: String::new(),
        text: String::new(),
        qr: "x".repeat(5_000),
        alt: String::new(),
    };
    assert!(matches!(
        render(&document(Language::German, vec![long])),
        Err(PaperError::QrTooLong)
    ));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn any_text_stays_on_the_paper(
        text in "\\PC{0,80}|[a-zäß ]{0,300}|[ابپهۀ٣ a-c0-9().-]{0,120}",
        label in "[a-zÄ ]{0,60}|[ابپ ]{0,60}",
        code in "[A-Z0-9]{4}(-[A-Z0-9]{4}){0,6}",
        qr in "[ -~]{0,400}",
        language in 0..Language::ALL.len(),
    ) {
        let row = Row { label: label.clone(), value: PrivateText::from(text.as_str()) };
        let blocks = vec![
            paragraph(&text),
            Block::Notice(PrivateText::from(text.as_str())),
            Block::Table(vec![row]),
            Block::Code { label, text: code, qr, alt: String::new() },
        ];
        let strip = render(&document(Language::ALL[language], blocks)).unwrap();
        for piece in &strip.pieces {
            prop_assert!(piece.height() <= ROWS_MAX);
            let (left, right) = edges(piece, 0..piece.height());
            prop_assert!(left >= 1 && right < WIDTH_DOTS - 1, "{} {}", left, right);
        }
    }
}
