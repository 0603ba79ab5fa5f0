//! Writes receipts for thermal paper as pictures, for looking at them:
//! `cargo run -p paper --example strip -- FOLDER [TIMES]`. For each language the receipt of a payment, and the one that the
//! catalogue's tests keep; with a number, it renders the longest that often and tells the time.
#![allow(clippy::print_stdout, clippy::disallowed_methods)] // a tool for people; it measures
use drivers_api::document::Document;
use drivers_api::language::Language;
use paper::raster::{Piece, WIDTH_DOTS, render};
use std::error::Error;
use std::path::Path;
use std::time::Instant;

#[path = "../tests/golden/mod.rs"]
mod golden;
#[path = "../tests/golden/payment.rs"]
#[allow(dead_code)] // tests use more of it
mod payment;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("usage: strip FOLDER [TIMES]")?;
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder)?;
    for language in Language::ALL {
        write(
            folder,
            &format!("payment.{}", language.tag()),
            &payment::receipt(language),
        )?;
        write(
            folder,
            &format!("receipt.{}", language.tag()),
            &golden::paper("receipt", language)?,
        )?;
    }
    if let Some(times) = arguments.next() {
        measure(&golden::paper("receipt", Language::German)?, times.parse()?)?;
    }
    Ok(())
}

fn write(folder: &Path, name: &str, document: &Document) -> Result<(), Box<dyn Error>> {
    let strip = render(document)?;
    for (number, piece) in strip.pieces.iter().enumerate() {
        let file = std::fs::File::create(folder.join(format!("{name}.{number}.png")))?;
        let mut encoder = png::Encoder::new(file, WIDTH_DOTS, piece.height());
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::One);
        encoder.write_header()?.write_image_data(&inverted(piece))?;
    }
    Ok(())
}

/// In a picture file, 1 is white.
fn inverted(piece: &Piece) -> Vec<u8> {
    piece.expose().iter().map(|byte| !byte).collect()
}

fn measure(document: &Document, times: usize) -> Result<(), Box<dyn Error>> {
    let mut milliseconds = Vec::with_capacity(times);
    let mut rows = 0;
    for _ in 0..times.max(1) {
        let start = Instant::now();
        let strip = render(document)?;
        milliseconds.push(start.elapsed().as_secs_f64() * 1000.0);
        rows = strip.pieces.iter().map(Piece::height).sum();
    }
    let first = milliseconds[0];
    milliseconds.sort_by(f64::total_cmp);
    let median = milliseconds[milliseconds.len() / 2];
    println!("{rows} rows, first {first:.1} ms, median {median:.1} ms");
    Ok(())
}
