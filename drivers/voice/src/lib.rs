//! The voice: speech for the one who wears the headset.
//!
//! Start here: [`spawn`] takes a synthesizer, a jack and a target, and gives back a [`VoiceHandle`], which is a
//! [`drivers_api::voice::Voice`]. One thread turns commands into sound and tells [`VoiceEvent`]s; another waits at the
//! jack.
//!
//! ```text
//! Speech ─ text::pieces ─▶ Synthesizer (espeak-ng, a process for each piece) ─▶ level::Volume ─▶ aplay │ folder
//! ```
//!
//! What holds, and why:
//! * **Private speech goes to the headset or nowhere** (EN 301 549, 5.1.3.8 and 5.1.3.9): without a headset no process
//!   gets its text, and nothing is kept for later. Pulling the headset out ends what is being said there. Sound cards
//!   that switch over to a loudspeaker by themselves when the headset goes (ALSA's "Auto-Mute Mode") must be told not to
//!   when the terminal is set up; the loudspeaker is a device of its own here.
//! * **Text travels through pipes only**, and is overwritten when it has been read. A process for each piece: it can be
//!   killed in the middle of a word, and a crash, which a hostile text may bring about in any synthesizer, is its own.
//! * **Sound goes out by `aplay`**, not by a library in this process: killing it silences the device at once, a driver
//!   that hangs takes nobody along, and the terminal links no C code that parses configuration files. The price is some
//!   ten milliseconds for starting it, which run while the synthesizer reads its first words.
//! * **Volume is a number we multiply by**, never the system's mixer: after a visit it is back where it was, whatever
//!   happens (5.1.3.13).
mod driver;
mod espeak;
mod jack;
pub mod level;
mod output;
mod process;
mod speaking;
mod ssml;
mod synthesizer;
pub mod text;
pub mod wav;

pub use espeak::{Espeak, VOICES};
pub use jack::{HandJack, INPUT_FOLDER, Jack, SwitchJack};
pub use synthesizer::{Got, HERTZ, Sound, Synthesizer, SynthesizerError};

use core::time::Duration;
use driver::{Driver, Message};
use drivers_api::voice::{Voice, VoiceCommand, VoiceEvent};
use std::path::PathBuf;
use std::sync::mpsc::{Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Instant;
use thiserror::Error;

/// Where sound goes.
#[derive(Clone, Debug)]
pub enum Target {
    /// Sound devices, as `aplay -L` names them.
    Alsa {
        /// The citizen's headset.
        headset: String,
        /// Heard by everybody; `None` if the terminal has none.
        loudspeaker: Option<String>,
    },
    /// A folder that takes `headset-<job>.wav` and `loudspeaker-<job>.wav`. A test device: what was said can be heard by
    /// whoever may read the folder.
    Folder {
        /// The folder; it is made if it isn't there.
        path: PathBuf,
        /// Whether there is a loudspeaker.
        loudspeaker: bool,
        /// Speaking takes as long as it would be heard; otherwise it is over as soon as the synthesizer is.
        live: bool,
    },
}

/// How long others are waited for.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For a synthesizer that sends nothing.
    pub synthesizer: Duration,
    /// For a sound device that takes nothing.
    pub output: Duration,
    /// Until a voice that is gone is tried again.
    pub again: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            synthesizer: Duration::from_secs(2),
            output: Duration::from_secs(2),
            again: Duration::from_secs(5),
        }
    }
}

/// What a terminal's voice is like.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where it is heard.
    pub target: Target,
    /// BCP 47 tag of the language that is most probably spoken first.
    pub language: &'static str,
    /// How long others are waited for.
    pub patience: Patience,
}

/// Why there is no voice at all.
#[derive(Debug, Error)]
pub enum SpawnError {
    /// No thread to be had.
    #[error("the voice's thread could not be started")]
    Thread(#[source] std::io::Error),
    /// The jack can't be watched.
    #[error("the headset's jack can't be watched")]
    Jack(#[source] std::io::Error),
}

/// A voice in its thread. Dropping it silences it and waits for its thread, which holds what was being said.
pub struct VoiceHandle {
    messages: Sender<Message>,
    end_jack: Box<dyn Fn() + Send>,
    threads: Vec<JoinHandle<()>>,
}

/// Starts a voice. `events` is called from its thread, and must not block for long.
///
/// # Errors
/// [`SpawnError`]. A synthesizer or a sound device that is merely away is no error: it is told as `Gone`.
pub fn spawn(
    config: Config,
    synthesizer: impl Synthesizer,
    mut jack: impl Jack,
    events: impl Fn(VoiceEvent) + Send + 'static,
) -> Result<VoiceHandle, SpawnError> {
    let end_jack = jack.waker().map_err(SpawnError::Jack)?;
    let (messages, inbox) = channel();
    let mut handle = VoiceHandle {
        messages: messages.clone(),
        end_jack,
        threads: Vec::new(),
    };
    let thread = |name: &str| thread::Builder::new().name(name.to_owned());
    let driver = thread("voice")
        .spawn(move || Driver::new(config, synthesizer, events).run(&inbox))
        .map_err(SpawnError::Thread)?;
    handle.threads.push(driver);
    let watch = move || {
        while let Some(is_plugged) = jack.wait() {
            if messages.send(Message::Headset(is_plugged)).is_err() {
                return;
            }
        }
    };
    handle
        .threads
        .push(thread("headset jack").spawn(watch).map_err(SpawnError::Thread)?);
    Ok(handle)
}

impl Voice for VoiceHandle {
    fn give(&mut self, command: VoiceCommand) {
        // The thread lives as long as this handle, so sending can't fail.
        let _ = self.messages.send(Message::Command(command));
    }
}

impl Drop for VoiceHandle {
    fn drop(&mut self) {
        (self.end_jack)();
        let _ = self.messages.send(Message::End);
        for thread in self.threads.drain(..) {
            // A panic in there was told where it happened.
            let _ = thread.join();
        }
    }
}

/// The clock that patience is measured with.
#[allow(clippy::disallowed_methods)] // a host that drives devices; nothing pure depends on it
fn now() -> Instant {
    Instant::now()
}
