//! One voice for two: the loop tells it how to speak, the screens tell it what to say.
use drivers_api::voice::{Mute, Voice, VoiceCommand};
use std::sync::{Arc, Mutex, PoisonError};

/// A handle on the terminal's voice. Mute until it is given one.
#[derive(Clone)]
pub struct SharedVoice(Arc<Mutex<Box<dyn Voice + Send>>>);

impl Default for SharedVoice {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Box::new(Mute))))
    }
}

impl SharedVoice {
    /// Speaks with this voice from now on.
    pub fn become_voice(&self, voice: impl Voice + Send + 'static) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Box::new(voice);
    }
}

impl Voice for SharedVoice {
    fn give(&mut self, command: VoiceCommand) {
        // A voice returns at once, and leaves nothing half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner).give(command);
    }
}

impl std::fmt::Debug for SharedVoice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SharedVoice")
    }
}
