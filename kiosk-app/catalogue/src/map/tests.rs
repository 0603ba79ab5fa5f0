use super::picture::PICTURE_SIDE_MAX;
use super::*;
use proptest::prelude::*;

/// A picture of one colour for each pixel.
pub(crate) fn png(width: u32, height: u32, colour: png::ColorType, pixel: impl Fn(u32, u32) -> Vec<u8>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(colour);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    if colour == png::ColorType::Indexed {
        encoder.set_palette([[0, 0, 0], [255, 255, 255], [197, 211, 239]].concat());
    }
    let mut writer = encoder.write_header().unwrap();
    let rows = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    let data: Vec<u8> = rows.flat_map(|(x, y)| pixel(x, y)).collect();
    writer.write_image_data(&data).unwrap();
    writer.finish().unwrap();
    bytes
}

fn grey(width: u32, height: u32) -> Vec<u8> {
    png(width, height, png::ColorType::Grayscale, |x, y| {
        vec![if (x + y) % 2 == 0 { 255 } else { 0 }]
    })
}

fn map_of(picture: Picture, bounds: Bounds) -> TownMap {
    let place = |name: &str, lat, long| NamedPlace {
        name: name.to_owned(),
        key: street_key(name).to_string(),
        point: Point { lat, long },
    };
    TownMap {
        bounds,
        squares: Squares { columns: 8, rows: 6 },
        attribution: "von uns".to_owned(),
        places: vec![
            place("Am Markt", 5_451_000, 653_000),
            place("Hauptstraße", 5_450_200, 653_000),
            place("Hauptstraße", 5_451_000, 653_400),
            place("Hauptstraße", 5_452_500, 653_000),
        ],
        picture,
    }
}

const BOUNDS: Bounds = Bounds {
    north: 5_452_698,
    south: 5_450_000,
    west: 650_000,
    east: 656_190,
};

fn map() -> TownMap {
    map_of(Picture::of_size(3_200, 2_400), BOUNDS)
}

fn point(lat: i32, long: i32) -> Point {
    Point::new(lat, long).unwrap()
}

