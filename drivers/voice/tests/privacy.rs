//! Who hears what, and what is left behind (EN 301 549, 5.1.3.8, 5.1.3.9).
//! Needs from Debian: espeak-ng.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::wildcard_enum_match_arm)] // a test that looks at other programs
mod common;
use common::{Made, World, ended, phrase, program, seconds};
use drivers_api::Job;
use drivers_api::voice::{Audience, Manner, SpeechEnd, Voice, VoiceCommand, VoiceEvent};
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

const NAME: &str = "Erika Mustermann";

/// espeak-ng under watch: what it was started with, and what it was given.
fn watched(folder: &Path) -> std::path::PathBuf {
    let folder = folder.display();
    let script = format!(
        "printf '%s\\n' \"$0\" \"$@\" >> {folder}/arguments; /usr/bin/env >> {folder}/environment\n\
         /usr/bin/tee -a {folder}/text | /usr/bin/espeak-ng \"$@\""
    );
    program(Path::new(&folder.to_string()), &script)
}

#[test]
fn without_a_headset_private_speech_is_given_to_nobody() {
    let watch = tempfile::tempdir().unwrap();
    for loudspeaker in [false, true] {
        let mut world = World::ready(Made {
            headset: false,
            loudspeaker,
            program: Some(watched(watch.path())),
            ..Made::default()
        });
        for manner in [Manner::Plain, Manner::Spelled, Manner::Digits, Manner::Code] {
            world.say(1, Audience::Private, vec![phrase(NAME, "de", manner)]);
            assert_eq!(world.next(), ended(1, SpeechEnd::NobodyListens));
        }
        // Nor is it kept for later.
        world.jack.plug();
        assert_eq!(world.next(), VoiceEvent::HeadsetPlugged);
        assert!(world.is_quiet());
        assert!(world.files().is_empty(), "{:?}", world.files());
        // The trial's letter is all that any process was given.
        let given = fs::read_to_string(watch.path().join("text")).unwrap();
        assert!(given.chars().all(|letter| letter == 'a'), "{given}");
    }
}

#[test]
fn text_is_neither_in_arguments_nor_in_the_environment_nor_in_files() {
    let watch = tempfile::tempdir().unwrap();
    let mut world = World::ready(Made {
        program: Some(watched(watch.path())),
        ..Made::default()
    });
    assert!(seconds(&world.spoken(1, NAME)) > 0.5);
    let read = |name: &str| fs::read_to_string(watch.path().join(name)).unwrap();
    assert!(read("text").contains(NAME), "the watch sees nothing");
    assert!(
        read("arguments").contains("--stdin") && read("environment").contains("PWD"),
        "the watch sees nothing"
    );
    for name in ["arguments", "environment"] {
        assert!(
            !read(name).contains("Erika") && !read(name).contains("Muster"),
            "{name}"
        );
    }
    assert_eq!(world.files(), ["headset-1.wav"]);
}

#[test]
fn public_speech_goes_to_the_loudspeaker_only_if_there_is_one() {
    let mut world = World::ready(Made {
        headset: false,
        ..Made::default()
    });
    let welcome = || vec![phrase("Willkommen.", "de", Manner::Plain)];
    world.say(1, Audience::Public, welcome());
    assert_eq!(world.next(), ended(1, SpeechEnd::NobodyListens));
    assert!(world.files().is_empty());

    let mut world = World::ready(Made {
        headset: false,
        loudspeaker: true,
        ..Made::default()
    });
    world.say(1, Audience::Public, welcome());
    assert_eq!(world.next(), VoiceEvent::Started(Job(1)));
    assert_eq!(world.next(), ended(1, SpeechEnd::Spoken));
    world.say(2, Audience::Private, welcome());
    assert_eq!(world.next(), ended(2, SpeechEnd::NobodyListens));
    world.jack.plug();
    assert_eq!(world.next(), VoiceEvent::HeadsetPlugged);
    for (job, audience) in [(3, Audience::Public), (4, Audience::Private)] {
        world.say(job, audience, welcome());
        assert_eq!(world.next(), VoiceEvent::Started(Job(job)));
        assert_eq!(world.next(), ended(job, SpeechEnd::Spoken));
    }
    assert_eq!(world.files(), ["headset-3.wav", "headset-4.wav", "loudspeaker-1.wav"]);
}

