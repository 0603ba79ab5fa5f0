//! The map of the town: one picture with its bounds, and the places on it that people know by name.
//!
//! A place is WGS 84, to a hundred-thousandth of a degree (about a metre). Between the bounds it is interpolated linearly:
//! the picture may be in the projection of web maps (EPSG:3857), which over the 10 km of a town at 51° north is off by 2.4 m
//! at most, over 20 km by 10 m.
mod cut;
mod part;
mod picture;
mod told;

pub use part::{Direction, MapLines, MapPart, Spot};
pub(crate) use picture::{PICTURE_BYTES_MAX, Picture};

use crate::suggest::split_number;
use crate::table::street_key;
use core::fmt;
use drivers_api::private::PrivateText;

/// Where the map is, and its files.
pub const MAP: &str = "map";
/// See [`MAP`].
pub const MAP_PICTURE: &str = "map/map.png";
/// Longest picture; the program looks at no more of a file than this and one byte.
pub const MAP_PICTURE_BYTES_MAX: usize = PICTURE_BYTES_MAX;

/// Longest place as JSON.
pub(crate) const PLACE_BYTES_MAX: usize = r#"{"lat":-90.00000,"long":-180.00000}"#.len();
/// Hundred-thousandths in a degree.
pub(crate) const UNITS: i32 = 100_000;
/// Metres in such a unit of latitude: the mean meridian is 40,007,863 m long.
const METRES: f64 = 40_007_863.0 / 360.0 / 100_000.0;
/// Farther away, nothing is "near" any more.
const NEAR_METRES_MAX: f64 = 400.0;

/// A place on earth. `Debug` doesn't tell which: it may be somebody's home.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Point {
    pub(crate) lat: i32,
    pub(crate) long: i32,
}

impl fmt::Debug for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[point]")
    }
}

impl Point {
    /// The point in hundred-thousandths of a degree; `None` for what is nowhere on earth.
    pub fn new(lat: i32, long: i32) -> Option<Self> {
        let fits = lat.abs() <= 90 * UNITS && long.abs() <= 180 * UNITS;
        fits.then_some(Self { lat, long })
    }

    /// Latitude and longitude with five decimals: `54.51234,6.50001`.
    pub fn text(self) -> PrivateText {
        let mut text = String::with_capacity(2 * "-180.00000".len() + 1); // never moved
        self.write(&mut text);
        PrivateText::new(text)
    }

    /// Reads what [`Self::text`] writes, and nothing else.
    pub fn parse(text: &str) -> Option<Self> {
        let (lat, long) = text.split_once(',')?;
        Self::new(written(lat)?, written(long)?)
    }

    /// `{"lat":54.51234,"long":6.50001}`, as Open311 GeoReport v2 calls the two.
    pub(crate) fn write_json(self, text: &mut String) {
        text.push_str("{\"lat\":");
        push_degrees(text, self.lat);
        text.push_str(",\"long\":");
        push_degrees(text, self.long);
        text.push('}');
    }

    fn write(self, text: &mut String) {
        push_degrees(text, self.lat);
        text.push(',');
        push_degrees(text, self.long);
    }

    /// Metres to another place, as the crow flies in a town.
    fn metres_to(self, other: Self, narrowing: f64) -> f64 {
        let down = f64::from(self.lat) - f64::from(other.lat);
        let across = (f64::from(self.long) - f64::from(other.long)) * narrowing;
        METRES * down.hypot(across)
    }
}

/// Degrees with five decimals, digit by digit, so that no buffer is made that nobody wipes.
pub(crate) fn push_degrees(text: &mut String, units: i32) {
    if units < 0 {
        text.push('-');
    }
    let units = units.unsigned_abs();
    let mut place: u32 = 10_000_000; // hundreds of degrees
    while place > 0 {
        if place == 10_000 {
            text.push('.');
        }
        let digit = units / place % 10;
        let leads = place > 100_000 && units < place;
        if !leads {
            text.push(char::from(b'0' + u8::try_from(digit).unwrap_or_default()));
        }
        place /= 10;
    }
}

