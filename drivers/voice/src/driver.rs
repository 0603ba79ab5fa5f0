//! The voice's thread: commands and the jack on one side, one speech at a time on the other.
use crate::level::{Rate, Volume};
use crate::output::Route;
use crate::speaking::{Speaking, Step};
use crate::synthesizer::Synthesizer;
use crate::text::{Piece, Reading, pieces};
use crate::{Config, now};
use core::time::Duration;
use drivers_api::Job;
use drivers_api::voice::{Audience, Speech, SpeechEnd, VoiceCommand, VoiceEvent, VoiceTrouble};
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::time::Instant;
use zeroize::Zeroizing;

/// Longest speech, in bytes: a letter of several pages, and more than a screen holds.
const SPEECH_BYTES_MAX: usize = 64 * 1024;
/// How long is waited for the synthesizer or the device while a speech hasn't begun: it counts against the first sound.
const BEGIN_PAUSE: Duration = Duration::from_millis(1);
/// The same when sound is on its way already.
const PAUSE: Duration = Duration::from_millis(8);

/// What comes into the thread.
pub(crate) enum Message {
    Command(VoiceCommand),
    Headset(bool),
    End,
}

pub(crate) struct Driver<S, E> {
    config: Config,
    synthesizer: S,
    events: E,
    /// `None` until the jack has told.
    headset: Option<bool>,
    rate: Rate,
    volume: Volume,
    /// What was told last of whether it can speak.
    told: Option<Result<(), VoiceTrouble>>,
    /// When a voice that can't speak is tried again.
    try_at: Instant,
    speaking: Option<Speaking>,
    /// Taken in, to be begun when no other command waits.
    next: Option<Speech>,
}

impl<S: Synthesizer, E: Fn(VoiceEvent)> Driver<S, E> {
    pub(crate) fn new(config: Config, synthesizer: S, events: E) -> Self {
        Self {
            config,
            synthesizer,
            events,
            headset: None,
            rate: Rate::default(),
            volume: Volume::default(),
            told: None,
            try_at: now(),
            speaking: None,
            next: None,
        }
    }

