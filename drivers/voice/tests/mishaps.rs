//! Synthesizers and sound devices that are missing, crash, hang or send garbage: it is told, and the voice comes back.
//! Needs from Debian: espeak-ng.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)] // a test that waits for other programs
mod common;
use common::{LONG, Made, World, ended, peak, phrase, program};
use drivers_api::Job;
use drivers_api::voice::{Audience, Manner, SpeechEnd, Voice, VoiceCommand, VoiceEvent, VoiceTrouble};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;
use tempfile::TempDir;

const WORKS: &str = "exec /usr/bin/espeak-ng \"$@\"";
const GONE: VoiceEvent = VoiceEvent::Gone(VoiceTrouble::Synthesizer);
const FAILED: SpeechEnd = SpeechEnd::Failed(VoiceTrouble::Synthesizer);

fn world(place: &TempDir, script: &str) -> World {
    World::new(Made {
        program: Some(program(place.path(), script)),
        ..Made::default()
    })
}

fn hello() -> Vec<drivers_api::voice::Phrase> {
    vec![phrase("Guten Tag, Erika Mustermann.", "de", Manner::Plain)]
}

/// Waits until the voice is back, and lets it speak.
fn comes_back(world: &mut World, job: u64) {
    assert_eq!(world.next(), VoiceEvent::Ready);
    assert!(peak(&world.spoken(job, "Guten Tag.")) > 2000);
}

/// A synthesizer that behaves like `script` from the beginning.
fn tried_at_first(script: &str) {
    let place = tempfile::tempdir().unwrap();
    let mut world = world(&place, script);
    let first = [world.next(), world.next()];
    assert!(
        first.contains(&GONE) && first.contains(&VoiceEvent::HeadsetPlugged),
        "{script}: {first:?}"
    );
    // It is tried again and again, but told once.
    assert!(world.is_quiet(), "{script}");
    let begin = Instant::now();
    world.say(1, Audience::Private, hello());
    assert_eq!(world.next(), ended(1, FAILED), "{script}");
    assert!(begin.elapsed() < LONG / 3, "{script}: {:?}", begin.elapsed());
    program(place.path(), WORKS);
    comes_back(&mut world, 2);
}

#[test]
fn a_synthesizer_that_ends_at_once() {
    tried_at_first("exit 0");
    tried_at_first("exit 1");
    tried_at_first("kill -SEGV $$");
}

#[test]
fn a_synthesizer_that_hangs() {
    tried_at_first("exec sleep 1000");
    // A child that outlives it holds the pipe.
    tried_at_first("sleep 60 & exit 1");
}

#[test]
fn a_synthesizer_that_reads_but_never_speaks() {
    tried_at_first("cat > /dev/null; exec sleep 1000");
}

#[test]
fn a_synthesizer_that_sends_garbage() {
    tried_at_first("cat > /dev/null; exec head -c 100000 /dev/urandom");
    tried_at_first("cat > /dev/null; printf 'RIFFxxxxWAVEfmt '");
    tried_at_first("cat > /dev/null; printf 'RIFFxxxxWAVE'; exec cat /dev/zero");
    // Sound of another kind: MP3 in RIFF (format tag 85).
    tried_at_first(
        "cat > /dev/null; printf 'RIFF\\0\\0\\0\\0WAVEfmt \\020\\0\\0\\0\\125\\0\\001\\0'; exec cat /dev/zero",
    );
}

#[test]
fn a_synthesizer_that_never_ends() {
    let endless = "cat > /dev/null; /usr/bin/espeak-ng -v de --stdout Ja; exec cat /dev/zero";
    let place = tempfile::tempdir().unwrap();
    let mut world = world(&place, WORKS);
    assert_ne!(world.next(), world.next());
    program(place.path(), endless);
    world.voice.give(VoiceCommand::Faster); // the process that waits was made for another rate
    world.say(1, Audience::Private, hello());
    assert_eq!(world.next(), VoiceEvent::Started(Job(1)));
    let told = [world.next(), world.next()];
    assert_eq!(told, [GONE, ended(1, FAILED)]);
    let seconds = common::seconds(&world.sound("headset-1.wav"));
    assert!(seconds < 100.0, "{seconds} s");
    program(place.path(), WORKS);
    comes_back(&mut world, 2);
}

