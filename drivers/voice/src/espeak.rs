//! espeak-ng, one process for each piece.
//!
//! The text goes in through a pipe, never by arguments, environment or file; the sound comes out through another. The
//! next process is started ahead with its voice loaded and waits for text, so that a piece begins within milliseconds.
//! A crash or a hang takes the process along, not the terminal; being interrupted is being killed.
use crate::level::Rate;
use crate::process::Process;
use crate::ssml::ssml;
use crate::synthesizer::{Got, HERTZ, Sound, Synthesizer, SynthesizerError};
use crate::text::{Piece, primary};
use crate::wav::{HEAD_BYTES_MAX, sound_begins};
use std::io::{self, ErrorKind, Read, Write};
use std::path::PathBuf;
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use zeroize::{Zeroize, Zeroizing};

/// Languages by the first part of their tag, and espeak-ng's names of their voices (`espeak-ng --voices`, 1.51).
pub const VOICES: [(&str, &str); 11] = [
    ("de", "de"),
    ("en", "en-gb"),
    ("tr", "tr"),
    ("ar", "ar"),
    ("uk", "uk"),
    ("ru", "ru"),
    ("pl", "pl"),
    ("ro", "ro"),
    ("fr", "fr-fr"),
    ("es", "es"),
    ("fa", "fa"),
];

/// Words a minute at the usual rate: a little slower than espeak-ng's own, for somebody who hears it the first time.
const WORDS_PER_MINUTE: u16 = 160;
/// Bytes of sound held at once; at least a whole head.
const HELD_BYTES: usize = 2 * HEAD_BYTES_MAX;

/// espeak-ng (Debian: `espeak-ng`).
pub struct Espeak {
    program: PathBuf,
    waiting: Option<Waiting>,
}

/// A process that waits for its text.
struct Waiting {
    process: Process,
    stdin: ChildStdin,
    stdout: ChildStdout,
    voice: &'static str,
    words: u16,
}

impl Default for Espeak {
    fn default() -> Self {
        Self::new("/usr/bin/espeak-ng")
    }
}

impl Espeak {
    /// The program under this path.
    pub fn new(program: impl Into<PathBuf>) -> Self {
        Self {
            program: program.into(),
            waiting: None,
        }
    }

    fn launch(&self, voice: &'static str, words: u16) -> io::Result<Waiting> {
        let mut command = Command::new(&self.program);
        // -b 1: UTF-8; -m: SSML.
        command.args([
            "-v",
            voice,
            "-s",
            &words.to_string(),
            "-b",
            "1",
            "-m",
            "--stdin",
            "--stdout",
        ]);
        command.env_clear().current_dir("/");
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut process = Process::start(&mut command)?;
        Ok(Waiting {
            stdin: process.stdin()?,
            stdout: process.stdout()?,
            process,
            voice,
            words,
        })
    }

    /// The waiting process, if it is the right one and lives.
    fn waiting(&mut self, voice: &str, words: u16) -> Option<Waiting> {
        let fits = |waiting: &mut Waiting| waiting.voice == voice && waiting.words == words;
        let mut waiting = self.waiting.take_if(fits)?;
        matches!(waiting.process.end(), Ok(None)).then_some(waiting)
    }
}

impl Synthesizer for Espeak {
    fn speaks(&self, language: &str) -> bool {
        voice(language).is_some()
    }

    fn prepare(&mut self, language: &'static str, rate: Rate) {
        let Some(voice) = voice(language) else { return };
        let words = words(rate);
        if let Some(waiting) = self.waiting(voice, words) {
            self.waiting = Some(waiting);
            return;
        }
        // If it can't be started, that is told when it is needed.
        self.waiting = self.launch(voice, words).ok();
    }

