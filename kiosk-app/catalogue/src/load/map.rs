//! Reads the town's map: `map/map.toml`, `map/places.csv` and the picture.
use crate::charset;
use crate::fault::{Faults, SourceFile};
use crate::load::format_of;
use crate::load::table::{cells, sheet};
use crate::load::view::{Parsed, View, shorten};
use crate::map::{Bounds, MAP_PICTURE, NamedPlace, Picture, Point, Squares, TownMap, UNITS};
use crate::table::street_key;
use toml::de::DeValue;

/// Its facts, and the places that have names.
const FACTS: &str = "map.toml";
const PLACES: &str = "places.csv";
/// Most places, and the longest name of one, in characters. Berlin has 10,000 streets.
const PLACES_MAX: usize = 20_000;
const NAME_CHARS_MAX: usize = 100;
/// Most squares from west to east, for the letters, and from north to south.
const SQUARES_MAX: i64 = 26;
/// Longest attribution: one line below the map.
const ATTRIBUTION_CHARS_MAX: usize = 80;
/// Widest and highest map, and the least, in hundred-thousandths of a degree: 110 km and 110 m of latitude.
const SPAN_MAX: i32 = UNITS;
const SPAN_MIN: i32 = UNITS / 1_000;
/// Web maps end here, and nobody lives farther north or south.
const LAT_MAX: i32 = 85 * UNITS;
/// Digits of a number that anybody writes.
const DEGREE_CHARS_MAX: usize = 20;

/// The texts of a map.
#[derive(Default)]
pub(crate) struct Files<'a> {
    facts: Option<&'a SourceFile>,
    places: Option<&'a SourceFile>,
}

impl<'a> Files<'a> {
    /// Their names.
    pub(crate) const KNOWN: &'static str = "map.toml, places.csv, and the picture map.png";

    /// Takes a file, and tells whether it was there already; `None` for one that is none of a map.
    pub(crate) fn take(&mut self, name: &str, file: &'a SourceFile) -> Option<bool> {
        match name {
            FACTS => Some(self.facts.replace(file).is_some()),
            PLACES => Some(self.places.replace(file).is_some()),
            _ => None,
        }
    }
}

/// The map, unless it has a fault. Without a picture there is none to be read.
pub(crate) fn read(files: &Files<'_>, picture: Option<&[u8]>, faults: &mut Faults) -> Option<TownMap> {
    let picture = picture?;
    let before = faults.count();
    let missing = |name: &str, faults: &mut Faults| {
        let mend = "docs/services.md, “A map of the town”, shows what it holds";
        faults.add(&format!("map/{name}"), None, "the file is missing", mend);
    };
    if files.facts.is_none() {
        missing(FACTS, faults);
    }
    if files.places.is_none() {
        missing(PLACES, faults);
    }
    let facts = files.facts.and_then(|file| facts(file, faults));
    let picture = Picture::read(picture)
        .map_err(|(what, mend)| faults.add(MAP_PICTURE, None, what, mend))
        .ok();
    let Facts {
        bounds,
        squares,
        attribution,
    } = facts?;
    let places = places(files.places?, bounds, faults);
    let picture = picture?;
    (faults.count() == before).then_some(TownMap {
        bounds,
        squares,
        attribution,
        places,
        picture,
    })
}

struct Facts {
    bounds: Bounds,
    squares: Squares,
    attribution: String,
}

fn facts(file: &SourceFile, faults: &mut Faults) -> Option<Facts> {
    let parsed = Parsed::parse(file, faults)?;
    let mut root = parsed.view();
    format_of(&mut root, faults);
    let bounds = bounds(&mut root, faults);
    let mut count = |key: &'static str| {
        if !root.has(key) {
            let what = format!("`{key}` is missing");
            root.fault(faults, 1, what, "say into how many squares the map is divided");
        }
        let count = root.number(key, 1, SQUARES_MAX, faults)?;
        u8::try_from(count).ok()
    };
    let (columns, rows) = (count("columns"), count("rows"));
    let attribution = root.text("attribution", faults);
    if let Some(text) = &attribution
        && (text.chars().count() > ATTRIBUTION_CHARS_MAX || text.contains('\n'))
    {
        let what = format!("`attribution` is no line of at most {ATTRIBUTION_CHARS_MAX} characters");
        root.fault(
            faults,
            root.line_of("attribution"),
            what,
            "shorten it: © OpenStreetMap-Mitwirkende",
        );
    }
    root.finish(faults);
    Some(Facts {
        bounds: bounds?,
        squares: Squares {
            columns: columns?,
            rows: rows?,
        },
        attribution: attribution?,
    })
}

