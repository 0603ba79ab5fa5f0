//! The reader against a card and a PC/SC service that nobody here wrote: vsmartcard's German identity card behind the
//! real pcscd, a terminal whose certificates OpenPACE made and whose key is in SoftHSM, documents signed by OpenSSL.
//! Needs root on Debian 12. The emulator opens data groups without PACE and answers 6300 to a wrong PIN, so pcscd's own
//! log has to show that the reads were secured.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm
)] // a test may
#![allow(clippy::disallowed_methods, missing_docs, unreachable_pub)] // it waits for the programs of others
#![allow(clippy::print_stdout)] // the bench reads what it prints
use drivers_api::basis::{ComparedDocument, ReadBasis, StaffRegister, StaffSession};
use drivers_api::card::{CardEvent, CardFailure, CardFound, DataGroup, PinState, PinTask, ReadRequest};
use drivers_api::private::Digits;
use peers::checks::{is_data_group, is_erika, reads_were_secured};
use peers::desk::{Desk, all_groups, can_then_pin, change, digits, pin, typed};
use peers::emulated_card::{Peer, prepare};
use peers::terminal::{Made, RIGHT};
use std::time::{Duration, Instant};

/// The card's secrets, as vsmartcard has them.
const PIN: &str = "111111";
const CAN: &str = "222222";
const PUK: &str = "3333333333";
const OWN_PIN: &str = "123456";
const ALL_TRIES: PinState = PinState::Operational { tries_left: 3 };
const FRESH: CardFound = CardFound::Eid { pin: ALL_TRIES };
/// What the emulator answers to restricted identification, whatever it is asked.
const PSEUDONYM: &str = "481e58d17c129a0ab4637d43c7f7eb2b06106f2690e300c4e70354a041f0d390";

/// libpcsclite takes pcscd's socket from the environment, which a process can't safely change for itself: the test runs
/// itself once more with the variable set.
fn with_peer(test: &str, folder: &str, story: impl FnOnce(&Peer)) {
    match Peer::inside() {
        Some(peer) => story(&peer),
        None => {
            prepare();
            let peer = Peer::new(folder);
            let logs = peer.folder().display();
            assert!(
                peer.run_inside(test),
                "{test} failed; see above, and the logs in {logs}"
            );
        }
    }
}

/// One desk with one reader, from "no pcscd" over cards that come and go to a pcscd that was restarted.
#[test]
fn emulated_card_through_pcscd() {
    with_peer("emulated_card_through_pcscd", "life", |peer| {
        let mut desk = Desk::right();
        assert!(matches!(desk.next(), CardEvent::ReaderGone), "pcscd doesn't run yet");
        assert_eq!(desk.read(pin(PIN)).unwrap_err(), CardFailure::ReaderGone);
        let pcscd = peer.start_pcscd();
        assert!(matches!(desk.next(), CardEvent::ReaderReady { pin_pad: false }));
        assert_eq!(desk.read(pin(PIN)).unwrap_err(), CardFailure::CardLost);

        let card = peer.lay_card_on();
        assert_eq!(desk.inserted(peer), FRESH);
        let before = peer.commands().len();
        let begin = Instant::now();
        is_erika(&desk.read(pin(PIN)).unwrap());
        println!("eid.emulated_read_ms {:.1}", begin.elapsed().as_secs_f64() * 1000.0);
        println!("eid.emulated_read_apdus {}", peer.commands().len() - before);
        reads_were_secured(&peer.commands()[before..]);
        desk.stays_quiet();
        wrong_pins_and_can(&mut desk);

        drop(card);
        assert!(matches!(desk.next(), CardEvent::Removed));
        assert_eq!(desk.read(pin(PIN)).unwrap_err(), CardFailure::CardLost);
        let card = peer.lay_card_on();
        assert_eq!(desk.inserted(peer), FRESH);

        drop(pcscd);
        drop(card);
        assert!(matches!(desk.next(), CardEvent::Removed));
        assert!(matches!(desk.next(), CardEvent::ReaderGone));
        let pcscd = peer.start_pcscd();
        assert!(matches!(desk.next(), CardEvent::ReaderReady { .. }));
        let card = peer.lay_card_on();
        desk.inserted(peer);
        is_erika(&desk.read(pin(PIN)).unwrap());
        desk.close();
        drop((card, pcscd));
    });
}

