//! Which part of the map is shown: nearer, farther, to the four sides. All of it in whole pixels of the picture.
use super::{Bounds, Point, TownMap, column_name};
use core::fmt;

/// What is shown is that much wider than high, whatever shape the picture has.
const SHAPE: (u32, u32) = (4, 3);
/// Narrowest part, in pixels of the picture: fewer would be seen one by one.
const WIDTH_MIN: u32 = 400;
/// Narrowest and lowest picture.
pub(crate) const PICTURE_MIN: (u32, u32) = (WIDTH_MIN, WIDTH_MIN * SHAPE.1 / SHAPE.0);
/// Steps nearer than the whole, at most.
const LEVEL_MAX: u8 = 4;
/// The step that a street is shown at.
const LEVEL_OF_A_STREET: u8 = 2;
/// A move leaves this part of what was seen in sight: one half.
const MOVE: u32 = 2;

/// A place on something rectangular, from its upper left corner, in parts of 65535 of its width and height. `Debug` doesn't
/// tell which.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Spot {
    /// From the left.
    pub x: u16,
    /// From the top.
    pub y: u16,
}

impl Spot {
    /// The middle.
    pub const MIDDLE: Self = Self { x: 0x7FFF, y: 0x7FFF };
}

impl fmt::Debug for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[spot]")
    }
}

/// One of the four sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Up.
    North,
    /// Down.
    South,
    /// To the left.
    West,
    /// To the right.
    East,
}

/// A part of a map. Means something only together with the map that it was made by.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct MapPart {
    /// How often it was halved.
    level: u8,
    left: u32,
    top: u32,
}

impl fmt::Debug for MapPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[part at level {}]", self.level)
    }
}

/// Where columns or rows of squares begin on what is shown, in 65535ths, and what they are called.
pub type MapLines = Vec<(u16, String)>;

/// Pixels of the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pixels {
    pub(crate) left: u32,
    pub(crate) top: u32,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

impl TownMap {
    /// As much of the map as can be shown at once, in its middle.
    pub fn whole(&self) -> MapPart {
        let (width, height) = self.size();
        let (w, h) = self.extent(0);
        MapPart {
            level: 0,
            left: (width - w) / 2,
            top: (height - h) / 2,
        }
    }

    /// The surroundings of a place.
    pub fn around(&self, point: Point) -> MapPart {
        self.centred(point, LEVEL_OF_A_STREET.min(self.level_max()))
    }

    /// Half as much, twice as big, around a place; `None` at the last step.
    pub fn closer(&self, part: MapPart, around: Point) -> Option<MapPart> {
        (part.level < self.level_max()).then(|| self.centred(around, part.level + 1))
    }

    /// Twice as much; `None` when all is shown.
    pub fn farther(&self, part: MapPart) -> Option<MapPart> {
        let level = part.level.checked_sub(1)?;
        Some(self.centred(self.middle(part), level))
    }

    /// What lies beside it; `None` at the edge.
    pub fn moved(&self, part: MapPart, to: Direction) -> Option<MapPart> {
        let (width, height) = self.extent(part.level);
        let (across, down) = (width / MOVE, height / MOVE);
        let (left, top) = match to {
            Direction::North => (part.left, part.top.saturating_sub(down)),
            Direction::South => (part.left, part.top + down),
            Direction::West => (part.left.saturating_sub(across), part.top),
            Direction::East => (part.left + across, part.top),
        };
        let moved = self.clamped(part.level, left, top);
        (moved != part).then_some(moved)
    }

    /// The place that a finger touched.
    pub fn touched(&self, part: MapPart, spot: Spot) -> Point {
        let Pixels {
            left,
            top,
            width,
            height,
        } = self.pixels(part);
        let Bounds {
            north,
            south,
            west,
            east,
        } = self.bounds;
        let (whole, high) = self.size();
        let across = fine(left) + i64::from(spot.x) * i64::from(width);
        let down = fine(top) + i64::from(spot.y) * i64::from(height);
        let along = |from: i32, to: i32, part: i64, of: i64| {
            let span = i64::from(to) - i64::from(from);
            let here = i64::from(from) + rounded(span * part, of);
            i32::try_from(here).unwrap_or(from)
        };
        Point {
            lat: -along(-north, -south, down, fine(high)),
            long: along(west, east, across, fine(whole)),
        }
    }