#[test]
fn a_place_is_written_with_five_decimals() {
    for (lat, long, text) in [
        (5_451_234, 650_001, "54.51234,6.50001"),
        (0, 0, "0.00000,0.00000"),
        (-1, 1_000_000, "-0.00001,10.00000"),
        (-9_000_000, -18_000_000, "-90.00000,-180.00000"),
        (10_000, 10_000_000, "0.10000,100.00000"),
    ] {
        assert_eq!(point(lat, long).text().expose(), text);
        assert_eq!(Point::parse(text), Point::new(lat, long));
    }
    let mut json = String::new();
    point(-5_451_234, 50_001).write_json(&mut json);
    assert_eq!(json, r#"{"lat":-54.51234,"long":0.50001}"#);
    for odd in [
        "",
        ",",
        "1.00000",
        "1.00000,",
        "1.0,2.0",
        "01.00000,2.00000",
        "+1.00000,2.00000",
        "-0.00000,1.00000",
        "1.00000,2.00000 ",
        "1.00000, 2.00000",
        "91.00000,0.00000",
        "0.00000,180.00001",
        "1e5,2",
        "1.000000,2.00000",
        "9999.00000,1.00000",
        "1.00000,2.00000,3.00000",
        "١.00000,2.00000",
        "-.00000,1.00000",
        "--1.00000,1.00000",
    ] {
        assert_eq!(Point::parse(odd), None, "{odd}");
    }
    assert_eq!(format!("{:?} {:?}", point(1, 2), Spot::MIDDLE), "[point] [spot]");
}

#[test]
fn what_is_near_has_a_name() {
    let map = map();
    assert_eq!(map.near(point(5_451_010, 653_020)), Some("Am Markt"));
    assert_eq!(map.near(point(5_451_000, 653_350)), Some("Hauptstraße"));
    // 400 m of longitude are 619 of its units here, and 360 of latitude's.
    assert_eq!(map.near(point(5_451_000, 653_000 - 600)), Some("Am Markt"));
    assert_eq!(map.near(point(5_451_000, 653_000 - 640)), None);
    assert_eq!(map.near(point(5_450_600, 651_000)), None);
}

#[test]
fn streets_are_found_as_people_write_them() {
    let map = map();
    assert_eq!(map.find("am markt 5 b"), Some(point(5_451_000, 653_000)));
    assert_eq!(
        map.find("HAUPTSTR. 3"),
        Some(point(5_451_000, 653_400)),
        "the middle one of three"
    );
    for unknown in ["", " ", "17", "Nebenstraße", "\u{202e}"] {
        assert_eq!(map.find(unknown), None, "{unknown}");
    }
}

#[test]
fn squares_begin_in_the_north_west() {
    let map = map();
    for (lat, long, square) in [
        (BOUNDS.north, BOUNDS.west, "A1"),
        (BOUNDS.north, BOUNDS.east, "H1"),
        (BOUNDS.south, BOUNDS.west, "A6"),
        (BOUNDS.south, BOUNDS.east, "H6"),
        (5_451_350, 653_090, "D3"),
        (5_451_349, 653_095, "E4"),
    ] {
        assert_eq!(map.square(point(lat, long)), square);
    }
}

#[test]
fn all_is_shown_and_then_half_as_much() {
    let map = map();
    let whole = map.whole();
    let (columns, rows) = map.lines(whole);
    let names = |lines: &[(u16, String)]| lines.iter().map(|(_, name)| name.clone()).collect::<String>();
    assert_eq!(
        (names(&columns), names(&rows)),
        ("ABCDEFGH".to_owned(), "123456".to_owned())
    );
    assert_eq!((columns[0].0, columns[4].0, rows[3].0), (0, 32_767, 32_767));
    assert_eq!(map.farther(whole), None);
    for side in [Direction::North, Direction::South, Direction::West, Direction::East] {
        assert_eq!(map.moved(whole, side), None);
    }
    let middle = map.middle(whole);
    let nearer = map.closer(whole, middle).unwrap();
    assert_eq!(names(&map.lines(nearer).0), "CDEF");
    assert_eq!(map.farther(nearer), Some(whole));
    let last = map.closer(map.closer(nearer, middle).unwrap(), middle).unwrap();
    assert_eq!(map.pixels(last).width, 400);
    assert_eq!(map.closer(last, middle), None);
    // A tall picture is never shown at once, and every part of it can be reached.
    let tall = map_of(Picture::of_size(600, 4_000), BOUNDS);
    let mut part = tall.whole();
    assert_eq!(tall.pixels(part).height, 450);
    while let Some(further) = tall.moved(part, Direction::South) {
        part = further;
    }
    assert_eq!(tall.pixels(part).top, 4_000 - 450);
}

fn shapes() -> impl Strategy<Value = TownMap> {
    let side = |min: u32| min..=PICTURE_SIDE_MAX;
    let bounds = (
        -85 * UNITS..=84 * UNITS,
        -180 * UNITS..=179 * UNITS,
        100..=UNITS,
        100..=UNITS,
    );
    (side(400), side(300), bounds).prop_map(|(width, height, (south, west, high, wide))| {
        let (north, east) = (south + high, west + wide);
        let bounds = Bounds {
            north,
            south,
            west,
            east,
        };
        map_of(Picture::of_size(width, height), bounds)
    })
}

/// Somewhere on a map, by steps as a citizen makes them.
fn walked(map: &TownMap, steps: &[(u8, u16, u16)]) -> MapPart {
    let mut part = map.whole();
    for (step, x, y) in steps {
        let spot = Spot { x: *x, y: *y };
        let next = match step % 6 {
            0 => map.moved(part, Direction::North),
            1 => map.moved(part, Direction::South),
            2 => map.moved(part, Direction::West),
            3 => map.moved(part, Direction::East),
            4 => map.farther(part),
            _ => map.closer(part, map.touched(part, spot)),
        };
        let pixels = map.pixels(next.unwrap_or(part));
        assert!(pixels.width >= 1 && pixels.height >= 1);
        assert!(pixels.left + pixels.width <= map.size().0 && pixels.top + pixels.height <= map.size().1);
        part = next.unwrap_or(part);
    }
    part
}

proptest! {
    #[test]
    fn every_place_is_read_as_it_was_written(lat in -9_000_000..=9_000_000, long in -18_000_000..=18_000_000) {
        let point = point(lat, long);
        prop_assert_eq!(Point::parse(point.text().expose()), Some(point));
        let mut json = String::new();
        point.write_json(&mut json);
        prop_assert!(json.len() <= PLACE_BYTES_MAX);
        let value: serde_json::Value = serde_json::from_str(&json).unwrap();
        prop_assert_eq!((value["lat"].as_f64().unwrap() * 1e5).round(), f64::from(lat));
        prop_assert_eq!((value["long"].as_f64().unwrap() * 1e5).round(), f64::from(long));
    }

    #[test]
    fn any_text_is_a_place_or_none(text in "\\PC{0,30}|-?[0-9]{0,3}[.][0-9]{3,6},-?[0-9]{0,3}[.,][0-9]{3,6}") {
        if let Some(point) = Point::parse(&text) {
            let again = point.text();
            prop_assert_eq!(again.expose(), text);
        }
    }

    /// A touch is on the map, and what it chose is shown where it was touched.
    #[test]
    fn a_touch_comes_back(map in shapes(), steps in prop::collection::vec(any::<(u8, u16, u16)>(), 0..12), x: u16, y: u16) {
        let part = walked(&map, &steps);
        let point = map.touched(part, Spot { x, y });
        prop_assert!(map.holds(point));
        // How far apart two places are that can be told apart, in 65535ths of what is shown.
        let pixels = map.pixels(part);
        let unit = |span: i32, size: u32, whole: u32| {
            let units = f64::from(span) * f64::from(size) / f64::from(whole);
            (65_535.0 / units).max(1.0) + 1.0
        };
        let (w, h) = map.size();
        let Bounds { north, south, west, east } = map.bounds;
        if let Some(spot) = map.spot(part, point) {
            prop_assert!(f64::from(spot.x.abs_diff(x)) <= unit(east - west, pixels.width, w));
            prop_assert!(f64::from(spot.y.abs_diff(y)) <= unit(north - south, pixels.height, h));
            let again = map.touched(part, spot);
            prop_assert!(again.lat.abs_diff(point.lat) <= 1 && again.long.abs_diff(point.long) <= 1);
        } else {
            // Rounded to the next place, which may lie just outside.
            let edge = |at: u16, unit: f64| f64::from(at) <= unit || f64::from(u16::MAX - at) <= unit;
            prop_assert!(edge(x, unit(east - west, pixels.width, w)) || edge(y, unit(north - south, pixels.height, h)));
        }
    }

    /// What a map is centred on can be seen, and so can what was touched after going nearer.
    #[test]
    fn what_is_meant_is_in_sight(map in shapes(), x: u16, y: u16) {
        let whole = map.whole();
        let point = map.touched(whole, Spot { x, y });
        prop_assert!(map.spot(map.around(point), point).is_some());
        if let Some(nearer) = map.closer(whole, point) {
            prop_assert!(map.spot(nearer, point).is_some());
        }
    }

    #[test]
    fn squares_are_named_as_their_lines_say(map in shapes(), steps in prop::collection::vec(any::<(u8, u16, u16)>(), 0..8), x: u16, y: u16) {
        let part = walked(&map, &steps);
        let (columns, rows) = map.lines(part);
        let last = |lines: &[(u16, String)], at: u16| lines.iter().rev().find(|(from, _)| *from <= at).map(|(_, name)| name.clone());
        let square = map.square(map.touched(part, Spot { x, y }));
        let clear = |lines: &[(u16, String)], at: u16| lines.iter().all(|(from, _)| from.abs_diff(at) > 2_000);
        if clear(&columns, x) && clear(&rows, y) {
            prop_assert_eq!(square, format!("{}{}", last(&columns, x).unwrap(), last(&rows, y).unwrap()));
        }
    }
}

#[path = "picture_tests.rs"]
mod pictures;
