//! An X server without a display whose picture can be read while programs draw (`Xvfb -fbdir`, a file in the XWD format).
use crate::Fault;
use crate::processes::Processes;
use screens::picture::Picture;
use std::fs::File;
use std::hash::{DefaultHasher, Hasher};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Between two looks at the picture.
const LOOK: Duration = Duration::from_millis(4);
/// Each so many lines one is looked at: fewer than the smallest letter is high.
const EACH: u64 = 12;
/// Bytes of a pixel: blue, green, red, nothing.
const PIXEL: u64 = 4;
/// Words of an XWD header (XWDFile.h): its size, bytes of a line, colours of the table that follows it.
const HEADER_SIZE: usize = 0;
const BYTES_PER_LINE: usize = 12;
const COLOURS: usize = 19;
const HEADER_WORDS: usize = 25;
/// Bytes of a colour in the table.
const COLOUR: u64 = 12;

pub(crate) struct Display {
    number: String,
    picture: File,
    pixels_at: u64,
    line: u64,
    height: u64,
    _server: Processes,
}

/// What stands where in a picture: x, y and 0xRRGGBB.
pub(crate) type Marks = [(u64, u64, u32); 2];

impl Display {
    /// A server whose file lies in `folder`.
    pub(crate) fn start(folder: &Path, (width, height): (u32, u32)) -> Result<Self, Fault> {
        let mut command = Command::new("Xvfb");
        let screen = format!("{width}x{height}x24");
        // No pointer: it is drawn into the picture, and a terminal has none.
        command.args([
            "-displayfd",
            "1",
            "-nocursor",
            "-noreset",
            "-nolisten",
            "tcp",
            "-screen",
            "0",
            &screen,
            "-fbdir",
        ]);
        command.arg(folder).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut server = Processes::start(&mut command)?;
        let mut number = String::new();
        BufReader::new(server.stdout().ok_or("no answer of Xvfb")?).read_line(&mut number)?;
        let picture = File::open(folder.join("Xvfb_screen0"))?;
        let mut header = [0; HEADER_WORDS * 4];
        picture.read_exact_at(&mut header, 0)?;
        let word = |at: usize| {
            let bytes = header.get(at * 4..at * 4 + 4).and_then(|bytes| bytes.try_into().ok());
            bytes.map_or(0, |bytes| u64::from(u32::from_be_bytes(bytes)))
        };
        Ok(Self {
            number: format!(":{}", number.trim()),
            pixels_at: word(HEADER_SIZE) + word(COLOURS) * COLOUR,
            line: word(BYTES_PER_LINE),
            height: height.into(),
            picture,
            _server: server,
        })
    }

    /// The `DISPLAY` of its programs.
    pub(crate) fn number(&self) -> &str {
        &self.number
    }

    /// When, after its start, the picture of a program became what it then was for all of `quiet`: the one with the marks.
    #[allow(clippy::disallowed_methods)] // it measures
    pub(crate) fn stands_still(
        &self,
        program: &mut Processes,
        marks: &Marks,
        (quiet, patience): (Duration, Duration),
    ) -> Result<Duration, Fault> {
        let mut seen = self.fingerprint()?;
        let mut changed = program.began.elapsed();
        while program.began.elapsed() < patience {
            let new = self.fingerprint()?;
            let now = program.began.elapsed();
            if new != seen {
                (seen, changed) = (new, now);
            }
            if now.saturating_sub(changed) >= quiet && self.shows(marks)? {
                return Ok(changed);
            }
            if program.have_ended() {
                return Err("the program ended".into());
            }
            std::thread::sleep(LOOK);
        }
        Err(format!("not the picture that was wanted within {} s", patience.as_secs()).into())
    }

    /// Waits until nobody's window is there any more.
    #[allow(clippy::disallowed_methods)]
    pub(crate) fn is_empty(&self, marks: &Marks, patience: Duration) -> Result<(), Fault> {
        let began = Instant::now();
        let black = marks.map(|(x, y, _)| (x, y, 0));
        while !self.shows(&black)? {
            if began.elapsed() > patience {
                return Err("a window stayed on the display".into());
            }
            std::thread::sleep(LOOK);
        }
        Ok(())
    }

    /// What it shows now.
    pub(crate) fn picture(&self, (width, height): (u32, u32)) -> Result<Picture, Fault> {
        let mut line = vec![0; usize::try_from(self.line)?];
        let mut rgb = Vec::new();
        for y in 0..u64::from(height) {
            self.picture.read_exact_at(&mut line, self.pixels_at + y * self.line)?;
            let pixels = line.chunks_exact(PIXEL as usize).take(width as usize);
            rgb.extend(pixels.flat_map(|pixel| pixel.iter().take(3).rev().copied().collect::<Vec<_>>()));
        }
        Ok(Picture { width, height, rgb })
    }

    fn shows(&self, marks: &Marks) -> Result<bool, Fault> {
        for (x, y, colour) in marks {
            let mut pixel = [0; PIXEL as usize];
            self.picture
                .read_exact_at(&mut pixel, self.pixels_at + y * self.line + x * PIXEL)?;
            if u32::from_le_bytes(pixel) & 0xff_ffff != *colour {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn fingerprint(&self) -> Result<u64, Fault> {
        let mut hasher = DefaultHasher::new();
        let mut line = vec![0; usize::try_from(self.line)?];
        for y in (0..self.height).step_by(EACH as usize) {
            self.picture.read_exact_at(&mut line, self.pixels_at + y * self.line)?;
            hasher.write(&line);
        }
        Ok(hasher.finish())
    }
}
