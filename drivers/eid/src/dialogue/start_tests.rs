//! What ends a read before data are near: missing rights, the state of the PIN, a wrong one.
use super::double::{CAN, Card, Manner, PIN, circumstances, counter, digits, keys, terminal};
use super::double_reads::{request, run, with_pin};
use super::*;
use crate::chat::Basis;
use drivers_api::basis::{ComparedDocument, StaffRegister, StaffSession};
use drivers_api::card::{Authenticity, CardPassword, DataGroup, PinState, Secret};
use drivers_api::private::Digits;

struct Anybody;

impl StaffRegister for Anybody {
    fn knows(&self, _: &str, _: &Digits) -> bool {
        true
    }
}

fn vor_ort() -> ReadBasis {
    let code = digits("1");
    let session = StaffSession::log_in(&Anybody, "m", &code, Duration::ZERO, Duration::from_secs(600)).unwrap();
    ReadBasis::VorOrt {
        comparison: session.compared(ComparedDocument::ThisCard, Duration::ZERO).unwrap(),
        can: digits(CAN),
    }
}

#[test]
fn what_may_not_be_asked_is_refused_before_the_first_command() {
    let groups = ReadRequest {
        groups: [DataGroup::GivenNames].into(),
        ..ReadRequest::default()
    };
    let more = ReadRequest {
        groups: [DataGroup::Nationality].into(),
        ..ReadRequest::default()
    };
    let odd = ReadRequest {
        municipality: Some("027".into()),
        ..ReadRequest::default()
    };
    let mut late = circumstances();
    late.today = jiff::civil::date(2026, 11, 25);
    let on_pad = || ReadBasis::OnlineAusweis(CardPassword::Pin(Secret::OnPad));
    for (basis, request, around, expected) in [
        (with_pin(), &more, circumstances(), (CardFailure::NotAuthorised, None)),
        (vor_ort(), &groups, circumstances(), (CardFailure::NotAuthorised, None)),
        (with_pin(), &groups, late, (CardFailure::NoCertificate, None)),
        (
            with_pin(),
            &odd,
            circumstances(),
            (CardFailure::Stopped, Some(Fault::Request)),
        ),
        (
            on_pad(),
            &groups,
            circumstances(),
            (CardFailure::Stopped, Some(Fault::SecretOnPad)),
        ),
    ] {
        let Step::Done(outcome) = Dialogue::read(basis, request, terminal(&[]), around, keys()) else {
            panic!("nothing may be sent")
        };
        let stopped = outcome.unwrap_err();
        assert_eq!((stopped.why, stopped.fault), expected);
    }
}

#[test]
fn a_reader_with_keys_is_asked_for_nothing_that_would_be_refused_later() {
    let on_pad = || ReadBasis::OnlineAusweis(CardPassword::Pin(Secret::OnPad));
    let refused = |basis: &ReadBasis, request: &ReadRequest, around| {
        let stopped = Dialogue::rights_for_pad(basis, request, &terminal(&[]), around).unwrap_err();
        (stopped.why, stopped.fault)
    };
    let odd = ReadRequest {
        municipality: Some("027".into()),
        ..ReadRequest::default()
    };
    let mut late = circumstances();
    late.today = jiff::civil::date(2026, 11, 25);
    assert_eq!(
        refused(&on_pad(), &odd, circumstances()),
        (CardFailure::Stopped, Some(Fault::Request))
    );
    assert_eq!(refused(&on_pad(), &names(), late), (CardFailure::NoCertificate, None));
    assert_eq!(
        refused(&vor_ort(), &names(), circumstances()),
        (CardFailure::NotAuthorised, None)
    );
    assert_eq!(
        refused(&with_pin(), &names(), circumstances()),
        (CardFailure::Stopped, Some(Fault::SecretTyped))
    );
    let half = ReadBasis::OnlineAusweis(CardPassword::CanThenPin {
        can: Secret::Typed(digits(CAN)),
        pin: Secret::OnPad,
    });
    assert_eq!(refused(&half, &names(), circumstances()).1, Some(Fault::SecretTyped));
    let mut around = circumstances();
    let rights = Dialogue::rights_for_pad(&vor_ort(), &names(), &counter(), around).unwrap();
    assert_eq!(rights.bytes(), [0, 0, 0, 0x08, 0x10]);
    around.now = Duration::from_secs(120);
    let stopped = Dialogue::rights_for_pad(&vor_ort(), &names(), &counter(), around).unwrap_err();
    assert_eq!(stopped.fault, Some(Fault::ComparisonEnded));
}

fn names() -> ReadRequest {
    ReadRequest {
        groups: [DataGroup::GivenNames].into(),
        ..ReadRequest::default()
    }
}