fn wrong_pins_and_can(desk: &mut Desk) {
    let wrong = |pin| CardFailure::WrongPin { pin };
    assert_eq!(
        desk.read(pin("999999")).unwrap_err(),
        wrong(PinState::Operational { tries_left: 2 })
    );
    assert_eq!(desk.read(pin("999999")).unwrap_err(), wrong(PinState::Suspended));
    let suspended = CardFailure::PinUnusable {
        pin: PinState::Suspended,
    };
    assert_eq!(
        desk.read(pin(PIN)).unwrap_err(),
        suspended,
        "no PIN goes to a suspended card without its CAN"
    );
    assert_eq!(
        desk.read(can_then_pin("000000", PIN)).unwrap_err(),
        CardFailure::WrongCan
    );
    is_erika(&desk.read(can_then_pin(CAN, PIN)).unwrap());
    is_erika(&desk.read(can_then_pin(CAN, PIN)).unwrap());
}

/// Age, municipality and pseudonym; then reading on the spot by the CAN of a card whose photo was compared.
#[test]
fn special_functions_and_on_the_spot() {
    with_peer("special_functions_and_on_the_spot", "special", |peer| {
        let (_pcscd, _card) = (peer.start_pcscd(), peer.lay_card_on());
        let mut desk = Desk::at_card(&RIGHT, peer);
        let request = |municipality: &str| ReadRequest {
            groups: [DataGroup::FamilyNames].into(),
            age_at_least: Some(18),
            municipality: Some(municipality.into()),
            pseudonym: true,
        };
        let by_pin = || ReadBasis::OnlineAusweis(pin(PIN));
        for (municipality, lives_there) in [("0276", true), ("0277", false)] {
            let person = desk.read_by(by_pin(), request(municipality)).unwrap();
            let functions = &person.functions;
            assert_eq!(
                (functions.old_enough, functions.lives_there),
                (Some(true), Some(lives_there))
            );
            assert_eq!(functions.pseudonym.as_ref().map(|text| text.expose()), Some(PSEUDONYM));
        }
        let too_old = ReadRequest {
            age_at_least: Some(120),
            ..ReadRequest::default()
        };
        let person = desk.read_by(by_pin(), too_old).unwrap();
        assert_eq!((person.functions.old_enough, person.groups.len()), (Some(false), 0));

        let begin = Duration::from_secs(1);
        let staff = StaffSession::log_in(&AnyCode, "m.beispiel", &digits("4711"), begin, Duration::from_secs(600));
        let comparison = staff.unwrap().compared(ComparedDocument::ThisCard, begin).unwrap();
        let on_the_spot = ReadBasis::VorOrt {
            comparison,
            can: digits(CAN),
        };
        is_erika(&desk.read_by(on_the_spot, all_groups()).unwrap());
        desk.close();
    });
}

struct AnyCode;

impl StaffRegister for AnyCode {
    fn knows(&self, _staff: &str, _code: &Digits) -> bool {
        true
    }
}

