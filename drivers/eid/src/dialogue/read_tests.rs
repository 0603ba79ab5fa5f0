//! Reads against a card that errs at one place: nothing is read that shouldn't be, and the reason is told.
use super::double::{BLOCKLIST_ID, Card, Manner, circumstances, keys, terminal, without_revocation_list};
use super::double_reads::{MUNICIPALITY, request, run, with_pin};
use super::*;
use drivers_api::card::{Authenticity, DataGroup, GroupContent};
use drivers_api::private::PrivateText;
use drivers_api::signer::SignerTrouble;
use proptest::prelude::*;

fn read(manner: Manner) -> (ReadOutcome, Card) {
    let mut card = Card::new(manner);
    let step = Dialogue::read(with_pin(), &request(), terminal(&[]), circumstances(), keys());
    let outcome = run(step, &mut card, |_| Ok(vec![1; 64]));
    (outcome, card)
}

fn why(manner: Manner) -> (CardFailure, Option<Fault>, Card) {
    let (outcome, card) = read(manner);
    let stopped = outcome.unwrap_err();
    (stopped.why, stopped.fault, card)
}

/// Instructions of reading a data group by its short id.
fn groups_read(card: &Card) -> usize {
    let is_group = |key: &&[u8; 3]| key[0] == 0xB0 && matches!(key[1], 0x82..=0x96);
    card.seen.iter().filter(is_group).count()
}

#[test]
fn ts_eid_1_the_whole_read_in_its_order() {
    let (outcome, card) = read(Manner::default());
    let person = outcome.unwrap();
    assert_eq!(person.authenticity, Authenticity::ChipTrusted);
    assert_eq!(
        person.groups[&DataGroup::GivenNames],
        GroupContent::Text(PrivateText::from("ERIKA"))
    );
    assert_eq!(person.groups[&DataGroup::FamilyNames], GroupContent::NotOnChip);
    let functions = &person.functions;
    assert_eq!((functions.old_enough, functions.lives_there), (Some(true), Some(true)));
    assert_eq!(functions.pseudonym.as_ref().unwrap().expose(), "5e".repeat(32));
    // The order of the phases, by instruction: 22 sets, 86 authenticates, 2A certificates, 84/82 the terminal, A4 the
    // application, 20 verifies.
    let instructions: Vec<u8> = card.seen.iter().map(|key| key[0]).filter(|ins| *ins != 0xB0).collect();
    let expected = [
        0xA4, 0x22, 0x86, 0x86, 0x86, 0x86, // the card is open
        0x22, 0x2A, 0x22, 0x2A, 0x22, 0x84, 0x82, // the terminal has proved itself
        0x22, 0x86, // the chip has proved itself
        0xA4, 0x22, 0x86, 0x20, 0x20, 0x20, 0x22, 0x86, // blocklist, validity, age, municipality, pseudonym
    ];
    assert_eq!(instructions, expected);
    assert_eq!(
        card.seen.len(),
        33,
        "commands in all, with a file of 1122 bytes in six pieces"
    );
    assert_eq!(card.chats.len(), 1);
    assert!(
        card.chats[0].ends_with(&[0, 0, 0, 0x18, 0x07]),
        "exactly what is asked for"
    );
}

#[test]
fn ts_cta_1_1_a_card_with_an_old_trust_point_gets_the_link() {
    let manner = Manner {
        trust_points: (b"DETESTeID00001", None),
        ..Manner::default()
    };
    let (outcome, card) = read(manner);
    assert!(outcome.is_ok());
    assert_eq!(card.seen.iter().filter(|key| key[0] == 0x2A).count(), 3);
    let manner = Manner {
        trust_points: (b"DETESTeID00009", None),
        ..Manner::default()
    };
    let (why, _, card) = why(manner);
    assert_eq!(
        (why, card.seen.iter().any(|key| key[0] == 0x2A)),
        (CardFailure::NoCertificate, false)
    );
}

#[test]
fn what_is_signed_is_bound_to_card_challenge_key_and_questions() {
    let mut card = Card::new(Manner::default());
    let step = Dialogue::read(with_pin(), &request(), terminal(&[]), circumstances(), keys());
    let outcome = run(step, &mut card, |ask| {
        assert_eq!(ask.holder, b"DETESTAT00001");
        assert_eq!(ask.message[32..40], [7; 8], "the challenge");
        assert_eq!(ask.message[40..72], keys().chip.public()[1..33]);
        assert_eq!(ask.message[72], 0x67);
        let auxiliary = hex::encode(&ask.message[72..]);
        assert!(auxiliary.contains(&hex::encode("20261123")) && auxiliary.contains(&hex::encode("20081123")));
        assert!(auxiliary.ends_with(&format!("5304{MUNICIPALITY}")));
        Err(SignerTrouble::Unreachable)
    });
    assert_eq!(outcome.unwrap_err().why, CardFailure::SignerGone);
    assert!(!card.seen.iter().any(|key| key[0] == 0x82));

    let step = Dialogue::read(with_pin(), &request(), terminal(&[]), circumstances(), keys());
    let short = run(step, &mut Card::new(Manner::default()), |_| Ok(vec![1; 63])).unwrap_err();
    assert_eq!(
        (short.why, short.fault),
        (CardFailure::SignerGone, Some(Fault::Signature))
    );
}

