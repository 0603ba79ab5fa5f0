use super::*;
use crate::load::table::TABLE_BYTES_MAX;
use proptest::prelude::*;

const FACTS: &str = "format = 1\nattribution = \"von uns\"\nnorth = 54.52698\nsouth = 54.5\nwest = 6.5\neast = 6.5619\ncolumns = 8\nrows = 6\n";
const PLACES: &str = "name;lat;long\nAm Markt;54.51234;6.53000\n";

fn file(name: &str, text: &str) -> SourceFile {
    SourceFile {
        path: format!("map/{name}"),
        text: text.to_owned(),
    }
}

fn loaded(facts: &str, places: &str) -> Result<TownMap, Vec<String>> {
    let (facts, places) = (file("map.toml", facts), file("places.csv", places));
    let mut files = Files::default();
    assert_eq!(files.take("map.toml", &facts), Some(false));
    assert_eq!(files.take("places.csv", &places), Some(false));
    assert_eq!(files.take("roads.csv", &places), None);
    let mut faults = Faults::default();
    let map = read(&files, Some(crate::bundled::PICTURE), &mut faults);
    let told = faults.into_list();
    assert_eq!(map.is_none(), !told.is_empty());
    map.ok_or_else(|| told.iter().map(ToString::to_string).collect())
}

fn told(facts: &str, places: &str, expected: &str) {
    let faults = loaded(facts, places).unwrap_err();
    assert!(
        faults.iter().any(|fault| fault.starts_with(expected)),
        "{expected}: {faults:#?}"
    );
}

#[test]
fn a_map_is_read() {
    let map = loaded(FACTS, PLACES).unwrap();
    assert_eq!(map.attribution(), "von uns");
    assert_eq!(map.find("am markt 3"), Point::new(5_451_234, 653_000));
    let whole = FACTS.replace("6.5\n", "6\n").replace("6.5619", "7");
    assert!(loaded(&whole, PLACES).is_ok(), "a whole degree is a degree");
    for places in [
        "\u{feff}Name,Lat,Long\r\n\"Am Markt\",54.512,6.53\r\n",
        "# ours\n\nname;lat;long\n# the market\nAm Markt;54,51234;6,53\n",
    ] {
        assert!(loaded(FACTS, places).is_ok(), "{places}");
    }
}

/// What stands there, what is written instead, and what is told.
const MISTAKES: &[(&str, &str, &str)] = &[
    ("format = 1\n", "", "map/map.toml:1: `format` is missing"),
    (
        "north = 54.52698",
        "north = 54.4",
        "map/map.toml:3: `north` is not between",
    ),
    (
        "north = 54.52698",
        "north = 56.52698",
        "map/map.toml:3: `north` is not between",
    ),
    ("east = 6.5619", "east = 6.4", "map/map.toml:6: `east` is not between"),
    (
        "east = 6.5619",
        "east = 6.5001",
        "map/map.toml:6: `east` is not between",
    ),
    (
        "north = 54.52698",
        "north = 154.5",
        "map/map.toml:3: `north` is no degree",
    ),
    (
        "north = 54.52698",
        "north = nan",
        "map/map.toml:3: `north` is no degree",
    ),
    (
        "north = 54.52698",
        "north = -inf",
        "map/map.toml:3: `north` is no degree",
    ),
    (
        "north = 54.52698",
        "north = 1e400",
        "map/map.toml:3: `north` is no degree",
    ),
    (
        "north = 54.52698",
        "north = 0x36",
        "map/map.toml:3: `north` is no degree",
    ),
    (
        "north = 54.52698",
        "north = \"54.5\"",
        "map/map.toml:3: `north` is no degree",
    ),
    ("west = 6.5\n", "", "map/map.toml:1: `west` is missing"),
    (
        "columns = 8",
        "columns = 27",
        "map/map.toml:7: `columns` in the file is 27",
    ),
    ("rows = 6", "rows = 0", "map/map.toml:8: `rows` in the file is 0"),
    ("rows = 6\n", "", "map/map.toml:1: `rows` is missing"),
    (
        "\"von uns\"",
        "\"\"",
        "map/map.toml:2: `attribution` in the file is empty",
    ),
    ("\"von uns\"", "\"a\\nb\"", "map/map.toml:2: `attribution` is no line"),
    (
        "rows = 6",
        "rows = 6\nscale = 3",
        "map/map.toml:9: `scale` means nothing",
    ),
];

#[test]
fn mistakes_in_facts_are_told_with_their_line() {
    for (from, to, expected) in MISTAKES {
        assert!(FACTS.contains(from));
        told(&FACTS.replacen(from, to, 1), PLACES, expected);
    }
    told(
        &FACTS.replace("von uns", &"©".repeat(81)),
        PLACES,
        "map/map.toml:2: `attribution` is no line",
    );
    told(&"x".repeat(300_000), PLACES, "map/map.toml: the file has 300000 bytes");
}

