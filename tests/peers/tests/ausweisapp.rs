//! The route through a real AusweisApp (Debian's package ausweisapp2, version 1.26) to the emulated card behind a real
//! pcscd. Needs root on Debian 12. The emulated card answers 6300 to a wrong PIN and tells two tries as three.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm
)] // a test may
#![allow(clippy::disallowed_methods, missing_docs, unreachable_pub)] // it waits for the programs of others
use ausweisapp::events::AuthenticationFailure;
use drivers_api::card::{CardEvent, CardFailure, PinState, PinTask};
use peers::app_desk::AppDesk;
use peers::desk::{change, typed};
use peers::emulated_card::{Peer, prepare};
use std::net::TcpListener;
use std::process::Command;

/// The card's secrets, as vsmartcard has them.
const PIN: &str = "111111";
const CAN: &str = "222222";
const OWN_PIN: &str = "123456";
const FRESH: PinState = PinState::Operational { tries_left: 3 };

#[test]
fn real_ausweisapp_on_the_emulated_card() {
    // Command names and reasons, never what is in them.
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::DEBUG)
        .with_test_writer()
        .init();
    prepare();
    let peer = Peer::new("ausweisapp");
    let pcscd = peer.start_pcscd();
    let mut desk = AppDesk::new(&peer);
    assert_eq!(
        desk.manage(change(PIN, OWN_PIN)),
        Err(CardFailure::ReaderGone),
        "AusweisApp hasn't been started"
    );

    desk.app.start();
    match desk.card_event() {
        CardEvent::ReaderReady { pin_pad: false } => {}
        other => panic!("{other:?}: has the simulator been taken for a reader?"),
    }
    assert_eq!(
        desk.manage(change(PIN, OWN_PIN)),
        Err(CardFailure::CardLost),
        "no card lies there"
    );
    let card = peer.lay_card_on();
    desk.inserted(&peer);

    assert_eq!(desk.manage(change(PIN, OWN_PIN)), Ok(FRESH));
    assert_eq!(desk.manage(change(OWN_PIN, PIN)), Ok(FRESH), "the new PIN works");
    authentications(&mut desk);
    wrong_pins(&mut desk);
    crash(&mut desk, &peer);

    drop(card);
    assert!(matches!(desk.card_event(), CardEvent::Removed));
    desk.app.end();
    assert!(matches!(desk.card_event(), CardEvent::ReaderGone));
    assert_eq!(desk.pid(), None, "AusweisApp runs after its end");
    desk.app.close();
    drop(pcscd);
}

/// As far as an eID-Server is needed: a closed port, and an address that isn't https.
fn authentications(desk: &mut AppDesk) {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    match desk.authenticate(&format!("https://localhost:{closed}/tctoken")) {
        AuthenticationFailure::Service { minor, url: None, .. } => {
            assert_eq!(minor.as_deref(), Some("trustedChannelEstablishmentFailed"));
        }
        other => panic!("{other:?} at a closed port"),
    }
    assert_eq!(
        desk.authenticate("http://localhost/tctoken"),
        AuthenticationFailure::BadAddress
    );
    assert_eq!(
        desk.manage(change(PIN, PIN)),
        Ok(FRESH),
        "a failed authentication leaves AusweisApp ready"
    );
}

fn wrong_pins(desk: &mut AppDesk) {
    assert!(matches!(
        desk.manage(change("999999", OWN_PIN)),
        Err(CardFailure::WrongPin {
            pin: PinState::Operational { .. }
        })
    ));
    let suspended = CardFailure::WrongPin {
        pin: PinState::Suspended,
    };
    assert_eq!(desk.manage(change("999999", OWN_PIN)), Err(suspended));
    let unusable = CardFailure::PinUnusable {
        pin: PinState::Suspended,
    };
    assert_eq!(
        desk.manage(change(PIN, OWN_PIN)),
        Err(unusable),
        "no PIN goes to a suspended card without its CAN"
    );
    let resume = |can, pin| PinTask::Resume {
        can: typed(can),
        pin: typed(pin),
    };
    assert_eq!(desk.manage(resume("000000", PIN)), Err(CardFailure::WrongCan));
    assert_eq!(desk.manage(resume(CAN, PIN)), Ok(FRESH));
    assert_eq!(
        desk.manage(change(PIN, OWN_PIN)),
        Ok(FRESH),
        "resumed, and the PIN is the old one"
    );
    assert_eq!(desk.manage(change(OWN_PIN, PIN)), Ok(FRESH));
}

/// AusweisApp dies: it is started again, and works. It dies between two jobs, because pcscd 1.9.9 may keep the virtual
/// reader locked for a client that was killed in the middle of a command; that a job fails with it: `door_tests`.
fn crash(desk: &mut AppDesk, peer: &Peer) {
    let pid = desk.pid().expect("AusweisApp runs");
    peer.until_quiet(); // it looks after the card once more
    let kill = Command::new("kill").args(["-KILL", &pid.to_string()]).status();
    assert!(kill.unwrap().success());
    assert!(matches!(desk.card_event(), CardEvent::Removed));
    assert!(matches!(desk.card_event(), CardEvent::ReaderGone));
    assert!(matches!(desk.card_event(), CardEvent::ReaderReady { pin_pad: false }));
    desk.inserted(peer);
    assert_ne!(desk.pid(), Some(pid));
    assert_eq!(desk.manage(change(PIN, PIN)), Ok(FRESH));
}