    fn start(&mut self, piece: &Piece, rate: Rate) -> Result<Box<dyn Sound>, SynthesizerError> {
        let voice = voice(piece.language).ok_or(SynthesizerError::Language(piece.language))?;
        let words = words(rate);
        if let Some(waiting) = self.waiting(voice, words)
            && let Ok(sound) = EspeakSound::begin(waiting, piece)
        {
            return Ok(Box::new(sound));
        }
        Ok(Box::new(EspeakSound::begin(self.launch(voice, words)?, piece)?))
    }
}

fn voice(language: &str) -> Option<&'static str> {
    let found = VOICES.into_iter().find(|(tag, _)| *tag == primary(language));
    found.map(|(_, voice)| voice)
}

fn words(rate: Rate) -> u16 {
    u16::try_from(u32::from(WORDS_PER_MINUTE) * u32::from(rate.percent()) / 100).unwrap_or(WORDS_PER_MINUTE)
}

/// A piece that a process is reading.
struct EspeakSound {
    /// Overwritten as soon as all of it is in the pipe.
    text: Zeroizing<String>,
    written: usize,
    /// `None` when the whole text is in it.
    stdin: Option<ChildStdin>,
    /// `None` when it was read to its end.
    stdout: Option<ChildStdout>,
    process: Process,
    held: Zeroizing<Vec<u8>>,
    /// The head has been read.
    begun: bool,
}

impl EspeakSound {
    fn begin(waiting: Waiting, piece: &Piece) -> io::Result<Self> {
        let mut sound = Self {
            text: ssml(piece),
            written: 0,
            stdin: Some(waiting.stdin),
            stdout: Some(waiting.stdout),
            process: waiting.process,
            held: Zeroizing::new(Vec::with_capacity(HELD_BYTES)),
            begun: false,
        };
        sound.write()?;
        Ok(sound)
    }

    fn write(&mut self) -> io::Result<()> {
        let Some(stdin) = &mut self.stdin else { return Ok(()) };
        let text = self.text.as_bytes();
        while let Some(rest) = text.get(self.written..).filter(|rest| !rest.is_empty()) {
            match stdin.write(rest) {
                Ok(count) => self.written += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error),
            }
        }
        // Closing it is what makes espeak-ng begin.
        self.stdin = None;
        self.text.zeroize();
        Ok(())
    }

    /// Fills up what is held.
    fn fill(&mut self) -> io::Result<()> {
        while let Some(stdout) = &mut self.stdout {
            let mut chunk = Zeroizing::new([0; 2048]);
            let room = (HELD_BYTES - self.held.len()).min(chunk.len());
            if room == 0 {
                break;
            }
            match stdout.read(&mut chunk[..room]) {
                Ok(0) => self.stdout = None,
                Ok(count) => self.held.extend_from_slice(&chunk[..count]),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Nothing more will come: was that all?
    fn end(&mut self) -> Result<Got, SynthesizerError> {
        match self.process.end()? {
            None => Ok(Got::NotYet),
            // For a text without anything to say it writes nothing at all, not even a head.
            Some(true) if self.held.len() < 2 && (self.begun || self.held.is_empty()) => Ok(Got::End),
            Some(_) => Err(SynthesizerError::Broken),
        }
    }
}

impl Sound for EspeakSound {
    fn read(&mut self, samples: &mut [i16]) -> Result<Got, SynthesizerError> {
        self.write()?;
        self.fill()?;
        if !self.begun
            && !self.held.is_empty()
            && let Some(begin) = sound_begins(&self.held, HERTZ)?
        {
            self.held.drain(..begin);
            self.begun = true;
        }
        let count = if self.begun {
            samples.len().min(self.held.len() / 2)
        } else {
            0
        };
        if count == 0 {
            return if self.stdout.is_none() {
                self.end()
            } else {
                Ok(Got::NotYet)
            };
        }
        for (sample, bytes) in samples.iter_mut().zip(self.held.chunks_exact(2)) {
            *sample = i16::from_le_bytes([bytes[0], bytes[1]]);
        }
        self.held.drain(..2 * count);
        Ok(Got::Samples(count))
    }
}