/// What the citizen does with the PIN.
#[test]
fn work_on_the_pin() {
    with_peer("work_on_the_pin", "pin", |peer| {
        let (_pcscd, _card) = (peer.start_pcscd(), peer.lay_card_on());
        let mut desk = Desk::at_card(&RIGHT, peer);
        assert_eq!(desk.manage(change(PIN, OWN_PIN)), Ok(ALL_TRIES));
        is_erika(&desk.read(pin(OWN_PIN)).unwrap());
        assert_eq!(desk.manage(change(OWN_PIN, PIN)), Ok(ALL_TRIES));
        let wrong = |pin| Err(CardFailure::WrongPin { pin });
        let two_left = PinState::Operational { tries_left: 2 };
        assert_eq!(desk.manage(change("999999", OWN_PIN)), wrong(two_left));
        assert_eq!(
            desk.manage(change(PIN, PIN)),
            Ok(ALL_TRIES),
            "the right one gives all tries back"
        );

        assert_eq!(desk.manage(change("999999", OWN_PIN)), wrong(two_left));
        assert_eq!(desk.manage(change("999999", OWN_PIN)), wrong(PinState::Suspended));
        let unusable = |pin| Err(CardFailure::PinUnusable { pin });
        assert_eq!(desk.manage(change(PIN, OWN_PIN)), unusable(PinState::Suspended));
        let resume = |can, pin| PinTask::Resume {
            can: typed(can),
            pin: typed(pin),
        };
        assert_eq!(desk.manage(resume("000000", PIN)), Err(CardFailure::WrongCan));
        assert_eq!(desk.manage(resume(CAN, PIN)), Ok(ALL_TRIES));
        is_erika(&desk.read(pin(PIN)).unwrap());

        assert_eq!(desk.manage(change("999999", OWN_PIN)), wrong(two_left));
        assert_eq!(desk.manage(change("999999", OWN_PIN)), wrong(PinState::Suspended));
        assert_eq!(desk.manage(resume(CAN, "999999")), wrong(PinState::Blocked));
        assert_eq!(
            desk.read(pin(PIN)).unwrap_err(),
            unusable(PinState::Blocked).unwrap_err()
        );
        let unblock = |puk| PinTask::Unblock { puk: typed(puk) };
        assert_eq!(desk.manage(unblock("0000000000")), Err(CardFailure::WrongPuk));
        // The emulator knows no unblocking without a new PIN (RESET RETRY COUNTER 2C 03 03 without data), which is all that
        // German cards do (TR-03127 §3.5.3.4): it has to be refused as what it is. The strict card in software does it.
        assert_eq!(desk.manage(unblock(PUK)), Err(CardFailure::Malformed));
        let plain = |command: &Vec<u8>| command[1] == 0x2C && command[0] & 0x0C != 0x0C;
        assert!(!peer.commands().iter().any(plain), "a PIN in the clear");
        desk.close();
    });
}

/// Terminals and cards with which something is wrong: how that is called, and that no data group was asked for.
#[test]
fn nothing_is_read_unless_all_is_right() {
    with_peer("nothing_is_read_unless_all_is_right", "wrong", |peer| {
        let (_pcscd, _card) = (peer.start_pcscd(), peer.lay_card_on());
        let impostor = Made {
            verifier: "dv_impostor",
            own: "term_impostor",
            token: "Falsch",
            ..RIGHT
        };
        let other_key = Made {
            token: "Falsch",
            ..RIGHT
        };
        let no_key = Made { token: "Leer", ..RIGHT };
        let stranger = Made {
            csca: "csca_stranger",
            ..RIGHT
        };
        let blocked = Made {
            blocklist: "blocklist_with_card",
            ..RIGHT
        };
        // The last command that each comes to.
        for (made, why, last) in [
            (impostor, CardFailure::NoCertificate, [0x0C, 0x2A, 0x00, 0xBE]),
            (other_key, CardFailure::NotAuthorised, [0x0C, 0x82, 0x00, 0x00]),
            (no_key, CardFailure::SignerGone, [0x0C, 0x84, 0x00, 0x00]),
            (stranger, CardFailure::NotGenuine, [0x0C, 0xB0, 0x00, 0x00]),
            (blocked, CardFailure::Revoked, [0x0C, 0x86, 0x00, 0x00]),
        ] {
            let mut desk = Desk::at_card(&made, peer);
            let before = peer.commands().len();
            assert_eq!(desk.read(pin(PIN)).unwrap_err(), why);
            let commands = peer.commands();
            let ended = commands.last().unwrap();
            let read_binary = |header: &[u8]| header[1] == 0xB0;
            assert!(
                ended[..4] == last || read_binary(ended) && read_binary(&last),
                "{why:?}: {:02X?}",
                &ended[..4]
            );
            let groups = commands[before..].iter().filter(|command| is_data_group(command));
            assert_eq!(groups.count(), 0, "data were asked for before {why:?}");
            desk.close();
        }
        let mut desk = Desk::at_card(&RIGHT, peer);
        is_erika(&desk.read(pin(PIN)).unwrap());
        desk.close();
    });
}