#[test]
fn among_people_who_are_present_the_can_alone_opens_even_a_deactivated_card() {
    let mut card = Card::new(Manner {
        pin_status: 0x6283,
        ..Manner::default()
    });
    let step = Dialogue::read(vor_ort(), &names(), counter(), circumstances(), keys());
    let person = run(step, &mut card, |_| Ok(vec![1; 64])).unwrap();
    assert_eq!(person.authenticity, Authenticity::ChipTrusted);
    assert!(card.chats.len() == 1 && card.chats[0].ends_with(&[0, 0, 0, 0x08, 0x10]));

    let mut wrong = Card::new(Manner {
        wrong: 0x6300,
        can: "111111",
        ..Manner::default()
    });
    let step = Dialogue::read(vor_ort(), &names(), counter(), circumstances(), keys());
    assert_eq!(
        run(step, &mut wrong, |_| Ok(vec![1; 64])).unwrap_err().why,
        CardFailure::WrongCan
    );
}

#[test]
fn a_comparison_that_ended_opens_no_card() {
    let mut around = circumstances();
    around.now = Duration::from_secs(120);
    let Step::Done(outcome) = Dialogue::read(vor_ort(), &names(), counter(), around, keys()) else {
        panic!("nothing may be sent")
    };
    let stopped = outcome.unwrap_err();
    assert_eq!(
        (stopped.why, stopped.fault),
        (CardFailure::Stopped, Some(Fault::ComparisonEnded))
    );
}

#[test]
fn ts_pace_pin_states_and_wrong_pins() {
    let with = |pin: &str, manner| {
        let basis = ReadBasis::OnlineAusweis(CardPassword::Pin(Secret::Typed(digits(pin))));
        let mut card = Card::new(manner);
        let step = Dialogue::read(basis, &request(), terminal(&[]), circumstances(), keys());
        (
            run(step, &mut card, |_| Ok(vec![1; 64])).unwrap_err().why,
            card.seen.len(),
        )
    };
    let operational = PinState::Operational { tries_left: 2 };
    assert_eq!(
        with("000000", Manner::default()),
        (CardFailure::WrongPin { pin: operational }, 7)
    );
    for (status, pin) in [
        (0x63C1, PinState::Suspended),
        (0x63C0, PinState::Blocked),
        (0x6283, PinState::Deactivated),
    ] {
        let manner = Manner {
            pin_status: status,
            ..Manner::default()
        };
        assert_eq!(with(PIN, manner), (CardFailure::PinUnusable { pin }, 3));
    }
    let manner = Manner {
        pin_status: 0x6A80,
        ..Manner::default()
    };
    assert_eq!(with(PIN, manner), (CardFailure::NotAuthorised, 3));
}

#[test]
fn a_suspended_pin_is_resumed_with_the_can_and_rights_are_asked_with_the_pin() {
    let basis = ReadBasis::OnlineAusweis(CardPassword::CanThenPin {
        can: Secret::Typed(digits(CAN)),
        pin: Secret::Typed(digits(PIN)),
    });
    let mut card = Card::new(Manner {
        pin_status: 0x63C1,
        ..Manner::default()
    });
    let step = Dialogue::read(basis, &request(), terminal(&[]), circumstances(), keys());
    assert!(run(step, &mut card, |_| Ok(vec![1; 64])).is_ok());
    assert_eq!(card.chats.len(), 1, "the CAN without CHAT (TR-03110-2 §2.4.1)");
}

#[test]
fn after_the_readers_own_pace_the_chip_is_proven_here() {
    // The reader's PACE and its wrapping are the double's: plain commands go through a session that stands already.
    let chat = terminal(&[])
        .chat_for(&request(), Basis::OnlineAusweis, circumstances().today)
        .unwrap();
    assert_eq!(chat.bytes(), [0, 0, 0, 0x18, 0x07]);
    let opened = OpenedOnPad {
        card_access: Manner::default().card_access.to_vec(),
        current: b"DETESTeID00002".to_vec(),
        previous: Some(vec![]),
        card_id: vec![3; 32],
    };
    let mut card = Card::new(Manner::default());
    let basis = ReadBasis::OnlineAusweis(CardPassword::Pin(Secret::OnPad));
    let after_pad = |opened, basis: &ReadBasis| {
        Dialogue::read_after_pad(opened, basis, &request(), terminal(&[]), circumstances(), keys())
    };
    let step = after_pad(opened.clone(), &basis);
    let outcome = run(step, &mut card, |ask| {
        assert_eq!(ask.message[..32], [3; 32]);
        Ok(vec![1; 64])
    });
    assert_eq!(outcome.unwrap().authenticity, Authenticity::ChipTrusted);
    let short = OpenedOnPad {
        card_id: vec![3; 31],
        ..opened.clone()
    };
    assert!(matches!(after_pad(short, &basis), Step::Done(Err(_))));
    let fault = |step| match step {
        Step::Done(Err(Stopped { fault, .. })) => fault,
        Step::Done(Ok(_)) | Step::Ask(_) | Step::Sign(_) => panic!("refused before the first command"),
    };
    assert_eq!(fault(after_pad(opened, &with_pin())), Some(Fault::SecretTyped));
}
