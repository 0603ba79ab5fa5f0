//! How soon the first sound goes out.
//! Needs from Debian: espeak-ng alsa-utils.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)] // a test that measures
mod common;
use common::{Made, World, ended, phrase};
use drivers_api::Job;
use drivers_api::voice::{Audience, Manner, SpeechEnd, VoiceEvent};
use std::time::{Duration, Instant};
use voice::Target;

const TEXT: &str = "Bitte legen Sie Ihren Ausweis auf das Lesegerät. Danach geben Sie Ihre PIN ein.";
const RUNS: u64 = 20;
/// The goal of the whole way from a change of screen to the first sound; the voice's part of it must stay below.
const FIRST_SOUND: Duration = Duration::from_millis(200);

/// Median and longest of the times from the command to the first sound.
fn first_sounds(world: &mut World, languages: &[&'static str]) -> (Duration, Duration) {
    let mut times = Vec::new();
    for (job, language) in (0..RUNS).zip(languages.iter().cycle()) {
        let begin = Instant::now();
        world.say(job, Audience::Private, vec![phrase(TEXT, language, Manner::Plain)]);
        let (at, event) = world.next_at();
        assert_eq!(event, VoiceEvent::Started(Job(job)));
        times.push(at - begin);
        assert_eq!(world.next(), ended(job, SpeechEnd::Spoken));
    }
    times.sort();
    (times[times.len() / 2], times[times.len() - 1])
}

#[test]
fn the_first_sound_comes_soon() {
    let place = tempfile::tempdir().unwrap();
    let device = format!("file:{},raw", place.path().join("headset").display());
    let aplay = || Made {
        target: Some(Target::Alsa {
            headset: device.clone(),
            loudspeaker: None,
        }),
        ..Made::default()
    };
    // Always the same language: its process waits. Another one each time: it has to be started.
    for (way, languages) in [("warm", &["de"][..]), ("cold", &["de", "ar", "uk"][..])] {
        let (median, longest) = first_sounds(&mut World::ready(Made::default()), languages);
        println!("{way}, to the samples: median {median:?}, longest {longest:?}");
        assert!(median < FIRST_SOUND, "{way}: {median:?}");
        let (median, longest) = first_sounds(&mut World::ready(aplay()), languages);
        println!("{way}, by aplay: median {median:?}, longest {longest:?}");
        assert!(median < FIRST_SOUND, "{way} by aplay: {median:?}");
    }
}
