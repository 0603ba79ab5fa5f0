//! Where sound goes: sound devices, or a folder of files.
use crate::process::Process;
use crate::synthesizer::HERTZ;
use crate::{Target, now, wav};
use drivers_api::Job;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Seek, Write};
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};
use std::time::Instant;
use thiserror::Error;
use zeroize::Zeroizing;

/// Plays raw sound from a pipe (Debian: `alsa-utils`).
const APLAY: &str = "/usr/bin/aplay";
/// Sound that waits between us and the device, in bytes: a fifth of a second. A louder or slower voice is heard after
/// what has gone out already.
const PIPE_BYTES: usize = 8192;
/// What `aplay` reads before it has made the device ready: a head that might be there, in bytes, with room to spare.
const HEAD_READ_BYTES: u64 = 1024;
/// Sound that a live folder takes ahead of time, in samples: a tenth of a second.
const AHEAD_SAMPLES: u64 = HERTZ as u64 / 10;

/// Which way a speech goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    Headset,
    Loudspeaker,
}

#[derive(Debug, Error)]
pub(crate) enum OutputError {
    #[error("the sound device can't be used")]
    Io(#[from] io::Error),
    #[error("the sound device was lost")]
    Broken,
    #[error("the sound device takes nothing")]
    Stuck,
}

/// An open way for one speech. Dropping it silences it at once.
pub(crate) trait Output: Send {
    /// Takes samples; tells how many. Never waits.
    fn write(&mut self, samples: &[i16]) -> Result<usize, OutputError>;

    /// Whether the device has taken the first sample.
    fn has_begun(&mut self) -> bool;

    /// No more will come. True when everything has been heard; asked again until then.
    fn finish(&mut self) -> Result<bool, OutputError>;
}

impl Target {
    /// Opens a way for a speech, or, without a job, one that leaves nothing behind.
    pub(crate) fn open(&self, route: Route, job: Option<Job>) -> Result<Box<dyn Output>, OutputError> {
        Ok(match (self, route) {
            (Self::Alsa { headset, .. }, Route::Headset) => Box::new(AlsaOutput::new(headset)?),
            (Self::Alsa { loudspeaker, .. }, Route::Loudspeaker) => {
                let device = loudspeaker.as_deref().ok_or(OutputError::Broken)?;
                Box::new(AlsaOutput::new(device)?)
            }
            (Self::Folder { path, live, .. }, route) => Box::new(FolderOutput::new(path, *live, route, job)?),
        })
    }