#[test]
fn pulling_the_headset_out_silences_it_at_once() {
    for audience in [Audience::Private, Audience::Public] {
        let mut world = World::ready(Made {
            live: true,
            loudspeaker: true,
            ..Made::default()
        });
        let text = "Das ist ein langer Satz, der nicht zu Ende gesprochen wird. ".repeat(10);
        world.say(1, audience, vec![phrase(&text, "de", Manner::Plain)]);
        assert_eq!(world.next(), VoiceEvent::Started(Job(1)));
        std::thread::sleep(Duration::from_millis(300));
        let pulled = Instant::now();
        world.jack.unplug();
        let (at, event) = world.next_at();
        assert_eq!(event, ended(1, SpeechEnd::Interrupted));
        assert_eq!(world.next(), VoiceEvent::HeadsetUnplugged);
        let took = at - pulled;
        assert!(took < Duration::from_millis(500), "{took:?}");
        let heard = seconds(&world.sound("headset-1.wav"));
        assert!((0.2..3.0).contains(&heard), "{heard} s");
        // It doesn't go on elsewhere, and not when the headset is back.
        world.jack.plug();
        assert_eq!(world.next(), VoiceEvent::HeadsetPlugged);
        assert!(world.is_quiet());
        assert_eq!(world.files(), ["headset-1.wav"]);
    }
}

/// Bytes of our own heap, stacks and pipes' buffers: everything in this process that can be written to.
fn times_in_memory(needle: &[u8]) -> usize {
    use std::io::{Read, Seek, SeekFrom};
    let maps = fs::read_to_string("/proc/self/maps").unwrap();
    let mut memory = fs::File::open("/proc/self/mem").unwrap();
    let mut times = 0;
    for line in maps.lines().filter(|line| line.contains(" rw") && !line.contains("[v")) {
        let (from, to) = line.split(' ').next().unwrap().split_once('-').unwrap();
        let [from, to] = [from, to].map(|address| u64::from_str_radix(address, 16).unwrap());
        memory.seek(SeekFrom::Start(from)).unwrap();
        // Read in parts into one place, so that the search doesn't find its own copies often.
        let mut part = [0_u8; 4096];
        for _ in (from..to).step_by(part.len()) {
            if memory.read_exact(&mut part).is_err() {
                break;
            }
            times += part.windows(needle.len()).filter(|window| *window == needle).count();
            part.fill(0);
        }
    }
    times
}

#[test]
fn nothing_is_remembered() {
    // Built while it runs, so that the program's own text doesn't hold it.
    let secret: String = "nnamretsuM|akirE"
        .chars()
        .rev()
        .collect::<String>()
        .replace('|', "-geb-");
    let mut world = World::ready(Made {
        live: true,
        ..Made::default()
    });
    world.say(1, Audience::Private, vec![phrase(&secret, "de", Manner::Plain)]);
    assert_eq!(world.next(), VoiceEvent::Started(Job(1)));
    assert_eq!(world.next(), ended(1, SpeechEnd::Spoken));
    let ninefold = Zeroizing::new(secret.repeat(9));
    // Another is interrupted in the middle, a third before it begins.
    world.say(2, Audience::Private, vec![phrase(&ninefold, "de", Manner::Spelled)]);
    assert_eq!(world.next(), VoiceEvent::Started(Job(2)));
    world.say(3, Audience::Private, vec![phrase(&secret, "de", Manner::Digits)]);
    world.voice.give(VoiceCommand::Reset);
    assert_eq!(world.next(), ended(2, SpeechEnd::Interrupted));
    loop {
        match world.next() {
            VoiceEvent::Started(Job(3)) => {}
            event => break assert_eq!(event, ended(3, SpeechEnd::Interrupted)),
        }
    }
    drop(ninefold);
    // A marker of the same kind shows that the search works.
    let marker: String = "rekram-nie-tsi-sad".chars().rev().collect();
    let search = |text: &str| times_in_memory(text.as_bytes());
    assert!(search(&marker) > 0, "the search finds nothing");
    let held = search(&secret);
    drop(world);
    // Ours (`secret` itself, and what the search holds) and no more.
    let own = search(&secret);
    assert!(held <= own && own <= 3, "held {held}, own {own}");
}
