//! The reader's thread with a reader that has keys of its own: the visit's orders, what somebody types there, and what
//! comes of it. No secret is among the bytes that pass this door.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm
)] // a test may
#[path = "../world/mod.rs"]
mod world;

mod hostile;
mod mishaps;
mod passed;
mod reads;
mod tasks;

use drivers_api::card::{CardEvent, CardPassword, PinState, Secret};
use passed::{Passed, Watched};
use simulated::card::{Asks, Hand, PadManner, Press};
use world::{World, authority, pki};

const THREE: PinState = PinState::Operational { tries_left: 3 };

/// A world whose reader has keys of that manner, and everything that passes its door.
fn with_pad(manner: PadManner) -> (World, Passed) {
    let pki = pki();
    let (hand, slot) = Hand::with_pad(manner);
    let passed = Passed::default();
    let slot = Watched::new(slot, passed.clone());
    let world = World::over(authority(&pki), pki, hand, slot);
    assert!(matches!(world.next(), CardEvent::Certificate(Some(_))));
    assert!(matches!(world.next(), CardEvent::ReaderReady { pin_pad: true }));
    (world, passed)
}

fn pin_on_pad() -> CardPassword {
    CardPassword::Pin(Secret::OnPad)
}

fn both_on_pad() -> CardPassword {
    CardPassword::CanThenPin {
        can: Secret::OnPad,
        pin: Secret::OnPad,
    }
}

fn types<const N: usize>(world: &World, digits: [&'static str; N]) {
    world.hand.presses(digits.map(Press::Types));
}

/// What the reader has asked for since the last look.
fn asked(world: &World) -> Vec<Asks> {
    world
        .hand
        .take_prompts()
        .into_iter()
        .map(|prompt| prompt.asks)
        .collect()
}
