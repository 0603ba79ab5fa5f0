//! The door for voices: text in, samples out.
use crate::level::Rate;
use crate::text::Piece;
use thiserror::Error;

/// Samples a second of everything here: what espeak-ng makes, and most better voices.
pub const HERTZ: u32 = 22_050;

/// Something that turns text into sound: espeak-ng ([`crate::Espeak`]), or a better voice.
///
/// Nothing here waits: a synthesizer that is slow says [`Got::NotYet`]. It writes text nowhere but to where it is
/// spoken, and keeps none of it when its [`Sound`] has been dropped.
pub trait Synthesizer: Send + 'static {
    /// Whether it has a voice for the language of a BCP 47 tag.
    fn speaks(&self, language: &str) -> bool;

    /// Makes ready for a piece in this language, which will probably come.
    fn prepare(&mut self, language: &'static str, rate: Rate);

    /// Begins to read a piece.
    fn start(&mut self, piece: &Piece, rate: Rate) -> Result<Box<dyn Sound>, SynthesizerError>;
}

/// A piece that is being read. Dropping it ends the work at once.
pub trait Sound: Send {
    /// Takes the next samples: 16 bits, one channel, [`HERTZ`].
    fn read(&mut self, samples: &mut [i16]) -> Result<Got, SynthesizerError>;
}

/// What came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Got {
    /// So many samples, at least one.
    Samples(usize),
    /// Nothing yet.
    NotYet,
    /// The piece has been read.
    End,
}

/// Why there is no sound.
#[derive(Debug, Error)]
pub enum SynthesizerError {
    /// It can't be started, or talked to.
    #[error("the synthesizer can't be used")]
    Io(#[from] std::io::Error),
    /// It has no voice for the language.
    #[error("no voice for {0}")]
    Language(&'static str),
    /// What it sends is no sound.
    #[error("the synthesizer sends no sound")]
    NoSound(#[from] crate::wav::WavError),
    /// It ended before its time.
    #[error("the synthesizer ended in the middle")]
    Broken,
    /// It doesn't come to an end.
    #[error("the synthesizer reads for longer than the text is long")]
    Endless,
    /// It doesn't answer.
    #[error("the synthesizer doesn't answer")]
    Silent,
}
