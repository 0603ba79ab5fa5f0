//! Chip authentication, and cards that aren't what they say (TR-03110-2 §3.4, TR-03110-3 B.2).
use super::terminal::{CA, Desk, PIN_ID, find, tlv};
use super::{chip_key, pki, terminal};
use bp256::r1::NonZeroScalar;
use elliptic_curve::Generate;
use rand::SeedableRng;
use rand::rngs::StdRng;
use simulated::card::{Card, Forgery, Generation, PIN, Person};
use simulated::pki::{Chat, Right, SignerKind, TestPki};

/// After terminal authentication with those rights, with the key that EF.CardSecurity names.
fn authenticated(pki: &TestPki, card: Card, rights: Chat) -> (Desk, Vec<u8>) {
    let mut desk = Desk::new(card);
    desk.pace(PIN_ID, PIN, Some(rights)).unwrap();
    assert_eq!(desk.terminal_authentication(&terminal(pki, rights), &[]), 0x9000);
    let public = chip_key(&desk.read(0x1D).unwrap(), 0x41).unwrap();
    (desk, public)
}

fn unprivileged() -> Chat {
    Chat([0x3F, 0xFF, 0xFF, 0xFF, !(1 << Right::PrivilegedTerminal as u8)])
}

/// TS_CA_1.x.
#[test]
fn the_chip_proves_itself_in_every_generation() {
    let pki = pki();
    for generation in Generation::ALL {
        let card = Card::of_generation(&Person::erika(), generation, &pki, 5);
        let (mut desk, public) = authenticated(&pki, card, unprivileged());
        assert_eq!(desk.chip_authentication(0x41, &public), Ok(()), "{generation:?}");
        assert_eq!(desk.select_eid(), 0x9000);
        assert!(desk.read(5).is_ok());
    }
}

#[test]
fn chip_authentication_needs_a_terminal_and_a_key_that_is_meant_for_it() {
    let pki = pki();
    let mut desk = Desk::new(Card::erika(&pki));
    desk.pace(PIN_ID, PIN, Some(Chat::ALL)).unwrap();
    assert_eq!(desk.choose_internal(&CA, 0x41), 0x6982, "no terminal yet");
    let (mut desk, _) = authenticated(&pki, Card::erika(&pki), unprivileged());
    let without_key = desk.status([0, 0x22, 0x41, 0xA4], &tlv(0x80, &CA));
    assert_eq!(without_key, 0x6A80, "which of the keys?");
    assert_eq!(desk.choose_internal(&CA, 0x45), 0x6982, "for privileged terminals");
    assert_eq!(desk.choose_internal(&CA, 0x48), 0x6A88, "version 3 isn't carried out");
    assert_eq!(
        desk.choose_internal(&[4, 0, 0x7F, 0, 7, 2, 2, 3, 2, 1], 0x41),
        0x6A80,
        "3DES"
    );
}

#[test]
fn only_the_announced_key_is_taken_and_a_refusal_changes_nothing() {
    let pki = pki();
    let (mut desk, public) = authenticated(&pki, Card::erika(&pki), unprivileged());
    let announced = core::mem::replace(
        &mut desk.ephemeral,
        NonZeroScalar::generate_from_rng(&mut StdRng::seed_from_u64(99)),
    );
    assert_eq!(
        desk.chip_authentication(0x41, &public),
        Err(0x6300),
        "another key than announced"
    );
    desk.ephemeral = announced;
    desk.select_eid();
    assert_eq!(
        desk.read(4),
        Err(0x6982),
        "the channel of PACE goes on, the rights don't hold in it"
    );
    assert_eq!(desk.chip_authentication(0x41, &public), Ok(()));
    desk.select_eid();
    assert!(desk.read(4).is_ok());
    assert_eq!(desk.choose_internal(&CA, 0x41), 0x6982, "once is enough");
}

#[test]
fn privileged_terminals_may_use_the_chips_own_key() {
    let pki = pki();
    let (mut desk, _) = authenticated(&pki, Card::erika(&pki), Chat::ALL);
    let chip_security = desk.read(0x1B).unwrap();
    let public = chip_key(&chip_security, 0x45).unwrap();
    assert_eq!(desk.chip_authentication(0x45, &public), Ok(()));
    let (mut desk, _) = authenticated(&pki, Card::erika(&pki), unprivileged());
    assert_eq!(desk.read(0x1B), Err(0x6982));
    assert_eq!(
        chip_key(&desk.read(0x1D).unwrap(), 0x45),
        None,
        "not in EF.CardSecurity"
    );
}