fn written(text: &str) -> Option<i32> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, part) = digits.split_once('.')?;
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let short = (1..=3).contains(&whole.len()) && (whole.len() == 1 || !whole.starts_with('0'));
    if !short || part.len() != 5 || !plain(whole) || !plain(part) {
        return None;
    }
    let (whole, part): (i32, i32) = (whole.parse().ok()?, part.parse().ok()?);
    let units = whole * UNITS + part;
    (sign == 1 || units != 0).then_some(sign * units)
}

/// Where the picture's edges are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bounds {
    pub(crate) north: i32,
    pub(crate) south: i32,
    pub(crate) west: i32,
    pub(crate) east: i32,
}

impl Bounds {
    pub(crate) fn holds(self, point: Point) -> bool {
        (self.south..=self.north).contains(&point.lat) && (self.west..=self.east).contains(&point.long)
    }

    /// How much narrower a degree of longitude is than one of latitude, in the middle of the map.
    fn narrowing(self) -> f64 {
        let middle = f64::midpoint(f64::from(self.north), f64::from(self.south)) / f64::from(UNITS);
        middle.to_radians().cos()
    }
}

/// A place that people know by name.
#[derive(Debug)]
pub(crate) struct NamedPlace {
    pub(crate) name: String,
    /// See [`street_key`].
    pub(crate) key: String,
    pub(crate) point: Point,
}

/// The squares that the map is divided into: A1 is in the north-west.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Squares {
    pub(crate) columns: u8,
    pub(crate) rows: u8,
}

/// A town's map. Its picture is kept as it was read: only the part that is shown is ever made of pixels.
#[derive(Debug)]
pub struct TownMap {
    pub(crate) bounds: Bounds,
    pub(crate) squares: Squares,
    pub(crate) attribution: String,
    /// In the order of the file.
    pub(crate) places: Vec<NamedPlace>,
    pub(crate) picture: Picture,
}

impl TownMap {
    /// Who made the map; has to be shown with it.
    pub fn attribution(&self) -> &str {
        &self.attribution
    }

    /// Width and height of the picture, in pixels.
    pub fn size(&self) -> (u32, u32) {
        (self.picture.width, self.picture.height)
    }

    /// True for a place on the map.
    pub fn holds(&self, point: Point) -> bool {
        self.bounds.holds(point)
    }

    /// The nearest place that has a name, unless it is too far away to help anybody.
    pub fn near(&self, point: Point) -> Option<&str> {
        let narrowing = self.bounds.narrowing();
        let metres = |place: &&NamedPlace| place.point.metres_to(point, narrowing);
        let nearest = self.places.iter().min_by(|a, b| metres(a).total_cmp(&metres(b)));
        let nearest = nearest.filter(|place| metres(place) <= NEAR_METRES_MAX);
        nearest.map(|place| place.name.as_str())
    }

    /// The square that a place is in: "C4".
    pub fn square(&self, point: Point) -> String {
        let Bounds {
            north,
            south,
            west,
            east,
        } = self.bounds;
        let at = |from: i32, to: i32, here: i32, count: u8| {
            let (span, here) = (i64::from(to) - i64::from(from), i64::from(here) - i64::from(from));
            let at = here * i64::from(count) / span.max(1);
            u8::try_from(at.clamp(0, i64::from(count) - 1)).unwrap_or_default()
        };
        let column = at(west, east, point.long, self.squares.columns);
        let row = at(-north, -south, -point.lat, self.squares.rows);
        format!("{}{}", column_name(column), row + 1)
    }

    /// Where a street is, or another place that the map knows ("Am Markt 5").
    pub fn find(&self, address: &str) -> Option<Point> {
        let (street, _) = split_number(address);
        let wanted = street_key(street);
        if wanted.is_empty() {
            return None;
        }
        let mut found = self.places.iter().filter(|place| place.key == *wanted);
        let count = found.clone().count();
        // A long street has several rows; the one in their middle is about its middle.
        found.nth(count / 2).map(|place| place.point)
    }
}

/// A, B, C … from the west.
fn column_name(column: u8) -> char {
    char::from(b'A'.saturating_add(column.min(25)))
}

#[cfg(test)]
mod tests;