#[test]
fn ts_ta_refusals_of_the_terminal_end_the_read() {
    for (key, status, expected) in [
        ([0x22, 0x81, 0xB6], 0x6A88, CardFailure::NoCertificate),
        ([0x2A, 0x00, 0xBE], 0x6300, CardFailure::NoCertificate),
        ([0x22, 0x81, 0xA4], 0x6A80, CardFailure::NotAuthorised),
        ([0x84, 0x00, 0x00], 0x6982, CardFailure::NotAuthorised),
        ([0x82, 0x00, 0x00], 0x6300, CardFailure::NotAuthorised),
        ([0x82, 0x00, 0x00], 0x6985, CardFailure::NotAuthorised),
        ([0xA4, 0x04, 0x0C], 0x6982, CardFailure::NotAuthorised),
        ([0xB0, 0x84, 0x00], 0x6982, CardFailure::NotAuthorised),
        ([0xB0, 0x84, 0x00], 0x6F00, CardFailure::Malformed),
        ([0xB0, 0x9D, 0x00], 0x6982, CardFailure::Malformed),
        ([0x22, 0x41, 0xA4], 0x6A80, CardFailure::Malformed),
        // The first one in the session is that of chip authentication.
        ([0x86, 0x00, 0x00], 0x6300, CardFailure::Malformed),
    ] {
        let manner = Manner {
            refuses: vec![(key, status)],
            ..Manner::default()
        };
        let (why, fault, card) = why(manner);
        assert_eq!(why, expected, "{key:02X?} {status:04X}");
        assert!(matches!(fault, Some(Fault::Status { status: told, .. }) if told.0 == status));
        assert_eq!(card.seen.last(), Some(&key), "nothing is sent after it");
    }
}

#[test]
fn ts_ta_4_6_a_challenge_without_cryptogram_is_refused() {
    let manner = Manner {
        refuses: vec![([0x84, 0x00, 0x00], 0x9000)],
        ..Manner::default()
    };
    let (why, fault, card) = why(manner);
    assert_eq!((why, fault), (CardFailure::Malformed, Some(Fault::Challenge)));
    assert_eq!(card.seen.last(), Some(&[0x84, 0x00, 0x00]), "nothing is signed or sent");
}

#[test]
fn ts_ca_2_a_copied_chip_is_not_genuine() {
    let manner = Manner {
        copied_chip: true,
        ..Manner::default()
    };
    let (why, fault, card) = why(manner);
    assert_eq!((why, fault), (CardFailure::NotGenuine, Some(Fault::ChipToken)));
    assert_eq!(card.seen.last().map(|key| key[0]), Some(0x86));
}

#[test]
fn a_file_that_nobody_signed_or_that_differs_is_not_genuine() {
    let mut changed = Manner::default().card_security;
    *changed.last_mut().unwrap() ^= 1;
    let manner = Manner {
        card_security: changed,
        ..Manner::default()
    };
    let (failure, fault, card) = why(manner);
    assert_eq!(
        (failure, fault),
        (
            CardFailure::NotGenuine,
            Some(Fault::PassiveAuthentication(PassiveAuthError::Signature))
        )
    );
    assert!(!card.seen.contains(&[0x22, 0x41, 0xA4]));
    let manner = Manner {
        card_access: include_bytes!("../../tests/data/chip/card_access_other.der"),
        ..Manner::default()
    };
    let (failure, fault, _) = why(manner);
    assert_eq!(
        (failure, fault),
        (
            CardFailure::NotGenuine,
            Some(Fault::PassiveAuthentication(PassiveAuthError::CardAccessDiffers))
        )
    );
}

#[test]
fn a_terminal_without_a_current_revocation_list_accuses_no_card() {
    let mut card = Card::new(Manner::default());
    let step = Dialogue::read(
        with_pin(),
        &request(),
        without_revocation_list(),
        circumstances(),
        keys(),
    );
    let stopped = run(step, &mut card, |_| Ok(vec![1; 64])).unwrap_err();
    let lack = Fault::PassiveAuthentication(PassiveAuthError::NoCurrentRevocationList);
    assert_eq!((stopped.why, stopped.fault), (CardFailure::Stopped, Some(lack)));
}