#[test]
fn a_synthesizer_that_breaks_in_the_middle_of_a_word() {
    let place = tempfile::tempdir().unwrap();
    let breaks = "/usr/bin/espeak-ng \"$@\" | head -c 40001; exit 139";
    let mut world = world(&place, WORKS);
    assert_ne!(world.next(), world.next());
    program(place.path(), breaks);
    world.voice.give(VoiceCommand::Faster);
    world.say(1, Audience::Private, hello());
    assert_eq!(world.next(), VoiceEvent::Started(Job(1)));
    assert_eq!([world.next(), world.next()], [GONE, ended(1, FAILED)]);
    // What was heard is in the file, and no half sample.
    assert_eq!(world.sound("headset-1.wav").len(), (40_000 - 44) / 2);
    program(place.path(), WORKS);
    comes_back(&mut world, 2);
}

#[test]
fn a_synthesizer_that_isn_t_installed() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("synthesizer");
    let mut world = World::new(Made {
        program: Some(path),
        ..Made::default()
    });
    let first = [world.next(), world.next()];
    assert!(first.contains(&GONE), "{first:?}");
    world.say(1, Audience::Private, hello());
    assert_eq!(world.next(), ended(1, FAILED));
    program(place.path(), WORKS);
    comes_back(&mut world, 2);
}

#[test]
fn a_process_that_dies_while_it_waits_is_replaced() {
    let place = tempfile::tempdir().unwrap();
    let note = place.path().join("pids");
    let script = format!("echo $$ >> {}; {WORKS}", note.display());
    let mut world = world(&place, &script);
    assert_ne!(world.next(), world.next());
    world.spoken(1, "Eins.");
    let pids = || {
        fs::read_to_string(&note)
            .unwrap()
            .lines()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let mut known = pids();
    let begin = Instant::now();
    // The process for the next piece has noted itself by now, or does so soon.
    while known.iter().filter(|pid| is_running(pid)).count() == 0 {
        assert!(begin.elapsed() < LONG);
        known = pids();
    }
    for pid in known.iter().filter(|pid| is_running(pid)) {
        assert!(
            std::process::Command::new("kill")
                .args(["-9", pid])
                .status()
                .unwrap()
                .success()
        );
    }
    while known.iter().any(|pid| is_running(pid)) {
        assert!(begin.elapsed() < LONG);
    }
    world.spoken(2, "Zwei.");
    drop(world);
    // Nothing is left behind, dead or alive.
    for pid in pids() {
        assert!(!Path::new("/proc").join(&pid).exists(), "{pid} is left");
    }
}

fn is_running(pid: &str) -> bool {
    let status = fs::read_to_string(Path::new("/proc").join(pid).join("stat")).unwrap_or_default();
    !status.is_empty() && !status.contains(") Z ")
}

#[test]
fn a_folder_that_can_t_be_written_is_no_output() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("file");
    fs::write(&file, b"").unwrap();
    let path: PathBuf = file.join("below");
    let mut world = World::new(Made {
        target: Some(voice::Target::Folder {
            path: path.clone(),
            loudspeaker: false,
            live: false,
        }),
        ..Made::default()
    });
    let first = [world.next(), world.next()];
    assert!(first.contains(&VoiceEvent::Gone(VoiceTrouble::Output)), "{first:?}");
    world.say(1, Audience::Private, hello());
    assert_eq!(world.next(), ended(1, SpeechEnd::Failed(VoiceTrouble::Output)));
    fs::remove_file(&file).unwrap();
    assert_eq!(world.next(), VoiceEvent::Ready);
    world.say(2, Audience::Private, hello());
    assert_eq!(world.next(), VoiceEvent::Started(Job(2)));
    assert_eq!(world.next(), ended(2, SpeechEnd::Spoken));
    assert!(!common::sound(&path.join("headset-2.wav")).is_empty());
}