    /// Runs until the handle is dropped.
    pub(crate) fn run(mut self, inbox: &Receiver<Message>) {
        let mut step = Step::Moved;
        loop {
            match self.wait(inbox, step) {
                Ok(Message::End) | Err(RecvTimeoutError::Disconnected) => return,
                Ok(message) => {
                    self.take(message);
                    // Whatever else has come, first: of ten speeches that wait only the last is begun.
                    step = Step::Moved;
                    continue;
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
            if let Some(speech) = self.next.take() {
                self.begin(speech);
            } else if self.speaking.is_none() && self.told != Some(Ok(())) && now() >= self.try_at {
                self.begin_trial();
            }
            step = self.step();
        }
    }

    fn wait(&self, inbox: &Receiver<Message>, step: Step) -> Result<Message, RecvTimeoutError> {
        let try_now = |inbox: &Receiver<Message>| {
            inbox.try_recv().map_err(|error| match error {
                TryRecvError::Empty => RecvTimeoutError::Timeout,
                TryRecvError::Disconnected => RecvTimeoutError::Disconnected,
            })
        };
        match &self.speaking {
            _ if self.next.is_some() => try_now(inbox),
            Some(_) if step != Step::Waits => try_now(inbox),
            Some(speaking) => inbox.recv_timeout(if speaking.has_begun() { PAUSE } else { BEGIN_PAUSE }),
            None if self.told == Some(Ok(())) => inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
            None => inbox.recv_timeout(self.try_at.saturating_duration_since(now())),
        }
    }

    fn take(&mut self, message: Message) {
        match message {
            Message::Headset(is_plugged) => self.headset(is_plugged),
            Message::Command(VoiceCommand::Say(speech)) => {
                self.interrupt();
                self.next = Some(speech);
            }
            Message::Command(VoiceCommand::Hush) => self.interrupt(),
            Message::Command(VoiceCommand::Slower) => self.change_rate(self.rate.slower()),
            Message::Command(VoiceCommand::Faster) => self.change_rate(self.rate.faster()),
            Message::Command(VoiceCommand::Louder) => self.volume = self.volume.louder(),
            Message::Command(VoiceCommand::Quieter) => self.volume = self.volume.quieter(),
            Message::Command(VoiceCommand::Reset) => {
                self.interrupt();
                self.rate = Rate::default();
                self.volume = Volume::default();
                self.synthesizer.prepare(self.config.language, self.rate);
            }
            Message::End => {}
        }
    }

    fn headset(&mut self, is_plugged: bool) {
        self.headset = Some(is_plugged);
        if is_plugged {
            self.tell(VoiceEvent::HeadsetPlugged);
            return;
        }
        let is_in_headset = |speaking: &Speaking| speaking.route() == Route::Headset;
        if self.speaking.as_ref().is_some_and(is_in_headset) {
            self.stop();
        }
        self.tell(VoiceEvent::HeadsetUnplugged);
    }

    /// Ends what is being said, and what was going to be.
    fn interrupt(&mut self) {
        self.stop();
        if let Some(speech) = self.next.take() {
            self.end(speech.job, SpeechEnd::Interrupted);
        }
    }

    fn stop(&mut self) {
        let Some(speaking) = self.speaking.take() else { return };
        let job = speaking.job();
        // Silent before it is told.
        drop(speaking);
        if let Some(job) = job {
            self.end(job, SpeechEnd::Interrupted);
        }
    }

    fn change_rate(&mut self, rate: Rate) {
        if self.rate == rate {
            return;
        }
        self.rate = rate;
        if let Some(speaking) = &mut self.speaking {
            speaking.begin_piece_anew();
        } else {
            self.synthesizer.prepare(self.config.language, rate);
        }
    }

    fn begin(&mut self, speech: Speech) {
        self.stop();
        let job = speech.job;
        let route = match speech.audience {
            _ if self.headset == Some(true) => Route::Headset,
            Audience::Public if self.config.target.has_loudspeaker() => Route::Loudspeaker,
            Audience::Public | Audience::Private => return self.end(job, SpeechEnd::NobodyListens),
        };
        let length: usize = speech.phrases.iter().map(|phrase| phrase.text.expose().len()).sum();
        if length > SPEECH_BYTES_MAX {
            return self.end(job, SpeechEnd::Failed(VoiceTrouble::TooLong));
        }
        let mut languages = speech.phrases.iter().map(|phrase| phrase.language);
        if let Some(language) = languages.find(|language| !self.synthesizer.speaks(language)) {
            tracing::warn!(language, "no voice");
            return self.end(job, SpeechEnd::Failed(VoiceTrouble::Language));
        }
        let pieces = speech.phrases.iter().flat_map(pieces).collect();
        drop(speech);
        self.speaking = Some(Speaking::new(Some(job), route, pieces));
    }

    /// Says a letter so that nobody hears it, to find out whether it can speak.
    fn begin_trial(&mut self) {
        let is_loud = self.headset != Some(true) && self.config.target.has_loudspeaker();
        let route = if is_loud { Route::Loudspeaker } else { Route::Headset };
        let piece = Piece {
            text: Zeroizing::new("a".to_owned()),
            reading: Reading::Text,
            language: self.config.language,
        };
        self.speaking = Some(Speaking::new(None, route, vec![piece]));
    }

    fn step(&mut self) -> Step {
        let Some(speaking) = &mut self.speaking else {
            return Step::Waits;
        };
        let step = speaking.step(&mut self.synthesizer, &self.config, self.rate, self.volume);
        let job = speaking.job();
        match step {
            Step::Moved | Step::Waits => {}
            Step::Started => {
                if let Some(job) = job {
                    self.tell_state(Ok(()));
                    self.tell(VoiceEvent::Started(job));
                }
            }
            Step::Done => {
                self.speaking = None;
                match job {
                    Some(job) => self.end(job, SpeechEnd::Spoken),
                    None => self.tell_state(Ok(())),
                }
            }
            Step::Failed(why) => {
                self.speaking = None;
                self.try_at = now() + self.config.patience.again;
                self.tell_state(Err(why));
                if let Some(job) = job {
                    self.end(job, SpeechEnd::Failed(why));
                }
            }
        }
        step
    }

    fn tell_state(&mut self, state: Result<(), VoiceTrouble>) {
        if self.told != Some(state) {
            self.told = Some(state);
            tracing::info!(?state, "voice");
            self.tell(state.map_or_else(VoiceEvent::Gone, |()| VoiceEvent::Ready));
        }
    }

    fn end(&self, job: Job, how: SpeechEnd) {
        self.tell(VoiceEvent::Ended { job, how });
    }

    fn tell(&self, event: VoiceEvent) {
        (self.events)(event);
    }
}
