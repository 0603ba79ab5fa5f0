//! `make screens`: draws every screen in every language, look, size and orientation into `out/screens/`, one picture
//! each, and a contact sheet for each combination.
//!
//! Words after the command restrict it, one of each kind or several: languages (`de`, `ar`), looks (`light`, `dark`,
//! `yellow`), sizes (`100`, `125`, `150`, `200`), `portrait`, `landscape`; what is none of these is looked for in the
//! screens' names (`06-pin`). `sheets` leaves the single pictures out.
#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm)] // shares the tests' helpers
#[path = "../tests/common/mod.rs"]
mod common;

use drivers_api::language::Language;
use screens::Screens;
use screens::picture::{self, Canvas, Picture};
use session::Preferences;
use session::preferences::{Look, TextSize};
use session::view::View;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

const SHAPES: [(&str, u32, u32); 2] = [("portrait", 1080, 1920), ("landscape", 1920, 1080)];
/// A thumbnail is so many times smaller.
const SMALLER: u32 = 5;
/// Between thumbnails, px.
const GAP: u32 = 16;
/// Widest sheet, px.
const SHEET_WIDTH: u32 = 2800;
/// Between the thumbnails: a grey that none of the looks has.
const TABLE: u8 = 0x80;

/// What was asked for; an empty list is all.
struct Wanted {
    words: Vec<String>,
}

impl Wanted {
    /// Those of a kind that were named, or all of it.
    fn of<T: Copy>(&self, all: &[T], name: impl Fn(T) -> String) -> Vec<T> {
        let named: Vec<T> = all
            .iter()
            .copied()
            .filter(|one| self.words.contains(&name(*one)))
            .collect();
        if named.is_empty() { all.to_vec() } else { named }
    }
}

fn look_name(look: Look) -> &'static str {
    match look {
        Look::Light => "light",
        Look::Dark => "dark",
        Look::YellowOnBlack => "yellow",
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let wanted = Wanted {
        words: std::env::args().skip(1).collect(),
    };
    let languages = wanted.of(&Language::ALL, |language| language.tag().to_owned());
    let looks = wanted.of(&Look::ALL, |look| look_name(look).to_owned());
    let sizes = wanted.of(&TextSize::ALL, |size| size.percent().to_string());
    let shapes = wanted.of(&SHAPES, |shape| shape.0.to_owned());
    let names: Vec<&'static str> = common::all(Language::German)
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    let is_kind = |word: &str| {
        Language::from_tag(word).is_some()
            || Look::ALL.map(look_name).contains(&word)
            || TextSize::ALL.iter().any(|size| size.percent().to_string() == word)
            || SHAPES.iter().any(|shape| shape.0 == word)
            || word == "sheets"
    };
    let parts: Vec<&String> = wanted.words.iter().filter(|word| !is_kind(word)).collect();
    let named = |name: &str| parts.iter().any(|part| name.contains(part.as_str()));
    let some = names.iter().any(|name| named(name));
    let out = PathBuf::from("out/screens");
    std::fs::create_dir_all(&out)?;
    let canvas = picture::install(1080, 1920)?;
    let screens = Screens::new(|_| {})?;
    screens.open()?;
    let mut hand = Hand {
        canvas,
        screens,
        clock: 0,
    };
    for &(shape, width, height) in &shapes {
        hand.canvas.resize(width, height);
        for &language in &languages {
            for &look in &looks {
                for &text in &sizes {
                    let sheet = format!("{}-{}-{}-{shape}", language.tag(), look_name(look), text.percent());
                    let mut pictures = Vec::new();
                    for (name, view) in common::all(language)
                        .into_iter()
                        .filter(|(name, _)| !some || named(name))
                    {
                        let preferences = Preferences {
                            look,
                            text,
                            ..view.preferences
                        };
                        let picture = hand.draw(&View { preferences, ..view });
                        if !wanted.words.iter().any(|word| word == "sheets") {
                            write(&out.join(&sheet), name, &picture)?;
                        }
                        pictures.push(picture);
                    }
                    write(&out, &sheet, &together(&pictures))?;
                    writeln!(std::io::stdout(), "{}", out.join(format!("{sheet}.png")).display())?;
                }
            }
        }
    }
    Ok(())
}

struct Hand {
    canvas: Canvas,
    screens: Screens,
    clock: u64,
}

impl Hand {
    fn draw(&mut self, view: &View) -> Picture {
        self.screens.show(view);
        self.clock += 10;
        self.canvas.turn(Duration::from_secs(self.clock));
        self.canvas.picture()
    }
}

fn write(folder: &Path, name: &str, picture: &Picture) -> Result<(), Box<dyn std::error::Error>> {
    std::fs::create_dir_all(folder)?;
    Ok(std::fs::write(folder.join(format!("{name}.png")), picture.png()?)?)
}

/// All pictures, small, in rows.
fn together(pictures: &[Picture]) -> Picture {
    let small: Vec<Picture> = pictures.iter().map(smaller).collect();
    let (width, height) = small.first().map_or((1, 1), |picture| (picture.width, picture.height));
    let count = u32::try_from(small.len()).unwrap_or(u32::MAX).max(1);
    let columns = ((SHEET_WIDTH - GAP) / (width + GAP)).min(count);
    let rows = count.div_ceil(columns);
    let mut sheet = Picture {
        width: columns * (width + GAP) + GAP,
        height: rows * (height + GAP) + GAP,
        rgb: Vec::new(),
    };
    sheet.rgb = vec![TABLE; 3 * (sheet.width * sheet.height) as usize];
    for (picture, at) in small.iter().zip(0u32..) {
        let left = GAP + at % columns * (width + GAP);
        let top = GAP + at / columns * (height + GAP);
        for row in 0..height {
            let from = 3 * (row * width) as usize;
            let to = 3 * ((top + row) * sheet.width + left) as usize;
            let bytes = 3 * width as usize;
            sheet.rgb[to..to + bytes].copy_from_slice(&picture.rgb[from..from + bytes]);
        }
    }
    sheet
}

/// Each pixel is the middle of those that it stands for.
fn smaller(picture: &Picture) -> Picture {
    let (width, height) = (picture.width / SMALLER, picture.height / SMALLER);
    let mut rgb = Vec::with_capacity(3 * (width * height) as usize);
    for (y, x, part) in (0..height).flat_map(|y| (0..width).flat_map(move |x| (0..3).map(move |part| (y, x, part)))) {
        let mut sum = 0u32;
        for (dy, dx) in (0..SMALLER).flat_map(|dy| (0..SMALLER).map(move |dx| (dy, dx))) {
            let at = 3 * ((y * SMALLER + dy) * picture.width + x * SMALLER + dx) + part;
            sum += u32::from(picture.rgb[at as usize]);
        }
        rgb.push((sum / (SMALLER * SMALLER)) as u8);
    }
    Picture { width, height, rgb }
}