#[test]
fn a_copied_chip_fails_chip_authentication() {
    let pki = pki();
    let card = Card::forged(Forgery::CopiedChip, &pki);
    let genuine = Card::erika(&pki).card_security().unwrap().to_vec();
    assert_eq!(
        card.card_security().unwrap(),
        genuine,
        "the signed file is the genuine one"
    );
    let (mut desk, public) = authenticated(&pki, card, unprivileged());
    assert_eq!(
        desk.chip_authentication(0x41, &public),
        Err(0),
        "its token doesn't fit the signed key"
    );
}

#[test]
fn a_foreign_signer_carries_another_countrys_certificate() {
    let pki = pki();
    let holds = |file: &[u8], part: &[u8]| file.windows(part.len()).any(|window| window == part);
    let foreign = Card::forged(Forgery::ForeignSigner, &pki);
    let file = foreign.card_security().unwrap();
    assert!(holds(file, &pki.signer(SignerKind::ForeignCards).certificate));
    assert!(!holds(file, &pki.signer(SignerKind::Cards2021).certificate));
    let (mut desk, public) = authenticated(&pki, foreign, unprivileged());
    assert_eq!(
        desk.chip_authentication(0x41, &public),
        Ok(()),
        "only passive authentication can tell"
    );
}

#[test]
fn a_downgraded_card_offers_what_it_wasnt_signed_with() {
    let pki = pki();
    let pace_3des = [0x06, 0x0A, 4, 0, 0x7F, 0, 7, 2, 2, 4, 2, 1];
    let offers = |file: &[u8]| file.windows(12).any(|window| window == pace_3des);
    let mut desk = Desk::new(Card::forged(Forgery::Downgrade, &pki));
    assert!(offers(&desk.read(0x1C).unwrap()));
    desk.pace(PIN_ID, PIN, None).unwrap();
    assert!(!offers(&desk.read(0x1D).unwrap()));
    assert!(!offers(&Desk::new(Card::erika(&pki)).read(0x1C).unwrap()));
}

/// EF.CardSecurity holds all that EF.CardAccess says, but the privileged keys (TR-03110-3 A.1.2.2).
#[test]
fn the_signed_infos_include_the_free_ones() {
    let pki = pki();
    for generation in Generation::ALL {
        let mut desk = Desk::new(Card::of_generation(&Person::erika(), generation, &pki, 5));
        let access = find(&desk.read(0x1C).unwrap(), 0x31).unwrap();
        let security = desk.card.card_security().unwrap().to_vec();
        let mut infos = apdu::tlv::Reader::new(&access);
        let (mut found, mut privileged) = (0, 0);
        while let Some(info) = infos.read().unwrap() {
            let bytes = tlv(0x30, info.value);
            if info.value.starts_with(&[0x06, 0x08, 4, 0, 0x7F, 0, 7, 2, 2, 8]) {
                privileged += 1;
            } else {
                assert!(
                    security.windows(bytes.len()).any(|window| window == bytes),
                    "{generation:?}"
                );
                found += 1;
            }
        }
        let expected = match generation {
            Generation::Y2010 => (8, 0),
            Generation::Y2017 => (6, 1),
            Generation::Y2021 => (10, 1),
        };
        assert_eq!((found, privileged), expected, "{generation:?}");
    }
}

/// id-PowerDownReq (TR-03127 annex D).
#[test]
fn the_oldest_cards_authenticate_once_before_power_off() {
    let pki = pki();
    for (generation, again) in [(Generation::Y2010, Err(0x6985)), (Generation::Y2021, Ok(()))] {
        let card = Card::of_generation(&Person::erika(), generation, &pki, 5);
        let (mut desk, _) = authenticated(&pki, card, unprivileged());
        assert_eq!(desk.pace(PIN_ID, PIN, Some(Chat::ALL)), again);
        desk.reset();
        assert_eq!(desk.pace(PIN_ID, PIN, Some(Chat::ALL)), Ok(()));
    }
}