#[test]
fn revoked_and_expired_cards_tell_nothing() {
    let mut card = Card::new(Manner::default());
    let step = Dialogue::read(
        with_pin(),
        &request(),
        terminal(&[BLOCKLIST_ID]),
        circumstances(),
        keys(),
    );
    let revoked = run(step, &mut card, |_| Ok(vec![1; 64])).unwrap_err();
    assert_eq!((revoked.why, groups_read(&card)), (CardFailure::Revoked, 0));
    assert!(!card.seen.iter().any(|key| key[0] == 0x20), "the blocklist comes first");

    let manner = Manner {
        verdicts: [0x9000, 0x6300, 0x9000],
        ..Manner::default()
    };
    let (failure, _, card) = why(manner);
    assert_eq!((failure, groups_read(&card)), (CardFailure::Expired, 0));
    assert_eq!(card.seen.iter().filter(|key| key[0] == 0x20).count(), 1);

    let manner = Manner {
        card_security: include_bytes!("../../tests/data/chip/card_security_no_blocklist_key.der").to_vec(),
        ..Manner::default()
    };
    let (_, fault, card) = why(manner);
    assert_eq!((fault, groups_read(&card)), (Some(Fault::NoIdentificationKey), 0));
}

#[test]
fn questions_answered_with_no() {
    let manner = Manner {
        verdicts: [0x6300, 0x9000, 0x6A88],
        ..Manner::default()
    };
    let person = read(manner).0.unwrap();
    assert_eq!(
        (person.functions.old_enough, person.functions.lives_there),
        (Some(false), Some(false))
    );
    let manner = Manner {
        verdicts: [0x9000, 0x6A88, 0x9000],
        ..Manner::default()
    };
    assert_eq!(
        why(manner).0,
        CardFailure::Malformed,
        "a validity that can't be told is none"
    );
}

#[test]
fn ts_sm_a_plain_answer_ends_the_read_wherever_it_comes() {
    let whole = read(Manner::default()).1.seen.len();
    for at in 0..whole - 7 {
        let manner = Manner {
            plain_at: Some(at),
            ..Manner::default()
        };
        let (outcome, _) = read(manner);
        assert!(outcome.is_err(), "{at}");
    }
}

#[test]
fn long_reads_are_for_cards_that_state_them() {
    let stated = Manner {
        atr_info: Some(hex::decode("7F6608020205000202 0640".replace(' ', "")).unwrap()),
        ..Manner::default()
    };
    let (outcome, card) = read(stated);
    assert!(outcome.is_ok());
    assert_eq!((card.longest_read, card.seen.len()), (1563, 28));
    for unclear in [hex::decode("4301B8").unwrap(), vec![0x7F, 0x66, 0x01, 0xFF], vec![]] {
        let manner = Manner {
            atr_info: Some(unclear),
            ..Manner::default()
        };
        let (outcome, card) = read(manner);
        assert!(outcome.is_ok() && card.longest_read == 256);
    }
}

#[test]
fn without_extended_length_long_commands_go_in_envelopes() {
    let mut card = Card::new(Manner::default());
    let mut around = circumstances();
    around.extended_length = false;
    let mut step = Dialogue::read(with_pin(), &request(), terminal(&[]), around, keys());
    let (mut inside, mut answer, mut envelopes) = (vec![], vec![], 0);
    let person = loop {
        step = match step {
            Step::Sign(ask) => ask.dialogue.signed(vec![1; 64]),
            Step::Done(outcome) => break outcome.unwrap(),
            Step::Ask(ask) => {
                let command = ask.command;
                assert!(!command.is_extended());
                let back = match command.instruction() {
                    0xC2 => {
                        envelopes += 1;
                        inside.extend_from_slice(command.data());
                        if !command.is_chained() {
                            answer = card.transmit(&core::mem::take(&mut inside));
                        }
                        vec![0x90, 0]
                    }
                    0xC0 => [core::mem::take(&mut answer), vec![0x90, 0]].concat(),
                    _ => card.transmit(&command.encode()),
                };
                ask.dialogue.handle(back)
            }
        };
    };
    assert_eq!(person.groups.len(), 2);
    assert!(envelopes >= 6);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_answer_anywhere_ends_the_read_without_a_panic(
        at in 0..32usize,
        answer in prop::collection::vec(any::<u8>(), 0..60),
    ) {
        let mut card = Card::new(Manner::default());
        let mut step = Dialogue::read(with_pin(), &request(), terminal(&[]), circumstances(), keys());
        let mut sent = 0;
        loop {
            step = match step {
                Step::Ask(ask) => {
                    let right = card.transmit(&ask.command.encode());
                    sent += 1;
                    if sent - 1 == at {
                        match ask.dialogue.handle(answer.clone()) {
                            Step::Done(outcome) => break prop_assert!(outcome.is_err()),
                            // Before PACE the answer may be as good as the right one; the double can't follow.
                            Step::Ask(_) | Step::Sign(_) => break prop_assert!(at < 7),
                        }
                    }
                    ask.dialogue.handle(right)
                }
                Step::Sign(ask) => ask.dialogue.signed(vec![1; 64]),
                Step::Done(_) => break,
            };
        }
    }
}
