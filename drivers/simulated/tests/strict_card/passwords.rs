//! Passwords, their counters, and work on the PIN (TR-03110-2 §2.2, §2.4; TR-03127 §3.5).
use super::terminal::{CAN_ID, Desk, PIN_ID, PUK_ID};
use super::{pki, terminal};
use simulated::card::{CAN, Card, PIN, PUK, Profile, TRANSPORT_PIN};
use simulated::pki::{Chat, Right};

const MSE_PIN: &str = "0022C1A412800A04007F0007020204020283010384010D";

#[test]
fn profiles_are_found_by_name() {
    let pki = pki();
    for profile in Profile::ALL {
        assert_eq!(Profile::from_name(profile.name()), Some(profile));
    }
    assert_eq!(Profile::Blocked.card(&pki).tries_left(), Some(0));
    assert_eq!(Profile::Bank.card(&pki).tries_left(), None);
}

#[test]
fn the_state_of_the_pin_is_told_without_a_secret() {
    let pki = pki();
    for (card, state, refusal) in [
        (Card::erika(&pki), 0x9000, None),
        (Card::fresh(&pki), 0x9000, None),
        (Card::erika(&pki).with_tries_left(2), 0x63C2, None),
        (Card::suspended(&pki), 0x63C1, Some(0x6985)),
        (Card::blocked(&pki), 0x63C0, Some(0x6983)),
        (Card::deactivated(&pki), 0x6283, Some(0x6984)),
        (Card::child(&pki), 0x6283, Some(0x6984)),
    ] {
        let mut desk = Desk::new(card);
        assert_eq!(desk.raw(MSE_PIN), state);
        assert_eq!(desk.raw("10860000027C0000"), refusal.unwrap_or(0x9000));
    }
}

/// TS_PACE_3.x: wrong passwords.
#[test]
fn tries_are_counted_down_to_blocked_and_the_can_opens_the_last() {
    let mut desk = Desk::new(Card::erika(&pki()));
    assert_eq!(desk.pace(PIN_ID, "999999", None), Err(0x63C2));
    assert_eq!(desk.pace(PIN_ID, "999999", None), Err(0x63C1));
    assert_eq!(desk.pace(PIN_ID, PIN, None), Err(0x6985), "suspended");
    assert_eq!(desk.pace(CAN_ID, "111111", None), Err(0x6300));
    assert_eq!(desk.card.tries_left(), Some(1), "a wrong CAN costs no try");
    assert_eq!(desk.pace(CAN_ID, CAN, None), Ok(()));
    assert_eq!(desk.pace(PIN_ID, "999999", None), Err(0x63C0));
    assert!(desk.channel.is_some(), "the channel of the CAN goes on");
    assert_eq!(desk.pace(PIN_ID, PIN, None), Err(0x6983), "blocked");
}

#[test]
fn a_suspended_pin_is_resumed_by_the_can_in_the_same_session_only() {
    let mut desk = Desk::new(Card::suspended(&pki()));
    assert_eq!(desk.pace(CAN_ID, CAN, None), Ok(()));
    desk.reset();
    assert_eq!(
        desk.pace(PIN_ID, PIN, None),
        Err(0x6985),
        "resuming ends with the power"
    );
    assert_eq!(desk.pace(CAN_ID, CAN, None), Ok(()));
    assert_eq!(desk.pace(PIN_ID, PIN, Some(Chat::ALL)), Ok(()));
    assert_eq!(desk.card.tries_left(), Some(3));
}

/// TS_eID_5.x: change.
#[test]
fn the_pin_is_changed_in_its_own_session_only_and_has_six_digits() {
    let mut desk = Desk::new(Card::erika(&pki()));
    let change = [0, 0x2C, 0x02, 0x03];
    assert_eq!(desk.status(change, b"654321"), 0x6982, "no session");
    desk.pace(CAN_ID, CAN, None).unwrap();
    assert_eq!(desk.status(change, b"654321"), 0x6982, "session of the CAN");
    desk.reset();
    desk.pace(PUK_ID, PUK, None).unwrap();
    assert_eq!(desk.status(change, b"654321"), 0x6982, "session of the PUK");
    desk.reset();
    desk.pace(PIN_ID, PIN, None).unwrap();
    for wrong in [&b"65432"[..], b"6543210", b"65432a", b""] {
        assert_eq!(desk.status(change, wrong), 0x6A80, "{wrong:?}");
    }
    assert_eq!(desk.status(change, b"654321"), 0x9000);
    desk.reset();
    assert_eq!(desk.pace(PIN_ID, PIN, None), Err(0x63C2));
    assert_eq!(desk.pace(PIN_ID, "654321", None), Ok(()));
}

