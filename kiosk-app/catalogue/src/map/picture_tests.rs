use super::*;

fn told(bytes: &[u8]) -> String {
    let (what, mend) = Picture::read(bytes).unwrap_err();
    assert!(!mend.is_empty());
    what
}

/// CRC-32 of a chunk (PNG, Annex D), so that a changed header still counts.
fn mended(mut bytes: Vec<u8>) -> Vec<u8> {
    let mut crc = u32::MAX;
    for byte in &bytes[12..29] {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xEDB8_8320 & 0_u32.wrapping_sub(crc & 1));
        }
    }
    bytes[29..33].copy_from_slice(&(!crc).to_be_bytes());
    bytes
}

fn header(bytes: &[u8], at: usize, value: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[at..at + value.len()].copy_from_slice(value);
    mended(bytes)
}

#[test]
fn hostile_pictures_are_refused() {
    let good = grey(400, 300);
    assert_eq!(mended(good.clone()), good);
    assert!(Picture::read(&good).is_ok());
    assert!(told(&vec![0; PICTURE_BYTES_MAX + 1]).contains("more than 4194304 bytes"));
    for odd in [
        &b""[..],
        b"\x89PNG\r\n\x1a\n",
        b"GIF89a",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    ] {
        assert!(told(odd).starts_with("not readable as PNG"));
    }
    assert!(told(&grey(399, 300)).contains("399×300"));
    for (width, height) in [(4_001_u32, 300_u32), (400, u32::MAX / 2), (0x7FFF_FFFF, 0x7FFF_FFFF)] {
        let huge = header(&header(&good, 16, &width.to_be_bytes()), 20, &height.to_be_bytes());
        let what = told(&huge);
        assert!(
            what.contains(&format!("{width}×{height}")) || what.contains("not readable"),
            "{what}"
        );
    }
    assert!(told(&header(&good, 28, &[1])).contains("interlaced"));
    // More rows than there are.
    assert!(told(&header(&good, 20, &301_u32.to_be_bytes())).starts_with("not readable as PNG"));
    for len in (0..good.len() - 12).step_by(97) {
        told(&good[..len]);
    }
}

#[test]
fn what_is_drawn_is_what_is_there() {
    let half = |x: u32| u8::from(x >= 400);
    let pictures = [
        png(800, 600, png::ColorType::Indexed, |x, _| vec![half(x)]),
        png(800, 600, png::ColorType::Grayscale, |x, _| vec![255 * half(x)]),
        png(800, 600, png::ColorType::Rgb, |x, _| vec![255 * half(x); 3]),
        png(800, 600, png::ColorType::Rgba, |x, _| {
            vec![0, 0, 0, 255 * (1 - half(x))]
        }),
        png(800, 600, png::ColorType::GrayscaleAlpha, |x, _| {
            vec![0, 255 * (1 - half(x))]
        }),
    ];
    for bytes in pictures {
        let map = map_of(Picture::read(&bytes).unwrap(), BOUNDS);
        let whole = map.whole();
        // Smaller, as big, bigger.
        for (width, height) in [(40, 30), (800, 600), (1_600, 1_200)] {
            let drawn = map.draw(whole, width, height);
            assert_eq!(drawn.len(), (3 * width * height) as usize);
            let at = |x: u32, y: u32| &drawn[(3 * (y * width + x)) as usize..][..3];
            for y in [0, height / 2, height - 1] {
                assert_eq!((at(0, y), at(width / 2 - 2, y)), (&[0; 3][..], &[0; 3][..]));
                assert_eq!((at(width / 2 + 2, y), at(width - 1, y)), (&[255; 3][..], &[255; 3][..]));
            }
        }
        for (width, height) in [(0, 10), (10, 0), (2_001, 10), (u32::MAX, u32::MAX)] {
            assert!(map.draw(whole, width, height).is_empty());
        }
    }
    // In the east all is white.
    let map = map_of(
        Picture::read(&png(800, 600, png::ColorType::Indexed, |x, _| vec![half(x)])).unwrap(),
        BOUNDS,
    );
    let east = map
        .moved(
            map.closer(map.whole(), map.middle(map.whole())).unwrap(),
            Direction::East,
        )
        .unwrap();
    let drawn = map.draw(east, 100, 75);
    // The first pixel is made of its neighbour beyond the edge, too.
    assert!(drawn.chunks(300).all(|row| row[3..].iter().all(|byte| *byte == 255)));
}

#[test]
fn fine_patterns_become_grey() {
    let map = map_of(Picture::read(&grey(1_600, 1_200)).unwrap(), BOUNDS);
    let drawn = map.draw(map.whole(), 400, 300);
    assert!(drawn.iter().all(|byte| (124..=132).contains(byte)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn a_damaged_picture_is_refused_or_drawn(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
        let mut bytes = grey(400, 300);
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] ^= byte;
        }
        if let Ok(picture) = Picture::read(&bytes) {
            let map = map_of(picture, BOUNDS);
            prop_assert_eq!(map.draw(map.whole(), 40, 30).len(), 3 * 40 * 30);
        }
    }

    #[test]
    fn any_bytes_are_no_picture(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let mut with_head = b"\x89PNG\r\n\x1a\n".to_vec();
        with_head.extend(&bytes);
        prop_assert!(Picture::read(&bytes).is_err() && Picture::read(&with_head).is_err());
    }
}
