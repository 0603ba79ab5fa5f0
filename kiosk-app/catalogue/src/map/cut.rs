//! Cuts the shown part out of the picture, in the size in which it is shown.
use super::picture::Row;
use super::{MapPart, TownMap};
use std::collections::VecDeque;

/// Widest and highest that is drawn: a display.
const DRAWN_SIDE_MAX: u32 = 2_000;
/// Weights are parts of this.
const WHOLE: u32 = 256;

/// What a pixel is made of: the first pixel of the source, and the weights from there on, which make [`WHOLE`] together.
struct Taps {
    first: usize,
    weights: Vec<u32>,
}

impl TownMap {
    /// The pixels of a part, in that size: red, green, blue, row by row from the top left. Reads the picture from its top
    /// and keeps a few rows of it at a time, whatever its size. Nothing for a size of 0 or above 2000 pixels.
    pub fn draw(&self, part: MapPart, width: u32, height: u32) -> Vec<u8> {
        let drawn = 1..=DRAWN_SIDE_MAX;
        if !drawn.contains(&width) || !drawn.contains(&height) {
            return Vec::new();
        }
        self.cut(part, width, height).unwrap_or_default()
    }

    fn cut(&self, part: MapPart, width: u32, height: u32) -> Option<Vec<u8>> {
        let shown = self.pixels(part);
        let across = taps(shown.left, shown.width, self.picture.width, width);
        let down = taps(shown.top, shown.height, self.picture.height, height);
        let mut rows = self.picture.rows()?;
        let line = width as usize * 3;
        let mut drawn = Vec::with_capacity(line * height as usize);
        // Rows of the picture, as wide as what is drawn; the first of them is row `first`.
        let (mut kept, mut first, mut read) = (VecDeque::new(), 0, 0);
        for taps in &down {
            while first < taps.first && !kept.is_empty() {
                kept.pop_front();
                first += 1;
            }
            while read < taps.first + taps.weights.len() {
                let row = rows.next().ok()??;
                if read >= taps.first {
                    if kept.is_empty() {
                        first = read;
                    }
                    kept.push_back(narrowed(&row, &across));
                }
                read += 1;
            }
            for at in 0..line {
                let column = kept.iter().zip(&taps.weights);
                let sum: u32 = column
                    .map(|(row, weight): (&Vec<u8>, _)| u32::from(row.get(at).copied().unwrap_or_default()) * weight)
                    .sum();
                drawn.push(byte(sum));
            }
        }
        Some(drawn)
    }
}

fn byte(sum: u32) -> u8 {
    u8::try_from((sum + WHOLE / 2) / WHOLE).unwrap_or(u8::MAX)
}

/// A row in its new width.
fn narrowed(row: &Row<'_>, across: &[Taps]) -> Vec<u8> {
    let mut narrowed = Vec::with_capacity(3 * across.len());
    for taps in across {
        let mut sums = [0; 3];
        for (at, weight) in taps.weights.iter().enumerate() {
            for (sum, sample) in sums.iter_mut().zip(row.pixel(taps.first + at)) {
                *sum += u32::from(sample) * weight;
            }
        }
        narrowed.extend(sums.map(byte));
    }
    narrowed
}

/// For each drawn pixel, what it is made of: a tent as wide as a drawn pixel, or as one of the source where that is wider.
fn taps(from: u32, size: u32, whole: u32, drawn: u32) -> Vec<Taps> {
    let scale = f64::from(size) / f64::from(drawn);
    let reach = scale.max(1.0);
    let last = f64::from(whole.saturating_sub(1));
    let tap = |at: u32| {
        let centre = f64::from(from) + (f64::from(at) + 0.5) * scale - 0.5;
        let first = (centre - reach).ceil().clamp(0.0, last);
        let end = (centre + reach).floor().clamp(first, last);
        let count = (end - first) as usize + 1;
        let tent = |number: usize| (1.0 - (first + number as f64 - centre).abs() / reach).max(0.0);
        let sum: f64 = (0..count).map(tent).sum();
        let part = |number: usize| (tent(number) / sum.max(f64::EPSILON) * f64::from(WHOLE)).round() as u32;
        let mut weights: Vec<u32> = (0..count).map(part).collect();
        // Rounded parts make a little more or less than the whole; the middle one takes the difference.
        let others: u32 = weights.iter().sum();
        if let Some(middle) = weights.get_mut(count / 2) {
            *middle = (*middle + WHOLE).saturating_sub(others);
        }
        Taps {
            first: first as usize,
            weights,
        }
    };
    (0..drawn).map(tap).collect()
}
