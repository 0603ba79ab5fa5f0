//! Sound by `aplay` into ALSA's own devices: one that writes a file, one that takes nothing, and one that isn't there.
//! Needs from Debian: espeak-ng alsa-utils.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::wildcard_enum_match_arm)] // a test that waits for other programs
mod common;
use common::{Made, World, ended, phrase};
use drivers_api::Job;
use drivers_api::voice::{Audience, Manner, SpeechEnd, VoiceEvent, VoiceTrouble};
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};
use voice::Target;

/// A device that writes what it is given.
fn file(path: &Path) -> String {
    format!("file:{},raw", path.display())
}

fn made(headset: String, loudspeaker: Option<String>) -> Made {
    Made {
        target: Some(Target::Alsa { headset, loudspeaker }),
        ..Made::default()
    }
}

fn samples(path: &Path) -> Vec<i16> {
    let bytes = fs::read(path).unwrap();
    bytes
        .chunks_exact(2)
        .map(|pair| i16::from_le_bytes([pair[0], pair[1]]))
        .collect()
}

#[test]
fn aplay_is_given_each_sample() {
    let place = tempfile::tempdir().unwrap();
    let (headset, loudspeaker) = (place.path().join("headset"), place.path().join("loudspeaker"));
    let text = "Bitte legen Sie Ihren Ausweis auf das Lesegerät.";
    let mut world = World::ready(made(file(&headset), Some(file(&loudspeaker))));
    let wanted = World::ready(Made::default()).spoken(1, text);
    world.say(1, Audience::Private, vec![phrase(text, "de", Manner::Plain)]);
    assert_eq!(world.next(), VoiceEvent::Started(Job(1)));
    assert_eq!(world.next(), ended(1, SpeechEnd::Spoken));
    let heard = samples(&headset);
    // The device fills up its last period with silence.
    assert_eq!(heard[..wanted.len()], wanted);
    assert!(heard[wanted.len()..].iter().all(|&sample| sample == 0));
    assert!(!loudspeaker.exists() || samples(&loudspeaker).iter().all(|&sample| sample == 0));

    world.jack.unplug();
    assert_eq!(world.next(), VoiceEvent::HeadsetUnplugged);
    fs::remove_file(&headset).unwrap();
    world.say(2, Audience::Private, vec![phrase(text, "de", Manner::Plain)]);
    assert_eq!(world.next(), ended(2, SpeechEnd::NobodyListens));
    world.say(3, Audience::Public, vec![phrase(text, "de", Manner::Plain)]);
    assert_eq!(world.next(), VoiceEvent::Started(Job(3)));
    assert_eq!(world.next(), ended(3, SpeechEnd::Spoken));
    assert_eq!(samples(&loudspeaker)[..wanted.len()], wanted);
    assert!(!headset.exists());
}

#[test]
fn a_word_shorter_than_the_pipe_is_heard_whole() {
    let place = tempfile::tempdir().unwrap();
    let headset = place.path().join("headset");
    let mut world = World::ready(made(file(&headset), None));
    for job in 1..=5 {
        world.say(job, Audience::Private, vec![phrase("a", "de", Manner::Plain)]);
        assert_eq!(world.next(), VoiceEvent::Started(Job(job)));
        assert_eq!(world.next(), ended(job, SpeechEnd::Spoken));
        assert!(samples(&headset).iter().any(|sample| sample.unsigned_abs() > 1000));
    }
}

#[test]
fn a_device_that_isn_t_there_is_told_once() {
    let mut world = World::new(made("hw:CARD=Nowhere".to_owned(), None));
    let first = [world.next(), world.next()];
    assert!(first.contains(&VoiceEvent::Gone(VoiceTrouble::Output)), "{first:?}");
    world.say(1, Audience::Private, vec![phrase("Ja.", "de", Manner::Plain)]);
    // No sound went out, and none is claimed to have.
    assert_eq!(world.next(), ended(1, SpeechEnd::Failed(VoiceTrouble::Output)));
    assert!(world.is_quiet());
}

#[test]
fn a_device_that_breaks_is_tried_again() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("not-yet");
    let mut world = World::new(made(file(&folder.join("headset")), None));
    let first = [world.next(), world.next()];
    assert!(first.contains(&VoiceEvent::Gone(VoiceTrouble::Output)), "{first:?}");
    // This one breaks only when it has taken some sound.
    world.say(1, Audience::Private, vec![phrase("Ja.", "de", Manner::Plain)]);
    while world.next() != ended(1, SpeechEnd::Failed(VoiceTrouble::Output)) {}
    fs::create_dir(&folder).unwrap();
    while world.next() != VoiceEvent::Ready {}
    world.say(2, Audience::Private, vec![phrase("Ja.", "de", Manner::Plain)]);
    assert_eq!(world.next(), VoiceEvent::Started(Job(2)));
    assert_eq!(world.next(), ended(2, SpeechEnd::Spoken));
    assert!(!samples(&folder.join("headset")).is_empty());
}

#[test]
fn a_device_that_takes_nothing_is_given_up_and_can_be_interrupted() {
    // A pipe that nobody reads, as a sound card that has stopped its clock.
    let place = tempfile::tempdir().unwrap();
    let pipe = place.path().join("pipe");
    assert!(
        std::process::Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    let reader = fs::OpenOptions::new().read(true).write(true).open(&pipe).unwrap();
    let mut world = World::ready(made(file(&pipe), None));
    let long = "Das ist ein Satz, der in keine Leitung passt. ".repeat(20);
    world.say(1, Audience::Private, vec![phrase(&long, "de", Manner::Plain)]);
    assert_eq!(world.next(), VoiceEvent::Started(Job(1)));
    std::thread::sleep(Duration::from_millis(200));
    let begin = Instant::now();
    world.say(2, Audience::Private, vec![phrase(&long, "de", Manner::Plain)]);
    let (at, event) = world.next_at();
    assert_eq!(event, ended(1, SpeechEnd::Interrupted));
    assert!(at - begin < Duration::from_millis(1000), "{:?}", at - begin);
    loop {
        match world.next() {
            VoiceEvent::Started(Job(2)) => {}
            event => break assert_eq!(event, VoiceEvent::Gone(VoiceTrouble::Output)),
        }
    }
    assert_eq!(world.next(), ended(2, SpeechEnd::Failed(VoiceTrouble::Output)));
    drop(reader);
}
