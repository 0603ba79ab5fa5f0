//! Whatever a card answers, a dialogue ends within its bound and never panics.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a test may
use drivers_api::basis::ReadBasis;
use drivers_api::card::{CardFailure, CardFound, CardPassword, DataGroup, PinState, PinTask, ReadRequest, Secret};
use drivers_api::private::Digits;
use eid::blocklist::Blocklist;
use eid::passive_auth::{RevocationPolicy, TrustStore};
use eid::{
    COMMANDS_MAX, CertificateFiles, Circumstances, Dialogue, Prepared, ReadOutcome, Step, Stopped, Terminal,
    TerminalCertificates,
};
use proptest::prelude::*;
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::sync::Arc;
use std::time::Duration;

fn digits(text: &str) -> Digits {
    Digits::parse(text).unwrap()
}

fn typed(text: &str) -> Secret {
    Secret::Typed(digits(text))
}

fn keys() -> Prepared {
    Prepared::new(&mut StdRng::seed_from_u64(7))
}

fn terminal() -> Arc<Terminal> {
    let files = CertificateFiles {
        terminal: include_bytes!("data/cvc/terminal.cvcert"),
        document_verifier: include_bytes!("data/cvc/dv.cvcert"),
        links: &[],
        description: include_bytes!("data/cvc/terminal.desc"),
        blocklist_sector: &[0x7F, 0x49, 0x00],
        pseudonym_sector: None,
    };
    let mut blocklist = Blocklist::new(b"S");
    // A complete list without entries.
    blocklist
        .update(&hex("3012020101020100040131300730050401533000"))
        .unwrap();
    let certificates = TerminalCertificates::new(&files).unwrap();
    Arc::new(Terminal::new(certificates, TrustStore::new(RevocationPolicy::WhenPresent), blocklist).unwrap())
}

fn probe(mut answer: impl FnMut(usize) -> Vec<u8>) -> (CardFound, usize) {
    let mut step = Dialogue::probe();
    let mut sent = 0;
    loop {
        match step {
            Step::Done(found) => return (found, sent),
            Step::Ask(ask) => {
                sent += 1;
                assert!(sent <= COMMANDS_MAX);
                step = ask.dialogue.handle(answer(sent - 1));
            }
        }
    }
}

fn read(password: CardPassword, mut answer: impl FnMut(usize) -> Vec<u8>) -> (ReadOutcome, usize) {
    let request = ReadRequest {
        groups: [
            DataGroup::GivenNames,
            DataGroup::FamilyNames,
            DataGroup::PlaceOfResidence,
        ]
        .into(),
        ..ReadRequest::default()
    };
    let circumstances = Circumstances {
        today: jiff::civil::date(2026, 11, 23),
        now: Duration::ZERO,
        extended_length: true,
    };
    let basis = ReadBasis::OnlineAusweis(password);
    let mut step = Dialogue::read(basis, &request, terminal(), circumstances, keys());
    let mut sent = 0;
    loop {
        match step {
            Step::Done(outcome) => return (outcome, sent),
            Step::Sign(ask) => step = ask.dialogue.signed(vec![0; 64]),
            Step::Ask(ask) => {
                sent += 1;
                assert!(sent <= COMMANDS_MAX);
                step = ask.dialogue.handle(answer(sent - 1));
            }
        }
    }
}

fn manage(task: PinTask, mut answer: impl FnMut(usize) -> Vec<u8>) -> (Result<PinState, Stopped>, usize) {
    let mut step = Dialogue::manage_pin(task, keys());
    let mut sent = 0;
    loop {
        match step {
            Step::Done(outcome) => return (outcome, sent),
            Step::Ask(ask) => {
                sent += 1;
                assert!(sent <= COMMANDS_MAX);
                step = ask.dialogue.handle(answer(sent - 1));
            }
        }
    }
}

const CARD_ACCESS: &str = "31143012060A04007F0007020204020202010202010D9000";
const EF_DIR: &str = "610B4F09E80704007F000703029000";

fn hex(text: &str) -> Vec<u8> {
    hex::decode(text).unwrap()
}

/// The right beginning of a card, so that arbitrary bytes get deeper.
fn beginning(at: usize) -> Option<Vec<u8>> {
    let nonce = format!("7C128010{}9000", "11".repeat(16));
    let mapping = "7C438241\
        04824FBA91C9CBE26BEF53A0EBE7342A3BF178CEA9F45DE0B70AA601651FBA3F57\
        30D8C879AAA9C9F73991E61B58F4D52EB87A0A0C709A49DC63719363CCD13C549000";
    let agreement = mapping.replace("8241", "8441");
    let answers = ["9000", CARD_ACCESS, "9000", &nonce, mapping, &agreement];
    answers.get(at).map(|answer| hex(answer))
}