fn bounds(root: &mut View<'_>, faults: &mut Faults) -> Option<Bounds> {
    let mut degrees = |key: &'static str, most: i32| {
        let Some(at) = root.value(key) else {
            let what = format!("`{key}` is missing");
            root.fault(faults, 1, what, "say where the edges of the picture are, in degrees");
            return None;
        };
        let text = match at.value {
            DeValue::Float(number) => number.as_str(),
            DeValue::Integer(number) if number.radix() == 10 => number.as_str(),
            DeValue::Integer(_)
            | DeValue::String(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Array(_)
            | DeValue::Table(_) => "",
        };
        let units = units(text).filter(|units| units.abs() <= most);
        if units.is_none() {
            let what = format!("`{key}` is no degree of WGS 84");
            root.fault(faults, at.line, what, format!("write it so: {key} = 54.51234"));
        }
        units
    };
    let (north, south) = (degrees("north", LAT_MAX), degrees("south", LAT_MAX));
    let (west, east) = (degrees("west", 180 * UNITS), degrees("east", 180 * UNITS));
    let (north, south, west, east) = (north?, south?, west?, east?);
    let mut span = |low: i32, high: i32, names: [&'static str; 2]| {
        let fits = (SPAN_MIN..=SPAN_MAX).contains(&high.saturating_sub(low));
        if !fits {
            let [more, less] = names;
            let what = format!("`{more}` is not between 0.001 and 1 degree more than `{less}`");
            let mend = "look whether they are the wrong way round";
            root.fault(faults, root.line_of(more), what, mend);
        }
        fits
    };
    let upright = span(south, north, ["north", "south"]);
    let across = span(west, east, ["east", "west"]);
    (upright && across).then_some(Bounds {
        north,
        south,
        west,
        east,
    })
}

/// Degrees as people and programs write them, to the nearest hundred-thousandth.
fn units(text: &str) -> Option<i32> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if text.len() > DEGREE_CHARS_MAX || !digits.starts_with(|c: char| c.is_ascii_digit()) || !plain {
        return None;
    }
    let degrees: f64 = text.parse().ok()?;
    let units = (degrees * f64::from(UNITS)).round();
    (units.abs() <= f64::from(180 * UNITS)).then_some(units as i32)
}

/// The places with names; those with a fault are told and left out.
fn places(file: &SourceFile, bounds: Bounds, faults: &mut Faults) -> Vec<NamedPlace> {
    let mut places = Vec::new();
    let Some((head, lines)) = sheet(file, "keep what people know by name", faults) else {
        return places;
    };
    let mut fault = |line: usize, what: String, mend: &str| faults.add(&file.path, Some(line), what, mend);
    if head.names != ["name", "lat", "long"] {
        fault(
            head.line,
            "the places have no head".to_owned(),
            "begin with the line: name;lat;long",
        );
        return places;
    }
    for (at, line) in lines {
        if places.len() == PLACES_MAX {
            fault(
                at,
                format!("more than {PLACES_MAX} places"),
                "keep what people know by name",
            );
            break;
        }
        match place(line, head.separator, bounds) {
            Ok(place) => places.push(place),
            Err((what, mend)) => fault(at, what, mend),
        }
    }
    if places.is_empty() {
        let mend = "name streets and squares: whoever can't see the map hears what is near";
        faults.add(&file.path, None, "the map has no places", mend);
    }
    places
}

fn place(line: &str, separator: char, bounds: Bounds) -> Result<NamedPlace, (String, &'static str)> {
    let cells: Vec<&str> = cells(line, separator).collect();
    let [name, lat, long] = cells[..] else {
        return Err((format!("{} cells, not 3", cells.len()), "name, latitude, longitude"));
    };
    let key = street_key(name).to_string();
    if name.chars().count() > NAME_CHARS_MAX || charset::hostile(name).is_some() || key.is_empty() {
        let what = format!("`{}` is no name of a place", shorten(name));
        return Err((what, "write visible characters, at most 100"));
    }
    // Where cells end with a semicolon, German spreadsheets write 54,5 for 54.5.
    let degrees = |cell: &str| units(&cell.replacen(',', ".", 1));
    let point = degrees(lat)
        .zip(degrees(long))
        .and_then(|(lat, long)| Point::new(lat, long));
    let Some(point) = point else {
        let what = format!("`{}` is nowhere on earth", shorten(name));
        return Err((what, "write degrees of WGS 84, latitude first: 54.51234;6.50001"));
    };
    if !bounds.holds(point) {
        let what = format!("`{}` lies outside the map", shorten(name));
        return Err((what, "latitude comes first; leave out what the picture doesn't show"));
    }
    Ok(NamedPlace {
        name: name.to_owned(),
        key,
        point,
    })
}

#[cfg(test)]
#[path = "map_tests.rs"]
mod tests;
