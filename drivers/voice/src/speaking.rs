//! One speech on its way from text to sound.
use crate::level::{Rate, Volume};
use crate::output::{Output, OutputError, Route};
use crate::synthesizer::{Got, HERTZ, Sound, Synthesizer, SynthesizerError};
use crate::text::Piece;
use crate::{Config, now};
use drivers_api::Job;
use drivers_api::voice::VoiceTrouble;
use std::collections::VecDeque;
use std::time::Instant;
use zeroize::Zeroizing;

/// Samples handled at once: a fiftieth of a second.
const CHUNK_SAMPLES: usize = HERTZ as usize / 50;
/// Longest sound of one byte of text, in samples: three seconds, for a letter with a long name, slowly, and a pause.
const BYTE_SAMPLES_MAX: u64 = 3 * HERTZ as u64;

/// How a step went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Something moved; there may be more.
    Moved,
    /// The first sound went out.
    Started,
    /// Others are waited for.
    Waits,
    /// All was said.
    Done,
    /// It can't be said.
    Failed(VoiceTrouble),
}

/// A speech that is being said. Dropping it silences it at once; its text is overwritten.
pub(crate) struct Speaking {
    /// `None` for a trial, which isn't heard and leaves nothing behind.
    job: Option<Job>,
    route: Route,
    /// The first is being read, the others wait.
    pieces: VecDeque<Piece>,
    sound: Option<Box<dyn Sound>>,
    /// Samples of the present piece so far.
    read: u64,
    output: Option<Box<dyn Output>>,
    chunk: Zeroizing<[i16; CHUNK_SAMPLES]>,
    /// What of the chunk is still to go out.
    rest: core::ops::Range<usize>,
    has_begun: bool,
    /// The present piece was given to a synthesizer before.
    is_second_try: bool,
    /// When something moved last.
    moved_at: Instant,
}

impl Speaking {
    pub(crate) fn new(job: Option<Job>, route: Route, pieces: Vec<Piece>) -> Self {
        Self {
            job,
            route,
            pieces: pieces.into(),
            sound: None,
            read: 0,
            output: None,
            chunk: Zeroizing::new([0; CHUNK_SAMPLES]),
            rest: 0..0,
            has_begun: false,
            is_second_try: false,
            moved_at: now(),
        }
    }

    pub(crate) fn job(&self) -> Option<Job> {
        self.job
    }

    pub(crate) fn route(&self) -> Route {
        self.route
    }

    /// Sound has gone out.
    pub(crate) fn has_begun(&self) -> bool {
        self.has_begun
    }

    /// Reads the present piece again from its beginning.
    pub(crate) fn begin_piece_anew(&mut self) {
        self.sound = None;
        self.rest = 0..0;
    }

    /// Goes on as far as it can without waiting.
    pub(crate) fn step(
        &mut self,
        synthesizer: &mut impl Synthesizer,
        config: &Config,
        rate: Rate,
        volume: Volume,
    ) -> Step {
        let step = match self.advance(synthesizer, config, rate, volume) {
            Ok(step) => step,
            Err(trouble) => return self.failed(&trouble),
        };
        if step != Step::Waits {
            self.moved_at = now();
            return step;
        }
        let is_synthesizer = self.rest.is_empty() && !self.pieces.is_empty();
        let (patience, trouble) = if is_synthesizer {
            (
                config.patience.synthesizer,
                Trouble::Synthesizer(SynthesizerError::Silent),
            )
        } else {
            (config.patience.output, Trouble::Output(OutputError::Stuck))
        };
        if self.moved_at.elapsed() < patience {
            step
        } else {
            self.failed(&trouble)
        }
    }

