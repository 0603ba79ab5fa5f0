//! Speech can be interrupted at any time (EN 301 549, 5.1.3.4 and 5.1.3.5), and events keep their order.
//! Needs from Debian: espeak-ng.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::wildcard_enum_match_arm)] // a test that measures
mod common;
use common::{Made, World, ended, phrase, seconds};
use drivers_api::Job;
use drivers_api::voice::{Audience, Manner, Phrase, SpeechEnd, Voice, VoiceCommand, VoiceEvent};
use std::thread::sleep;
use std::time::{Duration, Instant};

fn long() -> Vec<Phrase> {
    let text = "Das ist ein langer Satz, der nicht zu Ende gesprochen wird. ".repeat(10);
    vec![phrase(&text, "de", Manner::Plain)]
}

fn live() -> World {
    World::ready(Made {
        live: true,
        ..Made::default()
    })
}

#[test]
fn a_new_speech_ends_the_old_one_at_once() {
    let mut world = live();
    world.say(1, Audience::Private, long());
    assert_eq!(world.next(), VoiceEvent::Started(Job(1)));
    sleep(Duration::from_millis(300));
    let begin = Instant::now();
    world.say(2, Audience::Private, vec![phrase("Ja.", "de", Manner::Plain)]);
    let (at, event) = world.next_at();
    assert_eq!(event, ended(1, SpeechEnd::Interrupted));
    assert!(at - begin < Duration::from_millis(500), "{:?}", at - begin);
    let (at, event) = world.next_at();
    assert_eq!(event, VoiceEvent::Started(Job(2)));
    assert!(at - begin < Duration::from_millis(1500), "{:?}", at - begin);
    assert_eq!(world.next(), ended(2, SpeechEnd::Spoken));
    let heard = seconds(&world.sound("headset-1.wav"));
    assert!((0.2..3.0).contains(&heard), "{heard} s");
}

#[test]
fn speaking_takes_its_time_and_silence_is_at_once() {
    let mut world = live();
    let begin = Instant::now();
    let heard = seconds(&world.spoken(1, "Das dauert so lange, wie man es hört."));
    let took = begin.elapsed().as_secs_f64();
    assert!(took > heard - 0.01, "{took} s for {heard} s");
    for (job, command) in [(2, VoiceCommand::Hush), (3, VoiceCommand::Reset)] {
        world.say(job, Audience::Private, long());
        assert_eq!(world.next(), VoiceEvent::Started(Job(job)));
        let begin = Instant::now();
        world.voice.give(command);
        let (at, event) = world.next_at();
        assert_eq!(event, ended(job, SpeechEnd::Interrupted));
        assert!(at - begin < Duration::from_millis(500), "{:?}", at - begin);
    }
    // Silence itself can't be interrupted, and tells nothing.
    world.voice.give(VoiceCommand::Hush);
    assert!(world.is_quiet());
}

#[test]
fn of_many_speeches_at_once_the_last_is_said_and_each_is_answered() {
    let mut world = live();
    for job in 1..=200 {
        world.say(job, Audience::Private, long());
    }
    world.say(201, Audience::Private, vec![phrase("Ja.", "de", Manner::Plain)]);
    let (mut answered, mut started) = (Vec::new(), Vec::new());
    while answered.len() < 201 {
        match world.next() {
            VoiceEvent::Ended { job, how } => answered.push((job.0, how)),
            VoiceEvent::Started(job) => started.push(job.0),
            event => panic!("{event:?}"),
        }
    }
    let wanted: Vec<_> = (1..=200)
        .map(|job| (job, SpeechEnd::Interrupted))
        .chain([(201, SpeechEnd::Spoken)])
        .collect();
    assert_eq!(answered, wanted);
    assert!(started.contains(&201) && started.is_sorted());
}

#[test]
fn another_rate_is_heard_at_once() {
    let mut world = live();
    let text = "Bitte legen Sie jetzt Ihren Ausweis auf das Lesegerät.";
    let usual = world.spoken(1, text);
    world.say(2, Audience::Private, vec![phrase(text, "de", Manner::Plain)]);
    assert_eq!(world.next(), VoiceEvent::Started(Job(2)));
    sleep(Duration::from_millis(500));
    for _ in 0..5 {
        world.voice.give(VoiceCommand::Faster);
    }
    assert_eq!(world.next(), ended(2, SpeechEnd::Spoken));
    // A bit as usual, then all of it anew and faster.
    let heard = world.sound("headset-2.wav");
    let common = heard.iter().zip(&usual).take_while(|(a, b)| a == b).count();
    assert!((0.3..1.5).contains(&seconds(&usual[..common])), "{common}");
    let rest = seconds(&heard[common..]);
    assert!(
        (0.3 * seconds(&usual)..0.8 * seconds(&usual)).contains(&rest),
        "{rest} s"
    );
}

#[test]
fn another_volume_is_heard_at_once() {
    let mut world = live();
    let text = "Bitte legen Sie jetzt Ihren Ausweis auf das Lesegerät.";
    let usual = world.spoken(1, text);
    world.say(2, Audience::Private, vec![phrase(text, "de", Manner::Plain)]);
    assert_eq!(world.next(), VoiceEvent::Started(Job(2)));
    sleep(Duration::from_millis(500));
    world.voice.give(VoiceCommand::Quieter);
    assert_eq!(world.next(), ended(2, SpeechEnd::Spoken));
    let heard = world.sound("headset-2.wav");
    assert_eq!(heard.len(), usual.len());
    let common = heard.iter().zip(&usual).take_while(|(a, b)| a == b).count();
    assert!((0.3..1.5).contains(&seconds(&usual[..common])), "{common}");
    let (now, then) = (common::peak(&heard[common..]), common::peak(&usual[common..]));
    assert!(f64::from(now) < 0.7 * f64::from(then), "{now}, {then}");
}