/// TS_eID_5.x: transport PIN.
#[test]
fn the_transport_pin_can_be_changed_and_nothing_else() {
    let mut desk = Desk::new(Card::fresh(&pki()));
    assert_eq!(desk.pace(PIN_ID, PIN, None), Err(0x63C2), "there are no six digits yet");
    assert_eq!(desk.pace(PIN_ID, TRANSPORT_PIN, Some(Chat::ALL)), Err(0x6982));
    assert_eq!(desk.card.tries_left(), Some(3), "it was right all the same");
    assert_eq!(desk.pace(PIN_ID, TRANSPORT_PIN, None), Ok(()));
    assert_eq!(desk.status([0, 0x2C, 0x02, 0x03], b"654321"), 0x9000);
    desk.reset();
    assert_eq!(desk.pace(PIN_ID, "654321", Some(Chat::ALL)), Ok(()));
}

/// TS_eID_5.x: unblock with the PUK.
#[test]
fn the_puk_gives_the_tries_back_ten_times_and_sets_no_pin() {
    let unblock = [0, 0x2C, 0x03, 0x03];
    let mut desk = Desk::new(Card::blocked(&pki()));
    assert_eq!(desk.status(unblock, &[]), 0x6982, "no session");
    assert_eq!(desk.pace(PUK_ID, "1234567890", None), Err(0x6300));
    for _ in 0..10 {
        desk.reset();
        desk.pace(PUK_ID, PUK, None).unwrap();
        assert_eq!(desk.status(unblock, &[]), 0x9000);
    }
    assert_eq!(desk.card.tries_left(), Some(3));
    assert_eq!(desk.status(unblock, &[]), 0x6982, "used up");
    desk.reset();
    assert_eq!(desk.pace(PIN_ID, PIN, None), Ok(()));
    assert_eq!(
        desk.status(unblock, &[]),
        0x6982,
        "the session of the PIN unblocks nothing"
    );
}

#[test]
fn the_can_opens_a_channel_for_rights_only_where_it_is_allowed() {
    let pki = pki();
    let mut desk = Desk::new(Card::erika(&pki));
    let rights = Chat::reading([drivers_api::card::DataGroup::GivenNames]);
    assert_eq!(desk.choose(CAN_ID, Some(rights)), 0x6A80);
    assert_eq!(
        desk.choose(PUK_ID, Some(Chat::ALL)),
        0x6A80,
        "the PUK is for nobody's rights"
    );
    assert_eq!(desk.choose(7, None), 0x6A88);
    let with_can = rights.with(Right::CanAllowed);
    assert_eq!(desk.pace(CAN_ID, CAN, Some(with_can)), Ok(()));
    // Announced, but not in the certificate: the card believes the certificate.
    assert_eq!(desk.terminal_authentication(&terminal(&pki, rights), &[]), 0x6982);
    // A deactivated PIN doesn't hinder the CAN (TR-03127 §4.4.4).
    let mut desk = Desk::new(Card::deactivated(&pki));
    desk.pace(CAN_ID, CAN, Some(with_can)).unwrap();
    assert_eq!(desk.terminal_authentication(&terminal(&pki, with_can), &[]), 0x9000);
}

#[test]
fn the_right_to_manage_pins_sets_a_new_one_and_switches_the_eid_on() {
    let pki = pki();
    let rights = Chat::default().with(Right::CanAllowed).with(Right::PinManagement);
    let mut desk = Desk::new(Card::deactivated(&pki));
    desk.pace(CAN_ID, CAN, Some(rights)).unwrap();
    assert_eq!(desk.terminal_authentication(&terminal(&pki, rights), &[]), 0x9000);
    let activate = [0, 0x44, 0x10, 0x03];
    assert_eq!(desk.status(activate, &[]), 0x6982, "before chip authentication");
    let public = super::chip_key(&desk.read(0x1D).unwrap(), 0x41).unwrap();
    desk.chip_authentication(0x41, &public).unwrap();
    assert_eq!(desk.status(activate, &[]), 0x9000);
    assert_eq!(desk.status([0, 0x2C, 0x02, 0x03], b"654321"), 0x9000);
    desk.reset();
    assert_eq!(desk.pace(PIN_ID, "654321", None), Ok(()));
}