#[test]
fn mistakes_in_places_are_told_with_their_line() {
    for (places, expected) in [
        ("", "map/places.csv:1: the places have no head"),
        ("lat;long;name\n", "map/places.csv:1: the places have no head"),
        ("name;lat;long\n", "map/places.csv: the map has no places"),
        ("name;lat;long\nAm Markt;54.5\n", "map/places.csv:2: 2 cells, not 3"),
        ("name;lat;long\n;54.51;6.53\n", "map/places.csv:2: `` is no name"),
        ("name;lat;long\nAm\u{202e}Markt;54.51;6.53\n", "map/places.csv:2: `Am"),
        (
            "name;lat;long\nAm Markt;54.51;east\n",
            "map/places.csv:2: `Am Markt` is nowhere",
        ),
        (
            "name;lat;long\nAm Markt;954.51;6.53\n",
            "map/places.csv:2: `Am Markt` is nowhere",
        ),
        (
            "name;lat;long\n\nAm Markt;6.53;54.51\n",
            "map/places.csv:3: `Am Markt` lies outside",
        ),
        (
            "name;lat;long\nAm Markt;54.52699;6.53\n",
            "map/places.csv:2: `Am Markt` lies outside",
        ),
    ] {
        told(FACTS, places, expected);
    }
    let many: String = (0..=PLACES_MAX).map(|at| format!("Weg {at}x;54.51;6.53\n")).collect();
    told(
        FACTS,
        &format!("name;lat;long\n{many}"),
        "map/places.csv:20002: more than 20000 places",
    );
    told(FACTS, &"x".repeat(TABLE_BYTES_MAX + 1), "map/places.csv: the file has");
    let long = "x".repeat(101);
    told(
        FACTS,
        &format!("name;lat;long\n{long};54.51;6.53\n"),
        "map/places.csv:2: `xxx",
    );
}

#[test]
fn a_map_is_whole_or_none() {
    let (facts, places) = (file("map.toml", FACTS), file("places.csv", PLACES));
    for (facts, places, missing) in [
        (Some(&facts), None, "map/places.csv: the file is missing"),
        (None, Some(&places), "map/map.toml: the file is missing"),
    ] {
        let files = Files { facts, places };
        let mut faults = Faults::default();
        assert!(read(&files, Some(crate::bundled::PICTURE), &mut faults).is_none());
        assert!(faults.into_list()[0].to_string().starts_with(missing));
        let mut faults = Faults::default();
        assert!(read(&files, None, &mut faults).is_none());
        assert_eq!(faults.count(), 0, "without a picture nobody looks at the map");
    }
    let files = Files {
        facts: Some(&facts),
        places: Some(&places),
    };
    let mut faults = Faults::default();
    assert!(read(&files, Some(b"\x89PNG\r\n\x1a\n"), &mut faults).is_none());
    assert!(
        faults.into_list()[0]
            .to_string()
            .starts_with("map/map.png: not readable as PNG")
    );
}

#[test]
fn degrees_are_rounded_to_the_nearest() {
    for (text, expected) in [
        ("54.512344999", Some(5_451_234)),
        ("54.512345", Some(5_451_235)),
        ("-6.5", Some(-650_000)),
        ("+6.5", Some(650_000)),
        ("7", Some(700_000)),
        ("180", Some(18_000_000)),
        ("180.1", None),
        (".5", None),
        ("1e3", None),
        ("6.5.1", None),
        ("--6", None),
        ("", None),
        ("6.5000000000000000000000", None),
    ] {
        assert_eq!(units(text), expected, "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_text_is_places_or_told(text in "\\PC{0,200}|(name;lat;long\n)?([A-Za-zß]{1,5};5[0-9.,]{0,6};6[0-9.,e-]{0,6}\n){0,20}") {
        let mut faults = Faults::default();
        let bounds = Bounds { north: 5_452_698, south: 5_450_000, west: 650_000, east: 656_190 };
        let file = file("places.csv", &text);
        let places = places(&file, bounds, &mut faults);
        prop_assert!(places.iter().all(|place| bounds.holds(place.point)));
        prop_assert!(!places.is_empty() || faults.count() > 0);
    }

    #[test]
    fn any_text_is_facts_or_told(text in "\\PC{0,200}|(north|south|east|west|rows|columns|format) = [-0-9.einfa_x]{0,8}\n") {
        let mut faults = Faults::default();
        let file = file("map.toml", &text);
        let read = facts(&file, &mut faults);
        prop_assert!(read.is_some() || faults.count() > 0);
    }
}
