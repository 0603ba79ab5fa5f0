//! How long a change of the PIN takes: ours beside AusweisApp's, on the same card, in the same run.
use crate::app_desk::AppDesk;
use crate::desk::{Desk, change};
use crate::emulated_card::{Peer, prepare};
use crate::terminal::RIGHT;
use drivers_api::card::{CardEvent, CardFailure, PinState, PinTask};
use std::process::Command;
use std::time::Instant;

/// Rounds of either; ours and AusweisApp's take turns, so that both see the machine as it is.
const ROUNDS: usize = 3;
/// Changes in a round.
const CHANGES: usize = 6;
const PINS: [&str; 2] = ["111111", "123456"];

/// Milliseconds from command to outcome.
#[derive(Debug, Default)]
pub struct Times {
    /// Ours.
    pub ours: Vec<f64>,
    /// AusweisApp's.
    pub ausweisapp: Vec<f64>,
}

/// Prepares the card, and has the program itself run once more with these arguments inside of the card's world, where it
/// calls [`measure`]: libpcsclite takes pcscd's socket from the environment of its process.
///
/// # Panics
/// When the card can't be prepared (root on Debian is needed).
pub fn let_in(command: &mut Command) -> Peer {
    prepare();
    let peer = Peer::new("changes");
    peer.let_in(command);
    peer
}

/// The changes, inside of that world.
///
/// # Panics
/// When something isn't as it should be.
pub fn measure() -> Times {
    let peer = Peer::inside().expect("a process that let_in has made");
    let (_pcscd, _card) = (peer.start_pcscd(), peer.lay_card_on());
    let mut times = Times::default();
    for _ in 0..ROUNDS {
        let mut desk = Desk::at_card(&RIGHT, &peer);
        times.ours.extend(timed(|task| desk.manage(task)));
        desk.close();
        let mut desk = AppDesk::new(&peer);
        desk.app.start();
        assert!(matches!(desk.card_event(), CardEvent::ReaderReady { pin_pad: false }));
        desk.inserted(&peer);
        times.ausweisapp.extend(timed(|task| desk.manage(task)));
        desk.app.close();
    }
    times
}

/// There and back again; the first pair warms up.
fn timed(mut manage: impl FnMut(PinTask) -> Result<PinState, CardFailure>) -> Vec<f64> {
    let timed = |at: usize| {
        let task = change(PINS[at % 2], PINS[(at + 1) % 2]);
        let begin = Instant::now();
        assert_eq!(manage(task), Ok(PinState::Operational { tries_left: 3 }));
        begin.elapsed().as_secs_f64() * 1000.0
    };
    (0..CHANGES + 2).map(timed).skip(2).collect()
}
