//! A town's own crest stands where the screens' own stood, sharp and in its colours; one that can't be drawn is told.
#![allow(clippy::unwrap_used)] // a test says so by failing
use catalogue::{Catalogue, bundled};
use core::time::Duration;
use screens::Screens;
use screens::picture::{self, Canvas, Picture};
use session::{Session, Terminal};

const RED: [u8; 3] = [0xc8, 0x10, 0x2e];
const DRAWING: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 50">
  <path d="M0 0h40v30q0 14-20 20q-20-6-20-20z" fill="#c8102e"/><circle cx="20" cy="20" r="8" fill="#ffd500"/>
</svg>"##;

fn dressed(name: &str, bytes: &[u8]) -> Catalogue {
    let mut files = bundled::small(&bundled::TWO);
    let town = files.iter_mut().find(|file| file.path == "town.toml").unwrap();
    town.text = town
        .text
        .replacen("format = 1", &format!("format = 1\ncrest = {name:?}"), 1);
    let mut loaded = Catalogue::load(&files).unwrap();
    loaded.dress(name, bytes);
    assert!(loaded.faults.is_empty(), "{:?}", loaded.faults);
    loaded.catalogue
}

/// A red picture with a yellow stripe across it.
fn png() -> Vec<u8> {
    let (width, height) = (200, 240);
    let pixel = |at: u32| {
        if (100..120).contains(&(at / width)) {
            [0xff, 0xd5, 0, 0xff]
        } else {
            [RED[0], RED[1], RED[2], 0xff]
        }
    };
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Rgba);
    let mut writer = encoder.write_header().unwrap();
    let pixels: Vec<u8> = (0..width * height).flat_map(pixel).collect();
    writer.write_image_data(&pixels).unwrap();
    writer.finish().unwrap();
    file
}

fn shown(screens: &Screens, canvas: &Canvas, name: &str) -> Picture {
    let terminal = Terminal::new(Catalogue::load(&bundled::small(&bundled::TWO)).unwrap().catalogue);
    screens.show(&Session::Idle.view(Duration::ZERO, &terminal));
    let picture = canvas.picture();
    if let Some(folder) = std::env::var_os("OUT") {
        std::fs::write(std::path::Path::new(&folder).join(name), picture.png().unwrap()).unwrap();
    }
    picture
}

/// Pixels of that colour in the upper tenth, where the crest is.
fn count(picture: &Picture, colour: [u8; 3]) -> usize {
    let upper = picture.rgb.len() / 10;
    picture.rgb[..upper]
        .chunks_exact(3)
        .filter(|pixel| **pixel == colour)
        .count()
}

#[test]
fn a_towns_own_crest() {
    let canvas = picture::install(1080, 1920).unwrap();
    let screens = Screens::new(|_| {}).unwrap();
    screens.open().unwrap();
    assert_eq!(count(&shown(&screens, &canvas, "none.png"), RED), 0);
    screens.dress(dressed("crest.svg", DRAWING.as_bytes()).town()).unwrap();
    let drawn = count(&shown(&screens, &canvas, "svg.png"), RED);
    assert!(drawn > 1_000, "{drawn} pixels are red");

    let whole = png();
    let mut broken = whole.clone();
    let at = whole.windows(4).position(|four| four == b"IDAT").unwrap() + 8;
    broken[at] ^= 0xff;
    let fault = screens.dress(dressed("crest.png", &broken).town()).unwrap_err();
    assert_eq!(fault.to_string(), "the crest can't be drawn");
    assert_eq!(
        count(&shown(&screens, &canvas, "kept.png"), RED),
        drawn,
        "the last one stays"
    );

    screens.dress(dressed("crest.png", &whole).town()).unwrap();
    let picture = shown(&screens, &canvas, "png.png");
    assert!(count(&picture, RED) > 1_000 && count(&picture, [0xff, 0xd5, 0]) > 100);
}
