//! Work on the PIN: what is sent, what never is, and what it ends with.
use super::double::{CAN, Card, Manner, PIN, PUK, digits, keys};
use super::*;
use drivers_api::card::{CardPassword, PinState, Secret};

const OPERATIONAL: PinState = PinState::Operational { tries_left: 3 };

fn typed(text: &str) -> Secret {
    Secret::Typed(digits(text))
}

fn run(task: PinTask, manner: Manner) -> (Result<PinState, (CardFailure, Option<Fault>)>, Card) {
    let mut card = Card::new(manner);
    let mut step = Dialogue::manage_pin(task, keys());
    loop {
        match step {
            Step::Ask(ask) => step = ask.dialogue.handle(card.transmit(&ask.command.encode())),
            Step::Done(outcome) => return (outcome.map_err(|stopped| (stopped.why, stopped.fault)), card),
        }
    }
}

fn change(old: &str, new: &str) -> PinTask {
    PinTask::Change {
        old: CardPassword::Pin(typed(old)),
        new: typed(new),
    }
}

fn in_state(pin_status: u16) -> Manner {
    Manner {
        pin_status,
        ..Manner::default()
    }
}

#[test]
fn ts_eid_5_1_the_pin_is_changed_inside_the_channel() {
    let (outcome, card) = run(change(PIN, "654321"), Manner::default());
    assert_eq!(outcome, Ok(OPERATIONAL));
    assert_eq!(
        (card.new_pin.as_deref(), card.seen.last()),
        (Some(&b"654321"[..]), Some(&[0x2C, 0x02, 0x03]))
    );
    assert_eq!(card.seen.len(), 8, "as in the figures: state, PACE, change");
    assert!(card.chats.is_empty(), "no rights are asked for (TR-03110-2 §2.4.1)");
}

#[test]
fn ts_eid_5_2_a_suspended_pin_is_changed_after_the_can() {
    let task = PinTask::Change {
        old: CardPassword::CanThenPin {
            can: typed(CAN),
            pin: typed(PIN),
        },
        new: typed("654321"),
    };
    let (outcome, card) = run(task, in_state(0x63C1));
    assert_eq!(outcome, Ok(OPERATIONAL));
    assert_eq!(card.new_pin.as_deref(), Some(&b"654321"[..]));
}

#[test]
fn a_new_pin_of_another_length_is_never_sent() {
    for new in ["", "12345", "1234567"] {
        let (outcome, card) = run(change(PIN, new), Manner::default());
        assert_eq!(outcome, Err((CardFailure::Stopped, Some(Fault::NewPin))));
        assert!(card.seen.is_empty());
    }
    let on_pad = PinTask::Unblock { puk: Secret::OnPad };
    assert_eq!(
        run(on_pad, Manner::default()).0,
        Err((CardFailure::Stopped, Some(Fault::SecretOnPad)))
    );
}

#[test]
fn a_wrong_old_pin_changes_nothing() {
    let (outcome, card) = run(change("00000", "654321"), Manner::default());
    let pin = PinState::Operational { tries_left: 2 };
    assert_eq!(outcome, Err((CardFailure::WrongPin { pin }, None)));
    assert_eq!(card.new_pin, None);
}

#[test]
fn ts_eid_5_5_resume_with_the_can() {
    let task = |can: &str| PinTask::Resume {
        can: typed(can),
        pin: typed(PIN),
    };
    let (outcome, card) = run(task(CAN), in_state(0x63C1));
    assert_eq!((outcome, card.new_pin), (Ok(OPERATIONAL), None));
    let manner = Manner {
        wrong: 0x6300,
        ..in_state(0x63C1)
    };
    assert_eq!(run(task("111111"), manner).0, Err((CardFailure::WrongCan, None)));
}

#[test]
fn ts_eid_5_4_unblock_with_the_puk_sets_no_pin() {
    let task = |puk: &str| PinTask::Unblock { puk: typed(puk) };
    let (outcome, card) = run(task(PUK), in_state(0x63C0));
    assert_eq!((outcome, card.new_pin), (Ok(OPERATIONAL), Some(vec![])));
    assert_eq!(card.seen.last(), Some(&[0x2C, 0x03, 0x03]));
    let manner = Manner {
        wrong: 0x6300,
        ..in_state(0x63C0)
    };
    assert_eq!(run(task("0000000000"), manner).0, Err((CardFailure::WrongPuk, None)));
    let used_up = Manner {
        refuses: vec![([0x2C, 0x03, 0x03], 0x6982)],
        ..in_state(0x63C0)
    };
    let (outcome, _) = run(task(PUK), used_up);
    assert_eq!(outcome.map_err(|(why, _)| why), Err(CardFailure::PukUsedUp));
}

#[test]
fn the_state_decides_before_any_secret() {
    let puk = || PinTask::Unblock { puk: typed(PUK) };
    let resume = || PinTask::Resume {
        can: typed(CAN),
        pin: typed(PIN),
    };
    let unusable = |pin| Err((CardFailure::PinUnusable { pin }, None));
    for (task, status, expected) in [
        (puk(), 0x9000, Ok(OPERATIONAL)),
        (puk(), 0x6283, unusable(PinState::Deactivated)),
        (resume(), 0x63C0, unusable(PinState::Blocked)),
        (resume(), 0x6283, unusable(PinState::Deactivated)),
        (change(PIN, "654321"), 0x63C1, unusable(PinState::Suspended)),
        (change(PIN, "654321"), 0x63C0, unusable(PinState::Blocked)),
        (change(PIN, "654321"), 0x6283, unusable(PinState::Deactivated)),
    ] {
        let (outcome, card) = run(task, in_state(status));
        assert_eq!(outcome, expected, "{status:04X}");
        assert!(!card.seen.iter().any(|key| key[0] == 0x86), "no secret in any form");
    }
}

#[test]
fn a_card_that_refuses_the_new_pin() {
    let manner = Manner {
        refuses: vec![([0x2C, 0x02, 0x03], 0x6982)],
        ..Manner::default()
    };
    let (outcome, _) = run(change(PIN, "654321"), manner);
    assert_eq!(outcome.map_err(|(why, _)| why), Err(CardFailure::NotAuthorised));
}

#[test]
fn after_the_readers_own_pace_with_the_puk_one_command_unblocks() {
    for (status, expected) in [
        (0x9000, Ok(OPERATIONAL)),
        (0x6982, Err(CardFailure::PukUsedUp)),
        (0x6F00, Err(CardFailure::Malformed)),
    ] {
        let Step::Ask(ask) = Dialogue::unblock_after_pad() else {
            panic!("a command was awaited")
        };
        assert_eq!(hex::encode(ask.command.encode()), "002c0303");
        let Step::Done(outcome) = ask.dialogue.handle(u16::to_be_bytes(status).to_vec()) else {
            panic!("it ends there")
        };
        assert_eq!(outcome.map_err(|stopped| stopped.why), expected);
    }
}
