//! The town's own crest, drawn once for each size in which it stands somewhere. The catalogue has looked at the file
//! ([`Crest`]); what can't be drawn all the same is told, and the screens' own crest stays.
use crate::ui;
use catalogue::{Crest, CrestKind};
use resvg::{tiny_skia, usvg};
use slint::{ComponentHandle, Rgba8Pixel, SharedPixelBuffer};
use std::cell::RefCell;
use std::rc::Rc;

/// Largest side, in pixels: twice the largest crest of a 4K display in reach mode. A picture is kept no larger.
const SIDE_MAX: u32 = 512;
/// Sizes that are kept: header, start and reach mode, at two sizes of text.
const KEPT_MAX: usize = 6;

/// Why a crest can't be drawn.
#[derive(Debug)]
pub enum CrestFault {
    /// The drawing (SVG).
    Svg(usvg::Error),
    /// The picture (PNG).
    Png(png::DecodingError),
    /// It is too large for memory, or nothing of it is left at that size.
    Size,
}

impl core::fmt::Display for CrestFault {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("the crest can't be drawn")
    }
}

impl std::error::Error for CrestFault {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Svg(cause) => Some(cause),
            Self::Png(cause) => Some(cause),
            Self::Size => None,
        }
    }
}

enum Original {
    Drawing(Box<usvg::Tree>),
    /// Premultiplied.
    Picture(tiny_skia::Pixmap),
}

/// Gives the screens that crest from now on.
pub(crate) fn wear(app: &ui::App, crest: &Crest) -> Result<(), CrestFault> {
    let original = match crest.kind() {
        CrestKind::Svg => {
            let tree = usvg::Tree::from_data(crest.bytes(), &usvg::Options::default());
            Original::Drawing(Box::new(tree.map_err(CrestFault::Svg)?))
        }
        CrestKind::Png => Original::Picture(decoded(crest.bytes())?),
    };
    // Once now, so that whoever set the terminal up hears of a fault.
    drawn(&original, SIDE_MAX)?;
    let made: RefCell<Vec<(u32, slint::Image)>> = RefCell::default();
    let original = Rc::new(original);
    let frame = app.global::<ui::Frame>();
    frame.on_crest(move |side| {
        let side = u32::try_from(side).unwrap_or(1).clamp(1, SIDE_MAX);
        let mut made = made.borrow_mut();
        if let Some((_, image)) = made.iter().find(|(size, _)| *size == side) {
            return image.clone();
        }
        let image = drawn(&original, side).map(image).unwrap_or_default();
        made.truncate(KEPT_MAX - 1);
        made.insert(0, (side, image.clone()));
        image
    });
    frame.set_own_crest(true);
    Ok(())
}

fn image(pixmap: tiny_skia::Pixmap) -> slint::Image {
    let mut buffer = SharedPixelBuffer::<Rgba8Pixel>::new(pixmap.width(), pixmap.height());
    buffer.make_mut_bytes().copy_from_slice(pixmap.data());
    slint::Image::from_rgba8_premultiplied(buffer)
}

/// In the middle of a square, as large as fits.
fn drawn(original: &Original, side: u32) -> Result<tiny_skia::Pixmap, CrestFault> {
    let mut square = tiny_skia::Pixmap::new(side, side).ok_or(CrestFault::Size)?;
    let (width, height) = match original {
        Original::Drawing(tree) => (tree.size().width(), tree.size().height()),
        Original::Picture(picture) => (picture.width() as f32, picture.height() as f32),
    };
    let scale = side as f32 / width.max(height);
    let (left, top) = (
        (side as f32 - width * scale) / 2.0,
        (side as f32 - height * scale) / 2.0,
    );
    match original {
        Original::Drawing(tree) => {
            let place = tiny_skia::Transform::from_row(scale, 0.0, 0.0, scale, left, top);
            resvg::render(tree, place, &mut square.as_mut());
        }
        Original::Picture(picture) => {
            let shrunk = shrunk(picture, scale)?;
            let paint = tiny_skia::PixmapPaint::default();
            let place = tiny_skia::Transform::identity();
            square.draw_pixmap(left as i32, top as i32, shrunk.as_ref(), &paint, place, None);
        }
    }
    Ok(square)
}

/// Each pixel the mean of those that it stands for, which keeps thin lines.
fn shrunk(picture: &tiny_skia::Pixmap, scale: f32) -> Result<tiny_skia::Pixmap, CrestFault> {
    let sides = [picture.width(), picture.height()];
    let [width, height] = sides.map(|side| ((side as f32 * scale).round() as u32).max(1));
    let mut small = tiny_skia::Pixmap::new(width, height).ok_or(CrestFault::Size)?;
    let pixels = picture.pixels();
    for (at, pixel) in small.pixels_mut().iter_mut().enumerate() {
        let (x, y) = (at as u32 % width, at as u32 / width);
        let (columns, rows) = (span(x, width, sides[0]), span(y, height, sides[1]));
        let mut sums = [0u32; 4];
        let mut count = 0;
        for row in rows {
            for column in columns.clone() {
                let Some(one) = pixels.get(row as usize * sides[0] as usize + column as usize) else {
                    continue;
                };
                let parts = [one.red(), one.green(), one.blue(), one.alpha()];
                sums.iter_mut()
                    .zip(parts)
                    .for_each(|(sum, part)| *sum += u32::from(part));
                count += 1;
            }
        }
        let [red, green, blue, alpha] = sums.map(|sum| (sum / count.max(1)) as u8);
        if let Some(mean) = tiny_skia::PremultipliedColorU8::from_rgba(red, green, blue, alpha) {
            *pixel = mean;
        }
    }
    Ok(small)
}

/// Which of `from` pixels one of `to` stands for; at least one.
fn span(at: u32, to: u32, from: u32) -> core::ops::Range<u32> {
    let first = at * from / to;
    let end = ((at + 1) * from / to).max(first + 1);
    first..end.min(from)
}

fn decoded(bytes: &[u8]) -> Result<tiny_skia::Pixmap, CrestFault> {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(bytes));
    decoder.set_transformations(png::Transformations::normalize_to_color8() | png::Transformations::ALPHA);
    let mut reader = decoder.read_info().map_err(CrestFault::Png)?;
    let mut pixels = vec![0; reader.output_buffer_size().ok_or(CrestFault::Size)?];
    let frame = reader.next_frame(&mut pixels).map_err(CrestFault::Png)?;
    let mut picture = tiny_skia::Pixmap::new(frame.width, frame.height).ok_or(CrestFault::Size)?;
    let channels = frame.color_type.samples();
    for (pixel, parts) in picture.pixels_mut().iter_mut().zip(pixels.chunks_exact(channels)) {
        let colour = match *parts {
            [grey, alpha] => [grey, grey, grey, alpha],
            [red, green, blue, alpha] => [red, green, blue, alpha],
            _ => return Err(CrestFault::Size),
        };
        let [red, green, blue, alpha] = colour;
        *pixel = tiny_skia::ColorU8::from_rgba(red, green, blue, alpha).premultiply();
    }
    let scale = SIDE_MAX as f32 / frame.width.max(frame.height) as f32;
    if scale < 1.0 {
        shrunk(&picture, scale)
    } else {
        Ok(picture)
    }
}