    /// Whether there is a loudspeaker.
    pub(crate) fn has_loudspeaker(&self) -> bool {
        match self {
            Self::Alsa { loudspeaker, .. } => loudspeaker.is_some(),
            Self::Folder { loudspeaker, .. } => *loudspeaker,
        }
    }
}

/// `aplay`, which holds the device as long as a speech lasts.
struct AlsaOutput {
    process: Process,
    /// `None` when no more will come.
    stdin: Option<ChildStdin>,
    written: u64,
    /// It has read sound from the pipe, which it does when it holds the device.
    has_begun: bool,
}

impl AlsaOutput {
    fn new(device: &str) -> Result<Self, OutputError> {
        let mut command = Command::new(APLAY);
        command.args(["-q", "-t", "raw", "-f", "S16_LE", "-c", "1", "-r", &HERTZ.to_string()]);
        // A short buffer, played from when a part of it is filled: the first sound shall come soon, the last end soon.
        command.args(["--buffer-time=150000", "--start-delay=50000", "-D", device]);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let mut process = Process::start(&mut command)?;
        let stdin = process.stdin()?;
        rustix::pipe::fcntl_setpipe_size(&stdin, PIPE_BYTES).map_err(io::Error::from)?;
        Ok(Self {
            process,
            stdin: Some(stdin),
            written: 0,
            has_begun: false,
        })
    }
}

impl Output for AlsaOutput {
    fn write(&mut self, samples: &[i16]) -> Result<usize, OutputError> {
        let stdin = self.stdin.as_mut().ok_or(OutputError::Broken)?;
        // So many bytes go into a pipe as a whole or not at all (POSIX, PIPE_BUF), so no sample is torn.
        let samples = &samples[..samples.len().min(2048)];
        let mut bytes = Zeroizing::new([0; 4096]);
        for (place, sample) in bytes.chunks_exact_mut(2).zip(samples) {
            place.copy_from_slice(&sample.to_le_bytes());
        }
        match stdin.write(&bytes[..2 * samples.len()]) {
            Ok(count) => {
                self.written += u64::try_from(count).unwrap_or_default();
                Ok(count / 2)
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => Ok(0),
            Err(error) => Err(error.into()),
        }
    }

    fn has_begun(&mut self) -> bool {
        let waiting = self.stdin.as_ref().map(rustix::io::ioctl_fionread);
        if let Some(Ok(waiting)) = waiting {
            self.has_begun = self.written.saturating_sub(waiting) > HEAD_READ_BYTES;
        }
        self.has_begun
    }

    fn finish(&mut self) -> Result<bool, OutputError> {
        // Closed only when it has begun: as long as the pipe is open, it can be seen when that is.
        if self.has_begun() || self.written <= HEAD_READ_BYTES {
            self.stdin = None;
        }
        match self.process.end()? {
            None => Ok(false),
            Some(true) => Ok(true),
            Some(false) => Err(OutputError::Broken),
        }
    }
}

/// Writes `headset-<job>.wav` or `loudspeaker-<job>.wav`. What was heard until a speech was interrupted is written, too.
struct FolderOutput {
    /// `None` when nothing is to be left behind, or when it has been closed.
    file: Option<File>,
    unfinished: PathBuf,
    path: PathBuf,
    samples: u32,
    /// When it was opened, if it takes as long as it is heard.
    live_since: Option<Instant>,
}

impl FolderOutput {
    fn new(folder: &Path, live: bool, route: Route, job: Option<Job>) -> Result<Self, OutputError> {
        fs::create_dir_all(folder)?;
        let route = match route {
            Route::Headset => "headset",
            Route::Loudspeaker => "loudspeaker",
        };
        let name = format!("{route}-{}.wav", job.map_or(0, |job| job.0));
        let unfinished = folder.join(format!(".{name}.part"));
        let file = job.map(|_| File::create(&unfinished)).transpose()?;
        let mut output = Self {
            file,
            unfinished,
            path: folder.join(name),
            samples: 0,
            live_since: live.then(now),
        };
        if let Some(file) = &mut output.file {
            file.write_all(&wav::head(0, HERTZ))?;
        }
        Ok(output)
    }

    /// Samples that could have been heard by now; all there are if it isn't live.
    fn heard(&self) -> u64 {
        let Some(since) = self.live_since else { return u64::MAX };
        let heard = since.elapsed().as_micros().saturating_mul(HERTZ.into()) / 1_000_000;
        u64::try_from(heard).unwrap_or(u64::MAX)
    }

    fn close(&mut self) -> io::Result<()> {
        let Some(mut file) = self.file.take() else {
            return Ok(());
        };
        file.rewind()?;
        file.write_all(&wav::head(self.samples, HERTZ))?;
        fs::rename(&self.unfinished, &self.path)
    }
}

impl Output for FolderOutput {
    fn write(&mut self, samples: &[i16]) -> Result<usize, OutputError> {
        let room = self
            .heard()
            .saturating_add(AHEAD_SAMPLES)
            .saturating_sub(self.samples.into());
        let count = usize::try_from(room).unwrap_or(usize::MAX).min(samples.len());
        let bytes: Zeroizing<Vec<u8>> = Zeroizing::new(
            samples[..count]
                .iter()
                .flat_map(|sample| sample.to_le_bytes())
                .collect(),
        );
        if let Some(file) = &mut self.file {
            file.write_all(&bytes)?;
        }
        self.samples = self.samples.saturating_add(u32::try_from(count).unwrap_or(u32::MAX));
        Ok(count)
    }

    fn has_begun(&mut self) -> bool {
        self.samples > 0
    }

    fn finish(&mut self) -> Result<bool, OutputError> {
        if self.heard() < self.samples.into() {
            return Ok(false);
        }
        self.close()?;
        Ok(true)
    }
}

impl Drop for FolderOutput {
    fn drop(&mut self) {
        if let Err(error) = self.close() {
            tracing::warn!(%error, "a sound file could not be finished");
        }
    }
}
