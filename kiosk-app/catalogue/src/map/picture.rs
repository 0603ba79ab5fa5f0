//! The picture of a map: a PNG file, looked at row by row, so that it is never as big in memory as it is drawn.
use super::part::PICTURE_MIN;
use core::fmt;
use png::{BitDepth, ColorType, DecodeOptions, Decoder, Limits, Reader, Transformations};
use std::io::Cursor;
use std::sync::Arc;

/// Longest file. A town of 10 km in 4000 pixels and 64 colours has a quarter of it.
pub(crate) const PICTURE_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Most pixels in a row, and most rows.
pub(crate) const PICTURE_SIDE_MAX: u32 = 4_000;
/// What the decoder may take for itself: some rows in the widest form, and a palette.
const DECODER_BYTES_MAX: usize = 512 * 1024;

/// A picture that was read to its end once. `Debug` tells its size.
pub(crate) struct Picture {
    bytes: Arc<[u8]>,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[picture {}×{}]", self.width, self.height)
    }
}

/// What is wrong with a picture, and how to mend it.
pub(crate) type Wrong = (String, String);

impl Picture {
    /// Looks at all of it.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, Wrong> {
        if bytes.len() > PICTURE_BYTES_MAX {
            let what = format!("the picture has more than {PICTURE_BYTES_MAX} bytes");
            return Err((what, "save it with a palette of 64 or fewer colours".to_owned()));
        }
        let unreadable = |error: png::DecodingError| {
            let what = format!("not readable as PNG: {error}");
            (what, "save it anew as PNG, 8 bits, not interlaced".to_owned())
        };
        let mut rows = Rows::begin(bytes).map_err(unreadable)?;
        let info = rows.reader.info();
        let (width, height) = (info.width, info.height);
        let fits = |side: u32, min: u32| (min..=PICTURE_SIDE_MAX).contains(&side);
        if !fits(width, PICTURE_MIN.0) || !fits(height, PICTURE_MIN.1) {
            let (least, low) = PICTURE_MIN;
            let what = format!("the picture has {width}×{height} pixels");
            let mend = format!("between {least}×{low} and {PICTURE_SIDE_MAX}×{PICTURE_SIDE_MAX}");
            return Err((what, mend));
        }
        if info.interlaced {
            let mend = "save it without interlacing (Adam7)".to_owned();
            return Err(("the picture is interlaced".to_owned(), mend));
        }
        let mut count = 0;
        while let Some(_row) = rows.next().map_err(unreadable)? {
            count += 1;
        }
        if count != height {
            let what = format!("the picture ends after {count} of {height} rows");
            return Err((what, "save it anew".to_owned()));
        }
        Ok(Self {
            bytes: Arc::from(bytes),
            width,
            height,
        })
    }

    /// One that is never drawn.
    #[cfg(test)]
    pub(crate) fn of_size(width: u32, height: u32) -> Self {
        Self {
            bytes: Arc::from([]),
            width,
            height,
        }
    }

    /// The rows from the top. It was readable, so there is nothing to tell.
    pub(crate) fn rows(&self) -> Option<Rows<'_>> {
        Rows::begin(&self.bytes).ok()
    }
}

/// A picture's rows, one after the other.
pub(crate) struct Rows<'a> {
    reader: Reader<Cursor<&'a [u8]>>,
    /// Bytes of a pixel: grey, grey and alpha, RGB, RGB and alpha.
    samples: usize,
}

impl<'a> Rows<'a> {
    fn begin(bytes: &'a [u8]) -> Result<Self, png::DecodingError> {
        let mut options = DecodeOptions::default();
        options.set_ignore_text_chunk(true);
        options.set_ignore_iccp_chunk(true);
        let mut decoder = Decoder::new_with_options(Cursor::new(bytes), options);
        let bytes = DECODER_BYTES_MAX;
        decoder.set_limits(Limits { bytes });
        decoder.set_transformations(Transformations::normalize_to_color8());
        let reader = decoder.read_info()?;
        let (colour, depth) = reader.output_color_type();
        debug_assert_eq!(depth, BitDepth::Eight, "so it was asked for");
        let samples = match colour {
            ColorType::Grayscale => 1,
            ColorType::GrayscaleAlpha => 2,
            ColorType::Rgb | ColorType::Indexed => 3, // a palette is looked up
            ColorType::Rgba => 4,
        };
        Ok(Self { reader, samples })
    }

    /// The next row; `None` at the end.
    pub(crate) fn next(&mut self) -> Result<Option<Row<'_>>, png::DecodingError> {
        let samples = self.samples;
        let row = self.reader.next_row()?;
        Ok(row.map(|row| Row {
            data: row.data(),
            samples,
        }))
    }
}

/// One row.
pub(crate) struct Row<'a> {
    data: &'a [u8],
    samples: usize,
}

impl Row<'_> {
    /// Red, green and blue; what is transparent lies on white.
    pub(crate) fn pixel(&self, at: usize) -> [u8; 3] {
        let from = at * self.samples;
        let samples = self.data.get(from..from + self.samples).unwrap_or_default();
        let on_white = |colour: u8, alpha: u8| {
            let (colour, alpha) = (u16::from(colour), u16::from(alpha));
            u8::try_from((colour * alpha + 255 * (255 - alpha)) / 255).unwrap_or(u8::MAX)
        };
        match *samples {
            [grey] => [grey; 3],
            [grey, alpha] => [on_white(grey, alpha); 3],
            [red, green, blue] => [red, green, blue],
            [red, green, blue, alpha] => [red, green, blue].map(|colour| on_white(colour, alpha)),
            _ => [u8::MAX; 3],
        }
    }
}