    /// Where a place is on what is shown; `None` when it isn't.
    pub fn spot(&self, part: MapPart, point: Point) -> Option<Spot> {
        let Pixels {
            left,
            top,
            width,
            height,
        } = self.pixels(part);
        let (across, down) = self.on_picture(point);
        let within = |at: i64, from: u32, size: u32| u16::try_from(rounded(at - fine(from), i64::from(size))).ok();
        Some(Spot {
            x: within(across, left, width)?,
            y: within(down, top, height)?,
        })
    }

    /// The place in the middle.
    pub fn middle(&self, part: MapPart) -> Point {
        self.touched(part, Spot::MIDDLE)
    }

    /// The lines between squares that are in sight and the names of the squares: where each begins on what is shown, from
    /// the left (`A`, `B` …) and from the top (`1`, `2` …). What begins outside begins at the edge.
    pub fn lines(&self, part: MapPart) -> (MapLines, MapLines) {
        let Pixels {
            left,
            top,
            width,
            height,
        } = self.pixels(part);
        let (whole, high) = self.size();
        let columns = begins(whole, self.squares.columns, left, width);
        let rows = begins(high, self.squares.rows, top, height);
        (
            columns
                .map(|(at, column)| (at, column_name(column).to_string()))
                .collect(),
            rows.map(|(at, row)| (at, (row + 1).to_string())).collect(),
        )
    }

    pub(crate) fn pixels(&self, part: MapPart) -> Pixels {
        let (width, height) = self.extent(part.level);
        Pixels {
            left: part.left,
            top: part.top,
            width,
            height,
        }
    }

    fn level_max(&self) -> u8 {
        (0..LEVEL_MAX)
            .take_while(|level| self.extent(level + 1).0 >= WIDTH_MIN)
            .count() as u8
    }

    /// Width and height of a part.
    fn extent(&self, level: u8) -> (u32, u32) {
        let (width, height) = self.size();
        let widest = width.min(height * SHAPE.0 / SHAPE.1);
        let width = (widest >> level).max(1);
        (width, (width * SHAPE.1 / SHAPE.0).clamp(1, height))
    }

    fn centred(&self, point: Point, level: u8) -> MapPart {
        let (across, down) = self.on_picture(point);
        let (width, height) = self.extent(level);
        let begins = |at: i64, size: u32| {
            let from = rounded(at, FINE) - i64::from(size / 2);
            u32::try_from(from.max(0)).unwrap_or_default()
        };
        self.clamped(level, begins(across, width), begins(down, height))
    }

    fn clamped(&self, level: u8, left: u32, top: u32) -> MapPart {
        let ((width, height), (w, h)) = (self.size(), self.extent(level));
        MapPart {
            level,
            left: left.min(width - w),
            top: top.min(height - h),
        }
    }

    /// Where a place is on the picture, in parts of [`FINE`] of a pixel.
    fn on_picture(&self, point: Point) -> (i64, i64) {
        let Bounds {
            north,
            south,
            west,
            east,
        } = self.bounds;
        let (width, height) = self.size();
        let along = |from: i32, to: i32, here: i32, size: u32| {
            let (span, here) = (i64::from(to) - i64::from(from), i64::from(here) - i64::from(from));
            rounded(here * fine(size), span)
        };
        (
            along(west, east, point.long, width),
            along(-north, -south, -point.lat, height),
        )
    }
}

/// Parts of a pixel that are counted.
const FINE: i64 = u16::MAX as i64;

fn fine(pixels: u32) -> i64 {
    i64::from(pixels) * FINE
}

/// To the nearest whole number.
fn rounded(number: i64, by: i64) -> i64 {
    let by = by.max(1);
    (2 * number + by).div_euclid(2 * by)
}

/// Where squares begin on a part of the picture, with their numbers.
fn begins(whole: u32, count: u8, from: u32, size: u32) -> impl Iterator<Item = (u16, u8)> {
    let edge = move |number: u8| i64::from(whole) * i64::from(number) / i64::from(count.max(1));
    let (first, last) = (i64::from(from), i64::from(from) + i64::from(size));
    (0..count)
        .filter(move |number| edge(*number) < last && edge(number + 1) > first)
        .map(move |number| {
            let inside = (edge(number) - first).max(0);
            let at = inside * FINE / i64::from(size.max(1));
            (u16::try_from(at).unwrap_or(u16::MAX), number)
        })
}