#[test]
fn a_card_that_forges_its_token_is_refused() {
    let (outcome, sent) = read(CardPassword::Pin(typed("123456")), |at| {
        beginning(at).unwrap_or_else(|| hex("7C0A860811111111111111119000"))
    });
    let stopped = outcome.unwrap_err();
    assert_eq!(
        (stopped.why, stopped.fault, sent),
        (CardFailure::Malformed, Some(eid::Fault::Token), 7)
    );
}

#[test]
fn ts_pace_3_10_3_12_3_15_objects_with_another_tag_are_refused() {
    for (at, tag) in [(4, 0x82), (5, 0x84), (6, 0x86)] {
        let (outcome, sent) = read(CardPassword::Pin(typed("123456")), |now| {
            let mut answer = beginning(now).unwrap_or_else(|| hex("7C0A860811111111111111119000"));
            if now == at {
                // The object stands right after 7C and its length.
                assert_eq!(answer[2], tag);
                answer[2] |= 0x10;
            }
            answer
        });
        let stopped = outcome.unwrap_err();
        assert_eq!((stopped.why, sent), (CardFailure::Malformed, at + 1), "{tag:02X}");
        assert!(matches!(stopped.fault, Some(eid::Fault::Tlv(_))), "{tag:02X}");
    }
}

#[test]
fn the_state_is_asked_before_a_secret() {
    for (status, failure_expected) in [
        ("63C0", true),
        ("63C1", true),
        ("6283", true),
        ("63C2", false),
        ("9000", false),
    ] {
        let answers = ["9000", CARD_ACCESS, status];
        let (outcome, sent) = read(CardPassword::Pin(typed("123456")), |at| {
            hex(answers.get(at).unwrap_or(&"6F00"))
        });
        let unusable = matches!(outcome.unwrap_err().why, CardFailure::PinUnusable { .. });
        assert_eq!(
            (unusable, sent),
            (failure_expected, if failure_expected { 3 } else { 4 }),
            "{status}"
        );
    }
}

#[test]
fn cards_are_told_apart() {
    let found = |answers: &[&str]| probe(|at| hex(answers.get(at).copied().unwrap_or("6F00"))).0;
    assert_eq!(found(&["9000", "6A82"]), CardFound::NotEid);
    assert_eq!(found(&["6A82", "61094F07A00000024710019000"]), CardFound::NotEid);
    assert_eq!(found(&[""]), CardFound::Unreadable);
    assert_eq!(found(&["1234"]), CardFound::Unreadable);
    assert_eq!(found(&["9000", EF_DIR, "6A82"]), CardFound::Unreadable);
    assert_eq!(found(&["9000", EF_DIR, CARD_ACCESS, "6D00"]), CardFound::Unreadable);
    assert!(matches!(
        found(&["9000", EF_DIR, CARD_ACCESS, "9000"]),
        CardFound::Eid { .. }
    ));
}

fn answer() -> impl Strategy<Value = Vec<u8>> {
    let status = prop::sample::select(vec![
        0x9000u16, 0x6282, 0x63C2, 0x63C1, 0x6300, 0x6982, 0x6A82, 0x6988, 0x1234,
    ]);
    (prop::collection::vec(any::<u8>(), 0..80), status).prop_map(|(mut bytes, status)| {
        bytes.extend(status.to_be_bytes());
        bytes
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn arbitrary_cards_are_probed_to_an_end(answers in prop::collection::vec(answer(), 1..60)) {
        probe(|at| answers[at % answers.len()].clone());
    }

    #[test]
    fn arbitrary_cards_are_read_to_an_end(
        start in 0..8usize,
        can_first: bool,
        answers in prop::collection::vec(answer(), 1..60),
    ) {
        let pin = typed("123456");
        let password =
            if can_first { CardPassword::CanThenPin { can: typed("500540"), pin } } else { CardPassword::Pin(pin) };
        let (outcome, _) = read(password, |at| {
            let right = if at < start { beginning(at) } else { None };
            right.unwrap_or_else(|| answers[at % answers.len()].clone())
        });
        prop_assert!(outcome.is_err(), "nobody can guess the token");
    }

    #[test]
    fn arbitrary_cards_end_work_on_the_pin(
        start in 0..8usize,
        which in 0..3u8,
        answers in prop::collection::vec(answer(), 1..60),
    ) {
        let task = match which {
            0 => PinTask::Change { old: CardPassword::Pin(typed("12345")), new: typed("123456") },
            1 => PinTask::Resume { can: typed("500540"), pin: typed("123456") },
            _ => PinTask::Unblock { puk: typed("0123456789") },
        };
        let unblock = which == 2;
        let (outcome, sent) = manage(task, |at| {
            let right = if at < start { beginning(at) } else { None };
            right.unwrap_or_else(|| answers[at % answers.len()].clone())
        });
        // The one good end without the secret's proof: there was nothing to unblock.
        prop_assert!(outcome.is_err() || (unblock && sent == 3), "nobody can guess the token");
    }
}
