//! A real jack and a real sound card, for the virtual machine of `tests/machine.rs`: plugs a headset into a jack that the
//! kernel's `uinput` makes, speaks into its `snd-aloop` sound card, and prints what the voice tells.
//! usage: headset PLAYBACK_DEVICE      as root, with both modules loaded
#![allow(clippy::print_stdout, clippy::unwrap_used)] // it speaks to a test, and a panic is an answer
use drivers_api::Job;
use drivers_api::private::PrivateText;
use drivers_api::voice::{Audience, Phrase, Speech, Voice, VoiceCommand, VoiceEvent};
use evdev::uinput::VirtualDevice;
use evdev::{AttributeSet, EventType, InputEvent, SwitchCode};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;
use voice::{Config, Espeak, INPUT_FOLDER, Patience, SwitchJack, Target, VoiceHandle, spawn};

const NAME: &str = "Musterkarte Headphone";

/// A machine in software takes its time to load programs.
const PATIENCE: Patience = Patience {
    synthesizer: Duration::from_secs(20),
    output: Duration::from_secs(20),
    again: Duration::from_secs(5),
};

fn main() {
    let headset = std::env::args().nth(1).unwrap();
    // The other sound card's jack, which isn't the citizen's, and has a headset all the time.
    let mut other = device("Rueckseite Headphone");
    turn(&mut other, 1);
    let config = Config {
        target: Target::Alsa {
            headset,
            loudspeaker: None,
        },
        language: "de",
        patience: PATIENCE,
    };
    let (sender, events) = channel();
    let jack = SwitchJack::new(INPUT_FOLDER, Some(NAME.to_owned())).unwrap();
    let told = move |event| sender.send(event).unwrap();
    let mut voice = spawn(config, Espeak::default(), jack, told).unwrap();
    for _ in 0..2 {
        print(&events);
    }
    // The card comes later, and with a headset soon after.
    let mut card = device(NAME);
    turn(&mut card, 1);
    print(&events);
    say(&mut voice, 1, "Guten Tag.");
    print(&events);
    print(&events);
    // Pulled out in the middle.
    say(&mut voice, 2, &"Das wird nicht zu Ende gesprochen. ".repeat(20));
    print(&events);
    turn(&mut card, 0);
    print(&events);
    print(&events);
    // Plugged in again; then the whole card goes.
    turn(&mut card, 1);
    print(&events);
    drop(card);
    print(&events);
    // One that is there with its headset in.
    let mut card = device(NAME);
    turn(&mut card, 1);
    print(&events);
    println!("headset: done");
}

fn device(name: &str) -> VirtualDevice {
    let switches: AttributeSet<SwitchCode> = [SwitchCode::SW_HEADPHONE_INSERT].into_iter().collect();
    let builder = VirtualDevice::builder().unwrap().name(name);
    builder.with_switches(&switches).unwrap().build().unwrap()
}

fn turn(device: &mut VirtualDevice, value: i32) {
    let switch = InputEvent::new(EventType::SWITCH.0, SwitchCode::SW_HEADPHONE_INSERT.0, value);
    device.emit(&[switch]).unwrap();
}

fn say(voice: &mut VoiceHandle, job: u64, text: &str) {
    voice.give(VoiceCommand::Say(Speech {
        job: Job(job),
        audience: Audience::Private,
        phrases: vec![Phrase::plain(PrivateText::from(text), "de")],
    }));
}

fn print(events: &Receiver<VoiceEvent>) {
    let event = events.recv_timeout(Duration::from_secs(60)).unwrap();
    println!("headset: {event:?}");
}
