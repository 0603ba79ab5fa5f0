//! A voice at the test's desk: events in order, sound files, synthesizers that misbehave.
#![allow(dead_code, clippy::disallowed_methods, clippy::unwrap_used)] // not every test needs everything; it waits for programs
use drivers_api::Job;
use drivers_api::private::PrivateText;
use drivers_api::voice::{Audience, Manner, Phrase, Speech, SpeechEnd, Voice, VoiceCommand, VoiceEvent};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use voice::{Config, Espeak, HERTZ, HandJack, Patience, Target, VoiceHandle, spawn};

/// Longer than anything takes on a busy machine.
pub(crate) const LONG: Duration = Duration::from_secs(30);
/// Short enough to test a hang, long enough for a machine that builds meanwhile.
pub(crate) const PATIENCE: Patience = Patience {
    synthesizer: Duration::from_secs(5),
    output: Duration::from_secs(5),
    again: Duration::from_millis(100),
};

pub(crate) struct World {
    pub(crate) voice: VoiceHandle,
    pub(crate) events: Receiver<(Instant, VoiceEvent)>,
    pub(crate) jack: HandJack,
    pub(crate) folder: TempDir,
}

/// How a world is made.
pub(crate) struct Made {
    pub(crate) live: bool,
    pub(crate) loudspeaker: bool,
    pub(crate) headset: bool,
    pub(crate) program: Option<PathBuf>,
    pub(crate) target: Option<Target>,
}

impl Default for Made {
    fn default() -> Self {
        Self {
            live: false,
            loudspeaker: false,
            headset: true,
            program: None,
            target: None,
        }
    }
}

impl World {
    /// A voice whose first words on headset and readiness are still to come.
    pub(crate) fn new(made: Made) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (sender, events) = channel();
        let jack = HandJack::default();
        if made.headset {
            jack.plug();
        }
        let target = made.target.unwrap_or(Target::Folder {
            path: folder.path().to_owned(),
            loudspeaker: made.loudspeaker,
            live: made.live,
        });
        let config = Config {
            target,
            language: "de",
            patience: PATIENCE,
        };
        let espeak = made.program.map_or_else(Espeak::default, Espeak::new);
        let told = move |event| sender.send((Instant::now(), event)).unwrap();
        let voice = spawn(config, espeak, jack.clone(), told).unwrap();
        Self {
            voice,
            events,
            jack,
            folder,
        }
    }

    /// A voice that has told what there is to tell at first.
    pub(crate) fn ready(made: Made) -> Self {
        let wanted = if made.headset {
            VoiceEvent::HeadsetPlugged
        } else {
            VoiceEvent::HeadsetUnplugged
        };
        let world = Self::new(made);
        let first = [world.next(), world.next()];
        assert!(
            first.contains(&VoiceEvent::Ready) && first.contains(&wanted),
            "{first:?}"
        );
        world
    }

    pub(crate) fn next(&self) -> VoiceEvent {
        self.next_at().1
    }

    pub(crate) fn next_at(&self) -> (Instant, VoiceEvent) {
        self.events.recv_timeout(LONG).unwrap()
    }

    /// Whether nothing more is told for a while.
    pub(crate) fn is_quiet(&self) -> bool {
        self.events.recv_timeout(Duration::from_millis(300)).is_err()
    }

    pub(crate) fn say(&mut self, job: u64, audience: Audience, phrases: Vec<Phrase>) {
        let speech = Speech {
            job: Job(job),
            audience,
            phrases,
        };
        self.voice.give(VoiceCommand::Say(speech));
    }

    /// Says German to the headset and waits for the end.
    pub(crate) fn spoken(&mut self, job: u64, text: &str) -> Vec<i16> {
        self.spoken_as(job, phrase(text, "de", Manner::Plain))
    }

    pub(crate) fn spoken_as(&mut self, job: u64, phrase: Phrase) -> Vec<i16> {
        self.say(job, Audience::Private, vec![phrase]);
        assert_eq!(self.next(), VoiceEvent::Started(Job(job)));
        assert_eq!(self.next(), ended(job, SpeechEnd::Spoken));
        self.sound(&format!("headset-{job}.wav"))
    }

    /// The samples of a file, whose head must be right.
    pub(crate) fn sound(&self, name: &str) -> Vec<i16> {
        sound(&self.folder.path().join(name))
    }

    pub(crate) fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

pub(crate) fn sound(path: &Path) -> Vec<i16> {
    let bytes = fs::read(path).unwrap();
    let begin = voice::wav::sound_begins(&bytes, HERTZ).unwrap().unwrap();
    let length = u32::from_le_bytes(bytes[begin - 4..begin].try_into().unwrap());
    assert_eq!(length as usize, bytes.len() - begin, "the head tells another length");
    let samples = bytes[begin..].chunks_exact(2);
    samples.map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect()
}

pub(crate) fn seconds(samples: &[i16]) -> f64 {
    samples.len() as f64 / f64::from(HERTZ)
}

/// Loudest sample.
pub(crate) fn peak(samples: &[i16]) -> u16 {
    samples.iter().map(|sample| sample.unsigned_abs()).max().unwrap_or(0)
}

pub(crate) fn phrase(text: &str, language: &'static str, manner: Manner) -> Phrase {
    Phrase {
        text: PrivateText::from(text),
        language,
        manner,
    }
}

pub(crate) fn ended(job: u64, how: SpeechEnd) -> VoiceEvent {
    VoiceEvent::Ended { job: Job(job), how }
}

/// A program made of a shell script.
pub(crate) fn program(folder: &Path, script: &str) -> PathBuf {
    let path = folder.join("synthesizer");
    let unfinished = folder.join("synthesizer.new");
    fs::write(&unfinished, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&unfinished, fs::Permissions::from_mode(0o755)).unwrap();
    fs::rename(&unfinished, &path).unwrap();
    path
}