    fn advance(
        &mut self,
        synthesizer: &mut impl Synthesizer,
        config: &Config,
        rate: Rate,
        volume: Volume,
    ) -> Result<Step, Trouble> {
        if !self.has_begun && self.output.as_mut().is_some_and(|output| output.has_begun()) {
            self.has_begun = true;
            return Ok(Step::Started);
        }
        if !self.rest.is_empty() {
            return self.write();
        }
        let Some(piece) = self.pieces.front() else {
            return self.finish();
        };
        let Some(sound) = &mut self.sound else {
            self.sound = Some(synthesizer.start(piece, rate)?);
            self.read = 0;
            // Opened while the synthesizer is busy with its first words.
            if self.output.is_none() {
                self.output = Some(config.target.open(self.route, self.job)?);
            }
            return Ok(Step::Moved);
        };
        let got = match sound.read(&mut self.chunk[..]) {
            Ok(Got::End) if self.read == 0 && must_sound(&piece.text) => Err(SynthesizerError::Broken),
            got => got,
        };
        if got.is_err() && self.read == 0 && !core::mem::replace(&mut self.is_second_try, true) {
            // It may have died just before it was needed. Another one is given the piece.
            self.sound = None;
            return Ok(Step::Moved);
        }
        match got? {
            Got::NotYet => return Ok(Step::Waits),
            Got::End => {
                self.sound = None;
                self.is_second_try = false;
                self.pieces.pop_front();
            }
            Got::Samples(count) => {
                let count = count.min(CHUNK_SAMPLES);
                let is_first = self.read == 0;
                self.read += u64::try_from(count).unwrap_or(u64::MAX);
                let bytes = u64::try_from(piece.text.len()).unwrap_or(u64::MAX);
                if self.read > bytes.saturating_add(1).saturating_mul(BYTE_SAMPLES_MAX) {
                    return Err(SynthesizerError::Endless.into());
                }
                match self.job {
                    Some(_) => volume.scale(&mut self.chunk[..count]),
                    None => self.chunk.fill(0),
                }
                self.rest = 0..count;
                if is_first {
                    let next = self.pieces.get(1).unwrap_or(piece);
                    synthesizer.prepare(next.language, rate);
                }
            }
        }
        Ok(Step::Moved)
    }

    fn write(&mut self) -> Result<Step, Trouble> {
        let output = self.output.as_mut().ok_or(OutputError::Broken)?;
        let count = output.write(&self.chunk[self.rest.clone()])?;
        self.rest.start += count;
        Ok(if count == 0 { Step::Waits } else { Step::Moved })
    }

    fn finish(&mut self) -> Result<Step, Trouble> {
        let Some(output) = &mut self.output else {
            return Ok(Step::Done);
        };
        let is_done = output.finish()?;
        if is_done && !self.has_begun && self.job.is_none() {
            // A trial that made no sound hasn't shown that it can speak.
            return Err(SynthesizerError::Broken.into());
        }
        Ok(if is_done { Step::Done } else { Step::Waits })
    }

    fn failed(&self, trouble: &Trouble) -> Step {
        let job = self.job.map(|job| job.0);
        match trouble {
            Trouble::Synthesizer(error) => {
                tracing::warn!(job, error = %Chain(error), "nothing is said");
                Step::Failed(VoiceTrouble::Synthesizer)
            }
            Trouble::Output(error) => {
                tracing::warn!(job, error = %Chain(error), "nothing is heard");
                Step::Failed(VoiceTrouble::Output)
            }
        }
    }
}

/// Whether a text has a digit or a Latin, Cyrillic or Arabic letter: every voice has a name for those. For others it may
/// have none.
fn must_sound(text: &str) -> bool {
    let is_plain = |c: char| matches!(c, '\u{410}'..='\u{44f}' | '\u{621}'..='\u{63a}' | '\u{641}'..='\u{64a}');
    text.chars().any(|c| c.is_ascii_alphanumeric() || is_plain(c))
}

enum Trouble {
    Synthesizer(SynthesizerError),
    Output(OutputError),
}

impl From<SynthesizerError> for Trouble {
    fn from(error: SynthesizerError) -> Self {
        Self::Synthesizer(error)
    }
}

impl From<OutputError> for Trouble {
    fn from(error: OutputError) -> Self {
        Self::Output(error)
    }
}

/// An error with its causes, in one line.
struct Chain<'a>(&'a dyn core::error::Error);

impl core::fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}", self.0)?;
        let mut error = self.0;
        while let Some(source) = error.source() {
            write!(f, ": {source}")?;
            error = source;
        }
        Ok(())
    }
}
