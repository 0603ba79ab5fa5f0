//! Commands and plugs in any order: every speech has one answer, private speech is in the headset or nowhere.
//! Needs from Debian: espeak-ng.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)] // a test that waits for another program
mod common;
use common::{LONG, Made, World, ended, phrase};
use drivers_api::Job;
use drivers_api::voice::{Audience, Manner, SpeechEnd, Voice, VoiceCommand, VoiceEvent};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

#[derive(Clone, Debug)]
enum Act {
    Say {
        private: bool,
        manner: Manner,
        text: String,
        language: &'static str,
    },
    Give(u8),
    Plug(bool),
    Rest(u64),
}

fn act() -> impl Strategy<Value = Act> {
    let manner = prop::sample::select(vec![Manner::Plain, Manner::Spelled, Manner::Digits, Manner::Code]);
    let language = prop::sample::select(vec!["de", "de-x-leicht", "ar", "fa", "uk", "en", "xx"]);
    let text = "[a-zß0-9<>&\\[\\] .,\u{1}\u{202e}سли-]{0,40}";
    prop_oneof![
        6 => (any::<bool>(), manner, text, language)
            .prop_map(|(private, manner, text, language)| Act::Say { private, manner, text, language }),
        2 => (0..6_u8).prop_map(Act::Give),
        2 => any::<bool>().prop_map(Act::Plug),
        2 => (0..50_u64).prop_map(Act::Rest),
    ]
}

fn command(number: u8) -> VoiceCommand {
    match number {
        0 => VoiceCommand::Hush,
        1 => VoiceCommand::Slower,
        2 => VoiceCommand::Faster,
        3 => VoiceCommand::Louder,
        4 => VoiceCommand::Quieter,
        _ => VoiceCommand::Reset,
    }
}

/// Plays the acts; gives who was spoken to, and what was told.
fn play(world: &mut World, acts: Vec<Act>) -> (Vec<Audience>, Vec<VoiceEvent>) {
    let (mut said, mut events) = (Vec::new(), Vec::new());
    for act in acts {
        match act {
            Act::Say {
                private,
                manner,
                text,
                language,
            } => {
                let audience = if private { Audience::Private } else { Audience::Public };
                world.say(said.len() as u64, audience, vec![phrase(&text, language, manner)]);
                said.push(audience);
            }
            Act::Give(number) => world.voice.give(command(number)),
            Act::Plug(true) => world.jack.plug(),
            Act::Plug(false) => world.jack.unplug(),
            Act::Rest(ms) => std::thread::sleep(Duration::from_millis(ms)),
        }
    }
    let answered = |events: &[VoiceEvent]| {
        events
            .iter()
            .filter(|event| matches!(event, VoiceEvent::Ended { .. }))
            .count()
    };
    while answered(&events) < said.len() {
        events.push(world.events.recv_timeout(LONG).unwrap().1);
    }
    (said, events)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, max_shrink_iters: 30, ..ProptestConfig::default() })]
    #[test]
    fn the_laws_hold(acts in prop::collection::vec(act(), 0..40), live in prop::bool::weighted(0.3), loudspeaker in any::<bool>()) {
        let mut world = World::ready(Made { live, loudspeaker, ..Made::default() });
        let (said, events) = play(&mut world, acts);
        let (mut started, mut answered) = (BTreeMap::new(), BTreeMap::new());
        let mut is_plugged = true;
        for event in &events {
            match *event {
                VoiceEvent::Started(Job(job)) => {
                    prop_assert!(!answered.contains_key(&job) && started.insert(job, is_plugged).is_none(), "{events:?}");
                    let private = said[job as usize] == Audience::Private;
                    prop_assert!(is_plugged || !private && loudspeaker, "{events:?}");
                }
                VoiceEvent::Ended { job: Job(job), how } => {
                    prop_assert!(answered.insert(job, how).is_none(), "{events:?}");
                    let is_heard = started.contains_key(&job);
                    prop_assert!(how != SpeechEnd::NobodyListens || !is_heard, "{events:?}");
                }
                VoiceEvent::HeadsetPlugged => is_plugged = true,
                VoiceEvent::HeadsetUnplugged => is_plugged = false,
                VoiceEvent::Ready | VoiceEvent::Gone(_) => prop_assert!(false, "{events:?}"),
            }
        }
        for name in world.files() {
            let (route, job) = name.trim_end_matches(".wav").split_once('-').unwrap();
            let private = said[job.parse::<usize>().unwrap()] == Audience::Private;
            prop_assert!(route == "headset" || !private && loudspeaker, "{name}");
        }
        // And it still speaks.
        world.voice.give(VoiceCommand::Reset);
        world.jack.plug();
        // The jack is another thread: until it has told of the headset, speech goes to nobody or is interrupted.
        let deadline = Instant::now() + LONG;
        let is_said = (said.len() as u64..).take_while(|_| Instant::now() < deadline).any(|job| {
            world.say(job, Audience::Public, vec![phrase("Ja.", "de", Manner::Plain)]);
            let is_end = |event: &VoiceEvent| matches!(event, VoiceEvent::Ended { .. });
            let end = std::iter::from_fn(|| Some(world.next())).find(is_end);
            let is_spoken = end == Some(ended(job, SpeechEnd::Spoken));
            if !is_spoken {
                std::thread::sleep(Duration::from_millis(5));
            }
            is_spoken
        });
        prop_assert!(is_said);
    }
}
